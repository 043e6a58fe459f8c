/**
 * The asset list as users search it (AST-03, AST-04, AST-11, AST-12): by asset tokens, patch tokens or both, under a view,
 * in the caller's scope, with PM activated, in pages; and the filters beside it.
 */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import * as AssetSearch from "../../domain/assessment/AssetSearch.ts";
import { type Asset, isPatchManaged } from "../../domain/asset/Asset.ts";
import * as AssetCatalog from "../../domain/asset/AssetCatalog.ts";
import * as AssetFacets from "../../domain/asset/AssetFacets.ts";
import * as PatchCatalog from "../../domain/patch/PatchCatalog.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Keyset from "../../domain/shared/Keyset.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import { reject } from "../Rejected.ts";
import * as Cursor from "../searches/Cursor.ts";
import * as Queries from "../searches/Queries.ts";
import * as RecentSearches from "../searches/RecentSearches.ts";
import * as Fleet from "./Fleet.ts";

/** What assets may be sorted by; what isn't known comes last. */
export const sortKeys = [
  "name",
  "operatingSystem",
  "missing",
  "installed",
  "latestMissing",
  "lastCheckedIn",
  "lastScanned",
  "lastBoot",
  "activated",
] as const;
export type SortKey = (typeof sortKeys)[number];

export interface Sort {
  readonly by: SortKey;
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
  const { by, direction } = yield* Cursor.sorted(input.sort ?? { by: "name" }, sortKeys);
  const asked = yield* read(input);
  const listing: Cursor.Listing = {
    list: "assets",
    question: { asset: input.assetQuery ?? null, patch: input.patchQuery ?? null, view: asked.view, by, direction },
  };
  const position = yield* Cursor.start(actor, listing, input.cursor);
  const fleet = yield* Fleet.asked(actor.tenantId, yield* Fleet.load(actor.tenantId, user), asked.patchQuery);
  const found = find(fleet, asked, position.asOf);
  const key = (one: Found): Keyset.Key => [sortKey(fleet, one, by), one.asset.id];
  const page = Keyset.page(found, key, { direction, after: position.after, limit });
  const next = page.next === null ? null : yield* Cursor.seal(actor, listing, { ...position, after: page.next });
  if (input.cursor === undefined) {
    const { assetQuery = null, patchQuery = null } = input;
    yield* RecentSearches.note(actor, "asset", { query: assetQuery, patchQuery, view: asked.view });
  }
  const answer: AssetPage = { rows: page.rows.map((one) => rowOf(fleet, one)), total: found.length, next };
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
  const fleet = yield* Fleet.asked(actor.tenantId, yield* Fleet.load(actor.tenantId, user), asked.patchQuery);
  const documents = find(fleet, asked, (yield* Environment).now()).map((one) =>
    AssetCatalog.toDocument(one.asset, Fleet.contextOf(fleet, one.asset, Fleet.needsOf(null))),
  );
  return [...new Set(wanted)].map((facet) => AssetFacets.count(facet, documents, asked.assetQuery));
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

interface Found {
  readonly asset: Asset;
  readonly patches: readonly string[] | null;
}

// AST-11: with PM activated only. The patch part is asked of each patch once, not of each asset.
const find = (fleet: Fleet.Fleet, { assetQuery, patchQuery, view }: Asked, now: number): readonly Found[] => {
  const contextOf = Fleet.patchContexts(fleet, patchQuery);
  const hits = patchQuery && AssetSearch.patchHits(patchQuery, fleet.patches.values(), { contextOf, now });
  const needs = Fleet.needsOf(assetQuery);
  return fleet.assets.flatMap((asset): readonly Found[] => {
    if (!isPatchManaged(asset)) return [];
    const patches = AssetSearch.foundBy({ view, hits }, fleet.assessments.get(asset.id) ?? null, fleet.graph);
    if (patches !== null && patches.length === 0) return [];
    if (assetQuery === null) return [{ asset, patches }];
    const document = AssetCatalog.toDocument(asset, Fleet.contextOf(fleet, asset, needs));
    return Qql.matches(assetQuery, document, now) ? [{ asset, patches }] : [];
  });
};

const sortKey = (fleet: Fleet.Fleet, { asset }: Found, by: SortKey): Keyset.KeyPart => {
  const assessed = fleet.assessments.get(asset.id);
  switch (by) {
    case "name":
      return asset.name;
    case "operatingSystem":
      return asset.osName;
    case "missing":
      return assessed?.missing.length ?? null;
    case "installed":
      return assessed?.installed.length ?? null;
    case "latestMissing":
      return assessed === undefined ? null : AssetSearch.latestMissing(assessed, fleet.graph).length;
    case "lastCheckedIn":
      return fleet.agents.get(asset.id)?.lastCheckedInAt ?? null;
    case "lastScanned":
      return assessed?.assessedAt ?? null;
    case "lastBoot":
      return asset.facts.bootedAt;
    case "activated":
      return asset.activations.PM ?? null;
  }
};

/** An asset of a fleet as a row of the list. */
export const rowOf = (fleet: Fleet.Fleet, { asset, patches }: Found): AssetRow => {
  const assessed = fleet.assessments.get(asset.id);
  const agent = fleet.agents.get(asset.id);
  return {
    asset,
    isLicensed: Fleet.isLicensed(fleet, asset.id),
    missing: assessed?.missing.length ?? null,
    installed: assessed?.installed.length ?? null,
    latestMissing: assessed === undefined ? null : AssetSearch.latestMissing(assessed, fleet.graph).length,
    matching: patches?.length ?? null,
    lastScannedAt: assessed?.assessedAt ?? null,
    lastCheckedInAt: agent?.lastCheckedInAt ?? asset.provisionedAt,
    agentVersion: agent?.agentVersion ?? null,
  };
};
