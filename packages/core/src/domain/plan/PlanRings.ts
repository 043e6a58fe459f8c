/** In which ring of a rollout each asset of a plan gets its list, and when that is at the earliest (RNG-02, RNG-05). Pure. */
import type { Asset } from "../asset/Asset.ts";
import * as Rollout from "../rollout/Rollout.ts";
import type { PlanInputs } from "./PlanInputs.ts";

export interface PlanRing {
  readonly name: string;
  /** Its place in the rollout, from 1. */
  readonly number: number;
  /** It starts so many days after the first ring's deployment at the earliest: the soaks of those before it (RNG-06). */
  readonly afterDays: number;
}

/** The ring of each asset that gets something; only of those are counts and percentages. Null: the job has no rings. */
export const compile = (
  { job, tree }: Pick<PlanInputs, "job" | "tree">,
  assets: readonly Asset[],
): ((assetId: string) => PlanRing | null) | null => {
  const { rollout } = job;
  if (rollout === undefined) return null;
  const days = Rollout.daysAfterFirst(rollout);
  const rings = rollout.rings.map(({ name }, i): PlanRing => ({ name, number: i + 1, afterDays: days[i] ?? 0 }));
  const ringOf = Rollout.assign(rollout, assets, { jobId: job.id, tree });
  return (assetId) => rings[ringOf.get(assetId) ?? -1] ?? null;
};
