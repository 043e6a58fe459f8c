import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { SqliteCheck, SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { bundle } from "./Bundle.ts";
import { type Child, delays, start } from "./ChildProcess.ts";
import * as CrashSteps from "./CrashSteps.ts";
import { directories } from "./Directories.ts";

const directory = directories();
const script = await bundle(new URL("./crash-child.ts", import.meta.url));

/** 1,000 by FETTLE_RUNS=5; more tells nothing new. */
const CYCLES = Math.min(1_000, 200 * Number(process.env.FETTLE_RUNS ?? 1));
const SEED = Number(process.env.FETTLE_SEED ?? 71);
/** Files that are worked on and killed at the same time. */
const CHAINS = 4;
const LANES = 6;
/** Every so many cycles of a chain a fresh file has its turn; the others go on with the one that grows. */
const FRESH_EVERY = 5;
/** The one that grows gives way to another before looking at all of it takes longer than killing. */
const GROWS_CYCLES = 60;
/** Killed at most so long after the first answer, in milliseconds, or after so many: on a busy machine the time is long. */
const LIVES_MS = 40;
const ANSWERS_MAX = 40;

// Some look as a tool does, which leaves the log as the killed process left it for the next one; some open the storage.
const opened = async (file: string, cycle: number): Promise<Database.Database> => {
  if (cycle % 3 === 0) await Effect.runPromise(Effect.scoped(SqliteStorage.open({ file })));
  return new Database(file, { readonly: cycle % 3 === 1 });
};

const answeredBy = (lines: readonly string[]): ReadonlyMap<number, number> =>
  new Map(lines.map((line) => line.split(" ").map(Number) as [number, number]));

const isSound = async (file: string): Promise<void> => {
  expect((await Effect.runPromise(SqliteCheck.check({ file }))).findings).toEqual([]);
};

interface Tally {
  readonly answered: number;
  readonly found: number;
}

// One process after another on the files of a chain, each looked at before the next one may go on.
const killAgainAndAgain = async (times: readonly number[]): Promise<Tally> => {
  const growing = directory();
  const fileOf = (cycle: number): string =>
    cycle % FRESH_EVERY === FRESH_EVERY - 1
      ? join(directory(), "fresh.db")
      : join(growing, `${Math.floor(cycle / GROWS_CYCLES)}.db`);
  const files = times.map((_, cycle) => fileOf(cycle));
  const begin = (file: string): Child => start(script, [file, `${LANES}`]);
  const seen = new Map<string, CrashSteps.Seen>();
  let answered = 0;
  let next = begin(files[0] ?? "");
  for (const [cycle, delay] of times.entries()) {
    const child = next;
    const file = files[cycle] ?? "";
    // Started while this one works: most of a process's time goes into starting.
    const following = files[cycle + 1];
    if (following !== undefined) next = begin(following);
    child.go();
    await child.printed(1);
    await Promise.race([pause(delay), child.printed(ANSWERS_MAX)]);
    await child.kill();
    answered += child.lines.length;
    const database = await opened(file, cycle);
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    seen.set(file, CrashSteps.look(database, seen.get(file) ?? CrashSteps.unseen(LANES), answeredBy(child.lines)));
    database.close();
    if (file !== following) await isSound(file);
  }
  const found = [...seen.values()].flatMap(({ steps }) => steps).reduce((a, b) => a + b, 0);
  return { answered, found };
};

describe("the storage in SQLite, killed with -9", () => {
  test(`EVT-01: loses nothing that was answered and keeps no half of a batch, killed ${CYCLES} times at any moment`, async () => {
    const times = delays(SEED, CYCLES, LIVES_MS);
    const chains = Array.from({ length: CHAINS }, (_, chain) => times.filter((_, cycle) => cycle % CHAINS === chain));
    const tallies = await Promise.all(chains.map(killAgainAndAgain));
    const answered = tallies.reduce((total, tally) => total + tally.answered, 0);
    const inFlight = tallies.reduce((total, tally) => total + tally.found, 0) - answered;
    console.info(`${CYCLES} kills: ${answered} batches answered and found, ${inFlight} more found that were in flight`);
    expect(answered).toBeGreaterThan(CYCLES);
    expect(inFlight).toBeGreaterThanOrEqual(0);
    expect(inFlight).toBeLessThanOrEqual(CYCLES * LANES);
  }, 3_600_000);
});
