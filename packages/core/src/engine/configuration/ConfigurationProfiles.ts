/**
 * Configuration profiles as users keep them (CFG-01): load, decide (in the domain), commit, and then walk over the assets,
 * so that every agent holds the one that is now its own.
 *
 * Changes that are decided over the whole list (order, default, deletion) are guarded by the profiles' counter, so that of
 * two at once the later is decided anew on what the earlier left.
 */
import * as Effect from "effect/Effect";
import * as ConfigurationProfile from "../../domain/profile/ConfigurationProfile.ts";
import type * as Settings from "../../domain/profile/Settings.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import { Environment } from "../../ports/Environment.ts";
import type { CounterChange } from "../../ports/Storage.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Sweeps from "../tags/Sweeps.ts";
import * as TagRules from "../tags/TagRules.ts";
import * as TagUses from "../tags/TagUses.ts";
import * as Configurations from "./Configurations.ts";

/** A profile to add, or to change when its id is known; what is left out of a known one stays as it is. */
export interface ConfigurationProfileInput {
  readonly id?: string;
  readonly name: string;
  /** Assets by name and by tags to include and to exclude (CFG-01, CFG-08); none unless told. */
  readonly targets?: TagSelection.TagSelection;
  /** What it says, whole; the rest is its preset's or the default (CFG-02). */
  readonly settings?: Settings.Given;
  /** Where it stands in the list, lower is higher; a new one comes last unless told. */
  readonly position?: number;
  /** For one that was read and is sent back; `makeDefault` is what changes it. */
  readonly isDefault?: boolean;
}

type Profile = ConfigurationProfile.ConfigurationProfile;

/** Profiles beside the first, counted when they come and go. */
const COUNT = "configurationProfiles";

/**
 * Adds or changes a profile. Everything wrong with it is said at once, by paths; nothing is saved then. A profile that
 * somebody else changed meanwhile is `stale`.
 *
 * @example
 * yield* fettle.configurationProfiles.save(actor, {
 *   name: "Kiosks",
 *   targets: { assets: [], include: { mode: "any", tags: ["kiosk"] }, exclude: { mode: "any", tags: [] } },
 *   settings: { preset: "LOW", blackouts: [{ weekdays: [1, 2, 3, 4, 5], fromMinute: 8 * 60, toMinute: 18 * 60 }] },
 * });
 */
export const save = Effect.fn("ConfigurationProfiles.save")(function* (
  actor: Actor,
  input: ConfigurationProfileInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "edit-configuration-profile");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const id = input.id ?? (yield* Environment).uuid();
  const decide = Effect.gen(function* () {
    const { profiles } = yield* Configurations.standing(tenantId);
    const known = profiles.find((p) => p.id === id) ?? null;
    const profile = profileOf(id, input, known?.value ?? null, ConfigurationProfile.nextPosition(valuesOf(profiles)));
    yield* lift(Stored.readable("profile", profile));
    yield* lift(ConfigurationProfile.validate(profile, limits));
    if (profile.isDefault !== (known?.value.isDefault ?? false)) {
      yield* reject("CFG-01", "conflict", "another profile is made the default by makeDefault", "isDefault");
    }
    const tags = yield* TagRules.standing(tenantId);
    const named = TagUses.named(profile.targets);
    const uses = yield* lift(TagUses.claim(tags, named, { rule: "CFG-08", path: "targets" }));
    const isFull: CounterChange = { key: COUNT, by: 1, ceiling: limits.configurationProfilesMax - 1 };
    const change = {
      expect: [Repository.expected("profile", id, known)],
      counters: [
        { key: Configurations.PROFILES_COUNTER, by: 1 },
        ...(known === null ? [isFull] : []),
        tags.unchanged,
        ...uses.filter((u) => u.key !== tags.unchanged.key),
      ],
      writes: [Repository.put("profile", id, profile), yield* Sweeps.begin(tenantId)],
      events: [Repository.event("ProfileSaved", "profile", id, (yield* Environment).now(), { by: label(actor) })],
    };
    return { change, answer: profile };
  });
  const call = { method: "configurationProfiles.save", key, request: input };
  const refused = (because: Decisions.Refusal) =>
    because._tag === "Counter" && because.key === COUNT
      ? reject("CFG-01", "exhausted", `at most ${limits.configurationProfilesMax} configuration profiles`)
      : Repository.refused(because);
  const profile = yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide), refused);
  yield* Sweeps.resume(tenantId);
  return profile;
});

/** Deletes a profile; its assets get the next that is theirs. The default can't be deleted. */
export const remove = Effect.fn("ConfigurationProfiles.remove")(function* (
  actor: Actor,
  profileId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const call = { method: "configurationProfiles.delete", key, request: { profileId } };
  return yield* overTheList(actor, call, (profiles, about) =>
    Effect.gen(function* () {
      yield* lift(ConfigurationProfile.deletable(valuesOf(profiles), profileId));
      const deletion: Repository.Change["writes"][number] = { _tag: "Delete", kind: "profile", id: profileId };
      return {
        expect: profiles.filter((p) => p.id === profileId).map((p) => Repository.expected("profile", p.id, p)),
        counters: [{ key: COUNT, by: -1 }],
        writes: [deletion],
        events: [Repository.event("ProfileDeleted", "profile", profileId, about.now, { by: about.by })],
        answer: { deleted: profileId },
      };
    }),
  );
});

/** Puts the list into another order, the topmost first; every profile is named once. Answers the list. */
export const reorder = Effect.fn("ConfigurationProfiles.reorder")(function* (
  actor: Actor,
  ids: readonly string[],
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const call = { method: "configurationProfiles.reorder", key, request: { ids } };
  return yield* overTheList(actor, call, (profiles, about) =>
    Effect.gen(function* () {
      const moved = yield* lift(ConfigurationProfile.reordered(valuesOf(profiles), ids));
      return {
        ...changed(profiles, moved),
        events: moved.map((p) =>
          Repository.event("ProfileMoved", "profile", p.id, about.now, { by: about.by, position: p.position }),
        ),
        answer: ConfigurationProfile.ordered(merged(profiles, moved)),
      };
    }),
  );
});

/** Makes a profile the default, which catches the rest, in the place of the one that was, in one commit. Answers the list. */
export const makeDefault = Effect.fn("ConfigurationProfiles.makeDefault")(function* (
  actor: Actor,
  profileId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const call = { method: "configurationProfiles.makeDefault", key, request: { profileId } };
  return yield* overTheList(actor, call, (profiles, about) =>
    Effect.gen(function* () {
      const redesignated = yield* lift(ConfigurationProfile.redesignated(valuesOf(profiles), profileId));
      const event = Repository.event("ProfileMadeDefault", "profile", profileId, about.now, { by: about.by });
      return {
        ...changed(profiles, redesignated),
        events: redesignated.length === 0 ? [] : [event],
        answer: ConfigurationProfile.ordered(merged(profiles, redesignated)),
      };
    }),
  );
});

type Profiles = readonly Repository.Versioned<Profile>[];

interface ListChange<A> extends Omit<Repository.Change, "uniques"> {
  readonly answer: A;
}

// A change that is decided over all profiles: one at a time, and anew where another came first.
const overTheList = Effect.fn("ConfigurationProfiles.overTheList")(function* <A, E, R>(
  actor: Actor,
  call: Idempotency.Call,
  decide: (
    profiles: Profiles,
    about: { readonly now: number; readonly by: string },
  ) => Effect.Effect<ListChange<A>, E, R>,
) {
  yield* Authority.require(actor, "edit-configuration-profile");
  const { tenantId } = actor;
  yield* Subscriptions.of(tenantId);
  const decided = Effect.gen(function* () {
    const { profiles, changes } = yield* Configurations.standing(tenantId);
    const tags = yield* TagRules.standing(tenantId);
    const { answer, ...found } = yield* decide(profiles, { now: (yield* Environment).now(), by: label(actor) });
    if (found.writes.length === 0) return { change: { writes: [] }, answer };
    const next = changes + 1;
    const guard: CounterChange = { key: Configurations.PROFILES_COUNTER, by: 1, floor: next, ceiling: next };
    const change = {
      ...found,
      counters: [guard, tags.unchanged, ...(found.counters ?? [])],
      writes: [...found.writes, yield* Sweeps.begin(tenantId)],
    };
    return { change, answer };
  });
  const answer = yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, call, decided));
  yield* Sweeps.resume(tenantId);
  return answer;
});

const profileOf = (id: string, input: ConfigurationProfileInput, known: Profile | null, next: number): Profile => ({
  // Whatever else a caller of a wider type gave, so that it is refused and not silently lost.
  ...input,
  id,
  position: input.position ?? known?.position ?? next,
  isDefault: input.isDefault ?? known?.isDefault ?? false,
  targets: input.targets ?? known?.targets ?? TagSelection.none,
  settings: input.settings ?? known?.settings ?? {},
});

const valuesOf = (profiles: Profiles): readonly Profile[] => profiles.map((p) => p.value);

const changed = (profiles: Profiles, moved: readonly Profile[]) => {
  const ids = new Set(moved.map((p) => p.id));
  return {
    expect: profiles.filter((p) => ids.has(p.id)).map((p) => Repository.expected("profile", p.id, p)),
    writes: moved.map((p) => Repository.put("profile", p.id, p)),
  };
};

const merged = (profiles: Profiles, moved: readonly Profile[]): readonly Profile[] => {
  const now = new Map(moved.map((p) => [p.id, p]));
  return profiles.map((p) => now.get(p.id) ?? p.value);
};
