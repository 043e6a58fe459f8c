/**
 * One owner for a journal: an exclusive lock of SQLite on `<file>.lock`, which the operating system takes back when its
 * holder dies, however it dies. What stays of the file means nothing.
 */
import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import { classify } from "../../storage/sql/SqliteFailure.ts";

/** Takes the lock at once, or answers null when another agent holds it, in this process or any other. */
export const take = (file: string): Database.Database | null => {
  const database = new Database(lockFileOf(file), { timeout: 0 });
  try {
    database.pragma("journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (thrown) {
    database.close();
    if (classify(thrown)?.reason === "Busy") return null;
    throw thrown;
  }
};

/** Gives the lock back. */
export const release = (lock: Database.Database): void => {
  lock.close();
};

// By the real path: two names of one journal have one lock.
const lockFileOf = (file: string): string => {
  try {
    return `${realpathSync(file)}.lock`;
  } catch {
    return `${join(realpathSync(dirname(file)), basename(file))}.lock`;
  }
};
