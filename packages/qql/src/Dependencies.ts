/**
 * What a query's answer depends on: which tokens, and whether on the clock. Whoever keeps saved queries re-checks those
 * that a change touches, and no others.
 */
import type * as Checked from "./Checked.ts";
import type * as Value from "./Value.ts";

export interface Dependencies {
  /** Names of tokens and groups, as paths. */
  readonly tokens: ReadonlySet<string>;
  /** A relative date: the answer may change as time passes, with nothing else changed. */
  readonly isOnClock: boolean;
}

/** The dependencies of a checked query. */
export function of(checked: Checked.Checked): Dependencies {
  const tokens = new Set<string>();
  let isOnClock = false;
  for (const leaf of leavesOf(checked)) {
    for (const { name } of leaf._tag === "Search" ? leaf.tokens : [leaf.token]) tokens.add(name);
    isOnClock ||= valuesOf(leaf).some((value) => value._tag === "Relative");
  }
  return { tokens, isOnClock };
}

/**
 * True if a change of these fields may change the answer. A field is a token's or group's path; a group stands for all in
 * it, and what lies in a group for the group.
 *
 * @example
 * Dependencies.isTouched(dependencies, ["interfaces"]); // true for a query on interfaces.address
 */
export const isTouched = ({ tokens }: Dependencies, changed: Iterable<string>): boolean => {
  for (const field of changed) {
    if (tokens.has(field)) return true;
    for (const token of tokens) if (token.startsWith(`${field}.`) || field.startsWith(`${token}.`)) return true;
  }
  return false;
};

/** The conditions of a query, in the order of the text. */
export function leavesOf(checked: Checked.Checked): readonly Checked.Leaf[] {
  switch (checked._tag) {
    case "And":
    case "Or":
      return checked.operands.flatMap(leavesOf);
    case "Not":
    case "Nested":
      return leavesOf(checked.operand);
    default:
      return [checked];
  }
}

function valuesOf(leaf: Checked.Leaf): readonly Value.Value[] {
  switch (leaf._tag) {
    case "AnyOf":
      return leaf.values;
    case "Order":
      return [leaf.value];
    case "Range":
      return [leaf.from, leaf.to];
    default:
      return [];
  }
}
