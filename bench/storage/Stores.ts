/** The storage on a SQLite file as a host opens it, and the driver alone on a file of the same tables, as durable. */
import * as path from "node:path";
import { SqliteStorage } from "@fettle/adapters/storage/sqlite";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";

export interface OpenStorage {
  readonly storage: SqliteStorage.SqliteStorage;
  readonly close: () => Promise<void>;
}

/** Opens the storage, and makes the file where there is none. */
export const open = async (folder: string, name: string): Promise<OpenStorage> => {
  const scope = Effect.runSync(Scope.make());
  const file = path.join(folder, name);
  const storage = await Effect.runPromise(Scope.provide(SqliteStorage.open({ file }), scope));
  return { storage, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) };
};

/** The driver on a file with the storage's tables, indexes and constraints. */
export const raw = async (folder: string, name: string): Promise<Database.Database> => {
  const made = await open(folder, name);
  await made.close();
  const database = new Database(path.join(folder, name));
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("foreign_keys = ON");
  return database;
};

/** How many rows each table has: of two that were written alike, the same. */
export const rowCounts = (folder: string, name: string): string => {
  const database = new Database(path.join(folder, name), { readonly: true });
  const tables = database
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .pluck();
  const counts = tables
    .all()
    .map((table) => `${table} ${database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get()}`);
  database.close();
  // What full-text search keeps for itself goes by how its writes were grouped.
  return counts.filter((line) => !/_(data|idx) \d+$/.test(line)).join("\n");
};
