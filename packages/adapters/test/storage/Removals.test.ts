/** Uninstalling, purging and the audit trail on a real file: what is answered and what stands is what memory says. */
import { join } from "node:path";
import { Actor, type StorageShape } from "@fettle/core";
import { MemoryStorage } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import { expect, test } from "vitest";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { farewell, firstContact, mara, open, TENANT, uuid } from "./AgentWorld.ts";
import { directories } from "./Directories.ts";

const directory = directories();
const query = "agentVersion < 2";

/** Agents come, leave and are purged; what each call answered, and what stands in the end. */
const scenario = (storage: StorageShape) =>
  Effect.gen(function* () {
    const { subscriptions, keys, agents, purges, audit, gateway } = open(storage);
    const told: unknown[] = [];
    const tell = <A, E>(effect: Effect.Effect<A, E>) =>
      Effect.map(Effect.result(effect), (result) => {
        told.push(result._tag === "Success" ? result.success : String(result.failure));
      });
    yield* subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
    const issued = yield* keys.create(mara, { title: "k" });
    for (const n of [1, 2, 3, 4]) yield* gateway.handle(firstContact(issued, n));
    const sent = (n: number, sequence: number) => Effect.map(gateway.handle(farewell(n, sequence)), (r) => r.status);
    yield* tell(sent(1, 2));
    yield* tell(agents.uninstall(Actor.because(mara, "retired"), { assets: [uuid(1), uuid(2), uuid(9)] }));
    yield* tell(agents.callOffUninstall(mara, { query: "name: machine-2" }));
    yield* tell(sent(1, 3));
    yield* tell(sent(1, 3));
    yield* tell(sent(2, 2));
    yield* tell(Effect.map(gateway.handle(firstContact(issued, 1)), (r) => r.status));
    const { confirmation } = yield* purges.preview(mara, query);
    yield* tell(purges.run(mara, { query, confirmation: "another" }));
    yield* tell(purges.save(mara, { name: "old", query, confirmation }));
    yield* tell(purges.run(mara, { query, confirmation }, { idempotencyKey: "once" }));
    yield* tell(purges.run(mara, { query, confirmation }, { idempotencyKey: "once" }));
    yield* tell(purges.list(mara));
    yield* tell(audit.search(mara));
    yield* tell(audit.verify(mara));
    for (const kind of ["asset", "agent", "removedAgent", "purgeRule"] as const) {
      told.push(yield* storage.list(TENANT, kind, { limit: 100 }));
    }
    told.push(yield* storage.counter(TENANT, "assets"), yield* storage.events(TENANT, 0, 1_000));
    return told;
  });

test("AGT-07, PRG-01, RBAC-11: SQLite answers whatever memory answers, and the same stands", async () => {
  const file = join(directory(), "removals.db");
  const real = await Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), scenario)));
  const memory = Effect.runSync(scenario(MemoryStorage.make()));
  expect(JSON.parse(JSON.stringify(real))).toEqual(JSON.parse(JSON.stringify(memory)));
  expect(real.filter((answer) => answer === 200)).toHaveLength(2);
  expect(real.filter((answer) => typeof answer === "string").length).toBeGreaterThanOrEqual(1);
  expect(JSON.stringify(real)).toContain('"why":"retired"');
});

test("RBAC-11, AGT-07: the trail is whole, and a removed agent is known, after the file was closed and opened", async () => {
  const file = join(directory(), "again.db");
  await Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), scenario)));
  const after = (storage: StorageShape) =>
    Effect.gen(function* () {
      const { audit, gateway, tags } = open(storage);
      yield* tags.save(mara, { id: "later", name: "later" });
      const again = yield* gateway.handle(farewell(1, 4));
      return { verdict: yield* audit.verify(mara), status: again.status };
    });
  const { verdict, status } = await Effect.runPromise(
    Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), after)),
  );
  expect(status).toBe(200);
  expect(verdict).toMatchObject({ isWhole: true, broken: null });
  expect(verdict.records).toBeGreaterThan(8);
});
