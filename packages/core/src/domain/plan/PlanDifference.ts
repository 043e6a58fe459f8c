/**
 * What has changed between two plans of one job, as data and as words (PLN-02), and whether that is within a tolerance. Pure;
 * without changes exactly when the plans are the same.
 *
 * A tolerance counts assets: that join, leave, get another list, or get theirs at another time. A plan of another run, as when
 * the lead passed between looking and enabling, has another time for every asset, so it is tolerated where all of them may
 * change, and not otherwise. Another conduct is never tolerated: window, reboot and actions are approved as they are.
 */
import * as Canonical from "../shared/Canonical.ts";
import * as Rejection from "../shared/Rejection.ts";
import * as ConductDifference from "./ConductDifference.ts";
import * as Fate from "./Fate.ts";
import type { Plan, PlannedPatch } from "./Plan.ts";
import * as RingDifference from "./RingDifference.ts";
import * as TimeDifference from "./TimeDifference.ts";

export type PlanChange =
  | TimeDifference.TimeChange
  | RingDifference.RingChange
  | ConductDifference.ConductChange
  /** Assets that get something now and didn't before. */
  | { readonly _tag: "AssetsJoined"; readonly assets: readonly string[] }
  /** Assets that got something and don't now, by the rule that now says so; null: no longer meant at all. */
  | {
      readonly _tag: "AssetsLeft";
      readonly assets: readonly string[];
      readonly rule: string | null;
      readonly reason: string | null;
    }
  /** Assets that get another list of patches, packages or files than before. */
  | { readonly _tag: "ListsChanged"; readonly assets: readonly string[] }
  /** A patch that goes to some asset now and went to none before. */
  | { readonly _tag: "PatchJoined"; readonly patchId: string; readonly assets: number }
  /** A patch that goes to no asset any more, by the rules that now leave it out; none where nobody lacks it. */
  | { readonly _tag: "PatchLeft"; readonly patchId: string; readonly why: readonly string[] }
  /** Assets that get nothing, as before, but by another rule or for another reason, or are no longer or newly meant. */
  | { readonly _tag: "ExclusionsChanged"; readonly assets: readonly string[] }
  /** What is said of a patch that is left out, wholly or on some assets, is another. */
  | { readonly _tag: "LeftOutChanged"; readonly patchId: string; readonly why: readonly string[] }
  | { readonly _tag: "OrderChanged" }
  | { readonly _tag: "BasisChanged"; readonly what: string; readonly from: string; readonly to: string };

export interface PlanDifference {
  readonly changes: readonly PlanChange[];
  /** One sentence a change. */
  readonly words: readonly string[];
}

/** What changed from one plan to another. */
export const compare = (before: Plan, after: Plan): PlanDifference => {
  const changes = [
    ...basis(before, after),
    ...ConductDifference.of(before.conduct, after.conduct),
    ...TimeDifference.of(before, after),
    ...RingDifference.of(before, after),
    ...assets(before, after),
    ...patches(before, after),
    ...exclusions(before, after),
    ...leftOut(before, after),
  ];
  const all = changes.length === 0 && !isSame(before, after) ? [{ _tag: "OrderChanged" } as const] : changes;
  return { changes: all, words: all.map(wordsOf) };
};

/** How far a plan may have drifted from the one that was approved. What is left out isn't limited; nothing given: not at all. */
export interface DriftTolerance {
  /** Most assets that may have joined, left, or get another list or another time. */
  readonly assetsMax?: number;
  /** The same as a share of the approved plan's assets; with both, both hold. */
  readonly assetsPercentMax?: number;
}

/** What is wrong with a tolerance; null when nothing is. */
export const toleranceFault = ({ assetsMax = 0, assetsPercentMax = 0 }: DriftTolerance): Rejection.Rejection | null => {
  const isSound = Number.isSafeInteger(assetsMax) && assetsMax >= 0 && assetsPercentMax >= 0 && assetsPercentMax <= 100;
  const message = "a whole number of assets, and a percentage from 0 to 100";
  return isSound ? null : Rejection.make("PLN-02", "invalid", message, "drift");
};

/** Whether a plan that differs so may stand for the approved one: a patch that joined never is tolerated, nor another conduct. */
export const isTolerated = (
  { changes }: PlanDifference,
  tolerance: DriftTolerance,
  approvedAssets: number,
): boolean => {
  const { assetsMax, assetsPercentMax } = tolerance;
  if (assetsMax === undefined && assetsPercentMax === undefined) return changes.length === 0;
  const touched = touchedBy(changes);
  return (
    !changes.some(isNeverTolerated) &&
    (assetsMax === undefined || touched <= assetsMax) &&
    (assetsPercentMax === undefined || touched * 100 <= assetsPercentMax * approvedAssets)
  );
};

const isNeverTolerated = (change: PlanChange): boolean =>
  change._tag === "PatchJoined" ||
  change._tag === "ConductChanged" ||
  (change._tag === "BasisChanged" && !OF_VERSIONS.has(change.what));

// Another kind of job, or another job, is another plan altogether.
const OF_VERSIONS: ReadonlySet<string> = new Set(["tzdata", "tokenizer"]);

const TOUCHING: ReadonlySet<PlanChange["_tag"]> = new Set([
  "ListsChanged",
  "TimesChanged",
  "RingsChanged",
  "ZoneRulesMoved",
]);

// Each asset once, whatever changed of it.
const touchedBy = (changes: readonly PlanChange[]): number => {
  const touched = new Set<string>();
  const moved = new Set<string>();
  let staying = 0;
  for (const change of changes) {
    if (change._tag === "OccurrenceChanged") staying = change.assets;
    if (change._tag === "AssetsJoined" || change._tag === "AssetsLeft") for (const id of change.assets) moved.add(id);
    if (TOUCHING.has(change._tag) && "assets" in change && typeof change.assets !== "number")
      for (const id of change.assets) touched.add(id);
  }
  return moved.size + Math.max(staying, touched.size);
};

const basis = (before: Plan, after: Plan): readonly PlanChange[] =>
  (["tzdata", "tokenizer"] as const)
    .map((what) => ({ what: String(what), from: before.versions[what], to: after.versions[what] }))
    .concat(
      { what: "kind", from: before.kind, to: after.kind },
      { what: "job", from: before.jobId, to: after.jobId },
      { what: "standing of the plan", from: standingOf(before), to: standingOf(after) },
    )
    .filter(({ from, to }) => from !== to)
    .map((change) => ({ _tag: "BasisChanged", ...change }));

// JOB-22: where the patches come from another source, one plan is of a list and the other of what is found until the run.
const standingOf = ({ isProvisional }: Plan): string => (isProvisional ? "provisional" : "settled");

const assets = (before: Plan, after: Plan): readonly PlanChange[] => {
  const [was, is] = [listsOf(before), listsOf(after)];
  const joined = [...is.keys()].filter((id) => !was.has(id));
  const gone = [...was.keys()].filter((id) => !is.has(id));
  const changed = [...is].filter(([id, list]) => was.has(id) && was.get(id) !== list).map(([id]) => id);
  const excluded = new Map(after.excluded.map((e) => [e.assetId, e]));
  const left = grouped(gone, (id) =>
    JSON.stringify([excluded.get(id)?.rule ?? null, excluded.get(id)?.reason ?? null]),
  );
  return [
    ...(joined.length === 0 ? [] : [{ _tag: "AssetsJoined", assets: joined.sort() } as const]),
    ...left.map(([why, ids]) => {
      const [rule, reason] = JSON.parse(why) as readonly [string | null, string | null];
      return { _tag: "AssetsLeft", assets: ids, rule, reason } as const;
    }),
    ...(changed.length === 0 ? [] : [{ _tag: "ListsChanged", assets: changed.sort() } as const]),
  ];
};

const patches = (before: Plan, after: Plan): readonly PlanChange[] => {
  const [was, is] = [reachOf(before), reachOf(after)];
  const why = whyOf(after);
  const joined = [...is]
    .filter(([id]) => !was.has(id))
    .map(([patchId, n]) => ({ _tag: "PatchJoined", patchId, assets: n }) as const);
  const left = [...was.keys()].filter((id) => !is.has(id));
  return [
    ...joined.sort(byPatch),
    ...left.sort().map((patchId) => ({ _tag: "PatchLeft", patchId, why: why.get(patchId) ?? [] }) as const),
  ];
};

// Only of those that get nothing in either plan; the others are told of already.
const exclusions = (before: Plan, after: Plan): readonly PlanChange[] => {
  const [was, is] = [before, after].map((p) => new Map(p.excluded.map((e) => [e.assetId, Canonical.text(e)])));
  const planned = new Set([...listsOf(before).keys(), ...listsOf(after).keys()]);
  const ids = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])];
  const changed = ids.filter((id) => !planned.has(id) && was?.get(id) !== is?.get(id)).sort();
  return changed.length === 0 ? [] : [{ _tag: "ExclusionsChanged", assets: changed }];
};

const leftOut = (before: Plan, after: Plan): readonly PlanChange[] => {
  const [was, is] = [whyOf(before), whyOf(after)];
  const gone = new Set(reachOf(after).keys());
  const left = new Set([...reachOf(before).keys()].filter((id) => !gone.has(id)));
  const ids = [...new Set([...was.keys(), ...is.keys()])].filter((id) => !left.has(id)).sort();
  return ids
    .filter((id) => JSON.stringify(was.get(id) ?? []) !== JSON.stringify(is.get(id) ?? []))
    .map((patchId) => ({ _tag: "LeftOutChanged", patchId, why: is.get(patchId) ?? [] }));
};

const listsOf = (plan: Plan): ReadonlyMap<string, string> =>
  new Map(
    plan.groups.flatMap(({ assets: ids, patches: list }) => {
      const key = listKey(list);
      return ids.map((id) => [id, key] as const);
    }),
  );

const listKey = (list: readonly PlannedPatch[]): string =>
  `${Fate.key(list)}${JSON.stringify(list.map((p) => p.advisory))}`;

const reachOf = (plan: Plan): ReadonlyMap<string, number> => {
  const reach = new Map<string, number>();
  for (const { patches: list, assets: ids } of plan.groups) {
    for (const { patchId } of list) reach.set(patchId, (reach.get(patchId) ?? 0) + ids.length);
  }
  return reach;
};

const whyOf = (plan: Plan): ReadonlyMap<string, readonly string[]> =>
  new Map(
    grouped(plan.leftOut, (l) => l.patchId).map(
      ([id, rows]) => [id, rows.map((l) => `${l.rule}: ${l.reason}`)] as const,
    ),
  );

const grouped = <A>(items: readonly A[], key: (item: A) => string): readonly (readonly [string, readonly A[]])[] => {
  const groups = new Map<string, A[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
};

const isSame = (a: Plan, b: Plan): boolean => Canonical.text(a) === Canonical.text(b);

const byPatch = (a: { readonly patchId: string }, b: { readonly patchId: string }): number =>
  a.patchId < b.patchId ? -1 : 1;

const NAMED_MAX = 3;

const named = (ids: readonly string[]): string => {
  const more = ids.length > NAMED_MAX ? ` and ${ids.length - NAMED_MAX} more` : "";
  return `${ids.length === 1 ? "1 asset" : `${ids.length} assets`} (${ids.slice(0, NAMED_MAX).join(", ")}${more})`;
};

const wordsOf = (change: PlanChange): string => {
  switch (change._tag) {
    case "AssetsJoined":
      return `${named(change.assets)} joined`;
    case "AssetsLeft":
      return `${named(change.assets)} left: ${change.rule === null ? "no longer meant" : `${change.rule}, ${change.reason}`}`;
    case "ListsChanged":
      return `${named(change.assets)} would get another list than before`;
    case "PatchJoined":
      return `${change.patchId} joined, for ${change.assets === 1 ? "1 asset" : `${change.assets} assets`}`;
    case "PatchLeft":
      return `${change.patchId} goes to nobody any more${change.why.length === 0 ? "" : `: ${change.why.join("; ")}`}`;
    case "ExclusionsChanged":
      return `${named(change.assets)} would get nothing, for another reason than before`;
    case "LeftOutChanged":
      return change.why.length === 0
        ? `${change.patchId} is no longer left out anywhere`
        : `${change.patchId} is left out: ${change.why.join("; ")}`;
    case "OrderChanged":
      return "the same stands in another order";
    case "BasisChanged":
      return `${change.what} was ${change.from} and is ${change.to}`;
    case "ConductChanged":
      return ConductDifference.wordsOf(change);
    case "RingsChanged":
      return RingDifference.wordsOf(change, named);
    case "OccurrenceChanged":
    case "TimesChanged":
    case "ZoneRulesMoved":
      return TimeDifference.wordsOf(change, named);
  }
};
