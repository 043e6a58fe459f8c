import { copyFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { StorageConformance } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { SqliteStorage } from "../../../src/storage/sqlite/index.ts";
import { migrations } from "../../../src/storage/sqlite/SqliteMigrations.ts";
import { delays, start } from "../ChildProcess.ts";
import { directories } from "../Directories.ts";
import { expectGoingOn, expectKept } from "./Kept.ts";
import { openBy } from "./OpenBy.ts";
import { brokenStep } from "./SlowStep.ts";
import { everything, make } from "./SqliteVersions.ts";

const directory = directories();
const NOW = migrations.length;
const versions = migrations.map((_, i) => i + 1);
const earlier = versions.filter((version) => version < NOW);

// The largest bodies and batches say nothing about versions, and take most of the time.
const basics = StorageConformance.cases.filter(({ name }) => !/_MAX\b/.test(name));

// Processes are started, each of which loads its code anew.
const SLOW = { timeout: 180_000 };

const using = <A>(file: string, use: (storage: SqliteStorage.SqliteStorage) => Effect.Effect<A, unknown>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), use)));

const made = async (version: number): Promise<string> => {
  const file = join(directory(), `v${version}.db`);
  await make(file, version);
  return file;
};

describe.each(versions)("a SQLite file of version %i", (version) => {
  test("has everything that was in it once today's code has opened it, and goes on from there", async () => {
    const file = await made(version);
    await using(file, (storage) => expectKept(storage, version));
    await using(file, (storage) => expectKept(storage, version));
    await using(file, (storage) => expectGoingOn(storage, version));
  });

  test("keeps every promise of the port beside what was in it", async () => {
    const file = await made(version);
    await using(file, (storage) =>
      Effect.gen(function* () {
        for (const { name, run } of basics) {
          yield* Effect.mapError(run({ storage, prefix: "late" }), (cause) => new Error(name, { cause }));
        }
      }),
    );
  });

  test("stays whole at its version when the last statement of a step fails", async () => {
    const file = await made(version);
    const before = everything(file);
    const steps = [...migrations.slice(0, version), brokenStep.sqlite];
    const failure = await Effect.runPromise(Effect.flip(openBy(file, steps)));
    expect(failure).toMatchObject({ reason: "Unavailable", isRetryable: false });
    expect(failure.message).toContain("nowhere");
    expect(everything(file)).toBe(before);
    await using(file, (storage) => expectKept(storage, version));
  });

  test("stays whole at its version when a process is killed in the middle of a step", SLOW, async () => {
    const file = await made(version);
    const before = everything(file);
    for (const delay of delays(version, 3, 400)) {
      // Closing takes what an earlier round left in the log.
      (await Effect.runPromise(openBy(file, migrations.slice(0, version)))).close();
      const child = start(new URL("./migrate-child.ts", import.meta.url), ["sqlite", file, `${version}`]);
      child.go();
      await child.printed(1);
      // It has begun to write for sure.
      while ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) < 1_000_000) await pause(5);
      await pause(delay);
      await child.kill();
      expect(child.lines).toEqual(["begun"]);
      expect(everything(file)).toBe(before);
    }
    await using(file, (storage) => expectKept(storage, version));
  });
});

describe.each(earlier)("a SQLite file of the earlier version %i", (version) => {
  test("is migrated once by many processes that open it at once", SLOW, async () => {
    const rounds = 4;
    const file = join(directory(), "many.db");
    for (let round = 0; round < rounds; round += 1) await make(`${file}-${round}`, version);
    const script = new URL("../sqlite-child.ts", import.meta.url);
    const children = Array.from({ length: 3 }, () => start(script, ["open", file, `${rounds}`]));
    for (const child of children) await child.printed(1);
    for (let round = 0; round < rounds; round += 1) {
      for (const child of children) child.go();
      for (const child of children) await child.printed(round + 2);
      await using(`${file}-${round}`, (storage) => expectKept(storage, version));
    }
    // Each saw both tenants, none failed.
    for (const child of children)
      expect(await child.end()).toEqual(["ready", ...Array.from({ length: rounds }, () => "2")]);
  });

  test("is what code of that version refuses once it was migrated, and it says what to do", async () => {
    const file = await made(version);
    const copy = `${file}-before`;
    copyFileSync(file, copy);
    await using(file, () => Effect.void);
    const after = readFileSync(file);
    const failure = await Effect.runPromise(Effect.flip(openBy(file, migrations.slice(0, version))));
    expect(failure).toMatchObject({ reason: "Unavailable", isRetryable: false });
    expect(failure.message).toContain(
      `schema version ${NOW}, this code knows ${version}: update the code, or restore a backup of version ${version}`,
    );
    expect(readFileSync(file).equals(after)).toBe(true);
    // The backup is what that code opens.
    (await Effect.runPromise(openBy(copy, migrations.slice(0, version)))).close();
  });
});
