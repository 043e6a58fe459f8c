/**
 * What is next in a run's reboot: a pure decision on what was told of it so far, the job's policy, the time, whoever is there and
 * what they answered. Nothing crashing, it goes as `RebootTimeline.play` of the scheduler tells beforehand (RBT-08).
 *
 * Invariants: nothing is ordered for a suppressed reboot, before the host's hours allow it (unless the user wants it now), when
 * enough were caused in a day, or twice in a phase; at most two orders are given in one boot, for the first may have been cut off
 * by a crash. Whoever is there has seen a countdown, or wants it now (RBT-11). Deferrals only grow.
 */
import { Limits } from "@fettle/scheduler";
import type { RebootEvent } from "../vocabulary/RebootEvent.ts";
import type { RebootPolicy } from "../vocabulary/RebootPolicy.ts";
import * as RebootProgress from "./RebootProgress.ts";
import type { Answer, Notice } from "./UserPrompt.ts";

/** How often a user's answer is asked for while a notice is up, in milliseconds. A host that knows of an answer cycles at once. */
export const ANSWER_POLL_MS = 15_000;

/** How long a machine may take to go down after an order, in milliseconds, before it is ordered once more. */
export const GOING_DOWN_MS = 30_000;

/** Orders in one boot at most: the second is for a crash that cut off the first (reliability.md 2.13). */
export const ORDERS_MAX = 2;

/**
 * How long a countdown that ended has warned whoever is there, in milliseconds. While the agent was away, somebody else may have come, and
 * who saw it takes it that nothing came of it.
 */
export const WARNED_FOR_MS = 900_000;

/** After how many milliseconds a notice that could not be shown is tried again. */
export const SHOW_AGAIN_MS = 900_000;

/** "Not before somebody does something." */
export const UNTIL_BY_HAND: number = Number.MAX_SAFE_INTEGER;

const MINUTE_MS = 60_000;

export interface Situation {
  readonly policy: RebootPolicy;
  readonly progress: RebootProgress.RebootProgress;
  readonly now: number;
  /** This boot. */
  readonly bootId: string;
  /** A need that can't be told now is still one (RBT-06). */
  readonly isStillNeeded: boolean;
  /** Whether the machine can be ordered to reboot at all. */
  readonly canReboot: boolean;
  readonly isAnyoneThere: boolean;
  /** To the notice that was shown last. */
  readonly answer: Answer | null;
  /** Until when the host's own hours allow none; null: they do. */
  readonly noRebootUntil: number | null;
  readonly caused: readonly RebootProgress.CausedReboot[];
  /** Another run is in the midst of its patches. */
  readonly isBusy: boolean;
}

export type RebootStep =
  | { readonly _tag: "Wait"; readonly until: number; readonly isForAnswer?: true }
  /** Something came to pass, and is told. */
  | { readonly _tag: "Tell"; readonly event: RebootEvent }
  /** A notice is put up; once it is, that is told. */
  | { readonly _tag: "Show"; readonly event: Extract<RebootEvent, { _tag: "Prompted" | "Countdown" }> }
  | { readonly _tag: "Order"; readonly by: "policy" | "user" };

type Settings = Exclude<RebootPolicy, { readonly _tag: "Suppress" }>;

/** The next step of a reboot that was found to be needed. */
export const next = (s: Situation): RebootStep => {
  const { policy, progress: p } = s;
  if (s.bootId !== p.bootId) return tell({ _tag: "Rebooted", by: wasCaused(s) ? "agent" : "hand" });
  if (!s.isStillNeeded) return tell({ _tag: "Dropped" });
  if (policy._tag === "Suppress" || !s.canReboot || p.hasGivenUp) return wait(UNTIL_BY_HAND);
  const left = leftAlone(s);
  if (left !== null) return left;
  if (p.isAccepted) return order(s, "user");
  if (s.answer === "reboot-now") return tell({ _tag: "Accepted" });
  if (p.held?.because === "unseen" && s.now < p.held.until) return wait(p.held.until);
  // What was ordered once is asked about no more; who is there is warned all the same.
  const isAsked = policy._tag === "Request" && p.orders.length === 0;
  return (isAsked ? prompting(policy, s) : null) ?? countingDown(policy, s);
};

/** What was shown last, and may be answered; null: nothing was. */
export const noticeOf = (runId: string, p: RebootProgress.RebootProgress): Notice | null => {
  if (p.countdown !== null) return { _tag: "Countdown", runId, until: p.countdown.until };
  if (p.prompt === null) return null;
  const { number, deferralsLeft, until } = p.prompt;
  return { _tag: "Prompt", runId, number, deferralsLeft, until };
};

/** The notice that is to be up now; null: none is. */
export const upNow = (runId: string, p: RebootProgress.RebootProgress): Notice | null => {
  const isUp = p.countdown !== null ? p.held === null : p.prompt?.isOver === false;
  const isOrdered = p.orders.some(({ at }) => at >= (p.countdown?.until ?? 0));
  const isLeft = p.isAccepted || isOrdered || p.hasGivenUp;
  return isUp && !isLeft ? noticeOf(runId, p) : null;
};

/** Minutes of the countdown; a warning where none is set (RBT-11). */
export const countdownMinutes = ({ countdownMinutes: set }: Settings): number => set ?? Limits.WARNING_MINUTES;

const tell = (event: RebootEvent): RebootStep => ({ _tag: "Tell", event });
const wait = (until: number): RebootStep => ({ _tag: "Wait", until });
const awaitAnswer = (until: number, now: number): RebootStep => ({
  _tag: "Wait",
  until: Math.min(until, now + ANSWER_POLL_MS),
  isForAnswer: true,
});

// Whichever run it was ordered for.
const wasCaused = (s: Situation): boolean => s.caused.some((c) => c.bootId === s.progress.bootId);

// Prompts, until deferrals are used up or nobody is there; null: it's the countdown's turn.
const prompting = (
  { deferrals }: Extract<RebootPolicy, { readonly _tag: "Request" }>,
  { progress: p, now, answer, isAnyoneThere }: Situation,
): RebootStep | null => {
  if (p.countdown !== null || (p.held !== null && p.held.because !== "unseen")) return null;
  const { count, minutes } = deferrals ?? { count: 0, minutes: 0 };
  if (p.prompt?.isOver === false) {
    const { number, until } = p.prompt;
    if (answer === "defer" || now >= until) return tell({ _tag: "Deferred", number, byUser: answer === "defer" });
    return awaitAnswer(until, now);
  }
  if (p.prompt !== null && now < p.prompt.until) return wait(p.prompt.until);
  if (!isAnyoneThere || p.deferred >= count) return null;
  const [number, deferralsLeft] = [p.deferred + 1, count - p.deferred];
  return { _tag: "Show", event: { _tag: "Prompted", number, deferralsLeft, until: now + minutes * MINUTE_MS } };
};

const countingDown = (policy: Settings, s: Situation): RebootStep => {
  const { progress: p, now } = s;
  const minutes = countdownMinutes(policy);
  const show: RebootStep = { _tag: "Show", event: { _tag: "Countdown", minutes, until: now + minutes * MINUTE_MS } };
  if (p.held !== null) {
    if (now < p.held.until) return wait(p.held.until);
    // Who is there then was warned hours ago, or never.
    return s.isAnyoneThere ? show : due(s);
  }
  if (p.countdown !== null) {
    if (now < p.countdown.until) return awaitAnswer(p.countdown.until, now);
    const isWarned = !s.isAnyoneThere || now - p.countdown.until < WARNED_FOR_MS;
    return isWarned ? due(s) : show;
  }
  const isAtOnce = !s.isAnyoneThere && (policy._tag === "Automatic" || policy.whenNobody === "reboot");
  return isAtOnce ? due(s) : show;
};

const due = (s: Situation): RebootStep =>
  s.noRebootUntil !== null && s.noRebootUntil > s.now
    ? tell({ _tag: "HeldBack", because: "host", until: s.noRebootUntil })
    : order(s, "policy");

// However it came about, no more than so many in a day: what loops is stopped, a user's wish included.
const order = (s: Situation, by: "policy" | "user"): RebootStep => {
  if (s.isBusy) return wait(s.now + ANSWER_POLL_MS);
  const until = RebootProgress.fullUntil(s.caused, { at: s.now, bootId: s.bootId });
  if (until === null) return { _tag: "Order", by };
  const { held } = s.progress;
  const isTold = held?.because === "too-many" && s.now < held.until;
  return isTold ? wait(held.until) : tell({ _tag: "HeldBack", because: "too-many", until });
};

// The same boot still, though it was ordered to end: the machine takes its time or goes nowhere; null: it is ordered once more, for the
// order may have been cut off.
const leftAlone = ({ progress: { orders }, now }: Situation): RebootStep | null => {
  const last = orders.at(-1);
  if (last === undefined) return null;
  const since = now - last.at;
  if (since >= 0 && since < GOING_DOWN_MS) return wait(last.at + GOING_DOWN_MS);
  if (orders.length < ORDERS_MAX) return null;
  return tell({ _tag: "GaveUp", message: `ordered ${orders.length} times, and the machine has not rebooted` });
};
