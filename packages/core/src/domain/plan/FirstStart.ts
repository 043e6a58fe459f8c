/** From when on time stands in the way no more: the first start of a job on an asset (PLN-03, SCH-08, WIN-05, WIN-07). Pure. */
import {
  Duration,
  Freeze,
  Instant,
  Interval,
  IntervalSet,
  JobSchedule,
  Maintenance,
  PatchWindow,
  type Recurrence,
  TimeZone,
} from "@fettle/scheduler";

/** A job's time on an asset. */
export interface Clock {
  readonly schedule: JobSchedule.JobSchedule;
  readonly window: PatchWindow.PatchWindow;
  readonly calendar: Maintenance.Calendar;
  readonly enabledAt: Instant.Instant;
  readonly lead: Duration.Duration;
  /** The slot that is looked at: what comes before it has run; null for what runs once. */
  readonly slot: Recurrence.Slot | null;
  /** Those that the run is planned for. */
  readonly zones: readonly TimeZone.TimeZone[];
}

/** From when on a start is looked for. */
export interface Since {
  readonly from: number;
  /**
   * When the run's plan is to be made at the earliest, for what is blocked till then isn't in it: the lead before its first
   * start in any zone (JOB-22), or of what runs once the enabling. Left out: whenever.
   */
  readonly madeFrom?: number;
}

/** How far runs are looked through; what a freeze takes of them is passed over in one step and doesn't count. */
const LOOKED_AHEAD_MILLISECONDS = 366 * 86_400_000;

/**
 * The first instant, from one on, at which the asset could start by the clock alone, were the job enabled by then: on demand
 * and once when nothing keeps it off, within its window; of a recurring job in the first run that isn't lost there. Null: there
 * is none, or none in a year.
 */
export const firstStart = (clock: Clock, { from, madeFrom = 0 }: Since): Instant.Instant | null => {
  const { schedule, enabledAt } = clock;
  if (schedule._tag === "Recurring") return firstRun(clock, schedule, { from, madeFrom })?.begins ?? null;
  const due = Instant.held(Math.max(from, madeFrom, enabledAt));
  if (schedule._tag === "OnDemand") return firstFree(clock, Interval.from(due), due);
  const nominal = JobSchedule.nominalFor(schedule, { zone: clock.calendar.zone, enabledAt });
  return nominal.ok ? firstFree(clock, JobSchedule.validityFor(nominal.value, clock.window), due) : null;
};

// What a blackout would cancel can be enabled after it.
const firstFree = ({ calendar }: Clock, validity: Interval.Interval, from: Instant.Instant): Instant.Instant | null =>
  Maintenance.firstStart({ ...calendar, inBlackout: "wait" }, { ...RUN, validity }, from);

const RUN = { window: PatchWindow.none, reserve: Duration.zero } as const;

/** A run: what its schedule says, and when it starts, which is later where something keeps it off. */
export interface FirstRun {
  readonly nominal: Instant.Instant;
  readonly begins: Instant.Instant;
}

/** The first run of a recurrence, from one instant on, that isn't lost on the asset; null: there is none, or none in a year. */
export const firstRun = (
  clock: Clock,
  schedule: JobSchedule.Recurring,
  { from, madeFrom = 0 }: Since,
): FirstRun | null => {
  const { window, calendar, enabledAt, lead, slot } = clock;
  const { recurrence, resolution } = schedule;
  const zone = JobSchedule.zoneOf(schedule.zone, calendar.zone);
  if (!zone.ok) return null;
  const passed = slot === null ? 0 : (TimeZone.resolveLocal(zone.value, slot) ?? 0);
  const lost = lostBy(calendar);
  let after = Instant.held(Math.max(from, enabledAt + lead, madeFrom + lead, passed) - 1);
  let horizon = Number.POSITIVE_INFINITY;
  for (;;) {
    const next = JobSchedule.nextStart(recurrence, zone.value, after, resolution);
    if (next === null || next.instant > horizon) return null;
    horizon = Math.min(horizon, next.instant + LOOKED_AHEAD_MILLISECONDS);
    after = next.instant;
    const validity = JobSchedule.validityFor(next.instant, window);
    if (lost.has(validity)) continue;
    const verdict = Maintenance.judge(calendar, { ...RUN, validity }, next.instant);
    const begins = verdict._tag === "MayStart" ? next.instant : verdict._tag === "Waits" ? verdict.until : null;
    if (begins !== null && madeAt(clock, schedule, next) >= madeFrom) return { nominal: next.instant, begins };
    const lastLost = begins === null ? lost.add(validity) : after;
    if (lastLost <= after) continue;
    after = lastLost;
    horizon = lastLost + LOOKED_AHEAD_MILLISECONDS;
  }
};

interface Lost {
  /** Whether a run is known to be lost as another one was. */
  readonly has: (validity: Interval.Interval) => boolean;
  /** Keeps that one is lost, and answers the last start up to which others are, too. */
  readonly add: (validity: Interval.Interval) => Instant.Instant;
}

// What blackouts do to a window is the same every week at the same local time, as long as the clocks don't change in it and
// nothing is frozen in it. And of a freeze all runs are lost whose window is over by its end.
const lostBy = ({ zone, freezes }: Maintenance.Calendar): Lost => {
  const frozen = Freeze.instants(freezes, zone);
  const times = new Set<number>();
  const timeOf = ({ start, end }: Interval.Interval): number | null => {
    const offset = TimeZone.offsetAt(zone, start);
    // Without a window it is the blackout of the start that loses a run.
    const isFrozen = end === null ? IntervalSet.contains(frozen, start) : isTouched(frozen, { start, end });
    const isPlain = !isFrozen && (end === null || TimeZone.offsetAt(zone, end) === offset);
    return isPlain ? (start + offset) % WEEK_MILLISECONDS : null;
  };
  return {
    has: (validity) => {
      const time = times.size === 0 ? null : timeOf(validity);
      return time !== null && times.has(time);
    },
    add: (validity) => {
      const time = timeOf(validity);
      if (time !== null) times.add(time);
      const { start, end } = validity;
      const until = IntervalSet.at(frozen, start)?.end ?? start;
      return end === null ? start : Instant.held(until - (end - start));
    },
  };
};

const isTouched = (set: IntervalSet.IntervalSet, interval: Interval.Interval): boolean =>
  set.length > 0 && IntervalSet.intersection(set, [interval]).length > 0;

const WEEK_MILLISECONDS = 7 * 86_400_000;

// The lead before the run's first start, that on the asset among them.
const madeAt = (
  { zones, lead }: Clock,
  { recurrence, zone: mode, resolution }: JobSchedule.Recurring,
  { slot, instant }: JobSchedule.Start,
): number => {
  let first: number = instant;
  for (const place of mode._tag === "Agent" ? zones : []) {
    first = Math.min(first, JobSchedule.startAt(recurrence, place, slot, resolution) ?? first);
  }
  return first - lead;
};
