/** Every point at which a put and a removal of one blob may come between each other's steps, and die. */
import { existsSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { Crypto } from "@fettle/agent-protocol";
import type { BlobStoreShape } from "@fettle/core";
import * as Effect from "effect/Effect";
import { describe, expect, test, vi } from "vitest";
import { FileBlobStore } from "../../src/blob/files/index.ts";
import { directories } from "../storage/Directories.ts";

// Called before each call of the file system by its name; null while nobody listens.
const steps = vi.hoisted(() => ({ before: null as ((name: string) => Promise<void>) | null }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<Record<string, unknown>>();
  const stepped = (name: string, call: (...given: readonly unknown[]) => unknown) => {
    const step = async (...given: readonly unknown[]): Promise<unknown> => {
      await steps.before?.(name);
      return await call(...given);
    };
    return step;
  };
  const entries = Object.entries(real).map(([name, member]) =>
    typeof member === "function" ? [name, stepped(name, member as never)] : [name, member],
  );
  return Object.fromEntries(entries);
});

const directory = directories();
const run = Effect.runPromise;
const bytes = new TextEncoder().encode("put just as it is removed");
const digest = Crypto.digest(bytes);
const OLD = 2_000_000;

// Does something with another thing before its step of that number, or never when it has fewer; answers its steps.
const between = async (act: () => Promise<unknown>, at: number, other: () => unknown): Promise<number> => {
  let step = 0;
  steps.before = async () => {
    const isNow = step === at;
    step += 1;
    if (!isNow) return;
    const listening = steps.before;
    steps.before = null;
    await other();
    steps.before = listening;
  };
  try {
    await act();
  } finally {
    steps.before = null;
  }
  return step;
};

// A blob that was put long ago.
const world = async () => {
  const at = directory();
  const open = (): Promise<BlobStoreShape> => run(FileBlobStore.open({ directory: at }));
  const blobs = await open();
  const path = FileBlobStore.pathOf(at, "acme", digest);
  await run(blobs.put("acme", bytes));
  utimesSync(path, 1_000, 1_000);
  return {
    at,
    path,
    open,
    put: () => run(blobs.put("acme", bytes)),
    get: () => run(blobs.get("acme", digest)),
    renew: () => run(blobs.renew("acme", digest)),
    remove: () => run(blobs.remove("acme", digest, OLD)),
    outgoing: () => readdirSync(join(at, ".outgoing")),
  };
};
type World = Awaited<ReturnType<typeof world>>;

/** A look, the move aside, a look there, the end. */
const REMOVAL_STEPS = 4;

describe("a put and a removal of one blob", () => {
  test("a removal takes as many steps as are tried here", async () => {
    const w = await world();
    expect(await between(w.remove, REMOVAL_STEPS, () => undefined)).toBe(REMOVAL_STEPS);
    expect([existsSync(w.path), w.outgoing()]).toEqual([false, []]);
  });

  test("what was put or renewed between two steps of a removal is still there after its last", async () => {
    for (const at of [0, 1, 2, 3, 0.1, 1.1, 2.1, 3.1]) {
      const w = await world();
      await between(w.remove, Math.floor(at), at % 1 === 0 ? w.put : w.renew);
      expect([at, existsSync(w.path), w.outgoing()]).toEqual([at, true, []]);
      expect(Buffer.compare(await w.get(), bytes)).toBe(0);
      expect(await w.remove()).toBe(false);
    }
  });

  test.each([
    ["put", (w: World) => w.put()],
    ["renewal", (w: World) => w.renew()],
  ])("a removal between any two steps of a %s doesn't take what that has promised", async (_, act) => {
    for (let at = 0, count = 1; at < count; at += 1) {
      const w = await world();
      let isPromised = true;
      const acting = (): Promise<unknown> =>
        act(w).catch(() => {
          isPromised = false;
        });
      count = await between(acting, at, w.remove);
      if (!isPromised) continue;
      expect([at, Buffer.compare(await w.get(), bytes)]).toEqual([at, 0]);
    }
  });

  test("a reader finds the blob as long as it is there, whatever a removal and a put do", async () => {
    for (let at = 0; at < REMOVAL_STEPS; at += 1) {
      const w = await world();
      // Until its last step a removal has taken nothing.
      await between(w.remove, at, async () => {
        expect(Buffer.compare(await w.get(), bytes)).toBe(0);
        await w.put();
        expect(Buffer.compare(await w.get(), bytes)).toBe(0);
      });
      for (let step = 0, count = 1; step < count; step += 1) {
        utimesSync(w.path, 1_000, 1_000);
        // Between any two steps of a reader the removal runs up to its last step, where it is held up by a put.
        const reading = async () => expect(Buffer.compare(await w.get(), bytes)).toBe(0);
        count = await between(reading, step, () => between(w.remove, at, w.put));
      }
    }
  });

  test("a removal that dies at any step leaves the whole blob or none, and nothing aside once the store is opened", async () => {
    for (let at = 0; at < REMOVAL_STEPS; at += 1) {
      const w = await world();
      const dying = between(w.remove, at, () => Promise.reject(new Error("died")));
      await dying.catch(() => undefined);
      await w.open();
      expect(w.outgoing()).toEqual([]);
      if (existsSync(w.path)) expect(Buffer.compare(await w.get(), bytes)).toBe(0);
    }
  });

  test("two removals at once, one between any two steps of the other, and a put in both", async () => {
    for (let at = 0; at < REMOVAL_STEPS; at += 1) {
      for (let inner = 0; inner < REMOVAL_STEPS; inner += 1) {
        const w = await world();
        let isPut = false;
        const putting = async (): Promise<void> => {
          await w.put();
          isPut = true;
        };
        await between(w.remove, at, () => between(w.remove, inner, putting));
        expect([at, inner, existsSync(w.path), w.outgoing()]).toEqual([at, inner, isPut, []]);
      }
    }
  });
});
