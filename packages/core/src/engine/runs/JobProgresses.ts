/**
 * Progress over several jobs, in pages of assets (RUN-05). The runs' asset runs lie in the order of their assets, so a page takes
 * so many of each run and merges them: neither the fleet nor a whole run is read for it. The first page also counts, by walking
 * over the runs' asset runs once, a part at a time.
 */
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import * as JobsProgress from "../../domain/run/JobsProgress.ts";
import type * as Run from "../../domain/run/Run.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { Rejection } from "../../domain/shared/Rejection.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as Authority from "../access/Authority.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Cursor from "../searches/Cursor.ts";
import * as Tags from "../tags/Tags.ts";
import * as Runs from "./Runs.ts";

/** Jobs, of each its latest run, or runs; at most {@link JobsProgress.RUNS_MAX} together. */
export interface ProgressInput {
  readonly jobIds?: readonly string[];
  readonly runIds?: readonly string[];
  readonly cursor?: string;
  /** Assets of a page. */
  readonly limit?: number;
}

/** An asset that is shown: its name, null where it was removed since. */
export interface ProgressRow extends JobsProgress.AssetProgress {
  readonly name: string | null;
}

export interface JobsProgressPage {
  readonly rows: readonly ProgressRow[];
  /** Assets by status in each run, of those that the actor sees; on the first page only, null on later ones. */
  readonly counts: readonly JobsProgress.RunCounts[] | null;
  /** What was named and isn't shown, each with why. */
  readonly refused: readonly { readonly id: string; readonly rejection: Rejection }[];
  readonly next: string | null;
}

/** Asset runs that are read in one go. */
const READ_MAX = 1_000;

/** Answers item by item: what the actor may not view is named among `refused`, and the rest is answered. */
export const of = Effect.fn("JobProgresses.of")(function* (actor: Actor, input: ProgressInput) {
  const { tenantId } = actor;
  const user = yield* Authority.userOf(actor);
  const limit = yield* Cursor.limitOf(input.limit);
  const named = yield* namedIn(input);
  const question = { runs: JSON.stringify(named) };
  const listing: Cursor.Listing = { list: "jobs-progress", question };
  const { asOf, after } = yield* Cursor.start(actor, listing, input.cursor);
  const { runs, refused } = yield* runsOf(actor, named);
  const sees = yield* seer(tenantId, user);
  const rows: ProgressRow[] = [];
  let from = after === null ? null : String(after[0]);
  for (let isMore = true; isMore && rows.length < limit; ) {
    const page = yield* pageOf(tenantId, runs, from, limit);
    const seen = yield* sees(page.map((p) => p.assetId));
    for (const { assetId, assetRuns } of page) {
      if (rows.length === limit) break;
      from = assetId;
      const name = seen.get(assetId);
      if (name !== undefined) rows.push({ ...JobsProgress.ofAsset(assetId, assetRuns), name });
    }
    isMore = page.length === limit;
    yield* Effect.yieldNow;
  }
  const isLast = from === null || (yield* pageOf(tenantId, runs, from, 1)).length === 0;
  const next = isLast ? null : yield* Cursor.seal(actor, listing, { asOf, after: [from] });
  const counts = input.cursor === undefined ? yield* countsOf(tenantId, runs, sees) : null;
  const page: JobsProgressPage = { rows, counts, refused, next };
  return page;
});

interface Named {
  readonly jobIds: readonly string[];
  readonly runIds: readonly string[];
}

const namedIn = Effect.fn("JobProgresses.namedIn")(function* ({ jobIds = [], runIds = [] }: ProgressInput) {
  const named: Named = { jobIds: [...new Set(jobIds)], runIds: [...new Set(runIds)] };
  const count = named.jobIds.length + named.runIds.length;
  if (count === 0) return yield* reject("RUN-05", "invalid", "name jobs or runs", "jobIds");
  if (count > JobsProgress.RUNS_MAX) {
    const message = `at most ${JobsProgress.RUNS_MAX} jobs and runs at once, not ${count}`;
    return yield* reject("RUN-05", "exhausted", message, jobIds.length > 0 ? "jobIds" : "runIds");
  }
  return named;
});

const runsOf = Effect.fn("JobProgresses.runsOf")(function* (actor: Actor, { jobIds, runIds }: Named) {
  const runs = new Map<string, Run.Run>();
  const refused: JobsProgressPage["refused"][number][] = [];
  const known = yield* Repository.some(actor.tenantId, "run", runIds);
  const byId = new Map(known.map((r) => [r.id, r.value]));
  const asked = [
    ...jobIds.map((id) => ({ id, run: latest(actor, id) })),
    ...runIds.map((id) => ({ id, run: one(actor, id, byId.get(id)) })),
  ];
  for (const { id, run } of asked) {
    const found = yield* Effect.result(run);
    if (found._tag === "Success") {
      if (found.success !== null) runs.set(found.success.id, found.success);
    } else if (found.failure._tag === "Rejected") {
      for (const rejection of found.failure.rejections.slice(0, 1)) refused.push({ id, rejection });
    } else return yield* Effect.fail(found.failure);
  }
  return { runs: [...runs.values()], refused };
});

// A job that has not run yet has nothing to show.
const latest = Effect.fn("JobProgresses.latest")(function* (actor: Actor, jobId: string) {
  yield* Runs.mayView(actor, jobId);
  const runs = (yield* Repository.allBy(actor.tenantId, "run", "job", jobId)).map((r) => r.value);
  runs.sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1));
  const [latest = null] = runs;
  if (latest === null) yield* JobAuthority.find(actor.tenantId, jobId);
  return latest;
});

const one = Effect.fn("JobProgresses.one")(function* (actor: Actor, runId: string, run: Run.Run | undefined) {
  if (run === undefined) return yield* reject(null, "not-found", `there is no run ${runId}`, "runIds");
  yield* Runs.mayView(actor, run.jobId);
  return run;
});

type Sees = Effect.Success<ReturnType<typeof seer>>;

// Names of those that the user sees. An asset that was removed bears no tags any more: it is for those who see all.
const seer = Effect.fn("JobProgresses.seer")(function* (tenantId: TenantId, user: User) {
  const sees = TagScope.compile(user.scope, yield* Tags.tree(tenantId));
  return Effect.fnUntraced(function* (ids: readonly string[]) {
    const assets = (yield* Repository.some(tenantId, "asset", ids)).map((a) => a.value);
    const seen = new Map<string, string | null>();
    if (user.scope._tag === "All") for (const id of ids) seen.set(id, null);
    for (const asset of assets) if (sees(asset.tags)) seen.set(asset.id, asset.name);
    return seen as ReadonlyMap<string, string | null>;
  });
});

// The next assets of any of the runs, in the order of their ids, each with its asset runs in the order of the runs.
const pageOf = Effect.fn("JobProgresses.pageOf")(function* (
  tenantId: TenantId,
  runs: readonly Run.Run[],
  after: string | null,
  limit: number,
) {
  const byAsset = new Map<string, AssetRun.AssetRun[]>();
  for (const run of runs) {
    const from = after === null ? null : AssetRun.idOf(run.id, after);
    for (const { value } of yield* Repository.pageBy(tenantId, "assetRun", ["run", run.id], { after: from, limit })) {
      byAsset.set(value.assetId, [...(byAsset.get(value.assetId) ?? []), value]);
    }
  }
  const ids = [...byAsset.keys()].sort().slice(0, limit);
  return ids.map((assetId) => ({ assetId, assetRuns: byAsset.get(assetId) ?? [] }));
});

const countsOf = Effect.fn("JobProgresses.countsOf")(function* (
  tenantId: TenantId,
  runs: readonly Run.Run[],
  sees: Sees,
) {
  const all: JobsProgress.RunCounts[] = [];
  for (const run of runs) {
    let counts = JobsProgress.counting(run);
    for (let after: string | null = null; ; ) {
      const page: readonly Repository.Versioned<AssetRun.AssetRun>[] = yield* Repository.pageBy(
        tenantId,
        "assetRun",
        ["run", run.id],
        { after, limit: READ_MAX },
      );
      const seen = yield* sees(page.map((a) => a.value.assetId));
      counts = JobsProgress.counted(
        counts,
        page.map((a) => a.value).filter((a) => seen.has(a.assetId)),
      );
      const last = page.at(-1);
      if (last === undefined || page.length < READ_MAX) break;
      after = last.id;
      yield* Effect.yieldNow;
    }
    all.push(counts);
  }
  return all;
});
