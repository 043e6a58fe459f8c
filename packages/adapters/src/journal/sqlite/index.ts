/** @fettle/adapters/journal/sqlite: the agent's journal on a SQLite file. */
export * as SqliteJournal from "./SqliteJournal.ts";
