/**
 * SCH-08: what is enabled or edited shortly before a run comes too late for it. The lead counts in each zone for itself, and
 * exactly the lead is in time.
 */
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as JobSchedule from "./JobSchedule.ts";
import * as Limits from "./Limits.ts";
import type * as TimeZone from "./TimeZone.ts";

/** Three hours. */
export const standard: Duration.Duration = Duration.milliseconds(Limits.DEFAULT_LEAD_MILLISECONDS);

/** True if a start is far enough off. */
export const isInTime = (at: Instant.Instant, start: Instant.Instant, lead: Duration.Duration = standard): boolean =>
  Instant.until(at, start) >= lead;

/**
 * From when on a job's orders may be sent to an asset: a run-once job's as soon as it is enabled, installing begins at its start
 * (SCH-09); a recurring one's the lead before the start.
 */
export const sendFrom = (
  schedule: JobSchedule.JobSchedule,
  start: Instant.Instant,
  enabledAt: Instant.Instant,
  lead: Duration.Duration = standard,
): Instant.Instant => (schedule._tag === "Recurring" ? Instant.max(enabledAt, Instant.held(start - lead)) : enabledAt);

/** The first start in a zone that enabling at an instant is in time for; null if there is none. */
export const firstInTime = (
  { recurrence, resolution }: JobSchedule.Recurring,
  zone: TimeZone.TimeZone,
  enabledAt: Instant.Instant,
  lead: Duration.Duration = standard,
): JobSchedule.Start | null =>
  JobSchedule.nextStart(recurrence, zone, (Instant.add(enabledAt, lead) - 1) as Instant.Instant, resolution);

/** A start, and whether it is still that of the schedule before an edit. */
export type EditedStart = JobSchedule.Start & { readonly isFormer: boolean };

/**
 * The first start in a zone after an edit: what the former schedule has within the lead happens as it was, and the edit
 * reaches the next one (SCH-08).
 */
export const afterEdit = (
  schedules: { readonly former: JobSchedule.Recurring; readonly edited: JobSchedule.Recurring },
  zone: TimeZone.TimeZone,
  editedAt: Instant.Instant,
  lead: Duration.Duration = standard,
): EditedStart | null => {
  const { former, edited } = schedules;
  const asItWas = JobSchedule.nextStart(former.recurrence, zone, (editedAt - 1) as Instant.Instant, former.resolution);
  if (asItWas !== null && !isInTime(editedAt, asItWas.instant, lead)) return { ...asItWas, isFormer: true };
  const next = firstInTime(edited, zone, editedAt, lead);
  return next === null ? null : { ...next, isFormer: false };
};
