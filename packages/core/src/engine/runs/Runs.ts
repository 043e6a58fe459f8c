/** Runs as users see them: progress, and results read from evidence (RUN-05). */
import * as Effect from "effect/Effect";
import type { Asset } from "../../domain/asset/Asset.ts";
import type * as AssetRun from "../../domain/run/AssetRun.ts";
import * as Run from "../../domain/run/Run.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as Assessments from "../assessment/Assessments.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Tags from "../tags/Tags.ts";
import * as Blockings from "./Blockings.ts";

/** One patch on one asset in a run. `isConfirmed`: a later snapshot of the package database agrees (CMP-02). */
export interface ResultRow {
  readonly asset: Asset;
  readonly status: AssetRun.AssetRunState["status"];
  readonly reason: string | null;
  readonly patchId: string | null;
  readonly result: AssetRun.PatchEvidence | null;
  readonly isConfirmed: boolean | null;
}

/** The runs of a job, oldest first. One of before runs had titles bears its job's, as long as that is there. */
export const ofJob = Effect.fn("Runs.ofJob")(function* (actor: Actor, jobId: string) {
  yield* mayView(actor, jobId);
  const title = (yield* Repository.get(actor.tenantId, "job", jobId))?.value.title ?? null;
  const runs = (yield* Repository.allBy(actor.tenantId, "run", "job", jobId)).map(({ value: run }) => ({
    ...run,
    title: run.title ?? title,
  }));
  return runs.sort((a, b) => a.startedAt - b.startedAt);
});

/** How far a run has come, with its asset runs, and by which run those are blocked that wait for their asset's reboot (RBT-02). */
export const progress = Effect.fn("Runs.progress")(function* (actor: Actor, runId: string) {
  const { run, assetRuns } = yield* load(actor, runId);
  const waiting = assetRuns.filter((a) => a.state.status === "Pending" && a.manifest === null);
  const blocked = Object.fromEntries(yield* Blockings.of(actor.tenantId, waiting));
  const now = (yield* Environment).now();
  return { ...Run.progress(run, assetRuns, now), isIssued: run.isIssued, blocked, assetRuns };
});

/** Every asset and patch of a run with before, after, outcome and reason. */
export const results = Effect.fn("Runs.results")(function* (actor: Actor, runId: string) {
  const { run, assets, assetRuns } = yield* load(actor, runId);
  const assessments = yield* Assessments.all(actor.tenantId);
  const rows = assetRuns.flatMap((a): readonly ResultRow[] => {
    const asset = assets.get(a.assetId);
    if (asset === undefined) return [];
    const { status, reason } = a.state;
    const common = { asset, status, reason };
    if (a.patches.length === 0) return [{ ...common, patchId: null, result: null, isConfirmed: null }];
    return a.patches.map(({ patchId }) => {
      const result = a.state.results[patchId] ?? null;
      const assessed = assessments.get(a.assetId);
      const wants = run.kind === "rollback" ? assessed?.missing.map((m) => m.patchId) : assessed?.installed;
      const isGood =
        (result === null && a.state.by === "scan") ||
        result?.outcome === "Installed" ||
        result?.outcome === "AlreadyInstalled" ||
        result?.outcome === "Removed";
      return { ...common, patchId, result, isConfirmed: isGood ? (wants?.includes(patchId) ?? null) : null };
    });
  });
  return rows.sort((a, b) => (a.asset.name < b.asset.name ? -1 : a.asset.name > b.asset.name ? 1 : 0));
});

// Whoever may view a job sees of its runs the assets in their own scope (TAG-05).
const load = Effect.fn("Runs.load")(function* (actor: Actor, runId: string) {
  const { tenantId } = actor;
  const run = yield* Repository.get(tenantId, "run", runId);
  if (run === null) return yield* reject(null, "not-found", `there is no run ${runId}`);
  const user = yield* mayView(actor, run.value.jobId);
  const tree = yield* Tags.tree(tenantId);
  const assets = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const seen = new Map(assets.filter((a) => TagScope.sees(user.scope, tree, a.tags).ok).map((a) => [a.id, a]));
  const assetRuns = (yield* Repository.allBy(tenantId, "assetRun", "run", runId)).map((a) => a.value);
  // An asset that was removed bears no tags any more: what became of it is for those who see all.
  const isSeen = (id: string): boolean => user.scope._tag === "All" || seen.has(id);
  return { run: run.value, assets: seen, assetRuns: assetRuns.filter((a) => isSeen(a.assetId)) };
});

/** The user, when they may view the job, or any job where it is gone. */
export const mayView = Effect.fn("Runs.mayView")(function* (actor: Actor, jobId: string) {
  const job = yield* Repository.get(actor.tenantId, "job", jobId);
  // Nobody has a part any more in a job that is gone.
  if (job === null) return yield* Authority.require(actor, "view-any-job");
  yield* JobAuthority.load(actor, jobId, "view");
  return yield* Authority.userOf(actor);
});
