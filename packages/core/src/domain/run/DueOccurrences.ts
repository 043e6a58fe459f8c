/**
 * Which time of a recurring job is to become a run now (SCH-08, SCH-13): pure.
 *
 * - A time becomes a run the lead before it comes in the first of the assets' zones, for all of them; where the next one comes
 *   sooner than that, the lead before the next.
 * - What nobody looked after in time, as after an outage, is missed, and is named: it is never made up for in a burst. At most
 *   the latest runs after all, where the job says so and a window of it is open still.
 */
import {
  type Catchup,
  type Duration,
  type Instant,
  Interval,
  JobSchedule,
  Limits,
  Occurrence,
  type PatchWindow,
  Recurrence,
  TimeZone,
} from "@fettle/scheduler";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

/** How long after its start a run may be made yet as if in time: ticks come at least so often while nothing is wrong. */
export const LATE_MILLISECONDS = 15 * 60_000;

export interface Question {
  readonly schedule: JobSchedule.Recurring;
  /** When the job was enabled, or its schedule changed last: only what starts the lead after it counts (SCH-08). */
  readonly since: Instant.Instant;
  /** The last slot that was dealt with since then; null: none. */
  readonly through: Recurrence.Slot | null;
  readonly now: Instant.Instant;
  readonly lead: Duration.Duration;
}

/** What the answer depends on besides, which takes a look at every asset. */
export interface Fleet {
  /** Of the assets that the job is for; never none. */
  readonly zones: readonly TimeZone.TimeZone[];
  readonly window: PatchWindow.PatchWindow;
  readonly catchUp: Catchup.Policy;
}

export interface Due {
  /** The time to make a run of; null: none yet. */
  readonly run: { readonly slot: Recurrence.Slot; readonly key: string } | null;
  /** Keys of the times that were missed, the latest ones, and how many there were. */
  readonly missed: readonly string[];
  readonly missedCount: number;
  /** The last slot that is dealt with by that; null: still none. */
  readonly through: Recurrence.Slot | null;
}

/** The clocks that are ahead of and behind all others. */
const EASTERNMOST = TimeZone.fixed(14 * 60);
const WIDEST: readonly TimeZone.TimeZone[] = [...(EASTERNMOST.ok ? [EASTERNMOST.value] : []), TimeZone.westernmost];

/** The next slot that could come anywhere on earth; null when the schedule has none left (SCH-07). */
export const nextSlot = (q: Question): Recurrence.Slot | null =>
  q.through === null
    ? (Occurrence.slotsAfter(q.schedule, WIDEST, q.since).next().value ?? null)
    : Recurrence.next(q.schedule.recurrence, q.through);

/** Whether a slot may be due somewhere on earth: nothing else is worth a look at the assets. */
export const mayBeDue = (q: Question, slot: Recurrence.Slot): boolean => {
  const starts = WIDEST.flatMap((place) => {
    const zone = JobSchedule.zoneOf(q.schedule.zone, place);
    const start = zone.ok ? JobSchedule.startAt(q.schedule.recurrence, zone.value, slot, q.schedule.resolution) : null;
    return start === null ? [] : [start];
  });
  // Where clocks skip it, it is passed over once it is looked at.
  return starts.length === 0 || q.now >= Math.min(...starts) - q.lead;
};

/** What is due of a recurring job. */
export const next = (q: Question, fleet: Fleet): Result<Due, Rejection.Rejection> => {
  const missed: Missed[] = [];
  let through = q.through;
  for (const slot of slotsOf(q)) {
    const planned = plan(q, fleet, slot);
    if (!planned.ok) return fail(Rejection.make("SCH-02", "conflict", planned.error.message, "schedule.zone"));
    const { key, instants } = planned.value;
    if (instants.length > 0) {
      if (!isLeadBefore(q, instants) && !isNextDue(q, fleet, slot)) break;
      if (instants.some((i) => isInTime(i.start, q.now))) {
        return ok(answer(missed, through, fleet, q.now) ?? { run: { slot, key }, ...told(missed), through: slot });
      }
      missed.push({ slot, key, instants });
    }
    through = slot;
  }
  return ok(answer(missed, through, fleet, q.now) ?? { run: null, ...told(missed), through });
};

// When a slot starts, in each of the zones where it counts.
const plan = (q: Question, fleet: Fleet, slot: Recurrence.Slot) => {
  const planned = Occurrence.planSlot(q.schedule, slot, { ...fleet, enabledAt: q.since, lead: q.lead });
  if (!planned.ok) return planned;
  const { key, instants } = planned.value;
  return ok({ key, instants: instants.filter((i) => i._tag === "Starts") });
};

const isLeadBefore = ({ now, lead }: Question, instants: readonly { readonly start: number }[]): boolean =>
  now >= Math.min(...instants.map((i) => i.start)) - lead;

// Times become runs in their order. Of the first one after an enabling what is left may come last of all zones, and later than
// the next one in the first of them: then both are due. Starts lie a day apart at least, and zones not much more than one.
const isNextDue = (q: Question, fleet: Fleet, slot: Recurrence.Slot): boolean => {
  const following = Recurrence.next(q.schedule.recurrence, slot);
  const planned = following === null ? null : plan(q, fleet, following);
  return planned?.ok === true && isLeadBefore(q, planned.value.instants);
};

/** Whether a start can still be met as it was meant. */
export const isInTime = (start: number, now: number): boolean => start > now - LATE_MILLISECONDS;

interface Missed {
  readonly slot: Recurrence.Slot;
  readonly key: string;
  readonly instants: readonly { readonly validity: Interval.Interval }[];
}

// From the first that could come anywhere on earth: what comes in none of the assets' zones is passed, so that it ends.
function* slotsOf(q: Question): Generator<Recurrence.Slot, void, undefined> {
  const { recurrence } = q.schedule;
  for (let slot = nextSlot(q); slot !== null; slot = Recurrence.next(recurrence, slot)) yield slot;
}

// The latest that was missed, where it may be made up for; what comes after it waits for the next look.
const answer = (
  missed: readonly Missed[],
  through: Recurrence.Slot | null,
  { catchUp }: Fleet,
  now: Instant.Instant,
): Due | null => {
  const latest = missed.at(-1);
  if (catchUp !== "run-once-now" || latest === undefined || through === null) return null;
  if (!latest.instants.some(({ validity }) => !Interval.isOver(validity, now))) return null;
  return { run: { slot: latest.slot, key: latest.key }, ...told(missed.slice(0, -1)), through };
};

const told = (missed: readonly Missed[]): Pick<Due, "missed" | "missedCount"> => ({
  missed: missed.slice(-Limits.MAX_MISSED_NAMED).map(({ key }) => key),
  missedCount: missed.length,
});
