/**
 * Query text to lexical tokens: one forward pass, no backtracking, no recursion.
 *
 * Rules:
 * - A word is a run of anything but space, brackets, operators and quotes. A comma ends a word only inside `[ ]`, so
 *   that `10,125` is one word elsewhere; an apostrophe inside a word belongs to it (`don't`).
 * - A colon stays inside a word that starts with a digit (`2024-07-08T12:01Z`), since no token name does; and between
 *   two digits of a word right behind an operator or in `[ ]` (`RHSA-2024:0001`), where no token name stands.
 * - `\` escapes a quote or itself inside "…" and '…'; before anything else, and inside backticks, it is itself.
 * - Typographic double quotes, as pasted from documents, work as a pair.
 */
import type * as Diagnostic from "./Diagnostic.ts";
import type * as Limits from "./Limits.ts";
import * as Result from "./Result.ts";
import * as Span from "./Span.ts";
import * as Token from "./Token.ts";

interface State {
  readonly text: string;
  index: number;
  inList: boolean;
  /** The last token was an operator: what follows is a value. */
  isAfterOperator: boolean;
}

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const OPEN = 0x28;
const CLOSE = 0x29;
const COMMA = 0x2c;
const COLON = 0x3a;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const LIST_OPEN = 0x5b;
const BACKSLASH = 0x5c;
const LIST_CLOSE = 0x5d;
const BACKTICK = 0x60;
const OPEN_CURLY_QUOTE = 0x201c;
const CLOSE_CURLY_QUOTE = 0x201d;

/** Control characters other than tab and line ends, and halves of surrogate pairs: no store keeps them faithfully. */
const FORBIDDEN = /[^\P{Cc}\t\r\n]|\p{Cs}/u;

/**
 * Splits `text` into tokens, ending with an `End` token.
 *
 * Errors: `text-too-long`, `too-many-tokens`, `invalid-character`, `unterminated-quote`; the first one met, since
 * nothing after it can be read with confidence.
 */
export function lex(text: string, limits: Limits.Limits): Result.Result<readonly Token.Token[], Diagnostic.Diagnostic> {
  if (text.length > limits.maxTextCharacters) return Result.err(textTooLong(text, limits.maxTextCharacters));
  const forbidden = text.search(FORBIDDEN);
  if (forbidden >= 0) return Result.err(invalidCharacter(text, forbidden));
  const state: State = { text, index: 0, inList: false, isAfterOperator: false };
  const tokens: Token.Token[] = [];
  for (let start = skipSpace(state); start < text.length; start = skipSpace(state)) {
    const token = next(state);
    if (token === null) return Result.err(unterminatedQuote(text, start));
    if (tokens.length === limits.maxTokens) return Result.err(tooManyTokens(token, limits.maxTokens));
    tokens.push(token);
    state.isAfterOperator = Token.isOperator(token.kind);
  }
  tokens.push(Token.make("End", text.length, text.length, ""));
  return Result.ok(tokens);
}

function skipSpace(state: State): number {
  while (state.index < state.text.length && isSpace(state.text.charCodeAt(state.index))) state.index++;
  return state.index;
}

/** The token at `state.index`, which is not a space; null when a quote is left open. */
function next(state: State): Token.Token | null {
  switch (state.text.charCodeAt(state.index)) {
    case OPEN:
      return mark(state, "Open", 1);
    case CLOSE:
      return mark(state, "Close", 1);
    case LIST_OPEN:
      state.inList = true;
      return mark(state, "ListOpen", 1);
    case LIST_CLOSE:
      state.inList = false;
      return mark(state, "ListClose", 1);
    case COLON:
      return mark(state, "Colon", 1);
    case EQUALS:
      return mark(state, "Equals", 1);
    case LESS:
      return isNext(state, EQUALS) ? mark(state, "LessOrEqual", 2) : mark(state, "Less", 1);
    case GREATER:
      return isNext(state, EQUALS) ? mark(state, "GreaterOrEqual", 2) : mark(state, "Greater", 1);
    case COMMA:
      return state.inList ? mark(state, "Comma", 1) : word(state);
    case DOUBLE_QUOTE:
    case SINGLE_QUOTE:
    case OPEN_CURLY_QUOTE:
    case CLOSE_CURLY_QUOTE:
      return phrase(state);
    case BACKTICK:
      return exact(state);
    default:
      return word(state);
  }
}

const isNext = (state: State, code: number): boolean => state.text.charCodeAt(state.index + 1) === code;

function mark(state: State, kind: Token.Kind, length: number): Token.Token {
  const start = state.index;
  state.index += length;
  return Token.make(kind, start, state.index, state.text.slice(start, state.index));
}

function word(state: State): Token.Token {
  const { text, index: start, inList } = state;
  let end = start + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (!isWordPart(code, inList) && !(code === COLON && isInnerColon(state, start, end))) break;
  }
  state.index = end;
  const content = text.slice(start, end);
  return Token.make(Token.kindOfWord(content), start, end, content);
}

/** True for a colon at `colon` that belongs to the word from `start`. */
function isInnerColon({ text, inList, isAfterOperator }: State, start: number, colon: number): boolean {
  const following = text.charCodeAt(colon + 1);
  if (isDigit(text.charCodeAt(start))) return isWordPart(following, inList);
  return (inList || isAfterOperator) && isDigit(text.charCodeAt(colon - 1)) && isDigit(following);
}

function phrase(state: State): Token.Token | null {
  const { text, index: start } = state;
  const opener = text.charCodeAt(start);
  let content = "";
  let copied = start + 1;
  for (let index = copied; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH && isEscapable(text.charCodeAt(index + 1), opener)) {
      content += text.slice(copied, index);
      index++;
      copied = index;
    } else if (closes(code, opener)) {
      state.index = index + 1;
      return Token.make("Phrase", start, state.index, content + text.slice(copied, index));
    }
  }
  return null;
}

function exact(state: State): Token.Token | null {
  const start = state.index;
  const close = state.text.indexOf("`", start + 1);
  if (close < 0) return null;
  state.index = close + 1;
  return Token.make("Exact", start, state.index, state.text.slice(start + 1, close));
}

const isCurly = (code: number): boolean => code === OPEN_CURLY_QUOTE || code === CLOSE_CURLY_QUOTE;

const closes = (code: number, opener: number): boolean => code === opener || (isCurly(opener) && isCurly(code));

const isEscapable = (code: number, opener: number): boolean =>
  code === BACKSLASH || code === DOUBLE_QUOTE || code === SINGLE_QUOTE || closes(code, opener);

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** False past the end of the text too, where `charCodeAt` gives NaN. */
function isWordPart(code: number, inList: boolean): boolean {
  switch (code) {
    case OPEN:
    case CLOSE:
    case LIST_OPEN:
    case LIST_CLOSE:
    case COLON:
    case EQUALS:
    case LESS:
    case GREATER:
    case DOUBLE_QUOTE:
    case BACKTICK:
    case OPEN_CURLY_QUOTE:
    case CLOSE_CURLY_QUOTE:
      return false;
    case COMMA:
      return !inList;
    default:
      return code >= 0 && !isSpace(code);
  }
}

function isSpace(code: number): boolean {
  if (code < 0x80) return code === SPACE || (code >= TAB && code <= CARRIAGE_RETURN);
  return /\s/.test(String.fromCharCode(code));
}

const textTooLong = (text: string, max: number): Diagnostic.Diagnostic => ({
  code: "text-too-long",
  message: `The query is ${text.length} characters long; at most ${max} are allowed.`,
  span: Span.make(max, text.length),
  hint: "Split the query, or replace repeated conditions on one token by a list: token: [a, b].",
});

const tooManyTokens = (token: Token.Token, max: number): Diagnostic.Diagnostic => ({
  code: "too-many-tokens",
  message: `The query has more than ${max} words, values and operators.`,
  span: Span.make(token.start, token.end),
  hint: "Split the query, or replace repeated conditions on one token by a list: token: [a, b].",
});

function invalidCharacter(text: string, index: number): Diagnostic.Diagnostic {
  const code = text.charCodeAt(index).toString(16).toUpperCase().padStart(4, "0");
  return {
    code: "invalid-character",
    message: `The character U+${code} cannot stand in a query.`,
    span: Span.make(index, index + 1),
    hint: "Delete it: control characters and broken Unicode pairs are not searchable.",
  };
}

const unterminatedQuote = (text: string, start: number): Diagnostic.Diagnostic => ({
  code: "unterminated-quote",
  message: `The quote ${text.charAt(start)} is never closed.`,
  span: Span.make(start, text.length),
  hint: "Close it with the same quote. Inside quotes, write \\\\ for a backslash that stands before the closing quote.",
});
