/**
 * Reading JSON that came from outside, member by member, with everything wrong told at once.
 *
 * - Strict: a member that isn't known is a problem, and so is a value of another type. Nothing is coerced.
 * - What isn't known is named, never looked into: how deep it goes costs nothing.
 * - A reader answers null for what it has told a problem of; so null in the JSON is the same as a member left out.
 */
import * as Limits from "./Limits.ts";

/** One thing wrong. */
export type Problem = {
  /** The rule that it breaks; null where it isn't of the right shape. */
  readonly rule: string | null;
  /** Where, such as `blackouts.0.from`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
};

/** A value somewhere in the document, and where problems are told. */
export type Node = { readonly value: unknown; readonly path: string; readonly problems: Problem[] };

/** Tells a problem of a value, and answers null. */
export const tell = ({ path, problems }: Node, rule: string | null, message: string): null => {
  if (problems.length < Limits.MAX_JSON_PROBLEMS) problems.push({ rule, path, message });
  return null;
};

/** Something below a value. */
export const below = ({ path, problems }: Node, name: string | number, value: unknown): Node => ({
  value,
  path: path === "" ? `${name}` : `${path}.${name}`,
  problems,
});

/** The members of an object by name, as far as they are there; null if it is none, or lacks one it needs. */
export const members = <N extends string, M extends N = never>(
  node: Node,
  known: readonly N[],
  needed: readonly M[] = [],
): Members<N, M> | null => {
  const held = objectOf(node);
  if (held === null) return null;
  for (const name of Object.keys(held)) {
    if (known.some((each) => each === name)) continue;
    tell(below(node, shortened(name), null), null, `There is no such member here; there are ${known.join(", ")}.`);
  }
  const found = known.flatMap((name) =>
    Object.hasOwn(held, name) && held[name] !== null ? [[name, below(node, name, held[name])] as const] : [],
  );
  const missing = needed.filter((name) => found.every(([each]) => each !== name));
  for (const name of missing) tell(below(node, name, null), null, "It is missing.");
  return missing.length > 0 ? null : (Object.fromEntries(found) as Members<N, M>);
};

type Members<N extends string, M extends N> = { readonly [name in N]?: Node } & { readonly [name in M]: Node };

/** The member that says which of several kinds an object is. */
export const kind = <const T extends string>(node: Node, name: string, rule: string, kinds: readonly T[]): T | null => {
  const held = objectOf(node);
  if (held === null) return null;
  return oneOf(below(node, name, Object.hasOwn(held, name) ? held[name] : null), rule, kinds);
};

const objectOf = (node: Node): { readonly [name: string]: unknown } | null => {
  const { value } = node;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as { readonly [name: string]: unknown }) : tell(node, null, "It is an object.");
};

export const text = (node: Node, rule: string | null, maxCharacters: number): string | null => {
  if (typeof node.value !== "string") return tell(node, rule, "It is a text.");
  return node.value.length <= maxCharacters
    ? node.value
    : tell(node, rule, `It has more than ${maxCharacters} characters.`);
};

/** A text that is shown to people, on one line. */
export const line = (node: Node, rule: string | null, maxCharacters: number): string | null => {
  const found = text(node, rule, maxCharacters);
  if (found === null || !/^\s*$|\p{Cc}/u.test(found)) return found;
  return tell(node, rule, "It is a line of text that can be read.");
};

export const flag = (node: Node): boolean | null =>
  typeof node.value === "boolean" ? node.value : tell(node, null, "It is true or false.");

/** A number; whether it is a sensible one is for whoever takes it. */
export const number = (node: Node, rule: string): number | null =>
  typeof node.value === "number" ? node.value : tell(node, rule, "It is a number.");

export const whole = (node: Node, rule: string, min: number, max: number): number | null =>
  Number.isInteger(node.value) && Number(node.value) >= min && Number(node.value) <= max
    ? Number(node.value)
    : tell(node, rule, `It is a whole number from ${min} to ${max}.`);

export const oneOf = <const T extends string | number>(
  node: Node,
  rule: string | null,
  words: readonly T[],
): T | null => {
  const found = words.find((word) => word === node.value);
  return found ?? tell(node, rule, `It is one of ${words.map((word) => JSON.stringify(word)).join(", ")}.`);
};

/** A list, each read by itself; those that can't be read are left out, and told of. */
export const list = <T>(
  node: Node,
  rule: string | null,
  max: number,
  read: (node: Node) => T | null,
): readonly T[] | null => {
  if (!Array.isArray(node.value)) return tell(node, rule, "It is a list.");
  if (node.value.length > max) return tell(node, rule, `It has more than ${max} entries.`);
  return node.value.flatMap((value: unknown, i) => read(below(node, i, value)) ?? []);
};

/** A list that may be left out: empty then, and where it is none. */
export const listOf = <T>(
  node: Node | undefined,
  rule: string | null,
  max: number,
  read: (node: Node) => T | null,
): readonly T[] => given(node, (each) => list(each, rule, max, read)) ?? [];

/** Reads a member that may be left out: null then, and where it can't be read. */
export const given = <T>(node: Node | undefined, read: (node: Node) => T | null): T | null =>
  node === undefined ? null : read(node);

/** Tells an error of the domain at the place that it is about. */
export const tellError = (node: Node, { rule, message }: { readonly rule?: string; readonly message: string }): null =>
  tell(node, rule ?? null, message);

const SHOWN_CHARACTERS = 40;

/** A name that anybody may have chosen, short and on one line. */
const shortened = (name: string): string => {
  const cut = name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name;
  return /^[\w-]+$/.test(cut) ? cut : JSON.stringify(cut);
};
