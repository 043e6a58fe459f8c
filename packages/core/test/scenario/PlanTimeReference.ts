/**
 * The oracle of time in plans: minute by minute, each rule read literally. Of the scheduler it knows what the clocks of a zone
 * show, and nothing else. Everything that it is given lies on whole minutes.
 */
import { Instant, Limits, TimeZone, type WallTime } from "@fettle/scheduler";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import type { Schedule, TimedSchedule } from "../../src/domain/job/Schedule.ts";
import type { PlanInputs } from "../../src/domain/plan/Plan.ts";
import type { Occasion } from "../../src/domain/plan/PlanInputs.ts";
import * as Values from "./Values.ts";

export interface Out {
  readonly rule: string;
  readonly shownAs: string | null;
}

export interface Runs {
  readonly zone: string | null;
  readonly start: number | null;
  readonly windowEnd: number | null;
  readonly latestReboot: number | null;
}

export interface Times {
  readonly key: string;
  readonly nominalLocal: string | null;
  readonly of: (asset: Asset) => Out | Runs;
  /** When time alone lets it start, as far as {@link RUNS_WALKED} runs tell; `later`: not in these. */
  readonly firstStart: (asset: Asset, from: number) => number | "later" | null;
}

/** What the plan's time comes to: the rule by which it is refused, or when each asset starts. */
export const of = (from: PlanInputs): Times | string => {
  const { occasion } = from;
  if (occasion === undefined) throw new Error("no occasion");
  const known = memory.get(from);
  if (known !== undefined) return known;
  const found = read(from, occasion);
  memory.set(from, found);
  return found;
};

/** The nominal starts of the plan's run in the zones that it is planned for; null where there is no such time. */
export const startsOf = (from: PlanInputs): readonly (number | null)[] => {
  const { occasion } = from;
  const { schedule } = from.job;
  const times = of(from);
  if (occasion === undefined || typeof times === "string" || times.nominalLocal === null) return [];
  const world: World = { from, occasion, schedule: schedule as TimedSchedule };
  return zonesOf(world).map((zone) => startIn(world, zone, Date.parse(`${times.nominalLocal}Z`)));
};

/** The rule of time that keeps an asset out; null: none. */
export const ruleAgainst = (from: PlanInputs, asset: Asset): string | null => {
  if (from.occasion === undefined) return null;
  const times = of(from);
  const timing = typeof times === "string" ? null : times.of(asset);
  return timing !== null && "rule" in timing ? timing.rule : null;
};

/** The local times of a recurring schedule, in order, as milliseconds as if in UTC, from a day before an instant on. */
export function* slotsFrom(schedule: Schedule | null, instant: number): Generator<number> {
  if (schedule?._tag !== "Recurring") return;
  const { start, end, except } = schedule.rule;
  const first = asUtc(start);
  const timeOfDay = first % Values.DAY_MS;
  const last = end._tag === "Until" ? asUtc(end.at) : Number.POSITIVE_INFINITY;
  let count = 0;
  for (let day = first - timeOfDay; day < Math.max(first, instant) + 1_500 * Values.DAY_MS; day += Values.DAY_MS) {
    if (!isDayOf(schedule.rule.pattern, day, first - timeOfDay)) continue;
    count += 1;
    const slot = day + timeOfDay;
    if (slot > last || (end._tag === "After" && count > end.count)) return;
    if (slot >= instant - Values.DAY_MS && !except.includes(new Date(day).toISOString().slice(0, 10))) yield slot;
  }
}

const memory = new WeakMap<PlanInputs, Times | string>();
const NO_WINDOW_DAYS = 25;
const RUNS_WALKED = 12;

const read = (from: PlanInputs, occasion: Occasion): Times | string => {
  const { job } = from;
  const schedule = job.schedule;
  if (schedule === null || schedule._tag === "OnActivation" || schedule._tag === "AfterInactivity")
    throw new Error("untimed");
  const world: World = { from, occasion, schedule };
  const slot = schedule._tag === "Recurring" ? slotFor(world, schedule) : null;
  if (schedule._tag === "Recurring" && slot === null) return "SCH-07";
  const refusal = schedule._tag === "Once" ? onceRefused(world, schedule) : null;
  if (refusal !== null) return refusal;
  const local = schedule._tag === "Once" ? asUtc(schedule.at) : slot;
  return {
    key: keyOf(schedule, local),
    nominalLocal: local === null ? null : printed(local),
    of: (asset) => timingOf(world, asset, local),
    firstStart: (asset, at) => firstStart(world, asset, slot, at),
  };
};

export interface World {
  readonly from: PlanInputs;
  readonly occasion: Occasion;
  readonly schedule: TimedSchedule;
}

const keyOf = (schedule: TimedSchedule, local: number | null): string => {
  if (schedule._tag === "OnDemand" || local === null) return "on-demand";
  const { zone, resolution } = schedule;
  const whose = zone._tag === "Agent" ? "agent" : zone._tag === "Named" ? zone.zone : offsetName(zone.offsetMinutes);
  const name = schedule._tag === "Once" ? "once" : "at";
  return `${name}:${printed(local)}@${whose}#${resolution?.overlap === "later" ? 1 : 0}`;
};

const offsetName = (minutes: number): string => {
  const two = (n: number) => `${n}`.padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
};

// The zones of the assets that are meant; the default one where there are none.
const zonesOf = ({ occasion, schedule }: World): readonly TimeZone.TimeZone[] => {
  const isAgent = schedule._tag !== "OnDemand" && schedule.zone._tag === "Agent";
  const zones = occasion.zones.map((name) => assetZone(occasion, name));
  return isAgent && zones.length > 0 ? zones : [assetZone(occasion, occasion.defaultZone)];
};

export const assetZone = ({ defaultZone }: Occasion, name: string): TimeZone.TimeZone => {
  const own = TimeZone.of(name);
  const fallback = TimeZone.of(defaultZone);
  return own.ok ? own.value : fallback.ok ? fallback.value : TimeZone.utc;
};

export const scheduleZone = (schedule: TimedSchedule, own: TimeZone.TimeZone): TimeZone.TimeZone => {
  if (schedule._tag === "OnDemand" || schedule.zone._tag === "Agent") return own;
  const zone =
    schedule.zone._tag === "Named" ? TimeZone.of(schedule.zone.zone) : TimeZone.fixed(schedule.zone.offsetMinutes);
  if (!zone.ok) throw new Error(zone.error.message);
  return zone.value;
};

const slotFor = (world: World, schedule: TimedSchedule): number | null => {
  const { slot, enabledAt, leadMilliseconds, notBefore = 0 } = world.occasion;
  if (slot !== null) return slot;
  const from = Math.max(enabledAt + leadMilliseconds, notBefore);
  for (const each of slotsFrom(schedule, from)) {
    const starts = zonesOf(world).map((zone) => startIn(world, zone, each));
    if (starts.some((start) => start !== null && start >= from)) return each;
  }
  return null;
};

const onceRefused = (world: World, schedule: Extract<TimedSchedule, { readonly _tag: "Once" }>): string | null => {
  const { enabledAt } = world.occasion;
  const starts = zonesOf(world).map((zone) => startIn(world, zone, asUtc(schedule.at)));
  const ends = starts.map((start) => start !== null && start + windowMs(world));
  if (ends.some((end) => end !== false && end > enabledAt)) return null;
  return ends.some((end) => end !== false) ? "SCH-06" : "SCH-05";
};

const timingOf = (world: World, asset: Asset, local: number | null): Out | Runs => {
  const { occasion, schedule } = world;
  const { enabledAt, leadMilliseconds } = occasion;
  const own = assetZone(occasion, asset.timeZone);
  const nominal = local === null ? enabledAt : startIn(world, own, local);
  if (nominal === null) return { rule: "SCH-05", shownAs: null };
  if (schedule._tag === "Recurring" && nominal - enabledAt < leadMilliseconds) return { rule: "SCH-08", shownAs: null };
  const end = nominal + windowMs(world);
  if (enabledAt >= end) return { rule: "SCH-06", shownAs: "TimedOut" };
  const due = Math.max(nominal, enabledAt);
  const begins = walk(world, asset, due, end);
  if (typeof begins !== "number") return begins;
  const isAtOnce = begins === due && (schedule._tag === "OnDemand" || nominal < enabledAt);
  const windowEnd = schedule._tag === "OnDemand" || !Number.isFinite(end) ? null : end;
  return {
    zone: schedule._tag !== "OnDemand" && schedule.zone._tag === "Agent" ? own.name : null,
    start: isAtOnce ? null : begins,
    windowEnd,
    latestReboot: windowEnd === null ? null : latestReboot(world, windowEnd),
  };
};

// Minute by minute, from when it is due to the end of its window.
export const walk = (world: World, asset: Asset, due: number, end: number): number | Out => {
  const { inBlackout } = world.occasion;
  const isBlack = blackoutsOn(world, asset);
  const isFrozen = freezesOn(world, asset);
  const canceled: Out = { rule: "WIN-05", shownAs: "CanceledBlackout" };
  if (inBlackout === "cancel" && isBlack(due)) return canceled;
  let isAllFrozen = true;
  let wasBlack = false;
  const last = Math.min(end, due + NO_WINDOW_DAYS * Values.DAY_MS);
  for (let at = due; at < last; at += Values.MINUTE_MS) {
    const [black, frozen] = [isBlack(at), isFrozen(at)];
    if (!black && !frozen) return wasBlack && inBlackout === "cancel" ? canceled : at;
    wasBlack ||= black;
    isAllFrozen &&= frozen;
  }
  return isAllFrozen ? { rule: "WIN-07", shownAs: "TimedOut" } : canceled;
};

const firstStart = (world: World, asset: Asset, slot: number | null, from: number): number | "later" | null => {
  const { occasion, schedule } = world;
  const own = assetZone(occasion, asset.timeZone);
  const due = Math.max(from, occasion.enabledAt);
  if (schedule._tag === "OnDemand") return firstFree(world, asset, due, Number.POSITIVE_INFINITY);
  if (schedule._tag === "Once") {
    const nominal = startIn(world, own, asUtc(schedule.at));
    return nominal === null ? null : firstFree(world, asset, Math.max(due, nominal), nominal + windowMs(world));
  }
  const inTime = Math.max(from, occasion.enabledAt + occasion.leadMilliseconds);
  let walked = 0;
  let first: number | null = null;
  for (const each of slotsFrom(schedule, Math.max(inTime, slot ?? 0))) {
    const start = startIn(world, own, each);
    if (start === null || start < inTime || each < (slot ?? 0)) continue;
    first ??= start;
    if (start > first + 366 * Values.DAY_MS) return "later";
    const begins = walk(world, asset, start, start + windowMs(world));
    if (typeof begins === "number") return begins;
    walked += 1;
    if (walked === RUNS_WALKED) return "later";
  }
  return null;
};

export const firstFree = (world: World, asset: Asset, from: number, end: number): number | null => {
  const [isBlack, isFrozen] = [blackoutsOn(world, asset), freezesOn(world, asset)];
  const last = Math.min(end, from + NO_WINDOW_DAYS * Values.DAY_MS);
  for (let at = from; at < last; at += Values.MINUTE_MS) if (!isBlack(at) && !isFrozen(at)) return at;
  return null;
};

const blackoutsOn = ({ occasion }: World, asset: Asset): ((at: number) => boolean) => {
  const own = assetZone(occasion, asset.timeZone);
  const blackouts = occasion.blackouts.get(asset.id) ?? [];
  return (at) => {
    const local = localAt(own, at);
    const minute = Math.floor((local % Values.DAY_MS) / Values.MINUTE_MS);
    const today = weekdayOf(local);
    const yesterday = weekdayOf(local - Values.DAY_MS);
    return blackouts.some(({ weekdays, fromMinute, toMinute }) => {
      const isOn = (day: number) => weekdays.some((each) => each === day);
      if (fromMinute < toMinute) return isOn(today) && minute >= fromMinute && minute < toMinute;
      return (isOn(today) && minute >= fromMinute) || (isOn(yesterday) && minute < toMinute);
    });
  };
};

const freezesOn = ({ occasion }: World, asset: Asset): ((at: number) => boolean) => {
  const freezes = (occasion.freezes.get(asset.id) ?? []).map(({ from, to, zone }) => ({
    zone: zone === null ? assetZone(occasion, asset.timeZone) : assetZone(occasion, zone),
    from: asUtc(from),
    to: asUtc(to),
  }));
  return (at) => freezes.some(({ zone, from, to }) => localAt(zone, at) >= from && localAt(zone, at) < to);
};

// By the end of the window, or so much later as the work may take that begins just before; then all that users may put off.
export const latestReboot = ({ from, occasion }: World, windowEnd: number): number | null => {
  const { reboot, window, platform } = from.job;
  if (reboot._tag === "Suppress") return null;
  const bound = window?.bound ?? (platform === "Linux" ? "complete" : "start");
  const deferrals = reboot._tag === "Request" ? reboot.deferrals : null;
  const deferred = deferrals === null ? 0 : deferrals.count * deferrals.minutes;
  const minutes = deferred + (reboot.countdownMinutes ?? Limits.WARNING_MINUTES);
  return windowEnd + (bound === "start" ? occasion.workMilliseconds : 0) + minutes * Values.MINUTE_MS;
};

export const windowMs = ({ from }: World): number =>
  from.job.window === undefined ? Number.POSITIVE_INFINITY : from.job.window.minutes * Values.MINUTE_MS;

// SCH-05: every minute of the day and a half around is asked what the clocks show then.
export const startIn = ({ schedule }: World, own: TimeZone.TimeZone, local: number): number | null => {
  const zone = scheduleZone(schedule, own);
  const { gap, overlap } = (schedule._tag === "OnDemand" ? undefined : schedule.resolution) ?? TimeZone.compatible;
  const key = `${zone.name} ${local} ${gap} ${overlap}`;
  if (!starts.has(key)) starts.set(key, search(zone, local, gap, overlap));
  return starts.get(key) ?? null;
};

const starts = new Map<string, number | null>();

const search = (zone: TimeZone.TimeZone, local: number, gap: string, overlap: string): number | null => {
  const shown: number[] = [];
  let jump: number | null = null;
  for (let at = local - 15 * Values.HOUR_MS; at < local + 15 * Values.HOUR_MS; at += Values.MINUTE_MS) {
    const clock = localAt(zone, at);
    if (clock === local) shown.push(at);
    if (clock > local && jump === null) jump = at;
  }
  if (shown.length > 0) return (overlap === "later" ? shown.at(-1) : shown[0]) ?? null;
  if (gap === "skip" || jump === null) return null;
  const before = jump - Values.MINUTE_MS;
  return gap === "next-valid" ? jump : local - (localAt(zone, before) - before);
};

export const localAt = (zone: TimeZone.TimeZone, at: number): number => asUtc(TimeZone.wallAt(zone, Instant.held(at)));

export const asUtc = (wall: WallTime.WallTime): number =>
  Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);

const printed = (local: number): string => new Date(local).toISOString().slice(0, 19);

// Monday 1 … Sunday 7.
const weekdayOf = (local: number): number => new Date(local).getUTCDay() || 7;

type Pattern = Extract<TimedSchedule, { readonly _tag: "Recurring" }>["rule"]["pattern"];

const isDayOf = (pattern: Pattern, day: number, startDay: number): boolean => {
  const days = Math.round((day - startDay) / Values.DAY_MS);
  if (pattern._tag === "Daily") return days % pattern.every === 0;
  if (pattern._tag === "Weekly") {
    const weeks = Math.floor((days + weekdayOf(startDay) - 1) / 7);
    return weeks % pattern.every === 0 && pattern.weekdays.some((each) => each === weekdayOf(day));
  }
  const anchor = pattern._tag === "MonthlyOnWeekday" ? day - pattern.offsetDays * Values.DAY_MS : day;
  if (monthsBetween(startDay, anchor) % pattern.every !== 0) return false;
  const { date, isLast, isLastOfItsWeekday } = placeOf(anchor);
  if (pattern._tag === "MonthlyOnDay") return date === pattern.day;
  if (pattern._tag === "MonthlyOnLastDay") return isLast;
  const isNth = pattern.nth === "last" ? isLastOfItsWeekday : Math.ceil(date / 7) === pattern.nth;
  return weekdayOf(anchor) === pattern.weekday && isNth;
};

const monthsBetween = (one: number, other: number): number => {
  const [a, b] = [new Date(one), new Date(other)];
  return (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
};

const placeOf = (day: number) => {
  const month = (days: number) => new Date(day + days * Values.DAY_MS).getUTCMonth();
  return { date: new Date(day).getUTCDate(), isLast: month(1) !== month(0), isLastOfItsWeekday: month(7) !== month(0) };
};
