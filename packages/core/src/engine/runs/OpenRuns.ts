/** The runs that ticks look after: those that are not over, each with its asset runs that there may be something to do about now. */
import * as Effect from "effect/Effect";
import type * as AssetRun from "../../domain/run/AssetRun.ts";
import * as DueLook from "../../domain/run/DueLook.ts";
import type * as Run from "../../domain/run/Run.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Repository from "../Repository.ts";

type RunNow = Repository.Versioned<Run.Run>;

export interface OpenRun {
  readonly run: RunNow;
  /** Those that are due; of the others nothing is to be done now, whatever else stands. */
  readonly assetRuns: readonly Repository.Versioned<AssetRun.AssetRun>[];
}

/** A tenant's, by job, the oldest first. */
export const byJob = Effect.fn("OpenRuns.byJob")(function* (tenantId: TenantId) {
  const runs = [...(yield* Repository.allBy(tenantId, "run", "open", "yes"))].sort(inOrder);
  const found = new Map<string, RunNow[]>();
  for (const run of runs) {
    const known = found.get(run.value.jobId);
    if (known === undefined) found.set(run.value.jobId, [run]);
    else known.push(run);
  }
  return found as ReadonlyMap<string, readonly RunNow[]>;
});

/** The runs of a run's job that come before it and are not over. */
export const before = Effect.fn("OpenRuns.before")(function* (tenantId: TenantId, run: Run.Run) {
  const runs = (yield* byJob(tenantId)).get(run.jobId) ?? [];
  const own = runs.findIndex(({ id }) => id === run.id);
  return runs.slice(0, Math.max(0, own));
});

/** A run with its asset runs that are due, in the order of their ids. */
export const load = Effect.fnUntraced(function* (tenantId: TenantId, run: RunNow) {
  const now = (yield* Environment).now();
  const assetRuns: Repository.Versioned<AssetRun.AssetRun>[] = [];
  for (const value of DueLook.until(run.value, now)) {
    assetRuns.push(...(yield* Repository.allBy(tenantId, "assetRun", "due", value)));
  }
  const open: OpenRun = { run, assetRuns: assetRuns.sort((a, b) => (a.id < b.id ? -1 : 1)) };
  return open;
});

const inOrder = (a: RunNow, b: RunNow): number =>
  a.value.startedAt - b.value.startedAt || (a.value.occurrenceKey < b.value.occurrenceKey ? -1 : 1);
