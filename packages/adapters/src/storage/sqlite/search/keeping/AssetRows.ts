/**
 * What assets, their agents and their assessments say, as rows. An asset's row is there exactly as long as its entity is;
 * agent and assessment are taken from theirs when it comes, and change it as long as it stands.
 */
import { createHash } from "node:crypto";
import { AssetCatalog, type AssetSearch, type SearchPart } from "@fettle/core";
import * as Qql from "@fettle/qql";
import type { Database } from "better-sqlite3";
import * as Rows from "../../../search/Rows.ts";
import { assetColumns, assets, INSTALLED, MISSING } from "../SearchTables.ts";
import type * as EntityParts from "./EntityParts.ts";
import * as LayoutWriter from "./LayoutWriter.ts";
import * as Links from "./Links.ts";
import type * as Numbers from "./Numbers.ts";

type Part<K extends SearchPart["_tag"]> = Extract<SearchPart, { readonly _tag: K }>;
type Assessment = Parameters<typeof AssetSearch.latestMissing>[0];

/** Whose entity it is: the tenant by its name and its number. */
export interface Place {
  readonly tenantId: string;
  readonly t: number;
  readonly id: string;
}

export interface AssetRows {
  /** `isNew`: there was no such entity, so that there is no row to look for. */
  readonly put: (place: Place, part: Part<"Asset">, isNew: boolean) => void;
  readonly remove: (place: Place) => void;
  /** Null: there is none. */
  readonly setAgent: (place: Place, agent: Part<"Agent"> | null) => void;
  readonly setAssessment: (place: Place, assessment: Assessment | null) => void;
}

/** Columns that are agents' and assessments' to say. */
const others: ReadonlySet<string> = new Set([
  assetColumns.lastCheckedIn,
  assetColumns.agentVersion,
  assetColumns.scannedAt,
  assetColumns.missing,
  assetColumns.installed,
  assetColumns.latestMissing,
]);

export const make = (database: Database, numbers: Numbers.Numbers, entities: EntityParts.EntityParts): AssetRows => {
  const sql = prepare(database);
  const rows = LayoutWriter.make(database, numbers, assets, others);
  const work: Work = { sql, numbers };
  const known = ({ tenantId, id }: Place, isScanned: boolean) => ({
    agent: entities.get(tenantId, "Agent", id),
    assessment: isScanned ? (entities.get(tenantId, "Assessment", id)?.assessment ?? null) : null,
  });
  const add = (place: Place, { document, isScanned }: Part<"Asset">): number => {
    const { agent, assessment } = known(place, isScanned);
    const n = rows.add(place.t, place.id, Rows.of(assets, { ...document, ...contextOf(agent, assessment) }));
    if (!isScanned) sql.addUnscanned.run(n);
    if (assessment !== null) link(work, place.t, n, assessment);
    return n;
  };
  const change = (place: Place, { document, isScanned }: Part<"Asset">): number | undefined => {
    const n = rows.change(place.t, place.id, () => Rows.of(assets, document));
    if (n === undefined) return undefined;
    const isOther = (isScanned ? sql.removeUnscanned.run(n) : sql.addUnscanned.run(n)).changes > 0;
    if (isOther) assess(work, place.t, n, known(place, isScanned).assessment);
    return n;
  };
  return {
    put: (place, part, isNew) => {
      const tags = part.document.tags?.map(({ id }) => id) ?? [];
      const known = isNew ? undefined : change(place, part);
      if (known === undefined) linkTags(work, place.t, add(place, part), [], tags);
      else linkTags(work, place.t, known, sql.tags.all(known), tags);
    },
    remove: ({ t, id }) => {
      const n = rows.find(t, id);
      if (n === undefined) return;
      linkTags(work, t, n, sql.tags.all(n), []);
      linkPatches(work, t, n, nothing);
      sql.removeDigest.run(n);
      sql.removeUnscanned.run(n);
      rows.remove(t, n);
    },
    setAgent: ({ t, id }, agent) => {
      sql.setAgent.run(agent?.lastCheckedInAt ?? null, versionKey(agent), t, id);
    },
    setAssessment: ({ t, id }, assessment) => {
      const n = rows.find(t, id);
      if (n === undefined || sql.isUnscanned.get(n) !== undefined) return;
      assess(work, t, n, assessment);
    },
  };
};

interface Work {
  readonly sql: ReturnType<typeof prepare>;
  readonly numbers: Numbers.Numbers;
}

const prepare = (database: Database) => ({
  setAgent: database.prepare(
    `UPDATE search_asset SET ${assetColumns.lastCheckedIn} = ?, ${assetColumns.agentVersion} = ? WHERE t = ? AND id = ?`,
  ),
  setAssessment: database.prepare(
    `UPDATE search_asset SET ${assetColumns.scannedAt} = ?, ${assetColumns.missing} = ?, ` +
      `${assetColumns.installed} = ?, ${assetColumns.latestMissing} = NULL WHERE n = ?`,
  ),
  setScannedAt: database.prepare(`UPDATE search_asset SET ${assetColumns.scannedAt} = ? WHERE n = ?`),
  digest: database.prepare<[number], number>("SELECT digest FROM search_assessment WHERE asset = ?").pluck(),
  setDigest: database.prepare("INSERT OR REPLACE INTO search_assessment (asset, digest) VALUES (?, ?)"),
  removeDigest: database.prepare("DELETE FROM search_assessment WHERE asset = ?"),
  isUnscanned: database.prepare<[number], number>("SELECT 1 FROM search_unscanned WHERE asset = ?").pluck(),
  addUnscanned: database.prepare("INSERT OR IGNORE INTO search_unscanned (asset) VALUES (?)"),
  removeUnscanned: database.prepare("DELETE FROM search_unscanned WHERE asset = ?"),
  tags: database.prepare<[number], number>("SELECT tag FROM search_asset_tag WHERE asset = ?").pluck(),
  addTag: database.prepare(
    `INSERT INTO search_asset_tag (asset, tag, managed)
     SELECT asset, tag, (SELECT managed IS NOT NULL FROM search_asset WHERE n = asset) FROM (SELECT ? AS asset, ? AS tag)`,
  ),
  removeTag: database.prepare("DELETE FROM search_asset_tag WHERE asset = ? AND tag = ?"),
  dropTag: database
    .prepare<[number, number], string>(
      `DELETE FROM search_tag WHERE n = ? AND stored = 0
       AND NOT EXISTS (SELECT 1 FROM search_asset_tag WHERE tag = ?) RETURNING id`,
    )
    .pluck(),
  patches: database
    .prepare<[number, number], number>("SELECT patch FROM search_asset_patch WHERE asset = ? AND status = ?")
    .pluck(),
  isManaged: database.prepare<[number], number>("SELECT managed IS NOT NULL FROM search_asset WHERE n = ?").pluck(),
  addPatch: database.prepare("INSERT INTO search_asset_patch (asset, status, patch, managed) VALUES (?, ?, ?, ?)"),
  removePatch: database.prepare("DELETE FROM search_asset_patch WHERE asset = ? AND status = ? AND patch = ?"),
  dropPatch: database
    .prepare<[number, number], string>(
      `DELETE FROM search_patch WHERE n = ? AND "title:folded" IS NULL
       AND NOT EXISTS (SELECT 1 FROM search_asset_patch WHERE patch = ?) RETURNING id`,
    )
    .pluck(),
});

const contextOf = (agent: Part<"Agent"> | null, assessment: Assessment | null) => ({
  lastCheckedIn: agent?.lastCheckedInAt ?? null,
  agentVersion: agent?.agentVersion ?? null,
  scanDateTime: assessment?.assessedAt ?? null,
  missingPatchCount: assessment?.missing.length ?? null,
  installedPatchCount: assessment?.installed.length ?? null,
});

const agentVersion = Qql.Catalog.find(AssetCatalog.catalog, "agentVersion") as Qql.Catalog.Token;

const versionKey = (agent: Part<"Agent"> | null): string | Uint8Array | null => {
  if (agent === null) return null;
  const key = Qql.Key.of(agentVersion, agent.agentVersion);
  return typeof key === "string" ? key : Rows.UNKNOWN;
};

type Patches = Pick<Assessment, "missing" | "installed">;

const nothing: Patches = { missing: [], installed: [] };

// The same found again, which is most of the time, is one column.
const assess = (work: Work, t: number, n: number, assessment: Assessment | null): void => {
  const { sql } = work;
  if (assessment === null) {
    sql.setAssessment.run(null, null, null, n);
    sql.removeDigest.run(n);
    linkPatches(work, t, n, nothing);
  } else if (sql.digest.get(n) === digestOf(assessment)) sql.setScannedAt.run(assessment.assessedAt, n);
  else {
    sql.setAssessment.run(assessment.assessedAt, assessment.missing.length, assessment.installed.length, n);
    link(work, t, n, assessment);
  }
};

const link = (work: Work, t: number, n: number, assessment: Assessment): void => {
  work.sql.setDigest.run(n, digestOf(assessment));
  linkPatches(work, t, n, assessment);
};

const DIGEST_BYTES = 6;

// What links and `latestMissing` are made of.
const digestOf = ({ missing, installed }: Patches): number => {
  const told = missing.map((m) => [m.patchId, m.packages.map(({ name, arch, fixed }) => [name, arch, fixed])]);
  const hash = createHash("sha1").update(JSON.stringify([told, installed]));
  return hash.digest().readUIntBE(0, DIGEST_BYTES);
};

const linkPatches = (work: Work, t: number, n: number, { missing, installed }: Patches): void => {
  const ids = missing.map(({ patchId }) => patchId);
  for (const n_ of [...linkStatus(work, t, n, MISSING, ids), ...linkStatus(work, t, n, INSTALLED, installed)]) {
    const id = work.sql.dropPatch.get(n_, n_);
    if (id !== undefined) work.numbers.drop("patch", t, id);
  }
};

// Answers the patches that aren't linked any more.
const linkStatus = (
  { sql, numbers }: Work,
  t: number,
  n: number,
  status: number,
  ids: readonly string[],
): readonly number[] => {
  const wanted = ids.map((id) => numbers.patch(t, id));
  const { added, gone } = Links.difference(sql.patches.all(n, status), wanted);
  for (const patch of gone) sql.removePatch.run(n, status, patch);
  const isManaged = added.length === 0 ? undefined : sql.isManaged.get(n);
  for (const patch of added) sql.addPatch.run(n, status, patch, isManaged);
  return gone;
};

const linkTags = (
  { sql, numbers }: Work,
  t: number,
  n: number,
  current: readonly number[],
  ids: readonly string[],
): void => {
  const wanted = ids.map((id) => numbers.tag(t, id));
  const { added, gone } = Links.difference(current, wanted);
  for (const tag of added) sql.addTag.run(n, tag);
  for (const tag of gone) {
    sql.removeTag.run(n, tag);
    const id = sql.dropTag.get(tag, tag);
    if (id !== undefined) numbers.drop("tag", t, id);
  }
};
