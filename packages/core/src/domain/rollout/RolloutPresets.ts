/**
 * S2's patching cycle as data (RNG-01, RNG-06): ten assets, a hundred, then production; the operating system first,
 * third-party applications two weeks later, both from one Patch Tuesday to the next. Its calendar is `PatchCycle`'s.
 */
import type { Rollout } from "./Rollout.ts";

/**
 * Ten assets for 3 days, and on without an error: one that hasn't answered hasn't shown that it has none. Then a hundred for
 * 5 days, and to production on somebody's word only, whatever the figures say.
 */
export const pilots: Rollout = {
  rings: [
    {
      name: "Pilot 1: 10 assets",
      members: { _tag: "Count", assets: 10 },
      soakDays: 3,
      promotion: { failedPercentMax: 0, silentPercentMax: 0, by: "automatic" },
    },
    {
      name: "Pilot 2: 100 assets",
      members: { _tag: "Count", assets: 100 },
      soakDays: 5,
      promotion: { failedPercentMax: 100, silentPercentMax: 100, by: "manual" },
    },
    { name: "Production", members: { _tag: "Rest" }, soakDays: null, promotion: null },
  ],
};

/** A job of the cycle: what it patches, and how many days after Patch Tuesday its first ring starts. */
export interface CyclePhase {
  readonly name: string;
  readonly startsAfterDays: number;
  readonly rollout: Rollout;
}

/** The two phases, one job each. */
export const cycle: readonly CyclePhase[] = [
  { name: "OS", startsAfterDays: 0, rollout: pilots },
  { name: "3rd-party apps", startsAfterDays: 14, rollout: pilots },
];
