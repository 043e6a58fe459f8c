import * as Qql from "@fettle/qql";
import { describe, expect, it } from "vitest";
import * as PatchCatalog from "../../src/domain/patch/PatchCatalog.ts";
import * as Story from "../../src/testing/simulation/Story.ts";
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
    for (const [name, { example }] of Object.entries(PatchCatalog.catalog.definitions)) {
      expect([name, Qql.compile(PatchCatalog.catalog, `${name}: "${example}"`).ok]).toEqual([name, true]);
      expect([name, document[name] === undefined]).toEqual([name, false]);
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
