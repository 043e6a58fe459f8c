/** The oracle of the tag tests: descendants and matches by the plainest recursion, from the parents alone. */
import type { TagSelection, TagSet } from "../../src/domain/tag/TagSelection.ts";
import type { TagTree } from "../../src/domain/tag/TagTree.ts";

/** A tag with everything below it. */
export const below = (tree: TagTree, id: string): readonly string[] => [
  id,
  ...[...tree.values()].filter((t) => t.parent === id).flatMap((t) => below(tree, t.id)),
];

/** Whether tags satisfy a set. An empty set is satisfied by nothing. */
export const satisfies = (tree: TagTree, set: TagSet, tags: readonly string[]): boolean => {
  const bears = (wanted: string): boolean => below(tree, wanted).some((id) => tags.includes(id));
  if (set.tags.length === 0) return false;
  return set.mode === "any" ? set.tags.some(bears) : set.tags.every(bears);
};

/** What a selection says of an asset. */
export const verdict = (
  tree: TagTree,
  selection: TagSelection,
  asset: { readonly id: string; readonly tags: readonly string[] },
): "selected" | "excluded" | "not-selected" => {
  const isMeant = selection.assets.includes(asset.id) || satisfies(tree, selection.include, asset.tags);
  if (!isMeant) return "not-selected";
  return satisfies(tree, selection.exclude, asset.tags) ? "excluded" : "selected";
};
