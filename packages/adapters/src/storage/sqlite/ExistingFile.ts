/**
 * A storage's file that is there already, opened as what it is: nothing is made or migrated by the way. For tools beside
 * the storage itself, which opens by `SqliteFile`.
 */
import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { newerMessage } from "../sql/Migration.ts";
import { SqliteRefusal } from "../sql/SqliteFailure.ts";
import { BUSY_WAIT_MS } from "../sql/SqliteFile.ts";
import { migrations } from "./SqliteMigrations.ts";
import { APPLICATION_ID } from "./SqliteStorage.ts";

export interface ExistingFile {
  readonly database: Database.Database;
  /** How many steps its schema has taken; at most as many as this code knows. */
  readonly version: number;
}

/** The files that SQLite keeps beside a database. One that stands without its own database would be taken for another's. */
export const COMPANIONS: readonly string[] = ["-wal", "-shm", "-journal"];

/** Opens a storage of this or an earlier version for reading. */
export const openToRead = (file: string): ExistingFile => {
  mustBeFile(file);
  return opened(new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_WAIT_MS }), file);
};

/**
 * Has the file for itself, as far as can be known: every connection to it, in this process or another, holds a lock as long
 * as it is open, and leaving the write-ahead log takes them all. Afterwards nothing of it stands beside the file, and who
 * opens it now waits. Fails as Busy at once when somebody has it.
 */
export const openAlone = (file: string): Database.Database => {
  mustBeFile(file);
  const database = new Database(file, { fileMustExist: true, timeout: 0 });
  try {
    mustBeStorage(database, file);
    database.pragma("journal_mode = DELETE");
    database.exec("BEGIN EXCLUSIVE");
    // Between the two somebody may have come; then it is in the log again, and the lock is none on readers.
    if (modeOf(database) !== "delete") throw inUse(file);
    return database;
  } catch (thrown) {
    database.close();
    throw explained(file, thrown);
  }
};

const opened = (database: Database.Database, file: string): ExistingFile => {
  try {
    mustBeStorage(database, file);
    const version = Number(database.pragma("user_version", { simple: true }));
    if (version > migrations.length) {
      throw new SqliteRefusal(newerMessage(`the storage ${file}`, version, migrations.length));
    }
    return { database, version };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
};

const mustBeFile = (file: string): void => {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new SqliteRefusal(`there is no file ${file}`);
  if (!found.isFile()) throw new SqliteRefusal(`${file} is no file`);
};

const mustBeStorage = (database: Database.Database, file: string): void => {
  if (database.pragma("application_id", { simple: true }) !== APPLICATION_ID) {
    throw new SqliteRefusal(`${file} is not a Fettle storage but another database`);
  }
};

const modeOf = (database: Database.Database): unknown => database.pragma("journal_mode", { simple: true });

const inUse = (file: string): Error =>
  new Database.SqliteError(`${file} is open: stop what uses it, the control plane above all`, "SQLITE_BUSY");

const explained = (file: string, thrown: unknown): unknown => {
  if (!(thrown instanceof Database.SqliteError)) return thrown;
  if (thrown.code.startsWith("SQLITE_BUSY")) return inUse(file);
  if (!/^SQLITE_(NOTADB|CORRUPT)/.test(thrown.code)) return thrown;
  const advice = "is so damaged that it can't be locked: move it away, with its -wal and -shm";
  return new Database.SqliteError(`${file} ${advice} (${thrown.message})`, thrown.code);
};
