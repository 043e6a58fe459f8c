/** A run: one occurrence of a job with its plan frozen (CMP-03). At most one per job and occurrence key, ever. */
import type { JobKind } from "@fettle/agent-protocol/vocabulary";
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import type { AssetRun } from "./AssetRun.ts";

export interface Run {
  readonly id: string;
  readonly jobId: string;
  readonly jobRevision: number;
  readonly kind: JobKind;
  readonly occurrenceKey: string;
  readonly planHash: string;
  /** Whether the plan differs from the one that was approved at enabling (JOB-22, PLN-02). */
  readonly hasDrifted: boolean;
  readonly startedAt: number;
  /** Every asset run has its manifest, or needs none. */
  readonly isIssued: boolean;
}

/** The unique key that makes an occurrence happen once (invariant I4). */
export const occurrenceClaim = (jobId: string, occurrenceKey: string): string => `run/${jobId}/${occurrenceKey}`;

/** How far a run has come (RUN-05): asset runs by status, and how many have answered. */
export interface RunProgress {
  readonly runId: string;
  readonly jobId: string;
  readonly assets: number;
  readonly final: number;
  readonly responded: number;
  readonly byStatus: { readonly [S in RunStatus.RunStatus]?: number };
}

/** Counts a run's assets. */
export const progress = (run: Run, assetRuns: readonly AssetRun[]): RunProgress => {
  const byStatus: { [S in RunStatus.RunStatus]?: number } = {};
  for (const a of assetRuns) byStatus[a.state.status] = (byStatus[a.state.status] ?? 0) + 1;
  return {
    runId: run.id,
    jobId: run.jobId,
    assets: assetRuns.length,
    final: assetRuns.filter((a) => RunStatus.isFinal(a.state.status)).length,
    responded: assetRuns.filter((a) => a.state.status !== "Pending" && a.state.status !== "NotLicensed").length,
    byStatus,
  };
};
