/**
 * Sets of instants as intervals: what may and may not be, and what is left of it.
 *
 * Invariant: the intervals are in order, none is empty, and none touches the next; so two sets of the same instants are equal
 * member by member. Only the last may have no end.
 */
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";

export type IntervalSet = readonly Interval.Interval[];

/** No instant. */
export const none: IntervalSet = [];

/** The instants of any intervals, which may overlap and stand in any order. */
export const of = (intervals: Iterable<Interval.Interval>): IntervalSet => {
  const sorted = [...intervals].filter((each) => !Interval.isEmpty(each)).sort((a, b) => a.start - b.start);
  const merged: Interval.Interval[] = [];
  for (const interval of sorted) {
    const last = merged.at(-1);
    if (last === undefined || endOf(last) < interval.start) merged.push(interval);
    else if (endOf(interval) > endOf(last)) merged[merged.length - 1] = { start: last.start, end: interval.end };
  }
  return merged;
};

export const union = (self: IntervalSet, other: IntervalSet): IntervalSet => of([...self, ...other]);

/** The instants in both. */
export const intersection = (self: IntervalSet, other: IntervalSet): IntervalSet => {
  const found: Interval.Interval[] = [];
  for (let i = 0, j = 0; i < self.length && j < other.length; ) {
    const [a, b] = [self[i] as Interval.Interval, other[j] as Interval.Interval];
    const common = Interval.intersect(a, b);
    if (!Interval.isEmpty(common)) found.push(common);
    if (endOf(a) <= endOf(b)) i += 1;
    else j += 1;
  }
  return found;
};

/** The instants of an interval that are not in the set. */
export const complement = (self: IntervalSet, within: Interval.Interval): IntervalSet => {
  const found: Interval.Interval[] = [];
  let { start } = within;
  for (const hole of self) {
    found.push(Interval.of(start, earlier(hole.start, within.end)));
    if (hole.end === null) return of(found);
    start = Instant.max(hole.end, start);
  }
  return of([...found, Interval.of(start, within.end)]);
};

/** The instants in the first but not in the other. */
export const difference = (self: IntervalSet, other: IntervalSet): IntervalSet =>
  self.flatMap((interval) => complement(other, interval));

/** The interval that an instant lies in, or null. */
export const at = (self: IntervalSet, instant: Instant.Instant): Interval.Interval | null => {
  let [low, high] = [0, self.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const interval = self[middle] as Interval.Interval;
    if (instant < interval.start) high = middle - 1;
    else if (Interval.isOver(interval, instant)) low = middle + 1;
    else return interval;
  }
  return null;
};

export const contains = (self: IntervalSet, instant: Instant.Instant): boolean => at(self, instant) !== null;

/** The first stretch from an instant on, of a length at least, that lies in no interval; cut at the instant. */
export const nextGap = (
  self: IntervalSet,
  from: Instant.Instant,
  length: Duration.Duration = Duration.milliseconds(1),
): Interval.Interval | null => {
  for (const gap of complement(self, Interval.from(from))) {
    const long = Interval.length(gap);
    if (long === null || long >= length) return gap;
  }
  return null;
};

/** How much of an interval the set covers; null if that is without end. */
export const coverage = (self: IntervalSet, within: Interval.Interval): Duration.Duration | null => {
  let sum = 0;
  for (const interval of intersection(self, [within])) {
    const long = Interval.length(interval);
    if (long === null) return null;
    sum += long;
  }
  return Duration.milliseconds(sum);
};

const endOf = ({ end }: Interval.Interval): number => end ?? Number.POSITIVE_INFINITY;

const earlier = (a: Instant.Instant, b: Instant.Instant | null): Instant.Instant => (b === null || a < b ? a : b);
