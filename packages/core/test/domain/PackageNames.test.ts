import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as PackageNames from "../../src/domain/assessment/PackageNames.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";

describe("lists of package names", () => {
  it("hold every name once, and are the same for the same names in any order", () => {
    const names = fc.array(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        names.chain((all) => fc.tuple(fc.constant(all), Arbitraries.shuffled(all))),
        ([all, again]) => {
          const lists = PackageNames.lists(all);
          expect(lists.flat().sort()).toEqual([...new Set(all)].sort());
          expect(PackageNames.lists(again)).toEqual(lists);
        },
      ),
      Arbitraries.runs(300),
    );
  });

  it("change by one list when one package comes or goes", () => {
    const names = Array.from({ length: 2_000 }, (_, i) => `package-${i}`);
    const before = new Set(PackageNames.lists(names).map((l) => l.join()));
    const after = PackageNames.lists([...names, "another"]).filter((l) => !before.has(l.join()));
    expect(after).toHaveLength(1);
    expect(after[0]?.length).toBeLessThan((names.length / PackageNames.BUCKETS) * 2);
  });

  it("are no longer than an entity can be found by, of the largest snapshot too", () => {
    const names = Array.from({ length: 50_000 }, (_, i) => `package-${i}`);
    const lists = PackageNames.lists(names);
    expect(lists.flat()).toHaveLength(50_000);
    for (const list of lists) expect(list.length).toBeLessThanOrEqual(PackageNames.NAMES_PER_LIST_MAX);
    expect(lists.length).toBeLessThan(100);
  });
});
