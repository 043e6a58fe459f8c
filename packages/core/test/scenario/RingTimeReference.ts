/**
 * The oracle of later rings' times (RNG-05, RNG-06): day by day for promotions, slot by slot for starts, and minute by minute for
 * what keeps a slot off, by {@link ./PlanTimeReference.ts}.
 */
import type { Asset } from "../../src/domain/asset/Asset.ts";
import type { TimedSchedule } from "../../src/domain/job/Schedule.ts";
import type { PlanInputs } from "../../src/domain/plan/Plan.ts";
import * as PlanTimeReference from "./PlanTimeReference.ts";
import * as Values from "./Values.ts";

type Timing = PlanTimeReference.Runs | PlanTimeReference.Out;
const NO_SLOT: PlanTimeReference.Out = { rule: "RNG-05", shownAs: null };

/** Slots that are walked, and days; `later`: none of them is legal, and one after them may be. */
const SLOTS_WALKED = 12;
const DAYS_WALKED = 365;

/** When an asset would start in a ring, from 1; the plan's time isn't refused. */
export const inRing = (from: PlanInputs, asset: Asset, ring: number): Timing | "later" => {
  const times = PlanTimeReference.of(from);
  const { occasion } = from;
  if (typeof times === "string" || occasion === undefined) throw new Error("no time");
  if (ring === 1 || !isRun(from)) return times.of(asset);
  const soaks = (from.job.rollout?.rings ?? []).slice(0, ring - 1).map(({ soakDays }) => soakDays ?? 0);
  const world: PlanTimeReference.World = { from, occasion, schedule: from.job.schedule as TimedSchedule };
  if (times.nominalLocal === null) return onDemand(world, asset, soaks);
  const first = firstDay(world, asset, Date.parse(`${times.nominalLocal}Z`));
  const promoted = promotion(world, first, soaks);
  if (promoted === null) return NO_SLOT;
  let walked = 0;
  for (const slot of slotsOf(world, promoted)) {
    if (slot < promoted) continue;
    if (slot - promoted > DAYS_WALKED * Values.DAY_MS) return "later";
    const timing = startAt(world, asset, slot);
    if (timing !== null) return timing;
    walked += 1;
    if (walked === SLOTS_WALKED) return "later";
  }
  return NO_SLOT;
};

// Whether the first ring's run starts in any of the zones that it is planned for; what runs once and doesn't has no plan.
const isRun = (from: PlanInputs): boolean => {
  if (from.job.schedule?._tag !== "Recurring" || from.occasion === undefined) return true;
  const inTime = from.occasion.enabledAt + from.occasion.leadMilliseconds;
  return PlanTimeReference.startsOf(from).some((start) => start !== null && start >= inTime);
};

const onDemand = (world: PlanTimeReference.World, asset: Asset, soaks: readonly number[]): Timing | "later" => {
  const promoted = soaks.reduce((at, days) => at + days * Values.DAY_MS, world.occasion.enabledAt);
  const begins = PlanTimeReference.firstFree(world, asset, promoted, Number.POSITIVE_INFINITY);
  if (begins === null) return NO_SLOT;
  return { zone: null, start: begins === promoted ? null : begins, windowEnd: null, latestReboot: null };
};

const dayOf = (local: number): number => local - (((local % Values.DAY_MS) + Values.DAY_MS) % Values.DAY_MS);

// The day of the deployment of the first ring: what runs once and is enabled late, on the day of that.
const firstDay = ({ occasion, schedule }: PlanTimeReference.World, asset: Asset, local: number): number => {
  const zone = PlanTimeReference.scheduleZone(schedule, PlanTimeReference.assetZone(occasion, asset.timeZone));
  const enabled = dayOf(PlanTimeReference.localAt(zone, occasion.enabledAt));
  return schedule._tag === "Once" && enabled > dayOf(local) ? enabled : dayOf(local);
};

// Each ring is deployed on the first day that has a slot, once the days of the one before it are counted off.
const promotion = (world: PlanTimeReference.World, first: number, soaks: readonly number[]): number | null => {
  let day = first;
  for (const soak of soaks) {
    let soaked = day;
    for (let n = 0; n < soak; n += 1) soaked += Values.DAY_MS;
    let next: number | null = null;
    for (const slot of slotsOf(world, soaked)) {
      if (dayOf(slot) < soaked) continue;
      next = slot;
      break;
    }
    if (next === null) return null;
    day = dayOf(next);
  }
  return day;
};

function* slotsOf({ schedule }: PlanTimeReference.World, since: number): Generator<number> {
  if (schedule._tag === "Recurring") yield* PlanTimeReference.slotsFrom(schedule, since);
  if (schedule._tag !== "Once") return;
  for (let slot = PlanTimeReference.asUtc(schedule.at); ; slot += Values.DAY_MS) if (slot >= dayOf(since)) yield slot;
}

// Null: not in time, or nothing of its window is left.
const startAt = (world: PlanTimeReference.World, asset: Asset, slot: number): Timing | null => {
  const { occasion, schedule } = world;
  const own = PlanTimeReference.assetZone(occasion, asset.timeZone);
  const nominal = PlanTimeReference.startIn(world, own, slot);
  const inTime = occasion.enabledAt + (schedule._tag === "Recurring" ? occasion.leadMilliseconds : 0);
  if (nominal === null || nominal < inTime) return null;
  const end = nominal + PlanTimeReference.windowMs(world);
  const begins = PlanTimeReference.walk(world, asset, nominal, end);
  if (typeof begins !== "number") return null;
  const windowEnd = Number.isFinite(end) ? end : null;
  return {
    zone: schedule._tag !== "OnDemand" && schedule.zone._tag === "Agent" ? own.name : null,
    start: begins,
    windowEnd,
    latestReboot: windowEnd === null ? null : PlanTimeReference.latestReboot(world, windowEnd),
  };
};
