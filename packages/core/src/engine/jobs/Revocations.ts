/**
 * What of a job has not started when the job goes or is stopped is revoked with it (JOB-28): it is sent no more, and agents drop a
 * manifest that they hold at their next check-in. What has started finishes.
 */
import * as Effect from "effect/Effect";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import * as Run from "../../domain/run/Run.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { type CounterChange, Storage } from "../../ports/Storage.ts";
import * as Repository from "../Repository.ts";
import * as RunMarks from "../runs/RunMarks.ts";

/** A revocation, and what else its commit rests on: a tick that is about to make a run of the job finds that it may not. */
export interface Revocation {
  /** On how many assets nothing starts now. */
  readonly revoked: number;
  /** How far the times of the job had been dealt with. */
  readonly recurred: Repository.Versioned<Run.Recurred> | null;
  readonly change: Required<Pick<Repository.Change, "expect" | "counters" | "uniques" | "writes" | "events">>;
}

/**
 * Most asset runs that are revoked with the change of their job. Of a run with more, and of one that is half made, it is written
 * that they are to be, and ticks follow.
 */
export const REVOKED_AT_ONCE_MAX = 5_000;

/** Revokes what has not started of a job's runs. */
export const of = Effect.fn("Revocations.of")(function* (tenantId: TenantId, jobId: string, reason: string) {
  const now = (yield* Environment).now();
  const recurred = yield* Repository.get(tenantId, "recurred", jobId);
  const runs = yield* Repository.allBy(tenantId, "run", "job", jobId);
  const found: Waiting[] = [];
  const later: { readonly runId: string; readonly count: number }[] = [];
  for (const run of runs.filter((r) => r.value.closedAt === null)) {
    const { making } = run.value;
    const waiting = making === undefined ? yield* waitingOf(tenantId, run.id) : [];
    const isLater = making !== undefined || found.length + waiting.length > REVOKED_AT_ONCE_MAX;
    if (isLater) later.push({ runId: run.id, count: making?.of ?? waiting.length });
    else found.push(...waiting);
  }
  const { expect, ...revokingNow } = yield* revoking(tenantId, found, { reason, now });
  const change = {
    ...revokingNow,
    expect: [...expect, Repository.expected("recurred", jobId, recurred)],
    uniques: runs.length > 0 ? [] : [{ key: Run.occurrenceClaim(jobId, Run.ON_DEMAND), owner: jobId }],
  };
  const revoked = later.reduce((sum, { count }) => sum + count, found.length);
  const counters = later.map(({ runId }) => ({ key: markOf(runId), by: 1 }));
  const revocation: Revocation = { revoked, recurred, change: { ...change, counters } };
  return revocation;
});

/** Whether all of a run that has not started is to be revoked. */
export const isMarked = (tenantId: TenantId, runId: string) =>
  Effect.flatMap(Storage, (storage) =>
    Effect.map(storage.counter(tenantId, markOf(runId)), (revocations) => revocations > 0),
  );

/** For a commit that may only be if nothing of a run is to be revoked. */
export const unmarked = (runId: string): CounterChange => ({ key: markOf(runId), by: 0, ceiling: 0 });

/** Revokes what has not started of a run, where its job's change left that to ticks. */
export const finish = Effect.fnUntraced(function* (tenantId: TenantId, run: { readonly id: string }) {
  if (!(yield* isMarked(tenantId, run.id))) return;
  const now = (yield* Environment).now();
  const waiting = yield* waitingOf(tenantId, run.id);
  for (let i = 0; i < waiting.length; i += PER_COMMIT) {
    const some = waiting.slice(i, i + PER_COMMIT);
    // An agent that tells of one of them meanwhile sends them all to the next tick.
    yield* Repository.tryCommit(tenantId, yield* revoking(tenantId, some, { reason: "the job was stopped", now }));
    yield* Effect.yieldNow;
  }
});

type Waiting = Repository.Versioned<AssetRun.AssetRun>;

/** Asset runs that one commit of a tick revokes. */
const PER_COMMIT = 500;

const markOf = (runId: string): string => `revoked/${runId}`;

const waitingOf = Effect.fn("Revocations.waitingOf")(function* (tenantId: TenantId, runId: string) {
  const assetRuns = yield* Repository.allBy(tenantId, "assetRun", "run", runId);
  return assetRuns.filter((a) => !AssetRun.hasStarted(a.value));
});

const revoking = Effect.fn("Revocations.revoking")(function* (
  tenantId: TenantId,
  found: readonly Waiting[],
  { reason, now }: { readonly reason: string; readonly now: number },
) {
  const marked: RunMarks.Marked[] = [];
  for (const a of found) marked.push(yield* RunMarks.marked(tenantId, a, { _tag: "Revoked", reason }));
  return RunMarks.change(marked, now);
});
