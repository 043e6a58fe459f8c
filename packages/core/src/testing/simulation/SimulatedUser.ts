/**
 * Who sits at a simulated machine: plain data. When somebody is logged in, and what they answer to what they are shown: at times
 * of their own, or by habit. What is up on the screen outlives the agent that put it up, and no boot.
 */
import { type Answer, type Notice, UserPromptError, type UserPromptShape } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";

export interface SimulatedUser {
  /** When somebody is logged in, each from an instant on and up to another one. */
  readonly there: readonly { readonly from: number; readonly until: number }[];
  /** What they answer at given instants to whatever was shown last, in order of time. */
  readonly says?: readonly { readonly at: number; readonly answer: Answer }[];
  /** What they answer to every notice, so long after they saw it, if they are still there; nothing where it is left out. */
  readonly habit?: { readonly afterMs: number; readonly answer: Answer };
  /** Nothing can be shown: there is somebody, and no screen that the agent reaches. */
  readonly isOutOfReach?: true;
}

/** Nobody ever sits there. */
export const nobody: SimulatedUser = { there: [] };

/** A screen with somebody before it, or not. */
export interface SimulatedScreen {
  readonly prompt: UserPromptShape;
  /** Takes down everything, as a boot does. */
  readonly clear: () => void;
}

/** Puts a user before a machine; `seen` hears of each notice as it comes up before somebody's eyes, once. */
export const screen = (user: SimulatedUser, now: () => number, seen: (notice: Notice) => void): SimulatedScreen => {
  const shown = new Map<string, number>();
  const isThere = (at: number): boolean => user.there.some(({ from, until }) => from <= at && at < until);
  const show = (notice: Notice): Effect.Effect<void, UserPromptError> =>
    Effect.suspend(() => {
      if (user.isOutOfReach === true) {
        return Effect.fail(new UserPromptError({ message: "no screen answers", isRetryable: true }));
      }
      if (!shown.has(keyOf(notice))) {
        shown.set(keyOf(notice), now());
        seen(notice);
      }
      return Effect.void;
    });
  const answered = (notice: Notice): Answer | null => {
    const since = shown.get(keyOf(notice));
    if (since === undefined) return null;
    const said = (user.says ?? []).filter(({ at }) => at >= since && at <= now()).map(({ answer }) => answer);
    const { habit } = user;
    const byHabit = habit !== undefined && since + habit.afterMs <= now() && isThere(since + habit.afterMs);
    const all = byHabit ? [...said, habit.answer] : said;
    if (all.includes("reboot-now")) return "reboot-now";
    return all.includes("defer") && notice._tag === "Prompt" ? "defer" : null;
  };
  return {
    prompt: {
      isAnyoneThere: () => Effect.sync(() => isThere(now())),
      show,
      answer: (notice) => Effect.sync(() => answered(notice)),
      dismiss: () => Effect.void,
    },
    clear: () => shown.clear(),
  };
};

const keyOf = (notice: Notice): string =>
  notice._tag === "Prompt" ? `${notice.runId} ${notice.number}` : `${notice.runId} countdown ${notice.until}`;
