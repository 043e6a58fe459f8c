import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Storage } from "@fettle/core";
import { MemoryStorage, StorageConformance } from "@fettle/core/testing";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import * as SqliteFile from "../../src/storage/sql/SqliteFile.ts";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { migrations } from "../../src/storage/sqlite/SqliteMigrations.ts";
import { directories } from "./Directories.ts";
import { batch, everything } from "./RandomBatch.ts";

const runs = Number(process.env.FETTLE_RUNS ?? 1);
const directory = directories();
const scope = Effect.runSync(Scope.make());
const storage = await Effect.runPromise(
  Scope.provide(SqliteStorage.open({ file: join(directory(), "conformance.db") }), scope),
);
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)));

const using = <A>(file: string, use: (storage: SqliteStorage.SqliteStorage) => Effect.Effect<A, unknown>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), use)));

// Ends as in a crash: the next process finds what is in the files at that moment, and nothing was closed before.
const crashing = (folder: string): StorageConformance.LastingSubject["open"] => {
  let crashes = 0;
  const file = (): string => join(folder, `${crashes}.db`);
  return () =>
    Effect.gen(function* () {
      const own = yield* Scope.make();
      const opened = yield* Scope.provide(SqliteStorage.open({ file: file() }), own);
      const end = Effect.gen(function* () {
        const left = file();
        crashes += 1;
        copyFileSync(left, file());
        copyFileSync(`${left}-wal`, `${file()}-wal`);
        yield* Scope.close(own, Exit.void);
      });
      return { storage: opened, end: () => end };
    });
};

const failure = (file: string) => Effect.runPromise(Effect.flip(Effect.scoped(SqliteStorage.open({ file }))));

const job = (id: string, body: unknown = {}) => ({
  tenantId: "t",
  expect: [],
  counters: [],
  uniques: [],
  writes: [{ _tag: "Put", kind: "job", id, body: body as null, indexes: [{ name: "all", value: "1" }] }] as const,
  events: [{ type: "E", kind: "job", id, at: 0, body: null }] as const,
});

describe("conformance of the storage in SQLite", () => {
  for (const { name, run } of StorageConformance.cases) {
    test(`${name} (SQLite)`, async () => {
      await expect(Effect.runPromise(run({ storage, prefix: "t" }))).resolves.toBeUndefined();
    });
  }
});

describe("what lasts of the storage in SQLite", () => {
  for (const { name, run } of StorageConformance.lasting) {
    test(`${name} (SQLite)`, async () => {
      await expect(Effect.runPromise(run({ open: crashing(directory()) }))).resolves.toBeUndefined();
    });
  }
});

test("SQLite answers whatever the storage in memory answers, over random batches, one by one and in groups", async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(batch, { minLength: 1, maxLength: 6 }), { maxLength: 8, size: "max" }),
      async (groups) => {
        const memory = MemoryStorage.make();
        round += 1;
        const prefix = `r${round}-`;
        for (const group of groups.map((g) => g.map((b) => ({ ...b, tenantId: prefix + b.tenantId })))) {
          const expected = group.map((b) => Effect.runSync(memory.commit(b)));
          const commits = Effect.all(group.map(storage.commit), { concurrency: "unbounded" });
          expect(await Effect.runPromise(commits)).toEqual(expected);
        }
        const answers = await Effect.runPromise(everything(storage, prefix));
        expect(answers).toBe(Effect.runSync(everything(memory, prefix)));
      },
    ),
    { numRuns: 60 * runs, seed: 11 },
  );
});

const record = { at: 0, by: "user:anna", action: "jobs.create", kind: "job", id: "b", body: null } as const;

describe("opening a SQLite file", () => {
  test("sets it to WAL, every commit on the disk, foreign keys on, strict tables", async () => {
    const file = join(directory(), "a.db");
    await using(file, (opened) => opened.commit(job("a")));
    const database = new Database(file);
    expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(database.pragma("user_version", { simple: true })).toBe(migrations.length);
    expect(database.pragma("application_id", { simple: true })).toBe(SqliteStorage.APPLICATION_ID);
    const tables = database.prepare<[], { name: string; strict: number }>(
      "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_%' ORDER BY name",
    );
    const strict = tables.all().map(({ name, strict }) => [name, strict]);
    const names = ["audit", "audit_head", "counter", "entity", "event", "event_head", "index_entry", "unique_key"];
    expect(strict).toEqual(names.map((name) => [name, 1]));
    database.close();
  });

  test("waits for the disk at every commit (synchronous = FULL) and checks foreign keys", async () => {
    const options = { what: "a storage", applicationId: 1, migrations };
    const database = await Effect.runPromise(SqliteFile.open({ file: join(directory(), "p.db"), ...options }));
    const pragmas = [
      "synchronous",
      "fullfsync",
      "checkpoint_fullfsync",
      "foreign_keys",
      "busy_timeout",
      "journal_size_limit",
    ];
    const values = pragmas.map((name) => database.pragma(name, { simple: true }));
    expect(values).toEqual([2, 1, 1, 1, SqliteStorage.BUSY_WAIT_MS, SqliteFile.LOG_KEPT_BYTES]);
    database.close();
  });

  // At once: only a busy file is tried again.
  test("refuses a database that newer code wrote, and leaves it as it is", async () => {
    const file = join(directory(), "newer.db");
    await using(file, (opened) => opened.commit(job("a")));
    const database = new Database(file);
    database.pragma("user_version = 99");
    database.close();
    const before = readFileSync(file);
    const error = await failure(file);
    expect(error).toMatchObject({ _tag: "StorageError", reason: "Unavailable", operation: "open", isRetryable: false });
    expect(error.message).toContain(`schema version 99, this code knows ${migrations.length}: update the code`);
    expect(readFileSync(file).equals(before)).toBe(true);
  }, 5_000);

  test("brings a database of every earlier version up to date, with what is in it", async () => {
    for (let version = 1; version < migrations.length; version += 1) {
      const file = join(directory(), `v${version}.db`);
      const options = { what: "a storage", applicationId: SqliteStorage.APPLICATION_ID };
      const earlier = await Effect.runPromise(
        SqliteFile.open({ file, ...options, migrations: migrations.slice(0, version) }),
      );
      earlier.exec("INSERT INTO entity (tenant_id, kind, id, revision, body) VALUES ('t', 'job', 'a', 3, '{\"n\":1}')");
      earlier.close();
      await using(file, (opened) => opened.commit({ ...job("b"), audit: [record] }));
      const [jobs, trail] = await using(file, (opened) =>
        Effect.all([opened.list("t", "job", { limit: 9 }), opened.audit("t", { after: 0, limit: 9 })]),
      );
      expect(jobs).toMatchObject([{ id: "a", revision: 3, body: { n: 1 } }, { id: "b" }]);
      expect(trail).toMatchObject([{ position: 1, by: "user:anna" }]);
    }
  });

  test("refuses a database of something else, and leaves it as it is", async () => {
    const file = join(directory(), "other.db");
    const database = new Database(file);
    database.exec("CREATE TABLE accounts (id INTEGER)");
    database.close();
    const before = readFileSync(file);
    expect((await failure(file)).message).toContain("is not a Fettle storage but another database");
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("refuses a file that is no database, and a directory that isn't there", async () => {
    const file = join(directory(), "text.db");
    writeFileSync(file, "this is a text and not a database at all\n".repeat(200));
    expect(await failure(file)).toMatchObject({ reason: "Corrupt", isRetryable: false });
    expect(await failure(join(directory(), "none", "a.db"))).toMatchObject({ reason: "Unavailable" });
  });

  test("goes on where an earlier process left off, from its write-ahead log alone", async () => {
    const file = join(directory(), "log.db");
    const copy = join(directory(), "copy.db");
    await using(file, (opened) =>
      Effect.gen(function* () {
        yield* opened.commit(job("a", "kept"));
        copyFileSync(file, copy);
        copyFileSync(`${file}-wal`, `${copy}-wal`);
      }),
    );
    const body = await using(copy, (opened) => Effect.map(opened.get("t", "job", "a"), (s) => s?.body));
    expect(body).toBe("kept");
  });

  test("EVT-01: a write-ahead log cut anywhere leaves whole batches, from the first on", async () => {
    const source = join(directory(), "cut.db");
    const target = directory();
    await using(source, () => Effect.void);
    await using(source, (opened) =>
      Effect.gen(function* () {
        for (let i = 0; i < 8; i += 1) yield* opened.commit(job(`job-${i}`, "x".repeat(i * 700)));
        copyFileSync(source, join(target, "a.db"));
        copyFileSync(`${source}-wal`, join(target, "a.db-wal"));
      }),
    );
    const size = statSync(join(target, "a.db-wal")).size;
    const counts = new Set<number>();
    for (let cut = 0; cut <= size; cut += 997) {
      const file = join(target, `cut-${cut}.db`);
      copyFileSync(join(target, "a.db"), file);
      copyFileSync(join(target, "a.db-wal"), `${file}-wal`);
      truncateSync(`${file}-wal`, cut);
      const [jobs, events] = await using(file, (opened) =>
        Effect.all([opened.list("t", "job", { limit: 100 }), opened.events("t", 0, 100)]),
      );
      expect(jobs.map((s) => s.id)).toEqual(jobs.map((_, i) => `job-${i}`));
      expect(events.map((e) => e.id)).toEqual(jobs.map((s) => s.id));
      counts.add(jobs.length);
    }
    expect([...counts]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].slice(0, counts.size));
    expect(counts.size).toBeGreaterThan(6);
  });
});

describe("a SQLite storage", () => {
  test("is core's port by its layer, and its scope closes it", async () => {
    const file = join(directory(), "layer.db");
    const program = Effect.gen(function* () {
      const port = yield* Storage;
      yield* port.commit(job("a"));
      return port;
    });
    const port = await Effect.runPromise(Effect.provide(program, SqliteStorage.layer({ file })));
    const late = await Effect.runPromise(
      Effect.all([Effect.flip(port.get("t", "job", "a")), Effect.flip(port.commit(job("b")))]),
    );
    for (const error of late) expect(error).toMatchObject({ reason: "Unavailable", isRetryable: false });
    expect(readdirSync(join(file, ".."))).toEqual(["layer.db"]);
  });

  test("carries out what waits before it closes", async () => {
    const file = join(directory(), "close.db");
    const answers = await using(file, (opened) =>
      Effect.all([opened.commit(job("a")), opened.commit(job("b")), Effect.as(opened.close(), null)], {
        concurrency: "unbounded",
      }),
    );
    expect(answers.slice(0, 2)).toEqual([{ _tag: "Committed" }, { _tag: "Committed" }]);
    expect((await using(file, (opened) => opened.list("t", "job", { limit: 9 }))).length).toBe(2);
  });

  test("says which body is damaged when one was changed from outside", async () => {
    const file = join(directory(), "edited.db");
    await using(file, (opened) => opened.commit(job("a")));
    const database = new Database(file);
    database.prepare("UPDATE entity SET body = '{'").run();
    database.close();
    const error = await using(file, (opened) => Effect.flip(opened.get("t", "job", "a")));
    expect(error).toMatchObject({ reason: "Corrupt", message: expect.stringContaining("job a") });
  });
});
