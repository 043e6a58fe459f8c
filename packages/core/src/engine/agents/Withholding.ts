/**
 * Which manifests are not handed out though they were issued, asked at the moment of sending: of an asset that waits for a reboot
 * (RBT-02), which get theirs afterwards, and of one that has left the scope of the job's owner (TAG-05), which never do.
 */
import * as Effect from "effect/Effect";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import * as Blocking from "../../domain/run/Blocking.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import type { AgentRecord } from "../../schema/Stored.ts";
import * as Repository from "../Repository.ts";
import * as Blockings from "../runs/Blockings.ts";
import * as Reach from "../runs/Reach.ts";

export interface Withheld {
  readonly blocked: ReadonlySet<number>;
  /** With the reason. */
  readonly outside: ReadonlyMap<number, string>;
}

/** Those of an agent's manifests, by version; `bootId`: the boot in which the agent asks. */
export const of = Effect.fnUntraced(function* (
  tenantId: TenantId,
  { assetId, bootId }: { readonly assetId: string; readonly bootId: string },
  manifests: AgentRecord["manifests"],
) {
  const blocked = new Set<number>();
  const outside = new Map<number, string>();
  if (manifests.length === 0) return { blocked, outside } satisfies Withheld as Withheld;
  const pending = yield* Blockings.pendingOn(tenantId, assetId);
  for (const { version, assetRunId } of manifests) {
    if (Blocking.blocker({ id: assetRunId }, pending, bootId) !== null) blocked.add(version);
  }
  const ids = manifests.map((m) => m.assetRunId);
  const waiting = (yield* Repository.some(tenantId, "assetRun", ids)).filter((a) => !AssetRun.hasStarted(a.value));
  const jobOf = new Map(waiting.map((a) => [a.id, a.value.jobId]));
  const why = new Map<string, string | null>();
  for (const jobId of new Set(jobOf.values())) why.set(jobId, yield* whyOutside(tenantId, jobId, assetId));
  for (const { version, assetRunId } of manifests) {
    const reason = why.get(jobOf.get(assetRunId) ?? "") ?? null;
    if (reason !== null) outside.set(version, reason);
  }
  return { blocked, outside } satisfies Withheld as Withheld;
});

// A job that lacks an owner who may run it is told of where it is sent; what was issued of it before goes its way.
const whyOutside = Effect.fnUntraced(function* (tenantId: TenantId, jobId: string, assetId: string) {
  const job = yield* Repository.get(tenantId, "job", jobId);
  if (job === null) return null;
  return yield* Reach.outside(tenantId, job.value, [assetId]).pipe(
    Effect.map((found) => found.get(assetId) ?? null),
    Effect.catchTag("Rejected", () => Effect.succeed(null)),
  );
});
