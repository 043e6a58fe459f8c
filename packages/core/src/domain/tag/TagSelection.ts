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

/** What a selection looks at. */
export interface Selectable {
  readonly id: string;
  readonly tags: readonly string[];
}

/**
 * Compiles a selection against the tree of the moment; exclusion wins over inclusion, explicit assets too.
 *
 * @example
 * const verdict = TagSelection.compile(job.targets, tree);
 * assets.filter((asset) => verdict(asset) === "selected");
 */
export const compile = (selection: TagSelection, tree: TagTree.TagTree): ((asset: Selectable) => TagVerdict) => {
  const children = TagTree.childrenOf(tree);
  const named = new Set(selection.assets);
  const includes = over(selection.include, children);
  const excludes = over(selection.exclude, children);
  return (asset) => {
    if (!(named.size > 0 && named.has(asset.id)) && !includes(asset.tags)) return "not-selected";
    return excludes(asset.tags) ? "excluded" : "selected";
  };
};

/** Whether an asset's tags satisfy a set: for `all`, every tag by itself or by a descendant of it (TAG-03). */
export const matcher = (set: TagSet, tree: TagTree.TagTree): TagTest => over(set, TagTree.childrenOf(tree));

/** Sets of tags: an asset bears at least one of each. No sets: every asset does; an empty set: none. */
export type Bearing = readonly (readonly string[])[];

/** What a set asks for, spelled out in the tags of the moment: {@link matcher} as data, for stores that search by it. */
export const bearing = (set: TagSet, tree: TagTree.TagTree): Bearing => {
  const children = TagTree.childrenOf(tree);
  const wanted = [...new Set(set.tags)];
  if (set.mode === "any" || wanted.length === 0) return [[...TagTree.descend(children, wanted)].sort()];
  return wanted.map((tag) => [...TagTree.descend(children, [tag])].sort());
};

/** Whether tags satisfy what {@link bearing} spelled out. */
export const bears = (wanted: Bearing): TagTest => {
  const sets = wanted.map((tags) => new Set(tags));
  return (assetTags) => sets.every((set) => assetTags.some((tag) => set.has(tag)));
};

/** How many of the assets that bear the selected tags are meant, of how many (TAG-09). */
export interface Coverage {
  /** Assets that a job with this selection would hold. */
  readonly selected: number;
  /** Of those, the ones that are there through an included tag. */
  readonly tagged: number;
  /** All assets that bear one of the included tags, or a descendant of one. */
  readonly bearing: number;
  /** The same for each included tag by itself. */
  readonly byTag: readonly { readonly tag: string; readonly selected: number; readonly bearing: number }[];
}

/** Counts a selection over assets; which of them are counted at all is the caller's to say (a scope, a platform). */
export const coverage = (selection: TagSelection, tree: TagTree.TagTree, assets: readonly Selectable[]): Coverage => {
  const verdict = compile(selection, tree);
  const wanted = [...new Set(selection.include.tags)];
  const bearers = matcher({ mode: "any", tags: wanted }, tree);
  const byTag = wanted.map((tag) => ({
    tag,
    bears: matcher({ mode: "any", tags: [tag] }, tree),
    selected: 0,
    bearing: 0,
  }));
  let [selected, tagged, bearing] = [0, 0, 0];
  for (const asset of assets) {
    const isSelected = verdict(asset) === "selected";
    if (isSelected) selected += 1;
    if (!bearers(asset.tags)) continue;
    bearing += 1;
    if (isSelected) tagged += 1;
    for (const each of byTag) {
      if (!each.bears(asset.tags)) continue;
      each.bearing += 1;
      if (isSelected) each.selected += 1;
    }
  }
  return {
    selected,
    tagged,
    bearing,
    byTag: byTag.map(({ tag, selected: held, bearing: of }) => ({ tag, selected: held, bearing: of })),
  };
};

export type TagTest = (assetTags: readonly string[]) => boolean;

const never: TagTest = () => false;

const over = (set: TagSet, children: TagTree.Children): TagTest => {
  const wanted = [...new Set(set.tags)];
  if (wanted.length === 0) return never;
  return set.mode === "any" || wanted.length === 1 ? anyOf(wanted, children) : allOf(wanted, children);
};

const anyOf = (wanted: readonly string[], children: TagTree.Children): TagTest => {
  const bearers = TagTree.descend(children, wanted);
  return (assetTags) => {
    for (let i = 0; i < assetTags.length; i += 1) if (bearers.has(assetTags[i] as string)) return true;
    return false;
  };
};

// A tag satisfies every wanted tag that it is or stands below: a look-up for each of the asset's tags, however many are
// wanted. `round` tells the marks of one asset from those of the one before.
const allOf = (wanted: readonly string[], children: TagTree.Children): TagTest => {
  const satisfies = new Map<string, number[]>();
  for (const [i, id] of wanted.entries()) {
    for (const tag of TagTree.descend(children, [id])) {
      const places = satisfies.get(tag);
      if (places === undefined) satisfies.set(tag, [i]);
      else places.push(i);
    }
  }
  const marks = new Float64Array(wanted.length);
  let round = 0;
  return (assetTags) => {
    round += 1;
    let open = wanted.length;
    for (let i = 0; i < assetTags.length; i += 1) {
      const places = satisfies.get(assetTags[i] as string);
      if (places === undefined) continue;
      for (const place of places) {
        if (marks[place] === round) continue;
        marks[place] = round;
        open -= 1;
      }
    }
    return open === 0;
  };
};
