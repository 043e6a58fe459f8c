/**
 * What a query means: the Ast with its names resolved in a catalogue and its values read by the type of their token.
 * Every node is a span of the text, as in Ast.
 *
 * Meaning: a condition on a missing value does not hold, and NOT is the plain complement, so `not severity > 3` holds for
 * what has no severity. A condition on a token that is repeated, or that lies in a repeated group, holds if one value
 * fulfils it; `Nested` ties several conditions to the same element.
 *
 * Invariants: values fit their token's type; And and Or have at least two operands, none of their own kind; lists of
 * values and tokens are not empty.
 */
import type * as Ast from "./Ast.ts";
import type * as Catalog from "./Catalog.ts";
import type * as Span from "./Span.ts";
import type * as Value from "./Value.ts";

export type Checked = And | Or | Not | Nested | Leaf;

/** One condition. */
export type Leaf = AnyOf | Order | Range | IsNull | Search;

export interface And extends Span.Span {
  readonly _tag: "And";
  readonly operands: readonly Checked[];
}

export interface Or extends Span.Span {
  readonly _tag: "Or";
  readonly operands: readonly Checked[];
}

export interface Not extends Span.Span {
  readonly _tag: "Not";
  readonly operand: Checked;
}

/** One element of the group fulfils the operand. `within` is the group around it. */
export interface Nested extends Span.Span {
  readonly _tag: "Nested";
  readonly group: Catalog.Group;
  readonly within: Catalog.Group | null;
  readonly operand: Checked;
}

interface OnToken extends Span.Span {
  readonly token: Catalog.Token;
  /** The group of the Nested around it: its name and its values are read from there. */
  readonly within: Catalog.Group | null;
}

/** The value answers one of the values. */
export interface AnyOf extends OnToken {
  readonly _tag: "AnyOf";
  readonly values: readonly Value.Value[];
}

export interface Order extends OnToken {
  readonly _tag: "Order";
  readonly operator: Ast.Ordering;
  readonly value: Value.Ordered;
}

export interface Range extends OnToken {
  readonly _tag: "Range";
  readonly from: Value.Ordered;
  readonly to: Value.Ordered;
  readonly isInclusive: boolean;
}

/** There is no value; negated: there is one. An array without elements has none. */
export interface IsNull extends Span.Span {
  readonly _tag: "IsNull";
  readonly token: Catalog.Entry;
  readonly within: Catalog.Group | null;
  readonly isNegated: boolean;
}

/** One of the tokens answers the text: text tokens by its words, the others by a whole value or its beginning. */
export interface Search extends Span.Span {
  readonly _tag: "Search";
  readonly within: Catalog.Group | null;
  readonly value: Value.Words | Value.Phrase | Value.Pattern;
  /** As written, for the tokens that aren't split into words: folded. */
  readonly text: string;
  readonly tokens: readonly Catalog.Token[];
}
