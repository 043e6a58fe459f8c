import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as Effect from "effect/Effect";
import { expect, test } from "vitest";
import { SqliteBackup, SqliteCheck } from "../../src/storage/sqlite/index.ts";
import { bundle } from "./Bundle.ts";
import { delays } from "./ChildProcess.ts";
import { directories } from "./Directories.ts";
import { fill, happening, jobs, using } from "./SampleStorage.ts";

const directory = directories();
const main = await bundle(new URL("../../src/storage/sqlite/cli/db/main.ts", import.meta.url));

const KILLS = Math.min(200, Math.ceil(20 * Number(process.env.FETTLE_RUNS ?? 1)));
const SEED = Number(process.env.FETTLE_SEED ?? 53);
const [BACKED_UP, FORMER] = [3, 5];

const started = (...args: readonly string[]) => {
  const child = spawn(process.execPath, [main, ...args], { stdio: "ignore" });
  return { child, ended: once(child, "close") };
};

// A former storage as a killed process leaves it, its last commit in the log alone.
const former = async (backup: string): Promise<string> => {
  const [file, aside] = [join(directory(), "plane.db"), directory()];
  copyFileSync(backup, file);
  await using(file, (storage) =>
    Effect.gen(function* () {
      yield* fill(storage, 1, 100);
      yield* storage.commit(happening("acme", 200));
      for (const ending of ["", "-wal"]) copyFileSync(`${file}${ending}`, join(aside, `plane.db${ending}`));
    }),
  );
  return join(aside, "plane.db");
};

test(`EVT-01: a restore killed with -9, ${KILLS} times, leaves the former storage or the restored one, each whole`, async () => {
  const backup = join(directory(), "backup.db");
  const source = join(directory(), "source.db");
  await using(source, (storage) => fill(storage, BACKED_UP, 0, "x".repeat(1_000_000)));
  await Effect.runPromise(SqliteBackup.backup({ file: source, target: backup }));
  const left = await former(backup);
  const stage = (): string => {
    const folder = join(directory(), "place");
    mkdirSync(folder);
    for (const ending of ["", "-wal"]) copyFileSync(`${left}${ending}`, join(folder, `plane.db${ending}`));
    return join(folder, "plane.db");
  };
  const began = performance.now();
  const whole = stage();
  const [code] = await started("restore", backup, whole, "--replace").ended;
  expect([code, await jobs(whole)]).toEqual([0, BACKED_UP]);
  const takes = Math.ceil(performance.now() - began);

  const seen = { former: 0, restored: 0, partial: 0 };
  for (const delay of delays(SEED, KILLS, takes)) {
    const file = stage();
    const { child, ended } = started("restore", backup, file, "--replace");
    await pause(delay);
    child.kill("SIGKILL");
    await ended;
    const beside = readdirSync(join(file, ".."));
    if (beside.some((name) => name.includes(".partial"))) seen.partial += 1;
    const found = await jobs(file);
    expect([BACKED_UP, FORMER]).toContain(found);
    seen[found === FORMER ? "former" : "restored"] += 1;
    expect((await Effect.runPromise(SqliteCheck.check({ file }))).findings).toEqual([]);
    expect(existsSync(backup)).toBe(true);
    rmSync(join(file, ".."), { recursive: true });
  }
  console.info(
    `${KILLS} restores killed: ${seen.former} former, ${seen.restored} restored, ${seen.partial} left a partial file`,
  );
  expect(seen.former).toBeGreaterThan(0);
  expect(await jobs(backup)).toBe(BACKED_UP);
}, 600_000);
