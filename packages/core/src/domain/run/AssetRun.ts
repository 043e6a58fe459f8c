/**
 * One asset in one run: what is planned there, what was sent, what the control plane found ({@link ./Marks.ts}), and the state that
 * these and the facts of its agent come to ({@link ./RunFold.ts}).
 */
import { ReasonCode, RunStatus } from "@fettle/agent-protocol/vocabulary";
import type { PlannedPatch } from "../plan/Plan.ts";
import type { AgentFact, PatchEvidence } from "./AgentFact.ts";
import * as Marks from "./Marks.ts";
import * as RunFold from "./RunFold.ts";

export type { AgentFact, PatchEvidence } from "./AgentFact.ts";
export type { Mark, MarkBody } from "./Marks.ts";
export type { RebootNeed, RebootState } from "./RebootState.ts";
export type { AssetRunState, Decider } from "./RunFold.ts";

export interface AssetRun {
  readonly id: string;
  readonly runId: string;
  readonly jobId: string;
  readonly assetId: string;
  /** How it stood as its run was made: waiting, or at its end already. */
  readonly placed: {
    readonly status: "Pending" | "NotLicensed" | "TimedOut" | "CanceledBlackout";
    readonly reason: string | null;
    readonly at: number;
  };
  /** What the control plane found since. */
  readonly marks: readonly Marks.Mark[];
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
  readonly state: RunFold.AssetRunState;
}

/** Epoch milliseconds. */
export interface AssetRunTiming {
  readonly start: number;
  readonly windowEnd: number | null;
}

/** An asset run's id. */
export const idOf = (runId: string, assetId: string): string => `${runId}.${assetId}`;

/** {@link RunFold.fold}. */
export const fold = RunFold.fold;

/** The asset run after all facts about it. What was revoked and dropped has no manifest in force any more (JOB-28). */
export const after = (run: AssetRun, facts: readonly AgentFact[]): AssetRun => {
  const is = { ...run, state: fold(run, facts) };
  return isRevoked(is) && facts.some((f) => f.body._tag === "Dropped") ? { ...is, manifest: null } : is;
};

/** The asset run with one more finding of the control plane's; `facts`: all that there are of it. */
export const marked = (run: AssetRun, mark: Marks.Mark, facts: readonly AgentFact[]): AssetRun =>
  after({ ...run, marks: Marks.added(run.marks, mark) }, facts);

/** Up to which fact of an epoch nothing is missing, as is found at an instant. */
export interface HeardThrough {
  readonly epoch: number;
  readonly through: number;
  readonly at: number;
}

/**
 * The asset run after all facts about it, with the mark that all is told where its agent claims an end, has told all up to it, and
 * nothing of some planned patch: more isn't to come, as its agent carried out another list (RUN-11).
 */
export const heard = (run: AssetRun, facts: readonly AgentFact[], { epoch, through, at }: HeardThrough): AssetRun => {
  const is = after(run, facts);
  const isKnown = isFinal(is) || Marks.isAllTold(is.marks);
  const isAll = !isKnown && facts.some((f) => f.epoch === epoch && f.sequence <= through && RunFold.isClaim(f));
  return isAll ? marked(is, { at, body: { _tag: "AllTold" } }, facts) : is;
};

/** The asset run of an asset that is gone as its run is made: nobody told of it, and nobody will. */
export const withdrawn = (run: AssetRun, reason: string, now: number): AssetRun =>
  marked(run, { at: now, body: { _tag: "Withdrawn", reason } }, []);

/** Whether there are facts of it: of most that are marked there are none yet. */
export const isHeard = ({ state }: AssetRun): boolean => state.facts > 0;

/** Whether its agent has begun, or has no need to any more. */
export const hasStarted = ({ state }: AssetRun): boolean => state.status !== "Pending" && state.status !== "Downloaded";

/** Whether it was revoked and has not begun all the same. */
export const isRevoked = ({ state }: AssetRun): boolean => state.by === "Revoked";

/** Whether its end is only presumed: what its agent tells later stands instead (RUN-06). */
export const isPresumed = ({ state }: AssetRun): boolean => state.by === "Presumed";

/** Whether nothing more can come of it, as far as is known. */
export const isFinal = (run: AssetRun): boolean => RunStatus.isFinal(run.state.status);

/**
 * Whether a scan could still tell what became of it (CMP-02): it began, or was heard of before it was presumed over, and told no end, or
 * not the end of each patch. Of what may begin yet it tells nothing: that has its actions and its reboot to come, and its agent, which
 * scans, will tell its end.
 */
export const awaitsEvidence = (run: AssetRun): boolean => {
  if (!isHeard(run)) return false;
  const isUntold = Marks.isAllTold(run.marks) && run.state.scan === null;
  return isPresumed(run) || isUntold || (hasStarted(run) && !isFinal(run));
};

/** Whether it keeps other jobs from its asset until that is rebooted (RBT-02). */
export const isPendingReboot = ({ state }: AssetRun): boolean => state.status === "PendingReboot";

/** A failure as people read it: the reason's number and name. */
export const failureLabel = (result: PatchEvidence): string =>
  result.reasonCode === null ? "" : `${result.reasonCode} ${ReasonCode.nameOf(result.reasonCode)}`;
