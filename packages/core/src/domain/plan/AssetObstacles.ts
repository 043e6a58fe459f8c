/**
 * What keeps an asset out of a job, one judgement after the other. The plan asks for the first obstacle and an explanation
 * for all of them, of the same generator: so they can't differ.
 */
import * as Asset from "../asset/Asset.ts";
import * as TagScope from "../tag/TagScope.ts";
import type * as TagSelection from "../tag/TagSelection.ts";
import type { Obstacle, PlanInputs } from "./PlanInputs.ts";
import type { Timings } from "./PlanTiming.ts";

/**
 * In the order in which the plan asks: the selection, then what a user may see, before everything else. `verdict` is the
 * selection's on the asset.
 */
export function* of(
  inputs: PlanInputs,
  asset: Asset.Asset,
  { verdict, timings }: { readonly verdict: TagSelection.TagVerdict; readonly timings: Timings },
): Generator<Obstacle, undefined> {
  const { scope, tree, job } = inputs;
  if (verdict === "not-selected") yield { rule: "TAG-03", reason: "the job's targets don't mean it" };
  if (!TagScope.sees(scope, tree, asset.tags).ok) yield { rule: "TAG-06", reason: "outside the owner's tag scope" };
  if (!job.formerScopes.every((former) => TagScope.sees(former, tree, asset.tags).ok))
    yield { rule: "OWN-02", reason: "outside the tag scope that a former owner had" };
  if (verdict === "excluded") yield { rule: "TAG-04", reason: "bears an excluded tag" };
  const unpatchable = Asset.whyUnpatchable(asset);
  if (unpatchable !== null) yield unpatchable;
  const unscanned = Asset.whyNotScanned(asset);
  if (unscanned !== null) yield unscanned;
  if (asset.platform !== job.platform) yield { rule: "JOB-01", reason: `the job is for ${job.platform}` };
  if (!Asset.isPatchManaged(asset)) yield { rule: "AST-11", reason: "the patch module is not active" };
  const profile = inputs.turnedOff.get(asset.id);
  if (profile !== undefined)
    yield { rule: "CFG-09", reason: `the patch module is turned off by the configuration profile ${profile}` };
  const seat = inputs.seats.get(asset.id);
  if (seat === undefined) yield { rule: "LIC-06", reason: "no seat", shownAs: "NotLicensed" };
  else if (seat._tag !== "Licensed")
    yield { rule: "LIC-06", reason: `${seat.reason} (${seat.rule})`, shownAs: "NotLicensed" };
  const timing = timings.of(asset);
  if (timing._tag === "Out") yield timing.obstacle;
}
