/**
 * What a logged-in user sees and when the asset reboots at the latest: prompts, deferrals, countdown (RBT-02 to RBT-08,
 * RBT-11).
 *
 * - A prompt that nobody answers counts as deferred when its interval is over, so the latest reboot is known beforehand
 *   (RBT-08): first prompt + deferrals × interval + countdown, put off by the times in which the host allows none.
 * - Whoever is logged in is warned at least once before a forced reboot (RBT-11), by a prompt or a countdown of a minute or
 *   more; and again by a countdown after a time in which it was held back. A reboot by hand satisfies the need, and a need that
 *   went away drops what is left (RBT-05, RBT-06).
 * - Deferrals are counted over all: logging out and in again gives none back (RBT-11).
 */
import * as Calendar from "./Calendar.ts";
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import * as IntervalSet from "./IntervalSet.ts";
import * as Limits from "./Limits.ts";
import { fail, ok, type Result } from "./Result.ts";

/** How an asset reboots after a job that needs it. */
export type RebootSettings =
  /** It doesn't: it stays pending, until somebody reboots it (RBT-02). */
  | { readonly _tag: "Suppress" }
  /** The user may reboot or defer (RBT-03), then a countdown runs (RBT-04). */
  | {
      readonly _tag: "Request";
      readonly deferrals: { readonly count: number; readonly minutes: number } | null;
      readonly countdownMinutes: number | null;
      /** With nobody logged in: reboot at once, or run the countdown all the same (RBT-03). */
      readonly whenNobody: "reboot" | "countdown";
    }
  /** Without asking (RBT-13); the warning of RBT-11 is shown. */
  | { readonly _tag: "Automatic"; readonly countdownMinutes: number | null };

/** What is wrong with settings, or worth a word; `path` says where. */
export type Finding = {
  readonly severity: "error" | "warning";
  readonly rule: "RBT-03" | "RBT-04" | "RBT-07";
  readonly path: string;
  readonly message: string;
};

/** `strictLimits` makes RBT-07's warning an error; `deferralsMax` is the subscription's, 9 unless said, up to 12 (RBT-03). */
export type CheckOptions = { readonly strictLimits: boolean; readonly deferralsMax?: number };

/** Something that a user, or the asset, does. */
export type UserEvent = {
  readonly at: Instant.Instant;
  readonly what:
    | "log-in"
    | "log-out"
    /** Answers to a prompt. */
    | "defer"
    | "reboot-now"
    /** A reboot that no prompt asked for. */
    | "manual-reboot"
    /** The patches turn out to need none. */
    | "no-longer-needed";
};

/** What happens, in order. */
export type Step =
  | { readonly _tag: "Prompt"; readonly at: Instant.Instant; readonly number: number; readonly deferralsLeft: number }
  | { readonly _tag: "Deferred"; readonly at: Instant.Instant; readonly byUser: boolean }
  | { readonly _tag: "Countdown"; readonly at: Instant.Instant; readonly minutes: number }
  /** Due, and held back to the end of a time in which the host's policy allows no reboot. */
  | { readonly _tag: "HeldBack"; readonly at: Instant.Instant; readonly until: Instant.Instant }
  | { readonly _tag: "Reboot"; readonly at: Instant.Instant; readonly by: "policy" | "user" | "hand" }
  | { readonly _tag: "Dropped"; readonly at: Instant.Instant };

/** From which instant on, with whom, and what then happens. */
export type Situation = {
  /** When the last patch was attempted and a reboot was found to be needed (RBT-01). */
  readonly doneAt: Instant.Instant;
  readonly isUserLoggedIn: boolean;
  /** In order of time, from `doneAt` on. */
  readonly events: readonly UserEvent[];
  /** When the host allows no reboot. */
  readonly noReboot: IntervalSet.IntervalSet;
};

/**
 * Settings from a job, with what to warn of: a missing countdown, and a total that calls for suppression (RBT-07), which is an
 * error under `strictLimits`.
 */
export const check = (
  settings: RebootSettings,
  { strictLimits, deferralsMax = Limits.MAX_DEFERRALS }: CheckOptions,
): readonly Finding[] => {
  if (settings._tag === "Suppress") return [];
  const maxDeferrals = Math.min(deferralsMax, Limits.MAX_DEFERRALS_ALLOWED);
  const found: Finding[] = [];
  const { countdownMinutes } = settings;
  const max = Limits.MAX_REBOOT_MINUTES;
  const finding = (severity: Finding["severity"], rule: Finding["rule"], path: string, message: string): void => {
    found.push({ severity, rule, path, message });
  };
  if (countdownMinutes === null) {
    finding(
      "warning",
      "RBT-07",
      "countdownMinutes",
      `Set a countdown, ${Limits.RECOMMENDED_COUNTDOWN_MINUTES} minutes for instance.`,
    );
  } else if (!isWithin(countdownMinutes, 1, max)) {
    finding(
      "error",
      "RBT-04",
      "countdownMinutes",
      `A countdown takes 1 to ${max} minutes; ${countdownMinutes} is none of these.`,
    );
  }
  if (settings._tag === "Automatic" || settings.deferrals === null) return found;
  const { count, minutes } = settings.deferrals;
  if (!isWithin(count, 1, maxDeferrals)) {
    finding(
      "error",
      "RBT-03",
      "deferrals.count",
      `A user may defer 1 to ${maxDeferrals} times; ${count} is none of these.`,
    );
  }
  if (!isWithin(minutes, 1, max)) {
    finding(
      "error",
      "RBT-03",
      "deferrals.minutes",
      `A deferral takes 1 to ${max} minutes; ${minutes} is none of these.`,
    );
  }
  if (count * minutes > Limits.MAX_DEFERRAL_TOTAL_MINUTES) {
    const hours = Limits.MAX_DEFERRAL_TOTAL_MINUTES / 60;
    const message = `The deferrals come to more than ${hours} hours: suppress the reboot instead.`;
    finding(strictLimits ? "error" : "warning", "RBT-07", "deferrals", message);
  }
  return found;
};

/** Settings that break a limit. */
export type InvalidSettings = { readonly _tag: "InvalidSettings"; readonly findings: readonly Finding[] };

/** Settings without an error in them. */
export const make = (
  settings: RebootSettings,
  options: CheckOptions = { strictLimits: false },
): Result<RebootSettings, InvalidSettings> => {
  const findings = check(settings, options).filter(({ severity }) => severity === "error");
  return findings.length === 0 ? ok(settings) : fail({ _tag: "InvalidSettings", findings });
};

/** Presets by name (RBT-15). */
export const presets: { readonly [name in "urgent" | "workingDay" | "week"]: RebootSettings } = {
  urgent: request(3, 15),
  workingDay: request(4, 120),
  week: request(6, 1440),
};

function request(count: number, minutes: number): RebootSettings {
  const countdownMinutes = Limits.RECOMMENDED_COUNTDOWN_MINUTES;
  return { _tag: "Request", deferrals: { count, minutes }, countdownMinutes, whenNobody: "reboot" };
}

/**
 * The latest instant at which the asset is forced to reboot (RBT-08), whatever the user does; null where it may never be. A time
 * without reboots puts it off, and so does the countdown after it, for whoever is logged in by then (RBT-11).
 */
export const latestReboot = (
  settings: RebootSettings,
  doneAt: Instant.Instant,
  noReboot: IntervalSet.IntervalSet = IntervalSet.none,
): Instant.Instant | null => {
  if (settings._tag === "Suppress") return null;
  const deferrals = settings._tag === "Request" ? settings.deferrals : null;
  const deferred = deferrals === null ? 0 : deferrals.count * deferrals.minutes;
  let latest = after(doneAt, deferred + countdownOf(settings));
  for (const { start, end } of noReboot) {
    if (start > latest) break;
    if (end === null) return null;
    latest = Instant.max(latest, after(end, countdownOf(settings)));
  }
  return latest;
};

/**
 * What happens, step by step, until the asset has rebooted, need not any more, or waits for somebody to do it.
 *
 * @example RebootTimeline.play(settings, { doneAt, isUserLoggedIn: true, events: [], noReboot: [] })
 */
export const play = (settings: RebootSettings, situation: Situation): readonly Step[] => {
  const steps: Step[] = [];
  const state: State = {
    at: situation.doneAt,
    isThere: situation.isUserLoggedIn,
    deferred: 0,
    events: [...situation.events],
  };
  if (settings._tag === "Suppress") {
    waitForHand(state, steps, null);
    return steps;
  }
  if (settings._tag === "Request" && !promptUntilOver(settings, state, steps)) return steps;
  countDown(settings, state, steps, situation.noReboot);
  return steps;
};

type State = {
  at: Instant.Instant;
  isThere: boolean;
  deferred: number;
  /** Those to come. */
  readonly events: UserEvent[];
};

/** Shows prompts until deferrals are used up or nobody is there; false if it ended otherwise. */
const promptUntilOver = (
  { deferrals }: Extract<RebootSettings, { readonly _tag: "Request" }>,
  state: State,
  steps: Step[],
): boolean => {
  const { count, minutes } = deferrals ?? { count: 0, minutes: 0 };
  while (state.isThere && state.deferred < count) {
    const number = state.deferred + 1;
    steps.push({ _tag: "Prompt", at: state.at, number, deferralsLeft: count - state.deferred });
    const next = after(state.at, minutes);
    const answer = answerBefore(state, next);
    if (answer !== null && answer.what !== "defer") {
      steps.push(ending(answer));
      return false;
    }
    steps.push({ _tag: "Deferred", at: answer?.at ?? next, byUser: answer !== null });
    state.deferred += 1;
    if (waitForHand(state, steps, next)) return false;
    state.at = next;
  }
  return true;
};

/** The countdown, or the reboot at once where nobody is there to be warned; then the reboot, when it is allowed. */
const countDown = (
  settings: Exclude<RebootSettings, { readonly _tag: "Suppress" }>,
  state: State,
  steps: Step[],
  noReboot: IntervalSet.IntervalSet,
): void => {
  let isAtOnce = !state.isThere && (settings._tag === "Automatic" || settings.whenNobody === "reboot");
  for (;;) {
    if (!isAtOnce) {
      const minutes = countdownOf(settings);
      steps.push({ _tag: "Countdown", at: state.at, minutes });
      const end = after(state.at, minutes);
      if (waitForHand(state, steps, end)) return;
      state.at = end;
    }
    const held = IntervalSet.at(noReboot, state.at);
    if (held === null) break;
    const { end } = held;
    if (end !== null) steps.push({ _tag: "HeldBack", at: state.at, until: end });
    if (waitForHand(state, steps, end) || end === null) return;
    state.at = end;
    // Who is there then was warned hours ago, or never.
    isAtOnce = !state.isThere;
  }
  steps.push({ _tag: "Reboot", at: state.at, by: "policy" });
};

/** The minutes of the countdown; a warning where none is set (RBT-11). */
const countdownOf = ({ countdownMinutes }: Exclude<RebootSettings, { readonly _tag: "Suppress" }>): number =>
  countdownMinutes ?? Limits.WARNING_MINUTES;

/** The first answer to a prompt, or anything that ends it, before an instant; logging in and out on the way. */
const answerBefore = (state: State, end: Instant.Instant): UserEvent | null => {
  for (;;) {
    const event = state.events[0];
    if (event === undefined || event.at >= end) return null;
    state.events.shift();
    if (event.what === "log-in" || event.what === "log-out") state.isThere = event.what === "log-in";
    else return event;
  }
};

/** Waits for a reboot by hand, or for the need to go away, up to an instant; true if it came. Answers count for nothing here. */
const waitForHand = (state: State, steps: Step[], end: Instant.Instant | null): boolean => {
  for (;;) {
    const event = answerBefore(state, end ?? Instant.latest);
    if (event === null) return false;
    if (event.what === "defer") continue;
    steps.push(ending(event));
    return true;
  }
};

const ending = ({ at, what }: UserEvent): Step =>
  what === "no-longer-needed"
    ? { _tag: "Dropped", at }
    : { _tag: "Reboot", at, by: what === "reboot-now" ? "user" : "hand" };

const after = (at: Instant.Instant, minutes: number): Instant.Instant =>
  Instant.add(at, Duration.milliseconds(minutes * Calendar.MINUTE_MILLISECONDS));

const isWithin = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;
