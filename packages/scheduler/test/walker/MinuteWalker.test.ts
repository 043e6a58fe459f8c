import { describe, expect, it } from "vitest";
import { shown } from "../FormattedClock.ts";
import { CHANGES } from "./Changes.ts";
import { DAY, HOUR, localAt, MINUTE, stretches, walk } from "./MinuteWalker.ts";
import { isBlackedOut, localOf, weekTable } from "./WalkedCalendar.ts";

/** The oracle is looked at itself: against hand-made cases, and against `Intl` asked for every single minute. */
describe("the minute walker", () => {
  it.each(CHANGES)("finds the clocks of $zone changed by $by minutes at $at", ({ zone, at, by }) => {
    const change = Date.parse(at);
    const around = walk(zone, change - 2 * HOUR, change + 2 * HOUR);
    const jumps = Array.from(around.local, (local, i) => local - (around.local[i - 1] ?? local - MINUTE) - MINUTE);
    const expected = jumps.map((_, i) => (i === 120 ? by * MINUTE : 0));
    expect(jumps).toEqual(expected);
  });

  it("shows what Intl does, whichever minute it sets out from", () => {
    for (const { zone, at } of CHANGES) {
      for (const minutes of [1, 7, 14, 15, 44]) {
        const from = Date.parse(at) - minutes * MINUTE;
        const around = walk(zone, from, from + HOUR);
        for (let i = 0; i < 60; i++) {
          const text = shown(zone, from + i * MINUTE);
          expect(localAt(around, from + i * MINUTE)).toBe(Date.parse(`${text}Z`));
        }
      }
    }
  });

  it("makes stretches of the minutes for which something holds, up to the walk's end", () => {
    const day = walk("UTC", 0, DAY);
    expect(stretches(day, (local) => local < HOUR || local >= 23 * HOUR)).toEqual([
      { start: 0, end: HOUR },
      { start: 23 * HOUR, end: DAY },
    ]);
    expect(stretches(day, () => false)).toEqual([]);
    expect(() => localAt(day, DAY)).toThrow(RangeError);
  });

  it("paints a week: over midnight, over the week's end, whole days", () => {
    const painted = (table: Uint8Array): number => table.reduce((sum, minute) => sum + minute, 0);
    const local = (text: string): number => Date.parse(`${text}Z`);
    const thursday = weekTable([{ weekdays: [4], fromMinute: 1439, toMinute: 1 }]);
    expect(painted(thursday)).toBe(2);
    // 2026-03-05 is a Thursday.
    const shownTimes = ["2026-03-05T23:58", "2026-03-05T23:59", "2026-03-06T00:00", "2026-03-06T00:01"];
    expect(shownTimes.map((text) => isBlackedOut(thursday, local(text)))).toEqual([false, true, true, false]);
    const sunday = weekTable([{ weekdays: [7], fromMinute: 1380, toMinute: 60 }]);
    expect(isBlackedOut(sunday, local("2026-03-09T00:59"))).toBe(true);
    expect(isBlackedOut(sunday, local("2026-03-09T01:00"))).toBe(false);
    expect(painted(weekTable([{ weekdays: [2], fromMinute: 0, toMinute: 1440 }]))).toBe(1440);
    expect(painted(weekTable([{ weekdays: [2], fromMinute: 600, toMinute: 600 }]))).toBe(1440);
  });

  it("reads a wall time as the clock shows it", () => {
    expect(localOf({ year: 2026, month: 3, day: 8, hour: 2, minute: 5, second: 9 })).toBe(
      Date.parse("2026-03-08T02:05:09Z"),
    );
  });
});
