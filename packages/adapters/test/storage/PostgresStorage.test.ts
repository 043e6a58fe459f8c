import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";
import { afterAll, describe, test } from "vitest";
import { StorageConformance } from "../../../core/src/testing/storage/index.ts";
import { PostgresStorage } from "../../src/storage/postgres/index.ts";

const scope = Effect.runSync(Scope.make());
const storage = await Effect.runPromise(Scope.provide(PostgresStorage.openPglite(), scope));
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)));

describe("conformance of the storage in PostgreSQL", () => {
  for (const { name, run } of StorageConformance.cases) {
    test(name, () => Effect.runPromise(run({ storage, prefix: "t" })));
  }
});
