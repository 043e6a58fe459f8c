/**
 * Whether the rows that searches read say what their entities say. What is stored of some entities is written anew, by the same
 * code, into a database in memory, and both are read back by the same statements; so whatever has come to differ shows, be it
 * that rows were changed, or that a commit once didn't change what it had to.
 *
 * Left out is what depends on all patches together: what is superseded, and what of the missing is the latest.
 */
import type { EntityKind } from "@fettle/core";
import BetterSqlite, { type Database } from "better-sqlite3";
import type * as Layout from "../../../search/Layout.ts";
import * as Trigrams from "../../../search/Trigrams.ts";
import type { Wrong } from "../../Looks.ts";
import * as SearchTables from "../SearchTables.ts";
import * as EntityParts from "./EntityParts.ts";
import * as SearchWriter from "./SearchWriter.ts";

/** Entities of a kind that are compared where not all are. Others each time. */
export const SAMPLE = 1_000;

/** Entities that are written anew at once. */
const CHUNK = 200;

type Kind = "asset" | "patch" | "tag" | "vulnerability";

/** What is told along with an entity, by the same id. */
const beside: { readonly [K in Kind]: readonly EntityKind[] } = {
  asset: ["agent", "assessment"],
  patch: ["vendorFile"],
  tag: [],
  vulnerability: [],
};

interface Entity {
  readonly tenantId: string;
  readonly id: string;
  readonly body: string;
}

/** What differs between entities and what is searched; of all, or of a sample of each kind. */
export function* differences(database: Database, isWhole: boolean): Generator<Wrong, void> {
  for (const kind of Object.keys(beside) as Kind[]) {
    const inFile = reader(database, kind);
    for (const entities of isWhole ? pages(database, kind) : [sample(database, kind)]) {
      for (let at = 0; at < entities.length; at += CHUNK) {
        yield* compared(database, kind, inFile, entities.slice(at, at + CHUNK));
      }
    }
  }
}

function* compared(
  database: Database,
  kind: Kind,
  inFile: Reader,
  entities: readonly Entity[],
): Generator<Wrong, void> {
  const anew = written(database, kind, entities);
  try {
    const inMemory = reader(anew, kind);
    for (const { tenantId, id } of entities) {
      const [wanted, found] = [inMemory(tenantId, id), inFile(tenantId, id)];
      // That a row is there at all is looked at by itself.
      if (wanted === null || found === null) continue;
      const differing = [...wanted].flatMap(([name, value]) => (found.get(name) === value ? [] : [named(name)]));
      if (differing.length === 0) continue;
      const which = [...new Set(differing)].join(", ");
      yield { tenantId, message: `searches know ${kind} ${id} otherwise than it is stored: ${which}` };
    }
  } finally {
    anew.close();
  }
}

const COLUMNS = "tenant_id AS tenantId, id, body";

const sample = (database: Database, kind: Kind): readonly Entity[] =>
  database
    .prepare<[string, string, number], Entity>(
      `SELECT ${COLUMNS} FROM entity WHERE kind = ? AND (tenant_id, id) IN (
         SELECT tenant_id, id FROM entity WHERE kind = ? ORDER BY random() LIMIT ?)`,
    )
    .all(kind, kind, SAMPLE);

function* pages(database: Database, kind: Kind): Generator<readonly Entity[], void> {
  const page = database.prepare<[string, string, string, number], Entity>(
    `SELECT ${COLUMNS} FROM entity WHERE tenant_id = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?`,
  );
  for (const tenantId of database.prepare<[], string>("SELECT DISTINCT tenant_id FROM entity").pluck().all()) {
    let rows = page.all(tenantId, kind, "", CHUNK);
    while (rows.length > 0) {
      yield rows;
      rows = page.all(tenantId, kind, rows.at(-1)?.id ?? "", CHUNK);
    }
  }
}

/** A database in memory with the search tables of these entities. */
const written = (database: Database, kind: Kind, entities: readonly Entity[]): Database => {
  const anew = new BetterSqlite(":memory:");
  anew.exec("CREATE TABLE entity (tenant_id TEXT, kind TEXT, id TEXT, body TEXT, PRIMARY KEY (tenant_id, kind, id))");
  anew.exec(SearchTables.STAMP_TABLE);
  for (const statement of SearchTables.ddl) anew.exec(statement);
  const find = database
    .prepare<[string, string, string], string>("SELECT body FROM entity WHERE tenant_id = ? AND kind = ? AND id = ?")
    .pluck();
  const add = anew.prepare("INSERT INTO entity (tenant_id, kind, id, body) VALUES (?, ?, ?, ?)");
  for (const { tenantId, id } of entities) {
    for (const other of beside[kind]) {
      const body = find.get(tenantId, other, id);
      if (body !== undefined) add.run(tenantId, other, id, body);
    }
  }
  const writer = SearchWriter.make(anew);
  for (const { tenantId, id, body } of entities) writer.put(tenantId, kind, id, EntityParts.ofText(kind, body), true);
  return anew;
};

/** What searches know of an entity, by the names of what is compared; null for nothing. */
type Reader = (tenantId: string, id: string) => ReadonlyMap<string, string> | null;

const TENANT = "(SELECT t FROM search_tenant WHERE tenant_id = ?)";

const reader = (database: Database, kind: Kind): Reader => {
  if (kind === "asset") return documents(database, SearchTables.assets, assetLinks);
  if (kind === "patch") return documents(database, SearchTables.patches, patchLinks);
  const sql =
    kind === "tag"
      ? `SELECT "id:folded", "name:folded", "name:tokens" FROM search_tag WHERE stored = 1 AND t = ${TENANT} AND id = ?`
      : `SELECT qid, (SELECT json_group_array(cve) FROM (SELECT c.cve FROM search_vulnerability_cve AS l JOIN search_cve AS c
           ON c.n = l.cve WHERE l.vulnerability = v.n ORDER BY c.cve)) AS cves
         FROM search_vulnerability AS v WHERE t = ${TENANT} AND id = ?`;
  const row = database.prepare<[string, string], Record<string, unknown>>(sql);
  return (tenantId, id) => {
    const found = row.get(tenantId, id);
    return found === undefined ? null : new Map(Object.entries(found).map(([name, value]) => [name, told(value)]));
  };
};

/** What links of a document say, by the number of its row. */
type Links = readonly (readonly [name: string, sql: string])[];

const assetLinks: Links = [
  [
    "tags",
    "SELECT g.id, l.managed FROM search_asset_tag AS l JOIN search_tag AS g ON g.n = l.tag WHERE l.asset = ? ORDER BY g.id",
  ],
  [
    "patches",
    "SELECT l.status, p.id, l.managed FROM search_asset_patch AS l JOIN search_patch AS p ON p.n = l.patch WHERE l.asset = ? ORDER BY 1, 2",
  ],
];

const patchLinks: Links = [
  ["cves", "SELECT c.cve FROM search_cve_patch AS l JOIN search_cve AS c ON c.n = l.cve WHERE l.patch = ? ORDER BY 1"],
];

const lefts: ReadonlySet<string> = new Set([
  SearchTables.assetColumns.latestMissing,
  SearchTables.patchColumns.isSuperseded,
  SearchTables.supersededByTable,
]);

const documents = (database: Database, layout: Layout.Layout, links: Links): Reader => {
  const { name, columns, scope } = layout.main;
  const shown = columns.filter((column) => !lefts.has(column.name));
  const shared = sharedIn(layout);
  const asked = [
    ...shown.map((column) => (shared.has(column.name) ? textOf(layout, column.name) : column.name)),
    ...(scope === null ? [] : [`${scope.column} IS NOT NULL`]),
  ];
  const main = database
    .prepare<[string, string], unknown[]>(
      `SELECT n, ${asked.join(", ")} FROM ${name} AS a WHERE t = ${TENANT} AND id = ?`,
    )
    .raw();
  const lists = [
    ...layout.tables.filter((table) => !lefts.has(table.name)).map((table) => elements(table, layout, shared)),
    ...links,
  ].map(([of, sql]) => [of, database.prepare<[unknown], unknown[]>(sql).raw()] as const);
  const names = [
    ...shown.map((column) => column.name),
    ...(scope === null ? [] : [named(columns[scope.at]?.name ?? "")]),
  ];
  const trigrams = layout.trigrams.map((of) => trigramReader(database, layout, of));
  return (tenantId, id) => {
    const row = main.get(tenantId, id);
    if (row === undefined) return null;
    const [n, ...values] = row;
    return new Map([
      ...values.map((value, i) => [names[i] ?? "", told(value)] as const),
      ...lists.map(([of, all]) => [of, told(all.all(n))] as const),
      ...trigrams.map((each) => each(n)),
    ]);
  };
};

// By the places of the elements, without the tenant's number and the document's.
const elements = (
  { name, path, keys, columns }: Layout.Table,
  layout: Layout.Layout,
  shared: ReadonlySet<string>,
): readonly [string, string] => {
  const places = keys.slice(1).map((key) => `a.${key}`);
  const asked = [...places, ...columns.map((c) => (shared.has(c.name) ? textOf(layout, c.name) : `a.${c.name}`))];
  const rows = `${layout.main.name} AS m JOIN ${name} AS a ON a.t = m.t AND a.o = m.n`;
  return [path, `SELECT ${asked.join(", ")} FROM ${rows} WHERE m.n = ? ORDER BY ${places.join(", ")}`];
};

/** Columns that hold the number of a text. */
const sharedIn = (layout: Layout.Layout): ReadonlySet<string> =>
  new Set(layout.sharedTexts.map((token) => `"${token}:text"`));

// The empty blob, of what has no key, is none of a text's numbers.
const textOf = ({ dictionary }: Layout.Layout, column: string): string =>
  `coalesce((SELECT json_array(field, folded, tokens) FROM ${dictionary} AS d WHERE d.n = a.${column}), typeof(a.${column}))`;

/** Whether a text is found by its trigrams. */
const trigramReader = (database: Database, { main }: Layout.Layout, { table, column, token }: Layout.Trigrams) => {
  const text = database.prepare<[unknown], unknown>(`SELECT ${column} FROM ${main.name} WHERE n = ?`).pluck();
  // A full-text table that is asked for a row's number beside its words doesn't heed it.
  const isFound = database
    .prepare<[unknown, string], number>(`SELECT ? IN (SELECT rowid FROM ${table} WHERE ${table} MATCH ?)`)
    .pluck();
  return (n: unknown): readonly [string, string] => {
    const folded = text.get(n);
    const test = { _tag: "Contains", key: "folded", text: String(folded) } as const;
    const match = typeof folded === "string" ? Trigrams.matchOf(test) : null;
    return [`parts of ${token}`, told(match === null ? null : isFound.get(n, match))];
  };
};

/** A column as people call it: the token. */
const named = (column: string): string => column.replaceAll('"', "").split(":", 1)[0] ?? column;

const told = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (each instanceof Uint8Array ? { blob: each.length } : each)) ?? "";
