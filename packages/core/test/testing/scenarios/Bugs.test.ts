import { describe, expect, it } from "vitest";
import * as Bundled from "../Bundled.ts";

const { Bugs, Hunt, Invariants, ScenarioGenerator, Seams, Shrink, Simulator } = await Bundled.load();

/** Scenarios that are played for each bug at most, until it is seen. */
const PLAYS_MAX = 15;

/** Where the hunt begins: in the first scenario that is known to show it. What changes scenarios makes it longer, and no less a hunt. */
const FIRST: { readonly [bug: string]: number } = {
  "the end of a window is forgotten with the agent's life": 2,
  "the wrong zone is told to the platform": 4,
  "withdrawn patches are taken for good": 2,
  "what only its vendor gives out is taken for anybody's": 2,
  "scopes of former owners are forgotten": 4,
  "seats are not counted": 4,
  "who has no licence is licensed": 4,
  "one job that comes first is the only one": 6,
  "a suppressed reboot is forgotten to be suppressed with the agent's life": 3,
  "an error of the probe is taken for no need": 2,
  "an error of the probe is taken for a need": 2,
  "reboots that were caused earlier are forgotten with the agent's life": 9,
  "deferrals begin again with the agent's life": 4,
  "who defers is taken to agree": 4,
  "the machine's own hours are not asked for": 2,
};

const SIZE = { agents: 5, days: 1, isRough: true } as const;

function* scenarios(first = 1, plays = PLAYS_MAX) {
  for (let i = 0; i < plays; i += 1) {
    yield ScenarioGenerator.generate(`bug-${1 + ((first - 1 + i) % PLAYS_MAX)}`, SIZE);
  }
}

describe("planted bugs", () => {
  it("are more than 35, each with a name of its own", () => {
    const names = Bugs.bugs.map((bug) => bug.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(35);
    expect(names).toEqual(expect.arrayContaining(Object.keys(FIRST)));
  });

  it("aren't seen where there is none", () => {
    expect(Hunt.hunt({ name: "none", seams: Seams.none }, scenarios(5, 3)).seenBy).toBeNull();
  }, 300_000);

  it.each(Bugs.bugs.map((bug) => [bug.name, bug] as const))(
    "are seen by an invariant: %s",
    (name, bug) => {
      const { seenBy } = Hunt.hunt(bug, scenarios(FIRST[name]));
      expect(seenBy).not.toBeNull();
      expect(seenBy).toBe(bug.id ?? seenBy);
    },
    300_000,
  );

  it("are left with little around them: a scenario that fails shrinks to one machine and one job, and fails by the same", () => {
    const bug = Bugs.bugs.find(({ name }) => name === "a nonce is used again");
    if (bug === undefined) throw new Error("no such bug");
    const scenario = ScenarioGenerator.generate("bug-5", SIZE);
    const { scenario: smaller, plays } = Shrink.shrink(scenario, { id: "I31", seams: bug.seams, playsMax: 12 });
    expect(plays).toBeLessThanOrEqual(12);
    expect(smaller.assets.length).toBeLessThanOrEqual(2);
    expect(smaller.jobs.length).toBeLessThanOrEqual(2);
    expect(Invariants.check(Simulator.play(smaller, { seams: bug.seams })).map(({ id }) => id)).toContain("I31");
    expect(Invariants.check(Simulator.play(smaller))).toEqual([]);
  }, 300_000);
});
