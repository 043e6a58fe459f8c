/** A request that got past the door: its signature is the agent's, its number is new or a repetition. */
import type { ServerSession, SignedRequest } from "@fettle/agent-protocol";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import type { AgentRecord } from "../../schema/Stored.ts";
import type { Versioned } from "../Repository.ts";

/** A request whose sender is proved. `isRepeated`: it was answered before, so nothing may change. */
export interface ProvedRequest {
  readonly tenantId: TenantId;
  readonly components: SignedRequest.RequestComponents;
  readonly agent: Versioned<AgentRecord>;
  readonly session: ServerSession.ServerSession;
  readonly isRepeated: boolean;
}
