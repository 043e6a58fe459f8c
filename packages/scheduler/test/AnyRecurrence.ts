/** Generated recurrence rules: every pattern, ends and days left out, with starts near a given day. */
import fc from "fast-check";
import type * as Calendar from "../src/Calendar.ts";
import * as Limits from "../src/Limits.ts";
import type * as Recurrence from "../src/Recurrence.ts";
import * as WallTime from "../src/WallTime.ts";
import { value } from "./Arbitraries.ts";

const DAY = 86_400_000;

export const anyWeekday: fc.Arbitrary<Calendar.Weekday> = fc.constantFrom(1, 2, 3, 4, 5, 6, 7);

/** Small numbers above all: of them several times come within some weeks. */
export const anyEvery: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 3, arbitrary: fc.integer({ min: 4, max: 13 }) },
  { weight: 1, arbitrary: fc.integer({ min: 14, max: Limits.MAX_RECURRENCE_EVERY }) },
);

export const anyNth: fc.Arbitrary<Recurrence.Nth> = fc.constantFrom<Recurrence.Nth[]>(1, 2, 3, 4, 5, "last");

const anyOffset: fc.Arbitrary<number> = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -Limits.MAX_ANCHOR_OFFSET_DAYS, max: Limits.MAX_ANCHOR_OFFSET_DAYS }),
);

/** A pattern of every kind. `every` says how often; months on a day that most lack are as likely as others. */
export const anyPattern = (every: fc.Arbitrary<number> = anyEvery): fc.Arbitrary<Recurrence.Pattern> =>
  fc.oneof(
    fc.record({ _tag: fc.constant("Daily" as const), every }),
    fc.record({
      _tag: fc.constant("Weekly" as const),
      every,
      weekdays: fc.uniqueArray(anyWeekday, { minLength: 1, maxLength: 7 }),
    }),
    fc.record({
      _tag: fc.constant("MonthlyOnDay" as const),
      every,
      day: fc.oneof(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 28, max: 31 })),
    }),
    fc.record({ _tag: fc.constant("MonthlyOnLastDay" as const), every }),
    fc.record({
      _tag: fc.constant("MonthlyOnWeekday" as const),
      every,
      nth: anyNth,
      weekday: anyWeekday,
      offsetDays: anyOffset,
    }),
  );

/** The local time at milliseconds as if in UTC, or the last one there is. */
export const localAt = (milliseconds: number): WallTime.WallTime =>
  value(WallTime.parse(new Date(Math.min(milliseconds, LAST)).toISOString().slice(0, "2026-01-01T00:00:00".length)));

const LAST = Date.UTC(9999, 11, 30, 23, 59, 59);

/** Rules that begin at one of `starts`, with days left out and an end in the `days` that follow. */
export const ruleFrom = (
  starts: fc.Arbitrary<number>,
  { days, every = anyEvery }: { readonly days: number; readonly every?: fc.Arbitrary<number> },
): fc.Arbitrary<Recurrence.Rule> =>
  starts.chain((start) => {
    const later = fc.integer({ min: 0, max: days });
    const end: fc.Arbitrary<Recurrence.End> = fc.oneof(
      { weight: 3, arbitrary: fc.constant({ _tag: "Never" as const }) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(later, fc.constantFrom(-1000, 0, 1000, 3_600_000))
          .map(([by, shift]) => ({ _tag: "Until" as const, at: localAt(Math.max(start, start + by * DAY + shift)) })),
      },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }).map((count) => ({ _tag: "After" as const, count })) },
    );
    return fc.record({
      pattern: anyPattern(every),
      start: fc.constant(localAt(start)),
      end,
      except: fc.uniqueArray(
        later.map((by) => WallTime.print(localAt(start + by * DAY)).slice(0, "2026-01-01".length)),
        { maxLength: 8 },
      ),
    });
  });
