import { join } from "node:path";
import type { StorageShape } from "@fettle/core";
import { AssetBuilders, MemoryStorage } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { mara, open, TENANT } from "./AgentWorld.ts";
import { directories } from "./Directories.ts";

const ASSETS = 7;
const directory = directories();
const linux = { _tag: "Dynamic", query: "operatingSystem: linux" } as const;

/** Everything that tags can do, one after the other; what each answered, and what stands in the end. */
const scenario = (storage: StorageShape) =>
  Effect.gen(function* () {
    const { subscriptions, tags, tick, events } = open(storage);
    yield* subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
    const ids = Array.from({ length: ASSETS }, (_, i) => `00000000-0000-4000-a000-00000000000${i}`);
    const assets = ids.map((id, i) =>
      AssetBuilders.asset(id, { osName: i % 2 === 0 ? "Rocky Linux 9" : "Windows Server 2022", tags: ["cloud-agent"] }),
    );
    yield* storage.commit({
      tenantId: TENANT,
      expect: [],
      counters: [],
      uniques: [],
      writes: assets.map((a) => ({
        _tag: "Put",
        kind: "asset",
        id: a.id,
        body: JSON.parse(JSON.stringify(a)),
        indexes: [],
      })),
      events: [],
    });
    const told: unknown[] = [];
    const tell = <A, E>(effect: Effect.Effect<A, E>) =>
      Effect.map(Effect.result(effect), (result) => {
        told.push(result._tag === "Success" ? result.success : String(result.failure));
      });
    yield* tell(tags.save(mara, { id: "emea", name: "EMEA" }));
    yield* tell(tags.save(mara, { id: "berlin", name: "Berlin", parent: "emea" }));
    yield* tell(tags.save(mara, { id: "linux", name: "Linux", parent: "emea", rule: linux }));
    yield* tell(tags.save(mara, { id: "bad", name: "Bad", rule: { _tag: "Dynamic", query: "operatingsytem: x" } }));
    yield* tell(tags.save(mara, { name: "berlin", parent: "emea" }));
    const given = { tag: "berlin", assets: [...ids.slice(0, 3), "nobody"] };
    const once = { idempotencyKey: "once" };
    yield* tell(tags.assign(mara, given, once));
    yield* tell(tags.assign(mara, given, once));
    yield* tell(tags.unassign(mara, given, once));
    yield* tell(tags.unassign(mara, { tag: "berlin", assets: ids.slice(0, 1) }));
    yield* tell(tags.preview(mara, { query: "operatingSystem: windows", tag: "linux" }));
    const selection = {
      assets: [],
      include: { mode: "any", tags: ["emea"] },
      exclude: { mode: "any", tags: ["berlin"] },
    } as const;
    yield* tell(tags.coverage(mara, selection));
    yield* tell(tags.list(mara, { limit: 10 }));
    yield* tell(
      tags.save(mara, { id: "linux", name: "Linux", rule: { _tag: "Dynamic", query: "operatingSystem: windows" } }),
    );
    yield* tell(tags.delete(mara, "emea"));
    yield* tell(tags.delete(mara, "emea", { reparent: true }));
    yield* tell(tags.get(mara, "linux"));
    yield* tell(tags.delete(mara, "berlin"));
    yield* tell(tick());
    const stored = yield* storage.list(TENANT, "asset", { limit: 100 });
    return {
      told,
      stored,
      tags: yield* storage.list(TENANT, "tag", { limit: 100 }),
      events: yield* events.after(TENANT, 0, 1_000),
    };
  });

describe("tags on SQLite", () => {
  test("TAG-01, TAG-03, TAG-08, TAG-09: do and tell what they do and tell in memory, and stand after the file is opened again", async () => {
    const file = join(directory(), "tags.db");
    const expected = await Effect.runPromise(scenario(MemoryStorage.make()));
    const found = await Effect.runPromise(
      Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), (storage) => scenario(storage))),
    );
    expect(found).toEqual(expected);
    expect(expected.told.filter((t) => typeof t === "string")).toHaveLength(4);
    const bodies = expected.stored.map((s) => s.body as { readonly osName: string; readonly tags: readonly string[] });
    expect(bodies.map((a) => a.tags)).toEqual(
      bodies.map((a) => (a.osName.startsWith("Windows") ? ["cloud-agent", "linux"] : ["cloud-agent"])),
    );
    const reopened = await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(SqliteStorage.open({ file }), (storage) =>
          Effect.flatMap(open(storage).tick(), () => storage.list(TENANT, "asset", { limit: 100 })),
        ),
      ),
    );
    expect(reopened).toEqual(expected.stored);
  });

  test("TAG-08: a change of a rule that died half way is completed by the next tick on the file", async () => {
    const file = join(directory(), "half.db");
    const borne = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const storage = yield* SqliteStorage.open({ file });
          yield* scenario(storage);
          const dying: StorageShape = {
            ...storage,
            commit: (batch) =>
              batch.writes.some((w) => w.kind === "asset") ? Effect.die("cut off") : storage.commit(batch),
          };
          yield* Effect.exit(open(dying).tags.save(mara, { id: "linux", name: "Linux", rule: linux }));
          const before = yield* storage.list(TENANT, "asset", { limit: 100 });
          yield* open(storage).tick();
          return [before, yield* storage.list(TENANT, "asset", { limit: 100 })];
        }),
      ),
    );
    const tagged = borne.map((assets) =>
      assets.map((s) => s.body as { readonly osName: string; readonly tags: readonly string[] }),
    );
    const isRight = (a: { readonly osName: string; readonly tags: readonly string[] }) =>
      a.tags.includes("linux") === a.osName.includes("Linux");
    expect(tagged[0]?.some(isRight)).toBe(false);
    expect(tagged[1]?.every(isRight)).toBe(true);
  });
});
