/**
 * Progress over several jobs (RUN-05): per asset, which patches of which jobs installed, failed or wait, and assets by status in
 * each job. Pure; it is given asset runs, a page or all of them, and knows nothing of the rest.
 */
import type { PatchOutcome, RunStatus } from "@fettle/agent-protocol/vocabulary";
import * as AssetRun from "./AssetRun.ts";
import type * as Run from "./Run.ts";

/** Most jobs or runs that one question may name. */
export const RUNS_MAX = 50;

/** What has become of a patch, as far as people ask: `pending` may come to anything yet. */
export type Standing = "installed" | "removed" | "not-applicable" | "failed" | "skipped" | "pending";

/** One patch of one job on one asset. */
export interface PatchStanding {
  readonly jobId: string;
  readonly runId: string;
  readonly patchId: string;
  readonly standing: Standing;
  /** null: nothing was told of it. */
  readonly outcome: PatchOutcome.PatchOutcome | null;
  /** Of what failed: the reason's number and name, or why its run ended before the patch had its turn. */
  readonly reason: string | null;
}

/** How one run stands on the asset. */
export interface RunStanding {
  readonly jobId: string;
  readonly runId: string;
  readonly status: RunStatus.RunStatus;
  readonly reason: string | null;
  /** LIC-06: shown, and nothing is brought. */
  readonly isLicensed: boolean;
}

/** One asset, with all that the runs do there. */
export interface AssetProgress {
  readonly assetId: string;
  readonly runs: readonly RunStanding[];
  readonly patches: readonly PatchStanding[];
}

/** How many assets of one run are in which status. */
export interface RunCounts {
  readonly jobId: string;
  readonly runId: string;
  readonly title: string | null;
  readonly startedAt: number;
  readonly byStatus: { readonly [S in RunStatus.RunStatus]?: number };
}

/** What several asset runs of one asset come to, the runs in the order that they are given in. */
export const ofAsset = (assetId: string, assetRuns: readonly AssetRun.AssetRun[]): AssetProgress => ({
  assetId,
  runs: assetRuns.map(({ jobId, runId, state }) => ({
    jobId,
    runId,
    status: state.status,
    reason: state.reason,
    isLicensed: state.status !== "NotLicensed",
  })),
  patches: assetRuns.flatMap((run) => run.patches.map(({ patchId }) => patchStanding(run, patchId))),
});

/** How a planned patch stands. */
export const patchStanding = (run: AssetRun.AssetRun, patchId: string): PatchStanding => {
  const result = run.state.results[patchId];
  const standing = result === undefined ? "pending" : STANDINGS[result.outcome];
  const { jobId, runId } = run;
  const about = { jobId, runId, patchId, outcome: result?.outcome ?? null };
  if (result !== undefined && standing !== "pending") {
    return { ...about, standing, reason: standing === "failed" ? AssetRun.failureLabel(result) : null };
  }
  // Its run came to an end without it: what is over brings nothing any more.
  if (!AssetRun.isFinal(run) || isPlanEnd(run.state.status)) return { ...about, standing: "pending", reason: null };
  return { ...about, standing: "failed", reason: run.state.reason ?? run.state.status };
};

/** The runs' counts, started with none. */
export const counting = (run: Pick<Run.Run, "id" | "jobId" | "title" | "startedAt">): RunCounts => ({
  jobId: run.jobId,
  runId: run.id,
  title: run.title,
  startedAt: run.startedAt,
  byStatus: {},
});

/** The counts with so many asset runs more. */
export const counted = (counts: RunCounts, assetRuns: readonly Pick<AssetRun.AssetRun, "state">[]): RunCounts => {
  const byStatus: { [S in RunStatus.RunStatus]?: number } = { ...counts.byStatus };
  for (const { state } of assetRuns) byStatus[state.status] = (byStatus[state.status] ?? 0) + 1;
  return { ...counts, byStatus };
};

const STANDINGS: { readonly [O in PatchOutcome.PatchOutcome]: Standing } = {
  Pending: "pending",
  Downloaded: "pending",
  Installed: "installed",
  // RBT-12: not applied before the reboot.
  InstalledPendingReboot: "pending",
  Failed: "failed",
  Skipped: "skipped",
  NotApplicable: "not-applicable",
  AlreadyInstalled: "installed",
  Removed: "removed",
};

// Completed by a scan that stood in for what was never told (CMP-02): nothing failed there.
const isPlanEnd = (status: RunStatus.RunStatus): boolean => status === "Completed";
