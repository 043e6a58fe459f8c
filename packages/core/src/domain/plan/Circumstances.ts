/** What decides the times of jobs beside the jobs themselves: what the subscription says, and what keeps work off assets. */
import * as Subscription from "../license/Subscription.ts";
import * as ChangeFreeze from "../maintenance/ChangeFreeze.ts";
import * as ConfigurationProfile from "../profile/ConfigurationProfile.ts";
import type { Selectable } from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";
import type { Occasion } from "./PlanInputs.ts";

/** The same for every job of a tenant. */
export type Circumstances = Omit<Occasion, "slot" | "enabledAt" | "zones" | "notBefore">;

/** What they are worked out from. */
export interface Ground {
  readonly subscription: Subscription.Subscription;
  readonly profiles: readonly ConfigurationProfile.ConfigurationProfile[];
  readonly freezes: readonly ChangeFreeze.ChangeFreeze[];
  readonly tree: TagTree;
}

/** Those of these assets. */
export const of = ({ subscription, profiles, freezes, tree }: Ground, assets: readonly Selectable[]): Circumstances => {
  const { timeZone, inBlackout } = Subscription.schedulingOf(subscription);
  return {
    leadMilliseconds: subscription.limits.leadSeconds * 1_000,
    workMilliseconds: subscription.limits.workSecondsMax * 1_000,
    defaultZone: timeZone,
    inBlackout,
    blackouts: ConfigurationProfile.blackoutsOf(profiles, tree, assets),
    freezes: ChangeFreeze.byAsset(freezes, tree, assets),
  };
};
