/**
 * A stretch of time, half open: `start` belongs to it, `end` does not. An `end` of null means for ever.
 *
 * An interval that would end before it starts is empty at its start: `end` is never before `start`.
 */
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";

/** `[start, end)`; `end` null: it never ends. */
export type Interval = { readonly start: Instant.Instant; readonly end: Instant.Instant | null };

/** `[start, end)`; empty when `end` isn't after `start`. */
export const of = (start: Instant.Instant, end: Instant.Instant | null): Interval => ({
  start,
  end: end === null ? null : Instant.max(start, end),
});

/** `[start, ∞)`. */
export const from = (start: Instant.Instant): Interval => ({ start, end: null });

/** `[start, start + length)`; empty when `length` isn't positive. */
export const lasting = (start: Instant.Instant, length: Duration.Duration): Interval =>
  of(start, Instant.add(start, length));

export const isEmpty = (self: Interval): boolean => self.end !== null && self.end <= self.start;

export const contains = (self: Interval, instant: Instant.Instant): boolean =>
  instant >= self.start && !isOver(self, instant);

/** Has it ended at `instant`? At its `end` it has. */
export const isOver = (self: Interval, instant: Instant.Instant): boolean => self.end !== null && instant >= self.end;

/** How long it is; null for one without an end. */
export const length = (self: Interval): Duration.Duration | null =>
  self.end === null ? null : Duration.milliseconds(Math.max(0, self.end - self.start));

/** What lies in both; empty when nothing does. */
export const intersect = (self: Interval, other: Interval): Interval =>
  of(Instant.max(self.start, other.start), earlierEnd(self.end, other.end));

/** The shortest interval around both, what lies between them included; an empty one adds nothing. */
export const hull = (self: Interval, other: Interval): Interval => {
  if (isEmpty(self)) return other;
  if (isEmpty(other)) return self;
  const end = self.end === null || other.end === null ? null : Instant.max(self.end, other.end);
  return of(Instant.min(self.start, other.start), end);
};

const earlierEnd = (one: Instant.Instant | null, other: Instant.Instant | null): Instant.Instant | null => {
  if (one === null) return other;
  return other === null ? one : Instant.min(one, other);
};
