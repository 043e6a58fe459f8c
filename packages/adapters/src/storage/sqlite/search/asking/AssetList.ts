/**
 * A page of what a question finds, with how many there are in all and what is told of each row, in as few statements as may
 * be: what finds few is counted by its page.
 */
import type { AssetHit, AssetPaging } from "@fettle/core";
import type * as PredicateSql from "../../../search/PredicateSql.ts";
import * as SearchTables from "../SearchTables.ts";
import * as AssetSql from "./AssetSql.ts";
import * as Fragment from "./Fragment.ts";
import * as Narrow from "./Narrow.ts";
import * as NarrowIndex from "./NarrowIndex.ts";
import * as PageSql from "./PageSql.ts";
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

/** How a page is read: see PageSql. */
export type Shape = PredicateSql.Shape | "few";

export interface Listed {
  /** One more than the page holds tells that it isn't the last. */
  readonly rows: readonly Row[];
  readonly total: number;
}

/** The page and the total. `most` tells the highest number of an asset in the file. */
export const of = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  paging: AssetPaging,
  most: () => number,
): Listed => {
  if (what.names.areNone) return { rows: [], total: 0 };
  if (paging.after === null && (what.names.areFew || Narrow.isNarrow(what.question))) {
    const rows = rowsOf(statements, what, paging, "few");
    return rows.length <= paging.limit ? { rows, total: rows.length } : { rows, total: totalOf(statements, what) };
  }
  const sortedMax = PageSql.sortedMax(most(), paging.limit + 1);
  const { total, among } = counted(statements, what);
  if (total === 0) return { total, rows: [] };
  const isAlong = Narrow.isRangeOf(what.question, paging.by) || total > sortedMax;
  if (isAlong || among === null) return { total, rows: rowsOf(statements, what, paging, isAlong ? "probe" : "set") };
  return { total, rows: rowsAmong(statements, what, paging, Fragment.of(`a.n IN ${LIST}`, among)) };
};

const LIST = "(SELECT value FROM json_each(?))";

/** No more are noted as they are counted. */
const NOTED_MAX = 5_000;

interface Counted {
  readonly total: number;
  /** The numbers of all of them, as JSON; null where they weren't noted. */
  readonly among: string | null;
}

const counted = (statements: Statements.Statements, what: AssetSql.Asked): Counted => {
  const found = statements.get<Partial<Counted>>(planned(what, "counted", () => counting(what)));
  return { total: found?.total ?? 0, among: found?.among ?? null };
};

// Noted where finding them again would cost as much: where sets are intersected, or the narrow index is read. Of one set, and of
// one index, the page finds its rows as fast by itself. A text of them costs a third of what a table in between does.
const counting = (what: AssetSql.Asked): Fragment.Fragment => {
  const numbers = AssetSql.numbers(what);
  const noted =
    numbers === null ? narrowed(what) : numbers.text.includes(" INTERSECT ") ? managed(what, numbers) : null;
  if (noted === null) return countOf(what, numbers);
  const among = `CASE WHEN count(*) <= ${NOTED_MAX} THEN json_group_array(n) END`;
  return sql`WITH f (n) AS (${noted}) SELECT count(*) AS total, ${Fragment.of(among)} AS among FROM f`;
};

const planned = ({ plan }: AssetSql.Asked, purpose: string, make: () => Fragment.Fragment): Fragment.Fragment =>
  plan === null ? make() : plan.of(purpose, make);

const narrowed = (what: AssetSql.Asked): Fragment.Fragment | null => {
  const found = AssetSql.found(what, "set");
  const hint = NarrowIndex.hintOf(found);
  return hint === "" ? null : sql`SELECT a.n AS n FROM search_asset AS a${Fragment.of(hint)} WHERE ${found}`;
};

const managed = (what: AssetSql.Asked, numbers: AssetSql.Numbers): Fragment.Fragment =>
  numbers.areManaged
    ? numbers
    : sql`SELECT n FROM (WITH g (n) AS MATERIALIZED (${numbers}) SELECT n FROM g WHERE n NOT IN (${unmanaged(what)}))`;

/** How many are found. */
export const count = (what: AssetSql.Asked): Fragment.Fragment => countOf(what, AssetSql.numbers(what));

const countOf = (what: AssetSql.Asked, numbers: AssetSql.Numbers | null): Fragment.Fragment => {
  if (numbers === null) {
    const found = AssetSql.found(what, "set");
    return sql`SELECT count(*) AS total FROM search_asset AS a${Fragment.of(NarrowIndex.hintOf(found))} WHERE ${found}`;
  }
  const [start = "", column = ""] = DISTINCT.exec(numbers.text) ?? [];
  if (column === "") {
    if (numbers.areManaged) return sql`SELECT count(*) AS total FROM (${numbers})`;
    return sql`WITH f (n) AS (${numbers}) SELECT count(*) AS total FROM f WHERE n NOT IN (${unmanaged(what)})`;
  }
  // Counted as they are found, none is put down twice.
  const rest = { ...numbers, text: numbers.text.slice(start.length) };
  const counted = sql`${Fragment.of(`SELECT count(DISTINCT ${column}) AS total`)}${rest}`;
  return numbers.areManaged ? counted : sql`${counted} AND ${Fragment.of(column)} NOT IN (${unmanaged(what)})`;
};

const DISTINCT = /^SELECT DISTINCT (\w+\."?\w+"?)(?= FROM )/;

const totalOf = (statements: Statements.Statements, what: AssetSql.Asked): number =>
  statements.get<{ readonly total: number }>(planned(what, "count", () => count(what)))?.total ?? 0;

const unmanaged = ({ tenant }: AssetSql.Asked): Fragment.Fragment => Fragment.of(SearchTables.UNMANAGED, tenant);

/** The rows of a page in a shape, one more than it holds. */
export const rowsOf = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  paging: AssetPaging,
  shape: Shape,
): readonly Row[] => {
  const meant = (): Fragment.Fragment => AssetSql.found(what, shape === "few" ? "set" : shape);
  if (what.plan === null || paging.after !== null) return rowsAmong(statements, what, paging, meant(), shape);
  const page = { ...paging, limit: paging.limit + 1 };
  const known = rowsIn(
    statements,
    what.plan.of(`page ${shape} ${page.by} ${page.direction} ${page.limit}`, () =>
      PageSql.known(meant(), shape, what.tenant, page, null, toldOf(what)),
    ),
  );
  return withUnknown(statements, what, page, known, meant);
};

const rowsAmong = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  paging: AssetPaging,
  meant: Fragment.Fragment,
  shape: Shape = "set",
): readonly Row[] => {
  const page = { ...paging, limit: paging.limit + 1 };
  const [key, id] = (paging.after ?? [null, ""]) as readonly [string | number | null, string];
  const after = paging.after === null ? null : { key, id };
  if (after !== null && after.key === null) return withUnknown(statements, what, page, [], () => meant, after);
  const known = rowsIn(statements, PageSql.known(meant, shape, what.tenant, page, after, toldOf(what)));
  return withUnknown(statements, what, page, known, () => meant);
};

// Behind those whose key is known.
const withUnknown = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  page: AssetPaging,
  known: readonly Row[],
  meant: () => Fragment.Fragment,
  after: PageSql.After | null = null,
): readonly Row[] => {
  if (known.length >= page.limit || PageSql.isAlwaysKnown(page.by)) return known;
  const rest = { ...page, limit: page.limit - known.length };
  return [...known, ...rowsIn(statements, PageSql.unknown(meant(), rest, after, toldOf(what)))];
};

type Columns = readonly [
  n: number,
  id: string,
  key: string | number | null,
  isLicensed: number,
  missing: number | null,
  installed: number | null,
  latestMissing: number | null,
  lastScannedAt: number | null,
  matching: number | null,
];

// As arrays they cost half of what objects do.
const rowsIn = (statements: Statements.Statements, statement: Fragment.Fragment): readonly Row[] =>
  statements.raw<Columns>(statement).map((row) => ({
    n: row[0],
    id: row[1],
    key: row[2],
    isLicensed: row[3],
    missing: row[4],
    installed: row[5],
    latestMissing: row[6],
    lastScannedAt: row[7],
    matching: row[8],
  }));

const { missing, installed, latestMissing, scannedAt } = SearchTables.assetColumns;
const counts = `, a.${missing} AS missing, a.${installed} AS installed, a.${latestMissing} AS latestMissing, a.${scannedAt} AS lastScannedAt`;

// Who holds a seat is the same condition as long as it is remembered.
const toldWithout = new WeakMap<Fragment.Fragment, Fragment.Fragment>();

// `matching` counts the patches by which a row was found.
const toldOf = (what: AssetSql.Asked): Fragment.Fragment => {
  const links = AssetSql.linksOf(what, "probe");
  const known = links === null ? toldWithout.get(what.licensed) : undefined;
  if (known !== undefined) return known;
  const matching =
    links === null
      ? Fragment.of("NULL")
      : AssetSql.isOfOneLink(what)
        ? Fragment.always
        : sql`(SELECT count(*) FROM search_asset_patch AS l WHERE l.asset = a.n AND ${AssetSql.either(links)})`;
  const told = sql`, ${what.licensed} AS isLicensed${Fragment.of(counts)}, ${matching} AS matching`;
  if (links === null) toldWithout.set(what.licensed, told);
  return told;
};

/** Those among the rows of which it isn't known yet which of their missing patches are the latest. */
export const unknownOf = (rows: readonly Row[]): readonly number[] =>
  rows.filter((row) => row.lastScannedAt !== null && row.latestMissing === null).map((row) => row.n);

/** The same rows with what is told of them now. */
export const again = (
  statements: Statements.Statements,
  what: AssetSql.Asked,
  rows: readonly Row[],
): readonly Row[] => {
  const numbers = Fragment.numbers(rows.map((row) => row.n));
  const told = sql`SELECT a.n AS n, a.id AS id, NULL AS key${toldOf(what)} FROM search_asset AS a WHERE a.n IN ${numbers}`;
  const now = new Map(rowsIn(statements, told).map((row) => [row.n, row]));
  // What was removed in the meantime isn't shown.
  return rows.flatMap(({ n, key }) => {
    const row = now.get(n);
    return row === undefined ? [] : [{ ...row, key }];
  });
};

/** A row as it is answered. */
export const hitOf = (row: Row): AssetHit => ({
  id: row.id,
  isLicensed: row.isLicensed === 1,
  missing: row.missing,
  installed: row.installed,
  latestMissing: row.latestMissing,
  lastScannedAt: row.lastScannedAt,
  matching: row.matching,
});
