import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "@fettle/core";
import { StorageConformance } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import { afterAll, describe, expect, it } from "vitest";
import * as FileStorage from "../src/FileStorage.ts";

const root = mkdtempSync(join(tmpdir(), "own-storage-"));
afterAll(() => rmSync(root, { recursive: true }));
const folder = (): string => mkdtempSync(join(root, "d-"));

const storage = await Effect.runPromise(FileStorage.open(folder()));

describe("conformance of the storage on files", () => {
  it.for(StorageConformance.cases)("$name", async ({ run }) => {
    await expect(Effect.runPromise(run({ storage, prefix: "t" }))).resolves.toBeUndefined();
  });
});

describe("what lasts of the storage on files", () => {
  // Ends as in a crash: whatever the process still had in mind is gone, and a draft that it had begun lies about.
  const crashing = (): StorageConformance.LastingSubject["open"] => {
    let directory = folder();
    return () =>
      Effect.map(FileStorage.open(directory), (opened) => ({
        storage: opened,
        end: () =>
          Effect.sync(() => {
            const left = folder();
            cpSync(directory, left, { recursive: true });
            for (const name of readdirSync(left)) writeFileSync(join(left, `${name}.draft`), '{"tenantId": "cut o');
            directory = left;
          }),
      }));
  };

  it.for(StorageConformance.lasting)("$name", async ({ run }) => {
    await expect(Effect.runPromise(run({ open: crashing() }))).resolves.toBeUndefined();
  });
});

describe("the storage on files", () => {
  const put = { _tag: "Put", kind: "job", id: "a", body: "kept", indexes: [] } as const;
  const batch = { tenantId: "t", expect: [], counters: [], uniques: [], writes: [put], events: [] };

  it("is core's port by its layer", async () => {
    const program = Effect.gen(function* () {
      const port = yield* Storage;
      yield* port.commit(batch);
      return yield* port.get("t", "job", "a");
    });
    const found = await Effect.runPromise(Effect.provide(program, FileStorage.layer(folder())));
    expect(found).toEqual({ kind: "job", id: "a", revision: 1, body: "kept" });
  });

  it("leaves a tenant as it was when the disk takes no more, and says so", async () => {
    const directory = folder();
    const opened = await Effect.runPromise(FileStorage.open(directory));
    await Effect.runPromise(opened.commit(batch));
    // Where a draft is to be written there is something else.
    for (const name of readdirSync(directory)) mkdirSync(join(directory, `${name}.draft`));
    const error = await Effect.runPromise(Effect.flip(opened.commit({ ...batch, writes: [{ ...put, body: "lost" }] })));
    expect(error).toMatchObject({ _tag: "StorageError", reason: "Unavailable", operation: "commit" });
    expect((await Effect.runPromise(opened.get("t", "job", "a")))?.body).toBe("kept");
  });

  it("says that a file is damaged", async () => {
    const directory = folder();
    writeFileSync(join(directory, "0.json"), '{"tenantId": "t", "entit');
    expect(await Effect.runPromise(Effect.flip(FileStorage.open(directory)))).toMatchObject({ reason: "Corrupt" });
  });
});
