/**
 * A run: one occurrence of a job with its plan frozen (CMP-03). At most one per job and occurrence key, ever. What a job is
 * changed to reaches its next run (JOB-08), so a run keeps all that it needs of the job.
 */
import type { JobKind } from "@fettle/agent-protocol/vocabulary";
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import type { Overlap, PatchWindow } from "@fettle/scheduler";
import type { Notifications } from "../job/JobNotifications.ts";
import type { JobStatus } from "../job/JobStatus.ts";
import type { PlanConduct } from "../plan/Plan.ts";
import type { TenantId } from "../shared/Tenant.ts";
import type { AssetRun } from "./AssetRun.ts";
import * as Making from "./Making.ts";
import type * as Rerun from "./Rerun.ts";
import * as Watchdog from "./Watchdog.ts";

/** The key of the only occurrence of an on-demand job. */
export const ON_DEMAND = "on-demand";

/** What the job said as the run was made. */
export interface RunConduct extends PlanConduct {
  /** WIN-02. */
  readonly bound: PatchWindow.WindowBound;
  /** WIN-06. */
  readonly overlap: Overlap.Policy;
}

export interface Run {
  readonly id: string;
  readonly jobId: string;
  readonly jobRevision: number;
  /** The job's as the run was made, with the run's time where the job says so (JOB-15); null: made before runs had titles. */
  readonly title: string | null;
  readonly kind: JobKind;
  readonly occurrenceKey: string;
  readonly planHash: string;
  /** Whether the plan differs from the one that was approved at enabling (JOB-22, PLN-02). */
  readonly hasDrifted: boolean;
  readonly startedAt: number;
  /** Every asset run has its manifest, or needs none. */
  readonly isIssued: boolean;
  /** null: made before runs kept it; then the job, which ran once, says it. */
  readonly conduct: RunConduct | null;
  /** Whom the job told of its runs as this one was made (JOB-15); left out: nobody. */
  readonly notifications?: Notifications;
  /** When it starts in the last zone. */
  readonly lastStart: number;
  /** When its window is over in the last zone; null: there is none. */
  readonly windowEnd: number | null;
  /** When it is over in the first; left out: there is none, or it was made before that was kept. */
  readonly firstEnd?: number;
  /** When nothing more could come of it: every asset run is final. As long as it is null, ticks look after it. */
  readonly closedAt: number | null;
  /** How far its asset runs are made; left out: it is whole. */
  readonly making?: Making.Making;
  /** Of what failed in which run it is a re-run (JOB-19); left out: it is none. */
  readonly rerun?: Rerun.OfRun;
}

/** How far the times of a recurring job have been dealt with. */
export interface Recurred {
  readonly jobId: string;
  /** The enabling, or the change of the schedule since, that it is of; another starts anew. */
  readonly since: number;
  /** The last slot of the schedule that became a run, was missed, or was nobody's. */
  readonly through: number;
}

/**
 * Whether the runs that a job has made are sent on while it stands so. One that is Completed with its sending (JOB-13), or past
 * its end (SCH-07), makes no more of them; what was disabled is revoked with it (JOB-28).
 */
export const isSent = (status: JobStatus): boolean =>
  status === "Enabled" || status === "Completed" || status === "Ended";

/** The unique key that makes an occurrence happen once (invariant I4). */
export const occurrenceClaim = (jobId: string, occurrenceKey: string): string => `run/${jobId}/${occurrenceKey}`;

/**
 * A run's id, which follows from what it is of: whoever makes the run of an occurrence makes the same one, also a platform that was
 * restored from a backup and knows nothing of the first; so its agents know it again (RUN-11). A UUID of version 8 (RFC 9562).
 *
 * @example Run.idOf({ tenantId: "acme", jobId: job.id, occurrenceKey: "on-demand" }, Crypto.digest)
 */
export const idOf = (
  { tenantId, jobId, occurrenceKey }: { readonly tenantId: TenantId } & Pick<Run, "jobId" | "occurrenceKey">,
  digest: (text: string) => `sha256:${string}`,
): string => {
  const bits = digest(JSON.stringify(["fettle-run", tenantId, jobId, occurrenceKey])).slice("sha256:".length);
  const variant = (8 + (Number.parseInt(bits.charAt(16), 16) % 4)).toString(16);
  return [
    bits.slice(0, 8),
    bits.slice(8, 12),
    `8${bits.slice(13, 16)}`,
    `${variant}${bits.slice(17, 20)}`,
    bits.slice(20, 32),
  ].join("-");
};

/** How many asset runs of a run are made yet, of how many. */
export interface HalfMade {
  readonly made: number;
  readonly of: number;
}

/** How far a run has come (RUN-05): asset runs by status, and how many have answered. */
export interface RunProgress {
  readonly runId: string;
  readonly jobId: string;
  readonly assets: number;
  readonly final: number;
  readonly responded: number;
  readonly byStatus: { readonly [S in RunStatus.RunStatus]?: number };
  /** Left out: all of its asset runs are made. */
  readonly making?: HalfMade;
  /** Those of which nothing is heard though their time has come, which is no failure (WIN-04); null: there are none. */
  readonly silent: Watchdog.Silence | null;
}

/** Counts a run's assets, as of now. */
export const progress = (run: Run, assetRuns: readonly AssetRun[], now: number): RunProgress => ({
  runId: run.id,
  jobId: run.jobId,
  assets: assetRuns.length,
  final: assetRuns.filter((a) => RunStatus.isFinal(a.state.status)).length,
  responded: assetRuns.filter((a) => a.state.status !== "Pending" && a.state.status !== "NotLicensed").length,
  byStatus: byStatus(assetRuns),
  silent: Watchdog.silence(assetRuns, now),
  ...makingOf(run),
});

/** How far it is made; nothing, when it is whole. */
export const makingOf = ({ making }: Pick<Run, "making">): { readonly making?: HalfMade } =>
  making === undefined ? {} : { making: { made: Making.total(making.byStatus), of: making.of } };

/** How many asset runs are in which status. */
export const byStatus = (assetRuns: readonly Pick<AssetRun, "state">[]): RunProgress["byStatus"] => {
  const counts: { [S in RunStatus.RunStatus]?: number } = {};
  for (const { state } of assetRuns) counts[state.status] = (counts[state.status] ?? 0) + 1;
  return counts;
};
