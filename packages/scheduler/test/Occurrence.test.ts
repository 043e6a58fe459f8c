import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as Occurrence from "../src/Occurrence.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import type * as TimeZone from "../src/TimeZone.ts";
import { anyZone, error, instant, nearInstant, nearWall, runs, value, wall, zone } from "./Arbitraries.ts";

const newYork = zone("America/New_York");
const tokyo = zone("Asia/Tokyo");
const apia = zone("Pacific/Apia");
const AGENT: JobSchedule.ZoneMode = { _tag: "Agent" };
const twoHours = value(PatchWindow.make({ minutes: 120, bound: "start" }));

const once = (at: string, mode: JobSchedule.ZoneMode = AGENT, resolution?: TimeZone.Resolution): JobSchedule.RunOnce =>
  value(JobSchedule.once({ at: wall(at), zone: mode, ...(resolution === undefined ? {} : { resolution }) }));
const context = (
  enabledAt: string,
  zones: readonly TimeZone.TimeZone[] = [newYork, tokyo],
  window: PatchWindow.PatchWindow = twoHours,
): Occurrence.PlanContext => ({ zones, enabledAt: instant(enabledAt), window });

describe("Occurrence.occurrenceKey", () => {
  it("is made of the schedule's words alone", () => {
    expect(Occurrence.occurrenceKey(JobSchedule.onDemand)).toBe("on-demand");
    expect(Occurrence.occurrenceKey(once("2026-03-08T02:30"))).toBe("once:2026-03-08T02:30:00@agent#0");
    expect(Occurrence.occurrenceKey(once("2026-03-08T02:30", { _tag: "Fixed", offsetMinutes: -210 }))).toBe(
      "once:2026-03-08T02:30:00@-03:30#0",
    );
    const named = { _tag: "Named", zone: "US/Eastern" } as const;
    expect(Occurrence.occurrenceKey(once("2026-11-01T01:30", named, { gap: "skip", overlap: "later" }))).toBe(
      "once:2026-11-01T01:30:00@US/Eastern#1",
    );
  });

  it("differs exactly when the local time, the zone rule or the fold differ", () => {
    const modes = fc.oneof(
      fc.constant(AGENT),
      fc.integer({ min: -3, max: 3 }).map((hours) => ({ _tag: "Fixed" as const, offsetMinutes: hours * 60 })),
      fc.constantFrom("Europe/Paris", "UTC").map((name) => ({ _tag: "Named" as const, zone: name })),
    );
    const schedules = fc.record({
      at: fc.constantFrom("2026-03-08T02:30", "2026-03-08T02:31", "2027-03-08T02:30").map(wall),
      zone: modes,
      resolution: fc.record({
        gap: fc.constant("shift" as const),
        overlap: fc.constantFrom("earlier" as const, "later" as const),
      }),
    });
    fc.assert(
      fc.property(schedules, schedules, (a, b) => {
        const [keyA, keyB] = [a, b].map((schedule) => Occurrence.occurrenceKey({ ...schedule, _tag: "Once" }));
        expect(keyA === keyB).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      runs(10_000),
    );
  });
});

describe("Occurrence.distinctStarts", () => {
  it("SCH-03: are the instants at which a set of zones starts, each once and in order", () => {
    const names = ["America/New_York", "Asia/Tokyo", "US/Eastern", "America/Toronto", "Asia/Seoul", "Asia/Kolkata"];
    const planned = value(Occurrence.plan(once("2026-07-01T22:00"), context("2026-07-01T00:00Z", names.map(zone))));
    expect(planned.instants).toHaveLength(6);
    expect(Occurrence.distinctStarts(planned)).toEqual(
      ["2026-07-01T13:00Z", "2026-07-01T16:30Z", "2026-07-02T02:00Z"].map(instant),
    );
  });

  it("SCH-06: leave out zones in which nothing starts any more", () => {
    const planned = value(Occurrence.plan(once("2026-07-01T22:00"), context("2026-07-01T15:00Z")));
    expect(planned.instants.map(({ _tag }) => _tag)).toEqual(["Starts", "Elapsed"]);
    expect(Occurrence.distinctStarts(planned)).toEqual([instant("2026-07-02T02:00Z")]);
  });
});

describe("Occurrence.plan", () => {
  it("SCH-03: with agent zones a run starts at a different instant in each", () => {
    const planned = value(Occurrence.plan(once("2026-07-01T22:00"), context("2026-07-01T00:00Z")));
    expect(planned).toMatchObject({ zoneRule: "agent", nominalLocal: wall("2026-07-01T22:00") });
    expect(planned.instants).toEqual(
      [
        { zone: "America/New_York", from: "2026-07-02T02:00Z", to: "2026-07-02T04:00Z" },
        { zone: "Asia/Tokyo", from: "2026-07-01T13:00Z", to: "2026-07-01T15:00Z" },
      ].map(({ zone: name, from, to }) => ({
        _tag: "Starts",
        zone: name,
        nominal: instant(from),
        start: instant(from),
        validity: { start: instant(from), end: instant(to) },
      })),
    );
    expect(planned.validity).toEqual({ start: instant("2026-07-01T13:00Z"), end: instant("2026-07-02T04:00Z") });
  });

  it("SCH-03: every zone's instant shows the same local time there", () => {
    fc.assert(
      fc.property(fc.array(anyZone, { minLength: 1, maxLength: 8 }), nearWall, (zones, at) => {
        const schedule = value(JobSchedule.once({ at, zone: AGENT }));
        const planned = value(
          Occurrence.plan(schedule, { zones, enabledAt: Instant.earliest, window: PatchWindow.none }),
        );
        expect(new Set(planned.instants.map((entry) => entry.zone))).toEqual(new Set(zones.map(({ name }) => name)));
        expect(planned.instants.length).toBe(new Set(zones.map(({ name }) => name)).size);
        for (const place of zones) {
          const alone = JobSchedule.startsFor(schedule, { zone: place, enabledAt: Instant.earliest });
          expect(Occurrence.forZone(planned, place)).toMatchObject({ _tag: "Starts", start: value(alone) });
        }
      }),
      runs(100),
    );
  });

  it("SCH-02: with a fixed or named zone, and on demand, one instant holds for all", () => {
    const enabled = "2026-07-01T00:00Z";
    const named = value(
      Occurrence.plan(once("2026-07-01T22:00", { _tag: "Named", zone: "Asia/Tokyo" }), context(enabled)),
    );
    expect(named.instants).toHaveLength(1);
    expect(Occurrence.forZone(named, newYork)).toMatchObject({ zone: null, start: instant("2026-07-01T13:00Z") });
    const onDemand = value(Occurrence.plan(JobSchedule.onDemand, context(enabled, [])));
    expect(onDemand).toMatchObject({ key: "on-demand", zoneRule: null, nominalLocal: null });
    expect(Occurrence.forZone(onDemand, tokyo)).toMatchObject({ start: instant(enabled) });
    expect(onDemand.validity).toEqual({ start: instant(enabled), end: instant("2026-07-01T02:00Z") });
  });

  it("SCH-06: enabled late it starts at once inside its window, is timed out where that has elapsed", () => {
    const planned = value(Occurrence.plan(once("2026-07-01T22:00"), context("2026-07-02T03:30Z")));
    const [late, elapsed] = [Occurrence.forZone(planned, newYork), Occurrence.forZone(planned, tokyo)];
    expect(late).toMatchObject({
      _tag: "Starts",
      nominal: instant("2026-07-02T02:00Z"),
      start: instant("2026-07-02T03:30Z"),
      validity: { start: instant("2026-07-02T02:00Z"), end: instant("2026-07-02T04:00Z") },
    });
    expect(elapsed).toMatchObject({ _tag: "Elapsed", endedAt: instant("2026-07-01T15:00Z") });
    expect(planned.validity.start).toBe(instant("2026-07-02T02:00Z"));
  });

  it("SCH-06: with the window elapsed in all zones the job is expired and can't be enabled; a millisecond sooner it can", () => {
    expect(error(Occurrence.plan(once("2026-07-01T22:00"), context("2026-07-02T04:00Z")))).toMatchObject({
      _tag: "Expired",
      rule: "SCH-06",
      endedAt: "2026-07-02T04:00:00.000Z",
    });
    expect(Occurrence.plan(once("2026-07-01T22:00"), context("2026-07-02T03:59:59.999Z")).ok).toBe(true);
    const unbounded = context("2036-07-02T04:00Z", [newYork, tokyo], PatchWindow.none);
    expect(value(Occurrence.plan(once("2026-07-01T22:00"), unbounded)).validity.end).toBe(null);
  });

  it("SCH-05: zones that skip a gap say so; when all do there is nothing to enable", () => {
    const skipping = once("2011-12-30T12:00", AGENT, { gap: "skip", overlap: "earlier" });
    const planned = value(Occurrence.plan(skipping, context("2011-12-01T00:00Z", [apia, tokyo])));
    expect(Occurrence.forZone(planned, apia)).toEqual({ _tag: "Skipped", zone: "Pacific/Apia" });
    expect(Occurrence.forZone(planned, tokyo)).toMatchObject({ _tag: "Starts" });
    expect(error(Occurrence.plan(skipping, context("2011-12-01T00:00Z", [apia])))._tag).toBe("NoSuchTime");
    expect(error(Occurrence.plan(skipping, context("2026-12-01T00:00Z", [apia, tokyo])))._tag).toBe("Expired");
  });

  it("knows nothing of zones it wasn't asked about, and plans nothing for none", () => {
    const planned = value(Occurrence.plan(once("2026-07-01T22:00"), context("2026-07-01T00:00Z", [tokyo])));
    expect(Occurrence.forZone(planned, newYork)).toBeUndefined();
    const empty = value(Occurrence.plan(once("2026-07-01T22:00"), context("2026-07-01T00:00Z", [])));
    expect(empty.instants).toEqual([]);
    expect(Interval.isEmpty(empty.validity)).toBe(true);
  });

  it("hands on what is wrong with a stored schedule", () => {
    const broken: JobSchedule.RunOnce = {
      _tag: "Once",
      at: wall("2026-07-01T22:00"),
      zone: { _tag: "Named", zone: "Mars" },
    };
    expect(error(Occurrence.plan(broken, context("2026-07-01T00:00Z")))._tag).toBe("UnknownZone");
  });

  it("lets no run begin before its nominal start or after its window, in any zone, whenever it is enabled", () => {
    fc.assert(
      fc.property(
        anyZone,
        nearWall,
        fc.integer({ min: -200, max: 200 }),
        nearInstant,
        (place, at, minutes, anyTime) => {
          const nominal = value(
            JobSchedule.nominalFor({ _tag: "Once", at, zone: AGENT }, { zone: place, enabledAt: anyTime }),
          );
          const enabledAt = Instant.at(nominal + minutes * 60_000);
          const planned = Occurrence.plan(
            { _tag: "Once", at, zone: AGENT },
            { zones: [place], enabledAt, window: twoHours },
          );
          expect(planned.ok).toBe(minutes < 120);
          if (!planned.ok) return;
          const entry = Occurrence.forZone(planned.value, place);
          expect(entry?._tag).toBe("Starts");
          if (entry?._tag !== "Starts") return;
          expect(entry.start).toBe(Math.max(nominal, enabledAt));
          expect(PatchWindow.mayStart(twoHours, entry.validity, entry.start)).toBe(true);
          expect(PatchWindow.mayStart(twoHours, entry.validity, Instant.at(nominal - 1))).toBe(false);
          expect(PatchWindow.mayStart(twoHours, entry.validity, Instant.at(nominal + 120 * 60_000))).toBe(false);
        },
      ),
      runs(200),
    );
  });
});
