/** Clones of jobs (CLN-01 … CLN-04): drafts to be saved as any other, with no link to where they came from. */
import type { TimeZone } from "@fettle/scheduler";
import type { Job, NewJob } from "./Job.ts";
import * as Jobs from "./Job.ts";
import * as JobTitle from "./JobTitle.ts";
import * as Schedule from "./Schedule.ts";

/** Whether the clone belongs to nobody: a partially configured job without owner begets such a one (CLN-04). */
export const isUnowned = (job: Job): boolean => job.ownerId === null && Jobs.missingParts(job).length > 0;

/**
 * The draft of a clone: all that its job is defined by (CLN-02). A start that has passed in every zone isn't copied, and the clone
 * isn't saved without another schedule; what runs on demand, or again and again, has none that could have (CLN-03). Which
 * co-authors may be copied is `JobAccess`'s to say.
 */
export const draft = (
  job: Job,
  about: {
    readonly now: number;
    /** The zones of the assets that the job is for, as far as they are known. */
    readonly zones?: readonly TimeZone.TimeZone[];
    readonly coAuthors: readonly string[];
    readonly titleCharactersMax: number;
  },
): NewJob => {
  const { now, zones = [] } = about;
  const isPast = Schedule.pastFault(job.schedule, { now, zones }) !== null;
  return {
    ...Jobs.definition(job),
    title: JobTitle.ofClone(job.title, about),
    ...(isPast ? { schedule: null, needsSchedule: true } : {}),
    coAuthors: about.coAuthors,
    ...(isUnowned(job) ? { isUnowned: true } : {}),
  };
};
