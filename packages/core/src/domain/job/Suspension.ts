/**
 * Jobs that the system suspended as the subscription fell back to Free (LIC-02). A suspension is derived from two instants,
 * that of the enabling and that of the fall, and is written nowhere: it holds from the very instant, with no timer. The job
 * is shown as Disabled, with the reason, and can be enabled again once the subscription is renewed; it does not count as
 * the enabling that a run-once job has one of (JOB-07).
 */
import * as Subscription from "../license/Subscription.ts";
import type { Job } from "./Job.ts";

export interface Suspension {
  readonly rule: "LIC-02";
  /** When the subscription fell back. */
  readonly since: number;
  readonly reason: string;
}

/** A job as it is shown. */
export interface ShownJob extends Job {
  /** Why an enabled job is shown as Disabled; null when it isn't suspended. */
  readonly suspended: Suspension | null;
}

/** Why a job is suspended, or null. */
export const of = (
  job: Pick<Job, "status" | "enabled">,
  subscription: Subscription.Subscription,
  now: number,
): Suspension | null => {
  if (job.status !== "Enabled" || job.enabled === null) return null;
  const since = Subscription.fellBackAt(subscription, now);
  const fell = since !== null && job.enabled.at <= since;
  if (!fell && Subscription.deploymentFault(subscription, now) === null) return null;
  const reason =
    Subscription.planAt(subscription, now) === "Free"
      ? "the subscription fell back to Free; renew it and enable the job again"
      : "the subscription had fallen back to Free since the job was enabled; enable it again";
  return { rule: "LIC-02", since: since ?? job.enabled.at, reason };
};

/** The job as it is shown: one that is suspended as Disabled. */
export const shown = (job: Job, subscription: Subscription.Subscription, now: number): ShownJob => {
  const suspended = of(job, subscription, now);
  return { ...job, status: suspended === null ? job.status : "Disabled", suspended };
};

/** The job as it may be enabled again: one that is suspended as it was before it was enabled. */
export const released = (job: Job, subscription: Subscription.Subscription, now: number): Job =>
  of(job, subscription, now) === null ? job : { ...job, status: "Disabled", enabled: null };
