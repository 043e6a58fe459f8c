/**
 * Who has a seat (LIC-04, LIC-05, LIC-09, LIC-12): a pure answer to "given these assets now", never stored, so it can't go
 * stale, and whatever goes away frees its seat (LIC-08, LIC-11). Past the number of seats they go by activation time, oldest
 * first, ties by asset id. Scanning needs none (LIC-10).
 */
import * as Asset from "../asset/Asset.ts";
import * as Chunks from "../shared/Chunks.ts";
import * as CodePointOrder from "../shared/CodePointOrder.ts";
import type { LicensedModule } from "../shared/Module.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";
import * as Subscription from "./Subscription.ts";

export type SeatVerdict =
  | { readonly _tag: "Licensed" }
  | { readonly _tag: "NotLicensed"; readonly rule: string; readonly reason: string };

/** What seats depend on, as of one moment. */
export interface Standing {
  readonly subscription: Subscription.Subscription;
  readonly tree: TagTree;
  readonly assets: readonly Asset.Asset[];
  readonly now: number;
}

const licensed: SeatVerdict = { _tag: "Licensed" };

const refused = (rule: string, reason: string): SeatVerdict => ({ _tag: "NotLicensed", rule, reason });

/** The verdict on each asset, by id, for one module (LIC-09). */
export const assignSeats = (
  subscription: Subscription.Subscription,
  tree: TagTree,
  assets: readonly Asset.Asset[],
  now: number,
  module: LicensedModule = "PM",
): ReadonlyMap<string, SeatVerdict> => Chunks.finish(seating({ subscription, tree, assets, now }, module));

/** {@link assignSeats} in chunks, for whoever must not be held up by a large fleet. */
export function* seating(
  { subscription, tree, assets, now }: Standing,
  module: LicensedModule = "PM",
): Generator<void, ReadonlyMap<string, SeatVerdict>> {
  const judge = judgeOf({ subscription, tree, now }, module);
  const verdicts = new Map<string, SeatVerdict>();
  const candidates: Candidate[] = [];
  const isChunk = Chunks.pace();
  for (const { id, activations, tags } of assets) {
    const verdict = judge({ activations, tags });
    if (verdict === null) candidates.push({ id, at: activations[module] ?? 0 });
    else verdicts.set(id, verdict);
    if (isChunk(1 + tags.length)) yield;
  }
  const { seats } = Subscription.licenceOf(subscription, module);
  const late = lateFor(seats);
  const queue = candidates.length > seats ? yield* Chunks.sorted(candidates, isEarlier) : candidates;
  for (const [i, { id }] of queue.entries()) {
    verdicts.set(id, i < seats ? licensed : late);
    if (isChunk(1)) yield;
  }
  return verdicts;
}

const lateFor = (seats: number): SeatVerdict =>
  refused("LIC-05", `all ${seats} seats are taken by earlier activations`);

/** The verdict on one asset, of which a store told whether it is among those that get a seat ({@link ./SeatRule.ts}). */
export const verdictOf = (
  { subscription, tree, now }: Omit<Standing, "assets">,
  asset: Pick<Asset.Asset, "activations" | "tags">,
  isHolder: boolean,
  module: LicensedModule = "PM",
): SeatVerdict => {
  if (isHolder) return licensed;
  const { seats } = Subscription.licenceOf(subscription, module);
  return judgeOf({ subscription, tree, now }, module)(asset) ?? lateFor(seats);
};

/** How far the seats of a module are used (LIC-05). */
export interface Consumption {
  readonly module: LicensedModule;
  readonly seats: number;
  /** Assets that could be licensed: may be more than there are seats. */
  readonly candidates: number;
  /** Those that are. */
  readonly licensed: number;
  /** Candidates of seats, in percent, past 100 too; null without a seat. */
  readonly percent: number | null;
}

/** The consumption of each module that seats were bought of; none but on Full (LIC-12). */
export const consumption = (standing: Standing): readonly Consumption[] => {
  const { subscription, now, assets } = standing;
  if (Subscription.planAt(subscription, now) !== "Full") return [];
  const modules = Object.keys(subscription.licences) as LicensedModule[];
  return modules.map((module) => {
    const judge = judgeOf(standing, module);
    const { seats } = Subscription.licenceOf(subscription, module);
    const candidates = assets.reduce((count, asset) => count + (judge(asset) === null ? 1 : 0), 0);
    const percent = seats === 0 ? null : (100 * candidates) / seats;
    return { module, seats, candidates, licensed: Math.min(candidates, seats), percent };
  });
};

/** An asset that gains or loses a seat. */
export interface SeatChange {
  readonly assetId: string;
  readonly change: "gains" | "loses";
  /** The rule that keeps it from having one: before, when it gains; after, when it loses. */
  readonly rule: string;
  readonly reason: string;
}

/** Who gains or loses a seat of a module when one standing becomes the other, ordered by asset id. */
export const changesIf = (before: Standing, after: Standing, module: LicensedModule = "PM"): readonly SeatChange[] => {
  const [was, is] = [before, after].map((s) => assignSeats(s.subscription, s.tree, s.assets, s.now, module)) as [
    ReadonlyMap<string, SeatVerdict>,
    ReadonlyMap<string, SeatVerdict>,
  ];
  const ids = [...new Set([...was.keys(), ...is.keys()])].sort();
  return ids.flatMap((assetId): readonly SeatChange[] => {
    const [then, now] = [was.get(assetId) ?? absent, is.get(assetId) ?? absent];
    if (then._tag === now._tag) return [];
    if (now._tag === "NotLicensed") return [{ assetId, change: "loses", rule: now.rule, reason: now.reason }];
    return then._tag === "NotLicensed"
      ? [{ assetId, change: "gains", rule: then.rule, reason: `no longer so: ${then.reason}` }]
      : [];
  });
};

const absent = refused("LIC-08", "the asset is not there");

interface Candidate {
  readonly id: string;
  readonly at: number;
}

// As stores order ids, that give seats by {@link ./SeatRule.ts}.
const isEarlier = (a: Candidate, b: Candidate): boolean =>
  a.at < b.at || (a.at === b.at && CodePointOrder.compare(a.id, b.id) < 0);

/** Why an asset has no seat whatever the others have; null: it is a candidate, or licensed already (LIC-12). */
type Judge = (asset: Pick<Asset.Asset, "activations" | "tags">) => SeatVerdict | null;

const judgeOf = ({ subscription, tree, now }: Omit<Standing, "assets">, module: LicensedModule): Judge => {
  const plan = Subscription.planAt(subscription, now);
  if (plan === "Free") return always(refused("LIC-03", "the Free plan deploys nothing"));
  const inactive = refused("LIC-05", `${module} is not activated`);
  if (plan === "Trial") return (asset) => (Asset.isActive(asset, module) ? licensed : inactive);
  const { include, exclude } = Subscription.licenceOf(subscription, module);
  const included = include.tags.length === 0 ? null : TagSelection.matcher(include, tree);
  const excluded = exclude.tags.length === 0 ? null : TagSelection.matcher(exclude, tree);
  const isOut = refused("LIC-04", "in a tag excluded from licensing");
  const isNotIn = refused("LIC-04", "in no tag included in licensing");
  return (asset) => {
    if (!Asset.isActive(asset, module)) return inactive;
    if (excluded?.(asset.tags) === true) return isOut;
    return included?.(asset.tags) === false ? isNotIn : null;
  };
};

const always =
  (verdict: SeatVerdict): Judge =>
  () =>
    verdict;
