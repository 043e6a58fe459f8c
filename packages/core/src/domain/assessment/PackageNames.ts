/**
 * The names of an asset's packages, and whatever else leads to it ({@link Inventory.namesOf}), cut into lists that many assets share: a name always falls into the same bucket, so a
 * package that comes or goes changes one list, and machines of one image have all of theirs in common.
 */
/** Enough that a list is short, few enough that a snapshot names them all. */
export const BUCKETS = 16;

/** Names of one list: as many as a stored entity can be found by. */
export const NAMES_PER_LIST_MAX = 1_000;

/** The lists, each sorted and without repetition; the same names give the same lists. */
export const lists = (all: Iterable<string>): readonly (readonly string[])[] => {
  const buckets: string[][] = Array.from({ length: BUCKETS }, () => []);
  for (const name of new Set(all)) buckets[bucketOf(name)]?.push(name);
  return buckets.flatMap((names) => parts(names.sort()));
};

const parts = (names: readonly string[]): readonly (readonly string[])[] => {
  const found: (readonly string[])[] = [];
  for (let i = 0; i < names.length; i += NAMES_PER_LIST_MAX) found.push(names.slice(i, i + NAMES_PER_LIST_MAX));
  return found;
};

const FNV_OFFSET = 2_166_136_261;
const FNV_PRIME = 16_777_619;

// FNV-1a, folded, for its low bits alone hang on few of the characters.
const bucketOf = (name: string): number => {
  let hash = FNV_OFFSET;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), FNV_PRIME);
  return ((hash >>> 16) ^ hash) & (BUCKETS - 1);
};
