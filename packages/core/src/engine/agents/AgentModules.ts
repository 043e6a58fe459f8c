/**
 * Activates and deactivates modules on agents (AGT-06, LIC-11), each agent with its own answer; what can be changed is
 * changed in one commit, with the configuration that the agent is told of at its next check-in.
 */
import * as Effect from "effect/Effect";
import * as ModuleChange from "../../domain/asset/ModuleChange.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { Module } from "../../domain/shared/Module.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as AssetWrites from "../assets/AssetWrites.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as AgentTargets from "./AgentTargets.ts";
import * as ModuleWrites from "./ModuleWrites.ts";

/** What became of each agent. */
export interface ModulesAnswer {
  readonly changed: number;
  /** In the order of their ids. */
  readonly items: readonly ModuleWrites.ModuleItem[];
}

/**
 * Activates modules on agents. VM brings CM and TP; where PC is active SCA is refused, and the reverse. A seat is taken
 * where the licence has one left, by the time of activation (LIC-05, LIC-09).
 *
 * @example
 * yield* fettle.agents.activate(actor, { query: "tags.name: Berlin" }, ["PM"]);
 */
export const activate = Effect.fn("AgentModules.activate")(function* (
  actor: Actor,
  targets: AgentTargets.AgentTargets,
  modules: readonly Module[],
  options: Idempotency.Repeatable = {},
) {
  return yield* change(actor, "agents.activate", targets, { activate: modules, deactivate: [] }, options);
});

/** Deactivates modules on agents; the seats that they took are free for others (LIC-11). AI stays. */
export const deactivate = Effect.fn("AgentModules.deactivate")(function* (
  actor: Actor,
  targets: AgentTargets.AgentTargets,
  modules: readonly Module[],
  options: Idempotency.Repeatable = {},
) {
  return yield* change(actor, "agents.deactivate", targets, { activate: [], deactivate: modules }, options);
});

const change = Effect.fn("AgentModules.change")(function* (
  actor: Actor,
  method: "agents.activate" | "agents.deactivate",
  targets: AgentTargets.AgentTargets,
  wanted: ModuleChange.ModuleChange,
  { idempotencyKey: key }: Idempotency.Repeatable,
) {
  const user = yield* Authority.require(actor, "manage-agents");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const checked = yield* lift(ModuleChange.check(wanted));
  const decide = Effect.gen(function* () {
    const ids = yield* AgentTargets.resolve(tenantId, user, { targets, limits });
    const now = (yield* Environment).now();
    const on = yield* AssetWrites.ground(tenantId, now);
    const sees = TagScope.compile(user.scope, on.tags.tree);
    const found = (yield* Repository.some(tenantId, "asset", ids)).filter((a) => sees(a.value.tags));
    const own = yield* ModuleWrites.of(tenantId, found, checked, { now, told: { by: label(actor) } });
    const items = new Map(own.items.map((item) => [item.assetId, item]));
    const written = yield* AssetWrites.ofMany(on, own.changes);
    const answer: ModulesAnswer = {
      changed: own.changes.length,
      items: ids.map((id) => items.get(id) ?? unseen(id)),
    };
    return { change: written.change, answer };
  });
  const request = { targets, modules: [...wanted.activate, ...wanted.deactivate] };
  return yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, { method, key, request }, decide));
});

const unseen = (assetId: string): ModuleWrites.ModuleItem => ({
  assetId,
  outcome: "refused",
  rejection: Rejection.make("TAG-05", "not-found", `there is no asset ${assetId} in your scope`, "assets"),
});
