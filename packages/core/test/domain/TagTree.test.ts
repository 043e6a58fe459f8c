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

const named = (tags: { readonly [id: string]: readonly [string | null, string] }): TagTree.TagTree =>
  new Map(Object.entries(tags).map(([id, [parent, name]]) => [id, { id, name, parent, rule: TagTree.assigned }]));

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
      Arbitraries.runs(2_000),
    );
  });

  it("TAG-02: the tree counts as it stands, so a moved tag takes its descendants along", () => {
    expect([...TagTree.closure(chain, ["top"])].sort()).toEqual(["bottom", "middle", "top"]);
    const moved = put(chain, "middle", "other");
    expect(moved.ok && [...TagTree.closure(moved.value, ["top"])]).toEqual(["top"]);
    expect(moved.ok && [...TagTree.closure(moved.value, ["other"])].sort()).toEqual(["bottom", "middle", "other"]);
  });

  it.each([
    ["berlin", "emea", "Paris"],
    ["berlin", "emea", "PARIS"],
    ["apac", null, "Emea"],
    ["new", "emea", "pArIs"],
  ])("TAG-01: %s under %s can't be called %s, as a sibling is, in whatever letters", (id, parent, name) => {
    const tree = named({
      emea: [null, "EMEA"],
      berlin: ["emea", "Berlin"],
      paris: ["emea", "Paris"],
      apac: [null, "APAC"],
    });
    expect(TagTree.put(tree, { id, name, parent, rule: TagTree.assigned })).toMatchObject({
      ok: false,
      error: {
        rule: "TAG-01",
        code: "conflict",
        path: "name",
        message: expect.stringContaining(parent === null ? "emea" : "paris"),
      },
    });
  });

  it("TAG-01: the same name may stand elsewhere, and a tag keeps its own in other letters", () => {
    const tree = named({ emea: [null, "EMEA"], apac: [null, "APAC"], paris: ["emea", "Paris"] });
    expect(TagTree.put(tree, { id: "other", name: "Paris", parent: "apac", rule: TagTree.assigned }).ok).toBe(true);
    expect(TagTree.put(tree, { id: "paris", name: "PARIS", parent: "emea", rule: TagTree.assigned }).ok).toBe(true);
  });

  it.each(["", " a", "a ", "a\u0000b", "a\nb", "\ud800", "x".repeat(257)])("a tag can't be called %j", (name) => {
    expect(TagTree.put(chain, { id: "new", name, parent: null, rule: TagTree.assigned })).toMatchObject({
      ok: false,
      error: { code: "invalid", path: "name" },
    });
    expect(put(chain, "x".repeat(256), null).ok).toBe(true);
  });

  it("TAG-01: the tree is at most as deep and as large as the limits say, whole branches moved included", () => {
    const limits = { tagsMax: 6, tagDepthMax: 3, titleCharactersMax: 256 };
    const within = (id: string, parent: string | null) =>
      TagTree.put(chain, { id, name: id, parent, rule: TagTree.assigned }, limits);
    expect(within("new", "middle").ok).toBe(true);
    expect(within("new", "bottom")).toMatchObject({ ok: false, error: { code: "exhausted", path: "parent" } });
    expect(within("middle", "other").ok).toBe(true);
    expect(within("top", "other")).toMatchObject({ ok: false, error: { code: "exhausted", path: "parent" } });
    const full = Values.tree({ top: null, middle: "top", bottom: "middle", other: null, fifth: null, sixth: null });
    const seventh = { id: "seventh", name: "seventh", parent: null, rule: TagTree.assigned };
    expect(TagTree.put(full, seventh, limits)).toMatchObject({ ok: false, error: { code: "exhausted" } });
    expect(TagTree.put(full, { ...seventh, id: "sixth" }, limits).ok).toBe(true);
  });

  it("TAG-07: Cloud Agent has no rule, keeps its name and is not deleted; it may be moved", () => {
    const tree = new Map(chain).set(TagTree.cloudAgent.id, TagTree.cloudAgent);
    const rule = { _tag: "Dynamic", query: "platform: Linux" } as const;
    for (const [tag, path] of [
      [{ ...TagTree.cloudAgent, rule }, "rule"],
      [{ ...TagTree.cloudAgent, name: "Agents" }, "name"],
    ] as const) {
      expect(TagTree.put(tree, tag)).toMatchObject({ ok: false, error: { rule: "TAG-07", code: "conflict", path } });
    }
    expect(TagTree.remove(tree, TagTree.cloudAgent.id, { reparent: true })).toMatchObject({
      ok: false,
      error: { rule: "TAG-07", code: "conflict" },
    });
    expect(TagTree.put(tree, { ...TagTree.cloudAgent, parent: "top" }).ok).toBe(true);
  });

  it("TAG-01: a tag is removed when nothing is below it, or when what is below it comes to where it stood", () => {
    expect(TagTree.remove(chain, "nowhere", { reparent: false })).toMatchObject({
      ok: false,
      error: { code: "not-found" },
    });
    expect(TagTree.remove(chain, "middle", { reparent: false })).toMatchObject({
      ok: false,
      error: { rule: "TAG-01", code: "conflict", message: expect.stringContaining("bottom") },
    });
    const removed = TagTree.remove(chain, "middle", { reparent: true });
    expect(removed.ok && [...removed.value].map(([id, t]) => [id, t.parent])).toEqual([
      ["top", null],
      ["bottom", "top"],
      ["other", null],
    ]);
    expect(TagTree.remove(chain, "other", { reparent: false }).ok).toBe(true);
    expect(chain.size).toBe(4);
  });

  it("TAG-01: a tag isn't removed when one below it would come beside another of its name", () => {
    const tree = named({ emea: [null, "EMEA"], old: [null, "Old"], below: ["old", "emea"] });
    expect(TagTree.remove(tree, "old", { reparent: true })).toMatchObject({
      ok: false,
      error: { rule: "TAG-01", code: "conflict", path: "name" },
    });
  });

  it("ends on a cycle that stands in the data already", () => {
    const broken = Values.tree({ a: "b", b: "a" });
    expect([...TagTree.closure(broken, ["a"])].sort()).toEqual(["a", "b"]);
    expect(put(broken, "c", "a").ok).toBe(true);
  });
});
