/**
 * Query text to lexical tokens, one at a time on demand: forward only, no recursion, each character looked at a bounded
 * number of times. What a character may do depends on where the parser stands, so each step is told its {@link Mode}.
 *
 * Rules (grammar.ebnf, `word`, `phrase`, `exact`):
 * - A word is a run of anything but space, brackets, operators and quotes; `..` never stands in one. A comma ends a word
 *   only inside `[ ]`, so that `10,125` is one word elsewhere; an apostrophe inside a word belongs to it (`don't`).
 * - A colon stays inside a word where no token name can be meant (see `isInnerColon`).
 * - `\` escapes a quote or itself inside "…" and '…'; before anything else, and inside backticks, it is itself.
 * - Typographic quotes, as pasted from documents, work as pairs.
 */
import * as Diagnostic from "./Diagnostic.ts";

/** What a lexical token is. Numbers, because the parser asks for nothing more often. */
export const END = 0;
export const WORD = 1;
export const PHRASE = 2;
export const EXACT = 3;
export const AND = 4;
export const OR = 5;
export const NOT = 6;
export const DOTS = 7;
// From here in the order of SINGLES.
export const COLON = 8;
export const EQUALS = 9;
export const LESS = 10;
export const LESS_OR_EQUAL = 11;
export const GREATER = 12;
export const GREATER_OR_EQUAL = 13;
export const OPEN = 14;
export const CLOSE = 15;
export const LIST_OPEN = 16;
export const LIST_CLOSE = 17;
export const COMMA = 18;

export type Kind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18;

/** Where the next token stands: bits. */
export type Mode = number;
/** At the beginning of a condition. */
export const PLAIN: Mode = 0;
/** Where a value begins: right after an operator, a bracket or a comma. */
export const VALUE: Mode = 1;
/** Inside `[ ]`. */
export const LISTED: Mode = 2;

/** The scanner's place; the token at hand is `kind` from `start` to `end`. Mutable: {@link advance} moves it. */
export interface Scanner {
  readonly text: string;
  kind: Kind;
  start: number;
  end: number;
  /** Where the token before it ended. */
  before: number;
  /** A quoted token's text without quotes and escapes; undefined for the others, whose text is their span. */
  content: string | undefined;
  readonly report: (diagnostic: Diagnostic.Diagnostic) => void;
}

/** Moves to the next token; stays at `END` behind the last. */
export function advance(s: Scanner, mode: Mode): void {
  const { text } = s;
  s.content = undefined;
  s.before = s.end;
  for (let at = s.end; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const characterClass = code < ASCII ? (CLASSES[code] ?? FORBIDDEN) : classOf(text, at);
    if (characterClass === BLANK) continue;
    if (characterClass === FORBIDDEN) {
      s.report(Diagnostic.error("invalid-character", { start: at, end: at + 1 }, Diagnostic.none));
      continue;
    }
    s.start = at;
    if (beginsWord(text, at, characterClass, mode)) word(s, mode);
    else mark(s, code);
    return;
  }
  s.kind = END;
  s.start = text.length;
  s.end = text.length;
}

/** A scanner before the first token of a text; {@link advance} it first. */
export const open = (text: string, from: number, report: Scanner["report"]): Scanner => ({
  text,
  kind: END,
  start: from,
  end: from,
  before: from,
  content: undefined,
  report,
});

/** The code of the first character behind the token at hand that is no space; NaN at the end. */
export function following(s: Scanner): number {
  let at = s.end;
  let code = s.text.charCodeAt(at);
  while (code === SPACE || isSpace(code)) code = s.text.charCodeAt(++at);
  return code;
}

/** The text of the token at hand. */
export const textOf = (s: Scanner): string => s.content ?? s.text.slice(s.start, s.end);

/** True for what stands between a token name and its value. */
export const isOperator = (kind: Kind): boolean => kind >= COLON && kind <= GREATER_OR_EQUAL;

/** True for a character that begins an operator. */
export const isOperatorCode = (code: number): boolean =>
  code === COLON_CODE || code === LESS_CODE || code === EQUALS_CODE || code === GREATER_CODE;

/** True for the boolean words `and`, `or`, `not` in any case: they need quotes to be a value. */
export const isReserved = (word: string): boolean => wordKind(word, 0, word.length) !== WORD;

/** Tokens of one character, in the order of their kinds; a blank where a kind has two. */
const SINGLES = ":=< > ()[],";

const ASCII = 0x80;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const DOT = 0x2e;
const SLASH = 0x2f;
const COLON_CODE = 0x3a;
const LESS_CODE = 0x3c;
const EQUALS_CODE = 0x3d;
const GREATER_CODE = 0x3e;
const BACKSLASH = 0x5c;
const BACKTICK = 0x60;
const NON_BREAKING_SPACE = 0xa0;
const LEFT_SINGLE_QUOTE = 0x2018;
const RIGHT_SINGLE_QUOTE = 0x2019;
const LEFT_DOUBLE_QUOTE = 0x201c;
const LOW_DOUBLE_QUOTE = 0x201e;

// Classes of characters, in an order that makes the frequent questions comparisons.
const IN_WORD = 0;
/** In a word outside lists: the comma. */
const IN_PLAIN_WORD = 1;
/** In a word unless it is doubled: the dot. */
const IN_WORD_ALONE = 2;
/** In a word now and then: the colon. */
const IN_SOME_WORDS = 3;
/** Begins a token when it stands at its beginning and is in a word otherwise: the apostrophes. */
const QUOTE_AT_START = 4;
const STOP = 5;
const BLANK = 6;
const FORBIDDEN = 7;

const CLASSES: Uint8Array = /* @__PURE__ */ (() => {
  const classes = new Uint8Array(ASCII);
  classes.fill(FORBIDDEN, 0, SPACE);
  for (const c of '()[]=<>"`') classes[c.charCodeAt(0)] = STOP;
  for (const c of " \t\r\n") classes[c.charCodeAt(0)] = BLANK;
  classes[0x2c] = IN_PLAIN_WORD;
  classes[DOT] = IN_WORD_ALONE;
  classes[COLON_CODE] = IN_SOME_WORDS;
  classes[SINGLE_QUOTE] = QUOTE_AT_START;
  classes[0x7f] = FORBIDDEN;
  return classes;
})();

/** Other characters: control characters and halves of surrogate pairs are kept faithfully by no store. */
function classOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < NON_BREAKING_SPACE) return FORBIDDEN;
  if (code === LEFT_SINGLE_QUOTE) return QUOTE_AT_START;
  if (code >= LEFT_DOUBLE_QUOTE && code <= LOW_DOUBLE_QUOTE) return STOP;
  if (isSpace(code)) return BLANK;
  if (code < 0xd800 || code > 0xdfff) return IN_WORD;
  return (text.codePointAt(at) ?? 0) > 0xffff || (isLowHalf(code) && isHighHalf(text.charCodeAt(at - 1)))
    ? IN_WORD
    : FORBIDDEN;
}

const isLowHalf = (code: number): boolean => code >= 0xdc00;

const isHighHalf = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

const isSpace = (code: number): boolean =>
  code < ASCII ? CLASSES[code] === BLANK : /\s/.test(String.fromCharCode(code));

function beginsWord(text: string, at: number, characterClass: number, mode: Mode): boolean {
  switch (characterClass) {
    case IN_WORD:
      return true;
    case IN_PLAIN_WORD:
      return (mode & LISTED) === 0;
    case IN_WORD_ALONE:
      return text.charCodeAt(at + 1) !== DOT;
    case IN_SOME_WORDS:
      // An IPv6 address may begin with two colons.
      return (mode & VALUE) !== 0 && text.charCodeAt(at + 1) === COLON_CODE;
    default:
      return false;
  }
}

/** A token that begins with a character of its own. */
function mark(s: Scanner, code: number): void {
  const { text, start } = s;
  s.end = start + 1;
  const single = SINGLES.indexOf(text.charAt(start));
  if (single >= 0) s.kind = (COLON + single) as Kind;
  else if (code === DOT) {
    s.kind = DOTS;
    s.end = start + (text.charCodeAt(start + 2) === DOT ? 3 : 2);
  } else if (code === BACKTICK) exact(s);
  else phrase(s, code);
  if ((s.kind === LESS || s.kind === GREATER) && text.charCodeAt(s.end) === EQUALS_CODE) {
    s.kind = (s.kind + 1) as Kind;
    s.end++;
  }
}

function word(s: Scanner, mode: Mode): void {
  const { text, start } = s;
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const characterClass = code < ASCII ? (CLASSES[code] ?? FORBIDDEN) : classOf(text, at);
    if (characterClass === IN_WORD) continue;
    if (characterClass >= STOP) break;
    if (characterClass === IN_PLAIN_WORD && (mode & LISTED) !== 0) break;
    if (characterClass === IN_WORD_ALONE && text.charCodeAt(at + 1) === DOT) break;
    if (characterClass === IN_SOME_WORDS && !isInnerColon(text, start, at, mode)) break;
  }
  s.kind = wordKind(text, start, at);
  s.end = at;
}

/**
 * True for a colon that belongs to the word from `start`: a word that begins with a digit is no token name, so any
 * colon before a further character of it; where a value begins and in lists, also a colon between two digits
 * (`RHSA-2024:0001`), before a slash (`https://…`, `C:\…`), or behind nothing but hexadecimal digits and colons (a MAC
 * address). There, two colons stand in an address (`fe80::1`) or in a word that begins with a digit, at its end too.
 */
function isInnerColon(text: string, start: number, colon: number, mode: Mode): boolean {
  const isNumbered = isDigit(text.charCodeAt(start));
  if (mode === PLAIN) return isNumbered && isWordPart(text, colon + 1, mode);
  const before = text.charCodeAt(colon - 1);
  const next = text.charCodeAt(colon + 1);
  if (next === SLASH || next === BACKSLASH) return true;
  if (before === COLON_CODE) return next !== COLON_CODE;
  const isAddress = isNumbered || isHex(text, start, colon);
  if (next === COLON_CODE) return isAddress;
  return isWordPart(text, colon + 1, mode) && (isAddress || (isDigit(before) && isDigit(next)));
}

function isWordPart(text: string, at: number, mode: Mode): boolean {
  const code = text.charCodeAt(at);
  const characterClass = code < ASCII ? (CLASSES[code] ?? FORBIDDEN) : classOf(text, at);
  return characterClass === QUOTE_AT_START || beginsWord(text, at, characterClass, mode);
}

/** An address has no more characters than this; looking no further keeps the scan linear. */
const HEX_CHARACTERS_MAX = 40;

function isHex(text: string, start: number, end: number): boolean {
  if (end - start > HEX_CHARACTERS_MAX) return false;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    const lower = code | 0x20;
    if (!isDigit(code) && code !== COLON_CODE && !(lower >= 0x61 && lower <= 0x66)) return false;
  }
  return true;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** The kind of an unquoted word: a boolean word in any case, or plain. */
function wordKind(text: string, start: number, end: number): Kind {
  const length = end - start;
  if (length > 3 || length < 2) return WORD;
  const first = text.charCodeAt(start) | 0x20;
  const second = text.charCodeAt(start + 1) | 0x20;
  if (length === 2) return first === 0x6f && second === 0x72 ? OR : WORD;
  const third = text.charCodeAt(start + 2) | 0x20;
  if (first === 0x61 && second === 0x6e && third === 0x64) return AND;
  return first === 0x6e && second === 0x6f && third === 0x74 ? NOT : WORD;
}

function phrase(s: Scanner, opener: number): void {
  const { text, start } = s;
  let content = "";
  let copied = start + 1;
  for (let at = copied; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH && isEscapable(text.charCodeAt(at + 1), opener)) {
      content += text.slice(copied, at);
      copied = ++at;
    } else if (closes(code, opener)) {
      quoted(s, PHRASE, at + 1, content + text.slice(copied, at));
      return;
    } else checkQuoted(s, at, code);
  }
  s.report(Diagnostic.error("unclosed-quote", { start, end: text.length }, Diagnostic.none));
  quoted(s, PHRASE, text.length, content + text.slice(copied));
}

function exact(s: Scanner): void {
  const { text, start } = s;
  const close = text.indexOf("`", start + 1);
  const end = close < 0 ? text.length : close;
  for (let at = start + 1; at < end; at++) checkQuoted(s, at, text.charCodeAt(at));
  if (close < 0) s.report(Diagnostic.error("unclosed-quote", { start, end: text.length }, Diagnostic.none));
  quoted(s, EXACT, close < 0 ? end : end + 1, text.slice(start + 1, end));
}

function quoted(s: Scanner, kind: Kind, end: number, content: string): void {
  s.kind = kind;
  s.end = end;
  s.content = content;
}

function checkQuoted(s: Scanner, at: number, code: number): void {
  if (code >= SPACE && code < 0x7f) return;
  const characterClass = code < ASCII ? CLASSES[code] : classOf(s.text, at);
  if (characterClass === FORBIDDEN)
    s.report(Diagnostic.error("invalid-character", { start: at, end: at + 1 }, Diagnostic.none));
}

const isTypographicDouble = (code: number): boolean => code >= LEFT_DOUBLE_QUOTE && code <= LOW_DOUBLE_QUOTE;

function closes(code: number, opener: number): boolean {
  if (code === opener) return code !== LEFT_SINGLE_QUOTE;
  return opener === LEFT_SINGLE_QUOTE
    ? code === RIGHT_SINGLE_QUOTE
    : isTypographicDouble(opener) && isTypographicDouble(code);
}

const isEscapable = (code: number, opener: number): boolean =>
  code === BACKSLASH || code === DOUBLE_QUOTE || code === SINGLE_QUOTE || closes(code, opener);
