/**
 * An exact length of time in whole milliseconds; negative lengths are allowed (an offset west of Greenwich is one).
 *
 * There are no months and no calendar days here: `days(1)` is always 24 hours.
 */
import { DAY_MILLISECONDS, HOUR_MILLISECONDS, MINUTE_MILLISECONDS, SECOND_MILLISECONDS } from "./Calendar.ts";
import * as Limits from "./Limits.ts";
import { fail, ok, type Result } from "./Result.ts";

declare const brand: unique symbol;

/** Whole milliseconds. A plain number at run time. */
export type Duration = number & { readonly [brand]: "Duration" };

/** The value isn't a whole number of milliseconds, or is longer than all of time. */
export type InvalidDuration = {
  readonly _tag: "InvalidDuration";
  readonly value: number;
  readonly limitMilliseconds: number;
  readonly message: string;
};

/** The longest length, either way: from the earliest to the latest instant. */
export const MAX_MILLISECONDS: number = Limits.LATEST_INSTANT_MILLISECONDS - Limits.EARLIEST_INSTANT_MILLISECONDS;

/** A length from milliseconds that come from outside. */
export const of = (milliseconds: number): Result<Duration, InvalidDuration> => {
  // `+ 0` makes -0 into 0: the two print, compare and hash differently.
  if (Number.isInteger(milliseconds) && Math.abs(milliseconds) <= MAX_MILLISECONDS) {
    return ok((milliseconds + 0) as Duration);
  }
  return fail({
    _tag: "InvalidDuration",
    value: milliseconds,
    limitMilliseconds: MAX_MILLISECONDS,
    message: `${milliseconds} is not a duration: give whole milliseconds between -${MAX_MILLISECONDS} and ${MAX_MILLISECONDS}.`,
  });
};

/** A length from milliseconds known to be good; a `RangeError` tells of a bug in the caller. */
export const milliseconds = (count: number): Duration => {
  const made = of(count);
  if (!made.ok) throw new RangeError(made.error.message);
  return made.value;
};

export const seconds = (count: number): Duration => milliseconds(count * SECOND_MILLISECONDS);
export const minutes = (count: number): Duration => milliseconds(count * MINUTE_MILLISECONDS);
export const hours = (count: number): Duration => milliseconds(count * HOUR_MILLISECONDS);

/** Days of exactly 24 hours, not of the calendar. */
export const days = (count: number): Duration => milliseconds(count * DAY_MILLISECONDS);

/** No time at all. */
export const zero: Duration = milliseconds(0);

/** `-1`, `0` or `1`, for sorting. */
export const compare = (self: Duration, other: Duration): -1 | 0 | 1 => (self < other ? -1 : self > other ? 1 : 0);
