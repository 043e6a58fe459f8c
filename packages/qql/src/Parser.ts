/**
 * Query text to Ast, by recursive descent straight over the text; grammar.ebnf is the grammar. NOT binds tighter than
 * AND, AND tighter than OR; two conditions side by side are an error, never a silent AND.
 *
 * Invariants: never throws; linear in the text; recursion is bounded by `Limits.nesting` (chains of AND and OR are
 * loops); what is broken becomes a `Broken` node with a diagnostic, and reading goes on behind it, so that an editor can
 * show several at once and still complete, colour and explain the rest.
 */
import type * as Ast from "./Ast.ts";
import * as Diagnostic from "./Diagnostic.ts";
import * as Limits from "./Limits.ts";
import * as Scanner from "./Scanner.ts";
import { advance, following, isOperator, LISTED, PLAIN, VALUE } from "./Scanner.ts";
import type * as Span from "./Span.ts";

/** A text as it was read. */
export interface Parsed {
  readonly text: string;
  /** What could be read of it; without errors, all of it. */
  readonly ast: Ast.Expr;
  /** In the order met; empty for a well-formed text. */
  readonly diagnostics: readonly Diagnostic.Diagnostic[];
}

/** The parser's place and what it has counted and reported. */
interface Reading extends Scanner.Scanner {
  readonly limits: Limits.Limits;
  readonly diagnostics: Diagnostic.Diagnostic[];
  nesting: number;
  conditions: number;
  /** Parentheses open at this place. */
  groups: number;
  /** Set when nothing further is to be reported: a limit was passed, or a quote swallowed the rest. */
  isStopped: boolean;
}

/**
 * Parses a query. Names and values are not looked up yet: see Checker.
 *
 * @example
 * Parser.parse("category: security and severity > 3").ast; // And of a Match and a Compare, with their spans
 * Parser.parse("category:").diagnostics; // [{ code: "expected-value", start: 9, end: 9, … }]
 */
export function parse(text: string, limits: Limits.Limits = Limits.defaults): Parsed {
  if (text.length > limits.length) {
    return {
      text,
      ast: broken(0, text.length, null),
      diagnostics: [
        Diagnostic.error("text-too-long", { start: limits.length, end: text.length }, { max: limits.length }),
      ],
    };
  }
  const r = open(text, limits);
  advance(r, PLAIN);
  if (r.kind === Scanner.END && r.diagnostics.length === 0)
    r.diagnostics.push(Diagnostic.error("empty-query", { start: 0, end: text.length }, Diagnostic.none));
  const ast = r.kind === Scanner.END ? broken(0, text.length, null) : parseOr(r);
  return { text, ast, diagnostics: r.diagnostics };
}

function open(text: string, limits: Limits.Limits): Reading {
  const diagnostics: Diagnostic.Diagnostic[] = [];
  const r: Reading = {
    text,
    kind: Scanner.END,
    start: 0,
    end: 0,
    before: 0,
    content: undefined,
    report: (diagnostic) => {
      if (!r.isStopped && diagnostics.length < limits.diagnostics) diagnostics.push(diagnostic);
      // The open quote's text is the rest of the query: what is missing behind it is not the author's next worry.
      if (diagnostic.code === "unclosed-quote") r.isStopped = true;
    },
    limits,
    diagnostics,
    nesting: 0,
    conditions: 0,
    groups: 0,
    isStopped: false,
  };
  return r;
}

function parseOr(r: Reading): Ast.Expr {
  const first = parseAnd(r);
  if (r.kind !== Scanner.OR) return first;
  const operands = first._tag === "Or" ? [...first.operands] : [first];
  let operand: Ast.Expr;
  do {
    advance(r, PLAIN);
    operand = parseAnd(r);
    if (operand._tag === "Or") for (const inner of operand.operands) operands.push(inner);
    else operands.push(operand);
  } while (r.kind === Scanner.OR);
  return { _tag: "Or", start: first.start, end: operand.end, operands };
}

function parseAnd(r: Reading): Ast.Expr {
  const first = parseNot(r);
  if (!isAndNext(r)) return first;
  const operands = first._tag === "And" ? [...first.operands] : [first];
  let operand: Ast.Expr;
  do {
    operand = parseNot(r);
    if (operand._tag === "And") for (const inner of operand.operands) operands.push(inner);
    else operands.push(operand);
  } while (isAndNext(r));
  return { _tag: "And", start: first.start, end: operand.end, operands };
}

/** Steps over AND; also true, after a report, where an operand follows without one. */
function isAndNext(r: Reading): boolean {
  for (;;) {
    switch (r.kind) {
      case Scanner.AND:
        advance(r, PLAIN);
        return true;
      case Scanner.OR:
      case Scanner.END:
        return false;
      case Scanner.WORD:
      case Scanner.PHRASE:
      case Scanner.EXACT:
      case Scanner.NOT:
      case Scanner.OPEN:
        report(r, "missing-and-or", Diagnostic.none);
        return true;
      case Scanner.CLOSE:
        if (r.groups > 0) return false;
        break;
      default:
    }
    reportStray(r);
    advance(r, PLAIN);
    skipCondition(r);
  }
}

function reportStray(r: Reading): void {
  if (isOperator(r.kind)) reportOperator(r);
  else report(r, "unexpected-text", Diagnostic.none);
}

/** An operator behind a value: one of another language, or one that the value should have in quotes. */
function reportOperator(r: Reading): void {
  if (r.kind === Scanner.EQUALS && r.text.charAt(r.start - 1) === "!") reportNotEqual(r);
  else report(r, "unexpected-operator", Diagnostic.none);
}

const reportNotEqual = (r: Reading): void =>
  report(r, "unsupported-operator", Diagnostic.none, { start: r.start - 1, end: r.end });

function parseNot(r: Reading): Ast.Expr {
  if (r.kind !== Scanner.NOT) return parsePrimary(r);
  const { start, end } = r;
  if (!descend(r)) return broken(start, end, null);
  advance(r, PLAIN);
  const operand = parseNot(r);
  r.nesting--;
  return { _tag: "Not", start, end: operand.end, operand };
}

function parsePrimary(r: Reading): Ast.Expr {
  switch (r.kind) {
    case Scanner.WORD:
      return parseCondition(r);
    case Scanner.OPEN:
      return parseGroup(r);
    case Scanner.PHRASE:
    case Scanner.EXACT:
      return parseQuotedSearch(r);
    default:
      return missingCondition(r);
  }
}

function parseQuotedSearch(r: Reading): Ast.Expr {
  if (!countCondition(r)) return broken(r.start, r.end, null);
  const value = quoted(r, PLAIN);
  if (!isOperator(r.kind)) return search(value);
  report(r, "quoted-name", Diagnostic.none, value);
  skipCondition(r);
  return broken(value.start, r.before, null);
}

function missingCondition(r: Reading): Ast.Broken {
  report(r, "expected-condition", Diagnostic.none);
  const { start } = r;
  const isEnd = r.kind === Scanner.END || (r.kind === Scanner.CLOSE && r.groups > 0);
  if (isEnd || r.kind === Scanner.AND || r.kind === Scanner.OR) return broken(start, start, null);
  advance(r, PLAIN);
  skipCondition(r);
  return broken(start, r.before, null);
}

function parseGroup(r: Reading): Ast.Expr {
  const { start, end } = r;
  if (!descend(r)) return broken(start, end, null);
  advance(r, PLAIN);
  r.groups++;
  const inner: { start: number; end: number } & Ast.Expr = parseOr(r);
  r.groups--;
  r.nesting--;
  // The node is this parser's own until it is handed out: its span grows to the parentheses around it.
  inner.start = start;
  inner.end = closeGroup(r, start, end);
  return inner;
}

/** Steps over the closing parenthesis and answers where it ends. */
function closeGroup(r: Reading, start: number, end: number): number {
  const at = r.end;
  if (r.kind === Scanner.CLOSE) advance(r, PLAIN);
  else report(r, "unclosed-group", Diagnostic.none, { start, end });
  return at;
}

function parseCondition(r: Reading): Ast.Expr {
  if (!countCondition(r)) return broken(r.start, r.end, null);
  if (!startsCondition(r, true, PLAIN)) return search(parseBare(r, PLAIN));
  const name: Ast.Name = { start: r.start, end: r.end, text: r.text.slice(r.start, r.end) };
  advance(r, PLAIN);
  switch (r.kind) {
    case Scanner.COLON:
    case Scanner.EQUALS:
      return parseMatch(r, name);
    case Scanner.WORD:
      return parseNullCheck(r, name);
    default:
      return parseCompare(r, name);
  }
}

function parseMatch(r: Reading, name: Ast.Name): Ast.Expr {
  if (r.kind === Scanner.EQUALS && name.text.endsWith("!")) {
    reportNotEqual(r);
    return skipped(r, name);
  }
  const operator = r.start;
  advance(r, VALUE);
  switch (r.kind) {
    case Scanner.WORD:
    case Scanner.PHRASE:
    case Scanner.EXACT: {
      const value = parseLiteral(r, PLAIN);
      return { _tag: "Match", start: name.start, end: value.end, name, value };
    }
    case Scanner.LIST_OPEN:
      return parseBrackets(r, name);
    case Scanner.OPEN:
      return isRangeNext(r) ? parseExclusiveRange(r, name) : parseNested(r, name);
    default:
      return missingValue(r, name, operator);
  }
}

function parseCompare(r: Reading, name: Ast.Name): Ast.Expr {
  const operator = ORDERINGS[r.kind - Scanner.LESS] as Ast.Ordering;
  const { start } = r;
  advance(r, VALUE);
  if (!isLiteral(r.kind)) return missingValue(r, name, start);
  const value = parseLiteral(r, PLAIN);
  return { _tag: "Compare", start: name.start, end: value.end, name, operator, value };
}

const ORDERINGS: readonly Ast.Ordering[] = ["<", "<=", ">", ">="];

/** A value is missing, behind so many parentheses of the condition; two operators side by side are of another language. */
function missingValue(r: Reading, name: Ast.Name, operator: number, groups = 0): Ast.Broken {
  if (isOperator(r.kind) && FOREIGN.test(r.text.slice(operator, r.end))) {
    report(r, "unsupported-operator", Diagnostic.none, { start: operator, end: r.end });
  } else report(r, "expected-value", { name: name.text });
  return skipped(r, name, groups);
}

const FOREIGN = /^(?:==|=<|=>|<>|:=|:\s*[<>]=?)$/;

function parseNullCheck(r: Reading, name: Ast.Name): Ast.Expr {
  advance(r, PLAIN);
  const isNegated = r.kind === Scanner.NOT;
  if (isNegated) advance(r, PLAIN);
  if (!isWord(r, "null")) {
    report(r, "expected-null", { name: name.text });
    return skipped(r, name);
  }
  const { end } = r;
  advance(r, PLAIN);
  return { _tag: "IsNull", start: name.start, end, name, isNegated };
}

/** `[a, b]` or `[a .. b]`; the opening bracket is at hand. */
function parseBrackets(r: Reading, name: Ast.Name): Ast.Expr {
  const opening = { start: r.start, end: r.end };
  const values: Ast.Literal[] = [];
  do {
    advance(r, VALUE | LISTED);
    if (values.length === r.limits.listMembers) {
      stop(r, "too-many-members", r.limits.listMembers);
      return skipped(r, name);
    }
    if (!isLiteral(r.kind)) return missingValue(r, name, r.start);
    values.push(parseLiteral(r, LISTED));
    if (r.kind === Scanner.DOTS && values.length === 1)
      return parseRangeEnd(r, name, values[0] as Ast.Literal, opening);
  } while (r.kind === Scanner.COMMA);
  const { end } = r;
  if (r.kind !== Scanner.LIST_CLOSE) {
    if (isOperator(r.kind)) report(r, "unexpected-operator", Diagnostic.none);
    else report(r, "unclosed-list", Diagnostic.none, opening);
    return skipped(r, name);
  }
  advance(r, PLAIN);
  return { _tag: "AnyOf", start: name.start, end, name, values };
}

/** `(a .. b)`; the opening parenthesis is at hand, and {@link isRangeNext}. */
function parseExclusiveRange(r: Reading, name: Ast.Name): Ast.Expr {
  const opening = { start: r.start, end: r.end };
  advance(r, VALUE);
  if (!isLiteral(r.kind)) return missingValue(r, name, r.start, 1);
  return parseRangeEnd(r, name, parseLiteral(r, PLAIN), opening);
}

/** `.. b]` or `.. b)`, as the range was opened. */
function parseRangeEnd(r: Reading, name: Ast.Name, from: Ast.Literal, opening: Span.Span): Ast.Expr {
  const isInclusive = r.text.charAt(opening.start) === "[";
  advance(r, isInclusive ? VALUE | LISTED : VALUE);
  if (!isLiteral(r.kind)) return missingValue(r, name, r.start, Number(!isInclusive));
  const to = parseLiteral(r, isInclusive ? LISTED : PLAIN);
  const { end } = r;
  if (r.kind !== (isInclusive ? Scanner.LIST_CLOSE : Scanner.CLOSE)) {
    report(r, "unclosed-range", Diagnostic.none, opening);
    if (isInclusive && r.kind === Scanner.CLOSE) advance(r, PLAIN);
    return skipped(r, name);
  }
  advance(r, PLAIN);
  return { _tag: "Range", start: name.start, end, name, from, to, isInclusive };
}

/** Whether `(` at hand opens a range: one value (of two words at most, a number and its unit), then dots. */
function isRangeNext(r: Reading): boolean {
  const ahead = Scanner.open(r.text, r.end, ignore);
  advance(ahead, VALUE);
  if (ahead.kind === Scanner.WORD) {
    advance(ahead, PLAIN);
    if (ahead.kind === Scanner.WORD) advance(ahead, PLAIN);
  } else if (isLiteral(ahead.kind)) advance(ahead, PLAIN);
  return ahead.kind === Scanner.DOTS;
}

const ignore = (): void => {};

/** `name: (…)`; the opening parenthesis is at hand. */
function parseNested(r: Reading, name: Ast.Name): Ast.Expr {
  const { start, end } = r;
  if (!descend(r)) return broken(name.start, end, name);
  advance(r, PLAIN);
  r.groups++;
  const operand = parseOr(r);
  r.groups--;
  r.nesting--;
  return { _tag: "Nested", start: name.start, end: closeGroup(r, start, end), name, operand };
}

const isLiteral = (kind: Scanner.Kind): boolean =>
  kind === Scanner.WORD || kind === Scanner.PHRASE || kind === Scanner.EXACT;

/** One value, at hand. */
const parseLiteral = (r: Reading, mode: Scanner.Mode): Ast.Literal =>
  r.kind === Scanner.WORD ? parseBare(r, mode) : quoted(r, mode);

function quoted(r: Reading, mode: Scanner.Mode): Ast.Literal {
  const { start, end } = r;
  const _tag = r.kind === Scanner.EXACT ? "Exact" : "Phrase";
  const text = Scanner.textOf(r);
  advance(r, mode);
  return { _tag, start, end, text };
}

/** Words without quotes: as long as they last, up to one that starts a condition of its own. */
function parseBare(r: Reading, mode: Scanner.Mode): Ast.Literal {
  const { text, start } = r;
  let { end } = r;
  let isSpaced = true;
  advance(r, mode);
  while (r.kind === Scanner.WORD && !startsCondition(r, false, mode)) {
    // Words one space apart are their own text; others are joined anew.
    isSpaced &&= r.start === end + 1 && text.charAt(end) === " ";
    end = r.end;
    advance(r, mode);
  }
  const words = text.slice(start, end);
  return { _tag: "Bare", start, end, text: isSpaced ? words : respaced(words) };
}

const respaced = (text: string): string => text.split(BLANKS).join(" ");
const BLANKS = /[\s\ufeff]+/;

/** True when the word at hand is the token name of a condition; `isFirst`, when no value has begun before it. */
function startsCondition(r: Reading, isFirst: boolean, mode: Scanner.Mode): boolean {
  const code = following(r);
  // A lone exclamation mark is the beginning of another language's "not equal".
  if (Scanner.isOperatorCode(code)) return isFirst || r.end !== r.start + 1 || r.text.charAt(r.start) !== "!";
  return (code | 0x20) === 0x69 && mode === PLAIN && isNullCheckNext(r, isFirst);
}

/** True before `is null` and `is not null` where no further word follows; behind a first word, before any `is`. */
function isNullCheckNext(r: Reading, isFirst: boolean): boolean {
  const ahead = Scanner.open(r.text, r.end, ignore);
  advance(ahead, PLAIN);
  if (!isWord(ahead, "is")) return false;
  if (isFirst) return true;
  advance(ahead, PLAIN);
  if (ahead.kind === Scanner.NOT) advance(ahead, PLAIN);
  if (!isWord(ahead, "null")) return false;
  advance(ahead, PLAIN);
  return ahead.kind !== Scanner.WORD;
}

const isWord = (s: Scanner.Scanner, word: string): boolean =>
  s.kind === Scanner.WORD && s.end - s.start === word.length && s.text.slice(s.start, s.end).toLowerCase() === word;

const search = (value: Ast.Literal): Ast.Search => ({ _tag: "Search", start: value.start, end: value.end, value });

const broken = (start: number, end: number, name: Ast.Name | null): Ast.Broken => ({
  _tag: "Broken",
  start,
  end,
  name,
});

/** A condition that was reported as broken: reading goes on behind it. */
function skipped(r: Reading, name: Ast.Name, groups = 0): Ast.Broken {
  skipCondition(r, groups);
  return broken(name.start, r.before, name);
}

/** Moves behind a broken condition of so many open parentheses: to the next AND, OR or `)` of this group, or the end. */
function skipCondition(r: Reading, groups = 0): void {
  for (let nesting = groups; r.kind !== Scanner.END; advance(r, PLAIN)) {
    if (nesting === 0 && (r.kind === Scanner.AND || r.kind === Scanner.OR || r.kind === Scanner.CLOSE)) return;
    if (r.kind === Scanner.OPEN) nesting++;
    if (r.kind === Scanner.CLOSE) nesting--;
  }
}

/** One level deeper, for the token at hand; false past the limit. */
function descend(r: Reading): boolean {
  const max = Math.min(r.limits.nesting, Limits.NESTING_MAX);
  if (++r.nesting <= max) return true;
  stop(r, "too-deep", max);
  return false;
}

/** Counts the condition that starts with the token at hand; false past the limit. */
function countCondition(r: Reading): boolean {
  if (++r.conditions <= r.limits.conditions) return true;
  stop(r, "too-many-conditions", r.limits.conditions);
  return false;
}

/** Reports a passed limit and ends the reading. */
function stop(r: Reading, code: "too-deep" | "too-many-conditions" | "too-many-members", max: number): void {
  report(r, code, { max });
  r.isStopped = true;
  r.kind = Scanner.END;
  r.start = r.text.length;
  r.end = r.text.length;
}

const report = <C extends Diagnostic.ErrorCode>(
  r: Reading,
  code: C,
  details: Diagnostic.Details[C],
  at: Span.Span = r,
): void => r.report(Diagnostic.error(code, at, details));
