import { readFileSync } from "node:fs";
import * as Qql from "@fettle/qql";
import { describe, expect, it } from "vitest";
import * as AgentCatalog from "../../src/domain/asset/AgentCatalog.ts";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import { noFacts } from "../../src/domain/asset/Asset.ts";
import * as AssetCatalog from "../../src/domain/asset/AssetCatalog.ts";
import * as JobCatalog from "../../src/domain/job/JobCatalog.ts";
import * as Values from "../scenario/Values.ts";

const written = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../qql/conformance/catalogs/${name}.json`, import.meta.url), "utf8"));

describe("the typed catalogues", () => {
  it.each([
    ["asset", AssetCatalog.catalog],
    ["agent", AgentCatalog.catalog],
    ["job", JobCatalog.catalog],
  ])("AST-02: the %s catalogue is the one that the language's own cases are run with", (name, catalog) => {
    expect(catalog.definitions).toEqual(written(name));
  });

  it.each([
    ["asset", AssetCatalog.catalog],
    ["agent", AgentCatalog.catalog],
    ["job", JobCatalog.catalog],
  ])("AST-02: each example of the %s catalogue reads as a query", (_, catalog) => {
    const bad = catalog.tokens.filter((t) => Qql.inspect(catalog, `${t.name}: ${t.example}`).checked === null);
    expect(bad.map((t) => t.name)).toEqual([]);
  });
});

const NOW = Values.START;
const asset: Asset = Values.asset(Values.uuid(1), {
  name: "web-01.example.org",
  osFamily: "Red Hat",
  osName: "Rocky Linux 9.4 (Blue Onyx)",
  tags: ["cloud-agent", "web"],
  activations: { PM: NOW, VM: NOW },
  facts: {
    release: "rocky:9",
    osVersion: "9.4",
    packageFormat: "rpm",
    modules: ["nodejs:18"],
    manufacturer: "Dell Inc.",
    model: "PowerEdge R750",
    serialNumber: "CZJ0420FKX",
    interfaces: [
      { name: "eth0", mac: "00:50:56:ab:cd:01", addresses: ["10.10.10.10", "fe80::1"], gateway: "10.10.0.1" },
      { name: "eth1", mac: "00:50:56:ab:cd:02", addresses: ["192.168.7.2"], gateway: null },
    ],
    loggedInUser: "alice",
    bootedAt: NOW - Values.DAY_MS,
    location: "Lisbon",
  },
});
const context: AssetCatalog.AssetContext = {
  isLicensed: true,
  tagName: (id) => ({ web: "Web Servers", "cloud-agent": "Cloud Agent" })[id],
  agent: { lastCheckedInAt: NOW - 8 * Values.DAY_MS, agentVersion: "2.0.9" },
  patches: {
    assessedAt: NOW,
    missing: 3,
    installed: 5,
    latestMissing: 2,
    missingTitles: ["openssl update"],
    installedTitles: ["curl update"],
  },
};

const finds = (text: string, one: Asset = asset, about = context): boolean => {
  const query = Qql.compile(AssetCatalog.catalog, text);
  if (!query.ok) throw new Error(query.error.map((d) => d.message).join("; "));
  return Qql.matches(query.value, AssetCatalog.toDocument(one, about), NOW);
};

describe("an asset as queries see it", () => {
  it.each([
    [`id: ${asset.id}`, "id: 00000000-0000-4000-a000-000000000002"],
    ["name: web", "name: db"],
    ["platform: Linux", "platform: Windows"],
    ['osFamily: "Red Hat"', "osFamily: Debian"],
    ["operatingSystem: Rocky", "operatingSystem: Alma"],
    ["osIdentifier: `rocky:9`", "osIdentifier: `rocky:8`"],
    ["version: 9.4", "version: 8"],
    ["packageFormat: rpm", "packageFormat: deb"],
    ["moduleStream: `nodejs:18`", "moduleStream: `nodejs:20`"],
    ["lastLoggedOnUser: alice", "lastLoggedOnUser: bob"],
    ["asset.lastBoot > now-2d", "lastBoot < now-2d"],
    ["location: Lisbon", "location: Porto"],
    ["activatedModules: PM", "activatedModules: FIM"],
    ["status: Scanned", "status: Deactivated"],
    ["missingPatchCount: 3", "missingPatchCount: 0"],
    ["installedPatchCount > 4", "installedPatchCount > 5"],
    ["nonSupersededMissingPatchCount: 2", "nonSupersededMissingPatchCount: 3"],
    ["missingPatchTitle: openssl", "missingPatchTitle: curl"],
    ["installedPatchTitle: curl", "installedPatchTitle: openssl"],
    ["agentVersion < 2.1*", "agentVersion > 2.1"],
    ["lastCheckedIn < now-7d", "lastCheckedIn > now-7d"],
    ["tags.name: Web", "tags.name: Database"],
    ["tags.id: web", "tags.id: `Web Servers`"],
  ])("AST-02: %s finds it, and %s doesn't", (found, other) => {
    expect([finds(found), finds(other)]).toEqual([true, false]);
  });

  it("AST-10: hardware and network facts are searchable, an interface's answers together", () => {
    expect(finds("hardware.manufacturer: Dell and hardware.serialNumber: CZJ0420FKX")).toBe(true);
    expect(finds("interfaces.address: 192.168.0.0/16")).toBe(true);
    expect(finds("interfaces.ipv6Address: fe80::/10")).toBe(true);
    expect(finds("interfaces: (address: 10.10.10.10 and gatewayAddress: 10.10.0.1)")).toBe(true);
    // Each holds for one of the interfaces, but not for one and the same.
    expect(finds("interfaces.address: 192.168.7.2 and interfaces.gatewayAddress: 10.10.0.1")).toBe(true);
    expect(finds("interfaces: (address: 192.168.7.2 and gatewayAddress: 10.10.0.1)")).toBe(false);
    expect(finds("interfaces: (macAddress: 00:50:56:ab:cd:02 and address: 192.168.7.2)")).toBe(true);
  });

  it("AST-05: licensed:true finds licensed assets", () => {
    expect(finds("licensed:true")).toBe(true);
    expect(finds("licensed:true", asset, { ...context, isLicensed: false })).toBe(false);
    expect(finds("licensed:false", asset, { ...context, isLicensed: false })).toBe(true);
  });

  it("AST-02: what isn't known is null, never 0 or none", () => {
    const bare = Values.asset(Values.uuid(2), { facts: noFacts });
    const nothing = AssetCatalog.noContext;
    for (const token of ["missingPatchCount", "installedPatchCount", "scanStatus", "lastCheckedIn", "agentVersion"]) {
      expect([token, finds(`${token} is null`, bare, nothing)]).toEqual([token, true]);
    }
    expect(finds("missingPatchCount: 0", bare, nothing)).toBe(false);
    expect(finds("missingPatchCount < 100", bare, nothing)).toBe(false);
    expect(finds("hardware.manufacturer is null and lastBoot is null and version is null", bare, nothing)).toBe(true);
  });

  it("AST-13: tells that the patch module doesn't support a platform that can't be patched", () => {
    const core = { ...asset, osName: "Fedora CoreOS 40" };
    expect(finds("osNotSupportedForModules: PM", core)).toBe(true);
    expect(finds("osNotSupportedForModules: PM")).toBe(false);
  });

  it("TAG-08: the tokens that a dynamic tag may ask for are answered without licence, agent or assessment", () => {
    expect([...AssetCatalog.ownTokens]).toContain("interfaces.address");
    expect([...AssetCatalog.ownTokens]).not.toContain("tags.name");
    const bare = AssetCatalog.toDocument(asset, AssetCatalog.noContext) as { readonly [name: string]: unknown };
    const told = AssetCatalog.toDocument(asset, context) as { readonly [name: string]: unknown };
    const top = [...AssetCatalog.ownTokens].map((name) => name.split(".")[0] ?? "");
    expect(top.filter((name) => JSON.stringify(bare[name]) !== JSON.stringify(told[name]))).toEqual([]);
    const others = Object.keys(told).filter((name) => !top.includes(name) && name !== "tags");
    expect(others.filter((name) => JSON.stringify(bare[name]) === JSON.stringify(told[name]))).toEqual([]);
  });
});

describe("an agent as queries see it", () => {
  const about: AgentCatalog.AgentContext = {
    agentVersion: "2.0.9",
    lastCheckedInAt: NOW - 8 * Values.DAY_MS,
    lastInventoryAt: NOW - 9 * Values.DAY_MS,
    configurationProfile: "Initial Profile",
    tagName: context.tagName,
  };
  const found = (text: string): boolean => {
    const query = Qql.compile(AgentCatalog.catalog, text);
    if (!query.ok) throw new Error(query.error.map((d) => d.message).join("; "));
    return Qql.matches(query.value, AgentCatalog.toDocument(asset, about), NOW);
  };
  it.each([
    ["lastCheckedIn < now-7d", "lastCheckedIn < now-9d"],
    ["agentVersion<2.1*", "agentVersion<2.0*"],
    ['tags.name: "Cloud Agent"', 'tags.name: "Database"'],
    ["activatedForModule: PM", "activatedForModule: EDR"],
    ["configurationProfile: `Initial Profile`", "configurationProfile: Other"],
    [`agentActivationKey: ${asset.activationKey}`, "agentActivationKey is null"],
    [`asset.agentId: ${asset.id}`, "asset.agentId is null"],
    ["lastInventory > now-10d", "lastInventory > now-8d"],
    ["sensors.activatedForModules: VM", "vulnerabilities.vulnerability.qid: 105961"],
  ])("AST-02: %s finds it, and %s doesn't", (yes, no) => {
    expect([found(yes), found(no)]).toEqual([true, false]);
  });
});

describe("a job as queries see it", () => {
  const job = Values.job({
    title: "Patch Tuesday",
    targets: Values.select({
      assets: [Values.uuid(7)],
      include: Values.any("fleet"),
      exclude: Values.any("lab"),
    }),
  });
  const found = (text: string, about = JobCatalog.noContext): boolean => {
    const query = Qql.compile(JobCatalog.catalog, text);
    if (!query.ok) throw new Error(query.error.map((d) => d.message).join("; "));
    return Qql.matches(query.value, JobCatalog.toDocument(job, about), NOW);
  };
  it.each([
    ['name: "Patch Tuesday"', "name: Wednesday"],
    ["status: Disabled", "status: Enabled"],
    ["type: Install", "type: Rollback"],
    ["scheduleType: On-demand", "isRecurring: true"],
    ["tags: fleet", "tags: lab"],
    ["exclusionTags: lab", "exclusionTags: fleet"],
    ["patchCount: 1 and assetCount: 1", "patchCount: 0"],
    ["ownerId: mara", "ownerId is null"],
    ["completionPercent is null and totalAssetCount is null", "completionPercent: 0"],
  ])("JOB-12: %s finds it, and %s doesn't", (yes, no) => {
    expect([found(yes), found(no)]).toEqual([true, false]);
  });

  it("RUN-05: tells how far its latest run has come", () => {
    const about = { lastRunAt: NOW, progress: { assets: 8, responded: 4, final: 2 } };
    expect(found("completionPercent: 25 and assetResultReceivedCount: 4 and totalAssetCount: 8", about)).toBe(true);
    expect(found("lastScheduleDateTime > now-1d", about)).toBe(true);
  });
});
