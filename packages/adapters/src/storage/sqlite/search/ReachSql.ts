/** What a job may reach, as a condition on rows of `search_asset`. */
import type { Reach } from "@fettle/core";
import { FullText } from "@fettle/qql";
import * as Layout from "../../search/Layout.ts";
import * as AssetSql from "./AssetSql.ts";
import * as Fragment from "./Fragment.ts";
import * as SearchTables from "./SearchTables.ts";

const { sql } = Fragment;

/** The rows that are reached; numbers of tags, by their ids. */
export const of = (
  { platform, named, include, exclude, scopes }: Reach,
  tenant: number,
  numbersOf: (tags: readonly string[]) => readonly number[],
): Fragment.Fragment => {
  const bearing = (sets: readonly (readonly string[])[]): Fragment.Fragment =>
    sql`(${Fragment.all(sets.map((tags) => AssetSql.bearsOneOf(numbersOf(tags), "set")))})`;
  const byName = Fragment.of("a.id IN (SELECT value FROM json_each(?))", JSON.stringify(named));
  return Fragment.all([
    Fragment.of("a.t = ?", tenant),
    isOf(platform, tenant),
    sql`(${byName} OR ${bearing(include)})`,
    sql`NOT ${bearing(exclude)}`,
    bearing(scopes),
  ]);
};

const isOf = (platform: string, tenant: number): Fragment.Fragment => {
  const stored = Layout.storedOf(SearchTables.assets, "platform");
  if (stored?._tag !== "SharedText") throw new RangeError("platforms are shared texts");
  const { column, dictionary, field } = stored;
  const text = `SELECT n FROM ${dictionary} WHERE t = ? AND field = ? AND folded = ?`;
  return Fragment.of(`a.${column} IN (${text})`, tenant, field, FullText.fold(platform));
};

/** One asset of each time zone, as `one`. */
export const zones = (reached: Fragment.Fragment): Fragment.Fragment => {
  const stored = Layout.storedOf(SearchTables.assets, "timeZone");
  if (stored?._tag !== "KeyColumn") throw new RangeError("time zones have a key");
  return sql`SELECT min(a.n) AS one FROM search_asset AS a WHERE ${reached} GROUP BY ${Fragment.of(`a.${stored.column}`)}`;
};
