/**
 * Reboot settings by name (RBT-15): how long users may put a reboot off, from minutes to a week. A preset is a range to choose
 * from, with the choice that is made where nothing is said; what a job keeps are the settings.
 */
import { Limits, type RebootTimeline } from "@fettle/scheduler";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { Deferral } from "./JobOptions.ts";

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Deferrals of so many minutes, so many times. */
export interface Range {
  readonly minutes: Bounds;
  readonly count: Bounds;
}

export interface RebootPreset {
  readonly description: string;
  readonly ranges: readonly Range[];
  /** Where nothing is said. */
  readonly usual: Deferral;
}

const between = (min: number, max: number): Bounds => ({ min, max });
const exactly = (value: number): Bounds => between(value, value);

const HOUR = 60;

export const presets = {
  urgent: {
    description: "within minutes, an hour and a quarter at most",
    ranges: [{ minutes: between(1, 15), count: between(1, 5) }],
    usual: { count: 3, minutes: 15 },
  },
  "working-day": {
    description: "within a day at work",
    ranges: [
      { minutes: between(2 * HOUR, 4 * HOUR), count: between(3, 6) },
      { minutes: exactly(8 * HOUR), count: exactly(3) },
    ],
    usual: { count: 4, minutes: 2 * HOUR },
  },
  week: {
    description: "within a week, once a day",
    ranges: [{ minutes: exactly(24 * HOUR), count: between(2, 7) }],
    usual: { count: 7, minutes: 24 * HOUR },
  },
} as const satisfies { readonly [name: string]: RebootPreset };

export type PresetName = keyof typeof presets;

export const names = Object.keys(presets) as readonly PresetName[];

/** The request that a preset comes to, with the countdown that is recommended; refused when the choice lies outside it. */
export const settings = (
  name: PresetName,
  deferrals: Deferral = presets[name].usual,
): Result<Extract<RebootTimeline.RebootSettings, { readonly _tag: "Request" }>, Rejection.Rejection> => {
  if (!isIn(presets[name], deferrals)) {
    const message = `${name} is ${presets[name].ranges.map(told).join(", or ")}`;
    return fail(Rejection.make("RBT-15", "invalid", message, "deferrals"));
  }
  const { count, minutes } = deferrals;
  const countdownMinutes = Limits.RECOMMENDED_COUNTDOWN_MINUTES;
  return ok({ _tag: "Request", deferrals: { count, minutes }, countdownMinutes, whenNobody: "reboot" });
};

/** The preset that settings belong to; null when to none. */
export const of = (reboot: RebootTimeline.RebootSettings): PresetName | null => {
  if (reboot._tag !== "Request" || reboot.deferrals === null) return null;
  const { deferrals } = reboot;
  return names.find((name) => isIn(presets[name], deferrals)) ?? null;
};

const isIn = ({ ranges }: RebootPreset, { count, minutes }: Deferral): boolean =>
  Number.isInteger(count) &&
  Number.isInteger(minutes) &&
  ranges.some((r) => isBetween(r.count, count) && isBetween(r.minutes, minutes));

const isBetween = ({ min, max }: Bounds, value: number): boolean => value >= min && value <= max;

const told = ({ minutes, count }: Range): string => `${span(minutes)} minutes × ${span(count)}`;

const span = ({ min, max }: Bounds): string => (min === max ? `${min}` : `${min}–${max}`);
