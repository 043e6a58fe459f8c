/**
 * What a query asks of stored keys: the form that every way of running it starts from, in memory or in SQL. Tests
 * compare storage keys (see Key) and nothing else, so that whoever keeps the keys can answer with the matcher's result.
 *
 * Meaning: a leaf follows its path from the document, or from the element of the `Nested` around it, through every element
 * of what is repeated, and holds if its test holds for one value it reaches. Null and absent values are not reached.
 */
import type * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";
import * as Cut from "./Cut.ts";
import * as FullText from "./FullText.ts";
import type * as Span from "./Span.ts";
import * as Value from "./Value.ts";

export type Predicate = And | Or | Not | Nested | Leaf;

export interface And {
  readonly _tag: "And";
  readonly operands: readonly Predicate[];
}

export interface Or {
  readonly _tag: "Or";
  readonly operands: readonly Predicate[];
}

export interface Not {
  readonly _tag: "Not";
  readonly operand: Predicate;
}

/** One object that the path reaches fulfils the operand. */
export interface Nested {
  readonly _tag: "Nested";
  readonly group: Catalog.Group;
  readonly path: readonly Catalog.Step[];
  readonly operand: Predicate;
}

export interface Leaf {
  readonly _tag: "Leaf";
  readonly token: Catalog.Entry;
  readonly path: readonly Catalog.Step[];
  readonly test: Test;
  /** Of the condition in the query's text. */
  readonly span: Span.Span;
}

/** What is asked of one value. */
export type Test = Exists | Is | Between | Substring | All | Any;

/** There is a value. */
export interface Exists {
  readonly _tag: "Exists";
}

/** The key is one of these; at least one, without repeats. */
export interface Is {
  readonly _tag: "Is";
  readonly key: ScalarKey;
  readonly values: readonly (string | number)[];
}

/** The key lies between the cuts; an open end is null, not both are. */
export interface Between extends Cut.Piece {
  readonly _tag: "Between";
  readonly key: ScalarKey;
}

/** The key begins with, ends with or contains the text, character for character. */
export interface Substring {
  readonly _tag: "StartsWith" | "EndsWith" | "Contains";
  readonly key: TextKey;
  readonly text: string;
}

export interface All {
  readonly _tag: "All";
  readonly tests: readonly Test[];
}

export interface Any {
  readonly _tag: "Any";
  readonly tests: readonly Test[];
}

/** Keys that are text: the folded value, and of text tokens its words. */
export type TextKey = "folded" | "tokens";

/** Keys that are compared whole; `number` is the value itself (dates as milliseconds, sizes as bytes, booleans as 0, 1). */
export type ScalarKey = "folded" | "number" | "rank" | "version" | "ip";

/** What a checked query asks of stored keys. */
export function of(checked: Checked.Checked): Predicate {
  switch (checked._tag) {
    case "And":
      return { _tag: "And", operands: checked.operands.map(of) };
    case "Or":
      return { _tag: "Or", operands: merged(checked.operands.map(of)) };
    case "Not":
      return { _tag: "Not", operand: of(checked.operand) };
    case "Nested": {
      const { group, within, operand } = checked;
      return { _tag: "Nested", group, path: pathFrom(group, within), operand: of(operand) };
    }
    case "Search":
      return search(checked);
    case "IsNull": {
      const exists = leaf(checked.token, checked, EXISTS);
      return checked.isNegated ? exists : { _tag: "Not", operand: exists };
    }
    case "AnyOf":
      return leaf(checked.token, checked, anyOf(checked.token, checked.values));
    case "Order":
      return between(checked, Cut.ofOrder(checked.operator, Value.extentOf(checked.value)));
    case "Range": {
      const { from, to, isInclusive } = checked;
      return between(checked, Cut.ofRange(Value.extentOf(from), Value.extentOf(to), isInclusive));
    }
  }
}

const between = (checked: Checked.Order | Checked.Range, piece: Cut.Piece): Leaf =>
  leaf(checked.token, checked, { _tag: "Between", key: KEY[checked.token.type], ...piece });

/** Alternatives of one token are one set of values: `a: 1 or a: 2` is looked up once. */
function merged(operands: readonly Predicate[]): readonly Predicate[] {
  const alike = new Map<unknown, Predicate[]>();
  for (const operand of operands) {
    const key = operand._tag === "Leaf" && operand.test._tag === "Is" ? operand.token : operand;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [operand]);
    else known.push(operand);
  }
  return [...alike.values()].map((all) => (all.length > 1 ? union(all as LeafOf<Is>[]) : (all[0] as Predicate)));
}

type LeafOf<T extends Test> = Leaf & { readonly test: T };

function union(leaves: readonly LeafOf<Is>[]): Leaf {
  const first = leaves[0] as LeafOf<Is>;
  return { ...first, test: { ...first.test, values: [...new Set(leaves.flatMap(({ test }) => test.values))] } };
}

const EXISTS: Exists = { _tag: "Exists" };

const leaf = (token: Catalog.Entry, { within, start, end }: Checked.Leaf, test: Test): Leaf => ({
  _tag: "Leaf",
  token,
  path: pathFrom(token, within),
  test,
  span: { start, end },
});

const pathFrom = (entry: Catalog.Entry, within: Catalog.Group | null): readonly Catalog.Step[] =>
  within === null ? entry.path : entry.path.slice(within.path.length);

function search(checked: Checked.Search): Predicate {
  const { tokens, value, text } = checked;
  const operands = tokens.flatMap((token): readonly Predicate[] => {
    const test = searchTest(token, value, text);
    return test === null ? [] : [leaf(token, checked, test)];
  });
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { _tag: "Or", operands };
}

/** Null where no value of the token can answer. */
function searchTest(token: Catalog.Token, value: Checked.Search["value"], text: string): Test | null {
  if (token.type === "text") return textTest(value);
  const pattern: Value.Pattern = { _tag: value._tag === "Whole" ? "Whole" : "StartsWith", text };
  if (token.type !== "enum") return textTest(pattern);
  const values = token.values.flatMap((member, rank) =>
    Value.hasPattern(pattern, FullText.fold(member)) ? [rank] : [],
  );
  return values.length === 0 ? null : { _tag: "Is", key: "rank", values };
}

/** Points become one set; the rest stays as it is. */
function anyOf({ type }: Catalog.Token, values: readonly Value.Value[]): Test {
  const key = KEY[type];
  const points = new Set<string | number>();
  const others: Test[] = [];
  for (const value of values) {
    const test = valueTest(key, value);
    if (test._tag === "Is") for (const each of test.values) points.add(each);
    else others.push(test);
  }
  if (points.size > 0) others.unshift({ _tag: "Is", key, values: [...points] });
  const [only] = others;
  return others.length === 1 && only !== undefined ? only : { _tag: "Any", tests: others };
}

function valueTest(key: ScalarKey, value: Value.Value): Test {
  if (value._tag === "Member") return { _tag: "Is", key, values: [value.rank] };
  if (value._tag === "Flag") return { _tag: "Is", key, values: [Number(value.value)] };
  if (!Value.isOrdered(value)) return textTest(value);
  const extent = Value.extentOf(value);
  const point = Cut.keyOf(extent);
  return point === null ? { _tag: "Between", key, ...extent } : { _tag: "Is", key, values: [point] };
}

function textTest(value: Value.Words | Value.Phrase | Value.Pattern): Test {
  switch (value._tag) {
    case "Words": {
      const last = value.words.length - 1;
      const tests = value.words.map((word, i) => contains(i < last ? ` ${word} ` : ` ${word}`));
      return tests.length === 1 ? (tests[0] as Test) : { _tag: "All", tests };
    }
    case "Phrase":
      return contains(` ${value.words.join(" ")}`);
    case "Whole":
      return { _tag: "Is", key: "folded", values: [value.text] };
    default:
      return { _tag: value._tag, key: "folded", text: value.text };
  }
}

/** Words are looked for in the key that has each of them behind a space. */
const contains = (text: string): Substring => ({ _tag: "Contains", key: "tokens", text });

/** The key that a type's values are compared by. */
export const KEY: { readonly [T in Catalog.Type]: ScalarKey } = {
  text: "folded",
  keyword: "folded",
  uuid: "folded",
  enum: "rank",
  version: "version",
  ip: "ip",
  number: "number",
  size: "number",
  date: "number",
  boolean: "number",
};
