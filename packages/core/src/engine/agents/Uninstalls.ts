/**
 * Orders agents to be uninstalled (AGT-07, AGT-08): each hears so at its next check-in, once no run is started on its asset,
 * says farewell, and only then its asset goes and its seat is free (LIC-08).
 */
import * as Effect from "effect/Effect";
import * as PurgeRule from "../../domain/purge/PurgeRule.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import * as Rejection from "../../domain/shared/Rejection.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import type { NewAuditRecord } from "../../ports/Storage.ts";
import type { AgentRecord } from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as AuditTrail from "../audit/AuditTrail.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";
import * as AgentTargets from "./AgentTargets.ts";

/** What came of one agent. */
export interface UninstallItem {
  readonly assetId: string;
  readonly outcome: "ordered" | "unchanged" | "refused";
  readonly rejection: Rejection.Rejection | null;
}

export interface UninstallAnswer {
  readonly ordered: number;
  readonly items: readonly UninstallItem[];
}

/**
 * Orders agents to be uninstalled; `callOff` takes the order back as long as they haven't heard it.
 *
 * @example
 * yield* fettle.agents.uninstall(actor, { criteria: [{ field: "tagName", operator: "EQUALS", value: "Retired" }] });
 */
export const order = Effect.fn("Uninstalls.order")(function* (
  actor: Actor,
  targets: AgentTargets.AgentTargets,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  return yield* change(actor, targets, { method: "agents.uninstall", key });
});

/** Takes orders back. An agent that has heard its order already leaves all the same. */
export const callOff = Effect.fn("Uninstalls.callOff")(function* (
  actor: Actor,
  targets: AgentTargets.AgentTargets,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  return yield* change(actor, targets, { method: "agents.callOffUninstall", key });
});

const change = Effect.fn("Uninstalls.change")(function* (
  actor: Actor,
  targets: AgentTargets.AgentTargets,
  { method, key }: { readonly method: string; readonly key: string | undefined },
) {
  const user = yield* Authority.require(actor, "manage-agents");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const decide = Effect.gen(function* () {
    const at = (yield* Environment).now();
    const order = method === "agents.uninstall" ? { orderedAt: at, by: label(actor) } : null;
    const ids = yield* AgentTargets.resolve(tenantId, user, { targets, limits });
    const sees = TagScope.compile(user.scope, yield* Tags.tree(tenantId));
    const assets = yield* Repository.some(tenantId, "asset", ids);
    const visible = new Set(assets.filter((a) => sees(a.value.tags)).map((a) => a.id));
    const agents = new Map((yield* Repository.some(tenantId, "agent", ids)).map((a) => [a.id, a]));
    const items = ids.map((id) => outcomeOf(id, visible.has(id) ? (agents.get(id) ?? null) : null, order));
    const changed = items.flatMap((i) => (i.was === null ? [] : [i.was]));
    const answer: UninstallAnswer = { ordered: changed.length, items: items.map((i) => i.item) };
    return { change: yield* changeOf(changed, order, { actor, method, at }), answer };
  });
  return yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, { method, key, request: targets }, decide));
});

type Order = AgentRecord["uninstall"];

const outcomeOf = (
  assetId: string,
  was: Repository.Versioned<AgentRecord> | null,
  order: Order,
): { readonly item: UninstallItem; readonly was: Repository.Versioned<AgentRecord> | null } => {
  if (was === null) {
    const rejection = Rejection.make("TAG-05", "not-found", `there is no agent ${assetId} in your scope`, "assets");
    return { item: { assetId, outcome: "refused", rejection }, was: null };
  }
  if ((was.value.uninstall === null) === (order === null)) {
    return { item: { assetId, outcome: "unchanged", rejection: null }, was: null };
  }
  return { item: { assetId, outcome: "ordered", rejection: null }, was };
};

const changeOf = Effect.fn("Uninstalls.changeOf")(function* (
  agents: readonly Repository.Versioned<AgentRecord>[],
  uninstall: Order,
  { actor, method, at }: { readonly actor: Actor; readonly method: string; readonly at: number },
) {
  const audit: NewAuditRecord[] = [];
  for (const { id, value } of agents) {
    const [before, after] = [{ uninstall: value.uninstall }, { uninstall }];
    audit.push(yield* AuditTrail.about(actor, method, { kind: "agent", id, before, after }));
  }
  const told = { by: label(actor), isCalledOff: uninstall === null };
  const change: Repository.Change = {
    expect: agents.map((a) => Repository.expected("agent", a.id, a)),
    writes: agents.map((a) => Repository.put("agent", a.id, { ...a.value, uninstall })),
    events: agents.map((a) => Repository.event("UninstallOrdered", "asset", a.id, at, told)),
    audit,
  };
  return change;
});

/** Whether an agent that is heard of now may be told to leave: nothing has started on its asset, and nothing may at any moment. */
export const mayLeave = Effect.fnUntraced(function* (tenantId: TenantId, assetId: string, now: number) {
  const runs = yield* Repository.allBy(tenantId, "assetRun", "asset", assetId);
  return (
    PurgeRule.whyKept(
      runs.map((r) => r.value),
      { now, heardAt: now },
    ) === null
  );
});
