/**
 * The job list as users search it, by QQL and filters, in pages. Every role sees every job of the subscription in it (JOB-25); of
 * a job that the caller may not view (RBAC-04) no more than title, status, schedule, owner and counts, and nothing else of it
 * decides whether a search finds it or where it stands.
 */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import * as JobCatalog from "../../domain/job/JobCatalog.ts";
import * as JobFilter from "../../domain/job/JobFilter.ts";
import type * as Schedule from "../../domain/job/Schedule.ts";
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
import * as JobContexts from "./JobContexts.ts";

/** What jobs may be sorted by. */
export const sortKeys = ["title", "created", "status", "lastRun", "nextRun"] as const;
export type SortKey = (typeof sortKeys)[number];

export interface JobSearchInput extends JobFilter.JobFilter {
  /** QQL over jobs; none: every job. */
  readonly query?: string;
  /** By creation, the newest first, unless told. */
  readonly sort?: { readonly by: SortKey; readonly direction?: Keyset.Direction };
  readonly cursor?: string;
  readonly limit?: number;
}

/** A row of the list (JOB-31), of a job that the caller may view; progress is of the latest run, over the assets in their scope. */
export interface ViewedRow extends JobCatalog.JobContext {
  readonly mayView: true;
  readonly job: ShownJob;
  readonly counts: JobFilter.JobCounts;
  readonly starts: Schedule.Starts;
}

/** A row of a job that the caller may not view (JOB-25). */
export interface ListedRow {
  readonly mayView: false;
  readonly job: Pick<ShownJob, JobCatalog.ShownMember>;
  readonly counts: JobFilter.JobCounts;
  readonly starts: Schedule.Starts;
}

export type JobRow = ViewedRow | ListedRow;

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
  const shown = all.map((job) => Suspension.shown(job, subscription, now));
  const rows: readonly JobRow[] = [
    ...(yield* rowsOf(actor.tenantId, user, shown.filter(views))),
    ...(yield* listedOf(
      actor.tenantId,
      shown.filter((job) => !views(job)),
    )),
  ];
  const passes = JobFilter.compile(filter, user.id);
  const passesShown = JobFilter.compileShown(filter, user.id);
  const found = rows.filter(
    (row) =>
      (row.mayView ? passes(row.job) : passesShown(row.job)) &&
      (query === null || Qql.matches(query, documentOf(row), position.asOf)),
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
  const clock = yield* clockOf(tenantId);
  const rows: ViewedRow[] = [];
  for (const job of jobs) {
    const run = latest.get(job.id);
    const progress = run === undefined ? null : yield* progressOf(tenantId, run, seen);
    const starts = JobCatalog.startsOf(job, clock);
    rows.push({
      mayView: true,
      job,
      counts: JobFilter.counts(job),
      lastRunAt: run?.startedAt ?? null,
      progress,
      starts,
    });
  }
  return rows;
});

// When a job was enabled isn't shown of it, and doesn't show in its next start either.
const listedOf = Effect.fn("JobSearches.listedOf")(function* (tenantId: TenantId, jobs: readonly ShownJob[]) {
  const clock = yield* clockOf(tenantId);
  return jobs.map((job): ListedRow => {
    const { id, title, status, schedule, ownerId } = job;
    const starts = JobCatalog.startsOf({ schedule, status, enabled: null }, clock);
    return { mayView: false, job: { id, title, status, schedule, ownerId }, counts: JobFilter.counts(job), starts };
  });
});

const clockOf = Effect.fn("JobSearches.clockOf")(function* (tenantId: TenantId) {
  const { limits } = yield* Subscriptions.of(tenantId);
  return { ...(yield* JobContexts.clock(tenantId)), leadMilliseconds: limits.leadSeconds * 1_000 };
});

const documentOf = (row: JobRow): JobCatalog.JobDocument =>
  row.mayView ? JobCatalog.toDocument(row.job, row) : JobCatalog.toShownDocument(row.job, row.starts, row.counts);

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
    (yield* Environment).now(),
  );
  return { assets, responded, final };
});

// What a row doesn't show is unknown, and unknown comes last.
const sortKey = (row: JobRow, by: SortKey): Keyset.KeyPart => {
  switch (by) {
    case "title":
      return row.job.title;
    case "created":
      return row.mayView ? row.job.createdAt : null;
    case "status":
      return row.job.status;
    case "lastRun":
      return row.mayView ? row.lastRunAt : null;
    case "nextRun":
      return row.starts.next;
  }
};
