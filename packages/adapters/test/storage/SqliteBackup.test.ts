import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import { describe, expect, test } from "vitest";
import { SqliteBackup, SqliteCheck, SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { migrations } from "../../src/storage/sqlite/SqliteMigrations.ts";
import { directories } from "./Directories.ts";
import { fill, happening, jobs, make, using } from "./SampleStorage.ts";

const directory = directories();

const sample = async (count: number): Promise<string> => {
  const file = join(directory(), "plane.db");
  await make(file, count);
  return file;
};

const backup = (options: SqliteBackup.BackupOptions) => Effect.runPromise(SqliteBackup.backup(options));
const restore = (options: SqliteBackup.RestoreOptions) => Effect.runPromise(SqliteBackup.restore(options));
const refusal = (effect: Effect.Effect<unknown, unknown>) => Effect.runPromise(Effect.flip(effect));

const isSound = async (file: string) => (await Effect.runPromise(SqliteCheck.check({ file }))).isSound;

const foreign = (file: string): Buffer => {
  const database = new Database(file);
  database.exec("CREATE TABLE accounts (id INTEGER)");
  database.close();
  return readFileSync(file);
};

describe("a backup", () => {
  test("EVT-01: is the storage of one moment, taken while it is written to, and ends all the same", async () => {
    const file = await sample(50);
    const target = join(directory(), "backup.db");
    let written = 0;
    let turns = 0;
    await using(file, (storage) =>
      Effect.gen(function* () {
        // Larger than what is copied in a few turns.
        yield* fill(storage, 30, 1_000, "x".repeat(200_000));
        const writing = yield* Effect.forkChild(
          Effect.forever(
            Effect.tap(
              Effect.suspend(() => storage.commit(happening("acme", 5_000 + written))),
              () => Effect.sync(() => (written += 1)),
            ),
          ),
        );
        yield* SqliteBackup.backup({ file, target, onProgress: () => (turns += 1) });
        yield* Fiber.interrupt(writing);
      }),
    );
    // Not begun again with each write.
    const pages = readFileSync(target).length / 4_096;
    expect(turns).toBeGreaterThan(10);
    expect(turns).toBeLessThan(pages / SqliteBackup.PAGES_PER_TURN + 3);
    expect(written).toBeGreaterThan(3);
    expect(await isSound(target)).toBe(true);
    // Taken in one moment: what was written later is in none of the tables.
    const counted = await using(target, (storage) =>
      Effect.all([storage.counter("acme", "jobs"), storage.events("acme", 0, 1_000)]),
    );
    expect(counted[1].length).toBe(2 * counted[0]);
    expect(counted[0]).toBeLessThan(80 + written);
    expect(counted[0]).toBeGreaterThanOrEqual(80);
  });

  test("is one file with nothing beside it, which opens as a storage", async () => {
    const file = await sample(3);
    const target = join(directory(), "backup.db");
    const report = await backup({ file, target });
    expect(readdirSync(dirname(target))).toEqual(["backup.db"]);
    expect(report).toEqual({ bytes: readFileSync(target).length, version: migrations.length });
    expect(await jobs(target)).toBe(3);
  });

  test("holds what is only in the write-ahead log yet", async () => {
    const file = await sample(1);
    const target = join(directory(), "backup.db");
    await using(file, (storage) =>
      Effect.andThen(storage.commit(happening("acme", 7)), SqliteBackup.backup({ file, target })),
    );
    expect(await jobs(target)).toBe(2);
  });

  test("covers no file, unless it is told to replace an earlier backup; never another database or one that is open", async () => {
    const file = await sample(3);
    const target = join(directory(), "backup.db");
    await backup({ file, target });
    await using(file, (storage) => storage.commit(happening("acme", 9)));
    const before = readFileSync(target);
    expect(await refusal(SqliteBackup.backup({ file, target }))).toMatchObject({
      reason: "Unavailable",
      operation: "backup",
      message: expect.stringContaining("is there already"),
    });
    expect(readFileSync(target).equals(before)).toBe(true);
    await using(target, () =>
      Effect.map(Effect.flip(SqliteBackup.backup({ file, target, isReplacing: true })), (error) => {
        expect(error).toMatchObject({ reason: "Busy", isRetryable: true });
      }),
    );
    expect(await jobs(target)).toBe(3);
    await backup({ file, target, isReplacing: true });
    expect(await jobs(target)).toBe(4);
    const other = join(directory(), "other.db");
    const bytes = foreign(other);
    expect(await refusal(SqliteBackup.backup({ file, target: other, isReplacing: true }))).toMatchObject({
      message: expect.stringContaining("another database"),
    });
    expect(readFileSync(other).equals(bytes)).toBe(true);
    expect(await refusal(SqliteBackup.backup({ file, target: file, isReplacing: true }))).toMatchObject({
      message: expect.stringContaining("are one file"),
    });
    expect([readdirSync(dirname(target)), readdirSync(dirname(other))]).toEqual([["backup.db"], ["other.db"]]);
  });

  test("refuses what is no storage, what newer code wrote, and a place that isn't there", async () => {
    const file = await sample(1);
    const target = join(directory(), "backup.db");
    const other = join(directory(), "other.db");
    foreign(other);
    const newer = join(directory(), "newer.db");
    copyFileSync(file, newer);
    const database = new Database(newer);
    database.pragma("user_version = 99");
    database.close();
    for (const [options, words] of [
      [{ file: other, target }, "another database"],
      [{ file: newer, target }, "schema version 99"],
      [{ file: join(directory(), "none.db"), target }, "there is no file"],
      [{ file, target: join(directory(), "none", "b.db") }, "is no directory"],
    ] as const) {
      expect(await refusal(SqliteBackup.backup(options))).toMatchObject({
        reason: "Unavailable",
        message: expect.stringContaining(words),
      });
    }
    expect(readdirSync(dirname(target))).toEqual([]);
  });

  test("is not made of a damaged storage, and nothing of it stays", async () => {
    const file = await sample(60);
    const target = join(directory(), "backup.db");
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 8 * 4_096, 9 * 4_096);
    writeFileSync(file, bytes);
    expect(await refusal(SqliteBackup.backup({ file, target }))).toMatchObject({
      reason: "Corrupt",
      isRetryable: false,
    });
    expect(readdirSync(dirname(target))).toEqual([]);
  });

  test("may be read by nobody who may not read the storage", async () => {
    const file = await sample(1);
    const target = join(directory(), "backup.db");
    chmodSync(file, 0o600);
    await backup({ file, target });
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });

  test("that is interrupted leaves nothing", async () => {
    const file = await sample(1);
    await using(file, (storage) => fill(storage, 30, 100, "x".repeat(200_000)));
    const target = join(directory(), "backup.db");
    const stop = new AbortController();
    let turns = 0;
    const onProgress = (): void => {
      turns += 1;
      if (turns === 3) stop.abort();
    };
    const copying = Effect.runPromise(SqliteBackup.backup({ file, target, onProgress }), { signal: stop.signal });
    await expect(copying).rejects.toThrow("interrupted");
    while (readdirSync(dirname(target)).length > 0) await pause(5);
    expect(turns).toBe(3);
  });
});

describe("a restored storage", () => {
  test("EVT-01: stands as it was backed up, and goes on from there", async () => {
    const file = await sample(3);
    const target = join(directory(), "backup.db");
    await backup({ file, target });
    const place = join(directory(), "new.db");
    await restore({ backup: target, file: place });
    expect(readdirSync(dirname(place))).toEqual(["new.db"]);
    await using(place, (storage) => storage.commit(happening("acme", 50)));
    expect([await jobs(place), await jobs(target)]).toEqual([4, 3]);
    expect(await isSound(place)).toBe(true);
  });

  test("replaces another only when told to, and nothing of the former one's log is read as its own", async () => {
    const file = await sample(3);
    const target = join(directory(), "backup.db");
    await backup({ file, target });
    await using(file, (storage) => fill(storage, 4, 100));
    // As a killed process leaves it: with a log beside it that was never taken over.
    const [place, aside] = [join(directory(), "plane.db"), directory()];
    await using(file, (storage) =>
      Effect.map(storage.commit(happening("acme", 7_000)), () => {
        for (const ending of ["", "-wal"]) copyFileSync(`${file}${ending}`, join(aside, `plane.db${ending}`));
      }),
    );
    for (const ending of ["", "-wal"]) copyFileSync(join(aside, `plane.db${ending}`), `${place}${ending}`);
    expect(await refusal(SqliteBackup.restore({ backup: target, file: place }))).toMatchObject({
      message: expect.stringContaining("is there already"),
    });
    expect(existsSync(`${place}-wal`)).toBe(true);
    await restore({ backup: target, file: place, isReplacing: true });
    expect(readdirSync(dirname(place))).toEqual(["plane.db"]);
    expect(await jobs(place)).toBe(3);
    expect(await isSound(place)).toBe(true);
  });

  test("has the rights and the owner of the one that it replaces, and stands where a link leads to", async () => {
    const file = await sample(3);
    const target = join(directory(), "backup.db");
    await backup({ file, target });
    chmodSync(file, 0o640);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(file, 65_534, 65_534);
    const link = join(directory(), "link.db");
    symlinkSync(file, link);
    await using(link, (storage) => fill(storage, 2, 50));
    await restore({ backup: target, file: link, isReplacing: true });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(await jobs(file)).toBe(3);
    expect(statSync(file)).toMatchObject({ mode: 0o100640, ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}) });
    expect([readdirSync(dirname(link)), readdirSync(dirname(file))]).toEqual([["link.db"], ["plane.db"]]);
  });

  test("is refused while the storage is open, which goes on undisturbed", async () => {
    const file = await sample(3);
    const target = join(directory(), "backup.db");
    await backup({ file, target });
    await using(file, (storage) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(SqliteBackup.restore({ backup: target, file, isReplacing: true }));
        expect(error).toMatchObject({
          reason: "Busy",
          isRetryable: true,
          message: expect.stringContaining("stop what uses it"),
        });
        yield* storage.commit(happening("acme", 50));
      }),
    );
    expect(await jobs(file)).toBe(4);
    expect(readdirSync(dirname(file))).toEqual(["plane.db"]);
    expect(await isSound(file)).toBe(true);
  });

  test("who opened the former file in that moment can't write to it any more", async () => {
    const file = await sample(3);
    const target = join(directory(), "backup.db");
    await backup({ file, target });
    const late = new Database(file);
    await restore({ backup: target, file, isReplacing: true });
    expect(() => late.pragma("journal_mode = WAL")).toThrow(
      expect.objectContaining({ code: "SQLITE_READONLY_DBMOVED" }),
    );
    late.close();
    expect(readdirSync(dirname(file))).toEqual(["plane.db"]);
    expect(await jobs(file)).toBe(3);
  });

  test("is never made from a damaged, newer or foreign backup; what stood there stands", async () => {
    const file = await sample(60);
    const good = join(directory(), "good.db");
    await backup({ file, target: good });
    const bytes = readFileSync(good);
    const before = readFileSync(file);
    const bad = join(directory(), "bad.db");
    const database = new Database(bad);
    database.close();
    const damaged = Buffer.from(bytes);
    damaged.fill(0xa5, 9 * 4_096, 10 * 4_096);
    const newer = Buffer.from(bytes);
    newer.writeUInt32BE(99, 60);
    const other = foreign(join(directory(), "other.db"));
    for (const [content, reason] of [
      [damaged, "Corrupt"],
      [bytes.subarray(0, bytes.length - 4_096), "Corrupt"],
      [Buffer.alloc(8_192, 1), "Corrupt"],
      [newer, "Unavailable"],
      [other, "Unavailable"],
      [Buffer.alloc(0), "Unavailable"],
    ] as const) {
      writeFileSync(bad, content);
      expect(await refusal(SqliteBackup.restore({ backup: bad, file, isReplacing: true }))).toMatchObject({
        reason,
        operation: "restore",
      });
    }
    expect(readdirSync(dirname(file))).toEqual(["plane.db"]);
    expect(readFileSync(file).subarray(100).equals(before.subarray(100))).toBe(true);
    expect(await jobs(file)).toBe(60);
  });

  test("is not put over another database, over one too damaged to be locked, or beside a stray log", async () => {
    const file = await sample(3);
    const target = join(directory(), "backup.db");
    await backup({ file, target });
    const other = join(directory(), "other.db");
    const bytes = foreign(other);
    expect(await refusal(SqliteBackup.restore({ backup: target, file: other, isReplacing: true }))).toMatchObject({
      message: expect.stringContaining("another database"),
    });
    expect(readFileSync(other).equals(bytes)).toBe(true);
    writeFileSync(file, Buffer.alloc(8_192, 1));
    expect(await refusal(SqliteBackup.restore({ backup: target, file, isReplacing: true }))).toMatchObject({
      reason: "Corrupt",
      message: expect.stringContaining("move it away, with its -wal"),
    });
    const place = join(directory(), "new.db");
    writeFileSync(`${place}-wal`, "left over");
    expect(await refusal(SqliteBackup.restore({ backup: target, file: place }))).toMatchObject({
      message: expect.stringContaining("without its database"),
    });
    expect(readdirSync(dirname(place))).toEqual(["new.db-wal"]);
  });

  test("of an earlier version is brought up to date when it is opened", async () => {
    const old = join(directory(), "v1.db");
    const database = new Database(old);
    database.exec(migrations[0]?.sql ?? "");
    database.pragma(`application_id = ${SqliteStorage.APPLICATION_ID}`);
    database.pragma("user_version = 1");
    database.exec("INSERT INTO entity VALUES ('acme', 'job', 'a', 1, '{}')");
    database.close();
    const place = join(directory(), "new.db");
    expect(await restore({ backup: old, file: place })).toMatchObject({ version: 1 });
    await using(place, (storage) => storage.commit(happening("acme", 1)));
    expect(await jobs(place)).toBe(2);
  });
});
