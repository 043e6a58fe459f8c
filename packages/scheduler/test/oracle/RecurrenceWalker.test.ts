/**
 * Oracle 2: recurrences against a walk through every minute of up to 45 days round a change of clocks (`RecurrenceWalker`).
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Instant from "../../src/Instant.ts";
import * as JobSchedule from "../../src/JobSchedule.ts";
import * as Occurrence from "../../src/Occurrence.ts";
import * as PatchWindow from "../../src/PatchWindow.ts";
import * as Recurrence from "../../src/Recurrence.ts";
import type * as TimeZone from "../../src/TimeZone.ts";
import * as WallTime from "../../src/WallTime.ts";
import { ruleFrom } from "../AnyRecurrence.ts";
import { patience, runs, value, zone } from "../Arbitraries.ts";
import { slotsOf, startsIn, type Walk, type WalkedStart, walk } from "./RecurrenceWalker.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Changes of clocks, each odd in its way, and how they change in the days round them: forward, back, or both. */
const CHANGES = [
  ["America/New_York", "2026-03-08", "forward"],
  ["America/New_York", "2026-11-01", "back"],
  ["Australia/Lord_Howe", "2026-10-03", "forward"],
  ["Australia/Lord_Howe", "2026-04-04", "back"],
  ["Pacific/Apia", "2011-12-30", "forward"],
  ["Pacific/Kwajalein", "1993-08-21", "forward"],
  ["Africa/Casablanca", "2026-03-10", "both"],
  ["Africa/El_Aaiun", "2023-04-08", "both"],
  ["Africa/Cairo", "2026-04-23", "forward"],
  ["Africa/Cairo", "2026-10-29", "back"],
  ["Africa/Cairo", "2010-08-25", "both"],
  ["Asia/Beirut", "2026-03-28", "forward"],
  ["Asia/Beirut", "2026-10-24", "back"],
  ["America/Santiago", "2026-09-06", "forward"],
  ["America/Santiago", "2026-04-05", "back"],
  ["America/Havana", "2026-03-08", "forward"],
  ["America/Havana", "2026-11-01", "back"],
  ["Antarctica/Troll", "2026-03-29", "forward"],
  ["Antarctica/Troll", "2026-10-25", "back"],
  ["Antarctica/Casey", "2010-03-04", "back"],
  ["Antarctica/Casey", "2018-03-10", "back"],
  ["Asia/Gaza", "2026-03-28", "forward"],
  ["America/Scoresbysund", "2024-03-31", "never"],
  ["America/Scoresbysund", "2024-10-27", "back"],
  ["Asia/Pyongyang", "2018-05-04", "forward"],
  ["Asia/Pyongyang", "2015-08-14", "back"],
  ["America/Caracas", "2016-05-01", "forward"],
  ["Europe/Dublin", "2026-03-29", "forward"],
  ["Pacific/Chatham", "2026-09-26", "forward"],
  ["Pacific/Chatham", "2026-04-04", "back"],
  ["America/Sao_Paulo", "2018-11-04", "forward"],
  ["America/Sao_Paulo", "2019-02-17", "back"],
  ["Asia/Tehran", "2022-03-21", "forward"],
  ["Europe/Volgograd", "2020-12-26", "back"],
  ["Africa/Juba", "2021-01-31", "back"],
  ["America/Recife", "2000-10-10", "both"],
  ["America/St_Johns", "2011-03-13", "forward"],
  ["Asia/Dhaka", "2009-06-19", "forward"],
  ["Asia/Dhaka", "2009-12-31", "back"],
  ["Africa/Sao_Tome", "2019-01-01", "back"],
  ["Asia/Kolkata", "2026-03-08", "never"],
] as const;

const walks = new Map<string, Walk>();

/** The 45 days round a day, walked once. */
const walkRound = (name: string, day: string): Walk => {
  const key = `${name} ${day}`;
  const known = walks.get(key) ?? walk(name, Date.parse(day) - 21 * DAY, Date.parse(day) + 24 * DAY);
  walks.set(key, known);
  return known;
};

/** A comparison of fewer starts would say little about a change. */
const STARTS_ENOUGH = 12;

/** Of twelve rules each: so many without enough starts mean that the rules made up are wrong for these days. */
const MAX_BATCHES = 8;

/** The seed of the run, moved by a name: the same rules for every change would look at fewer of them. */
const seededBy = (text: string, count: number): { readonly numRuns: number; readonly seed: number } => {
  const { numRuns, seed } = runs(count);
  return { numRuns, seed: [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, seed | 0) };
};

const anyResolution: fc.Arbitrary<TimeZone.Resolution> = fc.record({
  gap: fc.constantFrom("shift", "next-valid", "skip"),
  overlap: fc.constantFrom("earlier", "later"),
});

/** Starts before or within the days walked; the time of day more often than not one that the clocks jump or show again. */
const startsFor = (walked: Walk): fc.Arbitrary<number> => {
  const changeTimes = [...walked.moments].flatMap(([text, { length }]) => (length > 1 ? [`${text}:00`] : []));
  const skipped = walked.jumps.flatMap(({ before, after }) => [`${before}:00`, `${after}:00`]);
  const times = [...changeTimes.filter((_, index) => index % 7 === 0), ...skipped, "2026-01-01T00:00:00"];
  const minutes = fc
    .tuple(fc.constantFrom(...times.map((text) => Date.parse(`${text}Z`) % DAY)), fc.integer({ min: -70, max: 70 }))
    .map(([time, by]) => (time + by * MINUTE + DAY) % DAY);
  const anyTime = fc.oneof(
    { weight: 4, arbitrary: minutes },
    { weight: 1, arbitrary: fc.nat({ max: DAY / 1000 - 1 }).map((s) => s * 1000) },
  );
  const seconds = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 59 }) });
  const daysBefore = fc.oneof(fc.integer({ min: -30, max: 40 }), fc.integer({ min: -30, max: 900 }));
  const firstDay = Math.floor(walked.from / DAY) * DAY;
  return fc
    .tuple(daysBefore, anyTime, seconds)
    .map(([days, time, second]) => firstDay - days * DAY + Math.floor(time / MINUTE) * MINUTE + second * 1000);
};

const textOf = (slot: Recurrence.Slot): string => WallTime.print(Recurrence.wallOf(slot));

const asText = (start: JobSchedule.Start | null): WalkedStart | null =>
  start === null ? null : { slot: textOf(start.slot), instant: start.instant };

/** Everything that can be asked about the starts in the days walked. Answers how many there are. */
const compare = (rule: Recurrence.Rule, resolution: TimeZone.Resolution, walked: Walk): number => {
  const recurrence = value(Recurrence.make(rule));
  const place = zone(walked.zone);
  const [from, to] = [Instant.at(walked.from), Instant.at(walked.to)];
  const theirs = startsIn(rule, resolution, walked);
  const ours = [...JobSchedule.startsBetween(recurrence, place, { from, to }, resolution)];
  expect(ours.map(asText)).toEqual(theirs);

  const points = theirs.flatMap(({ instant }) => [
    instant - DAY,
    instant - 1,
    instant,
    instant + 1,
    instant + 7 * MINUTE,
  ]);
  for (const point of [walked.from, (walked.from + walked.to) / 2, walked.to, ...points]) {
    if (point < walked.from || point > walked.to) continue;
    const at = Instant.at(point);
    const next = asText(JobSchedule.nextStart(recurrence, place, at, resolution));
    const following = theirs.find(({ instant }) => instant > point);
    if (following !== undefined) expect(next).toEqual(following);
    else expect(next === null || next.instant >= to).toBe(true);
    const previous = asText(JobSchedule.previousStart(recurrence, place, at, resolution));
    const preceding = theirs.findLast(({ instant }) => instant < point);
    if (preceding !== undefined) expect(previous).toEqual(preceding);
    else expect(previous === null || previous.instant < from).toBe(true);
  }
  compareSlots(recurrence, walked);
  compareOccurrences({ recurrence, resolution, walked, theirs });
  return theirs.length;
};

/** Slots need no zone: those of the same days by the calendar. */
const compareSlots = (recurrence: Recurrence.Recurrence, { from, to }: Walk): void => {
  const inDays = slotsOf(recurrence, to + DAY).filter((slot) => {
    const at = Date.parse(`${slot}Z`);
    return at >= from && at < to;
  });
  expect([...Recurrence.between(recurrence, from, to)].map(textOf)).toEqual(inDays);
  expect(Recurrence.count(recurrence, from, to)).toBe(inDays.length);
  for (const slot of inDays) expect(Recurrence.isSlot(recurrence, Date.parse(`${slot}Z`))).toBe(true);
};

/** Planned slot by slot, as the engine does, the zone starts at the same instants, each under a key of its own. */
const compareOccurrences = ({
  recurrence,
  resolution,
  walked,
  theirs,
}: {
  readonly recurrence: Recurrence.Recurrence;
  readonly resolution: TimeZone.Resolution;
  readonly walked: Walk;
  readonly theirs: readonly WalkedStart[];
}): void => {
  const schedule = value(JobSchedule.recurring({ recurrence, resolution, zone: { _tag: "Agent" } }));
  const place = zone(walked.zone);
  const context = { zones: [place], enabledAt: Instant.earliest, window: PatchWindow.none };
  const planned: WalkedStart[] = [];
  const keys = new Set<string>();
  for (const slot of Recurrence.between(recurrence, walked.from - 3 * DAY, walked.to + 3 * DAY)) {
    const occurrence = value(Occurrence.planSlot(schedule, slot, context));
    keys.add(occurrence.key);
    const entry = Occurrence.forZone(occurrence, place);
    if (entry?._tag === "Starts" && entry.start >= walked.from && entry.start < walked.to) {
      planned.push({ slot: occurrence.key.slice("at:".length, "at:2026-01-01T00:00:00".length), instant: entry.start });
    }
  }
  expect(planned).toEqual(theirs);
  expect(keys.size).toBe(Recurrence.count(recurrence, walked.from - 3 * DAY, walked.to + 3 * DAY));
};

describe("recurrences against a walk through every minute", patience, () => {
  it.each(CHANGES)(
    "SCH-01, SCH-05: start in %s round %s when the clocks, going %s, show their times",
    (name, day, turn) => {
      const walked = walkRound(name, day);
      const seen = [...(walked.jumps.length > 0 ? ["forward"] : []), ...(walked.turnsBack > 0 ? ["back"] : [])];
      expect(seen).toEqual(turn === "both" ? ["forward", "back"] : turn === "never" ? [] : [turn]);
      // Some rules never start in these days: more are made up until enough did, with a seed of its own for each change.
      let starts = 0;
      for (let batch = 0; batch < MAX_BATCHES && starts <= STARTS_ENOUGH; batch += 1) {
        fc.assert(
          fc.property(ruleFrom(startsFor(walked), { days: 60 }), anyResolution, (rule, resolution) => {
            starts += compare(rule, resolution, walked);
          }),
          seededBy(`${name} ${day} ${batch}`, 12),
        );
      }
      expect(starts).toBeGreaterThan(STARTS_ENOUGH);
    },
  );

  it("SCH-01, SCH-05: start in any zone in any 45 days of 1990 to 2037 when the clocks show their times", () => {
    const cases = fc.record({
      name: fc.constantFrom(...Intl.supportedValuesOf("timeZone")),
      day: fc.integer({ min: Date.UTC(1990, 0, 1) / DAY, max: Date.UTC(2037, 0, 1) / DAY }),
    });
    fc.assert(
      fc.property(cases, fc.infiniteStream(fc.nat({ max: 2 ** 31 - 1 })), ({ name, day }, seeds) => {
        const walked = walk(name, day * DAY, (day + 45) * DAY);
        const seed = seeds.next().value ?? 0;
        for (const rule of fc.sample(ruleFrom(startsFor(walked), { days: 60 }), { seed, numRuns: 5 })) {
          for (const resolution of fc.sample(anyResolution, { seed, numRuns: 1 })) compare(rule, resolution, walked);
        }
      }),
      runs(8),
    );
  });
});
