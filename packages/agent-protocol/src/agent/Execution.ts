/**
 * Carries out runs, a step at a time, in the journal's order: intent before effect, result before report. What a step
 * does is decided by {@link ./NextStep.ts}; what became of it by {@link ./Evidence.ts}.
 */
import * as Effect from "effect/Effect";
import * as Detection from "../vocabulary/Detection.ts";
import type { InstalledVersions, PatchInstruction } from "../vocabulary/Package.ts";
import { reasonCodes } from "../vocabulary/ReasonCode.ts";
import * as RunStatus from "../vocabulary/RunStatus.ts";
import type { FactBody, PatchFact } from "../wire/Facts.ts";
import * as Json from "../wire/Json.ts";
import * as AgentState from "./AgentState.ts";
import type { Session } from "./CheckIn.ts";
import type { Hold } from "./ConfiguredConduct.ts";
import * as Evidence from "./Evidence.ts";
import * as FetchAhead from "./FetchAhead.ts";
import { type Effort, Installer, type InstallerError, type InstallReport } from "./Installer.ts";
import * as NextStep from "./NextStep.ts";
import * as PatchFiles from "./PatchFiles.ts";
import { AgentEnvironment } from "./Ports.ts";
import * as Rebooting from "./Rebooting.ts";

/** What a step left: more to do at once, or a time to come back at (a lock, a start that lies ahead). */
export type Advance = { readonly _tag: "Stepped" } | Waiting | { readonly _tag: "Finished" };

/** `isForAnswer`: only to ask whether a user has answered. */
export interface Waiting {
  readonly _tag: "Waiting";
  readonly until: number;
  readonly isForAnswer?: true;
}

/** How long a lock of somebody else is waited for before the next try, in milliseconds. */
export const LOCK_RETRY_MS = 5_000;

/** Does the next step of a run. */
export const advance = Effect.fnUntraced(function* (session: Session, runId: string) {
  const run = session.memory.state().runs[runId];
  const environment = yield* AgentEnvironment;
  if (run === undefined) return { _tag: "Finished" } as Advance;
  const now = Math.max(environment.now(), session.memory.state().timeFloor);
  const step = NextStep.nextStep(run, now, holdOf(session, runId, now));
  if (step._tag === "Wait") return { _tag: "Waiting", until: step.until } as Advance;
  if (step._tag === "Reboot") return (yield* Rebooting.advance(session, run)) as Advance;
  const effort = session.effort(run.manifest, now);
  const done = yield* Effect.result(perform(session, run, step, effort));
  if (done._tag === "Success") {
    return { _tag: step._tag === "Move" && isLast(session, runId) ? "Finished" : "Stepped" } as Advance;
  }
  if (done.failure._tag !== "InstallerError") return yield* done.failure;
  return yield* onInstallerError(session, run, done.failure, environment.now());
});

// I7, RBT-02: nothing else begins while one is under way, be it that it waits for a lock or for a reboot. Like an inactive module,
// only somebody else's doing ends that.
const holdOf = (session: Session, runId: string, now: number): Hold | null => {
  const hold = session.hold(now);
  if (hold?._tag === "ClockRefused") return hold;
  const others = AgentState.begun(session.memory.state()).filter((run) => run.manifest.runId !== runId);
  return others.length === 0 ? hold : { _tag: "Inactive" };
};

const isLast = (session: Session, runId: string): boolean =>
  !AgentState.unfinished(session.memory.state()).some((r) => r.manifest.runId === runId);

const perform = Effect.fn("Execution.perform")(function* (
  session: Session,
  run: AgentState.HeldRun,
  step: Exclude<NextStep.Step, { _tag: "Wait" | "Reboot" }>,
  effort: Effort,
) {
  switch (step._tag) {
    case "Move":
      return yield* moveTo(session, run, step);
    case "Prefetch":
      return yield* prefetch(session, run, step.patch, effort);
    case "FetchAhead":
      return yield* FetchAhead.fetch(session, run, step.patch, effort);
    case "Skip": {
      const skipped = Evidence.untried({ runId: run.manifest.runId, ...step }, "Skipped", null);
      return yield* settle(session, skipped);
    }
    case "Attempt":
      return yield* attempt(session, run, step, effort);
    case "Recover":
      return yield* recover(session, run, step, effort);
    case "Recall": {
      const known = step.known ?? Evidence.found(run.manifest, step.patch, yield* detected(step.patch));
      return yield* settle(session, known);
    }
    case "Verify": {
      const after = yield* (yield* Installer).detect(step.patch);
      return yield* settle(session, Evidence.verified(run.manifest.kind, step.patch, step.pending, after));
    }
  }
});

const moveTo = Effect.fn("Execution.moveTo")(function* (
  session: Session,
  run: AgentState.HeldRun,
  step: Extract<NextStep.Step, { _tag: "Move" }>,
) {
  const { runId } = run.manifest;
  if (RunStatus.isFinal(step.to)) yield* releaseFiles(session, run);
  // RBT-01: every patch was attempted, and none is attempted twice after a reboot: that is when its need is asked for, once.
  const isAttempted = run.status === "Patching" && (step.to === "Completed" || step.to === "CompletedWithFailure");
  if (isAttempted) return yield* Rebooting.conclude(session, run, step);
  yield* session.memory.record([yield* session.fact({ _tag: "Status", runId, status: step.to, reason: step.reason })]);
});

/**
 * CFG-06: what was fetched for a run goes with it, but for what another one needs. Before its end is recorded: a life that ends in
 * between does it again.
 */
export const releaseFiles = Effect.fn("Execution.releaseFiles")(function* (session: Session, run: AgentState.HeldRun) {
  const filesOf = (held: AgentState.HeldRun) => held.list.patches.flatMap((p) => p.files ?? []);
  const others = AgentState.unfinished(session.memory.state()).filter((r) => r.manifest.runId !== run.manifest.runId);
  const needed = new Set(others.flatMap(filesOf).map((file) => file.digest));
  yield* PatchFiles.release(filesOf(run).filter((file) => !needed.has(file.digest)));
});

const settle = Effect.fn("Execution.settle")(function* (session: Session, fact: PatchFact) {
  yield* session.memory.record([yield* session.fact(fact)]);
});

// Fetching fails one patch, not the run: the others go on.
const prefetch = Effect.fn("Execution.prefetch")(function* (
  session: Session,
  run: AgentState.HeldRun,
  patch: PatchInstruction,
  effort: Effort,
) {
  const { runId } = run.manifest;
  const installer = yield* Installer;
  const found = yield* installer.detect(patch);
  const needed = Detection.verdict(run.manifest.kind, patch, found) === "Unsatisfied";
  const report = needed
    ? ((yield* PatchFiles.obtain(session, patch)) ?? (yield* installer.prefetch(patch, effort)))
    : PatchFiles.nothingToFetch;
  const record = { _tag: "Prefetched", runId, patchId: patch.patchId, report } as const;
  if (report.reasonCode === null) return yield* session.memory.record([record]);
  const reason = report.outputTail === "" ? (report.reason ?? "") : report.outputTail;
  const failed: PatchFact = {
    ...Evidence.untried({ runId, patch, reason }, "Failed", report.reasonCode),
    exitCode: report.exitCode,
    packages: Evidence.judge({ runId, kind: run.manifest.kind, patch, attempt: 0, before: found, after: found, report })
      .packages,
  };
  yield* session.memory.record([record, yield* session.fact(failed)]);
});

const attempt = Effect.fn("Execution.attempt")(function* (
  session: Session,
  run: AgentState.HeldRun,
  { patch, attempt: number }: Extract<NextStep.Step, { _tag: "Attempt" }>,
  effort: Effort,
) {
  const { runId, kind } = run.manifest;
  const installer = yield* Installer;
  const found = yield* installer.detect(patch);
  const isBroken = Detection.verdict(kind, patch, found) === "Broken";
  const before = isBroken ? yield* mendThenDetect(patch, effort) : found;
  if (Detection.verdict(kind, patch, before) !== "Unsatisfied") {
    return yield* settle(
      session,
      Evidence.judge({ runId, kind, patch, attempt: number - 1, before, after: before, report: null }),
    );
  }
  // Fetched long ago, perhaps: what has gone from the cache since is fetched once more.
  const gone = yield* PatchFiles.obtain(session, patch);
  if (gone !== null) {
    const reason = gone.reason ?? gone.outputTail;
    return yield* settle(session, Evidence.untried({ runId, patch, reason }, "Failed", gone.reasonCode));
  }
  const about = { runId, patchId: patch.patchId, attempt: number };
  yield* session.memory.record([{ _tag: "InstallIntended", ...about, before }]);
  const report = yield* kind === "rollback" ? installer.rollback(patch, effort) : installer.install(patch, effort);
  const asked = report.asksReboot === true ? { bootId: session.bootId } : {};
  yield* session.memory.record([{ _tag: "InstallReported", ...about, report, ...asked }]);
  yield* observe(session, run, patch, { attempt: number, before, report });
});

// An attempt of an earlier life, or one whose outcome was not read: mend, look, and only then judge or try again.
const recover = Effect.fn("Execution.recover")(function* (
  session: Session,
  run: AgentState.HeldRun,
  { patch, open }: Extract<NextStep.Step, { _tag: "Recover" }>,
  effort: Effort,
) {
  const { runId, kind } = run.manifest;
  const installer = yield* Installer;
  const after = open.report === null ? yield* mendThenDetect(patch, effort) : yield* installer.detect(patch);
  const verdict = Detection.verdict(kind, patch, after);
  const mayRetry = open.report === null && open.attempt < NextStep.ATTEMPTS_MAX && installer.class !== "opaque";
  if (verdict === "Unsatisfied" && mayRetry) {
    return yield* session.memory.record([
      { _tag: "AttemptLost", runId, patchId: patch.patchId, attempt: open.attempt },
    ]);
  }
  yield* settle(session, Evidence.judge({ runId, kind, patch, ...open, after }));
});

const observe = Effect.fn("Execution.observe")(function* (
  session: Session,
  run: AgentState.HeldRun,
  patch: PatchInstruction,
  open: { readonly attempt: number; readonly before: readonly InstalledVersions[]; readonly report: InstallReport },
) {
  const after = yield* (yield* Installer).detect(patch);
  const { runId, kind } = run.manifest;
  yield* settle(session, Evidence.judge({ runId, kind, patch, ...open, after }));
});

// Null: it can't be told, and won't be.
const detected = Effect.fnUntraced(function* (patch: PatchInstruction) {
  const found = (yield* Installer).detect(patch);
  return yield* Effect.catchIf(
    found,
    (error) => !error.isRetryable,
    () => Effect.succeed(null),
  );
});

const mendThenDetect = Effect.fn("Execution.mendThenDetect")(function* (patch: PatchInstruction, effort: Effort) {
  const installer = yield* Installer;
  yield* installer.repair(effort);
  return yield* installer.detect(patch);
});

// A lock passes: the attempt that was announced didn't begin. Anything else means that the job can't be carried out.
const onInstallerError = Effect.fn("Execution.onInstallerError")(function* (
  session: Session,
  run: AgentState.HeldRun,
  error: InstallerError,
  now: number,
) {
  const { runId } = run.manifest;
  if (error.isRetryable) {
    const open = Object.entries(session.memory.state().runs[runId]?.patches ?? {}).flatMap(([patchId, p]) =>
      p.open !== null && p.open.report === null && AgentState.progressOf(run, patchId).open === null
        ? [{ _tag: "InstallDeferred", runId, patchId, attempt: p.open.attempt } as const]
        : [],
    );
    if (open.length > 0) yield* session.memory.record(open);
    return { _tag: "Waiting", until: now + LOCK_RETRY_MS } as Advance;
  }
  const unsettled = run.list.patches.filter((p) => AgentState.progressOf(run, p.patchId).settled === null);
  const about = (patch: PatchInstruction) => ({ runId, patch, reason: `${error.reason}: ${error.message}` });
  const untried = unsettled.map((p) => Evidence.untried(about(p), "Failed", reasonCodes.UnspecifiedAgentError));
  const reason = Json.wellFormed(error.message.slice(0, 1_000));
  yield* releaseFiles(session, run);
  // As one: a life that ended in between would leave every patch settled and no word of why.
  const told: readonly FactBody[] = [...untried, { _tag: "Status", runId, status: "JobFailed", reason }];
  yield* session.memory.record(yield* Effect.forEach(told, (body, i) => session.fact(body, i)));
  return { _tag: "Finished" } as Advance;
});
