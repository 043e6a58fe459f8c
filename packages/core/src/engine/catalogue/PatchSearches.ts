/**
 * The patch list as users search it (PAT-10, PAT-12): all available patches, or those missing, installed or latest
 * missing on the selected assets that the caller sees, in pages; and the filters beside it.
 */
import type { JobKind } from "@fettle/agent-protocol/vocabulary";
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import { type Asset, isPatchManaged } from "../../domain/asset/Asset.ts";
import type { Patch } from "../../domain/patch/Patch.ts";
import * as Patches from "../../domain/patch/Patch.ts";
import * as PatchCatalog from "../../domain/patch/PatchCatalog.ts";
import * as PatchFacets from "../../domain/patch/PatchFacets.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Keyset from "../../domain/shared/Keyset.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import * as TagTree from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import type { PatchCounts, PatchTally } from "../../ports/SearchIndex.ts";
import * as Authority from "../access/Authority.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Cursor from "../searches/Cursor.ts";
import * as Queries from "../searches/Queries.ts";
import * as RecentSearches from "../searches/RecentSearches.ts";
import * as StorageSearch from "../searches/StorageSearch.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";
import * as Catalogue from "./Catalogue.ts";
import * as Vulnerabilities from "./Vulnerabilities.ts";

export const views = ["all", "missing", "installed", "latest-missing"] as const;
export type View = (typeof views)[number];

/** What patches may be sorted by; what isn't known comes last. Severity: the most severe first when ascending. */
export const sortKeys = [
  "id",
  "title",
  "vendor",
  "vendorSeverity",
  "published",
  "modified",
  "size",
  "missing",
  "installed",
] as const;
export type SortKey = (typeof sortKeys)[number];

/** Which patches. */
export interface PatchQuestion {
  /** QQL over patches; none: every patch. */
  readonly query?: string;
  /** For which kind of job: only what it could take up. None: the whole catalogue, withdrawn patches too. */
  readonly kind?: JobKind;
  /** The assets that are looked at, of those that the caller sees: "within scope" (PAT-10). None: all of them. */
  readonly within?: TagSelection.TagSelection;
  /**
   * Their status on these assets. Unless told: with `within` what is missing there, for a rollback what is installed
   * there; without `within` all.
   */
  readonly view?: View;
}

export interface PatchSearchInput extends PatchQuestion {
  /** By publication, the newest first, unless told. */
  readonly sort?: { readonly by: SortKey; readonly direction?: Keyset.Direction };
  /** Where the page before ended; none for the first. */
  readonly cursor?: string;
  /** Rows of a page: 1 to {@link Cursor.PAGE_ROWS_MAX}, {@link Cursor.PAGE_ROWS} unless told. */
  readonly limit?: number;
}

export interface PatchFacetsInput extends PatchQuestion {
  /** Which facets; all of them unless told. */
  readonly facets?: readonly PatchFacets.Facet[];
}

export interface PatchRow extends Catalogue.PatchView {
  readonly counts: PatchCounts;
}

export interface PatchPage {
  readonly rows: readonly PatchRow[];
  /** How many patches are found in all. */
  readonly total: number;
  readonly assets: PatchTally["assets"];
  /** Where to go on; null on the last page. */
  readonly next: string | null;
}

/**
 * Searches patches.
 *
 * Rejects a query that doesn't read (with its findings), a sort key, view or kind that isn't on its list, and a cursor
 * that was changed or belongs to another search.
 *
 * @example
 * const page = yield* fettle.catalogue.search(actor, { kind: "deployment", within: { ...TagSelection.none, include: webServers },
 *   query: "isSecurity: true and vendorSeverity: [Critical, Important]" });
 */
export const search = Effect.fn("PatchSearches.search")(function* (actor: Actor, input: PatchSearchInput) {
  const user = yield* Authority.require(actor, "view-assets");
  const limit = yield* Cursor.limitOf(input.limit);
  const { by, direction } = yield* sortOf(input.sort);
  const asked = yield* read(actor.tenantId, input);
  const listing: Cursor.Listing = {
    list: "patches",
    question: {
      query: input.query ?? null,
      kind: input.kind ?? null,
      within: JSON.stringify(input.within ?? null),
      view: asked.view,
      by,
      direction,
    },
  };
  const position = input.cursor === undefined ? null : yield* Cursor.open(actor, listing, input.cursor);
  const asOf = position?.asOf ?? (yield* Environment).now();
  const world = yield* load(actor.tenantId, user, asked);
  const found = find(world, asked, asOf);
  const key = (patch: Patch): Keyset.Key => [sortKey(world, patch, by), patch.id];
  const page = Keyset.page(found, key, { direction, after: position?.after ?? null, limit });
  const next = page.next === null ? null : yield* Cursor.seal(actor, listing, { asOf, after: page.next });
  if (input.cursor === undefined) {
    yield* RecentSearches.note(actor, "patch", { query: input.query ?? null, view: asked.view });
  }
  const qids = yield* Vulnerabilities.behind(actor.tenantId, page.rows);
  const answer: PatchPage = {
    rows: page.rows.map((p) => ({ ...Catalogue.viewOf(world.catalogue, p, qids), counts: countsOf(world, p) })),
    total: found.length,
    assets: world.assets,
    next,
  };
  return answer;
});

/** Counts of each facet among the patches that a search finds, each value with the text that narrows to it. */
export const facets = Effect.fn("PatchSearches.facets")(function* (actor: Actor, input: PatchFacetsInput) {
  const user = yield* Authority.require(actor, "view-assets");
  const wanted = input.facets ?? PatchFacets.facets;
  for (const facet of wanted) {
    if (!PatchFacets.facets.includes(facet)) {
      return yield* reject(null, "invalid", `one of ${PatchFacets.facets.join(", ")}`, "facets");
    }
  }
  const asked = yield* read(actor.tenantId, input);
  const world = yield* load(actor.tenantId, user, asked);
  const documents = find(world, asked, (yield* Environment).now()).map((p) => documentOf(world, p));
  return [...new Set(wanted)].map((facet) => PatchFacets.count(facet, documents));
});

interface Asked {
  readonly query: Qql.Query<PatchCatalog.PatchDocument> | null;
  readonly kind: JobKind | null;
  readonly within: TagSelection.TagSelection | null;
  readonly view: View;
}

const read = Effect.fn("PatchSearches.read")(function* (tenantId: TenantId, input: PatchQuestion) {
  const { kind = null, within = null } = input;
  if (kind !== null && kind !== "deployment" && kind !== "rollback") {
    return yield* reject("PAT-12", "invalid", "deployment or rollback", "kind");
  }
  const usual = within === null ? "all" : kind === "rollback" ? "installed" : "missing";
  const view = input.view ?? usual;
  if (!views.includes(view)) return yield* reject("AST-03", "invalid", `one of ${views.join(", ")}`, "view");
  const { limits } = yield* Subscriptions.of(tenantId);
  if (within !== null && within.assets.length > limits.assetsPerSelectionMax) {
    return yield* reject(
      "TAG-03",
      "invalid",
      `at most ${limits.assetsPerSelectionMax} assets by name`,
      "within.assets",
    );
  }
  const most = Math.max(within?.include.tags.length ?? 0, within?.exclude.tags.length ?? 0);
  if (most > limits.tagsPerSelectionMax) {
    return yield* reject("TAG-03", "invalid", `at most ${limits.tagsPerSelectionMax} tags`, "within");
  }
  const asked: Asked = { query: yield* Queries.read(PatchCatalog.catalog, input.query, "query"), kind, within, view };
  return asked;
});

const sortOf = (sort: NonNullable<PatchSearchInput["sort"]> = { by: "published", direction: "descending" }) => {
  const { by, direction = "ascending" } = sort;
  if (!sortKeys.includes(by)) return reject(null, "invalid", `one of ${sortKeys.join(", ")}`, "sort.by");
  return direction === "ascending" || direction === "descending"
    ? Effect.succeed({ by, direction })
    : reject(null, "invalid", "ascending or descending", "sort.direction");
};

interface World {
  readonly catalogue: Catalogue.Catalogue;
  /** Read only for a query that asks for them. */
  readonly qids: Catalogue.QidsByCve;
  readonly counts: ReadonlyMap<string, PatchCounts>;
  readonly assets: PatchPage["assets"];
}

const load = Effect.fn("PatchSearches.load")(function* (tenantId: TenantId, user: User, asked: Asked) {
  const catalogue = yield* Catalogue.load(tenantId);
  const asksQids = asked.query !== null && Qql.Dependencies.of(asked.query.checked).tokens.has("qid");
  const world: World = {
    catalogue,
    qids: asksQids ? yield* Vulnerabilities.byCve(tenantId) : new Map(),
    ...(yield* tallyOf(tenantId, user, asked.within)),
  };
  return world;
});

const tallyOf = Effect.fn("PatchSearches.tallyOf")(function* (
  tenantId: TenantId,
  { scope }: User,
  selection: TagSelection.TagSelection | null,
) {
  const tree = yield* Tags.tree(tenantId);
  const seen = scope._tag === "All" ? null : [...TagTree.closure(tree, scope.tags)];
  const within = selection && {
    named: selection.assets,
    include: TagSelection.bearing(selection.include, tree),
    exclude: TagSelection.bearing(selection.exclude, tree),
  };
  return yield* (yield* StorageSearch.of).patchCounts(tenantId, { seen, within });
});

/** The patch-managed assets that a user sees, of those that a selection means (null: all of them). */
export const selected = Effect.fn("PatchSearches.selected")(function* (
  tenantId: TenantId,
  user: User,
  within: TagSelection.TagSelection | null,
) {
  const tree = yield* Tags.tree(tenantId);
  const select = within === null ? null : TagSelection.compile(within, tree);
  const assets = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const sees = TagScope.compile(user.scope, tree);
  return assets.filter(
    (a: Asset) => isPatchManaged(a) && sees(a.tags) && (select === null || select(a) === "selected"),
  );
});

const nowhere: PatchCounts = { missing: 0, latestMissing: 0, installed: 0 };

const countsOf = (world: World, patch: Patch): PatchCounts => world.counts.get(patch.id) ?? nowhere;

const documentOf = (world: World, patch: Patch): PatchCatalog.PatchDocument =>
  PatchCatalog.toDocument(
    patch,
    Catalogue.contextOf(world.catalogue, patch, { counts: countsOf(world, patch), qids: world.qids }),
  );

const find = (world: World, asked: Asked, now: number): readonly Patch[] =>
  world.catalogue.patches.filter(
    (patch) =>
      isOffered(patch, asked.kind) &&
      isInView(countsOf(world, patch), asked.view) &&
      (asked.query === null || Qql.matches(asked.query, documentOf(world, patch), now)),
  );

// What can't be fetched is offered, marked as such: a job leaves it out by name (PAT-03). What is never deployed is not.
const isOffered = (patch: Patch, kind: JobKind | null): boolean => {
  if (kind === null) return true;
  return kind === "rollback" ? patch.isRollbackSupported : !patch.isDeprecated && !patch.isFeatureUpdate;
};

const isInView = (counts: PatchCounts, view: View): boolean => {
  switch (view) {
    case "all":
      return true;
    case "missing":
      return counts.missing > 0;
    case "installed":
      return counts.installed > 0;
    case "latest-missing":
      return counts.latestMissing > 0;
  }
};

const sortKey = (world: World, patch: Patch, by: SortKey): Keyset.KeyPart => {
  switch (by) {
    case "id":
      return patch.id;
    case "title":
      return patch.title;
    case "vendor":
      return patch.vendor;
    case "vendorSeverity":
      return Patches.vendorSeverities.indexOf(patch.vendorSeverity);
    case "published":
      return patch.publishedAt;
    case "modified":
      return patch.modifiedAt;
    case "size":
      return patch.sizeBytes;
    case "missing":
      return countsOf(world, patch).missing;
    case "installed":
      return countsOf(world, patch).installed;
  }
};
