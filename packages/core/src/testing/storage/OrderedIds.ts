/** Arrays of ids in the order that every storage shares: {@link ../../domain/shared/CodePointOrder.ts}. */
import { compare } from "../../domain/shared/CodePointOrder.ts";

/** Adds an id to an ordered array that doesn't have it. */
export const insert = (ids: string[], id: string): void => {
  ids.splice(firstFrom(ids, id), 0, id);
};

/** Takes an id out of an ordered array that has it. */
export const remove = (ids: string[], id: string): void => {
  ids.splice(firstFrom(ids, id), 1);
};

/** The ids after one, at most `limit`. */
export const page = (ids: readonly string[], after: string | undefined, limit: number): readonly string[] => {
  const from = after === undefined ? 0 : firstFrom(ids, after);
  const start = ids[from] === after ? from + 1 : from;
  return ids.slice(start, start + limit);
};

// The index of the first id that is not before `id`.
const firstFrom = (ids: readonly string[], id: string): number => {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(ids[middle] ?? "", id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};
