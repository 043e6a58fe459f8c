/**
 * Who has a part in a job beside its owner: co-authors, readers, and a new owner (RBAC-04, RBAC-05, OWN-01). Whether the
 * people named may have that part is `JobAccess`'s to say; here the lists are held to their form and limits.
 */
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { Job } from "./Job.ts";

/** The lists as they are to be; one that is left out stays as it is. */
export interface Sharing {
  readonly coAuthors?: readonly string[];
  readonly readers?: readonly string[];
}

/** The job shared so. Refuses a list with one name twice, with the owner, or too long. */
export const share = (job: Job, sharing: Sharing, limits: Limits): Result<Job, readonly Rejection.Rejection[]> => {
  const { coAuthors = job.coAuthors, readers = job.readers } = sharing;
  const problems = [
    ...listProblems(job, coAuthors, { path: "coAuthors", max: limits.coAuthorsPerJobMax }),
    ...listProblems(job, readers, { path: "readers", max: limits.readersPerJobMax }),
  ];
  return problems.length > 0 ? fail(problems) : ok({ ...job, coAuthors, readers });
};

/** Who would be new among them. */
export const added = (before: readonly string[], after: readonly string[]): readonly string[] =>
  after.filter((id) => !before.includes(id));

/** Whether two lists name the same people. */
export const isSame = (before: readonly string[], after: readonly string[]): boolean =>
  before.length === after.length && added(before, after).length === 0;

/** The job with another owner, who is no co-author or reader of their own job. An approval was for the former owner's. */
export const changeOwner = (job: Job, ownerId: string): Job => ({
  ...job,
  ownerId,
  coAuthors: job.coAuthors.filter((id) => id !== ownerId),
  readers: job.readers.filter((id) => id !== ownerId),
  approved: null,
});

const listProblems = (
  job: Job,
  ids: readonly string[],
  { path, max }: { readonly path: string; readonly max: number },
): readonly Rejection.Rejection[] => {
  const refuse = (code: "invalid" | "exhausted", message: string) => [Rejection.make("RBAC-04", code, message, path)];
  if (ids.length > max) return refuse("exhausted", `at most ${max}`);
  if (ids.some((id) => id === "")) return refuse("invalid", "a user has an id");
  if (new Set(ids).size !== ids.length) return refuse("invalid", "a user stands twice in the list");
  if (job.ownerId !== null && ids.includes(job.ownerId)) return refuse("invalid", `${job.ownerId} owns the job`);
  return [];
};
