/** Tags, trees and selections with everything filled in, so that a test says only what it is about; and generated ones. */
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import * as TagTree from "../../domain/tag/TagTree.ts";
import type { Random } from "../simulation/Random.ts";

/** A static tag at the top, named as its id, and what a test says of it. */
export const tag = (id: string, over: Partial<TagTree.Tag> = {}): TagTree.Tag => ({
  id,
  name: id,
  parent: null,
  rule: TagTree.assigned,
  ...over,
});

/** A tag that assets bear by a rule. */
export const dynamicTag = (id: string, query: string, over: Partial<TagTree.Tag> = {}): TagTree.Tag =>
  tag(id, { rule: { _tag: "Dynamic", query }, ...over });

/** A tree of these tags. Nothing is checked, so that a test may make what could never be saved. */
export const tree = (...tags: readonly TagTree.Tag[]): TagTree.TagTree => new Map(tags.map((t) => [t.id, t]));

/** A selection of nothing, and what a test says of it. */
export const selection = (over: Partial<TagSelection.TagSelection> = {}): TagSelection.TagSelection => ({
  ...TagSelection.none,
  ...over,
});

/** A forest of `count` static tags, `tag-0` and on, each at the top or below an earlier one. */
export const someTree = (random: Random, count: number): TagTree.TagTree =>
  tree(
    ...Array.from({ length: count }, (_, i) => {
      const at = random.below(i + 1);
      return tag(`tag-${i}`, { parent: at === 0 ? null : `tag-${at - 1}` });
    }),
  );

/** A selection by up to four of a tree's tags, without up to two others, ANY or ALL. */
export const someSelection = (random: Random, of: TagTree.TagTree): TagSelection.TagSelection => {
  const ids = [...of.keys()];
  const some = (max: number): readonly string[] =>
    ids.length === 0 ? [] : Array.from({ length: random.below(max + 1) }, () => ids[random.below(ids.length)] ?? "");
  const mode = (): TagSelection.TagMode => (random.below(2) === 0 ? "any" : "all");
  return selection({ include: { mode: mode(), tags: some(4) }, exclude: { mode: mode(), tags: some(2) } });
};
