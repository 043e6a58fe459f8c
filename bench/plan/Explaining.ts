/** Explaining one asset of a large fleet, against planning the whole of it. */
import * as Explanation from "../../packages/core/src/domain/plan/Explanation.ts";
import * as Plan from "../../packages/core/src/domain/plan/Plan.ts";
import type { Contest } from "../Entry.ts";
import * as PlanningFleet from "./PlanningFleet.ts";

const ASKED = 50;

export const contest = (): Contest => {
  const from = PlanningFleet.inputs("query");
  const lacking = (id: string) => from.assessments.get(id)?.missing[0]?.patchId;
  const asset = from.assets.find((a) => lacking(a.id) !== undefined);
  if (asset === undefined) throw new Error("no asset lacks anything");
  const patchId = lacking(asset.id) ?? null;
  const alone = {
    ...from,
    assets: [asset],
    assessments: new Map([...from.assessments].filter(([id]) => id === asset.id)),
  };
  const explain = () => Explanation.explain(alone, { asset, patchId, reads: "asset" });
  const answer = explain();
  if (!answer.ok || answer.value?.gets.length !== 1) throw new Error("nothing was explained");
  return {
    ours: () => milliseconds(() => Array.from({ length: ASKED }, explain)) / ASKED,
    peer: () => milliseconds(() => Plan.compile(from)),
  };
};

const milliseconds = (work: () => unknown): number => {
  const begun = performance.now();
  work();
  return performance.now() - begun;
};
