import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Instant from "../src/Instant.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as TimeZone from "../src/TimeZone.ts";
import * as TzdataChange from "../src/TzdataChange.ts";
import { scheduleInZone } from "./AnyStart.ts";
import { instant, patience, runs } from "./Arbitraries.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const planned = (slot: string, zone: string, at: string): TzdataChange.PlannedStart => ({
  slot: Date.parse(`${slot}Z`),
  zone,
  instant: instant(at),
});

describe("TzdataChange.moved", patience, () => {
  it("finds none of the starts that were planned with the rules in use", () => {
    fc.assert(
      fc.property(scheduleInZone, ({ schedule, zone, at }) => {
        const { recurrence, resolution } = schedule;
        const range = { from: at, to: Instant.at(at + 20 * DAY) };
        const starts = [...JobSchedule.startsBetween(recurrence, zone, range, resolution)].map((start) => ({
          ...start,
          zone: zone.name,
        }));
        expect(TzdataChange.moved(starts, resolution)).toEqual([]);
      }),
      runs(2000),
    );
  });

  it("says which starts lie elsewhere now, and by how much", () => {
    fc.assert(
      fc.property(scheduleInZone, fc.integer({ min: -26 * HOUR, max: 26 * HOUR }), ({ schedule, zone, at }, by) => {
        const start = JobSchedule.nextStart(schedule.recurrence, zone, at, schedule.resolution);
        if (start === null) return;
        const before = { slot: start.slot, zone: zone.name, instant: Instant.at(start.instant - by) };
        const moved = TzdataChange.moved([before], schedule.resolution);
        expect(moved).toEqual(by === 0 ? [] : [{ planned: before, now: start.instant, by }]);
      }),
      runs(2000),
    );
  });

  it("tells of the years in which a zone's rules did change: Mexico gave up DST in 2022, Jordan in the same", () => {
    // Planned with rules of before: DST goes on.
    const before = [
      planned("2023-07-01T02:30", "America/Mexico_City", "2023-07-01T07:30Z"),
      planned("2023-01-10T02:30", "America/Mexico_City", "2023-01-10T08:30Z"),
      planned("2023-01-10T02:30", "Asia/Amman", "2023-01-10T00:30Z"),
    ];
    expect(TzdataChange.moved(before)).toEqual([
      { planned: before[0], now: instant("2023-07-01T08:30Z"), by: HOUR },
      { planned: before[2], now: instant("2023-01-09T23:30Z"), by: -HOUR },
    ]);
  });

  it("tells of starts whose zone is unknown here, or which have no time any more", () => {
    const unknown = planned("2026-07-01T02:30", "Mars/Olympus", "2026-07-01T02:30Z");
    const gone = planned("2026-03-08T02:30", "America/New_York", "2026-03-08T07:30Z");
    const skip: TimeZone.Resolution = { gap: "skip", overlap: "earlier" };
    expect(TzdataChange.moved([unknown, gone], skip)).toEqual([
      { planned: unknown, now: null, by: null },
      { planned: gone, now: null, by: null },
    ]);
    expect(TzdataChange.moved([gone], TimeZone.compatible)).toEqual([]);
    expect(TzdataChange.moved([])).toEqual([]);
  });
});
