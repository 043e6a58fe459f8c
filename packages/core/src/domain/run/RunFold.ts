/**
 * What an asset run is, as a pure function of the *set* of facts that its agent told and of marks that the control plane made: any
 * order and any repetition of them give the same state, and a fact that isn't here yet only leaves the state behind (RUN-06).
 *
 * Ranks: evidence (what patch facts and scans show) > what the agent reports > what the control plane presumed. A run is Completed
 * only when every planned patch has good evidence, whatever status was reported (RUN-08).
 */
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import type { PlannedPatch } from "../plan/Plan.ts";
import * as AgentFact from "./AgentFact.ts";
import * as Marks from "./Marks.ts";
import * as RebootState from "./RebootState.ts";
import * as RunEvidence from "./RunEvidence.ts";

/** Whose word the status is: how it was placed, the agent's, a scan's, or a mark's. */
export type Decider = "placement" | "agent" | "scan" | Marks.Ending["_tag"];

export interface AssetRunState {
  readonly status: RunStatus.RunStatus;
  readonly reason: string | null;
  readonly by: Decider;
  readonly changedAt: number;
  readonly results: { readonly [patchId: string]: AgentFact.PatchEvidence };
  /** Facts that no path of the table allows: kept and counted, never obeyed. */
  readonly violations: number;
  /** How many distinct facts it follows from. */
  readonly facts: number;
  /** When its agent was last heard of it, by the agent's clock; null: never. What is silent is shown with its age (WIN-04). */
  readonly heardAt: number | null;
  /** Of a reboot that it needs, or needed; null: none was spoken of. */
  readonly reboot: RebootState.RebootState | null;
  /** The latest scan, where it was taken after all that was told (CMP-02); null: there is none. */
  readonly scan: RunEvidence.Scan | null;
}

/** What an asset run's state follows from, beside the facts. */
export interface Ground {
  /** How it stood as its run was made. */
  readonly placed: {
    readonly status: RunStatus.RunStatus;
    readonly reason: string | null;
    readonly at: number;
  };
  readonly patches: readonly PlannedPatch[];
  readonly marks: readonly Marks.Mark[];
}

/** The state that these facts make of an asset run. */
export const fold = (run: Ground, facts: readonly AgentFact.AgentFact[]): AssetRunState => {
  const told = AgentFact.ordered(facts);
  const heardAt = AgentFact.heardAt(told);
  const reboot = RebootState.of(told);
  const scan = RunEvidence.scanOf(run.marks, { heardAt, reboot });
  const results = resultsOf(told);
  const path = walk(run, told, { results, scan });
  const { status, reason, by, changedAt } = decided(run, path, { told, scan });
  return {
    status,
    reason,
    by,
    changedAt,
    results,
    violations: path.violations,
    facts: told.length,
    heardAt,
    reboot,
    scan,
  };
};

type Verdict = Pick<AssetRunState, "status" | "reason" | "by" | "changedAt">;

interface Path extends Verdict {
  readonly violations: number;
}

type Told = readonly AgentFact.AgentFact[];

interface Evidence {
  readonly results: AssetRunState["results"];
  readonly scan: RunEvidence.Scan | null;
}

// What ends by its agent's own word has ended so. Else a scan may prove it whole, once nothing more is to be heard of it.
const decided = (
  { patches, marks }: Ground,
  path: Path,
  { told, scan }: { readonly told: Told; readonly scan: RunEvidence.Scan | null },
): Verdict => {
  if (RunStatus.isFinal(path.status) || marks.length === 0) return path;
  const ending = Marks.ending(marks, { facts: told.length, hasBegun: told.some(AgentFact.isBeginning) });
  const isPresumed = ending?.body._tag === "Presumed";
  if (scan !== null && (ending === null || isPresumed) && RunEvidence.isWhole(scan, patches)) {
    const lostAt = isPresumed ? ending.at : Marks.unheardAt(marks, scan.takenAt);
    if (lostAt !== null) return completed(scan, Math.max(scan.at, lostAt));
  }
  const claim = Marks.isAllTold(marks) && (ending === null || isPresumed) ? told.findLast(isClaim) : undefined;
  if (claim !== undefined) {
    return {
      status: "CompletedWithFailure",
      reason: NOT_LISTED,
      by: "agent",
      changedAt: Math.max(path.changedAt, claim.at),
    };
  }
  if (ending === null) return path;
  const { _tag, reason } = ending.body;
  return { status: Marks.statusOf[_tag], reason, by: _tag, changedAt: ending.at };
};

const NOT_LISTED = "RUN-11: some of its patches were in no list that its agent carried out";

const completed = (scan: RunEvidence.Scan, changedAt: number): Verdict => ({
  status: "Completed",
  reason: reasonOf(scan),
  by: "scan",
  changedAt,
});

const reasonOf = ({ takenAt }: RunEvidence.Scan): string =>
  `CMP-02: its last message is lost; the scan of ${new Date(takenAt).toISOString()} shows what became of it`;

// Every fact of every asset run passes here: nothing is copied on the way.
const walk = ({ placed, patches }: Ground, told: Told, evidence: Evidence): Path => {
  let { status, reason } = placed;
  let by: Decider = "placement";
  let changedAt = placed.at;
  let violations = 0;
  for (const { body, at } of told) if (body._tag === "Patch" && at > changedAt) changedAt = at;
  for (const fact of told) {
    const claimed = claimOf(fact);
    const judged = claimed === null ? null : judgeClaim(claimed, patches, evidence);
    // Told again: by an agent whose word was lost here (RUN-11).
    if (judged === null || (judged.status === status && by !== "placement")) continue;
    if (!RunStatus.isReachable(status, judged.status)) {
      violations += 1;
      continue;
    }
    status = judged.status;
    reason = judged.reason;
    by = judged.by;
    if (fact.at > changedAt) changedAt = fact.at;
  }
  return { status, reason, by, changedAt, violations };
};

/** Whether it claims that all is done. */
export const isClaim = ({ body }: AgentFact.AgentFact): boolean =>
  body._tag === "Status" && (body.status === "Completed" || body.status === "CompletedWithFailure");

type Claim = Pick<Verdict, "status" | "reason">;

const claimOf = ({ body }: AgentFact.AgentFact): Claim | null => {
  if (body._tag === "Status") return body;
  // An expired manifest is no end: a lease is renewed, and of a window's end the control plane knows by itself.
  if (body._tag === "Refusal" && body.reason !== "expired") {
    return { status: "JobFailed", reason: `${body.reason}: ${body.message}` };
  }
  return null;
};

// A claimed end is judged by the evidence: bad outcomes turn it, missing ones make it wait (null) for them, or for a scan.
const judgeClaim = (
  { status, reason }: Claim,
  planned: readonly PlannedPatch[],
  { results, scan }: Evidence,
): Pick<Verdict, "status" | "reason" | "by"> | null => {
  if (status !== "Completed" && status !== "CompletedWithFailure") return { status, reason, by: "agent" };
  const byFacts = RunEvidence.isSuccess(planned, results, null);
  const isSuccess = byFacts ?? RunEvidence.isSuccess(planned, results, scan);
  if (isSuccess === null) return null;
  const judged = isSuccess ? "Completed" : "CompletedWithFailure";
  return byFacts !== null || scan === null
    ? { status: judged, reason, by: "agent" }
    : { status: judged, reason: reasonOf(scan), by: "scan" };
};

const resultsOf = (told: Told): AssetRunState["results"] => {
  const results: { [patchId: string]: AgentFact.PatchEvidence } = {};
  for (const { body } of told) if (body._tag === "Patch") results[body.patchId] = evidence(body);
  return results;
};

// Member by member: what comes from the wire may carry more than the evidence.
const evidence = (e: AgentFact.PatchEvidence): AgentFact.PatchEvidence => ({
  patchId: e.patchId,
  attempt: e.attempt,
  outcome: e.outcome,
  reasonCode: e.reasonCode,
  exitCode: e.exitCode,
  outputTail: e.outputTail,
  packages: e.packages,
});
