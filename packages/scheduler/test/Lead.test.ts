import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as Lead from "../src/Lead.ts";
import * as Limits from "../src/Limits.ts";
import { dailyAt, scheduleInZone } from "./AnyStart.ts";
import { instant, nearInstant, patience, runs, value, wall, zone } from "./Arbitraries.ts";

const newYork = zone("America/New_York");
const tokyo = zone("Asia/Tokyo");
const HOUR = 3_600_000;

const anyLead = fc.integer({ min: 0, max: 50 * HOUR }).map(Duration.milliseconds);

describe("Lead", patience, () => {
  it("SCH-08: is three hours unless said, and exactly the lead is in time", () => {
    expect(Lead.standard).toBe(Duration.hours(3));
    expect(Limits.DEFAULT_LEAD_MILLISECONDS).toBe(3 * HOUR);
    const start = instant("2026-07-10T13:00Z");
    expect(Lead.isInTime(instant("2026-07-10T10:00:00.000Z"), start)).toBe(true);
    expect(Lead.isInTime(instant("2026-07-10T10:00:00.001Z"), start)).toBe(false);
    expect(Lead.isInTime(start, start, Duration.zero)).toBe(true);
    expect(Lead.isInTime(instant("2026-07-10T13:00:00.001Z"), start, Duration.zero)).toBe(false);
  });

  it("SCH-08: the first start in time is the lead away at least, and none that is was passed over", () => {
    fc.assert(
      fc.property(scheduleInZone, anyLead, ({ schedule, zone: place, at }, lead) => {
        const first = Lead.firstInTime(schedule, place, at, lead);
        const { recurrence, resolution } = schedule;
        // From the enabling on, start by start: those too soon, then the one.
        let start = JobSchedule.nextStart(recurrence, place, Instant.at(at - 1), resolution);
        while (start !== null && start.instant - at < lead) {
          start = JobSchedule.nextStart(recurrence, place, start.instant, resolution);
        }
        expect(first).toEqual(start);
        if (first !== null) expect(Lead.isInTime(at, first.instant, lead)).toBe(true);
      }),
      runs(10_000),
    );
  });

  it("SCH-08: enabled exactly the lead before a start it is that one, a millisecond later the next", () => {
    fc.assert(
      fc.property(scheduleInZone, anyLead, ({ schedule, zone: place, at }, lead) => {
        const start = Lead.firstInTime(schedule, place, at, lead);
        if (start === null) return;
        expect(Lead.firstInTime(schedule, place, Instant.at(start.instant - lead), lead)).toEqual(start);
        const tooLate = Lead.firstInTime(schedule, place, Instant.at(start.instant - lead + 1), lead);
        expect(tooLate).toEqual(JobSchedule.nextStart(schedule.recurrence, place, start.instant, schedule.resolution));
      }),
      runs(10_000),
    );
  });

  it("SCH-08: with agent zones, enabling may be in time in one and too late in another", () => {
    const schedule = dailyAt("2026-07-01T22:00");
    const enabledAt = instant("2026-07-10T12:00Z");
    const starts = [newYork, tokyo].map((place) => Lead.firstInTime(schedule, place, enabledAt)?.instant);
    expect(starts).toEqual([instant("2026-07-11T02:00Z"), instant("2026-07-11T13:00Z")]);
  });
});

describe("Lead.afterEdit", patience, () => {
  const former = dailyAt("2026-07-01T22:00");
  const edited = dailyAt("2026-07-01T23:00");
  const afterEdit = (at: string): readonly [string, boolean] | null => {
    const found = Lead.afterEdit({ former, edited }, tokyo, instant(at));
    return found === null ? null : [Instant.toIso(found.instant).slice(0, 16), found.isFormer];
  };

  it("SCH-08: what comes within the lead happens as it was, and the edit reaches the next", () => {
    // 22:00 in Tokyo is 13:00Z; 23:00 is 14:00Z.
    expect(afterEdit("2026-07-10T10:00:00.000Z")).toEqual(["2026-07-10T14:00", false]);
    expect(afterEdit("2026-07-10T10:00:00.001Z")).toEqual(["2026-07-10T13:00", true]);
    expect(afterEdit("2026-07-10T13:00:00.000Z")).toEqual(["2026-07-10T13:00", true]);
    expect(afterEdit("2026-07-10T13:00:00.001Z")).toEqual(["2026-07-11T14:00", false]);
  });

  it("SCH-08: gives the former start just where it lies within the lead, else the edited one that is in time", () => {
    fc.assert(
      fc.property(scheduleInZone, scheduleInZone, anyLead, (one, other, lead) => {
        const { zone: place, at } = one;
        const schedules = { former: one.schedule, edited: other.schedule };
        const found = Lead.afterEdit(schedules, place, at, lead);
        const { recurrence, resolution } = one.schedule;
        const [asItWas] = JobSchedule.startsBetween(
          recurrence,
          place,
          { from: at, to: Instant.add(at, lead) },
          resolution,
        );
        if (asItWas !== undefined) expect(found).toEqual({ ...asItWas, isFormer: true });
        else {
          const next = Lead.firstInTime(other.schedule, place, at, lead);
          expect(found).toEqual(next === null ? null : { ...next, isFormer: false });
        }
      }),
      runs(5000),
    );
  });

  it("SCH-08: an edit that changes nothing changes no start", () => {
    fc.assert(
      fc.property(scheduleInZone, anyLead, ({ schedule, zone: place, at }, lead) => {
        const found = Lead.afterEdit({ former: schedule, edited: schedule }, place, at, lead);
        const next = JobSchedule.nextStart(schedule.recurrence, place, Instant.at(at - 1), schedule.resolution);
        expect(found?.instant ?? null).toBe(next?.instant ?? null);
      }),
      runs(3000),
    );
  });
});

describe("Lead.sendFrom", patience, () => {
  it("SCH-09: a run-once job reaches agents as soon as it is enabled; a recurring one the lead before", () => {
    const once = value(JobSchedule.once({ at: wall("2026-07-10T22:00"), zone: { _tag: "Agent" } }));
    const [start, enabledAt] = [instant("2026-07-10T13:00Z"), instant("2026-07-01T00:00Z")];
    expect(Lead.sendFrom(once, start, enabledAt)).toBe(enabledAt);
    expect(Lead.sendFrom(JobSchedule.onDemand, enabledAt, enabledAt)).toBe(enabledAt);
    expect(Lead.sendFrom(dailyAt("2026-07-01T22:00"), start, enabledAt)).toBe(instant("2026-07-10T10:00Z"));
    expect(Lead.sendFrom(dailyAt("2026-07-01T22:00"), start, enabledAt, Duration.hours(1))).toBe(
      instant("2026-07-10T12:00Z"),
    );
  });

  it("SCH-09: never before the job was enabled", () => {
    fc.assert(
      fc.property(nearInstant, nearInstant, anyLead, (start, enabledAt, lead) => {
        const from = Lead.sendFrom(dailyAt("2026-07-01T22:00"), start, enabledAt, lead);
        expect(from).toBe(Math.max(enabledAt, start - lead));
      }),
      runs(2000),
    );
  });
});
