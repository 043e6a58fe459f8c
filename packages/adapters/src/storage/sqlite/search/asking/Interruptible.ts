/**
 * Statements of searches that end when they are told to. The driver can't interrupt SQLite, and nothing else runs on a thread
 * while a statement does. So a function is called from within, for one row in so many: where it throws, the statement ends.
 *
 * It is put into a statement's text, which holds nothing that users wrote, as the first condition behind a WHERE: whether it is
 * due is a remainder of the row's number. The plan stays what it was, but where a row takes a tenth of a microsecond, the
 * remainder is a tenth of that. So it stands where rows take longer, or where much is asked; what goes once over a table and
 * compares little is through in seconds, of a million assets as well. `isThorough` has all loops ask.
 */
import type { Database } from "better-sqlite3";
import * as SearchTables from "../SearchTables.ts";

export interface Interruption {
  /** Whether what is searched is to end. Asked often, and cheap. */
  readonly isStopped: () => boolean;
  /** Whether what is searched may well have to end, so that each of its loops is to ask. */
  readonly isThorough: () => boolean;
}

/** Thrown out of a search that was told to end. */
export class Stopped extends Error {
  override readonly name = "Stopped";
  constructor() {
    super("the search was told to end");
  }
}

const FUNCTION = "fettle_stop";

const enabled = new WeakMap<Database, Interruption>();

/** From now on searches over the connection end when they are told to. */
export const enable = (database: Database, interruption: Interruption): void => {
  enabled.set(database, interruption);
  database.function(FUNCTION, { deterministic: false, directOnly: true }, () => {
    endIfStopped(interruption);
    return 1;
  });
};

/** Null for a connection whose searches go on to their ends. */
export const of = (database: Database): Interruption | null => enabled.get(database) ?? null;

/** Throws {@link Stopped} where it is time to. */
export const endIfStopped = ({ isStopped }: Interruption): void => {
  if (isStopped()) throw new Stopped();
};

/**
 * One row in so many asks. Primes: the numbers of one tenant's rows may all be odd, where two tenants were written by turns.
 * Of patches there are fewer, and what is asked of each may be counted over all assets.
 */
const ROWS = 1_021;
const PATCHES = 7;

/** A statement that goes over more tables, or compares more, has all its loops ask. */
const LOOPS_MAX = 8;
const CONDITIONS_MAX = 32;

/** Of tables that grow with the fleet, by their unquoted names, the column that tells which asset or patch a row is of. */
const columns: ReadonlyMap<string, string> = new Map([
  ["search_asset", "n"],
  ["search_patch", "n"],
  ["search_asset_tag", "asset"],
  ["search_asset_patch", "asset"],
  ...[SearchTables.assets, SearchTables.patches].flatMap(({ tables, trigrams }) => [
    ...tables.map(({ name }) => [unquoted(name), "o"] as const),
    ...trigrams.map(({ table }) => [unquoted(table), "rowid"] as const),
  ]),
]);

/** From FROM to WHERE, where no subselect is between; with what shows that it is of one row of the loop around it. */
const SOURCES = /(EXISTS \(SELECT 1 )?\bFROM ([^()]*?) WHERE /g;
const SOURCE = /("[^"]+"|\b\w+)(?: AS (\w+))?/g;
const CONDITION = / (?:AND|OR) /g;
/** What is joined to each asset costs more than an asset does, and is then sorted into groups. */
const JOINED = /^search_asset AS a CROSS JOIN /;
const GROUPS = / GROUP BY [^()]+?(?=\)|$)/g;

/** The statement that ends when it is told to. */
export const ofText = (text: string, isThorough: boolean): string => {
  const isAll = isThorough || count(text, SOURCES) > LOOPS_MAX || count(text, CONDITION) > CONDITIONS_MAX;
  let isGrouped = false;
  const asking = text.replaceAll(SOURCES, (found, probe: string | undefined, sources: string) => {
    const row = probe === undefined ? rowOf(sources) : null;
    const isJoined = JOINED.test(sources);
    isGrouped ||= isJoined;
    if (row === null || !(isAll || isJoined || row.isPatch)) return found;
    return `${found}(${row.number} % ${row.isPatch ? PATCHES : ROWS} OR ${FUNCTION}()) AND `;
  });
  return isGrouped ? asking.replaceAll(GROUPS, (groups) => `${groups} HAVING ${FUNCTION}()`) : asking;
};

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

// Of the first that grows: what is joined to it is little for each of its rows.
const rowOf = (sources: string): { readonly number: string; readonly isPatch: boolean } | null => {
  for (const [, table = "", alias = table] of sources.matchAll(SOURCE)) {
    const column = columns.get(unquoted(table));
    if (column !== undefined) return { number: `${alias}.${column}`, isPatch: table === "search_patch" };
  }
  return null;
};

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name;
}
