/** The tenant's subscription: its plan, seats, licence tags and limits. */
import * as Effect from "effect/Effect";
import type { Plan, Subscription } from "../domain/license/Subscription.ts";
import type { ConfigurationProfile } from "../domain/profile/ConfigurationProfile.ts";
import { type Actor, label } from "../domain/shared/Actor.ts";
import * as Limits from "../domain/shared/Limits.ts";
import * as TagSelection from "../domain/tag/TagSelection.ts";
import * as TagTree from "../domain/tag/TagTree.ts";
import { Environment } from "../ports/Environment.ts";
import * as Stored from "../schema/Stored.ts";
import * as Authority from "./Authority.ts";
import * as Decisions from "./Decisions.ts";
import * as Idempotency from "./Idempotency.ts";
import { lift, reject } from "./Rejected.ts";
import * as Repository from "./Repository.ts";
import * as TagRules from "./TagRules.ts";
import * as TagUses from "./TagUses.ts";

export interface SubscriptionInput {
  readonly plan: Plan;
  readonly expiresAt: number | null;
  readonly seats: number;
  readonly include?: TagSelection.TagSet;
  readonly exclude?: TagSelection.TagSet;
  /** Members of the limits that differ from the defaults. */
  readonly limits?: Partial<Limits.Limits>;
}

const noTags: TagSelection.TagSet = { mode: "any", tags: [] };
const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Opens the actor's subscription, or changes it: plan, seats, licence tags, limits. One that is opened may name tags that
 * are to be made yet; what is named later must be there.
 */
export const save = Effect.fn("Subscriptions.save")(function* (
  actor: Actor,
  input: SubscriptionInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-licence");
  if (!TENANT.test(actor.tenantId)) {
    return yield* reject("EVT-03", "invalid", "a tenant's id is 1–63 small letters, digits and dashes", "tenantId");
  }
  if (input.seats < 0 || !Number.isSafeInteger(input.seats)) {
    return yield* reject("LIC-05", "invalid", "seats are a whole number, 0 or more", "seats");
  }
  const { tenantId } = actor;
  const now = (yield* Environment).now();
  const decide = Effect.gen(function* () {
    const known = yield* Repository.get(tenantId, "subscription", tenantId);
    const subscription: Subscription = {
      id: tenantId,
      plan: input.plan,
      expiresAt: input.expiresAt,
      seats: input.seats,
      include: input.include ?? noTags,
      exclude: input.exclude ?? noTags,
      limits: Limits.withOverrides(input.limits ?? {}),
    };
    yield* lift(Stored.readable("subscription", subscription));
    const opened = { counters: [{ key: TagRules.TREE_COUNTER, by: 1 }], first: firstEntities(subscription.limits) };
    const { counters, first } =
      known === null ? opened : { counters: yield* usesOfTags(known.value, subscription), first: [] };
    const change = {
      expect: [Repository.expected("subscription", tenantId, known)],
      counters,
      writes: [Repository.put("subscription", tenantId, subscription), ...first],
      events: [Repository.event("SubscriptionOpened", "subscription", tenantId, now, { by: label(actor) })],
    };
    return { change, answer: subscription };
  });
  const call = { method: "subscriptions.save", key, request: input };
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide));
});

const usesOfTags = Effect.fn("Subscriptions.usesOfTags")(function* (known: Subscription, now: Subscription) {
  const former = new Set(TagUses.named(known));
  const added = TagUses.named(now).filter((tag) => !former.has(tag));
  const standing = yield* TagRules.standing(now.id);
  return yield* lift(TagUses.claim(standing, added, { rule: "LIC-04", path: "include" }));
});

/** The subscription of a tenant; a rejection when there is none. */
export const of = Effect.fn("Subscriptions.of")(function* (tenantId: string) {
  const found = yield* Repository.get(tenantId, "subscription", tenantId);
  return found?.value ?? (yield* reject("EVT-03", "not-found", `there is no subscription ${tenantId}`));
});

// The tag that every agent carries and the default profile stand from the first day.
const firstEntities = (limits: Limits.Limits) => {
  const profile: ConfigurationProfile = {
    id: "default",
    name: "Default",
    position: Number.MAX_SAFE_INTEGER,
    isDefault: true,
    targets: TagSelection.none,
    statusIntervalSeconds: limits.statusIntervalSecondsMin,
    scanIntervalSeconds: limits.scanIntervalSecondsMin,
  };
  const { cloudAgent } = TagTree;
  return [Repository.put("profile", profile.id, profile), Repository.put("tag", cloudAgent.id, cloudAgent)];
};
