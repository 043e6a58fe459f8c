/** Seats as users look at them: how far they are used, who would gain or lose one, where an asset stands (LIC-04 … LIC-12). */
import * as Effect from "effect/Effect";
import * as Asset from "../../domain/asset/Asset.ts";
import * as Licence from "../../domain/license/Licence.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Module from "../../domain/shared/Module.ts";
import * as Tenant from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import { lift, refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as TagRules from "../tags/TagRules.ts";
import * as Subscriptions from "./Subscriptions.ts";

/** A change that might be made; nothing of it is, here. */
export type LicenceChange =
  /** The subscription saved so. */
  | { readonly _tag: "Subscription"; readonly input: Subscriptions.SubscriptionInput }
  /** Modules activated or deactivated (LIC-11). */
  | { readonly _tag: "Activate" | "Deactivate"; readonly modules: readonly Module.Module[]; readonly assets: Assets }
  /** A static tag given or taken. */
  | { readonly _tag: "Tag" | "Untag"; readonly tag: string; readonly assets: Assets }
  /** Assets removed, by uninstalling or purging (LIC-08). */
  | { readonly _tag: "Remove"; readonly assets: Assets }
  /** Time passing, up to an instant: what expires by then. */
  | { readonly _tag: "Until"; readonly at: number };

type Assets = readonly string[];

/** A seat that would be gained or lost. */
export interface LicencePreviewRow extends Licence.SeatChange {
  readonly module: Module.LicensedModule;
}

export interface LicencePreview {
  /** Of all assets, in and out of the caller's scope. */
  readonly gaining: number;
  readonly losing: number;
  /** Those in the caller's scope. */
  readonly rows: readonly LicencePreviewRow[];
}

/** Where an asset stands with a module. */
export interface ModuleStanding {
  readonly module: Module.LicensedModule;
  /** Since when it is active; null when it isn't. */
  readonly activatedAt: number | null;
  readonly isLicensed: boolean;
  /** The rule and reason, when it isn't. */
  readonly rule: string | null;
  readonly reason: string | null;
}

/** How far the seats of each module are used; nothing but on Full (LIC-12). */
export const consumption = Effect.fn("Licences.consumption")(function* (actor: Actor) {
  const { standing } = yield* load(actor);
  return {
    planInForce: Subscription.planAt(standing.subscription, standing.now),
    modules: Licence.consumption(standing),
  };
});

/**
 * Who would gain or lose a seat, with the reason. Rejects assets, tags and seats that aren't there or can't be.
 *
 * @example
 * const { rows } = yield* fettle.licences.preview(actor, { _tag: "Deactivate", modules: ["PM"], assets: [assetId] });
 */
export const preview = Effect.fn("Licences.preview")(function* (actor: Actor, change: LicenceChange) {
  const { standing, rules, sees } = yield* load(actor);
  const after = yield* changed(standing, rules, sees, change);
  const changes = Module.licensed.flatMap((module) =>
    Licence.changesIf(standing, after, module).map((row): LicencePreviewRow => ({ ...row, module })),
  );
  const tags = new Map(standing.assets.map((a) => [a.id, a.tags]));
  const answer: LicencePreview = {
    gaining: changes.filter((c) => c.change === "gains").length,
    losing: changes.filter((c) => c.change === "loses").length,
    rows: changes.filter((c) => sees(tags.get(c.assetId) ?? [])),
  };
  return answer;
});

/** What seats would depend on after a change, by the same judgement as {@link preview}: for more than seats depends on it. */
export const standingAfter = Effect.fn("Licences.standingAfter")(function* (actor: Actor, change: LicenceChange) {
  const { standing, rules, sees } = yield* load(actor);
  const after: Licence.Standing = yield* changed(standing, rules, sees, change);
  return after;
});

/** Where an asset in the caller's scope stands with each module. */
export const of = Effect.fn("Licences.of")(function* (actor: Actor, assetId: string) {
  const { standing, sees } = yield* load(actor);
  const { subscription, tree, assets, now } = standing;
  const asset = yield* find(assets, sees, assetId);
  const modules = Module.licensed.map((module): ModuleStanding => {
    const verdict = Licence.assignSeats(subscription, tree, assets, now, module).get(assetId);
    const why = verdict?._tag === "NotLicensed" ? verdict : null;
    return {
      module,
      activatedAt: asset.activations[module] ?? null,
      isLicensed: verdict?._tag === "Licensed",
      rule: why?.rule ?? null,
      reason: why?.reason ?? null,
    };
  });
  return { assetId, modules };
});

type Sees = (tags: readonly string[]) => boolean;

const load = Effect.fn("Licences.load")(function* (actor: Actor) {
  const user = yield* Authority.require(actor, "view-licence");
  const { tenantId } = actor;
  const subscription = yield* Subscriptions.of(tenantId);
  const rules = yield* TagRules.standing(tenantId);
  const assets = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const standing: Licence.Standing = { subscription, tree: rules.tree, assets, now: (yield* Environment).now() };
  return { standing, rules, sees: TagScope.compile(user.scope, rules.tree) as Sees };
});

const find = (assets: readonly Asset.Asset[], sees: Sees, assetId: string) => {
  const asset = assets.find((a) => a.id === assetId && sees(a.tags));
  return asset === undefined ? reject("TAG-05", "not-found", `there is no asset ${assetId}`) : Effect.succeed(asset);
};

const changed = Effect.fn("Licences.changed")(function* (
  standing: Licence.Standing,
  rules: TagRules.Standing,
  sees: Sees,
  change: LicenceChange,
) {
  const { subscription, now } = standing;
  if (change._tag === "Subscription") {
    yield* Subscriptions.soundSeats(change.input);
    const next = Subscription.changed(
      subscription,
      Subscriptions.subscriptionOf(Tenant.of(subscription.id), change.input),
      now,
    );
    const fault = Subscription.tagsFault(subscription, next);
    if (fault !== null) return yield* refuse(fault);
    const unknown = Subscription.tagsOf(next).find((tag) => !rules.tree.has(tag));
    if (unknown !== undefined) return yield* reject("LIC-04", "not-found", `there is no tag ${unknown}`, "licences");
    return { ...standing, subscription: next } satisfies Licence.Standing;
  }
  if (change._tag === "Until") {
    if (!Number.isSafeInteger(change.at) || change.at < now) {
      return yield* reject("LIC-01", "invalid", "an instant to come, in epoch milliseconds", "at");
    }
    return { ...standing, now: change.at } satisfies Licence.Standing;
  }
  for (const id of change.assets) yield* find(standing.assets, sees, id);
  if (change._tag === "Tag" || change._tag === "Untag") {
    const tag = rules.tree.get(change.tag);
    if (tag === undefined) return yield* reject("LIC-04", "not-found", `there is no tag ${change.tag}`, "tag");
    if (tag.rule._tag === "Dynamic")
      return yield* reject("TAG-08", "conflict", `${tag.name} is given by its rule`, "tag");
  }
  if (change._tag === "Activate") yield* lift(Module.compatible(change.modules));
  const named = new Set(change.assets);
  if (change._tag === "Remove") {
    return { ...standing, assets: standing.assets.filter((a) => !named.has(a.id)) } satisfies Licence.Standing;
  }
  const assets = standing.assets.map((a) =>
    named.has(a.id) ? TagRules.tagged(rules, altered(a, change, now), now) : a,
  );
  return { ...standing, assets } satisfies Licence.Standing;
});

type AssetChange = Extract<LicenceChange, { readonly _tag: "Activate" | "Deactivate" | "Tag" | "Untag" }>;

const altered = (asset: Asset.Asset, change: AssetChange, now: number): Asset.Asset => {
  switch (change._tag) {
    case "Activate":
      return { ...asset, activations: Asset.activate(asset.activations, change.modules, now) };
    case "Deactivate":
      return { ...asset, activations: Asset.deactivate(asset.activations, change.modules) };
    case "Tag":
      return { ...asset, assignedTags: [...new Set([...asset.assignedTags, change.tag])].sort() };
    case "Untag":
      return { ...asset, assignedTags: asset.assignedTags.filter((t) => t !== change.tag) };
  }
};
