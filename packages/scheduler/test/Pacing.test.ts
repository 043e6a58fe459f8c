import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Backoff from "../src/Backoff.ts";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as Limits from "../src/Limits.ts";
import * as Pacing from "../src/Pacing.ts";
import { instant, nearInstant, patience, runs } from "./Arbitraries.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anyInterval = fc.integer({ min: 1000, max: 30 * DAY }).map(Duration.milliseconds);

/**
 * How far counts are from equal: chi-square, which for even counts lies near the number of cells less one, here 63, and in one
 * of a million draws over 128.
 */
const CELLS = 64;
const CHI_SQUARE_MAX = 128;
const chiSquare = (values: readonly number[], below: number): number => {
  const counts = Array.from({ length: CELLS }, () => 0);
  for (const value of values) {
    const cell = Math.floor((value / below) * CELLS);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const expected = values.length / CELLS;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

const hex = (number: number, length: number): string => number.toString(16).padStart(length, "0");

/** Ids as agents have them: random ones, and ones that differ in their last digits only, as those of an image rolled out do. */
const scattered = (n: number): string => {
  // A linear congruence that goes through all numbers of 32 bits: neighbours have nothing in common.
  const mixed = (Math.imul(n, 2_654_435_761) + 12_345) >>> 0;
  const other = (Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519) >>> 0) ^ n;
  return `${hex(mixed, 8)}-${hex(other >>> 16, 4)}-4${hex(mixed & 0xfff, 3)}-a${hex(other & 0xfff, 3)}-${hex(n, 12)}`;
};
const consecutive = (n: number): string => `7d444840-9dc0-41d1-b245-${hex(n, 12)}`;
const named = (n: number): string => `host-${n}`;

const INTERVALS = [
  ["15 minutes", Duration.minutes(15)],
  ["4 hours", Duration.hours(4)],
  ["a day", Duration.days(1)],
  ["7 days", Duration.days(7)],
  ["30 days", Duration.minutes(Limits.MAX_SCAN_MINUTES)],
] as const;

describe("Pacing.nextSlot", patience, () => {
  it("is strictly after, an interval at most, and the same slot of every interval", () => {
    fc.assert(
      fc.property(fc.uuid(), anyInterval, nearInstant, (id, interval, after) => {
        const slot = Pacing.nextSlot(id, interval, after);
        expect(slot).toBeGreaterThan(after);
        expect(slot - after).toBeLessThanOrEqual(interval);
        expect(Pacing.nextSlot(id, interval, slot)).toBe(slot + interval);
        expect(Pacing.nextSlot(id, interval, Instant.at(slot - 1))).toBe(slot);
        expect(slot % interval).toBe(Backoff.slotPhase(id, interval));
      }),
      runs(10_000),
    );
  });

  it("is the same whoever works it out and from whenever, restart or not", () => {
    fc.assert(
      fc.property(fc.uuid(), anyInterval, nearInstant, fc.nat({ max: 1000 }), (id, interval, after, permille) => {
        const slot = Pacing.nextSlot(id, interval, after);
        const between = after + Math.floor(((slot - 1 - after) * permille) / 1000);
        expect(Pacing.nextSlot(id, interval, Instant.at(between))).toBe(slot);
      }),
      runs(10_000),
    );
  });

  it.each(INTERVALS)("spreads many agents evenly over %s, whatever their ids are like", (_, interval) => {
    const after = instant("2026-03-08T00:00Z");
    for (const idOf of [scattered, consecutive, named]) {
      const phases = Array.from({ length: 50_000 }, (__, n) => {
        return (Pacing.nextSlot(idOf(n), interval, after) - after - 1) % interval;
      });
      expect([idOf.name, chiSquare(phases, interval) < CHI_SQUARE_MAX]).toEqual([idOf.name, true]);
    }
  });
});

describe("Pacing.spread", patience, () => {
  it("lies in the stretch, is the same each time, and has none to spread over where there is none", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string(), nearInstant, anyInterval, (id, event, from, over) => {
        const at = Pacing.spread(id, event, from, over);
        expect(at >= from && at < from + over).toBe(true);
        expect(Pacing.spread(id, event, from, over)).toBe(at);
        expect(Pacing.spread(id, event, from, Duration.zero)).toBe(from);
        expect(Pacing.spread(id, event, from, Duration.milliseconds(-1))).toBe(from);
      }),
      runs(10_000),
    );
  });

  it("spreads a fleet evenly after each event, and each event in another order", () => {
    const from = instant("2026-03-08T00:00Z");
    const over = Duration.minutes(30);
    const after = (event: string): readonly number[] =>
      Array.from({ length: 50_000 }, (_, n) => Pacing.spread(consecutive(n), event, from, over) - from);
    const [one, other] = [after("blackout 2026-03-08"), after("blackout 2026-03-09")];
    expect(chiSquare(one, over)).toBeLessThan(CHI_SQUARE_MAX);
    expect(chiSquare(other, over)).toBeLessThan(CHI_SQUARE_MAX);
    // Who comes first after the one isn't first after the other: the differences are spread as well.
    const between = one.map((at, n) => (at - (other[n] ?? 0) + over) % over);
    expect(new Set(between.map((at) => Math.floor(at / MINUTE))).size).toBeGreaterThan(1);
    const firstOfOne = new Set(one.flatMap((at, n) => (at < MINUTE ? [n] : [])));
    const firstOfOther = other.flatMap((at, n) => (at < MINUTE ? [n] : []));
    expect(firstOfOther.filter((n) => firstOfOne.has(n)).length).toBeLessThan(firstOfOther.length / 2);
  });
});

describe("Pacing.scanStart", patience, () => {
  const at = instant("2026-03-08T00:00Z");

  it("CFG-05: comes the delay and a random 1 to n whole minutes later; with n 0 just the delay", () => {
    const minutes = fc.integer({ min: 0, max: Limits.MAX_SCAN_DELAY_MINUTES });
    fc.assert(
      fc.property(nearInstant, minutes, minutes, anyRandom, (from, delayMinutes, randomizeMinutes, random) => {
        const start = Pacing.scanStart({ at: from, delayMinutes, randomizeMinutes }, { random });
        const extra = (start - from) / MINUTE - delayMinutes;
        expect(Number.isInteger(extra)).toBe(true);
        expect(extra).toBeGreaterThanOrEqual(randomizeMinutes === 0 ? 0 : 1);
        expect(extra).toBeLessThanOrEqual(randomizeMinutes);
      }),
      runs(10_000),
    );
  });

  it("CFG-05: every minute from 1 to n is as likely as any other, the first and the last included", () => {
    const randomizeMinutes = 60;
    const counts = new Map<number, number>();
    for (let n = 0; n < 6000; n++) {
      const start = Pacing.scanStart({ at, delayMinutes: 10, randomizeMinutes }, { random: (n + 0.5) / 6000 });
      const extra = (start - at) / MINUTE - 10;
      counts.set(extra, (counts.get(extra) ?? 0) + 1);
    }
    expect([...counts.keys()]).toEqual(Array.from({ length: randomizeMinutes }, (_, n) => n + 1));
    expect([...counts.values()].every((count) => count === 100)).toBe(true);
  });
});

describe("Pacing.retryDelay", patience, () => {
  it("AGT-01: never undercuts what the server asked for, nor the back-off, and is one of the two", () => {
    const asked = fc.option(fc.integer({ min: 0, max: 3 * 3600 }).map(Duration.seconds), { nil: null });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), anyRandom, asked, (attempt, random, retryAfter) => {
        const backoff = Backoff.delayFor(attempt, { random });
        const delay = Pacing.retryDelay(attempt, { random, retryAfter });
        expect(delay).toBe(Math.max(backoff, retryAfter ?? 0));
      }),
      runs(10_000),
    );
  });
});
