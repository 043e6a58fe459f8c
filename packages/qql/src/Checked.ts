/**
 * What a query means: the Ast with its names resolved in a catalogue and its values read by the type of their token.
 * The one form that every way of running a query (memory, SQL) starts from; switch over it exhaustively.
 *
 * Meaning: a condition on a repeated token holds if one element fulfils it. A condition on a missing value does not
 * hold, and NOT is the plain complement, so `not severity > 3` holds for what has no severity.
 *
 * Invariants: a leaf's `_tag` fits its token's `type`; And and Or have at least two operands, none of their own kind;
 * value lists are not empty.
 */
import type * as Ast from "./Ast.ts";
import type * as Catalog from "./Catalog.ts";
import type * as Span from "./Span.ts";
import type * as Value from "./Value.ts";

export type Checked = And | Or | Not | Leaf;

/** A condition on one token. `Text` to `Boolean` hold if the value answers one of `values`. */
export type Leaf = Text | Keyword | Enum | Number | Date | Boolean | NumberOrder | DateOrder | IsNull;

export interface And {
  readonly _tag: "And";
  readonly operands: readonly Checked[];
  readonly span: Span.Span;
}

export interface Or {
  readonly _tag: "Or";
  readonly operands: readonly Checked[];
  readonly span: Span.Span;
}

export interface Not {
  readonly _tag: "Not";
  readonly operand: Checked;
  readonly span: Span.Span;
}

interface OnToken {
  readonly token: Catalog.Token;
  readonly span: Span.Span;
}

export interface Text extends OnToken {
  readonly _tag: "Text";
  readonly values: readonly Value.Text[];
}

export interface Keyword extends OnToken {
  readonly _tag: "Keyword";
  readonly values: readonly Value.Keyword[];
}

export interface Enum extends OnToken {
  readonly _tag: "Enum";
  /** In the catalogue's spelling, without repeats; a prefix has become the values that begin so. */
  readonly values: readonly string[];
}

export interface Number extends OnToken {
  readonly _tag: "Number";
  readonly values: readonly number[];
}

export interface Date extends OnToken {
  readonly _tag: "Date";
  readonly values: readonly Value.Interval[];
}

export interface Boolean extends OnToken {
  readonly _tag: "Boolean";
  readonly values: readonly boolean[];
}

export interface NumberOrder extends OnToken {
  readonly _tag: "NumberOrder";
  readonly operator: Ast.Ordering;
  readonly value: number;
}

/** Ordering against the whole interval: `>` after its end, `<=` up to its end, `<` before its start, `>=` from it. */
export interface DateOrder extends OnToken {
  readonly _tag: "DateOrder";
  readonly operator: Ast.Ordering;
  readonly value: Value.Interval;
}

/** The value is null, absent, or an array without elements; negated: it is there. */
export interface IsNull extends OnToken {
  readonly _tag: "IsNull";
  readonly negated: boolean;
}
