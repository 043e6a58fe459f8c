/**
 * The plan: who gets what, who doesn't and by which rule (PLN-01). One planner serves preview, enabling and the run, so
 * what was previewed is what runs. Pure and deterministic: the same inputs in any order give the same plan.
 *
 * Assets of equal fate stand in one group with one patch list, so a plan never holds asset × patch pairs. A list names
 * exact versions: for a deployment the fixing ones of packages that the asset has, for a rollback the ones it had.
 */
import type { JobKind, Package } from "@fettle/agent-protocol/vocabulary";
import * as Qql from "@fettle/qql";
import type { Assessment } from "../assessment/Assessment.ts";
import * as Asset from "../asset/Asset.ts";
import type { Job } from "../job/Job.ts";
import type { SeatVerdict } from "../license/Licence.ts";
import type { Patch } from "../patch/Patch.ts";
import * as Patches from "../patch/Patch.ts";
import * as PatchCatalog from "../patch/PatchCatalog.ts";
import * as Supersedence from "../patch/Supersedence.ts";
import type { VendorFile } from "../patch/VendorFile.ts";
import * as Vulnerability from "../patch/Vulnerability.ts";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagScope from "../tag/TagScope.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";
import * as Fate from "./Fate.ts";

/** Everything a plan depends on, as of one moment. */
export interface PlanInputs {
  readonly job: Job;
  /** The owner's scope of this moment (TAG-06). */
  readonly scope: TagScope.TagScope;
  readonly tree: TagTree;
  readonly assets: readonly Asset.Asset[];
  readonly seats: ReadonlyMap<string, SeatVerdict>;
  /** Assets whose profile turns the patch module off, with the profile's name (CFG-09). */
  readonly turnedOff: ReadonlyMap<string, string>;
  readonly assessments: ReadonlyMap<string, Assessment>;
  readonly patches: readonly Patch[];
  /** Files that people supplied, by patch (PAT-04). */
  readonly supplied: ReadonlyMap<string, VendorFile>;
  /** Scanners' numbers of vulnerabilities, by CVE (PAT-05). */
  readonly qids: ReadonlyMap<string, readonly number[]>;
  /** For a rollback: by asset and patch, the versions that stood there before Fettle installed the patch. */
  readonly former: FormerVersions;
  /** For a rollback: by asset and patch, the names of packages whose place Fettle's installation of it took there. */
  readonly replaced: ReplacedPackages;
  readonly limits: Limits;
  /** What relative dates in a query count from. */
  readonly now: number;
  /** Versions that the answer depends on: inputs of the hash. */
  readonly versions: { readonly tzdata: string; readonly tokenizer: string };
}

export type FormerVersions = ReadonlyMap<string, ReadonlyMap<string, readonly Package.Package[]>>;

export type ReplacedPackages = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

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
  if (job.targets === null || job.patches === null) {
    return fail(Rejection.make("JOB-02", "conflict", "partially configured: patches or targets missing"));
  }
  const judged = judgeAssets(inputs, job.targets);
  const chosen = choosePatches(inputs, judged.targets);
  if (!chosen.ok) return chosen;
  const fates = judged.targets.map((asset) => ({ asset, ...fate(inputs, asset, chosen.value.patches) }));
  const idle = fates.filter((f) => f.patches.length === 0).map((f) => nothingToDo(inputs, f, chosen.value.patches));
  return ok({
    jobId: job.id,
    kind: job.kind,
    schedule: "on-demand",
    groups: group(fates.filter((f) => f.patches.length > 0)),
    excluded: [...judged.excluded, ...idle].sort((a, b) => (a.assetId < b.assetId ? -1 : 1)),
    leftOut: [...chosen.value.leftOut, ...Fate.summary(fates)],
    versions: inputs.versions,
  });
};

interface Judged {
  readonly targets: readonly Asset.Asset[];
  readonly excluded: readonly PlanExclusion[];
}

const judgeAssets = (inputs: PlanInputs, selection: TagSelection.TagSelection): Judged => {
  const select = TagSelection.compile(selection, inputs.tree);
  const targets: Asset.Asset[] = [];
  const excluded: PlanExclusion[] = [];
  for (const asset of [...inputs.assets].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const verdict = select(asset);
    if (verdict === "not-selected") continue;
    const reason = whyNot(inputs, asset, verdict === "excluded");
    if (reason === null) targets.push(asset);
    else excluded.push({ assetId: asset.id, ...reason });
  }
  return { targets, excluded };
};

type Reason = Omit<PlanExclusion, "assetId">;

// The first rule that keeps an asset out: what a user may see comes before everything else.
const whyNot = (inputs: PlanInputs, asset: Asset.Asset, isExcluded: boolean): Reason | null => {
  const out = (rule: string, reason: string): Reason => ({ rule, reason, isUnlicensed: false });
  if (!TagScope.sees(inputs.scope, inputs.tree, asset.tags).ok) return out("TAG-06", "outside the owner's tag scope");
  if (isExcluded) return out("TAG-04", "bears an excluded tag");
  const unfit = Asset.whyUnpatchable(asset) ?? Asset.whyNotScanned(asset);
  if (unfit !== null) return out(unfit.rule, unfit.reason);
  if (asset.platform !== inputs.job.platform) return out("JOB-01", `the job is for ${inputs.job.platform}`);
  if (!Asset.isPatchManaged(asset)) return out("AST-11", "the patch module is not active");
  const profile = inputs.turnedOff.get(asset.id);
  if (profile !== undefined)
    return out("CFG-09", `the patch module is turned off by the configuration profile ${profile}`);
  const seat = inputs.seats.get(asset.id);
  if (seat === undefined) return { rule: "LIC-06", reason: "no seat", isUnlicensed: true };
  return seat._tag === "Licensed"
    ? null
    : { rule: "LIC-06", reason: `${seat.reason} (${seat.rule})`, isUnlicensed: true };
};

interface Chosen {
  readonly patches: readonly Patch[];
  readonly leftOut: Plan["leftOut"];
}

const choosePatches = (inputs: PlanInputs, targets: readonly Asset.Asset[]): Result<Chosen, Rejection.Rejection> => {
  const source = inputs.job.patches;
  if (source === null) return ok({ patches: [], leftOut: [] });
  return source._tag === "List"
    ? ok(chooseByList(inputs, source.patches))
    : chooseByQuery(inputs, source.query, targets);
};

const chooseByList = (inputs: PlanInputs, ids: readonly string[]): Chosen => {
  const known = new Map(inputs.patches.map((p) => [p.id, p]));
  const leftOut: Plan["leftOut"][number][] = [];
  const patches: Patch[] = [];
  for (const id of ids) {
    const patch = known.get(id);
    const refusal =
      patch === undefined
        ? { rule: "PAT-03", reason: "not in the catalogue" }
        : Patches.whyNotIn(patch, inputs.job.kind, inputs.supplied.has(id));
    if (refusal !== null) leftOut.push({ patchId: id, ...refusal });
    else if (patch !== undefined) patches.push(patch);
  }
  return { patches: order(patches), leftOut: leftOut.sort(byPatch) };
};

// JOB-22: missing on at least one target and not superseded there, not deprecated, patchable; past the limit the newest.
// What the query finds and this leaves out is said.
const chooseByQuery = (
  inputs: PlanInputs,
  text: string,
  targets: readonly Asset.Asset[],
): Result<Chosen, Rejection.Rejection> => {
  const query = Qql.compile(PatchCatalog.catalog, text);
  if (!query.ok) {
    const message = query.error.map((d) => d.message).join("; ");
    return fail(Rejection.make("DSH-04", "conflict", `the query no longer reads: ${message}`, "patches.query"));
  }
  const graph = Supersedence.make(inputs.patches);
  const needs = needsOf(inputs, graph, targets);
  const found: Patch[] = [];
  const leftOut: Plan["leftOut"][number][] = [];
  for (const patch of inputs.patches) {
    const need = needs.get(patch.id);
    if (need === undefined || need.missing === 0 || patch.isDeprecated) continue;
    if (!Qql.matches(query.value, PatchCatalog.toDocument(patch, contextOf(inputs, graph, patch, need)), inputs.now)) {
      continue;
    }
    const refusal = Patches.whyNotDeployed(patch, inputs.supplied.has(patch.id)) ?? whySuperseded(need);
    if (refusal === null) found.push(patch);
    else leftOut.push({ patchId: patch.id, ...refusal });
  }
  found.sort((a, b) => b.publishedAt - a.publishedAt || (a.id < b.id ? -1 : 1));
  const max = inputs.limits.patchesPerJobMax;
  const cut = found.slice(max).map((p) => ({ patchId: p.id, rule: "JOB-22", reason: `past the newest ${max}` }));
  return ok({ patches: order(found.slice(0, max)), leftOut: [...leftOut.sort(byPatch), ...cut] });
};

// How the targets stand to a patch: how many lack it, of those how many where nothing takes its place, how many have it.
interface Need {
  missing: number;
  standing: number;
  installed: number;
}

const needsOf = (
  inputs: PlanInputs,
  graph: Supersedence.Supersedence,
  targets: readonly Asset.Asset[],
): ReadonlyMap<string, Need> => {
  const needs = new Map<string, Need>();
  const of = (id: string): Need => {
    const need = needs.get(id) ?? { missing: 0, standing: 0, installed: 0 };
    needs.set(id, need);
    return need;
  };
  for (const asset of targets) {
    const { missing = [], installed = [] } = inputs.assessments.get(asset.id) ?? {};
    const among = graph.standing.size === 0 ? nobody : new Set([...missing.map((m) => m.patchId), ...installed]);
    for (const id of installed) of(id).installed += 1;
    for (const { patchId } of missing) {
      const need = of(patchId);
      need.missing += 1;
      if (!Supersedence.isSupersededAmong(graph, patchId, among, null)) need.standing += 1;
    }
  }
  return needs;
};

const nobody: ReadonlySet<string> = new Set();

const whySuperseded = (need: Need): Patches.Refusal | null =>
  need.standing > 0 ? null : { rule: "JOB-22", reason: "superseded on every target that lacks it" };

const contextOf = (
  inputs: PlanInputs,
  graph: Supersedence.Supersedence,
  patch: Patch,
  need: Need,
): PatchCatalog.PatchContext => ({
  qids: Vulnerability.qidsOf(patch, inputs.qids),
  counts: { missing: need.missing, installed: need.installed },
  isSuperseded: Supersedence.isSuperseded(graph, patch.id),
  supersededBy: Supersedence.supersededBy(graph, patch.id),
  hasVendorFile: inputs.supplied.has(patch.id),
});

const byPatch = (a: { readonly patchId: string }, b: { readonly patchId: string }): number =>
  a.patchId < b.patchId ? -1 : a.patchId > b.patchId ? 1 : 0;

// The order of work: as published, so that of two fixes of one package the older one goes first.
const order = (patches: readonly Patch[]): readonly Patch[] =>
  [...patches].sort((a, b) => a.publishedAt - b.publishedAt || (a.id < b.id ? -1 : 1));

const fate = (inputs: PlanInputs, { id, facts }: Asset.Asset, patches: readonly Patch[]): Fate.Fate => {
  if (inputs.job.kind === "rollback") {
    return Fate.rollback(patches, {
      format: facts.packageFormat,
      former: inputs.former.get(id) ?? new Map(),
      replaced: inputs.replaced.get(id) ?? new Map(),
    });
  }
  const missing = inputs.assessments.get(id)?.missing ?? [];
  return Fate.deployment(patches, {
    format: facts.packageFormat,
    missing: new Map(missing.map((m) => [m.patchId, m.packages])),
    supplied: inputs.supplied,
  });
};

type AssetFate = Fate.Fate & { readonly asset: Asset.Asset };

const nothingToDo = (inputs: PlanInputs, fate: AssetFate, chosen: readonly Patch[]): PlanExclusion => {
  const out = { assetId: fate.asset.id, isUnlicensed: false };
  const [withheld] = fate.withheld;
  if (withheld !== undefined) {
    return { ...out, rule: withheld.rule, reason: `${withheld.patchId}: ${withheld.reason}` };
  }
  if (inputs.job.kind === "rollback") return { ...out, rule: "PAT-12", reason: "no former version is known" };
  const assessment = inputs.assessments.get(fate.asset.id);
  if (assessment === undefined) return { ...out, rule: "SYN-03", reason: "not assessed yet: no snapshot" };
  const unknown = unknownOf(inputs, assessment, chosen);
  return unknown === null
    ? { ...out, rule: "JOB-22", reason: "none of the patches is missing" }
    : { ...out, rule: "SYN-03", reason: `none of the patches is missing for certain: ${unknown}` };
};

// Which of a job's patches can't be judged on an asset; a query may be about any that can't.
const unknownOf = (inputs: PlanInputs, assessment: Assessment, chosen: readonly Patch[]): string | null => {
  const listed = inputs.job.patches?._tag === "List" ? new Set(chosen.map((p) => p.id)) : null;
  const found = assessment.unknown.filter((u) => listed === null || listed.has(u.patchId));
  const [first] = found;
  if (first === undefined) return null;
  const more = found.length > 1 ? ` and ${found.length - 1} more` : "";
  return `${first.patchId}${more} can't be judged (${first.reason})`;
};

const group = (fates: readonly AssetFate[]): readonly PlanGroup[] => {
  const groups = new Map<string, { patches: readonly PlannedPatch[]; assets: string[] }>();
  for (const { asset, patches } of fates) {
    const key = Fate.key(patches);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { patches, assets: [asset.id] });
    else known.assets.push(asset.id);
  }
  return [...groups.values()].sort((a, b) => ((a.assets[0] ?? "") < (b.assets[0] ?? "") ? -1 : 1));
};
