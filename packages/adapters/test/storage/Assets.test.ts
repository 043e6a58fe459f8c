import { join } from "node:path";
import { Crypto } from "@fettle/agent-protocol";
import {
  Actor,
  BlobStore,
  Directory,
  Environment,
  Fettle,
  type NewEvent,
  Patch,
  Storage,
  type StorageShape,
  TenantKeys,
} from "@fettle/core";
import { AssetBuilders, MemoryBlobStore, MemoryStorage, Random, StaticDirectory } from "@fettle/core/testing";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import { directories } from "./Directories.ts";

const TENANT = "acme";
const NOW = Date.UTC(2026, 0, 1);
const ASSETS = 40;
const mara = Actor.user(TENANT, "mara");
const uli = Actor.user(TENANT, "uli");
const directory = directories();
const keys = Crypto.generateKeyPair();

const open = (storage: StorageShape) => {
  const random = Random.make("ids");
  const users = [
    { id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } },
    { id: "uli", roles: ["PatchUser"], scope: { _tag: "Tags", tags: ["web"] } },
  ] as const;
  const ports = Context.make(Storage, storage).pipe(
    Context.add(BlobStore, MemoryBlobStore.make()),
    Context.add(TenantKeys, { keyPair: () => Effect.succeed(keys) }),
    Context.add(Directory, StaticDirectory.make({ [TENANT]: users })),
    Context.add(Environment, {
      now: () => NOW,
      uuid: random.uuid,
      secret: () => "secret",
      tzdata: () => "2026a",
    }),
  );
  return Fettle.make(ports);
};

const patches = Array.from({ length: 6 }, (_, i) =>
  Patch.make({
    id: `P-${i}`,
    title: `package ${i} update`,
    platform: "Linux",
    vendor: "Lab",
    category: i % 2 === 0 ? "security" : "bugfix",
    vendorSeverity: i % 3 === 0 ? "Critical" : "Low",
    publishedAt: i,
    supersedes: i > 2 ? [{ patchId: `P-${i - 3}`, product: null }] : [],
  }),
);

/** A generated fleet, the same every time. */
const fleet = (() => {
  const random = Random.make("fleet");
  const ids = Array.from({ length: ASSETS }, () => random.uuid());
  const assets = ids.map((id) => AssetBuilders.generate(id, random, ["web", "db"]));
  const assessments = ids
    .filter(() => random.chance(0.8))
    .map((id) => {
      const states = patches.map((p) => [p.id, random.below(3)] as const);
      const inState = (wanted: number) => states.filter(([, s]) => s === wanted).map(([p]) => p);
      return [id, AssetBuilders.assessment(inState(0), inState(1))] as const;
    });
  const put = (kind: "asset" | "assessment" | "patch", id: string, body: object) =>
    ({ _tag: "Put", kind, id, body: JSON.parse(JSON.stringify(body)), indexes: [] }) as const;
  const events: readonly NewEvent[] = [];
  return {
    tenantId: TENANT,
    expect: [],
    counters: [],
    uniques: [],
    events,
    writes: [
      ...assets.map((a) => put("asset", a.id, a)),
      ...assessments.map(([id, a]) => put("assessment", id, a)),
      ...patches.map((p) => put("patch", p.id, p)),
    ],
  };
})();

const everyPage = Effect.fn(function* (fettle: Fettle.Fettle, actor: Actor.Actor, input: object) {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const more: { readonly cursor?: string } = cursor === null ? {} : { cursor };
    const page: {
      readonly rows: readonly { readonly asset: { readonly id: string } }[];
      readonly next: string | null;
    } = yield* fettle.assets.search(actor, { ...input, ...more, limit: 7 });
    ids.push(...page.rows.map((r) => r.asset.id));
    cursor = page.next;
  } while (cursor !== null);
  return ids;
});

/** Everything that a search can do, one after the other; what each answered. */
const scenario = (storage: StorageShape) =>
  Effect.gen(function* () {
    const fettle = open(storage);
    yield* fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } });
    for (const id of ["web", "db"]) yield* fettle.tags.save(mara, { id, name: id });
    yield* storage.commit(fleet);
    const told: unknown[] = [];
    for (const actor of [mara, uli]) {
      for (const view of ["all", "missing", "installed", "latest-missing"] as const) {
        const patchQuery = "vendorSeverity: Critical and category: security";
        told.push(
          yield* everyPage(fettle, actor, { view, patchQuery, sort: { by: "missing", direction: "descending" } }),
        );
        told.push(yield* everyPage(fettle, actor, { view, assetQuery: "licensed: true or hardware.model is null" }));
      }
      told.push(yield* fettle.assets.facets(actor, {}));
      const saved = yield* fettle.searches.save(actor, {
        kind: "asset",
        name: "mine",
        patchQuery: "category: security",
      });
      told.push(yield* fettle.searches.run(actor, saved.id));
      told.push(
        String(yield* Effect.flip(fettle.searches.save(actor, { kind: "asset", name: "MINE", query: "name: a" }))),
      );
      told.push(yield* fettle.searches.rename(actor, saved.id, "ours"));
      told.push(yield* fettle.searches.list(actor));
      told.push(yield* fettle.searches.recent(actor, "asset"));
    }
    return told;
  });

describe("assets on SQLite", () => {
  test("AST-04, AST-08, AST-12: are searched, counted and remembered as in memory, and after the file is opened again", async () => {
    const file = join(directory(), "assets.db");
    const expected = await Effect.runPromise(scenario(MemoryStorage.make()));
    const found = await Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), scenario)));
    expect(found).toEqual(expected);
    // The first search of the manager finds some of the fleet, and not all of it.
    expect((found[0] as readonly string[]).length).toBeGreaterThan(5);
    expect((found[0] as readonly string[]).length).toBeLessThan(ASSETS);
    const again = await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(SqliteStorage.open({ file }), (storage) =>
          Effect.all([open(storage).searches.list(mara), open(storage).searches.list(uli)]),
        ),
      ),
    );
    expect(again.map((list) => list.map((s) => s.search.name))).toEqual([["ours"], ["ours"]]);
  });
});
