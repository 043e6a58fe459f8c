/**
 * The numbers of what search tables name by number: tenants, tags, patches, CVE ids and the texts of dictionaries. What has
 * none gets one.
 *
 * Numbers once read are kept, which saves most statements of a write. They are true as long as nobody else wrote to the file
 * and nothing was rolled back: then {@link Numbers.forget}.
 */
import { FullText } from "@fettle/qql";
import type { Database } from "better-sqlite3";
import type * as Layout from "../../../search/Layout.ts";
import * as RowSql from "../../../search/RowSql.ts";
import type * as Rows from "../../../search/Rows.ts";
import * as StoredText from "../../../search/StoredText.ts";
import * as SearchTables from "../SearchTables.ts";
import * as KeptNumbers from "./KeptNumbers.ts";

export interface Numbers {
  readonly tenant: (tenantId: string) => number;
  /** Of a tag that may have no entity: then its name is its id. */
  readonly tag: (t: number, id: string) => number;
  /** Of a patch that may have no entity: then its row has its id only. */
  readonly patch: (t: number, id: string) => number;
  readonly cve: (t: number, cve: string) => number;
  /** Of a text in the dictionary of a layout. */
  readonly text: (layout: Layout.Layout, t: number, keys: Rows.SharedKeys) => number;
  /** Forgets one number, whose row is gone. */
  readonly drop: (what: "tag" | "patch", t: number, id: string) => void;
  /** Forgets every number. */
  readonly forget: () => void;
}

/** A large catalogue fits, and the texts of a large fleet. */
const KEPT_MAX = 500_000;

export const make = (database: Database): Numbers => {
  const tenants = new Map<string, number>();
  const kept = KeptNumbers.make(KEPT_MAX);
  const named = { tag: kept.kind(), patch: kept.kind(), cve: kept.kind() };
  const sql = prepare(database);
  const texts = new Map(
    [SearchTables.assets, SearchTables.patches].map((l) => [l.prefix, dictionary(database, l, kept)]),
  );
  return {
    tenant: (tenantId) => {
      const number = tenants.get(tenantId) ?? sql.findTenant.get(tenantId) ?? rowOf(sql.addTenant.run(tenantId));
      tenants.set(tenantId, number);
      return number;
    },
    tag: (t, id) => named.tag.of(t, id, () => sql.findTag.get(t, id) ?? addTag(sql, t, id)),
    patch: (t, id) => named.patch.of(t, id, () => sql.findPatch.get(t, id) ?? addPatch(sql, t, id)),
    cve: (t, cve) => named.cve.of(t, cve, () => sql.findCve.get(t, cve) ?? rowOf(sql.addCve.run(t, cve))),
    text: ({ prefix }, t, keys) => texts.get(prefix)?.(t, keys) ?? 0,
    drop: (what, t, id) => named[what].drop(t, id),
    forget: () => {
      tenants.clear();
      kept.forget();
    },
  };
};

const prepare = (database: Database) => ({
  findTenant: database.prepare<[string], number>("SELECT t FROM search_tenant WHERE tenant_id = ?").pluck(),
  addTenant: database.prepare("INSERT INTO search_tenant (tenant_id) VALUES (?)"),
  findTag: database.prepare<[number, string], number>("SELECT n FROM search_tag WHERE t = ? AND id = ?").pluck(),
  addTag: database.prepare(
    `INSERT INTO search_tag (t, id, stored, "id:folded", "name:folded", "name:tokens") VALUES (?, ?, 0, ?, ?, ?)`,
  ),
  findPatch: database.prepare<[number, string], number>("SELECT n FROM search_patch WHERE t = ? AND id = ?").pluck(),
  addPatch: database.prepare(`INSERT INTO search_patch (t, id, "id:folded") VALUES (?, ?, ?)`),
  findCve: database.prepare<[number, string], number>("SELECT n FROM search_cve WHERE t = ? AND cve = ?").pluck(),
  addCve: database.prepare("INSERT INTO search_cve (t, cve) VALUES (?, ?)"),
});

const rowOf = ({ lastInsertRowid }: { readonly lastInsertRowid: number | bigint }): number => Number(lastInsertRowid);

const addTag = (sql: ReturnType<typeof prepare>, t: number, id: string): number => {
  const folded = StoredText.stored(FullText.fold(id));
  return rowOf(sql.addTag.run(t, id, folded, folded, FullText.tokensOf(folded)));
};

const addPatch = (sql: ReturnType<typeof prepare>, t: number, id: string): number =>
  rowOf(sql.addPatch.run(t, id, StoredText.stored(FullText.fold(id))));

const dictionary = (database: Database, layout: Layout.Layout, kept: KeptNumbers.KeptNumbers) => {
  const { share } = RowSql.of(layout);
  const find = database.prepare<[number, number, string], number>(share.find).pluck();
  const add = database.prepare(share.add);
  const fields = layout.sharedTexts.map(() => kept.kind());
  const read = (t: number, { field, folded, tokens }: Rows.SharedKeys): number =>
    find.get(t, field, folded) ?? rowOf(add.run(t, field, folded, tokens));
  return (t: number, keys: Rows.SharedKeys): number | undefined =>
    fields[keys.field]?.of(t, keys.folded, () => read(t, keys));
};
