import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import type * as JobSchedule from "../src/JobSchedule.ts";
import * as Limits from "../src/Limits.ts";
import * as RebootTimeline from "../src/RebootTimeline.ts";
import type * as Recurrence from "../src/Recurrence.ts";
import * as ScheduleJson from "../src/ScheduleJson.ts";
import { ruleFrom } from "./AnyRecurrence.ts";
import { error, instant, runs, value, wall } from "./Arbitraries.ts";

/** Everything that a document can say. */
const FULL = {
  schedule: {
    type: "recurring",
    start: "2026-03-10T02:30",
    zone: "agent",
    gap: "next-valid",
    overlap: "later",
    pattern: { type: "monthly-weekday", every: 2, nth: 2, weekday: "Tue", offsetDays: 2 },
    end: { at: "2027-03-10T02:30:15" },
    except: ["2026-05-14"],
  },
  window: { minutes: 180, bound: "complete" },
  blackouts: [{ weekdays: ["Fri", "Mon"], from: "22:15", to: "24:00" }],
  freezes: [{ name: "Year's end", from: "2026-12-15T00:00", to: "2027-01-05T00:00", zone: "Europe/Paris" }],
  inBlackout: "cancel",
  zones: ["America/New_York", "Mars/Olympus", "asia/tokyo", null],
  defaultZone: "Europe/Berlin",
  leadMinutes: 60,
  reserveMinutes: 45,
  opportunisticDownload: true,
  reboot: {
    mode: "request",
    deferrals: { count: 3, minutes: 15 },
    countdownMinutes: 10,
    whenNobody: "countdown",
  },
};

const ON_DEMAND = { schedule: { type: "on-demand" } };
const DAILY = { type: "recurring", start: "2026-03-10T02:30", pattern: { type: "daily" } };

/** FULL with other members. */
const fullBut = (more: object): unknown => ({ ...FULL, ...more });
const fullButSchedule = (more: object): unknown => fullBut({ schedule: { ...FULL.schedule, ...more } });

const problemsOf = (json: unknown): readonly (readonly [path: string, rule: string | null])[] =>
  error(ScheduleJson.read(json)).problems.map(({ path, rule }) => [path, rule] as const);

/** What can be compared of a schedule: a recurrence holds functions as well. */
const dataOf = (schedule: JobSchedule.JobSchedule): unknown => {
  if (schedule._tag !== "Recurring") return schedule;
  const { pattern, start, end, except } = schedule.recurrence;
  return { ...schedule, recurrence: { pattern, start, end, except } };
};

describe("ScheduleJson", () => {
  it("reads everything that decides when work starts", () => {
    const read = value(ScheduleJson.read(FULL));
    expect({
      ...read,
      schedule: dataOf(read.schedule),
      zones: read.zones.map((each) => [each.zone.name, each.isDefault]),
    }).toEqual({
      schedule: {
        _tag: "Recurring",
        zone: { _tag: "Agent" },
        resolution: { gap: "next-valid", overlap: "later" },
        recurrence: {
          pattern: { _tag: "MonthlyOnWeekday", every: 2, nth: 2, weekday: 2, offsetDays: 2 },
          start: wall("2026-03-10T02:30"),
          end: { _tag: "Until", at: wall("2027-03-10T02:30:15") },
          except: ["2026-05-14"],
        },
      },
      window: { _tag: "Bounded", minutes: 180, bound: "complete" },
      calendar: {
        blackouts: [{ weekdays: [1, 5], fromMinute: 22 * 60 + 15, toMinute: 24 * 60 }],
        freezes: [
          { name: "Year's end", from: wall("2026-12-15T00:00"), to: wall("2027-01-05T00:00"), zone: "Europe/Paris" },
        ],
        inBlackout: "cancel",
      },
      zones: [
        ["America/New_York", false],
        ["Europe/Berlin", true],
        ["asia/tokyo", false],
      ],
      lead: Duration.minutes(60),
      reserve: Duration.minutes(45),
      opportunisticDownload: true,
      reboot: {
        _tag: "Request",
        deferrals: { count: 3, minutes: 15 },
        countdownMinutes: 10,
        whenNobody: "countdown",
      },
    });
    expect(value(ScheduleJson.parse(JSON.stringify(FULL)))).toEqual(
      // Its functions apart, the same.
      expect.objectContaining({ window: read.window, calendar: read.calendar, reboot: read.reboot }),
    );
  });

  it("takes the rules' defaults for what is left out, and for null", () => {
    const defaults = {
      schedule: { _tag: "OnDemand" },
      window: { _tag: "None" },
      calendar: { blackouts: [], freezes: [], inBlackout: "wait" },
      lead: Duration.hours(3),
      reserve: Duration.zero,
      opportunisticDownload: false,
      reboot: null,
    };
    const nulls = Object.fromEntries(Object.keys(FULL).map((name) => [name, null]));
    for (const json of [ON_DEMAND, { ...nulls, ...ON_DEMAND }]) {
      const { zones, ...read } = value(ScheduleJson.read(json));
      expect(read).toEqual(defaults);
      expect(zones.map(({ zone, isDefault }) => [zone.name, isDefault])).toEqual([["UTC", false]]);
    }
    const { schedule } = value(ScheduleJson.read({ schedule: DAILY }));
    expect(dataOf(schedule)).toEqual({
      _tag: "Recurring",
      zone: { _tag: "Agent" },
      resolution: { gap: "shift", overlap: "earlier" },
      recurrence: {
        pattern: { _tag: "Daily", every: 1 },
        start: wall("2026-03-10T02:30"),
        end: { _tag: "Never" },
        except: [],
      },
    });
  });

  it.each([
    ["agent", { _tag: "Agent" }],
    ["UTC", { _tag: "Named", zone: "UTC" }],
    ["Europe/Berlin", { _tag: "Named", zone: "Europe/Berlin" }],
    ["+05:30", { _tag: "Fixed", offsetMinutes: 330 }],
    ["-03:30", { _tag: "Fixed", offsetMinutes: -210 }],
    ["+00:00", { _tag: "Fixed", offsetMinutes: 0 }],
  ])("SCH-02: reads the zone mode %s", (zone, mode) => {
    const { schedule } = value(ScheduleJson.read({ schedule: { type: "once", at: "2026-03-10T02:30", zone } }));
    expect(schedule).toMatchObject({ _tag: "Once", at: wall("2026-03-10T02:30"), zone: mode });
  });

  it("SCH-03: takes the default zone once for all assets whose zone is unknown or not reported, and says so", () => {
    const zones = [null, "Europe/Berlin", "Nowhere/At_All", "Europe/Berlin"];
    const read = value(ScheduleJson.read({ ...ON_DEMAND, zones, defaultZone: "Europe/Berlin" }));
    expect(read.zones.map(({ zone, isDefault }) => [zone.name, isDefault])).toEqual([["Europe/Berlin", true]]);
  });

  it.each([
    ["suppress", { _tag: "Suppress" }],
    ["urgent", RebootTimeline.presets.urgent],
    ["working-day", RebootTimeline.presets.workingDay],
    ["week", RebootTimeline.presets.week],
    ["automatic", { _tag: "Automatic", countdownMinutes: null }],
    ["request", { _tag: "Request", deferrals: null, countdownMinutes: null, whenNobody: "reboot" }],
  ])("RBT-15: reads the reboot mode %s", (mode, settings) => {
    expect(value(ScheduleJson.read({ ...ON_DEMAND, reboot: { mode } })).reboot).toEqual(settings);
  });

  it("reads any rule there is to what it says", () => {
    const starts = fc.integer({ min: Date.UTC(2026, 0, 1) / 1000, max: Date.UTC(2030, 0, 1) / 1000 });
    const anyRule = ruleFrom(
      starts.map((second) => second * 1000),
      { days: 400 },
    );
    fc.assert(
      fc.property(anyRule, (rule) => {
        const { schedule } = value(
          ScheduleJson.parse(JSON.stringify({ schedule: { type: "recurring", ...written(rule) } })),
        );
        expect(dataOf(schedule)).toMatchObject({ recurrence: rule });
      }),
      runs(500),
    );
  });

  it("makes the context of previews and lints", () => {
    const enabledAt = instant("2026-03-01T00:00Z");
    const document = value(ScheduleJson.read(FULL));
    const context = ScheduleJson.contextAt(document, enabledAt);
    expect(context.places.map(({ zone }) => zone.name)).toEqual(["America/New_York", "Europe/Berlin", "asia/tokyo"]);
    for (const place of context.places) expect(place.calendar).toBe(document.calendar);
    const { window, lead, reserve, opportunisticDownload } = document;
    expect(context).toMatchObject({ enabledAt, window, lead, reserve, opportunisticDownload });
  });
});

/** A rule as the JSON has it. */
const written = ({ start, pattern, end, except }: Recurrence.Rule): object => {
  const two = (number: number): string => `${number}`.padStart(2, "0");
  const time = ({ year, month, day, hour, minute, second }: Recurrence.Rule["start"]): string =>
    `${`${year}`.padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
  const name = (weekday: number): string => ["", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][weekday] ?? "";
  const { _tag, ...members } = pattern;
  const kinds = {
    Daily: "daily",
    Weekly: "weekly",
    MonthlyOnDay: "monthly-day",
    MonthlyOnLastDay: "monthly-last-day",
    MonthlyOnWeekday: "monthly-weekday",
  };
  return {
    start: time(start),
    pattern: {
      type: kinds[_tag],
      ...members,
      ...(pattern._tag === "Weekly" ? { weekdays: pattern.weekdays.map(name) } : {}),
      ...(pattern._tag === "MonthlyOnWeekday" ? { weekday: name(pattern.weekday) } : {}),
    },
    end: end._tag === "Never" ? null : end._tag === "Until" ? { at: time(end.at) } : { count: end.count },
    except,
  };
};

describe("ScheduleJson refuses", () => {
  it.each<[string, unknown, string, string | null]>([
    ["what is no object", [], "", null],
    ["nothing", null, "", null],
    ["a document without a schedule", {}, "schedule", null],
    ["a member that isn't known", fullBut({ windows: [] }), "windows", null],
    ["a schedule of no kind", { schedule: {} }, "schedule.type", "SCH-01"],
    ["a kind that isn't known", { schedule: { type: "cron" } }, "schedule.type", "SCH-01"],
    ["a member of another kind", { schedule: { type: "on-demand", at: "2026-03-10T02:30" } }, "schedule.at", null],
    ["a run-once job without a time", { schedule: { type: "once" } }, "schedule.at", null],
    ["a time with a zone", { schedule: { type: "once", at: "2026-03-10T02:30Z" } }, "schedule.at", "SCH-01"],
    ["a day that isn't there", fullButSchedule({ start: "2026-02-30T02:30" }), "schedule.start", "SCH-14"],
    ["a zone that is unknown", fullButSchedule({ zone: "Mars/Olympus" }), "schedule.zone", "SCH-02"],
    ["an offset that no zone has", fullButSchedule({ zone: "+23:00" }), "schedule.zone", "SCH-02"],
    ["a zone as a number", fullButSchedule({ zone: 60 }), "schedule.zone", "SCH-02"],
    ["a gap that isn't known", fullButSchedule({ gap: "earlier" }), "schedule.gap", "SCH-05"],
    ["an overlap that isn't known", fullButSchedule({ overlap: "shift" }), "schedule.overlap", "SCH-05"],
    ["a pattern that isn't known", fullButSchedule({ pattern: { type: "yearly" } }), "schedule.pattern.type", "SCH-01"],
    ["every 0 days", fullButSchedule({ pattern: { type: "daily", every: 0 } }), "schedule.pattern.every", "SCH-01"],
    ["every text", fullButSchedule({ pattern: { type: "daily", every: "2" } }), "schedule.pattern.every", "SCH-01"],
    [
      "no weekday",
      fullButSchedule({ pattern: { type: "weekly", weekdays: [] } }),
      "schedule.pattern.weekdays",
      "SCH-01",
    ],
    [
      "a weekday in full",
      fullButSchedule({ pattern: { type: "weekly", weekdays: ["Mon", "Tuesday"] } }),
      "schedule.pattern.weekdays.1",
      "SCH-01",
    ],
    ["day 32", fullButSchedule({ pattern: { type: "monthly-day", day: 32 } }), "schedule.pattern.day", "SCH-04"],
    [
      "the sixth Tuesday",
      fullButSchedule({ pattern: { type: "monthly-weekday", nth: 6, weekday: "Tue" } }),
      "schedule.pattern.nth",
      "SCH-01",
    ],
    [
      "28 days after it",
      fullButSchedule({ pattern: { type: "monthly-weekday", nth: 1, weekday: "Tue", offsetDays: 28 } }),
      "schedule.pattern.offsetDays",
      "SCH-11",
    ],
    ["two ends", fullButSchedule({ end: { at: "2027-03-10T02:30", count: 5 } }), "schedule.end", "SCH-07"],
    ["an end that says nothing", fullButSchedule({ end: {} }), "schedule.end", "SCH-07"],
    ["an end before the start", fullButSchedule({ end: { at: "2026-03-09T02:30" } }), "schedule.end.at", "SCH-07"],
    ["an end after no time", fullButSchedule({ end: { count: 0 } }), "schedule.end.count", "SCH-07"],
    ["a day left out that is none", fullButSchedule({ except: ["2026-13-01"] }), "schedule.except.0", "SCH-01"],
    ["a window that is too short", fullBut({ window: { minutes: 29, bound: "start" } }), "window.minutes", "WIN-01"],
    ["a window that is too long", fullBut({ window: { minutes: 10_081, bound: "start" } }), "window.minutes", "WIN-01"],
    ["a window without a bound", fullBut({ window: { minutes: 60 } }), "window.bound", null],
    ["a bound that isn't known", fullBut({ window: { minutes: 60, bound: "end" } }), "window.bound", "WIN-02"],
    ["blackouts that are no list", fullBut({ blackouts: {} }), "blackouts", "WIN-05"],
    [
      "a blackout without weekdays",
      fullBut({ blackouts: [{ weekdays: [], from: "08:00", to: "18:00" }] }),
      "blackouts.0.weekdays",
      "WIN-05",
    ],
    [
      "a blackout from no time of the day",
      fullBut({ blackouts: [{ weekdays: ["Mon"], from: "8:00", to: "18:00" }] }),
      "blackouts.0.from",
      "WIN-05",
    ],
    [
      "a blackout from the day's end",
      fullBut({ blackouts: [{ weekdays: ["Mon"], from: "24:00", to: "18:00" }] }),
      "blackouts.0.from",
      "WIN-05",
    ],
    [
      "a blackout to the day's beginning",
      fullBut({ blackouts: [{ weekdays: ["Mon"], from: "08:00", to: "00:00" }] }),
      "blackouts.0.to",
      "WIN-05",
    ],
    ["a word on blackouts that isn't known", fullBut({ inBlackout: "skip" }), "inBlackout", "WIN-05"],
    [
      "a freeze that ends before it begins",
      fullBut({ freezes: [{ ...FULL.freezes[0], to: "2026-12-14T00:00" }] }),
      "freezes.0.to",
      "WIN-07",
    ],
    ["a freeze in no zone", fullBut({ freezes: [{ ...FULL.freezes[0], zone: "Paris" }] }), "freezes.0.zone", "SCH-02"],
    ["a freeze without a name", fullBut({ freezes: [{ ...FULL.freezes[0], name: " " }] }), "freezes.0.name", "WIN-07"],
    [
      "a name that would move a cursor",
      fullBut({ freezes: [{ ...FULL.freezes[0], name: "\u001b[2J" }] }),
      "freezes.0.name",
      "WIN-07",
    ],
    ["a zone of an asset that is no text", fullBut({ zones: ["UTC", 7] }), "zones.1", "SCH-02"],
    ["a default that is unknown", fullBut({ defaultZone: "Mars/Olympus" }), "defaultZone", "SCH-02"],
    ["a lead below none", fullBut({ leadMinutes: -1 }), "leadMinutes", "SCH-08"],
    ["half a minute", fullBut({ reserveMinutes: 0.5 }), "reserveMinutes", "WIN-02"],
    ["a text for true", fullBut({ opportunisticDownload: "yes" }), "opportunisticDownload", null],
    ["a download before no time", { ...ON_DEMAND, opportunisticDownload: true }, "opportunisticDownload", "SCH-15"],
    ["a reboot of no mode", fullBut({ reboot: {} }), "reboot.mode", "RBT-13"],
    [
      "a preset with settings",
      fullBut({ reboot: { mode: "urgent", countdownMinutes: 5 } }),
      "reboot.countdownMinutes",
      null,
    ],
    [
      "ten deferrals",
      fullBut({ reboot: { mode: "request", deferrals: { count: 10, minutes: 15 } } }),
      "reboot.deferrals.count",
      "RBT-03",
    ],
    [
      "a countdown of more than a day",
      fullBut({ reboot: { mode: "automatic", countdownMinutes: 1441 } }),
      "reboot.countdownMinutes",
      "RBT-04",
    ],
  ])("%s, at its place", (_, json, path, rule) => {
    expect(problemsOf(json)).toEqual([[path, rule]]);
  });

  it("RBT-07: more than a week of deferrals under strict limits alone", () => {
    const json = { ...ON_DEMAND, reboot: { mode: "request", deferrals: { count: 8, minutes: 1440 } } };
    expect(ScheduleJson.read(json).ok).toBe(true);
    const strict = error(ScheduleJson.read(json, { strictLimits: true }));
    expect(strict.problems).toMatchObject([{ path: "reboot.deferrals", rule: "RBT-07" }]);
  });

  it("RBT-03: twelve deferrals but where the subscription allows them", () => {
    const json = { ...ON_DEMAND, reboot: { mode: "request", deferrals: { count: 12, minutes: 15 } } };
    expect(ScheduleJson.read(json).ok).toBe(false);
    expect(ScheduleJson.read(json, { strictLimits: false, deferralsMax: 12 }).ok).toBe(true);
  });

  it("everything wrong at once", () => {
    const json = {
      ...FULL,
      schedule: { ...FULL.schedule, start: "soon", gap: "jump", pattern: { type: "weekly" } },
      window: { minutes: 5, bound: "start" },
      freezes: [FULL.freezes[0], { name: "x" }],
      zones: "UTC",
      surprise: true,
    };
    expect(
      problemsOf(json)
        .map(([path]) => path)
        .sort(),
    ).toEqual([
      "freezes.1.from",
      "freezes.1.to",
      "schedule.gap",
      "schedule.pattern.weekdays",
      "schedule.start",
      "surprise",
      "window.minutes",
      "zones",
    ]);
  });

  it("WIN-01, WIN-02: both faults of a window", () => {
    const windowed = (window: unknown): ReturnType<typeof problemsOf> => problemsOf({ ...ON_DEMAND, window });
    expect(windowed({ minutes: 5, bound: "half" })).toEqual([
      ["window.bound", "WIN-02"],
      ["window.minutes", "WIN-01"],
    ]);
    expect(windowed({ minutes: 30, bound: "half" })).toEqual([["window.bound", "WIN-02"]]);
  });

  it("a fault at the member that has it, whatever stands there instead", () => {
    const paths = pathsOf(FULL);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 3 }), (path, other) => {
        const read = ScheduleJson.read(replaced(FULL, path, other));
        if (read.ok) return;
        expect(read.error.problems.length).toBeGreaterThan(0);
        for (const problem of read.error.problems) {
          const place = problem.path === "" ? [] : problem.path.split(".");
          // At it or below it; or it is said of something that can't be meant together with it.
          const isAt = path.every((name, i) => place[i] === name);
          const isTogether =
            ["schedule", "freezes", "blackouts", "reboot"].includes(path[0] ?? "") && place[0] === path[0];
          expect(
            isAt || isTogether || place.join(".") === "opportunisticDownload",
            JSON.stringify({ path, problem }),
          ).toBe(true);
        }
      }),
      runs(3_000),
    );
  });

  it("anything else, without ever throwing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ schedule: fc.jsonValue() }), fc.anything()), (json) => {
        const read = ScheduleJson.read(json);
        expect(read.ok).toBe(false);
      }),
      runs(2_000),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(ScheduleJson.parse(text).ok).toBe(false);
      }),
      runs(1_000),
    );
  });

  it.each([
    ["text that is no JSON", "{", "It is not JSON"],
    ["JSON with a comment", `{ "schedule": { "type": "on-demand" } } // now`, "It is not JSON"],
    ["no text", "", "It is not JSON"],
  ])("%s", (_, text, message) => {
    const { problems } = error(ScheduleJson.parse(text));
    expect(problems).toMatchObject([{ path: "", rule: null }]);
    expect(problems[0]?.message).toContain(message);
  });

  it("names that JSON treats in a way of its own", () => {
    const text = `{ "schedule": { "type": "on-demand" }, "__proto__": { "window": 5 }, "constructor": 1 }`;
    expect(
      error(ScheduleJson.parse(text))
        .problems.map(({ path }) => path)
        .sort(),
    ).toEqual(["__proto__", "constructor"]);
    // What an object has from its prototype isn't said by the document.
    const inherited = Object.create({ schedule: { type: "on-demand" } }) as unknown;
    expect(problemsOf(inherited)).toEqual([["schedule", null]]);
  });
});

describe("ScheduleJson keeps its limits:", () => {
  const filled = (text: string, length: number): string => text + " ".repeat(length - text.length);

  it("the text's length", () => {
    const text = JSON.stringify(ON_DEMAND);
    expect(ScheduleJson.parse(filled(text, Limits.MAX_JSON_CHARACTERS)).ok).toBe(true);
    const { problems } = error(ScheduleJson.parse(filled(text, Limits.MAX_JSON_CHARACTERS + 1)));
    expect(problems).toMatchObject([{ path: "", message: expect.stringContaining(`${Limits.MAX_JSON_CHARACTERS}`) }]);
  });

  const blackout = FULL.blackouts[0];
  const freeze = FULL.freezes[0];
  it.each<[string, number, (count: number) => unknown, string]>([
    ["blackouts", Limits.MAX_BLACKOUTS, (count) => fullBut({ blackouts: Array(count).fill(blackout) }), "blackouts"],
    ["freezes", Limits.MAX_FREEZES, (count) => fullBut({ freezes: Array(count).fill(freeze) }), "freezes"],
    ["zones", Limits.MAX_ZONES, (count) => fullBut({ zones: Array(count).fill("UTC") }), "zones"],
    [
      "days left out",
      Limits.MAX_EXCEPTIONS,
      (count) => fullButSchedule({ except: Array(count).fill("2026-05-14") }),
      "schedule.except",
    ],
    [
      "weekdays",
      7,
      (count) => fullButSchedule({ pattern: { type: "weekly", weekdays: Array(count).fill("Mon") } }),
      "schedule.pattern.weekdays",
    ],
    [
      "a freeze's name",
      Limits.MAX_FREEZE_NAME_CHARACTERS,
      (count) => fullBut({ freezes: [{ ...freeze, name: "x".repeat(count) }] }),
      "freezes.0.name",
    ],
    ["the lead", Limits.MAX_LEAD_MINUTES, (leadMinutes) => fullBut({ leadMinutes }), "leadMinutes"],
    [
      "what the work takes",
      Limits.MAX_RESERVE_MINUTES,
      (reserveMinutes) => fullBut({ reserveMinutes }),
      "reserveMinutes",
    ],
  ])("%s", (_, max, make, path) => {
    expect(ScheduleJson.read(make(max)).ok).toBe(true);
    const found = problemsOf(make(max + 1));
    expect(found.map(([place]) => place)).toContain(path);
  });

  it("the problems that are told", () => {
    const many = (count: number): unknown => ({
      ...ON_DEMAND,
      ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, 1])),
    });
    expect(problemsOf(many(Limits.MAX_JSON_PROBLEMS))).toHaveLength(Limits.MAX_JSON_PROBLEMS);
    expect(problemsOf(many(Limits.MAX_JSON_PROBLEMS + 1))).toHaveLength(Limits.MAX_JSON_PROBLEMS);
  });

  it("depth costs nothing: what isn't known is named, never looked into", () => {
    const half = Math.floor(Limits.MAX_JSON_CHARACTERS / 2) - 64;
    const deep = `{ "schedule": { "type": "on-demand" }, "zones": ${"[".repeat(half)}${"]".repeat(half)} }`;
    expect(error(ScheduleJson.parse(deep)).problems.map(({ path }) => path)).toEqual(["zones.0"]);
  });

  it("what is said of a long name", () => {
    const [problem] = error(ScheduleJson.read({ ...ON_DEMAND, [`x\n${"y".repeat(10_000)}`]: 1 })).problems;
    expect(problem?.path.length).toBeLessThan(60);
    expect(problem?.path).not.toContain("\n");
  });
});

/** The paths of all values in JSON, the whole of it apart. */
function pathsOf(json: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([name, below]) => [[...path, name], ...pathsOf(below, [...path, name])]);
}

function replaced(json: unknown, path: readonly string[], other: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return other;
  const copy = Array.isArray(json) ? [...(json as readonly unknown[])] : { ...(json as object) };
  Object.assign(copy, { [name]: replaced((json as Readonly<Record<string, unknown>>)[name], rest, other) });
  return copy;
}
