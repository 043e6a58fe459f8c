/** Who acts. Every change says so, and the audit trail keeps it (RBAC-11). The tenant is part of who one is. */
import type { TenantId } from "./Tenant.ts";
import * as Tenant from "./Tenant.ts";

export type Actor = (
  | { readonly _tag: "User"; readonly tenantId: TenantId; readonly userId: string }
  | { readonly _tag: "Agent"; readonly tenantId: TenantId; readonly agentId: string }
  | { readonly _tag: "System"; readonly tenantId: TenantId; readonly reason: string }
) & {
  /** Why, in the caller's words; kept with every change that it makes. */
  readonly why?: string;
};

/** A user of the host. */
export const user = (tenantId: string, userId: string): Actor => ({
  _tag: "User",
  tenantId: Tenant.of(tenantId),
  userId,
});

/** The control plane itself; `reason` says on what ground. */
export const system = (tenantId: string, reason: string): Actor => ({
  _tag: "System",
  tenantId: Tenant.of(tenantId),
  reason,
});

/**
 * The actor with a reason for what it does next, which the audit trail keeps.
 *
 * @example fettle.jobs.enable(Actor.because(anna, "CHG-1042"), jobId)
 */
export const because = (actor: Actor, why: string): Actor => ({ ...actor, why });

/** The actor as the audit trail spells it. */
export const label = (actor: Actor): string => {
  switch (actor._tag) {
    case "User":
      return `user:${actor.userId}`;
    case "Agent":
      return `agent:${actor.agentId}`;
    case "System":
      return `system:${actor.reason}`;
  }
};
