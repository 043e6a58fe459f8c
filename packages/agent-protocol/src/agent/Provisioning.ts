/**
 * First contact (AGT-01): the agent names itself, proves that it holds an activation key, and learns the tenant's key,
 * which must have the fingerprint that came with the install command. Never trust on first use.
 */
import * as Effect from "effect/Effect";
import * as Crypto from "../wire/Crypto.ts";
import * as Json from "../wire/Json.ts";
import * as Messages from "../wire/Messages.ts";
import * as Exchange from "./Exchange.ts";
import { Host } from "./Host.ts";
import type { Memory } from "./Memory.ts";
import { AgentEnvironment, AgentKeys } from "./Ports.ts";

/** What an install command carries (KEY-03). */
export interface Activation {
  readonly tenantId: string;
  readonly activationKeyId: string;
  /** A secret. */
  readonly activationSecret: string;
  readonly tenantKeyFingerprint: Crypto.Digest;
}

/** Makes sure that the agent has an identity and belongs to its tenant. */
export const ensure = (memory: Memory, next: Exchange.Sequencer, activation: Activation, agentVersion: string) =>
  Effect.suspend(() =>
    memory.state().membership === null ? provision(memory, next, activation, agentVersion) : Effect.void,
  );

/**
 * Makes the agent, as who it is, known to its tenant; a repeated attempt gets the same answer. So it may be asked for at any time: a
 * platform that was restored from a backup doesn't know who came after it.
 */
export const provision = Effect.fnUntraced(function* (
  memory: Memory,
  next: Exchange.Sequencer,
  activation: Activation,
  agentVersion: string,
) {
  const environment = yield* AgentEnvironment;
  if (memory.state().identity === null) {
    yield* memory.record([{ _tag: "Identity", agentId: environment.uuid(), attemptId: environment.uuid() }]);
  }
  const identity = memory.state().identity;
  if (identity === null) return;
  const keys = yield* (yield* AgentKeys).loadOrCreate();
  const host = yield* Host;
  const facts = yield* host.facts();
  const who = { tenantId: activation.tenantId, agentId: identity.agentId };
  const named = {
    attemptId: identity.attemptId,
    activationKeyId: activation.activationKeyId,
    publicKey: keys.publicKey,
  };
  const request: Messages.ProvisionRequest = {
    ...named,
    proof: Messages.provisionProof(named, who, Crypto.digest(activation.activationSecret)),
    ...facts,
    agentVersion,
    bootId: yield* host.bootId(),
  };
  const party: Exchange.Party = { ...who, epoch: 0, keys };
  const call = { method: "POST", path: "/v0/provision", body: Json.canonicalBytes(request) } as const;
  const { reply, components } = yield* Exchange.send(party, yield* next(), call);
  const tenantKey = reply.headers[Messages.TENANT_KEY_HEADER] ?? "";
  if (!Crypto.isPublicKey(tenantKey) || Crypto.fingerprint(tenantKey) !== activation.tenantKeyFingerprint) {
    return yield* Exchange.untrusted(reply.status, "the tenant's key has not the fingerprint of the install command");
  }
  const granted = yield* Exchange.openReply(Messages.ProvisionReply, reply, components, tenantKey);
  if (granted.tenantId !== activation.tenantId)
    return yield* Exchange.untrusted(reply.status, "another tenant's answer");
  yield* memory.record([
    {
      _tag: "Membership",
      tenantId: granted.tenantId,
      assetId: granted.assetId,
      epoch: granted.newEpoch,
      tenantKey,
    },
  ]);
});
