/**
 * Links between jobs (JOB-21): a job takes its patches from another and starts once that one's success has reached a
 * threshold. Pure. No cycle ever gets in, and a chain has an end within {@link LINKS_DEPTH_MAX}.
 */
import * as Rejection from "../shared/Rejection.ts";
import type { Job, JobDraft, JobLink } from "./Job.ts";
import * as JobStatus from "./JobStatus.ts";
import * as Schedule from "./Schedule.ts";

/** Most links one after the other, from a job to the one whose own list or query it is. */
export const LINKS_DEPTH_MAX = 10;

/** The job's link; null when its patches are its own. */
export const linkOf = ({ patches }: Pick<JobDraft, "patches">): JobLink | null =>
  patches?._tag === "Linked" ? patches : null;

/** What is wrong with a link by itself. */
export const problems = (draft: Pick<JobDraft, "patches">): readonly Rejection.Rejection[] => {
  const link = linkOf(draft);
  if (link === null) return [];
  const { jobId, successPercentMin: min } = link;
  return [
    ...(jobId === "" ? [refuse("invalid", "name the job whose patches it takes", "patches.jobId")] : []),
    ...(min >= 0 && min <= 100 ? [] : [refuse("invalid", "a threshold of 0–100 percent", "patches.successPercentMin")]),
  ];
};

/** A job that links, as it is or will be saved. */
type Linking = Pick<Job, "id" | "platform" | "kind">;

/** What is wrong with a link to this job; `other` null: there is none that the actor may view. */
export const otherProblems = (job: Linking, link: JobLink, other: Job | null): readonly Rejection.Rejection[] => {
  if (other === null) return [refuse("not-found", `there is no job ${link.jobId}`, "patches.jobId")];
  return [
    ...(other.platform === job.platform
      ? []
      : [refuse("invalid", `${other.title} is for ${other.platform}, this job for ${job.platform}`, "patches.jobId")]),
    ...(other.kind === job.kind ? [] : [refuse("invalid", `${other.title} is a ${other.kind}`, "patches.jobId")]),
    ...(other.patches === null ? [refuse("invalid", `${other.title} has no patches`, "patches.jobId")] : []),
  ];
};

/**
 * What is wrong with the chain that a job's links make: the jobs that it leads to, nearest first. `above`: how many links
 * lead to the job, at most, from those that link to it.
 */
export const chainProblems = (
  job: Pick<Job, "id">,
  chain: readonly Pick<Job, "id" | "title">[],
  above: number,
): readonly Rejection.Rejection[] => {
  if (chain.some(({ id }) => id === job.id)) {
    const [next] = chain;
    const round = next === undefined || next.id === job.id ? "itself" : `itself by way of ${next.title}`;
    return [refuse("conflict", `the job would take its patches from ${round}`, "patches.jobId")];
  }
  return chain.length + above > LINKS_DEPTH_MAX
    ? [refuse("conflict", `at most ${LINKS_DEPTH_MAX} links one after the other`, "patches.jobId")]
    : [];
};

/** How far another job's success has come. */
export interface Reached {
  /** Null: not known yet. */
  readonly percent: number | null;
  /** Why it isn't known, in words; empty where it is. */
  readonly why: string;
}

/** Why a job may not start yet; null when the other's success has reached the threshold. */
export const waitFault = (link: JobLink, title: string, { percent, why }: Reached): Rejection.Rejection | null => {
  if (percent !== null && percent >= link.successPercentMin) return null;
  // Rounded down, so that what hasn't reached the threshold never reads as if it had.
  const stands = percent === null ? why : `has reached ${Math.floor(percent * 10) / 10} %`;
  const message = `${title} ${stands}; this job starts at ${link.successPercentMin} % of its ${link.of}`;
  return refuse("conflict", message, "patches");
};

/** Whether a job's link still counts: one that is over never starts again. */
export const isOpen = (job: Pick<Job, "status" | "schedule">): boolean => {
  const sort = Schedule.isRunOnce(job.schedule) ? "run-once" : "recurring";
  return JobStatus.transitions(sort)[job.status].length > 0;
};

/** Why a job that others link to isn't deleted: one rejection for each that the actor may view, one for the others. */
export const whyKept = (seen: readonly Pick<Job, "id" | "title">[], unseen: number): readonly Rejection.Rejection[] => [
  ...seen.map(({ id, title }) =>
    refuse("conflict", `${title} (${id}) takes its patches from this job; change or delete that one first`, null),
  ),
  ...(unseen > 0
    ? [refuse("conflict", `${unseen} jobs that you may not view take their patches from this job`, null)]
    : []),
];

const refuse = (code: Rejection.RejectionCode, message: string, path: string | null): Rejection.Rejection =>
  Rejection.make("JOB-21", code, message, path);
