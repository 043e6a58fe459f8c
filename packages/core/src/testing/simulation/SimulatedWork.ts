/**
 * What an installer is at on a simulated machine, when it takes time: whoever asked for it waits until the clock has come so far and
 * somebody lets it go on. A boot cuts it off, early with nothing done, later half way; then nobody waits any more.
 */
import * as Effect from "effect/Effect";

export interface Task<A> {
  readonly milliseconds: number;
  /** What it comes to in the end. */
  readonly end: () => A;
  /** What it leaves behind where it is cut off half way. */
  readonly cut: () => void;
}

export interface SimulatedWork {
  readonly take: <A>(task: Task<A>) => Effect.Effect<A>;
  readonly until: () => number;
  readonly goOn: () => void;
  readonly cut: () => void;
}

/** Of a task that is cut off in the first part of its time nothing is done yet. */
const NOTHING_DONE_SHARE = 1 / 3;

interface Begun {
  readonly from: number;
  readonly until: number;
  readonly goOn: () => void;
  readonly cut: () => void;
}

/** Nothing is worked at. */
export const make = (now: () => number): SimulatedWork => {
  let begun: Begun | null = null;
  const take = <A>({ milliseconds, end, cut }: Task<A>): Effect.Effect<A> =>
    milliseconds <= 0
      ? Effect.sync(end)
      : Effect.callback<A>((resume) => {
          begun = { from: now(), until: now() + milliseconds, goOn: () => resume(Effect.sync(end)), cut };
        });
  return {
    take,
    until: () => begun?.until ?? Number.NEGATIVE_INFINITY,
    goOn: () => {
      if (begun === null || begun.until > now()) return;
      const { goOn } = begun;
      begun = null;
      goOn();
    },
    cut: () => {
      if (begun === null) return;
      const done = (now() - begun.from) / (begun.until - begun.from);
      if (done >= NOTHING_DONE_SHARE) begun.cut();
      begun = null;
    },
  };
};
