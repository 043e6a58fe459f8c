import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Backoff from "../src/Backoff.ts";
import * as Duration from "../src/Duration.ts";
import { runs } from "./Arbitraries.ts";

const ALMOST_ONE = 1 - Number.EPSILON;

describe("Backoff.delayFor", () => {
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
      runs(500),
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

describe("Backoff.slotPhase", () => {
  it("hashes with FNV-1a, whose published values it gives", () => {
    const wholeHash = Duration.milliseconds(2 ** 32);
    expect(Backoff.slotPhase("", wholeHash)).toBe(0x811c9dc5);
    expect(Backoff.slotPhase("a", wholeHash)).toBe(0xe40c292c);
    expect(Backoff.slotPhase("foobar", wholeHash)).toBe(0xbf9cf968);
  });

  it("lies in the interval and depends on nothing but the id and the interval", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 10_000_000 }), (id, length) => {
        const phase = Backoff.slotPhase(id, Duration.milliseconds(length));
        expect(phase).toBeGreaterThanOrEqual(0);
        expect(phase).toBeLessThan(length);
        expect(Backoff.slotPhase(id, Duration.milliseconds(length))).toBe(phase);
      }),
      runs(500),
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
