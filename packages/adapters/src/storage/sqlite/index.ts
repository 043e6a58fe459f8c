/** @fettle/adapters/storage/sqlite: the storage port on a SQLite file, and what is to be done with that file. */
export * as SqliteBackup from "./SqliteBackup.ts";
export * as SqliteCheck from "./SqliteCheck.ts";
export * as SqliteStats from "./SqliteStats.ts";
export * as SqliteStorage from "./SqliteStorage.ts";
