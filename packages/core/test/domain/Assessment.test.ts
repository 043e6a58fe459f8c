import { describe, expect, it } from "vitest";
import * as Assessment from "../../src/domain/assessment/Assessment.ts";
import * as CatalogueIndex from "../../src/domain/assessment/CatalogueIndex.ts";
import * as Inventory from "../../src/domain/assessment/Inventory.ts";
import { noFacts } from "../../src/domain/asset/Asset.ts";
import type { PatchPackage } from "../../src/domain/patch/Patch.ts";
import * as Values from "../scenario/Values.ts";

const { patch, pkg } = Values;

/** An asset whose agent tells everything, as Enterprise Linux. */
const machine: Inventory.Traits = {
  platform: "Linux",
  arch: "x86_64",
  release: "rocky:9.4",
  packageFormat: "rpm",
  modules: [],
};

const about = { snapshot: "sha256:00", assessedAt: Values.START, catalogue: 1, traits: Inventory.traitsKey(machine) };

type Packages = readonly ReturnType<typeof pkg>[];
type Patches = readonly ReturnType<typeof patch>[];

const assess = (traits: Partial<Inventory.Traits>, installed: Packages, ...patches: Patches) => {
  const inventory = Inventory.make({ ...machine, ...traits }, installed);
  return Assessment.assess(inventory, CatalogueIndex.make(patches), about);
};

/** What is said of the patch P-1 with these packages. */
const verdict = (
  installed: Packages,
  packages: readonly PatchPackage[],
  traits: Partial<Inventory.Traits> = {},
  over: Parameters<typeof patch>[1] = {},
): string => {
  const { missing, unknown, ...found } = assess(traits, installed, patch("P-1", { packages, ...over }));
  const [behind] = missing;
  if (behind !== undefined) {
    const text = behind.packages.map((p) => {
      const replaces = (p.replaces ?? []).map((r) => ` for ${r.name}.${r.arch} ${r.evr}`).join("");
      return `${p.name}.${p.arch} ${p.installed ?? "-"} → ${p.fixed}${replaces}`;
    });
    return `missing: ${text.join(", ")}`;
  }
  const [cannot] = unknown;
  if (cannot !== undefined) return `unknown: ${cannot.reason}`;
  return found.installed.length > 0 ? "installed" : "not applicable";
};

describe("a fix of a feed that tells no architecture", () => {
  const fix = [pkg("openssl", "2-1", "any")];

  it.each([
    [
      "each that stands there",
      [pkg("openssl", "1-1"), pkg("openssl", "1-1", "i686")],
      "openssl.i686 1-1 → 2-1, openssl.x86_64 1-1 → 2-1",
    ],
    ["only the one behind", [pkg("openssl", "2-1"), pkg("openssl", "1-1", "i686")], "openssl.i686 1-1 → 2-1"],
    ["a neutral one", [pkg("openssl", "1-1", "noarch")], "openssl.noarch 1-1 → 2-1"],
  ])("SYN-03: names %s, so that an installer can be asked for it", (_, installed, behind) => {
    expect(verdict(installed, fix)).toBe(`missing: ${behind}`);
  });

  it("SYN-03: is installed where all are new enough, and for nothing where none stands", () => {
    expect(verdict([pkg("openssl", "2-1")], fix)).toBe("installed");
    expect(verdict([pkg("other", "1-1")], fix)).toBe("not applicable");
  });
});

describe("an assessment", () => {
  const fix = [pkg("openssl", "2-1")];

  it.each([
    ["older", "1-1", "missing: openssl.x86_64 1-1 → 2-1"],
    ["older by its release", "2-0", "missing: openssl.x86_64 2-0 → 2-1"],
    ["equal", "2-1", "installed"],
    ["newer", "2-2", "installed"],
    ["newer by its epoch", "1:1-1", "installed"],
    ["older though its text sorts later", "1.10-1", "missing: openssl.x86_64 1.10-1 → 2-1"],
    ["older by its tilde", "2~rc1-1", "missing: openssl.x86_64 2~rc1-1 → 2-1"],
  ])("SYN-03: judges a patch by a package that is %s (%s): %s", (_, evr, expected) => {
    expect(verdict([pkg("openssl", evr)], fix)).toBe(expected);
  });

  it("AST-06: lists of a Linux asset what is missing with what stands there and would fix it, and what is installed", () => {
    const patches = [
      patch("Z", { packages: fix }),
      patch("B", { packages: [pkg("curl", "1-1")] }),
      patch("A", { packages: fix }),
    ];
    expect(assess({}, [pkg("openssl", "1-1"), pkg("curl", "1-1")], ...patches)).toEqual({
      ...about,
      missing: ["A", "Z"].map((patchId) => ({
        patchId,
        packages: [{ name: "openssl", arch: "x86_64", installed: "1-1", fixed: "2-1" }],
      })),
      installed: ["B"],
      unknown: [],
    });
  });

  it("leaves alone what the asset hasn't, what is for another platform, what is withdrawn and what names no package", () => {
    expect(verdict([pkg("curl", "1-1")], fix)).toBe("not applicable");
    expect(verdict([], fix)).toBe("not applicable");
    expect(verdict([pkg("openssl", "1-1")], fix, { platform: "Mac" })).toBe("not applicable");
    expect(verdict([pkg("openssl", "1-1")], fix, {}, { isDeprecated: true })).toBe("not applicable");
    expect(verdict([pkg("openssl", "1-1")], [])).toBe("not applicable");
  });

  it("PAT-14: names of a patch with several packages the ones that are behind, and calls it missing by any of them", () => {
    const both = [pkg("zlib", "2-1"), pkg("zlib-devel", "2-1")];
    expect(verdict([pkg("zlib", "2-1"), pkg("zlib-devel", "1-1")], both)).toBe("missing: zlib-devel.x86_64 1-1 → 2-1");
    expect(verdict([pkg("zlib", "2-1")], both)).toBe("installed");
    expect(verdict([pkg("zlib-devel", "1-1"), pkg("zlib", "1-1")], both)).toBe(
      "missing: zlib.x86_64 1-1 → 2-1, zlib-devel.x86_64 1-1 → 2-1",
    );
  });

  it("is the same whichever of two patches with one id the catalogue names last", () => {
    const later = patch("P-1", { packages: [pkg("curl", "2-1")] });
    expect(assess({}, [pkg("openssl", "1-1")], patch("P-1", { packages: fix }), later).missing).toEqual([]);
    const withdrawn = patch("P-1", { packages: fix, isDeprecated: true });
    expect(assess({}, [pkg("openssl", "1-1")], patch("P-1", { packages: fix }), withdrawn).missing).toEqual([]);
  });
});

describe("several versions of one package", () => {
  const kernels = [pkg("kernel", "5-9"), pkg("kernel", "5-10"), pkg("kernel", "5-1")];

  it("are judged by the newest where the package manager keeps them side by side", () => {
    expect(verdict(kernels, [pkg("kernel", "5-10")])).toBe("installed");
    expect(verdict(kernels, [pkg("kernel", "5-11")])).toBe("missing: kernel.x86_64 5-10 → 5-11");
    const driver = [pkg("driver", "1-1"), pkg("driver", "2-1")];
    expect(verdict(driver, [{ ...pkg("driver", "2-1"), isInstallOnly: true }])).toBe("installed");
  });

  it("are judged by the oldest otherwise: a half-done update leaves it behind", () => {
    const openssl = [pkg("openssl", "3-1"), pkg("openssl", "1-1"), pkg("openssl", "2-1")];
    expect(verdict(openssl, [pkg("openssl", "2-1")])).toBe("missing: openssl.x86_64 1-1 → 2-1");
    expect(verdict(openssl, [pkg("openssl", "1-1")])).toBe("installed");
    expect(verdict(kernels, [{ ...pkg("kernel", "5-10"), isInstallOnly: false }])).toBe(
      "missing: kernel.x86_64 5-1 → 5-10",
    );
  });

  it.each([
    ["kernel-core", true],
    ["kernel-modules-extra", true],
    ["kernel-rt-debug-modules", true],
    ["kernel-uek", true],
    ["kernel-headers", false],
    ["kernel-tools", false],
    ["kernel-srpm-macros", false],
    ["kernelspec", false],
  ])("of %s are kept side by side though the feed doesn't say so: %s", (name, isKept) => {
    const found = verdict([pkg(name, "1-1"), pkg(name, "2-1")], [pkg(name, "2-1")]);
    expect(found).toBe(isKept ? "installed" : `missing: ${name}.x86_64 1-1 → 2-1`);
  });

  it("that are spelt apart and mean the same show one of them, whichever comes first", () => {
    const spelt = [pkg("openssl", "1-01"), pkg("openssl", "01-1"), pkg("openssl", "1-1")];
    for (const order of [spelt, [...spelt].reverse()]) {
      expect(verdict(order, [pkg("openssl", "2-1")])).toBe("missing: openssl.x86_64 1-1 → 2-1");
    }
  });
});

describe("architectures", () => {
  it.each([
    ["x86_64", "x86_64", true],
    ["x86_64", "i686", false],
    ["i686", "x86_64", false],
    ["noarch", "x86_64", true],
    ["noarch", "i686", true],
    ["x86_64", "noarch", true],
    ["i686", "noarch", false],
    ["s390x", "noarch", false],
    ["noarch", "noarch", true],
  ])("a fix for %s concerns an installed package of %s on x86_64: %s", (fix, installed, isConcerned) => {
    const found = verdict([pkg("a", "1-1", installed)], [pkg("a", "2-1", fix)]);
    expect(found).toBe(isConcerned ? `missing: a.${fix} 1-1 → 2-1` : "not applicable");
  });

  it("keep multilib packages of one name apart", () => {
    const standing = [pkg("glibc", "1-1", "i686"), pkg("glibc", "2-1", "x86_64")];
    const fixes = [pkg("glibc", "2-1", "x86_64"), pkg("glibc", "2-1", "i686")];
    expect(verdict(standing, fixes)).toBe("missing: glibc.i686 1-1 → 2-1");
  });

  it("of Debian know the machine by its other name", () => {
    const debian = { packageFormat: "deb", arch: "x86_64" } as const;
    const over = { packageFormat: "deb" } as const;
    const found = (fix: string) => verdict([pkg("a", "1", "all")], [pkg("a", "2", fix)], debian, over);
    expect(found("amd64")).toBe("missing: a.amd64 1 → 2");
    expect(found("arm64")).toBe("not applicable");
  });
});

describe("package formats", () => {
  // A plus sign at the end means nothing to RPM, and something newer to Debian.
  const standing = [pkg("a", "1.0+b-1")];
  const fix = [pkg("a", "1.0.1-1")];

  it("decide how versions are compared", () => {
    expect(verdict(standing, fix)).toBe("missing: a.x86_64 1.0+b-1 → 1.0.1-1");
    expect(verdict([pkg("a", "1.0+-1")], [pkg("a", "1.0-1")])).toBe("installed");
    const deb = (evr: string, fixed: string) =>
      verdict([pkg("a", evr)], [pkg("a", fixed)], { packageFormat: "deb" }, { packageFormat: "deb" });
    expect(deb("1.0-1", "1.0+-1")).toBe("missing: a.x86_64 1.0-1 → 1.0+-1");
    expect(verdict([pkg("a", "1.0-1")], [pkg("a", "1.0+-1")])).toBe("installed");
  });

  it("that differ leave the patch alone", () => {
    expect(verdict(standing, fix, { packageFormat: "deb" })).toBe("not applicable");
    expect(verdict(standing, fix, {}, { packageFormat: "deb" })).toBe("not applicable");
  });

  it("are the patch's where the asset's isn't told, and the asset's where the patch's isn't", () => {
    const plus = [pkg("a", "1.0+-1")];
    const bare = [pkg("a", "1.0-1")];
    expect(verdict(bare, plus, { packageFormat: null }, { packageFormat: "deb" })).toMatch("missing");
    expect(verdict(bare, plus, { packageFormat: null })).toBe("installed");
    expect(verdict(bare, plus, { packageFormat: "deb" }, { packageFormat: null })).toMatch("missing");
    expect(verdict(bare, plus, {}, { packageFormat: null })).toBe("installed");
  });

  it("told by neither leave the patch unknown where the asset has a package of it", () => {
    const nobody = { packageFormat: null } as const;
    expect(verdict(standing, fix, nobody, nobody)).toBe("unknown: format-not-told");
    expect(verdict([pkg("b", "1-1")], fix, nobody, nobody)).toBe("not applicable");
  });

  it("can't read every text: then it is unknown, unless the rest decides", () => {
    expect(verdict([pkg("a", "1-1-1-1")], fix)).toBe("unknown: version-unreadable");
    expect(verdict(standing, [pkg("a", "one two")])).toBe("unknown: version-unreadable");
    const partly = (readable: string) => verdict([pkg("a", "1-1-1-1"), pkg("a", readable)], fix);
    expect(partly("1-1")).toBe("missing: a.x86_64 1-1 → 1.0.1-1");
    expect(partly("2-1")).toBe("unknown: version-unreadable");
    const kept = (readable: string) =>
      verdict(
        [pkg("a", "1-1-1-1"), pkg("a", readable)],
        fix.map((p) => ({ ...p, isInstallOnly: true })),
      );
    expect(kept("2-1")).toBe("installed");
    expect(kept("1-1")).toBe("unknown: version-unreadable");
  });
});

describe("obsoletes", () => {
  const successor = (before: string | null, arch = "x86_64"): PatchPackage => ({
    ...pkg("new", "5-1", arch),
    obsoletes: [{ name: "old", before }],
  });

  it("make a patch missing where a package stands that it replaces, and say which", () => {
    expect(verdict([pkg("old", "1-1")], [successor("2-1")])).toBe("missing: new.x86_64 - → 5-1 for old.x86_64 1-1");
    expect(verdict([pkg("old", "2-1")], [successor("2-1")])).toBe("not applicable");
    expect(verdict([pkg("old", "9-1")], [successor(null)])).toBe("missing: new.x86_64 - → 5-1 for old.x86_64 9-1");
  });

  it("count though the package that replaces is there already", () => {
    expect(verdict([pkg("new", "5-1"), pkg("old", "1-1")], [successor("2-1")])).toBe(
      "missing: new.x86_64 5-1 → 5-1 for old.x86_64 1-1",
    );
    expect(verdict([pkg("new", "5-1")], [successor("2-1")])).toBe("installed");
  });

  it("go by the architecture, as fixes do", () => {
    const both = [successor(null, "i686"), successor(null, "x86_64"), successor(null, "s390x")];
    expect(verdict([pkg("old", "1-1")], both)).toBe("missing: new.x86_64 - → 5-1 for old.x86_64 1-1");
    expect(verdict([pkg("old", "1-1", "noarch")], both)).toBe("missing: new.x86_64 - → 5-1 for old.noarch 1-1");
  });

  it("name every package that is replaced, in order, once", () => {
    const fix: PatchPackage = {
      ...pkg("new", "5-1"),
      obsoletes: [
        { name: "older", before: null },
        { name: "old", before: "2-1" },
        { name: "old", before: "3-1" },
      ],
    };
    expect(verdict([pkg("older", "1-1"), pkg("old", "1-1")], [fix])).toBe(
      "missing: new.x86_64 - → 5-1 for old.x86_64 1-1 for older.x86_64 1-1",
    );
  });

  it("of the package itself mean nothing", () => {
    const fix: PatchPackage = { ...pkg("new", "5-1"), obsoletes: [{ name: "new", before: "9-1" }] };
    expect(verdict([pkg("new", "5-1")], [fix])).toBe("installed");
  });

  it("below a version that can't be read are unknown", () => {
    expect(verdict([pkg("old", "1-1")], [successor("not a version")])).toBe("unknown: version-unreadable");
  });
});

describe("module streams", () => {
  const fix = [{ ...pkg("nodejs", "2-1"), module: "nodejs:18" }];
  const old = [pkg("nodejs", "1-1")];

  it("make a patch apply only where the stream is enabled", () => {
    expect(verdict(old, fix, { modules: ["nodejs:18"] })).toBe("missing: nodejs.x86_64 1-1 → 2-1");
    expect(verdict(old, fix, { modules: ["nodejs:16"] })).toBe("not applicable");
    expect(verdict(old, fix, { modules: [] })).toBe("not applicable");
  });

  it("that the agent doesn't know leave the patch unknown, never installed, where the asset has a package of it", () => {
    expect(verdict(old, fix, { modules: null })).toBe("unknown: modules-not-told");
    expect(verdict([pkg("nodejs", "9-1")], fix, { modules: null })).toBe("unknown: modules-not-told");
    expect(verdict([pkg("curl", "1-1")], fix, { modules: null })).toBe("not applicable");
  });

  it("that are unknown don't hide what is missing for certain", () => {
    const both = [...fix, pkg("curl", "2-1")];
    expect(verdict([...old, pkg("curl", "1-1")], both, { modules: null })).toBe("missing: curl.x86_64 1-1 → 2-1");
    expect(verdict([...old, pkg("curl", "2-1")], both, { modules: null })).toBe("unknown: modules-not-told");
  });

  it("govern what is obsoleted too", () => {
    const successor = [{ ...pkg("new", "5-1"), module: "new:5", obsoletes: [{ name: "old", before: "2-1" }] }];
    expect(verdict([pkg("old", "1-1")], successor, { modules: null })).toBe("unknown: modules-not-told");
    expect(verdict([pkg("old", "2-1")], successor, { modules: null })).toBe("not applicable");
    expect(verdict([pkg("old", "1-1")], successor, { modules: [] })).toBe("not applicable");
  });
});

describe("releases", () => {
  const old = [pkg("openssl", "1-1")];
  const fix = [pkg("openssl", "2-1")];
  const MISSING = "missing: openssl.x86_64 1-1 → 2-1";

  it.each([
    [["rocky:9"], "rocky:9.4", MISSING],
    [["rocky:9"], "rocky:9", MISSING],
    [["rocky"], "rocky:9.4", MISSING],
    [["rocky:9.4"], "rocky:9.4", MISSING],
    [["rocky:8", "rocky:9"], "rocky:9.4", MISSING],
    [["rocky:9.3"], "rocky:9.4", "not applicable"],
    [["rocky:9"], "rocky:95", "not applicable"],
    [["debian:1"], "debian:12", "not applicable"],
    [["rocky:9"], "alma:9.4", "not applicable"],
    [["rock"], "rocky:9", "not applicable"],
    [["rocky:9.4"], "rocky:9", "unknown: release-too-coarse"],
    [["rocky:9.4", "rocky:9"], "rocky:9", MISSING],
    [["rocky:9"], null, "unknown: release-not-told"],
    [[], null, MISSING],
  ])("a patch for %j on an asset that tells %j: %s", (releases, release, expected) => {
    expect(verdict(old, fix, { release }, { releases })).toBe(expected);
  });

  it("that the agent doesn't tell leave unknown only what the asset has packages of", () => {
    const over = { releases: ["rocky:9"] };
    expect(verdict([pkg("curl", "1-1")], fix, { release: null }, over)).toBe("not applicable");
    expect(verdict([pkg("openssl", "3-1")], fix, { release: null }, over)).toBe("unknown: release-not-told");
  });
});

describe("the traits of an asset", () => {
  it("are what its agent told, and equal as a text only when all that an assessment looks at is equal", () => {
    const asset = Values.asset("a", {
      facts: { ...noFacts, release: "rocky:9", packageFormat: "rpm", modules: ["b:1", "a:1"] },
    });
    const traits = Inventory.traitsOf(asset);
    expect(traits).toEqual({
      platform: "Linux",
      arch: "x86_64",
      release: "rocky:9",
      packageFormat: "rpm",
      modules: ["b:1", "a:1"],
    });
    const key = Inventory.traitsKey(traits);
    expect(Inventory.traitsKey({ ...traits, modules: ["a:1", "b:1"] })).toBe(key);
    const others: readonly Partial<Inventory.Traits>[] = [
      { platform: "Mac" },
      { arch: "aarch64" },
      { release: null },
      { packageFormat: "deb" },
      { modules: null },
      { modules: [] },
    ];
    for (const other of others) expect(Inventory.traitsKey({ ...traits, ...other })).not.toBe(key);
  });
});
