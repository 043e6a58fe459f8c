/**
 * Removes an asset with everything that is known of it (AGT-07, PRG-01): asset, agent, snapshot, assessment; its seat is
 * free with it (LIC-08), for seats are derived from the assets there are. What runs did on it stays as their record; a run
 * that has not begun on it never will.
 *
 * The agent's key is kept as that of a removed one ({@link ./RemovedAgents.ts}): nothing that it still sends brings
 * anything back.
 */
import * as Effect from "effect/Effect";
import * as PurgeRule from "../../domain/purge/PurgeRule.ts";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import type { DeleteWrite, EntityKind } from "../../ports/Storage.ts";
import type { RemovedAgentRecord } from "../../schema/Stored.ts";
import { ASSETS_COUNTER } from "../agents/Provisioning.ts";
import * as SnapshotNames from "../agents/SnapshotNames.ts";
import * as AuditTrail from "../audit/AuditTrail.ts";
import * as Repository from "../Repository.ts";
import * as RunMarks from "../runs/RunMarks.ts";

/** Why an asset is removed. */
export interface Removal {
  readonly actor: Actor;
  /** The façade's method, for the audit trail. */
  readonly method: string;
  readonly reason: RemovedAgentRecord["reason"];
  /** The session that an agent leaves with, when it is the agent that said so. */
  readonly leaves: RemovedAgentRecord["session"] | null;
}

/** What came of it. `Changed`: others wrote to it meanwhile; it may be tried again. */
export type Removed =
  | { readonly _tag: "Removed" }
  | { readonly _tag: "Kept"; readonly because: PurgeRule.Kept }
  | { readonly _tag: "Absent" }
  | { readonly _tag: "Changed" };

/** How often it is tried while agents report and jobs are dispatched. */
export const TRIES_MAX = 5;

/** Removes an asset, unless a run keeps it. */
export const remove = Effect.fn("AssetRemovals.remove")(function* (
  tenantId: TenantId,
  assetId: string,
  removal: Removal,
) {
  let answer: Removed = { _tag: "Changed" };
  for (let tries = 0; tries < TRIES_MAX && answer._tag === "Changed"; tries += 1) {
    answer = yield* attempt(tenantId, assetId, removal);
  }
  return answer;
});

const attempt = Effect.fn("AssetRemovals.attempt")(function* (tenantId: TenantId, assetId: string, removal: Removal) {
  const now = (yield* Environment).now();
  const asset = yield* Repository.get(tenantId, "asset", assetId);
  const agent = yield* Repository.get(tenantId, "agent", assetId);
  if (asset === null) return { _tag: "Absent" } as Removed;
  const runs = yield* Repository.allBy(tenantId, "assetRun", "asset", assetId);
  // An agent that leaves knows best what it has begun.
  const values = runs.map((r) => r.value);
  const heardAt = agent?.value.lastCheckedInAt ?? null;
  const kept = removal.leaves === null ? PurgeRule.whyKept(values, { now, heardAt }) : null;
  if (kept !== null) return { _tag: "Kept", because: kept } as Removed;
  const snapshot = yield* Repository.get(tenantId, "snapshot", assetId);
  const assessment = yield* Repository.get(tenantId, "assessment", assetId);
  const names = yield* SnapshotNames.change(tenantId, snapshot?.value.names ?? [], []);
  const open = runs.filter((r) => !AssetRun.isFinal(r.value));
  const reason = `the asset was ${removal.reason}`;
  const withdrawn: RunMarks.Marked[] = [];
  for (const run of open) withdrawn.push(yield* RunMarks.marked(tenantId, run, { _tag: "Withdrawn", reason }));
  const change: Repository.Change = {
    expect: [
      Repository.expected("asset", assetId, asset),
      Repository.expected("agent", assetId, agent),
      Repository.expected("snapshot", assetId, snapshot),
      Repository.expected("assessment", assetId, assessment),
      ...open.map((r) => Repository.expected("assetRun", r.id, r)),
    ],
    counters: [{ key: ASSETS_COUNTER, by: -1, floor: 0 }, ...names.counters],
    writes: [
      ...(["asset", "agent", "activity", "snapshot", "assessment", "attempts"] as const).map((kind) =>
        gone(kind, assetId),
      ),
      ...names.writes,
      ...withdrawn.map(({ is }) => Repository.put("assetRun", is.id, is)),
      ...(agent === null ? [] : [Repository.put("removedAgent", assetId, recordOf(agent.value, removal, now))]),
    ],
    events: [
      Repository.event("AssetRemoved", "asset", assetId, now, {
        by: label(removal.actor),
        name: asset.value.name,
        reason: removal.reason,
      }),
    ],
  };
  const audited = yield* AuditTrail.recorded(removal.actor, removal.method, change);
  const committed = yield* Repository.tryCommit(tenantId, audited);
  return (committed._tag === "Committed" ? { _tag: "Removed" } : { _tag: "Changed" }) as Removed;
});

const gone = (kind: EntityKind, id: string): DeleteWrite => ({ _tag: "Delete", kind, id });

const recordOf = (
  agent: Pick<RemovedAgentRecord, "id" | "publicKey" | "session" | "factsThrough">,
  { reason, leaves }: Removal,
  now: number,
): RemovedAgentRecord => ({
  id: agent.id,
  publicKey: agent.publicKey,
  session: leaves ?? agent.session,
  factsThrough: agent.factsThrough,
  removedAt: now,
  reason,
  leftAt: leaves === null ? null : now,
});
