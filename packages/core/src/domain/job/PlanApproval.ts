/**
 * A second person's approval of a large plan. Above a limit of assets, which a host sets, a job is enabled only with the
 * very plan that somebody approved who neither made nor owns the job nor enables it: one person who errs, or whose account
 * is in other hands, reaches no more assets than that alone.
 */
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import type { Job } from "./Job.ts";

/** Whether a plan of so many assets needs one. */
export const isNeeded = (assets: number, limits: Limits): boolean => assets > limits.assetsWithoutApprovalMax;

/**
 * Why a plan is not carried out that has grown since it was enabled, or null: above the limit it reaches no more assets than
 * the plan that was enabled, and that one was approved if it had to be.
 */
export const growthFault = (
  assets: number,
  about: { readonly enabled: number; readonly limits: Limits },
): Rejection.Rejection | null => {
  const { enabled, limits } = about;
  if (!isNeeded(assets, limits) || assets <= enabled) return null;
  const message = `the plan has grown from ${enabled} to ${assets} assets since it was enabled; narrow its targets, or clone the job and have its plan approved`;
  return Rejection.make("PLN-02", "conflict", message);
};

/** The job with a plan approved; a former approval is replaced. */
export const approve = (
  job: Job,
  approval: { readonly planHash: string; readonly by: string; readonly now: number },
): Job => ({ ...job, approved: { planHash: approval.planHash, by: approval.by, at: approval.now } });

/** Why the plan may not be enabled for want of an approval, or null. */
export const fault = (
  job: Job,
  about: { readonly planHash: string; readonly assets: number; readonly enabledBy: string; readonly limits: Limits },
): Rejection.Rejection | null => {
  const { planHash, assets, enabledBy, limits } = about;
  if (!isNeeded(assets, limits)) return null;
  const { approved } = job;
  if (approved?.planHash === planHash && approved.by !== enabledBy) return null;
  const why =
    approved === null
      ? "nobody has approved it yet"
      : approved.planHash === planHash
        ? "who approved it can't enable it, too"
        : `${approved.planHash} was approved, and the plan is now ${planHash}`;
  const message = `a plan of ${assets} assets needs the approval of a second person: ${why}`;
  return Rejection.make("PLN-02", "not-permitted", message);
};
