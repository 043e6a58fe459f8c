/**
 * The patch window: how long after its start a run may begin, or has to be complete (WIN-01, WIN-02), and for how long a
 * manifest may be acted on (PLN-04).
 *
 * Every interval here is half open: at its end nothing starts any more.
 */
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as Interval from "./Interval.ts";
import * as Limits from "./Limits.ts";
import { fail, ok, type Result } from "./Result.ts";

/** What must lie inside the window (WIN-02): the start of the job on the asset, or its completion. */
export type WindowBound = "start" | "complete";

/** No window (the default: a run lives until its assets have succeeded or failed), or one of so many minutes from the start. */
export type PatchWindow =
  | { readonly _tag: "None" }
  | { readonly _tag: "Bounded"; readonly minutes: number; readonly bound: WindowBound };

/** The window isn't a whole number of minutes within the limits (WIN-01). */
export type InvalidWindow = {
  readonly _tag: "InvalidWindow";
  readonly rule: "WIN-01";
  readonly minutes: number;
  readonly minMinutes: number;
  readonly maxMinutes: number;
  readonly message: string;
};

/** No window: WIN-01's default. */
export const none: PatchWindow = { _tag: "None" };

/**
 * A window of 30 to 10080 minutes (WIN-01).
 *
 * @example PatchWindow.make({ minutes: 180, bound: "complete" })
 */
export const make = (window: {
  readonly minutes: number;
  readonly bound: WindowBound;
}): Result<PatchWindow, InvalidWindow> => {
  const { minutes, bound } = window;
  const { MIN_WINDOW_MINUTES: minMinutes, MAX_WINDOW_MINUTES: maxMinutes } = Limits;
  if (Number.isInteger(minutes) && minutes >= minMinutes && minutes <= maxMinutes) {
    return ok({ _tag: "Bounded", minutes, bound });
  }
  const message = `A patch window is a whole number of minutes from ${minMinutes} to ${maxMinutes}, or none; ${minutes} is not.`;
  return fail({ _tag: "InvalidWindow", rule: "WIN-01", minutes, minMinutes, maxMinutes, message });
};

/**
 * For how long a manifest of a run may be acted on (PLN-04): its window from the nominal start, or without a window a lease
 * from the start, which `renew` prolongs.
 */
export const validity = (start: Instant.Instant, window: PatchWindow, lease: Duration.Duration): Interval.Interval =>
  Interval.lasting(start, window._tag === "None" ? lease : Duration.minutes(window.minutes));

/**
 * The validity of a new manifest of the same run, issued at `now` (PLN-04): the lease counts from `now` and never shrinks; a
 * window stays as it was. Whether the run still lives is for the issuer to know.
 */
export const renew = (
  window: PatchWindow,
  current: Interval.Interval,
  { now, lease }: { readonly now: Instant.Instant; readonly lease: Duration.Duration },
): Interval.Interval =>
  window._tag === "None" ? Interval.hull(current, Interval.lasting(Instant.max(now, current.start), lease)) : current;

/**
 * May the run begin on an asset now? Only inside its validity. With bound `complete` not in the last part of it either, the
 * `reserve` that its work is expected to take.
 */
export const mayStart = (
  window: PatchWindow,
  validity: Interval.Interval,
  now: Instant.Instant,
  reserve: Duration.Duration = Duration.zero,
): boolean => {
  if (!Interval.contains(validity, now)) return false;
  const stop = mustStopBy(window, validity);
  return stop === null || Instant.until(now, stop) > reserve;
};

/** When work on an asset has to be complete (WIN-02); null where only the start is bound: then what has begun runs to its end. */
export const mustStopBy = (window: PatchWindow, validity: Interval.Interval): Instant.Instant | null =>
  window._tag === "Bounded" && window.bound === "complete" ? validity.end : null;
