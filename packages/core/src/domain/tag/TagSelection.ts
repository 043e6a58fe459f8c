/** Which assets a job, profile or licence means, by tags and by name (TAG-03, TAG-04, CFG-08, LIC-04). */
import * as TagTree from "./TagTree.ts";

export type TagMode = "any" | "all";

export interface TagSet {
  readonly mode: TagMode;
  readonly tags: readonly string[];
}

export interface TagSelection {
  /** Assets named one by one. */
  readonly assets: readonly string[];
  readonly include: TagSet;
  readonly exclude: TagSet;
}

/** Selects nothing. */
export const none: TagSelection = {
  assets: [],
  include: { mode: "any", tags: [] },
  exclude: { mode: "any", tags: [] },
};

/** Whether the selection names nothing that could be selected (JOB-02: targets missing). */
export const isEmpty = (s: TagSelection): boolean => s.assets.length === 0 && s.include.tags.length === 0;

export type TagVerdict = "selected" | "excluded" | "not-selected";

/** Compiles a selection against the tree of the moment; exclusion wins over inclusion, explicit assets too. */
export const compile = (
  selection: TagSelection,
  tree: TagTree.TagTree,
): ((asset: { readonly id: string; readonly tags: readonly string[] }) => TagVerdict) => {
  const named = new Set(selection.assets);
  const includes = matcher(selection.include, tree);
  const excludes = matcher(selection.exclude, tree);
  return (asset) => {
    if (!named.has(asset.id) && !includes(asset.tags)) return "not-selected";
    return excludes(asset.tags) ? "excluded" : "selected";
  };
};

/** Whether an asset's tags satisfy a set: for `all`, every tag by itself or by a descendant of it (TAG-03). */
export const matcher = (set: TagSet, tree: TagTree.TagTree): ((assetTags: readonly string[]) => boolean) => {
  if (set.tags.length === 0) return () => false;
  const closures = set.tags.map((t) => TagTree.closure(tree, [t]));
  return (assetTags) => {
    const bears = (closure: ReadonlySet<string>) => assetTags.some((t) => closure.has(t));
    return set.mode === "all" ? closures.every(bears) : closures.some(bears);
  };
};
