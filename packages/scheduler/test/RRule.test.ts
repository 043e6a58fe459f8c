import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Recurrence from "../src/Recurrence.ts";
import * as RRule from "../src/RRule.ts";
import * as WallTime from "../src/WallTime.ts";
import { ruleFrom } from "./AnyRecurrence.ts";
import { error, patience, runs, value, wall } from "./Arbitraries.ts";

const DAY = 86_400_000;

const anyRule = ruleFrom(
  fc.integer({ min: Date.UTC(1990, 0, 1) / 1000, max: Date.UTC(2080, 0, 1) / 1000 }).map((second) => second * 1000),
  { days: 500 },
);

const RULE = {
  pattern: { _tag: "Daily", every: 1 },
  start: wall("2026-03-10T02:30"),
  end: { _tag: "Never" },
  except: [],
} as const satisfies Recurrence.Rule;

const printed = (change: Partial<Recurrence.Rule>): string => value(RRule.print({ ...RULE, ...change }));

const slots = (rule: Recurrence.Rule, days: number): readonly number[] => {
  const recurrence = value(Recurrence.make(rule));
  return [...Recurrence.between(recurrence, recurrence.startSlot, recurrence.startSlot + days * DAY)];
};

/** What a text says, by its first slots. */
const read = (rrule: string, start = "20260310T023000"): readonly string[] => {
  const rule = value(RRule.parse(`DTSTART:${start}\nRRULE:${rrule}`));
  return slots(rule, 4000)
    .slice(0, 4)
    .map((slot) => WallTime.print(Recurrence.wallOf(slot)).slice(0, "2026-01-01".length));
};

describe("RRule", patience, () => {
  it("SCH-01: reads back what it prints: the same local times", () => {
    let saidTimes = 0;
    fc.assert(
      fc.property(anyRule, (rule) => {
        const text = RRule.print(rule);
        if (!text.ok) {
          expect(text.error.part).toBe("offsetDays");
          return;
        }
        saidTimes += 1;
        const back = value(RRule.parse(text.value));
        expect(slots(back, 1200)).toEqual(slots(rule, 1200));
        // Some rules have two texts (the third Monday - 14 is the first one); what was read once keeps its own.
        const again = value(RRule.print(back));
        expect(value(RRule.print(value(RRule.parse(again))))).toBe(again);
      }),
      runs(3000),
    );
    expect(saidTimes).toBeGreaterThan(1500);
  });

  it.each([
    [{}, "RRULE:FREQ=DAILY"],
    [{ pattern: { _tag: "Daily", every: 3 } }, "RRULE:FREQ=DAILY;INTERVAL=3"],
    [{ pattern: { _tag: "Weekly", every: 2, weekdays: [7, 1, 3] } }, "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,SU"],
    [{ pattern: { _tag: "MonthlyOnDay", every: 1, day: 31 } }, "RRULE:FREQ=MONTHLY;BYMONTHDAY=31"],
    [{ pattern: { _tag: "MonthlyOnLastDay", every: 1 } }, "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1"],
    [
      { pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 0 } },
      "RRULE:FREQ=MONTHLY;BYDAY=2TU",
    ],
    [
      { pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: "last", weekday: 5, offsetDays: 0 } },
      "RRULE:FREQ=MONTHLY;BYDAY=-1FR",
    ],
    [
      { pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 2 } },
      "RRULE:FREQ=MONTHLY;BYDAY=TH;BYMONTHDAY=10,11,12,13,14,15,16",
    ],
    [
      { pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: "last", weekday: 5, offsetDays: -3 } },
      "RRULE:FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=-10,-9,-8,-7,-6,-5,-4",
    ],
    [{ end: { _tag: "After", count: 5 } }, "RRULE:FREQ=DAILY;COUNT=5"],
    [{ end: { _tag: "Until", at: wall("2026-12-31T23:59:59") } }, "RRULE:FREQ=DAILY;UNTIL=20261231T235959"],
    [{ except: ["2026-03-11", "2026-12-24"] }, "RRULE:FREQ=DAILY\nEXDATE:20260311T023000,20261224T023000"],
  ] satisfies [Partial<Recurrence.Rule>, string][])("SCH-01: says %j as RFC 5545 does", (change, lines) => {
    expect(printed(change)).toBe(`DTSTART:20260310T023000\n${lines}`);
  });

  it("SCH-11: can't say an anchor whose day may leave the month, or isn't in every month", () => {
    const anchored = (nth: Recurrence.Nth, offsetDays: number): boolean =>
      RRule.print({ ...RULE, pattern: { _tag: "MonthlyOnWeekday", every: 1, nth, weekday: 2, offsetDays } }).ok;
    // The second Tuesday is the 8th to the 14th: moved back by 7 it is the first day at least, on by 14 the 28th at most.
    expect([-8, -7, 14, 15].map((by) => anchored(2, by))).toEqual([false, true, true, false]);
    expect([-22, -21, -1, 1].map((by) => anchored("last", by))).toEqual([false, true, true, false]);
    expect([4, 5].map((nth) => anchored(nth as Recurrence.Nth, 1))).toEqual([false, false]);
    expect(
      error(
        RRule.print({ ...RULE, pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: 5, weekday: 2, offsetDays: 1 } }),
      ),
    ).toMatchObject({
      _tag: "NotExpressible",
      part: "offsetDays",
    });
  });
});

describe("RRule.parse", patience, () => {
  it.each([
    ["FREQ=DAILY", ["2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13"]],
    ["FREQ=DAILY;INTERVAL=10", ["2026-03-10", "2026-03-20", "2026-03-30", "2026-04-09"]],
    // 2026-03-10 is a Tuesday; without BYDAY the day is that of the start.
    ["FREQ=WEEKLY", ["2026-03-10", "2026-03-17", "2026-03-24", "2026-03-31"]],
    ["FREQ=WEEKLY;BYDAY=SU,MO;INTERVAL=2;WKST=MO", ["2026-03-15", "2026-03-23", "2026-03-29", "2026-04-06"]],
    ["FREQ=MONTHLY", ["2026-03-10", "2026-04-10", "2026-05-10", "2026-06-10"]],
    ["FREQ=MONTHLY;BYMONTHDAY=31", ["2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31"]],
    ["FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]],
    ["FREQ=MONTHLY;BYDAY=2TU", ["2026-03-10", "2026-04-14", "2026-05-12", "2026-06-09"]],
    ["FREQ=MONTHLY;BYDAY=+2TU", ["2026-03-10", "2026-04-14", "2026-05-12", "2026-06-09"]],
    ["FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", ["2026-03-10", "2026-04-14", "2026-05-12", "2026-06-09"]],
    ["FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1", ["2026-03-31", "2026-04-28", "2026-05-26", "2026-06-30"]],
    ["FREQ=MONTHLY;BYDAY=5TU", ["2026-03-31", "2026-06-30", "2026-09-29", "2026-12-29"]],
    // Friday the 13th to 19th: the third one.
    ["FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=15,16,17,18,19,20,21", ["2026-03-20", "2026-04-17", "2026-05-15", "2026-06-19"]],
    ["FREQ=DAILY;COUNT=2", ["2026-03-10", "2026-03-11"]],
    ["FREQ=DAILY;UNTIL=20260311T023000", ["2026-03-10", "2026-03-11"]],
    ["FREQ=DAILY;UNTIL=20260311T022959", ["2026-03-10"]],
    ["FREQ=DAILY;UNTIL=20260311", ["2026-03-10", "2026-03-11"]],
    ["freq=daily;count=1", ["2026-03-10"]],
  ])("SCH-01: reads %s", (rrule, dates) => {
    expect(read(rrule)).toEqual(dates);
  });

  it("reads lines in any order and of either ending, leaves zones to the schedule, and takes dates left out", () => {
    const text =
      "RRULE:FREQ=DAILY\r\nEXDATE;TZID=Europe/Paris:20260311T023000\r\nDTSTART;TZID=Europe/Paris:20260310T023000\r\nEXDATE:20260312T023000,20260313T023000\r\n";
    const rule = value(RRule.parse(text));
    expect(rule).toEqual({ ...RULE, except: ["2026-03-11", "2026-03-12", "2026-03-13"] });
  });

  it.each([
    ["FREQ=YEARLY", "FREQ"],
    ["FREQ=HOURLY", "FREQ"],
    ["INTERVAL=2", "FREQ"],
    ["FREQ=DAILY;BYDAY=MO", "BYDAY"],
    ["FREQ=DAILY;BYMONTHDAY=1", "BYDAY"],
    ["FREQ=DAILY;BYMONTH=3", "BYMONTH"],
    ["FREQ=DAILY;BYHOUR=2", "BYHOUR"],
    ["FREQ=DAILY;RSCALE=GREGORIAN", "RSCALE"],
    ["FREQ=DAILY;FREQ=WEEKLY", "FREQ"],
    ["FREQ=DAILY;INTERVAL=0", "INTERVAL"],
    ["FREQ=DAILY;INTERVAL=-1", "INTERVAL"],
    ["FREQ=DAILY;INTERVAL=1.5", "INTERVAL"],
    ["FREQ=DAILY;INTERVAL=", "INTERVAL"],
    ["FREQ=DAILY;INTERVAL=2=3", "INTERVAL"],
    ["FREQ=DAILY;COUNT=0", "COUNT"],
    ["FREQ=DAILY;COUNT=1E3", "COUNT"],
    ["FREQ=DAILY;COUNT=3;UNTIL=20261231T000000", "COUNT"],
    ["FREQ=DAILY;UNTIL=20261231T000000Z", "UNTIL"],
    ["FREQ=DAILY;UNTIL=20260231", "UNTIL"],
    ["FREQ=WEEKLY;BYDAY=2TU", "BYDAY"],
    ["FREQ=WEEKLY;BYDAY=XX", "BYDAY"],
    ["FREQ=WEEKLY;BYDAY=MO,", "BYDAY"],
    ["FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1", "BYMONTHDAY"],
    ["FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"],
    ["FREQ=WEEKLY;WKST=SU", "WKST"],
    ["FREQ=MONTHLY;BYDAY=TU", "BYDAY"],
    ["FREQ=MONTHLY;BYDAY=2TU,4TU", "BYDAY"],
    ["FREQ=MONTHLY;BYDAY=0TU", "BYDAY"],
    ["FREQ=MONTHLY;BYDAY=6TU", "BYDAY"],
    ["FREQ=MONTHLY;BYDAY=-2TU", "BYDAY"],
    ["FREQ=MONTHLY;BYDAY=2TU;BYSETPOS=1", "BYDAY"],
    ["FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1,3", "BYDAY"],
    ["FREQ=MONTHLY;BYDAY=TU;BYSETPOS=0X2", "BYDAY"],
    ["FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2.0", "BYDAY"],
    ["FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"],
    ["FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYMONTHDAY=-2", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYMONTHDAY=1,15", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYMONTHDAY=1E1", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYMONTHDAY= 5", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYDAY=2FR;BYMONTHDAY=8,9,10,11,12,13,14", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=8,9,10,11,12,13,15", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=8,9,10,11,12,13,0XE", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=25,26,27,28,29,30,31", "BYMONTHDAY"],
    ["FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=-3,-2,-1,0,1,2,3", "BYMONTHDAY"],
    ["", ""],
  ])("refuses RRULE:%s, rather than drop a part of it", (rrule, part) => {
    const refused = error(RRule.parse(`DTSTART:20260310T023000\nRRULE:${rrule}`));
    expect(refused._tag).toBe("NotExpressible");
    expect(refused.part).toBe(part);
    expect(refused.message).toMatch(/can't be said: .+\.$/);
  });

  it.each([
    ["no start", "RRULE:FREQ=DAILY"],
    ["two starts", "DTSTART:20260310T023000\nDTSTART:20260311T023000\nRRULE:FREQ=DAILY"],
    ["a start in UTC", "DTSTART:20260310T023000Z\nRRULE:FREQ=DAILY"],
    ["a start that is a day", "DTSTART;VALUE=DATE:20260310\nRRULE:FREQ=DAILY"],
    ["a start on no day", "DTSTART:20260231T023000\nRRULE:FREQ=DAILY"],
    ["no rule", "DTSTART:20260310T023000"],
    ["two rules", "DTSTART:20260310T023000\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY"],
    ["days added", "DTSTART:20260310T023000\nRRULE:FREQ=DAILY\nRDATE:20260311T023000"],
    ["rules taken away", "DTSTART:20260310T023000\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY"],
    ["a line that is folded", "DTSTART:20260310T023000\nRRULE:FREQ=DAILY\n ;COUNT=3"],
    ["a day left out at another time", "DTSTART:20260310T023000\nRRULE:FREQ=DAILY\nEXDATE:20260311T033000"],
    ["a day left out without a time", "DTSTART:20260310T023000\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:20260311"],
    ["a day left out in UTC", "DTSTART:20260310T023000\nRRULE:FREQ=DAILY\nEXDATE:20260311T023000Z"],
    ["nothing", ""],
  ])("refuses %s", (_, text) => {
    expect(error(RRule.parse(text))._tag).toBe("NotExpressible");
  });

  it("answers any text, and what it takes is a rule that it says again", () => {
    const words = fc.constantFrom(
      ..."FREQ= INTERVAL= BYDAY= BYMONTHDAY= BYSETPOS= COUNT= UNTIL= WKST= DAILY WEEKLY MONTHLY MO TU 2TU -1FR 1 2 31 -1 , ; = 20261231 T000000 Z \n EXDATE: 20260311T023000".split(
        " ",
      ),
    );
    const garbled = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 14 }).map((parts) => parts.join("")),
    );
    const sensible = fc
      .array(
        fc.constantFrom(
          "INTERVAL=2",
          "BYDAY=MO",
          "BYDAY=2TU",
          "BYMONTHDAY=31",
          "BYSETPOS=2",
          "COUNT=3",
          "UNTIL=20261231",
          "WKST=MO",
          "",
        ),
        { maxLength: 3 },
      )
      .chain((parts) =>
        fc.constantFrom("DAILY", "WEEKLY", "MONTHLY").map((freq) => [`FREQ=${freq}`, ...parts].join(";")),
      );
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(garbled, sensible), (text) => {
        const rule = RRule.parse(`DTSTART:20260310T023000\nRRULE:${text}`);
        if (!rule.ok || !Recurrence.make(rule.value).ok) return;
        taken += 1;
        expect(slots(value(RRule.parse(value(RRule.print(rule.value)))), 400)).toEqual(slots(rule.value, 400));
        const parts = text.toUpperCase().split(/[;\n]/)[0] ?? "";
        expect(parts.split("=")[0]).toMatch(/^(?:FREQ|INTERVAL|BYDAY|BYMONTHDAY|BYSETPOS|COUNT|UNTIL|WKST)$/);
      }),
      runs(10_000),
    );
    expect(taken).toBeGreaterThan(500);
  });
});
