/** Who holds a seat (LIC-05), worked out by the store: a condition on rows of `search_asset`. */
import type { SeatRule } from "@fettle/core";
import { assetColumns } from "../SearchTables.ts";
import * as AssetSql from "./AssetSql.ts";
import * as Fragment from "./Fragment.ts";

const { sql } = Fragment;
const { activated, managed } = assetColumns;

/** The last asset that got a seat, in the order of seats; null when there are seats for all candidates. */
export interface Last {
  readonly activated: number;
  readonly id: string;
}

/** Candidates bear what the rule wants; numbers of tags, by id. */
export const candidates = (
  rule: Extract<SeatRule, { readonly _tag: "Seats" }>,
  tenant: number,
  numbersOf: (tags: readonly string[]) => readonly number[],
  shape: "set" | "probe",
): Fragment.Fragment => {
  const bearing = (sets: readonly (readonly string[])[]): Fragment.Fragment =>
    Fragment.all(sets.map((tags) => AssetSql.bearsOneOf(numbersOf(tags), shape)));
  return Fragment.all([
    Fragment.of(`a.${managed} = ?`, tenant),
    ...(rule.include === null ? [] : [bearing(rule.include)]),
    ...(rule.exclude === null ? [] : [sql`NOT (${bearing(rule.exclude)})`]),
  ]);
};

/** The statement that finds the last candidate with a seat. */
export const last = (rows: Fragment.Fragment, seats: number): Fragment.Fragment =>
  sql`SELECT ${Fragment.of(`a.${activated} AS activated, a.id AS id`)} FROM search_asset AS a WHERE ${rows} ${Fragment.of(
    `ORDER BY a.${activated}, a.id LIMIT 1 OFFSET ? + 0`,
    seats - 1,
  )}`;

/** 1 for a row that holds a seat, 0 for one that doesn't. */
export const licensed = (rule: SeatRule, rows: Fragment.Fragment, upTo: Last | null): Fragment.Fragment => {
  if (rule._tag === "Nobody" || (rule._tag === "Seats" && rule.seats === 0)) return Fragment.of("0");
  if (rule._tag === "Activated") return Fragment.of(`(a.${activated} IS NOT NULL)`);
  const early =
    upTo === null
      ? Fragment.always
      : Fragment.of(
          `(a.${activated} < ? OR (a.${activated} = ? AND a.id <= ?))`,
          upTo.activated,
          upTo.activated,
          upTo.id,
        );
  return sql`((${rows} AND ${early}) IS TRUE)`;
};
