/** Failures of SQLite as the storage port's error. */
import { StorageError } from "@fettle/core";
import { classify, type SqliteFailure } from "../sql/SqliteFailure.ts";

export const fromFailure = (operation: string, failure: SqliteFailure): StorageError =>
  new StorageError({ operation, ...failure });

/** The port's error, or null when what was thrown is a bug. */
export const toStorageError = (operation: string, thrown: unknown): StorageError | null => {
  if (thrown instanceof StorageError) return thrown;
  const failure = classify(thrown);
  return failure === null ? null : fromFailure(operation, failure);
};
