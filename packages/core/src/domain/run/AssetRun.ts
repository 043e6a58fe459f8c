/**
 * One asset in one run. Its state is a pure fold over the *set* of facts about it (RUN-06): any order and any
 * repetition of the same facts give the same state, and a fact that isn't here yet only leaves the state behind.
 *
 * Evidence ranks above what an agent claims of itself: a run is Completed only when every planned patch has a good
 * outcome, whatever status was reported (RUN-08).
 */
import { PatchOutcome, ReasonCode, type RebootEvent, RunStatus } from "@fettle/agent-protocol/vocabulary";
import type { PlannedPatch } from "../plan/Plan.ts";

/** A fact as the agent numbered it; the pair (epoch, sequence) is its identity. */
export interface AgentFact {
  readonly epoch: number;
  readonly sequence: number;
  readonly at: number;
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

export interface AssetRun {
  readonly id: string;
  readonly runId: string;
  readonly jobId: string;
  readonly assetId: string;
  /** What the control plane itself decided, and when: to send it, that there is no licence, that the asset is gone. */
  readonly placed: {
    readonly status: "Pending" | "NotLicensed" | "TimedOut" | "CanceledBlackout" | "JobFailed";
    readonly reason: string | null;
    readonly at: number;
    /** Its job was deleted or disabled before it started (JOB-28): it stands unless its agent began all the same. */
    readonly isRevoked?: true;
    /** Nothing was heard by the end of the window: it stands unless its agent tells otherwise, however late (RUN-06). */
    readonly isPresumed?: true;
  };
  /** When it may start, and the end of its window (null: none); null: made before there were windows. */
  readonly timing: AssetRunTiming | null;
  readonly patches: readonly PlannedPatch[];
  /** The manifest in force, once issued. */
  readonly manifest: {
    readonly version: number;
    readonly digest: string;
    readonly notAfter: number;
    /** Left out: issued before this was kept. */
    readonly issuedAt?: number;
  } | null;
  readonly state: AssetRunState;
}

/** Epoch milliseconds. */
export interface AssetRunTiming {
  readonly start: number;
  readonly windowEnd: number | null;
}

export interface AssetRunState {
  readonly status: RunStatus.RunStatus;
  readonly reason: string | null;
  readonly changedAt: number;
  readonly results: { readonly [patchId: string]: PatchEvidence };
  /** Facts that no path of the table allows: kept and counted, never obeyed. */
  readonly violations: number;
}

/** An asset run's id. */
export const idOf = (runId: string, assetId: string): string => `${runId}.${assetId}`;

/** The state that these facts make of an asset run. */
export const fold = (run: Pick<AssetRun, "placed" | "patches">, facts: readonly AgentFact[]): AssetRunState => {
  const start: AssetRunState = {
    status: run.placed.status,
    reason: run.placed.reason,
    changedAt: run.placed.at,
    results: {},
    violations: 0,
  };
  const ordered = [...distinct(facts).values()].sort((a, b) => a.epoch - b.epoch || a.sequence - b.sequence);
  // What an agent did outranks that it should not have, or was thought not to have: it may have held its manifest as the job
  // was deleted, and started inside a window that was over before anybody heard of it.
  if (run.placed.isRevoked === true || run.placed.isPresumed === true) {
    if (!ordered.some(isBeginning)) return start;
    return fold({ ...run, placed: { status: "Pending", reason: null, at: run.placed.at } }, facts);
  }
  const withResults = ordered.reduce(addResult, start);
  return ordered.reduce((state, fact) => addStatus(state, fact, run.patches), withResults);
};

// Two facts under one number can only be told by a broken agent; which of them stands must not depend on who came first.
const distinct = (facts: readonly AgentFact[]): ReadonlyMap<string, AgentFact> => {
  const kept = new Map<string, AgentFact>();
  for (const fact of facts) {
    const key = `${fact.epoch}.${fact.sequence}`;
    const known = kept.get(key);
    if (known === undefined || JSON.stringify(fact) < JSON.stringify(known)) kept.set(key, fact);
  }
  return kept;
};

/** The asset run of an asset that was removed: nothing more will come of it. What its agent told of it stays. */
export const withdrawn = (run: AssetRun, reason: string, now: number): AssetRun => {
  const placed = { ...run, placed: { status: "JobFailed" as const, reason, at: now } };
  const { results, violations } = run.state;
  return { ...placed, state: { ...fold(placed, []), results, violations } };
};

/** The asset run of a job that was deleted or disabled before it started (JOB-28). A manifest that its agent holds may start it yet. */
export const revoked = (run: AssetRun, reason: string, now: number): AssetRun => {
  const placed = { ...run, placed: { status: "JobFailed" as const, reason, at: now, isRevoked: true as const } };
  return { ...placed, state: fold(placed, []) };
};

/** The asset run that had not started, as far as is known, when its window was over (WIN-02, WIN-03). */
export const timedOut = (run: AssetRun, reason: string, now: number): AssetRun => {
  const placed = { ...run, placed: { status: "TimedOut" as const, reason, at: now, isPresumed: true as const } };
  return { ...placed, state: fold(placed, []) };
};

/** The asset run that is left out for an earlier occurrence of its job that is not over (WIN-06). It was never sent. */
export const skipped = (run: AssetRun, reason: string, now: number): AssetRun => {
  const placed = { ...run, placed: { status: "JobFailed" as const, reason, at: now } };
  return { ...placed, state: fold(placed, []) };
};

/** The asset run after all facts about it. What was revoked and dropped has no manifest in force any more (JOB-28). */
export const after = (run: AssetRun, facts: readonly AgentFact[]): AssetRun => {
  const is = { ...run, state: fold(run, facts) };
  return isRevoked(is) && facts.some((f) => f.body._tag === "Dropped") ? { ...is, manifest: null } : is;
};

/** Whether its agent has begun, or has no need to any more. */
export const hasStarted = ({ state }: AssetRun): boolean => state.status !== "Pending" && state.status !== "Downloaded";

/** Whether it was revoked and has not begun all the same. */
export const isRevoked = (run: AssetRun): boolean => run.placed.isRevoked === true && run.state.status === "JobFailed";

/** Whether nothing more can come of it. */
export const isFinal = (run: AssetRun): boolean => RunStatus.isFinal(run.state.status);

// A patch that failed without an attempt may be one that could not be downloaded, before anything began.
const isBeginning = ({ body }: AgentFact): boolean =>
  (body._tag === "Patch" && body.attempt > 0) || (body._tag === "Status" && body.status !== "Downloaded");

const addResult = (state: AssetRunState, fact: AgentFact): AssetRunState =>
  fact.body._tag === "Patch"
    ? {
        ...state,
        changedAt: Math.max(state.changedAt, fact.at),
        results: { ...state.results, [fact.body.patchId]: evidence(fact.body) },
      }
    : state;

// Member by member: what comes from the wire may carry more than the evidence.
const evidence = (e: PatchEvidence): PatchEvidence => ({
  patchId: e.patchId,
  attempt: e.attempt,
  outcome: e.outcome,
  reasonCode: e.reasonCode,
  exitCode: e.exitCode,
  outputTail: e.outputTail,
  packages: e.packages,
});

const addStatus = (state: AssetRunState, fact: AgentFact, planned: readonly PlannedPatch[]): AssetRunState => {
  const claimed = claimOf(fact);
  if (claimed === null) return state;
  const to = judgeClaim(claimed.status, state, planned);
  if (to === null) return state;
  if (!RunStatus.isReachable(state.status, to)) return { ...state, violations: state.violations + 1 };
  return { ...state, status: to, reason: claimed.reason, changedAt: Math.max(state.changedAt, fact.at) };
};

const claimOf = (fact: AgentFact): { readonly status: RunStatus.RunStatus; readonly reason: string | null } | null => {
  const { body } = fact;
  if (body._tag === "Status") return body;
  // An expired manifest is no end: a lease is renewed, and of a window's end the control plane knows by itself.
  if (body._tag === "Refusal" && body.reason !== "expired") {
    return { status: "JobFailed", reason: `${body.reason}: ${body.message}` };
  }
  return null;
};

// A claimed end is judged by the evidence: bad outcomes turn it, missing ones make it wait (null).
const judgeClaim = (
  claimed: RunStatus.RunStatus,
  state: AssetRunState,
  planned: readonly PlannedPatch[],
): RunStatus.RunStatus | null => {
  if (claimed !== "Completed" && claimed !== "CompletedWithFailure") return claimed;
  const results = planned.map((p) => state.results[p.patchId]);
  if (results.some((r) => r === undefined)) return null;
  return results.every((r) => r !== undefined && PatchOutcome.isSuccess(r.outcome))
    ? "Completed"
    : "CompletedWithFailure";
};

/** A failure as people read it: the reason's number and name. */
export const failureLabel = (result: PatchEvidence): string =>
  result.reasonCode === null ? "" : `${result.reasonCode} ${ReasonCode.nameOf(result.reasonCode)}`;
