import { statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { LOG_KEPT_BYTES } from "../../src/storage/sql/SqliteFile.ts";
import { SqliteBackup, type SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { directories } from "./Directories.ts";
import { happening, using } from "./SampleStorage.ts";

const directory = directories();

const MIB = 1_024 * 1_024;
/** SQLite takes the log over into the database once it has 1,000 pages. */
const CHECKPOINT_BYTES = 1_000 * (4_096 + 24);

const logOf = (file: string): number => statSync(`${file}-wal`).size;

// Reads as a report does that takes its time: everything as it was when it began.
const reader = (file: string): Database.Database => {
  const database = new Database(file, { readonly: true });
  database.exec("BEGIN");
  database.prepare("SELECT count(*) FROM entity").get();
  return database;
};

let number = 0;
const write = (storage: SqliteStorage.SqliteStorage, bytes: number): Effect.Effect<unknown, unknown> =>
  Effect.suspend(() => {
    number += 1;
    return storage.commit(happening("acme", number, "x".repeat(bytes / 2)));
  });

describe("the write-ahead log", () => {
  test("stays small under steady writing with a reader now and then", async () => {
    const file = join(directory(), "plane.db");
    let largest = 0;
    let written = 0;
    let whileRead = 0;
    await using(file, (storage) =>
      Effect.gen(function* () {
        for (let round = 0; round < 12; round += 1) {
          const slow = round % 3 === 0 ? reader(file) : null;
          const before = logOf(file);
          for (let i = 0; i < 40; i += 1) yield* write(storage, 100_000);
          largest = Math.max(largest, logOf(file));
          written += 40 * 100_000;
          if (slow !== null) whileRead = Math.max(whileRead, logOf(file) - before);
          slow?.close();
        }
      }),
    );
    expect(written).toBeGreaterThan(10 * CHECKPOINT_BYTES);
    // What came while one reader read, on top of what there may be without.
    expect(largest).toBeLessThan(2 * CHECKPOINT_BYTES + whileRead);
    expect(largest).toBeLessThan(written / 3);
  });

  test("that a reader made grow is cut back to LOG_KEPT_BYTES once it has gone", async () => {
    const file = join(directory(), "plane.db");
    await using(file, (storage) =>
      Effect.gen(function* () {
        const slow = reader(file);
        while (logOf(file) < LOG_KEPT_BYTES + 8 * MIB) yield* write(storage, 4 * MIB);
        slow.close();
        // The first takes the log over, the second begins it anew.
        yield* write(storage, 1_000);
        yield* write(storage, 1_000);
        expect(logOf(file)).toBeLessThanOrEqual(LOG_KEPT_BYTES);
        const database = new Database(file, { readonly: true });
        expect(database.prepare("SELECT count(*) FROM entity WHERE kind = 'job'").pluck().get()).toBeGreaterThan(10);
        database.close();
      }),
    );
  });

  test("grows no further by a backup than what is written meanwhile", async () => {
    const file = join(directory(), "plane.db");
    await using(file, (storage) =>
      Effect.gen(function* () {
        for (let i = 0; i < 10; i += 1) yield* write(storage, MIB);
        const before = logOf(file);
        let meanwhile = 0;
        const target = join(directory(), "backup.db");
        const writing = Effect.gen(function* () {
          for (let i = 0; i < 20; i += 1) {
            yield* write(storage, 100_000);
            meanwhile += 1;
          }
        });
        yield* Effect.all([SqliteBackup.backup({ file, target }), writing], { concurrency: "unbounded" });
        expect(meanwhile).toBe(20);
        expect(logOf(file)).toBeLessThan(before + 20 * 2 * 100_000 + CHECKPOINT_BYTES);
        // And after it, the log is used again from its beginning.
        const after = logOf(file);
        for (let i = 0; i < 40; i += 1) yield* write(storage, 100_000);
        expect(logOf(file)).toBeLessThanOrEqual(Math.max(after, before, 2 * CHECKPOINT_BYTES));
      }),
    );
  });
});
