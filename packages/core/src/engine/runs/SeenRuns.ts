/** One asset in one run, to who may view its job and sees the asset (TAG-05): read by itself, without the run's other assets. */
import * as Effect from "effect/Effect";
import type { Asset } from "../../domain/asset/Asset.ts";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import type * as Run from "../../domain/run/Run.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Tags from "../tags/Tags.ts";
import * as Runs from "./Runs.ts";

export interface SeenRun {
  readonly run: Run.Run;
  /** null: it was removed since. */
  readonly asset: Asset | null;
  /** null: the run left the asset out. */
  readonly assetRun: AssetRun.AssetRun | null;
}

/** Rejects (`not-found`) a run that isn't there, and an asset that the actor doesn't see as one that isn't there. */
export const load = Effect.fn("SeenRuns.load")(function* (actor: Actor, runId: string, assetId: string) {
  const { tenantId } = actor;
  const run = yield* Repository.get(tenantId, "run", runId);
  if (run === null) return yield* reject(null, "not-found", `there is no run ${runId}`, "runId");
  const user = yield* Runs.mayView(actor, run.value.jobId);
  const asset = (yield* Repository.get(tenantId, "asset", assetId))?.value ?? null;
  const assetRun = (yield* Repository.get(tenantId, "assetRun", AssetRun.idOf(runId, assetId)))?.value ?? null;
  // An asset that was removed bears no tags any more: what became of it is for those who see all.
  const isSeen =
    asset === null
      ? user.scope._tag === "All" && assetRun !== null
      : TagScope.sees(user.scope, yield* Tags.tree(tenantId), asset.tags).ok;
  if (!isSeen) return yield* reject("TAG-05", "not-found", `there is no asset ${assetId} in your scope`, "assetId");
  const seen: SeenRun = { run: run.value, asset, assetRun };
  return seen;
});

/** Every fact about an asset in a run, in the order in which its agent numbered them. */
export const facts = Effect.fn("SeenRuns.facts")(function* (tenantId: TenantId, { id }: Pick<AssetRun.AssetRun, "id">) {
  const found = (yield* Repository.allBy(tenantId, "fact", "assetRun", id)).map((f) => f.value);
  const told = found.map(
    ({ epoch, fact }): AssetRun.AgentFact => ({ epoch, sequence: fact.sequence, at: fact.at, body: fact.body }),
  );
  return told.sort((a, b) => a.epoch - b.epoch || a.sequence - b.sequence);
});

/** The asset's latest scan, when it is later than all that its agent told of the run, and what it says of each patch. */
export const scan = Effect.fn("SeenRuns.scan")(function* (
  tenantId: TenantId,
  { kind }: Pick<Run.Run, "kind">,
  { assetId, state }: AssetRun.AssetRun,
) {
  const snapshot = yield* Repository.get(tenantId, "snapshot", assetId);
  const assessment = yield* Repository.get(tenantId, "assessment", assetId);
  if (snapshot === null || assessment === null || snapshot.value.takenAt <= state.changedAt) return null;
  const missing = new Set(assessment.value.missing.map((m) => m.patchId));
  const installed = new Set(assessment.value.installed);
  const [good, bad] = kind === "rollback" ? [missing, installed] : [installed, missing];
  const isClaimed = (outcome: string): boolean => ["Installed", "AlreadyInstalled", "Removed"].includes(outcome);
  const claimed = Object.values(state.results).filter((r) => isClaimed(r.outcome));
  const those = (among: ReadonlySet<string>): readonly string[] =>
    claimed
      .map((r) => r.patchId)
      .filter((id) => among.has(id))
      .sort();
  const { takenAt, receivedAt } = snapshot.value;
  return { takenAt, at: receivedAt, confirms: those(good), denies: those(bad) };
});
