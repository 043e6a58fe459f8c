/**
 * The patching cycle as a calendar: which ring of which track is at work on which day (RNG-01, RNG-04).
 *
 * A cycle begins on an anchor day, Patch Tuesday for instance, and ends the day before the next one: 28 or 35 days. A track
 * begins some days in; its rings follow each other, each for its soak days, the day of deployment among them (RNG-06), and the
 * last takes what is left.
 */
import * as Calendar from "./Calendar.ts";
import * as Recurrence from "./Recurrence.ts";
import { fail, ok, type Result } from "./Result.ts";

export type Ring = {
  readonly name: string;
  /** Days from its deployment on to the next ring's; null, for the last, up to the cycle's end. */
  readonly days: number | null;
};

export type Track = {
  readonly name: string;
  /** Days after the cycle's first. */
  readonly startsAfterDays: number;
  readonly rings: readonly Ring[];
};

/** What a cycle is made of. `anchor`: the days on which cycles begin. */
export type PatchCycle = { readonly anchor: Recurrence.Recurrence; readonly tracks: readonly Track[] };

/** A ring at work. Days count from 1970-01-01 (see Calendar). */
export type Stage = {
  readonly track: string;
  readonly ring: string;
  /** The number of the ring in its track, from 1. */
  readonly number: number;
  readonly firstDay: number;
  readonly lastDay: number;
};

export type Cycle = {
  readonly firstDay: number;
  readonly lastDay: number;
  readonly stages: readonly Stage[];
};

/** The rings of a track don't fit, or are none; `path` says where. */
export type InvalidCycle = {
  readonly _tag: "InvalidCycle";
  readonly rule: "RNG-01";
  readonly path: string;
  readonly message: string;
};

/** The shortest cycle that months make of a weekday: four weeks. */
const SHORTEST_CYCLE_DAYS = 28;

/** A cycle whose tracks fit into the shortest month. */
export const make = (cycle: PatchCycle): Result<PatchCycle, InvalidCycle> => {
  for (const [i, { startsAfterDays, rings }] of cycle.tracks.entries()) {
    const path = `tracks.${i}`;
    if (rings.length === 0) return refuse(`${path}.rings`, "A track has a ring at least.");
    const bad = rings.findIndex(({ days }, at) => (at === rings.length - 1 ? days !== null : !isDays(days)));
    if (bad >= 0)
      return refuse(
        `${path}.rings.${bad}.days`,
        "Each ring but the last takes a number of days; the last takes what is left.",
      );
    const before = rings.reduce((sum, { days }) => sum + (days ?? 0), startsAfterDays);
    if (!isDays(startsAfterDays + 1) || before >= SHORTEST_CYCLE_DAYS) {
      return refuse(
        path,
        `Its last ring would begin ${before} days in, and the shortest cycle has ${SHORTEST_CYCLE_DAYS}.`,
      );
    }
  }
  return ok(cycle);
};

const isDays = (days: number | null): boolean => days !== null && Number.isInteger(days) && days >= 1;

/** S2's cycle: ten assets for 3 days, a hundred for 5, then production; third-party applications two weeks later. */
export const pilotTracks: readonly Track[] = [
  { name: "OS", startsAfterDays: 0, rings: pilots() },
  { name: "3rd-party apps", startsAfterDays: 14, rings: pilots() },
];

function pilots(): readonly Ring[] {
  return [
    { name: "Pilot 1: 10 assets", days: 3 },
    { name: "Pilot 2: 100 assets", days: 5 },
    { name: "Production", days: null },
  ];
}

/** The cycle that a day lies in; null before the first and after the last. */
export const cycleOn = ({ anchor, tracks }: PatchCycle, day: number): Cycle | null => {
  const first = Recurrence.previous(anchor, (day + 1) * Calendar.DAY_MILLISECONDS);
  const next = first === null ? null : Recurrence.next(anchor, first);
  if (first === null || next === null) return null;
  const [firstDay, lastDay] = [dayOfSlot(first), dayOfSlot(next) - 1];
  return { firstDay, lastDay, stages: tracks.flatMap((track) => stagesOf(track, firstDay, lastDay)) };
};

/** The rings at work on a day, in the order of the tracks. */
export const stagesOn = (cycle: PatchCycle, day: number): readonly Stage[] =>
  cycleOn(cycle, day)?.stages.filter(({ firstDay, lastDay }) => day >= firstDay && day <= lastDay) ?? [];

const stagesOf = ({ name, startsAfterDays, rings }: Track, firstDay: number, lastDay: number): readonly Stage[] => {
  let day = firstDay + startsAfterDays;
  return rings.map(({ name: ring, days }, i) => {
    const begins = day;
    day += days ?? 0;
    return { track: name, ring, number: i + 1, firstDay: begins, lastDay: days === null ? lastDay : day - 1 };
  });
};

const dayOfSlot = (slot: Recurrence.Slot): number => Math.floor(slot / Calendar.DAY_MILLISECONDS);

const refuse = (path: string, message: string): Result<never, InvalidCycle> =>
  fail({ _tag: "InvalidCycle", rule: "RNG-01", path, message });
