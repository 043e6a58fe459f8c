/**
 * Hours of the week in which nothing is sent and nothing starts, on each asset's own clock (WIN-05).
 *
 * An instant lies in a blackout when the clock on the wall shows a time in it. So a blackout is an hour longer on the night
 * that clocks go back over, and one that lies in a gap isn't there that day. What runs over midnight belongs to the day it
 * begins on: Thursday 23:00 to 01:00 is over on Friday at 01:00, whatever is said of Fridays.
 */
import * as Calendar from "./Calendar.ts";
import * as Instant from "./Instant.ts";
import type * as Interval from "./Interval.ts";
import * as IntervalSet from "./IntervalSet.ts";
import * as Limits from "./Limits.ts";
import { fail, ok, type Result } from "./Result.ts";
import * as TimeZone from "./TimeZone.ts";

/** On these weekdays from a time of day to another: minutes from midnight. An end at or before the start is on the next day. */
export type Blackout = {
  readonly weekdays: readonly Calendar.Weekday[];
  /** 0 to 1439. */
  readonly fromMinute: number;
  /** 1 to 1440; 1440 is midnight at the day's end. */
  readonly toMinute: number;
};

/** It isn't hours of a week; `path` says where. */
export type InvalidBlackout = {
  readonly _tag: "InvalidBlackout";
  readonly rule: "WIN-05";
  readonly path: string;
  readonly message: string;
};

/**
 * A blackout from what a host's user entered.
 *
 * @example Blackout.make({ weekdays: [1, 2, 3, 4, 5], fromMinute: 8 * 60, toMinute: 18 * 60 }) // office hours
 */
export const make = (blackout: Blackout): Result<Blackout, InvalidBlackout> => {
  const { weekdays, fromMinute, toMinute } = blackout;
  if (weekdays.length === 0 || !weekdays.every((each) => isWithin(each, 1, Calendar.DAYS_A_WEEK))) {
    return refuse("weekdays", "Choose weekdays, as numbers from 1, Monday, to 7, Sunday.");
  }
  if (!isWithin(fromMinute, 0, DAY_MINUTES - 1))
    return refuse("fromMinute", "It begins at minute 0 to 1439 of the day.");
  if (!isWithin(toMinute, 1, DAY_MINUTES)) return refuse("toMinute", "It ends at minute 1 to 1440 of the day.");
  return ok({ weekdays: [...new Set(weekdays)].sort((a, b) => a - b), fromMinute, toMinute });
};

/** The instants of blackouts in a zone, as far as they lie in an interval with an end. */
export const within = (
  blackouts: readonly Blackout[],
  zone: TimeZone.TimeZone,
  interval: { readonly start: Instant.Instant; readonly end: Instant.Instant },
): IntervalSet.IntervalSet => {
  const found: Interval.Interval[] = [];
  // A day more on either side: what began yesterday, and clocks that differ from UTC's by up to one.
  const first = Math.floor(interval.start / Calendar.DAY_MILLISECONDS) - 2;
  const last = Math.floor(interval.end / Calendar.DAY_MILLISECONDS) + 1;
  for (let day = first; day <= last; day++) {
    const weekday = Calendar.weekdayOf(day);
    for (const { weekdays, fromMinute, toMinute } of blackouts) {
      if (!weekdays.includes(weekday)) continue;
      const from = day * Calendar.DAY_MILLISECONDS + fromMinute * Calendar.MINUTE_MILLISECONDS;
      found.push(...TimeZone.shownBetween(zone, from, from + lengthOf(fromMinute, toMinute)));
    }
  }
  return IntervalSet.intersection(IntervalSet.of(found), [interval]);
};

/** The first instant from one on that lies in none of them; null where they leave none in a year, so cover the whole week. */
export const firstOutside = (
  blackouts: readonly Blackout[],
  zone: TimeZone.TimeZone,
  from: Instant.Instant,
): Instant.Instant | null => {
  const horizon = Instant.held(from + Limits.MAX_LOOK_AHEAD_MILLISECONDS);
  // Week by week: nearly always the first has a free hour.
  for (let start = from; start < horizon; start = Instant.held(start + WEEK_MILLISECONDS)) {
    const week = { start, end: Instant.held(start + WEEK_MILLISECONDS) };
    const [free] = IntervalSet.complement(within(blackouts, zone, week), week);
    if (free !== undefined) return free.start;
  }
  return null;
};

/** True if the clock on the wall shows a time in one of them. */
export const isIn = (blackouts: readonly Blackout[], zone: TimeZone.TimeZone, instant: Instant.Instant): boolean =>
  isLocalIn(blackouts, instant + TimeZone.offsetAt(zone, instant));

/** {@link isIn} of a local time, in milliseconds as if in UTC. */
export const isLocalIn = (blackouts: readonly Blackout[], local: number): boolean => {
  const day = Math.floor(local / Calendar.DAY_MILLISECONDS);
  const time = local - day * Calendar.DAY_MILLISECONDS;
  const [today, yesterday] = [Calendar.weekdayOf(day), Calendar.weekdayOf(day - 1)];
  return blackouts.some(({ weekdays, fromMinute, toMinute }) => {
    const from = fromMinute * Calendar.MINUTE_MILLISECONDS;
    const end = from + lengthOf(fromMinute, toMinute);
    return (
      (time >= from && time < end && weekdays.includes(today)) ||
      (time + Calendar.DAY_MILLISECONDS < end && weekdays.includes(yesterday))
    );
  });
};

/** Milliseconds on the clock; the same time of day twice is a whole day. */
const lengthOf = (fromMinute: number, toMinute: number): number =>
  (toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + DAY_MINUTES) * Calendar.MINUTE_MILLISECONDS;

const DAY_MINUTES = Limits.DAY_MINUTES;
const WEEK_MILLISECONDS = Calendar.DAYS_A_WEEK * Calendar.DAY_MILLISECONDS;

const refuse = (path: string, message: string): Result<never, InvalidBlackout> =>
  fail({ _tag: "InvalidBlackout", rule: "WIN-05", path, message });

const isWithin = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;
