import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Calendar from "../src/Calendar.ts";
import { anyWall, patience, runs } from "./Arbitraries.ts";

/** The calendar as it is learned at school: the days of the months, and the leap day. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const lengthOf = (year: number, month: number): number => {
  const isLeap = year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0);
  return (DAYS[month - 1] ?? 0) + (month === 2 && isLeap ? 1 : 0);
};

describe("Calendar", patience, () => {
  it("turns days into dates and back, and knows their weekdays, on every day from year 1 to 9999", () => {
    // 0001-01-01 was a Monday.
    let [day, weekday] = [-719_162, 1];
    for (let year = 1; year <= 9999; year++) {
      for (let month = 1; month <= 12; month++) {
        const length = lengthOf(year, month);
        let isRight = Calendar.daysInMonth(year, month) === length;
        isRight &&= Calendar.firstDayOf(year * 12 + month - 1) === day;
        for (let date = 1; date <= length; date++) {
          const found = Calendar.dateOf(day);
          isRight &&= found.year === year && found.month === month && found.day === date;
          isRight &&= Calendar.dayOf(year, month, date) === day;
          isRight &&= Calendar.weekdayOf(day) === weekday;
          isRight &&= Calendar.monthOf(day) === year * 12 + month - 1;
          day += 1;
          weekday = weekday === 7 ? 1 : weekday + 1;
        }
        // One look a month: an expectation for each of 3.6 million days would take minutes.
        expect([year, month, isRight]).toEqual([year, month, true]);
      }
    }
    expect(Calendar.dateOf(0)).toEqual({ year: 1970, month: 1, day: 1 });
    expect(Calendar.weekdayOf(0)).toBe(4);
  });

  it("counts milliseconds as Date.UTC does, and reads them as a Date does", () => {
    fc.assert(
      fc.property(anyWall, fc.nat({ max: 999 }), (wall, fraction) => {
        const { year, month, day, hour, minute, second } = wall;
        const milliseconds = Calendar.millisecondsOf(wall);
        expect(milliseconds).toBe(Date.UTC(year, month - 1, day, hour, minute, second));
        expect(Calendar.fieldsOf(milliseconds + fraction)).toEqual(wall);
        expect(Calendar.timeOfDay(hour, minute, second)).toBe(Calendar.modulo(milliseconds, 86_400_000));
      }),
      runs(10_000),
    );
  });

  it("reads days before 1970, as a search that steps outside the limits does", () => {
    expect(Calendar.fieldsOf(-1000)).toEqual({ year: 1969, month: 12, day: 31, hour: 23, minute: 59, second: 59 });
    expect(Calendar.dateOf(-1)).toEqual({ year: 1969, month: 12, day: 31 });
    expect(Calendar.weekdayOf(-1)).toBe(3);
  });

  it("knows which fields are real", () => {
    const field = (min: number, max: number): fc.Arbitrary<number> =>
      fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min, max }) },
        { weight: 1, arbitrary: fc.constantFrom(0.5, Number.NaN) },
      );
    const fields = fc.record({
      year: field(-1, 10_001),
      month: field(-1, 14),
      day: field(-1, 33),
      hour: field(-1, 25),
      minute: field(-1, 61),
      second: field(-1, 61),
    });
    fc.assert(
      fc.property(fields, (wall) => {
        const { year, month, day, hour, minute, second } = wall;
        // A Date rolls over what isn't real, so it doesn't come back as it was.
        const date = new Date(0);
        date.setUTCFullYear(year, month - 1, day);
        date.setUTCHours(hour, minute, second);
        const back = [
          date.getUTCFullYear(),
          date.getUTCMonth() + 1,
          date.getUTCDate(),
          date.getUTCHours(),
          date.getUTCMinutes(),
          date.getUTCSeconds(),
        ];
        const isSame = back.every((part, index) => part === [year, month, day, hour, minute, second][index]);
        expect(Calendar.isReal(wall)).toBe(isSame && year >= 1 && year <= 9999);
      }),
      runs(10_000),
    );
  });

  it("gives a remainder that is never negative", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (number, by) => {
        const rest = Calendar.modulo(number, by);
        expect(rest >= 0 && rest < by && Number.isInteger((number - rest) / by)).toBe(true);
      }),
      runs(10_000),
    );
  });
});
