/** Inputs of plans with time in them: assets in zones, blackouts and freezes of some, a weekly job with a window. */
import type { Blackout, Freeze, Recurrence } from "@fettle/scheduler";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import type { Job } from "../../src/domain/job/Job.ts";
import type { Schedule } from "../../src/domain/job/Schedule.ts";
import type { Occasion, PlanInputs } from "../../src/domain/plan/PlanInputs.ts";
import * as PlanTiming from "../../src/domain/plan/PlanTiming.ts";
import * as PlanWorld from "./PlanWorld.ts";
import * as Values from "./Values.ts";

/** Sunday, 2026-03-01, noon UTC. */
export const NOW = Date.UTC(2026, 2, 1, 12);

export const wall = (text: string) => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[-T:]/).map(Number);
  return { year, month, day, hour, minute, second: 0 };
};

export const recurring = (pattern: Recurrence.Pattern, start: string, end?: Recurrence.End): Schedule => ({
  _tag: "Recurring",
  rule: { pattern, start: wall(start), end: end ?? { _tag: "Never" }, except: [] },
  zone: { _tag: "Agent" },
});

/** Every Sunday at half past two on each asset's clock. */
export const weekly = recurring({ _tag: "Weekly", every: 1, weekdays: [7] }, "2026-03-01T02:30");

/** Sundays from midnight to four. */
export const sundays: Blackout.Blackout = { weekdays: [7], fromMinute: 0, toMinute: 240 };

export const freeze = (name: string, from: string, to: string): Freeze.Freeze => ({
  name,
  from: wall(from),
  to: wall(to),
  zone: null,
});

export const asset = (n: number, timeZone: string, over: Partial<Asset> = {}): Asset =>
  Values.asset(Values.uuid(n), { tags: ["fleet"], timeZone, ...over });

export interface Kept {
  /** Blackouts and freezes, by the number of the asset. */
  readonly blackouts?: { readonly [n: number]: readonly Blackout.Blackout[] };
  readonly freezes?: { readonly [n: number]: readonly Freeze.Freeze[] };
}

/** Inputs of a weekly deployment of `P-1`, as if it were enabled at {@link NOW}. */
export const inputs = (
  assets: readonly Asset[],
  over: Partial<Job> = {},
  { blackouts = {}, freezes = {} }: Kept = {},
  more: Partial<PlanInputs> = {},
): PlanInputs => {
  const byId = <A>(of: { readonly [n: number]: A }) =>
    new Map(Object.entries(of).map(([n, list]) => [Values.uuid(Number(n)), list] as const));
  const job = Values.job({ schedule: weekly, window: { minutes: 180, bound: "complete" }, ...over });
  const base = PlanWorld.inputs({ job, assets, now: NOW, ...more });
  const zones = PlanTiming.zonesOf(job, base, assets);
  const occasion: Occasion = {
    ...PlanTiming.noOccasion(NOW),
    zones,
    blackouts: byId(blackouts),
    freezes: byId(freezes),
    ...more.occasion,
  };
  return { ...base, occasion };
};
