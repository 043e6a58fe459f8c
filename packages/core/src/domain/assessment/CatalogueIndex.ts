/**
 * The catalogue by the names of packages, so that an assessment costs what the asset has and not what the catalogue
 * holds: a package's name leads to the patches that bring it, or bring something that obsoletes it. A patch that is known by
 * its presence alone is found by its releases.
 */
import type { Patch } from "../patch/Patch.ts";
import * as Judgement from "./Judgement.ts";
import * as Release from "./Release.ts";

export interface CatalogueIndex {
  /** Every patch that isn't deprecated and has packages, by id. */
  readonly byId: ReadonlyMap<string, Judgement.Candidate>;
  /** By the name of a package, and of what is known by its presence by marks of releases too. */
  readonly byName: ReadonlyMap<string, readonly Judgement.Candidate[]>;
}

/** A change of a catalogue. */
export interface CatalogueDelta {
  /** Patches that are new or different, as they now are. */
  readonly put: readonly Patch[];
  /** Ids of patches that are there no longer. */
  readonly gone: readonly string[];
}

/** The names of packages by which a patch concerns assets, and marks of releases where it isn't by names alone. */
export const namesOf = (patch: Patch): readonly string[] => {
  const names = new Set<string>();
  let isPresence = false;
  for (const p of patch.packages) {
    names.add(p.name);
    for (const obsolete of p.obsoletes ?? []) names.add(obsolete.name);
    isPresence ||= p.isPresence === true;
  }
  if (isPresence) for (const mark of Release.marksFor(patch.platform, patch.releases)) names.add(mark);
  return [...names];
};

/** The index of these patches; of two with one id the later stands. */
export const make = (patches: readonly Patch[]): CatalogueIndex => {
  const byId = new Map<string, Judgement.Candidate>();
  for (const patch of patches) {
    if (isConsidered(patch)) byId.set(patch.id, Judgement.prepare(patch));
    else byId.delete(patch.id);
  }
  const byName = new Map<string, Judgement.Candidate[]>();
  for (const candidate of byId.values()) {
    for (const name of namesOf(candidate.patch)) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [candidate]);
      else known.push(candidate);
    }
  }
  return { byId, byName };
};

/** The index after a change; what the change doesn't name is shared with the index before. */
export const apply = (index: CatalogueIndex, delta: CatalogueDelta): CatalogueIndex => {
  const fresh = make(delta.put);
  const byId = new Map(index.byId);
  const names = new Set(fresh.byName.keys());
  const touched = touchedIds(delta);
  for (const id of touched) {
    const known = index.byId.get(id);
    if (known === undefined) continue;
    for (const name of namesOf(known.patch)) names.add(name);
    byId.delete(id);
  }
  for (const [id, candidate] of fresh.byId) byId.set(id, candidate);
  const byName = new Map(index.byName);
  for (const name of names) {
    const kept = (index.byName.get(name) ?? []).filter((c) => !touched.has(c.patch.id));
    const all = [...kept, ...(fresh.byName.get(name) ?? [])];
    if (all.length === 0) byName.delete(name);
    else byName.set(name, all);
  }
  return { byId, byName };
};

/** The ids of the patches that a change touches. */
export const touchedIds = (delta: CatalogueDelta): ReadonlySet<string> =>
  new Set([...delta.put.map((p) => p.id), ...delta.gone]);

/**
 * The names of the packages through which a change concerns assets: those of the patches as they now are, and as they were.
 * An asset that has none of them is judged after the change as before it.
 */
export const touchedNames = (before: CatalogueIndex, delta: CatalogueDelta): ReadonlySet<string> => {
  const names = new Set(delta.put.flatMap(namesOf));
  for (const id of touchedIds(delta)) {
    const known = before.byId.get(id);
    for (const name of known === undefined ? [] : namesOf(known.patch)) names.add(name);
  }
  return names;
};

const isConsidered = (patch: Patch): boolean => !patch.isDeprecated && patch.packages.length > 0;
