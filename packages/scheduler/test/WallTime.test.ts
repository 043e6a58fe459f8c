import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Limits from "../src/Limits.ts";
import * as WallTime from "../src/WallTime.ts";
import { anyWall, error, runs, value, wall } from "./Arbitraries.ts";

describe("WallTime", () => {
  it("reads what it prints", () => {
    fc.assert(
      fc.property(anyWall, (time) => {
        expect(value(WallTime.parse(WallTime.print(time)))).toEqual(time);
      }),
      runs(10_000),
    );
  });

  it("reads a time without seconds, and prints it with them", () => {
    expect(wall("2026-03-08T02:30")).toEqual({ year: 2026, month: 3, day: 8, hour: 2, minute: 30, second: 0 });
    expect(WallTime.print(wall("2026-03-08T02:30"))).toBe("2026-03-08T02:30:00");
    expect(value(WallTime.of({ year: 2026, month: 3, day: 8, hour: 2, minute: 30 }))).toEqual(wall("2026-03-08T02:30"));
  });

  it.each([
    "2026-03-08T02:30Z",
    "2026-03-08T02:30+01:00",
    "2026-03-08T2:30",
    "2026-03-08 02:30",
    "2026-03-08",
    "2026-03-08T24:00",
    "2026-03-08T02:60",
    "2026-03-08T02:30:60",
    "2026-02-29T02:30",
    "2026-06-31T02:30",
    "2026-03-08T02:30:00.5",
    "26-03-08T02:30",
    "",
  ])("refuses %j and says what to write", (text) => {
    const refused = error(WallTime.parse(text));
    expect(refused._tag).toBe("InvalidWallTime");
    expect(refused.message).toContain("is not a wall time: ");
  });

  it.each([
    { year: 2026, month: 3, day: 8, hour: 2, minute: 30.5 },
    { year: 2026, month: 3, day: 8, hour: -1, minute: 30 },
    { year: Number.NaN, month: 3, day: 8, hour: 1, minute: 30 },
    { year: 2026, month: 3, day: 0, hour: 1, minute: 30 },
    { year: 10_000, month: 3, day: 1, hour: 1, minute: 30 },
  ])("refuses the fields %j", (fields) => {
    expect(WallTime.of(fields).ok).toBe(false);
  });

  it("lies between its first and last day", () => {
    expect(WallTime.parse(`${Limits.FIRST_WALL_DAY}T00:00`).ok).toBe(true);
    expect(WallTime.parse("1970-01-01T23:59:59").ok).toBe(false);
    expect(WallTime.parse(`${Limits.LAST_WALL_DAY}T23:59:59`).ok).toBe(true);
    expect(error(WallTime.parse("9999-12-31T00:00")).message).toContain(Limits.LAST_WALL_DAY);
  });

  it("shortens long input in its message", () => {
    expect(error(WallTime.parse("9".repeat(10_000))).message.length).toBeLessThan(160);
  });

  it("sorts as its text does", () => {
    fc.assert(
      fc.property(anyWall, anyWall, (a, b) => {
        const [textA, textB] = [WallTime.print(a), WallTime.print(b)];
        expect(WallTime.compare(a, b)).toBe(textA < textB ? -1 : textA > textB ? 1 : 0);
        expect(WallTime.compare(a, a)).toBe(0);
      }),
      runs(10_000),
    );
  });

  it.each([
    [
      error(WallTime.parse("2026-03-08T02:30Z")),
      '"2026-03-08T02:30Z" is not a wall time: write it as 2026-03-08T02:30 or 2026-03-08T02:30:00, without a zone.',
    ],
    [
      error(WallTime.parse("2026-03-08T25:00")),
      '"2026-03-08T25:00:00" is not a wall time: there is no such day or time of day.',
    ],
    [error(WallTime.parse("x".repeat(41))), `"${"x".repeat(40)}…" is not a wall time: `],
    [error(WallTime.parse("x".repeat(40))), `"${"x".repeat(40)}" is not a wall time: `],
  ])("SCH-01: says of what it refuses how it is written", ({ message }, told) => {
    expect(message).toContain(told);
  });
});
