/** Assessment profiles as they stand, and as users look at them: list, what holds for an asset and why, overlaps (PRO-03, PRO-05). */
import * as Effect from "effect/Effect";
import * as Subscription from "../../domain/license/Subscription.ts";
import * as AssessmentProfile from "../../domain/profile/AssessmentProfile.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";

/** Counts the changes of assessment profiles: what is decided over all of them is written only while none has changed. */
export const COUNTER = "assessmentProfiles";

/** The profiles of a tenant in their order. One of before there were any has the default all the same. */
export const of = Effect.fn("AssessmentStanding.of")(function* (tenantId: TenantId) {
  const subscription = yield* Subscriptions.of(tenantId);
  const stored = yield* Repository.all(tenantId, "assessmentProfile");
  const now = (yield* Environment).now();
  const values = stored.map((p) => p.value);
  const hasDefault = values.some((p) => p.isDefault);
  const all = hasDefault ? values : [...values, AssessmentProfile.first(subscription.plan, 0)];
  return { subscription, stored, profiles: AssessmentProfile.inOrder(all), now };
});

/** A profile as it is looked at; saved as it is shown, it stays what it is. */
export interface AssessmentProfileView extends AssessmentProfile.AssessmentProfile {
  /** The interval before the subscription fell back to Free, when that made it longer (LIC-02). */
  readonly convertedFromSeconds: number | null;
}

export const viewOf = (
  profile: AssessmentProfile.AssessmentProfile,
  subscription: Subscription.Subscription,
  now: number,
): AssessmentProfileView => {
  const intervalSeconds = AssessmentProfile.intervalOf(profile, subscription, now);
  const isConverted = intervalSeconds !== profile.intervalSeconds;
  return { ...profile, intervalSeconds, convertedFromSeconds: isConverted ? profile.intervalSeconds : null };
};

/** Every profile, the topmost first, the default last; and which intervals may be saved now (PRO-02). */
export const list = Effect.fn("AssessmentStanding.list")(function* (actor: Actor) {
  yield* Authority.require(actor, "view-assessment-profile");
  const { profiles, subscription, now } = yield* of(actor.tenantId);
  const plan = Subscription.planAt(subscription, now);
  return {
    profiles: profiles.map((p) => viewOf(p, subscription, now)),
    intervalSeconds: AssessmentProfile.bounds(plan, subscription.limits),
  };
});

/** One of them. */
export const get = Effect.fn("AssessmentStanding.get")(function* (actor: Actor, profileId: string) {
  yield* Authority.require(actor, "view-assessment-profile");
  const { profiles, subscription, now } = yield* of(actor.tenantId);
  const profile = profiles.find((p) => p.id === profileId);
  if (profile === undefined) return yield* reject(null, "not-found", `there is no assessment profile ${profileId}`);
  return viewOf(profile, subscription, now);
});

/** Tags that several profiles hold since one was moved, and in which order the profiles count (PRO-03). */
export const overlaps = Effect.fn("AssessmentStanding.overlaps")(function* (actor: Actor) {
  yield* Authority.require(actor, "view-assessment-profile");
  const { profiles } = yield* of(actor.tenantId);
  return AssessmentProfile.overlaps(profiles, yield* Tags.tree(actor.tenantId));
});

/** What an asset in the caller's scope is scanned by, and why (PRO-05). */
export const effective = Effect.fn("AssessmentStanding.effective")(function* (actor: Actor, assetId: string) {
  const user = yield* Authority.require(actor, "view-assessment-profile");
  const { tenantId } = actor;
  const tree = yield* Tags.tree(tenantId);
  const asset = yield* Repository.get(tenantId, "asset", assetId);
  if (asset === null || !TagScope.sees(user.scope, tree, asset.value.tags).ok) {
    return yield* reject("TAG-05", "not-found", `there is no asset ${assetId}`);
  }
  const { profiles, subscription, now } = yield* of(tenantId);
  return AssessmentProfile.compile(profiles, tree, subscription, now)(asset.value);
});
