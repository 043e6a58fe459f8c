/** Runs an effect in one thread, in a fixed order: up to its end, or to where it waits for something that the clock brings. */
import * as Effect from "effect/Effect";
import type * as Exit from "effect/Exit";
import type { Scheduler } from "effect/Scheduler";

/** Operations after which a fiber yields by itself. */
const OPERATIONS_MAX = 2_048;

/** An effect under way. Who lets go of it kills it: nothing of it goes on by itself. */
export interface Running<A, E> {
  /** Goes on as far as it can. */
  readonly goOn: () => void;
  /** Its end; null: it waits. */
  readonly exit: () => Exit.Exit<A, E> | null;
}

/** Begins it, and goes as far as it can. */
export const start = <A, E>(effect: Effect.Effect<A, E>): Running<A, E> => {
  const tasks: (() => void)[] = [];
  let ended: Exit.Exit<A, E> | null = null;
  const goOn = (): void => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
  };
  const dispatcher = { scheduleTask: (task: () => void) => void tasks.push(task), flush: goOn };
  const scheduler: Scheduler = {
    executionMode: "sync",
    shouldYield: (fiber) => fiber.currentOpCount >= OPERATIONS_MAX,
    makeDispatcher: () => dispatcher,
  };
  const whole = Effect.map(Effect.exit(effect), (exit) => {
    ended = exit;
  });
  Effect.runFork(whole, { scheduler });
  goOn();
  return { goOn, exit: () => ended };
};
