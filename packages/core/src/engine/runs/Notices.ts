/** The events that tell a host app's subscribers of runs and jobs (JOB-15), for the commits of what they tell of. */
import type { NotificationDue } from "../../domain/run/NotificationDue.ts";
import * as Repository from "../Repository.ts";

/** One for each, of the run or, where a job is over, of the job. */
export const events = (due: readonly NotificationDue[], now: number) =>
  due.map((each) =>
    each.on === "job-ended" || each.runId === null
      ? Repository.event("NotificationDue", "job", each.jobId, now, body(each))
      : Repository.event("NotificationDue", "run", each.runId, now, body(each)),
  );

const body = ({ byStatus, ...rest }: NotificationDue) => ({
  ...rest,
  byStatus: byStatus === null ? null : { ...byStatus },
});
