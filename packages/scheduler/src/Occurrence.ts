/**
 * One time that a job runs: its key, and the instants at which it starts in each zone.
 *
 * - The key is made of the schedule's own words only, never of instants or zone rules: every machine makes the same one,
 *   whatever its tzdata, and a job never makes one twice.
 * - Each zone starts for itself (SCH-03); windows count from the nominal start, so they may have elapsed in some zones by the
 *   time a job is enabled (SCH-06).
 */
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";
import * as JobSchedule from "./JobSchedule.ts";
import * as Limits from "./Limits.ts";
import type { PatchWindow } from "./PatchWindow.ts";
import * as Recurrence from "./Recurrence.ts";
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
  /**
   * The local time lies in a gap there, and the schedule skips gaps (SCH-05); or the gap is so long, a day, that the next local
   * time of the job means the same instant, and starts then.
   */
  | { readonly _tag: "Skipped"; readonly zone: string | null }
  /** The job was enabled less than the lead before: the next time is taken there (SCH-08). */
  | {
      readonly _tag: "TooSoon";
      readonly zone: string | null;
      readonly nominal: Instant.Instant;
      readonly lead: Duration.Duration;
    };

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
 * The name of a run-once job's occurrence, the same on every machine: `on-demand`, or `once:<local time>@<zone rule>#<fold>`,
 * where the fold says which of two equal local times is meant, 0 the earlier, 1 the later, whether or not there are two in some
 * zone.
 */
export const occurrenceKey = (schedule: JobSchedule.RunOnce): string =>
  schedule._tag === "OnDemand" ? "on-demand" : `once:${localKey(schedule, schedule.at)}`;

/** The name of a recurring job's occurrence at a slot, `at:…` likewise: no two slots of a job share one. */
export const slotKey = (schedule: JobSchedule.Recurring, slot: Recurrence.Slot): string =>
  `at:${localKey(schedule, Recurrence.wallOf(slot))}`;

const localKey = (
  { zone, resolution }: Pick<JobSchedule.Recurring, "zone" | "resolution">,
  local: WallTime.WallTime,
): string => `${WallTime.print(local)}@${JobSchedule.zoneRule(zone)}#${resolution?.overlap === "later" ? 1 : 0}`;

/** What an occurrence is planned from besides the schedule. */
export type PlanContext = {
  /** The zones of the assets; they count with zone mode `Agent` only. */
  readonly zones: readonly TimeZone.TimeZone[];
  readonly enabledAt: Instant.Instant;
  readonly window: PatchWindow;
  /** How long before a start a recurring job must be enabled for it to count (SCH-08); three hours unless said. */
  readonly lead?: Duration.Duration;
};

/**
 * The occurrence of a run-once job that is enabled at `enabledAt` for assets in `zones`. With zone mode `Agent` there is an
 * instant for each zone (SCH-03), else one for all. Refused when no zone is left to start in: `Expired`, or `NoSuchTime`.
 *
 * @example Occurrence.plan(schedule, { zones: [newYork, tokyo], enabledAt, window: PatchWindow.none })
 */
export const plan = (
  schedule: JobSchedule.RunOnce,
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
  return ok({
    key: occurrenceKey(schedule),
    zoneRule: schedule._tag === "Once" ? JobSchedule.zoneRule(schedule.zone) : null,
    nominalLocal: schedule._tag === "Once" ? schedule.at : null,
    instants,
    validity: validityOf(instants, context.enabledAt),
  });
};

/**
 * The occurrence of a recurring job at one of its slots, in each zone that counts (SCH-03). Where the start comes less than
 * the lead after the job was enabled, it doesn't count there (SCH-08); exactly the lead is in time.
 *
 * @example Occurrence.planSlot(schedule, slot, { zones: [newYork, tokyo], enabledAt, window: PatchWindow.none })
 */
export const planSlot = (
  schedule: JobSchedule.Recurring,
  slot: Recurrence.Slot,
  context: PlanContext,
): Result<Occurrence, TimeZone.UnknownZone> => {
  const instants: ZoneInstant[] = [];
  for (const [name, place] of placesOf(schedule, context.zones)) {
    const zone = JobSchedule.zoneOf(schedule.zone, place);
    if (!zone.ok) return zone;
    const { recurrence, resolution } = schedule;
    instants.push(slotInZone(name, JobSchedule.startAt(recurrence, zone.value, slot, resolution), context));
  }
  return ok({
    key: slotKey(schedule, slot),
    zoneRule: JobSchedule.zoneRule(schedule.zone),
    nominalLocal: Recurrence.wallOf(slot),
    instants,
    validity: validityOf(instants, context.enabledAt),
  });
};

/** The slots of a recurring job that start in some zone after an instant, in order; lazy. */
export function* slotsAfter(
  schedule: JobSchedule.Recurring,
  zones: readonly TimeZone.TimeZone[],
  after: Instant.Instant,
): Generator<Recurrence.Slot, void, undefined> {
  const { recurrence, resolution } = schedule;
  let slot: Recurrence.Slot | null = null;
  for (const place of placesOf(schedule, zones).values()) {
    const zone = JobSchedule.zoneOf(schedule.zone, place);
    const start = zone.ok ? JobSchedule.nextStart(recurrence, zone.value, after, resolution) : null;
    if (start !== null && (slot === null || start.slot < slot)) slot = start.slot;
  }
  for (; slot !== null; slot = Recurrence.next(recurrence, slot)) yield slot;
}

const slotInZone = (zone: string | null, start: Instant.Instant | null, context: PlanContext): ZoneInstant => {
  if (start === null) return { _tag: "Skipped", zone };
  const lead = context.lead ?? Duration.milliseconds(Limits.DEFAULT_LEAD_MILLISECONDS);
  if (Instant.until(context.enabledAt, start) < lead) return { _tag: "TooSoon", zone, nominal: start, lead };
  return { _tag: "Starts", zone, nominal: start, start, validity: JobSchedule.validityFor(start, context.window) };
};

const validityOf = (instants: readonly ZoneInstant[], enabledAt: Instant.Instant): Interval.Interval =>
  instants
    .flatMap((instant) => (instant._tag === "Starts" ? [instant.validity] : []))
    .reduce(Interval.hull, Interval.of(enabledAt, enabledAt));

/** What happens to an asset in `zone`; undefined when the zone wasn't planned for. */
export const forZone = (self: Occurrence, zone: TimeZone.TimeZone): ZoneInstant | undefined =>
  self.instants.find((instant) => instant.zone === null || instant.zone === zone.name);

/** The instants at which assets start, each once, in order: zones whose clocks agree share one. */
export const distinctStarts = (self: Occurrence): readonly Instant.Instant[] =>
  [...new Set(self.instants.flatMap((instant) => (instant._tag === "Starts" ? [instant.start] : [])))].sort(
    Instant.compare,
  );

/** The zones to answer for, each once, by name; a single nameless one where the assets' zones don't count. */
const placesOf = (
  schedule: JobSchedule.JobSchedule,
  zones: readonly TimeZone.TimeZone[],
): ReadonlyMap<string | null, TimeZone.TimeZone> => {
  const isPerZone = schedule._tag !== "OnDemand" && schedule.zone._tag === "Agent";
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
