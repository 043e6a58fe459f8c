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
      Arbitraries.runs(500),
    );
    expect([...seen].sort()).toEqual(["excluded", "not-selected", "selected"]);
  });

  it("that is empty selects nothing, and knows it", () => {
    expect(judge(TagSelection.none, ["emea"])).toBe("not-selected");
    expect(TagSelection.isEmpty(TagSelection.none)).toBe(true);
    expect(TagSelection.isEmpty(select({ exclude: any("emea") }))).toBe(true);
    expect(TagSelection.isEmpty(select({ include: any("emea") }))).toBe(false);
    expect(TagSelection.isEmpty(select({ assets: [Values.uuid(1)] }))).toBe(false);
  });
});
