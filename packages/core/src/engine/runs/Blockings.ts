/** Which runs keep assets from anything else until these are rebooted (RBT-02), as of now. */
import * as Effect from "effect/Effect";
import type * as AssetRun from "../../domain/run/AssetRun.ts";
import * as Blocking from "../../domain/run/Blocking.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Repository from "../Repository.ts";

/** What blocks these asset runs, by their asset; an asset that isn't named is free. */
export const of = Effect.fn("Blockings.of")(function* (
  tenantId: TenantId,
  assetRuns: readonly Pick<AssetRun.AssetRun, "id" | "assetId">[],
) {
  const found = new Map<string, Blocking.Blocker>();
  for (const assetRun of assetRuns) {
    const others = yield* Repository.allBy(tenantId, "assetRun", "rebootOn", assetRun.assetId);
    if (others.length === 0) continue;
    const bootId = (yield* Repository.get(tenantId, "agent", assetRun.assetId))?.value.bootId ?? null;
    const values = others.map((o) => o.value);
    const blocker = Blocking.blocker(assetRun, values, bootId);
    if (blocker !== null) found.set(assetRun.assetId, blocker);
  }
  return found as ReadonlyMap<string, Blocking.Blocker>;
});
