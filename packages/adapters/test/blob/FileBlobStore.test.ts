import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Crypto } from "@fettle/agent-protocol";
import { BlobStore } from "@fettle/core";
import { BlobConformance } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { UNFINISHED_AGE_MAX_MS } from "../../src/blob/files/FileBlobStore.ts";
import { FileBlobStore } from "../../src/blob/files/index.ts";
import { directories } from "../storage/Directories.ts";

const directory = directories();
const open = (at: string) => Effect.runPromise(FileBlobStore.open({ directory: at }));
const abc = new TextEncoder().encode("abc");
const HEX = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

describe("conformance of the blob store in files", () => {
  const at = directory();
  const damage = (tenantId: string, digest: Crypto.Digest) =>
    writeFileSync(FileBlobStore.pathOf(at, tenantId, digest), "other bytes");
  for (const { name, run } of BlobConformance.cases) {
    test(`${name} (files)`, async () => {
      await expect(Effect.runPromise(run({ blobs: await open(at), damage, prefix: "t" }))).resolves.toBeUndefined();
    });
  }
});

describe("the blob store in files", () => {
  test("keeps a blob as <tenant>/<2 digits>/<digits>, for its owner only, and leaves nothing else", async () => {
    const at = join(directory(), "new", "blobs");
    const blobs = await open(at);
    await Effect.runPromise(blobs.put("acme", abc));
    expect(readdirSync(at).sort()).toEqual([".incoming", "acme"]);
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
    }
    const digests = [
      "sha256:../../../secret",
      `sha256:${HEX}/..`,
      `sha256:${HEX.toUpperCase()}`,
      HEX,
      `sha256:${HEX}\n`,
      "",
    ];
    for (const digest of digests) {
      const error = await Effect.runPromise(Effect.flip(blobs.get("acme", digest as Crypto.Digest)));
      expect(error).toMatchObject({ reason: "Missing", isRetryable: false });
    }
    expect(readdirSync(outer).sort()).toEqual(["blobs", "secret"]);
    expect(readdirSync(at)).toEqual([".incoming"]);
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
