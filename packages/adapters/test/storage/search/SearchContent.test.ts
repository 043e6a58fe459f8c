/** What stored entities tell searches, held against what they told when tables of this content version were made. */
import { createHash } from "node:crypto";
import { AssetSearch, type EntityKind, PatchCatalog, type SearchPart, SearchParts, Supersedence } from "@fettle/core";
import { expect, test } from "vitest";
import { CONTENT_VERSION } from "../../../src/storage/sqlite/search/SearchTables.ts";

const facts = {
  release: "rocky:9",
  osVersion: "9.4",
  packageFormat: "rpm",
  modules: ["nodejs:18"],
  manufacturer: "Dell",
  model: "R750",
  serialNumber: "S1",
  interfaces: [{ name: "eth0", mac: "00:50:56:ab:cd:ef", addresses: ["10.0.0.1", "fe80::1"], gateway: "10.0.0.254" }],
  loggedInUser: "alice",
  bootedAt: 5,
  location: "Lisbon",
};

const asset = (id: string, platform: string, osFamily: string, osName: string, more = {}) => ({
  id,
  name: `Name of ${id}`,
  platform,
  osFamily,
  osName,
  arch: "x86_64",
  timeZone: "UTC",
  facts,
  assignedTags: ["g1"],
  tags: ["g1", "g2"],
  activations: { PM: 7, VM: 8 },
  provisionedAt: 1,
  activationKey: "k",
  ...more,
});

const patch = (id: string, more = {}) => ({
  id,
  title: `Title of ${id}`,
  platform: "Windows",
  vendor: "Lab",
  category: "Security Patches",
  vendorSeverity: "Important",
  cves: ["CVE-2026-0001"],
  packages: [{ name: "openssl", arch: "aarch64", evr: "1-2" }],
  publishedAt: 1,
  modifiedAt: 2,
  reboot: "may",
  isDeprecated: false,
  architectures: ["amd64", "arm64", "vax"],
  products: ["A"],
  ...more,
});

const entities: readonly (readonly [EntityKind, unknown])[] = [
  ["asset", asset("a1", "Linux", "Red Hat", "Rocky Linux 9")],
  ["asset", asset("a2", "Windows", "Windows", "Windows Server 2022 Evaluation", { activations: {} })],
  ["asset", asset("a3", "Other", "BSD", "FreeBSD 14")],
  // Stored before modules had an instant each, and before there were facts.
  [
    "asset",
    {
      ...asset("a4", "Linux", "", "Fedora CoreOS"),
      facts: undefined,
      activations: undefined,
      modules: ["PM"],
      activatedAt: 3,
    },
  ],
  ["patch", patch("p1", { download: { _tag: "AcquireFromVendor", url: "u" } })],
  [
    "patch",
    patch("p2", { supersedes: [{ patchId: "p1", product: null }], download: { _tag: "Automatic", files: [] } }),
  ],
  ["patch", patch("p3", { platform: "Linux", isFeatureUpdate: true, kb: "KB1", bulletin: "B", vendorLink: "l" })],
  ["patch", patch("p4", { isDeprecated: true, supersedes: [{ patchId: "p2", product: "A" }] })],
  ["tag", { id: "g1", name: "Berlin", parent: null }],
  ["vulnerability", { qid: 5, title: "t", severity: 1, cves: ["CVE-2026-0001"] }],
  ["vendorFile", { patchId: "p1", url: null, digest: "d", sizeBytes: 1, signer: null, suppliedBy: "u", suppliedAt: 1 }],
  [
    "assessment",
    {
      snapshot: "s",
      assessedAt: 9,
      missing: ["p1", "p2", "p4"].map((patchId) => ({ patchId, packages: [] })),
      installed: ["p3"],
    },
  ],
];

const told = (): unknown => {
  const parts = entities.map(([kind, body]) => SearchParts.ofStored(kind, JSON.parse(JSON.stringify(body))));
  expect(parts).not.toContain(undefined);
  const patches = parts.flatMap((part) => (part?._tag === "Patch" ? [part.patch] : []));
  const graph = Supersedence.make(patches);
  return parts.map((part) => (part === undefined ? null : tells(part, graph)));
};

const tells = (part: SearchPart, graph: Supersedence.Supersedence): unknown => {
  if (part._tag === "Assessment") return [part, AssetSearch.latestMissing(part.assessment, graph)];
  if (part._tag !== "Patch") return part;
  const context = {
    ...PatchCatalog.noContext,
    isSuperseded: Supersedence.isSuperseded(graph, part.patch.id),
    supersededBy: Supersedence.supersededBy(graph, part.patch.id),
  };
  return [false, true].map((hasVendorFile) => PatchCatalog.toDocument(part.patch, { ...context, hasVendorFile }));
};

test("what stored entities tell searches changes only with the content version, so that tables are made anew", () => {
  const digest = createHash("sha256").update(JSON.stringify(told())).digest("hex").slice(0, 16);
  // Another digest: raise the version, then put both here.
  expect({ version: CONTENT_VERSION, digest }).toEqual({ version: 1, digest: "99db2572e661e82d" });
});
