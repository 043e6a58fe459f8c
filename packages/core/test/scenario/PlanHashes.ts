/** Hashes of the plans of a seed's fleets, as they were drawn or with their parts in another order. */
import * as fc from "fast-check";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as Plans from "../../src/engine/plans/Plans.ts";
import * as PlanFleet from "./PlanFleet.ts";
import * as PlanWorld from "./PlanWorld.ts";

const pairs = PlanFleet.anyInputs.chain((from) => fc.tuple(fc.constant(from), PlanWorld.reordered(from)));

export const of = (seed: number, times: number, order: "drawn" | "reordered"): readonly string[] =>
  fc.sample(pairs, { seed, numRuns: times }).map((pair) => {
    const plan = Plan.compile(pair[order === "drawn" ? 0 : 1]);
    if (!plan.ok) throw new Error(plan.error.message);
    return Plans.hashOf(plan.value);
  });
