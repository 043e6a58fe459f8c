/** What the search tables of a database say, as text that two databases share when they say the same. */
import type { Database } from "better-sqlite3";
import type * as Layout from "../../../src/storage/search/Layout.ts";
import * as SearchTables from "../../../src/storage/sqlite/search/SearchTables.ts";

type Row = readonly unknown[];

/** Every row, numbers replaced by what they stand for, in an order of its own. */
export const dump = (database: Database): string => {
  const all = (sql: string): readonly Row[] => database.prepare<[], Row>(sql).raw().all();
  const documents = [SearchTables.assets, SearchTables.patches].flatMap((layout) => documentRows(database, layout));
  const own: readonly (readonly [string, string])[] = [
    [
      "tags",
      `SELECT x.tenant_id, g.id, stored, "id:folded", "name:folded", "name:tokens" FROM search_tag g JOIN search_tenant x ON x.t = g.t`,
    ],
    [
      "unscanned",
      "SELECT x.tenant_id, a.id FROM search_unscanned u LEFT JOIN search_asset a ON a.n = u.asset LEFT JOIN search_tenant x ON x.t = a.t",
    ],
    [
      "assessments",
      "SELECT x.tenant_id, a.id, s.digest FROM search_assessment s LEFT JOIN search_asset a ON a.n = s.asset LEFT JOIN search_tenant x ON x.t = a.t",
    ],
    [
      "asset tags",
      "SELECT x.tenant_id, a.id, y.tenant_id, g.id, l.managed = (a.managed IS NOT NULL) FROM search_asset_tag l LEFT JOIN search_asset a ON a.n = l.asset LEFT JOIN search_tenant x ON x.t = a.t LEFT JOIN search_tag g ON g.n = l.tag LEFT JOIN search_tenant y ON y.t = g.t",
    ],
    [
      "asset patches",
      "SELECT x.tenant_id, a.id, status, y.tenant_id, p.id, latest, l.managed = (a.managed IS NOT NULL) FROM search_asset_patch l LEFT JOIN search_asset a ON a.n = l.asset LEFT JOIN search_tenant x ON x.t = a.t LEFT JOIN search_patch p ON p.n = l.patch LEFT JOIN search_tenant y ON y.t = p.t",
    ],
    [
      "patch cves",
      "SELECT x.tenant_id, p.id, y.tenant_id, c.cve FROM search_cve_patch l LEFT JOIN search_patch p ON p.n = l.patch LEFT JOIN search_tenant x ON x.t = p.t LEFT JOIN search_cve c ON c.n = l.cve LEFT JOIN search_tenant y ON y.t = c.t",
    ],
    ["vulnerabilities", "SELECT x.tenant_id, v.id, qid FROM search_vulnerability v JOIN search_tenant x ON x.t = v.t"],
    [
      "vulnerability cves",
      "SELECT x.tenant_id, v.id, y.tenant_id, c.cve FROM search_vulnerability_cve l LEFT JOIN search_vulnerability v ON v.n = l.vulnerability LEFT JOIN search_tenant x ON x.t = v.t LEFT JOIN search_cve c ON c.n = l.cve LEFT JOIN search_tenant y ON y.t = c.t",
    ],
    [
      "supersedence",
      "SELECT x.tenant_id, s.id, made_of FROM search_supersedence s JOIN search_tenant x ON x.t = s.t WHERE made_of IS NOT NULL",
    ],
  ];
  const rows = [...documents, ...own.flatMap(([name, sql]) => all(sql).map((row) => [name, ...row]))];
  return rows
    .map((row) => JSON.stringify(row))
    .sort()
    .join("\n");
};

// The rows of a layout: numbers of texts become the texts, numbers of documents their ids.
const documentRows = (database: Database, layout: Layout.Layout): readonly Row[] => {
  const texts = new Map(
    database
      .prepare<[], { n: number; t: number; field: number; folded: string; tokens: string }>(
        `SELECT * FROM ${layout.dictionary}`,
      )
      .all()
      .map((row) => [row.n, row]),
  );
  const ids = new Map(
    database
      .prepare<[], { n: number; id: string; tenant: string }>(
        `SELECT n, id, tenant_id AS tenant FROM ${layout.main.name} m JOIN search_tenant x ON x.t = m.t`,
      )
      .all()
      .map(({ n, id, tenant }) => [n, `${tenant}/${id}`]),
  );
  const tenants = new Map(database.prepare<[], [number, string]>("SELECT t, tenant_id FROM search_tenant").raw().all());
  const told = (name: string, value: unknown): unknown => {
    if (value instanceof Uint8Array) return { blob: value.length };
    if (name === "n" || name === "o") return ids.get(value as number);
    if (name === "t" || name === "managed") return tenants.get(value as number);
    if (!name.endsWith(":text") || value === null) return value;
    const text = texts.get(value as number);
    return text === undefined
      ? "dangling"
      : [tenants.get(text.t), layout.sharedTexts[text.field], text.folded, text.tokens];
  };
  const tables = [layout.main.name, ...layout.tables.map(({ name }) => name)];
  const rows = tables.flatMap((table) =>
    database
      .prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`)
      .all()
      .map((row) => [table, ...Object.entries(row).map(([name, value]) => [name, told(name, value)])]),
  );
  return [...rows, ...layout.trigrams.flatMap(({ table }) => trigramRows(database, table, ids))];
};

const trigramRows = (database: Database, table: string, ids: ReadonlyMap<number, string>): readonly Row[] => {
  database.exec(
    `DROP TABLE IF EXISTS temp.words; CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, ${table}, instance)`,
  );
  const found = database.prepare<[], [string, number]>("SELECT DISTINCT term, doc FROM temp.words").raw().all();
  database.exec("DROP TABLE temp.words");
  return found.map(([term, n]) => [table, term, ids.get(n)]);
};
