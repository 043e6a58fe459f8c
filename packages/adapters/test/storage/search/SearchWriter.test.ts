import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Asset,
  AssetCatalog,
  AssetSearch,
  type EntityKind,
  normalCve,
  Patch,
  PatchCatalog,
  type SearchPart,
  SearchParts,
  Supersedence,
} from "@fettle/core";
import * as Qql from "@fettle/qql";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SqliteStorage } from "../../../src/storage/sqlite/index.ts";
import * as Reindex from "../../../src/storage/sqlite/search/keeping/Reindex.ts";
import * as Upkeep from "../../../src/storage/sqlite/search/keeping/Upkeep.ts";
import * as SearchTables from "../../../src/storage/sqlite/search/SearchTables.ts";
import { directories } from "../Directories.ts";
import { batch, failingEvents, tenants } from "./EntityBatches.ts";
import { dump } from "./SearchDump.ts";
import * as StoredDocuments from "./StoredDocuments.ts";

const runs = Number(process.env.FETTLE_RUNS ?? 1);
const seed = Number(process.env.FETTLE_SEED ?? 31);
const directory = directories();
const everything: Upkeep.Needs = { supersedence: true, latest: true };

const opened = async (file: string) => {
  const scope = Effect.runSync(Scope.make());
  const storage = await Effect.runPromise(Scope.provide(SqliteStorage.open({ file }), scope));
  return { storage, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) };
};

// A copy is quicker than making the tables.
const empty = (async () => {
  const file = join(directory(), "empty.db");
  await (await opened(file)).close();
  return file;
})();

const machine = {
  id: "a1",
  name: "web",
  platform: "Linux",
  osFamily: "Red Hat",
  osName: "Rocky Linux 9",
  arch: "x86_64",
  timeZone: "UTC",
  activations: { PM: 1 },
  provisionedAt: 1,
  activationKey: "k",
};

const advisory: Omit<Patch.PatchInput, "id"> = {
  title: "openssl",
  platform: "Linux",
  vendor: "Lab",
  category: "security",
  vendorSeverity: "Critical",
  publishedAt: 1,
};

const keepUp = (database: Database.Database): void => {
  const upkeep = Upkeep.make(database);
  for (const t of database.prepare<[], number>("SELECT t FROM search_tenant").pluck().all())
    upkeep.before(t, everything);
};

const step = fc.oneof(
  { weight: 5, arbitrary: fc.array(batch, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant("keep up" as const) },
);

/** Carries batches out on a new file, some together, and then looks at the file through another connection. */
const after = async (
  steps: readonly (readonly unknown[] | "keep up")[],
  look: (database: Database.Database) => void,
): Promise<void> => {
  const file = join(directory(), "a.db");
  copyFileSync(await empty, file);
  const { storage, close } = await opened(file);
  const other = new Database(file);
  other.exec(failingEvents);
  for (const each of steps) {
    if (each === "keep up") keepUp(other);
    else {
      const commits = (each as Parameters<typeof storage.commit>[0][]).map((b) => Effect.exit(storage.commit(b)));
      await Effect.runPromise(Effect.all(commits, { concurrency: "unbounded" }));
    }
  }
  await close();
  other.close();
  const database = new Database(file);
  look(database);
  database.close();
};

const mustBeAsFilledAnew = (database: Database.Database): void => {
  // A database in memory has no write-ahead log.
  database.pragma("journal_mode = DELETE");
  const fresh = new Database(readFileSync(database.name));
  Reindex.run(fresh);
  keepUp(fresh);
  keepUp(database);
  expect(dump(database)).toBe(dump(fresh));
  expect(fresh.pragma("integrity_check", { simple: true })).toBe("ok");
  fresh.close();
};

test("the search tables are those that the entities would be filled into anew, after any batches", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12, size: "max" }), async (steps) => {
      await after(steps, (database) => {
        mustBeAsFilledAnew(database);
      });
    }),
    { numRuns: 80 * runs, seed },
  );
});

test("a patch or tag whose row went is linked by its new row when it comes again", async () => {
  const nothing = { tenantId: "t1", expect: [], counters: [], uniques: [], events: [] };
  const write = (kind: EntityKind, id: string, body: unknown) =>
    [{ ...nothing, writes: [{ _tag: "Put", kind, id, body: body as null, indexes: [] }] }] as const;
  const remove = (kind: EntityKind, id: string) => [{ ...nothing, writes: [{ _tag: "Delete", kind, id }] }] as const;
  const asset = (tags: readonly string[]) => write("asset", "a1", { ...machine, tags, assignedTags: tags });
  const assessment = (installed: readonly string[]) =>
    write("assessment", "a1", { snapshot: "s", assessedAt: 1, missing: [], installed, unknown: [] });
  const patch = (id: string) => write("patch", id, Patch.make({ ...advisory, id }));
  const tag = (id: string) => write("tag", id, { id, name: id, parent: null });
  const life = [
    patch("p1"),
    tag("g1"),
    asset(["g1"]),
    assessment(["p1"]),
    asset([]),
    assessment([]),
    remove("patch", "p1"),
    remove("tag", "g1"),
    // Whoever takes the numbers that have become free.
    patch("p2"),
    tag("g2"),
    asset(["g1"]),
    assessment(["p1"]),
    patch("p1"),
    tag("g1"),
  ];
  await after(life, mustBeAsFilledAnew);
});

type Part<K extends SearchPart["_tag"]> = Extract<SearchPart, { readonly _tag: K }>;

/** What stands of a kind, of what reads. */
const standing = <K extends SearchPart["_tag"]>(
  database: Database.Database,
  tenantId: string,
  kind: EntityKind,
  tag: K,
): ReadonlyMap<string, { readonly body: unknown; readonly part: Part<K> }> =>
  new Map(
    database
      .prepare<[string, string], { id: string; body: string }>(
        "SELECT id, body FROM entity WHERE tenant_id = ? AND kind = ?",
      )
      .all(tenantId, kind)
      .flatMap(({ id, body: text }) => {
        const body: unknown = JSON.parse(text);
        const part = SearchParts.ofStored(kind, body);
        return part?._tag === tag ? [[id, { body, part: part as Part<K> }] as const] : [];
      }),
  );

const graphOf = (patches: Iterable<{ readonly part: Part<"Patch"> }>): Supersedence.Supersedence =>
  Supersedence.make([...patches].map(({ part }) => part.patch));

const assetDocuments = (database: Database.Database, tenantId: string) => {
  const patches = standing(database, tenantId, "patch", "Patch");
  const agents = standing(database, tenantId, "agent", "Agent");
  const assessments = standing(database, tenantId, "assessment", "Assessment");
  const tags = standing(database, tenantId, "tag", "Tag");
  const graph = graphOf(patches.values());
  const titles = (ids: readonly string[]) => ids.flatMap((id) => patches.get(id)?.part.patch.title ?? []);
  return [...standing(database, tenantId, "asset", "Asset")].map(([id, { body, part }]) => {
    const assessed = part.isScanned ? assessments.get(id)?.part.assessment : undefined;
    const document = AssetCatalog.toDocument(body as Asset, {
      isLicensed: false,
      tagName: (tagId) => tags.get(tagId)?.part.name,
      agent: agents.get(id)?.part ?? null,
      patches:
        assessed === undefined
          ? null
          : {
              assessedAt: assessed.assessedAt,
              missing: assessed.missing.length,
              installed: assessed.installed.length,
              latestMissing: AssetSearch.latestMissing(assessed, graph).length,
              missingTitles: titles(assessed.missing.map((m) => m.patchId)),
              installedTitles: titles(assessed.installed),
            },
    });
    return [id, document] as const;
  });
};

const patchDocuments = (database: Database.Database, tenantId: string) => {
  const patches = standing(database, tenantId, "patch", "Patch");
  const files = standing(database, tenantId, "vendorFile", "VendorFile");
  const graph = graphOf(patches.values());
  const vulnerabilities = [...standing(database, tenantId, "vulnerability", "Vulnerability").values()];
  return [...patches].map(
    ([
      id,
      {
        part: { patch },
      },
    ]) => {
      const cves = new Set(patch.cves.map(normalCve));
      const document = PatchCatalog.toDocument(patch, {
        qids: vulnerabilities.filter(({ part }) => part.cves.some((cve) => cves.has(cve))).map(({ part }) => part.qid),
        counts: null,
        isSuperseded: Supersedence.isSuperseded(graph, id),
        supersededBy: Supersedence.supersededBy(graph, id),
        hasVendorFile: files.has(id),
      });
      return [id, document] as const;
    },
  );
};

/** Documents that the tables hold, by id. */
const held = (database: Database.Database, layout: typeof SearchTables.assets, tenantId: string, isStored: string) =>
  database
    .prepare<[string], { t: number; n: number; id: string }>(
      `SELECT m.t AS t, m.n AS n, m.id AS id FROM ${layout.main.name} AS m JOIN search_tenant AS x ON x.t = m.t
       WHERE x.tenant_id = ? AND ${isStored} ORDER BY id`,
    )
    .all(tenantId)
    .map(({ t, n, id }) => [
      id,
      StoredDocuments.comparable(layout.catalog, StoredDocuments.read(database, layout, t, n)),
    ]);

const expected = (
  catalog: Qql.Catalog.Catalog,
  documents: readonly (readonly [string, Qql.Catalog.AnyDocument])[],
): readonly unknown[] =>
  documents
    .map(([id, document]) => [id, StoredDocuments.comparable(catalog, Qql.Key.document(catalog, document))] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

test("AST-02, AST-07, PAT-01, PAT-05: tables hold the keys of every asset and patch with all that is known of it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12, size: "max" }), async (steps) => {
      await after(steps, (database) => {
        keepUp(database);
        for (const tenantId of tenants) {
          const assets = held(database, SearchTables.assets, tenantId, "1");
          expect(assets).toEqual(expected(SearchTables.assets.catalog, assetDocuments(database, tenantId)));
          const patches = held(database, SearchTables.patches, tenantId, SearchTables.isPatchStored("m"));
          expect(patches).toEqual(expected(SearchTables.patches.catalog, patchDocuments(database, tenantId)));
        }
      });
    }),
    { numRuns: 50 * runs, seed: seed + 1 },
  );
});
