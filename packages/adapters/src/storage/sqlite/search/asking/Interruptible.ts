/**
 * Statements of searches that end when they are told to. The driver can't interrupt SQLite, and nothing else runs on the thread
 * while a statement does. So a function of ours is called from within: each loop over a table that grows with the fleet asks
 * it for one row in so many, and a function that throws ends the statement.
 *
 * It is put into a statement's text, which holds nothing that users wrote, as the first condition behind a WHERE: whether it is
 * due is a remainder of the row's number, which costs a hundredth of what is done with the row. The plan stays what it was.
 */
import type { Database } from "better-sqlite3";
import * as SearchTables from "../SearchTables.ts";

/** Whether what is searched is to end. Asked often, and cheap. */
export type IsStopped = () => boolean;

/** Thrown out of a search that was told to end. */
export class Stopped extends Error {
  override readonly name = "Stopped";
  constructor() {
    super("the search was told to end");
  }
}

const FUNCTION = "fettle_stop";

/**
 * One row in so many asks. A prime: numbers of one tenant's rows may all be odd, or multiples of whatever is common, where
 * several are written by turns.
 */
const ROWS = 1_021;

/** Lets the connection's statements end; answers what makes a statement's text one that does. */
export const make = (database: Database, isStopped: IsStopped): ((text: string) => string) => {
  database.function(FUNCTION, { deterministic: false, directOnly: true }, () => {
    if (isStopped()) throw new Stopped();
    return 1;
  });
  return ofText;
};

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

/** From FROM to WHERE, where no subselect is between. What is looked for in the rows of one asset is left as it is. */
const SOURCES = /(EXISTS \(SELECT 1 )?\bFROM ([^()]*?) WHERE /g;
const SOURCE = /("[^"]+"|\b\w+)(?: AS (\w+))?/g;

export const ofText = (text: string): string =>
  text.replaceAll(SOURCES, (found, probe: string | undefined, sources: string) => {
    const number = probe === undefined ? numberIn(sources) : null;
    return number === null ? found : `${found}(${number} % ${ROWS} OR ${FUNCTION}()) AND `;
  });

// Of the first that grows: what is joined to it is little for each of its rows.
const numberIn = (sources: string): string | null => {
  for (const [, table = "", alias = table] of sources.matchAll(SOURCE)) {
    const column = columns.get(unquoted(table));
    if (column !== undefined) return `${alias}.${column}`;
  }
  return null;
};

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name;
}
