/** Activation keys as users look at them: status, what they still admit, how an agent is installed with one (KEY-03, KEY-05). */
import { Crypto, wireLimits } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as Asset from "../../domain/asset/Asset.ts";
import * as ActivationKey from "../../domain/key/ActivationKey.ts";
import * as InstallCommand from "../../domain/key/InstallCommand.ts";
import * as PreInstallCheck from "../../domain/key/PreInstallCheck.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Module from "../../domain/shared/Module.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { Storage } from "../../ports/Storage.ts";
import { TenantKeys } from "../../ports/TenantKeys.ts";
import * as Authority from "../access/Authority.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as ActivationKeys from "./ActivationKeys.ts";

/** A key without what proves it. */
export interface ActivationKeyView {
  readonly key: Omit<ActivationKey.ActivationKey, "secretDigest">;
  readonly status: ActivationKey.KeyStatus;
  /** How many agents it has admitted, those that are gone by now included. */
  readonly admitted: number;
  /** How many more activations it can bring of each module; null: no limit. */
  readonly modules: ReturnType<typeof ActivationKey.remainingByModule>;
}

/** What commands are made from beside the key. */
export interface InstallInput {
  readonly operatingSystem: InstallCommand.OperatingSystem;
  /** As `keys.create` told it; it is looked at, and kept nowhere. */
  readonly secret: string;
  /** Where agents find the control plane, `https://patch.example.com`. */
  readonly server: string;
  readonly build: InstallCommand.Build;
}

export interface PreInstallInput {
  readonly facts: PreInstallCheck.ProbedFacts;
  /** The clock's allowance is the protocol's unless told. */
  readonly requirements: Omit<PreInstallCheck.Requirements, "clockSkewSecondsMax"> &
    Partial<Pick<PreInstallCheck.Requirements, "clockSkewSecondsMax">>;
}

/** Whether the machine is ready, and the key would let it in. */
export interface PreInstallAnswer extends PreInstallCheck.Judgement {
  readonly key: ActivationKey.KeyStatus;
}

/** Every key, by title. */
export const list = Effect.fn("KeyViews.list")(function* (actor: Actor) {
  const view = yield* viewing(actor);
  const keys = yield* Repository.all(actor.tenantId, "activationKey");
  const views: ActivationKeyView[] = [];
  for (const { value } of keys) views.push(yield* view(value));
  return views.sort((a, b) => a.key.title.localeCompare(b.key.title, "en") || (a.key.id < b.key.id ? -1 : 1));
});

/** One key. */
export const get = Effect.fn("KeyViews.get")(function* (actor: Actor, keyId: string) {
  const view = yield* viewing(actor);
  return yield* view((yield* ActivationKeys.load(actor.tenantId, keyId)).value);
});

/**
 * How an agent is installed with a key: artefacts and commands for an operating system (KEY-03).
 *
 * @example
 * const { install } = yield* fettle.keys.installCommands(actor, key.id, { operatingSystem: "linux-rpm", secret, server, build });
 * console.log(install.map((command) => command.text).join("\n"));
 */
export const installCommands = Effect.fn("KeyViews.installCommands")(function* (
  actor: Actor,
  keyId: string,
  { operatingSystem, secret, server, build }: InstallInput,
) {
  yield* Authority.require(actor, "manage-activation-keys");
  const { tenantId } = actor;
  const { value: key } = yield* ActivationKeys.load(tenantId, keyId);
  if (!Crypto.sameText(Crypto.digest(secret), key.secretDigest)) {
    return yield* reject("KEY-03", "invalid", "it isn't this key's secret", "secret");
  }
  const { publicKey } = yield* (yield* TenantKeys).keyPair(tenantId);
  const enrolment = { server, tenantId, keyId, secret, tenantKeyFingerprint: Crypto.fingerprint(publicKey) };
  return yield* lift(InstallCommand.instructions(operatingSystem, enrolment, build));
});

/** Whether a machine is ready for an agent (KEY-05), by what a probe found there, and whether the key admits it now. */
export const preInstallCheck = Effect.fn("KeyViews.preInstallCheck")(function* (
  actor: Actor,
  keyId: string,
  { facts, requirements }: PreInstallInput,
) {
  yield* Authority.require(actor, "manage-activation-keys");
  const { value: key } = yield* ActivationKeys.load(actor.tenantId, keyId);
  const needs = { clockSkewSecondsMax: wireLimits.clockSkewSeconds, ...requirements };
  const judgement = PreInstallCheck.judge(facts, needs);
  const admitted = yield* admittedBy(actor.tenantId, key);
  const status = ActivationKey.statusAt(key, admitted, (yield* Environment).now());
  const answer: PreInstallAnswer = {
    ...judgement,
    isReady: judgement.isReady && status._tag === "Active",
    key: status,
  };
  return answer;
});

const viewing = Effect.fn("KeyViews.viewing")(function* (actor: Actor) {
  yield* Authority.require(actor, "manage-activation-keys");
  const { tenantId } = actor;
  const now = (yield* Environment).now();
  const left = leftOf(yield* Subscriptions.of(tenantId), yield* Repository.all(tenantId, "asset"), now);
  return Effect.fn("KeyViews.view")(function* ({ secretDigest: _, ...key }: ActivationKey.ActivationKey) {
    const whole = { ...key, secretDigest: _ };
    const admitted = yield* admittedBy(tenantId, whole);
    const view: ActivationKeyView = {
      key,
      status: ActivationKey.statusAt(whole, admitted, now),
      admitted,
      modules: ActivationKey.remainingByModule(whole, admitted, left),
    };
    return view;
  });
});

const admittedBy = Effect.fnUntraced(function* (tenantId: TenantId, key: ActivationKey.ActivationKey) {
  return yield* (yield* Storage).counter(tenantId, ActivationKey.counterOf(key));
});

// Licences have an end on Full only (LIC-12).
const leftOf = (
  subscription: Subscription.Subscription,
  assets: readonly Repository.Versioned<Asset.Asset>[],
  now: number,
): { readonly [M in Module.Module]?: number } => {
  if (Subscription.planAt(subscription, now) !== "Full") return {};
  const left = Module.licensed.map((module) => {
    const active = assets.filter((a) => Asset.isActive(a.value, module)).length;
    return [module, Math.max(0, Subscription.licenceOf(subscription, module).seats - active)] as const;
  });
  return Object.fromEntries(left);
};
