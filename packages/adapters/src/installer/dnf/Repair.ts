/**
 * After a crash: waits until no package manager works on the system, then mends what a half-done transaction left,
 * which is a package installed twice. dnf reinstalls the newer one, so that its scriptlets run to their end, and
 * removes the older. What then is installed, the next detection says.
 */
import { ReasonCode } from "@fettle/agent-protocol";
import { type Effort, InstallerError, type InstallReport } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import * as Classification from "./Classification.ts";
import * as CommandLine from "./CommandLine.ts";
import type { DnfSettings } from "./DnfOptions.ts";
import * as DnfProcess from "./DnfProcess.ts";
import * as RpmDatabase from "./RpmDatabase.ts";
import * as RunningTransaction from "./RunningTransaction.ts";
import * as RunReport from "./RunReport.ts";
import * as ToolQuery from "./ToolQuery.ts";
import * as TransactionPlan from "./TransactionPlan.ts";

const POLL_MILLISECONDS = 200;

/** Mends the system. The report has a reason code when something is still wrong. */
export const repair = Effect.fn("Repair.repair")(function* (settings: DnfSettings, effort: Effort | undefined) {
  const waited = yield* waitForOthers(settings);
  const before = yield* duplicates(settings);
  if (before.size === 0) {
    return yield* describeWait(settings, waited);
  }
  const report = yield* RunReport.reviewed(settings, {
    line: CommandLine.removeDuplicates(settings),
    review: (plan) => TransactionPlan.reviewRepair(plan, before),
    changesSystem: true,
    ...RunReport.limitsOf(effort),
  });
  if (report.reasonCode !== null) return report;
  const after = yield* duplicates(settings);
  if (after.size === 0) return { ...report, reason: `installed twice, now once: ${[...before].join(", ")}` };
  const reason = `still installed twice: ${[...after].join(", ")}`;
  return { ...report, reasonCode: ReasonCode.reasonCodes.InstallerFailed, reason };
});

const waitForOthers = Effect.fn("Repair.waitForOthers")(function* (settings: DnfSettings) {
  const rpmLock = yield* Effect.promise(() => RpmDatabase.lockFile(settings));
  const place = { installRoot: settings.installRoot, rpmLock, proc: "/proc" };
  const deadline = performance.now() + settings.limits.orphanMilliseconds;
  let hasWaited = false;
  for (;;) {
    const [first] = yield* Effect.promise(() => RunningTransaction.find(place));
    if (first === undefined) return hasWaited;
    if (performance.now() > deadline) {
      const message = `pid ${first.pid} (${first.command}) still works on the system; known by its ${first.witness}`;
      return yield* new InstallerError({ reason: "Busy", message, isRetryable: true });
    }
    hasWaited = true;
    yield* Effect.sleep(POLL_MILLISECONDS);
  }
});

// What the one we waited for had printed is the only account of how it went.
const describeWait = (settings: DnfSettings, waited: boolean): Effect.Effect<InstallReport> =>
  Effect.map(
    Effect.promise(() => DnfProcess.lastOutput(settings)),
    (output) => ({
      ...RunReport.nothingToDo(
        waited ? "another package manager worked on; it has ended" : "no package is installed twice",
      ),
      outputTail: waited
        ? Classification.tail({ exitCode: null, signal: null, ...output }, RunReport.OUTPUT_TAIL_CHARACTERS_MAX)
        : "",
    }),
  );

const duplicates = Effect.fn("Repair.duplicates")(function* (settings: DnfSettings) {
  const limits = { milliseconds: settings.limits.planMilliseconds };
  const answer = yield* Effect.promise(() =>
    ToolQuery.ask(settings.dnf, CommandLine.checkDuplicates(settings), limits),
  );
  if (!answer.ok) {
    const reason = answer.error._tag === "Missing" ? "ToolMissing" : "Unreadable";
    return yield* new InstallerError({ reason, message: answer.error.message, isRetryable: false });
  }
  const { exitCode, stdout, stderr } = answer.value;
  const found = TransactionPlan.parseDuplicates(stdout);
  // dnf ends with 1 both for what it found and for what it could not do.
  if (exitCode === 0 || (exitCode === 1 && found.size > 0)) return found;
  const message = `dnf check --duplicates ended with exit code ${exitCode}: ${stderr.trim()}`;
  return yield* new InstallerError({ reason: "Unreadable", message, isRetryable: false });
});
