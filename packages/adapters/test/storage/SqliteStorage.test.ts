import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";
import { afterAll, describe, test } from "vitest";
import { StorageConformance } from "../../../core/src/testing/storage/index.ts";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";

const directory = mkdtempSync(join(tmpdir(), "fettle-storage-"));
const scope = Effect.runSync(Scope.make());
const storage = await Effect.runPromise(
  Scope.provide(SqliteStorage.open({ file: join(directory, "conformance.db") }), scope),
);
afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void));
  rmSync(directory, { recursive: true });
});

describe("conformance of the storage in SQLite", () => {
  for (const { name, run } of StorageConformance.cases) {
    test(name, () => Effect.runPromise(run({ storage, prefix: "t" })));
  }
});
