/**
 * Who gets a seat of a module, said so that a store can work it out by itself (LIC-03, LIC-04, LIC-05, LIC-12): what
 * {@link ./Licence.ts | assignSeats} answers, without its reasons.
 */
import * as Asset from "../asset/Asset.ts";
import * as CodePointOrder from "../shared/CodePointOrder.ts";
import type { LicensedModule } from "../shared/Module.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";
import * as Subscription from "./Subscription.ts";

export type SeatRule =
  /** Nobody: there is no deployment on Free. */
  | { readonly _tag: "Nobody" }
  /** Whatever has the module activated. */
  | { readonly _tag: "Activated" }
  /** The first of the candidates, by activation and then by id. */
  | {
      readonly _tag: "Seats";
      readonly seats: number;
      /** Candidates bear one tag of each set; null: whatever they bear. */
      readonly include: TagSelection.Bearing | null;
      /** And not one of each of these; null: nothing excludes. */
      readonly exclude: TagSelection.Bearing | null;
    };

/** The rule that is in force at an instant. */
export const of = (
  subscription: Subscription.Subscription,
  tree: TagTree,
  now: number,
  module: LicensedModule = "PM",
): SeatRule => {
  const plan = Subscription.planAt(subscription, now);
  if (plan === "Free") return { _tag: "Nobody" };
  if (plan === "Trial") return { _tag: "Activated" };
  return ofLicence(Subscription.licenceOf(subscription, module), tree);
};

/** The rule of what was bought. */
export const ofLicence = ({ seats, include, exclude }: Subscription.ModuleLicence, tree: TagTree): SeatRule => ({
  _tag: "Seats",
  seats,
  include: include.tags.length === 0 ? null : TagSelection.bearing(include, tree),
  exclude: exclude.tags.length === 0 ? null : TagSelection.bearing(exclude, tree),
});

/** The ids of those that hold a seat. */
export const holders = (
  rule: SeatRule,
  assets: readonly Pick<Asset.Asset, "id" | "activations" | "tags">[],
  module: LicensedModule = "PM",
): ReadonlySet<string> => {
  if (rule._tag === "Nobody") return new Set();
  const active = assets.filter((asset) => Asset.isActive(asset, module));
  if (rule._tag === "Activated") return new Set(active.map((a) => a.id));
  const isIn = rule.include === null ? () => true : TagSelection.bears(rule.include);
  const isOut = rule.exclude === null ? () => false : TagSelection.bears(rule.exclude);
  const candidates = active.filter(({ tags }) => isIn(tags) && !isOut(tags));
  candidates.sort((a, b) => since(a, module) - since(b, module) || CodePointOrder.compare(a.id, b.id));
  return new Set(candidates.slice(0, rule.seats).map((a) => a.id));
};

const since = ({ activations }: Pick<Asset.Asset, "activations">, module: LicensedModule): number =>
  activations[module] ?? 0;
