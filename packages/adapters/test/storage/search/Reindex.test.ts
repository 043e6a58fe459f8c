import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Patch, type PutWrite, type StoredJson } from "@fettle/core";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import { beforeAll, describe, expect, test } from "vitest";
import { SqliteStorage } from "../../../src/storage/sqlite/index.ts";
import * as Reindex from "../../../src/storage/sqlite/search/keeping/Reindex.ts";
import * as SearchTables from "../../../src/storage/sqlite/search/SearchTables.ts";
import { delays, start } from "../ChildProcess.ts";
import { directories } from "../Directories.ts";
import { dump } from "./SearchDump.ts";

const directory = directories();
const script = new URL("./search-child.ts", import.meta.url);
const SEED = Number(process.env.FETTLE_SEED ?? 51);
const KILLS = 4 * Number(process.env.FETTLE_RUNS ?? 1);
const ASSETS = 2_000;

const using = <A>(
  options: SqliteStorage.SqliteStorageOptions,
  use: (storage: SqliteStorage.SqliteStorage) => Effect.Effect<A, unknown>,
): Promise<A> => Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open(options), use)));

const put = (kind: PutWrite["kind"], id: string, body: unknown): PutWrite => ({
  _tag: "Put",
  kind,
  id,
  body: body as StoredJson,
  indexes: [],
});

const asset = (n: number): PutWrite =>
  put("asset", `a${n}`, {
    id: `a${n}`,
    name: `web-${n}`,
    platform: "Linux",
    osFamily: "Red Hat",
    osName: `Rocky Linux ${n % 5}`,
    arch: "x86_64",
    timeZone: "UTC",
    assignedTags: [],
    tags: [`g${n % 7}`],
    activations: { PM: n },
    provisionedAt: 1,
    activationKey: "k",
  });

const patch = put(
  "patch",
  "p1",
  Patch.make({
    id: "p1",
    title: "openssl",
    platform: "Linux",
    vendor: "Lab",
    category: "security",
    vendorSeverity: "Critical",
    publishedAt: 1,
  }),
);

const commit = (storage: SqliteStorage.SqliteStorage, writes: readonly PutWrite[]) =>
  storage.commit({ tenantId: "t", expect: [], counters: [], uniques: [], writes, events: [] });

const filled = (file: string, assets: number): Promise<void> =>
  using({ file }, (storage) =>
    Effect.gen(function* () {
      for (let n = 0; n < assets; n += 500) {
        yield* commit(
          storage,
          Array.from({ length: Math.min(500, assets - n) }, (_, i) => asset(n + i)),
        );
      }
      yield* commit(storage, [patch, put("tag", "g1", { id: "g1", name: "Berlin", parent: null })]);
    }),
  );

/** As if another version of this code had made the tables. */
const age = (file: string): void => {
  const database = new Database(file);
  database.exec(`
    UPDATE search_stamp SET stamp = 'another';
    DELETE FROM search_asset_tag;
    DROP INDEX "search_tag:by:name";
    CREATE TABLE search_former (n INTEGER);
  `);
  database.close();
};

const look = <A>(file: string, see: (database: Database.Database) => A): A => {
  const database = new Database(file, { fileMustExist: true });
  try {
    return see(database);
  } finally {
    database.close();
  }
};

/** How many rows each table of searches has. */
const sizes = (database: Database.Database): readonly unknown[] =>
  database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'search\\_%' ESCAPE '\\'")
    .pluck()
    .all()
    .map((name) => [name, database.prepare(`SELECT count(*) FROM "${name}"`).pluck().get()]);

const stampOf = (file: string): unknown =>
  look(file, (database) =>
    database.prepare("SELECT stamp FROM search_stamp WHERE name = ?").pluck().get(SearchTables.STAMP_NAME),
  );

const fillingOf = (file: string): unknown =>
  look(file, (database) =>
    database.prepare("SELECT stamp FROM search_stamp WHERE name = ?").pluck().get(SearchTables.FILLING_NAME),
  );

describe("search tables of another version of the code", () => {
  test("are made anew when the file is opened, and it is told how far that has come", async () => {
    const file = join(directory(), "aged.db");
    await filled(file, 1_200);
    const before = look(file, dump);
    age(file);
    expect(look(file, dump)).not.toBe(before);
    const told: Reindex.Progress[] = [];
    await using({ file, onReindex: (progress) => told.push(progress) }, () => Effect.void);
    expect(look(file, dump)).toBe(before);
    expect(stampOf(file)).toBe(SearchTables.STAMP);
    expect(look(file, (d) => d.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'search_former'").get())).toBe(
      undefined,
    );
    expect(told.map(({ kind, done, total }) => `${kind} ${done}/${total}`)).toEqual([
      "tag 1/1202",
      "patch 2/1202",
      "asset 502/1202",
      "asset 1002/1202",
      "asset 1202/1202",
    ]);
  });

  test("are left as they are when they are of this version", async () => {
    const file = join(directory(), "same.db");
    await filled(file, 10);
    const filling = fillingOf(file);
    const told: unknown[] = [];
    await using({ file, onReindex: (progress) => told.push(progress) }, () => Effect.void);
    expect([fillingOf(file), told]).toEqual([filling, []]);
  });

  test("are made anew where one of them is gone, as after a repair that lost it", async () => {
    const file = join(directory(), "storage.db");
    await filled(file, 20);
    const expected = dump(new Database(file));
    const damaged = new Database(file);
    damaged.exec("DROP TABLE search_asset_tag");
    damaged.close();
    await using({ file }, () => Effect.void);
    expect(dump(new Database(file))).toEqual(expected);
  });

  test("are made anew on demand, beside a storage that has the file open", async () => {
    const file = join(directory(), "demand.db");
    await filled(file, 10);
    await using({ file }, (storage) =>
      Effect.gen(function* () {
        yield* commit(storage, [asset(20)]);
        // Numbers change: the storage may not go on with those that it knows.
        look(file, (database) => {
          database.exec("DELETE FROM search_asset WHERE id = 'a0'");
          expect(Reindex.run(database)).toEqual({ entities: 13 });
        });
        yield* commit(storage, [
          asset(21),
          asset(22),
          { ...asset(23), body: { ...(asset(23).body as object), tags: ["new"] } },
        ]);
      }),
    );
    const tables = look(file, dump);
    look(file, Reindex.run);
    expect(look(file, dump)).toBe(tables);
    expect(tables).toContain('"t/a23"');
  });

  test("fail the commits of the version that made the ones before", async () => {
    const file = join(directory(), "over.db");
    await filled(file, 10);
    const error = await using({ file }, (storage) =>
      Effect.gen(function* () {
        yield* commit(storage, [asset(20)]);
        look(file, (database) => database.exec("UPDATE search_stamp SET stamp = 'newer'"));
        return yield* Effect.flip(commit(storage, [asset(21)]));
      }),
    );
    expect(error).toMatchObject({ _tag: "StorageError", reason: "Unavailable", isRetryable: false });
    expect(look(file, (d) => d.prepare("SELECT count(*) FROM entity WHERE id = 'a21'").pluck().get())).toBe(0);
  });

  test("are made once the process that is writing has ended", async () => {
    const file = join(directory(), "busy.db");
    await filled(file, 10);
    age(file);
    const other = new Database(file);
    other.exec("BEGIN IMMEDIATE");
    const opening = Effect.runFork(Effect.scoped(Effect.asVoid(SqliteStorage.open({ file }))));
    await pause(200);
    expect(stampOf(file)).toBe("another");
    other.exec("COMMIT");
    other.close();
    await Effect.runPromise(Fiber.join(opening));
    expect(stampOf(file)).toBe(SearchTables.STAMP);
  });
});

describe("processes that open a file whose search tables are due", () => {
  let file = "";
  let tables = "";
  beforeAll(async () => {
    file = join(directory(), "many.db");
    await filled(file, ASSETS);
    tables = look(file, dump);
  });

  test("make them once, however many they are", async () => {
    age(file);
    const children = Array.from({ length: 3 }, () => start(script, [file]));
    for (const child of children) await child.printed(1);
    for (const child of children) child.go();
    const lines = await Promise.all(children.map((child) => child.end()));
    expect(lines.map((each) => each.at(-1))).toEqual(["open", "open", "open"]);
    expect(lines.filter((each) => each.length > 2)).toHaveLength(1);
    expect(look(file, dump)).toBe(tables);
  }, 120_000);

  test("leave them as they were when they are killed in the middle, and the next one makes them", async () => {
    age(file);
    const aged = look(file, sizes);
    let killed = 0;
    // The next one is started while this one works: most of a child's time goes into starting.
    let next = start(script, [file]);
    for (const [round, delay] of delays(SEED, KILLS, 60).entries()) {
      const child = next;
      await child.printed(1);
      if (round + 1 < KILLS) next = start(script, [file]);
      child.go();
      await child.printed(2);
      await pause(delay);
      await child.kill();
      if (stampOf(file) === SearchTables.STAMP) age(file);
      else killed += 1;
      expect([stampOf(file), look(file, sizes)]).toEqual(["another", aged]);
    }
    expect(killed).toBeGreaterThan(0);
    await using({ file }, () => Effect.void);
    expect(look(file, dump)).toBe(tables);
    expect(look(file, (database) => database.pragma("integrity_check", { simple: true }))).toBe("ok");
  }, 120_000);
});
