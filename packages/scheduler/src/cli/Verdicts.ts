/** Whether a run of a schedule may start at an instant, for assets in a zone: which run that is about, and what is said of it. */
import * as Instant from "../Instant.ts";
import * as Interval from "../Interval.ts";
import * as JobSchedule from "../JobSchedule.ts";
import * as Maintenance from "../Maintenance.ts";
import * as Recurrence from "../Recurrence.ts";
import { fail, ok, type Result } from "../Result.ts";
import type * as ScheduleJson from "../ScheduleJson.ts";
import type * as TimeZone from "../TimeZone.ts";
import type * as WallTime from "../WallTime.ts";

/** The run that is on at the instant, or the next one. */
export type Run = {
  /** What the schedule says; null on demand. */
  readonly local: WallTime.WallTime | null;
  readonly validity: Interval.Interval;
};

export type Explanation = ScheduleJson.AssetZone & {
  readonly answer:
    | { readonly run: Run; readonly verdict: Maintenance.Verdict }
    /** There is no run at all, and why. */
    | { readonly run: null; readonly message: string };
};

/** When it is about, and when the job was enabled: long ago, for null. */
export type Moment = { readonly at: Instant.Instant; readonly enabledAt: Instant.Instant | null };

/** One explanation a zone. */
export const explain = (document: ScheduleJson.ScheduleDocument, moment: Moment): readonly Explanation[] =>
  document.zones.map((place) => {
    const run = runAt(document, place.zone, moment);
    if (!run.ok) return { ...place, answer: { run: null, message: run.error } };
    const { window, reserve, calendar } = document;
    const asked = { window, reserve, validity: run.value.validity };
    const verdict = Maintenance.judge({ ...calendar, zone: place.zone }, asked, moment.at);
    return { ...place, answer: { run: run.value, verdict } };
  });

const runAt = (
  { schedule, window, lead }: ScheduleJson.ScheduleDocument,
  assetZone: TimeZone.TimeZone,
  { at, enabledAt }: Moment,
): Result<Run, string> => {
  if (schedule._tag !== "Recurring") {
    const start = JobSchedule.nominalFor(schedule, { zone: assetZone, enabledAt: enabledAt ?? at });
    if (!start.ok) return fail(start.error.message);
    const local = schedule._tag === "Once" ? schedule.at : null;
    return ok({ local, validity: JobSchedule.validityFor(start.value, window) });
  }
  const zone = JobSchedule.zoneOf(schedule.zone, assetZone);
  if (!zone.ok) return fail(zone.error.message);
  const { recurrence, resolution } = schedule;
  // Earlier ones come sooner than the lead after enabling (SCH-08).
  const earliest = enabledAt === null ? Instant.earliest : Instant.add(enabledAt, lead);
  const latest = JobSchedule.previousStart(recurrence, zone.value, justAfter(at), resolution);
  if (latest !== null && latest.instant >= earliest) {
    const validity = JobSchedule.validityFor(latest.instant, window);
    if (!Interval.isOver(validity, at)) return ok({ local: Recurrence.wallOf(latest.slot), validity });
  }
  const after = Instant.max(at, justBefore(earliest));
  const next = JobSchedule.nextStart(recurrence, zone.value, after, resolution);
  if (next === null) return fail("The recurrence has no run left.");
  return ok({ local: Recurrence.wallOf(next.slot), validity: JobSchedule.validityFor(next.instant, window) });
};

const justAfter = (instant: Instant.Instant): Instant.Instant => Instant.held(instant + 1);
const justBefore = (instant: Instant.Instant): Instant.Instant => Instant.held(instant - 1);
