import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import * as TimeZone from "../src/TimeZone.ts";
import { anyZone, error, instant, nearInstant, nearWall, runs, value, wall, zone } from "./Arbitraries.ts";

const newYork = zone("America/New_York");
const tokyo = zone("Asia/Tokyo");
const enabledAt = instant("2026-01-01T00:00Z");
const AGENT: JobSchedule.ZoneMode = { _tag: "Agent" };

const once = (
  at: string,
  mode: JobSchedule.ZoneMode = AGENT,
  resolution?: TimeZone.Resolution,
): JobSchedule.JobSchedule =>
  value(JobSchedule.once({ at: wall(at), zone: mode, ...(resolution === undefined ? {} : { resolution }) }));
const startIn = (schedule: JobSchedule.JobSchedule, place: TimeZone.TimeZone, enabled = enabledAt): string =>
  Instant.toIso(value(JobSchedule.startsFor(schedule, { zone: place, enabledAt: enabled })));

describe("JobSchedule.startsFor", () => {
  it("SCH-01: an on-demand job starts when it is enabled, in every zone", () => {
    fc.assert(
      fc.property(anyZone, nearInstant, (place, enabled) => {
        expect(JobSchedule.startsFor(JobSchedule.onDemand, { zone: place, enabledAt: enabled })).toEqual({
          ok: true,
          value: enabled,
        });
      }),
      runs(100),
    );
  });

  it("SCH-01: a scheduled run-once job starts at its local date and time", () => {
    expect(startIn(once("2026-07-01T22:00"), newYork)).toBe("2026-07-02T02:00:00.000Z");
    expect(startIn(once("2026-12-01T22:00"), newYork)).toBe("2026-12-02T03:00:00.000Z");
  });

  it("SCH-02: mode agent reads the time in the asset's zone, fixed at its offset, named in its zone with DST", () => {
    const summer = "2026-07-01T22:00";
    const winter = "2026-12-01T22:00";
    const fixed: JobSchedule.ZoneMode = { _tag: "Fixed", offsetMinutes: -300 };
    const named: JobSchedule.ZoneMode = { _tag: "Named", zone: "America/New_York" };
    expect(startIn(once(summer), tokyo)).toBe("2026-07-01T13:00:00.000Z");
    expect([summer, winter].map((at) => startIn(once(at, fixed), tokyo))).toEqual([
      "2026-07-02T03:00:00.000Z",
      "2026-12-02T03:00:00.000Z",
    ]);
    expect([summer, winter].map((at) => startIn(once(at, named), tokyo))).toEqual([
      "2026-07-02T02:00:00.000Z",
      "2026-12-02T03:00:00.000Z",
    ]);
  });

  it("SCH-05: follows the schedule's choice for gaps and overlaps, and refuses a skipped gap", () => {
    const gap = "2026-03-08T02:30";
    expect(startIn(once(gap), newYork)).toBe("2026-03-08T07:30:00.000Z");
    expect(startIn(once(gap, AGENT, { gap: "next-valid", overlap: "earlier" }), newYork)).toBe(
      "2026-03-08T07:00:00.000Z",
    );
    const skipping = once(gap, AGENT, { gap: "skip", overlap: "earlier" });
    expect(error(JobSchedule.startsFor(skipping, { zone: newYork, enabledAt }))).toMatchObject({
      _tag: "NoSuchTime",
      rule: "SCH-05",
      at: "2026-03-08T02:30:00",
      zone: "America/New_York",
    });
    expect(startIn(skipping, tokyo)).toBe("2026-03-07T17:30:00.000Z");
    expect(startIn(once("2026-11-01T01:30", AGENT, { gap: "shift", overlap: "later" }), newYork)).toBe(
      "2026-11-01T06:30:00.000Z",
    );
  });

  it("SCH-06: a saved job whose start has passed starts as soon as it is enabled", () => {
    const late = instant("2026-07-02T05:00Z");
    expect(startIn(once("2026-07-01T22:00"), newYork, late)).toBe("2026-07-02T05:00:00.000Z");
    const nominal = value(JobSchedule.nominalFor(once("2026-07-01T22:00"), { zone: newYork, enabledAt: late }));
    expect(Instant.toIso(nominal)).toBe("2026-07-02T02:00:00.000Z");
  });

  it("never starts before the nominal start, nor before the job was enabled", () => {
    fc.assert(
      fc.property(anyZone, nearWall, nearInstant, (place, at, enabled) => {
        const schedule = value(JobSchedule.once({ at, zone: AGENT }));
        const context = { zone: place, enabledAt: enabled };
        const start = value(JobSchedule.startsFor(schedule, context));
        const nominal = TimeZone.resolve(place, at);
        expect(start).toBe(Math.max(Number(nominal), enabled));
      }),
      runs(200),
    );
  });

  it("answers stored schedules that are damaged with an error", () => {
    const context = { zone: newYork, enabledAt };
    const damaged = (fields: object): JobSchedule.JobSchedule => ({ ...once("2026-07-01T22:00"), ...fields }) as never;
    const month13 = damaged({ at: { ...wall("2026-07-01T22:00"), month: 13 } });
    expect(error(JobSchedule.startsFor(month13, context))._tag).toBe("InvalidWallTime");
    expect(error(JobSchedule.startsFor(damaged({ zone: { _tag: "Named", zone: "Mars" } }), context))._tag).toBe(
      "UnknownZone",
    );
    expect(error(JobSchedule.startsFor(damaged({ zone: { _tag: "Fixed", offsetMinutes: 841 } }), context))._tag).toBe(
      "UnknownZone",
    );
  });
});

describe("JobSchedule.once", () => {
  it("refuses wall times and zones that don't exist", () => {
    const at = wall("2026-07-01T22:00");
    expect(error(JobSchedule.once({ at: { ...at, day: 32 }, zone: AGENT }))._tag).toBe("InvalidWallTime");
    expect(error(JobSchedule.once({ at, zone: { _tag: "Named", zone: "Mars/Olympus" } }))._tag).toBe("UnknownZone");
    expect(error(JobSchedule.once({ at, zone: { _tag: "Fixed", offsetMinutes: -721 } }))._tag).toBe("UnknownZone");
  });

  it("makes plain data that survives JSON", () => {
    const schedule = once("2026-07-01T22:00", { _tag: "Named", zone: "Europe/Paris" }, TimeZone.compatible);
    expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule);
  });
});

describe("JobSchedule.refusePast", () => {
  const zones = [newYork, tokyo];
  const at = (
    iso: string,
    all = zones,
  ): { readonly now: Instant.Instant; readonly zones: readonly TimeZone.TimeZone[] } => ({
    now: instant(iso),
    zones: all,
  });

  it("SCH-06: with agent zones a start is refused at save only when past in every zone", () => {
    const schedule = once("2026-07-01T22:00");
    expect(JobSchedule.refusePast(schedule, at("2026-07-01T12:00Z")).ok).toBe(true);
    expect(JobSchedule.refusePast(schedule, at("2026-07-01T20:00Z")).ok).toBe(true);
    expect(JobSchedule.refusePast(schedule, at("2026-07-02T02:00Z")).ok).toBe(true);
    expect(error(JobSchedule.refusePast(schedule, at("2026-07-02T02:00:00.001Z")))).toMatchObject({
      _tag: "PastStart",
      rule: "SCH-06",
      start: "2026-07-02T02:00:00.000Z",
      now: "2026-07-02T02:00:00.001Z",
    });
    expect(JobSchedule.refusePast(schedule, at("2026-07-01T20:00Z", [tokyo])).ok).toBe(false);
  });

  it("SCH-05, SCH-06: a time that one zone skips is refused at save only where no other zone has it", () => {
    const skipping = once("2026-03-08T02:30", { _tag: "Agent" }, { gap: "skip", overlap: "earlier" });
    const inBoth = JobSchedule.refusePast(skipping, at("2026-03-07T00:00Z", [newYork, tokyo]));
    expect(inBoth).toEqual({ ok: true, value: skipping });
    const alone = error(JobSchedule.refusePast(skipping, at("2026-03-07T00:00Z", [newYork])));
    expect(alone).toMatchObject({ _tag: "NoSuchTime", rule: "SCH-05", zone: "America/New_York" });
    expect(alone.message).toMatch(/^2026-03-08T02:30:00 does not occur in America\/New_York, .*"next-valid"[.]$/);
    const past = error(JobSchedule.refusePast(once("2026-07-01T22:00"), at("2026-07-03T00:00Z")));
    expect(past.message).toMatch(/2026-07-02T02:00:00.000Z .* 2026-07-03T00:00:00.000Z.*[.]$/);
  });

  it("SCH-06: with no zone known it is judged where the time comes last, at UTC-12", () => {
    const schedule = once("2026-07-01T22:00");
    expect(JobSchedule.refusePast(schedule, at("2026-07-02T10:00Z", [])).ok).toBe(true);
    expect(JobSchedule.refusePast(schedule, at("2026-07-02T10:01Z", [])).ok).toBe(false);
  });

  it("SCH-06: a fixed or named zone is judged by itself, whatever the assets' zones", () => {
    const schedule = once("2026-07-01T22:00", { _tag: "Fixed", offsetMinutes: 540 });
    expect(JobSchedule.refusePast(schedule, at("2026-07-01T13:00Z")).ok).toBe(true);
    expect(JobSchedule.refusePast(schedule, at("2026-07-01T13:01Z")).ok).toBe(false);
  });

  it("SCH-06: on demand is never past", () => {
    expect(JobSchedule.refusePast(JobSchedule.onDemand, at("2026-07-01T13:01Z"))).toEqual({
      ok: true,
      value: JobSchedule.onDemand,
    });
  });

  it("leaves out zones that skip the time, and refuses one that all skip", () => {
    const skipping = once("2026-03-08T02:30", AGENT, { gap: "skip", overlap: "earlier" });
    expect(JobSchedule.refusePast(skipping, at("2026-03-07T12:00Z")).ok).toBe(true);
    expect(error(JobSchedule.refusePast(skipping, at("2026-03-08T00:00Z")))._tag).toBe("PastStart");
    expect(error(JobSchedule.refusePast(skipping, at("2026-03-07T12:00Z", [newYork])))._tag).toBe("NoSuchTime");
  });
});

describe("JobSchedule.validityFor", () => {
  const nominal = instant("2026-07-02T02:00Z");

  it("counts a window from the nominal start", () => {
    const window = value(PatchWindow.make({ minutes: 90, bound: "start" }));
    expect(JobSchedule.validityFor(nominal, window)).toEqual({ start: nominal, end: nominal + Duration.minutes(90) });
  });

  it("WIN-01: without a window it never ends", () => {
    expect(JobSchedule.validityFor(nominal, PatchWindow.none)).toEqual({ start: nominal, end: null });
    expect(Interval.contains(JobSchedule.validityFor(nominal, PatchWindow.none), Instant.latest)).toBe(true);
  });
});

describe("JobSchedule.assetZone", () => {
  it("SCH-03: an asset of unknown zone counts in the default zone, and the answer says so", () => {
    expect(JobSchedule.assetZone("Asia/Tokyo", newYork)).toEqual({ zone: tokyo, isDefault: false });
    expect(JobSchedule.assetZone("Mars/Olympus", newYork)).toEqual({ zone: newYork, isDefault: true });
    expect(JobSchedule.assetZone(null, newYork)).toEqual({ zone: newYork, isDefault: true });
  });
});
