/** The job list as users search it: by QQL over the jobs that the caller may view (RBAC-04), in pages. */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import * as JobCatalog from "../../domain/job/JobCatalog.ts";
import * as JobFilter from "../../domain/job/JobFilter.ts";
import type { ShownJob } from "../../domain/job/Suspension.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import * as Run from "../../domain/run/Run.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Keyset from "../../domain/shared/Keyset.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import { lift } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Cursor from "../searches/Cursor.ts";
import * as Queries from "../searches/Queries.ts";
import * as RecentSearches from "../searches/RecentSearches.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";
import * as JobAuthority from "./JobAuthority.ts";

/** What jobs may be sorted by. */
export const sortKeys = ["title", "created", "status", "lastRun"] as const;
export type SortKey = (typeof sortKeys)[number];

export interface JobSearchInput extends JobFilter.JobFilter {
  /** QQL over jobs; none: every job. */
  readonly query?: string;
  /** By creation, the newest first, unless told. */
  readonly sort?: { readonly by: SortKey; readonly direction?: Keyset.Direction };
  readonly cursor?: string;
  readonly limit?: number;
}

/** A row of the list (JOB-31); progress is of the latest run, over the assets in the caller's scope. */
export interface JobRow extends JobCatalog.JobContext {
  readonly job: ShownJob;
  readonly counts: JobFilter.JobCounts;
}

export interface JobPage {
  readonly rows: readonly JobRow[];
  readonly total: number;
  readonly next: string | null;
}

/**
 * Searches jobs, by filters, QQL or both (JOB-17).
 *
 * @example
 * const failed = yield* fettle.jobs.search(actor, { query: "status: Enabled and completionPercent < 100" });
 */
export const search = Effect.fn("JobSearches.search")(function* (actor: Actor, input: JobSearchInput) {
  const all = (yield* Repository.all(actor.tenantId, "job")).map((j) => j.value);
  const { user, views } = yield* JobAuthority.viewer(actor, all);
  const limit = yield* Cursor.limitOf(input.limit);
  const newestFirst = { by: "created", direction: "descending" } as const;
  const { by, direction } = yield* Cursor.sorted(input.sort ?? newestFirst, sortKeys);
  const query = yield* Queries.read(JobCatalog.catalog, input.query, "query");
  const filter = yield* lift(JobFilter.read(input));
  const listing: Cursor.Listing = { list: "jobs", question: { query: input.query ?? null, by, direction, ...filter } };
  const position = yield* Cursor.start(actor, listing, input.cursor);
  const subscription = yield* Subscriptions.of(actor.tenantId);
  const now = (yield* Environment).now();
  const seen = all.filter(views).map((job) => Suspension.shown(job, subscription, now));
  const rows = yield* rowsOf(actor.tenantId, user, seen);
  const passes = JobFilter.compile(filter, user.id);
  const found = rows.filter(
    (row) =>
      passes(row.job) && (query === null || Qql.matches(query, JobCatalog.toDocument(row.job, row), position.asOf)),
  );
  const page = Keyset.page(found, (row) => [sortKey(row, by), row.job.id], { direction, after: position.after, limit });
  const next = page.next === null ? null : yield* Cursor.seal(actor, listing, { ...position, after: page.next });
  if (input.cursor === undefined) yield* RecentSearches.note(actor, "job", { query: input.query ?? null });
  const answer: JobPage = { rows: page.rows, total: found.length, next };
  return answer;
});

const rowsOf = Effect.fn("JobSearches.rowsOf")(function* (tenantId: TenantId, user: User, jobs: readonly ShownJob[]) {
  const latest = new Map<string, Run.Run>();
  for (const { value: run } of yield* Repository.all(tenantId, "run")) {
    const known = latest.get(run.jobId);
    if (known === undefined || run.startedAt > known.startedAt) latest.set(run.jobId, run);
  }
  const sees = TagScope.compile(user.scope, yield* Tags.tree(tenantId));
  const assets = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const seen = new Set(assets.filter((a) => sees(a.tags)).map((a) => a.id));
  const rows: JobRow[] = [];
  for (const job of jobs) {
    const run = latest.get(job.id);
    const progress = run === undefined ? null : yield* progressOf(tenantId, run, seen);
    rows.push({ job, counts: JobFilter.counts(job), lastRunAt: run?.startedAt ?? null, progress });
  }
  return rows;
});

// TAG-05: of a run a viewer sees the assets in their own scope.
const progressOf = Effect.fn("JobSearches.progressOf")(function* (
  tenantId: TenantId,
  run: Run.Run,
  seen: ReadonlySet<string>,
) {
  const assetRuns = (yield* Repository.allBy(tenantId, "assetRun", "run", run.id)).map((a) => a.value);
  const { assets, responded, final } = Run.progress(
    run,
    assetRuns.filter((a) => seen.has(a.assetId)),
  );
  return { assets, responded, final };
});

const sortKey = ({ job, lastRunAt }: JobRow, by: SortKey): Keyset.KeyPart => {
  switch (by) {
    case "title":
      return job.title;
    case "created":
      return job.createdAt;
    case "status":
      return job.status;
    case "lastRun":
      return lastRunAt;
  }
};
