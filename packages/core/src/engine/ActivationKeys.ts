/** Activation keys: what agents are admitted by (KEY-01). */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type { ActivationKey } from "../domain/key/ActivationKey.ts";
import { type Actor, label } from "../domain/shared/Actor.ts";
import { Environment } from "../ports/Environment.ts";
import { TenantKeys } from "../ports/TenantKeys.ts";
import * as Stored from "../schema/Stored.ts";
import * as Authority from "./Authority.ts";
import { lift, reject } from "./Rejected.ts";
import * as Repository from "./Repository.ts";
import * as Subscriptions from "./Subscriptions.ts";
import * as TagRules from "./TagRules.ts";

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
export const create = Effect.fn("ActivationKeys.create")(function* (actor: Actor, input: ActivationKeyInput) {
  yield* Authority.require(actor, "manage-activation-keys");
  const { tenantId } = actor;
  const environment = yield* Environment;
  yield* Subscriptions.of(tenantId);
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
