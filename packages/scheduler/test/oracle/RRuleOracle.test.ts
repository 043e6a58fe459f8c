/**
 * A second opinion on recurrences from rrule-temporal, which reads the text that `RRule` prints. It leaves out local times in a
 * gap where we shift them (both are free to), so days with a gap at that time are left out on both sides.
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
import { patience, runs, value, zone } from "../Arbitraries.ts";

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

/** A rule's starts in the two years from its own, away from gaps, as instants. */
const ours = (rule: Recurrence.Rule, place: TimeZone.TimeZone, to: number): readonly number[] => {
  const recurrence = value(Recurrence.make(rule));
  const from = Instant.earliest;
  return [...JobSchedule.startsBetween(recurrence, place, { from, to: Instant.at(to) })]
    .filter(({ slot }) => TimeZone.occurrence(place, Recurrence.wallOf(slot)) !== "gap")
    .map(({ instant }) => instant);
};

const theirs = (rule: Recurrence.Rule, text: string, place: TimeZone.TimeZone, to: number): readonly number[] => {
  const rrule = new RRuleTemporal({ rruleString: withUntil(withZone(text, place.name), rule, place) });
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
});
