/** Laws of the starts of recurring schedules, in any zone, under any policy, round changes of clocks above all. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Instant from "../src/Instant.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as Recurrence from "../src/Recurrence.ts";
import * as TimeZone from "../src/TimeZone.ts";
import * as WallTime from "../src/WallTime.ts";
import { localAt, ruleFrom } from "./AnyRecurrence.ts";
import { anyZone, error, instant, patience, runs, value, wall, ZONE_NAMES, zone } from "./Arbitraries.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const anyResolution: fc.Arbitrary<TimeZone.Resolution> = fc.record({
  gap: fc.constantFrom("shift", "next-valid", "skip"),
  overlap: fc.constantFrom("earlier", "later"),
});

type Case = {
  readonly place: TimeZone.TimeZone;
  readonly recurrence: Recurrence.Recurrence;
  readonly resolution: TimeZone.Resolution;
  /** Where to look from. */
  readonly at: Instant.Instant;
};

/** Changes of clocks of all the zones, from days left out to none. */
const CHANGES = ZONE_NAMES.map(zone).flatMap((place) =>
  TimeZone.transitions(place, instant("2005-01-01T00:00Z"), instant("2035-01-01T00:00Z")).map((change) => ({
    place,
    change,
  })),
);

/** A recurrence that starts up to 300 days before a change at a time of day near the one that the clocks jump or repeat. */
const nearChange: fc.Arbitrary<Case> = fc
  .record({
    change: fc.constantFrom(...CHANGES),
    days: fc.integer({ min: -3, max: 300 }),
    minutes: fc.oneof(fc.integer({ min: -130, max: 130 }), fc.integer({ min: 0, max: 59 })),
    look: fc.integer({ min: -3 * 24 * 60, max: 3 * 24 * 60 }),
    resolution: anyResolution,
  })
  .chain(({ change: { place, change }, days, minutes, look, resolution }) => {
    const local = change.at + change.before - days * DAY + minutes * MINUTE;
    return ruleFrom(fc.constant(local), { days: 320, every: fc.constantFrom(1, 1, 2, 3) }).map((rule) => ({
      place,
      recurrence: value(Recurrence.make(rule)),
      resolution,
      at: Instant.at(change.at + look * MINUTE),
    }));
  });

const anywhere: fc.Arbitrary<Case> = fc
  .record({
    place: anyZone,
    start: fc.integer({ min: Date.UTC(1970, 0, 2) / 1000, max: Date.UTC(2100, 0, 1) / 1000 }),
    days: fc.integer({ min: -10, max: 500 }),
    resolution: anyResolution,
  })
  .chain(({ place, start, days, resolution }) =>
    ruleFrom(fc.constant(start * 1000), { days: 500 }).map((rule) => ({
      place,
      recurrence: value(Recurrence.make(rule)),
      resolution,
      at: Instant.held(start * 1000 + days * DAY),
    })),
  );

const anyCase = fc.oneof({ weight: 3, arbitrary: nearChange }, { weight: 1, arbitrary: anywhere });

const next = ({ recurrence, place, resolution }: Case, at: number): JobSchedule.Start | null =>
  JobSchedule.nextStart(recurrence, place, Instant.at(at), resolution);
const previous = ({ recurrence, place, resolution }: Case, at: number): JobSchedule.Start | null =>
  JobSchedule.previousStart(recurrence, place, Instant.at(at), resolution);
const between = ({ recurrence, place, resolution }: Case, from: number, to: number): readonly JobSchedule.Start[] => [
  ...JobSchedule.startsBetween(recurrence, place, { from: Instant.at(from), to: Instant.at(to) }, resolution),
];

describe("starts of a recurring schedule", patience, () => {
  it("SCH-05: the next is strictly after, the previous strictly before, and they lead to each other", () => {
    fc.assert(
      fc.property(anyCase, (each) => {
        const [before, after] = [previous(each, each.at), next(each, each.at)];
        if (after !== null) {
          expect(after.instant).toBeGreaterThan(each.at);
          expect(Recurrence.isSlot(each.recurrence, after.slot)).toBe(true);
          expect(previous(each, after.instant + 1)).toEqual(after);
        }
        if (before !== null) {
          expect(before.instant).toBeLessThan(each.at);
          expect(Recurrence.isSlot(each.recurrence, before.slot)).toBe(true);
          expect(next(each, before.instant - 1)).toEqual(before);
        }
        // Between the two there is at most one, at the very instant.
        if (before !== null && after !== null) {
          const following = next(each, before.instant);
          expect(following?.instant === each.at || following?.instant === after.instant).toBe(true);
          expect(previous(each, after.instant)).toEqual(following?.instant === each.at ? following : before);
        }
      }),
      runs(10_000),
    );
  });

  it("those between two instants are all there are, in order, whichever way they are cut", () => {
    fc.assert(
      fc.property(anyCase, fc.nat({ max: 5 * DAY }), fc.nat({ max: 40 * DAY }), (each, one, other) => {
        const [from, middle, to] = [each.at, Instant.held(each.at + one), Instant.held(each.at + one + other)];
        const whole = between(each, from, to);
        expect([...between(each, from, middle), ...between(each, middle, to)]).toEqual(whole);
        const walked: JobSchedule.Start[] = [];
        for (let start = previous(each, to); start !== null && start.instant >= from; ) {
          walked.unshift(start);
          start = previous(each, start.instant);
        }
        expect(walked).toEqual(whole);
      }),
      runs(2000),
    );
  });

  it("SCH-05: next and previous are what a look at all of three weeks finds, hour by hour round odd changes", () => {
    const changes = [
      ["America/New_York", "2026-03-08T07:00Z"],
      ["America/New_York", "2026-11-01T06:00Z"],
      ["Australia/Lord_Howe", "2026-10-03T15:30Z"],
      ["Africa/Cairo", "2026-10-29T21:00Z"],
      ["Pacific/Apia", "2011-12-30T10:00Z"],
    ] as const;
    const resolutions: readonly TimeZone.Resolution[] = [
      TimeZone.compatible,
      { gap: "next-valid", overlap: "later" },
      { gap: "skip", overlap: "earlier" },
    ];
    for (const [name, at] of changes) {
      const place = zone(name);
      const change = instant(at);
      for (const [i, time] of ["00:00", "01:30", "02:15", "02:30", "12:00", "23:45"].entries()) {
        const resolution = resolutions[i % resolutions.length] as TimeZone.Resolution;
        const recurrence = value(
          Recurrence.make({
            pattern: { _tag: "Daily", every: 1 },
            start: wall(`2011-01-01T${time}`),
            end: { _tag: "Never" },
            except: [],
          }),
        );
        // Later slots name an instant that two mean.
        const byInstant = new Map<number, number>();
        for (const slot of Recurrence.between(recurrence, change - 11 * DAY, change + 11 * DAY)) {
          const start = TimeZone.resolve(place, Recurrence.wallOf(slot), resolution);
          if (start !== null) byInstant.set(start, slot);
        }
        const all = [...byInstant]
          .map(([start, slot]) => ({ slot, instant: start }))
          .sort((a, b) => a.instant - b.instant);
        for (let hour = -80; hour <= 80; hour++) {
          for (const shift of [-1, 0, 1]) {
            const from = Instant.at(change + hour * 60 * MINUTE + shift);
            const [after, before] = [
              all.find((start) => start.instant > from),
              all.findLast((start) => start.instant < from),
            ];
            expect(JobSchedule.nextStart(recurrence, place, from, resolution)).toEqual(after);
            expect(JobSchedule.previousStart(recurrence, place, from, resolution)).toEqual(before);
          }
        }
      }
    }
  });

  it("those between two instants include one at the first, and none at the last", () => {
    const place = zone("Asia/Tokyo");
    const recurrence = value(
      Recurrence.make({
        pattern: { _tag: "Daily", every: 1 },
        start: wall("2026-01-01T09:00"),
        end: { _tag: "Never" },
        except: [],
      }),
    );
    const [from, to] = [instant("2026-03-01T00:00Z"), instant("2026-03-03T00:00Z")];
    const starts = [...JobSchedule.startsBetween(recurrence, place, { from, to })].map((start) => start.instant);
    expect(starts).toEqual([from, instant("2026-03-02T00:00Z")]);
    expect([...JobSchedule.startsBetween(recurrence, place, { from, to: from })]).toEqual([]);
  });

  it("SCH-05: never two in one slot, and never two slots with one start", () => {
    fc.assert(
      fc.property(anyCase, (each) => {
        const starts = between(each, Instant.held(each.at - 3 * DAY), Instant.held(each.at + 12 * DAY));
        for (const [index, start] of starts.entries()) {
          const following = starts[index + 1];
          if (following === undefined) continue;
          expect(following.instant).toBeGreaterThan(start.instant);
          expect(following.slot).toBeGreaterThan(start.slot);
        }
      }),
      runs(3000),
    );
  });

  it("SCH-05: none is lost but under skip, where exactly the times in gaps are", () => {
    let skipped = 0;
    fc.assert(
      fc.property(anyCase, (each) => {
        const { recurrence, place, resolution, at } = each;
        for (const slot of Recurrence.between(recurrence, at - 5 * DAY, at + 5 * DAY)) {
          const start = JobSchedule.startAt(recurrence, place, slot, resolution);
          const comes = TimeZone.occurrence(place, Recurrence.wallOf(slot));
          if (start !== null) {
            expect(previous(each, start + 1)).toEqual({ slot, instant: start });
            continue;
          }
          expect(comes).toBe("gap");
          skipped += 1;
          if (resolution.gap === "skip") continue;
          // Not lost: the next slot is the same instant, on a zone's day that was left out.
          const instantMeant = TimeZone.resolveLocal(place, slot, resolution);
          const following = Recurrence.next(recurrence, slot);
          expect(following === null ? null : TimeZone.resolveLocal(place, following, resolution)).toBe(instantMeant);
        }
      }),
      runs(10_000),
    );
    expect(skipped).toBeGreaterThan(50);
  });

  it("SCH-05: each shows its slot on the zone's clocks, but in a gap", () => {
    fc.assert(
      fc.property(anyCase, (each) => {
        for (const { slot, instant: at } of between(each, each.at, Instant.held(each.at + 9 * DAY))) {
          const isGap = TimeZone.occurrence(each.place, Recurrence.wallOf(slot)) === "gap";
          const shown = WallTime.print(TimeZone.wallAt(each.place, at));
          expect(shown === WallTime.print(Recurrence.wallOf(slot))).toBe(!isGap);
          // Of a gap it is left behind, not gone before.
          if (isGap) expect(shown > WallTime.print(Recurrence.wallOf(slot))).toBe(true);
        }
      }),
      runs(2000),
    );
  });

  it("is answered the same from a cold memory as from a warm one, and in any order", () => {
    const recurrence = value(
      Recurrence.make({
        pattern: { _tag: "Daily", every: 1 },
        start: wall("1971-01-01T02:30"),
        end: { _tag: "Never" },
        except: [],
      }),
    );
    const place = zone("America/Argentina/Tucuman");
    const days = Array.from({ length: 1500 }, (_, n) => Instant.at(n * 30 * DAY + n * MINUTE));
    const forwards = days.map((at) => JobSchedule.nextStart(recurrence, place, at));
    const backwards = days.toReversed().map((at) => JobSchedule.nextStart(recurrence, place, at));
    expect(backwards.toReversed()).toEqual(forwards);
  });

  it("SCH-07: has no next once it has ended, and an error that says when", () => {
    const recurrence = value(
      Recurrence.make({
        pattern: { _tag: "Daily", every: 1 },
        start: wall("2026-01-01T02:30"),
        end: { _tag: "Until", at: wall("2026-01-03T02:30") },
        except: [],
      }),
    );
    const newYork = zone("America/New_York");
    expect(JobSchedule.nextStart(recurrence, newYork, instant("2026-01-03T07:29:59Z"))?.instant).toBe(
      instant("2026-01-03T07:30Z"),
    );
    expect(JobSchedule.nextStart(recurrence, newYork, instant("2026-01-03T07:30Z"))).toBe(null);
    expect(JobSchedule.previousStart(recurrence, newYork, instant("2026-01-01T07:30Z"))).toBe(null);
    const schedule = value(JobSchedule.recurring({ recurrence, zone: { _tag: "Agent" } }));
    const starts = (at: string) => JobSchedule.startsFor(schedule, { zone: newYork, enabledAt: instant(at) });
    // A start at the very moment still counts.
    expect(value(starts("2026-01-03T07:30Z"))).toBe(instant("2026-01-03T07:30Z"));
    expect(error(starts("2026-01-03T07:30:00.001Z"))).toMatchObject({
      _tag: "Ended",
      rule: "SCH-07",
      lastLocal: "2026-01-03T02:30:00",
      zone: "America/New_York",
    });
  });

  it("SCH-02, SCH-03: with agent zones each zone starts for itself; fixed and named, all at once", () => {
    const recurrence = value(
      Recurrence.make({
        pattern: { _tag: "Weekly", every: 1, weekdays: [6] },
        start: wall("2026-01-03T22:00"),
        end: { _tag: "Never" },
        except: [],
      }),
    );
    const in2 = (mode: JobSchedule.ZoneMode): readonly string[] =>
      ["America/New_York", "Asia/Tokyo"].map((name) => {
        const schedule = value(JobSchedule.recurring({ recurrence, zone: mode }));
        const context = { zone: zone(name), enabledAt: instant("2026-07-01T00:00Z") };
        return Instant.toIso(value(JobSchedule.startsFor(schedule, context))).slice(0, 16);
      });
    expect(in2({ _tag: "Agent" })).toEqual(["2026-07-05T02:00", "2026-07-04T13:00"]);
    expect(in2({ _tag: "Fixed", offsetMinutes: -300 })).toEqual(["2026-07-05T03:00", "2026-07-05T03:00"]);
    expect(in2({ _tag: "Named", zone: "America/New_York" })).toEqual(["2026-07-05T02:00", "2026-07-05T02:00"]);
    const unknown = JobSchedule.recurring({ recurrence, zone: { _tag: "Named", zone: "Mars/Olympus" } });
    expect(error(unknown)).toMatchObject({ _tag: "UnknownZone", rule: "SCH-02" });
  });

  it("SCH-06: a recurring schedule is never past", () => {
    fc.assert(
      fc.property(anyCase, ({ recurrence, place, at }) => {
        const schedule = value(JobSchedule.recurring({ recurrence, zone: { _tag: "Agent" } }));
        expect(JobSchedule.refusePast(schedule, { now: at, zones: [place] })).toEqual({ ok: true, value: schedule });
      }),
      runs(200),
    );
  });

  it("lies within the limits of time, at both ends, and ends there", () => {
    for (const name of ["+14:00", "-12:00", "Pacific/Kiritimati", "America/New_York"]) {
      const place = zone(name);
      for (const start of ["1970-01-02T00:00:00", "9999-12-01T23:59:59"]) {
        const recurrence = value(
          Recurrence.make({
            pattern: { _tag: "Daily", every: 1 },
            start: wall(start),
            end: { _tag: "Never" },
            except: [],
          }),
        );
        const first = JobSchedule.nextStart(recurrence, place, Instant.earliest);
        expect(first?.slot).toBe(recurrence.startSlot);
        const last = JobSchedule.previousStart(recurrence, place, Instant.latest);
        expect(last === null ? null : localAt(last.slot)).toMatchObject({ year: 9999, month: 12, day: 30 });
        expect(JobSchedule.nextStart(recurrence, place, Instant.latest)).toBe(null);
      }
    }
  });
});

describe("JobSchedule.refuseOpportunisticDownload", patience, () => {
  it("SCH-15: files can be fetched before the start of scheduled jobs only", () => {
    const recurrence = value(
      Recurrence.make({
        pattern: { _tag: "Daily", every: 1 },
        start: wall("2026-01-01T02:30"),
        end: { _tag: "Never" },
        except: [],
      }),
    );
    const scheduled = [
      value(JobSchedule.recurring({ recurrence, zone: { _tag: "Agent" } })),
      value(JobSchedule.once({ at: wall("2026-01-01T02:30"), zone: { _tag: "Agent" } })),
    ];
    for (const each of scheduled) {
      expect(JobSchedule.refuseOpportunisticDownload(each)).toEqual({ ok: true, value: each });
    }
    expect(error(JobSchedule.refuseOpportunisticDownload(JobSchedule.onDemand))).toMatchObject({
      _tag: "NoTimeBefore",
      rule: "SCH-15",
    });
  });
});
