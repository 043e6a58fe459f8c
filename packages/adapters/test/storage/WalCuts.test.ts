import { closeSync, copyFileSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { beforeAll, describe, expect, test } from "vitest";
import { delays } from "./ChildProcess.ts";
import * as CrashSteps from "./CrashSteps.ts";
import { directories } from "./Directories.ts";
import { using } from "./SampleStorage.ts";

const directory = directories();
const runs = Number(process.env.FETTLE_RUNS ?? 1);
const SEED = Number(process.env.FETTLE_SEED ?? 91);
const CUTS = Math.ceil(1_000 * Math.min(runs, 10));
const FLIPS = Math.ceil(300 * Math.min(runs, 10));
/** Of so many, one is also opened by the storage, which then goes on. */
const GOES_ON_EVERY = 50;

const LANES = 3;
const BATCHES = 36;
/** Of SQLite's write-ahead log: a header, then frames of a header and a page each. */
const HEADER_BYTES = 32;
const FRAME_BYTES = 24 + 4_096;

// The lanes' n-th steps, one after the other: which batch it is tells which came before.
const batchAt = (i: number) => CrashSteps.step(i % LANES, Math.floor(i / LANES) + 1);
const stepsOf = (batches: number): readonly number[] =>
  Array.from({ length: LANES }, (_, lane) => Math.ceil((batches - lane) / LANES)).map((n) => Math.max(0, n));

/** A database and its log with all batches in it. `ends[i]`: how long the log was when the i-th was answered. */
interface Made {
  readonly file: string;
  readonly ends: readonly number[];
  readonly log: Buffer;
}

const make = async (): Promise<Made> => {
  const source = join(directory(), "source.db");
  const file = join(directory(), "cut.db");
  await using(source, () => Effect.void);
  const ends: number[] = [];
  await using(source, (storage) =>
    Effect.gen(function* () {
      for (let i = 0; i < BATCHES; i += 1) {
        yield* storage.commit(batchAt(i));
        ends.push(statSync(`${source}-wal`).size);
      }
      copyFileSync(source, file);
      copyFileSync(`${source}-wal`, `${file}-wal`);
    }),
  );
  return { file, ends, log: readFileSync(`${file}-wal`) };
};

let made: Made;
beforeAll(async () => {
  made = await make();
});

// Reading only: neither the database nor the log is changed by it, so that the next look needs no copy of either.
const look = (file: string): readonly number[] => {
  rmSync(`${file}-shm`, { force: true });
  const database = new Database(file, { readonly: true });
  try {
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    const steps = Number(database.prepare("SELECT count(*) FROM audit").pluck().get());
    const expected = stepsOf(steps);
    const answered = new Map(expected.map((n, lane) => [lane, n]));
    expect(CrashSteps.look(database, CrashSteps.unseen(LANES), answered).steps).toEqual(expected);
    return expected;
  } finally {
    database.close();
  }
};

const goesOn = async ({ file }: Made, batches: number): Promise<void> => {
  const copy = join(directory(), "copy.db");
  for (const ending of ["", "-wal"]) copyFileSync(`${file}${ending}`, `${copy}${ending}`);
  expect(await using(copy, (storage) => storage.commit(batchAt(batches)))).toEqual({ _tag: "Committed" });
  expect(look(copy)).toEqual(stepsOf(batches + 1));
};

// Every frame's end, one byte less and one more, then anywhere; the longest first, as a file only becomes shorter.
const cuts = ({ log, ends }: Made): readonly number[] => {
  const frames = Array.from(
    { length: (log.length - HEADER_BYTES) / FRAME_BYTES },
    (_, i) => HEADER_BYTES + (i + 1) * FRAME_BYTES,
  );
  const edges = [
    0,
    1,
    HEADER_BYTES - 1,
    HEADER_BYTES,
    ...[...ends, ...frames].flatMap((end) => [end, end - 1, end + 1]),
  ];
  const wanted = new Set(edges.filter((cut) => cut <= log.length));
  for (const cut of delays(SEED, 4 * CUTS, log.length)) if (wanted.size < CUTS) wanted.add(cut);
  return [...wanted].sort((a, b) => b - a);
};

describe("a write-ahead log", () => {
  test(`EVT-01: cut at ${CUTS} places holds exactly the batches that were whole by then, and the storage goes on`, async () => {
    const found = new Set<number>();
    const places = cuts(made);
    expect(places.length).toBeGreaterThanOrEqual(CUTS);
    for (const [i, cut] of places.entries()) {
      truncateSync(`${made.file}-wal`, cut);
      const whole = made.ends.filter((end) => end <= cut).length;
      expect(look(made.file), `cut at ${cut}`).toEqual(stepsOf(whole));
      if (i % GOES_ON_EVERY === 0) await goesOn(made, whole);
      found.add(whole);
    }
    expect(found.size).toBe(BATCHES + 1);
  }, 600_000);

  test(`EVT-01: with any of ${FLIPS} bytes flipped holds exactly the batches before that byte`, async () => {
    const again = await make();
    const handle = openSync(`${again.file}-wal`, "r+");
    const { log, ends } = again;
    const tail = Math.floor(log.length / 2);
    const places = delays(SEED + 1, FLIPS, tail).map((back) => log.length - 1 - back);
    for (const [i, place] of [0, 17, HEADER_BYTES - 1, HEADER_BYTES, ...places].entries()) {
      const byte = log[place] ?? 0;
      writeSync(handle, Buffer.from([byte ^ (1 << (place % 8))]), 0, 1, place);
      const whole = ends.filter((end) => end <= place).length;
      expect(look(again.file), `flipped at ${place}`).toEqual(stepsOf(whole));
      if (i % GOES_ON_EVERY === 0) await goesOn(again, whole);
      writeSync(handle, Buffer.from([byte]), 0, 1, place);
    }
    closeSync(handle);
    expect(look(again.file)).toEqual(stepsOf(BATCHES));
  }, 600_000);
});
