import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import * as TimeZone from "../src/TimeZone.ts";
import * as WallTime from "../src/WallTime.ts";
import { anyDuration, error, instant, nearInstant, patience, runs, value, wall, zone } from "./Arbitraries.ts";
import { shown } from "./FormattedClock.ts";
import { anyChange } from "./walker/AnyCalendar.ts";

const start = instant("2026-03-08T07:00Z");
const lease = Duration.hours(24);
const at = (iso: string): Instant.Instant => instant(`2026-03-${iso}Z`);
const bounded = (minutes: number, bound: PatchWindow.WindowBound): PatchWindow.PatchWindow =>
  value(PatchWindow.make({ minutes, bound }));

describe("PatchWindow.make", () => {
  it("WIN-01: a window is none, or 30 to 10080 whole minutes", () => {
    expect(PatchWindow.none).toEqual({ _tag: "None" });
    expect(bounded(30, "start")).toEqual({ _tag: "Bounded", minutes: 30, bound: "start" });
    expect(bounded(10_080, "complete")).toEqual({ _tag: "Bounded", minutes: 10_080, bound: "complete" });
    for (const minutes of [29, 10_081, 0, -60, 60.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(error(PatchWindow.make({ minutes, bound: "start" }))).toMatchObject({
        _tag: "InvalidWindow",
        rule: "WIN-01",
        minutes,
        minMinutes: 30,
        maxMinutes: 10_080,
      });
    }
  });
});

describe("PatchWindow.validity", patience, () => {
  it("PLN-04: with a window a manifest holds from the start to the window's end, whatever the lease", () => {
    const three = bounded(180, "start");
    expect(PatchWindow.validity(start, three, lease)).toEqual({ start, end: at("08T10:00") });
  });

  it("PLN-04: without one it holds for a lease, which is renewed from the moment of renewal", () => {
    const first = PatchWindow.validity(start, PatchWindow.none, lease);
    expect(first).toEqual({ start, end: at("09T07:00") });
    const renewed = PatchWindow.renew(PatchWindow.none, first, { now: at("08T19:00"), lease });
    expect(renewed).toEqual({ start, end: at("09T19:00") });
  });

  it("PLN-04: a window is not prolonged by renewal", () => {
    const current = PatchWindow.validity(start, bounded(60, "start"), lease);
    expect(PatchWindow.renew(bounded(60, "start"), current, { now: at("08T07:30"), lease })).toEqual(current);
  });

  it("PLN-04: a lease renewed early never shrinks, and renewed before the start holds from the start", () => {
    const first = PatchWindow.validity(start, PatchWindow.none, lease);
    const hour = Duration.hours(1);
    expect(PatchWindow.renew(PatchWindow.none, first, { now: at("08T08:00"), lease: hour })).toEqual(first);
    expect(PatchWindow.renew(PatchWindow.none, first, { now: at("01T00:00"), lease })).toEqual(first);
  });

  it("PLN-04: an agent back inside the interval may still start, one that returns after it never", () => {
    const anyWindow = fc.option(fc.integer({ min: 30, max: 10_080 }), { nil: null });
    fc.assert(
      fc.property(nearInstant, anyWindow, anyDuration, (from, minutes, delay) => {
        const window = minutes === null ? PatchWindow.none : bounded(minutes, "start");
        const length = minutes === null ? lease : minutes * 60_000;
        const validity = PatchWindow.validity(from, window, lease);
        const now = Instant.add(from, delay);
        expect(PatchWindow.mayStart(window, validity, now)).toBe(delay >= 0 && delay < length);
      }),
      runs(10_000),
    );
  });
});

describe("PatchWindow, over changes of clocks", patience, () => {
  it("WIN-01: a window ends as many minutes after its start as it has, whatever the clocks show by then", () => {
    fc.assert(
      fc.property(
        anyChange,
        fc.integer({ min: -10_080, max: 60 }),
        fc.integer({ min: 30, max: 10_080 }),
        fc.constantFrom("start" as const, "complete" as const),
        ({ zone: name, at: change }, before, minutes, bound) => {
          const from = Date.parse(change) + before * 60_000;
          const shownFrom = WallTime.print(TimeZone.wallAt(zone(name), Instant.at(from)));
          const nominal = value(
            JobSchedule.nominalFor(
              value(JobSchedule.once({ at: wall(shownFrom), zone: { _tag: "Named", zone: name } })),
              { zone: TimeZone.utc, enabledAt: Instant.earliest },
            ),
          );
          const { start: begin, end } = JobSchedule.validityFor(nominal, bounded(minutes, bound));
          if (end === null) throw new Error("a bounded window without an end");
          // Sixty seconds a minute, counted by what Intl shows in UTC.
          expect(Date.parse(`${shown("UTC", end)}Z`) - Date.parse(`${shown("UTC", begin)}Z`)).toBe(minutes * 60_000);
          expect(end).toBeGreaterThan(begin);
        },
      ),
      runs(2000),
    );
  });

  it("WIN-01: an hour from 01:30 ends when clocks that went back show 01:30 again", () => {
    const nominal = instant("2026-11-01T05:30Z");
    const { end } = JobSchedule.validityFor(nominal, bounded(60, "complete"));
    const clock = (at: number): string => shown("America/New_York", at);
    expect([clock(nominal), clock(end ?? 0)]).toEqual(["2026-11-01T01:30:00", "2026-11-01T01:30:00"]);
  });
});

describe("PatchWindow.mayStart and mustStopBy", () => {
  const minute = (iso: string, window: PatchWindow.PatchWindow, reserve?: Duration.Duration): boolean =>
    PatchWindow.mayStart(window, PatchWindow.validity(start, window, lease), at(iso), reserve);

  it("WIN-02: a start-bound run begins inside its window, up to the last millisecond, and may work on after it", () => {
    const window = bounded(60, "start");
    const validity = PatchWindow.validity(start, window, lease);
    expect([minute("08T06:59", window), minute("08T07:00", window), minute("08T08:00", window)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(PatchWindow.mayStart(window, validity, Instant.add(at("08T08:00"), Duration.milliseconds(-1)))).toBe(true);
    expect(PatchWindow.mustStopBy(window, validity)).toBe(null);
  });

  it("WIN-02: a complete-bound run stops by its window's end, and begins only while its reserve is left", () => {
    const window = bounded(60, "complete");
    const validity = PatchWindow.validity(start, window, lease);
    const reserve = Duration.minutes(20);
    expect(PatchWindow.mustStopBy(window, validity)).toBe(at("08T08:00"));
    expect(minute("08T07:59", window)).toBe(true);
    expect(minute("08T07:39", window, reserve)).toBe(true);
    expect(minute("08T07:40", window, reserve)).toBe(false);
    expect(minute("08T06:59", window, reserve)).toBe(false);
    expect(minute("08T07:00", window, Duration.minutes(60))).toBe(false);
  });

  it("WIN-02: the reserve counts for complete-bound windows only", () => {
    expect(minute("08T07:59", bounded(60, "start"), Duration.hours(9))).toBe(true);
    expect(minute("08T07:59", PatchWindow.none, Duration.days(9))).toBe(true);
  });

  it("WIN-01: without a window nothing has to stop, and a run's own validity never ends", () => {
    const validity = PatchWindow.validity(start, PatchWindow.none, lease);
    expect(PatchWindow.mustStopBy(PatchWindow.none, validity)).toBe(null);
    expect(PatchWindow.mayStart(PatchWindow.none, Interval.from(start), instant("2999-01-01T00:00Z"))).toBe(true);
  });
});
