/**
 * What an agent does next for a run: a pure decision on the journal's state and the time. The order is fixed: fetch
 * everything, start, then patch by patch; a crashed attempt is recovered before anything else is tried.
 */
import type { PatchInstruction } from "../vocabulary/Package.ts";
import * as PatchOutcome from "../vocabulary/PatchOutcome.ts";
import type { RunStatus } from "../vocabulary/RunStatus.ts";
import type { PatchFact } from "../wire/Facts.ts";
import * as AgentState from "./AgentState.ts";
import type { Hold } from "./ConfiguredConduct.ts";

/** Attempts at one patch in one run, crashes included (invariant I6). */
export const ATTEMPTS_MAX = 2;

export type Step =
  | { readonly _tag: "Wait"; readonly until: number }
  | { readonly _tag: "Prefetch"; readonly patch: PatchInstruction }
  /** Before the start (SCH-10): what can't be had yet is no failure. */
  | { readonly _tag: "FetchAhead"; readonly patch: PatchInstruction }
  | { readonly _tag: "Move"; readonly to: RunStatus; readonly reason: string | null }
  | { readonly _tag: "Skip"; readonly patch: PatchInstruction; readonly reason: string }
  | { readonly _tag: "Attempt"; readonly patch: PatchInstruction; readonly attempt: number }
  | { readonly _tag: "Recover"; readonly patch: PatchInstruction; readonly open: AgentState.OpenAttempt }
  /** Of a run that ended here before: what is known of the patch is told again, or, where nothing is, how it is found. */
  | { readonly _tag: "Recall"; readonly patch: PatchInstruction; readonly known: PatchFact | null }
  /** The machine waits for a reboot: {@link ./RebootStep.ts} says what is next. */
  | { readonly _tag: "Reboot" }
  /** What waited for a reboot is looked at once more. */
  | { readonly _tag: "Verify"; readonly patch: PatchInstruction; readonly pending: PatchFact };

/**
 * The next step of an unfinished run. `now` never runs behind the latest signed time (see {@link AgentState}); `hold` keeps a
 * run from starting, not from being finished.
 */
export const nextStep = (run: AgentState.HeldRun, now: number, hold: Hold | null = null): Step => {
  if (run.toldAgain !== undefined) return recalling(run, run.toldAgain);
  if (hold?._tag === "ClockRefused")
    return isAhead(run) ? { _tag: "Wait", until: UNTIL_RENEWED } : stepOf(run, now, null);
  return stepOf(run, now, hold);
};

// RUN-11: nothing begins, so neither the window nor any hold is of matter.
const recalling = (run: AgentState.HeldRun, toldAgain: readonly string[]): Step => {
  const patch = run.list.patches.find((p) => !toldAgain.includes(p.patchId));
  if (patch !== undefined) return { _tag: "Recall", patch, known: AgentState.progressOf(run, patch.patchId).settled };
  return { _tag: "Move", to: run.status, reason: "RUN-11: it had ended here, and isn't run again" };
};

// Nothing of it has been done that has to be finished.
const isAhead = ({ status }: AgentState.HeldRun): boolean =>
  status === "Pending" || status === "Downloaded" || status === "JobStarted";

/** A hold that goes by a clock that is right. */
type TimelyHold = Exclude<Hold, { readonly _tag: "ClockRefused" }>;

const stepOf = (run: AgentState.HeldRun, now: number, hold: TimelyHold | null): Step => {
  const { notBefore, notAfter, bound } = run.manifest;
  const isOver = now >= notAfter;
  switch (run.status) {
    case "Pending":
      if (isOver) return tooLate(run);
      if (now < notBefore) return ahead(run, now, hold);
      return hold === null ? fetching(run) : held(run, hold);
    case "Downloaded":
      if (isOver) return tooLate(run);
      if (now < notBefore) return { _tag: "Wait", until: notBefore };
      return hold === null ? { _tag: "Move", to: "JobStarted", reason: null } : held(run, hold);
    case "JobStarted":
      if (isOver && !isLease(run)) return tooLate(run);
      return now < notBefore ? { _tag: "Wait", until: notBefore } : { _tag: "Move", to: "Patching", reason: null };
    case "PendingReboot":
      return run.reboot?.need === "dropped" ? verifying(run) : { _tag: "Reboot" };
    case "Rebooted":
      return { _tag: "Move", to: "JobResumed", reason: null };
    case "JobResumed":
      return verifying(run);
    default:
      return patching(run, now, isOver && !isLease(run) && (bound === "complete" || !hasBegun(run)));
  }
};

// A lease only says until when a run may start; what it let start goes on (WIN-04).
const isLease = (run: AgentState.HeldRun): boolean => run.manifest.validity === "lease";

// Starting is beginning a patch (invariant I2), and an attempt that a crash undid may never have begun.
const hasBegun = (run: AgentState.HeldRun): boolean =>
  run.list.patches.some((p) => (AgentState.progressOf(run, p.patchId).settled?.attempt ?? 0) > 0);

/** "Not before somebody else does something": a wait that only a new manifest ends. */
export const UNTIL_RENEWED = Number.MAX_SAFE_INTEGER;

// A window that ended ends the run here (WIN-02); a lease that ran out waits for its renewal (WIN-04, PLN-04).
const tooLate = (run: AgentState.HeldRun): Step =>
  isLease(run)
    ? { _tag: "Wait", until: UNTIL_RENEWED }
    : { _tag: "Move", to: "TimedOut", reason: "the window is over" };

// WIN-05: it starts when the blackout ends if its window allows, else it ends here.
const held = (run: AgentState.HeldRun, hold: TimelyHold): Step => {
  if (hold._tag === "Inactive") return { _tag: "Wait", until: UNTIL_RENEWED };
  return !isLease(run) && hold.until >= run.manifest.notAfter
    ? { _tag: "Move", to: "CanceledBlackout", reason: "a blackout lasts until the window is over" }
    : { _tag: "Wait", until: hold.until };
};

// SCH-10: what will be needed is fetched before the start, where the job says so. Nothing is fetched inside a blackout (WIN-05).
const ahead = (run: AgentState.HeldRun, now: number, hold: TimelyHold | null): Step => {
  const { notBefore, fetchFrom } = run.manifest;
  if (fetchFrom === undefined || hold?._tag === "Inactive") return { _tag: "Wait", until: notBefore };
  const from = Math.max(fetchFrom, hold?.until ?? 0);
  if (now < from) return { _tag: "Wait", until: Math.min(from, notBefore) };
  const left = run.list.patches.filter((p) => AgentState.progressOf(run, p.patchId).prefetch === null);
  if (left.length === 0) return fetching(run);
  const againAt = (p: PatchInstruction): number => AgentState.progressOf(run, p.patchId).fetchAgainAt ?? 0;
  const next = left.find((p) => againAt(p) <= now);
  if (next !== undefined) return { _tag: "FetchAhead", patch: next };
  return { _tag: "Wait", until: Math.min(notBefore, ...left.map(againAt)) };
};

const fetching = (run: AgentState.HeldRun): Step => {
  const next = run.list.patches.find((p) => AgentState.progressOf(run, p.patchId).prefetch === null);
  if (next !== undefined) return { _tag: "Prefetch", patch: next };
  const none = run.list.patches.every((p) => AgentState.progressOf(run, p.patchId).settled !== null);
  return none
    ? { _tag: "Move", to: "DownloadingFailed", reason: "no patch could be downloaded" }
    : { _tag: "Move", to: "Downloaded", reason: null };
};

const patching = (run: AgentState.HeldRun, now: number, mustStop: boolean): Step => {
  const of = (patch: PatchInstruction) => AgentState.progressOf(run, patch.patchId);
  for (const patch of run.list.patches) {
    const { open } = of(patch);
    if (open !== null) return { _tag: "Recover", patch, open };
  }
  const next = run.list.patches.find((p) => of(p).settled === null);
  if (next === undefined) return finish(run);
  if (mustStop) return { _tag: "Move", to: "TimedOut", reason: "the window ended before every patch was tried" };
  const failed = run.list.patches.some((p) => of(p).settled?.outcome === "Failed");
  if (failed && !run.manifest.continueOnFailure) {
    return { _tag: "Skip", patch: next, reason: "an earlier patch failed (PAT-14)" };
  }
  // What a clock that ran ahead let start goes on when its time has come (I3).
  if (now < run.manifest.notBefore) return { _tag: "Wait", until: run.manifest.notBefore };
  return { _tag: "Attempt", patch: next, attempt: of(next).attempts + 1 };
};

// RBT-09: evidence of each patch that waited, whatever anybody said of it, then the end. The window is no matter: nothing begins.
const verifying = (run: AgentState.HeldRun): Step => {
  for (const patch of run.list.patches) {
    const { settled } = AgentState.progressOf(run, patch.patchId);
    if (settled?.outcome === "InstalledPendingReboot") return { _tag: "Verify", patch, pending: settled };
  }
  return finish(run);
};

const finish = (run: AgentState.HeldRun): Step => {
  const good = run.list.patches.every((p) => {
    const settled = AgentState.progressOf(run, p.patchId).settled;
    return settled !== null && PatchOutcome.isSuccess(settled.outcome);
  });
  return { _tag: "Move", to: good ? "Completed" : "CompletedWithFailure", reason: null };
};
