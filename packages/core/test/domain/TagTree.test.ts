import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as TagTree from "../../src/domain/tag/TagTree.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Forest from "../scenario/Forest.ts";
import * as Values from "../scenario/Values.ts";

const put = (tree: TagTree.TagTree, id: string, parent: string | null) =>
  TagTree.put(tree, { id, name: id, parent, rule: TagTree.assigned });

/** Climbs from a tag; the number of steps, or null when it never ends or ends at no tag. */
const climb = (tree: TagTree.TagTree, from: string): number | null => {
  let at: string | null = from;
  for (let steps = 0; steps <= tree.size; steps += 1) {
    if (at === null) return steps;
    const tag: TagTree.Tag | undefined = tree.get(at);
    if (tag === undefined) return null;
    at = tag.parent;
  }
  return null;
};

describe("the tag tree", () => {
  const chain = Values.tree({ top: null, middle: "top", bottom: "middle", other: null });

  it("TAG-01: a parent that isn't there is refused, saying where", () => {
    expect(put(chain, "new", "nowhere")).toMatchObject({
      ok: false,
      error: { rule: "TAG-01", code: "not-found", path: "parent", message: expect.stringContaining("nowhere") },
    });
  });

  it.each([
    ["top", "bottom"],
    ["top", "middle"],
    ["middle", "bottom"],
    ["other", "other"],
  ])("TAG-01: %s can't come under %s, as it would be its own ancestor", (id, parent) => {
    expect(put(chain, id, parent)).toMatchObject({
      ok: false,
      error: { rule: "TAG-01", code: "invalid", path: "parent" },
    });
  });

  it("TAG-01: a tag moved keeps one parent, and what it was moved from is left as it was", () => {
    const moved = put(chain, "bottom", "other");
    expect(moved.ok && moved.value.get("bottom")?.parent).toBe("other");
    expect(chain.get("bottom")?.parent).toBe("middle");
    expect(chain.size).toBe(4);
  });

  it("TAG-01: no sequence of changes makes a cycle or an orphan, and only those changes are refused that would", () => {
    const change = fc.tuple(fc.constantFrom(...Arbitraries.TAGS), fc.option(Arbitraries.tagId));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40, size: "max" }), (changes) => {
        let tree: TagTree.TagTree = new Map();
        for (const [id, parent] of changes) {
          const forced = new Map(tree).set(id, { id, name: id, parent, rule: TagTree.assigned });
          const result = put(tree, id, parent);
          const isSound = [...forced.keys()].every((t) => climb(forced, t) !== null);
          // An unknown tag as its own parent would be known once it is forced in.
          expect(result.ok).toBe(isSound && (parent === null || tree.has(parent)));
          if (result.ok) tree = result.value;
          for (const t of tree.keys()) expect(climb(tree, t)).not.toBeNull();
        }
      }),
      Arbitraries.runs(200),
    );
  });

  it("TAG-02: a tag selects itself and all its descendants, as plain recursion finds them", () => {
    fc.assert(
      fc.property(Arbitraries.tree, fc.array(Arbitraries.tagId, { maxLength: 4 }), (tree, ids) => {
        const expected = new Set(ids.flatMap((id) => Forest.below(tree, id)));
        expect(new Set(TagTree.closure(tree, ids))).toEqual(expected);
      }),
      Arbitraries.runs(500),
    );
  });

  it("TAG-02: the tree counts as it stands, so a moved tag takes its descendants along", () => {
    expect([...TagTree.closure(chain, ["top"])].sort()).toEqual(["bottom", "middle", "top"]);
    const moved = put(chain, "middle", "other");
    expect(moved.ok && [...TagTree.closure(moved.value, ["top"])]).toEqual(["top"]);
    expect(moved.ok && [...TagTree.closure(moved.value, ["other"])].sort()).toEqual(["bottom", "middle", "other"]);
  });

  it("ends on a cycle that stands in the data already", () => {
    const broken = Values.tree({ a: "b", b: "a" });
    expect([...TagTree.closure(broken, ["a"])].sort()).toEqual(["a", "b"]);
    expect(put(broken, "c", "a").ok).toBe(true);
  });
});
