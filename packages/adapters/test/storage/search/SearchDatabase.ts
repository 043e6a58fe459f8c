/** Search tables in memory, filled with documents as the storage is to fill them. */
import type * as Qql from "@fettle/qql";
import Database from "better-sqlite3";
import * as Layout from "../../../src/storage/search/Layout.ts";
import * as PredicateSql from "../../../src/storage/search/PredicateSql.ts";
import * as RowSql from "../../../src/storage/search/RowSql.ts";
import * as Rows from "../../../src/storage/search/Rows.ts";

export interface SearchDatabase {
  readonly database: Database.Database;
  readonly layout: Layout.Layout;
  /** Adds a document, or puts it in place of the one with its id; answers its number. */
  readonly put: (tenant: number, id: string, document: Qql.Catalog.AnyDocument) => number;
  readonly remove: (tenant: number, id: string) => void;
}

export function open(layout: Layout.Layout, database: Database.Database = new Database(":memory:")): SearchDatabase {
  for (const statement of Layout.ddl(layout)) database.exec(statement);
  const sql = RowSql.of(layout);
  const find = database.prepare<[number, string], { n: number }>(sql.find);
  const put = database.prepare<unknown[], { n: number }>(sql.put);
  const remove = database.prepare(sql.remove);
  const tables = sql.tables.map(({ add, clear }) => ({ add: database.prepare(add), clear: database.prepare(clear) }));
  const trigrams = sql.trigrams.map(({ add, clear }) => ({
    add: database.prepare(add),
    clear: database.prepare(clear),
  }));
  const hasDictionary = layout.sharedTexts.length > 0;
  const share = hasDictionary ? database.prepare(sql.share.add) : null;
  const shared = hasDictionary ? database.prepare<unknown[], { n: number }>(sql.share.find) : null;

  const parameterOf = (tenant: number, cell: Rows.Cell): Layout.Parameter => {
    if (!Rows.isShared(cell)) return cell;
    share?.run(tenant, cell.field, cell.folded, cell.tokens);
    return shared?.get(tenant, cell.field, cell.folded)?.n ?? null;
  };
  const clear = (tenant: number, n: number): void => {
    for (const table of tables) table.clear.run(tenant, n);
    for (const table of trigrams) table.clear.run(n);
  };
  return {
    database,
    layout,
    put: database.transaction((tenant: number, id: string, document: Qql.Catalog.AnyDocument): number => {
      const rows = Rows.of(layout, document);
      const n = put.get(tenant, id, ...rows.main.map((cell) => parameterOf(tenant, cell)))?.n ?? Number.NaN;
      clear(tenant, n);
      for (const [i, elements] of rows.tables.entries()) {
        for (const row of elements) tables[i]?.add.run(tenant, n, ...row.map((cell) => parameterOf(tenant, cell)));
      }
      for (const [i, text] of rows.trigrams.entries()) if (text !== null) trigrams[i]?.add.run(n, text);
      return n;
    }),
    remove: (tenant, id) => {
      const n = find.get(tenant, id)?.n;
      if (n === undefined) return;
      clear(tenant, n);
      remove.run(n);
    },
  };
}

/** What selecting takes but for the predicate. */
export type Asked = Omit<PredicateSql.Options, "alias">;

/** Every row of the main table by the numbers that a predicate gives without it, sorted; null where it gives none. */
export function numbered(
  { database, layout }: SearchDatabase,
  predicate: Qql.Predicate.Predicate,
  asked: Asked,
): readonly string[] | null {
  const { numbers, parameters } = PredicateSql.of(predicate, layout, { ...asked, alias: "a" });
  if (numbers === null) return null;
  const found = database.prepare<unknown[], number>(numbers).pluck();
  const id = database.prepare<unknown[], string>(`SELECT id FROM ${layout.main.name} WHERE n = ?`).pluck();
  return found
    .all(...parameters)
    .map((n) => id.get(n) ?? "none")
    .sort();
}

/** The ids of a tenant's documents that a predicate selects, sorted. */
export function select(
  { database, layout }: SearchDatabase,
  predicate: Qql.Predicate.Predicate,
  asked: Asked,
): readonly string[] {
  const { text, parameters } = PredicateSql.of(predicate, layout, { ...asked, alias: "a" });
  const statement = database.prepare<unknown[], string>(
    `SELECT a.id FROM ${layout.main.name} AS a WHERE a.t = ? AND ${text}`,
  );
  return statement
    .pluck()
    .all(asked.tenant, ...parameters)
    .sort();
}
