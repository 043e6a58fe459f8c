import type { Blackout, Freeze, JobSchedule } from "@fettle/scheduler";
import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/job/Job.ts";
import type { TimedSchedule } from "../../src/domain/job/Schedule.ts";
import type { Occasion } from "../../src/domain/plan/PlanInputs.ts";
import * as PlanTiming from "../../src/domain/plan/PlanTiming.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
import * as Values from "../scenario/Values.ts";

const { freeze, wall } = TimedWorld;
const [NEW_YORK, PARIS, TOKYO] = ["America/New_York", "Europe/Paris", "Asia/Tokyo"] as const;
const agent: JobSchedule.ZoneMode = { _tag: "Agent" };
const at = (text: string): number => Date.parse(`${text}Z`);

const once = (local: string, zone: JobSchedule.ZoneMode = agent): Extract<TimedSchedule, { _tag: "Once" }> => ({
  _tag: "Once",
  at: wall(local),
  zone,
});
const daily = (start: string, zone: JobSchedule.ZoneMode = agent) =>
  ({
    ...(TimedWorld.recurring({ _tag: "Daily", every: 1 }, start) as Extract<TimedSchedule, { _tag: "Recurring" }>),
    zone,
  }) satisfies TimedSchedule;

interface World extends Partial<Pick<Job, "window" | "reboot" | "platform">> {
  readonly schedule: Job["schedule"];
  readonly enabledAt?: string;
  readonly zones?: readonly string[];
  readonly blackouts?: readonly Blackout.Blackout[];
  readonly freezes?: readonly Freeze.Freeze[];
  readonly occasion?: Partial<Occasion>;
}

const compile = ({ enabledAt, zones, blackouts = [], freezes = [], occasion, ...job }: World) =>
  PlanTiming.compile(Values.job(job), {
    ...PlanTiming.noOccasion(at(enabledAt ?? "2026-03-01T00:00")),
    zones: zones ?? [NEW_YORK, PARIS, TOKYO],
    blackouts: new Map([["kept", blackouts]]),
    freezes: new Map([["kept", freezes]]),
    ...occasion,
  });

const timings = (world: World): PlanTiming.Timings => {
  const compiled = compile(world);
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.value;
};
const of = (world: World, timeZone: string = PARIS) => timings(world).of({ id: "kept", timeZone });
const startOf = (world: World, timeZone?: string) => {
  const timing = of(world, timeZone);
  const start = timing._tag === "Runs" ? timing.timing.start : timing.obstacle.rule;
  return typeof start === "number" ? new Date(start).toISOString().slice(0, 16) : start;
};
const outOf = (world: World, timeZone?: string) => {
  const timing = of(world, timeZone);
  return timing._tag === "Out" ? timing.obstacle : null;
};

describe("the start of a job in its plan", () => {
  it("SCH-01: on demand is the enabling, which has no instant yet; once and recurring it is the local time", () => {
    const onDemand = timings({ schedule: { _tag: "OnDemand" }, window: { minutes: 60 } });
    expect(onDemand.occurrence).toEqual({ key: "on-demand", nominalLocal: null });
    expect(onDemand.of({ id: "a", timeZone: TOKYO })).toEqual({
      _tag: "Runs",
      timing: { zone: null, start: null, windowEnd: null, latestReboot: null },
      waits: [],
    });
    const schedule = once("2026-03-10T02:30");
    expect(timings({ schedule }).occurrence).toEqual({
      key: "once:2026-03-10T02:30:00@agent#0",
      nominalLocal: "2026-03-10T02:30:00",
    });
    expect(startOf({ schedule })).toBe("2026-03-10T01:30");
    expect(timings({ schedule: daily("2026-03-10T02:30") }).occurrence.key).toBe("at:2026-03-10T02:30:00@agent#0");
  });

  it("SCH-01: what assets trigger, and what lacks its schedule, is looked at as if it ran at once", () => {
    for (const schedule of [null, { _tag: "OnActivation" }, { _tag: "AfterInactivity", days: 3 }] as const) {
      expect(timings({ schedule }).occurrence.key).toBe("on-demand");
    }
  });

  it("SCH-02: goes by each asset's clock, by a fixed offset without daylight saving, or by a named zone", () => {
    const start = (zone: JobSchedule.ZoneMode, asset: string) =>
      startOf({ schedule: once("2026-07-10T02:30", zone) }, asset);
    expect([NEW_YORK, PARIS].map((zone) => start(agent, zone))).toEqual(["2026-07-10T06:30", "2026-07-10T00:30"]);
    for (const asset of [NEW_YORK, TOKYO]) {
      expect(start({ _tag: "Fixed", offsetMinutes: 60 }, asset)).toBe("2026-07-10T01:30");
      expect(start({ _tag: "Named", zone: PARIS }, asset)).toBe("2026-07-10T00:30");
    }
    expect(of({ schedule: once("2026-07-10T02:30", { _tag: "Named", zone: PARIS }) })).toMatchObject({
      timing: { zone: null },
    });
    const nowhere = compile({ schedule: once("2026-07-10T02:30", { _tag: "Named", zone: "Mars/Base" }) });
    expect(nowhere).toMatchObject({ ok: false, error: { rule: "SCH-02" } });
  });

  it("SCH-03: is another instant in each zone; an unknown zone goes by the subscription's default, and the plan names it", () => {
    const world: World = { schedule: once("2026-03-10T02:30"), occasion: { defaultZone: TOKYO } };
    expect([NEW_YORK, PARIS, TOKYO].map((zone) => startOf(world, zone))).toEqual([
      "2026-03-10T06:30",
      "2026-03-10T01:30",
      "2026-03-09T17:30",
    ]);
    for (const unknown of ["Mars/Base", ""]) {
      expect(of({ ...world, zones: [NEW_YORK, unknown] }, unknown)).toMatchObject({
        timing: { zone: TOKYO, start: at("2026-03-09T17:30") },
      });
    }
    // A default that isn't known here either.
    const utc = of({ ...world, occasion: { defaultZone: "Venus/Base" }, zones: ["Mars/Base"] }, "Mars/Base");
    expect(utc).toMatchObject({ timing: { zone: "UTC" } });
  });

  it("SCH-03: an asset in a zone that no target is in is told when it would start, as if it were meant", () => {
    const zones = [TOKYO];
    expect(startOf({ schedule: once("2026-03-10T02:30"), zones }, PARIS)).toBe("2026-03-10T01:30");
    expect(startOf({ schedule: daily("2026-03-10T02:30"), zones }, PARIS)).toBe("2026-03-10T01:30");
    const gone = { schedule: once("2026-03-10T02:30"), zones: [NEW_YORK], window: { minutes: 60 } } as const;
    expect(startOf({ ...gone, enabledAt: "2026-03-10T05:00" }, TOKYO)).toBe("SCH-06");
    expect(outOf({ ...gone, enabledAt: "2026-03-10T05:00" }, TOKYO)?.reason).toContain("2026-03-09T18:30:00.000Z");
    const skipping = { ...once("2026-03-08T02:30"), resolution: { gap: "skip", overlap: "earlier" } } as const;
    expect(startOf({ schedule: skipping, zones: [TOKYO] }, NEW_YORK)).toBe("SCH-05");
  });

  it("SCH-05: in a gap is shifted by it, or the next valid time, or not at all; of two times the earlier, or the later", () => {
    const start = (local: string, gap: "shift" | "next-valid" | "skip", overlap: "earlier" | "later" = "earlier") =>
      startOf({ schedule: { ...once(local), resolution: { gap, overlap } } }, NEW_YORK);
    expect(startOf({ schedule: once("2026-03-08T02:15") }, NEW_YORK)).toBe("2026-03-08T07:15");
    expect(start("2026-03-08T02:15", "shift")).toBe("2026-03-08T07:15");
    expect(start("2026-03-08T02:15", "next-valid")).toBe("2026-03-08T07:00");
    expect(start("2026-03-08T02:15", "skip")).toBe("SCH-05");
    expect(start("2026-11-01T01:30", "skip")).toBe("2026-11-01T05:30");
    expect(start("2026-11-01T01:30", "skip", "later")).toBe("2026-11-01T06:30");
    // Skipped wherever there are assets: the plan itself is refused.
    const skipping = { ...once("2026-03-08T02:15"), resolution: { gap: "skip", overlap: "earlier" } } as const;
    expect(compile({ schedule: skipping, zones: [NEW_YORK] })).toMatchObject({ ok: false, error: { rule: "SCH-05" } });
    // A recurring job goes on with the next day.
    const again = { ...daily("2026-03-08T02:15"), resolution: { gap: "skip", overlap: "earlier" } } as const;
    expect(startOf({ schedule: again, zones: [NEW_YORK] }, NEW_YORK)).toBe("2026-03-09T06:15");
  });

  it("SCH-06: that is past is the enabling, in what is left of the window, zone by zone", () => {
    const world: World = { schedule: once("2026-03-10T02:30"), window: { minutes: 600 } };
    const late = { ...world, enabledAt: "2026-03-10T03:30" };
    expect(of(late, PARIS)).toMatchObject({ timing: { start: null, windowEnd: at("2026-03-10T11:30") } });
    expect(startOf(late, NEW_YORK)).toBe("2026-03-10T06:30");
    expect(outOf(late, TOKYO)).toEqual({
      rule: "SCH-06",
      reason: "its window was over at 2026-03-10T03:30:00.000Z",
      shownAs: "TimedOut",
    });
    expect(startOf({ ...world, enabledAt: "2026-03-10T03:29" }, TOKYO)).toBe(null);
    expect(compile({ ...world, enabledAt: "2026-03-10T16:29" })).toMatchObject({ ok: true });
    expect(compile({ ...world, enabledAt: "2026-03-10T16:30" })).toMatchObject({
      ok: false,
      error: { rule: "SCH-06" },
    });
    // Enabled at its very start it has that instant; without a window it never expires.
    expect(startOf({ ...world, enabledAt: "2026-03-10T01:30" })).toBe("2026-03-10T01:30");
    expect(startOf({ schedule: once("2026-03-10T02:30"), enabledAt: "2027-01-01T00:00" })).toBe(null);
  });

  it("SCH-07: goes on without an end, and is refused once it has ended", () => {
    const { rule, ...schedule } = daily("2026-03-10T02:30");
    expect(startOf({ schedule: { ...schedule, rule }, enabledAt: "2030-12-31T12:00" })).toBe("2031-01-01T01:30");
    const ended = { ...schedule, rule: { ...rule, end: { _tag: "Until", at: wall("2026-03-12T02:30") } } } as const;
    const lastInTokyo = { schedule: ended, enabledAt: "2026-03-11T14:30" };
    expect(timings(lastInTokyo).occurrence.nominalLocal).toBe("2026-03-12T02:30:00");
    // In New York there is one more, and none in time after that.
    expect(startOf({ ...lastInTokyo, enabledAt: "2026-03-12T03:30" }, NEW_YORK)).toBe("2026-03-12T06:30");
    expect(compile({ ...lastInTokyo, enabledAt: "2026-03-12T03:31" })).toMatchObject({
      ok: false,
      error: { rule: "SCH-07" },
    });
  });

  it("SCH-08: exactly the lead is in time, zone by zone; less takes the next run", () => {
    const schedule = daily("2026-03-10T02:30");
    const world = (enabledAt: string): World => ({ schedule, enabledAt });
    // Tokyo starts at 17:30 the day before, so 14:30 is exactly three hours before it.
    expect(startOf(world("2026-03-09T14:30"), TOKYO)).toBe("2026-03-09T17:30");
    expect(outOf(world("2026-03-09T14:31"), TOKYO)).toMatchObject({ rule: "SCH-08" });
    expect(outOf(world("2026-03-09T14:31"), TOKYO)?.shownAs).toBeUndefined();
    expect(startOf(world("2026-03-09T14:31"), PARIS)).toBe("2026-03-10T01:30");
    // Too late for every zone, the plan is of the next run.
    expect(timings(world("2026-03-10T03:30")).occurrence.nominalLocal).toBe("2026-03-10T02:30:00");
    expect(timings(world("2026-03-10T03:31")).occurrence.nominalLocal).toBe("2026-03-11T02:30:00");
  });

  it("SCH-08: the lead is a setting; without one the run of this very instant is taken", () => {
    const occasion = (hours: number) => ({ leadMilliseconds: hours * Values.HOUR_MS });
    const world = { schedule: daily("2026-03-10T02:30"), zones: [PARIS], enabledAt: "2026-03-10T01:30" };
    expect(startOf({ ...world, occasion: occasion(0) })).toBe("2026-03-10T01:30");
    expect(startOf({ ...world, occasion: occasion(24) })).toBe("2026-03-11T01:30");
    expect(startOf({ ...world, occasion: occasion(25) })).toBe("2026-03-12T01:30");
  });

  it("SCH-08: a run once is due however soon; of an enabled job the next run is the one to come", () => {
    expect(startOf({ schedule: once("2026-03-10T02:30"), enabledAt: "2026-03-10T01:29" })).toBe("2026-03-10T01:30");
    const enabled = { schedule: daily("2026-03-10T02:30"), zones: [PARIS], enabledAt: "2026-03-01T00:00" };
    const next = (now: string) => startOf({ ...enabled, occasion: { notBefore: at(now) } });
    expect(next("2026-03-20T01:30")).toBe("2026-03-20T01:30");
    expect(next("2026-03-20T01:31")).toBe("2026-03-21T01:30");
    // A slot that is named is taken as it is.
    expect(startOf({ ...enabled, occasion: { slot: at("2026-03-15T02:30") } })).toBe("2026-03-15T01:30");
  });
});

describe("the window of a job in its plan", () => {
  it("WIN-01: counts from the nominal start, or there is none", () => {
    const windowEnd = (world: World) => {
      const timing = of(world);
      return timing._tag === "Runs" ? timing.timing.windowEnd : timing.obstacle.rule;
    };
    const schedule = once("2026-03-10T02:30");
    expect(windowEnd({ schedule })).toBe(null);
    expect(windowEnd({ schedule, window: { minutes: 30 } })).toBe(at("2026-03-10T02:00"));
    expect(windowEnd({ schedule, window: { minutes: 10_080 }, enabledAt: "2026-03-15T00:00" })).toBe(
      at("2026-03-17T01:30"),
    );
    expect(windowEnd({ schedule: daily("2026-03-10T02:30"), window: { minutes: 30 } })).toBe(at("2026-03-10T02:00"));
    // On demand it counts from the enabling.
    expect(windowEnd({ schedule: { _tag: "OnDemand" }, window: { minutes: 30 } })).toBe(null);
  });

  it("WIN-02, RBT-08: the latest reboot counts from the window's end where all must be complete by then, else from that of the work", () => {
    const reboot = { _tag: "Automatic", countdownMinutes: 15 } as const;
    const latest = (over: Partial<World>) => {
      const world = {
        schedule: once("2026-03-10T02:30"),
        reboot,
        occasion: { workMilliseconds: Values.HOUR_MS },
        ...over,
      };
      const timing = of(world);
      const by = timing._tag === "Runs" ? timing.timing.latestReboot : null;
      return by === null ? null : new Date(by).toISOString().slice(11, 16);
    };
    // The window ends at 2:00.
    expect(latest({ window: { minutes: 30, bound: "complete" } })).toBe("02:15");
    expect(latest({ window: { minutes: 30, bound: "start" } })).toBe("03:15");
    expect(latest({ window: { minutes: 30 }, platform: "Linux" })).toBe("02:15");
    expect(latest({ window: { minutes: 30 }, platform: "Windows" })).toBe("03:15");
    expect(latest({ window: { minutes: 30 }, platform: "Mac" })).toBe("03:15");
    expect(latest({})).toBe(null);
    // A late enabling doesn't move it.
    expect(latest({ window: { minutes: 30 }, enabledAt: "2026-03-10T01:45" })).toBe("02:15");
  });

  it("RBT-08: every deferral and the countdown, or a warning, count into the latest reboot; suppressed there is none", () => {
    const latest = (reboot: Job["reboot"]) => {
      const timing = of({ schedule: once("2026-03-10T02:30"), window: { minutes: 30 }, reboot });
      const by = timing._tag === "Runs" ? timing.timing.latestReboot : null;
      return by === null ? null : (by - at("2026-03-10T02:00")) / Values.MINUTE_MS;
    };
    const request = {
      _tag: "Request",
      deferrals: { count: 3, minutes: 60 },
      countdownMinutes: 15,
      whenNobody: "reboot",
    } as const;
    expect(latest(request)).toBe(195);
    expect(latest({ ...request, countdownMinutes: null })).toBe(185);
    expect(latest({ ...request, deferrals: null })).toBe(15);
    expect(latest({ _tag: "Automatic", countdownMinutes: null })).toBe(5);
    expect(latest({ _tag: "Suppress" })).toBe(null);
  });
});

// Tuesdays from one to three, Paris's Tuesday 2026-03-10 at half past two among them.
const tuesdays: Blackout.Blackout = { weekdays: [2], fromMinute: 60, toMinute: 180 };
const always: Blackout.Blackout = { weekdays: [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 1_440 };

describe("blackouts and freezes in a plan", () => {
  const schedule = once("2026-03-10T02:30");

  it("WIN-05: a job that is due in a blackout starts when it ends, and says why", () => {
    const waiting = of({ schedule, window: { minutes: 60 }, blackouts: [tuesdays] });
    expect(waiting).toMatchObject({
      timing: { start: at("2026-03-10T02:00"), windowEnd: at("2026-03-10T02:30") },
      waits: [
        { rule: "WIN-05", reason: "in a blackout until 2026-03-10T02:00:00.000Z", until: at("2026-03-10T02:00") },
      ],
    });
    expect(startOf({ schedule, blackouts: [tuesdays] })).toBe("2026-03-10T02:00");
    // On the asset's clock: there, it isn't Tuesday any more, or the blackout is over.
    expect(
      startOf({ schedule: once("2026-03-10T02:30", { _tag: "Named", zone: PARIS }), blackouts: [tuesdays] }, TOKYO),
    ).toBe("2026-03-10T01:30");
  });

  it("WIN-05: is canceled where the window is over by then, or at once where the subscription says so", () => {
    const canceled = { rule: "WIN-05", shownAs: "CanceledBlackout" };
    expect(outOf({ schedule, window: { minutes: 30 }, blackouts: [tuesdays] })).toMatchObject(canceled);
    expect(startOf({ schedule, window: { minutes: 31 }, blackouts: [tuesdays] })).toBe("2026-03-10T02:00");
    expect(outOf({ schedule, blackouts: [tuesdays], occasion: { inBlackout: "cancel" } })).toMatchObject(canceled);
    expect(outOf({ schedule, blackouts: [always] })).toMatchObject({
      ...canceled,
      reason: "in a blackout that covers the whole week",
    });
  });

  it("WIN-05: what is enabled late is due then, and canceled by the blackout that it meets", () => {
    const late = { schedule: once("2026-03-09T23:30"), window: { minutes: 180 }, blackouts: [tuesdays] };
    // The window goes from 23:30 to 2:30 in Paris, the blackout from 1:00 on.
    expect(startOf({ ...late, enabledAt: "2026-03-09T23:59" })).toBe(null);
    expect(outOf({ ...late, enabledAt: "2026-03-10T00:00" })).toMatchObject({
      rule: "WIN-05",
      shownAs: "CanceledBlackout",
    });
  });

  it("WIN-05: on demand starts as soon as it is enabled, or when the blackout of that moment ends", () => {
    const onDemand: World = { schedule: { _tag: "OnDemand" }, blackouts: [tuesdays] };
    expect(startOf({ ...onDemand, enabledAt: "2026-03-09T23:59" })).toBe(null);
    expect(startOf({ ...onDemand, enabledAt: "2026-03-10T01:00" })).toBe("2026-03-10T02:00");
    expect(outOf({ ...onDemand, enabledAt: "2026-03-10T01:00", window: { minutes: 60 } })).toMatchObject({
      rule: "WIN-05",
    });
  });

  it("WIN-07: nothing starts in a freeze; it waits, or is timed out when its window is over", () => {
    const freezes = [freeze("quarter's end", "2026-03-09T00:00", "2026-03-10T04:00")];
    expect(of({ schedule, window: { minutes: 120 }, freezes })).toMatchObject({
      timing: { start: at("2026-03-10T03:00") },
      waits: [{ rule: "WIN-07", reason: "frozen by quarter's end until 2026-03-10T03:00:00.000Z" }],
    });
    expect(outOf({ schedule, window: { minutes: 90 }, freezes })).toEqual({
      rule: "WIN-07",
      reason: "frozen by quarter's end until 2026-03-10T03:00:00.000Z",
      shownAs: "TimedOut",
    });
    expect(startOf({ schedule, freezes: [{ ...(freezes[0] as Freeze.Freeze), zone: TOKYO }] })).toBe(
      "2026-03-10T01:30",
    );
    // Assets that the freeze isn't for.
    expect(timings({ schedule, freezes }).of({ id: "other", timeZone: PARIS })).toMatchObject({
      timing: { start: at("2026-03-10T01:30") },
    });
  });

  it("WIN-05, WIN-07: one after the other are all told, in order of time, and the rule is that of the last to decide", () => {
    const first = freeze("first", "2026-03-10T02:00", "2026-03-10T02:45");
    const second = freeze("second", "2026-03-10T03:00", "2026-03-10T04:00");
    const waiting = of({ schedule, freezes: [second, first], blackouts: [tuesdays] });
    expect(waiting).toMatchObject({ timing: { start: at("2026-03-10T03:00") } });
    const reasons = waiting._tag === "Runs" ? waiting.waits.map((w) => `${w.rule} ${w.reason.slice(0, 17)}`) : [];
    expect(reasons).toEqual(["WIN-07 frozen by first u", "WIN-05 in a blackout unt", "WIN-07 frozen by second "]);
    // But for the blackout it could have started at a quarter to three.
    expect(outOf({ schedule, window: { minutes: 60 }, freezes: [first, second], blackouts: [tuesdays] })).toMatchObject(
      {
        rule: "WIN-05",
        reason: expect.stringMatching(/^frozen by first .*; in a blackout .*; frozen by second /),
      },
    );
    const whole = freeze("whole", "2026-03-10T02:00", "2026-03-10T04:00");
    expect(outOf({ schedule, window: { minutes: 60 }, freezes: [whole], blackouts: [tuesdays] })).toMatchObject({
      rule: "WIN-07",
      reason: expect.not.stringContaining("blackout"),
      shownAs: "TimedOut",
    });
  });

  it("PLN-01: says the same in whatever order they stand", () => {
    const freezes = ["b", "a", "c"].map((name) => freeze(name, "2026-03-10T02:00", "2026-03-10T04:00"));
    const world: World = { schedule, window: { minutes: 60 }, freezes, blackouts: [tuesdays] };
    expect(of({ ...world, freezes: [...freezes].reverse() })).toEqual(of(world));
    const waiting: World = { ...world, window: { minutes: 600 } };
    expect(of({ ...waiting, freezes: [...freezes].reverse() })).toEqual(of(waiting));
  });
});

it("SCH-03: what the owner doesn't see, and what is of another platform, decides no time", () => {
  const assets = [
    Values.asset(Values.uuid(1), { tags: ["web"], timeZone: "Asia/Tokyo" }),
    Values.asset(Values.uuid(2), { tags: ["lab"], timeZone: "Europe/Paris" }),
    Values.asset(Values.uuid(3), { tags: ["web"], timeZone: "America/New_York", platform: "Mac" }),
  ];
  const tree = Values.tree({ web: null, lab: null });
  const job = Values.job({ targets: Values.select({ include: Values.any("web", "lab") }) });
  const zones = (scope: TagScope.TagScope, formerScopes: readonly TagScope.TagScope[] = []) =>
    PlanTiming.zonesOf({ ...job, formerScopes }, { scope, tree }, assets);
  expect(zones(TagScope.all)).toEqual(["Asia/Tokyo", "Europe/Paris"]);
  expect(zones(TagScope.tags(["lab"]))).toEqual(["Europe/Paris"]);
  expect(zones(TagScope.all, [TagScope.tags(["web"])])).toEqual(["Asia/Tokyo"]);
});
