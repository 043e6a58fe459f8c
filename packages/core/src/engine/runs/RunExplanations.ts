/** Why an asset was or wasn't patched in a run, read for who may see it ({@link ../../domain/run/RunExplanation.ts}). */
import * as Effect from "effect/Effect";
import * as RunExplanation from "../../domain/run/RunExplanation.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as KeptPlans from "../plans/KeptPlans.ts";
import * as Blockings from "./Blockings.ts";
import * as Keepings from "./Keepings.ts";
import * as SeenRuns from "./SeenRuns.ts";
import * as Timelines from "./Timelines.ts";

/** The chain of facts, of the run's frozen plan and of what was told since; without a patch, of the run as a whole. */
export const explain = Effect.fn("RunExplanations.explain")(function* (
  actor: Actor,
  runId: string,
  assetId: string,
  patchId?: string,
) {
  const { run, assetRun } = yield* SeenRuns.load(actor, runId, assetId);
  const plan = yield* KeptPlans.get(actor.tenantId, run.planHash);
  const blockers = assetRun === null ? null : yield* Blockings.of(actor.tenantId, [assetRun]);
  return RunExplanation.explain({
    run,
    plan,
    assetId,
    assetRun,
    story: assetRun === null ? [] : yield* Timelines.told(actor.tenantId, run, assetRun),
    blockedBy: blockers?.get(assetId) ?? null,
    keptBy: assetRun === null ? [] : yield* Keepings.of(actor.tenantId, run, assetRun),
    patchId: patchId ?? null,
  });
});
