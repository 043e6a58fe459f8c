/** Whether an asset run needs a reboot, as its facts tell it (RBT-01): what was found, in which boot, and what happened last. */
import type { RebootEvent } from "@fettle/agent-protocol/vocabulary";
import type { AgentFact } from "./AgentFact.ts";

/** `unknown`: nobody could tell, which is no yes. */
export type RebootNeed = "needed" | "not-needed" | "unknown";

export interface RebootState {
  readonly need: RebootNeed | null;
  /** When the last event was told of, by the agent's clock; null: none was. */
  readonly latestAt: number | null;
  readonly last: RebootEvent | null;
  /** The boot in which the need was found: in any other, somebody has rebooted since. null: not known. */
  readonly bootId: string | null;
}

/** What facts in their order come to; null: nothing was told of a reboot. */
export const of = (ordered: readonly AgentFact[]): RebootState | null =>
  ordered.reduce<RebootState | null>((state, fact) => {
    const { body } = fact;
    const need = needOf(body);
    if (need === null && body._tag !== "Reboot") return state;
    // What was never spoken of need not be taken back.
    if (state === null && need === "not-needed" && body._tag !== "Reboot") return null;
    const was = state ?? { need: null, latestAt: null, last: null, bootId: null };
    return {
      ...was,
      ...(need === null ? {} : { need }),
      ...(need === "needed" || need === "unknown" ? { bootId: fact.bootId ?? null } : {}),
      ...(body._tag === "Reboot" ? { latestAt: fact.at, last: body.event } : {}),
    };
  }, null);

const needOf = (body: AgentFact["body"]): RebootNeed | null => {
  switch (body._tag) {
    case "Reboot":
      return EVENTS[body.event._tag] ?? null;
    case "Status":
      if (body.status === "PendingReboot") return "needed";
      return body.status === "Rebooted" || body.status === "JobResumed" ? "not-needed" : null;
    case "Patch":
      return body.outcome === "InstalledPendingReboot" ? "needed" : null;
    default:
      return null;
  }
};

const EVENTS: { readonly [T in RebootEvent["_tag"]]?: RebootNeed } = {
  Needed: "needed",
  Unknown: "unknown",
  Rebooted: "not-needed",
  Dropped: "not-needed",
};
