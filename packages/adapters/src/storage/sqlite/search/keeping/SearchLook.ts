/**
 * Whether searches find what is stored: each asset and patch has its row and each row its entity, what an asset lacks and has is
 * as many rows as its assessment told, and rows say what their entities do. `Reindex` makes them anew.
 */
import type { EntityKind } from "@fettle/core";
import type { Database } from "better-sqlite3";
import type { Look, Wrong } from "../../Looks.ts";
import * as SearchTables from "../SearchTables.ts";
import * as EntityParts from "./EntityParts.ts";
import * as Reindex from "./Reindex.ts";
import * as SearchContents from "./SearchContents.ts";

interface Of {
  readonly tenantId: string;
  readonly id: string;
}

/** `isWhole`: what all rows say is compared, not a sample of them. */
export const search = (isWhole: boolean): Look => ({
  name: "search",
  since: 1,
  *at(database) {
    if (Reindex.isDue(database)) {
      const message =
        "what searches read isn't of this code's form: opening the storage, or fettle-db reindex, makes it anew";
      yield { tenantId: null, message };
      return;
    }
    yield* ofKind(database, "asset", "search_asset", "TRUE");
    yield* ofKind(database, "patch", "search_patch", SearchTables.isPatchStored("r"));
    yield* counts(database);
    yield* SearchContents.differences(database, isWhole);
  },
});

function* ofKind(database: Database, kind: EntityKind, table: string, isStored: string): Generator<Wrong, void> {
  const unsearched = database.prepare<[string], Of & { readonly body: string }>(`
    SELECT e.tenant_id AS tenantId, e.id AS id, e.body AS body FROM entity AS e WHERE e.kind = ? AND NOT EXISTS (
      SELECT 1 FROM search_tenant AS x JOIN ${table} AS r ON r.t = x.t AND r.id = e.id
      WHERE x.tenant_id = e.tenant_id AND ${isStored})`);
  for (const { tenantId, id, body } of unsearched.iterate(kind)) {
    // What doesn't read isn't searched.
    if (EntityParts.ofText(kind, body) !== null) yield { tenantId, message: `no search finds ${kind} ${id}` };
  }
  const gone = database.prepare<[string], Of>(`
    SELECT x.tenant_id AS tenantId, r.id AS id FROM ${table} AS r JOIN search_tenant AS x ON x.t = r.t
    WHERE ${isStored} AND NOT EXISTS (
      SELECT 1 FROM entity AS e WHERE e.tenant_id = x.tenant_id AND e.kind = ? AND e.id = r.id)`);
  for (const { tenantId, id } of gone.iterate(kind)) {
    yield { tenantId, message: `searches find ${kind} ${id}, which is not there` };
  }
}

function* counts(database: Database): Generator<Wrong, void> {
  const { missing, installed } = SearchTables.assetColumns;
  const links = (status: number): string =>
    `(SELECT count(*) FROM search_asset_patch AS l WHERE l.asset = a.n AND l.status = ${status})`;
  const differing = database.prepare<[], Of>(`
    SELECT x.tenant_id AS tenantId, a.id AS id FROM search_asset AS a JOIN search_tenant AS x ON x.t = a.t
    WHERE coalesce(a.${missing}, 0) <> ${links(SearchTables.MISSING)}
      OR coalesce(a.${installed}, 0) <> ${links(SearchTables.INSTALLED)}`);
  for (const { tenantId, id } of differing.iterate()) {
    yield { tenantId, message: `the patches that searches know of asset ${id} are not as many as they count` };
  }
}
