import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Assessment from "../../src/domain/assessment/Assessment.ts";
import * as CatalogueIndex from "../../src/domain/assessment/CatalogueIndex.ts";
import * as Inventory from "../../src/domain/assessment/Inventory.ts";
import * as PackageIndex from "../../src/domain/assessment/PackageIndex.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as AssessmentArbitraries from "../../src/testing/arbitraries/AssessmentArbitraries.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Values from "../scenario/Values.ts";
import * as Reference from "./AssessmentReference.ts";

const { catalogue, change, delta, machine, traits } = AssessmentArbitraries;
const RUNS = 2_000;

const about = { snapshot: "sha256:00", assessedAt: 1, catalogue: 1, traits: "" };
const later = { snapshot: "sha256:01", assessedAt: 2, catalogue: 2, traits: "" };

const namesOf = (of: Inventory.Traits, packages: readonly { readonly name: string }[]): readonly string[] =>
  Inventory.namesOf(
    of,
    packages.map((p) => p.name),
  );
const fleet = fc.array(machine, { minLength: 1, maxLength: 3 });

// What a change makes of a list of patches, told plainly.
const changed = (patches: readonly Patch[], by: CatalogueIndex.CatalogueDelta): readonly Patch[] => {
  const ids = new Set([...by.put.map((p) => p.id), ...by.gone]);
  return [...patches.filter((p) => !ids.has(p.id)), ...by.put];
};

describe("assessments of generated fleets", () => {
  it("SYN-03: say of every patch on every asset what plain nested loops say", () => {
    const seen = { missing: 0, installed: 0, unknown: 0, replaces: 0, absent: 0, nothing: 0 };
    const reasons = new Set<string>();
    fc.assert(
      fc.property(fleet, catalogue, (machines, patches) => {
        const index = CatalogueIndex.make(patches);
        for (const m of machines) {
          const found = Assessment.assess(Inventory.make(m.traits, m.packages), index, about);
          expect(found).toEqual({ ...about, ...Reference.assess(m.traits, m.packages, patches) });
          seen.missing += found.missing.length;
          seen.installed += found.installed.length;
          seen.unknown += found.unknown.length;
          seen.nothing += patches.length - found.missing.length - found.installed.length - found.unknown.length;
          seen.replaces += found.missing.filter((p) => p.packages.some((x) => x.replaces !== undefined)).length;
          seen.absent += found.missing.filter((p) => p.packages.some((x) => x.isPresence)).length;
          for (const { reason } of found.unknown) reasons.add(reason);
        }
      }),
      Arbitraries.runs(RUNS),
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(Arbitraries.runs(RUNS).numRuns / 10);
    expect(reasons.size).toBe(5);
  });

  it("SYN-03: after a change of the catalogue are what assessing everything anew gives", () => {
    fc.assert(
      fc.property(fleet, catalogue, delta, (machines, patches, by) => {
        const before = CatalogueIndex.make(patches);
        const after = CatalogueIndex.make(changed(patches, by));
        const applied = CatalogueIndex.apply(before, by);
        const names = CatalogueIndex.touchedNames(before, by);
        for (const m of machines) {
          const inventory = Inventory.make(m.traits, m.packages);
          const whole = { ...Assessment.assess(inventory, after, about), assessedAt: 2, catalogue: 2 };
          const standing = Assessment.assess(inventory, before, about);
          expect(Assessment.applyCatalogueDelta(standing, inventory, by, later)).toEqual(whole);
          // Packages that the change doesn't touch need not be there, and the index follows the change as well.
          const few = m.packages.filter((p) => names.has(p.name));
          const cut = Inventory.make(m.traits, few);
          expect(Assessment.applyCatalogueDelta(standing, cut, by, later)).toEqual(whole);
          const prepared = Assessment.prepareDelta(by, new Set(patches.map((p) => p.id)));
          expect(Assessment.applyPrepared(standing, cut, prepared, later)).toEqual(whole);
          expect(Assessment.assess(inventory, applied, about)).toEqual(Assessment.assess(inventory, after, about));
        }
      }),
      Arbitraries.runs(RUNS),
    );
  });

  it("SYN-03: of assets that have none of a change's packages don't change", () => {
    let untouched = 0;
    fc.assert(
      fc.property(fleet, catalogue, delta, (machines, patches, by) => {
        const before = CatalogueIndex.make(patches);
        const after = CatalogueIndex.apply(before, by);
        const packages = PackageIndex.make(
          machines.map((m, i) => ({ assetId: String(i), names: namesOf(m.traits, m.packages) })),
        );
        const concerned = PackageIndex.assetsWith(packages, CatalogueIndex.touchedNames(before, by));
        for (const [i, m] of machines.entries()) {
          if (concerned.has(String(i))) continue;
          untouched += 1;
          const inventory = Inventory.make(m.traits, m.packages);
          expect(Assessment.assess(inventory, after, about)).toEqual(Assessment.assess(inventory, before, about));
        }
      }),
      Arbitraries.runs(RUNS),
    );
    expect(untouched).toBeGreaterThan(Arbitraries.runs(RUNS).numRuns / 10);
  });

  it("PAT-09, SYN-03: after a newer snapshot are what assessing it whole gives, whoever installed or removed what", () => {
    fc.assert(
      fc.property(traits, traits, change, catalogue, fc.boolean(), (own, other, { before, after }, patches, isSame) => {
        const index = CatalogueIndex.make(patches);
        const former = Inventory.make(own, before);
        const newer = Inventory.make(isSame ? own : other, after);
        const standing = Assessment.assess(former, index, about);
        const found = Assessment.applySnapshotDelta(standing, { before: former, after: newer }, index, later);
        expect(found).toEqual(Assessment.assess(newer, index, later));
      }),
      Arbitraries.runs(RUNS),
    );
  });

  it("don't depend on the order of packages or patches", () => {
    const inputs = fc
      .tuple(machine, catalogue)
      .chain(([m, patches]) =>
        fc.tuple(fc.constant(m), fc.constant(patches), Arbitraries.shuffled(m.packages), Arbitraries.shuffled(patches)),
      );
    fc.assert(
      fc.property(inputs, ([m, patches, packagesAgain, patchesAgain]) => {
        const found = Assessment.assess(Inventory.make(m.traits, m.packages), CatalogueIndex.make(patches), about);
        const again = Inventory.make(m.traits, packagesAgain);
        expect(Assessment.assess(again, CatalogueIndex.make(patchesAgain), about)).toEqual(found);
      }),
      Arbitraries.runs(RUNS),
    );
  });
});

describe("a long list of patches", () => {
  // Few changes in a long list are looked up one by one, many are swept through: the answer is one.
  it.each([1, 3, 30, 300])("is mended by %d changes as if it had been made anew", (many) => {
    const patches = Array.from({ length: 300 }, (_, i) => ({
      ...Values.patch(`P-${i}`),
      packages: [{ name: `n${i}`, arch: "x86_64", evr: `${i % 3}-1` }],
    }));
    const own = { platform: "Linux", arch: "x86_64", release: null, packageFormat: "rpm", modules: null } as const;
    const standing = patches.map((_, i) => ({ name: `n${i}`, arch: "x86_64", evr: "1-1" }));
    const inventory = Inventory.make(own, standing);
    const by: CatalogueIndex.CatalogueDelta = {
      put: patches
        .filter((_, i) => (i * 7) % 300 < many)
        .map((p, i) => ({
          ...p,
          id: i % 2 === 0 ? p.id : `Q-${i}`,
          packages: p.packages.map((x) => ({ ...x, evr: `${(i + 1) % 3}-1` })),
        })),
      gone: patches.filter((_, i) => (i * 11) % 300 < many).map((p) => p.id),
    };
    const before = CatalogueIndex.make(patches);
    const found = Assessment.applyCatalogueDelta(Assessment.assess(inventory, before, about), inventory, by, later);
    const whole = Assessment.assess(inventory, CatalogueIndex.make(changed(patches, by)), about);
    expect(found).toEqual({ ...whole, assessedAt: 2, catalogue: 2 });
  });
});
