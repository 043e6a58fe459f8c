/**
 * What is missing, installed and unknown on an asset: its snapshot held against the catalogue, on the platform (SYN-03).
 *
 * How one patch is judged stands in {@link ./Judgement.ts}. An asset without a snapshot has no assessment at all, and a
 * patch that can't be judged is listed with the reason: unknown is never "nothing missing". What changed is judged anew
 * by itself, whether it is the catalogue or the asset, and comes to the same as judging everything.
 */
import * as CatalogueIndex from "./CatalogueIndex.ts";
import * as Inventory from "./Inventory.ts";
import * as Judgement from "./Judgement.ts";

export type MissingPackage = Judgement.MissingPackage;
export type UnknownReason = Judgement.UnknownReason;

export interface MissingPatch {
  readonly patchId: string;
  /** In the order in which the patch names them. */
  readonly packages: readonly MissingPackage[];
}

/** A patch with packages that the asset has, and why it can't be judged there. */
export interface UnknownPatch {
  readonly patchId: string;
  readonly reason: UnknownReason;
}

/** What an assessment was made from, and when. */
export interface About {
  /** Digest of the snapshot that was assessed. */
  readonly snapshot: string;
  readonly assessedAt: number;
  /** How many changes of the catalogue it has seen. */
  readonly catalogue: number;
  /** {@link Inventory.traitsKey} of the asset as it was judged. */
  readonly traits: string;
}

export interface Assessment extends About {
  /** Ordered by patch id. */
  readonly missing: readonly MissingPatch[];
  /** Ordered. */
  readonly installed: readonly string[];
  /** Ordered by patch id. */
  readonly unknown: readonly UnknownPatch[];
}

/**
 * Assesses an inventory against a catalogue: costs the asset's packages and the patches that name them.
 *
 * @example
 * Assessment.assess(Inventory.make(traits, packages), CatalogueIndex.make(patches), { snapshot, assessedAt, catalogue: 1, traits: key })
 */
export const assess = (
  inventory: Inventory.Inventory,
  catalogue: CatalogueIndex.CatalogueIndex,
  about: About,
): Assessment => {
  const candidates = new Set<Judgement.Candidate>();
  for (const name of Inventory.namesOf(inventory.traits, inventory.byName.keys())) {
    for (const candidate of catalogue.byName.get(name) ?? []) candidates.add(candidate);
  }
  const verdicts = judgeAll(candidates, inventory);
  return {
    ...about,
    missing: verdicts.missing.sort(byPatchId),
    installed: verdicts.installed.sort(),
    unknown: verdicts.unknown.sort(byPatchId),
  };
};

/**
 * The assessment after a change of the catalogue: only the change's patches are judged. The inventory may be cut down to
 * packages of names that the change touches.
 */
export const applyCatalogueDelta = (
  assessment: Assessment,
  inventory: Inventory.Inventory,
  delta: CatalogueIndex.CatalogueDelta,
  about: Pick<About, "assessedAt" | "catalogue">,
): Assessment => {
  return applyPrepared(assessment, inventory, prepareDelta(delta), about);
};

/** A change of the catalogue made ready for many assets. */
export interface PreparedDelta {
  /** Ids of patches that an assessment of before may name. */
  readonly touched: ReadonlySet<string>;
  readonly byId: ReadonlyMap<string, Judgement.Candidate>;
}

/** Makes a change ready; with the ids of the patches that were there before it, no others are looked for. */
export const prepareDelta = (
  delta: CatalogueIndex.CatalogueDelta,
  former: ReadonlySet<string> | null = null,
): PreparedDelta => {
  const ids = CatalogueIndex.touchedIds(delta);
  const touched = former === null ? ids : new Set([...ids].filter((id) => former.has(id)));
  return { touched, byId: CatalogueIndex.make(delta.put).byId };
};

/** {@link applyCatalogueDelta} of one change to many assets: what is the same for each is done once. */
export const applyPrepared = (
  assessment: Assessment,
  inventory: Inventory.Inventory,
  delta: PreparedDelta,
  about: Pick<About, "assessedAt" | "catalogue">,
): Assessment => ({
  ...assessment,
  assessedAt: about.assessedAt,
  catalogue: about.catalogue,
  ...merged(assessment, delta.touched, judgeAll(delta.byId.values(), inventory)),
});

/**
 * The assessment of an asset's newer inventory: only patches of packages that changed are judged. The catalogue must be the
 * one that `assessment` was made from. Traits that changed (a release, module streams) make it a full assessment.
 */
export const applySnapshotDelta = (
  assessment: Assessment,
  change: { readonly before: Inventory.Inventory; readonly after: Inventory.Inventory },
  catalogue: CatalogueIndex.CatalogueIndex,
  about: About,
): Assessment => {
  const { before, after } = change;
  const isSameAsset = Inventory.traitsKey(before.traits) === Inventory.traitsKey(after.traits);
  if (!isSameAsset) return assess(after, catalogue, about);
  const candidates = new Set<Judgement.Candidate>();
  for (const name of Inventory.changedNames(before, after)) {
    for (const candidate of catalogue.byName.get(name) ?? []) candidates.add(candidate);
  }
  const touched = new Set<string>();
  for (const { patch } of candidates) touched.add(patch.id);
  return { ...about, ...merged(assessment, touched, judgeAll(candidates, after)) };
};

interface Verdicts {
  readonly missing: MissingPatch[];
  readonly installed: string[];
  readonly unknown: UnknownPatch[];
}

const judgeAll = (candidates: Iterable<Judgement.Candidate>, inventory: Inventory.Inventory): Verdicts => {
  const verdicts: Verdicts = { missing: [], installed: [], unknown: [] };
  for (const candidate of candidates) {
    const verdict = Judgement.judge(candidate, inventory);
    const patchId = candidate.patch.id;
    if (verdict._tag === "Missing") verdicts.missing.push({ patchId, packages: verdict.packages });
    else if (verdict._tag === "Installed") verdicts.installed.push(patchId);
    else if (verdict._tag === "Unknown") verdicts.unknown.push({ patchId, reason: verdict.reason });
  }
  return verdicts;
};

// What was said of the touched patches goes, what is said of them now comes in.
const merged = (
  assessment: Assessment,
  touched: ReadonlySet<string>,
  verdicts: Verdicts,
): Pick<Assessment, "missing" | "installed" | "unknown"> => ({
  missing: replaced(assessment.missing, touched, verdicts.missing, idOf),
  installed: replaced(assessment.installed, touched, verdicts.installed, itself),
  unknown: replaced(assessment.unknown, touched, verdicts.unknown, idOf),
});

const idOf = (of: { readonly patchId: string }): string => of.patchId;
const itself = (id: string): string => id;

const byPatchId = (a: { readonly patchId: string }, b: { readonly patchId: string }): number =>
  a.patchId < b.patchId ? -1 : a.patchId > b.patchId ? 1 : 0;

/** From this share of a list on it is quicker to walk the list than to look each id up. */
const FEW = 1 / 16;

// Both lists are ordered, or come to be so; a list in which nothing changes is given back as it is.
const replaced = <A>(
  before: readonly A[],
  touched: ReadonlySet<string>,
  now: readonly A[],
  id: (item: A) => string,
): readonly A[] => {
  const isFew = touched.size <= before.length * FEW;
  const kept = isFew ? withoutFew(before, touched, id) : before.filter((item) => !touched.has(id(item)));
  if (now.length === 0) return kept.length === before.length ? before : kept;
  const all = [...kept];
  if (isFew) for (const item of now) all.splice(placeOf(all, id(item), id), 0, item);
  else all.push(...now);
  return isFew ? all : all.sort((a, b) => (id(a) < id(b) ? -1 : id(a) > id(b) ? 1 : 0));
};

const withoutFew = <A>(before: readonly A[], touched: ReadonlySet<string>, id: (item: A) => string): readonly A[] => {
  const places: number[] = [];
  for (const wanted of touched) {
    const place = placeOf(before, wanted, id);
    const found = before[place];
    if (found !== undefined && id(found) === wanted) places.push(place);
  }
  if (places.length === 0) return before;
  const kept = [...before];
  for (const place of places.sort((a, b) => b - a)) kept.splice(place, 1);
  return kept;
};

// The first place whose id isn't before the wanted one.
const placeOf = <A>(items: readonly A[], wanted: string, id: (item: A) => string): number => {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (id(items[middle] as A) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
};
