import { join } from "node:path";
import type { CommitAnswer } from "@fettle/core";
import type { Database } from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import { describe, expect, test } from "vitest";
import { type EncodedBatch, encode } from "../../src/storage/sql/EncodedBatch.ts";
import * as SqliteFile from "../../src/storage/sql/SqliteFile.ts";
import * as GroupCommit from "../../src/storage/sqlite/GroupCommit.ts";
import { migrations } from "../../src/storage/sqlite/SqliteMigrations.ts";
import * as SqliteWriter from "../../src/storage/sqlite/SqliteWriter.ts";
import * as Reindex from "../../src/storage/sqlite/search/keeping/Reindex.ts";
import * as WriteTurns from "../../src/storage/sqlite/WriteTurns.ts";
import { directories } from "./Directories.ts";

const directory = directories();

const batch = (id: string, body = "", events = 1): EncodedBatch =>
  encode({
    tenantId: "t",
    expect: [],
    counters: [],
    uniques: [],
    writes: [{ _tag: "Put", kind: "job", id, body, indexes: [] }],
    events: Array.from({ length: events }, () => ({ type: "E", kind: "job", id, at: 0, body: null })),
  });

const committed: CommitAnswer = { _tag: "Committed" };

// A group commit whose groups are only noted down.
const noting = (turns?: WriteTurns.StorageTurns) => {
  const groups: string[][] = [];
  const group = GroupCommit.make((batches) => {
    groups.push(batches.map((b) => b.writes[0]?.id ?? ""));
    return batches.map(() => Effect.succeed(committed));
  }, turns);
  return { groups, group };
};

describe("group commit", () => {
  test("batches of one turn of the event loop are one group, in their order", async () => {
    const { groups, group } = noting();
    const ids = Array.from({ length: 100 }, (_, i) => `${i}`);
    await Effect.runPromise(
      Effect.all(
        ids.map((id) => group.submit(batch(id))),
        { concurrency: "unbounded" },
      ),
    );
    await Effect.runPromise(group.submit(batch("later")));
    expect(groups).toEqual([ids, ["later"]]);
  });

  test("a group has at most GROUP_CHANGES_MAX changes, or one batch", async () => {
    const { groups, group } = noting();
    const half = GroupCommit.GROUP_CHANGES_MAX / 2;
    const sizes = [half, half, 1, half * 2 + 1, 1, half * 2 - 1];
    const batches = sizes.map((size, i) => batch(`${i}`, "", size - 1));
    await Effect.runPromise(Effect.all(batches.map(group.submit), { concurrency: "unbounded" }));
    expect(groups).toEqual([["0", "1"], ["2"], ["3"], ["4", "5"]]);
  });

  test("a caller who is interrupted while waiting takes its batch out", async () => {
    const { groups, group } = noting();
    const program = Effect.gen(function* () {
      const [gone, kept] = yield* Effect.all([
        Effect.forkChild(group.submit(batch("gone")), { startImmediately: true }),
        Effect.forkChild(group.submit(batch("kept")), { startImmediately: true }),
      ]);
      yield* Fiber.interrupt(gone);
      yield* Fiber.join(kept);
    });
    await Effect.runPromise(program);
    expect(groups).toEqual([["kept"]]);
  });

  test("while a thread of this process writes, batches wait and the event loop goes on", async () => {
    const shared = WriteTurns.share();
    const another = new Int32Array(shared);
    const turns = WriteTurns.ofStorage(shared);
    const { groups, group } = noting(turns);
    Atomics.store(another, 0, 7);
    const answered = Effect.runPromise(group.submit(batch("a")));
    let looks = 0;
    while (looks < 5) await new Promise((resolve) => setTimeout(resolve, 1 + looks++));
    expect(groups).toEqual([]);
    turns.ended(7);
    expect(await answered).toEqual(committed);
    expect([groups, turns.isFree()]).toEqual([[["a"]], true]);
  });
});

const opened = async (): Promise<Database> => {
  const options = { file: join(directory(), "a.db"), what: "a storage", applicationId: 1, migrations };
  const database = await Effect.runPromise(SqliteFile.open(options));
  Reindex.run(database);
  return database;
};

const outcomes = (all: readonly GroupCommit.Outcome[]) => all.map((outcome) => Effect.runSync(Effect.result(outcome)));

const jobs = (database: Database): unknown[] => database.prepare("SELECT id FROM entity ORDER BY id").pluck().all();
const positions = (database: Database): unknown[] =>
  database.prepare("SELECT position FROM event ORDER BY 1").pluck().all();

describe("a group in SQLite", () => {
  test("a batch that fails by itself is undone by itself; the others of its group are carried out", async () => {
    const database = await opened();
    database.exec(
      "CREATE TRIGGER bad BEFORE INSERT ON event WHEN new.id = 'bad' BEGIN SELECT raise(ABORT, 'bad'); END",
    );
    const answers = outcomes(SqliteWriter.make(database)([batch("a"), batch("bad"), batch("z")]));
    expect(answers.map((a) => a._tag)).toEqual(["Success", "Failure", "Success"]);
    expect(answers[1]).toMatchObject({ failure: { reason: "Refused", operation: "commit", isRetryable: false } });
    expect(jobs(database)).toEqual(["a", "z"]);
    expect(positions(database)).toEqual([1, 2]);
    database.close();
  });

  test("EVT-01: when the commit itself fails, every batch of the group fails and nothing of them stays", async () => {
    const database = await opened();
    const commitAll = SqliteWriter.make(database);
    database.exec(`
      CREATE TABLE parent (id INTEGER PRIMARY KEY);
      CREATE TABLE orphan (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
      CREATE TRIGGER bad AFTER INSERT ON entity WHEN new.id = 'bad' BEGIN INSERT INTO orphan VALUES (1); END`);
    const answers = outcomes(commitAll([batch("a"), batch("bad"), batch("z")]));
    expect(answers.map((a) => a._tag)).toEqual(["Failure", "Failure", "Failure"]);
    expect(jobs(database)).toEqual([]);
    expect(positions(database)).toEqual([]);
    expect(outcomes(commitAll([batch("later")]))).toMatchObject([{ success: committed }]);
    expect(positions(database)).toEqual([1]);
    database.close();
  });

  test("a full disk is told as Full, and what was answered before stays", async () => {
    const database = await opened();
    const commitAll = SqliteWriter.make(database);
    outcomes(commitAll([batch("a")]));
    const pages = Number(database.pragma("page_count", { simple: true }));
    database.pragma(`max_page_count = ${pages + 3}`);
    const [answer] = outcomes(commitAll([batch("large", "x".repeat(1_000_000))]));
    expect(answer).toMatchObject({ failure: { reason: "Full", isRetryable: false } });
    expect(jobs(database)).toEqual(["a"]);
    database.pragma(`max_page_count = ${pages + 1_000}`);
    expect(outcomes(commitAll([batch("large", "x".repeat(1_000_000))]))).toMatchObject([{ success: committed }]);
    expect(positions(database)).toEqual([1, 2]);
    database.close();
  });

  test("a lock held by another process for too long is told as Busy, which may be tried again", async () => {
    const database = await opened();
    database.pragma("busy_timeout = 50");
    const other = await Effect.runPromise(
      SqliteFile.open({ file: database.name, what: "a storage", applicationId: 1, migrations }),
    );
    const commitAll = SqliteWriter.make(database);
    other.exec("BEGIN IMMEDIATE");
    expect(outcomes(commitAll([batch("a"), batch("b")]))).toMatchObject([
      { failure: { reason: "Busy", isRetryable: true } },
      { failure: { reason: "Busy", isRetryable: true } },
    ]);
    other.exec("COMMIT");
    expect(outcomes(commitAll([batch("a")]))).toMatchObject([{ success: committed }]);
    other.close();
    database.close();
  });
});
