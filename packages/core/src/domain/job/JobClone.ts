/** Clones of jobs (CLN-01 … CLN-04): drafts to be saved as any other, with no link to where they came from. */
import type { TimeZone } from "@fettle/scheduler";
import type { Job, NewJob } from "./Job.ts";
import * as Jobs from "./Job.ts";
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
    title: title(job.title, about),
    ...(isPast ? { schedule: null, needsSchedule: true } : {}),
    coAuthors: about.coAuthors,
    ...(isUnowned(job) ? { isUnowned: true } : {}),
  };
};

// CLN-02. A title that would become too long is cut, so that clones of clones can be saved.
const title = (
  of: string,
  { now, titleCharactersMax }: { readonly now: number; readonly titleCharactersMax: number },
) => {
  const [before, after] = ["Copy of ", ` ${Math.floor(now / 1_000)}`];
  const room = Math.max(0, titleCharactersMax - before.length - after.length);
  return `${before}${cut(of, room)}${after}`;
};

// Never through the middle of a character that takes two.
const cut = (text: string, length: number): string => {
  if (text.length <= length) return text;
  const part = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(part) ? part.slice(0, -1) : part;
};
