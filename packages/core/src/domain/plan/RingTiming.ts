/**
 * When a later ring of a rollout may start on an asset's clock (RNG-05, RNG-06): its first legal slot after the earliest
 * promotion. Pure.
 *
 * - A *slot* of a later ring: of a recurring schedule any of its own times; of one that runs once its local time on any later
 *   day; on demand any instant. The window counts from the slot, as it does from every start.
 * - A slot is *legal* where the run could start in its window, as the first ring's could: blackouts and freezes may put it off
 *   inside, and a slot that they leave nothing of is passed over for the next. Of a recurring schedule it comes the lead or
 *   more after the enabling (SCH-08).
 * - The *earliest promotion*: a soak of n days from a ring's slot on is over with the day before the n-th after it, by the clock
 *   that names the slots; from that day's beginning on the next ring's slots count. So a ring that finds its slot later, as where
 *   the schedule comes once a month, puts off those after it. On demand a soak is n times 24 hours from the enabling.
 * - What keeps a ring off some of its assets puts off these alone: nobody is told too late a start, whoever is in which ring.
 *   Whether a ring is promoted is decided as it has soaked: this is when it is at the earliest.
 */
import { Duration, Instant, JobSchedule, Recurrence, TimeZone, type WallTime } from "@fettle/scheduler";
import * as FirstStart from "./FirstStart.ts";
import * as TimeReasons from "./TimeReasons.ts";

/** A job's time on an asset: runs that came before, and other zones, decide nothing here. */
export type Clock = Omit<FirstStart.Clock, "slot" | "zones">;

/** A later ring. */
export interface Question {
  /** What the schedule says of the first ring's run; null on demand. */
  readonly nominalLocal: WallTime.WallTime | null;
  /** The soaks of all rings before it, in days, the first ring's first. */
  readonly soaks: readonly number[];
}

export type RingStart =
  | {
      readonly _tag: "Starts";
      /** The slot's instant, from which the window counts; `begins` is later where something keeps it off. */
      readonly nominal: Instant.Instant;
      readonly begins: Instant.Instant;
    }
  | { readonly _tag: "NoSlot"; readonly reason: string };

const DAY_MS = 86_400_000;

/** Its first legal slot on an asset's clock. */
export const of = (clock: Clock, { nominalLocal, soaks }: Question): RingStart => {
  const { schedule } = clock;
  if (schedule._tag === "OnDemand" || nominalLocal === null) return onDemand(clock, soaks);
  const zone = JobSchedule.zoneOf(schedule.zone, clock.calendar.zone);
  const recurring = schedule._tag === "Recurring" ? schedule : daily(schedule);
  if (!zone.ok || recurring === null) return noSlot("the schedule can't be read");
  // A run that is enabled late is deployed as it is enabled (SCH-06).
  const today = schedule._tag === "Once" ? clock.enabledAt + TimeZone.offsetAt(zone.value, clock.enabledAt) : 0;
  const deployed = Math.max(dayOf(Recurrence.slotOf(nominalLocal)), dayOf(today));
  const from = firstSince(recurring, zone.value, soaked(recurring.recurrence, deployed, soaks));
  if (from === null) return noSlot("the schedule ends before the rings before it have soaked");
  const lead = schedule._tag === "Recurring" ? clock.lead : Duration.zero;
  const run = FirstStart.firstRun({ ...clock, ...ALONE, lead }, recurring, { from });
  const lost = `from ${TimeReasons.iso(from)} on, when the rings before it have soaked, no run can start for a year`;
  return run === null ? noSlot(lost) : { _tag: "Starts", ...run };
};

const ALONE = { slot: null, zones: [] } as const;

const noSlot = (reason: string): RingStart => ({ _tag: "NoSlot", reason });

// As long as it may wait: what a blackout would cancel can be promoted after it.
const onDemand = (clock: Clock, soaks: readonly number[]): RingStart => {
  const days = soaks.reduce((sum, soak) => sum + soak, 0);
  const nominal = Instant.held(clock.enabledAt + days * DAY_MS);
  const begins = FirstStart.firstStart({ ...clock, ...ALONE, schedule: JobSchedule.onDemand }, { from: nominal });
  return begins === null ? noSlot("blackouts leave no time") : { _tag: "Starts", nominal, begins };
};

// The same local time, day after day.
const daily = ({ at: start, ...zoned }: Extract<JobSchedule.JobSchedule, { readonly _tag: "Once" }>) => {
  const pattern = { _tag: "Daily", every: 1 } as const;
  const recurrence = Recurrence.make({ pattern, start, end: { _tag: "Never" }, except: [] });
  return recurrence.ok ? ({ ...zoned, _tag: "Recurring", recurrence: recurrence.value } as const) : null;
};

// The ring's first slot, the rings before it each having had theirs as soon as they might.
const soaked = (
  recurrence: Recurrence.Recurrence,
  deployed: number,
  soaks: readonly number[],
): Recurrence.Slot | null => {
  let [day, slot]: [number, Recurrence.Slot | null] = [deployed, null];
  for (const soak of soaks) {
    slot = Recurrence.next(recurrence, (day + soak) * DAY_MS - 1);
    if (slot === null) return null;
    day = dayOf(slot);
  }
  return slot;
};

// Some zones lack the one or other local time (SCH-05).
const firstSince = (
  { recurrence, resolution }: JobSchedule.Recurring,
  zone: TimeZone.TimeZone,
  first: Recurrence.Slot | null,
): Instant.Instant | null => {
  for (let slot = first; slot !== null; slot = Recurrence.next(recurrence, slot)) {
    const instant = JobSchedule.startAt(recurrence, zone, slot, resolution);
    if (instant !== null) return instant;
  }
  return null;
};

const dayOf = (local: number): number => Math.floor(local / DAY_MS);
