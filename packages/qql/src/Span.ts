/**
 * A piece of the query text. Offsets count UTF-16 code units, as `String.length` does; `end` is exclusive.
 *
 * Invariant: 0 ≤ start ≤ end ≤ text.length. An empty span marks a place (what is missing at the end of the text).
 * Every node of a tree, and every diagnostic, is a span itself.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span of its two offsets. */
export const make = (start: number, end: number): Span => ({ start, end });

/** The text a span covers. */
export const slice = (text: string, span: Span): string => text.slice(span.start, span.end);
