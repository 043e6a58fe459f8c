import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Licence from "../../../src/domain/license/Licence.ts";
import * as Plan from "../../../src/domain/plan/Plan.ts";
import type { Rollout } from "../../../src/domain/rollout/Rollout.ts";
import * as RolloutPresets from "../../../src/domain/rollout/RolloutPresets.ts";
import { hashOf } from "../../../src/engine/plans/Plans.ts";
import { codecs } from "../../../src/schema/Stored.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";
import * as PlanWorld from "../../scenario/PlanWorld.ts";
import * as Values from "../../scenario/Values.ts";

const fleet = (n: number) => Array.from({ length: n }, (_, i) => Values.asset(Values.uuid(i), { tags: ["fleet"] }));
const planned = (inputs: Plan.PlanInputs): Plan.Plan => {
  const plan = Plan.compile(inputs);
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
};
/** A deployment in rings, to assets that all lack it and have a seat. */
const inRings = (rollout: Rollout, count: number): Plan.PlanInputs => {
  const assets = fleet(count);
  const inputs = PlanWorld.inputs({ assets, job: Values.job({ rollout }) });
  const subscription = Values.subscription({ licences: Values.licences({ seats: count }) });
  return { ...inputs, seats: Licence.assignSeats(subscription, inputs.tree, assets, Values.START) };
};

const byNumber = (a: readonly unknown[], b: readonly unknown[]): number => Number(a[0]) - Number(b[0]);

describe("the rings of a plan", () => {
  it("RNG-05: of one job with one list, each group tells its ring and the days before it may start", () => {
    const { groups } = planned(inRings(RolloutPresets.pilots, 150));
    const told = groups.map((g) => [g.ring?.number, g.ring?.name, g.ring?.afterDays, g.assets.length]);
    expect(told.sort(byNumber)).toEqual([
      [1, "Pilot 1: 10 assets", 0, 10],
      [2, "Pilot 2: 100 assets", 3, 100],
      [3, "Production", 8, 40],
    ]);
    expect(new Set(groups.map((g) => JSON.stringify(g.patches))).size).toBe(1);
  });

  it("RNG-02: counts only assets that get something", () => {
    const inputs = inRings(RolloutPresets.pilots, 30);
    const needy = new Map([...inputs.assessments].slice(0, 12));
    const { groups } = planned({ ...inputs, assessments: needy });
    expect(groups.map((g) => [g.ring?.number, g.assets.length]).sort(byNumber)).toEqual([
      [1, 10],
      [2, 2],
    ]);
  });

  it("RNG-02: are none of a job without a rollout", () => {
    expect(planned(PlanWorld.inputs()).groups.map((g) => "ring" in g)).toEqual([false]);
  });

  it("RNG-05, PLN-01: are part of what is approved by its hash, and are stored with the plan", () => {
    const plan = planned(inRings(RolloutPresets.pilots, 20));
    const [first, ...others] = plan.groups;
    if (first?.ring === undefined) throw new Error("no ring");
    const moved = { ...plan, groups: [{ ...first, ring: { ...first.ring, afterDays: 99 } }, ...others] };
    expect(hashOf(moved)).not.toBe(hashOf(plan));
    expect(codecs.plan.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  it("RNG-02, PLN-01: hold every asset that gets something once, in whatever order they come, with its list of without rings", () => {
    fc.assert(
      fc.property(PlanWorld.anyInputs, (inputs) => {
        const job = { ...inputs.job, rollout: RolloutPresets.pilots };
        const [plan, without] = [Plan.compile({ ...inputs, job }), Plan.compile(inputs)];
        expect(plan.ok).toBe(without.ok);
        if (!plan.ok || !without.ok) return;
        const lists = ({ groups }: Plan.Plan) =>
          new Map(groups.flatMap((g) => g.assets.map((id) => [id, JSON.stringify([g.patches, g.timing])] as const)));
        expect(lists(plan.value)).toEqual(lists(without.value));
        const ids = plan.value.groups.flatMap((g) => g.assets);
        expect(new Set(ids).size).toBe(ids.length);
        const turned = Plan.compile({ ...inputs, job, assets: [...inputs.assets].reverse() });
        expect(turned).toEqual(plan);
      }),
      Arbitraries.runs(150),
    );
  });
});
