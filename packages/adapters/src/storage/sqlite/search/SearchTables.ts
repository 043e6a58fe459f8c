/**
 * Which tables searches read: those of two layouts, of assets and of patches, and what links them. They are derived data:
 * made from the entities ({@link ./keeping/Reindex.ts}), kept right by every commit ({@link ./keeping/SearchWriter.ts}), and made anew when
 * {@link STAMP} isn't what they were made under.
 *
 * | table | a row |
 * |---|---|
 * | `search_asset` | an asset entity, with what its agent and its assessment say of it; `n` is its number |
 * | `search_unscanned` | an asset that isn't scanned (AST-07): its assessment says nothing |
 * | `search_assessment` | a digest of what is missing and installed on an asset, so that the same again is not written again |
 * | `search_tag` | a tag that is stored, or borne; without an entity its name is its id |
 * | `search_asset_tag` | an asset bears a tag; `managed`: 1 where searches find the asset |
 * | `search_patch` | a patch entity; also a patch that only assessments name: then all but `id` is null |
 * | `search_asset_patch` | a patch is missing (status 0) or installed (1) on an asset; `managed` as with tags |
 * | `search_cve`, `search_cve_patch` | CVE ids as they are compared (PAT-05), and the patches that name them |
 * | `search_vulnerability`, `search_vulnerability_cve` | a vulnerability, and the CVE ids that it names |
 * | `search_supersedence` | at which change of the catalogue a patch was written, and what its place was last worked out from |
 * | `search_seating` | something that changes when the order of seats may have |
 * | `search_tenant` | a tenant's number `t` |
 * | `search_state` | how often a tenant's patches were written, and up to which time their places are worked out |
 *
 * Lazily kept, right only after {@link ./keeping/Upkeep.ts}: of patches `isSuperseded` and `supersededBy`, of assets
 * `nonSupersededMissingPatchCount`, of their missing patches `latest`: 1 for one that no other takes the place of, null for
 * not known.
 */
import { createHash } from "node:crypto";
import { AssetCatalog, PatchCatalog } from "@fettle/core";
import * as Layout from "../../search/Layout.ts";
import * as Statistics from "./Statistics.ts";

/** Values of `search_asset_patch.status`. */
export const MISSING = 0;
export const INSTALLED = 1;

const statuses = AssetCatalog.catalog.definitions.status.values;
const rankOf = (status: (typeof statuses)[number]): number => statuses.indexOf(status);

/** An indexed link from a row to rows of another table; the columns of what it leads to are its layout's. */
const tags: Layout.Link = {
  link: "search_asset_tag",
  from: "asset",
  to: "tag",
  table: "search_tag",
  elementTenant: "t",
  scope: "managed",
  ofElement: "search_asset_tag:by:tag",
  columns: {
    id: { _tag: "KeyColumn", column: '"id:folded"', isIndexed: true },
    name: {
      _tag: "InlineText",
      folded: '"name:folded"',
      tokens: '"name:tokens"',
      isIndexed: true,
      trigrams: null,
    },
  },
};

const titles = (status: number): Layout.Link => ({
  link: "search_asset_patch",
  from: "asset",
  to: "patch",
  table: "search_patch",
  columns: {
    "": {
      _tag: "InlineText",
      folded: '"title:folded"',
      tokens: '"title:tokens"',
      isIndexed: true,
      trigrams: '"search_patch:trigrams:title"',
    },
  },
  fixed: (link) => `${link}.status = ${status}`,
});

const SCOPE = "managed";
const ACTIVATED = '"activated:number"';
const SCANNED_AT = '"scanDateTime:number"';
const LATEST_COUNT = '"nonSupersededMissingPatchCount:number"';

/** Columns of `search_asset` that others than the asset entity say. Quoted. */
export const assetColumns = {
  /** The tenant's number where patching is activated, else null: first in every index, so that these find no others. */
  managed: `"${SCOPE}"`,
  activated: ACTIVATED,
  lastCheckedIn: '"lastCheckedIn:number"',
  agentVersion: '"agentVersion:version"',
  scannedAt: SCANNED_AT,
  missing: '"missingPatchCount:number"',
  installed: '"installedPatchCount:number"',
  /** Null too while it isn't known. */
  latestMissing: LATEST_COUNT,
} as const;

/**
 * The assets. Whether one is licensed depends on the question: `licensed` is to be put in its place
 * ({@link withComputed}), which here is false.
 */
export const assets: Layout.Layout = Layout.of(AssetCatalog.catalog, {
  prefix: "search_asset",
  texts: { name: "inline" },
  otherTexts: "shared",
  indexed: [
    "id",
    "name",
    "operatingSystem",
    "lastBoot",
    "lastCheckedIn",
    "scanDateTime",
    "activated",
    "missingPatchCount",
    "installedPatchCount",
    "nonSupersededMissingPatchCount",
    "hardware.serialNumber",
    "interfaces.macAddress",
    "interfaces.address",
    "interfaces.ipv6Address",
  ],
  // Of the other sort keys, times, hardly two are equal.
  sorted: [
    "name",
    "operatingSystem",
    "activated",
    "missingPatchCount",
    "installedPatchCount",
    "nonSupersededMissingPatchCount",
  ],
  // Searches find assets with patching activated only (AST-11).
  scope: { column: SCOPE, token: "activated" },
  trigrams: ["name"],
  links: { tags, missingPatchTitle: titles(MISSING), installedPatchTitle: titles(INSTALLED) },
  // As AssetCatalog tells them of what is known.
  computed: {
    licensed: () => "0",
    status: ({ alias }) =>
      `CASE WHEN ${alias}.${ACTIVATED} IS NULL THEN ${rankOf("Deactivated")} ` +
      `WHEN ${alias}.${SCANNED_AT} IS NOT NULL THEN ${rankOf("Scanned")} END`,
    statusCode: () => "NULL",
    statusDateTime: ({ alias }) => `CASE WHEN ${alias}.${ACTIVATED} IS NOT NULL THEN ${alias}.${SCANNED_AT} END`,
    scanStatus: ({ alias }) => `CASE WHEN ${alias}.${SCANNED_AT} IS NOT NULL THEN 0 END`,
  },
});

/**
 * The patches. What depends on the assets looked at is to be put in its place ({@link withComputed}, {@link withStatus}):
 * here nothing is counted, and a patch is neither missing nor installed.
 */
export const patches: Layout.Layout = Layout.of(PatchCatalog.catalog, {
  prefix: "search_patch",
  texts: {
    title: "inline",
    description: "inline",
    vendorlink: "inline",
    vendorPatchId: "inline",
    advisory: "inline",
    advisoryLink: "inline",
  },
  otherTexts: "shared",
  indexed: ["id", "title", "kb", "bulletin", "cve", "publishedDate", "vendorSeverity", "package", "supersedes"],
  trigrams: ["title"],
  links: {
    qid: {
      link: "search_patch_vulnerability",
      from: "patch",
      to: "vulnerability",
      table: "search_vulnerability",
      columns: { "": { _tag: "KeyColumn", column: '"qid"', isIndexed: true } },
    },
    patchStatus: statusLink(() => "NULL"),
  },
  computed: { missingCount: () => "NULL", installedCount: () => "NULL" },
});

// A link from each patch to itself, so that a repeated token is worked out as one value.
function statusLink(sql: Layout.ComputedSql): Layout.Link {
  return {
    link: "search_patch",
    from: "n",
    to: "n",
    table: "search_patch",
    columns: { "": { _tag: "Computed", sql } },
  };
}

/** Columns of `search_patch`. Quoted. */
export const patchColumns = { title: '"title:folded"', isSuperseded: '"isSuperseded:number"' } as const;

/** The table of `supersededBy`. Quoted. */
export const supersededByTable = '"search_patch_supersededBy"';

/** Whether there is an entity of a row of `search_patch`: no query is asked of one that only assessments name. */
export const isPatchStored = (alias: string): string => `${alias}."title:folded" IS NOT NULL`;

/** A layout in which tokens are worked out anew: closed expressions, by the tokens' names. */
export const withComputed = (
  layout: Layout.Layout,
  computed: { readonly [token: string]: Layout.ComputedSql },
): Layout.Layout => {
  const fields = new Map(layout.fields);
  for (const [name, sql] of Object.entries(computed)) {
    const field = fields.get(name);
    if (field?._tag !== "Value") throw new RangeError(`${name} is no token of a row of ${layout.prefix}`);
    fields.set(name, { ...field, stored: { _tag: "Computed", sql } });
  }
  return { ...layout, fields };
};

/** {@link patches} as each is where it is missing, or installed (AST-04). */
export const withStatus = (layout: Layout.Layout, status: typeof MISSING | typeof INSTALLED): Layout.Layout => {
  const fields = new Map(layout.fields);
  const field = fields.get("patchStatus");
  if (field?._tag !== "Linked" || field.element._tag !== "Value") throw new RangeError("patches have no patchStatus");
  // Ranks of the catalogue's values: Missing, Installed.
  const sql = (): string => `${status}`;
  fields.set("patchStatus", {
    ...field,
    link: statusLink(sql),
    element: { ...field.element, stored: { _tag: "Computed", sql } },
  });
  return { ...layout, fields };
};

/**
 * What most searches narrow by and facets count, in one index: what asks of these columns only is answered without a row, in
 * an eighth of the bytes.
 */
export const narrow: {
  readonly index: string;
  /** Another one, of the first columns alone: systems are counted in a third of the bytes. */
  readonly first: string;
  readonly columns: ReadonlySet<string>;
  /** How many behind the first have few values each. */
  readonly grouped: number;
} = {
  index: '"search_asset:narrow"',
  first: '"search_asset:systems"',
  grouped: 5,
  columns: new Set([
    `"${SCOPE}"`,
    '"operatingSystem:text"',
    '"osFamily:text"',
    '"platform:text"',
    '"architecture:text"',
    '"hardware.manufacturer:text"',
    '"lastCheckedIn:number"',
    SCANNED_AT,
    '"missingPatchCount:number"',
  ]),
};

const unmanagedIndex = '"search_asset:unmanaged"';

/** The numbers of a tenant's assets without patching activated; few, as a rule. */
export const UNMANAGED = `SELECT n FROM search_asset INDEXED BY ${unmanagedIndex} WHERE t = ? AND ${ACTIVATED} IS NULL`;

const seating = (change: string, t: string, when: string): readonly string[] => [
  `CREATE TRIGGER "search_seating:${change.replaceAll('"', "")}" AFTER ${change} WHEN ${when} BEGIN ` +
    `INSERT INTO search_seating (t, state) VALUES (${t}, random() >> 11) ON CONFLICT DO UPDATE SET state = excluded.state; END`,
];

const links: readonly string[] = [
  `CREATE TABLE search_tenant (t INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL UNIQUE) STRICT`,
  `CREATE TABLE search_state (t INTEGER PRIMARY KEY, catalogue INTEGER NOT NULL, superseded INTEGER NOT NULL) STRICT`,
  `CREATE TABLE search_unscanned (asset INTEGER PRIMARY KEY) STRICT`,
  `CREATE TABLE search_assessment (asset INTEGER PRIMARY KEY, digest INTEGER NOT NULL) STRICT`,
  `CREATE TABLE search_tag (n INTEGER PRIMARY KEY, t INTEGER NOT NULL, id TEXT NOT NULL, stored INTEGER NOT NULL, ` +
    `"id:folded" TEXT NOT NULL, "name:folded" TEXT NOT NULL, "name:tokens" TEXT NOT NULL, UNIQUE (t, id)) STRICT`,
  `CREATE INDEX "search_tag:by:id" ON search_tag (t, "id:folded")`,
  `CREATE INDEX "search_tag:by:name" ON search_tag (t, "name:folded")`,
  `CREATE TABLE search_asset_tag (asset INTEGER NOT NULL, tag INTEGER NOT NULL, managed INTEGER NOT NULL, ` +
    `PRIMARY KEY (asset, tag)) STRICT, WITHOUT ROWID`,
  // Which of its assets searches can find is told by the link itself: nothing has to be taken away from them.
  `CREATE INDEX "search_asset_tag:by:tag" ON search_asset_tag (tag, managed, asset)`,
  `CREATE TABLE search_asset_patch (asset INTEGER NOT NULL, status INTEGER NOT NULL, patch INTEGER NOT NULL, ` +
    `managed INTEGER NOT NULL, latest INTEGER, PRIMARY KEY (asset, status, patch)) STRICT, WITHOUT ROWID`,
  // With `latest`, so that the view of that name reads the index alone.
  `CREATE INDEX "search_asset_patch:by:patch" ON search_asset_patch (patch, status, managed, asset, latest)`,
  `CREATE TRIGGER "search_asset:managed" AFTER UPDATE OF ${SCOPE} ON search_asset WHEN new.${SCOPE} IS NOT old.${SCOPE} BEGIN ` +
    `UPDATE search_asset_tag SET managed = new.${SCOPE} IS NOT NULL WHERE asset = new.n; ` +
    `UPDATE search_asset_patch SET managed = new.${SCOPE} IS NOT NULL WHERE asset = new.n; END`,
  `CREATE INDEX ${narrow.index} ON search_asset (${[...narrow.columns].join(", ")})`,
  `CREATE INDEX ${narrow.first} ON search_asset (${[...narrow.columns].slice(0, 2).join(", ")})`,
  // Changes whenever who comes first in the order of seats may have changed (LIC-05). By chance, so that nothing that somebody
  // remembers comes again.
  `CREATE TABLE search_seating (t INTEGER PRIMARY KEY, state INTEGER NOT NULL) STRICT`,
  ...seating("INSERT ON search_asset", "new.t", `new.${ACTIVATED} IS NOT NULL`),
  ...seating("DELETE ON search_asset", "old.t", `old.${ACTIVATED} IS NOT NULL`),
  ...seating(`UPDATE OF ${ACTIVATED} ON search_asset`, "new.t", `new.${ACTIVATED} IS NOT old.${ACTIVATED}`),
  ...seating("INSERT ON search_asset_tag", "(SELECT t FROM search_tag WHERE n = new.tag)", "1"),
  ...seating("DELETE ON search_asset_tag", "(SELECT t FROM search_tag WHERE n = old.tag)", "1"),
  // Which assets aren't found, without a look at the rows of all the others.
  `CREATE INDEX ${unmanagedIndex} ON search_asset (t) WHERE ${ACTIVATED} IS NULL`,
  `CREATE INDEX "search_asset:unknown" ON search_asset (t) WHERE ${SCANNED_AT} IS NOT NULL AND ${LATEST_COUNT} IS NULL`,
  `CREATE TABLE search_cve (n INTEGER PRIMARY KEY, t INTEGER NOT NULL, cve TEXT NOT NULL, UNIQUE (t, cve)) STRICT`,
  `CREATE TABLE search_cve_patch (patch INTEGER NOT NULL, cve INTEGER NOT NULL, PRIMARY KEY (patch, cve)) STRICT, WITHOUT ROWID`,
  `CREATE INDEX "search_cve_patch:by:cve" ON search_cve_patch (cve, patch)`,
  `CREATE TABLE search_vulnerability (n INTEGER PRIMARY KEY, t INTEGER NOT NULL, id TEXT NOT NULL, qid NUMERIC, ` +
    `UNIQUE (t, id))`,
  `CREATE INDEX "search_vulnerability:by:qid" ON search_vulnerability (t, qid)`,
  `CREATE TABLE search_vulnerability_cve (vulnerability INTEGER NOT NULL, cve INTEGER NOT NULL, ` +
    `PRIMARY KEY (vulnerability, cve)) STRICT, WITHOUT ROWID`,
  `CREATE INDEX "search_vulnerability_cve:by:cve" ON search_vulnerability_cve (cve, vulnerability)`,
  `CREATE VIEW search_patch_vulnerability AS SELECT p.patch AS patch, v.vulnerability AS vulnerability ` +
    `FROM search_cve_patch AS p JOIN search_vulnerability_cve AS v ON v.cve = p.cve`,
  `CREATE TABLE search_supersedence (t INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, made_of TEXT, ` +
    `PRIMARY KEY (t, id)) STRICT, WITHOUT ROWID`,
  `CREATE INDEX "search_supersedence:by:at" ON search_supersedence (t, at)`,
];

/** That the order of seats of every tenant is another one than anybody remembers. */
export const SEATING = "INSERT OR REPLACE INTO search_seating (t, state) SELECT t, random() >> 11 FROM search_tenant";

/** What makes all tables, in order; those of searches must not be there. */
export const ddl: readonly string[] = [...Layout.ddl(assets), ...Layout.ddl(patches), ...links];

/**
 * Names the rules by which entities become documents: to be raised when an entity that is stored comes to tell something else
 * (`SearchParts`, `AssetCatalog.toDocument`, `PatchCatalog.toDocument`, `Supersedence`, `Vulnerability`).
 */
export const CONTENT_VERSION = 1;

/** Under what tables of this code are made: the content's and the keys' versions, both layouts and what links them. */
export const STAMP: string = [
  CONTENT_VERSION,
  Layout.stamp(assets),
  Layout.stamp(patches),
  createHash("sha256")
    .update(JSON.stringify([links, Statistics.statements]))
    .digest("hex"),
].join(" ");

/** Where the stamp stands: one for all tables, for they are made together. */
export const STAMP_TABLE =
  "CREATE TABLE IF NOT EXISTS search_stamp (name TEXT PRIMARY KEY, stamp TEXT NOT NULL) STRICT, WITHOUT ROWID";
export const STAMP_NAME = "search";
/** Names another row: which filling of the tables it was. What is kept in memory of another one is of no use. */
export const FILLING_NAME = "filling";
