/** A job as it is shown, with what is derived from it beside its status (JOB-02, JOB-15). */
import * as Job from "./Job.ts";
import * as JobChecks from "./JobChecks.ts";
import * as JobOptions from "./JobOptions.ts";
import type { ShownJob } from "./Suspension.ts";

/** What a job lacks, and what is probably not meant by it. */
export interface JobFindings {
  /** JOB-02: a part is missing, so that it can't be enabled. */
  readonly isPartiallyConfigured: boolean;
  readonly missing: readonly Job.JobPart[];
  readonly warnings: readonly JobOptions.Warning[];
}

export interface JobView extends ShownJob, JobFindings {
  /** What it was read at; given back with a change, it keeps the change from overwriting another (JOB-18). */
  readonly revision: number;
  /** JOB-19: its latest re-run mended none of what it tried; `runs.reruns` tells what to gather. Left out: nothing of the sort. */
  readonly escalate?: { readonly runId: string; readonly tried: number; readonly failed: number };
}

/** What a job or draft lacks; without a clock, nothing is said of what time makes of it. */
export const findings = (job: Job.JobDraft, clock: JobChecks.DraftClock | null = null): JobFindings => {
  const missing = Job.missingParts(job);
  const warnings = [...JobOptions.warnings(job), ...JobChecks.warnings(job, clock)];
  return { isPartiallyConfigured: missing.length > 0, missing, warnings };
};

/** A job that was read. One that was enabled has its time behind it, or waits for it as it is. */
export const of = (
  job: ShownJob,
  about: Pick<JobView, "revision" | "escalate">,
  clock: JobChecks.DraftClock | null = null,
): JobView => ({
  ...job,
  ...findings(job, job.enabled === null ? clock : null),
  ...about,
});
