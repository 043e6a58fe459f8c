/**
 * A lexical token of the query text: a word, a quoted value, an operator, a bracket.
 * (A *catalogue* token, such as `vendorSeverity`, is `Catalog.Token`.)
 *
 * Invariant: tokens are in text order and do not overlap; a token list ends with exactly one `End`.
 */
import type * as Span from "./Span.ts";

export type Kind =
  | "Word"
  | "Phrase"
  | "Exact"
  | "And"
  | "Or"
  | "Not"
  | "Colon"
  | "Equals"
  | "Less"
  | "LessOrEqual"
  | "Greater"
  | "GreaterOrEqual"
  | "Open"
  | "Close"
  | "ListOpen"
  | "ListClose"
  | "Comma"
  | "End";

export interface Token extends Span.Span {
  readonly kind: Kind;
  /** A word as written; a quoted value without its quotes and escapes; otherwise the text of the token. */
  readonly text: string;
}

const RESERVED: ReadonlyMap<string, Kind> = /* @__PURE__ */ new Map([
  ["and", "And"],
  ["or", "Or"],
  ["not", "Not"],
]);

/** A token of the given kind over `start..end`. */
export const make = (kind: Kind, start: number, end: number, text: string): Token => ({ kind, start, end, text });

/** The kind of an unquoted word: a boolean word in any case, or plain `Word`. */
export const kindOfWord = (word: string): Kind =>
  word.length > 3 ? "Word" : (RESERVED.get(word.toLowerCase()) ?? "Word");

/** True for the boolean words `and`, `or`, `not` in any case: they need quotes to be a value. */
export const isReserved = (word: string): boolean => kindOfWord(word) !== "Word";

/** True for what stands between a token name and its value. */
export function isOperator(kind: Kind): boolean {
  switch (kind) {
    case "Colon":
    case "Equals":
    case "Less":
    case "LessOrEqual":
    case "Greater":
    case "GreaterOrEqual":
      return true;
    default:
      return false;
  }
}
