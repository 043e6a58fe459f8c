import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type * as Blackout from "../src/Blackout.ts";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import type * as Preview from "../src/Preview.ts";
import * as Recurrence from "../src/Recurrence.ts";
import * as ScheduleLint from "../src/ScheduleLint.ts";
import type * as TimeZone from "../src/TimeZone.ts";
import { instant, patience, runs, value, wall, zone } from "./Arbitraries.ts";
import { anyBlackout, anyChange, freezeNear } from "./walker/AnyCalendar.ts";
import { DAY, MINUTE } from "./walker/MinuteWalker.ts";
import { walkRun } from "./walker/WalkedRun.ts";

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7] as const;
const AGENT: JobSchedule.ZoneMode = { _tag: "Agent" };

const place = (name: string, calendar: Partial<Preview.Place["calendar"]> = {}): Preview.Place => ({
  zone: zone(name),
  isDefault: false,
  calendar: { blackouts: [], freezes: [], inBlackout: "wait", ...calendar },
});
const dark = (
  from: string,
  to: string,
  ...weekdays: readonly Blackout.Blackout["weekdays"][number][]
): Blackout.Blackout => {
  const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const days = weekdays.length === 0 ? EVERY_DAY : weekdays;
  return { weekdays: days, fromMinute: minuteOf(from), toMinute: minuteOf(to) };
};

const recurring = (
  pattern: Recurrence.Pattern,
  start: string,
  options: {
    readonly end?: Recurrence.End;
    readonly zone?: JobSchedule.ZoneMode;
    readonly resolution?: TimeZone.Resolution;
  } = {},
): JobSchedule.JobSchedule => {
  const { end = { _tag: "Never" }, zone: zoneMode = AGENT, resolution } = options;
  const recurrence = value(Recurrence.make({ pattern, start: wall(start), end, except: [] }));
  return value(
    JobSchedule.recurring({ recurrence, zone: zoneMode, ...(resolution === undefined ? {} : { resolution }) }),
  );
};
const DAILY: Recurrence.Pattern = { _tag: "Daily", every: 1 };
const once = (at: string): JobSchedule.JobSchedule => value(JobSchedule.once({ at: wall(at), zone: AGENT }));
const bounded = (minutes: number, bound: PatchWindow.WindowBound = "start"): PatchWindow.PatchWindow =>
  value(PatchWindow.make({ minutes, bound }));

/** Daily at 02:00 in Kolkata, whose clocks never change, enabled five hours before the first run, with a window of two hours. */
const daily = recurring(DAILY, "2026-06-02T02:00");
const kolkata = place("Asia/Kolkata");
const context = (what: Partial<ScheduleLint.Context> = {}): ScheduleLint.Context => ({
  places: [kolkata],
  enabledAt: instant("2026-06-01T15:30Z"),
  window: bounded(120),
  ...what,
});
const at = (calendar: Partial<Preview.Place["calendar"]>): Partial<ScheduleLint.Context> => ({
  places: [place("Asia/Kolkata", calendar)],
});

type Case = readonly [JobSchedule.JobSchedule, ScheduleLint.Context];
type Expected = Pick<ScheduleLint.Finding, "code" | "severity" | "rule">;

/** What is found, and beside it the nearest thing about which there is nothing to say. */
const cases: readonly (readonly [string, Expected, Case, Case])[] = [
  [
    "a window that lies in a blackout",
    { code: "never-opens", severity: "error", rule: "WIN-05" },
    [daily, context(at({ blackouts: [dark("01:00", "04:00")] }))],
    [daily, context(at({ blackouts: [dark("01:00", "03:59")] }))],
  ],
  [
    "a run that blackouts cancel at once",
    { code: "never-opens", severity: "error", rule: "WIN-05" },
    [daily, context(at({ blackouts: [dark("01:59", "02:01")], inBlackout: "cancel" }))],
    [daily, context(at({ blackouts: [dark("01:59", "02:00")], inBlackout: "cancel" }))],
  ],
  [
    "a window in a freeze, where it is the only one left",
    { code: "never-opens", severity: "error", rule: "WIN-05" },
    [
      once("2026-06-02T02:00"),
      context(
        at({ freezes: [{ name: "sale", from: wall("2026-06-01T00:00"), to: wall("2026-06-02T04:00"), zone: null }] }),
      ),
    ],
    [
      once("2026-06-02T02:00"),
      context(
        at({ freezes: [{ name: "sale", from: wall("2026-06-01T00:00"), to: wall("2026-06-02T03:59"), zone: null }] }),
      ),
    ],
  ],
  [
    "what is left of a window that a late enabling leaves",
    { code: "never-opens", severity: "error", rule: "WIN-05" },
    [
      once("2026-06-02T02:00"),
      // 03:00 on the clock; the window ends at 04:00, counted from its nominal start.
      context({ ...at({ blackouts: [dark("03:00", "04:30")] }), enabledAt: instant("2026-06-01T21:30Z") }),
    ],
    [
      once("2026-06-02T02:00"),
      context({ ...at({ blackouts: [dark("01:00", "01:30")] }), enabledAt: instant("2026-06-01T15:30Z") }),
    ],
  ],
  [
    "a blackout on some days",
    { code: "sometimes-closed", severity: "warning", rule: "WIN-05" },
    [daily, context(at({ blackouts: [dark("01:00", "04:00", 7)] }))],
    [
      recurring({ _tag: "Weekly", every: 1, weekdays: [1] }, "2026-06-02T02:00"),
      context(at({ blackouts: [dark("01:00", "04:00", 7)] })),
    ],
  ],
  [
    "a window longer than the time between two runs",
    { code: "windows-overlap", severity: "warning", rule: "WIN-06" },
    [daily, context({ window: bounded(1441) })],
    [daily, context({ window: bounded(1439) })],
  ],
  [
    "windows that merge into one",
    { code: "windows-merge", severity: "note", rule: "WIN-06" },
    [daily, context({ window: bounded(1440) })],
    [daily, context({ window: bounded(1439) })],
  ],
  [
    "work as long as the window",
    { code: "work-never-fits", severity: "error", rule: "WIN-02" },
    [daily, context({ window: bounded(120, "complete"), reserve: Duration.minutes(120) })],
    [daily, context({ window: bounded(120, "complete"), reserve: Duration.minutes(119) })],
  ],
  [
    "work longer than a late enabling leaves of the window",
    { code: "work-never-fits", severity: "error", rule: "WIN-02" },
    [
      once("2026-06-02T02:00"),
      context({
        enabledAt: instant("2026-06-01T21:30Z"),
        window: bounded(120, "complete"),
        reserve: Duration.minutes(60),
      }),
    ],
    [
      once("2026-06-02T02:00"),
      context({
        enabledAt: instant("2026-06-01T17:30Z"),
        window: bounded(120, "complete"),
        reserve: Duration.minutes(60),
      }),
    ],
  ],
  [
    "a recurrence that has ended",
    { code: "no-run-in-time", severity: "error", rule: "SCH-07" },
    [recurring(DAILY, "2026-05-30T02:00", { end: { _tag: "After", count: 3 } }), context()],
    [recurring(DAILY, "2026-05-30T02:00", { end: { _tag: "After", count: 4 } }), context()],
  ],
  [
    "a last run within the lead",
    { code: "no-run-in-time", severity: "error", rule: "SCH-08" },
    [
      recurring(DAILY, "2026-05-30T02:00", { end: { _tag: "After", count: 4 } }),
      context({ enabledAt: instant("2026-06-01T17:30:00.001Z") }),
    ],
    [
      recurring(DAILY, "2026-05-30T02:00", { end: { _tag: "After", count: 4 } }),
      context({ enabledAt: instant("2026-06-01T17:30Z") }),
    ],
  ],
  [
    "a run whose window is over before it is enabled",
    { code: "no-run-in-time", severity: "error", rule: "SCH-06" },
    [once("2026-06-01T10:00"), context()],
    [once("2026-06-02T10:00"), context()],
  ],
  [
    "a next run within the lead",
    { code: "start-is-near", severity: "warning", rule: "SCH-08" },
    [daily, context({ enabledAt: instant("2026-06-01T17:30:00.001Z") })],
    [daily, context({ enabledAt: instant("2026-06-01T17:30Z") })],
  ],
  [
    "a next run within a lead of the subscription's own",
    { code: "start-is-near", severity: "warning", rule: "SCH-08" },
    [daily, context({ lead: Duration.minutes(301) })],
    [daily, context({ lead: Duration.minutes(300) })],
  ],
  [
    "a single run that is near",
    { code: "start-is-near", severity: "warning", rule: "SCH-09" },
    [once("2026-06-02T02:00"), context({ enabledAt: instant("2026-06-01T17:31Z") })],
    [once("2026-06-02T02:00"), context({ enabledAt: instant("2026-06-01T17:30Z") })],
  ],
  [
    "a start too near for opportunistic download",
    { code: "start-is-near", severity: "warning", rule: "SCH-10" },
    [once("2026-06-02T02:00"), context({ enabledAt: instant("2026-06-01T17:31Z"), opportunisticDownload: true })],
    [once("2026-06-02T02:00"), context({ enabledAt: instant("2026-06-01T17:30Z"), opportunisticDownload: true })],
  ],
  [
    "an unknown zone",
    { code: "zone-unknown", severity: "warning", rule: "SCH-03" },
    [daily, context({ places: [{ ...kolkata, isDefault: true }] })],
    [
      recurring(DAILY, "2026-06-02T02:00", { zone: { _tag: "Named", zone: "Asia/Kolkata" } }),
      context({ places: [{ ...kolkata, isDefault: true }] }),
    ],
  ],
  [
    "blackouts of all the week",
    { code: "blackout-all-week", severity: "error", rule: "WIN-05" },
    [daily, context({ ...at({ blackouts: [dark("04:00", "24:00"), dark("00:00", "04:00")] }), window: bounded(120) })],
    [daily, context({ ...at({ blackouts: [dark("04:00", "24:00"), dark("00:00", "02:00")] }), window: bounded(120) })],
  ],
  [
    "blackouts that overlap",
    { code: "blackouts-overlap", severity: "note", rule: "WIN-05" },
    // Over midnight on Sunday, and so into Monday.
    [daily, context(at({ blackouts: [dark("22:00", "01:00", 7), dark("00:59", "01:30", 1)] }))],
    [daily, context(at({ blackouts: [dark("22:00", "01:00", 7), dark("01:00", "01:30", 1)] }))],
  ],
  [
    "a day that some months lack",
    { code: "months-skipped", severity: "note", rule: "SCH-04" },
    [recurring({ _tag: "MonthlyOnDay", every: 1, day: 29 }, "2026-06-02T02:00"), context()],
    [recurring({ _tag: "MonthlyOnDay", every: 1, day: 28 }, "2026-06-02T02:00"), context()],
  ],
  [
    "a fifth weekday that some months lack",
    { code: "months-skipped", severity: "note", rule: "SCH-01" },
    [
      recurring({ _tag: "MonthlyOnWeekday", every: 1, nth: 5, weekday: 2, offsetDays: 0 }, "2026-06-02T02:00"),
      context(),
    ],
    [
      recurring({ _tag: "MonthlyOnWeekday", every: 1, nth: "last", weekday: 2, offsetDays: 0 }, "2026-06-02T02:00"),
      context(),
    ],
  ],
  [
    "a time that clocks jump over",
    { code: "clocks-change", severity: "note", rule: "SCH-05" },
    [
      recurring(DAILY, "2026-03-01T02:30"),
      context({ places: [place("America/New_York")], enabledAt: instant("2026-02-20T00:00Z") }),
    ],
    [
      recurring(DAILY, "2026-03-01T03:30"),
      context({ places: [place("America/New_York")], enabledAt: instant("2026-02-20T00:00Z") }),
    ],
  ],
  [
    "a time that comes twice",
    { code: "clocks-change", severity: "note", rule: "SCH-05" },
    [
      recurring(DAILY, "2026-10-20T01:59"),
      context({ places: [place("America/New_York")], enabledAt: instant("2026-10-15T00:00Z") }),
    ],
    [
      recurring(DAILY, "2026-10-20T02:00"),
      context({ places: [place("America/New_York")], enabledAt: instant("2026-10-15T00:00Z") }),
    ],
  ],
];

describe("ScheduleLint.lint", patience, () => {
  it("has nothing to say about a plain schedule, nor about a job on demand", () => {
    expect(ScheduleLint.lint(daily, context())).toEqual([]);
    expect(ScheduleLint.lint(daily, context({ window: PatchWindow.none }))).toEqual([]);
    expect(ScheduleLint.lint(JobSchedule.onDemand, context({ places: [{ ...kolkata, isDefault: true }] }))).toEqual([]);
    expect(ScheduleLint.lint(daily, context({ places: [] }))).toEqual([]);
  });

  it.each(cases)(
    "finds %s, and nothing about the nearest that is fine",
    (_, expected, [schedule, odd], [neighbour, fine]) => {
      const found = ScheduleLint.lint(schedule, odd);
      expect(found.map(({ code, severity, rule }) => ({ code, severity, rule }))).toContainEqual(expected);
      expect(ScheduleLint.lint(neighbour, fine)).toEqual([]);
      for (const { message, remedy } of found) {
        expect(message).toMatch(/^[A-Z].{10,}\.$/);
        expect(remedy).toMatch(/^[A-Z].{10,}\.$/);
      }
    },
  );

  it("fires every code it has", () => {
    const codes: { readonly [code in ScheduleLint.Code]: true } = {
      "never-opens": true,
      "sometimes-closed": true,
      "windows-overlap": true,
      "windows-merge": true,
      "work-never-fits": true,
      "no-run-in-time": true,
      "start-is-near": true,
      "zone-unknown": true,
      "blackout-all-week": true,
      "blackouts-overlap": true,
      "months-skipped": true,
      "clocks-change": true,
    };
    expect(new Set(cases.map(([, { code }]) => code))).toEqual(new Set(Object.keys(codes)));
  });

  it("names the zone that a finding is about, or none if it is about the schedule, and says the worst first", () => {
    const places = [place("America/New_York"), place("Asia/Kolkata", { blackouts: [dark("00:00", "06:00")] })];
    const schedule = recurring({ _tag: "MonthlyOnDay", every: 1, day: 31 }, "2026-06-02T02:00");
    const asked = context({ places: [{ ...kolkata, isDefault: true }, ...places.slice(1)] });
    expect(ScheduleLint.lint(schedule, asked).map(({ code, severity, zone: name }) => [severity, code, name])).toEqual([
      ["error", "never-opens", "Asia/Kolkata"],
      ["warning", "zone-unknown", "Asia/Kolkata"],
      ["note", "months-skipped", null],
    ]);
    expect(ScheduleLint.lint(daily, context({ places })).map(({ zone: name }) => name)).toEqual(["Asia/Kolkata"]);
  });

  it("WIN-05: with blackouts all week a run without a window never starts either", () => {
    const asked = context({ ...at({ blackouts: [dark("00:00", "24:00")] }), window: PatchWindow.none });
    expect(ScheduleLint.lint(daily, asked).map(({ code }) => code)).toEqual(["blackout-all-week", "never-opens"]);
    expect(ScheduleLint.lint(JobSchedule.onDemand, asked).map(({ code }) => code)).toEqual([
      "blackout-all-week",
      "never-opens",
    ]);
  });

  it("WIN-06: a day of 23 hours counts: windows of a day overlap where clocks go forward, and only there", () => {
    const enabledAt = instant("2026-02-20T00:00Z");
    const places = [place("America/New_York"), kolkata];
    const found = ScheduleLint.lint(
      recurring(DAILY, "2026-03-01T12:00"),
      context({ places, enabledAt, window: bounded(1381) }),
    );
    expect(found.map(({ code, zone: name }) => [code, name])).toEqual([["windows-overlap", "America/New_York"]]);
    expect(found[0]?.message).toContain("2026-03-08T16:00");
    expect(
      ScheduleLint.lint(recurring(DAILY, "2026-03-01T12:00"), context({ places, enabledAt, window: bounded(1379) })),
    ).toEqual([]);
  });

  it("WIN-06: says that windows merge only where none overlap", () => {
    const codes = (minutes: number): readonly string[] =>
      ScheduleLint.lint(daily, context({ window: bounded(minutes) })).map(({ code }) => code);
    expect([1439, 1440, 1441].map(codes)).toEqual([[], ["windows-merge"], ["windows-overlap"]]);
    // Daily windows of 23 hours touch once a year in New York, on the day of 23 hours.
    const enabledAt = instant("2026-03-01T00:00Z");
    const found = ScheduleLint.lint(
      recurring(DAILY, "2026-03-01T12:00"),
      context({ places: [place("America/New_York")], enabledAt, window: bounded(1380) }),
    );
    expect(found.map(({ code }) => code)).toEqual(["windows-merge"]);
  });

  it("SCH-10: warns of a start that opportunistic download is too near to; exactly the lead away it isn't", () => {
    const message = (enabledAt: string, opportunisticDownload: boolean): readonly string[] =>
      ScheduleLint.lint(daily, context({ enabledAt: instant(enabledAt), opportunisticDownload })).map(
        ({ code, severity, rule, remedy }) => `${severity} ${code} ${rule} ${/on demand/.test(remedy)}`,
      );
    // The first run is at 20:30Z.
    expect(message("2026-06-01T17:30Z", true)).toEqual([]);
    expect(message("2026-06-01T17:30:00.001Z", true)).toEqual(["warning start-is-near SCH-10 true"]);
    expect(message("2026-06-01T17:30:00.001Z", false)).toEqual(["warning start-is-near SCH-08 false"]);
  });

  it("SCH-05: says when the clocks change over the time, and what comes of it", () => {
    const asked = context({ places: [place("America/New_York")], enabledAt: instant("2026-02-20T00:00Z") });
    const message = (time: string, resolution?: TimeZone.Resolution): string | undefined =>
      ScheduleLint.lint(
        recurring(DAILY, time, resolution === undefined ? {} : { resolution }),
        time < "2026-06" ? asked : { ...asked, enabledAt: instant("2026-10-15T00:00Z") },
      )[0]?.message;
    expect(message("2026-03-01T02:30")).toMatch(/^On 2026-03-08T07:30.* later/);
    expect(message("2026-03-01T02:30", { gap: "next-valid", overlap: "earlier" })).toMatch(/^On 2026-03-08T07:00/);
    expect(message("2026-03-01T02:30", { gap: "skip", overlap: "earlier" })).toMatch(/^On 2026-03-08.* doesn't run/);
    expect(message("2026-10-20T01:30")).toMatch(/^On 2026-11-01T05:30.* the earlier of the two/);
    expect(message("2026-10-20T01:30", { gap: "shift", overlap: "later" })).toMatch(
      /^On 2026-11-01T06:30.* the later of the two/,
    );
  });

  it("SCH-02: in a named zone the schedule's clock counts for its times, and each asset's own for its blackouts", () => {
    // 02:00 in New York is 11:30 in Kolkata.
    const named = recurring(DAILY, "2026-06-02T02:00", { zone: { _tag: "Named", zone: "America/New_York" } });
    const asked = (from: string, to: string): ScheduleLint.Context => context(at({ blackouts: [dark(from, to)] }));
    expect(ScheduleLint.lint(named, asked("11:00", "14:00")).map(({ code }) => code)).toEqual(["never-opens"]);
    expect(ScheduleLint.lint(named, asked("01:00", "05:00"))).toEqual([]);
  });

  it("WIN-02: where blackouts leave less of every window than the work takes, it says so", () => {
    const asked = context({
      ...at({ blackouts: [dark("01:00", "03:30")] }),
      window: bounded(120, "complete"),
      reserve: Duration.minutes(30),
    });
    const [found] = ScheduleLint.lint(daily, asked);
    expect(found).toMatchObject({ code: "never-opens", severity: "error" });
    expect(found?.message).not.toContain("cover");
    expect(ScheduleLint.lint(daily, { ...asked, reserve: Duration.minutes(29) })).toEqual([]);
  });

  it("WIN-05, WIN-07: never-opens and sometimes-closed are true of each run's window, walked minute by minute", () => {
    const anyCase = anyChange.chain((change) => {
      const middle = Date.parse(change.at);
      return fc.record({
        change: fc.constant(change),
        minute: fc.integer({ min: 0, max: 1439 }),
        count: fc.integer({ min: 1, max: 8 }),
        length: fc.oneof(fc.integer({ min: 30, max: 180 }), fc.integer({ min: 30, max: 700 })),
        bound: fc.constantFrom("start" as const, "complete" as const),
        reserve: fc.constantFrom(0, 0, 20, 60),
        blackouts: fc.array(anyBlackout, { minLength: 1, maxLength: 4 }),
        freezes: fc.array(freezeNear(middle, { days: 4 }), { maxLength: 2 }),
        inBlackout: fc.constantFrom("wait" as const, "wait" as const, "cancel" as const),
      });
    });
    const seen: string[] = [];
    fc.assert(
      fc.property(anyCase, ({ change, minute, count, length, bound, reserve, ...calendar }) => {
        const begin = Date.parse(change.at) - 4 * DAY;
        const first = new Date(Math.floor(begin / DAY) * DAY + minute * MINUTE).toISOString().slice(0, 16);
        const schedule = recurring(DAILY, first, { end: { _tag: "After", count } });
        if (schedule._tag !== "Recurring") throw new Error("not recurring");
        const enabledAt = Instant.at(begin - 3 * DAY);
        const interval = { from: enabledAt, to: Instant.at(begin + 30 * DAY) };
        const starts = [...JobSchedule.startsBetween(schedule.recurrence, zone(change.zone), interval)];
        const plan = { length: length * MINUTE, bound, reserve: reserve * MINUTE };
        const open = starts.filter(({ instant: start }) => {
          const end = start + plan.length;
          return (
            walkRun({ ...calendar, zone: change.zone }, { ...plan, start }, [start, end]).firstLegal(start) !== null
          );
        });
        const found = ScheduleLint.lint(schedule, {
          places: [place(change.zone, calendar)],
          enabledAt,
          window: bounded(length, bound),
          reserve: Duration.minutes(reserve),
        }).filter(({ code }) => ["never-opens", "sometimes-closed", "work-never-fits"].includes(code));
        const isTooShort = bound === "complete" && reserve >= length;
        const expected = isTooShort ? "work-never-fits" : open.length === 0 ? "never-opens" : "sometimes-closed";
        expect(found.map(({ code }) => code)).toEqual(open.length === starts.length ? [] : [expected]);
        seen.push(...found.map(({ code }) => code));
        if (open.length > 0 && open.length < starts.length) {
          expect(found[0]?.message).toContain(`${starts.length - open.length} of the next ${starts.length} runs`);
        }
      }),
      runs(200),
    );
    for (const code of ["never-opens", "sometimes-closed"]) expect(seen).toContain(code);
  });
});
