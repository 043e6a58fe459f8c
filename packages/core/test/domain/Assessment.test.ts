import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Assessment from "../../src/domain/assessment/Assessment.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Values from "../scenario/Values.ts";

const { patch, pkg } = Values;
const about = { snapshot: "sha256:00", assessedAt: Values.START };
const assess = (installed: readonly ReturnType<typeof pkg>[], ...patches: readonly ReturnType<typeof patch>[]) =>
  Assessment.assess(installed, patches, about);
const fix = patch("P-1", { packages: [pkg("openssl", "2-1")] });

describe("an assessment", () => {
  it.each([
    ["older", "1-1", "missing"],
    ["older by its release", "2-0", "missing"],
    ["equal", "2-1", "installed"],
    ["newer", "2-2", "installed"],
    ["newer by its epoch", "1:1-1", "installed"],
    ["older though its text sorts later", "1.10-1", "missing"],
  ])("calls a patch by a package that is %s (%s) %s", (_, evr, verdict) => {
    const { missing, installed } = assess([pkg("openssl", evr)], fix);
    expect(missing.map((m) => m.patchId)).toEqual(verdict === "missing" ? ["P-1"] : []);
    expect(installed).toEqual(verdict === "installed" ? ["P-1"] : []);
  });

  it("says of a missing patch what stands there and what would fix it", () => {
    expect(assess([pkg("openssl", "1-1")], fix)).toEqual({
      ...about,
      missing: [{ patchId: "P-1", packages: [{ name: "openssl", arch: "x86_64", installed: "1-1", fixed: "2-1" }] }],
      installed: [],
    });
  });

  it("judges a package that stands there in several versions by the newest", () => {
    const kernels = [pkg("kernel", "5-1"), pkg("kernel", "5-10"), pkg("kernel", "5-9")];
    expect(assess(kernels, patch("K", { packages: [pkg("kernel", "5-10")] })).installed).toEqual(["K"]);
    const behind = assess(kernels, patch("K", { packages: [pkg("kernel", "5-11")] }));
    expect(behind.missing[0]?.packages[0]?.installed).toBe("5-10");
  });

  it("leaves alone what the asset hasn't: another package, the same of another architecture", () => {
    expect(assess([pkg("curl", "1-1")], fix)).toEqual({ ...about, missing: [], installed: [] });
    expect(assess([pkg("openssl", "1-1", "i686")], fix)).toEqual({ ...about, missing: [], installed: [] });
    expect(assess([], fix)).toEqual({ ...about, missing: [], installed: [] });
  });

  it("of an advisory with two packages names only the one that is behind", () => {
    const both = patch("Z", { packages: [pkg("zlib", "2-1"), pkg("zlib-devel", "2-1")] });
    const partly = assess([pkg("zlib", "2-1"), pkg("zlib-devel", "1-1")], both);
    expect(partly.missing.map((m) => m.packages.map((p) => p.name))).toEqual([["zlib-devel"]]);
    expect(assess([pkg("zlib", "2-1")], both).installed).toEqual(["Z"]);
    expect(assess([pkg("zlib", "1-1"), pkg("zlib-devel", "1-1")], both).missing[0]?.packages).toHaveLength(2);
  });

  const NAMES = ["a", "b", "c"];
  const anyPackage = fc
    .tuple(fc.constantFrom(...NAMES), fc.constantFrom("x86_64", "i686"), fc.integer({ min: 0, max: 4 }))
    .map(([name, arch, n]) => pkg(name, `${n}-1`, arch));
  const anyPatches = fc
    .array(fc.array(anyPackage, { minLength: 1, maxLength: 3 }), { maxLength: 6 })
    .map((lists) => lists.map((packages, i) => patch(`P-${i}`, { packages })));
  const number = (evr: string): number => Number(evr.split("-")[0]);

  it("says of every patch what plain comparison of numbered versions says", () => {
    const seen = { missing: 0, installed: 0, neither: 0 };
    fc.assert(
      fc.property(fc.array(anyPackage, { maxLength: 8 }), anyPatches, (installed, patches) => {
        const found = Assessment.assess(installed, patches, about);
        for (const p of patches) {
          const standing = (fixed: (typeof installed)[number]) =>
            installed.filter((i) => i.name === fixed.name && i.arch === fixed.arch).map((i) => number(i.evr));
          const present = p.packages.filter((x) => standing(x).length > 0);
          const behind = present.filter((x) => Math.max(...standing(x)) < number(x.evr));
          const verdict = present.length === 0 ? "neither" : behind.length > 0 ? "missing" : "installed";
          seen[verdict] += 1;
          expect(found.missing.find((m) => m.patchId === p.id)?.packages ?? []).toEqual(
            behind.map((x) => ({
              name: x.name,
              arch: x.arch,
              installed: `${Math.max(...standing(x))}-1`,
              fixed: x.evr,
            })),
          );
          expect(found.installed.includes(p.id)).toBe(verdict === "installed");
        }
      }),
      Arbitraries.runs(300),
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(20);
  });

  it("doesn't depend on the order of packages or patches", () => {
    // Versions that differ as texts and are equal as versions are the ones that order could decide between.
    const spelt = fc.constantFrom("1-1", "01-1", "1-01", "0:1-1", "2-1", "02-1").map((evr) => pkg("a", evr));
    const inputs = fc
      .tuple(fc.array(fc.oneof(anyPackage, spelt), { maxLength: 8 }), anyPatches)
      .chain(([installed, patches]) =>
        fc.tuple(
          fc.constant(installed),
          fc.constant(patches),
          Arbitraries.shuffled(installed),
          Arbitraries.shuffled(patches),
        ),
      );
    fc.assert(
      fc.property(inputs, ([installed, patches, installedAgain, patchesAgain]) => {
        expect(Assessment.assess(installedAgain, patchesAgain, about)).toEqual(
          Assessment.assess(installed, patches, about),
        );
      }),
      Arbitraries.runs(300),
    );
  });
});
