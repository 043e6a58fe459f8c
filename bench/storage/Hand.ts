/** What the best statements known answer over {@link ./HandFile.ts}: prepared once, with what has to be looked up looked up. */
import type { Database } from "better-sqlite3";

/** A row of a page as the driver gives it. */
export interface HandRow {
  readonly id: string;
  readonly isLicensed: number;
  readonly missing: number;
  readonly installed: number;
  readonly latestMissing: number;
  readonly lastScannedAt: number;
  readonly matching?: number;
}

export interface HandPage {
  readonly rows: readonly HandRow[];
  readonly total: number;
}

type Value = string | number | { readonly [name: string]: string };
/** Answers a page of a search by its values. */
export type HandSearch = (...values: readonly Value[]) => HandPage;

export interface HandCount {
  readonly total: number;
}

/** The last asset that holds a seat, in the order of seats. */
export interface Seat {
  readonly activated: number;
  readonly id: string;
}

export const LIMIT = 50;
// One more tells whether there is a next page.
const READ = LIMIT + 1;

const DETAILS =
  "a.id AS id, a.missing AS missing, a.installed AS installed, a.latest AS latestMissing, a.scanned AS lastScannedAt";

export const lastSeat = (database: Database, seats: number): Seat =>
  database
    .prepare<[number], Seat>("SELECT activated, id FROM asset WHERE t = 1 ORDER BY activated, id LIMIT 1 OFFSET ?")
    .get(seats - 1) as Seat;

const licensedOf = ({ activated, id }: Seat): string =>
  `(a.activated < ${activated} OR (a.activated = ${activated} AND a.id <= '${id}')) AS isLicensed`;

/** A count, and a page by `order`; both take the same values. */
export const counted = (
  database: Database,
  seat: Seat,
  { count, page, order, matching }: { count: string; page: string; order: string; matching?: string },
): HandSearch => {
  const counting = database.prepare<Value[], number>(count).pluck();
  const paging = pageOf(database, seat, { page, order, ...(matching === undefined ? {} : { matching }) });
  return (...values) => ({ total: counting.get(...values) ?? 0, rows: paging(...values) });
};

/** A page by itself. */
export const pageOf = (
  database: Database,
  seat: Seat,
  { page, order, matching }: { page: string; order: string; matching?: string },
): ((...values: readonly Value[]) => readonly HandRow[]) => {
  const more = matching === undefined ? "" : `, ${matching} AS matching`;
  const paging = database.prepare<Value[], HandRow>(
    `SELECT ${DETAILS}, ${licensedOf(seat)}${more} FROM ${page} ORDER BY ${order} LIMIT ${READ}`,
  );
  return (...values) => paging.all(...values);
};

/** All of what is found on one page: no other statement has to count it. */
export const few = (database: Database, seat: Seat, paged: { page: string; order: string }): HandSearch => {
  const paging = pageOf(database, seat, paged);
  return (...values) => {
    const rows = paging(...values);
    return { rows, total: rows.length };
  };
};
