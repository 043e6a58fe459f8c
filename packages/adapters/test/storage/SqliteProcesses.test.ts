import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { migrations } from "../../src/storage/sqlite/SqliteMigrations.ts";
import { bundle } from "./Bundle.ts";
import { type Child, delays, start } from "./ChildProcess.ts";
import { directories } from "./Directories.ts";

const directory = directories();
const script = await bundle(new URL("./sqlite-child.ts", import.meta.url));

const using = <A>(file: string, use: (storage: SqliteStorage.SqliteStorage) => Effect.Effect<A, unknown>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), use)));

const CYCLES = 10 * Number(process.env.FETTLE_RUNS ?? 1);
const STEP = 1_000_000;

// Everything that was answered is there, each job with its one event and its count, the events without a gap.
const check = (file: string, printed: ReadonlySet<number>) =>
  using(file, (storage) =>
    Effect.gen(function* () {
      const stored = new Map<string, unknown>();
      for (let after = ""; ; ) {
        const page = yield* storage.find("t", "job", { name: "all", value: "1" }, { after, limit: 1_000 });
        if (page.length === 0) break;
        for (const { id, body } of page) stored.set(id, body);
        after = page.at(-1)?.id ?? "";
      }
      for (const n of printed) expect(stored.get(`job-${String(n).padStart(7, "0")}`)).toEqual({ n });
      const told: string[] = [];
      for (;;) {
        const page = yield* storage.events("t", told.length, 1_000);
        if (page.length === 0) break;
        expect(page.map((e) => e.position)).toEqual(page.map((_, i) => told.length + i + 1));
        told.push(...page.map((e) => e.id));
      }
      expect([...told].sort()).toEqual([...stored.keys()].sort());
      expect(yield* storage.counter("t", "jobs")).toBe(stored.size);
    }),
  );

describe("the storage in SQLite under many processes", () => {
  test("EVT-01: every commit that was answered is there with its event after kill -9 at any moment", async () => {
    const file = join(directory(), "killed.db");
    await using(file, () => Effect.void);
    const times = delays(41, CYCLES, 60);
    const begin = (cycle: number): Child => start(script, ["write", file, `${cycle * STEP}`]);
    const printed = new Set<number>();
    // The next one is started while this one works: most of a child's time goes into starting.
    let next = begin(0);
    for (const [cycle, delay] of times.entries()) {
      const child = next;
      if (cycle + 1 < CYCLES) next = begin(cycle + 1);
      child.go();
      await child.printed(1);
      await pause(delay);
      await child.kill();
      for (const line of child.lines) printed.add(Number(line));
      await check(file, printed);
    }
    expect(printed.size).toBeGreaterThanOrEqual(CYCLES);
    const database = new Database(file, { readonly: true });
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    database.close();
  });

  test("processes that open a new file at once all get it, migrated once", async () => {
    const file = join(directory(), "new.db");
    const rounds = 6;
    const children = Array.from({ length: 4 }, () => start(script, ["open", file, `${rounds}`]));
    for (const child of children) await child.printed(1);
    for (let round = 0; round < rounds; round += 1) {
      for (const child of children) child.go();
      for (const child of children) await child.printed(round + 2);
      const database = new Database(`${file}-${round}`, { readonly: true });
      expect(database.pragma("user_version", { simple: true })).toBe(migrations.length);
      database.close();
    }
    for (const child of children)
      expect(await child.end()).toEqual(["ready", ...Array.from({ length: rounds }, () => "0")]);
  });

  test("EVT-01: two processes that write at once keep to one limit and leave no gap between events", async () => {
    const file = join(directory(), "shared.db");
    await using(file, () => Effect.void);
    const children = [start(script, ["compete", file, "1"]), start(script, ["compete", file, "2"])];
    for (const child of children) child.go();
    const counts = (await Promise.all(children.map((child) => child.end()))).map(([line]) => Number(line));
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(120);
    await check(file, new Set());
  });

  test("a process reads at once what another has committed", async () => {
    const file = join(directory(), "seen.db");
    await using(file, (storage) =>
      Effect.gen(function* () {
        expect(yield* storage.get("t", "job", "job-0000000")).toBeNull();
        const child = start(script, ["write", file, "0"]);
        child.go();
        yield* Effect.promise(() => child.printed(1));
        const seen = yield* storage.get("t", "job", `job-${String(child.lines[0]).padStart(7, "0")}`);
        yield* Effect.promise(() => child.kill());
        expect(seen?.revision).toBe(1);
      }),
    );
  });
});
