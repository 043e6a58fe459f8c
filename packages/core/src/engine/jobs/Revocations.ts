/**
 * What of a job has not started when the job goes or is stopped is revoked with it (JOB-28): it is sent no more, and agents drop a
 * manifest that they hold at their next check-in. What has started finishes.
 */
import * as Effect from "effect/Effect";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import * as Run from "../../domain/run/Run.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Repository from "../Repository.ts";
import * as RunMarks from "../runs/RunMarks.ts";

/** A revocation, and what else its commit rests on: a tick that is about to make a run of the job finds that it may not. */
export interface Revocation {
  /** On how many assets nothing starts now. */
  readonly revoked: number;
  /** How far the times of the job had been dealt with. */
  readonly recurred: Repository.Versioned<Run.Recurred> | null;
  readonly change: Required<Pick<Repository.Change, "expect" | "uniques" | "writes" | "events">>;
}

/** Revokes what has not started of a job's runs. */
export const of = Effect.fn("Revocations.of")(function* (tenantId: TenantId, jobId: string, reason: string) {
  const now = (yield* Environment).now();
  const recurred = yield* Repository.get(tenantId, "recurred", jobId);
  const runs = yield* Repository.allBy(tenantId, "run", "job", jobId);
  const found: Repository.Versioned<AssetRun.AssetRun>[] = [];
  for (const run of runs.filter((r) => r.value.closedAt === null)) {
    const assetRuns = yield* Repository.allBy(tenantId, "assetRun", "run", run.id);
    for (const assetRun of assetRuns) if (!AssetRun.hasStarted(assetRun.value)) found.push(assetRun);
  }
  const marked: RunMarks.Marked[] = [];
  for (const a of found) marked.push(yield* RunMarks.marked(tenantId, a, { _tag: "Revoked", reason }));
  const { expect, writes, events } = RunMarks.change(marked, now);
  const change = {
    expect: [...expect, Repository.expected("recurred", jobId, recurred)],
    uniques: runs.length > 0 ? [] : [{ key: Run.occurrenceClaim(jobId, Run.ON_DEMAND), owner: jobId }],
    writes,
    events,
  };
  const revocation: Revocation = { revoked: found.length, recurred, change };
  return revocation;
});
