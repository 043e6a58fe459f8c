/**
 * The order of ids that every storage shares: by code point, which is the order of their UTF-8 bytes. It is what SQLite's
 * BINARY and PostgreSQL's "C" collations do. JavaScript's `<` compares UTF-16 units and differs above U+FFFF.
 */

/** Negative, zero or positive, as `Array.prototype.sort` wants it. */
export const compare = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
};

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

// Surrogates (U+D800..DFFF) stand for code points above every other unit, so they rank after U+E000..FFFF.
const rank = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
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
