/**
 * What keeps an asset out of a job, one judgement after the other. The plan asks for the first obstacle and an explanation
 * for all of them, of the same generator: so they can't differ.
 */
import * as Asset from "../asset/Asset.ts";
import * as TagScope from "../tag/TagScope.ts";
import type * as TagSelection from "../tag/TagSelection.ts";
import type { Obstacle, PlanInputs } from "./PlanInputs.ts";
import type { Timings } from "./PlanTiming.ts";

/** What stands in the way of an asset, given the selection's verdict on it. */
export type Obstacles = (asset: Asset.Asset, verdict: TagSelection.TagVerdict) => Generator<Obstacle, undefined>;

/**
 * Prepared for many assets. In the order in which the plan asks: the selection, then what a user may see, before everything
 * else.
 */
export const compile = (inputs: PlanInputs, timings: Timings): Obstacles => {
  const { scope, tree, job } = inputs;
  const isSeen = TagScope.compile(scope, tree);
  const wasSeen = job.formerScopes.map((former) => TagScope.compile(former, tree));
  // Whom the first ring has no time for, the next may take (RNG-05); where that one has none, those after it haven't either.
  const hasLaterRing = (asset: Asset.Asset): boolean =>
    (job.rollout?.rings.length ?? 0) > 1 && timings.inRing(asset, 2)._tag === "Runs";
  return function* (asset, verdict): Generator<Obstacle, undefined> {
    if (verdict === "not-selected") yield { rule: "TAG-03", reason: "the job's targets don't mean it" };
    if (!isSeen(asset.tags)) yield { rule: "TAG-06", reason: "outside the owner's tag scope" };
    if (!wasSeen.every((isIn) => isIn(asset.tags)))
      yield { rule: "OWN-02", reason: "outside the tag scope that a former owner had" };
    if (verdict === "excluded") yield { rule: "TAG-04", reason: "bears an excluded tag" };
    yield* unfit(asset, job);
    yield* unmanaged(inputs, asset);
    const timing = timings.of(asset);
    if (timing._tag === "Out" && !hasLaterRing(asset)) yield timing.obstacle;
  };
};

// What the machine is.
function* unfit(asset: Asset.Asset, job: PlanInputs["job"]): Generator<Obstacle, undefined> {
  const unpatchable = Asset.whyUnpatchable(asset);
  if (unpatchable !== null) yield unpatchable;
  const unscanned = Asset.whyNotScanned(asset);
  if (unscanned !== null) yield unscanned;
  if (asset.platform !== job.platform) yield { rule: "JOB-01", reason: `the job is for ${job.platform}` };
}

// What it is licensed and configured to.
function* unmanaged({ turnedOff, seats }: PlanInputs, asset: Asset.Asset): Generator<Obstacle, undefined> {
  if (!Asset.isPatchManaged(asset)) yield { rule: "AST-11", reason: "the patch module is not active" };
  const profile = turnedOff.get(asset.id);
  if (profile !== undefined)
    yield { rule: "CFG-09", reason: `the patch module is turned off by the configuration profile ${profile}` };
  const seat = seats.get(asset.id);
  if (seat === undefined) yield { rule: "LIC-06", reason: "no seat", shownAs: "NotLicensed" };
  else if (seat._tag !== "Licensed")
    yield { rule: "LIC-06", reason: `${seat.reason} (${seat.rule})`, shownAs: "NotLicensed" };
}
