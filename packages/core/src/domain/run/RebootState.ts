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
export const of = (ordered: readonly AgentFact[]): RebootState | null => {
  let state: RebootState | null = null;
  for (const fact of ordered) {
    const { body } = fact;
    const need = needOf(body);
    if (need === null && body._tag !== "Reboot") continue;
    // What was never spoken of need not be taken back.
    if (state === null && need === "not-needed" && body._tag !== "Reboot") continue;
    const was: RebootState = state ?? { need: null, latestAt: null, last: null, bootId: null };
    const isFound = need === "needed" || need === "unknown";
    state = {
      need: need ?? was.need,
      latestAt: body._tag === "Reboot" ? fact.at : was.latestAt,
      last: body._tag === "Reboot" ? body.event : was.last,
      bootId: isFound ? (fact.bootId ?? null) : was.bootId,
    };
  }
  return state;
};

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
