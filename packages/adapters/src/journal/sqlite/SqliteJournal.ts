/**
 * The agent's journal in a SQLite file of its own: each append is one transaction that is on the disk when it returns
 * (reliability F5), and one agent process owns it.
 *
 * Each row carries the hash of its predecessor's hash and its own body, and the head says where the chain begins and
 * ends: a row that was changed, dropped, added or moved is noticed when the journal is read.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import {
  type AgentState,
  Journal,
  JournalError,
  type JournalRecord,
  type JournalShape,
} from "@fettle/agent-protocol/agent";
import type { Database } from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import type { Scope } from "effect/Scope";
import type { Migration } from "../../storage/sql/Migration.ts";
import { classify, type SqliteFailure } from "../../storage/sql/SqliteFailure.ts";
import * as SqliteFile from "../../storage/sql/SqliteFile.ts";
import * as JournalLock from "./JournalLock.ts";

export interface SqliteJournalOptions {
  /** Path of the journal. Its directory must be there; beside it come `-wal`, `-shm` and `.lock`. */
  readonly file: string;
}

export interface SqliteJournal extends JournalShape {
  /** Closes the file and gives the lock back; later calls fail as Unavailable. The scope does it by itself. */
  readonly close: () => Effect.Effect<void>;
}

/** "FETJ", in the header of the file. */
export const APPLICATION_ID = 0x4645544a;

/**
 * Opens, or creates, the journal. Fails as `Unavailable` when another agent process holds it or newer code wrote it, as
 * `Corrupt` when the file is damaged; whether the records are whole shows when they are read.
 * @example
 * const journal = yield* SqliteJournal.open({ file: "/var/lib/fettle-agent/journal.db" });
 * yield* journal.append([{ _tag: "SequenceReserved", through: 100 }]);
 */
export const open = (options: SqliteJournalOptions): Effect.Effect<SqliteJournal, JournalError, Scope> =>
  Effect.acquireRelease(acquire(options), (journal) => journal.close());

/** The file as the agent's port. */
export const layer = (options: SqliteJournalOptions): Layer.Layer<Journal, JournalError> =>
  Layer.effect(Journal, open(options));

const acquire = ({ file }: SqliteJournalOptions): Effect.Effect<SqliteJournal, JournalError> =>
  Effect.gen(function* () {
    const lock = yield* attempt(() => {
      if (!existsSync(dirname(file))) throw unavailable(`${dirname(file)} is no directory: make it first`);
      const taken = JournalLock.take(file);
      if (taken === null) throw unavailable(`the journal ${file} is held by another agent process: stop one of them`);
      return taken;
    });
    const opened = SqliteFile.open({ file, what: "an agent's journal", applicationId: APPLICATION_ID, migrations });
    const database = yield* Effect.tapError(opened, () => Effect.sync(() => JournalLock.release(lock))).pipe(
      Effect.mapError(fromFailure),
    );
    return over(database, () => {
      database.close();
      JournalLock.release(lock);
    });
  });

const migrations: readonly Migration[] = [
  {
    name: "0000_first",
    sql: `
      CREATE TABLE record (id INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
      CREATE TABLE head (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        before_id INTEGER NOT NULL, before_hash TEXT NOT NULL,
        last_id INTEGER NOT NULL, last_hash TEXT NOT NULL
      ) STRICT;
      INSERT INTO head VALUES (1, 0, '', 0, '');`,
  },
];

/** Where the chain begins (the last row before it) and ends. */
interface Head {
  readonly beforeId: number;
  readonly beforeHash: string;
  readonly lastId: number;
  readonly lastHash: string;
}

interface Row {
  readonly id: number;
  readonly body: string;
  readonly hash: string;
}

const over = (database: Database, close: () => void): SqliteJournal => {
  const statements = prepare(database);
  const write = (records: readonly JournalRecord[]): void => {
    let { lastId, lastHash } = headOf(statements);
    for (const record of records) {
      const body = JSON.stringify(record);
      lastHash = link(lastHash, body);
      lastId += 1;
      statements.insert.run(lastId, body, lastHash);
    }
    statements.moveEnd.run(lastId, lastHash);
  };
  const append = database.transaction(write);
  const compact = database.transaction((state: AgentState.AgentState) => {
    statements.clear.run();
    statements.moveStart.run();
    write([{ _tag: "Checkpoint", state }]);
  });
  // One transaction, so that head and rows are of one moment.
  const read = database.transaction(() => verified(headOf(statements), statements.rows.all()));
  return {
    append: (records) => attempt(() => (records.length === 0 ? undefined : append.immediate(records))),
    read: () => attempt(() => read()),
    compact: (state) => attempt(() => compact.immediate(state)),
    close: () => Effect.sync(close),
  };
};

type Statements = ReturnType<typeof prepare>;

const prepare = (database: Database) => ({
  head: database.prepare<[], Head>(
    `SELECT before_id AS beforeId, before_hash AS beforeHash, last_id AS lastId, last_hash AS lastHash FROM head`,
  ),
  rows: database.prepare<[], Row>("SELECT id, body, hash FROM record ORDER BY id"),
  insert: database.prepare<[number, string, string]>("INSERT INTO record (id, body, hash) VALUES (?, ?, ?)"),
  clear: database.prepare("DELETE FROM record"),
  moveEnd: database.prepare<[number, string]>("UPDATE head SET last_id = ?, last_hash = ?"),
  moveStart: database.prepare("UPDATE head SET before_id = last_id, before_hash = last_hash"),
});

const headOf = (statements: Statements): Head => {
  const head = statements.head.get();
  if (head === undefined) throw corrupt("it has no head");
  return head;
};

const link = (before: string, body: string): string =>
  createHash("sha256").update(before).update(body).digest("base64");

// The records, once each row was found to follow from the one before it, from the head's start to its end.
const verified = (head: Head, rows: readonly Row[]): readonly JournalRecord[] => {
  let id = head.beforeId;
  let hash = head.beforeHash;
  const records = rows.map((row) => {
    id += 1;
    hash = link(hash, row.body);
    if (row.id !== id || row.hash !== hash) throw corrupt(`record ${id} is not the one that was written`);
    return parse(row);
  });
  if (id !== head.lastId || hash !== head.lastHash) throw corrupt(`it ends at record ${id}, not at ${head.lastId}`);
  return records;
};

const parse = (row: Row): JournalRecord => {
  try {
    return JSON.parse(row.body) as JournalRecord;
  } catch (cause) {
    throw corrupt(`record ${row.id} is no JSON`, cause);
  }
};

const attempt = <A>(run: () => A): Effect.Effect<A, JournalError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run());
    } catch (thrown) {
      if (thrown instanceof JournalError) return Effect.fail(thrown);
      const failure = classify(thrown);
      return failure === null ? Effect.die(thrown) : Effect.fail(fromFailure(failure));
    }
  });

const fromFailure = ({ reason, message, isRetryable, cause }: SqliteFailure): JournalError =>
  new JournalError({
    reason: reason === "Corrupt" || reason === "Full" ? reason : "Unavailable",
    message,
    isRetryable,
    cause,
  });

const unavailable = (message: string): JournalError =>
  new JournalError({ reason: "Unavailable", message, isRetryable: false });

const corrupt = (what: string, cause?: unknown): JournalError =>
  new JournalError({
    reason: "Corrupt",
    message: `the journal is damaged: ${what}; move it away and provision the agent anew`,
    isRetryable: false,
    cause,
  });
