/**
 * Default jobs (JOB-24): they have no schedule, assets start them: one that is newly activated, or heard of again after so many
 * days. Whichever assets that will be is not known beforehand, so they are meant by tags and never by name, and each
 * runs alone, so there are no rings.
 */
import type { Platform } from "../shared/Platform.ts";
import * as Rejection from "../shared/Rejection.ts";
import type { JobDraft } from "./Job.ts";
import * as Schedule from "./Schedule.ts";

/** Whether assets start the job. */
export const isDefault = ({ schedule }: Pick<JobDraft, "schedule">): boolean => Schedule.isTrigger(schedule);

/** What is wrong with a default job beside its days, which its schedule tells. */
export const problems = (draft: JobDraft): readonly Rejection.Rejection[] => {
  if (!isDefault(draft)) return [];
  const names = draft.targets !== null && draft.targets.assets.length > 0;
  return [
    ...(names ? [refuse("a default job means assets by tags, none by name", "targets.assets")] : []),
    ...(draft.rollout === undefined
      ? []
      : [refuse("a default job runs on each asset alone, without rings", "rollout")]),
  ];
};

/** Of whom and for which platform a job counts as a default job; null: it is none, or nobody's. */
export interface DefaultJobHolder {
  readonly ownerId: string;
  readonly platform: Platform;
}

export const holderOf = (
  job: Pick<JobDraft, "schedule" | "platform"> & { readonly ownerId: string | null },
): DefaultJobHolder | null =>
  isDefault(job) && job.ownerId !== null ? { ownerId: job.ownerId, platform: job.platform } : null;

const COUNTERS = "defaultJobs/";

/** The counter of a holder's default jobs. */
export const counterOf = ({ ownerId, platform }: DefaultJobHolder): string => `${COUNTERS}${platform}/${ownerId}`;

/** Whether a counter counts default jobs. */
export const isCounter = (key: string): boolean => key.startsWith(COUNTERS);

const refuse = (message: string, path: string): Rejection.Rejection =>
  Rejection.make("JOB-24", "invalid", message, path);
