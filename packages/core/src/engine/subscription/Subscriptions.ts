/** The tenant's subscription: its plan, seats, licence tags and limits. */
import * as Effect from "effect/Effect";
import * as Subscription from "../../domain/license/Subscription.ts";
import * as Breaker from "../../domain/patch/Breaker.ts";
import * as AssessmentProfile from "../../domain/profile/AssessmentProfile.ts";
import * as ConfigurationProfile from "../../domain/profile/ConfigurationProfile.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import * as Limits from "../../domain/shared/Limits.ts";
import type { LicensedModule } from "../../domain/shared/Module.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Tenant from "../../domain/shared/Tenant.ts";
import type * as TagSelection from "../../domain/tag/TagSelection.ts";
import * as TagTree from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Configurations from "../configuration/Configurations.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Indexing from "../runs/Indexing.ts";
import * as Sweeps from "../tags/Sweeps.ts";
import * as TagRules from "../tags/TagRules.ts";
import * as TagUses from "../tags/TagUses.ts";

export interface SubscriptionInput {
  readonly plan: Subscription.Plan;
  readonly expiresAt: number | null;
  /** Seats and licence tags, by module (LIC-09); all assets may be licensed when no tags are given. */
  readonly licences: Readonly<Partial<Record<LicensedModule, ModuleLicenceInput>>>;
  /** Members of the limits that differ from the defaults. */
  readonly limits?: Partial<Limits.Limits>;
  /** Members that differ from the defaults. */
  readonly scheduling?: Partial<Subscription.Scheduling>;
}

export interface ModuleLicenceInput {
  readonly seats: number;
  readonly include?: TagSelection.TagSet;
  readonly exclude?: TagSelection.TagSet;
}

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
  yield* lift(Tenant.read(actor.tenantId));
  yield* soundSeats(input);
  const { tenantId } = actor;
  const now = (yield* Environment).now();
  const decide = Effect.gen(function* () {
    const known = yield* Repository.get(tenantId, "subscription", tenantId);
    const subscription = Subscription.changed(known?.value ?? null, subscriptionOf(tenantId, input), now);
    yield* lift(Stored.readable("subscription", subscription));
    const unsound = Breaker.limitProblems(subscription.limits);
    if (unsound.length > 0) return yield* refuse(unsound);
    const fault =
      Subscription.schedulingFault(Subscription.schedulingOf(subscription)) ??
      Subscription.tagsFault(known?.value ?? null, subscription);
    if (fault !== null) return yield* refuse(fault);
    const begun = [{ key: TagRules.TREE_COUNTER, by: 1 }, Indexing.none];
    const opened = { counters: begun, first: firstEntities(subscription, now) };
    const { counters, first } =
      known === null ? opened : { counters: yield* usesOfTags(known.value, subscription), first: [] };
    const walk = known === null ? nowhere : yield* walkFor(known.value, subscription);
    const change = {
      expect: [Repository.expected("subscription", tenantId, known)],
      counters: [...counters, ...walk.counters],
      writes: [Repository.put("subscription", tenantId, subscription), ...first, ...walk.writes],
      events: [Repository.event("SubscriptionOpened", "subscription", tenantId, now, { by: label(actor) })],
    };
    return { change, answer: subscription };
  });
  const call = { method: "subscriptions.save", key, request: input };
  const subscription = yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide));
  yield* Sweeps.resume(tenantId);
  return subscription;
});

const nowhere: Required<Pick<Repository.Change, "counters" | "writes">> = { counters: [], writes: [] };

// Limits cut what profiles say, and a fall back to Free makes intervals longer: then every agent is to hold what its
// profiles come to.
const walkFor = Effect.fn("Subscriptions.walkFor")(function* (
  known: Subscription.Subscription,
  now: Subscription.Subscription,
) {
  const isSame = Object.entries(now.limits).every(([name, n]) => known.limits[name as keyof Limits.Limits] === n);
  if (isSame && known.lapsedAt === now.lapsedAt) return nowhere;
  const begun = yield* Sweeps.begin(Tenant.of(now.id));
  const walk: typeof nowhere = { counters: [{ key: Configurations.PROFILES_COUNTER, by: 1 }], writes: [begun] };
  return walk;
});

/** Rejects seats that can't be counted (LIC-05). */
export const soundSeats = Effect.fnUntraced(function* ({ licences }: Pick<SubscriptionInput, "licences">) {
  for (const [module, { seats }] of Object.entries(licences)) {
    if (seats >= 0 && Number.isSafeInteger(seats)) continue;
    return yield* reject("LIC-05", "invalid", "seats are a whole number, 0 or more", `licences.${module}.seats`);
  }
});

/** What an input comes to. */
export const subscriptionOf = (tenantId: TenantId, input: SubscriptionInput) => ({
  id: tenantId,
  plan: input.plan,
  expiresAt: input.expiresAt,
  licences: licencesOf(input),
  limits: Limits.withOverrides(input.limits ?? {}),
  ...(input.scheduling === undefined ? {} : { scheduling: { ...Subscription.defaultScheduling, ...input.scheduling } }),
});

const usesOfTags = Effect.fn("Subscriptions.usesOfTags")(function* (
  known: Subscription.Subscription,
  now: Subscription.Subscription,
) {
  const former = new Set(Subscription.tagsOf(known));
  const added = Subscription.tagsOf(now).filter((tag) => !former.has(tag));
  const standing = yield* TagRules.standing(Tenant.of(now.id));
  return yield* lift(TagUses.claim(standing, added, { rule: "LIC-04", path: "licences" }));
});

const licencesOf = ({ licences }: SubscriptionInput): Subscription.Licences =>
  Object.fromEntries(Object.entries(licences).map(([module, own]) => [module, { ...Subscription.noLicence, ...own }]));

/** The subscription as those see it who may look (LIC-07), with what its instants come to now. */
export interface SubscriptionView extends Subscription.Subscription {
  readonly planInForce: Subscription.Plan;
  readonly fellBackAt: number | null;
}

/** The actor's subscription. */
export const get = Effect.fn("Subscriptions.get")(function* (actor: Actor) {
  yield* Authority.require(actor, "view-licence");
  const subscription = yield* of(actor.tenantId);
  const now = (yield* Environment).now();
  const view: SubscriptionView = {
    ...subscription,
    planInForce: Subscription.planAt(subscription, now),
    fellBackAt: Subscription.fellBackAt(subscription, now),
  };
  return view;
});

/** The subscription of a tenant; a rejection when there is none. */
export const of = Effect.fnUntraced(function* (tenantId: TenantId) {
  const found = yield* Repository.get(tenantId, "subscription", tenantId);
  return found?.value ?? (yield* reject("EVT-03", "not-found", `there is no subscription ${tenantId}`));
});

// The tag that every agent carries and the default profile stand from the first day.
const firstEntities = (subscription: Subscription.Subscription, now: number) => {
  const { limits } = subscription;
  const scanning = AssessmentProfile.first(Subscription.planAt(subscription, now), now);
  const profile = ConfigurationProfile.first(limits);
  const { cloudAgent } = TagTree;
  return [
    Repository.put("profile", profile.id, profile),
    Repository.put("assessmentProfile", scanning.id, scanning),
    Repository.put("tag", cloudAgent.id, cloudAgent),
  ];
};
