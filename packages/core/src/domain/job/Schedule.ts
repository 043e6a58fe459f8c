/**
 * When a job runs (SCH-01, JOB-24), as plain data: on demand, at a local time, again and again, or whenever an asset gives
 * cause. `@fettle/scheduler` works out the instants; what it has prepared for that is never stored.
 */
import { JobSchedule, type PatchWindow, Recurrence, TimeZone, type WallTime } from "@fettle/scheduler";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

/** Whose clock a local time is read from (SCH-02), and what gaps and overlaps of it do (SCH-05). */
interface Zoned {
  readonly zone: JobSchedule.ZoneMode;
  readonly resolution?: TimeZone.Resolution;
}

/** Runs at times: as soon as it is enabled, once, or again and again. */
export type TimedSchedule =
  | { readonly _tag: "OnDemand" }
  | ({ readonly _tag: "Once"; readonly at: WallTime.WallTime } & Zoned)
  | ({ readonly _tag: "Recurring"; readonly rule: Recurrence.Rule } & Zoned);

/** Runs on an asset as it gives cause: newly activated, or heard of again after so many days (JOB-24). */
export type Trigger = { readonly _tag: "OnActivation" } | { readonly _tag: "AfterInactivity"; readonly days: number };

export type Schedule = TimedSchedule | Trigger;

/** How long a run may take from its nominal start, and what must lie inside (WIN-01, WIN-02). */
export interface Window {
  readonly minutes: number;
  /** Left out in a draft: the platform's default. */
  readonly bound?: PatchWindow.WindowBound;
}

/** The least and the most days of JOB-24. */
export const INACTIVE_DAYS_MIN = 3;
export const INACTIVE_DAYS_MAX = 180;

/** Whether it runs at most once (JOB-07); what runs again and again, by time or by trigger, isn't. */
export const isRunOnce = (schedule: Schedule | null): boolean =>
  schedule === null || schedule._tag === "OnDemand" || schedule._tag === "Once";

/** Whether assets start it, instead of time (JOB-24). */
export const isTrigger = (schedule: Schedule | null): schedule is Trigger =>
  schedule?._tag === "OnActivation" || schedule?._tag === "AfterInactivity";

/** The schedule as it is stored: what a compiled recurrence carries beside its rule stays out. */
export const plain = (schedule: Schedule | null): Schedule | null => {
  if (schedule?._tag !== "Recurring") return schedule;
  const { pattern, start, end, except } = schedule.rule;
  return { ...schedule, rule: { pattern, start, end, except } };
};

/** Everything that is wrong with it, each with its rule and place. */
export const problems = (schedule: Schedule | null): readonly Rejection.Rejection[] => {
  if (schedule === null || schedule._tag === "OnDemand" || schedule._tag === "OnActivation") return [];
  if (schedule._tag !== "AfterInactivity") {
    const compiled = compile(schedule);
    return compiled.ok ? [] : compiled.error;
  }
  const { days } = schedule;
  const isSound = Number.isInteger(days) && days >= INACTIVE_DAYS_MIN && days <= INACTIVE_DAYS_MAX;
  const message = `${INACTIVE_DAYS_MIN}–${INACTIVE_DAYS_MAX} days`;
  return isSound ? [] : [Rejection.make("JOB-24", "invalid", message, "schedule.days")];
};

/** The schedule as the scheduler takes it, or everything that is wrong with it. */
export const compile = (schedule: TimedSchedule): Result<JobSchedule.JobSchedule, readonly Rejection.Rejection[]> => {
  if (schedule._tag === "OnDemand") return ok(JobSchedule.onDemand);
  const { zone, resolution } = schedule;
  const zoned = resolution === undefined ? { zone } : { zone, resolution };
  if (schedule._tag === "Once") {
    const made = JobSchedule.once({ at: schedule.at, ...zoned });
    if (made.ok) return made;
    const isZone = made.error._tag === "UnknownZone";
    return fail([
      Rejection.make(isZone ? "SCH-02" : "SCH-01", "invalid", made.error.message, `schedule.${isZone ? "zone" : "at"}`),
    ]);
  }
  const recurrence = Recurrence.make(schedule.rule);
  const wrong = recurrence.ok
    ? []
    : recurrence.error.problems.map((p) => Rejection.make(p.rule, "invalid", p.message, `schedule.rule.${p.path}`));
  const zoneOf = JobSchedule.zoneOf(zone, TimeZone.utc);
  if (!zoneOf.ok) wrong.push(Rejection.make("SCH-02", "invalid", zoneOf.error.message, "schedule.zone"));
  if (!recurrence.ok || wrong.length > 0) return fail(wrong);
  return ok({ _tag: "Recurring", recurrence: recurrence.value, ...zoned });
};
