/** Compiling plans of large fleets so that others get their turn in between. */
import * as Effect from "effect/Effect";
import * as Plan from "../../domain/plan/Plan.ts";
import type { PlanInputs } from "../../domain/plan/PlanInputs.ts";

/** {@link Plan.compile}, chunk by chunk. */
export const compile = Effect.fn("Compiling.compile")(function* (inputs: PlanInputs) {
  const steps = Plan.steps(inputs);
  let step = steps.next();
  while (step.done !== true) {
    yield* Effect.yieldNow;
    step = steps.next();
  }
  return step.value;
});
