/**
 * Histories of what is stored, and questions about it: what a storage's own search is held against the reference with
 * (`SearchReference` of `@fettle/core/testing`).
 */
import * as Qql from "@fettle/qql";
import * as fc from "fast-check";
import { views } from "../../domain/assessment/AssetSearch.ts";
import { assetSortKeys } from "../../domain/assessment/AssetSort.ts";
import * as AssetCatalog from "../../domain/asset/AssetCatalog.ts";
import * as SeatRule from "../../domain/license/SeatRule.ts";
import * as PatchCatalog from "../../domain/patch/PatchCatalog.ts";
import { platforms } from "../../domain/shared/Platform.ts";
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import type { TagTree } from "../../domain/tag/TagTree.ts";
import * as Repository from "../../engine/Repository.ts";
import type { AssetPaging, AssetQuestion, Looked, Reach, Selected } from "../../ports/SearchIndex.ts";
import type { Batch } from "../../ports/Storage.ts";
import * as AssetBuilders from "../builders/AssetBuilders.ts";
import * as AssetArbitraries from "./AssetArbitraries.ts";
import * as PatchArbitraries from "./PatchArbitraries.ts";
import * as TagArbitraries from "./TagArbitraries.ts";

/** One write of a history. */
export type Write = Batch["writes"][number];

const PATCHES = [...PatchArbitraries.PATCHES, "gone"];
const HOUR_MS = 3_600_000;

const assetId = fc.constantFrom(...TagArbitraries.ASSETS);
const patchId = fc.constantFrom(...PatchArbitraries.PATCHES);

const packages = fc.array(
  fc.record({
    name: fc.constantFrom("a", "b", "kernel"),
    arch: fc.constantFrom("x86_64", "noarch"),
    installed: fc.constant("1-1"),
    fixed: fc.integer({ min: 2, max: 4 }).map((n) => `${n}-1`),
  }),
  { maxLength: 2 },
);

/** What an assessment may say: patches that the catalogue has, and one that it has no more. */
const assessment = fc
  .record({
    state: fc.array(fc.constantFrom("missing", "missing", "installed", "neither"), {
      minLength: PATCHES.length,
      maxLength: PATCHES.length,
    }),
    packages: fc.array(packages, { minLength: PATCHES.length, maxLength: PATCHES.length }),
    assessedAt: AssetArbitraries.instant,
  })
  .map(({ state, packages: here, assessedAt }) => {
    const of = (wanted: string): readonly string[] => PATCHES.filter((_, i) => state[i] === wanted);
    const made = AssetBuilders.assessment(of("missing"), of("installed"), { assessedAt });
    const missing = made.missing.map((m) => ({ ...m, packages: here[PATCHES.indexOf(m.patchId)] ?? [] }));
    return { ...made, missing };
  });

const write: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 6,
    arbitrary: assetId.chain((id) =>
      fc
        .tuple(AssetArbitraries.asset(id), fc.constantFrom("UTC", "Europe/Berlin", "Asia/Tokyo"))
        .map(([asset, timeZone]) => Repository.put("asset", id, { ...asset, timeZone })),
    ),
  },
  { weight: 6, arbitrary: fc.tuple(assetId, assessment).map(([id, a]) => Repository.put("assessment", id, a)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(assetId, AssetArbitraries.instant, fc.constantFrom("1.0.0", "2.1.3", "2.10", "unknown"))
      .map(([id, at, version]) =>
        Repository.put("agent", id, AssetBuilders.agent(id, { lastCheckedInAt: at, agentVersion: version })),
      ),
  },
  {
    weight: 4,
    arbitrary: patchId.chain((id) =>
      PatchArbitraries.patch(id, PatchArbitraries.PATCHES).map((p) => Repository.put("patch", id, p)),
    ),
  },
  { weight: 2, arbitrary: TagArbitraries.tag.map((tag) => Repository.put("tag", tag.id, tag)) },
  {
    weight: 1,
    arbitrary: patchId.chain((id) =>
      PatchArbitraries.vendorFile(id).map((file) => Repository.put("vendorFile", id, file)),
    ),
  },
  {
    weight: 1,
    arbitrary: PatchArbitraries.vulnerability.map((v) => Repository.put("vulnerability", String(v.qid), v)),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc
        .tuple(fc.constantFrom("asset", "agent", "assessment" as const), assetId)
        .map(([kind, id]): Write => ({ _tag: "Delete", kind: kind as "asset", id })),
      fc
        .tuple(fc.constantFrom("patch", "vendorFile" as const), patchId)
        .map(([kind, id]): Write => ({ _tag: "Delete", kind: kind as "patch", id })),
    ),
  },
);

/** Batches of writes that a store carries out one after the other. */
export const history: fc.Arbitrary<readonly (readonly Write[])[]> = fc.array(fc.array(write, { maxLength: 12 }), {
  minLength: 1,
  maxLength: 6,
});

const ASSET_CONDITIONS = [
  "name: web",
  "name: `db-1`",
  'name: "web-2"',
  "name: *b-1*",
  "platform: Linux",
  "osFamily: Debian",
  "operatingSystem: Windows",
  "operatingSystem: server",
  "licensed: true",
  "licensed: false",
  "status: Scanned",
  "status: [Scanned, Deactivated]",
  "status is null",
  "scanStatus: Scanned",
  "scanDateTime > now-2h",
  "scanDateTime is null",
  "lastCheckedIn < now-2h",
  "lastCheckedIn >= 1970-01-01T02:00Z",
  "agentVersion > 2.1",
  "agentVersion: 2.1*",
  "activatedModules: FIM",
  "missingPatchCount > 1",
  "missingPatchCount: 0",
  "installedPatchCount > 0",
  "nonSupersededMissingPatchCount > 1",
  "missingPatchTitle: `patch 1`",
  "installedPatchTitle: patch",
  "missingPatchTitle: 3",
  "tags.name: a",
  "tags.id: b",
  "tags: (id: c and name: c)",
  "tags is null",
  "hardware.manufacturer: Dell",
  "hardware.serialNumber: S7",
  "interfaces.interfaceName: eth0",
  "interfaces: (interfaceName: eth0 and macAddress is not null)",
  "interfaces.address: 10.0.0.0/8",
  "osNotSupportedForModules: PM",
  "moduleStream: `nodejs:18`",
  "location is not null",
  "lastBoot > now-3h",
  "web",
] as const;

const PATCH_CONDITIONS = [
  "vendorSeverity: Critical",
  "vendorSeverity: [Important, Moderate]",
  "isSecurity: true",
  "title: `patch 2`",
  "title: patch",
  "cve: CVE-2026-0001",
  "qid > 5",
  "platform: Windows",
  "isSuperseded: true",
  "isSuperseded: false",
  "supersededBy: P-1",
  "supersedes: P-2",
  "patchStatus: Missing",
  "patchStatus: Installed",
  "missingCount > 1",
  "installedCount: 0",
  "publishedDate >= 1970-01-02",
  "enabled: true",
  "isCustomizedDownloadUrl: true",
  "deleted: true",
  "rebootRequired: true",
  "product: `Windows 11`",
  "packageDetails.packageName: kernel",
  "downloadMethod is null",
] as const;

const textOf = (conditions: readonly string[]): fc.Arbitrary<string> => {
  const leaf = fc.constantFrom(...conditions);
  const { text } = fc.letrec<{ text: string }>((tie) => ({
    text: fc.oneof(
      { maxDepth: 2, depthSize: "small" },
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: tie("text").map((t) => `not (${t})`) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(tie("text"), fc.constantFrom("and", "or"), tie("text"))
          .map(([a, joint, b]) => `(${a}) ${joint} (${b})`),
      },
    ),
  }));
  return text;
};

const compiled = <D extends Qql.Catalog.Definitions>(catalog: Qql.Catalog.Catalog<D>, text: string) => {
  const query = Qql.compile(catalog, text);
  if (!query.ok) throw new Error(`${text}: ${query.error.map((d) => d.message).join("; ")}`);
  return query.value;
};

/** A query over assets. */
export const assetQuery = textOf(ASSET_CONDITIONS).map((text) => compiled(AssetCatalog.catalog, text));

/** A query over patches. */
export const patchQuery = textOf(PATCH_CONDITIONS).map((text) => compiled(PatchCatalog.catalog, text));

const seats = (tree: TagTree): fc.Arbitrary<SeatRule.SeatRule> =>
  fc
    .record({
      plan: fc.constantFrom("Free", "Trial", "Full", "Full", "Full"),
      seats: fc.integer({ min: 0, max: 8 }),
      include: TagArbitraries.tagSet,
      exclude: TagArbitraries.tagSet,
    })
    .map(({ plan, seats: bought, include, exclude }): SeatRule.SeatRule => {
      if (plan === "Free") return { _tag: "Nobody" };
      if (plan === "Trial") return { _tag: "Activated" };
      const licence = { seats: bought, include, exclude };
      return SeatRule.ofLicence(licence, tree);
    });

/** A question about assets; tags mean what they do in a tree of their own. */
export const question: fc.Arbitrary<AssetQuestion> = TagArbitraries.tree.chain((tree) =>
  fc.record({
    asset: fc.option(assetQuery, { freq: 4 }),
    patch: fc.option(patchQuery, { freq: 1 }),
    view: fc.constantFrom(...views),
    seen: fc.option(TagArbitraries.tagIds(4), { freq: 1 }),
    seats: seats(tree),
    asOf: fc.integer({ min: 0, max: 5 }).map((hours) => hours * HOUR_MS),
  }),
);

/** How a question is paged, from its start. */
export const paging: fc.Arbitrary<AssetPaging> = fc.record({
  by: fc.constantFrom(...assetSortKeys),
  direction: fc.constantFrom("ascending", "descending"),
  after: fc.constant(null),
  limit: fc.integer({ min: 1, max: 12 }),
});

const selected = (tree: TagTree): fc.Arbitrary<Selected> =>
  fc.record({
    named: fc.subarray([...TagArbitraries.ASSETS]),
    include: TagArbitraries.tagSet.map((set) => TagSelection.bearing(set, tree)),
    exclude: TagArbitraries.tagSet.map((set) => TagSelection.bearing(set, tree)),
  });

/** Which assets' patches are counted. */
export const looked: fc.Arbitrary<Looked> = TagArbitraries.tree.chain((tree) =>
  fc.record({
    seen: fc.option(TagArbitraries.tagIds(4), { freq: 1 }),
    within: fc.option(selected(tree), { freq: 2 }),
  }),
);

/** What a job may reach. */
export const reach: fc.Arbitrary<Reach> = TagArbitraries.tree
  .chain((tree) =>
    fc.record({
      platform: fc.constantFrom(...platforms),
      selection: selected(tree),
      scopes: fc.array(TagArbitraries.tagIds(4), { maxLength: 2 }),
    }),
  )
  .map(({ selection, ...rest }) => ({ ...selection, ...rest }));

/** Ids of assets, some of them of none. */
export const assetIds: fc.Arbitrary<readonly string[]> = fc.subarray([...TagArbitraries.ASSETS, "nowhere"]);
