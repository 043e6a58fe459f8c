/**
 * What many assets have in common, once: equal values become one, and have a number by which lists of them are compared
 * quickly. Numbers depend on what came first, so nothing of a plan may show them.
 */

export interface Numbered {
  readonly number: number;
}

/** A value, the first of those equal to it. */
export interface Distinct<A> extends Numbered {
  readonly value: A;
}

/** Equal by a text: values of one text are the same. */
export const byText = <A>(textOf: (value: A) => string): ((value: A) => Distinct<A>) => {
  const known = new Map<string, Distinct<A>>();
  return (value) => {
    const text = textOf(value);
    const before = known.get(text);
    if (before !== undefined) return before;
    const distinct = { value, number: known.size };
    known.set(text, distinct);
    return distinct;
  };
};

/** A list of distinct values, the only one of its kind. */
export interface DistinctList<A extends Numbered> extends Numbered {
  readonly items: readonly A[];
}

/** Equal lists become one; of the same items in another order it makes another. */
export const lists = <A extends Numbered>(): ((items: readonly A[]) => DistinctList<A>) => {
  const known = new Map<number, DistinctList<A>[]>();
  let count = 0;
  return (items) => {
    const hash = hashOf(items);
    const alike = known.get(hash);
    const before = alike?.find((list) => isSame(list.items, items));
    if (before !== undefined) return before;
    const list = { items, number: count++ };
    if (alike === undefined) known.set(hash, [list]);
    else alike.push(list);
    return list;
  };
};

/** Lists of what is equal by a text, each distinct list once. */
export const sharedLists = <A>(textOf: (value: A) => string): ((values: readonly A[]) => readonly A[]) => {
  const distinct = byText(textOf);
  const listOf = lists<Distinct<A>>();
  const shared = new Map<DistinctList<Distinct<A>>, readonly A[]>();
  return (values) => {
    const list = listOf(values.map(distinct));
    const before = shared.get(list);
    if (before !== undefined) return before;
    const first = list.items.map((item) => item.value);
    shared.set(list, first);
    return first;
  };
};

// A hash of the numbers, where a text of them would cost ten times as much and stay in memory.
const hashOf = (items: readonly Numbered[]): number => {
  let hash = items.length;
  for (const { number } of items) hash = Math.imul(hash ^ number, 0x9e3779b1) ^ (hash >>> 15);
  return hash;
};

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
};
