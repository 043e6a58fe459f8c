/** Occurrences of recurring jobs: their keys, and the instants of one slot in many zones. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as Lead from "../src/Lead.ts";
import * as Occurrence from "../src/Occurrence.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import * as Recurrence from "../src/Recurrence.ts";
import type * as TimeZone from "../src/TimeZone.ts";
import { anyPattern, localAt, ruleFrom } from "./AnyRecurrence.ts";
import { anyZone, error, instant, nearWall, patience, runs, value, wall, zone } from "./Arbitraries.ts";

const DAY = 86_400_000;
const AGENT: JobSchedule.ZoneMode = { _tag: "Agent" };
const newYork = zone("America/New_York");
const tokyo = zone("Asia/Tokyo");
const apia = zone("Pacific/Apia");

const daily = (
  start: string,
  more: { readonly zone?: JobSchedule.ZoneMode; readonly resolution?: TimeZone.Resolution } = {},
): JobSchedule.Recurring =>
  value(
    JobSchedule.recurring({
      zone: AGENT,
      ...more,
      recurrence: value(
        Recurrence.make({
          pattern: { _tag: "Daily", every: 1 },
          start: wall(start),
          end: { _tag: "Never" },
          except: [],
        }),
      ),
    }),
  );

const slot = (text: string): Recurrence.Slot => Date.parse(`${text}Z`);

const context = (enabledAt: string, zones: readonly TimeZone.TimeZone[]): Occurrence.PlanContext => ({
  zones,
  enabledAt: instant(enabledAt),
  window: value(PatchWindow.make({ minutes: 120, bound: "start" })),
});

describe("Occurrence.slotsAfter", () => {
  it("SCH-03: begins with the first slot that is still to start in some zone, whatever the order of the zones", () => {
    // The 22:00 of July 1st is past in Tokyo, and to come in New York.
    const after = instant("2026-07-01T14:00Z");
    for (const zones of [
      [newYork, tokyo],
      [tokyo, newYork],
    ]) {
      const [first, second] = Occurrence.slotsAfter(daily("2026-01-01T22:00"), zones, after);
      expect([first, second]).toEqual([slot("2026-07-01T22:00"), slot("2026-07-02T22:00")]);
    }
    const [alone] = Occurrence.slotsAfter(daily("2026-01-01T22:00"), [tokyo], after);
    expect(alone).toBe(slot("2026-07-02T22:00"));
    expect([...Occurrence.slotsAfter(daily("2026-01-01T22:00"), [], after)]).toEqual([]);
  });
});

describe("Occurrence.planSlot, of one slot", () => {
  it("SCH-03: answers for each zone once, and for nothing else", () => {
    const planned = value(
      Occurrence.planSlot(
        daily("2026-01-01T22:00"),
        slot("2026-07-01T22:00"),
        context("2026-06-01T00:00Z", [tokyo, newYork, tokyo]),
      ),
    );
    expect(planned.instants.map(({ _tag, zone: name }) => [_tag, name])).toEqual([
      ["Starts", "Asia/Tokyo"],
      ["Starts", "America/New_York"],
    ]);
  });

  it("SCH-02: a run-once job whose zone this runtime doesn't know has no plan", () => {
    const stored: JobSchedule.RunOnce = {
      _tag: "Once",
      at: wall("2026-07-01T22:00"),
      zone: { _tag: "Named", zone: "Mars/Olympus" },
    };
    expect(error(Occurrence.plan(stored, context("2026-06-01T00:00Z", [tokyo])))).toMatchObject({
      _tag: "UnknownZone",
      rule: "SCH-02",
    });
  });
});

describe("Occurrence.slotKey", patience, () => {
  it("is made of the schedule's words and the slot's local time alone", () => {
    expect(Occurrence.slotKey(daily("2026-03-01T02:30"), slot("2026-03-08T02:30"))).toBe(
      "at:2026-03-08T02:30:00@agent#0",
    );
    const fixed = daily("2026-03-01T02:30", { zone: { _tag: "Fixed", offsetMinutes: 330 } });
    expect(Occurrence.slotKey(fixed, slot("2026-03-08T02:30"))).toBe("at:2026-03-08T02:30:00@+05:30#0");
    const later = daily("2026-03-01T02:30", { resolution: { gap: "skip", overlap: "later" } });
    expect(Occurrence.slotKey(later, slot("2026-03-08T02:30"))).toBe("at:2026-03-08T02:30:00@agent#1");
  });

  it("needs no tzdata: a zone that this runtime doesn't know has keys as well", () => {
    const { recurrence } = daily("2026-03-01T02:30");
    const stored: JobSchedule.Recurring = {
      _tag: "Recurring",
      recurrence,
      zone: { _tag: "Named", zone: "Mars/Olympus" },
    };
    expect(Occurrence.slotKey(stored, slot("2026-03-08T02:30"))).toBe("at:2026-03-08T02:30:00@Mars/Olympus#0");
    expect(error(Occurrence.planSlot(stored, slot("2026-03-08T02:30"), context("2026-03-01T00:00Z", [])))._tag).toBe(
      "UnknownZone",
    );
  });

  it("never comes twice in a job's life, nor for a run-once job's occurrence", () => {
    fc.assert(
      fc.property(anyPattern(fc.integer({ min: 1, max: 4 })), nearWall, anyZone, (pattern, start, place) => {
        const recurrence = value(Recurrence.make({ pattern, start, end: { _tag: "Never" }, except: [] }));
        const schedule = value(JobSchedule.recurring({ recurrence, zone: AGENT }));
        const keys: string[] = [];
        for (const at of Recurrence.between(recurrence, recurrence.startSlot, recurrence.startSlot + 400 * DAY)) {
          keys.push(Occurrence.slotKey(schedule, at));
          expect(keys.at(-1)).toBe(value(Occurrence.planSlot(schedule, at, context("2026-01-01T00:00Z", [place]))).key);
        }
        expect(new Set(keys).size).toBe(keys.length);
        // Their order is that of time, so a store may sort by them.
        expect(keys.toSorted()).toEqual(keys);
        const once = Occurrence.occurrenceKey({ _tag: "Once", at: start, zone: AGENT });
        expect(keys).not.toContain(once);
      }),
      runs(1000),
    );
  });
});

describe("Occurrence.planSlot", patience, () => {
  it("SCH-03: starts in each zone at that zone's instant, within a window that counts from it", () => {
    const planned = value(
      Occurrence.planSlot(
        daily("2026-07-01T22:00"),
        slot("2026-07-10T22:00"),
        context("2026-07-01T00:00Z", [newYork, tokyo]),
      ),
    );
    expect(planned).toMatchObject({ zoneRule: "agent", nominalLocal: wall("2026-07-10T22:00") });
    const expected = [
      { zone: newYork, from: "2026-07-11T02:00Z", to: "2026-07-11T04:00Z" },
      { zone: tokyo, from: "2026-07-10T13:00Z", to: "2026-07-10T15:00Z" },
    ];
    for (const { zone: place, from, to } of expected) {
      expect(Occurrence.forZone(planned, place)).toEqual({
        _tag: "Starts",
        zone: place.name,
        nominal: instant(from),
        start: instant(from),
        validity: { start: instant(from), end: instant(to) },
      });
    }
    expect(planned.validity).toEqual({ start: instant("2026-07-10T13:00Z"), end: instant("2026-07-11T04:00Z") });
  });

  it("SCH-08: the lead counts in each zone for itself, and exactly the lead is in time", () => {
    const schedule = daily("2026-07-01T22:00");
    const tags = (enabledAt: string): readonly (string | undefined)[] => {
      const planned = value(
        Occurrence.planSlot(schedule, slot("2026-07-10T22:00"), context(enabledAt, [newYork, tokyo])),
      );
      return [newYork, tokyo].map((place) => Occurrence.forZone(planned, place)?._tag);
    };
    // 13:00Z in Tokyo, 02:00Z the day after in New York.
    expect(tags("2026-07-10T10:00Z")).toEqual(["Starts", "Starts"]);
    expect(tags("2026-07-10T10:00:00.001Z")).toEqual(["Starts", "TooSoon"]);
    expect(tags("2026-07-10T23:00Z")).toEqual(["Starts", "TooSoon"]);
    expect(tags("2026-07-10T23:00:00.001Z")).toEqual(["TooSoon", "TooSoon"]);
    const short = { ...context("2026-07-10T12:59Z", [tokyo]), lead: Duration.minutes(1) };
    expect(Occurrence.forZone(value(Occurrence.planSlot(schedule, slot("2026-07-10T22:00"), short)), tokyo)?._tag).toBe(
      "Starts",
    );
    const entry = Occurrence.forZone(
      value(Occurrence.planSlot(schedule, slot("2026-07-10T22:00"), context("2026-07-10T12:00Z", [tokyo]))),
      tokyo,
    );
    expect(entry).toEqual({
      _tag: "TooSoon",
      zone: "Asia/Tokyo",
      nominal: instant("2026-07-10T13:00Z"),
      lead: Duration.hours(3),
    });
  });

  it("SCH-05: on the day that Apia left out it starts once there, and elsewhere twice", () => {
    const schedule = daily("2011-12-01T12:00");
    const planned = ["2011-12-29", "2011-12-30", "2011-12-31"].map((day) =>
      value(Occurrence.planSlot(schedule, slot(`${day}T12:00`), context("2011-12-01T00:00Z", [apia, tokyo]))),
    );
    const starts = (place: TimeZone.TimeZone): readonly string[] =>
      planned.map((each) => {
        const entry = Occurrence.forZone(each, place);
        return entry?._tag === "Starts" ? Instant.toIso(entry.start).slice(0, 16) : `${entry?._tag}`;
      });
    expect(starts(apia)).toEqual(["2011-12-29T22:00", "Skipped", "2011-12-30T22:00"]);
    expect(starts(tokyo)).toEqual(["2011-12-29T03:00", "2011-12-30T03:00", "2011-12-31T03:00"]);
  });

  it("plans the same starts, zone by zone, as asking each zone for its next one does", () => {
    const zones = fc.uniqueArray(anyZone, { minLength: 1, maxLength: 6, selector: ({ name }) => name });
    const rules = ruleFrom(
      fc.integer({ min: Date.UTC(2011, 0, 1) / 1000, max: Date.UTC(2030, 0, 1) / 1000 }).map((second) => second * 1000),
      { days: 60, every: fc.constantFrom(1, 2) },
    );
    fc.assert(
      fc.property(zones, rules, fc.integer({ min: -20, max: 400 }), (places, rule, days) => {
        const schedule = value(JobSchedule.recurring({ recurrence: value(Recurrence.make(rule)), zone: AGENT }));
        const enabledAt = Instant.at(Recurrence.slotOf(rule.start) + days * DAY);
        const found = new Map<string, number[]>(places.map(({ name }) => [name, []]));
        let slots = 0;
        for (const at of Occurrence.slotsAfter(schedule, places, enabledAt)) {
          if (slots++ === 6) break;
          const planned = value(
            Occurrence.planSlot(schedule, at, { zones: places, enabledAt, window: PatchWindow.none }),
          );
          for (const entry of planned.instants) {
            if (entry._tag === "Starts") found.get(entry.zone ?? "")?.push(entry.start);
          }
        }
        for (const place of places) {
          const expected: number[] = [];
          let start = Lead.firstInTime(schedule, place, enabledAt);
          const planned = found.get(place.name) ?? [];
          while (start !== null && expected.length < planned.length) {
            expected.push(start.instant);
            start = JobSchedule.nextStart(schedule.recurrence, place, start.instant);
          }
          expect(planned).toEqual(expected);
        }
      }),
      runs(1000),
    );
  });
});

describe("Occurrence.slotsAfter", patience, () => {
  it("begins with the first slot that comes in any zone, and gives no other", () => {
    const schedule = daily("2026-07-01T22:00");
    const first = (at: string, zones: readonly TimeZone.TimeZone[]): string => {
      for (const found of Occurrence.slotsAfter(schedule, zones, instant(at)))
        return new Date(found).toISOString().slice(0, 10);
      return "none";
    };
    // At 13:30Z the tenth is past in Tokyo, and yet to come in New York.
    expect(first("2026-07-10T13:30Z", [tokyo])).toBe("2026-07-11");
    expect(first("2026-07-10T13:30Z", [tokyo, newYork])).toBe("2026-07-10");
    expect(first("2026-07-11T02:00Z", [tokyo, newYork])).toBe("2026-07-11");
    expect(first("2026-07-11T02:00Z", [])).toBe("none");
  });

  it("ends with the recurrence", () => {
    const recurrence = value(
      Recurrence.make({
        pattern: { _tag: "Daily", every: 1 },
        start: wall("2026-07-01T22:00"),
        end: { _tag: "After", count: 3 },
        except: ["2026-07-02"],
      }),
    );
    const schedule = value(JobSchedule.recurring({ recurrence, zone: { _tag: "Named", zone: "Asia/Tokyo" } }));
    const slots = [...Occurrence.slotsAfter(schedule, [], instant("2026-01-01T00:00Z"))];
    expect(slots.map(localAt)).toEqual([wall("2026-07-01T22:00"), wall("2026-07-03T22:00")]);
  });
});
