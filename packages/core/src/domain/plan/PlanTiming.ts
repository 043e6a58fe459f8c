/**
 * When each asset gets its list: the instants of one occurrence of the job on each asset's clock, bounded by its window, put
 * off by blackouts and freezes (SCH-03, SCH-06, SCH-08, WIN-01 … WIN-07), and the latest reboot after it (RBT-08). Pure.
 *
 * A plan names the same instants however often it is looked at: what starts as soon as the job is enabled has no instant yet.
 */
import {
  Duration,
  Instant,
  Interval,
  JobSchedule,
  Maintenance,
  Occurrence,
  PatchWindow,
  RebootTimeline,
  type Recurrence,
  TimeZone,
  WallTime,
} from "@fettle/scheduler";
import * as Job from "../job/Job.ts";
import * as Schedule from "../job/Schedule.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";
import type { Obstacle, Occasion } from "./PlanInputs.ts";

/** Epoch milliseconds throughout. */
export interface PlanTiming {
  /** The zone whose clock names the start; null where one instant holds for every asset. */
  readonly zone: string | null;
  /** The first instant at which it may start; null: as soon as the job is enabled. */
  readonly start: number | null;
  /** The end of the window; null: there is none, or it counts from the enabling. */
  readonly windowEnd: number | null;
  /** When it reboots at the latest; null where that isn't bounded, or no reboot is forced. */
  readonly latestReboot: number | null;
}

/** The time of the job that a plan is for. */
export interface PlanOccurrence {
  /** The same on every machine; the run of it has it, too. */
  readonly key: string;
  /** What the schedule says, `2026-03-10T02:30:00`; null on demand. */
  readonly nominalLocal: string | null;
}

/** What an asset comes to that would otherwise get its list. */
export type AssetTiming =
  | { readonly _tag: "Runs"; readonly timing: PlanTiming; readonly waits: readonly Obstacle[] }
  | { readonly _tag: "Out"; readonly obstacle: Obstacle };

export interface Timings {
  readonly occurrence: PlanOccurrence;
  readonly of: (asset: { readonly id: string; readonly timeZone: string }) => AssetTiming;
}

/** Without any: UTC, no blackouts, no freezes, three hours' lead. */
export const noOccasion = (now: number): Occasion => ({
  slot: null,
  enabledAt: now,
  leadMilliseconds: 3 * 3_600_000,
  workMilliseconds: 0,
  defaultZone: "UTC",
  inBlackout: "wait",
  zones: [],
  blackouts: new Map(),
  freezes: new Map(),
});

/** The zones of the assets that a selection means, each once, in order: what {@link Occasion.zones} holds. */
export const zonesOf = (
  targets: TagSelection.TagSelection,
  tree: TagTree,
  assets: readonly (TagSelection.Selectable & { readonly timeZone: string })[],
): readonly string[] => {
  const select = TagSelection.compile(targets, tree);
  const zones = new Set<string>();
  for (const asset of assets) {
    if (!zones.has(asset.timeZone) && select(asset) === "selected") zones.add(asset.timeZone);
  }
  return [...zones].sort();
};

/**
 * Prepares the timing of a job's next occurrence, or of the one that the occasion names. Refused when the job has no time to
 * run any more: expired (SCH-06), ended (SCH-07), no such time (SCH-05).
 */
export const compile = (
  job: Pick<Job.Job, "schedule" | "window" | "reboot" | "platform">,
  occasion: Occasion,
): Result<Timings, Rejection.Rejection> => {
  const { schedule } = job;
  // What an asset triggers runs on it at once; a job that lacks its schedule is looked at as if it ran now.
  const timed = schedule === null || Schedule.isTrigger(schedule) ? ({ _tag: "OnDemand" } as const) : schedule;
  const compiled = Schedule.compile(timed);
  if (!compiled.ok) return fail(first(compiled.error));
  const occurrence = occurrenceOf(compiled.value, job, occasion);
  if (!occurrence.ok) return occurrence;
  const { key, nominalLocal } = occurrence.value;
  return ok({
    occurrence: { key, nominalLocal: nominalLocal === null ? null : WallTime.print(nominalLocal) },
    of: timer(job, compiled.value, occurrence.value, occasion),
  });
};

const first = (rejections: readonly Rejection.Rejection[]): Rejection.Rejection =>
  rejections[0] ?? Rejection.make("SCH-01", "invalid", "this is no schedule", "schedule");

const occurrenceOf = (
  schedule: JobSchedule.JobSchedule,
  job: Pick<Job.Job, "window" | "platform">,
  occasion: Occasion,
): Result<Occurrence.Occurrence, Rejection.Rejection> => {
  const fallback = zoneOr(occasion.defaultZone, TimeZone.utc);
  const zones = occasion.zones.map((name) => JobSchedule.assetZone(name, fallback).zone);
  const context: Occurrence.PlanContext = {
    zones: zones.length === 0 ? [fallback] : zones,
    enabledAt: Instant.held(occasion.enabledAt),
    window: Job.windowOf(job),
    lead: Duration.milliseconds(occasion.leadMilliseconds),
  };
  if (schedule._tag === "Recurring") return slotOf(schedule, occasion.slot, context);
  const planned = Occurrence.plan(schedule, context);
  return planned.ok
    ? planned
    : fail(Rejection.make(ruleOf(planned.error), "conflict", planned.error.message, "schedule"));
};

const ruleOf = (error: JobSchedule.ScheduleError | Occurrence.Expired): string =>
  error._tag === "UnknownZone" ? "SCH-02" : error._tag === "InvalidWallTime" ? "SCH-01" : error.rule;

// The slot that is named, or the first that is in time in one of the zones (SCH-08).
const slotOf = (
  schedule: JobSchedule.Recurring,
  named: Recurrence.Slot | null,
  context: Occurrence.PlanContext,
): Result<Occurrence.Occurrence, Rejection.Rejection> => {
  const slots = named === null ? Occurrence.slotsAfter(schedule, context.zones, context.enabledAt) : [named];
  for (const slot of slots) {
    const planned = Occurrence.planSlot(schedule, slot, context);
    if (!planned.ok) return fail(Rejection.make("SCH-02", "conflict", planned.error.message, "schedule.zone"));
    if (named !== null || planned.value.instants.some((i) => i._tag === "Starts")) return planned;
  }
  return fail(Rejection.make("SCH-07", "conflict", "the schedule has no run left: it has ended", "schedule"));
};

// Assets of one zone with the same blackouts and freezes have one timing, worked out once.
const timer = (
  job: Pick<Job.Job, "window" | "reboot" | "platform">,
  schedule: JobSchedule.JobSchedule,
  occurrence: Occurrence.Occurrence,
  occasion: Occasion,
): Timings["of"] => {
  const fallback = zoneOr(occasion.defaultZone, TimeZone.utc);
  const known = new Map<unknown, Map<unknown, Map<string, AssetTiming>>>();
  return ({ id, timeZone }) => {
    const [blackouts, freezes] = [occasion.blackouts.get(id) ?? NONE, occasion.freezes.get(id) ?? NONE];
    const byFreezes = at(known, blackouts, () => new Map<unknown, Map<string, AssetTiming>>());
    const byZone = at(byFreezes, freezes, () => new Map<string, AssetTiming>());
    return at(byZone, timeZone, () => {
      const { zone } = JobSchedule.assetZone(timeZone, fallback);
      const { inBlackout } = occasion;
      const calendar: Maintenance.Calendar = { zone, blackouts, freezes, inBlackout };
      return timingOf({ job, schedule, calendar, occasion }, Occurrence.forZone(occurrence, zone));
    });
  };
};

const NONE: readonly never[] = [];

const at = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
};

interface Situation {
  readonly job: Pick<Job.Job, "window" | "reboot" | "platform">;
  readonly schedule: JobSchedule.JobSchedule;
  readonly calendar: Maintenance.Calendar;
  readonly occasion: Occasion;
}

const timingOf = (situation: Situation, instant: Occurrence.ZoneInstant | undefined): AssetTiming => {
  switch (instant?._tag) {
    case undefined:
      return out("SCH-03", "its zone isn't one that the run was planned for");
    case "Elapsed":
      return out("SCH-06", `its window was over at ${iso(instant.endedAt)}`, { shownAs: "TimedOut" });
    case "Skipped":
      return out("SCH-05", "the clocks skip the local time there, and the schedule skips it with them");
    case "TooSoon":
      return out("SCH-08", `it would have started at ${iso(instant.nominal)}, too soon after the enabling`, {
        until: nextOf(situation, instant.nominal),
      });
    case "Starts":
      return startOf(situation, instant);
  }
};

const startOf = (
  { job, schedule, calendar, occasion }: Situation,
  { zone, nominal, start, validity }: Extract<Occurrence.ZoneInstant, { readonly _tag: "Starts" }>,
): AssetTiming => {
  const window = Job.windowOf(job);
  const run: Maintenance.Run = { window, validity, reserve: Duration.zero };
  const verdict = Maintenance.judge(calendar, run, start);
  if (verdict._tag === "TimedOut" || verdict._tag === "CanceledBlackout") {
    const [because] = verdict.because;
    const rule = verdict._tag === "CanceledBlackout" ? "WIN-05" : (because?.rule ?? "WIN-02");
    const reason = verdict.because.map(reasonOf).join("; ");
    return out(rule, reason, { shownAs: verdict._tag, until: untilOf(verdict.because) });
  }
  const waits = verdict._tag === "Waits" ? verdict.because.map(obstacleOf) : [];
  const begins = verdict._tag === "Waits" ? verdict.until : start;
  // On demand, and past its time, it starts with the enabling, whenever that is.
  const isAtOnce = begins === start && (schedule._tag === "OnDemand" || nominal < occasion.enabledAt);
  const windowEnd = schedule._tag === "OnDemand" ? null : validity.end;
  const timing: PlanTiming = {
    zone,
    start: schedule._tag === "OnDemand" || isAtOnce ? null : begins,
    windowEnd,
    latestReboot: windowEnd === null ? null : latestRebootOf(job, window, windowEnd, occasion),
  };
  return { _tag: "Runs", timing, waits };
};

// Where only the start is bound, the last one comes just before the window's end, and its work runs on.
const latestRebootOf = (
  { reboot }: Pick<Job.Job, "reboot">,
  window: PatchWindow.PatchWindow,
  windowEnd: Instant.Instant,
  { workMilliseconds }: Occasion,
): number | null => {
  const stop = PatchWindow.mustStopBy(window, Interval.of(windowEnd, windowEnd));
  const doneBy = stop ?? Instant.add(windowEnd, Duration.milliseconds(workMilliseconds));
  return RebootTimeline.latestReboot(reboot, doneBy);
};

const nextOf = ({ schedule, calendar }: Situation, after: Instant.Instant): number | null => {
  if (schedule._tag !== "Recurring") return null;
  const zone = JobSchedule.zoneOf(schedule.zone, calendar.zone);
  if (!zone.ok) return null;
  return JobSchedule.nextStart(schedule.recurrence, zone.value, after, schedule.resolution)?.instant ?? null;
};

const out = (rule: string, reason: string, more: Pick<Obstacle, "shownAs" | "until"> = {}): AssetTiming => ({
  _tag: "Out",
  obstacle: { rule, reason, ...more },
});

const obstacleOf = (reason: Maintenance.Reason): Obstacle => ({
  rule: reason.rule,
  reason: reasonOf(reason),
  until: untilOf([reason]),
});

const untilOf = (reasons: readonly Maintenance.Reason[]): number | null =>
  reasons.reduce<number | null>((latest, r) => {
    const until = "until" in r ? r.until : null;
    return until === null ? latest : Math.max(latest ?? until, until);
  }, null);

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

const iso = (instant: number): string => new Date(instant).toISOString();

const zoneOr = (name: string, fallback: TimeZone.TimeZone): TimeZone.TimeZone => {
  const zone = TimeZone.of(name);
  return zone.ok ? zone.value : fallback;
};
