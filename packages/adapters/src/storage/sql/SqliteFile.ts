/**
 * Opens a SQLite file as this code wants it: WAL, every commit on the disk before it returns (reliability F5), its own
 * kind of file, at the version of this code. Many processes may open one file at once; the first migrates it.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { type Migration, newerMessage } from "./Migration.ts";
import { classify, type SqliteFailure, SqliteRefusal } from "./SqliteFailure.ts";

export interface SqliteFileOptions {
  readonly file: string;
  /** What the file is called in messages: "the storage". */
  readonly what: string;
  /** Marks the file as this kind of database, in its header. */
  readonly applicationId: number;
  readonly migrations: readonly Migration[];
}

/** How long a statement waits for the lock of another process, in milliseconds. */
export const BUSY_WAIT_MS = 5_000;

/**
 * What the write-ahead log keeps on the disk between checkpoints, in bytes. A reader that lasts (a backup) lets the log grow
 * as long as it reads; the first commit after that and after a checkpoint cuts the log back to this.
 */
export const LOG_KEPT_BYTES = 64 * 1_024 * 1_024;

/** How long opening is tried again while another process creates the file: SQLite itself doesn't wait there. */
export const OPEN_WAIT_MS = 10_000;
const OPEN_PAUSE_MS = 25;

/** Opens, checks and migrates the file. */
export const open = (options: SqliteFileOptions): Effect.Effect<Database.Database, SqliteFailure> => {
  const attempt = (until: number): Effect.Effect<Database.Database, SqliteFailure> =>
    Effect.suspend(() => {
      try {
        return Effect.succeed(openOnce(options));
      } catch (thrown) {
        const failure = classify(thrown);
        if (failure === null) return Effect.die(thrown);
        if (failure.reason !== "Busy" || performance.now() > until) return Effect.fail(failure);
        return Effect.flatMap(Effect.sleep(OPEN_PAUSE_MS), () => attempt(until));
      }
    });
  return Effect.suspend(() => attempt(performance.now() + OPEN_WAIT_MS));
};

const openOnce = (options: SqliteFileOptions): Database.Database => {
  const directory = dirname(options.file);
  if (!existsSync(directory)) throw new SqliteRefusal(`${directory} is no directory: make it first`);
  const database = new Database(options.file, { timeout: BUSY_WAIT_MS });
  try {
    checkKind(database, options);
    const mode = database.pragma("journal_mode = WAL", { simple: true });
    if (mode !== "wal") {
      throw new SqliteRefusal(`${options.file}: no write-ahead log possible here (${mode}); use a local file system`);
    }
    database.pragma("synchronous = FULL");
    // macOS: without these an fsync stops at the disk's cache. Elsewhere they do nothing.
    database.pragma("fullfsync = ON");
    database.pragma("checkpoint_fullfsync = ON");
    database.pragma("foreign_keys = ON");
    database.pragma(`journal_size_limit = ${LOG_KEPT_BYTES}`);
    if (versionOf(database) < options.migrations.length) migrate(database, options);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
};

// Before anything is written: a file of something else must stay as it is.
const checkKind = (database: Database.Database, options: SqliteFileOptions): void => {
  const { id, tables, version } = identify(database);
  if (id !== options.applicationId && !(id === 0 && tables === 0)) {
    throw new SqliteRefusal(`${options.file} is not ${options.what} but another database: name another file`);
  }
  if (version > options.migrations.length) {
    throw new SqliteRefusal(newerMessage(`${options.what} ${options.file}`, version, options.migrations.length));
  }
};

// Read as one: between two reads another process may migrate the file, and half of each would be neither.
const identify = (
  database: Database.Database,
): { readonly id: unknown; readonly tables: unknown; readonly version: number } =>
  database.transaction(() => ({
    id: database.pragma("application_id", { simple: true }),
    tables: database.prepare("SELECT count(*) FROM sqlite_master").pluck().get(),
    version: versionOf(database),
  }))();

const versionOf = (database: Database.Database): number => Number(database.pragma("user_version", { simple: true }));

// The version is read again inside the transaction: another process may have migrated in the meantime.
const migrate = (database: Database.Database, options: SqliteFileOptions): void => {
  const steps = database.transaction(() => {
    checkKind(database, options);
    for (const { sql } of options.migrations.slice(versionOf(database))) database.exec(sql);
    database.pragma(`application_id = ${options.applicationId}`);
    database.pragma(`user_version = ${options.migrations.length}`);
  });
  steps.exclusive();
};
