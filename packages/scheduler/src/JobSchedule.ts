/**
 * When a job is to run: on demand, or once at a local date and time (SCH-01), in the zones of its assets, at a fixed offset
 * or in a named zone (SCH-02).
 *
 * - The *nominal* start is what the schedule says; windows count from it. The start is never before the job was enabled
 *   (SCH-06): a run enabled late starts at once, within what is left of its window.
 * - Recurring schedules will be further members of the union `JobSchedule`.
 */
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";
import type { PatchWindow } from "./PatchWindow.ts";
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

/** Why a schedule has no start in a zone. */
export type ScheduleError = TimeZone.UnknownZone | WallTime.InvalidWallTime | NoSuchTime;

/** Starts when the job is enabled. */
export const onDemand: JobSchedule = { _tag: "OnDemand" };

/**
 * Starts once, at a local date and time.
 *
 * @example JobSchedule.once({ at, zone: { _tag: "Named", zone: "Europe/Paris" } })
 */
export const once = (schedule: {
  readonly at: WallTime.WallTime;
  readonly zone: ZoneMode;
  readonly resolution?: TimeZone.Resolution;
}): Result<JobSchedule, TimeZone.UnknownZone | WallTime.InvalidWallTime> => {
  const at = WallTime.of(schedule.at);
  if (!at.ok) return at;
  const zone = zoneOf(schedule.zone, TimeZone.utc);
  return zone.ok ? ok({ ...schedule, _tag: "Once", at: at.value }) : zone;
};

/**
 * Refuses a schedule whose start is past when it is saved (SCH-06); starting now is in time. With zone mode `Agent` it is
 * past when it is in each of `zones`, those of the assets known so far; with none known, in the last zone on earth.
 */
export const refusePast = (
  schedule: JobSchedule,
  { now, zones }: { readonly now: Instant.Instant; readonly zones: readonly TimeZone.TimeZone[] },
): Result<JobSchedule, ScheduleError | PastStart> => {
  if (schedule._tag === "OnDemand") return ok(schedule);
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
  const at = WallTime.of(schedule.at);
  if (!at.ok) return at;
  const rule = zoneOf(schedule.zone, zone);
  if (!rule.ok) return rule;
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

const noSuchTime = (
  wall: WallTime.WallTime,
  { name: zone }: TimeZone.TimeZone,
): { readonly ok: false; readonly error: NoSuchTime } => {
  const at = WallTime.print(wall);
  const message = `${at} does not occur in ${zone}, whose clocks go forward over it: choose another time, or gap "shift" or "next-valid".`;
  return fail({ _tag: "NoSuchTime", rule: "SCH-05", at, zone, message });
};
