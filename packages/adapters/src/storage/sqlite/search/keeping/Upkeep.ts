/**
 * Brings up to date what depends on all patches together, when a question needs it: of patches `isSuperseded` and
 * `supersededBy`, of assets which of their missing patches are the latest. Writes of patches only count themselves, for a
 * feed writes thousands of them.
 *
 * A patch that was written changes the places of those that links connect it with, by its former links or by its new ones,
 * and so what is the latest on assets that lack one of them. Of all others nothing is worked out anew.
 */
import { createHash } from "node:crypto";
import { AssetSearch, type Patch, Supersedence } from "@fettle/core";
import type { Database } from "better-sqlite3";
import * as Rows from "../../../search/Rows.ts";
import type * as WriteTurns from "../../WriteTurns.ts";
import { assetColumns, MISSING, patchColumns, patches, supersededByTable } from "../SearchTables.ts";
import * as EntityParts from "./EntityParts.ts";
import * as PatchGraph from "./PatchGraph.ts";

/** What a question is about. */
export interface Needs {
  /** A patch's place among the others. */
  readonly supersedence: boolean;
  /** Which of the missing patches of all assets are the latest. */
  readonly latest: boolean;
}

export interface Upkeep {
  /** Whether there is anything to do. */
  readonly isDue: (t: number, needs: Needs) => boolean;
  /** Does what there is to do, one transaction at a time; between them others may write. */
  readonly steps: (t: number, needs: Needs) => Generator<void, void>;
  /** All {@link steps} at once. */
  readonly before: (t: number, needs: Needs) => void;
  /** Works out the latest of these assets only, by their numbers. */
  readonly assets: (t: number, numbers: readonly number[]) => void;
}

/** Assets of one transaction: about 20 ms. */
const CHUNK = 200;

export const make = (database: Database, inTurn: WriteTurns.InTurn = (write) => write()): Upkeep => {
  const work: Work = {
    sql: prepare(database),
    entities: EntityParts.make(database),
    graphs: PatchGraph.make(database),
  };
  const { sql } = work;
  const writing = <A>(write: () => A): A => inTurn(() => database.transaction(write).immediate());
  const arePlacesDue = (t: number): boolean => sql.arePlacesDue.get(t) === 1;
  const isDue = (t: number, { supersedence, latest }: Needs): boolean =>
    ((supersedence || latest) && arePlacesDue(t)) || (latest && sql.unknown.get(t, 0, 1) !== undefined);
  function* steps(t: number, needs: Needs): Generator<void, void> {
    if (!isDue(t, needs)) return;
    const tenant = { t, tenantId: sql.tenant.get(t) ?? "" };
    do {
      if (arePlacesDue(t)) {
        writing(() => setPlaces(work, tenant));
        yield;
      }
      let after: number | undefined = needs.latest ? 0 : undefined;
      while (after !== undefined) {
        const from: number = after;
        after = writing(() => setLatestOfSome(work, tenant, from));
        yield;
      }
      // Patches that were written in between may have made some unknown again.
    } while (arePlacesDue(t));
  }
  return {
    isDue,
    steps,
    before: (t, needs) => {
      for (const _ of steps(t, needs));
    },
    assets: (t, numbers) => {
      if (!arePlacesDue(t) && numbers.every((n) => sql.isUnknown.get(n) === undefined)) return;
      const tenant = { t, tenantId: sql.tenant.get(t) ?? "" };
      writing(() => {
        if (arePlacesDue(t)) setPlaces(work, tenant);
        for (const n of numbers) {
          const id = sql.isUnknown.get(n);
          if (id !== undefined) setLatest(work, tenant, n, id);
        }
      });
    },
  };
};

interface Work {
  readonly sql: ReturnType<typeof prepare>;
  readonly entities: EntityParts.EntityParts;
  readonly graphs: PatchGraph.PatchGraphs;
}

const { latestMissing, scannedAt } = assetColumns;
/** Of which assets it isn't known which of their missing patches are the latest. */
export const unknown = `${scannedAt} IS NOT NULL AND ${latestMissing} IS NULL`;

const prepare = (database: Database) => ({
  tenant: database.prepare<[number], string>("SELECT tenant_id FROM search_tenant WHERE t = ?").pluck(),
  arePlacesDue: database
    .prepare<[number], number>("SELECT superseded < catalogue FROM search_state WHERE t = ?")
    .pluck(),
  placesAreDone: database.prepare("UPDATE search_state SET superseded = catalogue WHERE t = ?"),
  unknown: database
    .prepare<[number, number, number], [number, string]>(
      `SELECT n, id FROM search_asset INDEXED BY "search_asset:unknown" WHERE t = ? AND ${unknown} AND n > ? ORDER BY n LIMIT ?`,
    )
    .raw(),
  isUnknown: database.prepare<[number], string>(`SELECT id FROM search_asset WHERE n = ? AND ${unknown}`).pluck(),
  written: database
    .prepare<[number], [string, string | null]>(
      `SELECT id, made_of FROM search_supersedence
       WHERE t = ? AND at > (SELECT superseded FROM search_state WHERE search_state.t = search_supersedence.t)`,
    )
    .raw(),
  setMadeOf: database.prepare("UPDATE search_supersedence SET made_of = ? WHERE t = ? AND id = ?"),
  patch: database.prepare<[number, string], number>("SELECT n FROM search_patch WHERE t = ? AND id = ?").pluck(),
  setSuperseded: database.prepare(
    `UPDATE search_patch SET ${patchColumns.isSuperseded} = ? WHERE n = ? AND ${patchColumns.isSuperseded} IS NOT ?`,
  ),
  clearSupersededBy: database.prepare(`DELETE FROM ${supersededByTable} WHERE t = ? AND o = ?`),
  addSupersededBy: database.prepare(`INSERT INTO ${supersededByTable} VALUES (?, ?, ?, ?)`),
  forgetLatest: database.prepare(
    `UPDATE search_asset SET ${latestMissing} = NULL WHERE ${latestMissing} IS NOT NULL
     AND n IN (SELECT asset FROM search_asset_patch WHERE patch = ? AND status = ${MISSING})`,
  ),
  missing: database
    .prepare<[number], [number, string, number | null]>(
      `SELECT l.patch, p.id, l.latest FROM search_asset_patch AS l JOIN search_patch AS p ON p.n = l.patch
       WHERE l.asset = ? AND l.status = ${MISSING}`,
    )
    .raw(),
  setLatest: database.prepare(
    `UPDATE search_asset_patch SET latest = ? WHERE asset = ? AND status = ${MISSING} AND patch = ?`,
  ),
  setLatestCount: database.prepare(`UPDATE search_asset SET ${latestMissing} = ? WHERE n = ?`),
});

/** What of a patch the places of patches and the latest of assets depend on. */
interface MadeOf {
  readonly older: readonly string[];
  readonly digest: string;
}

const madeOf = (patch: Patch.Patch): MadeOf => {
  const { supersedes, products, packages, packageFormat, publishedAt, isDeprecated } = patch;
  const told = JSON.stringify([supersedes, products, packages, packageFormat, publishedAt, isDeprecated]);
  return {
    older: [...new Set(supersedes.map((link) => link.patchId))],
    digest: createHash("sha256").update(told).digest("base64url"),
  };
};

const setPlaces = ({ sql, graphs }: Work, tenant: PatchGraph.Tenant): void => {
  const { t } = tenant;
  const graph = graphs.of(tenant);
  const written: string[] = [];
  const touched = new Set<string>();
  for (const [id, before] of sql.written.all(t)) {
    const patch = graph.patches.get(id);
    const now = patch === undefined ? null : JSON.stringify(madeOf(patch));
    written.push(id);
    if (now === before) continue;
    for (const each of [id, ...olderOf(before), ...olderOf(now)]) touched.add(each);
    sql.setMadeOf.run(now, t, id);
  }
  const affected = connected(graph, touched);
  for (const id of new Set([...written, ...affected])) setPlace(sql, t, graph, id);
  for (const id of affected) {
    const n = sql.patch.get(t, id);
    if (n !== undefined) sql.forgetLatest.run(n);
  }
  sql.placesAreDone.run(t);
};

const olderOf = (text: string | null): readonly string[] => (text === null ? [] : (JSON.parse(text) as MadeOf).older);

// Whatever links connect, patches that no feed has included: what was said of such a one holds when it comes.
const connected = (graph: Supersedence.Supersedence, from: ReadonlySet<string>): ReadonlySet<string> => {
  if (from.size === 0) return from;
  const neighbours = new Map<string, string[]>();
  const add = (a: string, b: string): void => {
    const known = neighbours.get(a);
    if (known === undefined) neighbours.set(a, [b]);
    else known.push(b);
  };
  for (const { id, supersedes } of graph.patches.values()) {
    for (const { patchId } of supersedes) {
      add(id, patchId);
      add(patchId, id);
    }
  }
  const found = new Set(from);
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const next of neighbours.get(at) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
};

const supersededByAt = patches.tables.findIndex(({ name }) => name === supersededByTable);

const setPlace = (sql: Work["sql"], t: number, graph: Supersedence.Supersedence, id: string): void => {
  const n = graph.patches.has(id) ? sql.patch.get(t, id) : undefined;
  if (n === undefined) return;
  const isSuperseded = Number(Supersedence.isSuperseded(graph, id));
  sql.setSuperseded.run(isSuperseded, n, isSuperseded);
  sql.clearSupersededBy.run(t, n);
  const supersededBy = Supersedence.supersededBy(graph, id);
  if (supersededBy.length === 0) return;
  for (const row of Rows.of(patches, { supersededBy }).tables[supersededByAt] ?? []) {
    sql.addSupersededBy.run(t, n, ...row);
  }
};

// Answers where to go on; undefined at the end.
const setLatestOfSome = (work: Work, tenant: PatchGraph.Tenant, after: number): number | undefined => {
  const some = work.sql.unknown.all(tenant.t, after, CHUNK);
  for (const [n, id] of some) setLatest(work, tenant, n, id);
  return some.length < CHUNK ? undefined : some.at(-1)?.[0];
};

const setLatest = ({ sql, entities, graphs }: Work, tenant: PatchGraph.Tenant, n: number, id: string): void => {
  const part = entities.get(tenant.tenantId, "Assessment", id);
  if (part === null) return;
  const latest = new Set(AssetSearch.latestMissing(part.assessment, graphs.of(tenant)));
  for (const [patch, patchId, known] of sql.missing.all(n)) {
    const now = Number(latest.has(patchId));
    if (now !== known) sql.setLatest.run(now, n, patch);
  }
  sql.setLatestCount.run(latest.size, n);
};
