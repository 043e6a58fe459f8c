/**
 * A page of what a question finds, with how many there are in all and what is told of each row, in as few statements as may
 * be: what finds few is counted by its page.
 */
import type { AssetHit, AssetPaging } from "@fettle/core";
import * as AssetSql from "./AssetSql.ts";
import * as Fragment from "./Fragment.ts";
import * as Narrow from "./Narrow.ts";
import * as NarrowIndex from "./NarrowIndex.ts";
import * as PageSql from "./PageSql.ts";
import * as SearchTables from "./SearchTables.ts";
import type * as Statements from "./Statements.ts";

const { sql } = Fragment;

/** A row of a page with what is told of it. */
export interface Row extends PageSql.PageRow {
  readonly isLicensed: number;
  readonly missing: number | null;
  readonly installed: number | null;
  readonly latestMissing: number | null;
  readonly lastScannedAt: number | null;
  readonly matching: number | null;
}

export interface Listed {
  /** One more than the page holds tells that it isn't the last. */
  readonly rows: readonly Row[];
  readonly total: number;
}

/** The page and the total. `most` is the highest number of an asset in the file. */
export const of = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  paging: AssetPaging,
  most: number,
): Listed => {
  if (paging.after === null && Narrow.isNarrow(what.question)) {
    const rows = rowsOf(statements, what, paging, "set");
    return rows.length <= paging.limit ? { rows, total: rows.length } : { rows, total: totalOf(statements, what) };
  }
  const total = totalOf(statements, what);
  const shape = PageSql.isAlongIndex(total, most, paging.limit + 1) ? "probe" : "set";
  return { total, rows: total === 0 ? [] : rowsOf(statements, what, paging, shape) };
};

/** How many are found. */
export const count = (what: AssetSql.Asked): Fragment.Fragment => {
  const numbers = AssetSql.numbers(what);
  if (numbers === null) {
    const found = AssetSql.found(what, "set");
    return sql`SELECT count(*) AS total FROM search_asset AS a${Fragment.of(NarrowIndex.hintOf(found))} WHERE ${found}`;
  }
  return sql`WITH f (n) AS (${numbers}) SELECT count(*) AS total FROM f WHERE n NOT IN (${unmanaged})`;
};

// Of all tenants, for the others' change nothing. Few, as a rule: the rows of those that are found would be many.
const unmanaged = Fragment.of(`SELECT n FROM search_asset WHERE ${SearchTables.assetColumns.managed} IS NULL`);

const totalOf = (statements: Statements.Statements, what: AssetSql.Asked): number =>
  statements.get<{ readonly total: number }>(count(what))?.total ?? 0;

/** The rows of a page in a shape, one more than it holds. */
export const rowsOf = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  paging: AssetPaging,
  shape: "set" | "probe",
): readonly Row[] => {
  const limit = paging.limit + 1;
  const meant = AssetSql.found(what, shape);
  const told = toldOf(what);
  const [key = null, id = ""] = (paging.after ?? []) as readonly [string | number | null, string];
  const after = paging.after === null ? null : { key, id };
  const isBehindKnown = after !== null && after.key === null;
  const known = isBehindKnown
    ? []
    : statements.all<Row>(PageSql.known(meant, shape, what.tenant, { ...paging, limit }, after, told));
  if (known.length >= limit || PageSql.isAlwaysKnown(paging.by)) return known;
  const rest = { ...paging, limit: limit - known.length };
  return [...known, ...statements.all<Row>(PageSql.unknown(meant, rest, isBehindKnown ? after : null, told))];
};

const { missing, installed, latestMissing, scannedAt } = SearchTables.assetColumns;
const counts = `, a.${missing} AS missing, a.${installed} AS installed, a.${latestMissing} AS latestMissing, a.${scannedAt} AS lastScannedAt`;

// `matching` counts the patches by which a row was found.
const toldOf = (what: AssetSql.Asked): Fragment.Fragment => {
  const links = AssetSql.linksOf(what, "probe");
  const matching =
    links === null
      ? Fragment.of("NULL")
      : sql`(SELECT count(*) FROM search_asset_patch AS l WHERE l.asset = a.n AND ${AssetSql.either(links)})`;
  return sql`, ${what.licensed} AS isLicensed${Fragment.of(counts)}, ${matching} AS matching`;
};

/** Those among the rows of which it isn't known yet which of their missing patches are the latest. */
export const unknownOf = (rows: readonly Row[]): readonly number[] =>
  rows.flatMap((row) => (row.lastScannedAt !== null && row.latestMissing === null ? [row.n] : []));

/** The same rows with what is told of them now. */
export const again = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  rows: readonly Row[],
): readonly Row[] => {
  const numbers = Fragment.numbers(rows.map((row) => row.n));
  const told = statements.all<Row>(sql`SELECT a.n AS n${toldOf(what)} FROM search_asset AS a WHERE a.n IN ${numbers}`);
  const now = new Map(told.map((row) => [row.n, row]));
  // What was removed in the meantime isn't shown.
  return rows.flatMap(({ n, id, key }) => {
    const row = now.get(n);
    return row === undefined ? [] : [{ ...row, id, key }];
  });
};

/** A row as it is answered. */
export const hitOf = ({ id, isLicensed, matching, ...row }: Row): AssetHit => ({
  id,
  isLicensed: isLicensed === 1,
  missing: row.missing,
  installed: row.installed,
  latestMissing: row.latestMissing,
  lastScannedAt: row.lastScannedAt,
  matching,
});
