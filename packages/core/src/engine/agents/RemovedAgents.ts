/**
 * Agents that leave, and agents whose asset is gone (AGT-07, PRG-01). A removed agent that turns up again is told, under
 * the tenant's signature, to uninstall itself; it may say farewell, and nothing else that it sends is taken.
 */
import type { Messages, SignedRequest } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as Actor from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Tenant from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import type { RemovedAgentRecord } from "../../schema/Stored.ts";
import * as AssetRemovals from "../assets/AssetRemovals.ts";
import * as Repository from "../Repository.ts";
import * as Proof from "./Proof.ts";
import type { ProvedRequest } from "./ProvedRequest.ts";
import * as Replies from "./Replies.ts";

/** Until a removed agent asks again, in seconds. */
const NEXT_CHECK_IN_SECONDS = 900;

/** An agent says farewell: its asset goes, with everything that is known of it (LIC-08). */
export const leave = Effect.fn("RemovedAgents.leave")(function* (proved: ProvedRequest) {
  const { tenantId, agent, session, components } = proved;
  // Only whoever was asked to may go: an agent that was taken over can't make its asset vanish.
  if (agent.value.uninstall === null) {
    return yield* Replies.refuse("not-entitled", "not asked to leave", "nobody ordered it to be uninstalled", {
      rule: "AGT-07",
    });
  }
  const removed = yield* AssetRemovals.remove(tenantId, agent.id, {
    actor: Actor.because(Actor.system(tenantId, "uninstall"), `ordered by ${agent.value.uninstall.by}`),
    method: "agents.uninstall",
    reason: "uninstalled",
    leaves: session,
  });
  if (removed._tag === "Changed") {
    return yield* Replies.refuse("unavailable", "try again", "the record changed while the request was under way");
  }
  return yield* Replies.sealed(components, { _tag: "Left" });
});

/** Answers an agent that has no record: one that was removed hears so, any other is unknown. */
export const answer = Effect.fn("RemovedAgents.answer")(function* (
  claimed: SignedRequest.ClaimedRequest,
  route: Messages.Route["name"],
) {
  const { agentId } = claimed.components;
  const tenantId = Tenant.of(claimed.components.tenantId);
  const removed = yield* Repository.get(tenantId, "removedAgent", agentId);
  if (removed === null) return yield* unknown();
  const { components, session, isRepeated } = yield* Proof.of(claimed, removed.value);
  if (route !== "checkIn" && route !== "leave") return yield* unknown();
  const now = (yield* Environment).now();
  const leftAt = route === "leave" ? (removed.value.leftAt ?? now) : removed.value.leftAt;
  if (!isRepeated) yield* keep(tenantId, removed, { ...removed.value, session, leftAt });
  return yield* route === "leave"
    ? Replies.sealed(components, { _tag: "Left" })
    : Replies.sealed(components, {
        _tag: "CheckedIn",
        nextCheckInSeconds: NEXT_CHECK_IN_SECONDS,
        configuration: null,
        wantSnapshot: false,
        manifests: [],
        acknowledgedThrough: removed.value.factsThrough,
        uninstall: true,
      });
});

const unknown = () => Replies.refuse("unknown-agent", "unknown agent", "provision first");

const keep = Effect.fn("RemovedAgents.keep")(function* (
  tenantId: TenantId,
  read: Repository.Versioned<RemovedAgentRecord>,
  next: RemovedAgentRecord,
) {
  const committed = yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("removedAgent", read.id, read)],
    writes: [Repository.put("removedAgent", read.id, next)],
  });
  if (committed._tag === "Committed") return;
  yield* Replies.refuse("unavailable", "try again", "the record changed while the request was under way");
});
