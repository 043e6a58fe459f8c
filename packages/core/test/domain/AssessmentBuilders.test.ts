import { describe, expect, it } from "vitest";
import * as Assessment from "../../src/domain/assessment/Assessment.ts";
import * as CatalogueIndex from "../../src/domain/assessment/CatalogueIndex.ts";
import * as Inventory from "../../src/domain/assessment/Inventory.ts";
import { AssessmentBuilders, PatchBuilders, Random } from "../../src/testing/index.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Reference from "./AssessmentReference.ts";

const about = { snapshot: "sha256:00", assessedAt: 1, catalogue: 1, traits: "" };
const IDS = ["A", "B", "C", "D", "E"];

describe("builders of assessments", () => {
  it("make what a test says, with everything else filled in", () => {
    const inventory = AssessmentBuilders.inventory(["openssl.x86_64 1-1", "zlib.noarch 2-1"], { release: null });
    expect(inventory.traits).toEqual(AssessmentBuilders.traits({ release: null }));
    const found = Assessment.assess(inventory, CatalogueIndex.make([PatchBuilders.advisory("A")]), about);
    expect(found.missing.map((m) => m.packages[0]?.installed)).toEqual(["1-1"]);
    expect([...inventory.byName.keys()]).toEqual(["openssl", "zlib"]);
  });

  it("generate the same of the same seed, and every verdict often; assessed as nested loops do, and after a change too", () => {
    const { numRuns } = Arbitraries.runs(2_000);
    const seen = { missing: 0, installed: 0, unknown: 0, replaces: 0 };
    for (let run = 0; run < numRuns; run += 1) {
      const random = Random.make(`fleet ${run}`);
      const traits = AssessmentBuilders.generateTraits(random);
      const packages = AssessmentBuilders.generatePackages(random);
      const patches = IDS.map((id) => AssessmentBuilders.generateAdvisory(id, random));
      const delta = AssessmentBuilders.generateDelta(IDS, random);
      const inventory = Inventory.make(traits, packages);
      const index = CatalogueIndex.make(patches);
      const found = Assessment.assess(inventory, index, about);
      expect(found).toEqual({ ...about, ...Reference.assess(traits, packages, patches) });
      const next = Assessment.applyCatalogueDelta(found, inventory, delta, about);
      expect(next).toEqual(Assessment.assess(inventory, CatalogueIndex.apply(index, delta), about));
      seen.missing += found.missing.length;
      seen.installed += found.installed.length;
      seen.unknown += found.unknown.length;
      seen.replaces += found.missing.filter((m) => m.packages.some((p) => p.replaces !== undefined)).length;
    }
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(numRuns / 20);
    const again = () => AssessmentBuilders.generateAdvisory("A", Random.make("one"));
    expect(again()).toEqual(again());
  });
});
