/**
 * When each asset gets its list: the instants of one occurrence of the job on each asset's clock, bounded by its window, put
 * off by blackouts and freezes (SCH-03, SCH-06, SCH-08, WIN-01 … WIN-07), and the latest reboot after it (RBT-08); of a later
 * ring those of its earliest slot (RNG-05, {@link RingTiming}). Pure.
 *
 * A plan names the same instants however often it is looked at: what starts as soon as the job is enabled has no instant yet,
 * unless a blackout or a freeze puts it off to one. A run that is enabled late is due when it is enabled: what a blackout or a
 * freeze does to it counts from there, its window from the start that it missed (SCH-06).
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
  Recurrence,
  type TimeZone,
  WallTime,
} from "@fettle/scheduler";
import type { Asset } from "../asset/Asset.ts";
import * as Job from "../job/Job.ts";
import * as Schedule from "../job/Schedule.ts";
import * as Subscription from "../license/Subscription.ts";
import * as Memo from "../shared/Memo.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagScope from "../tag/TagScope.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";
import * as FirstStart from "./FirstStart.ts";
import type { Obstacle, Occasion } from "./PlanInputs.ts";
import * as RingTiming from "./RingTiming.ts";
import * as TimeReasons from "./TimeReasons.ts";

/** Epoch milliseconds throughout. */
export interface PlanTiming {
  /** The zone whose clock names the start; null where one instant holds for every asset. */
  readonly zone: string | null;
  /** The first instant at which it may start; null: as soon as the job is enabled, or in a later ring so many days after that. */
  readonly start: number | null;
  /** The end of the window; null: there is none, or it counts from the enabling. */
  readonly windowEnd: number | null;
  /** When it reboots at the latest; null where that isn't bounded or counts from the enabling, or no reboot is forced. */
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

interface Timed {
  readonly id: string;
  readonly timeZone: string;
}

export interface Timings {
  readonly occurrence: PlanOccurrence;
  readonly of: (asset: Timed) => AssetTiming;
  /** The same in a ring of the job, from 1: the first is at work when a job without rings is (RNG-05). */
  readonly inRing: (asset: Timed, ring: number) => AssetTiming;
  /** When the asset could start by the clock alone, in this run or a later one; null: never that is known. */
  readonly firstStart: (asset: Timed, since: FirstStart.Since) => number | null;
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

/**
 * The zones of the assets that a job may reach, each once, in order: what {@link Occasion.zones} holds. What lies outside its
 * scopes, or is of another platform, decides no time.
 */
export const zonesOf = (
  { targets, platform, formerScopes }: Pick<Job.Job, "targets" | "platform" | "formerScopes">,
  { scope, tree }: { readonly scope: TagScope.TagScope; readonly tree: TagTree },
  assets: readonly (TagSelection.Selectable & Pick<Asset, "timeZone" | "platform">)[],
): readonly string[] => {
  if (targets === null) return [];
  const select = TagSelection.compile(targets, tree);
  const scopes = [scope, ...formerScopes].map((each) => TagScope.compile(each, tree));
  const zones = new Set<string>();
  for (const asset of assets) {
    if (zones.has(asset.timeZone) || asset.platform !== platform || select(asset) !== "selected") continue;
    if (scopes.every((sees) => sees(asset.tags))) zones.add(asset.timeZone);
  }
  return [...zones].sort();
};

/**
 * Prepares the timing of a job's next occurrence, or of the one that the occasion names. Refused when the job has no time to
 * run any more: expired (SCH-06), ended (SCH-07), no such time (SCH-05).
 */
export const compile = (job: Planned, occasion: Occasion): Result<Timings, Rejection.Rejection> => {
  const { schedule } = job;
  // What an asset triggers runs on it at once; a job that lacks its schedule is looked at as if it ran now.
  const timed = schedule === null || Schedule.isTrigger(schedule) ? ({ _tag: "OnDemand" } as const) : schedule;
  const compiled = Schedule.compile(timed);
  if (!compiled.ok) return fail(first(compiled.error));
  const occurrence = occurrenceOf(compiled.value, job, occasion);
  if (!occurrence.ok) return occurrence;
  const { key, nominalLocal } = occurrence.value;
  const prepared: Prepared = { job, schedule: compiled.value, occurrence: occurrence.value, occasion };
  const of = timer(prepared, timingOf);
  const later = new Map<number, Timings["of"]>();
  // A run that starts in no zone, enabled too late for, has no later rings.
  const isRun = occurrence.value.instants.some(({ _tag }) => _tag === "Starts");
  return ok({
    occurrence: { key, nominalLocal: nominalLocal === null ? null : WallTime.print(nominalLocal) },
    of,
    inRing: (asset, ring) =>
      ring <= 1 || !isRun ? of(asset) : Memo.at(later, ring, () => ringTimer(prepared, ring))(asset),
    firstStart: (asset, since) => FirstStart.firstStart(clockOf(prepared, asset), since),
  });
};

const first = (rejections: readonly Rejection.Rejection[]): Rejection.Rejection =>
  rejections[0] ?? Rejection.make("SCH-01", "invalid", "this is no schedule", "schedule");

type Planned = Pick<Job.Job, "schedule" | "window" | "reboot" | "platform" | "rollout">;

interface Prepared {
  readonly job: Planned;
  readonly schedule: JobSchedule.JobSchedule;
  readonly occurrence: Occurrence.Occurrence;
  readonly occasion: Occasion;
}

const occurrenceOf = (
  schedule: JobSchedule.JobSchedule,
  job: Planned,
  occasion: Occasion,
): Result<Occurrence.Occurrence, Rejection.Rejection> => {
  const context = contextOf(job, occasion, zonesIn(occasion));
  if (schedule._tag === "Recurring") return slotOf(schedule, occasion, context);
  const planned = Occurrence.plan(schedule, context);
  return planned.ok
    ? planned
    : fail(Rejection.make(ruleOf(planned.error), "conflict", planned.error.message, "schedule"));
};

const zonesIn = (occasion: Occasion): readonly TimeZone.TimeZone[] => {
  const fallback = Subscription.zoneOf(occasion.defaultZone);
  const zones = occasion.zones.map((name) => JobSchedule.assetZone(name, fallback).zone);
  return zones.length === 0 ? [fallback] : zones;
};

const contextOf = (
  job: Planned,
  { enabledAt, leadMilliseconds }: Occasion,
  zones: readonly TimeZone.TimeZone[],
): Occurrence.PlanContext & { readonly lead: Duration.Duration } => ({
  zones,
  enabledAt: Instant.held(enabledAt),
  window: Job.windowOf(job),
  lead: Duration.milliseconds(leadMilliseconds),
});

const ruleOf = (error: JobSchedule.ScheduleError | Occurrence.Expired): string =>
  error._tag === "UnknownZone" ? "SCH-02" : error._tag === "InvalidWallTime" ? "SCH-01" : error.rule;

// The slot that is named, or the first that is in time in one of the zones (SCH-08).
const slotOf = (
  schedule: JobSchedule.Recurring,
  { slot: named, enabledAt, leadMilliseconds, notBefore = 0 }: Occasion,
  context: Occurrence.PlanContext,
): Result<Occurrence.Occurrence, Rejection.Rejection> => {
  const inTime = Instant.held(Math.max(enabledAt + leadMilliseconds, notBefore) - 1);
  const slot = named ?? Occurrence.slotsAfter(schedule, context.zones, inTime).next().value ?? null;
  if (slot === null) {
    return fail(Rejection.make("SCH-07", "conflict", "the schedule has no run left: it has ended", "schedule"));
  }
  const planned = Occurrence.planSlot(schedule, slot, context);
  return planned.ok ? planned : fail(Rejection.make("SCH-02", "conflict", planned.error.message, "schedule.zone"));
};

// Assets of one zone with the same blackouts and freezes have one timing, worked out once.
const timer = (prepared: Prepared, timingIn: (prepared: Prepared, calendar: Maintenance.Calendar) => AssetTiming) => {
  const { occasion } = prepared;
  const known = new Map<unknown, Map<unknown, Map<string, AssetTiming>>>();
  return (asset: Timed): AssetTiming => {
    const byFreezes = Memo.at(known, blackoutsOf(occasion, asset), () => new Map<unknown, Map<string, AssetTiming>>());
    const byZone = Memo.at(byFreezes, freezesOf(occasion, asset), () => new Map<string, AssetTiming>());
    return Memo.at(byZone, asset.timeZone, () => timingIn(prepared, calendarOf(occasion, asset)));
  };
};

const ringTimer = (prepared: Prepared, ring: number): Timings["of"] => {
  const soaks = (prepared.job.rollout?.rings ?? []).slice(0, ring - 1).map(({ soakDays }) => soakDays ?? 0);
  return timer(prepared, (_, calendar) => {
    const { job, schedule, occurrence, occasion } = prepared;
    const found = RingTiming.of(
      {
        schedule,
        window: Job.windowOf(job),
        calendar,
        enabledAt: Instant.held(occasion.enabledAt),
        lead: Duration.milliseconds(occasion.leadMilliseconds),
      },
      { nominalLocal: occurrence.nominalLocal, soaks },
    );
    if (found._tag === "NoSlot") return out("RNG-05", `ring ${ring} has no slot: ${found.reason}`);
    const validity = JobSchedule.validityFor(found.nominal, Job.windowOf(job));
    const zone = schedule._tag !== "OnDemand" && schedule.zone._tag === "Agent" ? calendar.zone.name : null;
    const isUnknown = schedule._tag === "OnDemand" && found.begins === found.nominal;
    return runs(prepared, calendar, { zone, validity, due: found.nominal, begins: found.begins, isUnknown });
  });
};

const NONE: readonly never[] = [];

const blackoutsOf = ({ blackouts }: Occasion, { id }: Timed) => blackouts.get(id) ?? NONE;
const freezesOf = ({ freezes }: Occasion, { id }: Timed) => freezes.get(id) ?? NONE;

const calendarOf = (occasion: Occasion, asset: Timed): Maintenance.Calendar => ({
  zone: JobSchedule.assetZone(asset.timeZone, Subscription.zoneOf(occasion.defaultZone)).zone,
  blackouts: blackoutsOf(occasion, asset),
  freezes: freezesOf(occasion, asset),
  inBlackout: occasion.inBlackout,
});

const clockOf = ({ job, schedule, occurrence, occasion }: Prepared, asset: Timed): FirstStart.Clock => {
  const { nominalLocal } = occurrence;
  const { enabledAt, window, lead, zones } = contextOf(job, occasion, zonesIn(occasion));
  const slot = schedule._tag === "Recurring" && nominalLocal !== null ? Recurrence.slotOf(nominalLocal) : null;
  return { schedule, window, calendar: calendarOf(occasion, asset), enabledAt, lead, slot, zones };
};

const timingOf = (prepared: Prepared, calendar: Maintenance.Calendar): AssetTiming => {
  const instant = instantIn(prepared, calendar.zone);
  switch (instant._tag) {
    case "Elapsed":
      return out("SCH-06", `its window was over at ${TimeReasons.iso(instant.endedAt)}`, "TimedOut");
    case "Skipped":
      return out("SCH-05", "the clocks skip the local time there, and the schedule skips it with them");
    case "TooSoon":
      return out("SCH-08", `it would have started at ${TimeReasons.iso(instant.nominal)}, too soon after the enabling`);
    case "Starts":
      return startOf(prepared, calendar, instant);
  }
};

// A zone that the job's targets have no asset in is asked about, too, when an asset there is to be explained.
const instantIn = (
  { job, schedule, occurrence, occasion }: Prepared,
  zone: TimeZone.TimeZone,
): Occurrence.ZoneInstant => {
  const known = Occurrence.forZone(occurrence, zone);
  if (known !== undefined) return known;
  const context = contextOf(job, occasion, [zone]);
  const { nominalLocal } = occurrence;
  const skipped = { _tag: "Skipped", zone: zone.name } as const;
  if (schedule._tag === "Recurring") {
    const there = nominalLocal && Occurrence.planSlot(schedule, Recurrence.slotOf(nominalLocal), context);
    return (there?.ok && there.value.instants[0]) || skipped;
  }
  const there = Occurrence.plan(schedule, context);
  if (there.ok) return there.value.instants[0] ?? skipped;
  if (there.error._tag !== "Expired") return skipped;
  const endedAt = Instant.held(Date.parse(there.error.endedAt));
  return { _tag: "Elapsed", zone: zone.name, nominal: endedAt, endedAt };
};

const startOf = (
  prepared: Prepared,
  calendar: Maintenance.Calendar,
  { zone, nominal, start, validity }: Extract<Occurrence.ZoneInstant, { readonly _tag: "Starts" }>,
): AssetTiming => {
  const { job, schedule, occasion } = prepared;
  const run: Maintenance.Run = {
    window: Job.windowOf(job),
    validity: Interval.of(start, validity.end),
    reserve: Duration.zero,
  };
  const verdict = Maintenance.judge(calendar, run, start);
  if (verdict._tag === "TimedOut" || verdict._tag === "CanceledBlackout") return lost(calendar, run, verdict._tag);
  const begins = verdict._tag === "Waits" ? verdict.until : start;
  // On demand, and past its time, it starts with the enabling, whenever that is.
  const isUnknown = begins === start && (schedule._tag === "OnDemand" || nominal < occasion.enabledAt);
  return runs(prepared, calendar, { zone, validity: run.validity, due: start, begins, isUnknown });
};

interface Begun extends Pick<PlanTiming, "zone"> {
  readonly validity: Interval.Interval;
  readonly due: Instant.Instant;
  readonly begins: Instant.Instant;
  /** It counts from the enabling: no instant is known yet. */
  readonly isUnknown: boolean;
}

const runs = (
  { job, schedule, occasion }: Prepared,
  calendar: Maintenance.Calendar,
  { zone, validity, due, begins, isUnknown }: Begun,
): AssetTiming => {
  const window = Job.windowOf(job);
  const windowEnd = schedule._tag === "OnDemand" ? null : validity.end;
  const timing: PlanTiming = {
    zone,
    start: isUnknown ? null : begins,
    windowEnd,
    latestReboot: windowEnd === null ? null : latestRebootOf(job, window, windowEnd, occasion),
  };
  const run: Maintenance.Run = { window, validity, reserve: Duration.zero };
  return { _tag: "Runs", timing, waits: TimeReasons.within(calendar, run, { from: due, to: begins }) };
};

// Freezes alone leave no start; or but for blackouts there would be one.
const lost = (
  calendar: Maintenance.Calendar,
  run: Maintenance.Run,
  shownAs: "TimedOut" | "CanceledBlackout",
): AssetTiming => {
  const { start: from, end: to } = run.validity;
  const all = TimeReasons.within(calendar, run, { from, to });
  const rule = shownAs === "TimedOut" ? "WIN-07" : "WIN-05";
  const because = rule === "WIN-07" ? all.filter((o) => o.rule === rule) : all;
  return out(rule, because.map((o) => o.reason).join("; "), shownAs);
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

const out = (rule: string, reason: string, shownAs?: Obstacle["shownAs"]): AssetTiming => ({
  _tag: "Out",
  obstacle: shownAs === undefined ? { rule, reason } : { rule, reason, shownAs },
});
