import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import { anyInstant, runs } from "./Arbitraries.ts";

/** Few instants, so that ends meet often. */
const smallInstant = fc.integer({ min: 0, max: 12 }).map(Instant.at);
const smallInterval = fc
  .tuple(smallInstant, fc.option(smallInstant, { nil: null }))
  .map(([start, end]) => Interval.of(start, end));

/** The oracle: an interval of so few instants is the set of them. */
const members = (interval: Interval.Interval): readonly number[] =>
  Array.from({ length: 20 }, (_, at) => at).filter(
    (at) => at >= interval.start && (interval.end === null || at < interval.end),
  );

describe("Interval", () => {
  it("holds its start, not its end", () => {
    const interval = Interval.lasting(Instant.at(10), Duration.milliseconds(5));
    expect([9, 10, 14, 15].map((at) => Interval.contains(interval, Instant.at(at)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([9, 14, 15].map((at) => Interval.isOver(interval, Instant.at(at)))).toEqual([false, false, true]);
    expect(Interval.length(interval)).toBe(5);
  });

  it("without an end holds everything from its start on, and is never over", () => {
    fc.assert(
      fc.property(anyInstant, anyInstant, (start, at) => {
        expect(Interval.contains(Interval.from(start), at)).toBe(at >= start);
        expect(Interval.isOver(Interval.from(start), at)).toBe(false);
        expect(Interval.length(Interval.from(start))).toBe(null);
        expect(Interval.isEmpty(Interval.from(start))).toBe(false);
      }),
      runs(3000),
    );
  });

  it("is empty, not backwards, when its end comes first", () => {
    const backwards = Interval.of(Instant.at(10), Instant.at(5));
    expect(backwards).toEqual({ start: 10, end: 10 });
    expect(Interval.isEmpty(backwards)).toBe(true);
    expect(Interval.length(backwards)).toBe(0);
    expect(Interval.isEmpty(Interval.lasting(Instant.at(10), Duration.zero))).toBe(true);
  });

  it("agrees with sets: contains, intersect, isEmpty, length, hull", () => {
    fc.assert(
      fc.property(smallInterval, smallInterval, (a, b) => {
        const [inA, inB] = [members(a), members(b)];
        const both = Interval.intersect(a, b);
        expect(members(both)).toEqual(inA.filter((at) => inB.includes(at)));
        expect(Interval.isEmpty(both)).toBe(members(both).length === 0);
        const around = members(Interval.hull(a, b));
        const either = [...inA, ...inB];
        expect(around).toEqual(
          either.length === 0
            ? []
            : Array.from({ length: 20 }, (_, at) => at).filter(
                (at) => at >= Math.min(...either) && at <= Math.max(...either),
              ),
        );
        if (a.end !== null) expect(Interval.length(a)).toBe(inA.length);
        for (let at = 0; at < 20; at++) expect(Interval.contains(a, Instant.at(at))).toBe(inA.includes(at));
      }),
      runs(10_000),
    );
  });
});
