/**
 * Values with their meaning, and how the text of a literal is read as a value of a token's type.
 *
 * Values that have an order name a piece of it between two cuts (see Cut): a day its milliseconds, `2.1*` every version that
 * begins so, a CIDR block its addresses, a number itself. One rule then serves all of them: `token: v` is between v's
 * cuts, `<` before its low cut, `<=` before its high one, `[a .. b]` from a's low to b's high, `(a .. b)` from a's high to
 * b's low.
 */
import type * as Ast from "./Ast.ts";
import * as Catalog from "./Catalog.ts";
import * as Cut from "./Cut.ts";
import * as FullText from "./FullText.ts";
import * as IpAddress from "./IpAddress.ts";
import * as Moment from "./Moment.ts";
import { nearest } from "./Nearest.ts";
import * as Result from "./Result.ts";
import { fault, plainFault, type ValueFault } from "./ValueFault.ts";
import * as Version from "./Version.ts";

/** All words, in any order; the last may be the beginning of a word. Words are folded (see FullText). */
export interface Words {
  readonly _tag: "Words";
  readonly words: readonly string[];
}

/** The words side by side, in this order; the last may be the beginning of a word. */
export interface Phrase {
  readonly _tag: "Phrase";
  readonly words: readonly string[];
}

/** The folded value is, begins with, ends with or contains the folded text. */
export interface Pattern {
  readonly _tag: "Whole" | "StartsWith" | "EndsWith" | "Contains";
  readonly text: string;
}

/** A number; of a size, bytes. */
export interface Numeric {
  readonly _tag: "Numeric";
  readonly value: number;
}

export interface Flag {
  readonly _tag: "Flag";
  readonly value: boolean;
}

/** A value of an enum. */
export interface Member {
  readonly _tag: "Member";
  readonly value: string;
  readonly rank: number;
}

export interface VersionValue {
  readonly _tag: "Version";
  readonly key: string;
  /** All versions that begin with its components. */
  readonly isPrefix: boolean;
}

export interface IpValue {
  readonly _tag: "Ip";
  readonly block: IpAddress.Block;
}

/** A value of a type that has an order. */
export type Ordered = Numeric | Moment.Moment | VersionValue | IpValue;

export type Value = Words | Phrase | Pattern | Flag | Member | Ordered;

type Read = Result.Result<readonly Value[], ValueFault>;

/** Reads a literal as a value of a token; as several where an enum's members are chosen by a wildcard. */
export function read(token: Catalog.Token, literal: Ast.Literal): Read {
  const isWildcard = literal._tag === "Bare" && literal.text.includes("*");
  if (isWildcard && !Catalog.isAllowed(token, "wildcard")) {
    return fault("unsupported-wildcard", { name: token.name, example: token.example });
  }
  switch (token.type) {
    case "text":
      return literal._tag === "Exact" || isWildcard ? readPattern(literal) : readWords(literal);
    case "keyword":
      return readPattern(literal);
    case "uuid":
      return readUuid(literal.text, isWildcard);
    case "enum":
      return readMembers(token, literal);
    case "number":
      return one(readNumber(literal.text));
    case "size":
      return one(readSize(literal.text));
    case "date":
      return one(Moment.parse(literal.text));
    case "boolean":
      return one(readFlag(literal.text));
    case "version":
      return one(readVersion(literal.text, isWildcard));
    case "ip":
      return one(readIp(literal.text, isWildcard));
  }
}

/** Text without a token, as it is looked for in text tokens. */
export function readSearch(literal: Ast.Literal): Result.Result<Words | Phrase | Pattern, ValueFault> {
  if (literal._tag === "Exact") return Result.ok({ _tag: "Whole", text: FullText.fold(literal.text) });
  if (literal._tag === "Bare" && literal.text.includes("*")) return plainFault("search-wildcard");
  const found = readWords(literal);
  return found.ok ? Result.ok(found.value[0] as Words | Phrase) : found;
}

export const isOrdered = (value: Value): value is Ordered => {
  const { _tag } = value;
  return _tag === "Numeric" || _tag === "Relative" || _tag === "Interval" || _tag === "Version" || _tag === "Ip";
};

/** What a value covers of its type's order. */
export function extentOf(value: Ordered): Cut.Extent {
  switch (value._tag) {
    case "Numeric":
      return Cut.point(value.value);
    case "Interval":
      return { low: Cut.before(value.from), high: Cut.before(value.until) };
    case "Relative":
      return Cut.point(value);
    case "Version":
      return value.isPrefix
        ? { low: Cut.before(value.key), high: Cut.before(value.key + Version.KEY_TOP) }
        : Cut.point(value.key);
    case "Ip":
      return { low: Cut.before(value.block.from), high: Cut.after(value.block.to) };
  }
}

const one = (value: Result.Result<Value, ValueFault>): Read => (value.ok ? Result.ok([value.value]) : value);

function readWords({ _tag, text }: Ast.Literal): Read {
  const words = FullText.words(text);
  if (words.length === 0) return plainFault("no-searchable-words");
  // A phrase of one word says what the word says.
  return Result.ok([{ _tag: _tag === "Phrase" && words.length > 1 ? "Phrase" : "Words", words }]);
}

function readPattern({ _tag, text }: Ast.Literal): Read {
  if (_tag !== "Bare") return Result.ok([{ _tag: "Whole", text: FullText.fold(text) }]);
  const isOpenStart = text.startsWith("*");
  const isOpenEnd = text.endsWith("*");
  const middle = FullText.fold(text.slice(isOpenStart ? 1 : 0, isOpenEnd ? -1 : undefined));
  if (middle === "" || middle.includes("*")) return fault("unsupported-wildcard", { name: null, example: "" });
  if (isOpenStart) return Result.ok([{ _tag: isOpenEnd ? "Contains" : "EndsWith", text: middle }]);
  return Result.ok([{ _tag: isOpenEnd ? "StartsWith" : "Whole", text: middle }]);
}

const UUID_CHARACTERS = 36;

function readUuid(text: string, isWildcard: boolean): Read {
  const digits = (isWildcard ? text.replace(/\*$/, "") : text).toLowerCase();
  if (!/^[0-9a-f][0-9a-f-]*$/.test(digits) || digits.length > UUID_CHARACTERS) {
    return plainFault("invalid-uuid");
  }
  return Result.ok([{ _tag: digits.length === UUID_CHARACTERS ? "Whole" : "StartsWith", text: digits }]);
}

function readMembers({ name, values }: Catalog.EnumToken, literal: Ast.Literal): Read {
  const pattern = readPattern(literal);
  if (!pattern.ok) return pattern;
  const members = values.map((value, rank): Member => ({ _tag: "Member", value, rank }));
  const chosen = members.filter(({ value }) => hasPattern(pattern.value[0] as Pattern, FullText.fold(value)));
  return chosen.length > 0
    ? Result.ok(chosen)
    : fault("unknown-enum-value", { name, near: nearest(literal.text, values), values });
}

/** Whether a folded value is, begins with, ends with or contains the pattern's text. */
export function hasPattern({ _tag, text }: Pattern, folded: string): boolean {
  switch (_tag) {
    case "Whole":
      return folded === text;
    case "StartsWith":
      return folded.startsWith(text);
    case "EndsWith":
      return folded.endsWith(text);
    case "Contains":
      return folded.includes(text);
  }
}

const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** A decimal number; whole numbers only as far as they are exact (2^53 - 1), so that equality is what it says. */
function readNumber(text: string): Result.Result<Numeric, ValueFault> {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(number) ? plainFault("invalid-number") : exactly(number);
}

const SIZE = /^(\d+(?:\.\d+)?)\s*(?:(b|bytes?)|([kmgtp])(?:i?b)?)?$/i;
const SIZE_UNITS = "kmgtp";
const SIZE_STEP = 1_024;

/** Bytes, with a unit or without; each unit is 1,024 of the one before. */
function readSize(text: string): Result.Result<Numeric, ValueFault> {
  const parts = SIZE.exec(text);
  if (parts === null) return plainFault("invalid-size");
  const power = parts[3] === undefined ? 0 : SIZE_UNITS.indexOf(parts[3].toLowerCase()) + 1;
  return exactly(Number(parts[1]) * SIZE_STEP ** power);
}

const exactly = (value: number): Result.Result<Numeric, ValueFault> =>
  // Adding 0 turns -0 into 0.
  Math.abs(value) > Number.MAX_SAFE_INTEGER
    ? plainFault("number-too-large")
    : Result.ok({ _tag: "Numeric", value: value + 0 });

/** `true` or `false` in any case. */
function readFlag(text: string): Result.Result<Flag, ValueFault> {
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "false") return Result.ok({ _tag: "Flag", value: lower === "true" });
  return plainFault("invalid-boolean");
}

function readVersion(written: string, isWildcard: boolean): Result.Result<VersionValue, ValueFault> {
  const isPrefix = isWildcard && written.endsWith("*");
  const text = isPrefix ? written.slice(0, -1).replace(/\.$/, "") : written;
  const key = isPrefix ? Version.prefixKey(text) : Version.key(text);
  if (key === null || key === "" || text.includes("*")) return plainFault("invalid-version");
  return Result.ok({ _tag: "Version", key, isPrefix });
}

function readIp(text: string, isWildcard: boolean): Result.Result<IpValue, ValueFault> {
  const block = text.includes("*") === isWildcard ? IpAddress.block(text) : null;
  return block === null ? plainFault("invalid-ip") : Result.ok({ _tag: "Ip", block });
}
