/**
 * A page of the assets found, in the order of a key and then of ids; those whose key isn't known come last, whichever
 * direction (Keyset.compare). So a list has two parts, and a page may begin in the first and end in the second.
 *
 * What many assets fulfil is looked for along the index of the order, until the page is full; what few fulfil is found
 * first and sorted then. Each is hundreds of times slower where the other belongs.
 */
import type { AssetPaging, AssetSortKey } from "@fettle/core";
import * as Layout from "../../../search/Layout.ts";
import type * as PredicateSql from "../../../search/PredicateSql.ts";
import * as SearchTables from "../SearchTables.ts";
import * as Fragment from "./Fragment.ts";

const { sql } = Fragment;

const nothing = Fragment.of("");

/** A row of a page: the asset's number and id, and its key. */
export interface PageRow {
  readonly n: number;
  readonly id: string;
  readonly key: string | number | null;
}

/** Where the rest of a list begins: behind a key and an id. */
export interface After {
  readonly key: string | number | null;
  readonly id: string;
}

/** The tokens by which each sort key sorts. */
export const tokens: { readonly [K in AssetSortKey]: string } = {
  name: "name",
  operatingSystem: "operatingSystem",
  missing: "missingPatchCount",
  installed: "installedPatchCount",
  latestMissing: "nonSupersededMissingPatchCount",
  lastCheckedIn: "lastCheckedIn",
  lastScanned: "scanDateTime",
  lastBoot: "lastBoot",
  activated: "activated",
};

/** Where a sort key stands. */
interface Key {
  /** The column of `search_asset`. Quoted. */
  readonly column: string;
  readonly index: string;
  /** The dictionary whose rows the column's numbers mean; null for a key that stands in the column itself. */
  readonly shared: Layout.SharedText | null;
}

const keyIn = (by: AssetSortKey): Key => {
  const stored = Layout.storedOf(SearchTables.assets, tokens[by]);
  if (stored === null || stored._tag === "Computed") throw new RangeError(`assets can't be sorted by ${by}`);
  const column = stored._tag === "InlineText" ? stored.folded : stored.column;
  const index = `"search_asset:by:${column.slice(1, -1)}"`;
  return { column, index, shared: stored._tag === "SharedText" ? stored : null };
};

const keys = new Map((Object.keys(tokens) as AssetSortKey[]).map((by) => [by, keyIn(by)]));

const keyOf = (by: AssetSortKey): Key => keys.get(by) ?? keyIn(by);

/** Whether the key is a text that many assets share, whose order another table has. */
export const isShared = (by: AssetSortKey): boolean => keyOf(by).shared !== null;

/** Whether every asset has one. */
export const isAlwaysKnown = (by: AssetSortKey): boolean => by === "name" || by === "activated";

/** How many are found and sorted, at most; where more are found, the order's index is followed. */
export const sortedMax = (all: number, limit: number): number =>
  // Along the index `limit × all ÷ found` rows are looked at before the page is full; else all that are found.
  Math.floor(Math.sqrt(limit * all));

/**
 * The rows with a known key behind `after` (null: from the start), in order, at most `limit`, with what is told of each. Of few
 * rows SQLite sees by itself which index finds them, and whether it has their order too.
 */
export const known = (
  rows: Fragment.Fragment,
  shape: PredicateSql.Shape | "few",
  tenant: number,
  { by, direction, limit }: Pick<AssetPaging, "by" | "direction" | "limit">,
  after: After | null,
  told: Fragment.Fragment = nothing,
): Fragment.Fragment => {
  const { column, index, shared } = keyOf(by);
  const order = direction === "ascending" ? "ASC" : "DESC";
  const key = shared === null ? `a.${column}` : "d.folded";
  const from =
    shared !== null
      ? Fragment.of(
          `FROM ${shared.dictionary} AS d CROSS JOIN search_asset AS a ON a.${column} = d.n WHERE d.t = ? AND d.field = ? AND `,
          tenant,
          shared.field,
        )
      : Fragment.of(
          shape === "probe" ? `FROM search_asset AS a INDEXED BY ${index} WHERE ` : "FROM search_asset AS a WHERE ",
        );
  const isKnown = isAlwaysKnown(by) ? nothing : Fragment.of(` AND ${key} IS NOT NULL`);
  const meant = sql`${rows}${isKnown}${behind(key, direction, after)}`;
  // A sign before a column keeps its index from being chosen for the order alone.
  const isSorted = shared === null && shape === "set";
  const ordered = Fragment.of(` ORDER BY ${isSorted ? "+" : ""}${key} ${order}, a.id LIMIT ${whole(limit)}`);
  const page = (more: Fragment.Fragment) =>
    sql`${Fragment.of(`SELECT a.n AS n, a.id AS id, ${key} AS key`)}${more} ${from}${meant}${ordered}`;
  if (!isSorted || told === nothing) return page(told);
  // What is told of a row isn't sorted along with all that are found: that of the page is looked up.
  return sql`SELECT f.n AS n, f.id AS id, f.key AS key${told} FROM (${page(nothing)}) AS f CROSS JOIN search_asset AS a ON a.n = f.n ${Fragment.of(`ORDER BY f.key ${order}, f.id`)}`;
};

/** The rows whose key isn't known, behind an id (null: all of them). */
export const unknown = (
  rows: Fragment.Fragment,
  { by, limit }: Pick<AssetPaging, "by" | "limit">,
  after: After | null,
  told: Fragment.Fragment = nothing,
): Fragment.Fragment => {
  const { column } = keyOf(by);
  const behindId = after === null ? Fragment.of("") : Fragment.of(" AND a.id > ?", after.id);
  return sql`${Fragment.of("SELECT a.n AS n, a.id AS id, NULL AS key")}${told} FROM search_asset AS a WHERE ${rows} AND ${Fragment.of(`a.${column} IS NULL`)}${behindId}${Fragment.of(` ORDER BY a.id LIMIT ${whole(limit)}`)}`;
};

// In the text, of which there are as many as sizes of pages: SQLite plans a statement with a bound limit anew each time it is
// run, which takes longer than finding a few rows.
const whole = (limit: number): number => Math.max(0, Math.trunc(limit));

// As a bound that an index is entered by, and the ties beside it.
const behind = (key: string, direction: AssetPaging["direction"], after: After | null): Fragment.Fragment => {
  if (after === null) return Fragment.of("");
  const [atOrBehind, isBehind] = direction === "ascending" ? [">=", ">"] : ["<=", "<"];
  return Fragment.of(
    ` AND ${key} ${atOrBehind} ? AND (${key} ${isBehind} ? OR a.id > ?)`,
    after.key,
    after.key,
    after.id,
  );
};
