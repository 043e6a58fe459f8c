/**
 * What a query says, as written: names and values are not yet looked up (see Checked for that).
 *
 * Invariants of a parsed tree; the printer relies on them:
 * - every node has the span of its text, with its parentheses when it stands in some;
 * - And and Or have at least two operands, none of their own kind;
 * - a `Bare` text is words joined by single spaces, none a boolean word or the start of a condition; an `Exact` text
 *   holds no backtick.
 */
import type * as Span from "./Span.ts";

/** A query or a part of it. */
export type Expr = And | Or | Not | Match | AnyOf | Compare | IsNull;

/** A condition on one token. */
export type Leaf = Match | AnyOf | Compare | IsNull;

export interface And {
  readonly _tag: "And";
  readonly operands: readonly Expr[];
  readonly span: Span.Span;
}

export interface Or {
  readonly _tag: "Or";
  readonly operands: readonly Expr[];
  readonly span: Span.Span;
}

export interface Not {
  readonly _tag: "Not";
  readonly operand: Expr;
  readonly span: Span.Span;
}

/** `name: value`; `name = value` says the same. */
export interface Match {
  readonly _tag: "Match";
  readonly name: Name;
  readonly value: Literal;
  readonly span: Span.Span;
}

/** `name: [a, b]`: any of the values; at least one. */
export interface AnyOf {
  readonly _tag: "AnyOf";
  readonly name: Name;
  readonly values: readonly Literal[];
  readonly span: Span.Span;
}

/** `name < value` and the other orderings. */
export interface Compare {
  readonly _tag: "Compare";
  readonly name: Name;
  readonly operator: Ordering;
  readonly value: Literal;
  readonly span: Span.Span;
}

/** `name is null`, or negated `name is not null`. */
export interface IsNull {
  readonly _tag: "IsNull";
  readonly name: Name;
  readonly negated: boolean;
  readonly span: Span.Span;
}

export type Ordering = "<" | "<=" | ">" | ">=";

/** The token's name as written. */
export interface Name {
  readonly text: string;
  readonly span: Span.Span;
}

/** A value as written: `Bare` without quotes, `Phrase` in "…" or '…', `Exact` in backticks. */
export interface Literal {
  readonly _tag: "Bare" | "Phrase" | "Exact";
  readonly text: string;
  readonly span: Span.Span;
}

/** All of the operands (one at least): one alone is itself, conjunctions among them are taken apart. */
export const and = (operands: readonly Expr[], span: Span.Span): Expr => {
  const flat = operands.flatMap((operand) => (operand._tag === "And" ? operand.operands : [operand]));
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { _tag: "And", operands: flat, span };
};

/** Any of the operands (one at least): one alone is itself, disjunctions among them are taken apart. */
export const or = (operands: readonly Expr[], span: Span.Span): Expr => {
  const flat = operands.flatMap((operand) => (operand._tag === "Or" ? operand.operands : [operand]));
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { _tag: "Or", operands: flat, span };
};

export const not = (operand: Expr, span: Span.Span): Not => ({ _tag: "Not", operand, span });

export const match = (name: Name, value: Literal, span: Span.Span): Match => ({ _tag: "Match", name, value, span });

export const anyOf = (name: Name, values: readonly Literal[], span: Span.Span): AnyOf => ({
  _tag: "AnyOf",
  name,
  values,
  span,
});

export const compare = (name: Name, operator: Ordering, value: Literal, span: Span.Span): Compare => ({
  _tag: "Compare",
  name,
  operator,
  value,
  span,
});

export const isNull = (name: Name, negated: boolean, span: Span.Span): IsNull => ({
  _tag: "IsNull",
  name,
  negated,
  span,
});

export const literal = (_tag: Literal["_tag"], text: string, span: Span.Span): Literal => ({ _tag, text, span });
