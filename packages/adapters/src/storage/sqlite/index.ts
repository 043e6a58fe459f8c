/** @fettle/adapters/storage/sqlite: the storage port on a SQLite file. */
export * as SqliteStorage from "./SqliteStorage.ts";
