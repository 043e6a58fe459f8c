import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Blackout from "../src/Blackout.ts";
import type { Weekday } from "../src/Calendar.ts";
import * as Instant from "../src/Instant.ts";
import * as TimeZone from "../src/TimeZone.ts";
import { error, instant, patience, runs, value, zone } from "./Arbitraries.ts";
import { anyBlackouts, anyChange } from "./walker/AnyCalendar.ts";
import { DAY, localAt, MINUTE, stretches, walk } from "./walker/MinuteWalker.ts";
import { isBlackedOut, weekTable } from "./walker/WalkedCalendar.ts";

const newYork = zone("America/New_York");
const [MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY]: readonly Weekday[] = [1, 4, 5, 6, 7];
const EVERY_DAY: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

const minuteOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
};

/** From a time of day to another, on weekdays. */
const from = (start: string, to: string, ...weekdays: readonly (Weekday | undefined)[]): Blackout.Blackout =>
  value(
    Blackout.make({
      weekdays: weekdays.filter((day) => day !== undefined),
      fromMinute: minuteOf(start),
      toMinute: minuteOf(to),
    }),
  );

/** The instants of blackouts from one day (UTC) to another, as text. */
const shownIn = (
  blackouts: readonly Blackout.Blackout[],
  place: TimeZone.TimeZone,
  [first, last]: readonly [string, string],
): readonly string[] =>
  Blackout.within(blackouts, place, { start: instant(`${first}Z`), end: instant(`${last}Z`) }).map(
    ({ start, end }) => `${minutes(start)} - ${end === null ? "" : minutes(end)}`,
  );

const minutes = (at: Instant.Instant): string => Instant.toIso(at).slice(5, 16);

describe("Blackout.make", () => {
  it("WIN-05: is of weekdays, each once and in order, and of minutes of the day", () => {
    const made = value(Blackout.make({ weekdays: [5, 1, 5, 3], fromMinute: 1439, toMinute: 1 }));
    expect(made).toEqual({ weekdays: [1, 3, 5], fromMinute: 1439, toMinute: 1 });
    expect(value(Blackout.make({ weekdays: [7], fromMinute: 0, toMinute: 1440 }))).toEqual({
      weekdays: [7],
      fromMinute: 0,
      toMinute: 1440,
    });
  });

  it.each([
    ["weekdays", { weekdays: [] }],
    ["weekdays", { weekdays: [1, 8] }],
    ["weekdays", { weekdays: [0] }],
    ["weekdays", { weekdays: [1.5] }],
    ["fromMinute", { fromMinute: 1440 }],
    ["fromMinute", { fromMinute: -1 }],
    ["fromMinute", { fromMinute: Number.NaN }],
    ["toMinute", { toMinute: 1441 }],
    ["toMinute", { toMinute: 0 }],
    ["toMinute", { toMinute: 90.5 }],
  ])("WIN-05: refuses %s past its limits: %j", (path, change) => {
    const entered = { weekdays: [1], fromMinute: 60, toMinute: 120, ...change } as Blackout.Blackout;
    const refused = error(Blackout.make(entered));
    expect(refused).toMatchObject({ _tag: "InvalidBlackout", rule: "WIN-05", path });
    expect(refused.message).toMatch(/\.$/);
  });
});

describe("Blackout", patience, () => {
  it("WIN-05: what begins before midnight ends after it, whatever weekday it is by then (kured judges by the weekday of now)", () => {
    // Listed on Thursday only; kured's own test has it closed again at Friday 00:00.
    const blackout = [from("23:59", "00:01", THURSDAY)];
    const inIt = (iso: string): boolean => Blackout.isIn(blackout, TimeZone.utc, instant(iso));
    expect(
      ["2026-03-05T23:58:59.999Z", "2026-03-05T23:59Z", "2026-03-06T00:00Z", "2026-03-06T00:00:59.999Z"].map(inIt),
    ).toEqual([false, true, true, true]);
    expect(["2026-03-06T00:01Z", "2026-03-05T00:00Z", "2026-03-06T23:59Z"].map(inIt)).toEqual([false, false, false]);
    expect(shownIn(blackout, TimeZone.utc, ["2026-03-01T00:00", "2026-03-15T00:00"])).toEqual([
      "03-05T23:59 - 03-06T00:01",
      "03-12T23:59 - 03-13T00:01",
    ]);
  });

  it("WIN-05: one that begins on Sunday evening goes on into Monday, and one on Monday only doesn't begin on Sunday", () => {
    const sunday = [from("22:00", "06:00", SUNDAY)];
    const monday = [from("22:00", "06:00", MONDAY)];
    const early = instant("2026-03-09T05:59Z");
    expect([Blackout.isIn(sunday, TimeZone.utc, early), Blackout.isIn(monday, TimeZone.utc, early)]).toEqual([
      true,
      false,
    ]);
  });

  it("WIN-05: several a day stand apart, and those that touch or overlap count as one", () => {
    const three = [from("08:00", "12:00", MONDAY), from("13:00", "17:00", MONDAY), from("16:00", "18:30", MONDAY)];
    expect(shownIn(three, TimeZone.utc, ["2026-03-09T00:00", "2026-03-10T00:00"])).toEqual([
      "03-09T08:00 - 03-09T12:00",
      "03-09T13:00 - 03-09T18:30",
    ]);
  });

  it("WIN-05: whole days follow each other without a gap", () => {
    const weekend = [from("00:00", "24:00", SATURDAY, SUNDAY)];
    expect(shownIn(weekend, TimeZone.utc, ["2026-03-02T00:00", "2026-03-10T00:00"])).toEqual([
      "03-07T00:00 - 03-09T00:00",
    ]);
    const fromNoon = [from("12:00", "12:00", FRIDAY)];
    expect(shownIn(fromNoon, TimeZone.utc, ["2026-03-02T00:00", "2026-03-10T00:00"])).toEqual([
      "03-06T12:00 - 03-07T12:00",
    ]);
  });

  it("WIN-05: on the night the clocks go forward it is as much shorter, and isn't there if it lies in the gap", () => {
    const night = ["2026-03-08T00:00", "2026-03-09T00:00"] as const;
    expect(shownIn([from("01:00", "04:00", ...EVERY_DAY)], newYork, night)).toEqual(["03-08T06:00 - 03-08T08:00"]);
    expect(shownIn([from("02:15", "02:45", ...EVERY_DAY)], newYork, night)).toEqual([]);
    expect(shownIn([from("01:30", "02:30", ...EVERY_DAY)], newYork, night)).toEqual(["03-08T06:30 - 03-08T07:00"]);
    expect(shownIn([from("02:30", "03:30", ...EVERY_DAY)], newYork, night)).toEqual(["03-08T07:00 - 03-08T07:30"]);
  });

  it("WIN-05: on the night the clocks go back it is as much longer, and comes twice if it lies in what comes twice", () => {
    const night = ["2026-11-01T00:00", "2026-11-02T00:00"] as const;
    expect(shownIn([from("01:00", "02:00", ...EVERY_DAY)], newYork, night)).toEqual(["11-01T05:00 - 11-01T07:00"]);
    expect(shownIn([from("01:15", "01:45", ...EVERY_DAY)], newYork, night)).toEqual([
      "11-01T05:15 - 11-01T05:45",
      "11-01T06:15 - 11-01T06:45",
    ]);
    expect(shownIn([from("00:00", "03:00", ...EVERY_DAY)], newYork, night)).toEqual(["11-01T04:00 - 11-01T08:00"]);
  });

  it("WIN-05: half an hour in Lord Howe, and a Friday that Apia didn't have", () => {
    const lordHowe = zone("Australia/Lord_Howe");
    const spring = ["2026-10-03T12:00", "2026-10-04T00:00"] as const;
    expect(shownIn([from("02:00", "03:00", ...EVERY_DAY)], lordHowe, spring)).toEqual(["10-03T15:30 - 10-03T16:00"]);
    const apia = zone("Pacific/Apia");
    const newYear = ["2011-12-27T00:00", "2012-01-02T00:00"] as const;
    expect(shownIn([from("00:00", "24:00", FRIDAY)], apia, newYear)).toEqual([]);
    // Thursday's night goes over into what is Saturday by the calendar, Friday being left out; only what the clock shows counts.
    expect(shownIn([from("22:00", "03:00", THURSDAY)], apia, newYear)).toEqual(["12-30T08:00 - 12-30T10:00"]);
  });

  it("WIN-05: is as the clock on the wall shows it in every minute of 360 weeks around changes of clocks", () => {
    fc.assert(
      fc.property(anyChange, anyBlackouts, fc.integer({ min: 0, max: 7 * 1440 }), (change, blackouts, before) => {
        const place = zone(change.zone);
        const start = Date.parse(change.at) - before * MINUTE;
        const week = walk(change.zone, start, start + 7 * DAY);
        const table = weekTable(blackouts);
        const expected = stretches(week, (local) => isBlackedOut(table, local));
        const interval = { start: Instant.at(week.from), end: Instant.at(week.to) };
        expect(Blackout.within(blackouts, place, interval)).toEqual(expected);
        const wrong: string[] = [];
        expect(Blackout.isLocalIn(blackouts, localAt(week, week.from))).toBe(
          isBlackedOut(table, localAt(week, week.from)),
        );
        for (let at = week.from; at < week.to; at += MINUTE) {
          const local = localAt(week, at);
          const isIn = Blackout.isIn(blackouts, place, Instant.at(at));
          if (isIn !== isBlackedOut(table, local)) wrong.push(new Date(at).toISOString());
        }
        expect(wrong).toEqual([]);
        // Minutes say nothing of what lies between them: half-open to the millisecond.
        for (const { start: begin, end } of expected) {
          expect(Blackout.isIn(blackouts, place, Instant.at(end - 1))).toBe(true);
          if (end < week.to) expect(Blackout.isIn(blackouts, place, Instant.at(end))).toBe(false);
          if (begin > week.from) expect(Blackout.isIn(blackouts, place, Instant.at(begin - 1))).toBe(false);
        }
      }),
      runs(360),
    );
  });

  it("WIN-05: the first instant outside is the first minute for which the clock shows none, and there is none in a full week", () => {
    fc.assert(
      fc.property(anyChange, anyBlackouts, fc.integer({ min: 0, max: 3 * 1440 }), (change, blackouts, before) => {
        const from = Date.parse(change.at) - before * MINUTE;
        const fortnight = walk(change.zone, from, from + 15 * DAY);
        const table = weekTable(blackouts);
        const [first] = stretches(fortnight, (local) => !isBlackedOut(table, local));
        const found = Blackout.firstOutside(blackouts, zone(change.zone), Instant.at(from));
        expect(found).toBe(table.includes(0) ? first?.start : null);
      }),
      runs(200),
    );
    // Half an hour of Sundays, and on one of them the clocks jump over it: a week later it is.
    const allBut = [
      from("02:45", "02:15", SUNDAY),
      from("00:00", "24:00", 1, 2, 3, 4, 5, SATURDAY),
      from("00:00", "02:15", SUNDAY),
    ];
    const late = Blackout.firstOutside(allBut, newYork, instant("2026-03-02T00:00Z"));
    expect(late).toBe(instant("2026-03-15T06:15Z"));
    expect(Blackout.firstOutside([from("00:00", "24:00", ...EVERY_DAY)], newYork, instant("2026-03-02T00:00Z"))).toBe(
      null,
    );
    expect(Blackout.firstOutside([], newYork, instant("2026-03-02T00:00:00.001Z"))).toBe(
      instant("2026-03-02T00:00:00.001Z"),
    );
  });

  it("WIN-05: is cut at the ends of what is asked for, and is the same in parts as in one", () => {
    const instants = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }).map(Instant.at);
    fc.assert(
      fc.property(
        anyChange,
        anyBlackouts,
        fc.tuple(instants, instants, instants),
        ({ zone: name }, blackouts, ends) => {
          const [first, middle, last] = ends.sort((a, b) => a - b);
          const within = (start: Instant.Instant, end: Instant.Instant): readonly number[] =>
            Blackout.within(blackouts, zone(name), { start, end }).flatMap((each) => [
              each.start,
              each.end ?? Number.NaN,
            ]);
          const parts = [...within(first, middle), ...within(middle, last)];
          // Where the middle lies in a blackout, it is an end and a start that the whole doesn't have.
          const joined = parts.filter((at, i) => at !== parts[i + 1] && at !== parts[i - 1]);
          expect(joined).toEqual(within(first, last));
          expect(within(middle, middle)).toEqual([]);
        },
      ),
      runs(200),
    );
  });

  it("WIN-05: there is none without one", () => {
    expect(Blackout.isIn([], newYork, instant("2026-03-08T07:30Z"))).toBe(false);
    expect(shownIn([], newYork, ["2026-03-01T00:00", "2026-04-01T00:00"])).toEqual([]);
  });
});
