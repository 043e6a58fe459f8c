/**
 * The parser's place in the token list: what is next, how deep it is, and what it has reported.
 *
 * Invariants: `depth` and `leaves` never pass their limits unnoticed; once stopped, `peek` gives `End` for ever and
 * nothing more is reported.
 */
import * as Diagnostic from "./Diagnostic.ts";
import type * as Limits from "./Limits.ts";
import * as Span from "./Span.ts";
import * as Token from "./Token.ts";

export interface Cursor {
  readonly tokens: readonly Token.Token[];
  readonly end: Token.Token;
  readonly limits: Limits.Limits;
  readonly bag: Diagnostic.Bag;
  index: number;
  depth: number;
  leaves: number;
  /** Set when a limit is passed: the rest of the text is not read. */
  stopped: boolean;
}

/** A cursor before the first of `tokens`, which end with an `End`. */
export function make(tokens: readonly Token.Token[], limits: Limits.Limits): Cursor {
  const end = tokens[tokens.length - 1] ?? Token.make("End", 0, 0, "");
  const bag = Diagnostic.bag(limits.maxDiagnostics);
  return { tokens, end, limits, bag, index: 0, depth: 0, leaves: 0, stopped: false };
}

/** The next token, or one further on; `End` for ever behind the last. */
export const peek = (cursor: Cursor, ahead = 0): Token.Token => cursor.tokens[cursor.index + ahead] ?? cursor.end;

/** Steps over the next token. */
export const advance = (cursor: Cursor): void => {
  cursor.index++;
};

/** Steps over the next token if it is of this kind; says whether it was. */
export function accept(cursor: Cursor, kind: Token.Kind): boolean {
  if (peek(cursor).kind !== kind) return false;
  advance(cursor);
  return true;
}

/** One level deeper, for `token`; false past the limit. */
export function descend(cursor: Cursor, token: Token.Token): boolean {
  const max = cursor.limits.maxDepthLevels;
  if (++cursor.depth <= max) return true;
  stop(cursor, "too-deep", token, `The query is nested more than ${max} levels deep.`, DEPTH_HINT);
  return false;
}

/** Counts the condition that starts at `token`; false past the limit. */
export function countLeaf(cursor: Cursor, token: Token.Token): boolean {
  const max = cursor.limits.maxLeaves;
  if (++cursor.leaves <= max) return true;
  stop(cursor, "too-many-leaves", token, `The query has more than ${max} conditions.`, LEAVES_HINT);
  return false;
}

/** Moves behind a broken condition: to the next AND, OR or `)` of this group, or the end. */
export function skipCondition(cursor: Cursor): void {
  for (let nesting = 0; ; advance(cursor)) {
    const { kind } = peek(cursor);
    if (kind === "End" || (nesting === 0 && (kind === "And" || kind === "Or" || kind === "Close"))) return;
    if (kind === "Open") nesting++;
    if (kind === "Close") nesting--;
  }
}

/** Reports what is wrong at a place, and goes on. */
export function report(cursor: Cursor, code: Diagnostic.Code, at: Span.Span, message: string, hint: string): void {
  if (!cursor.stopped) Diagnostic.add(cursor.bag, { code, message, span: Span.make(at.start, at.end), hint });
}

/** Reports, and gives the null that stands for a broken part. */
export function fail(cursor: Cursor, code: Diagnostic.Code, at: Span.Span, message: string, hint: string): null {
  report(cursor, code, at, message, hint);
  return null;
}

/** Reports a passed limit and ends the reading. */
export function stop(cursor: Cursor, code: Diagnostic.Code, at: Span.Span, message: string, hint: string): null {
  report(cursor, code, at, message, hint);
  cursor.stopped = true;
  cursor.index = cursor.tokens.length;
  return null;
}

const LEAVES_HINT = "Split the query, or replace repeated conditions on one token by a list: token: [a, b].";
const DEPTH_HINT = "Remove parentheses and doubled NOTs that change nothing, or split the query.";
