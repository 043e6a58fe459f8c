/**
 * Admits an agent (AGT-01): it proves that it holds an activation key and the private half of the key it brings. The
 * activation key's limit is a counter's ceiling in the same transaction, so it holds under any number at once (KEY-01).
 */
import { Crypto as C, type Crypto, Messages, ServerSession, SignedRequest, wireLimits } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { type Asset, activate, noFacts } from "../../domain/asset/Asset.ts";
import * as ActivationKey from "../../domain/key/ActivationKey.ts";
import * as Limits from "../../domain/shared/Limits.ts";
import * as Tenant from "../../domain/shared/Tenant.ts";
import * as TagTree from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import { TenantKeys } from "../../ports/TenantKeys.ts";
import type { AgentRecord } from "../../schema/Stored.ts";
import * as AssetWrites from "../assets/AssetWrites.ts";
import * as Causes from "../assets/Causes.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Activities from "./Activities.ts";
import * as Replies from "./Replies.ts";
import { SignatureWork } from "./SignatureWork.ts";

/** The epoch of an agent's first key. */
export const FIRST_EPOCH = 1;

/** How many assets a tenant has; raised by provisioning, lowered by removal. */
export const ASSETS_COUNTER = "assets";

/** Answers a provisioning request; the same attempt again gets the same answer and takes no second seat of the key. */
export const provision = Effect.fn("Provisioning.provision")(function* (
  claimed: SignedRequest.ClaimedRequest,
  request: Messages.ProvisionRequest,
) {
  const { components } = claimed;
  const { agentId } = components;
  const tenantId = Tenant.of(components.tenantId);
  const now = (yield* Environment).now();
  const { verify } = yield* SignatureWork;
  const isSigned = yield* verify(request.publicKey, SignedRequest.signatureBase(components), claimed.signature);
  const verified = SignedRequest.conclude(claimed, isSigned, { now, clockSkewSeconds: wireLimits.clockSkewSeconds });
  if (!verified.ok) {
    const code = verified.error.reason === "clock-skew" ? "clock-skew" : "unsigned";
    return yield* Replies.refuse(code, verified.error.reason, verified.error.message, { serverTime: now });
  }
  const held = yield* heldKey(components, request);
  const key = held.value;
  const known = yield* Repository.get(tenantId, "agent", agentId);
  if (known !== null) {
    const same = known.value.attemptId === request.attemptId && known.value.publicKey === request.publicKey;
    if (!same)
      return yield* Replies.refuse("key-refused", "id in use", "another agent has this host id", { rule: "AGT-03" });
    return yield* granted(components, known.value.session.epoch);
  }
  // A host id that was removed is dead for ever, or late messages could bring its asset back.
  if ((yield* Repository.get(tenantId, "removedAgent", agentId)) !== null) {
    const detail = "the asset of this host id was removed; provision under a new id";
    return yield* Replies.refuse("key-refused", "id removed", detail, { rule: "AGT-07" });
  }
  // Only now: an attempt that was admitted is answered again, though the key's date has passed since.
  if (!ActivationKey.admit(key, now).ok) return yield* refuseKey();
  const subscription = yield* Subscriptions.of(tenantId).pipe(
    Effect.catchTag("Rejected", () => Replies.refuse("key-refused", "no subscription", "the tenant has none")),
  );
  const on = yield* AssetWrites.ground(tenantId, now);
  const { asset, configuration } = yield* AssetWrites.added(on, assetOf(agentId, request, key, now));
  const agent = agentOf(components, request, now, configuration);
  const noted = yield* Activities.noted(tenantId, agentId, [{ what: "Provisioned", at: now, about: null }]);
  const answer = yield* Repository.tryCommit(tenantId, {
    expect: [
      Repository.expected("agent", agentId, null),
      Repository.expected("asset", agentId, null),
      Repository.expected("removedAgent", agentId, null),
      ...noted.expect,
      // Who is admitted is so by the key's terms of now, whatever was changed at the same moment.
      Repository.expected("activationKey", key.id, held),
    ],
    counters: [
      { key: ActivationKey.counterOf(key), by: 1, ...(key.agentsMax === null ? {} : { ceiling: key.agentsMax }) },
      { key: ASSETS_COUNTER, by: 1, ceiling: subscription.limits.assetsMax },
      ...on.unchanged,
    ],
    writes: [
      Repository.put("asset", agentId, asset),
      Repository.put("agent", agentId, agent),
      ...noted.writes,
      ...(configuration === null ? [] : [configuration.write]),
      ...(yield* Causes.ofActivations(tenantId, [{ was: null, is: asset }])),
    ],
    events: [Repository.event("AgentProvisioned", "asset", agentId, now, { name: asset.name, key: key.id })],
  });
  if (answer._tag === "Committed") return yield* granted(components, FIRST_EPOCH);
  const full = answer.because._tag === "Counter" ? answer.because.key : null;
  if (full === ASSETS_COUNTER) {
    const { assetsMax } = subscription.limits;
    return yield* Replies.refuse("key-refused", "limit reached", `the tenant has its ${assetsMax} assets`);
  }
  if (full === ActivationKey.counterOf(key)) {
    return yield* Replies.refuse("key-refused", "limit reached", "the activation key admits no more agents", {
      rule: "KEY-01",
    });
  }
  return yield* Replies.refuse("unavailable", "try again", "another request, or a change of tags, was under way");
});

// The key exists and the agent holds its secret. Either refuses as a passed date does: a prober learns nothing.
const heldKey = Effect.fn("Provisioning.heldKey")(function* (
  components: SignedRequest.RequestComponents,
  request: Messages.ProvisionRequest,
) {
  const found = yield* Repository.get(Tenant.of(components.tenantId), "activationKey", request.activationKeyId);
  const secretDigest = (found?.value.secretDigest ?? C.digest("")) as Crypto.Digest;
  const proof = Messages.provisionProof(request, components, secretDigest);
  const isHolder = C.sameText(proof, request.proof);
  return found === null || !isHolder ? yield* refuseKey() : found;
});

const refuseKey = () =>
  Replies.refuse("key-refused", "activation key refused", "unknown, out of date, or wrong", { rule: "KEY-01" });

const assetOf = (
  id: string,
  request: Messages.ProvisionRequest,
  key: ActivationKey.ActivationKey,
  now: number,
): Asset => {
  // KEY-04, TAG-07.
  const tags = [...new Set([...key.tags, TagTree.cloudAgent.id])].sort();
  return {
    id,
    name: request.name,
    platform: request.platform,
    osFamily: request.osFamily,
    osName: request.osName,
    arch: request.arch,
    timeZone: request.timeZone,
    facts: noFacts,
    assignedTags: tags,
    tags,
    activations: activate({}, key.modules, now),
    provisionedAt: now,
    activationKey: key.id,
  };
};

const agentOf = (
  components: SignedRequest.RequestComponents,
  request: Messages.ProvisionRequest,
  now: number,
  configuration: { readonly digest: Crypto.Digest; readonly statusIntervalSeconds: number } | null,
): AgentRecord => ({
  id: components.agentId,
  attemptId: request.attemptId,
  publicKey: request.publicKey,
  session: ServerSession.start(FIRST_EPOCH, components.sequence),
  provisionedAt: now,
  lastCheckedInAt: now,
  agentVersion: request.agentVersion,
  bootId: request.bootId,
  timeZone: request.timeZone,
  tzdata: "",
  configuration: configuration?.digest ?? null,
  statusIntervalSeconds: configuration?.statusIntervalSeconds ?? Limits.defaults.statusIntervalSecondsMin,
  snapshot: null,
  manifestVersion: 0,
  manifests: [],
  factsThrough: 0,
  uninstall: null,
});

const granted = Effect.fn("Provisioning.granted")(function* (
  components: SignedRequest.RequestComponents,
  newEpoch: number,
) {
  const { publicKey } = yield* (yield* TenantKeys).keyPair(components.tenantId);
  const body = { _tag: "Provisioned", tenantId: components.tenantId, assetId: components.agentId, newEpoch };
  return yield* Replies.sealed(components, body, { [Messages.TENANT_KEY_HEADER]: publicKey });
});
