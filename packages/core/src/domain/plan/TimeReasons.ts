/** What keeps a run off an asset by the clock: blackouts and freezes, one after the other, in words (WIN-05, WIN-07). */
import { type Instant, Maintenance } from "@fettle/scheduler";
import type { Obstacle } from "./PlanInputs.ts";

/** A stretch of time: `to` null has no end. */
export interface Stretch {
  readonly from: Instant.Instant;
  readonly to: Instant.Instant | null;
}

/**
 * Everything that keeps the run from starting, from one instant on until it could start or the stretch is over: what follows
 * the first one, too. Each once, in order of time; the same whatever order blackouts and freezes stand in.
 */
export const within = (
  calendar: Maintenance.Calendar,
  run: Maintenance.Run,
  { from, to }: Stretch,
): readonly Obstacle[] => {
  const found = new Map<string, Obstacle>();
  for (let at: Instant.Instant | null = from; at !== null && (to === null || at < to); ) {
    const reasons: readonly Maintenance.Reason[] = Maintenance.reasonsAt(calendar, run, at);
    for (const reason of reasons) found.set(reasonOf(reason), obstacleOf(reason));
    at = lastEnd(reasons);
  }
  return [...found.values()].sort((a, b) => endOf(a) - endOf(b) || (a.reason < b.reason ? -1 : 1));
};

/** An instant as people read it. */
export const iso = (instant: number): string => new Date(instant).toISOString();

// When all of them are over; null where one never is, and where there is none: then nothing more is to be looked for.
const lastEnd = (reasons: readonly Maintenance.Reason[]): Instant.Instant | null => {
  const ends = reasons.map(untilOf);
  return ends.length === 0 || ends.includes(null) ? null : (Math.max(...ends.map(Number)) as Instant.Instant);
};

const untilOf = (reason: Maintenance.Reason): Instant.Instant | null => ("until" in reason ? reason.until : null);

const endOf = ({ until }: Obstacle): number => until ?? Number.MAX_SAFE_INTEGER;

const obstacleOf = (reason: Maintenance.Reason): Obstacle => ({
  rule: reason.rule,
  reason: reasonOf(reason),
  until: untilOf(reason),
});

const reasonOf = (reason: Maintenance.Reason): string => {
  switch (reason._tag) {
    case "NotYet":
      return `not before ${iso(reason.until)}`;
    case "Blackout":
      return reason.until === null
        ? "in a blackout that covers the whole week"
        : `in a blackout until ${iso(reason.until)}`;
    case "Freeze":
      return `frozen by ${reason.name}${reason.until === null ? "" : ` until ${iso(reason.until)}`}`;
    case "DoesNotFit":
      return "too little is left of the window";
    case "WindowOver":
      return `its window was over at ${iso(reason.endedAt)}`;
  }
};
