/**
 * The Gregorian calendar without zones: year-month-day and time of day ↔ days and milliseconds counted from 1970-01-01,
 * as if in UTC. Plain integer arithmetic: nothing here depends on the zone of the host, or makes a `Date`.
 *
 * A *day* is the number of days since 1970-01-01, a Thursday; days before it are negative.
 */
import type { WallTime } from "./WallTime.ts";

export const SECOND_MILLISECONDS = 1000;
export const MINUTE_MILLISECONDS: number = 60 * SECOND_MILLISECONDS;
export const HOUR_MILLISECONDS: number = 60 * MINUTE_MILLISECONDS;
export const DAY_MILLISECONDS: number = 24 * HOUR_MILLISECONDS;

export const MONTHS_A_YEAR = 12;
export const DAYS_A_WEEK = 7;

/** Days of the week, as ISO 8601 has them: Monday is 1, Sunday 7. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** A month as the number of months since year 0: `year * 12 + month - 1`. */
export type MonthIndex = number;

/** Do the fields name a day of the calendar and a time of the day (whole numbers, no 24:00, no leap second)? */
export const isReal = (wall: WallTime): boolean =>
  isWithin(wall.year, 1, 9999) &&
  isWithin(wall.month, 1, 12) &&
  isWithin(wall.day, 1, daysInMonth(wall.year, wall.month)) &&
  isWithin(wall.hour, 0, 23) &&
  isWithin(wall.minute, 0, 59) &&
  isWithin(wall.second, 0, 59);

export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** 28 to 31; `month` is 1 to 12. */
export const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};

/**
 * The day of a date, from year 1 on. Years are counted from March, so that the leap day comes last and the months before it
 * follow one pattern of five: 31 30 31 30 31. Whole numbers are kept to 32 bits, which the processor divides several times
 * faster.
 */
export const dayOf = (year: number, month: number, day: number): number => {
  const shifted = month < 3 ? year - 1 : year;
  const monthsFromMarch = month < 3 ? month + 9 : month - 3;
  const leapDays = (shifted >> 2) - ((shifted / 100) | 0) + ((shifted / 400) | 0);
  return shifted * 365 + leapDays + (((monthsFromMarch * 153 + 2) / 5) | 0) + day - 1 - DAYS_BEFORE_1970;
};

/**
 * The date of a day from year 0 on. Years are counted from March again; each division names the period (century, year,
 * month) that a day lies in, by the days of 400 years and of four. A month has 30.61 days, or 65,536 / 2141, so its number and
 * the day in it come out of one product. Divisors are written out: a division by a known number is done as a product.
 */
export const dateOf = (day: number): { readonly year: number; readonly month: number; readonly day: number } => {
  const quarters = (4 * (day + DAYS_BEFORE_1970) + 3) | 0;
  const century = (quarters / 146_097) | 0;
  const inCentury = (quarters - century * 146_097) | 3;
  const year = (inCentury / 1461) | 0;
  const inYear = (inCentury - year * 1461) >> 2;
  const months = (2141 * inYear + 197_913) | 0;
  const isNextYear = inYear >= DAYS_FROM_MARCH;
  return {
    year: century * 100 + year + (isNextYear ? 1 : 0),
    month: (months >> 16) - (isNextYear ? MONTHS_A_YEAR : 0),
    day: (((months & 0xffff) / 2141) | 0) + 1,
  };
};

/** The month that a day lies in. */
export const monthOf = (day: number): MonthIndex => {
  const { year, month } = dateOf(day);
  return year * MONTHS_A_YEAR + month - 1;
};

/** The first day of a month. */
export const firstDayOf = (month: MonthIndex): number =>
  dayOf((month / MONTHS_A_YEAR) | 0, (month % MONTHS_A_YEAR) + 1, 1);

/** The day of the week of a day. */
export const weekdayOf = (day: number): Weekday => (modulo(day + 3, DAYS_A_WEEK) + 1) as Weekday;

/** The milliseconds from 1970-01-01T00:00:00 to these fields, both read in one and the same offset. */
export const millisecondsOf = ({ year, month, day, hour, minute, second }: WallTime): number =>
  dayOf(year, month, day) * DAY_MILLISECONDS + timeOfDay(hour, minute, second);

/** The inverse of `millisecondsOf`; parts of a second are dropped. */
export const fieldsOf = (milliseconds: number): WallTime => {
  const days = Math.floor(milliseconds / DAY_MILLISECONDS);
  const seconds = ((milliseconds - days * DAY_MILLISECONDS) / 1000) | 0;
  const minutes = (seconds / 60) | 0;
  const hour = (minutes / 60) | 0;
  const { year, month, day } = dateOf(days);
  return { year, month, day, hour, minute: minutes - hour * 60, second: seconds - minutes * 60 };
};

/** Milliseconds from midnight. */
export const timeOfDay = (hour: number, minute: number, second = 0): number =>
  ((hour * 60 + minute) * 60 + second) * SECOND_MILLISECONDS;

/** The remainder that is never negative. */
export const modulo = (value: number, by: number): number => value - Math.floor(value / by) * by;

/** Of the ten months from March to December. */
const DAYS_FROM_MARCH = 306;
/** From 0000-03-01 to 1970-01-01. */
const DAYS_BEFORE_1970 = 719_468;

const isWithin = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;
