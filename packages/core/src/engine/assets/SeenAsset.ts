/** One asset that a user sees, with what the platform knows of it: what the fleet says of it, without reading the fleet. */
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import { type Asset, isPatchManaged } from "../../domain/asset/Asset.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as StorageSearch from "../searches/StorageSearch.ts";
import * as Fleet from "./Fleet.ts";

/** An asset, and the fleet of it alone. */
export interface SeenAsset {
  readonly asset: Asset;
  readonly fleet: Fleet.Fleet;
}

/** Rejects (`not-found`) an asset that isn't patch-managed (AST-11) or seen (TAG-05) as one that doesn't exist. */
export const load = Effect.fn("SeenAsset.load")(function* (tenantId: TenantId, user: User, assetId: string) {
  const { tree, seats } = yield* Fleet.standing(tenantId);
  const asset = (yield* Repository.get(tenantId, "asset", assetId))?.value;
  if (asset === undefined || !isPatchManaged(asset) || !TagScope.compile(user.scope, tree)(asset.tags)) {
    return yield* reject("AST-11", "not-found", `there is no asset ${assetId} in your scope`, "assetId");
  }
  const agent = yield* Repository.get(tenantId, "agent", assetId);
  const assessment = yield* Repository.get(tenantId, "assessment", assetId);
  const fleet = yield* Fleet.withCatalogue(tenantId, {
    assets: [asset],
    tree,
    licensed: yield* (yield* StorageSearch.of).licensed(tenantId, seats, [assetId]),
    agents: new Map(agent === null ? [] : [[assetId, agent.value]]),
    assessments: Fleet.scanned([asset], new Map(assessment === null ? [] : [[assetId, assessment.value]])),
  });
  const seen: SeenAsset = { asset, fleet };
  return seen;
});
