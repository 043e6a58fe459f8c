import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as IntervalSet from "../src/IntervalSet.ts";
import { anyInstant, patience, runs } from "./Arbitraries.ts";

/** Few instants, so that ends meet, touch and cross often. */
const LAST = 12;
/** Ends lie at `LAST` at the latest, so this instant is in a set only if the set never ends. */
const FOR_EVER = 15;
const LINE = Array.from({ length: FOR_EVER + 1 }, (_, at) => at);

const small = fc.integer({ min: 0, max: LAST }).map(Instant.at);
const anyInterval = fc
  .tuple(small, fc.option(small, { nil: null, freq: 8 }))
  .map(([start, end]) => Interval.of(start, end));
const anyIntervals = fc.array(anyInterval, { maxLength: 6 });
const anySet = anyIntervals.map(IntervalSet.of);
const anyLength = fc.integer({ min: 0, max: 6 }).map(Duration.milliseconds);

/** The oracle: a set of intervals on so short a line is the list of its instants. */
const members = (intervals: readonly Interval.Interval[]): readonly number[] =>
  LINE.filter((at) => intervals.some(({ start, end }) => at >= start && (end === null || at < end)));

/** The one way to write instants as a set: each unbroken run of them, the last without an end if it goes on for ever. */
const written = (instants: readonly number[]): unknown => {
  const found: { start: number; end: number | null }[] = [];
  for (const at of instants) {
    const last = found.at(-1);
    if (last !== undefined && last.end === at) last.end = at + 1;
    else found.push({ start: at, end: at + 1 });
  }
  return found.map(({ start, end }) => ({ start, end: end === FOR_EVER + 1 ? null : end }));
};

const inBoth = (a: readonly number[], b: readonly number[]): readonly number[] => a.filter((at) => b.includes(at));
const inEither = (a: readonly number[], b: readonly number[]): readonly number[] =>
  LINE.filter((at) => a.includes(at) || b.includes(at));
const inFirstOnly = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.filter((at) => !b.includes(at));

describe("IntervalSet", patience, () => {
  it("writes the same instants in one way, whatever intervals they come from", () => {
    fc.assert(
      fc.property(anyIntervals, (intervals) => {
        expect(IntervalSet.of(intervals)).toEqual(written(members(intervals)));
      }),
      runs(10_000),
    );
  });

  it("joins intervals that touch, and drops empty ones", () => {
    const of = (...pairs: readonly (readonly [number, number | null])[]): IntervalSet.IntervalSet =>
      IntervalSet.of(
        pairs.map(([start, end]) => ({ start: Instant.at(start), end: end === null ? null : Instant.at(end) })),
      );
    expect(of([5, 9], [1, 5])).toEqual([{ start: 1, end: 9 }]);
    expect(of([5, 5], [7, 3])).toEqual([]);
    expect(of([0, null], [3, 4])).toEqual([{ start: 0, end: null }]);
    expect(of([1, 2], [3, 4])).toHaveLength(2);
    expect(of([1, 9], [2, 3], [9, null])).toEqual([{ start: 1, end: null }]);
    expect(IntervalSet.none).toEqual(of());
  });

  it("takes any iterable, once", () => {
    function* twice(): Generator<Interval.Interval> {
      yield Interval.of(Instant.at(4), Instant.at(6));
      yield Interval.of(Instant.at(1), Instant.at(4));
    }
    expect(IntervalSet.of(twice())).toEqual([{ start: 1, end: 6 }]);
  });

  it("agrees with sets of instants: union, intersection, difference, complement", () => {
    fc.assert(
      fc.property(anySet, anySet, anyInterval, (a, b, within) => {
        const [inA, inB] = [members(a), members(b)];
        expect([
          IntervalSet.union(a, b),
          IntervalSet.intersection(a, b),
          IntervalSet.difference(a, b),
          IntervalSet.complement(a, within),
        ]).toEqual([
          written(inEither(inA, inB)),
          written(inBoth(inA, inB)),
          written(inFirstOnly(inA, inB)),
          written(inFirstOnly(members([within]), inA)),
        ]);
      }),
      runs(10_000),
    );
  });

  it("obeys the laws of the algebra", () => {
    const { union, intersection, difference, complement, none } = IntervalSet;
    fc.assert(
      fc.property(anySet, anySet, anySet, anyInterval, (a, b, c, within) => {
        const not = (set: IntervalSet.IntervalSet): IntervalSet.IntervalSet => complement(set, within);
        const all = IntervalSet.of([within]);
        expect({
          unionCommutes: union(a, b),
          intersectionCommutes: intersection(a, b),
          unionAssociates: union(union(a, b), c),
          intersectionAssociates: intersection(intersection(a, b), c),
          intersectionDistributes: intersection(a, union(b, c)),
          unionDistributes: union(a, intersection(b, c)),
          unionIsIdempotent: union(a, a),
          intersectionIsIdempotent: intersection(a, a),
          absorbs: [union(a, intersection(a, b)), intersection(a, union(a, b))],
          nothing: [union(a, none), intersection(a, none), difference(a, none), difference(none, a), difference(a, a)],
          deMorgan: [not(union(a, b)), not(intersection(a, b))],
          twiceNot: not(not(a)),
          differenceIsWithout: intersection(difference(a, b), all),
          noMiddle: [union(intersection(a, all), not(a)), intersection(a, not(a))],
        }).toEqual({
          unionCommutes: union(b, a),
          intersectionCommutes: intersection(b, a),
          unionAssociates: union(a, union(b, c)),
          intersectionAssociates: intersection(a, intersection(b, c)),
          intersectionDistributes: union(intersection(a, b), intersection(a, c)),
          unionDistributes: intersection(union(a, b), union(a, c)),
          unionIsIdempotent: a,
          intersectionIsIdempotent: a,
          absorbs: [a, a],
          nothing: [a, none, a, none, none],
          deMorgan: [intersection(not(a), not(b)), union(not(a), not(b))],
          twiceNot: intersection(a, all),
          differenceIsWithout: intersection(a, not(b)),
          noMiddle: [all, none],
        });
      }),
      runs(10_000),
    );
  });

  it("finds the interval of an instant as a search from end to end does", () => {
    fc.assert(
      fc.property(anySet, (set) => {
        for (const n of LINE) {
          const instant = Instant.at(n);
          const found = set.find(({ start, end }) => n >= start && (end === null || n < end)) ?? null;
          if (IntervalSet.at(set, instant) !== found) throw new Error(`at ${n}`);
          if (IntervalSet.contains(set, instant) !== (found !== null)) throw new Error(`contains ${n}`);
        }
      }),
      runs(10_000),
    );
  });

  it("finds the next gap of a length as a search from instant to instant does", () => {
    fc.assert(
      fc.property(anySet, small, anyLength, (set, from, length) => {
        const free = LINE.filter((at) => at >= from && !members(set).includes(at));
        const gaps = written(free) as readonly { readonly start: number; readonly end: number | null }[];
        const long = (at: number): { readonly start: number; readonly end: number | null } | null =>
          gaps.find(({ start, end }) => end === null || end - start >= at) ?? null;
        expect(IntervalSet.nextGap(set, from, length)).toEqual(long(length));
        expect(IntervalSet.nextGap(set, from)).toEqual(long(1));
      }),
      runs(10_000),
    );
  });

  it("covers as much of an interval as there are instants of it in the set", () => {
    fc.assert(
      fc.property(anySet, anyInterval, (set, within) => {
        const covered = inBoth(members(set), members([within]));
        const isForEver = covered.includes(FOR_EVER);
        expect(IntervalSet.coverage(set, within)).toBe(isForEver ? null : covered.length);
      }),
      runs(10_000),
    );
  });

  it("covers two neighbours as much as both together", () => {
    fc.assert(
      fc.property(anySet, fc.tuple(small, small, small), (set, ends) => {
        const [first, middle, last] = ends.sort((a, b) => a - b);
        const covered = (start: Instant.Instant, end: Instant.Instant): number =>
          IntervalSet.coverage(set, Interval.of(start, end)) ?? Number.NaN;
        expect(covered(first, last)).toBe(covered(first, middle) + covered(middle, last));
      }),
      runs(10_000),
    );
  });

  it("holds all over the time line: an instant is in a union if it is in a part, and not in the complement", () => {
    const anywhere = fc.tuple(anyInstant, anyInstant).map(([a, b]) => Interval.of(a, b));
    fc.assert(
      fc.property(fc.array(anywhere, { maxLength: 20 }), anyInstant, (intervals, instant) => {
        const set = IntervalSet.of(intervals);
        const isIn = intervals.some(({ start, end }) => instant >= start && end !== null && instant < end);
        expect(IntervalSet.contains(set, instant)).toBe(isIn);
        const without = IntervalSet.complement(set, Interval.from(Instant.earliest));
        expect(IntervalSet.contains(without, instant)).toBe(!isIn);
      }),
      runs(2000),
    );
  });
});
