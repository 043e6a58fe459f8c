/**
 * Query text to Ast, by recursive descent over the tokens; `grammar.ebnf` is the grammar. NOT binds tighter than AND,
 * AND tighter than OR; two conditions side by side are an error, never a silent AND.
 *
 * Invariants: never throws; recursion is bounded by `maxDepthLevels` (chains of NOT, AND, OR are loops); reports one
 * diagnostic a broken condition and goes on behind it, so that an editor can show several at once.
 */
import * as Ast from "./Ast.ts";
import * as Cursor from "./Cursor.ts";
import { accept, advance, descend, fail, peek, report, skipCondition, stop } from "./Cursor.ts";
import type * as Diagnostic from "./Diagnostic.ts";
import * as Lexer from "./Lexer.ts";
import * as Limits from "./Limits.ts";
import * as Result from "./Result.ts";
import * as Span from "./Span.ts";
import * as Token from "./Token.ts";

const ORDERINGS: Partial<Record<Token.Kind, Ast.Ordering>> = {
  Less: "<",
  LessOrEqual: "<=",
  Greater: ">",
  GreaterOrEqual: ">=",
};

/**
 * Parses a query.
 *
 * Errors: the lexer's diagnostic, or those of the parser in the order met; names and values are not looked up yet.
 *
 * @example
 * Parser.parse("category: security and severity > 3");
 */
export function parse(
  text: string,
  limits: Limits.Limits = Limits.defaults,
): Result.Result<Ast.Expr, readonly Diagnostic.Diagnostic[]> {
  const lexed = Lexer.lex(text, limits);
  if (!lexed.ok) return Result.err([lexed.error]);
  const cursor = Cursor.make(lexed.value, limits);
  const expr = peek(cursor).kind === "End" ? emptyQuery(cursor) : parseOr(cursor);
  const found = cursor.bag.items;
  if (peek(cursor).kind === "Close" && found.length === 0) unexpectedClose(cursor);
  return expr === null || found.length > 0 ? Result.err(found) : Result.ok(expr);
}

function parseOr(cursor: Cursor.Cursor): Ast.Expr | null {
  const operands = [parseAnd(cursor)];
  while (accept(cursor, "Or")) operands.push(parseAnd(cursor));
  return combine(Ast.or, operands);
}

function parseAnd(cursor: Cursor.Cursor): Ast.Expr | null {
  const operands = [parseNot(cursor)];
  while (accept(cursor, "And") || isAndOrMissing(cursor)) operands.push(parseNot(cursor));
  return combine(Ast.and, operands);
}

/** Null when an operand is broken: it has been reported. */
function combine(
  join: (operands: readonly Ast.Expr[], span: Span.Span) => Ast.Expr,
  operands: readonly (Ast.Expr | null)[],
): Ast.Expr | null {
  const sound = operands.filter((operand) => operand !== null);
  const first = sound[0];
  const last = sound[sound.length - 1];
  if (first === undefined || last === undefined || sound.length < operands.length) return null;
  return sound.length === 1 ? first : join(sound, Span.join(first.span, last.span));
}

/** After an operand: reports what stands where AND, OR, `)` or the end should; true when it begins a condition. */
function isAndOrMissing(cursor: Cursor.Cursor): boolean {
  const token = peek(cursor);
  switch (token.kind) {
    case "Or":
    case "Close":
    case "End":
      return false;
    case "Word":
    case "Not":
    case "Open":
      report(cursor, "missing-and-or", token, `AND or OR is missing before ${show(token)}.`, MISSING_AND_OR_HINT);
      return true;
    default:
      report(cursor, "unexpected-text", token, `${show(token)} cannot stand here.`, UNEXPECTED_TEXT_HINT);
      skipCondition(cursor);
      return accept(cursor, "And");
  }
}

function parseNot(cursor: Cursor.Cursor): Ast.Expr | null {
  const nots: Token.Token[] = [];
  for (let token = peek(cursor); token.kind === "Not"; token = peek(cursor)) {
    nots.push(token);
    if (!descend(cursor, token)) return null;
    advance(cursor);
  }
  let expr = parsePrimary(cursor);
  cursor.depth -= nots.length;
  for (let i = nots.length - 1; i >= 0 && expr !== null; i--) {
    expr = Ast.not(expr, Span.join(nots[i] ?? expr.span, expr.span));
  }
  return expr;
}

function parsePrimary(cursor: Cursor.Cursor): Ast.Expr | null {
  const token = peek(cursor);
  switch (token.kind) {
    case "Open":
      return parseGroup(cursor);
    case "Word":
      return parseLeaf(cursor);
    default:
      report(cursor, "expected-condition", token, `A condition is missing before ${show(token)}.`, CONDITION_HINT);
      skipCondition(cursor);
      return null;
  }
}

function parseGroup(cursor: Cursor.Cursor): Ast.Expr | null {
  const open = peek(cursor);
  if (!descend(cursor, open)) return null;
  advance(cursor);
  const expr = parseOr(cursor);
  cursor.depth--;
  const close = peek(cursor);
  if (!accept(cursor, "Close")) {
    report(cursor, "unclosed-group", open, "This parenthesis is never closed.", "Add the missing ).");
    return null;
  }
  return expr === null ? null : { ...expr, span: Span.make(open.start, close.end) };
}

function parseLeaf(cursor: Cursor.Cursor): Ast.Leaf | null {
  const token = peek(cursor);
  if (!Cursor.countLeaf(cursor, token)) return null;
  advance(cursor);
  const name: Ast.Name = { text: token.text, span: Span.make(token.start, token.end) };
  const leaf = parseCondition(cursor, name);
  if (leaf === null) skipCondition(cursor);
  return leaf;
}

function parseCondition(cursor: Cursor.Cursor, name: Ast.Name): Ast.Leaf | null {
  const operator = peek(cursor);
  if (isWord(operator, "is")) return parseNullCheck(cursor, name);
  if (!Token.isOperator(operator.kind)) {
    const message = `An operator is missing after "${name.text}".`;
    const hint = `Text without a token is not searched; write a token, an operator and a value: token: ${name.text}.`;
    return fail(cursor, "expected-operator", operator, message, hint);
  }
  advance(cursor);
  const ordering = ORDERINGS[operator.kind];
  if (ordering === undefined && peek(cursor).kind === "ListOpen") return parseList(cursor, name);
  const value = parseLiteral(cursor);
  if (value === null) return null;
  const span = Span.join(name.span, value.span);
  return ordering === undefined ? Ast.match(name, value, span) : Ast.compare(name, ordering, value, span);
}

function parseNullCheck(cursor: Cursor.Cursor, name: Ast.Name): Ast.Leaf | null {
  advance(cursor);
  const negated = accept(cursor, "Not");
  const last = peek(cursor);
  if (!isWord(last, "null")) {
    const message = `"null" is missing before ${show(last)}.`;
    return fail(cursor, "expected-null", last, message, `Write ${name.text} is null or ${name.text} is not null.`);
  }
  advance(cursor);
  return Ast.isNull(name, negated, Span.join(name.span, last));
}

function parseList(cursor: Cursor.Cursor, name: Ast.Name): Ast.Leaf | null {
  const open = peek(cursor);
  const values: Ast.Literal[] = [];
  do {
    advance(cursor);
    if (values.length === cursor.limits.maxListMembers) return tooManyMembers(cursor);
    const value = parseLiteral(cursor);
    if (value === null) return null;
    if (value._tag === "Bare" && value.text.includes("..")) return unsupportedRange(cursor, name, value);
    values.push(value);
  } while (peek(cursor).kind === "Comma");
  const close = peek(cursor);
  if (!accept(cursor, "ListClose")) {
    const hint = `Separate the values by commas and end with ]; a value that holds AND, OR or NOT needs quotes.`;
    return fail(cursor, "unclosed-list", open, `This list is not closed before ${show(close)}.`, hint);
  }
  return Ast.anyOf(name, values, Span.join(name.span, close));
}

/** One value. Words without quotes are taken up to a boolean word, a bracket, or the start of the next condition. */
function parseLiteral(cursor: Cursor.Cursor): Ast.Literal | null {
  const first = peek(cursor);
  switch (first.kind) {
    case "Phrase":
    case "Exact":
      advance(cursor);
      return Ast.literal(first.kind, first.text, Span.make(first.start, first.end));
    case "Word":
      return parseBare(cursor, first);
    case "Open":
      return fail(cursor, "unsupported-group-value", first, "A value cannot start with (.", GROUP_VALUE_HINT);
    default:
      return fail(cursor, "expected-value", first, `A value is missing before ${show(first)}.`, VALUE_HINT);
  }
}

function parseBare(cursor: Cursor.Cursor, first: Token.Token): Ast.Literal | null {
  const words = [first.text];
  let last = first;
  advance(cursor);
  for (let token = peek(cursor); token.kind === "Word" && !startsCondition(cursor); token = peek(cursor)) {
    words.push(token.text);
    last = token;
    advance(cursor);
  }
  const after = peek(cursor);
  if (Token.isOperator(after.kind)) {
    const hint = `Put a value that holds ${show(after)} in quotes, or add the value that is missing before it.`;
    return fail(cursor, "unexpected-operator", after, `${show(after)} cannot stand inside a value.`, hint);
  }
  return Ast.literal("Bare", words.join(" "), Span.join(first, last));
}

/** True when the word at hand is the token name of a condition of its own. */
function startsCondition(cursor: Cursor.Cursor): boolean {
  if (Token.isOperator(peek(cursor, 1).kind)) return true;
  if (!isWord(peek(cursor, 1), "is")) return false;
  const nullAt = peek(cursor, 2).kind === "Not" ? 3 : 2;
  return isWord(peek(cursor, nullAt), "null") && peek(cursor, nullAt + 1).kind !== "Word";
}

const isWord = (token: Token.Token, word: string): boolean =>
  token.kind === "Word" && token.text.length === word.length && token.text.toLowerCase() === word;

const emptyQuery = (cursor: Cursor.Cursor): null =>
  fail(cursor, "empty-query", cursor.end, "The query is empty.", "Write a condition, such as token: value.");

function unexpectedClose(cursor: Cursor.Cursor): void {
  const hint = "Delete it, or open the group with ( before it.";
  report(cursor, "unexpected-text", peek(cursor), "This parenthesis closes nothing.", hint);
}

function tooManyMembers(cursor: Cursor.Cursor): null {
  const max = cursor.limits.maxListMembers;
  const hint = "Split the list: token: [a, b] or token: [c, d].";
  return stop(cursor, "too-many-members", peek(cursor), `The list has more than ${max} values.`, hint);
}

function unsupportedRange(cursor: Cursor.Cursor, name: Ast.Name, value: Ast.Literal): null {
  const hint = `Write ${name.text} >= a and ${name.text} <= b; to search the dots themselves, use quotes.`;
  return fail(cursor, "unsupported-range", value.span, "Ranges of the form [a .. b] are not supported.", hint);
}

const show = (token: Token.Token): string => {
  if (token.kind === "End") return "the end";
  return token.kind === "Phrase" || token.kind === "Exact" ? "the quoted value" : `"${token.text}"`;
};

const CONDITION_HINT = "Write a condition, such as token: value; AND and OR need one on each side, NOT one after it.";
const MISSING_AND_OR_HINT = "Join the conditions by AND or OR; put a value of several words in quotes.";
const UNEXPECTED_TEXT_HINT = "Delete it, or put the whole value it belongs to in quotes.";
const GROUP_VALUE_HINT = "For one of several values write token: [a, b]; a value that holds parentheses needs quotes.";
const VALUE_HINT = "Write a value after the operator; AND, OR, NOT and punctuation need quotes to be a value.";
