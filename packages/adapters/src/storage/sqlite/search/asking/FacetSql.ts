/**
 * Counts of facets: one pass over what is found groups by all facets at once that stand in the row, and is summed up
 * afterwards; those that link to other tables are grouped each by itself.
 */
import { AssetCatalog, AssetFacets, type Facet } from "@fettle/core";
import * as Qql from "@fettle/qql";
import * as Layout from "../../../search/Layout.ts";
import * as SearchTables from "../SearchTables.ts";
import * as AssetSql from "./AssetSql.ts";
import * as Fragment from "./Fragment.ts";
import * as NarrowIndex from "./NarrowIndex.ts";

const { sql } = Fragment;

/** A value's key, on how many assets it is, and the number of the row that spells it. */
export interface Group {
  readonly key: string | number | null;
  readonly assets: number;
  readonly one: number;
}

/** A facet counted in the row of the asset, by an expression; the others by a table of their own. */
export type Counting =
  | { readonly _tag: "Row"; readonly key: (asked: AssetSql.Asked) => Fragment.Fragment }
  /** `one` is then the tag's number. */
  | { readonly _tag: "Tags" }
  | { readonly _tag: "Elements"; readonly table: string; readonly column: string };

/** How a facet is counted. */
export const countingOf = (facet: Facet): Counting => {
  const name = AssetFacets.tokens[facet];
  if (name === "licensed") return { _tag: "Row", key: ({ licensed }) => licensed };
  const field = Layout.find(SearchTables.assets, name);
  if (facet === "tag") return { _tag: "Tags" };
  if (field?._tag === "Child" && field.element._tag === "Value") {
    return { _tag: "Elements", table: field.table.name, column: columnOf(field.element.stored) };
  }
  if (field?._tag !== "Value") throw new RangeError(`${facet} is counted nowhere`);
  const { stored } = field;
  if (stored._tag !== "Computed") return { _tag: "Row", key: () => Fragment.of(`a.${columnOf(stored)}`) };
  return {
    _tag: "Row",
    key: ({ question, tenant }) => Fragment.of(stored.sql({ alias: "a", now: question.asOf, tenant, bind: () => "" })),
  };
};

const columnOf = (stored: Layout.Stored): string => {
  if (stored._tag === "KeyColumn" || stored._tag === "SharedText") return stored.column;
  throw new RangeError("facets count keys and shared texts");
};

/** All facets of the row at once: `k0`, `k1` …, `assets`, `one`. */
export const together = (asked: AssetSql.Asked, keys: readonly Fragment.Fragment[]): Fragment.Fragment => {
  const columns = keys.map((key, i) => sql`${key}${Fragment.of(` AS k${i}`)}`);
  const told = Fragment.joined(columns, ", ");
  const places = keys.map((_, i) => i + 1).join(", ");
  const found = AssetSql.found(asked, "set");
  const hint = NarrowIndex.hintOf(found, told.text);
  const grouped = hint === "" ? places : (NarrowIndex.groupingOf(keys.map(({ text }) => text)) ?? places);
  return sql`SELECT ${told}, count(*) AS assets, min(a.n) AS one FROM search_asset AS a${Fragment.of(hint)} WHERE ${found} GROUP BY ${Fragment.of(grouped)}`;
};

/** Tags by their folded names; `one` is a tag of that name. */
export const tags = (asked: AssetSql.Asked): Fragment.Fragment =>
  sql`SELECT g."name:folded" AS key, count(DISTINCT l.asset) AS assets, min(g.n) AS one FROM search_asset AS a CROSS JOIN search_asset_tag AS l ON l.asset = a.n JOIN search_tag AS g ON g.n = l.tag WHERE ${AssetSql.found(asked, "set")} GROUP BY g."name:folded"`;

/** Elements of what is repeated, by their keys. */
export const elements = (asked: AssetSql.Asked, table: string, column: string): Fragment.Fragment => {
  const from = Fragment.of(
    `SELECT e.${column} AS key, count(DISTINCT e.o) AS assets, min(e.o) AS one FROM search_asset AS a CROSS JOIN ${table} AS e ON e.t = a.t AND e.o = a.n WHERE `,
  );
  return sql`${from}${AssetSql.found(asked, "set")} AND ${Fragment.of(`e.${column} IS NOT NULL`)} GROUP BY ${Fragment.of(`e.${column}`)}`;
};

/** How many of the assets found have none. */
export const without = (asked: AssetSql.Asked, facet: Facet): Fragment.Fragment => {
  const counting = countingOf(facet);
  const none =
    counting._tag === "Elements"
      ? Fragment.of(
          `NOT EXISTS (SELECT 1 FROM ${counting.table} AS e WHERE e.t = a.t AND e.o = a.n AND e.${counting.column} IS NOT NULL)`,
        )
      : Fragment.of("NOT EXISTS (SELECT 1 FROM search_asset_tag AS l WHERE l.asset = a.n)");
  return sql`SELECT count(*) AS assets FROM search_asset AS a WHERE ${AssetSql.found(asked, "set")} AND ${none}`;
};

/** A value that its key tells by itself; null where an asset has to spell it. */
export const told = (facet: Facet, key: string | number): string | null => {
  const token = Qql.Catalog.find(AssetCatalog.catalog, AssetFacets.tokens[facet]);
  if (token === undefined || token.type === "group") return null;
  if (token.type === "enum") return token.values[Number(key)] ?? null;
  return token.type === "boolean" ? String(Number(key) === 1) : null;
};
