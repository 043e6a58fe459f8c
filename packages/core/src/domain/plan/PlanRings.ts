/** In which ring of a rollout each asset of a plan gets its list, and when that is at the earliest (RNG-02, RNG-05). Pure. */
import { Instant, TimeZone, WallTime } from "@fettle/scheduler";
import type { Asset } from "../asset/Asset.ts";
import * as Rollout from "../rollout/Rollout.ts";
import type { PlanInputs } from "./PlanInputs.ts";
import type { PlanTiming, Timings } from "./PlanTiming.ts";

/** A ring of the job. */
export interface RingPlace {
  readonly name: string;
  /** Its place in the rollout, from 1. */
  readonly number: number;
  /** It starts so many days after the first ring's deployment at the earliest: the soaks of those before it (RNG-06). */
  readonly afterDays: number;
}

/** A ring on assets of one clock and calendar. */
export interface PlanRing extends RingPlace {
  /** Its earliest legal slot there, put off as far as something keeps it; null: no instant is known, and `why` tells. */
  readonly earliest: number | null;
  readonly why: string | null;
}

/** The rings of a job, in order; none of a job without rings. */
export const places = ({ rollout }: Pick<PlanInputs["job"], "rollout">): readonly RingPlace[] => {
  if (rollout === undefined) return [];
  const days = Rollout.daysAfterFirst(rollout);
  return rollout.rings.map(({ name }, i) => ({ name, number: i + 1, afterDays: days[i] ?? 0 }));
};

/**
 * The ring of each asset that gets something; only of those are counts and percentages. Null: the job has no rings. The first
 * takes nobody whom its run can't start on: a later one may find a time.
 */
export const compile = (
  { job, tree }: Pick<PlanInputs, "job" | "tree">,
  assets: readonly Asset[],
  timings: Timings,
): ((assetId: string) => RingPlace | null) | null => {
  const { rollout } = job;
  if (rollout === undefined) return null;
  const rings = places(job);
  const late = new Set(assets.filter((asset) => timings.of(asset)._tag === "Out").map(({ id }) => id));
  const isOpen = (id: string, place: number): boolean => place > 0 || !late.has(id);
  const ringOf = Rollout.assign(rollout, assets, { jobId: job.id, tree, isOpen });
  return (assetId) => rings[ringOf.get(assetId) ?? -1] ?? null;
};

/** A ring with its slot: it is at work when its assets are. */
export const timed = (ring: RingPlace, { start }: PlanTiming): PlanRing => ({
  ...ring,
  earliest: start,
  why: start === null ? afterEnabling(ring.afterDays) : null,
});

/** `ring 2 (Pilot 2: 100 assets) not before 2026-12-04 22:00 Europe/Berlin`, by the clock of a zone, or where that is null in UTC. */
export const words = (ring: PlanRing, zone: string | null): string =>
  `${nameOf(ring)} ${ring.earliest === null ? (ring.why ?? "at no time that was told") : `not before ${at(ring.earliest, zone)}`}`;

/** `ring 2 (Pilot 2: 100 assets)`. */
export const nameOf = ({ number, name }: RingPlace): string => `ring ${number} (${name})`;

/** An instant by the clock of a zone, or where that is null or unknown in UTC: `2026-12-04 22:00 Europe/Berlin`. */
export const at = (instant: number, zone: string | null): string => {
  const known = zone === null ? null : TimeZone.of(zone);
  const clock = known?.ok === true ? known.value : TimeZone.utc;
  const local = WallTime.print(TimeZone.wallAt(clock, Instant.held(instant)));
  return `${local.replace("T", " ").replace(/:00$/, "")} ${clock.name}`;
};

const afterEnabling = (days: number): string =>
  days === 0 ? "as soon as it is enabled" : `${days === 1 ? "1 day" : `${days} days`} after it is enabled`;
