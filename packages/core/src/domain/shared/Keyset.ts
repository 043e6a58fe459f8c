/**
 * Pages by key: a list in a declared order, cut after the key of the last row that was shown. Rows that come, go or
 * change between two pages neither repeat nor hide any other row, as they would by number.
 *
 * A key's last part is unique among the rows (an id), so that no two rows are equal.
 */
import * as CodePointOrder from "./CodePointOrder.ts";

/** What rows are sorted by: texts by their code points, as stores do, numbers by size, null (unknown) always last. */
export type KeyPart = string | number | boolean | null;
export type Key = readonly KeyPart[];

export type Direction = "ascending" | "descending";

/** The order of two keys; `direction` turns all parts but the last, the id, and never the place of null. */
export const compare = (a: Key, b: Key, direction: Direction): number => {
  const last = a.length - 1;
  for (const [i, part] of a.entries()) {
    const order = comparePart(part, b[i] ?? null, i === last ? "ascending" : direction);
    if (order !== 0) return order;
  }
  return 0;
};

/** A page of rows, and the key to go on after; null at the end. */
export interface Page<A> {
  readonly rows: readonly A[];
  readonly next: Key | null;
}

/**
 * The rows after a key (null: from the start), at most `limit` of them, in order.
 *
 * @example
 * page(assets, (a) => [a.name, a.id], { direction: "ascending", after: null, limit: 50 })
 */
export const page = <A>(
  rows: readonly A[],
  keyOf: (row: A) => Key,
  options: { readonly direction: Direction; readonly after: Key | null; readonly limit: number },
): Page<A> => {
  const { direction, after, limit } = options;
  const rest = rows
    .map((row) => ({ row, key: keyOf(row) }))
    .filter(({ key }) => after === null || compare(key, after, direction) > 0)
    .sort((a, b) => compare(a.key, b.key, direction));
  const shown = rest.slice(0, limit);
  return { rows: shown.map((r) => r.row), next: rest.length > limit ? (shown.at(-1)?.key ?? null) : null };
};

const comparePart = (a: KeyPart, b: KeyPart, direction: Direction): number => {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  const isBefore = typeof a === "string" && typeof b === "string" ? CodePointOrder.compare(a, b) < 0 : a < b;
  return (isBefore ? -1 : 1) * (direction === "ascending" ? 1 : -1);
};
