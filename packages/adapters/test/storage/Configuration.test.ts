/** Profiles, keys and modules on a real file: what is answered and what agents are told is what memory says. */
import { join } from "node:path";
import type { StorageShape } from "@fettle/core";
import { MemoryStorage } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import { expect, test } from "vitest";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { firstContact, mara, open, TENANT, uuid } from "./AgentWorld.ts";
import { directories } from "./Directories.ts";

const directory = directories();
const tagged = (tag: string) =>
  ({ assets: [], include: { mode: "any", tags: [tag] }, exclude: { mode: "all", tags: [] } }) as const;

/** Everything that they can do, one after the other; what each answered, and what stands in the end. */
const scenario = (storage: StorageShape) =>
  Effect.gen(function* () {
    const { subscriptions, tags, configurationProfiles: profiles, keys, agents, gateway, tick } = open(storage);
    const told: unknown[] = [];
    const tell = <A, E>(effect: Effect.Effect<A, E>) =>
      Effect.map(Effect.result(effect), (result) => {
        told.push(result._tag === "Success" ? result.success : String(result.failure));
      });
    yield* subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
    yield* tags.save(mara, { id: "berlin", name: "Berlin" });
    const issued = yield* keys.create(mara, { title: "k", tags: ["berlin"], agentsMax: 5 });
    for (const n of [1, 2, 3]) yield* tell(Effect.map(gateway.handle(firstContact(issued, n)), (r) => r.status));
    const blackouts = [{ weekdays: [1, 2] as const, fromMinute: 60, toMinute: 120 }];
    yield* tell(profiles.save(mara, { id: "b", name: "B", targets: tagged("berlin"), settings: { blackouts } }));
    yield* tell(profiles.save(mara, { id: "c", name: "C", targets: tagged("berlin"), settings: { preset: "HIGH" } }));
    yield* tell(profiles.save(mara, { id: "d", name: "D", settings: { chunkKilobytes: 1 } }));
    yield* tell(profiles.reorder(mara, ["c", "default", "b"], { idempotencyKey: "once" }));
    yield* tell(profiles.reorder(mara, ["c", "default", "b"], { idempotencyKey: "once" }));
    yield* tell(profiles.makeDefault(mara, "b"));
    yield* tell(profiles.delete(mara, "b"));
    yield* tell(profiles.delete(mara, "default"));
    yield* tell(profiles.effective(mara, uuid(1)));
    yield* tell(agents.activate(mara, { assets: [uuid(1), uuid(9)] }, ["PC"]));
    yield* tell(keys.update(mara, issued.key.id, { modules: ["PM", "SCA"], modulesFor: "all" }));
    yield* tell(agents.deactivate(mara, { query: "name: machine*" }, ["PM"]));
    yield* tell(keys.disable(mara, issued.key.id));
    yield* tell(Effect.map(gateway.handle(firstContact(issued, 4)), (r) => r.status));
    yield* tell(keys.list(mara));
    yield* tell(tick());
    for (const kind of ["profile", "activationKey", "asset"] as const) {
      told.push(yield* storage.list(TENANT, kind, { limit: 100 }));
    }
    for (const agent of yield* storage.list(TENANT, "agent", { limit: 100 })) {
      const { configuration, statusIntervalSeconds } = agent.body as { [name: string]: unknown };
      told.push([agent.id, configuration, statusIntervalSeconds]);
    }
    return told;
  });

test("CFG-01, KEY-01, AGT-06: SQLite answers whatever memory answers, and agents hold the same", async () => {
  const file = join(directory(), "configuration.db");
  const real = await Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), scenario)));
  const memory = Effect.runSync(scenario(MemoryStorage.make()));
  expect(JSON.parse(JSON.stringify(real))).toEqual(JSON.parse(JSON.stringify(memory)));
  // It did something, and refused something.
  expect(real.filter((answer) => typeof answer === "string").length).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(real)).toContain('"passedOver"');
});
