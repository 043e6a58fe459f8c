/**
 * A point on the time line, the same everywhere: whole milliseconds since 1970-01-01T00:00:00Z.
 *
 * An instant always lies in the years 1970–9999 (UTC); what would leave them is refused, or with `add` held at the limit.
 * It knows no zone: what a clock on a wall shows is `TimeZone.wallAt`.
 */
import * as Calendar from "./Calendar.ts";
import type { Duration } from "./Duration.ts";
import * as Limits from "./Limits.ts";
import { fail, ok, type Result } from "./Result.ts";

declare const brand: unique symbol;

/** Whole milliseconds since the epoch. A plain number at run time. */
export type Instant = number & { readonly [brand]: "Instant" };

/** The value isn't an instant of the years 1970–9999; `message` says what would be one. */
export type InvalidInstant = {
  readonly _tag: "InvalidInstant";
  readonly value: number | string;
  readonly message: string;
};

/** An instant from milliseconds that come from outside. */
export const of = (milliseconds: number): Result<Instant, InvalidInstant> => {
  if (!Number.isInteger(milliseconds))
    return refuse(milliseconds, "give whole milliseconds since 1970-01-01T00:00:00Z");
  const inside =
    milliseconds >= Limits.EARLIEST_INSTANT_MILLISECONDS && milliseconds <= Limits.LATEST_INSTANT_MILLISECONDS;
  return inside
    ? ok((milliseconds + 0) as Instant)
    : refuse(milliseconds, "it must lie in the years 1970 to 9999 (UTC)");
};

/** An instant from milliseconds known to be good; a `RangeError` tells of a bug in the caller. */
export const at = (milliseconds: number): Instant => {
  const made = of(milliseconds);
  if (!made.ok) throw new RangeError(made.error.message);
  return made.value;
};

/**
 * An instant from ISO 8601 text with `Z` or an offset: `YYYY-MM-DDTHH:mm[:ss[.sss]](Z|±HH:mm)`. Text without an offset is
 * a wall time, and refused here; so are leap seconds and parts finer than a millisecond, which would be lost.
 *
 * @example Instant.parse("2026-03-08T02:30:00-05:00") // ok, 07:30 UTC
 */
export const parse = (iso: string): Result<Instant, InvalidInstant> => {
  const groups = ISO_PATTERN.exec(iso)?.groups;
  if (groups === undefined) return refuse(iso, "write it as 2026-03-08T07:30:00Z, or with an offset such as +05:30");
  const number = (name: string): number => Number(groups[name] ?? 0);
  const wall = {
    year: number("year"),
    month: number("month"),
    day: number("day"),
    hour: number("hour"),
    minute: number("minute"),
    second: number("second"),
  };
  if (!Calendar.isReal(wall)) return refuse(iso, "there is no such day or time of day");
  const offset = (number("offsetHour") * 60 + number("offsetMinute")) * Calendar.MINUTE_MILLISECONDS;
  const fraction = Number((groups.fraction ?? "").padEnd(3, "0"));
  const local = Calendar.millisecondsOf(wall) + fraction;
  const made = of(groups.sign === "-" ? local + offset : local - offset);
  return made.ok ? made : refuse(iso, "it must lie in the years 1970 to 9999 (UTC)");
};

/** ISO 8601 in UTC, always with milliseconds: `2026-03-08T07:30:00.000Z`. `parse` takes it back to the same instant. */
export const toIso = (self: Instant): string => new Date(self).toISOString();

/** The instant `duration` later (earlier, if it is negative), held at the earliest or the latest instant. */
export const add = (self: Instant, duration: Duration): Instant => held(self + duration);

/** The instant at whole milliseconds, or the earliest or the latest one where they lie outside. */
export const held = (milliseconds: number): Instant => Math.min(Math.max(milliseconds, earliest), latest) as Instant;

/** From `self` to `other`: negative when `other` comes first. */
export const until = (self: Instant, other: Instant): Duration => (other - self) as Duration;

/** `-1`, `0` or `1`, for sorting. */
export const compare = (self: Instant, other: Instant): -1 | 0 | 1 => (self < other ? -1 : self > other ? 1 : 0);

export const max = (self: Instant, other: Instant): Instant => (self < other ? other : self);
export const min = (self: Instant, other: Instant): Instant => (self < other ? self : other);

/** 1970-01-01T00:00:00.000Z. */
export const earliest: Instant = at(Limits.EARLIEST_INSTANT_MILLISECONDS);

/** 9999-12-31T23:59:59.999Z. */
export const latest: Instant = at(Limits.LATEST_INSTANT_MILLISECONDS);

const refuse = (value: number | string, how: string): { readonly ok: false; readonly error: InvalidInstant } =>
  fail({ _tag: "InvalidInstant", value, message: `${shown(value)} is not an instant: ${how}.` });

const shown = (value: number | string): string => (typeof value === "number" ? `${value}` : quoted(value));

const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

const ISO_PATTERN =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)T(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.(?<fraction>\d{1,3}))?)?(?:Z|(?<sign>[+-])(?<offsetHour>[01]\d|2[0-3]):(?<offsetMinute>[0-5]\d))$/;
