/**
 * What takes the place of what among a tenant's patches, kept in memory and brought up to date: of the patches only those
 * that were written since are read, and of each only what its place depends on is kept.
 */
import { type Patch, Supersedence } from "@fettle/core";
import type { Database } from "better-sqlite3";
import { FILLING_NAME } from "../SearchTables.ts";
import * as EntityParts from "./EntityParts.ts";

/** A tenant by its number and its name. */
export interface Tenant {
  readonly t: number;
  readonly tenantId: string;
}

export interface PatchGraphs {
  /** The graph of the patches as they stand. To be called within a transaction, so that all it reads is of one moment. */
  readonly of: (tenant: Tenant) => Supersedence.Supersedence;
}

/** Tenants whose patches are kept. */
const TENANTS_MAX = 4;

interface Kept {
  /** How many writes of patches it has seen. */
  readonly catalogue: number;
  readonly graph: Supersedence.Supersedence;
}

export const make = (database: Database): PatchGraphs => {
  const sql = prepare(database);
  const kept = new Map<string, Kept>();
  let seen: string | undefined;
  return {
    of: (tenant) => {
      const filling = sql.filling.get(FILLING_NAME);
      if (filling !== seen) kept.clear();
      seen = filling;
      const catalogue = sql.catalogue.get(tenant.t) ?? 0;
      const known = kept.get(tenant.tenantId);
      const now = known?.catalogue === catalogue ? known : { catalogue, graph: read(sql, tenant, known) };
      kept.delete(tenant.tenantId);
      kept.set(tenant.tenantId, now);
      const [oldest] = kept.keys();
      if (kept.size > TENANTS_MAX && oldest !== undefined) kept.delete(oldest);
      return now.graph;
    },
  };
};

const prepare = (database: Database) => ({
  filling: database.prepare<[string], string>("SELECT stamp FROM search_stamp WHERE name = ?").pluck(),
  catalogue: database.prepare<[number], number>("SELECT catalogue FROM search_state WHERE t = ?").pluck(),
  written: database
    .prepare<[number, number], string>("SELECT id FROM search_supersedence WHERE t = ? AND at > ?")
    .pluck(),
  body: database
    .prepare<[string, string], string>("SELECT body FROM entity WHERE tenant_id = ? AND kind = 'patch' AND id = ?")
    .pluck(),
});

const read = (
  sql: ReturnType<typeof prepare>,
  { t, tenantId }: Tenant,
  before: Kept | undefined,
): Supersedence.Supersedence => {
  const patches = new Map(before?.graph.patches);
  for (const id of sql.written.all(t, before?.catalogue ?? 0)) {
    const patch = patchOf(sql.body.get(tenantId, id));
    if (patch === null) patches.delete(id);
    else patches.set(id, patch);
  }
  return Supersedence.make([...patches.values()]);
};

const patchOf = (body: string | undefined): Patch.Patch | null => {
  const part = body === undefined ? null : EntityParts.ofText("patch", body);
  return part?._tag === "Patch" ? slim(part.patch) : null;
};

// What `Supersedence` looks at; the rest is most of it.
const slim = (patch: Patch.Patch): Patch.Patch => ({
  ...patch,
  title: "",
  description: "",
  vendorLink: null,
  appFamilies: [],
  cves: [],
  architectures: [],
  releases: [],
  download: { _tag: "Unavailable" },
});
