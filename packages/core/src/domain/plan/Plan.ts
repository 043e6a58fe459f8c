/**
 * The plan: who gets what, who doesn't and by which rule (PLN-01). One planner serves preview, enabling and the run, so
 * what was previewed is what runs. Pure and deterministic: the same inputs in any order give the same plan.
 *
 * Assets of equal fate stand in one group with one patch list, so a plan never holds asset × patch pairs. A list names
 * exact versions: for a deployment the fixing ones of packages that the asset has, for a rollback the ones it had.
 *
 * Its judgements stand in files of their own, for `Explanation` asks them too: `AssetObstacles`, `PatchChoice`, `AssetFate`.
 */
import type { JobKind } from "@fettle/agent-protocol/vocabulary";
import type { Asset } from "../asset/Asset.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import * as AssetFate from "./AssetFate.ts";
import * as AssetObstacles from "./AssetObstacles.ts";
import * as Fate from "./Fate.ts";
import * as PatchChoice from "./PatchChoice.ts";
import type { Obstacle, PlanInputs } from "./PlanInputs.ts";

export type { FormerVersions, PlanInputs, ReplacedPackages } from "./PlanInputs.ts";

export type PlannedPatch = Fate.PlannedPatch;

/** Assets that get the same list. */
export interface PlanGroup {
  readonly patches: readonly PlannedPatch[];
  readonly assets: readonly string[];
}

/** An asset that the selection names but that gets nothing, and the rule that says so. */
export interface PlanExclusion {
  readonly assetId: string;
  readonly rule: string;
  readonly reason: string;
  /** Whether it is shown in the run as Not Licensed (LIC-06); others are left out of the run. */
  readonly isUnlicensed: boolean;
}

export interface Plan {
  readonly jobId: string;
  readonly kind: JobKind;
  readonly schedule: "on-demand";
  readonly groups: readonly PlanGroup[];
  readonly excluded: readonly PlanExclusion[];
  readonly leftOut: readonly { readonly patchId: string; readonly rule: string; readonly reason: string }[];
  readonly versions: { readonly tzdata: string; readonly tokenizer: string };
}

/** Compiles a job's plan. Refused only when the job lacks a part (JOB-02) or its query no longer reads. */
export const compile = (inputs: PlanInputs): Result<Plan, Rejection.Rejection> => {
  const { job } = inputs;
  const judged = judgeAssets(inputs);
  if (!judged.ok) return judged;
  const { targets, excluded } = judged.value;
  const chosen = PatchChoice.choose(inputs, targets);
  if (!chosen.ok) return chosen;
  const { patches, leftOut } = chosen.value;
  const fates = targets.map((asset) => ({ asset, ...AssetFate.of(inputs, asset, patches) }));
  const idle = fates
    .filter((f) => f.patches.length === 0)
    .map((f) => exclusion(f.asset.id, AssetFate.whyNothing(inputs, f.asset.id, f, patches)));
  return ok({
    jobId: job.id,
    kind: job.kind,
    schedule: "on-demand",
    groups: group(fates.filter((f) => f.patches.length > 0)),
    excluded: [...excluded, ...idle].sort((a, b) => (a.assetId < b.assetId ? -1 : 1)),
    leftOut: [...leftOut, ...Fate.summary(fates)],
    versions: inputs.versions,
  });
};

/** The assets that the selection names, each either a target or out by the first rule that says so. */
export interface Judged {
  readonly targets: readonly Asset[];
  readonly excluded: readonly PlanExclusion[];
}

/** Judges the assets. Refused when the job lacks its patches or targets. */
export const judgeAssets = (inputs: PlanInputs): Result<Judged, Rejection.Rejection> => {
  const { job } = inputs;
  if (job.targets === null || job.patches === null) {
    return fail(Rejection.make("JOB-02", "conflict", "partially configured: patches or targets missing"));
  }
  const select = TagSelection.compile(job.targets, inputs.tree);
  const targets: Asset[] = [];
  const excluded: PlanExclusion[] = [];
  for (const asset of [...inputs.assets].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const verdict = select(asset);
    if (verdict === "not-selected") continue;
    const obstacle = AssetObstacles.of(inputs, asset, verdict).next().value;
    if (obstacle === undefined) targets.push(asset);
    else excluded.push(exclusion(asset.id, obstacle));
  }
  return ok({ targets, excluded });
};

const exclusion = (assetId: string, { rule, reason }: Obstacle): PlanExclusion => ({
  assetId,
  rule,
  reason,
  isUnlicensed: rule === "LIC-06",
});

type Placed = Fate.Fate & { readonly asset: Asset };

const group = (fates: readonly Placed[]): readonly PlanGroup[] => {
  const groups = new Map<string, { patches: readonly PlannedPatch[]; assets: string[] }>();
  for (const { asset, patches } of fates) {
    const key = Fate.key(patches);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { patches, assets: [asset.id] });
    else known.assets.push(asset.id);
  }
  return [...groups.values()].sort((a, b) => ((a.assets[0] ?? "") < (b.assets[0] ?? "") ? -1 : 1));
};
