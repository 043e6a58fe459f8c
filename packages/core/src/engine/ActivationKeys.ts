/** Activation keys: what agents are admitted by (KEY-01). */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type { ActivationKey } from "../domain/key/ActivationKey.ts";
import { type Actor, label } from "../domain/shared/Actor.ts";
import { Environment } from "../ports/Environment.ts";
import { TenantKeys } from "../ports/TenantKeys.ts";
import * as Stored from "../schema/Stored.ts";
import * as Authority from "./Authority.ts";
import * as Decisions from "./Decisions.ts";
import * as Idempotency from "./Idempotency.ts";
import { lift, reject } from "./Rejected.ts";
import * as Repository from "./Repository.ts";
import * as Subscriptions from "./Subscriptions.ts";
import * as TagRules from "./TagRules.ts";
import * as TagUses from "./TagUses.ts";

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
  yield* Subscriptions.of(tenantId);
  const decide = Effect.gen(function* () {
    const environment = yield* Environment;
    const standing = yield* TagRules.standing(tenantId);
    const counters = yield* lift(TagUses.claim(standing, input.tags ?? [], { rule: "KEY-04", path: "tags" }));
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
    const by = { by: label(actor) };
    const change = {
      expect: [Repository.expected("activationKey", key.id, null)],
      counters,
      writes: [Repository.put("activationKey", key.id, key)],
      events: [Repository.event("ActivationKeyCreated", "activationKey", key.id, environment.now(), by)],
    };
    const answer: IssuedActivationKey = { key, secret, tenantKeyFingerprint: Crypto.fingerprint(publicKey) };
    return { change, answer };
  });
  const call = { method: "keys.create", key: idempotencyKey, request: input };
  return yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide, shownOnce));
});

// The secret stands in no answer that is kept.
const shownOnce: Idempotency.Form<IssuedActivationKey> = {
  keep: ({ key }) => key.id,
  recall: (id) =>
    reject(
      "KEY-03",
      "conflict",
      `activation key ${id} was made under this idempotency key, and its secret shown once; make another if it was lost`,
      "idempotencyKey",
    ),
};
