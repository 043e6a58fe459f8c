import { existsSync, mkdirSync, readdirSync, renameSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { FileBlobStore } from "../../src/blob/files/index.ts";
import { start } from "../storage/ChildProcess.ts";
import { directories } from "../storage/Directories.ts";

const directory = directories();
const open = (at: string) => Effect.runPromise(FileBlobStore.open({ directory: at }));
const run = Effect.runPromise;
const script = new URL("./blob-child.ts", import.meta.url);

const ROUNDS = 300 * Number(process.env.FETTLE_RUNS ?? 1);
const bytes = new TextEncoder().encode("put again just as it is removed");
const digest = Crypto.digest(bytes);

const age = (path: string): void => utimesSync(path, 1_000, 1_000);

describe("removing a blob in files", () => {
  test("what is put or renewed at the same moment is there when that has returned", async () => {
    const at = directory();
    const [here, there] = [await open(at), await open(at)];
    const path = FileBlobStore.pathOf(at, "acme", digest);
    let removed = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await run(here.put("acme", bytes));
      age(path);
      const removals = [1, 2].map(async (i) => {
        if (round % 3 === i) await pause(i);
        return await run(there.remove("acme", digest, 2_000_000));
      });
      const puts = [1, 2, 3].map(async (i) => {
        if (round % 5 === i) await pause(1);
        await run(here.put("acme", bytes));
        // Whoever has put it may read it, however many still remove it.
        expect(Buffer.compare(await run(there.get("acme", digest)), bytes)).toBe(0);
      });
      await Promise.all(puts);
      removed += (await Promise.all(removals)).filter(Boolean).length;
      expect(existsSync(path)).toBe(true);
      expect(readdirSync(join(at, ".outgoing"))).toEqual([]);
    }
    // Both ends of the race were seen.
    expect(removed).toBeGreaterThan(0);
    expect(removed).toBeLessThan(2 * ROUNDS);
  });

  test("another process that removes takes nothing that was put meanwhile", async () => {
    const at = directory();
    const blobs = await open(at);
    const path = FileBlobStore.pathOf(at, "acme", digest);
    const child = start(script, ["remove", at, digest]);
    child.go();
    await child.printed(1);
    for (let round = 0; round < ROUNDS; round += 1) {
      await run(blobs.put("acme", bytes));
      expect(Buffer.compare(await run(blobs.get("acme", digest)), bytes)).toBe(0);
      // It may be aside at this moment, and is then old enough or not by what it was before.
      if (existsSync(path)) age(path);
    }
    await child.kill();
    await run(blobs.put("acme", bytes));
    await open(at);
    expect(Buffer.compare(await run(blobs.get("acme", digest)), bytes)).toBe(0);
  });

  test("a blob that is looked at a last time is read, renewed and put as ever", async () => {
    const at = directory();
    const blobs = await open(at);
    const path = FileBlobStore.pathOf(at, "acme", digest);
    const aside = join(at, ".outgoing", `acme.${digest.slice("sha256:".length)}.x`);
    for (const act of [blobs.get("acme", digest), blobs.renew("acme", digest), blobs.put("acme", bytes)]) {
      await run(blobs.put("acme", bytes));
      renameSync(path, aside);
      age(aside);
      await run(act as Effect.Effect<unknown, unknown>);
      expect(Buffer.compare(await run(blobs.get("acme", digest)), bytes)).toBe(0);
    }
    // What was renewed and put stands by itself now, and is young.
    expect(existsSync(path)).toBe(true);
    expect(await run(blobs.remove("acme", digest, 2_000_000))).toBe(false);
  });

  test("what a crash left aside is moved back when the store is opened", async () => {
    const at = directory();
    const blobs = await open(at);
    const path = FileBlobStore.pathOf(at, "acme", digest);
    await run(blobs.put("acme", bytes));
    renameSync(path, join(at, ".outgoing", `acme.${digest.slice("sha256:".length)}.x`));
    mkdirSync(join(at, ".outgoing", "of somebody else"));
    await open(at);
    expect(existsSync(path)).toBe(true);
    expect(readdirSync(join(at, ".outgoing"))).toEqual(["of somebody else"]);
  });
});
