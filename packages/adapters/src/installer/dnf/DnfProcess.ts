/**
 * Runs dnf so that its plan is judged before it acts, and so that this program's death can't hurt it.
 *
 * Invariants: dnf has a process group of its own and writes to files, never to a pipe of ours (a broken pipe in the
 * middle of a transaction makes dnf fail and leaves a half-written history); it asks before it acts, and when nobody is
 * left to answer it reads the end of its input, which means no; once it was answered yes it is never ended by us. It keeps
 * to a share of the CPU as {@link ./Priority.ts} says.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Ending } from "./Classification.ts";
import * as CommandLine from "./CommandLine.ts";
import { type DnfSettings, environment } from "./DnfOptions.ts";
import * as Fifo from "./Fifo.ts";
import * as Priority from "./Priority.ts";
import * as TransactionPlan from "./TransactionPlan.ts";

export interface ReviewedCommand {
  /** From {@link ./CommandLine.ts} only. */
  readonly line: readonly string[];
  readonly review: (plan: readonly TransactionPlan.Change[]) => TransactionPlan.Verdict;
  /** Whether dnf will change the system: then it may take its time, and is never ended. */
  readonly changesSystem: boolean;
  /** The share of one core that it may take; 100 is no limit. */
  readonly cpuLimitPercent: number;
}

export type Outcome =
  | { readonly _tag: "Ended"; readonly ending: Ending; readonly verdict: TransactionPlan.Verdict | null }
  /** It ran longer than its limit and was ended, before it could change anything. */
  | { readonly _tag: "Overdue"; readonly ending: Ending; readonly milliseconds: number }
  /** It runs longer than its limit and is left alone. */
  | { readonly _tag: "StillRunning"; readonly pid: number; readonly milliseconds: number }
  | { readonly _tag: "NotStarted"; readonly message: string; readonly cause: unknown };

const POLL_MILLISECONDS = 20;
const PROMPT = /\[[yY]\/[nN]\]: $/;

/** Runs one dnf command under review. Rejects only when the files around it can't be made or read. */
export const run = async (settings: DnfSettings, command: ReviewedCommand): Promise<Outcome> => {
  const output = await openOutput(settings);
  try {
    return await start(settings, command, output);
  } finally {
    await output.stdout.close();
    await output.stderr.close();
  }
};

/** What the latest run printed, this one's or one of an earlier life; empty when there was none. */
export const lastOutput = async (
  settings: DnfSettings,
): Promise<{ readonly stdout: string; readonly stderr: string }> => {
  const read = (name: string) => fs.readFile(path.join(settings.stateDirectory, name), "utf8").catch(() => "");
  return { stdout: await read(STDOUT), stderr: await read(STDERR) };
};

interface Output {
  readonly stdout: fs.FileHandle;
  readonly stderr: fs.FileHandle;
}

const STDOUT = "dnf.stdout";
const STDERR = "dnf.stderr";

// Opened anew as other files: a dnf of an earlier life may still write to the old ones.
const openOutput = async (settings: DnfSettings): Promise<Output> => {
  await fs.mkdir(settings.stateDirectory, { recursive: true, mode: 0o700 });
  const open = async (name: string): Promise<fs.FileHandle> => {
    const file = path.join(settings.stateDirectory, name);
    await fs.rm(file, { force: true });
    return fs.open(file, "ax+", 0o600);
  };
  return { stdout: await open(STDOUT), stderr: await open(STDERR) };
};

const start = async (settings: DnfSettings, command: ReviewedCommand, output: Output): Promise<Outcome> => {
  const input = await Fifo.open(settings.stateDirectory);
  try {
    const nice = Priority.niceOf(command.cpuLimitPercent);
    const whole = nice === 0 ? command.line : [...CommandLine.keepingPriority, ...command.line];
    const { program, args } = Priority.launch({ program: settings.dnf, args: whole }, nice);
    const child = spawn(program, [...args], {
      cwd: "/",
      env: environment,
      detached: true,
      stdio: [input.reader.fd, output.stdout.fd, output.stderr.fd],
    });
    const progress = watch(child);
    if (child.pid !== undefined) await Priority.lowerSession(child.pid, nice);
    await input.reader.close();
    const outcome = await accompany(settings, command, { child, output, progress, answers: input.writer });
    const cause = outcome._tag === "Ended" ? Priority.notBecome(nice, outcome.ending) : null;
    return cause === null ? outcome : notStarted(settings, new Error(cause));
  } finally {
    await input.writer.close();
  }
};

type Child = ReturnType<typeof spawn>;

/** What has happened so far; the child's events write to it. */
interface Progress {
  end: { readonly exitCode: number | null; readonly signal: string | null } | null;
  failure: Error | null;
  verdict: TransactionPlan.Verdict | null;
  isAnswered: boolean;
  /** When the present phase began, monotonic milliseconds. */
  since: number;
}

const watch = (child: Child): Progress => {
  const progress: Progress = { end: null, failure: null, verdict: null, isAnswered: false, since: performance.now() };
  child.once("error", (error) => {
    progress.failure = error;
  });
  child.once("exit", (exitCode, signal) => {
    progress.end = { exitCode, signal };
  });
  return progress;
};

/** One running dnf. */
interface Run {
  readonly child: Child;
  readonly output: Output;
  readonly progress: Progress;
  /** dnf reads its answers here. */
  readonly answers: fs.FileHandle;
}

const accompany = async (settings: DnfSettings, command: ReviewedCommand, run: Run): Promise<Outcome> => {
  const { child, output, progress } = run;
  for (;;) {
    if (progress.failure !== null) return notStarted(settings, progress.failure);
    if (progress.end !== null) {
      return { _tag: "Ended", ending: await ending(progress.end, output), verdict: progress.verdict };
    }
    if (!progress.isAnswered) await answer(command, run);
    await trim(output, settings.limits.outputBytes);
    const milliseconds = limitOf(settings, command, progress.isAnswered);
    if (progress.end === null && performance.now() - progress.since > milliseconds) {
      const mayEnd = !(command.changesSystem && progress.verdict?._tag === "Accepted");
      return mayEnd ? stop(child, output, milliseconds) : leave(child, milliseconds);
    }
    await sleep(POLL_MILLISECONDS);
  }
};

const answer = async (command: ReviewedCommand, { output, progress, answers }: Run): Promise<void> => {
  const stdout = await readAll(output.stdout);
  const plan = TransactionPlan.parse(stdout);
  // A question before there is a plan is about a key, or comes from a dnf that this adapter doesn't know: no.
  if (plan === null && !PROMPT.test(stdout)) return;
  progress.verdict = plan === null ? null : command.review(plan);
  progress.isAnswered = true;
  progress.since = performance.now();
  // dnf may be gone before it is answered; how it ended tells more than a broken pipe.
  await answers.write(progress.verdict?._tag === "Accepted" ? "y\n" : "n\n").catch(() => undefined);
  // Another question finds the end, which means no.
  await answers.close();
};

const limitOf = (settings: DnfSettings, command: ReviewedCommand, isAnswered: boolean): number => {
  const { planMilliseconds, transactionMilliseconds, prefetchMilliseconds } = settings.limits;
  if (!isAnswered) return planMilliseconds;
  return command.changesSystem ? transactionMilliseconds : prefetchMilliseconds;
};

const leave = (child: Child, milliseconds: number): Outcome => {
  child.unref();
  return { _tag: "StillRunning", pid: child.pid ?? 0, milliseconds };
};

const stop = async (child: Child, output: Output, milliseconds: number): Promise<Outcome> => {
  const gone = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });
  if (child.pid !== undefined) killGroup(child.pid);
  await gone;
  const end = { exitCode: child.exitCode, signal: child.signalCode };
  return { _tag: "Overdue", ending: await ending(end, output), milliseconds };
};

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself in this moment.
  }
};

const notStarted = (settings: DnfSettings, cause: Error): Outcome => ({
  _tag: "NotStarted",
  message: `${settings.dnf} could not be started: ${cause.message}`,
  cause,
});

const ending = async (
  end: { readonly exitCode: number | null; readonly signal: string | null },
  output: Output,
): Promise<Ending> => ({ ...end, stdout: await readAll(output.stdout), stderr: await readAll(output.stderr) });

const readAll = async (file: fs.FileHandle): Promise<string> => {
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
  return buffer.subarray(0, bytesRead).toString("utf8");
};

const KEPT_BYTES = 64 * 1024;

// A scriptlet that prints for ever must not fill the disk. The files are in append mode, so whoever writes goes on at
// the new end.
const trim = async (output: Output, most: number): Promise<void> => {
  for (const file of [output.stdout, output.stderr]) {
    const { size } = await file.stat();
    if (size <= most) continue;
    const kept = Buffer.alloc(Math.min(KEPT_BYTES, most));
    const { bytesRead } = await file.read(kept, 0, kept.length, size - kept.length);
    await file.truncate(0);
    await file.appendFile(kept.subarray(0, bytesRead));
  }
};

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
