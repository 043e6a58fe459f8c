/** What changed of an asset, by the names of what did: its own members and its facts'. */
import type { Asset } from "./Asset.ts";

/** The members that differ, facts as `facts.osVersion`; none when the two are the same. Sorted. */
export const changed = (was: Asset, is: Asset): readonly string[] => {
  const { facts: factsBefore, ...before } = was;
  const { facts: factsAfter, ...after } = is;
  return [...differing(before, after), ...differing(factsBefore, factsAfter).map((name) => `facts.${name}`)].sort();
};

// Members are plain data, and both sides are written with theirs in one order.
const differing = (a: object, b: object): readonly string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => textOf(a, name) !== textOf(b, name));

const textOf = (of: object, name: string): string =>
  JSON.stringify((of as { readonly [name: string]: unknown })[name] ?? null, inOrder);

const inOrder = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
