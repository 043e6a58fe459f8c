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
}

/** How many runs are looked through: more than a year of daily ones. Frozen ones are passed over in one step. */
const RUNS_LOOKED_AT_MAX = 400;

/**
 * The first instant, from one on, at which the asset could start by the clock alone, were the job enabled by then: on demand
 * and once when nothing keeps it off, within its window; of a recurring job in the first run that isn't lost there. Null: there
 * is none, or none in the runs that are looked through.
 */
export const firstStart = (clock: Clock, from: Instant.Instant): Instant.Instant | null => {
  const { schedule, enabledAt } = clock;
  if (schedule._tag === "Recurring") return inRuns(clock, schedule, from);
  const due = Instant.max(from, enabledAt);
  if (schedule._tag === "OnDemand") return firstFree(clock, Interval.from(due), due);
  const nominal = JobSchedule.nominalFor(schedule, { zone: clock.calendar.zone, enabledAt });
  return nominal.ok ? firstFree(clock, JobSchedule.validityFor(nominal.value, clock.window), due) : null;
};

// What a blackout would cancel can be enabled after it.
const firstFree = ({ calendar }: Clock, validity: Interval.Interval, from: Instant.Instant): Instant.Instant | null =>
  Maintenance.firstStart({ ...calendar, inBlackout: "wait" }, { ...RUN, validity }, from);

const RUN = { window: PatchWindow.none, reserve: Duration.zero } as const;

const inRuns = (
  { window, calendar, enabledAt, lead, slot }: Clock,
  { recurrence, zone: mode, resolution }: JobSchedule.Recurring,
  from: Instant.Instant,
): Instant.Instant | null => {
  const zone = JobSchedule.zoneOf(mode, calendar.zone);
  if (!zone.ok) return null;
  const inTime = Math.max(from, enabledAt + lead, slot === null ? 0 : (TimeZone.resolveLocal(zone.value, slot) ?? 0));
  let after = Instant.held(inTime - 1);
  for (let runs = 0; runs < RUNS_LOOKED_AT_MAX; runs += 1) {
    const next = JobSchedule.nextStart(recurrence, zone.value, after, resolution);
    if (next === null) return null;
    const validity = JobSchedule.validityFor(next.instant, window);
    const verdict = Maintenance.judge(calendar, { ...RUN, validity }, next.instant);
    if (verdict._tag === "MayStart") return next.instant;
    if (verdict._tag === "Waits") return verdict.until;
    after = Instant.max(next.instant, lastLost(calendar, validity));
  }
  return null;
};

// A run whose window isn't over when the freeze ends may wait for that; all that start by then are lost.
const lastLost = ({ freezes, zone }: Maintenance.Calendar, { start, end }: Interval.Interval): Instant.Instant => {
  const frozen = end === null ? null : IntervalSet.at(Freeze.instants(freezes, zone), start);
  return frozen === null || frozen.end === null || end === null ? start : Instant.held(frozen.end - (end - start));
};
