/** A month of a zone, day by day: the runs that start in it, and the freezes that lie over it. */
import * as Calendar from "../Calendar.ts";
import * as Freeze from "../Freeze.ts";
import * as Instant from "../Instant.ts";
import * as IntervalSet from "../IntervalSet.ts";
import * as JobSchedule from "../JobSchedule.ts";
import * as Maintenance from "../Maintenance.ts";
import type * as ScheduleJson from "../ScheduleJson.ts";
import * as TimeZone from "../TimeZone.ts";

/** A run, when it is due and when it starts then: null where blackouts and freezes leave it no time. */
export type Start = { readonly due: Instant.Instant; readonly starts: Instant.Instant | null };

export type Day = {
  /** Counted from 1970-01-01 (see Calendar). */
  readonly day: number;
  readonly starts: readonly Start[];
  /** The names of the freezes over any part of it. */
  readonly freezes: readonly string[];
};

export type Month = {
  readonly zone: TimeZone.TimeZone;
  readonly year: number;
  readonly month: number;
  readonly days: readonly Day[];
};

/** The month that a zone's calendar shows when the job is enabled. */
export const of = (
  document: ScheduleJson.ScheduleDocument,
  zone: TimeZone.TimeZone,
  enabledAt: Instant.Instant,
): Month => {
  const { year, month } = TimeZone.wallAt(zone, enabledAt);
  const first = Calendar.dayOf(year, month, 1);
  const starts = startsOf(document, zone, enabledAt, first + Calendar.daysInMonth(year, month));
  const days = Array.from({ length: Calendar.daysInMonth(year, month) }, (_, i): Day => {
    const day = first + i;
    return {
      day,
      starts: starts.filter(({ due }) => dayAt(zone, due) === day),
      freezes: document.calendar.freezes.filter((freeze) => isOver(freeze, zone, day)).map(({ name }) => name),
    };
  });
  return { zone, year, month, days };
};

const dayAt = (zone: TimeZone.TimeZone, instant: Instant.Instant): number =>
  Math.floor((instant + TimeZone.offsetAt(zone, instant)) / Calendar.DAY_MILLISECONDS);

const isOver = (freeze: Freeze.Freeze, zone: TimeZone.TimeZone, day: number): boolean => {
  const from = day * Calendar.DAY_MILLISECONDS;
  const shown = TimeZone.shownBetween(zone, from, from + Calendar.DAY_MILLISECONDS);
  return IntervalSet.intersection(IntervalSet.of(Freeze.shown(freeze, zone)), IntervalSet.of(shown)).length > 0;
};

/** From when the job is enabled to the end of the day before `endDay`. */
const startsOf = (
  document: ScheduleJson.ScheduleDocument,
  assetZone: TimeZone.TimeZone,
  enabledAt: Instant.Instant,
  endDay: number,
): readonly Start[] => {
  const { schedule, window, reserve, calendar, lead } = document;
  const withStart = (due: Instant.Instant): Start => {
    const run = { window, reserve, validity: JobSchedule.validityFor(due, window) };
    return { due, starts: Maintenance.firstStart({ ...calendar, zone: assetZone }, run, due) };
  };
  if (schedule._tag !== "Recurring") {
    const start = JobSchedule.startsFor(schedule, { zone: assetZone, enabledAt });
    return start.ok ? [withStart(start.value)] : [];
  }
  const zone = JobSchedule.zoneOf(schedule.zone, assetZone);
  const [end] = TimeZone.shownBetween(
    assetZone,
    endDay * Calendar.DAY_MILLISECONDS,
    (endDay + 1) * Calendar.DAY_MILLISECONDS,
  );
  if (!zone.ok || end === undefined) return [];
  const interval = { from: Instant.add(enabledAt, lead), to: end.start };
  return [...JobSchedule.startsBetween(schedule.recurrence, zone.value, interval, schedule.resolution)].map(
    ({ instant }) => withStart(instant),
  );
};
