/**
 * A second opinion on recurrences from rrule-temporal, which reads the text that `RRule` prints. It leaves out local times in a
 * gap where we shift them (both are free to), so days with a gap at that time are left out on both sides. Nor does it count
 * them, as RFC 5545 (3.3.10) has it, where ours count by the calendar: it is told the number that is left.
 */
import fc from "fast-check";
import { RRuleTemporal } from "rrule-temporal";
import { describe, expect, it } from "vitest";
import * as Instant from "../../src/Instant.ts";
import * as JobSchedule from "../../src/JobSchedule.ts";
import * as Recurrence from "../../src/Recurrence.ts";
import * as RRule from "../../src/RRule.ts";
import * as TimeZone from "../../src/TimeZone.ts";
import * as WallTime from "../../src/WallTime.ts";
import { ruleFrom } from "../AnyRecurrence.ts";
import { instant, patience, runs, value, wall, zone } from "../Arbitraries.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const anyStart = fc
  .integer({ min: Date.UTC(2015, 0, 1) / MINUTE, max: Date.UTC(2035, 0, 1) / MINUTE })
  .map((minute) => minute * MINUTE);

/** The text with the zone put in, as other libraries want it; ours is floating, as the zone is the schedule's. */
const withZone = (text: string, name: string): string =>
  text.replace("DTSTART:", `DTSTART;TZID=${name}:`).replace("EXDATE:", `EXDATE;TZID=${name}:`);

/** UNTIL in UTC, as RFC 5545 wants it with a zone. */
const withUntil = (text: string, rule: Recurrence.Rule, place: TimeZone.TimeZone): string => {
  if (rule.end._tag !== "Until") return text;
  const until = TimeZone.resolve(place, rule.end.at) ?? Instant.latest;
  const stamp = Instant.toIso(until).slice(0, 19).replaceAll(/[-:]/g, "");
  return text.replace(/UNTIL=\d+T\d+/, `UNTIL=${stamp}Z`);
};

/** COUNT without the local times in gaps. Null if none are left. */
const withCount = (text: string, rule: Recurrence.Rule, place: TimeZone.TimeZone): string | null => {
  if (rule.end._tag !== "After") return text;
  const left = rule.end.count - gapsOf(rule, place);
  return left === 0 ? null : text.replace(/COUNT=\d+/, `COUNT=${left}`);
};

/** How many of a rule's local times, those left out among them, the clocks skip. */
const gapsOf = (rule: Recurrence.Rule, place: TimeZone.TimeZone): number => {
  const recurrence = value(Recurrence.make({ ...rule, except: [] }));
  const slots = [...Recurrence.between(recurrence, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)];
  return slots.filter((slot) => TimeZone.occurrence(place, Recurrence.wallOf(slot)) === "gap").length;
};

/** A rule's starts in the two years from its own, away from gaps, as instants. */
const ours = (rule: Recurrence.Rule, place: TimeZone.TimeZone, to: number): readonly number[] => {
  const recurrence = value(Recurrence.make(rule));
  const from = Instant.earliest;
  return [...JobSchedule.startsBetween(recurrence, place, { from, to: Instant.at(to) })]
    .filter(({ slot }) => TimeZone.occurrence(place, Recurrence.wallOf(slot)) !== "gap")
    .map(({ instant }) => instant);
};

const theirs = (rule: Recurrence.Rule, text: string, place: TimeZone.TimeZone, to: number): readonly number[] => {
  const rruleString = withCount(withUntil(withZone(text, place.name), rule, place), rule, place);
  if (rruleString === null) return [];
  const rrule = new RRuleTemporal({ rruleString });
  const time = WallTime.print(rule.start).slice("2026-01-01".length);
  return rrule
    .between(new Date(0), new Date(to - 1), true)
    .map((zoned) => ({
      at: zoned.epochMilliseconds,
      shown: zoned.toPlainDateTime().toString({ smallestUnit: "second" }),
    }))
    .filter(({ shown }) => shown.endsWith(time))
    .map(({ at }) => at);
};

describe("recurrences against rrule-temporal", patience, () => {
  it.each([
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Cairo",
    "America/Santiago",
  ])("SCH-01: the printed rule starts at the same instants in %s, away from gaps", (name) => {
    const place = zone(name);
    let compared = 0;
    fc.assert(
      fc.property(ruleFrom(anyStart, { days: 500 }), (rule) => {
        const text = RRule.print(rule);
        if (!text.ok) return;
        const to = Recurrence.slotOf(rule.start) + 730 * DAY;
        const starts = ours(rule, place, to);
        expect(starts).toEqual(theirs(rule, text.value, place, to));
        compared += starts.length;
      }),
      runs(100),
    );
    expect(compared).toBeGreaterThan(1000);
  });

  it("SCH-07: a count ends on the same day in every zone: a local time that the clocks skip counts, where theirs goes a day on", () => {
    const rule: Recurrence.Rule = {
      pattern: { _tag: "Daily", every: 1 },
      start: wall("2027-04-19T00:07"),
      end: { _tag: "After", count: 12 },
      except: [],
    };
    const to = Recurrence.slotOf(wall("2027-06-01T00:00"));
    const cairo = zone("Africa/Cairo");
    const text = value(RRule.print(rule));
    // The clocks go from 2027-04-29 24:00 to 2027-04-30 01:00: the twelfth starts at 01:07.
    expect(TimeZone.occurrence(cairo, wall("2027-04-30T00:07"))).toBe("gap");
    const starts = [...JobSchedule.startsBetween(value(Recurrence.make(rule)), cairo, between(0, to))];
    expect(starts).toHaveLength(12);
    expect(starts.at(-1)?.instant).toBe(instant("2027-04-29T22:07:00Z"));
    for (const place of [cairo, zone("UTC"), zone("America/New_York")]) {
      const last = [...JobSchedule.startsBetween(value(Recurrence.make(rule)), place, between(0, to))].at(-1);
      expect(last?.slot).toBe(Recurrence.slotOf(wall("2027-04-30T00:07")));
    }
    const uncounted = new RRuleTemporal({ rruleString: withZone(text, cairo.name) }).all();
    expect(uncounted.map((zoned) => zoned.toPlainDate().toString()).slice(-2)).toEqual(["2027-04-29", "2027-05-01"]);
    expect(ours(rule, cairo, to)).toEqual(theirs(rule, text, cairo, to));
    expect(ours(rule, cairo, to)).toHaveLength(11);
  });
});

const between = (from: number, to: number): { readonly from: Instant.Instant; readonly to: Instant.Instant } => ({
  from: Instant.at(from),
  to: Instant.at(to),
});
