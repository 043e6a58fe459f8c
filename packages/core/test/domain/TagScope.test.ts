import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
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
      Arbitraries.runs(300),
    );
    expect(sees(TagScope.tags(["emea"]), ["berlin"]).ok).toBe(true);
    expect(sees(TagScope.tags(["berlin"]), ["emea"]).ok).toBe(false);
  });
});
