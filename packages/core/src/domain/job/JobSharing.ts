/**
 * Who has a part in a job beside its owner: co-authors, readers, and a new owner (RBAC-04, RBAC-05, OWN-01). Whether the
 * people named may have that part is `JobAccess`'s to say; here the lists are held to their form and limits.
 */
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagScope from "../tag/TagScope.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";
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

/**
 * The job with another owner, who is no co-author or reader of their own job. An approval was for the former owner's. The
 * scope that the former owner had goes on to bound it (OWN-02); null: it had no owner whose scope is known.
 */
export const changeOwner = (job: Job, ownerId: string, former: TagScope.TagScope | null): Job => ({
  ...job,
  ownerId,
  formerScopes: bounded(job.formerScopes, former),
  coAuthors: job.coAuthors.filter((id) => id !== ownerId),
  readers: job.readers.filter((id) => id !== ownerId),
  approved: null,
});

/** The job bound by no former owner's scope any more (OWN-02). */
export const liftFormerScopes = (job: Job): Job => ({ ...job, formerScopes: [] });

/** Of a job's assets, those that another owner would lose it, and those that stay (OWN-02). */
export interface OwnerChange<A> {
  readonly lost: readonly A[];
  readonly kept: readonly A[];
}

/** Which assets a change of owner would lose; `former` null: nobody's scope bounds it so far. */
export const ownerChange = <A extends TagSelection.Selectable>(
  job: Job,
  about: {
    readonly former: TagScope.TagScope | null;
    readonly next: TagScope.TagScope;
    readonly tree: TagTree;
    readonly assets: readonly A[];
  },
): OwnerChange<A> => {
  const { former, next, tree, assets } = about;
  const select = TagSelection.compile(job.targets ?? TagSelection.none, tree);
  const scopes = bounded(job.formerScopes, former).map((scope) => TagScope.compile(scope, tree));
  const sees = TagScope.compile(next, tree);
  const before = assets.filter((a) => select(a) === "selected" && scopes.every((inScope) => inScope(a.tags)));
  return { lost: before.filter((a) => !sees(a.tags)), kept: before.filter((a) => sees(a.tags)) };
};

// A scope without limit bounds nothing, and the same one not more than once.
const bounded = (scopes: readonly TagScope.TagScope[], former: TagScope.TagScope | null) => {
  if (former === null || former._tag === "All") return scopes;
  const key = (scope: TagScope.TagScope): string => (scope._tag === "All" ? "*" : [...scope.tags].sort().join(" "));
  return scopes.some((scope) => key(scope) === key(former)) ? scopes : [...scopes, former];
};

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
