/**
 * What a query says, as written: names and values are not yet looked up (see Checked for that). Every node is a span
 * of the text; a group's span holds its parentheses.
 *
 * Invariants of a parsed tree, on which the printer relies and which a tree built by hand must keep:
 * - And and Or have at least two operands, none of their own kind;
 * - a `Bare` text is words joined by single spaces, each a `word` of grammar.ebnf, none a boolean word or the start of
 *   a condition; the second word of search text isn't `is`; an `Exact` text holds no backtick;
 * - `Broken` stands only where a diagnostic was reported.
 */
import type * as Span from "./Span.ts";

/** A query or a part of it. */
export type Expr = And | Or | Not | Nested | Condition | Broken;

/** A condition on one token, or search text for all of them. */
export type Condition = Match | AnyOf | Compare | Range | IsNull | Search;

export interface And extends Span.Span {
  readonly _tag: "And";
  readonly operands: readonly Expr[];
}

export interface Or extends Span.Span {
  readonly _tag: "Or";
  readonly operands: readonly Expr[];
}

export interface Not extends Span.Span {
  readonly _tag: "Not";
  readonly operand: Expr;
}

/** `group: (…)`: one element of the group fulfils all of it. */
export interface Nested extends Span.Span {
  readonly _tag: "Nested";
  readonly name: Name;
  readonly operand: Expr;
}

/** `name: value`; `name = value` says the same. */
export interface Match extends Span.Span {
  readonly _tag: "Match";
  readonly name: Name;
  readonly value: Literal;
}

/** `name: [a, b]`: any of the values; at least one. */
export interface AnyOf extends Span.Span {
  readonly _tag: "AnyOf";
  readonly name: Name;
  readonly values: readonly Literal[];
}

/** `name < value` and the other orderings. */
export interface Compare extends Span.Span {
  readonly _tag: "Compare";
  readonly name: Name;
  readonly operator: Ordering;
  readonly value: Literal;
}

/** `name: [a .. b]`, both ends included, or `name: (a .. b)`, both excluded. */
export interface Range extends Span.Span {
  readonly _tag: "Range";
  readonly name: Name;
  readonly from: Literal;
  readonly to: Literal;
  readonly isInclusive: boolean;
}

/** `name is null`, or negated `name is not null`. */
export interface IsNull extends Span.Span {
  readonly _tag: "IsNull";
  readonly name: Name;
  readonly isNegated: boolean;
}

/** Text without a token, looked for in all tokens that take part in it. */
export interface Search extends Span.Span {
  readonly _tag: "Search";
  readonly value: Literal;
}

/** What could not be read. `name` is the token of a condition whose value is missing or broken. */
export interface Broken extends Span.Span {
  readonly _tag: "Broken";
  readonly name: Name | null;
}

export type Ordering = "<" | "<=" | ">" | ">=";

/** A token's or group's name as written. */
export interface Name extends Span.Span {
  readonly text: string;
}

/** A value as written: `Bare` without quotes, `Phrase` in "…" or '…' (escapes resolved), `Exact` in backticks. */
export interface Literal extends Span.Span {
  readonly _tag: "Bare" | "Phrase" | "Exact";
  readonly text: string;
}
