import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Backoff from "../src/Backoff.ts";
import * as Duration from "../src/Duration.ts";
import { patience, runs } from "./Arbitraries.ts";

const ALMOST_ONE = 1 - Number.EPSILON;

describe("Backoff.delayFor", patience, () => {
  it("AGT-01: waits 60 s first, then half as long again each time, never over 2700 s", () => {
    const waits = Array.from({ length: 14 }, (_, n) => Backoff.delayFor(n + 1, { random: 0 }));
    expect(waits).toEqual([
      60_000, 90_000, 135_000, 202_500, 303_750, 455_625, 683_438, 1_025_157, 1_537_735, 2_306_602, 2_700_000,
      2_700_000, 2_700_000, 2_700_000,
    ]);
    expect(Backoff.delayFor(1_000_000, { random: 0 })).toBe(2_700_000);
  });

  it("AGT-01: adds jitter of at most half the wait, and never takes any away", () => {
    expect(Backoff.delayFor(1, { random: 0.5 })).toBe(75_000);
    expect(Backoff.delayFor(1, { random: ALMOST_ONE })).toBe(89_999);
    expect(Backoff.delayFor(50, { random: ALMOST_ONE })).toBe(4_049_999);
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), random, (attempt, draw) => {
        let base = 60;
        for (let n = 1; n < attempt && base < 2700; n++) base = (base * 3) / 2;
        base = Math.min(base, 2700) * 1000;
        const delay = Backoff.delayFor(attempt, { random: draw });
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(base);
        expect(delay).toBeLessThan(base * 1.5 + 2);
      }),
      runs(10_000),
    );
  });

  it("AGT-01: never gets shorter from one attempt to the next, with the same draw, and stays at its cap", () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), random, (attempt, draw) => {
        const [delay, longer] = [attempt, attempt + 1].map((n) => Backoff.delayFor(n, { random: draw }));
        expect(longer).toBeGreaterThanOrEqual(delay ?? Number.NaN);
        // Below the cap it grows by half, but for the rounding.
        if (attempt < 10) expect(Math.abs((longer ?? 0) / (delay ?? 1) - 1.5)).toBeLessThan(0.0001);
        if (attempt >= 11) expect(longer).toBe(delay);
        expect(longer).toBeLessThan(2_700_000 * 1.5);
      }),
      runs(10_000),
    );
  });

  it("spreads: more random means a longer wait", () => {
    const draws = [0, 0.2, 0.4, 0.6, 0.8].map((random) => Backoff.delayFor(4, { random }));
    expect(draws).toEqual([202_500, 222_750, 243_000, 263_250, 283_500]);
  });

  it.each([0, -1, 1.5, Number.NaN])("throws on attempt %d", (attempt) => {
    expect(() => Backoff.delayFor(attempt, { random: 0 })).toThrow(RangeError);
  });

  it.each([1, -0.1, Number.NaN])("throws on a random number of %d", (random) => {
    expect(() => Backoff.delayFor(1, { random })).toThrow(RangeError);
  });
});

describe("Backoff.slotPhase", patience, () => {
  it("is a share of the interval by FNV-1a and the finish of MurmurHash3, whose published values it gives", () => {
    // The same in whole numbers of any length.
    const bits = 2n ** 32n;
    const fnv = (text: string): bigint =>
      [...text].reduce((hash, letter) => ((hash ^ BigInt(letter.charCodeAt(0))) * 0x01000193n) % bits, 0x811c9dc5n);
    const finish = (hash: bigint): bigint => {
      let mixed = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) % bits;
      mixed = ((mixed ^ (mixed >> 13n)) * 0xc2b2ae35n) % bits;
      return mixed ^ (mixed >> 16n);
    };
    expect(["", "a", "foobar"].map(fnv)).toEqual([0x811c9dc5n, 0xe40c292cn, 0xbf9cf968n]);
    expect([1n, 0xffffffffn].map(finish)).toEqual([0x514e28b7n, 0x81f16f39n]);
    for (const id of ["", "a", "foobar", "7d444840-9dc0-11d1-b245-5ffdce74fad2"]) {
      for (const length of [1, 1000, 900_000, 2_592_000_000, 2 ** 32]) {
        const share = (finish(fnv(id)) * BigInt(length)) / bits;
        expect(Backoff.slotPhase(id, Duration.milliseconds(length))).toBe(Number(share));
      }
    }
  });

  it("lies in the interval and depends on nothing but the id and the interval", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 10_000_000 }), (id, length) => {
        const phase = Backoff.slotPhase(id, Duration.milliseconds(length));
        expect(phase).toBeGreaterThanOrEqual(0);
        expect(phase).toBeLessThan(length);
        expect(Backoff.slotPhase(id, Duration.milliseconds(length))).toBe(phase);
      }),
      runs(10_000),
    );
  });

  it("spreads many agents over the interval: no minute of 30 gets twice or less than half its share", () => {
    const uuid = (n: number): string => `7d444840-9dc0-11d1-b245-${n.toString(16).padStart(12, "0")}`;
    const minutes = new Map<number, number>();
    for (let n = 0; n < 30_000; n++) {
      const minute = Math.floor(Backoff.slotPhase(uuid(n), Duration.minutes(30)) / 60_000);
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
    }
    expect(minutes.size).toBe(30);
    expect(Math.max(...minutes.values())).toBeLessThan(2000);
    expect(Math.min(...minutes.values())).toBeGreaterThan(500);
  });

  it("tells ids apart that differ beyond ASCII", () => {
    expect(Backoff.slotPhase("é", Duration.days(1))).not.toBe(Backoff.slotPhase("ũ", Duration.days(1)));
    expect(Backoff.slotPhase("ā", Duration.days(1))).not.toBe(Backoff.slotPhase("\u0001", Duration.days(1)));
  });

  it.each([0, -1])("throws on an interval of %d", (length) => {
    expect(() => Backoff.slotPhase("a", Duration.milliseconds(length))).toThrow(RangeError);
  });
});
