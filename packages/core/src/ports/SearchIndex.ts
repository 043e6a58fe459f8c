/**
 * What an adapter of the storage may answer by itself: searches over many assets. One that can't leaves it out
 * ({@link Storage.StorageShape.search}), and the engine reads every asset instead; both mean the same, to the last row.
 *
 * A question holds what rights, tags and licences come to at the moment, so an adapter knows no rule of them.
 */
import type { Query } from "@fettle/qql";
import type { Effect } from "effect/Effect";
import type { View } from "../domain/assessment/AssetSearch.ts";
import type { AssetSortKey } from "../domain/assessment/AssetSort.ts";
import type { AssetDocument } from "../domain/asset/AssetCatalog.ts";
import type { Facet, Tally } from "../domain/asset/AssetFacets.ts";
import type { SeatRule } from "../domain/license/SeatRule.ts";
import type { PatchDocument } from "../domain/patch/PatchCatalog.ts";
import type { Direction, Key } from "../domain/shared/Keyset.ts";
import type { Platform } from "../domain/shared/Platform.ts";
import type { TenantId } from "../domain/shared/Tenant.ts";
import type { Bearing } from "../domain/tag/TagSelection.ts";
import type { StorageError } from "./Storage.ts";

/** Which assets, of those with PM activated (AST-11). */
export interface AssetQuestion {
  /** Null: every asset. */
  readonly asset: Query<AssetDocument> | null;
  /** What one patch of the view fulfils (AST-04); null: none is asked for. */
  readonly patch: Query<PatchDocument> | null;
  /** `all` without a patch query asks nothing of an asset's patches. */
  readonly view: View;
  /** The tags of which an asset must bear one to be seen, those below them included; null: all are seen (TAG-05). */
  readonly seen: readonly string[] | null;
  readonly seats: SeatRule;
  /** What relative dates count from; epoch milliseconds. */
  readonly asOf: number;
}

/** Which part of what is found. */
export interface AssetPaging {
  readonly by: AssetSortKey;
  readonly direction: Direction;
  /** The key of the last row of the page before: the sort key's value and the asset's id; null for the first page. */
  readonly after: Key | null;
  readonly limit: number;
}

/** An asset that was found. What isn't known is null, never 0. */
export interface AssetHit {
  readonly id: string;
  readonly isLicensed: boolean;
  readonly missing: number | null;
  readonly installed: number | null;
  readonly latestMissing: number | null;
  /** When it was assessed last; epoch milliseconds. */
  readonly lastScannedAt: number | null;
  /** The patches of the view that fulfil the patch query; null when nothing is asked of patches. */
  readonly matching: number | null;
}

export interface AssetHits {
  readonly hits: readonly AssetHit[];
  /** How many are found in all. */
  readonly total: number;
  /** Where to go on; null at the end. */
  readonly next: Key | null;
}

/** What a selection means, in the tags of the moment. */
export interface Selected {
  /** Assets by their ids, beside those that bear the tags. */
  readonly named: readonly string[];
  readonly include: Bearing;
  readonly exclude: Bearing;
}

/** The assets that a job may reach: what a selection means, of a platform, in every scope. */
export interface Reach extends Selected {
  readonly platform: Platform;
  /** Of each scope the tags of which one must be borne; a scope of all assets isn't here. */
  readonly scopes: readonly (readonly string[])[];
}

/** The assets whose patches are counted, of those with PM activated. */
export interface Looked {
  /** As in {@link AssetQuestion.seen}. */
  readonly seen: readonly string[] | null;
  /** Null: all that are seen. */
  readonly within: Selected | null;
}

/** On how many of the assets looked at a patch is missing, is the latest missing one, and is installed. */
export interface PatchCounts {
  readonly missing: number;
  readonly latestMissing: number;
  readonly installed: number;
}

export interface PatchTally {
  /** How many assets are looked at, and of how many of them nothing is known yet: their patches are not counted. */
  readonly assets: { readonly looked: number; readonly unassessed: number };
  /** By the patch's id; a patch that is nowhere isn't here. */
  readonly counts: ReadonlyMap<string, PatchCounts>;
}

/** How a search is carried out, for operators. */
export interface SearchPlan {
  /** What it costs, in units of `Qql.Cost`. */
  readonly cost: number;
  readonly statements: readonly {
    /** What it is for: `count`, `page`. */
    readonly purpose: string;
    /** Without the values, which are bound. */
    readonly sql: string;
    /** The store's own plan, a line each. */
    readonly steps: readonly string[];
    readonly indexes: readonly string[];
  }[];
  /** In words: that everything is read, and which condition causes it. */
  readonly warnings: readonly string[];
}

export interface SearchIndexShape {
  readonly assets: (
    tenantId: TenantId,
    question: AssetQuestion,
    paging: AssetPaging,
  ) => Effect<AssetHits, StorageError>;
  /** One answer for each facet, in their order; values that a query can't tell apart, such as two spellings, are one. */
  readonly assetFacets: (
    tenantId: TenantId,
    question: AssetQuestion,
    asked: { readonly facets: readonly Facet[]; readonly values: number },
  ) => Effect<readonly Tally[], StorageError>;
  readonly explainAssets: (
    tenantId: TenantId,
    question: AssetQuestion,
    paging: AssetPaging,
  ) => Effect<SearchPlan, StorageError>;
  readonly patchCounts: (tenantId: TenantId, looked: Looked) => Effect<PatchTally, StorageError>;
  /** The time zones of what a job may reach, each once, in order. */
  readonly timeZones: (tenantId: TenantId, reach: Reach) => Effect<readonly string[], StorageError>;
  /** Which of these assets hold a seat. */
  readonly licensed: (
    tenantId: TenantId,
    seats: SeatRule,
    assetIds: readonly string[],
  ) => Effect<ReadonlySet<string>, StorageError>;
}
