/**
 * The Gregorian calendar without zones: year-month-day and time of day ↔ milliseconds counted as if in UTC.
 *
 * Nothing here depends on the zone of the host: only the UTC half of `Date` is used.
 */
import type { WallTime } from "./WallTime.ts";

export const SECOND_MILLISECONDS = 1000;
export const MINUTE_MILLISECONDS: number = 60 * SECOND_MILLISECONDS;
export const HOUR_MILLISECONDS: number = 60 * MINUTE_MILLISECONDS;
export const DAY_MILLISECONDS: number = 24 * HOUR_MILLISECONDS;

/** Do the fields name a day of the calendar and a time of the day (whole numbers, no 24:00, no leap second)? */
export const isReal = (wall: WallTime): boolean =>
  within(wall.year, 1, 9999) &&
  within(wall.month, 1, 12) &&
  within(wall.day, 1, daysInMonth(wall.year, wall.month)) &&
  within(wall.hour, 0, 23) &&
  within(wall.minute, 0, 59) &&
  within(wall.second, 0, 59);

export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** 28 to 31; `month` is 1 to 12. */
export const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};

/** The milliseconds from 1970-01-01T00:00:00 to these fields, both read in one and the same offset. */
export const millisecondsOf = (wall: WallTime): number =>
  Date.UTC(wall.year + CYCLE_YEARS, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second) - CYCLE_MILLISECONDS;

/** The inverse of `millisecondsOf`; parts of a second are dropped. */
export const fieldsOf = (milliseconds: number): WallTime => {
  const date = new Date(milliseconds);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
};

// The calendar repeats after 400 years. `Date.UTC` takes the years 0–99 for 1900–1999; a cycle later it doesn't.
const CYCLE_YEARS = 400;
const CYCLE_MILLISECONDS = 146_097 * DAY_MILLISECONDS;

const within = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;
