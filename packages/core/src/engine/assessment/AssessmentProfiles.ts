/**
 * Assessment profiles as users keep them (PRO-01 … PRO-08). Every change is decided over the whole list and guarded by its
 * counter and the tag tree's, so that of two at once the later is decided anew on what the earlier left: a tag never comes
 * to stand in two profiles by saving (PRO-03). Then the assets are walked over, so that agents get what is now theirs.
 */
import * as Effect from "effect/Effect";
import * as Subscription from "../../domain/license/Subscription.ts";
import * as AssessmentProfile from "../../domain/profile/AssessmentProfile.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import type { Result } from "../../domain/shared/Result.ts";
import type { TagTree } from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import { type CounterChange, Storage } from "../../ports/Storage.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Configurations from "../configuration/Configurations.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Sweeps from "../tags/Sweeps.ts";
import * as TagRules from "../tags/TagRules.ts";
import * as TagUses from "../tags/TagUses.ts";
import * as AssessmentStanding from "./AssessmentStanding.ts";

type Profile = AssessmentProfile.AssessmentProfile;

/** A profile to add, or to change when its id is known. */
export interface AssessmentProfileInput {
  readonly id?: string;
  readonly name: string;
  /** None for the default, which has the id `default`. */
  readonly tags: readonly string[];
  readonly intervalSeconds: number;
}

/** What is done to several profiles, each by itself (PRO-08). */
export interface AssessmentProfileBulk {
  readonly action: "enable" | "disable" | "delete";
  readonly profiles: readonly string[];
}

/** What became of one of them. */
export type AssessmentProfileItem =
  | { readonly profileId: string; readonly done: true }
  | { readonly profileId: string; readonly done: false; readonly rejections: readonly Rejection.Rejection[] };

/**
 * Adds a profile below the others, or changes one. Refuses a tag that another holds, naming it (PRO-03).
 *
 * @example
 * yield* fettle.assessmentProfiles.save(actor, { name: "Servers", tags: ["servers"], intervalSeconds: 14_400 });
 */
export const save = Effect.fn("AssessmentProfiles.save")(function* (
  actor: Actor,
  input: AssessmentProfileInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const id = input.id ?? (yield* Environment).uuid();
  return yield* change(actor, { method: "assessmentProfiles.save", key, request: input }, (on) =>
    Effect.gen(function* () {
      const known = on.profiles.find((p) => p.id === id);
      const profile: Profile = {
        id,
        name: input.name,
        position: known?.position ?? nextPosition(on.profiles),
        isDefault: known?.isDefault ?? false,
        isEnabled: known?.isEnabled ?? true,
        tags: [...new Set(input.tags)].sort(),
        intervalSeconds: input.intervalSeconds,
        savedAt: Subscription.instantAt(on.subscription, on.now),
      };
      const { limits } = on.subscription;
      const plan = Subscription.planAt(on.subscription, on.now);
      yield* lift(Stored.readable("assessmentProfile", profile));
      yield* lift(AssessmentProfile.validate(profile, plan, limits));
      if (known === undefined && on.profiles.length > limits.assessmentProfilesMax) {
        return yield* reject("PRO-02", "exhausted", `at most ${limits.assessmentProfilesMax} custom profiles`);
      }
      const unknown = profile.tags.find((tag) => !on.tree.has(tag));
      if (unknown !== undefined) return yield* reject("PRO-02", "not-found", `there is no tag ${unknown}`, "tags");
      yield* lift(AssessmentProfile.exclusive(profile, on.profiles, on.tree));
      const rest = on.profiles.filter((p) => p.id !== id);
      const view = AssessmentStanding.viewOf(profile, on.subscription, on.now);
      return { next: [...rest, profile], events: [["AssessmentProfileSaved", id]] as const, answer: view };
    }),
  );
});

/** Enables, disables or deletes several profiles, each by itself (PRO-08); the default can only be enabled (PRO-01). */
export const bulk = Effect.fn("AssessmentProfiles.bulk")(function* (
  actor: Actor,
  { action, profiles: ids }: AssessmentProfileBulk,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const call = { method: "assessmentProfiles.bulk", key, request: { action, ids } };
  return yield* change(actor, call, (on) =>
    Effect.gen(function* () {
      const max = on.subscription.limits.assessmentProfilesMax;
      if (ids.length > max + 1) return yield* reject("PRO-08", "exhausted", `at most ${max + 1} profiles a call`);
      let next = on.profiles;
      const items: AssessmentProfileItem[] = [];
      for (const profileId of new Set(ids)) {
        const done = acted(next, profileId, action);
        if (done.ok) next = done.value;
        items.push(done.ok ? { profileId, done: true } : { profileId, done: false, rejections: [done.error] });
      }
      const type = action === "delete" ? "AssessmentProfileDeleted" : "AssessmentProfileSaved";
      const events = items.filter((i) => i.done).map((i) => [type, i.profileId] as const);
      return { next, events, answer: items };
    }),
  );
});

/** Deletes one; its assets get the next that is theirs (PRO-08). */
export const remove = (actor: Actor, profileId: string, options?: Idempotency.Repeatable) =>
  one(actor, "delete", profileId, options);
export const enable = (actor: Actor, profileId: string, options?: Idempotency.Repeatable) =>
  one(actor, "enable", profileId, options);
/** Lets it apply to no asset; it goes on holding its tags (PRO-03). */
export const disable = (actor: Actor, profileId: string, options?: Idempotency.Repeatable) =>
  one(actor, "disable", profileId, options);

const one = (
  actor: Actor,
  action: AssessmentProfileBulk["action"],
  profileId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) =>
  change(actor, { method: `assessmentProfiles.${action}`, key, request: { profileId } }, (on) =>
    Effect.gen(function* () {
      const next = yield* lift(acted(on.profiles, profileId, action));
      const type = action === "delete" ? "AssessmentProfileDeleted" : "AssessmentProfileSaved";
      return { next, events: [[type, profileId]] as const, answer: { profileId, action } };
    }),
  );

const acted = (
  profiles: readonly Profile[],
  profileId: string,
  action: AssessmentProfileBulk["action"],
): Result<readonly Profile[], Rejection.Rejection> => {
  const known = profiles.find((p) => p.id === profileId);
  if (known === undefined) {
    return { ok: false, error: Rejection.make(null, "not-found", `there is no assessment profile ${profileId}`) };
  }
  if (action !== "enable") {
    const may = AssessmentProfile.removable(known, action === "delete" ? "deleted" : "disabled");
    if (!may.ok) return may;
  }
  const rest = profiles.filter((p) => p !== known);
  return { ok: true, value: action === "delete" ? rest : [...rest, { ...known, isEnabled: action === "enable" }] };
};

/** Puts the custom profiles into another order, the topmost first; each is named once (PRO-05). */
export const reorder = Effect.fn("AssessmentProfiles.reorder")(function* (
  actor: Actor,
  ids: readonly string[],
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  return yield* change(actor, { method: "assessmentProfiles.reorder", key, request: { ids } }, (on) =>
    Effect.gen(function* () {
      const custom = on.profiles.filter((p) => !p.isDefault);
      const named = new Set(ids);
      const isWhole = named.size === ids.length && ids.length === custom.length && custom.every((p) => named.has(p.id));
      if (!isWhole) {
        return yield* reject(
          "PRO-05",
          "invalid",
          "the order names every custom profile once, and the default not",
          "ids",
        );
      }
      const place = new Map(ids.map((id, i) => [id, i + 1]));
      const next = on.profiles.map((p) => (p.isDefault ? p : { ...p, position: place.get(p.id) ?? p.position }));
      return { next, events: [["AssessmentProfilesReordered", AssessmentProfile.DEFAULT_ID]] as const, answer: ids };
    }),
  );
});

interface Ground {
  readonly profiles: readonly Profile[];
  readonly tree: TagTree;
  readonly subscription: Subscription.Subscription;
  readonly now: number;
}

interface Changed<A> {
  readonly next: readonly Profile[];
  readonly events: readonly (readonly [EventOfProfiles, string])[];
  readonly answer: A;
}

type EventOfProfiles = "AssessmentProfileSaved" | "AssessmentProfileDeleted" | "AssessmentProfilesReordered";

// One change of the list: decided on the list as it stands, and anew when that has changed by the time it is committed.
const change = <A, E, R>(
  actor: Actor,
  call: Idempotency.Call,
  decide: (on: Ground) => Effect.Effect<Changed<A>, E, R>,
) =>
  Effect.gen(function* () {
    yield* Authority.require(actor, "edit-assessment-profile");
    const { tenantId } = actor;
    const whole = Effect.gen(function* () {
      // The counts are read first: a change after them makes the guards refuse, whatever was read.
      const count = yield* (yield* Storage).counter(tenantId, AssessmentStanding.COUNTER);
      const tags = yield* TagRules.standing(tenantId);
      const { subscription, stored, profiles, now } = yield* AssessmentStanding.of(tenantId);
      const { next, events, answer } = yield* decide({ profiles, tree: tags.tree, subscription, now });
      const { writes, expect, claimed } = difference(stored, next);
      const uses = yield* lift(TagUses.claim(tags, claimed, { rule: "PRO-02", path: "tags" }));
      const own: CounterChange = { key: AssessmentStanding.COUNTER, by: 1, floor: count + 1, ceiling: count + 1 };
      const others = uses.filter((u) => u.key !== tags.unchanged.key);
      const by = { by: label(actor) };
      const batch: Repository.Change =
        writes.length === 0
          ? { writes: [] }
          : {
              expect,
              counters: [own, { key: Configurations.PROFILES_COUNTER, by: 1 }, tags.unchanged, ...others],
              writes: [...writes, yield* Sweeps.begin(tenantId)],
              events: events.map(([type, id]) => Repository.event(type, "assessmentProfile", id, now, by)),
            };
      return { change: batch, answer };
    });
    const answer = yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, call, whole));
    yield* Sweeps.resume(tenantId);
    return answer;
  });

// What turns the stored profiles into those: a write for each that differs.
const difference = (stored: readonly Repository.Versioned<Profile>[], next: readonly Profile[]) => {
  const known = new Map(stored.map((s) => [s.id, s]));
  const kept = new Set(next.map((p) => p.id));
  const puts = next.filter((p) => JSON.stringify(known.get(p.id)?.value) !== JSON.stringify(p));
  const gone = stored.filter((s) => !kept.has(s.id));
  const deletes = gone.map(({ id }) => ({ _tag: "Delete", kind: "assessmentProfile", id }) as const);
  return {
    writes: [...puts.map((p) => Repository.put("assessmentProfile", p.id, p)), ...deletes],
    expect: [...puts.map((p) => p.id), ...gone.map((g) => g.id)].map((id) =>
      Repository.expected("assessmentProfile", id, known.get(id) ?? null),
    ),
    claimed: puts.flatMap((p) => p.tags.filter((t) => !(known.get(p.id)?.value.tags ?? []).includes(t))),
  };
};

const nextPosition = (profiles: readonly Profile[]): number =>
  1 + Math.max(0, ...profiles.filter((p) => !p.isDefault).map((p) => p.position));
