import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { expect, test } from "vitest";
import { FileBlobStore } from "../../src/blob/files/index.ts";
import { type Child, delays, start } from "../storage/ChildProcess.ts";
import { directories } from "../storage/Directories.ts";

const directory = directories();
const script = new URL("./blob-child.ts", import.meta.url);

const CYCLES = 10 * Number(process.env.FETTLE_RUNS ?? 1);
const open = (at: string) => Effect.runPromise(FileBlobStore.open({ directory: at }));

const promise = "after kill -9 at any moment every blob that was acknowledged is there, and none is there in part";
test(promise, { timeout: CYCLES * 12_000 }, async () => {
  const at = directory();
  const times = delays(43, CYCLES, 60);
  const begin = (cycle: number): Child => start(script, ["write", at, `${cycle * 20}`]);
  const acknowledged = new Set<Crypto.Digest>();
  // The next one is started while this one works: most of a child's time goes into starting.
  let next = begin(0);
  for (const [cycle, delay] of times.entries()) {
    const child = next;
    if (cycle + 1 < CYCLES) next = begin(cycle + 1);
    child.go();
    await child.printed(1);
    await pause(delay);
    await child.kill();
    for (const line of child.lines) acknowledged.add(line as Crypto.Digest);
  }
  const blobs = await open(at);
  for (const digest of acknowledged) await Effect.runPromise(blobs.get("acme", digest));
  const kept = await Effect.runPromise(blobs.list("acme", { limit: 1_000_000 }));
  for (const { digest } of kept) await Effect.runPromise(blobs.get("acme", digest));
  expect(acknowledged.size).toBeGreaterThanOrEqual(CYCLES);
  expect(kept.length).toBeGreaterThanOrEqual(acknowledged.size);
  // What the dead left unfinished goes once it is old.
  for (const name of readdirSync(join(at, ".incoming"))) utimesSync(join(at, ".incoming", name), 1_000, 1_000);
  await open(at);
  expect(readdirSync(join(at, ".incoming"))).toEqual([]);
});
