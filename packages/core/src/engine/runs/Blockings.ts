/** Which runs keep assets from anything else until these are rebooted (RBT-02), as of now. */
import * as Effect from "effect/Effect";
import type * as AssetRun from "../../domain/run/AssetRun.ts";
import * as Blocking from "../../domain/run/Blocking.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Repository from "../Repository.ts";

/** Up to so many assets are looked up one by one; of more, what waits for a reboot anywhere in the tenant is read once. */
export const LOOKED_UP_MAX = 50;

/** What blocks these asset runs, by their asset; an asset that isn't named is free. */
export const of = Effect.fnUntraced(function* (
  tenantId: TenantId,
  assetRuns: readonly Pick<AssetRun.AssetRun, "id" | "assetId">[],
) {
  const found = new Map<string, Blocking.Blocker>();
  const all = assetRuns.length > LOOKED_UP_MAX ? yield* pendingByAsset(tenantId) : null;
  for (const assetRun of assetRuns) {
    const { assetId } = assetRun;
    const others = all === null ? yield* pendingOn(tenantId, assetId) : (all.get(assetId) ?? []);
    if (others.length === 0) continue;
    const bootId = (yield* Repository.get(tenantId, "agent", assetId))?.value.bootId ?? null;
    const blocker = Blocking.blocker(assetRun, others, bootId);
    if (blocker !== null) found.set(assetId, blocker);
  }
  return found as ReadonlyMap<string, Blocking.Blocker>;
});

/** The asset runs that wait for a reboot of an asset. */
export const pendingOn = Effect.fnUntraced(function* (tenantId: TenantId, assetId: string) {
  return (yield* Repository.allBy(tenantId, "assetRun", "rebootOn", assetId)).map((a) => a.value);
});

const pendingByAsset = Effect.fnUntraced(function* (tenantId: TenantId) {
  const found = new Map<string, AssetRun.AssetRun[]>();
  for (const { value } of yield* Repository.allBy(tenantId, "assetRun", "pendingReboot", "yes")) {
    const known = found.get(value.assetId);
    if (known === undefined) found.set(value.assetId, [value]);
    else known.push(value);
  }
  return found;
});
