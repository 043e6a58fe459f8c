import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Feed from "../../src/domain/patch/Feed.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Values from "../scenario/Values.ts";

const { patch } = Values;
const limits = Limits.withOverrides({ cataloguePatchesMax: 3 });
const problems = (feed: Feed.Feed) => {
  const answer = Feed.validate(feed, limits);
  return answer.ok ? [] : answer.error.map((r) => [r.rule, r.code, r.path]);
};

describe("a feed", () => {
  it.each([
    ["rocky-9.baseos", []],
    ["", [["PAT-11", "invalid", "id"]]],
    ["Rocky", [["PAT-11", "invalid", "id"]]],
    [".hidden", [["PAT-11", "invalid", "id"]]],
    ["a".repeat(64), []],
    ["a".repeat(65), [["PAT-11", "invalid", "id"]]],
  ])("PAT-11: called %j has these problems: %j", (id, expected) => {
    expect(problems({ id, patches: [] })).toEqual(expected);
  });

  it("PAT-11: holds as many patches as the limit says, and none twice", () => {
    const three = ["A", "B", "C"].map((id) => patch(id));
    expect(problems({ id: "f", patches: three })).toEqual([]);
    expect(problems({ id: "f", patches: [...three, patch("D")] })).toEqual([["PAT-11", "invalid", "patches"]]);
    expect(problems({ id: "f", patches: [patch("A"), patch("A")] })).toEqual([["PAT-11", "invalid", "patches.1.id"]]);
  });

  it("tells of at most so many problems", () => {
    const twice = Array.from({ length: 60 }, () => patch("A"));
    expect(problems({ id: "f", patches: twice })).toHaveLength(Feed.PROBLEMS_TOLD_MAX);
  });
});

describe("the catalogue that feeds make together", () => {
  it("PAT-11: has of a patch what the feed says that changed it later, of equal ones the first by name", () => {
    const of = (id: string, title: string, modifiedAt: number): Feed.Feed => ({
      id,
      patches: [patch("A", { title, modifiedAt })],
    });
    const title = (...feeds: readonly Feed.Feed[]) => Feed.merge(feeds).get("A")?.title;
    expect(title(of("a", "old", 1), of("b", "new", 2))).toBe("new");
    expect(title(of("b", "second", 1), of("a", "first", 1))).toBe("first");
  });

  it("PAT-06, PAT-11: deprecates what no feed has any more, once, and takes it up again", () => {
    const [a, b] = [patch("A"), patch("B")];
    const without = Feed.delta([a, b], Feed.merge([{ id: "f", patches: [a] }]));
    expect(without).toEqual({ put: [{ ...b, isDeprecated: true }], gone: ["B"] });
    const still = Feed.delta([a, { ...b, isDeprecated: true }], Feed.merge([{ id: "f", patches: [a] }]));
    expect(still).toEqual({ put: [], gone: [] });
    const again = Feed.delta([{ ...b, isDeprecated: true }], Feed.merge([{ id: "f", patches: [b] }]));
    expect(again).toEqual({ put: [b], gone: [] });
  });

  it("PAT-06: counts as gone what its vendor withdraws, and not what was never there", () => {
    const withdrawn = patch("A", { isDeprecated: true });
    expect(Feed.delta([patch("A")], new Map([["A", withdrawn]]))).toEqual({ put: [withdrawn], gone: ["A"] });
    expect(Feed.delta([], new Map([["A", withdrawn]]))).toEqual({ put: [withdrawn], gone: [] });
  });

  const anyPatch = (id: string): fc.Arbitrary<Patch> =>
    fc
      .record({
        title: fc.constantFrom("x", "y"),
        modifiedAt: fc.integer({ min: 1, max: 3 }),
        isDeprecated: fc.constantFrom(false, false, true),
      })
      .map((over) => patch(id, over));
  const anyFeed = (id: string): fc.Arbitrary<Feed.Feed> =>
    fc
      .subarray(["A", "B", "C"])
      .chain((ids) => fc.tuple(...ids.map(anyPatch)))
      .map((patches) => ({ id, patches }));
  const world = fc.tuple(anyFeed("a"), anyFeed("b"), anyFeed("c"));

  it("PAT-11: is the same in whatever order feeds come, and what a delta leads to has no delta", () => {
    fc.assert(
      fc.property(
        world.chain((feeds) => fc.tuple(fc.constant(feeds), Arbitraries.shuffled(feeds), fc.subarray(["A", "B", "D"]))),
        ([feeds, mixed, had]) => {
          const wanted = Feed.merge(feeds);
          expect(Feed.merge(mixed)).toEqual(wanted);
          const known = had.map((id) => patch(id));
          const delta = Feed.delta(known, wanted);
          const after = new Map([...known, ...delta.put].map((p) => [p.id, p]));
          for (const [id, p] of wanted) expect(after.get(id)).toEqual(p);
          for (const p of after.values()) if (!wanted.has(p.id)) expect(p.isDeprecated).toBe(true);
          expect(Feed.delta([...after.values()], wanted)).toEqual({ put: [], gone: [] });
          const live = (list: Iterable<Patch>) => [...list].filter((p) => !p.isDeprecated).map((p) => p.id);
          const remaining = live(after.values());
          expect([...delta.gone]).toEqual(
            live(known)
              .filter((id) => !remaining.includes(id))
              .sort(),
          );
        },
      ),
      Arbitraries.runs(2_000),
    );
  });

  it("takes a patch for unchanged whatever the order in which its members are written", () => {
    const one = patch("A", { cves: ["CVE-2026-0001"] });
    const reversed = Object.fromEntries(Object.entries(one).reverse()) as unknown as Patch;
    expect(Feed.delta([one], new Map([["A", reversed]]))).toEqual({ put: [], gone: [] });
  });
});
