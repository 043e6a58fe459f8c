import { join } from "node:path";
import { type SeatRule, type StorageShape, Tenant } from "@fettle/core";
import { AssetBuilders, SearchReference } from "@fettle/core/testing";
import { SearchArbitraries } from "@fettle/core/testing/arbitraries";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import * as SqliteStorage from "../../../src/storage/sqlite/SqliteStorage.ts";
import { directories } from "../Directories.ts";

const numRuns = Math.ceil(25 * Number(process.env.FETTLE_RUNS ?? 1));
const seed = Number(process.env.FETTLE_SEED ?? 20260202);

const tenantId = Tenant.of("acme");
const directory = directories();

const few = (seats: number): SeatRule => ({ _tag: "Seats", seats, include: null, exclude: null });

it("LIC-05 who holds a seat follows every change of activations and tags, though the last one to get one is remembered", async () => {
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(
      SearchArbitraries.history,
      fc.oneof(
        fc.integer({ min: 1, max: 3 }).map(few),
        SearchArbitraries.question.map(({ seats }) => seats),
      ),
      async (history, seats) => {
        const asked = Effect.gen(function* () {
          const storage = yield* SqliteStorage.open({ file: join(directory(), "storage.db") });
          const search = storage.search as NonNullable<StorageShape["search"]>;
          const reference = SearchReference.over(storage);
          let before = "";
          for (const writes of history) {
            yield* storage.commit({ tenantId, expect: [], counters: [], uniques: [], writes, events: [] });
            const ids = (yield* storage.list(tenantId, "asset", { limit: 100 })).map(({ id }) => id);
            const holders = yield* search.licensed(tenantId, seats, ids);
            expect(holders).toEqual(yield* reference.licensed(tenantId, seats, ids));
            const now = [...holders].sort().join();
            if (now !== before) changes += 1;
            before = now;
          }
        });
        await Effect.runPromise(Effect.scoped(asked));
      },
    ),
    { numRuns, seed },
  );
  expect(changes).toBeGreaterThan(numRuns / 5);
});

it("LIC-05 one seat fewer than there are assets leaves the last without", async () => {
  const ids = [1, 2, 3, 4].map((n) => `00000000-0000-4000-a000-00000000000${n}`);
  const writes = ids.map((id, n) => ({
    _tag: "Put" as const,
    kind: "asset" as const,
    id,
    body: AssetBuilders.asset(id, { activations: { PM: 1 + Math.floor(n / 2) } }) as never,
    indexes: [],
  }));
  const asked = Effect.gen(function* () {
    const storage = yield* SqliteStorage.open({ file: join(directory(), "storage.db") });
    yield* storage.commit({ tenantId, expect: [], counters: [], uniques: [], writes, events: [] });
    const search = storage.search as NonNullable<StorageShape["search"]>;
    for (const seats of [1, 2, 3, 4, 5]) {
      expect([...(yield* search.licensed(tenantId, few(seats), ids))].sort()).toEqual(ids.slice(0, seats));
    }
  });
  await Effect.runPromise(Effect.scoped(asked));
});
