/** Runs effects at once in one thread, their turns drawn from a seed: where one yields, any other may go on. */
import * as Cause from "effect/Cause";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import type { Scheduler } from "effect/Scheduler";

/** Operations after which a fiber yields by itself. */
const OPERATIONS_MAX = 2_048;

/**
 * Runs them to their ends. What one of them dies of is thrown, and the others go no further: they were one process. What one
 * fails with is nobody's here, as whoever calls again does it again.
 */
export const run = (effects: readonly Effect.Effect<unknown, unknown>[], below: (n: number) => number): void => {
  const tasks: (() => void)[] = [];
  let death: { readonly cause: unknown } | null = null;
  const ended = (exit: Exit.Exit<unknown, unknown>): void => {
    if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) death ??= { cause: Cause.squash(exit.cause) };
  };
  const dispatcher = { scheduleTask: (task: () => void) => void tasks.push(task), flush: () => undefined };
  const scheduler: Scheduler = {
    executionMode: "sync",
    shouldYield: (fiber) => fiber.currentOpCount >= OPERATIONS_MAX,
    makeDispatcher: () => dispatcher,
  };
  for (const effect of effects) {
    Effect.runFork(Effect.map(Effect.exit(effect), ended), { scheduler });
    if (death !== null) break;
  }
  while (tasks.length > 0 && death === null) {
    const [task] = tasks.splice(below(tasks.length), 1);
    task?.();
  }
  if (death !== null) throw (death as { readonly cause: unknown }).cause;
};
