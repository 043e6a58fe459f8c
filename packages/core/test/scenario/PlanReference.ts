/**
 * The oracle of plans: every asset against every patch, each rule read literally, however long that takes. It knows nothing
 * of groups, of how the planner chooses, or of its order of work but that it is that of publication.
 */
import { PatchFile } from "@fettle/agent-protocol/vocabulary";
import * as Asset from "../../src/domain/asset/Asset.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as Supersedence from "../../src/domain/patch/Supersedence.ts";
import type { Plan, PlanInputs } from "../../src/domain/plan/Plan.ts";
import * as Forest from "./Forest.ts";
import * as PlanFleet from "./PlanFleet.ts";
import * as PlanTimeReference from "./PlanTimeReference.ts";
import * as Values from "./Values.ts";

/** What becomes of one asset: by patch, the versions that it gets; or the rule by which it gets nothing. */
export type Outcome = { readonly [patchId: string]: readonly string[] } | string;

/** The outcome of each asset that the job means. */
export const outcomes = (from: PlanInputs): ReadonlyMap<string, Outcome> => {
  const taken = takenPatches(from);
  return new Map(from.assets.flatMap((a) => (isMeant(from, a) ? [[a.id, outcomeOf(from, a, taken)] as const] : [])));
};

/** The same, read off a plan. */
export const outcomesOf = (plan: Plan): ReadonlyMap<string, Outcome> =>
  new Map<string, Outcome>([
    ...plan.excluded.map((e) => [e.assetId, e.rule] as const),
    ...plan.groups.flatMap((g) =>
      g.assets.map(
        (id) => [id, Object.fromEntries(g.patches.map((p) => [p.patchId, p.packages.map(spelled)]))] as const,
      ),
    ),
  ]);

/** The rules by which patches are left out for every asset. */
export const leftOut = (from: PlanInputs): ReadonlyMap<string, string> => {
  const source = from.job.patches;
  const ids = source?._tag === "List" ? source.patches : candidates(from).map((p) => p.id);
  const taken = takenPatches(from).map((p) => p.id);
  return new Map(ids.filter((id) => !taken.includes(id)).map((id) => [id, ruleAgainst(from, id)]));
};

const spelled = (p: { readonly name: string; readonly arch: string; readonly evr: string }): string =>
  `${p.name}.${p.arch} ${p.evr}`;

const isMeant = (from: PlanInputs, asset: Asset.Asset): boolean => verdict(from, asset) !== "not-selected";

const verdict = (from: PlanInputs, asset: Asset.Asset) =>
  Forest.verdict(from.tree, from.job.targets ?? Values.select({}), asset);

// The first rule that keeps an asset out whatever the patches, or null.
const barred = (from: PlanInputs, asset: Asset.Asset): string | null => {
  const { scope, tree } = from;
  const bears = (tag: string) => Forest.below(tree, tag).some((id) => asset.tags.includes(id));
  if (scope._tag === "Tags" && !scope.tags.some(bears)) return "TAG-06";
  if (verdict(from, asset) === "excluded") return "TAG-04";
  if (Asset.whyUnpatchable(asset) !== null) return "AST-13";
  if (asset.osName.includes("Evaluation")) return "AST-07";
  if (asset.platform !== from.job.platform) return "JOB-01";
  if (asset.activations.PM === undefined) return "AST-11";
  if (from.turnedOff.has(asset.id)) return "CFG-09";
  if (from.seats.get(asset.id)?._tag !== "Licensed") return "LIC-06";
  return PlanTimeReference.ruleAgainst(from, asset);
};

const outcomeOf = (from: PlanInputs, asset: Asset.Asset, taken: readonly Patch[]): Outcome => {
  const rule = barred(from, asset);
  if (rule !== null) return rule;
  const gets: [string, readonly string[]][] = [];
  const refused: string[] = [];
  for (const patch of inOrder(from, taken)) {
    const versions = versionsFor(from, asset, patch);
    const refusal = refusalFor(from, asset, patch);
    if (refusal !== null) refused.push(refusal);
    else if (versions.length > 0) gets.push([patch.id, versions]);
  }
  if (gets.length > 0) return Object.fromEntries(gets);
  return refused[0] ?? whyIdle(from, asset, taken);
};

const inOrder = (from: PlanInputs, patches: readonly Patch[]): readonly Patch[] => {
  const oldest = [...patches].sort((a, b) => a.publishedAt - b.publishedAt || (a.id < b.id ? -1 : 1));
  return from.job.kind === "rollback" ? oldest.reverse() : oldest;
};

const versionsFor = (from: PlanInputs, asset: Asset.Asset, patch: Patch): readonly string[] => {
  const was = from.former.get(asset.id)?.get(patch.id) ?? [];
  const missing = from.assessments.get(asset.id)?.missing.find((m) => m.patchId === patch.id)?.packages ?? [];
  return from.job.kind === "rollback"
    ? was.map(spelled).sort()
    : missing.map((p) => spelled({ ...p, evr: p.fixed })).sort();
};

const refusalFor = (from: PlanInputs, asset: Asset.Asset, patch: Patch): string | null => {
  if (from.job.kind === "rollback") return from.replaced.get(asset.id)?.has(patch.id) === true ? "PAT-12" : null;
  if (versionsFor(from, asset, patch).length === 0 || patch.download._tag === "Repository") return null;
  const own = patch.download._tag === "Automatic" ? patch.download.files : [from.supplied.get(patch.id)];
  const isFaulty = own.some((f) => f === undefined || PatchFile.problemOf(f) !== null);
  return isFaulty ? (patch.download._tag === "Automatic" ? "PAT-02" : "PAT-04") : null;
};

const whyIdle = (from: PlanInputs, asset: Asset.Asset, taken: readonly Patch[]): string => {
  if (from.job.kind === "rollback") return "PAT-12";
  const known = from.assessments.get(asset.id);
  if (known === undefined) return "SYN-03";
  const isAsked = (id: string) => from.job.patches?._tag === "Query" || taken.some((p) => p.id === id);
  return known.unknown.some((u) => isAsked(u.patchId)) ? "SYN-03" : "JOB-22";
};

const targets = (from: PlanInputs): readonly Asset.Asset[] =>
  from.assets.filter((a) => isMeant(from, a) && barred(from, a) === null);

const lacking = (from: PlanInputs, id: string): readonly Asset.Asset[] =>
  targets(from).filter((a) => from.assessments.get(a.id)?.missing.some((m) => m.patchId === id) === true);

const having = (from: PlanInputs, id: string): readonly Asset.Asset[] =>
  targets(from).filter((a) => from.assessments.get(a.id)?.installed.includes(id) === true);

const takenPatches = (from: PlanInputs): readonly Patch[] => {
  const source = from.job.patches;
  if (source?._tag === "List") {
    return from.patches.filter((p) => source.patches.includes(p.id) && ruleAgainst(from, p.id) === "");
  }
  return candidates(from)
    .filter((p) => ruleAgainst(from, p.id) === "")
    .sort((a, b) => b.publishedAt - a.publishedAt || (a.id < b.id ? -1 : 1))
    .slice(0, from.limits.patchesPerJobMax);
};

// What a query finds: missing on a target, not withdrawn, and as the query says.
const candidates = (from: PlanInputs): readonly Patch[] =>
  from.patches.filter((p) => lacking(from, p.id).length > 0 && !p.isDeprecated && isAskedFor(from, p));

const isAskedFor = (from: PlanInputs, patch: Patch): boolean => {
  const graph = Supersedence.make(from.patches);
  const answers: readonly boolean[] = [
    /security/i.test(patch.category),
    true,
    lacking(from, patch.id).length > 1,
    having(from, patch.id).length > 0 || !Supersedence.isSuperseded(graph, patch.id),
    patch.vendorSeverity !== "Low" && patch.publishedAt > from.now - 491_340 * Values.HOUR_MS,
  ];
  const { patches: source } = from.job;
  return source?._tag === "Query" && answers[PlanFleet.QUERIES.indexOf(source.query)] === true;
};

// The first rule against a patch that is listed or found; empty when there is none but, of a query, the limit.
const ruleAgainst = (from: PlanInputs, id: string): string => {
  const patch = from.patches.find((p) => p.id === id);
  if (patch === undefined) return "PAT-03";
  if (from.held.has(id)) return "PLN-05";
  if (from.job.kind === "rollback") return patch.isRollbackSupported ? "" : "PAT-12";
  if (patch.isDeprecated) return "PAT-06";
  if (patch.isFeatureUpdate) return "PAT-07";
  const { _tag } = patch.download;
  const isSupplied = _tag === "AcquireFromVendor" && patch.platform === "Windows" && from.supplied.has(id);
  if (_tag !== "Automatic" && _tag !== "Repository" && !isSupplied) return "PAT-03";
  const isQuery = from.job.patches?._tag === "Query";
  if (isQuery && !isOldEnough(from, patch)) return "PLN-07";
  return isQuery && lacking(from, id).every((a) => isReplacedOn(from, a, id)) ? "JOB-22" : "";
};

const isOldEnough = (from: PlanInputs, patch: Patch): boolean => {
  const { patches: source } = from.job;
  if (source?._tag !== "Query" || source.approvalAgeDays === undefined) return true;
  const since = patch.isUndated ? (patch.firstSeenAt ?? patch.publishedAt) : patch.publishedAt;
  return from.now - since >= source.approvalAgeDays * Values.DAY_MS;
};

const isReplacedOn = (from: PlanInputs, asset: Asset.Asset, id: string): boolean => {
  const { missing = [], installed = [] } = from.assessments.get(asset.id) ?? {};
  const isYoung = (other: string) => from.patches.some((p) => p.id === other && !isOldEnough(from, p));
  const coming = missing.map((m) => m.patchId).filter((other) => !from.held.has(other) && !isYoung(other));
  return Supersedence.isSupersededAmong(Supersedence.make(from.patches), id, new Set([...coming, ...installed]), null);
};
