/**
 * Dates in queries: what they name, in milliseconds since 1970-01-01T00:00Z.
 *
 * A written date is the half-open interval of its precision, in UTC: `2017` is all of that year, `2017-05-01` all of that
 * day, `2017-05-01T12:30` all of that minute. A relative date (`now-7d`) is one millisecond that moves with the clock.
 */
import * as Result from "./Result.ts";
import { plainFault, type ValueFault } from "./ValueFault.ts";

/** From `from` up to, not including, `until`. */
export interface Interval {
  readonly _tag: "Interval";
  readonly from: number;
  readonly until: number;
}

/** `amount` units after now; before, when negative. */
export interface Relative {
  readonly _tag: "Relative";
  readonly amount: number;
  readonly unit: Unit;
}

export type Moment = Interval | Relative;

/** second, minute, hour, day, week, month, year; a day is 24 hours, months and years are those of the UTC calendar. */
export type Unit = "s" | "m" | "h" | "d" | "w" | "M" | "y";

const MILLISECONDS: { readonly [U in Exclude<Unit, "M" | "y">]: number } = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const MONTHS_A_YEAR = 12;

/** Years of four digits without a leading zero, so that the printed form is always read back as the same instant. */
const MIN_INSTANT = /* @__PURE__ */ Date.UTC(1000, 0, 1);
const MAX_INSTANT = /* @__PURE__ */ Date.UTC(10_000, 0, 1) - 1;

/** Largest amount of a relative date. */
export const AMOUNT_MAX = 999_999;

/** And of years: past it every instant is out of the calendar, and soon out of what a clock can show. */
export const YEARS_MAX = 9_999;

/** The instant of a relative date for a clock that shows `now`. A month earlier than May 31 is April 30. */
export function instantOf({ amount, unit }: Relative, now: number): number {
  if (unit !== "M" && unit !== "y") return now + amount * MILLISECONDS[unit];
  const date = new Date(now);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + (unit === "y" ? amount * MONTHS_A_YEAR : amount);
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const dayStart = Math.floor(now / MILLISECONDS.d) * MILLISECONDS.d;
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + now - dayStart;
}

/**
 * A year, a month, a day, an ISO 8601 timestamp (UTC unless an offset is written), or `now` with an offset. Years 1000 to
 * 9999.
 */
export function parse(text: string): Result.Result<Moment, ValueFault> {
  const relative = RELATIVE.exec(text);
  if (relative !== null) return parseRelative(relative);
  const parts = ABSOLUTE.exec(text);
  if (parts === null) return plainFault("invalid-date");
  const interval = intervalOf(parts);
  if (interval === null || !(interval.from >= MIN_INSTANT && interval.until - 1 <= MAX_INSTANT)) {
    return plainFault("date-out-of-calendar");
  }
  return Result.ok(interval);
}

/** Below, at or above 0 as `a` is earlier, the same or later than `b` for every clock; null where it depends. */
export function compareRelative(a: Relative, b: Relative): number | null {
  if (a.unit === b.unit) return a.amount - b.amount;
  const isCalendar = [a.unit, b.unit].some((unit) => unit === "M" || unit === "y");
  return isCalendar ? null : instantOf(a, 0) - instantOf(b, 0);
}

/** The shortest text that `parse` reads as this moment. */
export function print(moment: Moment): string {
  if (moment._tag === "Relative") {
    const { amount, unit } = moment;
    return amount === 0 ? "now" : `now${amount < 0 ? "-" : "+"}${Math.abs(amount)}${unit}`;
  }
  const text = new Date(moment.from).toISOString();
  for (const { length, zone } of PRECISIONS) {
    const candidate = text.slice(0, length) + zone;
    const read = parse(candidate);
    if (read.ok && read.value._tag === "Interval" && isSame(read.value, moment)) return candidate;
  }
  return text;
}

const isSame = (a: Interval, b: Interval): boolean => a.from === b.from && a.until === b.until;

/** Lengths of an ISO timestamp up to year, month, day, minute and second. */
const PRECISIONS: readonly { readonly length: number; readonly zone: string }[] = [
  { length: 4, zone: "" },
  { length: 7, zone: "" },
  { length: 10, zone: "" },
  { length: 16, zone: "Z" },
  { length: 19, zone: "Z" },
];

const RELATIVE = /^now(?:\s*([+-])\s*(\d+)([a-z])?)?(.*)$/i;
const ABSOLUTE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(?:Z|([+-])(\d\d):?(\d\d))?)?)?)?$/i;

function parseRelative([, sign, digits = "0", letter, rest]: RegExpExecArray): Result.Result<Moment, ValueFault> {
  if (rest) return plainFault(rest.startsWith("/") ? "unsupported-rounding" : "invalid-date");
  const unit = sign === undefined ? "s" : unitOf(letter ?? "");
  if (unit === undefined) return plainFault("invalid-date");
  const amount = Number(digits);
  if (amount > (unit === "y" ? YEARS_MAX : AMOUNT_MAX)) return plainFault("date-out-of-calendar");
  return Result.ok({ _tag: "Relative", amount: sign === "-" ? 0 - amount : amount, unit: amount === 0 ? "s" : unit });
}

/** Only minute and month differ by letter case. */
const unitOf = (letter: string): Unit | undefined =>
  UNITS.find((each) => each === letter || (each === letter.toLowerCase() && each !== "m"));

const UNITS: readonly Unit[] = ["s", "m", "h", "d", "w", "M", "y"];

/** Null if there is no such date. */
function intervalOf([, ...parts]: RegExpExecArray): Interval | null {
  const [year, month, day, hour, minute, second, fraction, sign, offsetHour = "0", offsetMinute = "0"] = parts;
  const written = [year, month, day, hour, minute, second, fraction?.padEnd(3, "0")];
  const count = written.indexOf(undefined);
  const fields = written.slice(0, count < 0 ? written.length : count).map(Number);
  const from = utc(fields);
  // Date.UTC rolls 02-30 over to March and takes years below 100 for 19xx: what it answers must be what was written.
  const isReal = isWritten(new Date(from).toISOString(), written);
  if (!isReal || Number(offsetHour) >= 24 || Number(offsetMinute) >= 60) return null;
  const until = utc(fields.map((field, i) => (i === fields.length - 1 ? field + 1 : field)));
  const offset =
    (Number(offsetHour) * MILLISECONDS.h + Number(offsetMinute) * MILLISECONDS.m) * (sign === "-" ? -1 : 1);
  return { _tag: "Interval", from: from - offset, until: until - offset };
}

const utc = ([year = 0, month = 1, day, ...time]: readonly number[]): number =>
  Date.UTC(year, month - 1, day ?? 1, ...time);

const isWritten = (iso: string, written: readonly (string | undefined)[]): boolean =>
  written.every((part, i) => part === undefined || iso.split(/[-T:.Z]/)[i] === part);
