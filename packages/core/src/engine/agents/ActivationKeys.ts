/**
 * Activation keys: what agents are admitted by (KEY-01, KEY-02). Load, decide (in the domain), commit state and events
 * together. What a key still admits is a counter's to say, in the commit that admits (engine/Provisioning).
 */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as ActivationKey from "../../domain/key/ActivationKey.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { Module } from "../../domain/shared/Module.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { TenantKeys } from "../../ports/TenantKeys.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as TagRules from "../tags/TagRules.ts";
import * as TagUses from "../tags/TagUses.ts";
import * as KeySpreads from "./KeySpreads.ts";

export interface ActivationKeyInput {
  readonly title: string;
  /** Static tags, which assets bear from their first moment (KEY-04); none unless told. */
  readonly tags?: readonly string[];
  /** `PM` unless told. */
  readonly modules?: readonly Module[];
  /** Most agents; null, as when it is left out, for no limit. */
  readonly agentsMax?: number | null;
  /** First instant at which it admits none, epoch milliseconds; null, as when it is left out, for no end. */
  readonly expiresAt?: number | null;
}

/** What to change of a key; what is left out stays. */
export interface ActivationKeyChange extends Partial<ActivationKeyInput> {
  /** Whether other modules are for agents to come only, or are brought to those that are there as well (KEY-02). */
  readonly modulesFor?: "future" | "all";
}

/** A change of a key, and how far its modules were brought to its agents; null when they weren't to be. */
export interface ActivationKeyUpdate {
  readonly key: ActivationKey.ActivationKey;
  readonly spread: KeySpreads.Spread | null;
}

/** What an install command needs (KEY-03). The secret is shown here, once, and kept nowhere. */
export interface IssuedActivationKey {
  readonly key: ActivationKey.ActivationKey;
  readonly secret: string;
  readonly tenantKeyFingerprint: Crypto.Digest;
}

type Key = ActivationKey.ActivationKey;

const COUNT = "activationKeys";

/**
 * Makes an activation key (KEY-01). Sent again under its idempotency key, it is refused and the key that was made is
 * named: its secret was shown once and is kept nowhere.
 */
export const create = Effect.fn("ActivationKeys.create")(function* (
  actor: Actor,
  input: ActivationKeyInput,
  { idempotencyKey }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-activation-keys");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const decide = Effect.gen(function* () {
    const environment = yield* Environment;
    const standing = yield* TagRules.standing(tenantId);
    const secret = environment.secret();
    const terms = yield* lift(ActivationKey.validate(termsOf(input, standard), { limits, tree: standing.tree }));
    const key: Key = {
      id: environment.uuid(),
      ...terms,
      secretDigest: Crypto.digest(secret),
      isEnabled: true,
      spreading: null,
    };
    yield* lift(Stored.readable("activationKey", key));
    const uses = yield* lift(TagUses.claim(standing, key.tags, { rule: "KEY-04", path: "tags" }));
    const { publicKey } = yield* (yield* TenantKeys).keyPair(tenantId);
    const by = { by: label(actor) };
    const change = {
      expect: [Repository.expected("activationKey", key.id, null)],
      counters: [{ key: COUNT, by: 1, ceiling: limits.activationKeysMax }, ...uses],
      writes: [Repository.put("activationKey", key.id, key)],
      events: [Repository.event("ActivationKeyCreated", "activationKey", key.id, environment.now(), by)],
    };
    const answer: IssuedActivationKey = { key, secret, tenantKeyFingerprint: Crypto.fingerprint(publicKey) };
    return { change, answer };
  });
  const call = { method: "keys.create", key: idempotencyKey, request: input };
  const refused = (because: Decisions.Refusal) =>
    because._tag === "Counter" && because.key === COUNT
      ? reject("KEY-01", "exhausted", `at most ${limits.activationKeysMax} activation keys`)
      : Repository.refused(because);
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide, shownOnce), refused);
});

/**
 * Changes a key's terms. Limits hold from then on, for whom it admitted before too: below what it has admitted it admits
 * none. Other modules are for agents to come, or, with `modulesFor: "all"`, brought to its agents item by item: of very many
 * the rest follow with the next ticks.
 */
export const update = Effect.fn("ActivationKeys.update")(function* (
  actor: Actor,
  keyId: string,
  input: ActivationKeyChange,
  { idempotencyKey }: Idempotency.Repeatable = {},
) {
  const { limits } = yield* managing(actor);
  const { tenantId } = actor;
  const { modulesFor = "future", ...wanted } = input;
  if (modulesFor !== "future" && modulesFor !== "all") {
    return yield* reject("KEY-02", "invalid", "modules are for future agents, or for all", "modulesFor");
  }
  const decide = Effect.gen(function* () {
    const known = yield* load(tenantId, keyId);
    const standing = yield* TagRules.standing(tenantId);
    const terms = yield* lift(ActivationKey.validate(termsOf(wanted, known.value), { limits, tree: standing.tree }));
    const spreading = modulesFor === "future" ? null : ActivationKey.spreadingOf(known.value.modules, terms.modules);
    if (spreading !== null && known.value.spreading !== null) {
      yield* reject(
        "KEY-02",
        "conflict",
        "another change of its modules is still on its way to its agents; wait",
        "modules",
      );
    }
    const key: Key = { ...known.value, ...terms, spreading: spreading ?? known.value.spreading };
    yield* lift(Stored.readable("activationKey", key));
    const added = key.tags.filter((tag) => !known.value.tags.includes(tag));
    const change = {
      expect: [Repository.expected("activationKey", keyId, known)],
      counters: yield* lift(TagUses.claim(standing, added, { rule: "KEY-04", path: "tags" })),
      writes: [Repository.put("activationKey", keyId, key)],
      events: [yield* changed(actor, keyId)],
    };
    return { change, answer: { key, isSpread: spreading !== null } };
  });
  const call = { method: "keys.update", key: idempotencyKey, request: { keyId, ...input } };
  const { key, isSpread } = yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide));
  const spread = isSpread ? yield* KeySpreads.resume(tenantId, keyId) : null;
  const answer: ActivationKeyUpdate = { key: { ...key, spreading: isSpread ? null : key.spreading }, spread };
  return spread === null || spread.isComplete ? answer : { ...answer, key };
});

/** Lets a key admit agents again. */
export const enable = Effect.fn("ActivationKeys.enable")(function* (
  actor: Actor,
  keyId: string,
  options: Idempotency.Repeatable = {},
) {
  return yield* turn(actor, keyId, { method: "keys.enable", isEnabled: true }, options);
});

/** Lets a key admit no agent until it is enabled again; those that it admitted stay. */
export const disable = Effect.fn("ActivationKeys.disable")(function* (
  actor: Actor,
  keyId: string,
  options: Idempotency.Repeatable = {},
) {
  return yield* turn(actor, keyId, { method: "keys.disable", isEnabled: false }, options);
});

/** Deletes a key: it admits none any more, and the agents that it admitted stay. */
export const remove = Effect.fn("ActivationKeys.remove")(function* (
  actor: Actor,
  keyId: string,
  { idempotencyKey }: Idempotency.Repeatable = {},
) {
  yield* managing(actor);
  const { tenantId } = actor;
  const decide = Effect.gen(function* () {
    const known = yield* load(tenantId, keyId);
    const deletion: Repository.Change["writes"][number] = { _tag: "Delete", kind: "activationKey", id: keyId };
    const now = (yield* Environment).now();
    const change = {
      expect: [Repository.expected("activationKey", keyId, known)],
      counters: [{ key: COUNT, by: -1 }],
      writes: [deletion],
      events: [Repository.event("ActivationKeyDeleted", "activationKey", keyId, now, { by: label(actor) })],
    };
    return { change, answer: { deleted: keyId } };
  });
  const call = { method: "keys.delete", key: idempotencyKey, request: { keyId } };
  return yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, call, decide));
});

const turn = Effect.fn("ActivationKeys.turn")(function* (
  actor: Actor,
  keyId: string,
  { method, isEnabled }: { readonly method: string; readonly isEnabled: boolean },
  { idempotencyKey }: Idempotency.Repeatable,
) {
  yield* managing(actor);
  const { tenantId } = actor;
  const decide = Effect.gen(function* () {
    const known = yield* load(tenantId, keyId);
    if (known.value.isEnabled === isEnabled) return { change: { writes: [] }, answer: known.value };
    const key: Key = { ...known.value, isEnabled };
    const change = {
      expect: [Repository.expected("activationKey", keyId, known)],
      writes: [Repository.put("activationKey", keyId, key)],
      events: [yield* changed(actor, keyId)],
    };
    return { change, answer: key };
  });
  const call = { method, key: idempotencyKey, request: { keyId } };
  return yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, call, decide));
});

const managing = Effect.fn("ActivationKeys.managing")(function* (actor: Actor) {
  yield* Authority.require(actor, "manage-activation-keys");
  return yield* Subscriptions.of(actor.tenantId);
});

/** A key, or a rejection. */
export const load = Effect.fn("ActivationKeys.load")(function* (tenantId: TenantId, keyId: string) {
  const found = yield* Repository.get(tenantId, "activationKey", keyId);
  return found ?? (yield* reject("KEY-01", "not-found", `there is no activation key ${keyId}`, "keyId"));
});

const changed = Effect.fnUntraced(function* (actor: Actor, keyId: string) {
  const now = (yield* Environment).now();
  return Repository.event("ActivationKeyChanged", "activationKey", keyId, now, { by: label(actor) });
});

const standard: ActivationKey.Terms = { title: "", tags: [], modules: ["PM"], agentsMax: null, expiresAt: null };

// Whatever else a caller of a wider type gave stays, so that it is refused and not silently lost.
const termsOf = (input: Partial<ActivationKeyInput>, known: ActivationKey.Terms): ActivationKey.Terms => ({
  ...known,
  ...input,
});

// The secret stands in no answer that is kept.
const shownOnce: Idempotency.Form<IssuedActivationKey> = {
  keep: ({ key }) => key.id,
  recall: (id) =>
    reject(
      "KEY-03",
      "conflict",
      `activation key ${JSON.stringify(id)} was made under this idempotency key, and its secret shown once; make another if it was lost`,
      "idempotencyKey",
    ),
};
