/**
 * Values with their meaning, and how the text of a literal is read as a number, a date or a boolean.
 *
 * Dates are instants in milliseconds since 1970-01-01T00:00Z. A date literal is the half-open interval it names: a day
 * is all of that day in UTC, a timestamp is its one millisecond.
 */
import * as Result from "./Result.ts";

/** All words, in any order; the last may be the beginning of a word. Words are folded (see FullText). */
export interface Words {
  readonly _tag: "Words";
  readonly words: readonly string[];
}

/** The words side by side, in this order; the last may be the beginning of a word. At least two. */
export interface Phrase {
  readonly _tag: "Phrase";
  readonly words: readonly string[];
}

/** The whole value, character for character. */
export interface Exact {
  readonly _tag: "Exact";
  readonly text: string;
}

/** The value begins so, character for character. */
export interface Prefix {
  readonly _tag: "Prefix";
  readonly text: string;
}

/** What may be asked of a `text` token. */
export type Text = Words | Phrase | Exact;

/** What may be asked of a `keyword` token. */
export type Keyword = Exact | Prefix;

/** From `from` up to, not including, `until`; epoch milliseconds. */
export interface Interval {
  readonly from: number;
  readonly until: number;
}

/** Why a literal cannot be read as the type of its token, and how to write it. */
export interface Fault {
  readonly message: string;
  readonly hint: string;
}

const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIMESTAMP = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(?:Z|([+-])(\d\d):?(\d\d))?$/i;

const MILLISECONDS_A_MINUTE = 60_000;
const MILLISECONDS_A_DAY = 86_400_000;
/** Years of four digits without a leading zero, so that the printed form is always read back as the same instant. */
const MIN_INSTANT = /* @__PURE__ */ Date.UTC(1000, 0, 1);
const MAX_INSTANT = /* @__PURE__ */ Date.UTC(10_000, 0, 1) - 1;

/** A decimal number; whole numbers only as far as they are exact (2^53 - 1), so that equality is what it says. */
export function parseNumber(text: string): Result.Result<number, Fault> {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number)) {
    return fault(
      `"${text}" is not a number.`,
      "Write digits with an optional sign and decimal point, such as 5 or -0.5.",
    );
  }
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER) {
    return fault(`"${text}" is too large to be compared exactly.`, `Stay within ±${Number.MAX_SAFE_INTEGER}.`);
  }
  // Adding 0 turns -0 into 0.
  return Result.ok(number + 0);
}

/** `true` or `false` in any case. */
export function parseBoolean(text: string): Result.Result<boolean, Fault> {
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "false") return Result.ok(lower === "true");
  return fault(`"${text}" is neither true nor false.`, "Write true or false.");
}

/** `YYYY-MM-DD`, or an ISO 8601 timestamp; UTC unless an offset is written. Years 1000 to 9999. */
export function parseDate(text: string): Result.Result<Interval, Fault> {
  const day = dayStart(text);
  const from = day ?? instant(text);
  if (from === null) {
    return fault(`"${text}" is not a date.`, "Write a day, 2024-07-31, or a UTC time, 2024-07-31T12:00:00Z.");
  }
  if (!(from >= MIN_INSTANT && from <= MAX_INSTANT)) {
    return fault(
      `"${text}" is not in the calendar.`,
      "Check month, day, hour and minute; years run from 1000 to 9999.",
    );
  }
  return Result.ok({ from, until: from + (day === null ? 1 : MILLISECONDS_A_DAY) });
}

/** The text `parseDate` reads as this interval: a day, or a timestamp with milliseconds. */
export function printDate(interval: Interval): string {
  const text = new Date(interval.from).toISOString();
  return interval.until - interval.from === MILLISECONDS_A_DAY ? text.slice(0, text.indexOf("T")) : text;
}

/** First millisecond of a `YYYY-MM-DD` day; null if not of that form, NaN if there is no such day. */
function dayStart(text: string): number | null {
  const parts = DATE.exec(text);
  if (parts === null) return null;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const start = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC rolls 02-30 over to March and takes years below 100 for 19xx.
  return start.getUTCFullYear() === year && start.getUTCMonth() === month - 1 ? start.getTime() : Number.NaN;
}

/** Milliseconds of a timestamp; null if not of that form, NaN if there is no such time. */
function instant(text: string): number | null {
  const parts = TIMESTAMP.exec(text);
  if (parts === null) return null;
  const [, date = "", hour, minute, second = "0", fraction = "0", sign, offsetHour = "0", offsetMinute = "0"] = parts;
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  const isOffset = Number(offsetHour) < 24 && Number(offsetMinute) < 60;
  const start = dayStart(date);
  if (!isTime || !isOffset || start === null) return Number.NaN;
  const minutes = Number(hour) * 60 + Number(minute);
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === "-" ? -1 : 1);
  const milliseconds = Number(second) * 1000 + Number(fraction.padEnd(3, "0"));
  return start + (minutes - offset) * MILLISECONDS_A_MINUTE + milliseconds;
}

const fault = (message: string, hint: string): Result.Result<never, Fault> => Result.err({ message, hint });
