/** Opens subscriptions and holds what is set up once: limits, tags, activation keys, configuration profiles. */
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

/** The id of the tag that every asset with an agent carries (TAG-07). */
export const CLOUD_AGENT_TAG = "cloud-agent";

/** Counts the tags, so that two made at once can't both be the last that the limit allows. */
const TAGS_COUNTER = "tags";

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
    counters: known === null ? [{ key: TAGS_COUNTER, by: 1 }] : [],
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
  const tag: TagTree.Tag = { id: CLOUD_AGENT_TAG, name: TagTree.CLOUD_AGENT, parent: null, rule: TagTree.assigned };
  return [Repository.put("profile", profile.id, profile), Repository.put("tag", tag.id, tag)];
};

/** The tag tree as it stands. */
export const tagTree = Effect.fn("Subscriptions.tagTree")(function* (tenantId: string) {
  const tags = yield* Repository.all(tenantId, "tag");
  return new Map(tags.map((t) => [t.id, t.value])) as TagTree.TagTree;
});

/** Adds or changes a tag (TAG-01). */
export const saveTag = Effect.fn("Subscriptions.saveTag")(function* (
  actor: Actor,
  input: { readonly id?: string; readonly name: string; readonly parent?: string | null },
) {
  yield* Authority.require(actor, "manage-tags");
  const { tenantId } = actor;
  const environment = yield* Environment;
  const { limits } = yield* of(tenantId);
  const known = new Map((yield* Repository.all(tenantId, "tag")).map((t) => [t.id, t]));
  const tree: TagTree.TagTree = new Map([...known].map(([id, t]) => [id, t.value]));
  const tag: TagTree.Tag = {
    id: input.id ?? environment.uuid(),
    name: input.name,
    parent: input.parent ?? null,
    rule: TagTree.assigned,
  };
  if (!tree.has(tag.id) && tree.size >= limits.tagsMax) {
    return yield* reject("TAG-01", "exhausted", `at most ${limits.tagsMax} tags`);
  }
  yield* lift(TagTree.put(tree, tag));
  yield* lift(Stored.readable("tag", tag));
  // What stands above it must stand there still, or two changes at once could close a cycle between them.
  const above = tag.parent === null ? [] : [...TagTree.ancestors(tree, tag.parent)];
  yield* Repository.commit(tenantId, {
    expect: [tag.id, ...above].map((id) => Repository.expected("tag", id, known.get(id) ?? null)),
    counters: tree.has(tag.id) ? [] : [{ key: TAGS_COUNTER, by: 1, ceiling: limits.tagsMax }],
    writes: [Repository.put("tag", tag.id, tag)],
    events: [Repository.event("TagSaved", "tag", tag.id, environment.now(), { by: label(actor) })],
  });
  if ((tree.get(tag.id)?.parent ?? null) !== tag.parent) yield* Configurations.reassign(tenantId);
  return tag;
});

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
  const known = yield* Repository.get(tenantId, "profile", profile.id);
  yield* Repository.commit(tenantId, {
    expect: [Repository.expected("profile", profile.id, known)],
    writes: [Repository.put("profile", profile.id, profile)],
    events: [Repository.event("ProfileSaved", "profile", profile.id, (yield* Environment).now(), { by: label(actor) })],
  });
  yield* Configurations.reassign(tenantId);
  return profile;
});
