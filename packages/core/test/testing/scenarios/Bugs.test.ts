import { describe, expect, it } from "vitest";
import { Bugs, Hunt, ScenarioGenerator, Seams } from "../../../src/testing/index.ts";

/** Scenarios that are played for each bug at most, until it is seen. */
const PLAYS_MAX = 4;

/**
 * Not seen yet. By a clock that is an hour off nothing begins, for the platform refuses it; of what nobody said was revoked, and of
 * patches that are withdrawn before a job names them, the scenarios of this size reach too little.
 */
const UNSEEN = [
  "the agent's clock is an hour behind, and it goes by it",
  "the agent's clock is read an hour ahead",
  "what was revoked is not said to who holds it",
  "withdrawn patches are taken for good",
];

function* scenarios() {
  for (let i = 1; i <= PLAYS_MAX; i += 1) {
    yield ScenarioGenerator.generate(`bug-${i}`, { agents: 5, days: 1, isRough: true });
  }
}

describe("planted bugs", () => {
  it("are 25, each with a name of its own, and those that are not seen are among them", () => {
    const names = Bugs.bugs.map((bug) => bug.name);
    expect(new Set(names).size).toBe(25);
    expect(names).toEqual(expect.arrayContaining(UNSEEN));
  });

  it("aren't seen where there is none", () => {
    expect(Hunt.hunt({ name: "none", seams: Seams.none }, scenarios()).seenBy).toBeNull();
  }, 300_000);

  it.each(Bugs.bugs.filter((bug) => !UNSEEN.includes(bug.name)).map((bug) => [bug.name, bug] as const))(
    "are seen by an invariant: %s",
    (_, bug) => {
      expect(Hunt.hunt(bug, scenarios()).seenBy).not.toBeNull();
    },
    300_000,
  );
});
