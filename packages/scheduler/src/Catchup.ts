/**
 * SCH-13: after downtime, missed runs are not replayed in a burst. Each missed one is named, so that none vanishes; at most the
 * latest runs now, and only inside its window.
 */
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";
import * as JobSchedule from "./JobSchedule.ts";
import * as Limits from "./Limits.ts";
import type { PatchWindow } from "./PatchWindow.ts";
import type * as TimeZone from "./TimeZone.ts";

/** `skip`: what was missed stays missed. `run-once-now`: the latest that was missed runs, if its window is open. */
export type Policy = "skip" | "run-once-now";

/** What downtime comes to, in one zone. */
export type Catchup = {
  /** The starts that were missed and will not run, the latest ones, in order; `missedCount` tells how many there were. */
  readonly missed: readonly JobSchedule.Start[];
  readonly missedCount: number;
  /** The one that runs now, within what is left of its window. */
  readonly runNow: { readonly start: JobSchedule.Start; readonly validity: Interval.Interval } | null;
};

/**
 * What was missed in `(since, now]`: `since` is when somebody last looked.
 *
 * @example Catchup.after(schedule, zone, { since, now, window, policy: "run-once-now" })
 */
export const after = (
  { recurrence, resolution }: JobSchedule.Recurring,
  zone: TimeZone.TimeZone,
  context: {
    readonly since: Instant.Instant;
    readonly now: Instant.Instant;
    readonly window: PatchWindow;
    readonly policy: Policy;
  },
): Catchup => {
  const { since, now, window, policy } = context;
  const missed: JobSchedule.Start[] = [];
  let missedCount = 0;
  const interval = { from: Instant.add(since, ONE), to: Instant.add(now, ONE) };
  for (const start of JobSchedule.startsBetween(recurrence, zone, interval, resolution)) {
    missedCount += 1;
    missed.push(start);
    // One more than are named, as the latest may run.
    if (missed.length > Limits.MAX_MISSED_NAMED + 1) missed.shift();
  }
  const latest = missed.at(-1);
  if (latest !== undefined && policy === "run-once-now") {
    const validity = JobSchedule.validityFor(latest.instant, window);
    const isOpen = !Interval.isOver(validity, now);
    if (isOpen)
      return { missed: missed.slice(0, -1), missedCount: missedCount - 1, runNow: { start: latest, validity } };
  }
  return { missed: missed.slice(-Limits.MAX_MISSED_NAMED), missedCount, runNow: null };
};

const ONE = Duration.milliseconds(1);
