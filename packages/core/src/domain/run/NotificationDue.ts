/**
 * What subscribers of the host app are to be told (JOB-15): the bodies of the events `NotificationDue`, each written with the
 * change that it tells of, so that it comes once (EVT-01). The host tells them; nothing is sent from here.
 */
import type { RunStatus } from "@fettle/agent-protocol/vocabulary";
import type { Job } from "../job/Job.ts";
import type * as JobNotifications from "../job/JobNotifications.ts";
import type { JobStatus } from "../job/JobStatus.ts";
import type { AssetRun } from "./AssetRun.ts";
import * as Run from "./Run.ts";

export interface NotificationDue {
  readonly jobId: string;
  /** null: the job had no time left, or never a run, so that it is told of no run. */
  readonly runId: string | null;
  /** The run's; the job's where the job is over. */
  readonly title: string;
  readonly on: JobNotifications.Occasion;
  readonly to: readonly string[];
  /** How many assets of the run are in which status; null where it is of no run. */
  readonly byStatus: Run.RunProgress["byStatus"] | null;
  /** What became of the job where it is over, else null. */
  readonly jobStatus: JobStatus | null;
}

/** A run, with its assets. */
export interface RunNow {
  readonly run: Run.Run;
  readonly assetRuns: readonly AssetRun[];
}

/** That a run was made. */
export const ofMade = (run: Run.Run, byStatus: Run.RunProgress["byStatus"]): readonly NotificationDue[] =>
  ofRun(run, byStatus, "run-made");

/** That a run is over, and that some of its assets failed. */
export const ofClosed = (about: RunNow): readonly NotificationDue[] => {
  const isFailed = about.assetRuns.some(({ state }) => FAILURES.includes(state.status));
  const byStatus = byStatusOf(about);
  return [...ofRun(about.run, byStatus, "run-closed"), ...(isFailed ? ofRun(about.run, byStatus, "run-failures") : [])];
};

/** That a job came to its end, with which status it has now; with its one run where that ended it. */
export const ofEnded = (
  { id, title, status: jobStatus, notifications }: Job,
  about: RunNow | null,
): readonly NotificationDue[] => {
  if (!notifications?.on.includes("job-ended")) return [];
  const byStatus = about === null ? null : byStatusOf(about);
  const { to } = notifications;
  return [{ jobId: id, runId: about?.run.id ?? null, title, on: "job-ended", to, byStatus, jobStatus }];
};

const FAILURES: readonly RunStatus.RunStatus[] = ["JobFailed", "CompletedWithFailure", "TimedOut"];

// A run keeps whom it tells, for what the job is changed to reaches the next one (JOB-08), and its job may be gone.
const ofRun = (
  { id: runId, jobId, title, notifications }: Run.Run,
  byStatus: Run.RunProgress["byStatus"],
  on: JobNotifications.Occasion,
): readonly NotificationDue[] => {
  if (!notifications?.on.includes(on)) return [];
  const { to } = notifications;
  return [{ jobId, runId, title: title ?? "", on, to, byStatus, jobStatus: null }];
};

const byStatusOf = ({ assetRuns }: RunNow): Run.RunProgress["byStatus"] => Run.byStatus(assetRuns);
