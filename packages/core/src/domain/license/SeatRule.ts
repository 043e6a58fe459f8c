/**
 * Who gets a seat of a module, said so that a store can work it out by itself (LIC-03, LIC-04, LIC-05, LIC-12): what
 * {@link ./Licence.ts | assignSeats} answers, without its reasons.
 */
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
  const { seats, include, exclude } = Subscription.licenceOf(subscription, module);
  return {
    _tag: "Seats",
    seats,
    include: include.tags.length === 0 ? null : TagSelection.bearing(include, tree),
    exclude: exclude.tags.length === 0 ? null : TagSelection.bearing(exclude, tree),
  };
};
