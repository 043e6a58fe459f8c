/**
 * The status of a job (JOB-12) and the one table of its transitions (JOB-14). Any other move is refused with a rule.
 */
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

export type JobStatus = "Disabled" | "Enabled" | "Completed" | "Expired" | "Ended" | "Failed";

/** From each status, where a run-once job may go. Recurring jobs bring their own moves when they come. */
export const transitions: { readonly [From in JobStatus]: readonly JobStatus[] } = {
  Disabled: ["Enabled", "Expired"],
  Enabled: ["Completed", "Failed"],
  Completed: [],
  Expired: [],
  Ended: [],
  Failed: [],
};

/** The status moved, or the rule that forbids it: JOB-07 where a run-once job was enabled before, else JOB-14. */
export const move = (from: JobStatus, to: JobStatus): Result<JobStatus, Rejection.Rejection> => {
  if (transitions[from].includes(to)) return ok(to);
  if (to === "Enabled") {
    const message = `a run-once job can be enabled once; this one is ${from}. Clone it to run it again`;
    return fail(Rejection.make("JOB-07", "conflict", message));
  }
  return fail(Rejection.make("JOB-14", "conflict", `a job that is ${from} can't become ${to}`));
};
