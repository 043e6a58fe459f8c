import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommitAnswer, StorageError } from "@fettle/core";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { encode } from "../../src/storage/sql/EncodedBatch.ts";
import * as SqliteFile from "../../src/storage/sql/SqliteFile.ts";
import { SqliteBackup, SqliteCheck, SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { migrations } from "../../src/storage/sqlite/SqliteMigrations.ts";
import * as SqliteWriter from "../../src/storage/sqlite/SqliteWriter.ts";
import * as CrashSteps from "./CrashSteps.ts";
import { directories } from "./Directories.ts";
import { happening, make, using } from "./SampleStorage.ts";

const directory = directories();
const full = { _tag: "StorageError", reason: "Full", isRetryable: false };

const isSound = async (file: string): Promise<void> => {
  expect((await Effect.runPromise(SqliteCheck.check({ file }))).findings).toEqual([]);
};

describe("a database that may not grow", () => {
  test("EVT-01: of a group each batch is there as a whole or answered as Full, and later ones go on", async () => {
    const file = join(directory(), "a.db");
    await using(file, () => Effect.void);
    const options = { file, what: "a storage", applicationId: SqliteStorage.APPLICATION_ID, migrations };
    const database = await Effect.runPromise(SqliteFile.open(options));
    const commitAll = SqliteWriter.make(database);
    const commit = (sizes: readonly number[], from: number) =>
      commitAll(sizes.map((size, i) => encode(happening("acme", from + i, "x".repeat(size))))).map((outcome) =>
        Effect.runSync(Effect.result(outcome)),
      );
    const pages = Number(database.pragma("page_count", { simple: true }));
    for (const [at, room] of [2, 6, 20, 60].entries()) {
      const from = 10 * at;
      database.pragma(`max_page_count = ${pages + room}`);
      const answers = commit([10, 500_000, 10], from);
      expect(answers[1]).toMatchObject({ _tag: "Failure", failure: full });
      const jobs = database
        .prepare<[number], string>("SELECT id FROM entity WHERE kind = 'job' AND id >= 'job-' || ? ORDER BY id")
        .pluck();
      const there = new Set(jobs.all(from));
      for (const [i, answer] of answers.entries()) {
        expect(there.has(`job-${from + i}`)).toBe(answer._tag === "Success");
        if (answer._tag === "Failure") expect(answer).toMatchObject({ failure: full });
      }
    }
    database.pragma(`max_page_count = ${pages + 10_000}`);
    expect(commit([10, 500_000, 10], 100)).toMatchObject([
      { _tag: "Success" },
      { _tag: "Success" },
      { _tag: "Success" },
    ]);
    database.close();
    await isSound(file);
  });
});

// A disk of its own, of a few megabytes; null where nobody may mount one.
const mounted = (megabytes: number): string | null => {
  if (process.platform !== "linux") return null;
  const place = mkdtempSync(join(tmpdir(), "fettle-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", place]);
  afterAll(() => {
    if (status === 0) spawnSync("umount", ["-l", place]);
    rmSync(place, { recursive: true, force: true });
  });
  return status === 0 ? place : null;
};

const disk = mounted(24);
const why = disk === null ? " (left out: a disk of a few megabytes can't be mounted here, which takes root)" : "";

describe.skipIf(disk === null)(`a disk that is full${why}`, () => {
  const place = disk ?? "";
  const free = (): number => {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  };
  const LANES = 5;

  beforeEach(() => {
    for (const name of readdirSync(place)) rmSync(join(place, name));
  });

  test("EVT-01: commits answer Full, nothing half stays, what was answered can be read, and with room writing goes on", async () => {
    const file = join(place, "plane.db");
    const ballast = join(place, "ballast");
    await using(file, (storage) =>
      Effect.gen(function* () {
        let seen = CrashSteps.unseen(LANES);
        let refused = 0;
        for (const room of [2_500_000, 1_000_000, 300_000, 100_000, 40_000, 9_000, 0]) {
          rmSync(ballast, { force: true });
          yield* goOn(file, storage, seen);
          seen = lookAt(file, seen, undefined);
          writeFileSync(ballast, Buffer.alloc(Math.max(0, free() - room), 1));
          const { answered, failures } = yield* untilFull(storage, seen);
          refused += failures.length;
          for (const failure of failures) expect(failure).toMatchObject(full);
          seen = lookAt(file, seen, answered);
          // What is there can be read, by the storage as well.
          expect((yield* storage.get("t", "job", "lane-0"))?.revision).toBe(seen.steps[0]);
        }
        expect(refused).toBeGreaterThan(10);
        rmSync(ballast);
        yield* goOn(file, storage, seen);
      }),
    );
    await isSound(file);
    rmSync(file);
  });

  test("a storage that finds no room when it is opened says Full, and opens once there is some", async () => {
    const file = join(place, "late.db");
    await make(file, 2);
    const ballast = join(place, "ballast");
    writeFileSync(ballast, Buffer.alloc(free(), 1));
    const error = await Effect.runPromise(
      Effect.flip(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), (s) => s.commit(happening("acme", 9))))),
    );
    expect(error).toMatchObject({ _tag: "StorageError", reason: "Full" });
    rmSync(ballast);
    expect(await using(file, (storage) => storage.commit(happening("acme", 9)))).toEqual({ _tag: "Committed" });
    await isSound(file);
    rmSync(file);
  });

  test("a backup that finds no room says Full and leaves nothing, neither of itself nor in an earlier one's place", async () => {
    const file = join(directory(), "plane.db");
    const target = join(place, "backup.db");
    await make(file, 3);
    await Effect.runPromise(SqliteBackup.backup({ file, target }));
    await using(file, (storage) => storage.commit(happening("acme", 9, "x".repeat(16_000_000))));
    const failed = await Effect.runPromise(Effect.flip(SqliteBackup.backup({ file, target, isReplacing: true })));
    expect(failed).toMatchObject({ ...full, operation: "backup" });
    expect(readdirSync(place)).toEqual(["backup.db"]);
    await isSound(target);
  });
});

interface Attempts {
  readonly answered: ReadonlyMap<number, number>;
  readonly failures: readonly StorageError[];
}

// All lanes at once, each until it is refused.
const untilFull = (storage: SqliteStorage.SqliteStorage, seen: CrashSteps.Seen): Effect.Effect<Attempts> =>
  Effect.gen(function* () {
    const answered = new Map<number, number>();
    const failures: StorageError[] = [];
    const lane = (lane: number, from: number) =>
      Effect.gen(function* () {
        for (let n = from + 1; ; n += 1) {
          const answer: CommitAnswer | StorageError = yield* Effect.catch(
            storage.commit(CrashSteps.step(lane, n)),
            (error) => Effect.succeed(error),
          );
          if (answer instanceof StorageError) return failures.push(answer);
          answered.set(lane, n);
        }
      });
    yield* Effect.all(
      seen.steps.map((n, i) => lane(i, n)),
      { concurrency: "unbounded" },
    );
    return { answered, failures };
  });

const goOn = (file: string, storage: SqliteStorage.SqliteStorage, seen: CrashSteps.Seen) =>
  Effect.gen(function* () {
    for (const [lane, n] of seen.steps.entries()) {
      expect(yield* storage.commit(CrashSteps.step(lane, n + 1)), file).toEqual({ _tag: "Committed" });
    }
  });

const lookAt = (
  file: string,
  seen: CrashSteps.Seen,
  answered: ReadonlyMap<number, number> | undefined,
): CrashSteps.Seen => {
  const database = new Database(file, { readonly: true });
  const was = answered ?? new Map(seen.steps.map((n, lane) => [lane, n + 1]));
  const found = CrashSteps.look(database, seen, was);
  // None was in flight: what failed is not there.
  expect(found.steps).toEqual(seen.steps.map((n, lane) => was.get(lane) ?? n));
  expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
  database.close();
  return found;
};
