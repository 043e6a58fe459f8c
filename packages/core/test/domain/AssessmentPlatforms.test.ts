import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Assessment from "../../src/domain/assessment/Assessment.ts";
import * as CatalogueIndex from "../../src/domain/assessment/CatalogueIndex.ts";
import * as Inventory from "../../src/domain/assessment/Inventory.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as Supersedence from "../../src/domain/patch/Supersedence.ts";
import * as PatchBuilders from "../../src/testing/builders/PatchBuilders.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";

const about = { snapshot: "sha256:00", assessedAt: 1, catalogue: 1, traits: "" };
const windows: Inventory.Traits = {
  platform: "Windows",
  arch: "x86_64",
  release: "windows:10.0.19045",
  packageFormat: "windows",
  modules: null,
};
const mac: Inventory.Traits = {
  ...windows,
  platform: "Mac",
  arch: "aarch64",
  release: "macos:14.4",
  packageFormat: "mac",
};

const pkg = (name: string, evr: string, arch = "x86_64"): Package.Package => ({ name, arch, evr });
const assess = (traits: Inventory.Traits, packages: readonly Package.Package[], ...patches: readonly Patch[]) => {
  const found = Assessment.assess(Inventory.make(traits, packages), CatalogueIndex.make(patches), about);
  return { missing: found.missing, installed: found.installed, unknown: found.unknown };
};
const bulletin = (over: Partial<Patch>): Patch => PatchBuilders.bulletin("B", over);
const hotfix = (over: Partial<Patch> = {}, arch = "any"): Patch =>
  bulletin({
    releases: ["windows:10.0.19045"],
    packages: [{ ...pkg("KB5034441", "1", arch), isPresence: true }],
    ...over,
  });
const nothing = { missing: [], installed: [], unknown: [] };
const isMissing = (p: Package.Package, installed: string | null) => ({
  ...nothing,
  missing: [{ patchId: "B", packages: [{ name: p.name, arch: p.arch, installed, fixed: p.evr }] }],
});

describe("a bulletin for Windows or a Mac", () => {
  it("SYN-03: is missing where its product is older than the one that fixes, by dotted numbers, and installed where it isn't", () => {
    const fix = pkg("Notepad++ (64-bit x64)", "8.6.10");
    const one = bulletin({ packages: [fix] });
    expect(assess(windows, [{ ...fix, evr: "8.6.9" }], one)).toEqual(isMissing(fix, "8.6.9"));
    expect(assess(windows, [{ ...fix, evr: "08.6.10.0" }], one)).toEqual({ ...nothing, installed: ["B"] });
    expect(assess(windows, [pkg("Other", "1.0")], one)).toEqual(nothing);
    expect(assess(windows, [{ ...fix, arch: "i686", evr: "8.0" }], one)).toEqual(nothing);
  });

  it("SYN-03: is judged by the system itself, a package whose version is its build", () => {
    const build = pkg("macOS", "23E224", "noarch");
    const one = bulletin({ platform: "Mac", packageFormat: "mac", releases: ["macos:14"], packages: [build] });
    expect(assess(mac, [{ ...build, evr: "23E214" }], one)).toEqual(isMissing(build, "23E214"));
    expect(assess(mac, [{ ...build, evr: "23F79" }], one)).toEqual({ ...nothing, installed: ["B"] });
    expect(assess({ ...mac, release: "macos:13.6" }, [{ ...build, evr: "22G91" }], one)).toEqual(nothing);
  });

  it("SYN-03: of a version that isn't one is unknown, never nothing missing", () => {
    const one = bulletin({ packages: [pkg("App", "2.0")] });
    expect(assess(windows, [pkg("App", "2.0 beta")], one).unknown).toEqual([
      { patchId: "B", reason: "version-unreadable" },
    ]);
    expect(assess(windows, [pkg("App", "1.0")], bulletin({ packages: [pkg("App", "two")] })).unknown).toHaveLength(1);
  });

  it("SYN-03: is missing just when slow arithmetic says so", () => {
    const version = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(version, version, fc.constantFrom(windows, mac), (has, wants, traits) => {
        // The first difference decides, and what isn't there is a nought.
        const first = [0, 1, 2, 3, 4].map((i) => (has[i] ?? 0) - (wants[i] ?? 0)).find((d) => d !== 0) ?? 0;
        const one = bulletin({
          platform: traits.platform === "Mac" ? "Mac" : "Windows",
          packageFormat: traits.packageFormat,
          packages: [pkg("App", wants.join("."))],
        });
        expect(assess(traits, [pkg("App", has.join("."))], one).missing).toHaveLength(first < 0 ? 1 : 0);
      }),
      Arbitraries.runs(500),
    );
  });
});

describe("a hotfix that is known by its KB", () => {
  const absent = (arch = "x86_64") => ({
    ...nothing,
    missing: [{ patchId: "B", packages: [{ name: "KB5034441", arch, installed: null, fixed: "1", isPresence: true }] }],
  });

  it("SYN-03: is installed where a package of that name stands, in any version and architecture, and missing where it doesn't", () => {
    expect(assess(windows, [], hotfix())).toEqual(absent());
    expect(assess(windows, [pkg("KB5034441", "no version", "noarch")], hotfix())).toEqual({
      ...nothing,
      installed: ["B"],
    });
    expect(assess(windows, [pkg("KB5034442", "1")], hotfix())).toEqual(absent());
  });

  it("SYN-03: is missing on its releases alone, and unknown where the release isn't told, or not exactly enough", () => {
    const on = (release: string | null) => assess({ ...windows, release }, [], hotfix());
    expect(on("windows:10.0.19045.3803")).toEqual(absent());
    expect(on("windows:10.0.19044")).toEqual(nothing);
    expect(on("windows-server:10.0.19045")).toEqual(nothing);
    expect(on(null).unknown).toEqual([{ patchId: "B", reason: "release-not-told" }]);
    expect(on("windows:10.0").unknown).toEqual([{ patchId: "B", reason: "release-too-coarse" }]);
    expect(assess({ ...mac, release: "windows:10.0.19045" }, [], hotfix())).toEqual(nothing);
  });

  it("SYN-03: is for machines of its architecture, or of any", () => {
    expect(assess(windows, [], hotfix({}, "aarch64"))).toEqual(nothing);
    expect(assess(windows, [], hotfix({}, "amd64"))).toEqual(absent("amd64"));
    expect(assess(windows, [], hotfix({}, "noarch"))).toEqual(absent("noarch"));
    expect(assess({ ...windows, arch: "aarch64" }, [], hotfix())).toEqual(absent("aarch64"));
  });

  it("PAT-06: is nowhere missing when it was withdrawn, nor where nothing says that it ought to be", () => {
    expect(assess(windows, [], hotfix({ isDeprecated: true }))).toEqual(nothing);
    expect(assess(windows, [], hotfix({ releases: [] }))).toEqual(nothing);
    expect(assess(windows, [pkg("KB5034441", "1")], hotfix({ releases: [] })).installed).toEqual(["B"]);
  });

  it("AST-03: whose place an installed KB takes is not among the latest missing", () => {
    const newer = PatchBuilders.bulletin("B-2", {
      releases: ["windows:10.0.19045"],
      packages: [{ ...pkg("KB5035853", "1", "any"), isPresence: true }],
      supersedes: [{ patchId: "B", product: null }],
    });
    const latest = (packages: readonly Package.Package[]) => {
      const { missing, installed } = assess(windows, packages, hotfix(), newer);
      return Supersedence.latest(Supersedence.make([hotfix(), newer]), { missing, installed, products: null });
    };
    expect(latest([pkg("KB5035853", "1")])).toEqual([]);
    expect(latest([])).toEqual(["B-2"]);
    expect(latest([pkg("KB5034441", "1")])).toEqual(["B-2"]);
  });
});
