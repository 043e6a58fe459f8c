/**
 * Who has a seat (LIC-04, LIC-05, LIC-12): a pure answer to "given these assets now", never stored, so it can't go
 * stale. Past the number of seats they go by activation time, oldest first, ties by asset id.
 */
import * as Asset from "../asset/Asset.ts";
import type { LicensedModule } from "../shared/Module.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";
import * as Subscription from "./Subscription.ts";

export type SeatVerdict =
  | { readonly _tag: "Licensed" }
  | { readonly _tag: "NotLicensed"; readonly rule: string; readonly reason: string };

const refused = (rule: string, reason: string): SeatVerdict => ({ _tag: "NotLicensed", rule, reason });

/** The verdict on each asset, by id, for one module (LIC-09). */
export const assignSeats = (
  subscription: Subscription.Subscription,
  tree: TagTree,
  assets: readonly Asset.Asset[],
  now: number,
  module: LicensedModule = "PM",
): ReadonlyMap<string, SeatVerdict> => {
  const plan = Subscription.planAt(subscription, now);
  const licence = Subscription.licenceOf(subscription, module);
  const verdicts = new Map<string, SeatVerdict>();
  const included = TagSelection.matcher(licence.include, tree);
  const excluded = TagSelection.matcher(licence.exclude, tree);
  const candidates: Asset.Asset[] = [];
  for (const asset of assets) {
    if (plan === "Free") verdicts.set(asset.id, refused("LIC-03", "the Free plan deploys nothing"));
    else if (!Asset.isActive(asset, module)) verdicts.set(asset.id, refused("LIC-05", `${module} is not activated`));
    else if (plan === "Trial") verdicts.set(asset.id, { _tag: "Licensed" });
    else if (excluded(asset.tags)) verdicts.set(asset.id, refused("LIC-04", "in a tag excluded from licensing"));
    else if (licence.include.tags.length > 0 && !included(asset.tags)) {
      verdicts.set(asset.id, refused("LIC-04", "in no tag included in licensing"));
    } else candidates.push(asset);
  }
  const activatedAt = (asset: Asset.Asset): number => asset.activations[module] ?? 0;
  candidates.sort((a, b) => activatedAt(a) - activatedAt(b) || (a.id < b.id ? -1 : 1));
  for (const [i, asset] of candidates.entries()) {
    const seated = i < licence.seats;
    const reason = `all ${licence.seats} seats are taken by earlier activations`;
    verdicts.set(asset.id, seated ? { _tag: "Licensed" } : refused("LIC-05", reason));
  }
  return verdicts;
};
