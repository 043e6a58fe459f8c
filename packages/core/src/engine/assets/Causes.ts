/**
 * Keeps what starts default jobs (JOB-24) with the change that it is about. Kept only where an enabled default job waits for
 * such a thing, so that tenants without any have nothing to look through.
 */
import * as Effect from "effect/Effect";
import type { Asset } from "../../domain/asset/Asset.ts";
import type { Trigger } from "../../domain/job/Schedule.ts";
import * as Schedule from "../../domain/job/Schedule.ts";
import * as Cause from "../../domain/run/Cause.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Storage } from "../../ports/Storage.ts";
import * as Repository from "../Repository.ts";

/** The writes that keep which of these assets were newly activated; `was` null: it wasn't there before. */
export const ofActivations = Effect.fnUntraced(function* (
  tenantId: TenantId,
  changes: readonly { readonly was: Asset | null; readonly is: Asset }[],
) {
  const causes = changes.flatMap(({ was, is }) => {
    const at = is.activations.PM;
    return at === undefined || was?.activations.PM !== undefined ? [] : [Cause.activated(is.id, at)];
  });
  return causes.length > 0 && (yield* isWaitedFor(tenantId, "OnActivation")) ? causes.map(kept) : [];
});

/** The write that keeps that an asset was heard of again, where it was silent for long enough to matter. */
export const ofCheckIn = Effect.fnUntraced(function* (
  tenantId: TenantId,
  assetId: string,
  { now, lastCheckedInAt }: { readonly now: number; readonly lastCheckedInAt: number },
) {
  const silent = now - lastCheckedInAt;
  if (silent < Schedule.INACTIVE_DAYS_MIN * DAY_MS) return [];
  return (yield* isWaitedFor(tenantId, "AfterInactivity")) ? [kept(Cause.returned(assetId, now, silent))] : [];
});

const DAY_MS = 86_400_000;

const kept = (cause: Cause.Cause) => Repository.put("cause", cause.id, cause);

const isWaitedFor = Effect.fnUntraced(function* (tenantId: TenantId, value: Trigger["_tag"]) {
  return (yield* (yield* Storage).find(tenantId, "job", { name: "trigger", value }, { limit: 1 })).length > 0;
});
