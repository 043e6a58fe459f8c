/**
 * What is wrong with a query: a stable code to branch on, a message, where, and how to fix it.
 *
 * Invariants: `message` and `hint` are never empty; codes are public API: they are added, never renamed.
 */
import type * as Span from "./Span.ts";

/** What went wrong. Grouped by the stage that reports it: limits, lexer, parser, checker. */
export type Code =
  | "text-too-long"
  | "too-many-tokens"
  | "too-deep"
  | "too-many-leaves"
  | "too-many-members"
  | "invalid-character"
  | "unterminated-quote"
  | "empty-query"
  | "expected-condition"
  | "expected-operator"
  | "expected-value"
  | "expected-null"
  | "missing-and-or"
  | "unexpected-operator"
  | "unexpected-text"
  | "unclosed-group"
  | "unclosed-list"
  | "unsupported-range"
  | "unsupported-group-value"
  | "unknown-token"
  | "unknown-enum-value"
  | "operator-not-allowed"
  | "unsupported-wildcard"
  | "no-searchable-words"
  | "invalid-number"
  | "invalid-date"
  | "invalid-boolean";

export interface Diagnostic {
  readonly code: Code;
  /** One sentence on what is wrong, naming the text it is about. */
  readonly message: string;
  /** Where in the query text. */
  readonly span: Span.Span;
  /** How to fix it: the nearest name, the allowed values, the form to write. */
  readonly hint: string;
}

/** Diagnostics gathered by one stage; takes in `max` of them and drops the rest. */
export interface Bag {
  readonly items: Diagnostic[];
  readonly max: number;
}

/** An empty bag for at most `max` diagnostics. */
export const bag = (max: number): Bag => ({ items: [], max });

/** Puts a diagnostic in the bag if there is room. */
export function add(target: Bag, diagnostic: Diagnostic): void {
  if (!isFull(target)) target.items.push(diagnostic);
}

/** True when further diagnostics would be dropped, so that a stage may stop early. */
export const isFull = (target: Bag): boolean => target.items.length >= target.max;
