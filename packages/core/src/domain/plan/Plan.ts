/**
 * The plan: who gets what, who doesn't and by which rule (PLN-01). One planner serves preview, enabling and the run, so
 * what was previewed is what runs. Pure and deterministic: the same inputs in any order give the same plan.
 *
 * Assets of equal fate stand in one group with one patch list, so a plan never holds asset × patch pairs. A list names
 * exact versions: for a deployment the fixing ones of packages that the asset has, for a rollback the ones it had.
 *
 * Its judgements stand in files of their own, for `Explanation` asks them too: `AssetObstacles`, `PatchChoice`, `AssetFate`.
 * It is made in chunks (`Chunks`), and what many assets have in common is judged once (`PatchStates`, `Fates`).
 */
import type { JobKind } from "@fettle/agent-protocol/vocabulary";
import type { Asset } from "../asset/Asset.ts";
import * as DefaultJobs from "../job/DefaultJobs.ts";
import type { Job } from "../job/Job.ts";
import * as JobActions from "../job/JobActions.ts";
import * as Chunks from "../shared/Chunks.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import * as AssetObstacles from "./AssetObstacles.ts";
import type * as Fate from "./Fate.ts";
import * as PatchChoice from "./PatchChoice.ts";
import * as PatchStates from "./PatchStates.ts";
import * as Placement from "./Placement.ts";
import type { ExclusionStatus, Obstacle, PlanInputs } from "./PlanInputs.ts";
import type { PlanRing } from "./PlanRings.ts";
import * as PlanTiming from "./PlanTiming.ts";

export type { FormerVersions, PlanInputs, ReplacedPackages } from "./PlanInputs.ts";

export type PlannedPatch = Fate.PlannedPatch;

/** Assets that get the same list at the same time, in the same ring. */
export interface PlanGroup {
  readonly patches: readonly PlannedPatch[];
  /** Of a later ring: as of its earliest slot. */
  readonly timing: PlanTiming.PlanTiming;
  /** Left out: the job has no rings. */
  readonly ring?: PlanRing;
  readonly assets: readonly string[];
}

/** An asset that the selection names but that gets nothing, and the rule that says so. */
export interface PlanExclusion {
  readonly assetId: string;
  readonly rule: string;
  readonly reason: string;
  /** How it stands in the run all the same (LIC-06, SCH-06, WIN-05); null: it is left out of the run. */
  readonly shownAs: ExclusionStatus | null;
}

/** What the job does on each asset beside patches: what is approved with the plan. What the job leaves out is left out. */
export type PlanConduct = Pick<
  Job,
  "window" | "reboot" | "continueOnFailure" | "deferral" | "opportunisticDownload" | "actions" | "rollout"
>;

export interface Plan {
  readonly jobId: string;
  readonly kind: JobKind;
  readonly occurrence: PlanTiming.PlanOccurrence;
  /**
   * Who gets what may be otherwise by the run: a query, or another job's list, is resolved anew then (JOB-22, JOB-21), and which
   * assets start a default job isn't known yet (JOB-24).
   */
  readonly isProvisional: boolean;
  readonly conduct: PlanConduct;
  readonly groups: readonly PlanGroup[];
  readonly excluded: readonly PlanExclusion[];
  readonly leftOut: readonly { readonly patchId: string; readonly rule: string; readonly reason: string }[];
  readonly versions: { readonly tzdata: string; readonly tokenizer: string };
}

/**
 * Compiles a job's plan. Refused only when the job lacks a part (JOB-02), its query no longer reads, or it has no time to run
 * any more (SCH-05 … SCH-07).
 */
export const compile = (inputs: PlanInputs): Result<Plan, Rejection.Rejection> => Chunks.finish(steps(inputs));

/**
 * {@link compile} in chunks of a few milliseconds, for whoever must not be held up by a large fleet: yields after each.
 *
 * @example
 * const steps = Plan.steps(inputs);
 * let step = steps.next();
 * while (!step.done) step = steps.next(); // others' turn before each
 */
export function* steps(inputs: PlanInputs): Generator<void, Result<Plan, Rejection.Rejection>> {
  const { job } = inputs;
  const timings = timingsOf(inputs);
  if (!timings.ok) return timings;
  const judged = yield* judging(inputs, timings.value);
  if (!judged.ok) return judged;
  const { targets, excluded } = judged.value;
  const states = yield* PatchStates.of(inputs, targets, PatchChoice.aboutOf(inputs));
  const chosen = yield* PatchChoice.choosing(inputs, states);
  if (!chosen.ok) return chosen;
  const { patches, leftOut } = chosen.value;
  const placed = yield* Placement.of(inputs, { targets, states, patches, timings: timings.value });
  const all = [...excluded, ...placed.idle.map(({ assetId, obstacle }) => exclusion(assetId, obstacle))];
  return ok({
    jobId: job.id,
    kind: job.kind,
    occurrence: timings.value.occurrence,
    isProvisional: DefaultJobs.isDefault(job) || (job.patches !== null && job.patches._tag !== "List"),
    conduct: conductOf(job),
    groups: placed.groups,
    excluded: yield* Chunks.sorted(all, (a, b) => a.assetId < b.assetId),
    leftOut: [...leftOut, ...placed.withheld],
    versions: inputs.versions,
  });
}

/** When the job's assets get their lists. Refused when it has no time to run any more. */
export const timingsOf = ({ job, occasion, now }: PlanInputs): Result<PlanTiming.Timings, Rejection.Rejection> =>
  PlanTiming.compile(job, occasion ?? PlanTiming.noOccasion(now));

const CONDUCT = [
  "window",
  "reboot",
  "continueOnFailure",
  "deferral",
  "opportunisticDownload",
  "actions",
  "rollout",
] as const satisfies readonly (keyof PlanConduct)[];

const conductOf = (job: Job): PlanConduct =>
  Object.fromEntries(
    CONDUCT.filter((name) => job[name] !== undefined).map((name) => [name, job[name]]),
  ) as unknown as PlanConduct;

/** Whether the job has anything to do on its targets: patches, or actions alone (JOB-20). */
export const hasWork = (job: Pick<Job, "patches" | "actions">): boolean =>
  job.patches !== null || JobActions.areSome(job.actions);

/** Of a job without targets, or without work. */
export const partial = Rejection.make("JOB-02", "conflict", "partially configured: patches or targets missing");

/** The assets that the selection names, each either a target or out by the first rule that says so. */
export interface Judged {
  readonly targets: readonly Asset[];
  readonly excluded: readonly PlanExclusion[];
}

/** Judges the assets. Refused when the job lacks its targets, or has nothing to do: no patches and no actions. */
export const judgeAssets = (inputs: PlanInputs, timings: PlanTiming.Timings): Result<Judged, Rejection.Rejection> =>
  Chunks.finish(judging(inputs, timings));

function* judging(
  inputs: PlanInputs,
  timings: PlanTiming.Timings,
): Generator<void, Result<Judged, Rejection.Rejection>> {
  const { job } = inputs;
  if (job.targets === null || !hasWork(job)) return fail(partial);
  const select = TagSelection.compile(job.targets, inputs.tree);
  const obstacles = AssetObstacles.compile(inputs, timings);
  const targets: Asset[] = [];
  const excluded: PlanExclusion[] = [];
  const isChunk = Chunks.pace();
  for (const asset of yield* Chunks.sorted(inputs.assets, (a, b) => a.id < b.id)) {
    if (isChunk(ASSET_WORK)) yield;
    const verdict = select(asset);
    if (verdict === "not-selected") continue;
    const obstacle = obstacles(asset, verdict).next().value;
    if (obstacle === undefined) targets.push(asset);
    else excluded.push(exclusion(asset.id, obstacle));
  }
  return ok({ targets, excluded });
}

/** An asset that is judged, as so many entries of a list. */
const ASSET_WORK = 10;

const exclusion = (assetId: string, { rule, reason, shownAs }: Obstacle): PlanExclusion => ({
  assetId,
  rule,
  reason,
  shownAs: shownAs ?? null,
});
