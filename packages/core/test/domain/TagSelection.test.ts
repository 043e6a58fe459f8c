import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as TagSelection from "../../src/domain/tag/TagSelection.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Forest from "../scenario/Forest.ts";
import * as Values from "../scenario/Values.ts";

const { any, every, select } = Values;
const tree = Values.tree({ emea: null, berlin: "emea", paris: "emea", servers: null, web: "servers" });
const judge = (selection: TagSelection.TagSelection, tags: readonly string[], id = Values.uuid(1)) =>
  TagSelection.compile(selection, tree)({ id, tags });

/** Whether climbing from a tag comes to an end. */
const ends = (forest: ReadonlyMap<string, { readonly parent: string | null }>, from: string): boolean => {
  let at: string | null = from;
  for (let steps = 0; steps <= forest.size && at !== null; steps += 1) at = forest.get(at)?.parent ?? null;
  return at === null;
};

describe("a selection of assets", () => {
  it.each([
    [any("emea", "servers"), ["berlin"], "selected"],
    [any("emea", "servers"), ["unheard-of"], "not-selected"],
    [every("emea", "servers"), ["berlin", "web"], "selected"],
    [every("emea", "servers"), ["emea", "servers"], "selected"],
    [every("emea", "servers"), ["berlin", "paris"], "not-selected"],
    [every("berlin"), ["emea"], "not-selected"],
  ])("TAG-03: %j makes an asset that bears %j %s", (include, tags, verdict) => {
    expect(judge(select({ include }), tags)).toBe(verdict);
  });

  it("TAG-03: the assets named and the assets matched by tags are selected both", () => {
    const selection = select({ assets: [Values.uuid(7)], include: any("web") });
    expect(judge(selection, [], Values.uuid(7))).toBe("selected");
    expect(judge(selection, ["web"], Values.uuid(8))).toBe("selected");
    expect(judge(selection, [], Values.uuid(8))).toBe("not-selected");
  });

  it.each([
    [any("berlin", "web"), ["web"], "excluded"],
    [any("emea"), ["paris"], "excluded"],
    [every("berlin", "web"), ["berlin"], "selected"],
    [every("berlin", "web"), ["berlin", "web"], "excluded"],
  ])("TAG-04: excluding %j, a named asset that bears %j is %s", (exclude, tags, verdict) => {
    expect(judge(select({ assets: [Values.uuid(1)], exclude }), tags)).toBe(verdict);
    expect(judge(select({ include: any("emea", "servers"), exclude }), tags)).toBe(verdict);
  });

  it("TAG-03, TAG-04: any selection over any tree says of any asset what the rules read literally say", () => {
    const inputs = fc.tuple(Arbitraries.tree, Arbitraries.selection, Arbitraries.assets);
    const seen = new Set<string>();
    fc.assert(
      fc.property(inputs, ([forest, selection, assets]) => {
        const compiled = TagSelection.compile(selection, forest);
        for (const asset of assets) {
          expect(compiled(asset)).toBe(Forest.verdict(forest, selection, asset));
          seen.add(compiled(asset));
        }
      }),
      Arbitraries.runs(2_000),
    );
    expect([...seen].sort()).toEqual(["excluded", "not-selected", "selected"]);
  });

  it("TAG-02, TAG-03, TAG-04: every selection over every tree of three tags says of every asset what the rules say", () => {
    const ids = ["a", "b", "c"];
    const subsets = [...Array(8).keys()].map((bits) => ids.filter((_, i) => (bits & (1 << i)) !== 0));
    const sets = (["any", "all"] as const).flatMap((mode) => subsets.map((tags) => ({ mode, tags })));
    const parents = [null, "a", "b", "c"];
    let trees = 0;
    for (const [a, b, c] of parents.flatMap((x) => parents.flatMap((y) => parents.map((z) => [x, y, z] as const)))) {
      const forest = Values.tree({ a: a ?? null, b: b ?? null, c: c ?? null });
      const isForest = ids.every((id) => ends(forest, id));
      if (!isForest) continue;
      trees += 1;
      const mismatches = sets.flatMap((include) =>
        sets.flatMap((exclude) => {
          const selection = select({ assets: ["named"], include, exclude });
          const compiled = TagSelection.compile(selection, forest);
          return ["named", "other"].flatMap((id) =>
            subsets
              .map((tags) => ({ id, tags }))
              .filter((asset) => compiled(asset) !== Forest.verdict(forest, selection, asset))
              .map((asset) => ({ selection, asset })),
          );
        }),
      );
      expect(mismatches).toEqual([]);
    }
    // Labelled forests of three: 4² = 16.
    expect(trees).toBe(16);
  });

  it("TAG-09: it counts how many of the assets that bear its tags it holds, of how many, by tag too", () => {
    const selection = select({ assets: ["named"], include: any("emea", "servers"), exclude: any("web") });
    const assets = [
      { id: "named", tags: [] },
      { id: "1", tags: ["berlin"] },
      { id: "2", tags: ["paris", "web"] },
      { id: "3", tags: ["servers", "emea"] },
      { id: "4", tags: ["unheard-of"] },
    ];
    expect(TagSelection.coverage(selection, tree, assets)).toEqual({
      selected: 3,
      tagged: 2,
      bearing: 3,
      byTag: [
        { tag: "emea", selected: 2, bearing: 3 },
        { tag: "servers", selected: 1, bearing: 2 },
      ],
    });
  });

  it("TAG-09: counts of any selection are those of looking at each asset by itself", () => {
    fc.assert(
      fc.property(Arbitraries.tree, Arbitraries.selection, Arbitraries.assets, (forest, selection, assets) => {
        const isSelected = (a: (typeof assets)[number]) => Forest.verdict(forest, selection, a) === "selected";
        const bears = (a: (typeof assets)[number], tag: string) => Forest.satisfies(forest, any(tag), a.tags);
        const bearing = assets.filter((a) => selection.include.tags.some((tag) => bears(a, tag)));
        expect(TagSelection.coverage(selection, forest, assets)).toEqual({
          selected: assets.filter(isSelected).length,
          tagged: bearing.filter(isSelected).length,
          bearing: bearing.length,
          byTag: selection.include.tags.map((tag) => ({
            tag,
            selected: assets.filter((a) => bears(a, tag) && isSelected(a)).length,
            bearing: assets.filter((a) => bears(a, tag)).length,
          })),
        });
      }),
      Arbitraries.runs(2_000),
    );
  });

  it("that is empty selects nothing, and knows it", () => {
    expect(judge(TagSelection.none, ["emea"])).toBe("not-selected");
    expect(TagSelection.isEmpty(TagSelection.none)).toBe(true);
    expect(TagSelection.isEmpty(select({ exclude: any("emea") }))).toBe(true);
    expect(TagSelection.isEmpty(select({ include: any("emea") }))).toBe(false);
    expect(TagSelection.isEmpty(select({ assets: [Values.uuid(1)] }))).toBe(false);
  });
});
