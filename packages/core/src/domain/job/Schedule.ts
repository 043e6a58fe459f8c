/**
 * When a job runs (SCH-01, JOB-24), as plain data: on demand, at a local time, again and again, or whenever an asset gives
 * cause. `@fettle/scheduler` works out the instants; what it has prepared for that is never stored.
 */
import {
  Instant,
  JobSchedule,
  Occurrence,
  type PatchWindow,
  Recurrence,
  TimeZone,
  type WallTime,
} from "@fettle/scheduler";
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

/** The key of the one run of a job with such a schedule; null of one that runs again and again, or that lacks its schedule. */
export const runOnceKey = (schedule: Schedule | null): string | null => {
  if (schedule?._tag !== "OnDemand" && schedule?._tag !== "Once") return null;
  const compiled = compile(schedule);
  return compiled.ok && compiled.value._tag !== "Recurring" ? Occurrence.occurrenceKey(compiled.value) : null;
};

/** Whether assets start it, instead of time (JOB-24). */
export const isTrigger = (schedule: Schedule | null): schedule is Trigger =>
  schedule?._tag === "OnActivation" || schedule?._tag === "AfterInactivity";

/** What schedules are called in lists (JOB-17); `default`: of default jobs, `none`: of jobs that lack one. */
export const kinds = ["on-demand", "once", "daily", "weekly", "monthly", "default", "none"] as const;
export type ScheduleKind = (typeof kinds)[number];

export const kindOf = (schedule: Schedule | null): ScheduleKind => {
  if (schedule === null) return "none";
  switch (schedule._tag) {
    case "OnDemand":
      return "on-demand";
    case "Once":
      return "once";
    case "Recurring":
      return kindOfPattern[schedule.rule.pattern._tag];
    case "OnActivation":
    case "AfterInactivity":
      return "default";
  }
};

const kindOfPattern = {
  Daily: "daily",
  Weekly: "weekly",
  MonthlyOnDay: "monthly",
  MonthlyOnLastDay: "monthly",
  MonthlyOnWeekday: "monthly",
} as const satisfies { readonly [P in Recurrence.Pattern["_tag"]]: ScheduleKind };

/** The first start that a schedule names, and the first one after an instant; null where there is none. Epoch milliseconds. */
export interface Starts {
  readonly first: number | null;
  readonly next: number | null;
}

/** The starts by a zone that stands for those of assets (SCH-03, SCH-14). */
export const starts = (schedule: Schedule | null, zone: TimeZone.TimeZone, after: number): Starts => {
  if (schedule?._tag !== "Once" && schedule?._tag !== "Recurring") return noStarts;
  const compiled = compile(schedule);
  if (!compiled.ok) return noStarts;
  const from = (enabledAt: Instant.Instant): number | null => {
    const start = JobSchedule.nominalFor(compiled.value, { zone, enabledAt });
    return start.ok && start.value >= enabledAt ? start.value : null;
  };
  return { first: from(Instant.earliest), next: from(Instant.held(after + 1)) };
};

const noStarts: Starts = { first: null, next: null };

/** Why its start can't be saved, or null: it is past in each of the zones that are known (SCH-06). */
export const pastFault = (
  schedule: Schedule | null,
  { now, zones }: { readonly now: number; readonly zones: readonly TimeZone.TimeZone[] },
): Rejection.Rejection | null => {
  if (schedule?._tag !== "Once") return null;
  const compiled = compile(schedule);
  if (!compiled.ok) return null;
  const refused = JobSchedule.refusePast(compiled.value, { now: Instant.held(now), zones });
  if (refused.ok) return null;
  const rule = refused.error._tag === "NoSuchTime" ? "SCH-05" : "SCH-06";
  return Rejection.make(rule, "invalid", refused.error.message, "schedule.at");
};

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
  if (recurrence.ok && Recurrence.next(recurrence.value, recurrence.value.startSlot - 1) === null) {
    const message = "it never comes: no day from its start to its end is one of the pattern's";
    wrong.push(Rejection.make("SCH-14", "invalid", message, "schedule.rule"));
  }
  if (!recurrence.ok || wrong.length > 0) return fail(wrong);
  return ok({ _tag: "Recurring", recurrence: recurrence.value, ...zoned });
};
