/**
 * When a job is to run: on demand, once at a local date and time, or again and again (SCH-01), in the zones of its assets, at
 * a fixed offset or in a named zone (SCH-02).
 *
 * - The *nominal* start is what the schedule says; windows count from it. The start of a run-once job is never before it was
 *   enabled (SCH-06): a run enabled late starts at once, within what is left of its window.
 * - A recurring job starts at each of its local times, in each zone for itself (SCH-03). Two that mean the same instant in a
 *   zone, as on a day that a zone skipped, are one start; the later one names it.
 */
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";
import type { PatchWindow } from "./PatchWindow.ts";
import * as Recurrence from "./Recurrence.ts";
import { fail, ok, type Result } from "./Result.ts";
import * as TimeZone from "./TimeZone.ts";
import * as WallTime from "./WallTime.ts";

/** Whose clock a local time is read from (SCH-02): each asset's own, a fixed offset's, or that of an IANA zone. */
export type ZoneMode =
  | { readonly _tag: "Agent" }
  | { readonly _tag: "Fixed"; readonly offsetMinutes: number }
  | { readonly _tag: "Named"; readonly zone: string };

/** Plain data, as stored. `resolution` says what gaps and overlaps do; left out, it is `TimeZone.compatible` (SCH-05). */
export type JobSchedule =
  | { readonly _tag: "OnDemand" }
  | {
      readonly _tag: "Once";
      readonly at: WallTime.WallTime;
      readonly zone: ZoneMode;
      readonly resolution?: TimeZone.Resolution;
    }
  | {
      readonly _tag: "Recurring";
      readonly recurrence: Recurrence.Recurrence;
      readonly zone: ZoneMode;
      readonly resolution?: TimeZone.Resolution;
    };

/** A schedule that a job runs by once, and one that it runs by again and again. */
export type RunOnce = Exclude<JobSchedule, { readonly _tag: "Recurring" }>;
export type Recurring = Extract<JobSchedule, { readonly _tag: "Recurring" }>;

/** One start of a recurring schedule in a zone. */
export type Start = {
  /** The local time that the schedule names. */
  readonly slot: Recurrence.Slot;
  readonly instant: Instant.Instant;
};

/** What a start depends on besides the schedule: the asset's zone, which counts with zone mode `Agent` only, and when the job was enabled. */
export type StartContext = { readonly zone: TimeZone.TimeZone; readonly enabledAt: Instant.Instant };

/** The local time lies in a gap of the zone, and the schedule skips gaps (SCH-05). */
export type NoSuchTime = {
  readonly _tag: "NoSuchTime";
  readonly rule: "SCH-05";
  readonly at: string;
  readonly zone: string;
  readonly message: string;
};

/** The start is past, in every zone concerned (SCH-06); `start` is the last of them, in UTC. */
export type PastStart = {
  readonly _tag: "PastStart";
  readonly rule: "SCH-06";
  readonly start: string;
  readonly now: string;
  readonly message: string;
};

/** A recurring schedule has no time left (SCH-07). */
export type Ended = {
  readonly _tag: "Ended";
  readonly rule: "SCH-07";
  readonly lastLocal: string;
  readonly zone: string;
  readonly message: string;
};

/** Why a schedule has no start in a zone. */
export type ScheduleError = TimeZone.UnknownZone | WallTime.InvalidWallTime | NoSuchTime | Ended;

/** Starts when the job is enabled. */
export const onDemand: RunOnce = { _tag: "OnDemand" };

/**
 * Starts once, at a local date and time.
 *
 * @example JobSchedule.once({ at, zone: { _tag: "Named", zone: "Europe/Paris" } })
 */
export const once = (schedule: {
  readonly at: WallTime.WallTime;
  readonly zone: ZoneMode;
  readonly resolution?: TimeZone.Resolution;
}): Result<RunOnce, TimeZone.UnknownZone | WallTime.InvalidWallTime> => {
  const at = WallTime.of(schedule.at);
  if (!at.ok) return at;
  const zone = zoneOf(schedule.zone, TimeZone.utc);
  return zone.ok ? ok({ ...schedule, _tag: "Once", at: at.value }) : zone;
};

/**
 * Starts at each local time of a recurrence.
 *
 * @example JobSchedule.recurring({ recurrence, zone: { _tag: "Agent" } })
 */
export const recurring = (schedule: {
  readonly recurrence: Recurrence.Recurrence;
  readonly zone: ZoneMode;
  readonly resolution?: TimeZone.Resolution;
}): Result<Recurring, TimeZone.UnknownZone> => {
  const zone = zoneOf(schedule.zone, TimeZone.utc);
  return zone.ok ? ok({ ...schedule, _tag: "Recurring" }) : zone;
};

/**
 * The first start of a recurrence in a zone that comes after an instant; null if there is none.
 *
 * @example JobSchedule.nextStart(recurrence, newYork, now)?.instant
 */
export const nextStart = (
  recurrence: Recurrence.Recurrence,
  zone: TimeZone.TimeZone,
  after: Instant.Instant,
  resolution: TimeZone.Resolution = TimeZone.compatible,
): Start | null => {
  const { from, until, offset } = TimeZone.stretchAt(zone, after);
  // Away from changes of clocks, local times come in the order in which they are written.
  if (after >= from + TimeZone.CHANGE_REACH && after < until - TimeZone.CHANGE_REACH) {
    const slot = Recurrence.next(recurrence, after + offset);
    if (slot === null) return null;
    const instant = slot - offset < until - TimeZone.CHANGE_REACH ? slot - offset : TimeZone.plainInstant(zone, slot);
    if (instant !== null) return { slot, instant: instant as Instant.Instant };
  }
  return nextNearChange(recurrence, zone, after, resolution);
};

const nextNearChange = (
  recurrence: Recurrence.Recurrence,
  zone: TimeZone.TimeZone,
  after: Instant.Instant,
  resolution: TimeZone.Resolution,
): Start | null => {
  const passed = after + TimeZone.offsetAt(zone, after) - TimeZone.CHANGE_REACH;
  for (let slot = Recurrence.next(recurrence, passed); slot !== null; slot = Recurrence.next(recurrence, slot)) {
    const instant = startAt(recurrence, zone, slot, resolution);
    if (instant !== null && instant > after) return { slot, instant };
  }
  return null;
};

/**
 * The instant at which a recurrence starts in a zone at one of its slots. Null where the zone has no such time (SCH-05), or where
 * the slot that follows means the same instant, as on a day that the zone left out: then that one names the start.
 */
export const startAt = (
  recurrence: Recurrence.Recurrence,
  zone: TimeZone.TimeZone,
  slot: Recurrence.Slot,
  resolution: TimeZone.Resolution = TimeZone.compatible,
): Instant.Instant | null => {
  const instant = TimeZone.resolveLocal(zone, slot, resolution);
  if (instant === null) return null;
  const following = Recurrence.next(recurrence, slot);
  const isSame = following !== null && TimeZone.resolveLocal(zone, following, resolution) === instant;
  return isSame ? null : (instant as Instant.Instant);
};

/** The last start of a recurrence in a zone that comes before an instant; null if there is none. */
export const previousStart = (
  recurrence: Recurrence.Recurrence,
  zone: TimeZone.TimeZone,
  before: Instant.Instant,
  resolution: TimeZone.Resolution = TimeZone.compatible,
): Start | null => {
  const coming = before + TimeZone.offsetAt(zone, before) + TimeZone.CHANGE_REACH;
  for (
    let slot = Recurrence.previous(recurrence, coming);
    slot !== null;
    slot = Recurrence.previous(recurrence, slot)
  ) {
    const instant = TimeZone.resolveLocal(zone, slot, resolution);
    if (instant !== null && instant < before) return { slot, instant: instant as Instant.Instant };
  }
  return null;
};

/** The starts in `[from, to)`, in order; lazy. */
export function* startsBetween(
  recurrence: Recurrence.Recurrence,
  zone: TimeZone.TimeZone,
  { from, to }: { readonly from: Instant.Instant; readonly to: Instant.Instant },
  resolution: TimeZone.Resolution = TimeZone.compatible,
): Generator<Start, void, undefined> {
  let start = nextStart(recurrence, zone, (from - 1) as Instant.Instant, resolution);
  while (start !== null && start.instant < to) {
    yield start;
    start = nextStart(recurrence, zone, start.instant, resolution);
  }
}

/** On-demand jobs start at once: there is no time before in which files could be fetched (SCH-15). */
export type NoTimeBefore = { readonly _tag: "NoTimeBefore"; readonly rule: "SCH-15"; readonly message: string };

/** Refuses opportunistic download where there is no time for it (SCH-15). */
export const refuseOpportunisticDownload = (schedule: JobSchedule): Result<JobSchedule, NoTimeBefore> =>
  schedule._tag === "OnDemand"
    ? fail({
        _tag: "NoTimeBefore",
        rule: "SCH-15",
        message:
          "An on-demand job can't fetch files before it starts: schedule it, or leave opportunistic download out.",
      })
    : ok(schedule);

/**
 * Refuses a schedule whose start is past when it is saved (SCH-06); starting now is in time. With zone mode `Agent` it is
 * past when it is in each of `zones`, those of the assets known so far; with none known, in the last zone on earth.
 */
export const refusePast = (
  schedule: JobSchedule,
  { now, zones }: { readonly now: Instant.Instant; readonly zones: readonly TimeZone.TimeZone[] },
): Result<JobSchedule, ScheduleError | PastStart> => {
  if (schedule._tag !== "Once") return ok(schedule);
  const concerned = zones.length === 0 ? [TimeZone.westernmost] : zones;
  const starts = concerned.map((zone) => nominalFor(schedule, { zone, enabledAt: now }));
  const known = starts.flatMap((start) => (start.ok ? [start.value] : []));
  const refused = starts.find((start) => !start.ok);
  if (refused !== undefined && known.length === 0) return refused;
  const last = known.reduce(Instant.max, Instant.earliest);
  if (last >= now) return ok(schedule);
  const [start, shownNow] = [Instant.toIso(last), Instant.toIso(now)];
  const message = `The start, ${start} where it comes last, is past (now ${shownNow}): choose a later one, or run the job on demand.`;
  return fail({ _tag: "PastStart", rule: "SCH-06", start, now: shownNow, message });
};

/**
 * The start that the schedule names for an asset (SCH-01): when the job was enabled, or its local time in the zone that
 * counts. It may lie before the job was enabled. Patch windows count from here.
 */
export const nominalFor = (
  schedule: JobSchedule,
  { zone, enabledAt }: StartContext,
): Result<Instant.Instant, ScheduleError> => {
  if (schedule._tag === "OnDemand") return ok(enabledAt);
  const rule = zoneOf(schedule.zone, zone);
  if (!rule.ok) return rule;
  if (schedule._tag === "Recurring") return firstFor(schedule, rule.value, enabledAt);
  const at = WallTime.of(schedule.at);
  if (!at.ok) return at;
  const start = TimeZone.resolve(rule.value, at.value, schedule.resolution);
  return start === null ? noSuchTime(at.value, rule.value) : ok(start);
};

/**
 * When an asset may start: at the nominal start, or if that has passed, as soon as the job is enabled (SCH-06). Whether the
 * window has elapsed by then is for `Interval.isOver(validityFor(nominal, window), enabledAt)`; `Occurrence.plan` does both.
 *
 * @example JobSchedule.startsFor(schedule, { zone: newYork, enabledAt })
 */
export const startsFor = (schedule: JobSchedule, context: StartContext): Result<Instant.Instant, ScheduleError> => {
  const nominal = nominalFor(schedule, context);
  return nominal.ok ? ok(Instant.max(nominal.value, context.enabledAt)) : nominal;
};

/** The stretch in which a run may begin or be at work: its window, from the *nominal* start on; without a window, for ever (WIN-01). */
export const validityFor = (nominal: Instant.Instant, window: PatchWindow): Interval.Interval =>
  window._tag === "None" ? Interval.from(nominal) : Interval.lasting(nominal, Duration.minutes(window.minutes));

/** The zone that a mode reads its local times in (SCH-02), for an asset in `assetZone`. */
export const zoneOf = (
  mode: ZoneMode,
  assetZone: TimeZone.TimeZone,
): Result<TimeZone.TimeZone, TimeZone.UnknownZone> => {
  if (mode._tag === "Agent") return ok(assetZone);
  return mode._tag === "Fixed" ? TimeZone.fixed(mode.offsetMinutes) : TimeZone.of(mode.zone);
};

/** The zone of an asset from the name that its agent reported, or the subscription's default, and whether it is that (SCH-03). */
export const assetZone = (
  reported: string | null,
  fallback: TimeZone.TimeZone,
): { readonly zone: TimeZone.TimeZone; readonly isDefault: boolean } => {
  const known = reported === null ? null : TimeZone.of(reported);
  return known?.ok ? { zone: known.value, isDefault: false } : { zone: fallback, isDefault: true };
};

/** One word for a zone mode: `agent`, `±HH:MM`, or the zone's name as the schedule has it. */
export const zoneRule = (mode: ZoneMode): string => {
  if (mode._tag === "Agent") return "agent";
  return mode._tag === "Fixed" ? TimeZone.offsetName(mode.offsetMinutes) : mode.zone;
};

const firstFor = (
  { recurrence, resolution }: Recurring,
  zone: TimeZone.TimeZone,
  enabledAt: Instant.Instant,
): Result<Instant.Instant, Ended> => {
  const start = nextStart(recurrence, zone, (enabledAt - 1) as Instant.Instant, resolution);
  if (start !== null) return ok(start.instant);
  const last = WallTime.print(Recurrence.wallOf(recurrence.lastSlot));
  const message = `The recurrence has ended: its last time in ${zone.name} is ${last}. Choose a later end, or none.`;
  return fail({ _tag: "Ended", rule: "SCH-07", lastLocal: last, zone: zone.name, message });
};

const noSuchTime = (
  wall: WallTime.WallTime,
  { name: zone }: TimeZone.TimeZone,
): { readonly ok: false; readonly error: NoSuchTime } => {
  const at = WallTime.print(wall);
  const message = `${at} does not occur in ${zone}, whose clocks go forward over it: choose another time, or gap "shift" or "next-valid".`;
  return fail({ _tag: "NoSuchTime", rule: "SCH-05", at, zone, message });
};
