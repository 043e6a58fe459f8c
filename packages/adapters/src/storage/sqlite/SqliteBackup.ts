/**
 * Backups of a storage in SQLite, and the way back. A backup is taken while the control plane works, by SQLite's own means:
 * it is the storage of one moment, and **one file**, which may be copied like any other. The storage's own file may not be
 * copied while it is open: what was committed last stands beside it, in its write-ahead log.
 *
 * Both end with a file that was checked page by page, or leave things as they were.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import type { StorageError } from "@fettle/core";
import Database from "better-sqlite3";
import type * as Effect from "effect/Effect";
import { SqliteRefusal } from "../sql/SqliteFailure.ts";
import * as ExistingFile from "./ExistingFile.ts";
import * as FilePlacing from "./FilePlacing.ts";
import { attempt } from "./FileWork.ts";

/** How far a copy has come. */
export interface CopyProgress {
  readonly pages: number;
  readonly pagesDone: number;
}

export interface BackupOptions {
  /** The storage. It may be open, here and elsewhere, and written to. */
  readonly file: string;
  /** Where the backup comes to stand. Its directory must be there. */
  readonly target: string;
  /** Whether an earlier backup of that name is replaced. Left out: that is refused. */
  readonly isReplacing?: boolean;
  readonly onProgress?: (progress: CopyProgress) => void;
}

export interface RestoreOptions {
  /** The backup, or any storage: it is only read. */
  readonly backup: string;
  /** Where the storage is to stand again. */
  readonly file: string;
  /** Whether a storage that stands there is replaced; nobody may have it open. Left out: that is refused. */
  readonly isReplacing?: boolean;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** What was copied. */
export interface CopyReport {
  readonly bytes: number;
  /** The version of its schema. An earlier one is brought up to date when the storage is opened. */
  readonly version: number;
}

/** Pages of one turn of the event loop: with pages of 4 KiB about a millisecond's. */
export const PAGES_PER_TURN = 256;

/**
 * Backs a storage up. While it lasts, the write-ahead log of the storage grows by all that is written. Copying leaves the event
 * loop free in between; checking the copy at the end does not (about three seconds a gigabyte): for a large storage, run
 * `fettle-db backup` as a process of its own.
 *
 * Fails as `Unavailable` when `file` is no storage, was written by newer code, or `target` is taken; as `Corrupt` when the
 * storage is damaged; as `Full`; as `Busy` when the backup to replace is open. Then no backup was made, and one that stood
 * there stands unchanged.
 * @example
 * yield* SqliteBackup.backup({ file: "/var/lib/fettle/control-plane.db", target: "/backup/monday.db" });
 */
export const backup = (options: BackupOptions): Effect.Effect<CopyReport, StorageError> =>
  attempt("backup", (signal) => copy({ ...options, from: options.file, to: options.target }, signal));

/**
 * Brings a backup back: it is copied beside the place, checked, and moved into it in one step, so that there stands the former
 * storage or the restored one, never a part. The backup stays as it is.
 *
 * Fails as `Busy` when the storage that is to be replaced is open anywhere; as `Unavailable` when the backup is none or was
 * written by newer code, or when what stands there is no storage; as `Corrupt` when the backup is damaged, or what stands
 * there is so damaged that it can't be locked: move that away, with its `-wal`.
 * @example
 * yield* SqliteBackup.restore({ backup: "/backup/monday.db", file: "/var/lib/fettle/control-plane.db", isReplacing: true });
 */
export const restore = (options: RestoreOptions): Effect.Effect<CopyReport, StorageError> =>
  attempt("restore", async (signal) => {
    const { file, isReplacing = false } = options;
    // At once, not only after everything was copied.
    if (isReplacing && existsSync(file)) ExistingFile.openAlone(file).close();
    return await copy({ ...options, from: options.backup, to: file }, signal);
  });

interface Copy {
  readonly from: string;
  readonly to: string;
  readonly isReplacing?: boolean;
  readonly onProgress?: (progress: CopyProgress) => void;
}

const copy = async (asked: Copy, signal: AbortSignal): Promise<CopyReport> => {
  const { from, isReplacing = false } = asked;
  const to = FilePlacing.realPlace(asked.to);
  FilePlacing.mustBeFree(to, isReplacing);
  const source = ExistingFile.openToRead(from);
  const partial = FilePlacing.begin(to, from);
  try {
    mustDiffer(from, to);
    await transfer(source.database, partial, asked, signal);
    // Here for the last time: what follows is one turn, which nobody can interrupt.
    signal.throwIfAborted();
    verify(partial, from);
    const { size } = statSync(partial);
    FilePlacing.place(partial, to, isReplacing);
    return { bytes: size, version: source.version };
  } finally {
    FilePlacing.discard(partial);
    source.database.close();
  }
};

const mustDiffer = (from: string, to: string): void => {
  if (existsSync(to) && realpathSync(from) === realpathSync(to)) {
    throw new SqliteRefusal(`${from} and ${to} are one file`);
  }
};

// One transaction from the first page to the last: without it SQLite would begin again with every write of somebody else,
// and under steady writing never end.
const transfer = async (
  database: Database.Database,
  partial: string,
  { onProgress }: Copy,
  signal: AbortSignal,
): Promise<void> => {
  database.exec("BEGIN");
  database.prepare("SELECT count(*) FROM sqlite_master").get();
  await database.backup(partial, {
    progress: ({ totalPages, remainingPages }) => {
      signal.throwIfAborted();
      onProgress?.({ pages: totalPages, pagesDone: totalPages - remainingPages });
      return PAGES_PER_TURN;
    },
  });
  database.exec("COMMIT");
};

// Out of the log, so that the copy needs no file beside it, not even to be read.
const verify = (partial: string, from: string): void => {
  const database = new Database(partial, { fileMustExist: true });
  try {
    database.pragma("journal_mode = DELETE");
    const [first] = database.pragma("integrity_check(1)") as readonly { readonly integrity_check: string }[];
    if (first?.integrity_check !== "ok") {
      throw new Database.SqliteError(`${from} is damaged: ${first?.integrity_check}`, "SQLITE_CORRUPT");
    }
  } finally {
    database.close();
  }
};
