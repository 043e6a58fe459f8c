/** An asset's story in one run, read for who may see it ({@link ../../domain/run/Timeline.ts}). */
import * as Effect from "effect/Effect";
import type { ActivityEntry } from "../../domain/asset/Activity.ts";
import type { AssetRun } from "../../domain/run/AssetRun.ts";
import type { Run } from "../../domain/run/Run.ts";
import * as Timeline from "../../domain/run/Timeline.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as SeenRuns from "./SeenRuns.ts";

/** Rejects (`not-found`) an asset that the run left out: `runs.explain` says why. */
export const of = Effect.fn("Timelines.of")(function* (actor: Actor, runId: string, assetId: string) {
  const { run, assetRun } = yield* SeenRuns.load(actor, runId, assetId);
  if (assetRun === null) {
    const message = `the run left the asset ${assetId} out; runs.explain says why`;
    return yield* reject(null, "not-found", message, "assetId");
  }
  return yield* told(actor.tenantId, run, assetRun);
});

/** The story, whoever asks. */
export const told = Effect.fn("Timelines.told")(function* (tenantId: TenantId, run: Run, assetRun: AssetRun) {
  const activity = yield* Repository.get(tenantId, "activity", assetRun.assetId);
  return Timeline.of({
    madeAt: run.startedAt,
    assetRun,
    issuedAt: assetRun.manifest?.issuedAt ?? null,
    fetchedAt: fetchedAt(activity?.value.entries ?? [], run.id),
    facts: yield* SeenRuns.facts(tenantId, assetRun),
    scan: yield* SeenRuns.scan(tenantId, run, assetRun),
  });
});

// As far as the agent's log goes back (AGT-05).
const fetchedAt = (entries: readonly ActivityEntry[], runId: string): readonly number[] =>
  entries.filter((e) => e.what === "ManifestDownloaded" && e.about === runId).map((e) => e.at);
