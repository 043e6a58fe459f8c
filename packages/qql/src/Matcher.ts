/**
 * Checked to a predicate over plain documents: closures made once, run for each document.
 *
 * Invariants: a predicate never throws and never changes the document; a value that is not of its token's type matches
 * nothing. Recursion is bounded by the depth of the query.
 */
import type * as Ast from "./Ast.ts";
import type * as Checked from "./Checked.ts";
import * as FullText from "./FullText.ts";
import type * as Value from "./Value.ts";

/** A document, keyed by canonical token name. */
export type Document = { readonly [name: string]: unknown };

export type Predicate = (document: Document) => boolean;

/** Answers for one value of a document, of which nothing is known yet. */
type Test = (value: unknown) => boolean;

/**
 * The predicate of a checked query.
 *
 * @example
 * const isUrgent = Matcher.compile(query.checked);
 * patches.filter(isUrgent);
 */
export function compile(checked: Checked.Checked): Predicate {
  switch (checked._tag) {
    case "And":
      return all(checked.operands.map(compile));
    case "Or":
      return any(checked.operands.map(compile));
    case "Not": {
      const operand = compile(checked.operand);
      return (document) => !operand(document);
    }
    case "IsNull":
      return nullCheck(checked);
    default:
      return onToken(checked.token.name, checked.token.repeated, test(checked));
  }
}

function all(operands: readonly Predicate[]): Predicate {
  const [first, second] = operands;
  if (operands.length === 2 && first && second) return (document) => first(document) && second(document);
  return (document) => {
    for (const operand of operands) if (!operand(document)) return false;
    return true;
  };
}

function any(operands: readonly Predicate[]): Predicate {
  const [first, second] = operands;
  if (operands.length === 2 && first && second) return (document) => first(document) || second(document);
  return (document) => {
    for (const operand of operands) if (operand(document)) return true;
    return false;
  };
}

function nullCheck(leaf: Checked.IsNull): Predicate {
  const { negated, token } = leaf;
  return (document) => {
    const value = document[token.name];
    const isNull = value === null || value === undefined || (Array.isArray(value) && value.length === 0);
    return isNull !== negated;
  };
}

function onToken(name: string, repeated: boolean, holds: Test): Predicate {
  if (!repeated) return (document) => holds(document[name]);
  return (document) => {
    const values = document[name];
    if (!Array.isArray(values)) return false;
    for (const value of values) if (holds(value)) return true;
    return false;
  };
}

function test(leaf: Exclude<Checked.Leaf, Checked.IsNull>): Test {
  switch (leaf._tag) {
    case "Text":
      return textTest(leaf.values);
    case "Keyword":
      return keywordTest(leaf.values);
    case "Enum":
    case "Boolean":
    case "Number":
      return isOneOf<unknown>(leaf.values);
    case "Date":
      return dateTest(leaf.values);
    case "NumberOrder":
      return numberOrder(leaf.operator, leaf.value);
    case "DateOrder":
      return dateOrder(leaf.operator, leaf.value);
  }
}

function isOneOf<A>(values: readonly A[]): (value: A) => boolean {
  const [only] = values;
  if (values.length === 0) return () => false;
  if (values.length === 1) return (value) => value === only;
  const set = new Set(values);
  return (value) => set.has(value);
}

function textTest(values: readonly Value.Text[]): Test {
  const isExact = isOneOf(values.flatMap((value) => (value._tag === "Exact" ? [value.text] : [])));
  const queries = values.flatMap((value) =>
    value._tag === "Exact" ? [] : [{ value, needle: FullText.needle(value) }],
  );
  if (queries.length === 0) return (value) => typeof value === "string" && isExact(value);
  return (value) => {
    if (typeof value !== "string") return false;
    if (isExact(value)) return true;
    const folded = FullText.fold(value);
    // Splitting costs far more than looking for the needle, and most documents do not hold it.
    let words: readonly string[] | null = null;
    for (const query of queries) {
      if (!folded.includes(query.needle)) continue;
      words ??= FullText.split(folded);
      if (FullText.isMatch(query.value, words)) return true;
    }
    return false;
  };
}

function keywordTest(values: readonly Value.Keyword[]): Test {
  const isExact = isOneOf(values.flatMap((value) => (value._tag === "Exact" ? [value.text] : [])));
  const prefixes = values.flatMap((value) => (value._tag === "Prefix" ? [value.text] : []));
  if (prefixes.length === 0) return (value) => typeof value === "string" && isExact(value);
  return (value) => {
    if (typeof value !== "string") return false;
    if (isExact(value)) return true;
    for (const prefix of prefixes) if (value.startsWith(prefix)) return true;
    return false;
  };
}

function dateTest(intervals: readonly Value.Interval[]): Test {
  return (value) => {
    if (typeof value !== "number") return false;
    for (const { from, until } of intervals) if (value >= from && value < until) return true;
    return false;
  };
}

function numberOrder(operator: Ast.Ordering, bound: number): Test {
  switch (operator) {
    case "<":
      return (value) => typeof value === "number" && value < bound;
    case "<=":
      return (value) => typeof value === "number" && value <= bound;
    case ">":
      return (value) => typeof value === "number" && value > bound;
    case ">=":
      return (value) => typeof value === "number" && value >= bound;
  }
}

function dateOrder(operator: Ast.Ordering, { from, until }: Value.Interval): Test {
  switch (operator) {
    case "<":
      return numberOrder("<", from);
    case "<=":
      return numberOrder("<", until);
    case ">":
      return numberOrder(">=", until);
    case ">=":
      return numberOrder(">=", from);
  }
}
