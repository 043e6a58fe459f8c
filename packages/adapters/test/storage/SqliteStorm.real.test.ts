import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { expect, test } from "vitest";
import { BUSY_WAIT_MS } from "../../src/storage/sql/SqliteFile.ts";
import { SqliteCheck } from "../../src/storage/sqlite/index.ts";
import { bundle } from "./Bundle.ts";
import { start } from "./ChildProcess.ts";
import { directories } from "./Directories.ts";
import { using } from "./SampleStorage.ts";
import { type Done, OPTIMISTS, SEATS } from "./StormBatches.ts";

const directory = directories();
const script = await bundle(new URL("./storm-child.ts", import.meta.url));

const PROCESSES = 8;
const ROUNDS = Math.ceil(150 * Math.min(20, Number(process.env.FETTLE_RUNS ?? 1)));

const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

// Longer than a commit waits, so that some of them come back.
const standInTheWay = async (file: string): Promise<void> => {
  const database = new Database(file, { timeout: 60_000 });
  database.exec("BEGIN IMMEDIATE");
  await pause(BUSY_WAIT_MS + 1_500);
  database.exec("ROLLBACK");
  database.close();
};

test(`EVT-01: ${PROCESSES} processes that write to one file at once lose nothing, do nothing twice, and count exactly`, async () => {
  const file = join(directory(), "storm.db");
  await using(file, () => Effect.void);
  const children = Array.from({ length: PROCESSES }, (_, i) => start(script, [file, `p${i}`, `${ROUNDS}`]));
  for (const child of children) await child.printed(1);
  let largest = 0;
  const watching = setInterval(() => {
    largest = Math.max(largest, statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0);
  }, 20);
  const began = performance.now();
  for (const child of children) child.go();
  await standInTheWay(file);
  const did = (await Promise.all(children.map((child) => child.end()))).map(
    (lines) => JSON.parse(lines[1] ?? "") as Done,
  );
  clearInterval(watching);
  const took = performance.now() - began;

  expect(did.flatMap(({ unexpected }) => unexpected)).toEqual([]);
  const busy = total(did.map((d) => d.busy));
  expect(busy).toBeGreaterThan(0);
  const raised = total(did.map((d) => d.raised));
  expect(raised).toBe(PROCESSES * ROUNDS);
  expect(total(did.map((d) => d.seats))).toBe(Math.min(SEATS, PROCESSES * ROUNDS));
  const winners = new Map(did.flatMap(({ slots }, i) => slots.map((slot) => [slot, `p${i}`] as const)));
  expect(total(did.map((d) => d.slots.length))).toBe(winners.size);
  expect(winners.size).toBe(ROUNDS);

  const found = await using(file, (storage) =>
    Effect.gen(function* () {
      const shared = yield* storage.list("t", "job", { limit: 10 });
      const slots = yield* storage.list("t", "tag", { limit: 1_000 });
      const counters = yield* Effect.all(["raised", "seats", "slots"].map((key) => storage.counter("t", key)));
      return { shared, slots, counters };
    }),
  );
  expect(total(found.shared.map(({ revision }) => revision))).toBe(raised);
  for (const { revision, body } of found.shared) expect(body).toEqual({ n: revision });
  expect(found.shared).toHaveLength(Math.min(OPTIMISTS, ROUNDS));
  expect(found.counters).toEqual([raised, Math.min(SEATS, PROCESSES * ROUNDS), ROUNDS]);
  for (const { id, body } of found.slots)
    expect(body).toEqual({ owner: winners.get(Number(id.slice("slot-".length))) });
  expect((await Effect.runPromise(SqliteCheck.check({ file }))).findings).toEqual([]);
  const database = new Database(file, { readonly: true });
  expect(database.prepare("SELECT position FROM event_head").pluck().get()).toBe(total(found.counters));
  database.close();
  const conflicts = total(did.map((d) => d.conflicts));
  console.info(
    `${total(found.counters)} commits of ${PROCESSES} processes in ${(took / 1_000).toFixed(1)} s, ${conflicts} overtaken and done anew, ` +
      `${busy} answered Busy, the log ${(largest / 2 ** 20).toFixed(1)} MiB at most`,
  );
}, 600_000);
