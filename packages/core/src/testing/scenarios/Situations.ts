/**
 * The rare situations that scenarios are to come to, in families: "sometimes assertions". An invariant says what may never happen; these
 * say what must happen now and then over many scenarios, or the invariants were never put to the test.
 *
 * @example
 * const reached = Situations.count(Simulator.play(ScenarioGenerator.generate("17", { agents: 5, days: 1, isRough: true })));
 */
import { ledgerOf } from "./invariants/Invariant.ts";
import type { Played } from "./Simulator.ts";
import { evidence } from "./situations/Evidence.ts";
import { lives } from "./situations/Lives.ts";
import { people } from "./situations/People.ts";
import { reboots } from "./situations/Reboots.ts";
import { ofRestores } from "./situations/Restores.ts";
import type { Situation } from "./situations/Situation.ts";
import { times } from "./situations/Times.ts";
import { wire } from "./situations/Wire.ts";

export type { Situation } from "./situations/Situation.ts";

/** By family. */
export const families: { readonly [family: string]: readonly Situation[] } = {
  lives,
  wire,
  evidence,
  people,
  times,
  reboots,
  restores: ofRestores,
};

/** All of them. */
export const all: readonly Situation[] = Object.values(families).flat();

/** How often each came about in a scenario that was played, by its name; 0 of those that did not. */
export const count = (played: Played): ReadonlyMap<string, number> => {
  const ledger = ledgerOf(played);
  return new Map(all.map((s) => [s.name, s.count(ledger)]));
};
