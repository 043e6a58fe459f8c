/** The runs that ticks look after: those that are not over, each with its asset runs. */
import * as Effect from "effect/Effect";
import type * as AssetRun from "../../domain/run/AssetRun.ts";
import type * as Run from "../../domain/run/Run.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Repository from "../Repository.ts";

export interface OpenRun {
  readonly run: Repository.Versioned<Run.Run>;
  readonly assetRuns: readonly Repository.Versioned<AssetRun.AssetRun>[];
}

/** A tenant's, by job, the oldest first. */
export const byJob = Effect.fn("OpenRuns.byJob")(function* (tenantId: TenantId) {
  const runs = [...(yield* Repository.allBy(tenantId, "run", "open", "yes"))].sort(inOrder);
  const found = new Map<string, readonly Repository.Versioned<Run.Run>[]>();
  for (const run of runs) found.set(run.value.jobId, [...(found.get(run.value.jobId) ?? []), run]);
  return found as ReadonlyMap<string, readonly Repository.Versioned<Run.Run>[]>;
});

/** A run with its asset runs as they are now. */
export const load = Effect.fn("OpenRuns.load")(function* (tenantId: TenantId, run: Repository.Versioned<Run.Run>) {
  const open: OpenRun = { run, assetRuns: yield* Repository.allBy(tenantId, "assetRun", "run", run.id) };
  return open;
});

const inOrder = (a: Repository.Versioned<Run.Run>, b: Repository.Versioned<Run.Run>): number =>
  a.value.startedAt - b.value.startedAt || (a.value.occurrenceKey < b.value.occurrenceKey ? -1 : 1);
