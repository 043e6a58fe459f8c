/**
 * How often an asset is assessed: bounds by plan (PRO-01, PRO-02), and the delay and spread of a scan (CFG-02, CFG-05).
 */
import * as Duration from "./Duration.ts";
import * as Limits from "./Limits.ts";
import { fail, ok, type Result } from "./Result.ts";

/** Free plans scan once a day at most; the others every four hours. */
export type Plan = "Free" | "Trial" | "Full";

/** Outside the bounds of a plan, or no whole number of minutes. */
export type InvalidInterval = {
  readonly _tag: "InvalidInterval";
  readonly rule: "PRO-02" | "CFG-02";
  readonly minutes: number;
  readonly minMinutes: number;
  readonly maxMinutes: number;
  readonly message: string;
};

/** The shortest interval of a plan, which is its initial one as well (PRO-01, PRO-02). */
export const shortestMinutes = (plan: Plan): number =>
  plan === "Free" ? Limits.MIN_SCAN_MINUTES_FREE : Limits.MIN_SCAN_MINUTES;

/** An interval in minutes, within the bounds of a plan. */
export const make = (minutes: number, plan: Plan): Result<Duration.Duration, InvalidInterval> =>
  bounded("PRO-02", minutes, shortestMinutes(plan), Limits.MAX_SCAN_MINUTES);

/** What an interval becomes on another plan: never shorter than that allows, and else as it was (LIC-02). */
export const onPlan = (interval: Duration.Duration, plan: Plan): Duration.Duration => {
  const shortest = Duration.minutes(shortestMinutes(plan));
  return interval < shortest ? shortest : interval;
};

/** The delay before a scan that something calls for, or the minutes it is spread over: 0 to 720 (CFG-02). */
export const makeDelay = (minutes: number): Result<Duration.Duration, InvalidInterval> =>
  bounded("CFG-02", minutes, 0, Limits.MAX_SCAN_DELAY_MINUTES);

const bounded = (
  rule: InvalidInterval["rule"],
  minutes: number,
  minMinutes: number,
  maxMinutes: number,
): Result<Duration.Duration, InvalidInterval> => {
  if (Number.isInteger(minutes) && minutes >= minMinutes && minutes <= maxMinutes) return ok(Duration.minutes(minutes));
  const message = `Choose ${minMinutes} to ${maxMinutes} minutes; ${minutes} is none of these.`;
  return fail({ _tag: "InvalidInterval", rule, minutes, minMinutes, maxMinutes, message });
};
