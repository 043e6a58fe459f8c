import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Limits from "../src/Limits.ts";
import * as Recurrence from "../src/Recurrence.ts";
import * as WallTime from "../src/WallTime.ts";
import { anyPattern, localAt, ruleFrom } from "./AnyRecurrence.ts";
import { anyWall, error, patience, runs, value, wall } from "./Arbitraries.ts";
import { slotsOf } from "./oracle/RecurrenceWalker.ts";

const SECOND = 1000;
const DAY = 86_400_000;
const FIRST = Date.UTC(1970, 0, 2);
const LAST = Date.UTC(9999, 11, 30, 23, 59, 59);

const anyStart = fc.oneof(
  fc.integer({ min: Date.UTC(2000, 0, 1) / SECOND, max: Date.UTC(2040, 0, 1) / SECOND }),
  fc.integer({ min: FIRST / SECOND, max: LAST / SECOND }),
);
const anyRule = ruleFrom(
  anyStart.map((second) => second * SECOND),
  { days: 400 },
);

const DEFAULTS = { end: { _tag: "Never" }, except: [] } as const satisfies Partial<Recurrence.Rule>;

const made = (
  pattern: Recurrence.Pattern,
  start: string,
  more: Partial<Pick<Recurrence.Rule, "end" | "except">> = {},
): Recurrence.Recurrence => value(Recurrence.make({ ...DEFAULTS, ...more, pattern, start: wall(start) }));

/** The first `count` slots, to the minute. */
const first = (recurrence: Recurrence.Recurrence, count: number): readonly string[] => {
  const found: string[] = [];
  let slot = Recurrence.next(recurrence, 0);
  while (slot !== null && found.length < count) {
    found.push(WallTime.print(Recurrence.wallOf(slot)).slice(0, "2026-01-01T00:00".length));
    slot = Recurrence.next(recurrence, slot);
  }
  return found;
};

const dates = (recurrence: Recurrence.Recurrence, count: number): readonly string[] =>
  first(recurrence, count).map((text) => text.slice(0, "2026-01-01".length));

/** A rule, and a moment that lies near its start more often than not. */
const ruleAndMoment = anyRule.chain((rule) => {
  const start = Recurrence.slotOf(rule.start);
  const near = fc.integer({ min: -40 * DAY, max: 900 * DAY }).map((by) => Math.min(Math.max(start + by, FIRST), LAST));
  return fc.record({ rule: fc.constant(rule), at: fc.oneof(near, fc.integer({ min: FIRST, max: LAST })) });
});

describe("Recurrence", patience, () => {
  it("gives a next slot that is strictly after and a previous one that is strictly before, with none between", () => {
    fc.assert(
      fc.property(ruleAndMoment, ({ rule, at }) => {
        const recurrence = value(Recurrence.make(rule));
        const [before, after] = [Recurrence.previous(recurrence, at), Recurrence.next(recurrence, at)];
        const isSlot = Recurrence.isSlot(recurrence, at);
        if (after !== null) {
          expect(after).toBeGreaterThan(at);
          expect(Recurrence.isSlot(recurrence, after)).toBe(true);
          expect(Recurrence.previous(recurrence, after)).toBe(isSlot ? at : before);
        }
        if (before !== null) {
          expect(before).toBeLessThan(at);
          expect(Recurrence.isSlot(recurrence, before)).toBe(true);
          expect(Recurrence.next(recurrence, before)).toBe(isSlot ? at : after);
        }
      }),
      runs(10_000),
    );
  });

  it("leads back: previous after next, and next after previous, is the slot that one began with", () => {
    fc.assert(
      fc.property(ruleAndMoment, ({ rule, at }) => {
        const recurrence = value(Recurrence.make(rule));
        const slot = Recurrence.next(recurrence, at) ?? Recurrence.previous(recurrence, at);
        if (slot === null) return;
        const [before, after] = [Recurrence.previous(recurrence, slot), Recurrence.next(recurrence, slot)];
        if (after !== null) expect(Recurrence.previous(recurrence, after)).toBe(slot);
        if (before !== null) expect(Recurrence.next(recurrence, before)).toBe(slot);
      }),
      runs(10_000),
    );
  });

  it("SCH-01, SCH-04, SCH-07, SCH-11: between two days it has the slots that asking every day for itself finds", () => {
    const rules = ruleFrom(
      fc
        .integer({ min: Date.UTC(2015, 0, 1) / SECOND, max: Date.UTC(2035, 0, 1) / SECOND })
        .map((second) => second * SECOND),
      { days: 300 },
    );
    const spans = fc.tuple(
      fc.integer({ min: -50, max: 350 }),
      fc.integer({ min: 0, max: 400 }),
      fc.nat({ max: DAY - 1 }),
    );
    let slots = 0;
    fc.assert(
      fc.property(rules, spans, (rule, [after, length, shift]) => {
        const recurrence = value(Recurrence.make(rule));
        const from = Recurrence.slotOf(rule.start) + after * DAY + shift;
        const to = from + length * DAY;
        const expected = slotsOf(rule, to)
          .map((text) => Date.parse(`${text}Z`))
          .filter((at) => at >= from && at < to);
        expect([...Recurrence.between(recurrence, from, to)]).toEqual(expected);
        expect(Recurrence.count(recurrence, from, to)).toBe(expected.length);
        slots += expected.length;
      }),
      runs(1000),
    );
    expect(slots).toBeGreaterThan(5000);
  });

  it("SCH-14: the first slot is the first match at or after the start, and nothing comes before", () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        const recurrence = value(Recurrence.make(rule));
        const start = Recurrence.slotOf(rule.start);
        expect(Recurrence.previous(recurrence, start)).toBe(null);
        const slot = Recurrence.next(recurrence, 0);
        expect(slot).toBe(Recurrence.next(recurrence, start - 1));
        if (slot !== null) expect(slot).toBeGreaterThanOrEqual(start);
        if (slot !== null) expect((slot - start) % DAY).toBe(0);
      }),
      runs(10_000),
    );
    expect(first(made({ _tag: "Weekly", every: 1, weekdays: [1] }, "2026-03-10T02:30"), 2)).toEqual([
      "2026-03-16T02:30",
      "2026-03-23T02:30",
    ]);
    expect(first(made({ _tag: "Weekly", every: 1, weekdays: [2] }, "2026-03-10T02:30"), 1)).toEqual([
      "2026-03-10T02:30",
    ]);
  });

  it("gives the same slots from whenever one looks", () => {
    fc.assert(
      fc.property(anyPattern(), anyWall, fc.integer({ min: 0, max: 500 }), (pattern, start, days) => {
        const recurrence = value(Recurrence.make({ ...DEFAULTS, pattern, start }));
        const from = recurrence.startSlot;
        const direct = [...Recurrence.between(recurrence, from + days * DAY, from + (days + 40) * DAY)];
        const walked = [...Recurrence.between(recurrence, from, from + (days + 40) * DAY)];
        expect(direct).toEqual(walked.filter((slot) => slot >= from + days * DAY));
      }),
      runs(2000),
    );
  });

  it("SCH-01: comes every n days, weeks or months, counted from the start; weeks begin on Monday", () => {
    expect(first(made({ _tag: "Daily", every: 3 }, "2026-02-26T22:15"), 3)).toEqual([
      "2026-02-26T22:15",
      "2026-03-01T22:15",
      "2026-03-04T22:15",
    ]);
    // From a Wednesday: Sunday is of the same week, and the Monday after it is of the one left out.
    expect(dates(made({ _tag: "Weekly", every: 2, weekdays: [7, 1] }, "2026-03-11T02:30"), 4)).toEqual([
      "2026-03-15",
      "2026-03-23",
      "2026-03-29",
      "2026-04-06",
    ]);
    expect(dates(made({ _tag: "MonthlyOnDay", every: 3, day: 15 }, "2026-01-20T02:30"), 3)).toEqual([
      "2026-04-15",
      "2026-07-15",
      "2026-10-15",
    ]);
  });

  it("SCH-01: comes on the last day of months of every length", () => {
    expect(dates(made({ _tag: "MonthlyOnLastDay", every: 1 }, "2027-12-31T23:59"), 4)).toEqual([
      "2027-12-31",
      "2028-01-31",
      "2028-02-29",
      "2028-03-31",
    ]);
  });

  it("SCH-01: comes on the fifth weekday in months that have one, and on the last in all", () => {
    const weekday = (nth: Recurrence.Nth): Recurrence.Pattern => ({
      _tag: "MonthlyOnWeekday",
      every: 1,
      nth,
      weekday: 4,
      offsetDays: 0,
    });
    expect(dates(made(weekday(5), "2026-01-01T00:00"), 4)).toEqual([
      "2026-01-29",
      "2026-04-30",
      "2026-07-30",
      "2026-10-29",
    ]);
    expect(dates(made(weekday("last"), "2026-01-01T00:00"), 3)).toEqual(["2026-01-29", "2026-02-26", "2026-03-26"]);
  });

  it("SCH-04: a month that lacks the day is skipped", () => {
    const on = (day: number): readonly string[] =>
      dates(made({ _tag: "MonthlyOnDay", every: 1, day }, "2027-01-01T00:00"), 12);
    expect(
      on(31)
        .slice(0, 7)
        .map((date) => date.slice(5)),
    ).toEqual(["01-31", "03-31", "05-31", "07-31", "08-31", "10-31", "12-31"]);
    expect(
      on(30)
        .slice(0, 11)
        .map((date) => date.slice(5, 7)),
    ).toEqual("01 03 04 05 06 07 08 09 10 11 12".split(" "));
    expect(on(29)[1]).toBe("2027-03-29");
    // "Every two months" on the 31st from January: not in any month but the long ones that are in turn.
    expect(dates(made({ _tag: "MonthlyOnDay", every: 2, day: 31 }, "2027-01-01T00:00"), 5)).toEqual([
      "2027-01-31",
      "2027-03-31",
      "2027-05-31",
      "2027-07-31",
      "2028-01-31",
    ]);
  });

  it("SCH-11: an anchor is moved by days, over the end of its month if need be", () => {
    const anchored = (nth: Recurrence.Nth, weekday: 2 | 5, offsetDays: number, every = 1): Recurrence.Pattern => ({
      _tag: "MonthlyOnWeekday",
      every,
      nth,
      weekday,
      offsetDays,
    });
    // Patch Tuesday + 2 isn't the second Thursday where the month begins on a Wednesday or Thursday.
    expect(dates(made(anchored(2, 2, 2), "2026-01-01T02:30"), 4)).toEqual([
      "2026-01-15",
      "2026-02-12",
      "2026-03-12",
      "2026-04-16",
    ]);
    expect(dates(made(anchored("last", 5, 5), "2026-03-03T02:30"), 3)).toEqual([
      "2026-03-04",
      "2026-04-01",
      "2026-04-29",
    ]);
    expect(dates(made(anchored(1, 2, -7), "2026-03-01T02:30"), 3)).toEqual(["2026-03-31", "2026-04-28", "2026-05-26"]);
    // The anchor's month is in turn, not that of the day it is moved to.
    expect(dates(made(anchored("last", 5, 5, 2), "2026-03-03T02:30"), 2)).toEqual(["2026-04-01", "2026-06-03"]);
    expect(dates(made(anchored(1, 2, Limits.MAX_ANCHOR_OFFSET_DAYS), "2026-01-01T02:30"), 2)).toEqual([
      "2026-02-02",
      "2026-03-02",
    ]);
  });

  it("SCH-11: an anchor outside the limits of time may be moved into them, at either end", () => {
    const anchored = (nth: Recurrence.Nth, offsetDays: number): Recurrence.Pattern => ({
      _tag: "MonthlyOnWeekday",
      every: 1,
      nth,
      weekday: 5,
      offsetDays,
    });
    // The second Friday of January 10000 is the 14th; the last one of December 1969 the 26th.
    const late = made(anchored(2, -20), "9999-11-30T00:00");
    expect(dates(late, 9)).toEqual(["9999-12-25"]);
    expect(Recurrence.previous(late, Date.UTC(9999, 11, 30))).toBe(Date.UTC(9999, 11, 25));
    const early = made(anchored("last", 20), "1970-01-02T00:00");
    expect(dates(early, 2)).toEqual(["1970-01-15", "1970-02-19"]);
    expect(Recurrence.previous(early, Date.UTC(1970, 1, 1))).toBe(Date.UTC(1970, 0, 15));
  });

  it("SCH-07: comes for ever unless an end is set: a local time, it included, or a number of times", () => {
    const daily = { _tag: "Daily", every: 1 } as const;
    expect(Recurrence.next(made(daily, "2026-01-01T02:30"), Date.UTC(9999, 11, 29, 12))).toBe(
      Date.UTC(9999, 11, 30, 2, 30),
    );
    expect(Recurrence.next(made(daily, "2026-01-01T02:30"), Date.UTC(9999, 11, 30, 2, 30))).toBe(null);
    const until = (at: string): readonly string[] =>
      dates(made(daily, "2026-01-01T02:30", { end: { _tag: "Until", at: wall(at) } }), 5);
    expect(until("2026-01-03T02:30:00")).toHaveLength(3);
    expect(until("2026-01-03T02:29:59")).toHaveLength(2);
    expect(until("2026-01-01T02:30:00")).toHaveLength(1);
    const after = (count: number): Recurrence.Recurrence =>
      made(daily, "2026-01-01T02:30", { end: { _tag: "After", count }, except: ["2026-01-02"] });
    // Days left out count among them, as in RFC 5545.
    expect(dates(after(3), 9)).toEqual(["2026-01-01", "2026-01-03"]);
    expect(Recurrence.previous(after(3), Date.UTC(2030, 0, 1))).toBe(Date.UTC(2026, 0, 3, 2, 30));
  });

  it("ends after exactly as many times as it says, for every pattern", () => {
    fc.assert(
      fc.property(anyPattern(), anyWall, fc.integer({ min: 1, max: 40 }), (pattern, start, count) => {
        const end = { _tag: "After", count } as const;
        const recurrence = value(Recurrence.make({ pattern, start, end, except: [] }));
        const endless = value(Recurrence.make({ ...DEFAULTS, pattern, start }));
        const slots = [...Recurrence.between(recurrence, 0, Number.POSITIVE_INFINITY)];
        const all = [...first(endless, count)];
        expect(slots.length).toBe(all.length);
        expect(slots.map((slot) => WallTime.print(Recurrence.wallOf(slot)).slice(0, 16))).toEqual(all);
      }),
      runs(1000),
    );
  });

  it("leaves out the days it is told to, also many in a row, either way", () => {
    const except = Array.from({ length: 365 }, (_, n) => localAt(Date.UTC(2026, 0, 2) + n * DAY)).map((day) =>
      WallTime.print(day).slice(0, 10),
    );
    const recurrence = made({ _tag: "Daily", every: 1 }, "2026-01-01T02:30", { except });
    expect(dates(recurrence, 2)).toEqual(["2026-01-01", "2027-01-02"]);
    expect(Recurrence.previous(recurrence, Date.UTC(2027, 0, 2, 2, 30))).toBe(Date.UTC(2026, 0, 1, 2, 30));
    expect(Recurrence.isSlot(recurrence, Date.UTC(2026, 5, 1, 2, 30))).toBe(false);
  });

  it("counts and gives what lies between two local times, the first of them included, the last not", () => {
    const daily = made({ _tag: "Daily", every: 1 }, "2026-01-01T02:30");
    const at = (day: number, minute = 30): number => Date.UTC(2026, 0, day, 2, minute);
    for (const [from, to, days] of [
      [at(1), at(3), [1, 2]],
      [at(1, 31), at(3, 31), [2, 3]],
      [at(1), at(1), []],
      [at(3), at(1), []],
    ] as const) {
      expect([...Recurrence.between(daily, from, to)]).toEqual(days.map((day) => at(day)));
      expect(Recurrence.count(daily, from, to)).toBe(days.length);
    }
  });

  it("has no slot where no month in turn has the day", () => {
    const never = made({ _tag: "MonthlyOnDay", every: 12, day: 30 }, "2026-02-01T02:30");
    expect(Recurrence.next(never, 0)).toBe(null);
    expect(Recurrence.previous(never, Date.UTC(9999, 11, 30))).toBe(null);
    const ended = made({ _tag: "MonthlyOnDay", every: 12, day: 30 }, "2026-02-01T02:30", {
      end: { _tag: "After", count: 3 },
    });
    expect(Recurrence.next(ended, 0)).toBe(null);
  });

  it("finds the nth weekday of a month as a look at each of its days does", () => {
    for (let month = 2000 * 12; month < 2400 * 12; month += 1) {
      const [year, index] = [Math.floor(month / 12), month % 12];
      for (const weekday of [1, 4, 7] as const) {
        const days: number[] = [];
        for (
          let at = new Date(Date.UTC(year, index, 1));
          at.getUTCMonth() === index;
          at = new Date(at.getTime() + DAY)
        ) {
          if (at.getUTCDay() === weekday % 7) days.push(at.getTime() / DAY);
        }
        const found = ([1, 2, 3, 4, 5, "last"] as const).map((nth) => Recurrence.nthWeekday(month, nth, weekday));
        const expected = [0, 1, 2, 3, 4].map((nth) => days[nth] ?? Number.POSITIVE_INFINITY);
        expect(found).toEqual([...expected, days.at(-1)]);
      }
    }
  });
});

describe("Recurrence.make", patience, () => {
  const RULE: Recurrence.Rule = { ...DEFAULTS, pattern: { _tag: "Daily", every: 1 }, start: wall("2026-01-01T02:30") };
  const problems = (change: object): readonly (readonly [string, string])[] =>
    error(Recurrence.make({ ...RULE, ...change })).problems.map(({ rule, path }) => [rule, path] as const);
  const pattern = (change: object): object => ({ pattern: change });
  const weekday = { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 2 };

  it.each([
    ["every 0", pattern({ _tag: "Daily", every: 0 }), "SCH-01", "pattern.every"],
    ["every 1.5", pattern({ _tag: "Daily", every: 1.5 }), "SCH-01", "pattern.every"],
    ["every NaN", pattern({ _tag: "Daily", every: Number.NaN }), "SCH-01", "pattern.every"],
    ["no weekday", pattern({ _tag: "Weekly", every: 1, weekdays: [] }), "SCH-01", "pattern.weekdays"],
    ["weekday 0", pattern({ _tag: "Weekly", every: 1, weekdays: [1, 0] }), "SCH-01", "pattern.weekdays"],
    ["weekday 8", pattern({ _tag: "Weekly", every: 1, weekdays: [8] }), "SCH-01", "pattern.weekdays"],
    ["day 0", pattern({ _tag: "MonthlyOnDay", every: 1, day: 0 }), "SCH-04", "pattern.day"],
    ["day 32", pattern({ _tag: "MonthlyOnDay", every: 1, day: 32 }), "SCH-04", "pattern.day"],
    ["a sixth weekday", pattern({ ...weekday, nth: 6 }), "SCH-01", "pattern.nth"],
    ["a zeroth weekday", pattern({ ...weekday, nth: 0 }), "SCH-01", "pattern.nth"],
    ["an eighth day of the week", pattern({ ...weekday, weekday: 8 }), "SCH-01", "pattern.weekday"],
    ["an anchor moved by half a day", pattern({ ...weekday, offsetDays: 0.5 }), "SCH-11", "pattern.offsetDays"],
    ["a start on no day", { start: { ...RULE.start, month: 2, day: 30 } }, "SCH-14", "start"],
    ["a start after the last day", { start: { ...RULE.start, year: 9999, month: 12, day: 31 } }, "SCH-14", "start"],
    ["an end on no day", { end: { _tag: "Until", at: { ...RULE.start, month: 13 } } }, "SCH-07", "end.at"],
    ["an end before the start", { end: { _tag: "Until", at: wall("2026-01-01T02:29:59") } }, "SCH-07", "end.at"],
    ["no time at all", { end: { _tag: "After", count: 0 } }, "SCH-07", "end.count"],
    ["a day left out that isn't one", { except: ["2026-12-24", "2026-02-30"] }, "SCH-01", "except.1"],
    ["a day left out with a time", { except: ["2026-12-24T00:00"] }, "SCH-01", "except.0"],
  ])("refuses %s, and says where and by which rule", (_, change, rule, path) => {
    expect(problems(change)).toEqual([[rule, path]]);
    const refused = error(Recurrence.make({ ...RULE, ...change }));
    expect(refused._tag).toBe("InvalidRecurrence");
    expect(refused.problems[0]?.message).toMatch(/^["A-Z].{10,}[.]$/);
  });

  it("tells all that is wrong at once", () => {
    const { problems: found } = error(
      Recurrence.make({
        ...RULE,
        pattern: { _tag: "MonthlyOnDay", every: 0, day: 32 },
        end: { _tag: "After", count: 0 },
      }),
    );
    expect(found.map(({ path }) => path)).toEqual(["pattern.every", "pattern.day", "end.count"]);
    for (const { message } of found) expect(message).toMatch(/^[A-Z].*\.$/);
  });

  it("holds its limits: the most is taken, one more is refused", () => {
    const days = (count: number): readonly string[] =>
      Array.from({ length: count }, (_, n) => new Date(Date.UTC(2026, 0, 1) + n * DAY).toISOString().slice(0, 10));
    const limits: readonly (readonly [string, number, (n: number) => object])[] = [
      ["pattern.every", Limits.MAX_RECURRENCE_EVERY, (every) => pattern({ _tag: "Daily", every })],
      ["end.count", Limits.MAX_RECURRENCE_COUNT, (count) => ({ end: { _tag: "After", count } })],
      ["except", Limits.MAX_EXCEPTIONS, (count) => ({ except: days(count) })],
      ["pattern.offsetDays", Limits.MAX_ANCHOR_OFFSET_DAYS, (by) => pattern({ ...weekday, offsetDays: by })],
      ["pattern.offsetDays", Limits.MAX_ANCHOR_OFFSET_DAYS, (by) => pattern({ ...weekday, offsetDays: -by })],
    ];
    for (const [path, max, change] of limits) {
      expect(Recurrence.make({ ...RULE, ...change(max) }).ok).toBe(true);
      expect(problems(change(max + 1)).map(([, where]) => where)).toEqual([path]);
    }
  });

  it("keeps the rule as it was given, to be stored", () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        const { pattern: kept, start, end, except } = value(Recurrence.make(rule));
        expect({ pattern: kept, start, end, except }).toEqual(rule);
      }),
      runs(500),
    );
  });
});
