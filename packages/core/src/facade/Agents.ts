/** Agents: the keys that admit them, their modules, their end. */
import type { Actor } from "../domain/shared/Actor.ts";
import type { Module } from "../domain/shared/Module.ts";
import * as ActivationKeys from "../engine/agents/ActivationKeys.ts";
import * as Activities from "../engine/agents/Activities.ts";
import * as AgentModules from "../engine/agents/AgentModules.ts";
import type { AgentTargets } from "../engine/agents/AgentTargets.ts";
import * as KeyViews from "../engine/agents/KeyViews.ts";
import * as Uninstalls from "../engine/agents/Uninstalls.ts";
import type { Repeatable } from "../engine/Idempotency.ts";
import type { On } from "./On.ts";

export const keysOf = (on: On) => ({
  /** Makes an activation key; its secret is shown here only, so a repetition is refused and names the key. */
  create: (actor: Actor, input: ActivationKeys.ActivationKeyInput, options?: Repeatable) =>
    on(ActivationKeys.create(actor, input, options)),
  /** Changes its terms; other modules for agents to come, or for all of its agents (KEY-02). */
  update: (actor: Actor, keyId: string, input: ActivationKeys.ActivationKeyChange, options?: Repeatable) =>
    on(ActivationKeys.update(actor, keyId, input, options)),
  enable: (actor: Actor, keyId: string, options?: Repeatable) => on(ActivationKeys.enable(actor, keyId, options)),
  /** Lets it admit no agent until it is enabled again. */
  disable: (actor: Actor, keyId: string, options?: Repeatable) => on(ActivationKeys.disable(actor, keyId, options)),
  /** Lets it admit none any more; its agents stay. */
  delete: (actor: Actor, keyId: string, options?: Repeatable) => on(ActivationKeys.remove(actor, keyId, options)),
  /** Every key with its status and what it still admits. */
  list: (actor: Actor) => on(KeyViews.list(actor)),
  get: (actor: Actor, keyId: string) => on(KeyViews.get(actor, keyId)),
  /** Artefacts and commands for an operating system, with the secret that the caller gives (KEY-03). */
  installCommands: (actor: Actor, keyId: string, input: KeyViews.InstallInput) =>
    on(KeyViews.installCommands(actor, keyId, input)),
  /** Whether a machine is ready for an agent, by what a probe found there, each finding with its fix (KEY-05). */
  preInstallCheck: (actor: Actor, keyId: string, input: KeyViews.PreInstallInput) =>
    on(KeyViews.preInstallCheck(actor, keyId, input)),
});

export const agentsOf = (on: On) => ({
  /** What an agent did, the latest first: provisioned, downloads, scans (AGT-05). */
  activity: (actor: Actor, assetId: string) => on(Activities.of(actor, assetId)),
  /** Activates modules on agents, named, by query or by criteria; an answer for each (AGT-06). */
  activate: (actor: Actor, targets: AgentTargets, modules: readonly Module[], options?: Repeatable) =>
    on(AgentModules.activate(actor, targets, modules, options)),
  /** Deactivates modules on agents; their seats are free for others (LIC-11). */
  deactivate: (actor: Actor, targets: AgentTargets, modules: readonly Module[], options?: Repeatable) =>
    on(AgentModules.deactivate(actor, targets, modules, options)),
  /** Orders agents to be uninstalled: named, by query or by criteria; an answer for each (AGT-07, AGT-08). */
  uninstall: (actor: Actor, targets: AgentTargets, options?: Repeatable) =>
    on(Uninstalls.order(actor, targets, options)),
  /** Takes the order back from agents that haven't heard it. */
  callOffUninstall: (actor: Actor, targets: AgentTargets, options?: Repeatable) =>
    on(Uninstalls.callOff(actor, targets, options)),
});
