/** Which statements read the narrow index of assets alone (see {@link ../SearchTables.ts}): SQLite has no figures to see that by. */

import { narrow } from "../SearchTables.ts";
import type * as Fragment from "./Fragment.ts";

/** Of these columns alone the narrow index has its values side by side; the index of their order holds ids as well. */
const FIRST = '"operatingSystem:text"';
const HINT = ` INDEXED BY ${narrow.index}`;
const HINT_FIRST = ` INDEXED BY ${narrow.first}`;
/** Texts that are remembered. */
const KEPT_MAX = 1_000;
const known = new Map<string, string>();

/**
 * What stands behind `search_asset AS a` in a statement that goes over all rows that fulfil a condition: the index, where its
 * columns and no others are asked for. One column by itself has an index of its own, mostly.
 */
export const hintOf = (condition: Fragment.Fragment, columns = ""): string => {
  const text = columns + condition.text;
  const before = known.get(text);
  if (before !== undefined) return before;
  const used = new Set(text.match(/\ba\.(?:"[^"]*"|\w+)/g)?.map((name) => name.slice("a.".length)));
  used.delete("n");
  const hint = hinted(used);
  if (known.size >= KEPT_MAX) known.clear();
  known.set(text, hint);
  return hint;
};

const hinted = (used: ReadonlySet<string>): string => {
  if (![...used].every((column) => narrow.columns.has(column))) return "";
  if (used.size > 2) return HINT;
  return used.has(FIRST) ? HINT_FIRST : "";
};

/** Of its columns behind the first those that few values are of: what is grouped by them has few groups. */
const few = [...narrow.columns].slice(1, 1 + narrow.grouped).map((column) => `a.${column}`);

/**
 * What stands behind GROUP BY where these columns are counted over the index: its columns from the first on, with those
 * between them, so that groups stand side by side in it and nothing is sorted. Null where it has not all of them.
 */
export const groupingOf = (columns: readonly string[]): string | null => {
  const last = Math.max(...columns.map((column) => (few.includes(column) ? few.indexOf(column) : few.length)));
  return last < few.length ? few.slice(0, last + 1).join(", ") : null;
};
