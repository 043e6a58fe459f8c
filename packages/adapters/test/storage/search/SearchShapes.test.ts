/**
 * Each way in which a search is carried out, by a fleet made so that a mistake in it shows: ties in every order, assets without
 * patching, another tenant with the same ids, an asset that went. What random histories meet now and then is met here always.
 */
import { join } from "node:path";
import {
  AssetCatalog,
  AssetFacets,
  type AssetHits,
  type AssetIndexQuestion,
  type AssetPaging,
  PatchCatalog,
  type StorageShape,
  Tenant,
} from "@fettle/core";
import { AssetBuilders, PatchBuilders, SearchReference } from "@fettle/core/testing";
import * as Qql from "@fettle/qql";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { beforeAll, describe, expect, it } from "vitest";
import * as SqliteStorage from "../../../src/storage/sqlite/SqliteStorage.ts";
import * as SqliteSearch from "../../../src/storage/sqlite/search/asking/SqliteSearch.ts";
import { directories } from "../Directories.ts";

const directory = directories();
const [acme, globex] = [Tenant.of("acme"), Tenant.of("globex")];
const uuid = (n: number): string => `00000000-0000-4000-a000-${n.toString(16).padStart(12, "0")}`;
const patchId = (n: number): string => `FTSA-2026:${String(n).padStart(5, "0")}`;

type Write = Parameters<StorageShape["commit"]>[0]["writes"][number];
type Kind = "asset" | "agent" | "assessment" | "patch" | "tag";
const put = (kind: Kind, id: string, body: object): Write => ({
  _tag: "Put",
  kind,
  id,
  body: body as never,
  indexes: [],
});
const gone = (kind: Kind, id: string): Write => ({ _tag: "Delete", kind, id });

const ASSETS = 30;
const PATCHES = 8;
const DAY_MS = 86_400_000;

const lacks = (n: number) => ({
  patchId: patchId(n),
  packages: [{ name: `package-${n}`, arch: "x86_64", installed: "1-1", fixed: "2-1" }],
});

/** One asset in five has no patching; names, times and counts are equal in threes, and every fourth is unknown. */
const assetOf = (i: number, by: number): object =>
  AssetBuilders.asset(uuid(i), {
    name: `web-${Math.floor(i / 3)}`,
    osName: ["Rocky Linux 9.4", "Debian 12", "AlmaLinux 8"][i % 3] ?? "",
    activations: i % 5 === 4 ? {} : { PM: 1_000 + Math.floor(i / 4) },
    tags: ["t-1", "t-2", "t-3"].filter((_, at) => (i >> at) % 2 === by),
    facts: AssetBuilders.facts({
      manufacturer: i % 7 === 0 ? null : `Maker ${i % 6}`,
      bootedAt: i % 4 === 0 ? null : DAY_MS * (1 + Math.floor(i / 6)),
      interfaces: [0, 1].map((at) =>
        AssetBuilders.networkInterface({ mac: `02:00:00:00:0${at}:0${i % 3}`, addresses: [`10.0.${at}.${i % 4}`] }),
      ),
    }),
  });

const missingOf = (i: number): readonly number[] => [0, 1, 2, 3].filter((n) => (i + n) % 3 !== 0);
const installedOf = (i: number): readonly number[] => [4, 5, 6, 7].filter((n) => (i + n) % 2 === 0);

/** The second takes the place of the first. */
const olderOf = (n: number) => (n === 1 ? [{ patchId: patchId(0), product: null }] : []);

const fleet = (by: number): readonly Write[] => [
  ...["t-1", "t-2", "t-3"].map((id) =>
    put("tag", id, { id, name: `Team ${id}`, parent: null, rule: { _tag: "Static" } }),
  ),
  ...Array.from({ length: PATCHES }, (_, n) =>
    put(
      "patch",
      patchId(n),
      PatchBuilders.advisory(patchId(n), { title: `package-${n} of ${by}`, supersedes: olderOf(n) }),
    ),
  ),
  ...Array.from({ length: ASSETS }, (_, i) => [
    put("asset", uuid(i), assetOf(i, by)),
    put("assessment", uuid(i), {
      ...AssetBuilders.assessment([], installedOf(i).map(patchId), { assessedAt: 5_000 + Math.floor(i / 5) }),
      missing: missingOf(i).map(lacks),
    }),
  ]).flat(),
];

const compiled = <D extends Qql.Catalog.Definitions>(catalog: Qql.Catalog.Catalog<D>, text: string) => {
  const query = Qql.compile(catalog, text);
  if (!query.ok) throw new Error(`${text}: ${query.error[0]?.message}`);
  return query.value;
};

interface Asked extends Partial<Omit<AssetIndexQuestion, "asset" | "patch">> {
  readonly asset?: string;
  readonly patch?: string;
}

const question = ({ asset, patch, ...rest }: Asked): AssetIndexQuestion => ({
  view: "all",
  seen: null,
  seats: { _tag: "Activated" },
  asOf: 0,
  ...rest,
  asset: asset === undefined ? null : compiled(AssetCatalog.catalog, asset),
  patch: patch === undefined ? null : compiled(PatchCatalog.catalog, patch),
});

const seats = (count: number): AssetIndexQuestion["seats"] => ({
  _tag: "Seats",
  seats: count,
  include: null,
  exclude: null,
});

type Search = NonNullable<StorageShape["search"]>;

/** Every page of a question's list. */
const walked = Effect.fnUntraced(function* (search: Search, asked: AssetIndexQuestion, paging: AssetPaging) {
  const pages: AssetHits[] = [];
  let after = paging.after;
  do {
    const page: AssetHits = yield* search.assets(acme, asked, { ...paging, after });
    pages.push(page);
    after = page.next;
  } while (after !== null && pages.length < 50);
  return pages;
});

const file = join(directory(), "storage.db");
const batch = { expect: [], counters: [], uniques: [], events: [] };
const within = <A>(use: (storage: SqliteStorage.SqliteStorage, search: Search) => Effect.Effect<A, unknown>) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(SqliteStorage.open({ file, search: { threads: 0 } }), (storage) =>
        use(storage, storage.search as Search),
      ),
    ),
  );

const questions: readonly Asked[] = [
  {},
  { asset: "tags.name: `Team t-1`" },
  { asset: "tags.id: t-1 and tags.id: t-2" },
  { asset: "tags.id: t-1 and tags.id: t-2 and not tags.id: t-3" },
  { asset: "interfaces.macAddress: `02:00:00:00:01:01`" },
  { asset: "interfaces.macAddress: `02:00:00:00:01:01` and interfaces.address: `10.0.0.1`" },
  { asset: "interfaces.macAddress: `02:00:00:00:01:01` and tags.id: t-1" },
  { asset: "interfaces.macAddress: 02* and interfaces.macAddress: *01" },
  { asset: "interfaces.macAddress: *01 and not interfaces.macAddress: *ff" },
  { asset: "missingPatchTitle: *package-1*" },
  { asset: "installedPatchTitle: *package-5*" },
  { asset: "missingPatchTitle: *package-1* and installedPatchTitle: *package-5*" },
  { asset: "operatingSystem: Rocky* and missingPatchCount < 3" },
  // Texts that are spelled out, whose numbers are looked up beforehand as tags are: there, and not there.
  { asset: "hardware.manufacturer: `Maker 2` and not tags.id: t-1" },
  { asset: "operatingSystem: `rocky linux 9.4` and lastBoot > now-20000d" },
  { asset: "not hardware.manufacturer: `Nobody` and tags.id: t-2" },
  { asset: "hardware.manufacturer: `Maker 1` or tags.id: t-1" },
  { asset: "licensed: true", seats: seats(7) },
  { asset: "licensed: true", seats: seats(23) },
  { asset: "licensed: false", seats: seats(22) },
  { view: "missing" },
  { view: "installed" },
  { view: "latest-missing" },
  { patch: "title: *package-0*", view: "latest-missing" },
  { patch: "title: *package-2*" },
  { patch: "title: *package-2*", view: "missing" },
  { patch: "title: *package-5*", view: "installed" },
  { patch: "patchStatus: Missing and title: package*" },
  { patch: "patchStatus: Installed and title: package*" },
  { patch: "missingCount > 15" },
  { patch: "installedCount > 8", view: "installed" },
  { seen: ["t-2"] },
  { patch: "missingCount > 4", seen: ["t-2"], view: "missing" },
  { asset: "tags.id: t-1", patch: "title: *package-1*", seen: ["t-2"] },
];

const orders: readonly Omit<AssetPaging, "after" | "limit">[] = [
  { by: "name", direction: "ascending" },
  { by: "name", direction: "descending" },
  { by: "lastBoot", direction: "ascending" },
  { by: "missing", direction: "descending" },
  { by: "latestMissing", direction: "ascending" },
  { by: "operatingSystem", direction: "descending" },
  { by: "activated", direction: "ascending" },
];

describe("each way of a search of assets", () => {
  beforeAll(() =>
    within((storage) =>
      Effect.gen(function* () {
        for (const [by, tenantId] of [globex, acme].entries()) {
          yield* storage.commit({ ...batch, tenantId, writes: fleet(by) });
          // Whose patching begins, and ends, after its tags and patches are known.
          const begins = { ...assetOf(9, by), activations: { PM: 1_002 } };
          const ends = { ...assetOf(7, by), activations: {} };
          yield* storage.commit({
            ...batch,
            tenantId,
            writes: [put("asset", uuid(9), begins), put("asset", uuid(7), ends)],
          });
          // That comes, and goes with all that it had.
          yield* storage.commit({ ...batch, tenantId, writes: [put("asset", uuid(99), assetOf(7, by))] });
          yield* storage.commit({ ...batch, tenantId, writes: [gone("asset", uuid(99)), gone("asset", uuid(11))] });
        }
      }),
    ),
  );

  it.for(questions.map((asked) => [JSON.stringify(asked), asked] as const))(
    "AST-03, AST-04, AST-11, TAG-05, LIC-05: finds and counts what the reference does of %s, in every order, page by page",
    ([, asked]) =>
      within((storage, search) =>
        Effect.gen(function* () {
          const reference = SearchReference.over(storage);
          for (const order of orders) {
            for (const limit of [2, 7]) {
              const paging = { ...order, limit, after: null };
              const wanted = yield* walked(reference, question(asked), paging);
              expect(wanted[0]?.total, "finds something").toBeGreaterThan(0);
              expect(yield* walked(search, question(asked), paging)).toEqual(wanted);
            }
          }
        }),
      ),
  );

  it("AST-12: tells how many values of a facet aren't shown, and of the equally frequent the first", () =>
    within((storage, search) =>
      Effect.gen(function* () {
        const reference = SearchReference.over(storage);
        for (const values of [1, 2, 3, 100]) {
          const asked = { facets: AssetFacets.facets, values };
          const wanted = yield* reference.assetFacets(acme, question({ seats: seats(7) }), asked);
          expect(yield* search.assetFacets(acme, question({ seats: seats(7) }), asked)).toEqual(wanted);
          if (values === 1) expect(wanted.some(({ more }) => more > 1)).toBe(true);
        }
      }),
    ));

  it("PAT-10, TAG-05: counts patches over the assets that are seen, and those meant", () =>
    within((storage, search) =>
      Effect.gen(function* () {
        const reference = SearchReference.over(storage);
        const meant = { named: [uuid(1)], include: [["t-1"]], exclude: [["t-3"]] };
        for (const seen of [null, ["t-2"], ["t-2", "t-3"]]) {
          for (const selected of [null, meant]) {
            const looked = { seen, within: selected };
            const wanted = yield* reference.patchCounts(acme, looked);
            expect(wanted.counts.size).toBeGreaterThan(0);
            expect(yield* search.patchCounts(acme, looked)).toEqual(wanted);
          }
        }
      }),
    ));

  it("EVT-03: tags, patches and shared texts are looked for among those of the tenant alone, or by their numbers", () => {
    const { database, texts, search } = overheard();
    const looked = { seen: ["t-2"], within: { named: [], include: [["t-1"]], exclude: [] } };
    for (const asked of [...questions, { seats: { ...seats(7), include: [["t-1"]] } as never }]) {
      for (const by of ["name", "operatingSystem"] as const)
        search.assets(acme, question(asked), { ...byName, by, limit: 3 });
    }
    search.assetFacets(acme, question({}), { facets: AssetFacets.facets, values: 100 });
    search.patchCounts(acme, looked);
    search.timeZones(acme, { platform: "Linux", scopes: [["t-1"]], ...looked.within });
    const seen = new Set<string>();
    for (const text of texts) {
      for (const [, table = "", where = ""] of text.matchAll(LOOKED_FOR)) {
        expect(where, text).toMatch(/^(?:\w+\.)?(?:"?t"? = \?|n (?:= \?|IN $))/);
        seen.add(table);
      }
    }
    expect([...seen].sort()).toEqual(["search_asset:text", "search_patch", "search_tag"]);
    database.close();
  });

  it("counts what lacks anything by the rows of assets, and what lacks a patch by its links alone", () => {
    const { database, search } = overheard();
    const countOf = (asked: Asked): readonly string[] =>
      search
        .explainAssets(acme, question(asked), { ...byName, limit: 50 })
        .statements.filter(({ purpose }) => purpose === "count")
        .flatMap(({ steps }) => steps);
    expect(countOf({ view: "missing" })).toEqual([
      "SEARCH a USING COVERING INDEX search_asset:by:missingPatchCount:number (managed=? AND missingPatchCount:number>?)",
    ]);
    expect(countOf({ patch: `id: \`${patchId(2)}\``, view: "missing" })).toEqual([
      "SEARCH l USING COVERING INDEX search_asset_patch:by:patch (patch=? AND status=? AND managed=?)",
    ]);
    expect(countOf({ asset: "operatingSystem: Rocky*" })[0]).toBe(
      "SEARCH a USING COVERING INDEX search_asset:systems (managed=? AND operatingSystem:text=?)",
    );
    database.close();
  });

  it("an asset that went is found by nothing, and has left nothing behind", async () => {
    const database = new Database(file, { readonly: true });
    for (const table of ["search_asset_tag", "search_asset_patch", "search_assessment"]) {
      const orphans = `SELECT count(*) FROM ${table} WHERE asset NOT IN (SELECT n FROM search_asset)`;
      expect(database.prepare(orphans).pluck().get(), table).toBe(0);
    }
    const left = `SELECT count(*) FROM "search_asset_interfaces" WHERE o NOT IN (SELECT n FROM search_asset)`;
    expect(database.prepare(left).pluck().get()).toBe(0);
    database.close();
    await within((_, search) =>
      Effect.map(search.assets(acme, question({ asset: `id: \`${uuid(11)}\`` }), { ...byName, limit: 9 }), (found) =>
        expect(found).toEqual({ hits: [], total: 0, next: null }),
      ),
    );
  });

  it("reads a page along the index of its order where much is found, and sorts where little is", () => {
    const { database, texts, search } = overheard();
    const pageOf = (asked: Asked, limit: number): string | undefined => {
      texts.length = 0;
      search.assets(acme, question(asked), { ...byName, limit });
      return texts.find((text) => text.includes("ORDER BY"));
    };
    const along = 'INDEXED BY "search_asset:by:name:folded"';
    expect(pageOf({ asset: "missingPatchCount > 0 or platform: Linux" }, 2)).toContain(along);
    const sorted = pageOf({ asset: "platform: Linux and not (missingPatchCount > 2)" }, 25);
    expect(sorted).toContain('ORDER BY +a."name:folded"');
    expect(sorted).not.toContain(along);
    // Of an asset's links the one to a tag is looked for among the tag's, which lie together.
    const denied = pageOf({ asset: "not tags.id: t-1 or platform: Linux" }, 2);
    expect(denied).toContain(
      'NOT (EXISTS (SELECT 1 FROM "search_asset_tag" AS x1 INDEXED BY "search_asset_tag:by:tag" WHERE',
    );
    database.close();
  });
});

/** A search over the file, with the texts of the statements that it prepares. */
const overheard = () => {
  const database = new Database(file);
  const texts: string[] = [];
  const prepare = database.prepare.bind(database);
  database.prepare = ((text: string) => {
    texts.push(text);
    return prepare(text);
  }) as typeof database.prepare;
  return { database, texts, search: SqliteSearch.make(database) };
};

/** Where rows are looked for that both tenants have, from FROM to the first parenthesis behind WHERE. */
const LOOKED_FOR =
  /\bFROM "?(search_tag|search_patch|search_(?:asset|patch):text)"?(?: AS \w+)? (?!AS|JOIN)[^()]*?WHERE ([^()]*)/g;

const byName = { by: "name", direction: "ascending", after: null } as const;
