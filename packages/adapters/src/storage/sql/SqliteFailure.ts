/** What went wrong in SQLite, classified once, by SQLite's result codes. */

export interface SqliteFailure {
  readonly reason: "Unavailable" | "Busy" | "Corrupt" | "Full" | "Refused";
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause: unknown;
}

type Verdict = Pick<SqliteFailure, "reason" | "isRetryable">;

const busy: Verdict = { reason: "Busy", isRetryable: true };
const full: Verdict = { reason: "Full", isRetryable: false };
const corrupt: Verdict = { reason: "Corrupt", isRetryable: false };
const refused: Verdict = { reason: "Refused", isRetryable: false };
const gone: Verdict = { reason: "Unavailable", isRetryable: false };
const flaky: Verdict = { reason: "Unavailable", isRetryable: true };

// By primary result code, with which extended codes (SQLITE_IOERR_FSYNC) begin; the first that fits.
const verdicts: readonly (readonly [string, Verdict])[] = [
  ["SQLITE_BUSY", busy],
  ["SQLITE_LOCKED", busy],
  ["SQLITE_PROTOCOL", busy],
  ["SQLITE_FULL", full],
  // No room for the index of the write-ahead log, which is a file as well.
  ["SQLITE_IOERR_SHMSIZE", full],
  ["SQLITE_CORRUPT", corrupt],
  ["SQLITE_NOTADB", corrupt],
  ["SQLITE_CONSTRAINT", refused],
  ["SQLITE_TOOBIG", refused],
  ["SQLITE_MISMATCH", refused],
  ["SQLITE_IOERR", flaky],
  ["SQLITE_NOMEM", flaky],
  ["SQLITE_INTERRUPT", flaky],
  ["SQLITE_CANTOPEN", gone],
  ["SQLITE_READONLY", gone],
  ["SQLITE_PERM", gone],
  ["SQLITE_AUTH", gone],
  ["SQLITE_NOLFS", gone],
  ["SQLITE_SCHEMA", gone],
  ["SQLITE_ERROR", gone],
];

/** A failure that isn't SQLite's own: a schema too new, a file of something else. */
export class SqliteRefusal extends Error {}

/** The failure, or null when what was thrown isn't SQLite's: then it is a bug. */
export const classify = (thrown: unknown): SqliteFailure | null => {
  if (!(thrown instanceof Error)) return null;
  if (thrown instanceof SqliteRefusal) return { ...gone, message: thrown.message, cause: thrown };
  const code = "code" in thrown ? String(thrown.code) : "";
  const found = verdicts.find(([prefix]) => code === prefix || code.startsWith(`${prefix}_`));
  if (found !== undefined) return { ...found[1], message: `${code}: ${thrown.message}`, cause: thrown };
  if (thrown instanceof TypeError && thrown.message === CLOSED)
    return { ...gone, message: thrown.message, cause: thrown };
  return thrown.cause === undefined ? null : classify(thrown.cause);
};

// The driver's own word, for which it has no code.
const CLOSED = "The database connection is not open";
