import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as Limits from "../src/Limits.ts";
import { anyDuration, anyInstant, error, instant, runs, value } from "./Arbitraries.ts";

describe("Instant", () => {
  it("reads what it prints, and prints what a Date prints", () => {
    fc.assert(
      fc.property(anyInstant, (at) => {
        expect(value(Instant.parse(Instant.toIso(at)))).toBe(at);
        expect(Instant.toIso(at)).toBe(new Date(at).toISOString());
      }),
      runs(10_000),
    );
  });

  it("reads offsets, left-out seconds and short fractions as Date.parse does", () => {
    const pad = (n: number): string => `${n}`.padStart(2, "0");
    const text = fc
      .record({
        at: fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(9998, 0, 1) }),
        sign: fc.constantFrom("+", "-"),
        hour: fc.integer({ min: 0, max: 23 }),
        minute: fc.integer({ min: 0, max: 59 }),
        length: fc.constantFrom(16, 19, 21, 22, 23),
      })
      .map(({ at, sign, hour, minute, length }) => {
        return `${new Date(at).toISOString().slice(0, length)}${sign}${pad(hour)}:${pad(minute)}`;
      });
    fc.assert(
      fc.property(text, (iso) => {
        expect(value(Instant.parse(iso))).toBe(Date.parse(iso));
      }),
      runs(10_000),
    );
  });

  it.each([
    "2026-03-08T02:30:00",
    "2026-03-08",
    "2026-03-08 02:30:00Z",
    "2026-03-08T02:30:00z",
    "2026-03-08T02:30:00+0530",
    "2026-03-08T02:30:00+24:00",
    "2026-03-08T02:30:00+05:60",
    "2026-03-08T02:30:00.1234Z",
    "2026-03-08T02:30.5Z",
    "2026-03-08T24:00:00Z",
    "2026-03-08T23:60:00Z",
    "2016-12-31T23:59:60Z",
    "2026-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-00-10T00:00:00Z",
    "2026-13-10T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "0075-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "+02026-01-01T00:00:00Z",
    " 2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z\n",
    "",
  ])("refuses %j and says what to write", (text) => {
    const refused = error(Instant.parse(text));
    expect(refused._tag).toBe("InvalidInstant");
    expect(refused.message).toMatch(/^".*" is not an instant: .+\.$/);
  });

  it("shortens long input in its message", () => {
    expect(error(Instant.parse("9".repeat(10_000))).message.length).toBeLessThan(160);
  });

  it("reads the 29th of February of leap years only", () => {
    for (const year of [1972, 2000, 2024, 2400]) expect(Instant.parse(`${year}-02-29T00:00:00Z`).ok).toBe(true);
    for (const year of [1973, 2023, 2100, 2200]) expect(Instant.parse(`${year}-02-29T00:00:00Z`).ok).toBe(false);
  });

  it("lies in 1970–9999, to the millisecond", () => {
    expect(Instant.toIso(Instant.earliest)).toBe("1970-01-01T00:00:00.000Z");
    expect(Instant.toIso(Instant.latest)).toBe("9999-12-31T23:59:59.999Z");
    expect(Instant.of(Limits.EARLIEST_INSTANT_MILLISECONDS - 1).ok).toBe(false);
    expect(Instant.of(Limits.LATEST_INSTANT_MILLISECONDS + 1).ok).toBe(false);
    expect(Instant.parse("1970-01-01T00:59:59.999+01:00").ok).toBe(false);
    expect(Instant.parse("1970-01-01T01:00:00+01:00")).toEqual({ ok: true, value: 0 });
    expect(Instant.parse("9999-12-31T23:59:59.999-00:01").ok).toBe(false);
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])("refuses %d milliseconds, and at() throws", (count) => {
    expect(error(Instant.of(count)).value).toBe(count);
    expect(() => Instant.at(count)).toThrow(RangeError);
  });

  it("has one zero", () => {
    expect(Object.is(value(Instant.of(-0)), 0)).toBe(true);
    expect(Object.is(value(Duration.of(-0)), 0)).toBe(true);
  });

  it("adds and measures: add(a, until(a, b)) is b", () => {
    fc.assert(
      fc.property(anyInstant, anyInstant, (a, b) => {
        expect(Instant.add(a, Instant.until(a, b))).toBe(b);
        expect(Instant.compare(a, b)).toBe(Math.sign(Instant.until(b, a)) + 0);
        expect(Instant.max(a, b)).toBe(Math.max(a, b));
        expect(Instant.min(a, b)).toBe(Math.min(a, b));
      }),
      runs(10_000),
    );
  });

  it("is held at its limits by add, and never leaves them", () => {
    expect(Instant.add(Instant.latest, Duration.milliseconds(1))).toBe(Instant.latest);
    expect(Instant.add(Instant.earliest, Duration.milliseconds(-1))).toBe(Instant.earliest);
    fc.assert(
      fc.property(anyInstant, anyDuration, (at, by) => {
        expect(Instant.of(Instant.add(at, by)).ok).toBe(true);
      }),
      runs(10_000),
    );
  });

  it("sorts by time", () => {
    const sorted = [instant("2026-01-02T00:00Z"), instant("2026-01-01T00:00Z"), instant("2026-01-01T00:00Z")].sort(
      Instant.compare,
    );
    expect(sorted.map(Instant.toIso).map((iso) => iso.slice(8, 10))).toEqual(["01", "01", "02"]);
  });
});

describe("Duration", () => {
  it("counts exact units", () => {
    expect([Duration.seconds(90), Duration.minutes(1.5), Duration.hours(-1), Duration.days(2)]).toEqual([
      90_000, 90_000, -3_600_000, 172_800_000,
    ]);
    expect(Duration.zero).toBe(0);
    expect([Duration.days(1), Duration.hours(1), Duration.hours(1)].sort(Duration.compare)).toEqual([
      3_600_000, 3_600_000, 86_400_000,
    ]);
  });

  it("refuses parts of a millisecond, and more than all of time", () => {
    expect(Duration.of(Duration.MAX_MILLISECONDS).ok).toBe(true);
    expect(Duration.of(-Duration.MAX_MILLISECONDS).ok).toBe(true);
    for (const count of [Duration.MAX_MILLISECONDS + 1, -Duration.MAX_MILLISECONDS - 1, 0.1, Number.NaN]) {
      expect(error(Duration.of(count))).toMatchObject({ _tag: "InvalidDuration", value: count });
      expect(() => Duration.milliseconds(count)).toThrow(RangeError);
    }
    expect(() => Duration.seconds(0.0001)).toThrow(RangeError);
  });

  it.each([
    [error(Instant.of(0.5)), "0.5 is not an instant: give whole milliseconds since 1970-01-01T00:00:00Z."],
    [error(Instant.of(-1)), "-1 is not an instant: it must lie in the years 1970 to 9999 (UTC)."],
    [
      error(Instant.parse("2026-03-08T02:30")),
      '"2026-03-08T02:30" is not an instant: write it as 2026-03-08T07:30:00Z, or with an offset such as +05:30.',
    ],
    [
      error(Instant.parse("2026-02-30T00:00Z")),
      '"2026-02-30T00:00Z" is not an instant: there is no such day or time of day.',
    ],
  ])("SCH-01: says of what it refuses how it is written", ({ message }, told) => {
    expect(message).toBe(told);
  });

  it("shows the first 40 characters of a text, and that there were more", () => {
    const shown = (text: string): string => error(Instant.parse(text)).message.split(" is not")[0] ?? "";
    expect(shown("x".repeat(40))).toBe(`"${"x".repeat(40)}"`);
    expect(shown("x".repeat(41))).toBe(`"${"x".repeat(40)}…"`);
  });

  it("puts the earlier before the later, and equal ones beside each other", () => {
    const [first, last] = [Instant.at(1), Instant.at(2)];
    expect([Instant.compare(first, last), Instant.compare(last, first), Instant.compare(first, first)]).toEqual([
      -1, 1, 0,
    ]);
    expect([Instant.max(first, last), Instant.max(last, first)]).toEqual([last, last]);
    expect([Instant.min(first, last), Instant.min(last, first)]).toEqual([first, first]);
  });
});
