/**
 * The asset list as users search it (AST-03, AST-04, AST-11, AST-12): by asset tokens, patch tokens or both, under a view,
 * in the caller's scope, with PM activated, in pages; and the filters beside it.
 */
import type * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import * as AssetSearch from "../../domain/assessment/AssetSearch.ts";
import { type AssetSortKey, assetSortKeys } from "../../domain/assessment/AssetSort.ts";
import type { Asset } from "../../domain/asset/Asset.ts";
import * as AssetCatalog from "../../domain/asset/AssetCatalog.ts";
import * as AssetFacets from "../../domain/asset/AssetFacets.ts";
import * as PatchCatalog from "../../domain/patch/PatchCatalog.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type * as Keyset from "../../domain/shared/Keyset.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagTree from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import type { AssetHit, AssetQuestion as AssetIndexQuestion } from "../../ports/SearchIndex.ts";
import type { AgentRecord } from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Cursor from "../searches/Cursor.ts";
import * as Queries from "../searches/Queries.ts";
import * as RecentSearches from "../searches/RecentSearches.ts";
import * as StorageSearch from "../searches/StorageSearch.ts";
import * as Fleet from "./Fleet.ts";

export interface Sort {
  readonly by: AssetSortKey;
  readonly direction?: Keyset.Direction;
}

/** Which assets. */
export interface AssetQuestion {
  /** QQL over assets; none: every asset. */
  readonly assetQuery?: string;
  /** QQL over patches, fulfilled by one and the same patch of the view (AST-04). */
  readonly patchQuery?: string;
  /** `all` unless told. */
  readonly view?: AssetSearch.View;
}

export interface AssetSearchInput extends AssetQuestion {
  /** By name, ascending, unless told. */
  readonly sort?: Sort;
  /** Where the page before ended; none for the first. */
  readonly cursor?: string;
  /** Rows of a page: 1 to {@link Cursor.PAGE_ROWS_MAX}, {@link Cursor.PAGE_ROWS} unless told. */
  readonly limit?: number;
}

export interface FacetsInput extends AssetQuestion {
  /** Which facets; all of them unless told. */
  readonly facets?: readonly AssetFacets.Facet[];
}

/** A row of the list. What isn't known is null, never 0: such as what is missing before the first snapshot. */
export interface AssetRow {
  readonly asset: Asset;
  readonly isLicensed: boolean;
  readonly missing: number | null;
  readonly installed: number | null;
  /** Of the missing ones, those that no other one there takes the place of. */
  readonly latestMissing: number | null;
  /** The patches of the view that fulfil the patch part; null when the search asks nothing of patches. */
  readonly matching: number | null;
  readonly lastScannedAt: number | null;
  readonly lastCheckedInAt: number;
  readonly agentVersion: string | null;
}

export interface AssetPage {
  readonly rows: readonly AssetRow[];
  /** How many assets are found in all. */
  readonly total: number;
  /** Where to go on; null on the last page. */
  readonly next: string | null;
}

/**
 * Searches assets.
 *
 * Rejects a query that doesn't read (with its findings), a sort key or view that isn't on its list, and a cursor that was
 * changed or belongs to another search.
 *
 * @example
 * const page = yield* fettle.assets.search(actor, {
 *   assetQuery: "tags.name: Web", patchQuery: "vendorSeverity: Critical and isSecurity: true", view: "missing" });
 */
export const search = Effect.fn("AssetSearches.search")(function* (actor: Actor, input: AssetSearchInput) {
  const user = yield* Authority.require(actor, "view-assets");
  const limit = yield* Cursor.limitOf(input.limit);
  const { by, direction } = yield* Cursor.sorted(input.sort ?? { by: "name" }, assetSortKeys);
  const asked = yield* read(input);
  const listing: Cursor.Listing = {
    list: "assets",
    question: { asset: input.assetQuery ?? null, patch: input.patchQuery ?? null, view: asked.view, by, direction },
  };
  const { asOf, after } = yield* Cursor.start(actor, listing, input.cursor);
  const question = yield* questionOf(actor.tenantId, user, asked, asOf);
  const index = yield* StorageSearch.of;
  const found = yield* index.assets(actor.tenantId, question, { by, direction, after, limit });
  const next = found.next === null ? null : yield* Cursor.seal(actor, listing, { asOf, after: found.next });
  if (input.cursor === undefined) {
    const { assetQuery = null, patchQuery = null } = input;
    yield* RecentSearches.note(actor, "asset", { query: assetQuery, patchQuery, view: asked.view });
  }
  const answer: AssetPage = { rows: yield* rowsOf(actor.tenantId, found.hits), total: found.total, next };
  return answer;
});

/** Counts of each facet among the assets that a search finds, each value with the text that narrows to it (AST-12). */
export const facets = Effect.fn("AssetSearches.facets")(function* (actor: Actor, input: FacetsInput) {
  const user = yield* Authority.require(actor, "view-assets");
  const wanted = input.facets ?? AssetFacets.facets;
  for (const facet of wanted) {
    if (!AssetFacets.facets.includes(facet)) {
      return yield* reject("AST-12", "invalid", `one of ${AssetFacets.facets.join(", ")}`, "facets");
    }
  }
  const asked = yield* read(input);
  const question = yield* questionOf(actor.tenantId, user, asked, (yield* Environment).now());
  const tallies = yield* (yield* StorageSearch.of).assetFacets(actor.tenantId, question, {
    facets: [...new Set(wanted)],
    values: AssetFacets.FACET_VALUES_MAX,
  });
  return tallies.map((tally) => AssetFacets.told(tally, asked.assetQuery));
});

/**
 * How the storage carries a search out: its statements with their plans, what they cost, and a warning where everything
 * is read. For operators; what the search would find is not told.
 */
export const explainPlan = Effect.fn("AssetSearches.explainPlan")(function* (actor: Actor, input: AssetSearchInput) {
  const user = yield* Authority.require(actor, "view-assets");
  const limit = yield* Cursor.limitOf(input.limit);
  const { by, direction } = yield* Cursor.sorted(input.sort ?? { by: "name" }, assetSortKeys);
  const question = yield* questionOf(actor.tenantId, user, yield* read(input), (yield* Environment).now());
  const index = yield* StorageSearch.of;
  return yield* index.explainAssets(actor.tenantId, question, { by, direction, after: null, limit });
});

interface Asked {
  readonly assetQuery: Qql.Query<AssetCatalog.AssetDocument> | null;
  readonly patchQuery: Qql.Query<PatchCatalog.PatchDocument> | null;
  readonly view: AssetSearch.View;
}

const read = Effect.fn("AssetSearches.read")(function* (input: AssetQuestion) {
  const view = input.view ?? "all";
  if (!AssetSearch.views.includes(view)) {
    return yield* reject("AST-03", "invalid", `one of ${AssetSearch.views.join(", ")}`, "view");
  }
  const asked: Asked = {
    assetQuery: yield* Queries.read(AssetCatalog.catalog, input.assetQuery, "assetQuery"),
    patchQuery: yield* Queries.read(PatchCatalog.catalog, input.patchQuery, "patchQuery"),
    view,
  };
  return asked;
});

// What the caller's scope, the tags and the licences come to now.
const questionOf = Effect.fn("AssetSearches.questionOf")(function* (
  tenantId: TenantId,
  { scope }: User,
  { assetQuery, patchQuery, view }: Asked,
  asOf: number,
) {
  const { tree, seats } = yield* Fleet.standing(tenantId);
  const seen = scope._tag === "All" ? null : [...TagTree.closure(tree, scope.tags)];
  const question: AssetIndexQuestion = { asset: assetQuery, patch: patchQuery, view, seen, seats, asOf };
  return question;
});

// An asset that was removed since it was found is left out.
const rowsOf = Effect.fn("AssetSearches.rowsOf")(function* (tenantId: TenantId, hits: readonly AssetHit[]) {
  const ids = hits.map((hit) => hit.id);
  const assets = new Map((yield* Repository.some(tenantId, "asset", ids)).map((a) => [a.id, a.value]));
  const agents = new Map((yield* Repository.some(tenantId, "agent", ids)).map((a) => [a.id, a.value]));
  return hits.flatMap((hit): readonly AssetRow[] => {
    const asset = assets.get(hit.id);
    return asset === undefined ? [] : [rowOf(asset, agents.get(hit.id), hit)];
  });
});

/** An asset with what was found of it, as a row of the list. */
export const rowOf = (asset: Asset, agent: AgentRecord | undefined, hit: AssetHit): AssetRow => ({
  asset,
  isLicensed: hit.isLicensed,
  missing: hit.missing,
  installed: hit.installed,
  latestMissing: hit.latestMissing,
  matching: hit.matching,
  lastScannedAt: hit.lastScannedAt,
  lastCheckedInAt: agent?.lastCheckedInAt ?? asset.provisionedAt,
  agentVersion: agent?.agentVersion ?? null,
});
