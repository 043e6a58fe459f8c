/**
 * Hashes of the plans of a seed's fleets, with a time or without, as they were drawn or with their parts in another order; of one
 * that has no plan, the rule that says so.
 */
import * as fc from "fast-check";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as Plans from "../../src/engine/plans/Plans.ts";
import * as PlanWorld from "./PlanWorld.ts";
import * as TimedFleet from "./TimedFleet.ts";

const pairs = TimedFleet.someInputs.chain((from) => fc.tuple(fc.constant(from), PlanWorld.reordered(from)));

export const of = (seed: number, times: number, order: "drawn" | "reordered"): readonly string[] =>
  fc.sample(pairs, { seed, numRuns: times }).map((pair) => {
    const plan = Plan.compile(pair[order === "drawn" ? 0 : 1]);
    return plan.ok ? Plans.hashOf(plan.value) : `${plan.error.rule}: ${plan.error.message}`;
  });
