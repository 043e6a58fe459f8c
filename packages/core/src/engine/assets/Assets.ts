/** Assets as users see them: what they are, what is missing on them, in the caller's scope only (AST-11, TAG-05). */
import * as Effect from "effect/Effect";
import type * as Assessment from "../../domain/assessment/Assessment.ts";
import type { MissingPackage } from "../../domain/assessment/Assessment.ts";
import { type Asset, isPatchManaged, whyNotScanned } from "../../domain/asset/Asset.ts";
import * as Licence from "../../domain/license/Licence.ts";
import type { Patch } from "../../domain/patch/Patch.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as Assessments from "../assessment/Assessments.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";

/** A row of the asset list. `missing` is null as long as nothing is known (never "nothing missing"). */
export interface AssetView {
  readonly asset: Asset;
  readonly isLicensed: boolean;
  readonly missing: number | null;
  readonly installed: number | null;
  readonly lastCheckedInAt: number;
}

/** A patch that is missing on an asset, with what stands there and what would fix it. */
export interface MissingView {
  readonly asset: Asset;
  readonly patch: Patch;
  readonly packages: readonly MissingPackage[];
}

/** The assets that the actor sees. */
export const list = Effect.fn("Assets.list")(function* (actor: Actor) {
  const seen = yield* visible(actor);
  const { tenantId } = actor;
  const subscription = yield* Subscriptions.of(tenantId);
  const tree = yield* Tags.tree(tenantId);
  const everything = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const seats = Licence.assignSeats(subscription, tree, everything, (yield* Environment).now());
  const assessments = yield* Assessments.all(tenantId);
  const agents = new Map((yield* Repository.all(tenantId, "agent")).map((a) => [a.id, a.value]));
  return seen.map((asset): AssetView => {
    const assessed = whyNotScanned(asset) === null ? assessments.get(asset.id) : undefined;
    return {
      asset,
      isLicensed: seats.get(asset.id)?._tag === "Licensed",
      missing: assessed?.missing.length ?? null,
      installed: assessed?.installed.length ?? null,
      lastCheckedInAt: agents.get(asset.id)?.lastCheckedInAt ?? asset.provisionedAt,
    };
  });
});

/** What is missing on the assets that the actor sees, by asset and patch. */
export const missing = Effect.fn("Assets.missing")(function* (actor: Actor) {
  const seen = yield* visible(actor);
  const assessments = yield* Assessments.all(actor.tenantId);
  const patches = new Map((yield* Repository.all(actor.tenantId, "patch")).map((p) => [p.id, p.value]));
  // AST-07: nothing is told of what isn't scanned.
  const scanned = seen.filter((a) => whyNotScanned(a) === null);
  return scanned.flatMap((asset) =>
    (assessments.get(asset.id)?.missing ?? []).flatMap((m): readonly MissingView[] => {
      const patch = patches.get(m.patchId);
      return patch === undefined ? [] : [{ asset, patch, packages: m.packages }];
    }),
  );
});

const visible = Effect.fn("Assets.visible")(function* (actor: Actor) {
  const user = yield* Authority.require(actor, "view-assets");
  const tree = yield* Tags.tree(actor.tenantId);
  const assets = (yield* Repository.all(actor.tenantId, "asset")).map((a) => a.value);
  return assets
    .filter((a) => isPatchManaged(a) && TagScope.sees(user.scope, tree, a.tags).ok)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
});

export type { Assessment };
