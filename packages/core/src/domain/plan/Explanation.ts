/**
 * Why an asset does or doesn't get a patch of a job, or anything of it (PLN-03, RUN-07): every rule that stands in the way, in
 * the order in which the plan asks. Pure. It asks the plan's own judgements of this one asset, so the two can't differ.
 *
 * Other assets are looked at only where they decide: when a query counts them, when something takes the patch's place here
 * but might not elsewhere, when a query may find more than a job holds (JOB-22). Then {@link explain} of the asset alone
 * answers null, and is to be asked again with all of them.
 */
import * as Qql from "@fettle/qql";
import type { Asset } from "../asset/Asset.ts";
import * as Schedule from "../job/Schedule.ts";
import type { Patch } from "../patch/Patch.ts";
import type * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import * as AssetFate from "./AssetFate.ts";
import * as AssetObstacles from "./AssetObstacles.ts";
import type { PlannedPatch } from "./Fate.ts";
import * as PatchChoice from "./PatchChoice.ts";
import * as Plan from "./Plan.ts";
import type { Obstacle, PlanInputs } from "./PlanInputs.ts";
import type { PlanRing } from "./PlanRings.ts";
import type * as PlanTiming from "./PlanTiming.ts";
import * as Remedies from "./Remedies.ts";

/** How much was looked at for the answer: the asset with its own assessment, or every asset and assessment. */
export type Reads = "asset" | "fleet";

export interface Explanation {
  readonly jobId: string;
  readonly assetId: string;
  /** The patch that was asked about; null: the job as a whole. */
  readonly patchId: string | null;
  /** What the asset would get (of a rollback: be taken back to) if the job ran now; nothing when something blocks it. */
  readonly gets: readonly PlannedPatch[];
  /** In the plan's order; the first is the one that the plan names. */
  readonly blockers: readonly Remedies.Blocker[];
  /** Of the job as a whole: patches that the asset doesn't get though others of the job might. */
  readonly withheld: readonly PatchChoice.LeftOut[];
  /**
   * The first instant at which none of the blockers would stand in the way any more and the job could start there, as far as
   * time alone tells, in rings as if it came to be in the first; null: it doesn't, or nothing stands in the way.
   */
  readonly earliest: number | null;
  /** When it would start; null where its blockers keep it out at that time. */
  readonly timing: PlanTiming.PlanTiming | null;
  /** Its ring and when that starts there at the earliest (RNG-05); left out where it gets nothing or the job has no rings. */
  readonly ring?: PlanRing;
  /** What puts the start off: blackouts and freezes, and for the job as a whole the success of the one that it is linked to (JOB-21). */
  readonly waits: readonly Obstacle[];
  readonly reads: Reads;
}

export interface Question {
  readonly asset: Asset;
  readonly patchId: string | null;
  readonly reads: Reads;
  /** Of a job in rings the plan of the whole fleet, where that was made; left out: it is made for the answer. */
  readonly planned?: Result<Plan.Plan, Rejection.Rejection>;
}

/**
 * Explains. Refused like the plan itself; null when the asset alone doesn't tell.
 *
 * @example
 * const alone = Explanation.explain({ ...inputs, assets: [asset] }, { asset, patchId, reads: "asset" });
 */
export const explain = (inputs: PlanInputs, question: Question): Result<Explanation | null, Rejection.Rejection> => {
  const { job } = inputs;
  const { asset, patchId, reads } = question;
  if (job.targets === null || !Plan.hasWork(job)) return fail(Plan.partial);
  const verdict = TagSelection.compile(job.targets, inputs.tree)(asset);
  const timings = Plan.timingsOf(inputs);
  if (!timings.ok) return timings;
  const obstacles = [...AssetObstacles.compile(inputs, timings.value)(asset, verdict)];
  const found = patchId === null ? ofWhole(inputs, question) : ofPatch(inputs, question, patchId);
  if (!found.ok) return found;
  const ringed = obstacles.length > 0 ? noRing : ringOf(inputs, question);
  if (found.value === null || ringed === null) return ok(null);
  if (ringed.obstacle !== null) obstacles.push(ringed.obstacle);
  const known = clockOf(inputs, timings.value, { asset, ring: ringed.ring?.number ?? 1 });
  const clock = ringed.obstacle === null ? known : { ...known, timing: null, waits: [] };
  const own = obstacles.map((o) => Remedies.blocker(o === clock.obstacle ? { ...o, until: clock.startsAt } : o));
  const { gets, blockers, withheld } = found.value;
  const others = [...own.filter((_, i) => obstacles[i] !== clock.obstacle), ...blockers];
  return ok({
    jobId: job.id,
    assetId: asset.id,
    patchId,
    gets: own.length > 0 ? [] : gets,
    blockers: [...own, ...blockers],
    withheld,
    earliest: own.length + blockers.length === 0 ? null : earliestOf(clock, others),
    timing: clock.timing,
    ...(ringed.ring === undefined ? {} : { ring: ringed.ring }),
    waits: inputs.linkWait === undefined ? clock.waits : [inputs.linkWait, ...clock.waits],
    reads,
  });
};

interface Ringed {
  readonly ring?: PlanRing;
  /** Its ring has no time for it. */
  readonly obstacle: Obstacle | null;
}

const noRing: Ringed = { obstacle: null };

// Which one depends on all that get something: the plan tells. Null: the asset alone doesn't.
const ringOf = (inputs: PlanInputs, { asset, reads, planned }: Question): Ringed | null => {
  if (inputs.job.rollout === undefined) return noRing;
  if (reads === "asset") return null;
  const plan = planned ?? Plan.compile(inputs);
  if (!plan.ok) return noRing;
  const ring = plan.value.groups.find((group) => group.assets.includes(asset.id))?.ring;
  if (ring !== undefined) return { ring, obstacle: null };
  const out = plan.value.excluded.find(({ assetId, rule }) => assetId === asset.id && rule === "RNG-05");
  return { obstacle: out === undefined ? null : { rule: out.rule, reason: out.reason } };
};

interface Clock extends Pick<Explanation, "timing" | "waits"> {
  /** What time itself has against the asset, and when it could start all the same. */
  readonly obstacle: Obstacle | null;
  readonly startsAt: number | null;
  /** When it could start, were the plan of its run made at that instant or later. */
  readonly startsIfMade: (from: number) => number | null;
}

const clockOf = (
  { job, occasion, now }: PlanInputs,
  timings: PlanTiming.Timings,
  { asset, ring }: { readonly asset: Asset; readonly ring: number },
): Clock => {
  const timing = timings.inRing(asset, ring);
  const from = Math.max(occasion?.enabledAt ?? now, occasion?.notBefore ?? 0);
  // What runs once and was enabled has its one plan, and gets no other.
  const isOver = job.status !== "Disabled" && Schedule.isRunOnce(job.schedule);
  const starts = (madeFrom: number) => (isOver ? null : timings.firstStart(asset, { from, madeFrom }));
  return timing._tag === "Runs"
    ? { timing: timing.timing, waits: timing.waits, obstacle: null, startsAt: null, startsIfMade: starts }
    : { timing: null, waits: [], obstacle: timing.obstacle, startsAt: starts(0), startsIfMade: starts };
};

// When the others are gone, which is known only if each says when, the job's next start there.
const earliestOf = ({ startsIfMade }: Clock, others: readonly Remedies.Blocker[]): number | null => {
  let from = 0;
  for (const { until } of others) {
    if (until === null) return null;
    from = Math.max(from, until);
  }
  return startsIfMade(from);
};

type Found = Pick<Explanation, "gets" | "blockers" | "withheld">;

const ofPatch = (inputs: PlanInputs, question: Question, id: string): Result<Found | null, Rejection.Rejection> => {
  const patch = inputs.patches.find((p) => p.id === id);
  const chosen = choiceObstacles(inputs, question, id, patch);
  if (!chosen.ok) return chosen;
  if (chosen.value === null) return ok(null);
  const blockers = chosen.value.map((o) => Remedies.blocker(o));
  if (patch === undefined) return ok({ gets: [], blockers, withheld: [] });
  const { asset } = question;
  const fate = AssetFate.of(inputs, asset, [patch]);
  if (fate.patches.length > 0) return ok({ gets: blockers.length > 0 ? [] : fate.patches, blockers, withheld: [] });
  const nothing = fate.withheld[0] ?? AssetFate.idle(inputs, asset.id, new Set([id]));
  return ok({ gets: [], blockers: [...blockers, standing(inputs, asset.id, id, nothing)], withheld: [] });
};

// Of one patch it is known what its not being missing means.
const standing = (inputs: PlanInputs, assetId: string, patchId: string, nothing: Obstacle): Remedies.Blocker => {
  if (nothing.rule !== "JOB-22") return Remedies.blocker(nothing);
  return inputs.assessments.get(assetId)?.installed.includes(patchId) === true
    ? Remedies.blocker({ rule: "JOB-22", reason: "it is installed there already" }, "nothing: there is nothing to do")
    : Remedies.blocker({ rule: "JOB-22", reason: "it isn't missing there: it doesn't apply to the asset" });
};

type Obstacles = Result<readonly Obstacle[] | null, Rejection.Rejection>;

const choiceObstacles = (inputs: PlanInputs, question: Question, id: string, patch: Patch | undefined): Obstacles => {
  const source = PatchChoice.sourceOf(inputs);
  if (source?._tag !== "Query") {
    const isListed = source?.patches.includes(id) === true;
    const unlisted = isListed ? [] : [{ rule: "JOB-04", reason: "the job's list doesn't name it" }];
    return ok([...unlisted, ...PatchChoice.listObstacles(inputs, patch)]);
  }
  if (patch === undefined) return ok([{ rule: "PAT-03", reason: "not in the catalogue" }]);
  const reading = PatchChoice.read(inputs, source.query);
  if (!reading.ok) return reading;
  return question.reads === "asset"
    ? ok(queriedAlone(inputs, reading.value, question.asset, patch))
    : queriedAmongAll(inputs, reading.value, question.asset, patch);
};

const nobody: PatchChoice.Need = { missing: 0, standing: 0, installed: 0 };
const somebody: PatchChoice.Need = { missing: 1, standing: 1, installed: 0 };

// What others have or lack is not looked at; null where it might decide.
const queriedAlone = (
  inputs: PlanInputs,
  reading: PatchChoice.Reading,
  asset: Asset,
  patch: Patch,
): readonly Obstacle[] | null => {
  if (countsAssets(reading)) return null;
  const need = PatchChoice.needsOf(inputs, reading.graph, [asset]).get(patch.id) ?? nobody;
  if (need.missing > 0 && need.standing === 0) return null;
  const obstacles = [...PatchChoice.queryObstacles(inputs, reading, patch, need)];
  const isCandidate = obstacles.length === 0 && need.missing > 0;
  return isCandidate && mayBeCut(inputs, reading) ? null : obstacles;
};

const queriedAmongAll = (inputs: PlanInputs, reading: PatchChoice.Reading, asset: Asset, patch: Patch): Obstacles => {
  const targets = targetsWith(inputs, asset);
  if (!targets.ok) return targets;
  const need = PatchChoice.needsOf(inputs, reading.graph, targets.value).get(patch.id) ?? nobody;
  const obstacles: readonly Obstacle[] = [...PatchChoice.queryObstacles(inputs, reading, patch, need)];
  if (obstacles.length > 0 || need.missing === 0) return ok(obstacles);
  const chosen = PatchChoice.choose(inputs, targets.value);
  if (!chosen.ok) return chosen;
  const isTaken = chosen.value.patches.includes(patch);
  return ok(isTaken ? [] : [PatchChoice.cut(inputs.limits.patchesPerJobMax)]);
};

// The asset counts as a target, whatever keeps it out: the question is what would be so if nothing did.
const targetsWith = (inputs: PlanInputs, asset: Asset): Result<readonly Asset[], Rejection.Rejection> => {
  const timings = Plan.timingsOf(inputs);
  if (!timings.ok) return timings;
  const judged = Plan.judgeAssets(inputs, timings.value);
  if (!judged.ok) return judged;
  return ok([...judged.value.targets.filter((a) => a.id !== asset.id), asset]);
};

const countsAssets = ({ query }: PatchChoice.Reading): boolean =>
  Qql.Dependencies.isTouched(Qql.Dependencies.of(query.checked), ["missingCount", "installedCount", "patchStatus"]);

// Whether a query might find more than a job holds, whoever lacks what.
const mayBeCut = (inputs: PlanInputs, reading: PatchChoice.Reading): boolean => {
  const max = inputs.limits.patchesPerJobMax;
  if (inputs.patches.length <= max) return false;
  const possible = inputs.patches.filter(
    (p) => PatchChoice.queryObstacles(inputs, reading, p, somebody).next().value === undefined,
  );
  return possible.length > max;
};

const ofWhole = (inputs: PlanInputs, question: Question): Result<Found | null, Rejection.Rejection> => {
  const { asset } = question;
  const chosen = chosenFor(inputs, question);
  if (!chosen.ok) return chosen;
  if (chosen.value === null) return ok(null);
  const { patches, leftOut } = chosen.value;
  const fate = AssetFate.of(inputs, asset, patches);
  const lacks = new Set(inputs.assessments.get(asset.id)?.missing.map((m) => m.patchId));
  const isListed = PatchChoice.sourceOf(inputs)?._tag === "List";
  const withheld = [...leftOut.filter((l) => isListed || lacks.has(l.patchId)), ...fate.withheld];
  const hasWork = fate.patches.length > 0 || inputs.job.patches === null;
  const nothing = hasWork ? [] : [AssetFate.whyNothing(inputs, patches)(asset.id, fate.withheld[0])];
  const blockers = nothing.map((o) =>
    Remedies.blocker({ ...o, until: o.until ?? ageingUntil(inputs, question, withheld) }),
  );
  return ok({ gets: fate.patches, blockers, withheld });
};

/** Patches that an asset lacks and that are too young are asked when they come, as many as this. */
const AGEING_ASKED_MAX = 20;

// When there is something for the asset after all: the first that only its age keeps from it is old enough (PLN-07).
const ageingUntil = (
  inputs: PlanInputs,
  question: Question,
  withheld: readonly PatchChoice.LeftOut[],
): number | null => {
  const ageing = withheld.filter((w) => w.rule === "PLN-07").slice(0, AGEING_ASKED_MAX);
  const ends = ageing.flatMap(({ patchId }) => {
    const found = ofPatch(inputs, question, patchId);
    const blockers = found.ok ? (found.value?.blockers ?? []) : [];
    const untils = blockers.flatMap((b) => b.until ?? []);
    return blockers.length > 0 && untils.length === blockers.length ? [Math.max(...untils)] : [];
  });
  return ends.length === 0 ? null : Math.min(...ends);
};

const chosenFor = (
  inputs: PlanInputs,
  { asset, reads }: Question,
): Result<PatchChoice.Chosen | null, Rejection.Rejection> => {
  const source = PatchChoice.sourceOf(inputs);
  if (source?._tag !== "Query") return PatchChoice.choose(inputs, []);
  if (reads === "fleet") {
    const targets = targetsWith(inputs, asset);
    return targets.ok ? PatchChoice.choose(inputs, targets.value) : targets;
  }
  const reading = PatchChoice.read(inputs, source.query);
  if (!reading.ok) return reading;
  if (countsAssets(reading.value) || mayBeCut(inputs, reading.value)) return ok(null);
  const needs = PatchChoice.needsOf(inputs, reading.value.graph, [asset]);
  const isSuperseded = [...needs.values()].some((n) => n.missing > 0 && n.standing === 0);
  return isSuperseded ? ok(null) : PatchChoice.choose(inputs, [asset]);
};
