import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Crypto } from "@fettle/agent-protocol";
import { Actor, BlobStore, Fettle } from "@fettle/core";
import { BlobConformance, Sandbox, Story } from "@fettle/core/testing";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { afterEach, describe, expect, test, vi } from "vitest";
import { TIDYING_INTERVAL_MS, UNFINISHED_AGE_MAX_MS } from "../../src/blob/files/FileBlobStore.ts";
import { FileBlobStore } from "../../src/blob/files/index.ts";
import { directories } from "../storage/Directories.ts";

const directory = directories();
const bytesMax = BlobConformance.BYTES_MAX;
const open = (at: string) => Effect.runPromise(FileBlobStore.open({ directory: at, bytesMax }));
const abc = new TextEncoder().encode("abc");
const HEX = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

afterEach(() => void vi.useRealTimers());

describe("conformance of the blob store in files", () => {
  const at = directory();
  const damage = (tenantId: string, digest: Crypto.Digest) =>
    writeFileSync(FileBlobStore.pathOf(at, tenantId, digest), "other bytes");
  const backdate = (tenantId: string, digest: Crypto.Digest, putAt: number) =>
    utimesSync(FileBlobStore.pathOf(at, tenantId, digest), putAt / 1_000, putAt / 1_000);
  for (const { name, run } of BlobConformance.cases) {
    test(`${name} (files)`, async () => {
      const subject = { blobs: await open(at), damage, backdate, bytesMax, prefix: "t" };
      await expect(Effect.runPromise(run(subject))).resolves.toBeUndefined();
    });
  }
});

describe("the blob store in files", () => {
  test("keeps a blob as <tenant>/<2 digits>/<digits>, for its owner only, and leaves nothing else", async () => {
    const at = join(directory(), "new", "blobs");
    const blobs = await open(at);
    await Effect.runPromise(blobs.put("acme", abc));
    expect(readdirSync(at).sort()).toEqual([".incoming", ".outgoing", "acme"]);
    expect(readdirSync(join(at, ".incoming"))).toEqual([]);
    expect(readFileSync(join(at, "acme", "ba", HEX), "utf8")).toBe("abc");
    expect(statSync(join(at, "acme", "ba", HEX)).mode & 0o777).toBe(0o600);
    expect(statSync(join(at, "acme")).mode & 0o777).toBe(0o700);
  });

  test("does not write again what it has", async () => {
    const at = directory();
    const blobs = await open(at);
    await Effect.runPromise(blobs.put("acme", abc));
    const before = statSync(join(at, "acme", "ba", HEX)).ino;
    await Effect.runPromise(blobs.put("acme", abc));
    expect(statSync(join(at, "acme", "ba", HEX)).ino).toBe(before);
  });

  test("no tenant and no digest leads out of its directory", async () => {
    const outer = directory();
    const at = join(outer, "blobs");
    const blobs = await open(at);
    writeFileSync(join(outer, "secret"), "secret");
    const tenants = ["", ".", "..", "../x", "a/b", "a\\b", ".incoming", "A", "a.b", "a\0", "-a", "a\n", "x".repeat(64)];
    for (const tenant of tenants) {
      expect(await Effect.runPromise(Effect.flip(blobs.put(tenant, abc)))).toMatchObject({
        reason: "Unavailable",
        isRetryable: false,
        message: expect.stringContaining("can't name a directory"),
      });
      expect((await Effect.runPromise(Effect.flip(blobs.get(tenant, `sha256:${HEX}`)))).isRetryable).toBe(false);
      expect((await Effect.runPromise(Effect.flip(blobs.list(tenant, { limit: 1 })))).isRetryable).toBe(false);
    }
    const digests = [
      "sha256:../../../secret",
      `sha256:${HEX}/..`,
      `sha256:${HEX.toUpperCase()}`,
      HEX,
      `sha256:${HEX}\n`,
      "",
    ];
    for (const digest of digests as Crypto.Digest[]) {
      for (const asked of [blobs.get("acme", digest), blobs.renew("acme", digest), blobs.remove("acme", digest, 1)]) {
        const error = await Effect.runPromise(Effect.flip(asked as Effect.Effect<unknown, unknown>));
        expect(error).toMatchObject({ reason: "Missing", isRetryable: false });
      }
    }
    expect(readdirSync(outer).sort()).toEqual(["blobs", "secret"]);
    expect(readdirSync(at).sort()).toEqual([".incoming", ".outgoing"]);
    await Effect.runPromise(blobs.put("x".repeat(63), abc));
  });

  test("removes what a crash left unfinished when it opens, but nothing that may still be written", async () => {
    const at = directory();
    await open(at);
    const [old, young] = [join(at, ".incoming", "old"), join(at, ".incoming", "young")];
    for (const file of [old, young]) writeFileSync(file, "half");
    const seconds = (Date.now() - UNFINISHED_AGE_MAX_MS) / 1_000;
    utimesSync(old, seconds - 60, seconds - 60);
    utimesSync(young, seconds + 60, seconds + 60);
    await open(at);
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  test("removes what a crash left unfinished also while it stays open", async () => {
    const at = directory();
    const blobs = await open(at);
    const old = join(at, ".incoming", "old");
    writeFileSync(old, "half");
    const seconds = (Date.now() - 2 * UNFINISHED_AGE_MAX_MS) / 1_000;
    utimesSync(old, seconds, seconds);
    vi.setSystemTime(Date.now() + TIDYING_INTERVAL_MS - 60_000);
    await Effect.runPromise(blobs.put("acme", abc));
    expect(existsSync(old)).toBe(true);
    vi.setSystemTime(Date.now() + 120_000);
    await Effect.runPromise(blobs.put("acme", abc));
    expect(existsSync(old)).toBe(false);
  });

  test("no flipped byte is an answer, whichever it is", async () => {
    const at = directory();
    const blobs = await open(at);
    const bytes = new TextEncoder().encode("what a flipped byte makes of it");
    const digest = await Effect.runPromise(blobs.put("acme", bytes));
    for (let i = 0; i < bytes.length; i += 1) {
      const flipped = bytes.slice();
      flipped[i] = (flipped[i] ?? 0) ^ (1 << (i % 8));
      writeFileSync(FileBlobStore.pathOf(at, "acme", digest), flipped);
      expect((await Effect.runPromise(Effect.flip(blobs.get("acme", digest)))).reason).toBe("Corrupt");
    }
  });

  test("lists blobs only, whatever else came into the directory", async () => {
    const at = directory();
    const blobs = await open(at);
    const digest = await Effect.runPromise(blobs.put("acme", abc));
    for (const name of ["lost+found", "UPPER"]) mkdirSync(join(at, name));
    mkdirSync(join(at, "acme", "zz"));
    writeFileSync(join(at, "acme", "ba", `00${HEX.slice(2)}`), "under the wrong digits");
    writeFileSync(join(at, "acme", "ba", "readme"), "");
    expect(await Effect.runPromise(blobs.tenants())).toEqual(["acme"]);
    expect(await Effect.runPromise(blobs.list("acme", { limit: 10 }))).toMatchObject([{ digest, bytes: 3 }]);
    expect(await Effect.runPromise(blobs.list("nobody", { limit: 10 }))).toEqual([]);
  });

  test("says what the file system says when it can't write", async () => {
    const at = directory();
    const blobs = await open(at);
    mkdirSync(join(at, "acme"));
    writeFileSync(join(at, "acme", "ba"), "a file where a directory should be");
    const error = await Effect.runPromise(Effect.flip(blobs.put("acme", abc)));
    expect(error).toMatchObject({ _tag: "BlobError", reason: "Unavailable", isRetryable: false });
    expect(readdirSync(join(at, ".incoming"))).toEqual([]);
    writeFileSync(join(at, "file"), "");
    expect(await Effect.runPromise(Effect.flip(FileBlobStore.open({ directory: join(at, "file") })))).toMatchObject({
      reason: "Unavailable",
    });
  });

  test("a collection of the engine's removes the files of blobs that nothing names any more", async () => {
    const at = directory();
    const blobs = await open(at);
    const users = [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } }] as const;
    const mara = Actor.user("acme", "mara");
    // Its clock is two days ahead of the files'.
    const sandbox = Sandbox.make({ tenantId: "acme", users, startsAt: Date.now() + 2 * 86_400_000 });
    const fettle = Fettle.promises(Fettle.make(Context.add(sandbox.ports, BlobStore, blobs)));
    await fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 1 } } });
    await fettle.catalogue.ingest(mara, Story.patches);
    const former = await Effect.runPromise(blobs.list("acme", { limit: 10 }));
    await fettle.catalogue.ingest(mara, Story.patches.slice(1));
    const young = await Effect.runPromise(blobs.put("acme", abc));
    const later = Date.now() / 1_000 + 86_400 + 60;
    utimesSync(FileBlobStore.pathOf(at, "acme", young), later, later);
    const [gone] = former;
    expect(await fettle.collectBlobs()).toEqual({ removed: 1, bytesFreed: gone?.bytes, kept: 2, stuck: [] });
    const left = (await Effect.runPromise(blobs.list("acme", { limit: 10 }))).map((b) => b.digest);
    expect([left.length, left.includes(young), left.includes(gone?.digest ?? young)]).toEqual([2, true, false]);
  });

  test("is core's port by its layer", async () => {
    const program = Effect.gen(function* () {
      const blobs = yield* BlobStore;
      return yield* blobs.get("acme", yield* blobs.put("acme", abc));
    });
    const bytes = await Effect.runPromise(Effect.provide(program, FileBlobStore.layer({ directory: directory() })));
    expect(Buffer.from(bytes).toString()).toBe("abc");
    expect(Crypto.digest(bytes)).toBe(`sha256:${HEX}`);
  });
});
