/** A change of modules on assets as they are to be written, each by itself: changed, as asked for already, or refused. */
import * as Effect from "effect/Effect";
import type { Asset } from "../../domain/asset/Asset.ts";
import * as ModuleChange from "../../domain/asset/ModuleChange.ts";
import type * as Rejection from "../../domain/shared/Rejection.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import type { StoredJson } from "../../ports/Storage.ts";
import type * as AssetWrites from "../assets/AssetWrites.ts";
import * as Repository from "../Repository.ts";

/** What became of one asset. */
export interface ModuleItem {
  readonly assetId: string;
  readonly outcome: "changed" | "unchanged" | "refused";
  readonly rejection: Rejection.Rejection | null;
}

/** The items, and the changes that {@link AssetWrites.ofMany} writes. */
export const of = Effect.fn("ModuleWrites.of")(function* (
  tenantId: TenantId,
  assets: readonly Repository.Versioned<Asset>[],
  change: ModuleChange.ModuleChange,
  about: { readonly now: number; readonly told: { readonly [name: string]: StoredJson } },
) {
  const agents = new Set(
    (yield* Repository.some(
      tenantId,
      "agent",
      assets.map((a) => a.id),
    )).map((a) => a.id),
  );
  const items: ModuleItem[] = [];
  const changes: AssetWrites.AssetChange[] = [];
  for (const was of assets) {
    const applied = ModuleChange.applied(was.value, change, { hasAgent: agents.has(was.id), now: about.now });
    if (!applied.ok) items.push({ assetId: was.id, outcome: "refused", rejection: applied.error });
    else if (applied.value === was.value.activations)
      items.push({ assetId: was.id, outcome: "unchanged", rejection: null });
    else {
      items.push({ assetId: was.id, outcome: "changed", rejection: null });
      const { activate, deactivate } = ModuleChange.difference(was.value.activations, applied.value);
      const told = { ...about.told, activated: activate, deactivated: deactivate };
      changes.push({ was, is: { ...was.value, activations: applied.value }, about: told });
    }
  }
  return { items, changes };
});
