/**
 * When jobs may take assets down (PLN-06): a stretch for each occurrence and each asset that it may reach, from its earliest
 * start to the return from its latest reboot. Pure.
 *
 * A stretch may be too long and is never too short: what can't be told counts as down. So whether a patch is missing there by
 * then, a seat is free, the module is active, isn't asked; a job without a window, one whose reboot is suppressed, one with
 * rings and one that assets trigger have no end. When it starts, and whether it starts at all, is told by {@link PlanTiming}, as
 * the plan tells it.
 */
import {
  Duration,
  Instant,
  Interval,
  IntervalSet,
  JobSchedule,
  Occurrence,
  type PatchWindow,
  QuorumSchedule,
  type RebootTimeline,
  type TimeZone,
} from "@fettle/scheduler";
import * as Job from "../job/Job.ts";
import * as Schedule from "../job/Schedule.ts";
import * as Subscription from "../license/Subscription.ts";
import type { Circumstances } from "./Circumstances.ts";
import type { Occasion } from "./PlanInputs.ts";
import * as PlanTiming from "./PlanTiming.ts";

/** From a reboot until the asset serves again, at most: past that it is a fault, and none that was planned. */
export const COMING_BACK_MINUTES = 30;

/** Coming occurrences of one job that are looked at: a year of a daily one. */
export const OCCURRENCES_PER_JOB_MAX = 400;

/** An asset that a job may reach. */
export interface Reached {
  readonly id: string;
  readonly timeZone: string;
}

/** A job that is enabled, or is looked at as if it were. */
export interface EnabledJob {
  readonly job: Pick<Job.Job, "id" | "title" | "schedule" | "window" | "reboot" | "platform" | "rollout">;
  /** When it was enabled, or would be. */
  readonly enabledAt: number;
  readonly reaches: readonly Reached[];
  /** Keys of the occurrences that have a run: what is left of those is told by {@link UnfinishedRun}. */
  readonly materialised: ReadonlySet<string>;
}

/** An asset's part in a run that may have it down yet, whatever has become of the job. */
export interface UnfinishedRun {
  readonly assetId: string;
  readonly jobId: string;
  readonly title: string;
  readonly occurrenceKey: string;
  /** When it may start there, and the end of its window (null: none). */
  readonly start: number;
  readonly windowEnd: number | null;
  /** What the run keeps of its job; null: nothing, and no bound is known. */
  readonly conduct: RunConduct | null;
  /** The control plane takes it for over, and the asset may not have heard: it counts as long as it was planned to take. */
  readonly isPresumedOver: boolean;
}

export interface RunConduct {
  readonly bound: PatchWindow.WindowBound;
  readonly reboot: RebootTimeline.RebootSettings;
}

/** Why an asset may be down. */
export interface Cause {
  readonly jobId: string;
  readonly title: string;
  /** Null where an asset triggers it. */
  readonly occurrenceKey: string | null;
  /** An occurrence to come; a run that is under way; one that should have been over and isn't. */
  readonly what: "coming" | "under-way" | "overdue";
}

/** A stretch in which an asset may be down. */
export interface Disruption {
  readonly assetId: string;
  readonly interval: Interval.Interval;
  readonly cause: Cause;
}

export interface Coming {
  readonly disruptions: readonly Disruption[];
  /** From when on there are more occurrences than were looked at; null: all were. */
  readonly cutAt: number | null;
}

/** From when until when. */
export interface Span {
  readonly now: number;
  readonly to: number;
}

/** The stretches of a job's occurrences that have no run yet, as far as they begin before the end of the span. */
export const coming = (enabled: EnabledJob, circumstances: Circumstances, span: Span): Coming => {
  const { job, reaches, enabledAt } = enabled;
  const { schedule } = job;
  if (schedule === null || reaches.length === 0) return { disruptions: [], cutAt: null };
  if (Schedule.isTrigger(schedule)) {
    const interval = Interval.from(Instant.held(Math.max(enabledAt, span.now)));
    const cause = causeOf(job, null);
    return { disruptions: reaches.map(({ id }) => ({ assetId: id, interval, cause })), cutAt: null };
  }
  const compiled = Schedule.compile(schedule);
  if (!compiled.ok) return { disruptions: [], cutAt: null };
  const zones = [...new Set(reaches.map((a) => a.timeZone))].sort();
  const occasion: Occasion = { ...circumstances, slot: null, enabledAt, zones };
  if (compiled.value._tag !== "Recurring") {
    return { disruptions: at(enabled, occasion, { reaches, now: span.now }), cutAt: null };
  }
  return ofSlots(enabled, occasion, { schedule: compiled.value, span });
};

/** The stretch in which an unfinished run may have its asset down; null: that is over. */
export const ofRun = (run: UnfinishedRun, { workMilliseconds }: Circumstances, now: number): Disruption | null => {
  const interval = frozenStretch(run, workMilliseconds);
  if (run.isPresumedOver && isOver(run, workMilliseconds, now)) return null;
  // It should have been over: by what was planned nothing more is known of it.
  const isOverdue = Interval.isOver(interval, Instant.held(now));
  const { assetId, jobId, title, occurrenceKey } = run;
  const what = isOverdue ? "overdue" : "under-way";
  return {
    assetId,
    interval: isOverdue ? Interval.from(Instant.held(now)) : interval,
    cause: { jobId, title, occurrenceKey, what },
  };
};

/** Whether all that a run was planned to do is past, the reboot included where it is forced. */
export const isOver = (
  run: Pick<UnfinishedRun, "start" | "windowEnd" | "conduct">,
  workMilliseconds: number,
  now: number,
): boolean => {
  if (run.windowEnd === null) return false;
  const { bound, reboot } = run.conduct ?? { bound: "start", reboot: atOnce };
  const conduct = { bound, reboot: reboot._tag === "Suppress" ? atOnce : reboot };
  return Interval.isOver(frozenStretch({ ...run, conduct }, workMilliseconds), Instant.held(now));
};

const atOnce: RebootTimeline.RebootSettings = { _tag: "Automatic", countdownMinutes: null };

const DAY_MS = 86_400_000;

interface Slots {
  readonly schedule: JobSchedule.Recurring;
  readonly span: Span;
}

const ofSlots = (enabled: EnabledJob, occasion: Occasion, { schedule, span }: Slots): Coming => {
  const fallback = Subscription.zoneOf(occasion.defaultZone);
  const zones = occasion.zones.map((name) => JobSchedule.assetZone(name, fallback).zone);
  const disruptions: Disruption[] = [];
  // Down without an end by an earlier occurrence: a later one adds nothing.
  const isOut = new Set<string>();
  let looked = 0;
  for (const slot of Occurrence.slotsAfter(schedule, zones, firstAfter(enabled, schedule, zones, span.now))) {
    // No clock shows a local time a day before UTC does.
    const earliest = slot - DAY_MS;
    if (earliest >= span.to || isOut.size === enabled.reaches.length) break;
    if (looked === OCCURRENCES_PER_JOB_MAX) return { disruptions, cutAt: Math.max(earliest, span.now) };
    looked += 1;
    const reaches = isOut.size === 0 ? enabled.reaches : enabled.reaches.filter(({ id }) => !isOut.has(id));
    for (const found of at(enabled, { ...occasion, slot }, { reaches, now: span.now })) {
      disruptions.push(found);
      if (found.interval.end === null) isOut.add(found.assetId);
    }
  }
  return { disruptions, cutAt: null };
};

// What may still begin: where there is a window, what is in it. Without, the last that was missed may be caught up (SCH-13), and
// what came after it while it was missed; zones are two days apart at most.
const firstAfter = (
  { job }: EnabledJob,
  { recurrence, zone: mode, resolution }: JobSchedule.Recurring,
  zones: readonly TimeZone.TimeZone[],
  now: number,
): Instant.Instant => {
  if (job.window !== undefined && job.rollout === undefined) return Instant.held(now - job.window.minutes * 60_000 - 1);
  const before = Instant.held(now - 2 * DAY_MS - 1);
  return zones.reduce<Instant.Instant>((first, place) => {
    const zone = JobSchedule.zoneOf(mode, place);
    const previous = zone.ok ? JobSchedule.previousStart(recurrence, zone.value, before, resolution) : null;
    return previous === null ? first : Instant.min(first, Instant.held(previous.instant - 1));
  }, before);
};

// One occurrence, on each asset: the plan's own timing, as long as it lacks a run.
const at = (
  { job, enabledAt, materialised }: EnabledJob,
  occasion: Occasion,
  { reaches, now }: { readonly reaches: readonly Reached[]; readonly now: number },
): readonly Disruption[] => {
  const timings = PlanTiming.compile(job, occasion);
  if (!timings.ok) return [];
  const { key } = timings.value.occurrence;
  // Of a rollout each ring has its run, and others may follow.
  if (materialised.has(key) && job.rollout === undefined) return [];
  const hasRings = (job.rollout?.rings.length ?? 0) > 1;
  const cause = causeOf(job, key);
  const known = new Map<PlanTiming.AssetTiming, Interval.Interval | null>();
  return reaches.flatMap((asset): readonly Disruption[] => {
    const first = timings.value.of(asset);
    // Whom the first ring has no time for, a later one may take.
    const timing = first._tag === "Out" && hasRings ? timings.value.inRing(asset, 2) : first;
    let interval = known.get(timing);
    if (interval === undefined) {
      interval = stretchOf(job, timing, { enabledAt, now, workMilliseconds: occasion.workMilliseconds });
      known.set(timing, interval);
    }
    return interval === null ? [] : [{ assetId: asset.id, interval, cause }];
  });
};

interface Moment {
  readonly enabledAt: number;
  readonly now: number;
  readonly workMilliseconds: number;
}

const stretchOf = (
  job: EnabledJob["job"],
  timing: PlanTiming.AssetTiming,
  { enabledAt, now, workMilliseconds }: Moment,
): Interval.Interval | null => {
  if (timing._tag === "Out") return null;
  const { start, windowEnd } = timing.timing;
  const window = Job.windowOf(job);
  const begins = Instant.held(Math.max(start ?? enabledAt, now));
  const hasRings = job.rollout !== undefined;
  // The first ring's window may be over while others are to come.
  const end = hasRings ? null : (windowEnd ?? onDemandEnd(job.schedule, window, enabledAt));
  if (end !== null && end <= now) return null;
  const validity = Interval.of(begins, end === null ? null : Instant.held(end));
  return stretch({ window, validity, reboot: job.reboot, hasRings, workMilliseconds });
};

// A plan on demand names no instants, since nobody knows when it will be enabled; here it is known.
const onDemandEnd = (
  schedule: Schedule.Schedule | null,
  window: PatchWindow.PatchWindow,
  enabledAt: number,
): number | null =>
  schedule?._tag === "OnDemand" ? JobSchedule.validityFor(Instant.held(enabledAt), window).end : null;

const frozenStretch = (
  { start, windowEnd, conduct }: Pick<UnfinishedRun, "start" | "windowEnd" | "conduct">,
  workMilliseconds: number,
): Interval.Interval => {
  const begins = Instant.held(start);
  if (windowEnd === null || conduct === null) return Interval.from(begins);
  const { bound, reboot } = conduct;
  const validity = Interval.of(begins, Instant.held(windowEnd));
  const window: PatchWindow.PatchWindow = { _tag: "Bounded", minutes: (windowEnd - start) / 60_000, bound };
  return stretch({ window, validity, reboot, hasRings: false, workMilliseconds });
};

interface Work {
  readonly window: PatchWindow.PatchWindow;
  readonly validity: Interval.Interval;
  readonly reboot: RebootTimeline.RebootSettings;
  /** Its later rings start when the earlier have soaked and somebody has said so: nobody knows when (RNG-05). */
  readonly hasRings: boolean;
  readonly workMilliseconds: number;
}

const stretch = ({ window, validity, reboot, hasRings, workMilliseconds }: Work): Interval.Interval =>
  hasRings
    ? Interval.from(validity.start)
    : QuorumSchedule.stretchOf({
        window,
        validity,
        reboot,
        work: Duration.milliseconds(workMilliseconds),
        noReboot: IntervalSet.none,
        comingBack: Duration.minutes(COMING_BACK_MINUTES),
      });

const causeOf = ({ id, title }: EnabledJob["job"], occurrenceKey: string | null): Cause => ({
  jobId: id,
  title,
  occurrenceKey,
  what: "coming",
});
