/** What a selection means and a job may reach, as conditions on rows of `search_asset`. */
import type { Reach, Selected } from "@fettle/core";
import { FullText } from "@fettle/qql";
import * as Layout from "../../../search/Layout.ts";
import * as SearchTables from "../SearchTables.ts";
import * as AssetSql from "./AssetSql.ts";
import * as Fragment from "./Fragment.ts";

const { sql } = Fragment;

/** Numbers of tags, by their ids. */
export type NumbersOf = (tags: readonly string[]) => readonly number[];

/** The rows that are reached. */
export const of = (reach: Reach, tenant: number, numbersOf: NumbersOf): Fragment.Fragment =>
  Fragment.all([
    Fragment.of("a.t = ?", tenant),
    isOf(reach.platform, tenant),
    selects(reach, numbersOf),
    bearing(reach.scopes, numbersOf),
  ]);

/** The rows that a selection means. */
export const selects = ({ named, include, exclude }: Selected, numbersOf: NumbersOf): Fragment.Fragment => {
  const byName = Fragment.of("a.id IN (SELECT value FROM json_each(?))", JSON.stringify(named));
  return sql`(${byName} OR ${bearing(include, numbersOf)}) AND NOT ${bearing(exclude, numbersOf)}`;
};

const bearing = (sets: readonly (readonly string[])[], numbersOf: NumbersOf): Fragment.Fragment =>
  sql`(${Fragment.all(sets.map((tags) => AssetSql.bearsOneOf(numbersOf(tags), "set")))})`;

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
