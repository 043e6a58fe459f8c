/**
 * What patches, supplied files and vulnerabilities say, as rows. The row of a patch that assessments name stays, with its id
 * only, when its entity goes. What depends on all patches together follows later ({@link ./Upkeep.ts}): each change is
 * counted.
 */
import { normalCve, PatchCatalog, type SearchPart } from "@fettle/core";
import type { Database } from "better-sqlite3";
import * as Rows from "../../../search/Rows.ts";
import { patchColumns, patches, supersededByTable } from "../SearchTables.ts";
import type { Place } from "./AssetRows.ts";
import type * as EntityParts from "./EntityParts.ts";
import * as LayoutWriter from "./LayoutWriter.ts";
import * as Links from "./Links.ts";
import type * as Numbers from "./Numbers.ts";

type Part<K extends SearchPart["_tag"]> = Extract<SearchPart, { readonly _tag: K }>;

export interface PatchRows {
  readonly put: (place: Place, part: Part<"Patch">) => void;
  readonly remove: (place: Place) => void;
  /** Makes the patch's row anew after its file came or went. */
  readonly setVendorFile: (place: Place, hasVendorFile: boolean) => void;
  readonly putVulnerability: (place: Place, part: Part<"Vulnerability">) => void;
  readonly removeVulnerability: (place: Place) => void;
}

const others: ReadonlySet<string> = new Set([patchColumns.isSuperseded, supersededByTable]);

export const make = (database: Database, numbers: Numbers.Numbers, entities: EntityParts.EntityParts): PatchRows => {
  const sql = prepare(database);
  const rows = LayoutWriter.make(database, numbers, patches, others);
  const work: Work = { sql, numbers };
  const write = ({ t, id }: Place, { patch }: Part<"Patch">, hasVendorFile: boolean): number => {
    const document = PatchCatalog.toDocument(patch, { ...PatchCatalog.noContext, hasVendorFile });
    const made = (): Rows.Rows => Rows.of(patches, { ...document, isSuperseded: null });
    return rows.change(t, id, made) ?? rows.add(t, id, made());
  };
  return {
    put: (place, part) => {
      const hasVendorFile = entities.get(place.tenantId, "VendorFile", place.id) !== null;
      const n = write(place, part, hasVendorFile);
      linkCves(work, "patch", place.t, n, part.patch.cves);
      count(work, place);
    },
    remove: (place) => {
      const { t, id } = place;
      const n = rows.find(t, id);
      if (n === undefined || !sql.isStored.get(n)) return;
      linkCves(work, "patch", t, n, []);
      if (sql.isNamed.get(n) === undefined) {
        rows.remove(t, n);
        numbers.drop("patch", t, id);
      } else {
        rows.change(t, id, () => Rows.of(patches, { id }));
        sql.forgetPlace.run(n);
        sql.forgetSuperseding.run(t, n);
      }
      count(work, place);
    },
    setVendorFile: (place, hasVendorFile) => {
      const part = entities.get(place.tenantId, "Patch", place.id);
      if (part !== null) write(place, part, hasVendorFile);
    },
    putVulnerability: ({ t, id }, { qid, cves }) => {
      const known = sql.findVulnerability.get(t, id);
      if (known !== undefined) sql.setQid.run(qid, known, qid);
      const n = known ?? Number(sql.addVulnerability.run(t, id, qid).lastInsertRowid);
      linkCves(work, "vulnerability", t, n, cves);
    },
    removeVulnerability: ({ t, id }) => {
      const n = sql.findVulnerability.get(t, id);
      if (n === undefined) return;
      linkCves(work, "vulnerability", t, n, []);
      sql.removeVulnerability.run(n);
    },
  };
};

interface Work {
  readonly sql: ReturnType<typeof prepare>;
  readonly numbers: Numbers.Numbers;
}

const prepare = (database: Database) => ({
  count: database
    .prepare<[number], number>(
      `INSERT INTO search_state (t, catalogue, superseded) VALUES (?, 1, 0)
       ON CONFLICT DO UPDATE SET catalogue = catalogue + 1 RETURNING catalogue`,
    )
    .pluck(),
  mark: database.prepare(
    "INSERT INTO search_supersedence (t, id, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
  ),
  isStored: database
    .prepare<[number], number>(`SELECT ${patchColumns.title} IS NOT NULL FROM search_patch WHERE n = ?`)
    .pluck(),
  isNamed: database.prepare<[number], number>("SELECT 1 FROM search_asset_patch WHERE patch = ? LIMIT 1").pluck(),
  forgetPlace: database.prepare(`UPDATE search_patch SET ${patchColumns.isSuperseded} = NULL WHERE n = ?`),
  forgetSuperseding: database.prepare(`DELETE FROM ${supersededByTable} WHERE t = ? AND o = ?`),
  findVulnerability: database
    .prepare<[number, string], number>("SELECT n FROM search_vulnerability WHERE t = ? AND id = ?")
    .pluck(),
  addVulnerability: database.prepare("INSERT INTO search_vulnerability (t, id, qid) VALUES (?, ?, ?)"),
  setQid: database.prepare("UPDATE search_vulnerability SET qid = ? WHERE n = ? AND qid IS NOT ?"),
  removeVulnerability: database.prepare("DELETE FROM search_vulnerability WHERE n = ?"),
  cves: { patch: cveLinks(database, "patch"), vulnerability: cveLinks(database, "vulnerability") },
});

const count = ({ sql }: Work, { t, id }: Place): void => {
  sql.mark.run(t, id, sql.count.get(t));
};

const cveLinks = (database: Database, of: "patch" | "vulnerability") => {
  const table = of === "patch" ? "search_cve_patch" : "search_vulnerability_cve";
  return {
    all: database.prepare<[number], number>(`SELECT cve FROM ${table} WHERE ${of} = ?`).pluck(),
    add: database.prepare(`INSERT INTO ${table} (${of}, cve) VALUES (?, ?)`),
    remove: database.prepare(`DELETE FROM ${table} WHERE ${of} = ? AND cve = ?`),
  };
};

// PAT-05: a patch and a number are linked through a CVE that both name.
const linkCves = (
  { sql, numbers }: Work,
  of: "patch" | "vulnerability",
  t: number,
  n: number,
  cves: readonly string[],
): void => {
  const { all, add, remove } = sql.cves[of];
  const { added, gone } = Links.difference(
    all.all(n),
    cves.map((cve) => numbers.cve(t, normalCve(cve))),
  );
  for (const cve of gone) remove.run(n, cve);
  for (const cve of added) add.run(n, cve);
};
