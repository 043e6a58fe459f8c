/**
 * What an agent tells of one of its asset runs. A fact is known by its number, so the *set* of them has one order, whatever order
 * they came in and however often (RUN-06).
 */
import type { PatchOutcome, RebootEvent, RunStatus } from "@fettle/agent-protocol/vocabulary";

/** A fact as the agent numbered it; the pair (epoch, sequence) is its identity. */
export interface AgentFact {
  readonly epoch: number;
  readonly sequence: number;
  /** The agent's clock. */
  readonly at: number;
  /** The boot in which it was found; left out: not asked for. */
  readonly bootId?: string;
  readonly body:
    | { readonly _tag: "Status"; readonly status: RunStatus.RunStatus; readonly reason: string | null }
    | ({ readonly _tag: "Patch" } & PatchEvidence)
    | { readonly _tag: "Refusal"; readonly reason: string; readonly message: string }
    /** It was revoked before it began, and never will begin. */
    | { readonly _tag: "Dropped" }
    /** What happened about its reboot (RBT-14): told, and no status by itself. */
    | { readonly _tag: "Reboot"; readonly event: RebootEvent };
}

/** What an agent's evidence says about one attempt. */
export interface PatchEvidence {
  readonly patchId: string;
  readonly attempt: number;
  readonly outcome: PatchOutcome.PatchOutcome;
  readonly reasonCode: number | null;
  readonly exitCode: number | null;
  readonly outputTail: string;
  readonly packages: readonly {
    readonly name: string;
    readonly arch: string;
    readonly before: readonly string[];
    readonly after: readonly string[];
  }[];
}

/** The distinct facts in the order of their numbers. */
export const ordered = (facts: readonly AgentFact[]): readonly AgentFact[] => {
  if (isOrdered(facts)) return facts;
  const kept = new Map<string, AgentFact>();
  for (const fact of facts) {
    const key = `${fact.epoch}.${fact.sequence}`;
    const known = kept.get(key);
    // Two facts under one number can only be told by a broken agent; which of them stands must not depend on who came first.
    if (known === undefined || (known !== fact && JSON.stringify(fact) < JSON.stringify(known))) kept.set(key, fact);
  }
  return [...kept.values()].sort((a, b) => a.epoch - b.epoch || a.sequence - b.sequence);
};

const isOrdered = (facts: readonly AgentFact[]): boolean => {
  let [epoch, sequence] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const fact of facts) {
    if (fact.epoch < epoch || (fact.epoch === epoch && fact.sequence <= sequence)) return false;
    epoch = fact.epoch;
    sequence = fact.sequence;
  }
  return true;
};

/** Whether it tells that work began. A patch that failed without an attempt may be one that could not be downloaded, before that. */
export const isBeginning = ({ body }: AgentFact): boolean =>
  (body._tag === "Patch" && body.attempt > 0) || (body._tag === "Status" && body.status !== "Downloaded");

/** When it was last heard of, by the agent's clock; null: never. */
export const heardAt = (facts: readonly AgentFact[]): number | null => {
  let latest: number | null = null;
  for (const { at } of facts) if (latest === null || at > latest) latest = at;
  return latest;
};
