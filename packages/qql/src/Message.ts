/**
 * The words for people: what each diagnostic says, and how it tells to mend the query. A host with other words, or
 * another language, writes a function of its own over `Diagnostic.Details`.
 *
 * Invariants: message and hint are never empty and hold no line ends; a message is one sentence that names the text it is
 * about; what can't be seen in that text is spelled out.
 */
import type * as Catalog from "./Catalog.ts";
import type * as Diagnostic from "./Diagnostic.ts";
import * as Moment from "./Moment.ts";

export interface Message {
  /** What is wrong. */
  readonly message: string;
  /** What to write instead. */
  readonly hint: string;
}

/**
 * The words of a diagnostic of a query's text.
 *
 * @example
 * Message.of(text, diagnostic); // { message: 'There is no token "vendorSeverty".', hint: "Did you mean vendorSeverity?" }
 */
export function of(text: string, diagnostic: Diagnostic.Diagnostic): Message {
  const write = WORDS[diagnostic.code] as (about: About, details: Diagnostic.Diagnostic["details"]) => Words;
  const { start, end, details } = diagnostic;
  const piece = text.slice(start, end);
  const before = text.slice(Math.max(0, start - CONTEXT_CHARACTERS), start);
  const about: About = {
    piece,
    shown: show(piece),
    before: before.split(/\s+/).reverse().filter(Boolean),
    isJoined: /\S$/.test(before),
  };
  const [message, hint] = write(about, details);
  return { message, hint };
}

/** A diagnostic with its words. */
export type Told = Diagnostic.Diagnostic & Message;

/** The diagnostics of a query's text, each with its words. */
export const tell = (text: string, diagnostics: readonly Diagnostic.Diagnostic[]): readonly Told[] =>
  diagnostics.map((diagnostic) => ({ ...diagnostic, ...of(text, diagnostic) }));

type Words = readonly [message: string, hint: string];

/** The place that a diagnostic is about. */
interface About {
  readonly piece: string;
  /** The piece as it is called in a sentence. */
  readonly shown: string;
  /** The words before it, the nearest first. */
  readonly before: readonly string[];
  /** Whether the nearest of them touches it. */
  readonly isJoined: boolean;
}

const CONTEXT_CHARACTERS = 80;
const SHOWN_CHARACTERS = 40;

/** How a piece of the text is called: in its own quotes, or in double ones. */
function show(piece: string): string {
  const characters = [...piece];
  const isQuoted = /^["'`“”„‘]/.test(piece);
  const isCut = characters.length > SHOWN_CHARACTERS + 2;
  const short = visible(isCut ? `${characters.slice(0, SHOWN_CHARACTERS).join("")}…` : piece);
  if (!isQuoted) return `"${short}"`;
  return isCut ? short + (CLOSING.get(short.charAt(0)) ?? short.charAt(0)) : short;
}

const CLOSING: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ["“", "”"],
  ["„", "“"],
  ["‘", "’"],
]);

/** Joiners belong to letters and emoji; of other characters that show nothing, the code is told. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const visible = (text: string): string =>
  text.replaceAll(/\s+/g, (space) => (/^[ \t\r\n\u00a0]+$/.test(space) ? " " : space)).replaceAll(UNSEEN, codePoint);

const HEX = 16;
const CODE_DIGITS = 4;

const codePoint = (character: string): string =>
  `<U+${(character.codePointAt(0) ?? 0).toString(HEX).toUpperCase().padStart(CODE_DIGITS, "0")}>`;

/** Where something is missing. */
const place = ({ piece, shown }: About): string => (piece === "" ? "at the end" : `before ${shown}`);

const NAME = /^[a-z_][\w.-]*$/i;

/** A word as a token's name in a hint. */
const nameOr = (word: string | undefined): string => (word !== undefined && NAME.test(word) ? word : "token");

const SPLIT = "Split the query, or replace repeated conditions on one token by a list: token: [a, b].";
const CONDITION = "a condition, such as token: value";

type Writers = { readonly [C in Diagnostic.Code]: (about: About, details: Diagnostic.Details[C]) => Words };

const WORDS: Writers = {
  "text-too-long": (_, { max }) => [`The query is longer than ${max} characters.`, SPLIT],
  "too-deep": (_, { max }) => [
    `The query is nested more than ${max} levels deep.`,
    "Remove parentheses and doubled NOTs that change nothing, or split the query.",
  ],
  "too-many-conditions": (_, { max }) => [`The query has more than ${max} conditions.`, SPLIT],
  "too-many-members": (_, { max }) => [
    `The list has more than ${max} values.`,
    "Split the list: token: [a, b] OR token: [c, d].",
  ],
  "invalid-character": ({ piece }) => [
    `The character ${codePoint(piece).slice(1, -1)} can't stand in a query.`,
    "Delete it: control characters and halves of Unicode pairs are not searchable.",
  ],
  "unclosed-quote": ({ piece }) => [`The quote ${piece.charAt(0)} is never closed.`, unclosedQuote(piece)],
  "empty-query": () => ["The query is empty.", `Write ${CONDITION}, or words to search for.`],
  "expected-condition": (about) => [`A condition is missing ${place(about)}.`, expectedCondition(about)],
  "expected-value": (about, { name }) => [`A value is missing ${place(about)}.`, expectedValue(about, name)],
  "expected-null": expectedNull,
  "missing-and-or": missingAndOr,
  "unsupported-operator": ({ piece, shown, before }) => [
    `${shown} isn't an operator here.`,
    `Write ${(OPERATORS.get(piece.replace(/\s+/, "")) ?? "token: value").replace("token", nameOr(before[0]))}.`,
  ],
  "unexpected-operator": ({ shown, before }) => [
    `${shown} can't stand inside a value.`,
    /&/.test(before[0] ?? "")
      ? "Write AND instead of & to join two conditions."
      : `If it belongs to the value, put the value in quotes; if a condition begins here, write AND or OR before it.`,
  ],
  "unexpected-text": (about) => [
    about.piece === ")" ? "This parenthesis closes nothing." : `${about.shown} can't stand here.`,
    unexpectedText(about),
  ],
  "quoted-name": ({ shown }) => [
    `${shown} is a value, as it is in quotes, and never a token's name.`,
    "Write the token's name without quotes, or join two conditions by AND or OR.",
  ],
  "unclosed-group": () => ["This parenthesis is never closed.", "Add a ) where the group ends, or delete this one."],
  "unclosed-list": () => [
    "This list is not closed.",
    "Separate the values by commas and end with ]; a value that holds AND, OR, NOT or punctuation needs quotes.",
  ],
  "unclosed-range": ({ piece }) => [
    "This range is not closed.",
    piece === "["
      ? "Write two ends in brackets, [a .. b], which include both; brackets and parentheses can't be mixed."
      : "Write two ends in parentheses, (a .. b), which exclude both; brackets and parentheses can't be mixed.",
  ],
  "unknown-token": (about, details) => [
    `There is no token ${about.shown}${details.group === null ? "" : ` in ${details.group}`}.`,
    unknownToken(about, details),
  ],
  "not-a-group": (_, { name }) => [
    `${name} has no tokens of its own to ask for in parentheses.`,
    `For one of several values write ${name}: [a, b]; a value that holds parentheses needs quotes.`,
  ],
  "group-without-parentheses": (_, { name, child, example }) => [
    `${name} is a group of tokens and has no value itself.`,
    `Write ${name}: (${child}: ${example}), or ${name}.${child}: ${example}.`,
  ],
  "operator-not-allowed": (_, { name, operator, allowed, example }) => [
    allowed.length === 0 ? `${name} can't be used in queries.` : `${name} can't be ${ASKED[operator]}.`,
    allowed.length === 0 ? "Ask for another token." : `Write ${forms(name, allowed, example)}.`,
  ],
  "unsupported-wildcard": unsupportedWildcard,
  "search-wildcard": ({ piece }) => ["A wildcard needs a token's name before it.", searchWildcard(piece)],
  "unknown-enum-value": ({ piece, shown }, { name, near, values }) => [
    `${name} has no value ${shown}.`,
    mended(piece, `${near === null ? "" : `Did you mean ${near}? `}Values of ${name} are ${enumerate(values)}.`),
  ],
  "no-searchable-words": ({ piece, shown }) => [
    `${shown} holds no letter or digit to search for.`,
    noSearchableWords(unquoted(piece)),
  ],
  "nothing-to-search": ({ shown }) => [
    `Nothing here can be searched for ${shown} without a token's name.`,
    `Write ${CONDITION}.`,
  ],
  "invalid-number": ({ piece, shown }) => [`${shown} is not a number.`, mended(piece, invalidNumber(piece))],
  "invalid-size": ({ piece, shown }) => [
    `${shown} is not a size.`,
    mended(piece, "Write bytes, or a number with B, KB, MB, GB, TB or PB (steps of 1,024), such as 10 MB."),
  ],
  "number-too-large": ({ shown }) => [
    `${shown} is too large to be compared exactly.`,
    `Stay within ±${Number.MAX_SAFE_INTEGER}.`,
  ],
  "invalid-date": ({ piece, shown }) => [`${shown} is not a date.`, mended(piece, invalidDate(unquoted(piece)))],
  "date-out-of-calendar": ({ piece, shown }) => [
    `${shown} is not in the calendar.`,
    /^now/i.test(unquoted(piece))
      ? `Stay within ${Moment.AMOUNT_MAX} of a unit, ${Moment.YEARS_MAX} of years.`
      : "Check month, day, hour, minute and offset; years run from 1000 to 9999.",
  ],
  "unsupported-rounding": ({ piece, shown }) => [
    `${shown} can't be rounded.`,
    `Write a day, month or year, such as 2024-07, which is all of it, or ${unquoted(piece).replace(/\/.*/, "")} without the slash.`,
  ],
  "invalid-boolean": ({ piece, shown }) => [
    `${shown} is neither true nor false.`,
    mended(piece, "Write true or false."),
  ],
  "invalid-version": ({ piece, shown }) => [
    `${shown} is not a version.`,
    mended(piece, "Write components with dots between, such as 2.1.7, or a beginning, such as 2.1*."),
  ],
  "invalid-ip": ({ piece, shown }) => [
    `${shown} is not an IP address.`,
    mended(piece, "Write 10.1.2.3, fe80::1, a block such as 10.1.0.0/16, or the first bytes, such as 10.1.*."),
  ],
  "invalid-uuid": ({ piece, shown }) => [
    `${shown} is not a UUID or the beginning of one.`,
    mended(piece, "Write hexadecimal digits with hyphens, such as 0b1d7a52-6c0e, or all 36 characters."),
  ],
  "empty-range": (_, { isInclusive }) => [
    "Nothing lies in this range.",
    isInclusive
      ? "Write the lower end first."
      : "Write the lower end first; parentheses exclude both ends, brackets include them.",
  ],
  contradiction: (_, { name }) => [
    `No ${name} can fulfil both this and what stands before it.`,
    `Join the conditions on ${name} by OR, or write ${name}: [a, b] for one of several.`,
  ],
  "opposite-never": () => ["This and its opposite can't hold at once.", "Delete one of the two, or join them by OR."],
  "opposite-always": () => ["This or its opposite always holds.", "Delete both, or join them by AND."],
  "deprecated-token": ({ shown }, { instead }) => [`${shown} is deprecated.`, instead],
  "looks-like-token": ({ piece, shown }, { name }) => [
    `${shown} is searched for as text.`,
    `For a condition write ${condition(name, piece)}; to search for the text, put it in quotes.`,
  ],
  "looks-like-value": ({ piece, shown }, { name }) => [
    `${shown} is searched for as text.`,
    `For one more value of ${name} write ${name}: [a, ${unquoted(piece)}]; to search for the text, put it in quotes.`,
  ],
  "exact-instant": (_, { name }) => [
    "This holds for a single millisecond.",
    `Write ${name} > … for what is later, ${name} < … for what is earlier, or a day, which is all of it.`,
  ],
};

/** The text of a piece without its quotes. */
const unquoted = (piece: string): string => piece.replace(/^["'`“”„‘](.*?)["'`“”’]?$/su, "$1");

/** Operators of other languages, and ours. */
const OPERATORS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ["!=", "NOT token: value"],
  ["<>", "NOT token: value"],
  ["=<", "token <= value"],
  ["=>", "token >= value"],
  [":<", "token < value"],
  [":>", "token > value"],
  [":<=", "token <= value"],
  [":>=", "token >= value"],
]);

const SYMBOLS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ["&&", "AND"],
  ["&", "AND"],
  ["+", "AND"],
  ["||", "OR"],
  ["|", "OR"],
]);

/** Operators in words of other languages, and what is written for them behind a token's name. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ["in", ": [a, b]"],
  ["between", ": [a .. b]"],
  ["like", ": *text*"],
  ["contains", ": text"],
  ["has", ": text"],
  ["matches", ": *text*"],
  ["regex", ": *text*"],
  ["eq", ": value"],
  ["equals", ": value"],
]);

/** A value swallows what isn't an operator here: tell that, where it is what went wrong. */
function mended(piece: string, hint: string): string {
  const symbol = /\s(&&|\|\|)(?=\s|$)/.exec(piece)?.[1];
  if (symbol !== undefined) return `Write ${SYMBOLS.get(symbol)} instead of ${symbol}.`;
  return /^[^"'`“”„‘].*[;,]$/s.test(piece) ? `Delete the ${piece.slice(-1)} behind it.` : hint;
}

function unclosedQuote(piece: string): string {
  const quote = piece.charAt(0);
  if (quote === "`") return "Add a backtick behind the value.";
  if (piece.endsWith(`\\${quote}`)) {
    return `\\${quote} is a quote that belongs to the value: a backslash at the value's end is written \\\\.`;
  }
  const closing = CLOSING.get(quote);
  if (closing !== undefined) return `Add a closing ${closing}, or write " on both sides.`;
  return `Add a closing ${quote}; one that belongs to the value is written \\${quote} in quotes.`;
}

function expectedCondition({ piece, before }: About): string {
  if (piece === ")" && before[0]?.endsWith("(") === true)
    return `Write a condition in the parentheses, such as token: value, or delete them.`;
  return /^(?:and|or|\)|)$/i.test(piece)
    ? `AND and OR need a condition on each side, NOT one after it: write ${CONDITION}.`
    : "Write a token's name before it, such as token: value; punctuation that is searched for needs quotes.";
}

function expectedValue({ piece, before }: About, name: string): string {
  const [last = ""] = before;
  if (/^(?:and|or)$/i.test(piece)) return `Write a value after ${name}; AND and OR need quotes to be a value.`;
  if (/^not$/i.test(piece)) return `A negation stands before the token: NOT ${name}: value.`;
  if (last.endsWith("..") || piece.startsWith("..")) {
    return `A range has two ends: ${name}: [a .. b]. With a single one write ${name} >= a or ${name} <= b.`;
  }
  if (piece === "[" && /[<>]=?$/.test(last))
    return `A list or range follows a colon: ${name}: [a, b] or ${name}: [a .. b].`;
  if (piece === "(") return `Write the value without parentheses, or in quotes if they belong to it.`;
  if (/^[\],[]$/.test(piece)) return `Write a value at each place of the list, such as ${name}: [a, b].`;
  return `Write a value for ${name}, or ${name}: * for any; punctuation that is searched for needs quotes.`;
}

function expectedNull(about: About, { name }: { readonly name: string }): Words {
  const { piece, shown, before } = about;
  if (piece === "" || /^\W/.test(piece)) {
    return [`NULL is missing ${place(about)}.`, `Write ${name} is null or ${name} is not null.`];
  }
  const isNegated = /^not$/i.test(before[0] ?? "");
  const value = /^(?:empty|blank|missing|none|nothing|undefined|nil)$/i.test(piece)
    ? `${name} is ${isNegated ? "not null" : "null"}`
    : `${isNegated ? "NOT " : ""}${name}: ${piece}`;
  return [
    `IS is followed by NULL or NOT NULL, not by ${shown}.`,
    `Write ${value}; words that are searched for need quotes.`,
  ];
}

function missingAndOr(about: About): Words {
  const { piece, shown, before, isJoined } = about;
  const [last = "", name] = before;
  const message = `AND or OR is missing ${place(about)}.`;
  const symbol = SYMBOLS.get(last);
  if (symbol !== undefined) {
    return [`${symbol} is missing before ${shown}; ${last} isn't an operator.`, `Write ${symbol} instead of ${last}.`];
  }
  const foreign = FOREIGN_WORDS.get(last.toLowerCase());
  if (foreign !== undefined) {
    return [`${last.toUpperCase()} isn't an operator here.`, `Write ${nameOr(name)}${foreign}.`];
  }
  if (piece === "(" && isJoined && NAME.test(last)) {
    return [message, `There are no functions like ${last}(): for what has no value write token is null.`];
  }
  if (piece === ",") return [message, "For one of several values write token: [a, b]; commas stand only inside [ ]."];
  if (/.,$/.test(last))
    return [message, "Write AND or OR instead of the comma; commas separate values only inside [ ]."];
  if (/^where$/i.test(last)) return [message, "Write the conditions alone, without SELECT … WHERE."];
  return [message, "Write AND or OR between the two; if all of it is one value, put all of it in quotes."];
}

function unexpectedText({ piece, before }: About): string {
  const [last = "", name] = before;
  if (piece === ")") return "Delete it, or open the group with ( before it.";
  if (piece === "[")
    return `A list follows a token's name and a colon: ${nameOr(FOREIGN_WORDS.has(last.toLowerCase()) ? name : last)}: [a, b].`;
  return piece.startsWith("..")
    ? "A range stands in brackets: token: [a .. b]. Dots that are searched for need quotes."
    : "Delete it, or put the whole value it belongs to in quotes.";
}

function unknownToken({ piece }: About, { group, near, outside, names }: Diagnostic.Details["unknown-token"]): string {
  if (near !== null) return `Did you mean ${/^[!-]/.test(piece) ? "NOT " : ""}${near}?`;
  if (group !== null && outside !== null) {
    return outside.startsWith(`${group}.`)
      ? `Inside ${group}: (…) write ${outside.slice(group.length + 1)}.`
      : `${outside} isn't part of ${group}: close the parenthesis before it.`;
  }
  const longer = names.find((name) => name.toLowerCase().endsWith(`.${piece.toLowerCase()}`));
  return longer === undefined ? `Tokens are ${enumerate(names)}.` : `Did you mean ${longer}?`;
}

const ASKED: { readonly [O in Catalog.Operator]: string } = {
  equals: "asked for a single value",
  list: "asked for one of several values",
  order: "compared with < <= > >=",
  range: "asked for a range",
  wildcard: "asked with a *",
  null: "asked whether it has a value",
};

function forms(name: string, allowed: readonly Catalog.Operator[], example: string): string {
  const all: { readonly [O in Catalog.Operator]: string | null } = {
    equals: `${name}: ${example}`,
    list: `${name}: [${example}, …]`,
    order: `${name} > ${example}`,
    range: `${name}: [${example} .. …]`,
    wildcard: null,
    null: `${name} is null`,
  };
  const written = allowed.flatMap((operator) => all[operator] ?? []).join(", or ");
  return allowed.includes("order") || allowed.includes("range")
    ? written
    : `${written}; < <= > >= and ranges are for numbers, sizes, dates, versions and addresses`;
}

function unsupportedWildcard(
  { piece, shown }: About,
  { name, example }: Diagnostic.Details["unsupported-wildcard"],
): Words {
  if (name !== null) {
    const hint =
      piece === "*"
        ? `For any value write ${name}: * alone; a range has two ends.`
        : `Write a whole value, such as ${name}: ${example}.`;
    return [`A * can't be used with ${name}.`, hint];
  }
  if (/^\*+$/.test(piece)) {
    return [`${shown} can't stand here.`, "For any value write token: * alone; a * that is searched for needs quotes."];
  }
  const regex = /^\/.*\/\w*$/.test(piece) ? "There are no regular expressions: write" : "Write";
  return [
    `A * can stand only at the beginning or the end of a value, not as in ${shown}.`,
    `${regex} win*, *win or *win*; a * that is searched for needs quotes.`,
  ];
}

function searchWildcard(piece: string): string {
  if (piece === "*") return "For what has a value write token: *.";
  const word = /^([^*\s]+)\*$/.exec(piece)?.[1];
  return word === undefined
    ? "Write token: win*, token: *win or token: *win*; without a token the last word may be a beginning as it is."
    : `Write ${word} without the *, which finds words that begin so, or token: ${piece}.`;
}

const noSearchableWords = (text: string): string =>
  text.includes("`") || visible(text) !== text
    ? "Write words, letters or digits."
    : `To look for it as a whole value, character for character, write it in backticks: \`${text}\`.`;

function invalidNumber(piece: string): string {
  return /^\d+,\d+$/.test(piece)
    ? `Write ${piece.replace(",", ".")} with a point; several numbers are a list: [${piece.replace(",", ", ")}].`
    : "Write digits with an optional sign and decimal point, such as 5 or -0.5.";
}

function invalidDate(text: string): string {
  const amount = /^(\d+) ?(second|minute|hour|day|week|month|year)s?(?: ago)?$/i.exec(text);
  if (amount !== null) {
    const [, digits, unit = ""] = amount;
    return `Write now-${digits}${/^month/i.test(unit) ? "M" : unit.charAt(0).toLowerCase()}.`;
  }
  if (/^now ?[+-] ?\d+$/i.test(text)) return `Add a unit, such as ${text}d: s, m (minute), h, d, w, M (month) or y.`;
  return "Write a year, month or day (2024-07-31), a UTC time (2024-07-31T12:00Z), or a time from now: now-7d, in s, m (minute), h, d, w, M (month), y.";
}

/** The condition that was meant by a token's name and words behind it. */
function condition(name: string, piece: string): string {
  const [word = "", ...more] = piece.trim().split(/\s+/).slice(1);
  const foreign = FOREIGN_WORDS.get(word.toLowerCase());
  return foreign === undefined ? `${name}: ${visible([word, ...more].join(" "))}` : name + foreign;
}

/** Longest list of names or values spelled out in one hint. */
const HINT_NAMES_MAX = 12;

/** `a, b, c and 3 more`. */
function enumerate(names: readonly string[]): string {
  const shown = names.slice(0, HINT_NAMES_MAX).join(", ");
  return names.length > HINT_NAMES_MAX ? `${shown} and ${names.length - HINT_NAMES_MAX} more` : shown;
}
