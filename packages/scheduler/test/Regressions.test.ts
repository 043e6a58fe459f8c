/**
 * What other schedulers get wrong, as their users told it or as their code was seen to do, and what happens here. Each title
 * names the peer and the bug.
 */
import { describe, expect, it } from "vitest";
import * as Catchup from "../src/Catchup.ts";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as Lead from "../src/Lead.ts";
import * as Limits from "../src/Limits.ts";
import * as Occurrence from "../src/Occurrence.ts";
import * as Pacing from "../src/Pacing.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import * as Recurrence from "../src/Recurrence.ts";
import * as TimeZone from "../src/TimeZone.ts";
import * as WallTime from "../src/WallTime.ts";
import { dailyAt, recurring } from "./AnyStart.ts";
import { error, instant, value, wall, ZONE_NAMES, zone } from "./Arbitraries.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DAILY = { _tag: "Daily", every: 1 } as const;

const toMinute = (at: number): string => new Date(at).toISOString().slice(0, "2026-01-01T00:00".length);

/** The first starts after an instant: `2026-03-08T07:30` in UTC. */
const starts = (
  name: string,
  schedule: JobSchedule.Recurring,
  { after, count }: { readonly after: string; readonly count: number },
): readonly string[] => {
  const found: string[] = [];
  let at: JobSchedule.Start | null = { slot: 0, instant: instant(after) };
  while (at !== null && found.length < count) {
    at = JobSchedule.nextStart(schedule.recurrence, zone(name), at.instant, schedule.resolution);
    if (at !== null) found.push(toMinute(at.instant));
  }
  return found;
};

/** The days that a recurrence names from its start on. */
const days = (schedule: JobSchedule.Recurring, count: number): readonly string[] => {
  const found: string[] = [];
  for (const slot of Recurrence.between(schedule.recurrence, 0, Number.POSITIVE_INFINITY)) {
    if (found.length === count) break;
    found.push(toMinute(slot).slice(0, "2026-01-01".length));
  }
  return found;
};

const weekday = (nth: Recurrence.Nth, day: 1 | 2 | 3 | 4 | 5 | 6 | 7, offsetDays = 0): Recurrence.Pattern => ({
  _tag: "MonthlyOnWeekday",
  every: 1,
  nth,
  weekday: day,
  offsetDays,
});

/** What a zone's clocks show at an instant. */
const clock = (name: string, at: string): string =>
  WallTime.print(TimeZone.wallAt(zone(name), instant(at))).slice(0, 16);

describe("gaps and overlaps", () => {
  it("SCH-05: Breeze's vanished gap time: a daily 02:30 runs on the day that has none, at 03:30", () => {
    expect(starts("America/New_York", dailyAt("2027-01-01T02:30"), { after: "2027-03-13T00:00Z", count: 3 })).toEqual([
      "2027-03-13T07:30",
      "2027-03-14T07:30",
      "2027-03-15T06:30",
    ]);
    expect(clock("America/New_York", "2027-03-14T07:30Z")).toBe("2027-03-14T03:30");
  });

  it("SCH-05: a poll at the exact minute fires twice: 01:30 on the day that has two runs once, at the first", () => {
    expect(starts("America/New_York", dailyAt("2027-01-01T01:30"), { after: "2027-11-07T00:00Z", count: 2 })).toEqual([
      "2027-11-07T05:30",
      "2027-11-08T06:30",
    ]);
  });

  it("SCH-05: cron fires twice in Lord Howe's half hour: 02:15 runs once, at 02:45", () => {
    expect(
      starts("Australia/Lord_Howe", dailyAt("2027-01-01T02:15"), { after: "2027-10-01T12:00Z", count: 3 }),
    ).toEqual(["2027-10-01T15:45", "2027-10-02T15:45", "2027-10-03T15:15"]);
    expect(clock("Australia/Lord_Howe", "2027-10-02T15:45Z")).toBe("2027-10-03T02:45");
  });

  it("SCH-05: cron-parser leaves Lord Howe's gap out: no day of its year is without a run", () => {
    const schedule = dailyAt("2027-01-01T02:15");
    const range = { from: instant("2026-12-31T13:00Z"), to: instant("2027-12-31T13:00Z") };
    const found = [...JobSchedule.startsBetween(schedule.recurrence, zone("Australia/Lord_Howe"), range)];
    expect(found).toHaveLength(365);
    const dates = found.map(({ instant: at }) => clock("Australia/Lord_Howe", Instant.toIso(at)).slice(0, 10));
    expect(new Set(dates).size).toBe(365);
  });

  it("SCH-05: rrule runs before the gap, at 01:45 for 02:15 in Lord Howe: never before what was asked for", () => {
    const at = TimeZone.resolve(zone("Australia/Lord_Howe"), wall("2027-10-03T02:15"));
    expect(clock("Australia/Lord_Howe", Instant.toIso(at ?? Instant.earliest))).toBe("2027-10-03T02:45");
  });

  it("SCH-05: croner runs at the gap's end: 03:00 for 02:30 only where one asks for the next valid time", () => {
    const nextValid = recurring(DAILY, "2027-01-01T02:30", { resolution: { gap: "next-valid", overlap: "earlier" } });
    const from = { after: "2027-03-14T00:00Z", count: 1 };
    expect(starts("America/New_York", nextValid, from)).toEqual(["2027-03-14T07:00"]);
    expect(starts("America/New_York", dailyAt("2027-01-01T02:30"), from)).toEqual(["2027-03-14T07:30"]);
  });

  it("SCH-05: rrule-temporal leaves gap days out: only where one asks for that", () => {
    const skipping = recurring(DAILY, "2027-01-01T02:30", { resolution: { gap: "skip", overlap: "earlier" } });
    expect(starts("America/New_York", skipping, { after: "2027-03-13T00:00Z", count: 2 })).toEqual([
      "2027-03-13T07:30",
      "2027-03-15T06:30",
    ]);
  });

  it("SCH-05: date-fns-tz goes an hour back in a gap, and to the day before at midnight", () => {
    const resolved = (name: string, text: string): string =>
      toMinute(TimeZone.resolve(zone(name), wall(text)) ?? Number.NaN);
    expect(resolved("America/New_York", "2026-03-08T02:30")).toBe("2026-03-08T07:30");
    expect(resolved("Africa/Cairo", "2010-04-30T00:00")).toBe("2010-04-29T22:00");
    expect(clock("Africa/Cairo", "2010-04-29T22:00Z")).toBe("2010-04-30T01:00");
    expect(resolved("Pacific/Apia", "2011-12-30T12:00")).toBe("2011-12-30T22:00");
  });

  it("date-fns-tz has the new offset half an hour early: in New York it is -5 until 07:00Z", () => {
    const offset = (at: string): number => TimeZone.offsetAt(zone("America/New_York"), instant(at)) / HOUR;
    expect(["2026-03-08T06:30Z", "2026-03-08T06:59:59.999Z", "2026-03-08T07:00Z"].map(offset)).toEqual([-5, -5, -4]);
  });

  it("SCH-05: luxon takes the later of two times: the earlier is meant unless the later is asked for", () => {
    const cairo = zone("Africa/Cairo");
    const meant = (overlap: "earlier" | "later"): number | null =>
      TimeZone.resolve(cairo, wall("2010-08-10T23:00"), { gap: "shift", overlap });
    expect(meant("earlier")).toBe(instant("2010-08-10T20:00Z"));
    expect(meant("later")).toBe(instant("2010-08-10T21:00Z"));
  });

  it("luxon misses times that come once, a minute before Scoresbysund's change", () => {
    const place = zone("America/Scoresbysund");
    expect(TimeZone.resolve(place, wall("2010-10-30T23:59"))).toBe(instant("2010-10-30T23:59Z"));
    expect(TimeZone.occurrence(place, wall("2010-10-30T23:59"))).toBe("once");
    expect(TimeZone.occurrence(place, wall("2010-10-31T00:00"))).toBe("overlap");
  });

  it("SCH-05: cron-parser takes Havana's second midnight: the first counts", () => {
    expect(starts("America/Havana", dailyAt("2012-01-01T00:30"), { after: "2012-11-03T00:00Z", count: 3 })).toEqual([
      "2012-11-03T04:30",
      "2012-11-04T04:30",
      "2012-11-05T05:30",
    ]);
  });

  it("SCH-05: cron-parser is an hour off in Casey's gap of three", () => {
    expect(starts("Antarctica/Casey", dailyAt("2011-10-01T03:30"), { after: "2011-10-26T12:00Z", count: 3 })).toEqual([
      "2011-10-26T19:30",
      "2011-10-27T19:30",
      "2011-10-28T16:30",
    ]);
  });

  it("SCH-05: rrule takes Cairo's second 23:30 at the end of its summer", () => {
    expect(starts("Africa/Cairo", dailyAt("2010-09-01T23:30"), { after: "2010-09-29T15:00Z", count: 3 })).toEqual([
      "2010-09-29T20:30",
      "2010-09-30T20:30",
      "2010-10-01T21:30",
    ]);
  });

  it("SCH-05: rrule-temporal drifts an hour after Casablanca's Ramadan", () => {
    expect(starts("Africa/Casablanca", dailyAt("2020-01-01T02:30"), { after: "2020-05-29T20:00Z", count: 3 })).toEqual([
      "2020-05-30T02:30",
      "2020-05-31T02:30",
      "2020-06-01T01:30",
    ]);
  });

  it("SCH-05: Casablanca's Ramadan shifts, two of them some weeks apart: one run on every day of each year", () => {
    const casablanca = zone("Africa/Casablanca");
    for (let year = 2019; year <= 2035; year++) {
      const range = { from: instant(`${year}-01-01T12:00Z`), to: instant(`${year + 1}-01-01T12:00Z`) };
      const found = [...JobSchedule.startsBetween(dailyAt("2018-12-01T02:30").recurrence, casablanca, range)];
      expect(found).toHaveLength((Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)) / DAY);
      expect(TimeZone.transitions(casablanca, range.from, range.to).length).toBeGreaterThanOrEqual(2);
    }
  });

  it("SCH-05: Temporal's schedules run 0, 1 or 2 times (#8205): one run on each day, in every zone, at any time of day", () => {
    const range = { from: instant("2026-01-01T14:00Z"), to: instant("2026-12-31T08:00Z") };
    for (const name of ZONE_NAMES) {
      for (const time of ["00:00", "00:30", "01:30", "02:00", "02:15", "02:30", "03:00", "23:30"]) {
        const found = [...JobSchedule.startsBetween(dailyAt(`2025-12-01T${time}`).recurrence, zone(name), range)];
        const dates = found.map(({ slot }) => toMinute(slot).slice(0, 10));
        expect(new Set(dates).size).toBe(dates.length);
        const [first = 0, last = 0] = [found.at(0)?.slot, found.at(-1)?.slot];
        expect(dates).toHaveLength((last - first) / DAY + 1);
        expect(dates.length).toBeGreaterThanOrEqual(362);
      }
    }
  });

  it("SCH-05: Beirut, Cairo, Santiago, Havana and Tehran jump midnight: the run is on its day, an hour late", () => {
    const cases = [
      ["Asia/Beirut", "2026-03-29", "2026-03-28T22:00"],
      ["Africa/Cairo", "2026-04-24", "2026-04-23T22:00"],
      ["America/Santiago", "2026-09-06", "2026-09-06T04:00"],
      ["America/Havana", "2026-03-08", "2026-03-08T05:00"],
      ["Asia/Tehran", "2022-03-22", "2022-03-21T20:30"],
      ["America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00"],
    ] as const;
    for (const [name, day, at] of cases) {
      const start = TimeZone.resolve(zone(name), wall(`${day}T00:00`)) ?? Instant.earliest;
      expect([name, toMinute(start)]).toEqual([name, at]);
      expect(clock(name, Instant.toIso(start))).toBe(`${day}T01:00`);
      // A time that is of the day before to a library that goes back.
      const later = TimeZone.resolve(zone(name), wall(`${day}T00:30`)) ?? Instant.earliest;
      expect(clock(name, Instant.toIso(later))).toBe(`${day}T01:30`);
    }
  });

  it("SCH-05: Troll's clocks jump two hours, and Lord Howe's show half an hour twice", () => {
    expect(starts("Antarctica/Troll", dailyAt("2026-03-01T01:30"), { after: "2026-03-28T12:00Z", count: 1 })).toEqual([
      "2026-03-29T01:30",
    ]);
    expect(clock("Antarctica/Troll", "2026-03-29T01:30Z")).toBe("2026-03-29T03:30");
    const lordHowe = zone("Australia/Lord_Howe");
    expect(TimeZone.occurrence(lordHowe, wall("2026-04-05T01:45"))).toBe("overlap");
    expect(TimeZone.occurrence(lordHowe, wall("2026-04-05T01:29"))).toBe("once");
    expect(TimeZone.resolve(lordHowe, wall("2026-04-05T01:45"))).toBe(instant("2026-04-04T14:45Z"));
  });

  it("Dublin's winter is its DST in tzdata: to clocks it is summer time as elsewhere", () => {
    expect(starts("Europe/Dublin", dailyAt("2026-01-01T01:30"), { after: "2026-03-28T12:00Z", count: 2 })).toEqual([
      "2026-03-29T01:30",
      "2026-03-30T00:30",
    ]);
  });

  it("Volgograd moved its standard time in a winter: the clocks went back for good", () => {
    expect(starts("Europe/Volgograd", dailyAt("2020-12-01T01:30"), { after: "2020-12-25T12:00Z", count: 3 })).toEqual([
      "2020-12-25T21:30",
      "2020-12-26T21:30",
      "2020-12-27T22:30",
    ]);
  });
});

describe("days that a zone left out", () => {
  it("SCH-05: Apia's skipped Friday: the weekly Friday run comes on Saturday at its time, and isn't lost", () => {
    const fridays = recurring({ _tag: "Weekly", every: 1, weekdays: [5] }, "2011-12-01T12:00");
    expect(starts("Pacific/Apia", fridays, { after: "2011-12-20T00:00Z", count: 3 })).toEqual([
      "2011-12-23T22:00",
      "2011-12-30T22:00",
      "2012-01-05T22:00",
    ]);
    expect(clock("Pacific/Apia", "2011-12-30T22:00Z")).toBe("2011-12-31T12:00");
  });

  it("SCH-05: Apia's skipped Friday: the daily run comes once, not twice on the Saturday", () => {
    expect(starts("Pacific/Apia", dailyAt("2011-12-01T12:00"), { after: "2011-12-29T00:00Z", count: 3 })).toEqual([
      "2011-12-29T22:00",
      "2011-12-30T22:00",
      "2011-12-31T22:00",
    ]);
  });

  it("SCH-05: Kwajalein left out 1993-08-21: the same, half a world away and before the web", () => {
    expect(starts("Pacific/Kwajalein", dailyAt("1993-08-01T12:00"), { after: "1993-08-20T12:00Z", count: 3 })).toEqual([
      "1993-08-21T00:00",
      "1993-08-22T00:00",
      "1993-08-23T00:00",
    ]);
    expect(TimeZone.occurrence(zone("Pacific/Kwajalein"), wall("1993-08-21T12:00"))).toBe("gap");
  });
});

describe("offsets and names of zones", () => {
  it.each([
    ["Asia/Kolkata", "2026-07-01T20:30"],
    ["Asia/Kathmandu", "2026-07-01T20:15"],
    ["Australia/Eucla", "2026-07-01T17:15"],
    ["Pacific/Chatham", "2026-07-01T13:15"],
    ["Pacific/Marquesas", "2026-07-02T11:30"],
    ["America/St_Johns", "2026-07-02T04:30"],
    ["Asia/Tehran", "2026-07-01T22:30"],
    ["Pacific/Kiritimati", "2026-07-01T12:00"],
    ["Pacific/Pago_Pago", "2026-07-02T13:00"],
  ])("offsets aren't whole hours, nor within a day of UTC: 02:00 in %s is %sZ", (name, at) => {
    expect(toMinute(TimeZone.resolve(zone(name), wall("2026-07-02T02:00")) ?? Number.NaN)).toBe(at);
  });

  it("Pyongyang went half an hour back for three years: no run is lost or doubled at either end", () => {
    const pyongyang = zone("Asia/Pyongyang");
    for (const [from, to] of [
      ["2015-08-01T00:00Z", "2015-08-31T00:00Z"],
      ["2018-04-20T00:00Z", "2018-05-20T00:00Z"],
    ] as const) {
      for (const time of ["23:30", "23:45", "00:00", "00:15"]) {
        const range = { from: instant(from), to: instant(to) };
        const found = [...JobSchedule.startsBetween(dailyAt(`2015-01-01T${time}`).recurrence, pyongyang, range)];
        expect(found).toHaveLength(30);
      }
    }
  });

  it("SCH-02: zones without DST keep theirs all year: Phoenix beside Denver, and a fixed offset anywhere", () => {
    const noon = (name: string, mode: JobSchedule.ZoneMode = { _tag: "Agent" }): readonly string[] =>
      ["2026-01-15", "2026-07-15"].map((day) => {
        const schedule = value(JobSchedule.once({ at: wall(`${day}T12:00`), zone: mode }));
        const start = JobSchedule.startsFor(schedule, { zone: zone(name), enabledAt: Instant.earliest });
        return toMinute(value(start)).slice("2026-01-15T".length);
      });
    expect(noon("America/Phoenix")).toEqual(["19:00", "19:00"]);
    expect(noon("America/Denver")).toEqual(["19:00", "18:00"]);
    expect(noon("America/Denver", { _tag: "Fixed", offsetMinutes: -420 })).toEqual(["19:00", "19:00"]);
  });

  it.each([
    ["Asia/Calcutta", "Asia/Kolkata"],
    ["Europe/Kiev", "Europe/Kyiv"],
    ["America/Godthab", "America/Nuuk"],
    ["Asia/Katmandu", "Asia/Kathmandu"],
    ["Pacific/Enderbury", "Pacific/Kanton"],
    ["US/Eastern", "America/New_York"],
  ])(
    "SCH-02: a zone was renamed: agents that report %s or %s start together, each under its own name",
    (former, name) => {
      const [one, other] = [zone(former), zone(name)];
      expect([one.name, other.name]).toEqual([former, name]);
      const schedule = dailyAt("2026-01-01T02:30");
      const context = { zones: [one, other], enabledAt: instant("2026-01-01T00:00Z"), window: PatchWindow.none };
      for (const day of ["2026-03-29", "2026-07-01", "2026-10-25"]) {
        const planned = value(Occurrence.planSlot(schedule, Date.parse(`${day}T02:30Z`), context));
        const [a, b] = [one, other].map((place) => Occurrence.forZone(planned, place));
        expect(a?._tag).toBe("Starts");
        expect(a).toEqual({ ...b, zone: former });
      }
    },
  );

  it("SCH-03: Fleet never updates an asset of unknown zone (#35455), date-fns-tz says NaN: the default zone counts, and it is said", () => {
    expect(error(TimeZone.of("Mars/Olympus"))).toMatchObject({ _tag: "UnknownZone", zone: "Mars/Olympus" });
    const { zone: place, isDefault } = JobSchedule.assetZone("Mars/Olympus", zone("America/New_York"));
    expect(isDefault).toBe(true);
    expect(starts(place.name, dailyAt("2026-01-01T02:30"), { after: "2026-01-05T00:00Z", count: 1 })).toEqual([
      "2026-01-05T07:30",
    ]);
  });

  it("years past 2038: seconds of 32 bits run out, and some libraries' DST with 2037: neither here", () => {
    expect(starts("America/New_York", dailyAt("2026-01-01T22:14"), { after: "2038-01-19T00:00Z", count: 1 })).toEqual([
      "2038-01-19T03:14",
    ]);
    const july = starts("America/New_York", dailyAt("2026-01-01T02:30"), { after: "2050-07-01T00:00Z", count: 1 });
    expect(july).toEqual(["2050-07-01T06:30"]);
    // The second Sunday of March 2050 is the 13th.
    expect(starts("America/New_York", dailyAt("2026-01-01T02:30"), { after: "2050-03-13T00:00Z", count: 1 })).toEqual([
      "2050-03-13T07:30",
    ]);
  });
});

describe("days of months and weeks", () => {
  it("SCH-04: Tactical's day 31 never runs in April and runs on March 30: it runs on the seven 31sts of a year, no other day", () => {
    const found = days(recurring({ _tag: "MonthlyOnDay", every: 1, day: 31 }, "2027-01-01T02:30"), 7);
    expect(found).toEqual(["01", "03", "05", "07", "08", "10", "12"].map((month) => `2027-${month}-31`));
  });

  it("SCH-01: Uyuni's third Tuesday is another one for user and server (#8924): it is by the calendar, not by the row of the week", () => {
    // July 2026 begins on a Wednesday: the Tuesday in its third row is the 14th, the second one.
    expect(days(recurring(weekday(3, 2), "2026-07-01T02:30"), 3)).toEqual(["2026-07-21", "2026-08-18", "2026-09-15"]);
  });

  it("SCH-11: patching_as_code never patched for a day's difference (#22): Patch Tuesday + n is counted from the Tuesday", () => {
    expect(days(recurring(weekday(2, 2, 2), "2026-04-01T02:30"), 2)).toEqual(["2026-04-16", "2026-05-14"]);
    // April 2026 begins on a Wednesday: its second Thursday, the 9th, comes before Patch Tuesday, the 14th.
    expect(days(recurring(weekday(2, 4), "2026-04-01T02:30"), 1)).toEqual(["2026-04-09"]);
  });

  it("SCH-11: Azure moves an anchor by six days at most: here by 27, over the end of the month", () => {
    expect(days(recurring(weekday(2, 2, 20), "2026-04-01T02:30"), 3)).toEqual([
      "2026-05-04",
      "2026-06-01",
      "2026-06-29",
    ]);
    expect(days(recurring(weekday(2, 2, -14), "2026-04-01T02:30"), 2)).toEqual(["2026-04-28", "2026-05-26"]);
  });

  it("SCH-04: leap days: a yearly run on February 29 comes every four years, but for 2100", () => {
    const leap = recurring({ _tag: "MonthlyOnDay", every: 12, day: 29 }, "2024-02-01T02:30");
    expect(days(leap, 3)).toEqual(["2024-02-29", "2028-02-29", "2032-02-29"]);
    const after = Recurrence.next(leap.recurrence, Date.UTC(2096, 1, 29, 2, 30));
    expect(toMinute(after ?? Number.NaN)).toBe("2104-02-29T02:30");
    expect(days(recurring({ _tag: "MonthlyOnLastDay", every: 12 }, "2024-02-01T02:30"), 3)).toEqual([
      "2024-02-29",
      "2025-02-28",
      "2026-02-28",
    ]);
  });

  it("SCH-01: cron's */2 begins anew each month and year: every second day goes on over the 31st, and over New Year", () => {
    const second = recurring({ _tag: "Daily", every: 2 }, "2026-12-29T02:30");
    expect(days(second, 3)).toEqual(["2026-12-29", "2026-12-31", "2027-01-02"]);
    const months = recurring({ _tag: "MonthlyOnDay", every: 5, day: 1 }, "2026-10-01T02:30");
    expect(days(months, 3)).toEqual(["2026-10-01", "2027-03-01", "2027-08-01"]);
  });

  it("SCH-01: week 53: every second week goes on over the end of a year that has one", () => {
    const second = recurring({ _tag: "Weekly", every: 2, weekdays: [1, 5] }, "2026-12-21T02:30");
    expect(days(second, 4)).toEqual(["2026-12-21", "2026-12-25", "2027-01-04", "2027-01-08"]);
  });

  it("December 31 becomes January: a run at its last minute is of the old year, whatever the year is in UTC", () => {
    const last = recurring({ _tag: "MonthlyOnLastDay", every: 1 }, "2026-12-01T23:59");
    expect(starts("America/New_York", last, { after: "2026-12-15T00:00Z", count: 2 })).toEqual([
      "2027-01-01T04:59",
      "2027-02-01T04:59",
    ]);
    expect(starts("Pacific/Kiritimati", last, { after: "2026-12-15T00:00Z", count: 1 })).toEqual(["2026-12-31T09:59"]);
  });

  it("SCH-05: Dhaka went back an hour at the end of 2009: the year's last hour came twice, and its run once", () => {
    expect(starts("Asia/Dhaka", dailyAt("2009-12-01T23:30"), { after: "2009-12-30T00:00Z", count: 3 })).toEqual([
      "2009-12-30T16:30",
      "2009-12-31T16:30",
      "2010-01-01T17:30",
    ]);
  });

  it("kured judges by the weekday of now: a weekday is that of the asset's own calendar", () => {
    const mondays = recurring({ _tag: "Weekly", every: 1, weekdays: [1] }, "2026-07-01T08:00");
    // Sunday in UTC, and Monday as well when it comes in New York.
    expect(starts("Asia/Tokyo", mondays, { after: "2026-07-10T00:00Z", count: 1 })).toEqual(["2026-07-12T23:00"]);
    const evenings = recurring({ _tag: "Weekly", every: 1, weekdays: [1] }, "2026-07-01T22:00");
    expect(starts("America/New_York", evenings, { after: "2026-07-10T00:00Z", count: 1 })).toEqual([
      "2026-07-14T02:00",
    ]);
  });

  it("kured adds 24 hours for tomorrow: a day is 23 or 25 hours long where clocks change, and the time of day stays", () => {
    const hours = (from: string): readonly number[] => {
      const found = starts("America/New_York", dailyAt("2026-01-01T12:00"), { after: from, count: 3 });
      return found.slice(1).map((at, index) => (Date.parse(`${at}Z`) - Date.parse(`${found[index]}Z`)) / HOUR);
    };
    expect(hours("2026-03-07T00:00Z")).toEqual([23, 24]);
    expect(hours("2026-10-31T00:00Z")).toEqual([25, 24]);
  });
});

describe("downtime, restarts and crowds", () => {
  const newYork = zone("America/New_York");
  const window = value(PatchWindow.make({ minutes: 120, bound: "start" }));

  it("SCH-13: Kubernetes stops a job that missed more than 100 starts (#42649): they are counted, and the latest still runs", () => {
    const since = instant("2020-01-01T00:00Z");
    const now = instant("2026-03-08T08:00Z");
    const { missed, missedCount, runNow } = Catchup.after(dailyAt("2019-01-01T02:30"), newYork, {
      since,
      now,
      window,
      policy: "run-once-now",
    });
    expect(missedCount).toBe(Math.round((Date.UTC(2026, 2, 8) - Date.UTC(2020, 0, 1)) / DAY));
    expect(missed).toHaveLength(Limits.MAX_MISSED_NAMED);
    expect(runNow?.start.instant).toBe(instant("2026-03-08T07:30Z"));
  });

  it("SCH-13: Tactical and Breeze skip an asset that is offline at the minute: it runs when it is back, inside its window only", () => {
    const after = (now: string): Catchup.Catchup["runNow"] =>
      Catchup.after(dailyAt("2026-01-01T02:30"), newYork, {
        since: instant("2026-07-01T06:00Z"),
        now: instant(now),
        window,
        policy: "run-once-now",
      }).runNow;
    expect(after("2026-07-01T07:45Z")?.start.instant).toBe(instant("2026-07-01T06:30Z"));
    expect(after("2026-07-01T08:29:59.999Z")).not.toBe(null);
    expect(after("2026-07-01T08:30Z")).toBe(null);
  });

  it("SCH-13: after a week of downtime missed runs come in a burst: one at most does", () => {
    const { missed, runNow } = Catchup.after(dailyAt("2026-01-01T02:30"), newYork, {
      since: instant("2026-07-01T00:00Z"),
      now: instant("2026-07-08T07:00Z"),
      window,
      policy: "run-once-now",
    });
    expect(missed.map(({ slot }) => toMinute(slot).slice(8, 10))).toEqual(["01", "02", "03", "04", "05", "06", "07"]);
    expect(toMinute(runNow?.start.slot ?? Number.NaN)).toBe("2026-07-08T02:30");
  });

  it("Salt's jobs stop when the clock goes back (#64278): the next start is asked anew, and has its key of before", () => {
    const schedule = dailyAt("2026-01-01T02:30");
    const keyAfter = (now: string): string => {
      const start = JobSchedule.nextStart(schedule.recurrence, newYork, instant(now));
      return start === null ? "none" : Occurrence.slotKey(schedule, start.slot);
    };
    const before = keyAfter("2026-07-01T06:00Z");
    expect(keyAfter("2026-07-05T06:00Z")).toBe("at:2026-07-05T02:30:00@agent#0");
    expect(keyAfter("2026-07-01T06:00Z")).toBe(before);
  });

  it("Salt runs each job twice after a reconnect (#37307): an hour that comes twice has one key", () => {
    const schedule = dailyAt("2026-01-01T01:30");
    const range = { from: instant("2026-11-01T00:00Z"), to: instant("2026-11-01T12:00Z") };
    const keys = [...JobSchedule.startsBetween(schedule.recurrence, newYork, range)].map(({ slot }) =>
      Occurrence.slotKey(schedule, slot),
    );
    expect(keys).toEqual(["at:2026-11-01T01:30:00@agent#0"]);
  });

  it("systemd rolls its random delay anew at each boot, and may never run (#21166): a slot follows from the id", () => {
    const interval = Duration.hours(24);
    const slot = Pacing.nextSlot("7d444840-9dc0-41d1-b245-5ffdce74fad2", interval, instant("2026-07-01T00:00Z"));
    // Restarted every ten minutes all day long, it comes all the same, and at the same moment.
    for (let at = instant("2026-07-01T00:00Z"); at < slot; at = Instant.at(at + 10 * MINUTE)) {
      expect(Pacing.nextSlot("7d444840-9dc0-41d1-b245-5ffdce74fad2", interval, at)).toBe(slot);
    }
    expect(slot).toBeLessThanOrEqual(instant("2026-07-02T00:00Z"));
  });

  it("Fleet's hosts return all at once after an outage (#3271): no minute of thirty sees twice its share", () => {
    const end = instant("2026-07-01T06:00Z");
    const perMinute = new Map<number, number>();
    for (let n = 0; n < 30_000; n++) {
      const id = `7d444840-9dc0-41d1-b245-${n.toString(16).padStart(12, "0")}`;
      const minute = Math.floor((Pacing.spread(id, "outage of 2026-07-01", end, Duration.minutes(30)) - end) / MINUTE);
      perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
    }
    expect(perMinute.size).toBe(30);
    expect(Math.max(...perMinute.values())).toBeLessThan(1200);
    expect(Math.min(...perMinute.values())).toBeGreaterThan(800);
  });

  it("AGT-01: Elastic's agents retry in a herd (#13874): jitter only ever lengthens, and Retry-After is never undercut", () => {
    const retryAfter = Duration.minutes(20);
    for (let attempt = 1; attempt <= 20; attempt++) {
      for (const random of [0, 0.25, 0.999]) {
        expect(Pacing.retryDelay(attempt, { random, retryAfter })).toBeGreaterThanOrEqual(retryAfter);
        const alone = Pacing.retryDelay(attempt, { random, retryAfter: null });
        expect(alone).toBeGreaterThanOrEqual(Math.min(60_000 * 1.5 ** (attempt - 1), 2_700_000));
      }
    }
  });

  it("SCH-08: hours counted on the wall make a lead of two or four where clocks change: it is three", () => {
    // 04:30 on the day that lacks 02:00 to 03:00: three hours before it the clocks show 00:30, not 01:30.
    const schedule = dailyAt("2026-01-01T04:30");
    const first = (at: string): string =>
      toMinute(Lead.firstInTime(schedule, newYork, instant(at))?.instant ?? Number.NaN);
    expect(clock("America/New_York", "2026-03-08T05:30Z")).toBe("2026-03-08T00:30");
    expect(first("2026-03-08T05:30Z")).toBe("2026-03-08T08:30");
    expect(first("2026-03-08T05:30:00.001Z")).toBe("2026-03-09T08:30");
  });
});
