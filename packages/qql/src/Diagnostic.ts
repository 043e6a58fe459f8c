/**
 * What is wrong with a query, or looks wrong, as data: a stable code to branch on, where, and the details from which a
 * program can offer a mend (the nearest name, the allowed values). The words for people are in Message, apart, so that a
 * host that brings its own words, or another language, doesn't carry ours.
 *
 * Invariants: codes are public API: they are added, never renamed; the code decides the severity.
 */
import type * as Catalog from "./Catalog.ts";
import type * as Span from "./Span.ts";

/** A query with an error has no meaning and can't be run. */
export interface ErrorDetails {
  // Limits.
  readonly "text-too-long": { readonly max: number };
  readonly "too-deep": { readonly max: number };
  readonly "too-many-conditions": { readonly max: number };
  readonly "too-many-members": { readonly max: number };
  // Characters.
  readonly "invalid-character": None;
  readonly "unclosed-quote": None;
  // Structure; an empty span is a place where something is missing.
  readonly "empty-query": None;
  readonly "expected-condition": None;
  readonly "expected-value": { readonly name: string };
  readonly "expected-null": { readonly name: string };
  readonly "missing-and-or": None;
  /** An operator of another language. */
  readonly "unsupported-operator": None;
  readonly "unexpected-operator": None;
  readonly "unexpected-text": None;
  /** A token's name in quotes. */
  readonly "quoted-name": None;
  readonly "unclosed-group": None;
  readonly "unclosed-list": None;
  readonly "unclosed-range": None;
  // Meaning.
  readonly "unknown-token": {
    /** The group that it was looked for in. */
    readonly group: string | null;
    readonly near: string | null;
    /** What the name means outside the group, if anything: its full name. */
    readonly outside: string | null;
    readonly names: readonly string[];
  };
  readonly "not-a-group": { readonly name: string };
  readonly "group-without-parentheses": { readonly name: string; readonly child: string; readonly example: string };
  readonly "operator-not-allowed": {
    readonly name: string;
    readonly operator: Catalog.Operator;
    readonly allowed: readonly Catalog.Operator[];
    readonly example: string;
  };
  /** `name`: of a token that takes none; null where the place of the `*` is what is wrong. */
  readonly "unsupported-wildcard": { readonly name: string | null; readonly example: string };
  readonly "search-wildcard": None;
  readonly "unknown-enum-value": {
    readonly name: string;
    readonly near: string | null;
    readonly values: readonly string[];
  };
  readonly "no-searchable-words": None;
  readonly "nothing-to-search": None;
  readonly "invalid-number": None;
  readonly "invalid-size": None;
  readonly "number-too-large": None;
  readonly "invalid-date": None;
  readonly "date-out-of-calendar": None;
  readonly "unsupported-rounding": None;
  readonly "invalid-boolean": None;
  readonly "invalid-version": None;
  readonly "invalid-ip": None;
  readonly "invalid-uuid": None;
}

/** A query with warnings only can be run, and probably says something else than its author means. */
export interface WarningDetails {
  readonly "empty-range": { readonly isInclusive: boolean };
  readonly contradiction: { readonly name: string };
  readonly "opposite-never": None;
  readonly "opposite-always": None;
  readonly "deprecated-token": { readonly instead: string };
  readonly "looks-like-token": { readonly name: string };
  /** `name`: of the token before it, which could have the value. */
  readonly "looks-like-value": { readonly name: string };
  readonly "exact-instant": { readonly name: string };
}

type None = { readonly [name in never]: never };

export type ErrorCode = keyof ErrorDetails;
export type WarningCode = keyof WarningDetails;
export type Code = ErrorCode | WarningCode;
export type Details = ErrorDetails & WarningDetails;

export type Severity = "error" | "warning";

/** One finding; a span itself. */
export type Diagnostic = { [C in Code]: DiagnosticOf<C> }[Code];

export interface DiagnosticOf<C extends Code> extends Span.Span {
  readonly code: C;
  readonly severity: C extends ErrorCode ? "error" : "warning";
  readonly details: Details[C];
}

/** An error over a piece of the text. */
export const error = <C extends ErrorCode>(code: C, { start, end }: Span.Span, details: Details[C]): Diagnostic =>
  ({ code, severity: "error", start, end, details }) as Diagnostic;

/** A warning over a piece of the text. */
export const warning = <C extends WarningCode>(code: C, { start, end }: Span.Span, details: Details[C]): Diagnostic =>
  ({ code, severity: "warning", start, end, details }) as Diagnostic;

/** The details of a code that has none. */
export const none: None = {};

/** True when one of them is an error: the query can't be run. */
export const hasError = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === "error");
