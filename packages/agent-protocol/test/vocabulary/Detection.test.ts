import { describe, expect, it } from "vitest";
import { Detection, type Package } from "../../src/vocabulary/index.ts";

const target = (name: string, evr: string, arch = "x86_64"): Package.Package => ({ name, arch, evr });
const instead = (name: string, evr: string, ...of: readonly string[]): Package.WantedPackage => ({
  ...target(name, evr),
  replaces: of.map((old) => target(old, "1-1")),
});
const has = (name: string, evrs: readonly string[], more: Partial<Package.InstalledVersions> = {}) => ({
  name,
  arch: "x86_64",
  evrs,
  sideBySide: false,
  ...more,
});

type Case = readonly [
  says: string,
  verdict: Detection.DetectionVerdict,
  targets: readonly Package.WantedPackage[],
  installed: readonly Package.InstalledVersions[],
];

const deployments: readonly Case[] = [
  ["the target version", "Satisfied", [target("a", "2-1")], [has("a", ["2-1"])]],
  ["a newer version", "Satisfied", [target("a", "2-1")], [has("a", ["10-1"])]],
  ["an older version", "Unsatisfied", [target("a", "2-1")], [has("a", ["1-9"])]],
  ["an older epoch", "Unsatisfied", [target("a", "1:1-1")], [has("a", ["9-9"])]],
  ["no such package", "NotApplicable", [target("a", "2-1")], [has("b", ["1-1"])]],
  ["a package without versions", "NotApplicable", [target("a", "2-1")], [has("a", [])]],
  ["the package of another architecture", "NotApplicable", [target("a", "2-1", "i686")], [has("a", ["1-1"])]],
  ["nothing at all", "NotApplicable", [target("a", "2-1")], []],
  [
    "one of two packages, and that one up to date",
    "Satisfied",
    [target("a", "2-1"), target("b", "2-1")],
    [has("a", ["2-1"])],
  ],
  [
    "one of two packages behind",
    "Unsatisfied",
    [target("a", "2-1"), target("b", "2-1")],
    [has("a", ["2-1"]), has("b", ["1-1"])],
  ],
  ["a package twice", "Broken", [target("a", "2-1")], [has("a", ["1-1", "2-1"])]],
  [
    "a package twice beside one that is behind",
    "Broken",
    [target("b", "2-1"), target("a", "2-1")],
    [has("b", ["1-1"]), has("a", ["1-1", "2-1"])],
  ],
  ["another package twice", "Satisfied", [target("b", "2-1")], [has("a", ["1-1", "2-1"]), has("b", ["2-1"])]],
  ["a kernel beside older ones", "Satisfied", [target("k", "3-1")], [has("k", ["1-1", "3-1"], { sideBySide: true })]],
  ["only older kernels", "Unsatisfied", [target("k", "3-1")], [has("k", ["1-1", "2-1"], { sideBySide: true })]],
  ["what is to be replaced", "Unsatisfied", [instead("new", "2-1", "old")], [has("old", ["1-1"])]],
  ["what is to be replaced in another version", "Unsatisfied", [instead("new", "2-1", "old")], [has("old", ["7-1"])]],
  ["one of two to be replaced", "Unsatisfied", [instead("new", "2-1", "x", "old")], [has("old", ["1-1"])]],
  ["what replaced it", "Satisfied", [instead("new", "2-1", "old")], [has("new", ["2-1"]), has("old", [])]],
  ["a newer one of what replaced it", "Satisfied", [instead("new", "2-1", "old")], [has("new", ["3-1"])]],
  ["what replaced it, too old", "Unsatisfied", [instead("new", "2-1", "old")], [has("new", ["1-1"])]],
  [
    "both, the new one at its target",
    "Satisfied",
    [instead("new", "2-1", "old")],
    [has("new", ["2-1"]), has("old", ["1-1"])],
  ],
  ["neither", "NotApplicable", [instead("new", "2-1", "old")], [has("old", [])]],
  [
    "the replaced one of another architecture",
    "NotApplicable",
    [instead("new", "2-1", "old")],
    [has("old", ["1-1"], { arch: "i686" })],
  ],
  [
    "what replaces it, twice",
    "Broken",
    [instead("new", "2-1", "old")],
    [has("new", ["1-1", "2-1"]), has("old", ["1-1"])],
  ],
  [
    "one replaced and one that is still to be",
    "Unsatisfied",
    [instead("new", "2-1", "old"), target("b", "1-1")],
    [has("old", ["1-1"]), has("b", ["1-1"])],
  ],
];

const rollbacks: readonly Case[] = [
  ["exactly the target version", "Satisfied", [target("a", "1-1")], [has("a", ["1-1"])]],
  ["a newer version", "Unsatisfied", [target("a", "1-1")], [has("a", ["2-1"])]],
  ["an older version", "Unsatisfied", [target("a", "1-1")], [has("a", ["0-1"])]],
  ["the same version under an explicit epoch", "Satisfied", [target("a", "0:1-1")], [has("a", ["1-1"])]],
  ["no such package", "NotApplicable", [target("a", "1-1")], []],
  ["a package twice", "Broken", [target("a", "1-1")], [has("a", ["1-1", "2-1"])]],
  ["only what it once replaced", "NotApplicable", [instead("new", "1-1", "old")], [has("old", ["1-1"])]],
  [
    "a newer kernel beside the target",
    "Unsatisfied",
    [target("k", "1-1")],
    [has("k", ["1-1", "2-1"], { sideBySide: true })],
  ],
];

describe("Detection.verdict", () => {
  it.each(deployments)("CMP-02: a deployment that finds %s is %s", (_, verdict, targets, installed) => {
    expect(Detection.verdict("deployment", { packages: targets }, installed)).toBe(verdict);
    expect(Detection.verdict("deployment", { packages: [...targets].reverse() }, [...installed].reverse())).toBe(
      verdict,
    );
  });

  it.each(rollbacks)("CMP-02: a rollback that finds %s is %s", (_, verdict, targets, installed) => {
    expect(Detection.verdict("rollback", { packages: targets }, installed)).toBe(verdict);
  });

  it.each([
    ["windows", "8.6.9", "8.6.10", "Unsatisfied"],
    ["windows", "8.6.10.0", "8.6.10", "Satisfied"],
    ["mac", "23E214", "23E224", "Unsatisfied"],
    ["deb", "1.0~rc1", "1.0", "Unsatisfied"],
    // By RPM's rules these two would be one.
    ["deb", "1.0+1", "1.0.1", "Unsatisfied"],
  ] as const)(
    "CMP-02: versions of %s compare as they do there: %s where %s is wanted is %s",
    (format, is, wants, verdict) => {
      const patch = { format, packages: [target("a", wants)] };
      expect(Detection.verdict("deployment", patch, [has("a", [is])])).toBe(verdict);
    },
  );

  it("CMP-02: what is known by its presence is wanted where it isn't, whatever its version, and never taken back by one", () => {
    const patch = { packages: [{ ...target("KB1", "1"), isPresence: true as const }] };
    expect(Detection.verdict("deployment", patch, [])).toBe("Unsatisfied");
    expect(Detection.verdict("deployment", patch, [has("KB1", ["0.1", "0.2"])])).toBe("Satisfied");
    expect(Detection.verdict("rollback", patch, [has("KB1", ["1"])])).toBe("Unsatisfied");
    expect(Detection.verdict("rollback", patch, [])).toBe("NotApplicable");
  });

  it("T26: package names that are members of every object are packages like others", () => {
    for (const name of ["constructor", "toString", "hasOwnProperty", "__proto__"]) {
      expect(Detection.verdict("deployment", { packages: [target(name, "2-1")] }, [])).toBe("NotApplicable");
      expect(Detection.verdict("deployment", { packages: [target(name, "2-1")] }, [has(name, ["1-1"])])).toBe(
        "Unsatisfied",
      );
    }
  });
});
