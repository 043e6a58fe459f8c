/** What a draft may say of its time, window, reboot and deferral: refusals with rule and place, and warnings. */
import { TimeZone } from "@fettle/scheduler";
import { describe, expect, it } from "vitest";
import * as Job from "../../../src/domain/job/Job.ts";
import type { DraftContext } from "../../../src/domain/job/JobChecks.ts";
import * as JobOptions from "../../../src/domain/job/JobOptions.ts";
import * as JobView from "../../../src/domain/job/JobView.ts";
import * as Limits from "../../../src/domain/shared/Limits.ts";
import * as Times from "../../scenario/Times.ts";
import * as Values from "../../scenario/Values.ts";

const { draft, HOUR_MS, MINUTE_MS, START } = Values;
const { once, wall, weekly, zone } = Times;

const loose: DraftContext = { now: START, zones: [], strictReboots: false };

const wrong = (over: Partial<Job.JobDraft>, context = loose, limits = Limits.defaults) =>
  Job.problems(draft(over), limits, context).map((p) => [p.rule, p.path]);
const warned = (over: Partial<Job.JobDraft>, now = START) =>
  JobView.findings(draft(over), { now, zone: TimeZone.utc }).warnings.map((w) => [w.rule, w.path]);

const request = (count: number, minutes: number, countdownMinutes: number | null = 15) =>
  ({ _tag: "Request", deferrals: { count, minutes }, countdownMinutes, whenNobody: "reboot" }) as const;

describe("the reboot of a draft", () => {
  it("RBT-03: may be put off 1 to 9 times, each 1 to 1440 minutes; 12 times where the subscription says so, never more", () => {
    for (const [count, minutes] of [
      [1, 1],
      [9, 1_120],
      [6, 1_440],
    ] as const) {
      expect(wrong({ reboot: request(count, minutes) })).toEqual([]);
    }
    for (const count of [0, 10, 1.5, -1, Number.NaN]) {
      expect(wrong({ reboot: request(count, 1) })).toEqual([["RBT-03", "reboot.deferrals.count"]]);
    }
    for (const minutes of [0, 1_441, 0.5, Number.POSITIVE_INFINITY]) {
      expect(wrong({ reboot: request(1, minutes) })).toContainEqual(["RBT-03", "reboot.deferrals.minutes"]);
    }
    const twelve = Limits.withOverrides({ deferralsMax: 12 });
    const beyond = Limits.withOverrides({ deferralsMax: 99 });
    expect(wrong({ reboot: request(12, 1) }, loose, twelve)).toEqual([]);
    expect(wrong({ reboot: request(13, 1) }, loose, twelve)).toEqual([["RBT-03", "reboot.deferrals.count"]]);
    expect(wrong({ reboot: request(13, 1) }, loose, beyond)).toEqual([["RBT-03", "reboot.deferrals.count"]]);
  });

  it("RBT-04: has a countdown of 1 to 1440 minutes, or none", () => {
    for (const minutes of [1, 1_440, null]) {
      expect(wrong({ reboot: { _tag: "Automatic", countdownMinutes: minutes } })).toEqual([]);
      expect(wrong({ reboot: request(1, 1, minutes) })).toEqual([]);
    }
    for (const minutes of [0, 1_441, 1.5]) {
      const told = [["RBT-04", "reboot.countdownMinutes"]];
      expect(wrong({ reboot: { _tag: "Automatic", countdownMinutes: minutes } })).toEqual(told);
      expect(wrong({ reboot: request(1, 1, minutes) })).toEqual(told);
    }
  });

  it("RBT-07: draws a warning without a countdown, and with deferrals of more than 168 h in all, which strict reboots refuse", () => {
    const week = request(7, 1_440);
    const more = request(8, 1_440);
    expect(warned({ reboot: week })).toEqual([]);
    expect(warned({ reboot: more })).toEqual([["RBT-07", "reboot.deferrals"]]);
    expect(warned({ reboot: { _tag: "Automatic", countdownMinutes: null } })).toEqual([
      ["RBT-07", "reboot.countdownMinutes"],
    ]);
    expect(warned({ reboot: { _tag: "Suppress" } })).toEqual([]);
    expect(wrong({ reboot: more })).toEqual([]);
    const strict = { ...loose, strictReboots: true };
    expect(wrong({ reboot: more }, strict)).toEqual([["RBT-07", "reboot.deferrals"]]);
    expect(wrong({ reboot: week }, strict)).toEqual([]);
  });
});

describe("the deferral of a draft", () => {
  const attended = { platform: "Windows" } as const;

  it("JOB-29: is held to the limits of a reboot's", () => {
    expect(wrong({ ...attended, deferral: { count: 9, minutes: 1_440 } })).toEqual([]);
    expect(wrong({ ...attended, deferral: { count: 10, minutes: 1_441 } })).toEqual([
      ["JOB-29", "deferral.count"],
      ["JOB-29", "deferral.minutes"],
    ]);
    expect(wrong({ ...attended, deferral: { count: 0, minutes: 0 } })).toHaveLength(2);
    const twelve = Limits.withOverrides({ deferralsMax: 12 });
    expect(wrong({ ...attended, deferral: { count: 12, minutes: 1 } }, loose, twelve)).toEqual([]);
  });

  it("JOB-29: draws a warning when it doesn't fit into its window, which it never goes past", () => {
    const deferral = { count: 3, minutes: 20 };
    expect(warned({ ...attended, deferral, window: { minutes: 60 } })).toEqual([]);
    expect(warned({ ...attended, deferral, window: { minutes: 59 } })).toEqual([["JOB-29", "deferral"]]);
    expect(warned({ ...attended, deferral })).toEqual([]);
  });

  it("JOB-15: is for those platforms that the table of options names, as every option is", () => {
    for (const platform of ["Windows", "Mac", "Linux"] as const) {
      const has = (JobOptions.options.deferral.platforms as readonly string[]).includes(platform);
      expect(wrong({ platform, deferral: { count: 1, minutes: 1 } })).toEqual(has ? [] : [["JOB-15", "deferral"]]);
    }
    const told = Object.keys(JobOptions.options).map((id) => id.split(".")[0]);
    const members = Job.draftMembers.filter(
      (m) => !["title", "description", "kind", "platform", "patches", "targets", "schedule"].includes(m),
    );
    expect([...new Set(told)].sort()).toEqual([...members, "coAuthors"].sort());
  });
});

describe("the start of a draft", () => {
  it("SCH-06: is refused when it is past, and isn't when it is now", () => {
    expect(wrong({ schedule: once(START) })).toEqual([]);
    expect(wrong({ schedule: once(START - MINUTE_MS) })).toEqual([["SCH-06", "schedule.at"]]);
    expect(wrong({ schedule: once(START - MINUTE_MS) }, { ...loose, now: null })).toEqual([]);
  });

  it("SCH-06: on each asset's own clock is past when it is in every zone that is known, else in the last one on earth", () => {
    const schedule = once(START, { _tag: "Agent" });
    const at = (hours: number, ...zones: readonly TimeZone.TimeZone[]) =>
      wrong({ schedule }, { ...loose, now: START + hours * HOUR_MS, zones });
    const [utc, newYork] = [TimeZone.utc, zone("America/New_York")];
    expect(at(1, utc)).toEqual([["SCH-06", "schedule.at"]]);
    expect(at(1, utc, newYork)).toEqual([]);
    expect(at(5, utc, newYork)).toEqual([]);
    expect(at(6, utc, newYork)).toEqual([["SCH-06", "schedule.at"]]);
    expect(at(12)).toEqual([]);
    expect(at(13)).toEqual([["SCH-06", "schedule.at"]]);
  });

  it("SCH-14: of a recurrence may be past, for it comes again; one that never comes is refused", () => {
    expect(wrong({ schedule: weekly({ start: wall("2020-01-01T02:00") }) })).toEqual([]);
    const never = weekly({
      pattern: { _tag: "MonthlyOnDay", every: 12, day: 31 },
      start: wall("2026-02-01T02:00"),
    });
    expect(wrong({ schedule: never })).toEqual([["SCH-14", "schedule.rule"]]);
  });

  it("SCH-01, SCH-02, SCH-04, SCH-11: says everything that is wrong with a schedule, each with its place", () => {
    const schedule = weekly({
      pattern: { _tag: "MonthlyOnWeekday", every: 0, nth: 2, weekday: 2, offsetDays: 28 },
      start: { ...wall("2026-03-01T02:00"), month: 13 },
    });
    expect(wrong({ schedule: { ...schedule, zone: { _tag: "Named", zone: "Mars/Olympus" } } })).toEqual([
      ["SCH-14", "schedule.rule.start"],
      ["SCH-01", "schedule.rule.pattern.every"],
      ["SCH-11", "schedule.rule.pattern.offsetDays"],
      ["SCH-02", "schedule.zone"],
    ]);
    expect(wrong({ schedule: weekly({ pattern: { _tag: "MonthlyOnDay", every: 1, day: 32 } }) })).toEqual([
      ["SCH-04", "schedule.rule.pattern.day"],
    ]);
  });

  it("SCH-05: says what its gaps and overlaps do, and has no start only where it skips gaps", () => {
    const gap = (resolution: TimeZone.Resolution) => ({
      ...once(Date.UTC(2026, 2, 8, 2, 30), { _tag: "Named", zone: "America/New_York" }),
      resolution,
    });
    expect(wrong({ schedule: gap({ gap: "shift", overlap: "earlier" }) })).toEqual([]);
    expect(wrong({ schedule: gap({ gap: "skip", overlap: "earlier" }) })).toEqual([["SCH-05", "schedule.at"]]);
  });

  it("WIN-01: has a window of 30 to 10080 minutes, or none", () => {
    for (const minutes of [30, 10_080]) expect(wrong({ window: { minutes } })).toEqual([]);
    for (const minutes of [29, 10_081, 30.5, Number.NaN]) {
      expect(wrong({ window: { minutes } })).toEqual([["WIN-01", "window.minutes"]]);
    }
  });
});

describe("what only some schedules have a use for", () => {
  const timed = { once: once(START + 9 * HOUR_MS), weekly: weekly() };
  const triggers = [{ _tag: "OnActivation" }, { _tag: "AfterInactivity", days: 3 }] as const;

  it("SCH-15: fetching files before the start is refused on demand and on triggers", () => {
    const opportunisticDownload = true;
    expect(wrong({ opportunisticDownload })).toEqual([["SCH-15", "opportunisticDownload"]]);
    for (const schedule of triggers) {
      expect(wrong({ opportunisticDownload, schedule })).toEqual([["SCH-15", "opportunisticDownload"]]);
    }
    for (const schedule of [timed.once, timed.weekly, null]) {
      expect(wrong({ opportunisticDownload, schedule })).toEqual([]);
    }
  });

  it("SCH-10: it draws a warning where the start is not more than three hours away", () => {
    const opportunisticDownload = true;
    const at = (ahead: number) => warned({ opportunisticDownload, schedule: once(START + ahead) });
    expect(at(3 * HOUR_MS + MINUTE_MS)).toEqual([]);
    expect(at(3 * HOUR_MS)).toEqual([["SCH-10", "opportunisticDownload"]]);
    expect(at(MINUTE_MS)).toEqual([["SCH-10", "opportunisticDownload"]]);
    expect(warned({ opportunisticDownload, schedule: weekly() })).toEqual([]);
    expect(warned({ schedule: once(START + MINUTE_MS) })).toEqual([]);
  });

  it.each([
    [
      "JOB-13",
      { completion: "dispatch-closed" },
      [null, { _tag: "OnDemand" }, timed.once],
      [timed.weekly, ...triggers],
    ],
    ["WIN-06", { overlap: "skip" }, [null, timed.weekly, ...triggers], [{ _tag: "OnDemand" }, timed.once]],
    ["SCH-13", { catchUp: "run-once-now" }, [null, timed.weekly], [{ _tag: "OnDemand" }, timed.once, ...triggers]],
  ] as const)("%s: %j stands with some schedules and is refused with others", (rule, over, fits, refused) => {
    for (const schedule of fits) expect(wrong({ ...over, schedule })).toEqual([]);
    for (const schedule of refused) expect(wrong({ ...over, schedule })).toEqual([[rule, Object.keys(over)[0]]]);
  });

  it("JOB-22: what drift comes to is for those that take what a query finds", () => {
    const onDrift = "hold";
    expect(wrong({ onDrift, patches: { _tag: "Query", query: "category: security" } })).toEqual([]);
    expect(wrong({ onDrift, patches: null })).toEqual([]);
    expect(wrong({ onDrift })).toEqual([["JOB-22", "onDrift"]]);
  });
});

describe("a rollback job", () => {
  it("JOB-30: obeys every rule of a deployment but for the source of its patches", () => {
    const bad: Partial<Job.JobDraft> = {
      title: "",
      schedule: once(START - MINUTE_MS),
      window: { minutes: 1 },
      reboot: request(10, 0, 0),
      deferral: { count: 0, minutes: 0 },
      opportunisticDownload: true,
      overlap: "skip",
      messages: { ...JobOptions.noMessages, before: { title: "a", description: "b" } },
    };
    expect(wrong({ ...bad, kind: "rollback" })).toEqual(wrong({ ...bad, kind: "deployment" }));
    expect(wrong({ ...bad, kind: "rollback" }).length).toBeGreaterThan(8);
  });
});
