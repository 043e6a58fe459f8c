import * as fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { User } from "../../src/domain/access/User.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as TagTree from "../../src/domain/tag/TagTree.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Forest from "../scenario/Forest.ts";
import * as Values from "../scenario/Values.ts";

const tree = Values.tree({ emea: null, berlin: "emea", apac: null });
const sees = (scope: TagScope.TagScope, tags: readonly string[]) => TagScope.sees(scope, tree, tags);

describe("a tag scope", () => {
  it("TAG-05: without tags it sees nothing, and the answer names the rule", () => {
    for (const tags of [[], ["emea"], ["berlin", "apac"]]) {
      expect(sees(TagScope.tags([]), tags)).toEqual({ ok: false, error: { rule: "TAG-05" } });
    }
  });

  it("TAG-05: all is said explicitly, and sees an asset without tags too", () => {
    expect(sees(TagScope.all, []).ok).toBe(true);
    expect(sees(TagScope.all, ["unheard-of"]).ok).toBe(true);
  });

  it("TAG-05: it sees the assets that bear one of its tags or a descendant of one, and no others", () => {
    fc.assert(
      fc.property(
        Arbitraries.tree,
        fc.uniqueArray(Arbitraries.tagId, { maxLength: 3 }),
        fc.uniqueArray(Arbitraries.tagId, { maxLength: 3 }),
        (forest, scope, tags) => {
          const expected = scope.some((t) => Forest.below(forest, t).some((id) => tags.some((tag) => tag === id)));
          expect(TagScope.sees(TagScope.tags(scope), forest, tags).ok).toBe(expected);
        },
      ),
      Arbitraries.runs(2_000),
    );
    expect(sees(TagScope.tags(["emea"]), ["berlin"]).ok).toBe(true);
    expect(sees(TagScope.tags(["berlin"]), ["emea"]).ok).toBe(false);
  });

  it("TAG-05: no scope, no tags and all can't be taken for each other, by their types", () => {
    expectTypeOf<undefined>().not.toExtend<TagScope.TagScope>();
    expectTypeOf<null>().not.toExtend<TagScope.TagScope>();
    expectTypeOf<readonly string[]>().not.toExtend<TagScope.TagScope>();
    expectTypeOf<"All">().not.toExtend<TagScope.TagScope>();
    expectTypeOf<Record<string, never>>().not.toExtend<TagScope.TagScope>();
    expectTypeOf<{ readonly tags: readonly string[] }>().not.toExtend<TagScope.TagScope>();
    expectTypeOf<{ readonly _tag: "Tags" }>().not.toExtend<TagScope.TagScope>();
    expectTypeOf<{ readonly _tag: "All" }>().toExtend<TagScope.TagScope>();
    expectTypeOf(TagScope.tags).parameters.toEqualTypeOf<[ids: readonly string[]]>();
    // A user has one, always.
    expectTypeOf<User["scope"]>().toEqualTypeOf<TagScope.TagScope>();
    expectTypeOf<Omit<User, "scope">>().not.toExtend<User>();
    expect(TagScope.tags([])).not.toEqual(TagScope.all);
  });

  it.each([
    undefined,
    null,
    "All",
    "All tags",
    [],
    {},
    { _tag: "all" },
    { _tag: "None" },
    { _tag: "Tags" },
    { _tag: "Tags", tags: null },
    { _tag: "Tags", tags: "emea" },
    { _tag: "Tags", tags: [1] },
    { tags: ["emea"] },
  ])("TAG-05: %j, which a directory might answer, is no scope: not all, not nothing", (answer) => {
    expect(TagScope.read(answer as never)).toMatchObject({ ok: false, error: expect.stringContaining("All") });
  });

  it("TAG-05: a scope that is one is read as it is", () => {
    for (const scope of [TagScope.all, TagScope.tags([]), TagScope.tags(["emea"])])
      expect(TagScope.read(scope)).toEqual({ ok: true, value: scope });
  });

  it("RBAC-05: is the same or larger when every tag of the other lies in its closure; only all is as large as all", () => {
    const { all, covers, tags } = TagScope;
    expect(covers(all, all, tree)).toBe(true);
    expect(covers(all, tags(["emea"]), tree)).toBe(true);
    expect(covers(tags(["emea", "berlin", "apac"]), all, tree)).toBe(false);
    expect(covers(tags(["emea"]), tags(["berlin", "emea"]), tree)).toBe(true);
    expect(covers(tags(["berlin"]), tags(["emea"]), tree)).toBe(false);
    expect(covers(tags(["emea"]), tags(["berlin", "apac"]), tree)).toBe(false);
    expect(covers(tags([]), tags(["berlin"]), tree)).toBe(false);
    expect(covers(tags([]), tags([]), tree)).toBe(true);
    fc.assert(
      fc.property(Arbitraries.tree, Arbitraries.scope, Arbitraries.scope, (forest, a, b) => {
        const below = (ids: readonly string[]) => ids.flatMap((id) => [id, ...Forest.below(forest, id)]);
        const expected =
          a._tag === "All" || (b._tag === "Tags" && b.tags.every((t) => below(a.tags).some((id) => id === t)));
        expect(covers(a, b, forest)).toBe(expected);
      }),
      Arbitraries.runs(2_000),
    );
  });

  const rule = (query: string): TagTree.TagRule => ({ _tag: "Dynamic", query });
  const changed = (tag: Partial<TagTree.Tag> & { readonly id: string }) =>
    new Map(tree).set(tag.id, { name: tag.id, parent: null, rule: TagTree.assigned, ...tag });

  it.each([
    ["a tag moved under one of its own", { id: "apac", parent: "emea" }, ["apac"]],
    ["a new tag with a rule", { id: "new", parent: "berlin", rule: rule("platform: Linux") }, ["new"]],
    ["a rule given to a tag of its own", { id: "berlin", parent: "emea", rule: rule("platform: Linux") }, ["berlin"]],
    ["a new tag without a rule, which nobody bears", { id: "new", parent: "emea" }, []],
    ["a tag of its own moved away", { id: "berlin", parent: "apac" }, []],
    ["a change of what it doesn't hold", { id: "apac", rule: rule("platform: Linux") }, []],
  ] as const)("TAG-05: by %s it gains %3$j", (_, tag, gained) => {
    expect(TagScope.gains(TagScope.tags(["emea"]), tree, changed(tag))).toEqual(gained);
    expect(TagScope.gains(TagScope.all, tree, changed(tag))).toEqual([]);
  });

  it("TAG-05: a change of places by which it gains nothing shows it no asset that it didn't see", () => {
    const inputs = fc.tuple(
      Arbitraries.tree,
      Arbitraries.scope,
      Arbitraries.tagId,
      fc.option(Arbitraries.tagId),
      Arbitraries.assets,
    );
    let gaining = 0;
    fc.assert(
      fc.property(inputs, ([forest, scope, id, parent, assets]) => {
        const after = TagTree.put(forest, { id, name: id, parent, rule: TagTree.assigned });
        fc.pre(after.ok && forest.has(id));
        if (!after.ok) return;
        if (TagScope.gains(scope, forest, after.value).length > 0) {
          gaining += 1;
          return;
        }
        for (const { tags } of assets) {
          const isSeen = TagScope.sees(scope, after.value, tags).ok;
          expect(isSeen && !TagScope.sees(scope, forest, tags).ok).toBe(false);
        }
      }),
      Arbitraries.runs(2_000),
    );
    expect(gaining).toBeGreaterThan(20);
  });
});
