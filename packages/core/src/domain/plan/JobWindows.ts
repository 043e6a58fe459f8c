/** The windows of a job in a zone that are open or to come, as intervals: what two jobs are laid over each other by. Pure. */
import { Duration, Instant, type Interval, IntervalSet, JobSchedule, type TimeZone } from "@fettle/scheduler";
import * as Job from "../job/Job.ts";
import * as Schedule from "../job/Schedule.ts";
import * as Subscription from "../license/Subscription.ts";

/** How far ahead windows are looked at, and how many of one job. */
export const HORIZON_DAYS = 35;
export const WINDOWS_MAX = 60;

export interface Now {
  readonly now: number;
  readonly defaultZone: string;
}

const DAY_MS = 86_400_000;

/** The windows in a zone, in order; none of a job without a window, or that assets trigger. */
export const of = (job: Job.Job, timeZone: string, { now, defaultZone }: Now): IntervalSet.IntervalSet => {
  const { schedule } = job;
  const window = Job.windowOf(job);
  if (schedule === null || Schedule.isTrigger(schedule) || window._tag === "None") return [];
  const compiled = Schedule.compile(schedule);
  if (!compiled.ok) return [];
  const { zone } = JobSchedule.assetZone(timeZone, Subscription.zoneOf(defaultZone));
  const at = Instant.held(now);
  const starts =
    compiled.value._tag === "Recurring"
      ? startsOf(compiled.value, zone, { at, length: Duration.minutes(window.minutes) })
      : onceOf(compiled.value, zone, Instant.held(job.enabled?.at ?? now));
  const all = starts.map((start) => JobSchedule.validityFor(start, window));
  return IntervalSet.of(all.filter(({ end }) => end === null || end > at));
};

/** The first instant at which windows of both are open; null if none is, as far as is looked. */
export const firstShared = (a: IntervalSet.IntervalSet, b: IntervalSet.IntervalSet): Interval.Interval | null =>
  IntervalSet.intersection(a, b)[0] ?? null;

interface Span {
  readonly at: Instant.Instant;
  readonly length: Duration.Duration;
}

// From the one that may be open now.
const startsOf = (
  { recurrence, resolution, zone: mode }: JobSchedule.Recurring,
  assetZone: TimeZone.TimeZone,
  { at, length }: Span,
): readonly Instant.Instant[] => {
  const zone = JobSchedule.zoneOf(mode, assetZone);
  if (!zone.ok) return [];
  const starts: Instant.Instant[] = [];
  const last = at + HORIZON_DAYS * DAY_MS;
  let start = JobSchedule.nextStart(recurrence, zone.value, Instant.held(at - length), resolution);
  while (start !== null && start.instant < last && starts.length < WINDOWS_MAX) {
    starts.push(start.instant);
    start = JobSchedule.nextStart(recurrence, zone.value, start.instant, resolution);
  }
  return starts;
};

const onceOf = (
  schedule: JobSchedule.RunOnce,
  zone: TimeZone.TimeZone,
  enabledAt: Instant.Instant,
): readonly Instant.Instant[] => {
  const start = JobSchedule.nominalFor(schedule, { zone, enabledAt });
  return start.ok ? [start.value] : [];
};
