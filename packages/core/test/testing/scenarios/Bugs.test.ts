import { describe, expect, it } from "vitest";
import { Bugs, Hunt, Invariants, ScenarioGenerator, Seams, Shrink, Simulator } from "../../../src/testing/index.ts";

/** Scenarios that are played for each bug at most, until it is seen. */
const PLAYS_MAX = 15;

/** Not seen yet in the scenarios of this size that were tried. */
const UNSEEN: readonly string[] = ["withdrawn patches are taken for good", "the wrong zone is told to the platform"];

/** Where the hunt begins: in the first scenario that is known to show it. What changes scenarios makes it longer, and no less a hunt. */
const FIRST: { readonly [bug: string]: number } = {
  "the end of a window is forgotten with the agent's life": 10,
  "one job that comes first is the only one": 6,
  "the journal says it is durable before it is": 5,
  "an attempt is begun before it is on record": 5,
  "request numbers start again in the agent's next life": 5,
  "what only its vendor gives out is taken for anybody's": 2,
  "seats are not counted": 4,
  "who has no licence is licensed": 4,
  "the watchdog writes nothing": 8,
  "a fact is written down otherwise than it was told": 5,
  "a walk over the assets is never noted as done": 5,
  "a run that is over goes back to its start": 2,
  "a suppressed reboot is forgotten to be suppressed with the agent's life": 3,
  "an error of the probe is taken for no need": 9,
  "deferrals begin again with the agent's life": 4,
  "a run that waits for its reboot is forgotten with the agent's life": 6,
  "who defers is taken to agree": 4,
  "what is to be shown never comes up": 9,
  "who sits there is not seen": 9,
  "the machine's own hours are not asked for": 2,
};

const SIZE = { agents: 5, days: 1, isRough: true } as const;

function* scenarios(first = 1, plays = PLAYS_MAX) {
  for (let i = 0; i < plays; i += 1) {
    yield ScenarioGenerator.generate(`bug-${1 + ((first - 1 + i) % PLAYS_MAX)}`, SIZE);
  }
}

describe("planted bugs", () => {
  it("are more than 25, each with a name of its own, and those that are not seen are few, and among them", () => {
    const names = Bugs.bugs.map((bug) => bug.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(25);
    expect(names).toEqual(expect.arrayContaining([...UNSEEN, ...Object.keys(FIRST)]));
    expect(names.length - UNSEEN.length).toBeGreaterThanOrEqual((23 / 25) * names.length);
  });

  it("aren't seen where there is none", () => {
    expect(Hunt.hunt({ name: "none", seams: Seams.none }, scenarios(5, 3)).seenBy).toBeNull();
  }, 300_000);

  it.each(Bugs.bugs.filter((bug) => !UNSEEN.includes(bug.name)).map((bug) => [bug.name, bug] as const))(
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
