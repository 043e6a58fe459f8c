/** The parameters of a statement while its text is written. */
import type * as Layout from "./Layout.ts";

/** An argument of a statement: a value, or values by name. */
export type Argument = Layout.Parameter | { readonly [name: string]: Layout.Parameter };

export interface Binding {
  /** Takes a value and answers its placeholder; called in the order of the text. */
  readonly bind: (value: Layout.Parameter) => string;
  readonly values: () => readonly Argument[];
}

/**
 * More than these are named, each value once. SQLite takes 32,766, but compares each with all before it while it prepares
 * a statement: 20,000 take seconds. Within the limits of a query at most a few thousand of its values differ.
 */
export const IN_ORDER_MAX = 1_000;

export const isTooMany = (parameters: readonly Argument[]): boolean => parameters.length > IN_ORDER_MAX;

/** Each value where it stands. */
export function inOrder(): Binding {
  const values: Layout.Parameter[] = [];
  return {
    bind: (value) => {
      values.push(value);
      return "?";
    },
    values: () => values,
  };
}

/** Each value once. The text then depends on which are equal. */
export function byName(): Binding {
  const names = new Map<Layout.Parameter, string>();
  return {
    bind: (value) => {
      const name = names.get(value) ?? names.size.toString();
      names.set(value, name);
      return `@${name}`;
    },
    values: () => [Object.fromEntries([...names].map(([value, name]) => [name, value]))],
  };
}
