import { describe, expect, it } from "vitest";
import type { UnknownPatch } from "../../src/domain/assessment/Assessment.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as PlanWorld from "../scenario/PlanWorld.ts";
import * as Values from "../scenario/Values.ts";

const { patch, uuid } = Values;

const because = (unknown: readonly UnknownPatch[], patches: Parameters<typeof Values.job>[0] = {}) => {
  const assessments = new Map([[uuid(1), { ...PlanWorld.assessment([], ["P-1"]), unknown }]]);
  const inputs = PlanWorld.inputs({ assessments, patches: [patch("P-1"), patch("P-2")], job: Values.job(patches) });
  const plan = Plan.compile(inputs);
  if (!plan.ok) throw new Error(plan.error.message);
  expect(plan.value.groups).toEqual([]);
  return plan.value.excluded.map((e) => [e.rule, e.reason]);
};

describe("an asset on which a patch can't be judged", () => {
  const listed = { patches: { _tag: "List", patches: ["P-1", "P-2"] } } as const;
  const query = { patches: { _tag: "Query", query: "platform: Linux" } } as const;
  const one = [{ patchId: "P-2", reason: "modules-not-told" }] as const;

  it("SYN-03: is left out of a plan for that, and not because nothing is missing", () => {
    const reason = "none of the patches is missing for certain: P-2 can't be judged (modules-not-told)";
    expect(because(one, listed)).toEqual([["SYN-03", reason]]);
    expect(because(one, query)).toEqual([["SYN-03", reason]]);
    const more = [{ patchId: "P-1", reason: "release-not-told" }, ...one] as const;
    expect(because(more, listed)[0]?.[1]).toBe(
      "none of the patches is missing for certain: P-1 and 1 more can't be judged (release-not-told)",
    );
  });

  it("is left out as one on which nothing is missing where the job doesn't name that patch", () => {
    const other = { patches: { _tag: "List", patches: ["P-1"] } } as const;
    expect(because(one, other)).toEqual([["JOB-22", "none of the patches is missing"]]);
  });
});
