/** Opens subscriptions and holds what is set up once: limits, activation keys, configuration profiles. */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type { ActivationKey } from "../domain/key/ActivationKey.ts";
import type { Plan, Subscription } from "../domain/license/Subscription.ts";
import * as ConfigurationProfile from "../domain/profile/ConfigurationProfile.ts";
import { type Actor, label } from "../domain/shared/Actor.ts";
import * as Limits from "../domain/shared/Limits.ts";
import * as TagSelection from "../domain/tag/TagSelection.ts";
import * as TagTree from "../domain/tag/TagTree.ts";
import { Environment } from "../ports/Environment.ts";
import { TenantKeys } from "../ports/TenantKeys.ts";
import * as Stored from "../schema/Stored.ts";
import * as Authority from "./Authority.ts";
import * as Configurations from "./Configurations.ts";
import { lift, reject } from "./Rejected.ts";
import * as Repository from "./Repository.ts";
import * as Sweeps from "./Sweeps.ts";
import * as TagRules from "./TagRules.ts";

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

/** Opens the actor's subscription, or changes it: plan, seats, licence tags, limits. */
export const save = Effect.fn("Subscriptions.save")(function* (actor: Actor, input: SubscriptionInput) {
  yield* Authority.require(actor, "manage-licence");
  if (!TENANT.test(actor.tenantId)) {
    return yield* reject("EVT-03", "invalid", "a tenant's id is 1–63 small letters, digits and dashes", "tenantId");
  }
  if (input.seats < 0 || !Number.isSafeInteger(input.seats)) {
    return yield* reject("LIC-05", "invalid", "seats are a whole number, 0 or more", "seats");
  }
  const { tenantId } = actor;
  const now = (yield* Environment).now();
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
  const first = known === null ? firstEntities(subscription.limits) : [];
  yield* Repository.commit(tenantId, {
    expect: [Repository.expected("subscription", tenantId, known)],
    counters: known === null ? [{ key: TagRules.TREE_COUNTER, by: 1 }] : [],
    writes: [Repository.put("subscription", tenantId, subscription), ...first],
    events: [Repository.event("SubscriptionOpened", "subscription", tenantId, now, { by: label(actor) })],
  });
  return subscription;
});

/** The subscription of a tenant; a rejection when there is none. */
export const of = Effect.fn("Subscriptions.of")(function* (tenantId: string) {
  const found = yield* Repository.get(tenantId, "subscription", tenantId);
  return found?.value ?? (yield* reject("EVT-03", "not-found", `there is no subscription ${tenantId}`));
});

// The tag that every agent carries and the default profile stand from the first day.
const firstEntities = (limits: Limits.Limits) => {
  const profile: ConfigurationProfile.ConfigurationProfile = {
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

export interface ActivationKeyInput {
  readonly title: string;
  readonly tags?: readonly string[];
  readonly modules?: readonly string[];
  readonly agentsMax?: number | null;
  readonly expiresAt?: number | null;
}

/** What an install command needs (KEY-03). The secret is shown here, once, and kept nowhere. */
export interface IssuedActivationKey {
  readonly key: ActivationKey;
  readonly secret: string;
  readonly tenantKeyFingerprint: Crypto.Digest;
}

/** Makes an activation key (KEY-01). */
export const createActivationKey = Effect.fn("Subscriptions.createActivationKey")(function* (
  actor: Actor,
  input: ActivationKeyInput,
) {
  yield* Authority.require(actor, "manage-activation-keys");
  const { tenantId } = actor;
  const environment = yield* Environment;
  yield* of(tenantId);
  const { tree } = yield* TagRules.standing(tenantId);
  const unknown = (input.tags ?? []).find((tag) => !tree.has(tag));
  if (unknown !== undefined) return yield* reject("KEY-04", "not-found", `there is no tag ${unknown}`, "tags");
  const secret = environment.secret();
  const key: ActivationKey = {
    id: environment.uuid(),
    title: input.title,
    secretDigest: Crypto.digest(secret),
    tags: input.tags ?? [],
    modules: input.modules ?? ["PM"],
    agentsMax: input.agentsMax ?? null,
    expiresAt: input.expiresAt ?? null,
  };
  yield* lift(Stored.readable("activationKey", key));
  const { publicKey } = yield* (yield* TenantKeys).keyPair(tenantId);
  yield* Repository.commit(tenantId, {
    expect: [Repository.expected("activationKey", key.id, null)],
    writes: [Repository.put("activationKey", key.id, key)],
    events: [
      Repository.event("ActivationKeyCreated", "activationKey", key.id, environment.now(), { by: label(actor) }),
    ],
  });
  const issued: IssuedActivationKey = { key, secret, tenantKeyFingerprint: Crypto.fingerprint(publicKey) };
  return issued;
});

/** Adds or changes a configuration profile (CFG-01, AGT-04) and gives every agent the one that is now its own. */
export const saveProfile = Effect.fn("Subscriptions.saveProfile")(function* (
  actor: Actor,
  input: ConfigurationProfile.ConfigurationProfile,
) {
  yield* Authority.require(actor, "edit-profile");
  const { tenantId } = actor;
  const { limits } = yield* of(tenantId);
  const profile = yield* lift(ConfigurationProfile.validate(input, limits));
  yield* lift(Stored.readable("profile", profile));
  const { unchanged } = yield* TagRules.standing(tenantId);
  const known = yield* Repository.get(tenantId, "profile", profile.id);
  yield* Repository.commit(tenantId, {
    expect: [Repository.expected("profile", profile.id, known)],
    counters: [{ key: Configurations.PROFILES_COUNTER, by: 1 }, unchanged],
    writes: [Repository.put("profile", profile.id, profile), yield* Sweeps.begin(tenantId)],
    events: [Repository.event("ProfileSaved", "profile", profile.id, (yield* Environment).now(), { by: label(actor) })],
  });
  yield* Sweeps.resume(tenantId);
  return profile;
});
