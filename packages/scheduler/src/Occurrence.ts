/**
 * One time that a job runs: its key, and the instants at which it starts in each zone.
 *
 * - The key is made of the schedule's own words only, never of instants or zone rules: every machine makes the same one,
 *   whatever its tzdata, and a job never makes one twice.
 * - Each zone starts for itself (SCH-03); windows count from the nominal start, so they may have elapsed in some zones by the
 *   time a job is enabled (SCH-06).
 */
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";
import * as JobSchedule from "./JobSchedule.ts";
import type { PatchWindow } from "./PatchWindow.ts";
import { fail, ok, type Result } from "./Result.ts";
import * as TimeZone from "./TimeZone.ts";
import * as WallTime from "./WallTime.ts";

/** What happens in one zone. `zone` is its name, or null when one answer holds for every asset. */
export type ZoneInstant =
  | {
      readonly _tag: "Starts";
      readonly zone: string | null;
      readonly nominal: Instant.Instant;
      /** The nominal start, or later, when the job was enabled. */
      readonly start: Instant.Instant;
      readonly validity: Interval.Interval;
    }
  /** The window had elapsed when the job was enabled: the assets there are Timed Out (SCH-06). */
  | {
      readonly _tag: "Elapsed";
      readonly zone: string | null;
      readonly nominal: Instant.Instant;
      readonly endedAt: Instant.Instant;
    }
  /** The local time lies in a gap there, and the schedule skips gaps (SCH-05). */
  | { readonly _tag: "Skipped"; readonly zone: string | null };

export type Occurrence = {
  readonly key: string;
  /** `agent`, `±HH:MM` or a zone's name; null on demand. */
  readonly zoneRule: string | null;
  /** The local time that the schedule names; null on demand. */
  readonly nominalLocal: WallTime.WallTime | null;
  readonly instants: readonly ZoneInstant[];
  /** From the first nominal start to the end of the last window, over the zones that start; empty if none does. */
  readonly validity: Interval.Interval;
};

/** The window had elapsed in every zone when the job was to be enabled: it is Expired, and enabling is refused (SCH-06). */
export type Expired = {
  readonly _tag: "Expired";
  readonly rule: "SCH-06";
  /** When the last window ended, in UTC. */
  readonly endedAt: string;
  readonly message: string;
};

/**
 * The name of a job's occurrence, the same on every machine: `on-demand`, or `once:<local time>@<zone rule>#<fold>`, where the
 * fold says which of two equal local times is meant, 0 the earlier, 1 the later, whether or not there are two in some zone.
 */
export const occurrenceKey = (schedule: JobSchedule.JobSchedule): string => {
  if (schedule._tag === "OnDemand") return "on-demand";
  const fold = schedule.resolution?.overlap === "later" ? 1 : 0;
  return `once:${WallTime.print(schedule.at)}@${JobSchedule.zoneRule(schedule.zone)}#${fold}`;
};

/** What an occurrence is planned from besides the schedule. */
export type PlanContext = {
  /** The zones of the assets; they count with zone mode `Agent` only. */
  readonly zones: readonly TimeZone.TimeZone[];
  readonly enabledAt: Instant.Instant;
  readonly window: PatchWindow;
};

/**
 * The occurrence of a run-once job that is enabled at `enabledAt` for assets in `zones`. With zone mode `Agent` there is an
 * instant for each zone (SCH-03), else one for all. Refused when no zone is left to start in: `Expired`, or `NoSuchTime`.
 *
 * @example Occurrence.plan(schedule, { zones: [newYork, tokyo], enabledAt, window: PatchWindow.none })
 */
export const plan = (
  schedule: JobSchedule.JobSchedule,
  context: PlanContext,
): Result<Occurrence, JobSchedule.ScheduleError | Expired> => {
  const instants: ZoneInstant[] = [];
  let skipped: JobSchedule.NoSuchTime | null = null;
  for (const [name, zone] of placesOf(schedule, context.zones)) {
    const nominal = JobSchedule.nominalFor(schedule, { zone, enabledAt: context.enabledAt });
    if (nominal.ok) instants.push(inZone(name, nominal.value, context));
    else if (nominal.error._tag !== "NoSuchTime") return fail(nominal.error);
    else {
      skipped = nominal.error;
      instants.push({ _tag: "Skipped", zone: name });
    }
  }
  const starting = instants.filter((instant) => instant._tag === "Starts");
  const elapsed = instants.filter((instant) => instant._tag === "Elapsed");
  if (starting.length === 0 && elapsed.length > 0) return expired(elapsed.map(({ endedAt }) => endedAt));
  if (starting.length === 0 && skipped !== null) return fail(skipped);
  const nothing = Interval.of(context.enabledAt, context.enabledAt);
  return ok({
    key: occurrenceKey(schedule),
    zoneRule: schedule._tag === "Once" ? JobSchedule.zoneRule(schedule.zone) : null,
    nominalLocal: schedule._tag === "Once" ? schedule.at : null,
    instants,
    validity: starting.map(({ validity }) => validity).reduce(Interval.hull, nothing),
  });
};

/** What happens to an asset in `zone`; undefined when the zone wasn't planned for. */
export const forZone = (self: Occurrence, zone: TimeZone.TimeZone): ZoneInstant | undefined =>
  self.instants.find((instant) => instant.zone === null || instant.zone === zone.name);

/** The zones to answer for, each once, by name; a single nameless one where the assets' zones don't count. */
const placesOf = (
  schedule: JobSchedule.JobSchedule,
  zones: readonly TimeZone.TimeZone[],
): ReadonlyMap<string | null, TimeZone.TimeZone> => {
  const isPerZone = schedule._tag === "Once" && schedule.zone._tag === "Agent";
  return isPerZone ? new Map(zones.map((zone) => [zone.name, zone])) : new Map([[null, TimeZone.utc]]);
};

const inZone = (zone: string | null, nominal: Instant.Instant, { enabledAt, window }: PlanContext): ZoneInstant => {
  const validity = JobSchedule.validityFor(nominal, window);
  const { end } = validity;
  if (end !== null && enabledAt >= end) return { _tag: "Elapsed", zone, nominal, endedAt: end };
  return { _tag: "Starts", zone, nominal, start: Instant.max(nominal, enabledAt), validity };
};

const expired = (ends: readonly Instant.Instant[]): { readonly ok: false; readonly error: Expired } => {
  const endedAt = Instant.toIso(ends.reduce(Instant.max));
  const message = `The patch window had elapsed in every zone by ${endedAt}: make a new job, or clone this one with a later start.`;
  return fail({ _tag: "Expired", rule: "SCH-06", endedAt, message });
};
