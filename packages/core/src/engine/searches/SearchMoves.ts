/**
 * Which of a user's saved searches find an asset, and which it would enter or leave with other tags. An index over the
 * searches asks only those that can hold for the asset (`Qql.QueryIndex`); what they ask of patches is asked of its own.
 */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type * as SavedSearch from "../../domain/access/SavedSearch.ts";
import * as AssetSearch from "../../domain/assessment/AssetSearch.ts";
import type { Asset } from "../../domain/asset/Asset.ts";
import * as AssetCatalog from "../../domain/asset/AssetCatalog.ts";
import * as PatchCatalog from "../../domain/patch/PatchCatalog.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as Fleet from "../assets/Fleet.ts";
import * as SeenAsset from "../assets/SeenAsset.ts";
import { reject } from "../Rejected.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Searches from "./Searches.ts";

/** Tags that an asset would bear, or bear no more. */
export interface TagEdit {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** What an edit comes to; searches that find the asset before and after stand in neither. */
export interface SearchMoves {
  readonly entered: readonly SavedSearch.SavedSearch[];
  readonly left: readonly SavedSearch.SavedSearch[];
}

/** The user's saved searches that find an asset now; broken ones find nothing (DSH-04). */
export const finding = Effect.fn("SearchMoves.finding")(function* (actor: Actor, assetId: string) {
  const { asset, searches, finds } = yield* standing(actor, assetId);
  const found = finds(asset);
  return searches.filter(({ id }) => found.has(id));
});

/**
 * Which of the user's saved searches an asset would enter and leave with other tags: only those tags change, not what
 * follows of them, such as dynamic tags or a licence.
 */
export const ifTagged = Effect.fn("SearchMoves.ifTagged")(function* (actor: Actor, assetId: string, edit: TagEdit) {
  const { asset, fleet, searches, finds } = yield* standing(actor, assetId);
  const { add = [], remove = [] } = edit;
  const { limits } = yield* Subscriptions.of(actor.tenantId);
  for (const [name, tags] of [["add", add] as const, ["remove", remove] as const]) {
    if (!Array.isArray(tags) || tags.length > limits.tagsPerSelectionMax) {
      return yield* reject("TAG-03", "invalid", `a list of at most ${limits.tagsPerSelectionMax} tags`, name);
    }
    const unknown = tags.find((id) => !fleet.tree.has(id));
    if (unknown !== undefined) return yield* reject(null, "not-found", `there is no tag ${unknown}`, name);
  }
  const removed = new Set(remove);
  const tags = [...new Set([...asset.tags.filter((id) => !removed.has(id)), ...add])].sort();
  const [before, after] = [finds(asset), finds({ ...asset, tags })];
  const moves: SearchMoves = {
    entered: searches.filter(({ id }) => after.has(id) && !before.has(id)),
    left: searches.filter(({ id }) => before.has(id) && !after.has(id)),
  };
  return moves;
});

const standing = Effect.fn("SearchMoves.standing")(function* (actor: Actor, assetId: string) {
  const user = yield* Authority.require(actor, "view-assets");
  const views = yield* Searches.list(actor, "asset");
  const asked = views.filter(({ problems }) => problems.length === 0).map(({ search }) => compile(search));
  const { asset, fleet: own } = yield* SeenAsset.load(actor.tenantId, user, assetId);
  const now = (yield* Environment).now();
  const patchQueries = asked.flatMap(({ patchQuery }) => patchQuery ?? []);
  const asksCounts = patchQueries.some((query) => Fleet.asksCounts(query));
  const read = asksCounts ? yield* Fleet.load(actor.tenantId, user) : own;
  const fleet = yield* Fleet.asked(actor.tenantId, read, patchQueries);
  const index = Qql.QueryIndex.make();
  const always: string[] = [];
  const hold = holdingForPatches(fleet, asset, now);
  for (const { search, assetQuery } of asked.filter(hold)) {
    if (assetQuery === null) always.push(search.id);
    else Qql.QueryIndex.add(index, search.id, assetQuery.checked);
  }
  const finds = (one: Asset): ReadonlySet<string> => {
    const document = AssetCatalog.toDocument(one, Fleet.contextOf(fleet, one, { latest: true, titles: true }));
    return new Set([...always, ...Qql.QueryIndex.match(index, document, now)]);
  };
  return { asset, fleet, searches: asked.map(({ search }) => search), finds };
});

interface Asked {
  readonly search: SavedSearch.SavedSearch;
  readonly assetQuery: Qql.Query<AssetCatalog.AssetDocument> | null;
  readonly patchQuery: Qql.Query<PatchCatalog.PatchDocument> | null;
}

const compile = (search: SavedSearch.SavedSearch): Asked => ({
  search,
  assetQuery: compiled(AssetCatalog.catalog, search.question.query),
  patchQuery: compiled(PatchCatalog.catalog, search.question.patchQuery),
});

// Patches and view, which tags don't change.
const holdingForPatches = (fleet: Fleet.Fleet, asset: Asset, now: number): ((asked: Asked) => boolean) => {
  const assessed = fleet.assessments.get(asset.id) ?? null;
  const here = [...(assessed?.missing ?? []).map((m) => m.patchId), ...(assessed?.installed ?? [])];
  const patches = here.flatMap((id) => fleet.patches.get(id) ?? []);
  const contexts = Fleet.patchContexts(fleet);
  return ({ search, patchQuery }) => {
    const view = (search.question.view ?? "all") as AssetSearch.View;
    const hits = patchQuery && AssetSearch.patchHits(patchQuery, patches, { contextOf: contexts(patchQuery), now });
    return AssetSearch.foundBy({ view, hits }, assessed, fleet.graph)?.length !== 0;
  };
};

// Those that don't read were left out.
const compiled = <D extends Qql.Catalog.Definitions>(
  catalog: Qql.Catalog.Catalog<D>,
  text: string | null,
): Qql.Query<Qql.Catalog.DocumentOf<D>> | null => {
  const query = text === null || text.trim() === "" ? null : Qql.compile(catalog, text);
  return query?.ok === true ? query.value : null;
};
