import { join } from "node:path";
import { AssetCatalog, type AssetIndexQuestion, type AssetPaging, Tenant } from "@fettle/core";
import { AssetBuilders } from "@fettle/core/testing";
import * as Qql from "@fettle/qql";
import Database from "better-sqlite3";
import * as Effect from "effect/Effect";
import { beforeAll, describe, expect, it } from "vitest";
import * as SqliteStorage from "../../../src/storage/sqlite/SqliteStorage.ts";
import * as SqliteSearch from "../../../src/storage/sqlite/search/asking/SqliteSearch.ts";
import { directories } from "../Directories.ts";

const directory = directories();
const acme = Tenant.of("acme");
const file = join(directory(), "storage.db");

const MANY = 5_100;
const FEWER = 4_900;
/** So many assets a file may have, that little is found of them. */
const NUMBERS = 30_000_000;

const put = (kind: "tag" | "asset", id: string, body: object) =>
  ({ _tag: "Put", kind, id, body: body as never, indexes: [] }) as const;

const first = put(
  "asset",
  "00000000-0000-4000-a000-000000000000",
  AssetBuilders.asset("00000000-0000-4000-a000-000000000000", {
    name: "n-00000",
    activations: { PM: 1 },
    tags: ["t-1", "t-2", "t-3"],
  }),
);

/** As many rows as that takes, written as the first one is; names in an order that numbers don't have. */
const multiplied = `
  CREATE TEMP TABLE columns_of AS SELECT * FROM search_asset;
  WITH RECURSIVE i (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < ${MANY - 1})
  INSERT INTO search_asset (n, t, id, "name:folded", "name:tokens", "activated:number", managed)
  SELECT c.n + i, c.t, printf('id-%05d', i), printf('n-%05d', (i * 7) % ${MANY}), printf(' n %05d ', (i * 7) % ${MANY}), 1, c.managed
  FROM i CROSS JOIN columns_of AS c;
  INSERT INTO search_asset_tag (asset, tag, managed)
  SELECT a.n, g.n, 1 FROM search_asset AS a CROSS JOIN search_tag AS g
  WHERE a.id LIKE 'id-%' AND (g.id <> 't-3' OR a.id < printf('id-%05d', ${FEWER}));
  INSERT INTO search_asset (n, t, id, "name:folded") VALUES (${NUMBERS}, 0, 'last', '');`;

const question = (text: string): AssetIndexQuestion => {
  const query = Qql.compile(AssetCatalog.catalog, text);
  if (!query.ok) throw new Error(text);
  return { asset: query.value, patch: null, view: "all", seen: null, seats: { _tag: "Activated" }, asOf: 0 };
};

const walked = (search: SqliteSearch.SqliteSearch, asked: AssetIndexQuestion, limit: number) => {
  const keys: unknown[] = [];
  const totals = new Set<number>();
  let after: AssetPaging["after"] = null;
  do {
    const page = search.assets(acme, asked, { by: "name", direction: "ascending", after, limit });
    totals.add(page.total);
    keys.push(...page.hits.map(({ id }) => id));
    after = page.next;
  } while (after !== null);
  return { ids: keys, totals: [...totals] };
};

describe("a search that finds thousands by several sets", () => {
  beforeAll(async () => {
    await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(SqliteStorage.open({ file }), (storage) => {
          const tags = ["t-1", "t-2", "t-3"].map((id) =>
            put("tag", id, { id, name: id, parent: null, rule: { _tag: "Static" } }),
          );
          const batch = { tenantId: acme, expect: [], counters: [], uniques: [], events: [] };
          return storage.commit({ ...batch, writes: [...tags, first] });
        }),
      ),
    );
    const database = new Database(file);
    database.exec(multiplied);
    database.close();
  });

  it.each([
    ["more than are noted as they are counted", "tags.id: t-1 and tags.id: t-2", MANY],
    ["as many as are noted", "tags.id: t-1 and tags.id: t-3", FEWER],
  ])("AST-03: shows each of them once and in order: %s", (_, text, count) => {
    const database = new Database(file);
    const names = new Map(
      database.prepare<[], [string, string]>('SELECT id, "name:folded" FROM search_asset').raw().all(),
    );
    const { ids, totals } = walked(SqliteSearch.make(database), question(text), 1_000);
    expect(totals).toEqual([count]);
    expect([ids.length, new Set(ids).size]).toEqual([count, count]);
    const shown = ids.map((id) => names.get(String(id)) ?? "");
    expect(shown).toEqual([...shown].sort());
    database.close();
  });
});
