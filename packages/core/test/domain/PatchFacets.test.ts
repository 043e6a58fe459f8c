import * as Qql from "@fettle/qql";
import { describe, expect, it } from "vitest";
import * as PatchCatalog from "../../src/domain/patch/PatchCatalog.ts";
import * as PatchFacets from "../../src/domain/patch/PatchFacets.ts";
import * as Values from "../scenario/Values.ts";

const documents = [
  Values.patch("A", { vendor: "Lab", appFamilies: ["Windows", "Firefox"] }),
  Values.patch("B", { vendor: "lab", vendorSeverity: "Critical" }),
  Values.patch("C", { vendor: "We `quote`", category: "bugfix", appFamilies: ["Windows"] }),
].map((p) => PatchCatalog.toDocument(p));

describe("facets of patches", () => {
  it("count each value, the most frequent first, one that differs in letter case with the other", () => {
    expect(PatchFacets.count("vendor", documents)).toEqual({
      facet: "vendor",
      values: [
        { value: "Lab", patches: 2, condition: "vendor: `Lab`" },
        { value: "We `quote`", patches: 1, condition: null },
      ],
      more: 0,
    });
  });

  it("count a patch of two families in both, and one without under null", () => {
    const { values } = PatchFacets.count("appFamily", documents);
    expect(values.map((v) => [v.value, v.patches])).toEqual([
      ["Windows", 2],
      [null, 1],
      ["Firefox", 1],
    ]);
  });

  it("give conditions that find as many as were counted, for every facet", () => {
    for (const facet of PatchFacets.facets) {
      for (const { condition, patches } of PatchFacets.count(facet, documents).values) {
        if (condition === null) continue;
        const query = Qql.compile(PatchCatalog.catalog, condition);
        if (!query.ok) throw new Error(condition);
        const found = documents.filter((d) => Qql.matches(query.value, d, 0));
        expect([condition, found.length]).toEqual([condition, patches]);
      }
    }
  });

  it("tell the most frequent values and how many more there are", () => {
    const many = Array.from({ length: PatchFacets.FACET_VALUES_MAX + 2 }, (_, i) =>
      PatchCatalog.toDocument(Values.patch(`P-${i}`, { vendor: `v${i}` })),
    );
    const counted = PatchFacets.count("vendor", many);
    expect([counted.values.length, counted.more]).toEqual([PatchFacets.FACET_VALUES_MAX, 2]);
  });
});
