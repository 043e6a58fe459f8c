/** Everything that must hold of a scenario that was played, each by its id (reliability.md 3.2), in families. */
import { beginnings } from "./invariants/Beginnings.ts";
import { facts } from "./invariants/Facts.ts";
import { type Invariant, ledgerOf, type Violation } from "./invariants/Invariant.ts";
import { jobs } from "./invariants/Jobs.ts";
import { liveness } from "./invariants/Liveness.ts";
import { plans } from "./invariants/Plans.ts";
import { prompts } from "./invariants/Prompts.ts";
import { reboots } from "./invariants/Reboots.ts";
import type { Played } from "./Simulator.ts";

export type { Invariant, Violation } from "./invariants/Invariant.ts";

/** All of them, read with RUN-06, WIN-04 and RBT-02. */
export const all: readonly Invariant[] = [
  ...beginnings,
  ...plans,
  ...jobs,
  ...facts,
  ...reboots,
  ...prompts,
  ...liveness,
];

/** What was broken; nothing is the only good answer. */
export const check = (played: Played): readonly Violation[] => {
  const ledger = ledgerOf(played);
  return all.flatMap(({ id, check: of }) => of(ledger).map((s) => ({ id, ...s })));
};
