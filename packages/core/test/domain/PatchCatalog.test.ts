import { readFileSync } from "node:fs";
import * as Qql from "@fettle/qql";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as PatchCatalog from "../../src/domain/patch/PatchCatalog.ts";
import * as Story from "../../src/testing/simulation/Story.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Values from "../scenario/Values.ts";

const { patch, pkg } = Values;
const find = (text: string, patches: readonly ReturnType<typeof patch>[]): readonly string[] => {
  const query = Qql.compile(PatchCatalog.catalog, text);
  if (!query.ok) throw new Error(query.error.map((d) => d.message).join("; "));
  return patches
    .filter((p) => Qql.matches(query.value, PatchCatalog.toDocument(p), Date.UTC(2026, 0, 20)))
    .map((p) => p.id);
};

const patches = [
  patch("A", {
    title: "openssl security update",
    vendor: "Fettle Lab",
    vendorSeverity: "Critical",
    cves: ["CVE-2026-0001", "CVE-2026-0002"],
    packages: [pkg("openssl", "2-1"), pkg("openssl-libs", "2-1")],
    publishedAt: Date.UTC(2026, 0, 10),
    modifiedAt: Date.UTC(2026, 0, 12),
    reboot: "may",
  }),
  patch("B", {
    title: "tzdata bugfix",
    platform: "Windows",
    vendor: "Somebody",
    category: "bugfix",
    vendorSeverity: "None",
    packages: [pkg("tzdata", "2-1")],
    publishedAt: Date.UTC(2026, 0, 20),
    modifiedAt: Date.UTC(2026, 0, 20),
  }),
];

describe("the tokens of a patch", () => {
  it.each([
    ["id: A", ["A"]],
    ["title: openssl", ["A"]],
    ["platform: Windows", ["B"]],
    ["vendor: fettle", ["A"]],
    ["category: bugfix", ["B"]],
    ["vendorSeverity: [Critical, Important]", ["A"]],
    ["cve: CVE-2026-0002", ["A"]],
    ["package: openssl-libs", ["A"]],
    ["isSecurity: true", ["A"]],
    ["isSecurity: false", ["B"]],
    ["rebootRequired: true", ["A"]],
    ["publishedDate >= 2026-01-15", ["B"]],
    ["modifiedDate < 2026-01-15", ["A"]],
    ["not cve: CVE-2026-0001", ["B"]],
    ["category: security or category: bugfix", ["A", "B"]],
  ])("%s finds %j", (text, ids) => {
    expect(find(text, patches)).toEqual(ids);
  });

  it("are all searchable with the example that each gives, and all stand in the document", () => {
    const document: Readonly<Record<string, unknown>> = PatchCatalog.toDocument(
      patch("A", { cves: ["CVE-2026-0001"] }),
    );
    const definitions: Qql.Catalog.Definitions = PatchCatalog.catalog.definitions;
    for (const [name, definition] of Object.entries(definitions)) {
      const example = "example" in definition ? definition.example : undefined;
      expect([name, document[name] === undefined]).toEqual([name, false]);
      if (example !== undefined) {
        expect([name, Qql.compile(PatchCatalog.catalog, `${name}: ${example}`).ok]).toEqual([name, true]);
      }
    }
  });

  it("answer the story's query with the security patches that are critical or important", () => {
    const expected = Story.patches.filter((p) => p.id.startsWith("FTSA") && p.id !== "FTSA-2026:0002").map((p) => p.id);
    expect(find(Story.query, Story.patches)).toEqual(expected);
    expect(expected).toHaveLength(6);
  });

  it("hold a patch that may need a reboot for one that requires it, and one that never does for none", () => {
    for (const [reboot, is] of [
      ["never", false],
      ["may", true],
      ["always", true],
    ] as const) {
      expect(PatchCatalog.toDocument(patch("A", { reboot })).rebootRequired).toBe(is);
    }
  });
});

const conformance = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../qql/conformance/catalogs/${name}.json`, import.meta.url), "utf8"));

describe("the catalogue of patches", () => {
  it("PAT-01: is the one that every implementation of the language is held to, word for word and in its order", () => {
    const expected = conformance("patch") as Record<string, unknown>;
    expect(PatchCatalog.catalog.definitions).toEqual(expected);
    expect(Object.keys(PatchCatalog.catalog.definitions)).toEqual(Object.keys(expected));
  });

  const windows = patch("KB5034441", {
    platform: "Windows",
    title: "Cumulative Update",
    description: "Closes a remote code execution",
    vendor: "Microsoft",
    vendorLink: "https://support.example.com/kb/5034441",
    category: "Security Patches",
    appFamilies: ["Windows", "Internet Explorer"],
    products: ["Windows 11", "Windows Server 2022"],
    kb: "KB5034441",
    bulletin: "MS24-001",
    cves: ["CVE-2024-0001"],
    architectures: ["x64", "arm64"],
    language: "en-US",
    packages: [],
    packageFormat: null,
    sizeBytes: 120_000_000,
    download: { _tag: "AcquireFromVendor", url: "https://support.example.com/get" },
    supersedes: [{ patchId: "KB5034000", product: null }],
    isRollbackSupported: true,
    publishedAt: Values.START,
  });
  const linux = patch("FTSA-2026:0007", {
    vendorLink: "https://lab.example/FTSA-2026:0007",
    releases: ["rocky:9"],
    architectures: ["x86_64"],
    packages: [pkg("openssl", "2-1"), pkg("tzdata", "2-1", "noarch")],
    isRollbackSupported: true,
  });
  const context: PatchCatalog.PatchContext = {
    qids: [90_931],
    counts: { missing: 3, installed: 40 },
    isSuperseded: true,
    supersededBy: ["KB5039999"],
    hasVendorFile: true,
  };
  const holds = (text: string, of: ReturnType<typeof patch>, about?: PatchCatalog.PatchContext): boolean => {
    const query = Qql.compile(PatchCatalog.catalog, text);
    if (!query.ok) throw new Error(query.error.map((d) => d.message).join("; "));
    return Qql.matches(query.value, PatchCatalog.toDocument(of, about), Values.START);
  };

  it.each([
    "patchId: kb5034441",
    'description: "remote code"',
    'vendorlink: "support.example.com/kb"',
    "vendorPatchId: KB5034441",
    'appFamily: "internet explorer"',
    'product: "windows server"',
    "kb: KB5034441",
    "bulletin: MS24-001",
    "cve: CVE-2024-0001",
    "qid: 90931",
    "architecture: [X64, X86]",
    "language: en-us",
    "size > 100 MB",
    "supersedes: KB5034000",
    "supersededBy: KB5039999",
    "isSuperseded: true",
    "isRollback: true",
    "downloadMethod: AcquireFromVendor",
    "isCustomizedDownloadUrl: true",
    "enabled: true",
    "deleted: false",
    "patchStatus: Missing and patchStatus: Installed",
    "missingCount: 3 and installedCount: 40",
    "advisory is null and advisoryLink is null and packageDetails is null and package is null",
  ])("PAT-01: answers %s for a bulletin", (text) => {
    expect(holds(text, windows, context)).toBe(true);
  });

  it.each([
    "advisory: FTSA-2026*",
    'advisoryLink: "lab.example"',
    "package: tzdata",
    "packageDetails: (packageName: tzdata and architecture: noarch)",
    "not packageDetails: (packageName: openssl and architecture: noarch)",
    "osIdentifier: `rocky:9`",
    "downloadMethod is null and enabled: true",
    "architecture: X64",
    "patchStatus is null and missingCount is null and installedCount is null",
    "qid is null and isSuperseded: false and supersededBy is null",
  ])("PAT-13: answers %s for an advisory of which nothing else is known", (text) => {
    expect(holds(text, linux)).toBe(true);
  });

  it("PAT-02, PAT-04: enables no patch that is withdrawn, a feature update or out of reach", () => {
    expect(holds("enabled: true", windows)).toBe(false);
    expect(holds("enabled: true", { ...windows, isDeprecated: true }, context)).toBe(false);
    expect(holds("deleted: true", { ...windows, isDeprecated: true }, context)).toBe(true);
    expect(holds("enabled: true", { ...windows, isFeatureUpdate: true }, context)).toBe(false);
  });

  it("counts a status of nobody as none", () => {
    const counted = (missing: number, installed: number) =>
      PatchCatalog.toDocument(linux, { ...context, counts: { missing, installed } }).patchStatus;
    fc.assert(
      fc.property(fc.nat(2), fc.nat(2), (missing, installed) => {
        expect(counted(missing, installed)).toEqual([
          ...(missing > 0 ? ["Missing"] : []),
          ...(installed > 0 ? ["Installed"] : []),
        ]);
      }),
      Arbitraries.runs(50),
    );
  });

  it("knows a processor family by every vendor's spelling, and leaves out what it doesn't know", () => {
    const { architectureOf } = PatchCatalog;
    expect(["amd64", "x86_64", "X64", "i686", "aarch64", "all", "NOARCH", "armhf"].map(architectureOf)).toEqual([
      "X64",
      "X64",
      "X64",
      "X86",
      "Arm64",
      "noarch",
      "noarch",
      "Arm",
    ]);
    expect(architectureOf("vax")).toBeNull();
    expect(PatchCatalog.toDocument({ ...linux, architectures: ["vax", "amd64", "x86_64"] }).architecture).toEqual([
      "X64",
    ]);
  });
});
