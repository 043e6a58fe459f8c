/** Looks for planted bugs: plays scenarios with each until an invariant sees it. */
import type { Bug, Sighting } from "./Bugs.ts";
import * as Invariants from "./Invariants.ts";
import type { Scenario } from "./Scenario.ts";
import * as Simulator from "./Simulator.ts";
import { EndlessScenario } from "./Trace.ts";

/** Plays until something is broken. */
export const hunt = (bug: Bug, scenarios: Iterable<Scenario>): Sighting => {
  let plays = 0;
  for (const scenario of scenarios) {
    plays += 1;
    const seenBy = firstOf(bug, scenario);
    if (seenBy !== null) return { bug: bug.name, plays, seenBy };
  }
  return { bug: bug.name, plays, seenBy: null };
};

const firstOf = (bug: Bug, scenario: Scenario): string | null => {
  try {
    const broken = Invariants.check(Simulator.play(scenario, { seams: bug.seams })).map(({ id }) => id);
    return (bug.id === undefined ? broken[0] : broken.find((id) => id === bug.id)) ?? null;
  } catch (cause) {
    // What the code under test takes for impossible is seen as well, and what goes round for ever.
    return cause instanceof EndlessScenario ? "endless" : "crash";
  }
};
