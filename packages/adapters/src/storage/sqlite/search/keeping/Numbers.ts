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

/** Of each kind of number, so that a large catalogue fits; past it they are read anew. */
const KEPT_MAX = 200_000;

export const make = (database: Database): Numbers => {
  const tenants = new Map<string, number>();
  const kept = new Map<string, Map<string, number>>();
  const known = (what: string): Map<string, number> => {
    const found = kept.get(what) ?? new Map<string, number>();
    kept.set(what, found);
    if (found.size >= KEPT_MAX) found.clear();
    return found;
  };
  const of = (what: string, key: string, read: () => number): number => {
    const numbers = known(what);
    const number = numbers.get(key) ?? read();
    numbers.set(key, number);
    return number;
  };
  const sql = prepare(database);
  const texts = new Map([SearchTables.assets, SearchTables.patches].map((l) => [l.prefix, dictionary(database, l)]));
  return {
    tenant: (tenantId) => {
      const number = tenants.get(tenantId) ?? sql.findTenant.get(tenantId) ?? rowOf(sql.addTenant.run(tenantId));
      tenants.set(tenantId, number);
      return number;
    },
    tag: (t, id) => of("tag", `${t}:${id}`, () => sql.findTag.get(t, id) ?? addTag(sql, t, id)),
    patch: (t, id) =>
      of(
        "patch",
        `${t}:${id}`,
        () => sql.findPatch.get(t, id) ?? rowOf(sql.addPatch.run(t, id, StoredText.stored(FullText.fold(id)))),
      ),
    cve: (t, cve) => of("cve", `${t}:${cve}`, () => sql.findCve.get(t, cve) ?? rowOf(sql.addCve.run(t, cve))),
    text: ({ prefix }, t, keys) =>
      of(prefix, `${t}:${keys.field}:${keys.folded}`, () => texts.get(prefix)?.(t, keys) ?? 0),
    drop: (what, t, id) => {
      known(what).delete(`${t}:${id}`);
    },
    forget: () => {
      tenants.clear();
      kept.clear();
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

const dictionary = (database: Database, layout: Layout.Layout) => {
  const { share } = RowSql.of(layout);
  const find = database.prepare<[number, number, string], number>(share.find).pluck();
  const add = database.prepare(share.add);
  return (t: number, { field, folded, tokens }: Rows.SharedKeys): number =>
    find.get(t, field, folded) ?? rowOf(add.run(t, field, folded, tokens));
};
