/** From how a dnf run went to what the port says about it. */
import { CpuLimit, ReasonCode } from "@fettle/agent-protocol";
import { type Effort, InstallerError, type InstallReport } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import * as Classification from "./Classification.ts";
import type { DnfSettings } from "./DnfOptions.ts";
import * as DnfProcess from "./DnfProcess.ts";
import type { DatabaseResult } from "./RpmDatabase.ts";
import * as TransactionPlan from "./TransactionPlan.ts";

/** Characters of {@link InstallReport.outputTail}. */
export const OUTPUT_TAIL_CHARACTERS_MAX = 2_000;

const { reasonCodes } = ReasonCode;

/** A report without a run: there was nothing to do. */
export const nothingToDo = (reason: string): InstallReport => ({
  exitCode: null,
  signal: null,
  reasonCode: null,
  reason,
  outputTail: "",
});

/** A report without a run: it can't be done. */
export const failed = (reasonCode: ReasonCode.ReasonCode, reason: string): InstallReport => ({
  ...nothingToDo(reason),
  reasonCode,
});

/** A database's answer, or the port's error. */
export const orDatabaseError = <A>(answer: DatabaseResult<A>): Effect.Effect<A, InstallerError> =>
  answer.ok ? Effect.succeed(answer.value) : Effect.fail(new InstallerError({ ...answer.error, isRetryable: false }));

/** The share of one core that a command may take. Told nothing, it isn't limited. */
export const limitsOf = (effort: Effort | undefined): Pick<DnfProcess.ReviewedCommand, "cpuLimitPercent"> => ({
  cpuLimitPercent: effort?.cpuLimitPercent ?? CpuLimit.UNLIMITED_PERCENT,
});

/** Runs dnf under review. Not interruptible: what has begun is waited for. */
export const reviewed = (
  settings: DnfSettings,
  command: DnfProcess.ReviewedCommand,
): Effect.Effect<InstallReport, InstallerError> =>
  Effect.uninterruptible(
    Effect.flatMap(
      Effect.tryPromise({
        try: () => DnfProcess.run(settings, command),
        catch: (cause) =>
          unreadable(`${settings.stateDirectory} can't be used for dnf's output: ${String(cause)}`, cause),
      }),
      (outcome) => fromOutcome(command, outcome),
    ),
  );

const unreadable = (message: string, cause: unknown): InstallerError =>
  new InstallerError({ reason: "Unreadable", message, isRetryable: false, cause });

const fromOutcome = (
  command: DnfProcess.ReviewedCommand,
  outcome: DnfProcess.Outcome,
): Effect.Effect<InstallReport, InstallerError> => {
  switch (outcome._tag) {
    case "NotStarted": {
      const { message, cause } = outcome;
      return Effect.fail(new InstallerError({ reason: "ToolMissing", message, isRetryable: false, cause }));
    }
    case "StillRunning": {
      const message = `dnf (pid ${outcome.pid}) still works after ${outcome.milliseconds} ms and is left alone`;
      return Effect.fail(new InstallerError({ reason: "Busy", message, isRetryable: true }));
    }
    case "Overdue": {
      const reason = `dnf had fetched nothing that it could use within ${outcome.milliseconds} ms`;
      return Effect.succeed(report(outcome.ending, reasonCodes.FileDownloadFailed, reason));
    }
    case "Ended":
      return fromEnding(command, outcome.ending, outcome.verdict);
  }
};

/** What dnf says when it was answered no. */
const ABORTED = "Operation aborted.";

const fromEnding = (
  command: DnfProcess.ReviewedCommand,
  ending: Classification.Ending,
  verdict: TransactionPlan.Verdict | null,
): Effect.Effect<InstallReport, InstallerError> => {
  const meaning = Classification.classify(ending);
  // A plan that dnf could not make is empty: then dnf's own error says more than what is missing from the plan.
  const isOurs = ending.exitCode === 0 || ending.stderr.includes(ABORTED);
  if (verdict !== null && verdict._tag !== "Accepted" && isOurs) {
    const code = verdict._tag === "Incomplete" ? reasonCodes.PatchUrlMissing : reasonCodes.InstallerFailed;
    return Effect.succeed(report(ending, code, TransactionPlan.explain(verdict)));
  }
  if (meaning._tag === "NotBegun") {
    const { reason, message } = meaning;
    return Effect.fail(new InstallerError({ reason, message, isRetryable: reason === "Busy" }));
  }
  if (verdict === null && meaning.reasonCode === null && command.changesSystem) {
    return Effect.succeed(
      report(ending, reasonCodes.UnspecifiedAgentError, "dnf ended well without having shown a plan"),
    );
  }
  return Effect.succeed(report(ending, meaning.reasonCode, meaning.reason));
};

const report = (
  ending: Classification.Ending,
  reasonCode: ReasonCode.ReasonCode | null,
  reason: string | null,
): InstallReport => ({
  exitCode: ending.exitCode,
  signal: ending.signal,
  reasonCode,
  reason,
  outputTail: Classification.tail(ending, OUTPUT_TAIL_CHARACTERS_MAX),
});
