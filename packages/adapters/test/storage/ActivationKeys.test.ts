/** I38: however many agents ask at once, an activation key of so many seats admits just so many, on every real store. */
import { join } from "node:path";
import type { StorageShape } from "@fettle/core";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { PostgresStorage } from "../../src/storage/postgres/index.ts";
import * as PgliteConnection from "../../src/storage/postgres/PgliteConnection.ts";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { firstContact, mara, open, TENANT } from "./AgentWorld.ts";
import { directories } from "./Directories.ts";

const SEATS = 100;
const AGENTS = 1_000;
const directory = directories();

const rush = (storage: StorageShape) =>
  Effect.gen(function* () {
    const { subscriptions, keys, gateway } = open(storage);
    yield* subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
    const issued = yield* keys.create(mara, { title: "hundred", agentsMax: SEATS });
    const requests = Array.from({ length: AGENTS }, (_, n) => firstContact(issued, n));
    const replies = yield* Effect.all(requests.map(gateway.handle), { concurrency: "unbounded" });
    const refused = replies.filter((r) => r.status !== 200).map((r) => JSON.parse(Buffer.from(r.body).toString()));
    const view = yield* keys.get(mara, issued.key.id);
    const assets = yield* storage.list(TENANT, "asset", { limit: 1_000 });
    const agents = yield* storage.list(TENANT, "agent", { limit: 1_000 });
    return { refused, view, assets, agents };
  });

const isExact = (seen: Effect.Success<ReturnType<typeof rush>>) => {
  expect(seen.refused).toHaveLength(AGENTS - SEATS);
  expect(new Set(seen.refused.map((p) => `${p.code} ${p.rule}`))).toEqual(new Set(["key-refused KEY-01"]));
  expect(seen.assets).toHaveLength(SEATS);
  expect(new Set(seen.agents.map((a) => a.id))).toEqual(new Set(seen.assets.map((a) => a.id)));
  expect(seen.view).toMatchObject({ admitted: SEATS, status: { _tag: "UsedUp", agentsMax: SEATS } });
};

describe(`KEY-01 (I38): ${AGENTS} agents at once on a key of ${SEATS}`, () => {
  test("KEY-01 I38: exactly that many are admitted on SQLite, and each of the others is told why", async () => {
    const file = join(directory(), "rush.db");
    isExact(await Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), rush))));
  }, 180_000);

  test("KEY-01 I38: exactly that many are admitted on PostgreSQL, and each of the others is told why", async () => {
    const connection = await PgliteConnection.open(undefined);
    try {
      isExact(await Effect.runPromise(Effect.flatMap(PostgresStorage.open(connection), rush)));
    } finally {
      await connection.close();
    }
  }, 180_000);
});
