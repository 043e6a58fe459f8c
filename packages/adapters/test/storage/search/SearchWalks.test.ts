import { join } from "node:path";
import {
  AssetCatalog,
  type AssetHits,
  type AssetIndexQuestion,
  type AssetPaging,
  PatchCatalog,
  type StorageShape,
  Tenant,
} from "@fettle/core";
import { AssetBuilders, PatchBuilders } from "@fettle/core/testing";
import { compile } from "@fettle/qql";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as SqliteStorage from "../../../src/storage/sqlite/SqliteStorage.ts";
import { directories } from "../Directories.ts";

const directory = directories();
const tenantId = Tenant.of("acme");
const uuid = (n: number): string => `00000000-0000-4000-a000-${n.toString(16).padStart(12, "0")}`;
const runs = (times: number) => ({
  numRuns: Math.ceil(times * Number(process.env.FETTLE_RUNS ?? 1)),
  seed: Number(process.env.FETTLE_SEED ?? 20260201),
});

const everything: AssetIndexQuestion = {
  asset: null,
  patch: null,
  view: "all",
  seen: null,
  seats: { _tag: "Activated" },
  asOf: 0,
};
const byName: AssetPaging = { by: "name", direction: "ascending", after: null, limit: 10 };

const assetQuery = (text: string) => {
  const query = compile(AssetCatalog.catalog, text);
  if (!query.ok) throw new Error(text);
  return query.value;
};
const patchQuery = (text: string) => {
  const query = compile(PatchCatalog.catalog, text);
  if (!query.ok) throw new Error(text);
  return query.value;
};

/** A thousand short values, so that two lists of them fit into a query. */
const short = (from: number): string => Array.from({ length: 1_000 }, (_, n) => from + n).join(",");

type Write = Parameters<StorageShape["commit"]>[0]["writes"][number];
const put = (kind: "asset" | "patch" | "assessment", id: string, body: object): Write => ({
  _tag: "Put",
  kind,
  id,
  body: body as never,
  indexes: [],
});

/** Runs with a storage of its own and what it searches by. */
const within = <A>(
  use: (storage: StorageShape, search: NonNullable<StorageShape["search"]>) => Effect.Effect<A, unknown>,
) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const storage = yield* SqliteStorage.open({ file: join(directory(), "storage.db") });
        return yield* use(storage, storage.search as NonNullable<StorageShape["search"]>);
      }),
    ),
  );

const commit = (storage: StorageShape, writes: readonly Write[]) =>
  storage.commit({ tenantId, expect: [], counters: [], uniques: [], writes, events: [] });

describe("a walk over the pages of a search", () => {
  it("AST-03: shows every asset that stands unchanged exactly once, whatever comes, goes and is renamed meanwhile", async () => {
    const change = fc.record({
      of: fc.integer({ min: 100, max: 139 }),
      name: fc.option(fc.constantFrom("a-new", "m-new", "z-new"), { freq: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(change, { maxLength: 6 }), { minLength: 12, maxLength: 12 }),
        fc.constantFrom("ascending" as const, "descending" as const),
        fc.integer({ min: 3, max: 9 }),
        async (changes, direction, limit) => {
          const seen = await within((storage, search) =>
            Effect.gen(function* () {
              // Those below 100 stay; names are shared, so that ids decide.
              const standing = Array.from({ length: 40 }, (_, n) =>
                AssetBuilders.asset(uuid(n), { name: `m-${n % 7}` }),
              );
              const moving = Array.from({ length: 20 }, (_, n) =>
                AssetBuilders.asset(uuid(100 + n), { name: `n-${n}` }),
              );
              yield* commit(
                storage,
                [...standing, ...moving].map((a) => put("asset", a.id, a)),
              );
              const ids: string[] = [];
              let after: AssetPaging["after"] = null;
              for (let page = 0; page === 0 || after !== null; page += 1) {
                const found: AssetHits = yield* search.assets(tenantId, everything, {
                  ...byName,
                  direction,
                  limit,
                  after,
                });
                ids.push(...found.hits.map((hit) => hit.id));
                after = found.next;
                const writes = (changes[page % changes.length] ?? []).map(
                  ({ of, name }): Write =>
                    name === null
                      ? { _tag: "Delete", kind: "asset", id: uuid(of) }
                      : put("asset", uuid(of), AssetBuilders.asset(uuid(of), { name })),
                );
                // Each moves once at most in a walk, or a walk could go on for ever.
                if (page < changes.length) yield* commit(storage, writes);
              }
              return ids.filter((id) => standing.some((a) => a.id === id));
            }),
          );
          expect([...seen].sort()).toEqual(Array.from({ length: 40 }, (_, n) => uuid(n)).sort());
        },
      ),
      runs(8),
    );
  });

  it("sees what was committed before it was asked", () =>
    within((storage, search) =>
      Effect.gen(function* () {
        for (let n = 0; n < 30; n += 1) {
          yield* commit(storage, [put("asset", uuid(n), AssetBuilders.asset(uuid(n), { name: `host ${n}` }))]);
          const found = yield* search.assets(
            tenantId,
            { ...everything, asset: assetQuery(`name: \`host ${n}\``) },
            byName,
          );
          expect(found.hits.map((hit) => hit.id)).toEqual([uuid(n)]);
        }
      }),
    ));

  it("takes the longest lists of values that a query may hold, of assets and of patches at once", () =>
    within((storage, search) =>
      Effect.gen(function* () {
        const tag = (n: number) => String(n);
        const named = AssetBuilders.asset(uuid(1), { tags: [tag(7)] });
        yield* commit(storage, [
          put("asset", named.id, { ...named, assignedTags: [tag(7)], tags: [tag(7)] }),
          put("patch", tag(9), PatchBuilders.advisory(tag(9))),
          put("assessment", named.id, AssetBuilders.assessment([tag(9)], [])),
        ]);
        const list = (from: number) => Array.from({ length: 1_000 }, (_, n) => `\`${tag(from + n)}\``).join(", ");
        const asset = assetQuery(`tags.id: [${list(0)}]`);
        const patch = patchQuery(`id: [${list(0)}] and not title: [\`none\`]`);
        const question = { ...everything, asset, patch, view: "missing" } as const;
        const found = yield* search.assets(tenantId, question, byName);
        expect(found.hits.map((hit) => [hit.id, hit.matching])).toEqual([[uuid(1), 1]]);
        const facets = yield* search.assetFacets(tenantId, question, { facets: ["tag", "platform"], values: 5 });
        expect(facets.map(({ values }) => values.length)).toEqual([1, 1]);
        const plan = yield* search.explainAssets(tenantId, question, byName);
        expect(plan.statements.map((s) => s.purpose)).toEqual(["patches", "count", "page"]);
        // Twice a thousand: named once each.
        const twice = assetQuery(`tags.id: [${short(0)}] or hardware.serialNumber: [${short(0)}]`);
        expect((yield* search.assets(tenantId, { ...question, asset: twice }, byName)).total).toBe(1);
      }),
    ));

  it("EVT-03: finds nothing of another tenant's, by no question", () =>
    within((storage, search) =>
      Effect.gen(function* () {
        const asset = AssetBuilders.asset(uuid(1), { tags: ["red"] });
        yield* commit(storage, [
          put("asset", asset.id, { ...asset, assignedTags: ["red"], tags: ["red"] }),
          put("patch", "P-1", PatchBuilders.advisory("P-1")),
          put("assessment", asset.id, AssetBuilders.assessment(["P-1"], [])),
        ]);
        const other = Tenant.of("globex");
        expect((yield* search.assets(other, everything, byName)).total).toBe(0);
        expect((yield* search.patchCounts(other, { seen: null, within: null })).counts.size).toBe(0);
        // Known to the store by an entity of the same id, and still not the other's.
        yield* storage.commit({
          tenantId: other,
          expect: [],
          counters: [],
          uniques: [],
          writes: [put("asset", uuid(2), AssetBuilders.asset(uuid(2)))],
          events: [],
        });
        const found = yield* search.assets(other, { ...everything, asset: assetQuery("not tags.name: red") }, byName);
        expect(found.hits.map((hit) => hit.id)).toEqual([uuid(2)]);
        expect((yield* search.assets(other, { ...everything, view: "missing" }, byName)).total).toBe(0);
        expect((yield* search.licensed(other, { _tag: "Activated" }, [uuid(1), uuid(2)])).size).toBe(1);
      }),
    ));
});

describe("how a search is carried out", () => {
  const explained = (question: Partial<AssetIndexQuestion>) =>
    within((storage, search) =>
      Effect.gen(function* () {
        const assets = Array.from({ length: 200 }, (_, n) => AssetBuilders.asset(uuid(n), { name: `host-${n}` }));
        yield* commit(
          storage,
          assets.map((a) => put("asset", a.id, a)),
        );
        yield* commit(storage, [put("patch", "P-1", PatchBuilders.advisory("P-1"))]);
        return yield* search.explainAssets(tenantId, { ...everything, ...question }, byName);
      }),
    );

  it("tells statements, plans and indexes; values aren't among them", async () => {
    const plan = await explained({ asset: assetQuery("name: `host-7`") });
    expect(plan.statements.map((s) => s.purpose)).toEqual(["count", "page"]);
    const [count] = plan.statements;
    expect(count?.indexes).toContain("search_asset:by:name:folded");
    expect(count?.steps.join("\n")).toMatch(/SEARCH a USING/);
    expect(JSON.stringify(plan)).not.toContain("host-7");
    expect(plan.warnings).toEqual([]);
  });

  it("warns of conditions for which every asset is read", async () => {
    const plan = await explained({ asset: assetQuery("not location: Lisbon") });
    expect(plan.warnings.join("\n")).toMatch(/every asset is looked at/);
    expect(plan.cost).toBeGreaterThan((await explained({ asset: assetQuery("name: `host-7`") })).cost);
  });

  it("tells how the patches of a patch query are found", async () => {
    const plan = await explained({ patch: patchQuery("kb: KB5034441"), view: "missing" });
    expect(plan.statements.map((s) => s.purpose)).toEqual(["patches", "count", "page"]);
  });
});
