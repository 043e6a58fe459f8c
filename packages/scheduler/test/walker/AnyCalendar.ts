/** Generated blackouts, freezes and the times around changes of clocks that they are tried at. */
import fc from "fast-check";
import * as Blackout from "../../src/Blackout.ts";
import type { Weekday } from "../../src/Calendar.ts";
import * as Freeze from "../../src/Freeze.ts";
import { value, wall } from "../Arbitraries.ts";
import { CHANGES, type Change } from "./Changes.ts";
import { DAY, HOUR, MINUTE } from "./MinuteWalker.ts";

export const anyChange: fc.Arbitrary<Change> = fc.constantFrom(...CHANGES);

const WEEKDAYS: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

/** Times of day near midnight and near where clocks change, and any others. */
const timeOfDay = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 59, 60, 90, 119, 120, 150, 180, 210, 240, 1380, 1410, 1439) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 1439 }) },
);

/** Hours of a week: short and long ones, over midnight, whole days, on one weekday or several. */
export const anyBlackout: fc.Arbitrary<Blackout.Blackout> = fc
  .record({
    weekdays: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1, maxLength: 7 }),
    fromMinute: timeOfDay,
    toMinute: timeOfDay.map((minute) => (minute === 0 ? 1440 : minute)),
  })
  .map((blackout) => value(Blackout.make(blackout)));

/** None to five, so several a day come up. */
export const anyBlackouts: fc.Arbitrary<readonly Blackout.Blackout[]> = fc.array(anyBlackout, { maxLength: 5 });

/** `YYYY-MM-DDTHH:mm` of milliseconds as if in UTC. */
const textOf = (local: number): string => new Date(local).toISOString().slice(0, "2026-03-08T02:30".length);

/** A dated freeze of minutes to days, within some days of an instant, on the asset's clock or another one. */
export const freezeNear = (at: number, { days }: { readonly days: number }): fc.Arbitrary<Freeze.Freeze> =>
  fc
    .record({
      name: fc.constantFrom("year end", "audit", "sale", "move"),
      from: fc.oneof(
        fc.integer({ min: (-days * DAY) / MINUTE, max: (days * DAY) / MINUTE }),
        fc.integer({ min: (-18 * HOUR) / MINUTE, max: (18 * HOUR) / MINUTE }),
      ),
      length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: (days * DAY) / MINUTE })),
      zone: fc.constantFrom(null, null, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"),
    })
    .map(({ name, from, length, zone }) => {
      const begin = at + from * MINUTE;
      return value(Freeze.make({ name, from: wall(textOf(begin)), to: wall(textOf(begin + length * MINUTE)), zone }));
    });
