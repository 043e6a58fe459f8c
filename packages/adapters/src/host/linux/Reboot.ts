/**
 * Reboots a Linux machine by systemd, or by `shutdown` where there is none. Two closed command lines, no shell and no slot: what
 * people are told of it, they were told before.
 */
import { execFile } from "node:child_process";
import { HostError } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";

export interface RebootOptions {
  /** Until when the machine's own policy allows no reboot that began now, as epoch milliseconds; null: it does. */
  readonly noRebootUntil?: (now: number) => number | null;
  /** Runs a tool; the real one unless told, as a test tells. */
  readonly run?: Run;
}

/** What became of a tool that was run. */
export type Ran =
  | { readonly _tag: "Ended"; readonly exitCode: number | null; readonly stderr: string }
  | { readonly _tag: "Missing" };

export type Run = (tool: string, args: readonly string[]) => Promise<Ran>;

type CommandLine = readonly [tool: string, ...args: string[]];

// Returns when systemd has taken the order; a password that nobody can type isn't waited for.
const bySystemd: CommandLine = ["systemctl", "--no-ask-password", "reboot"];
const byShutdown: CommandLine = ["shutdown", "-r", "now"];

/** How long an order may take, in milliseconds. */
const ORDER_MS_MAX = 30_000;

/** Gives the order, and answers when it is taken. */
export const reboot = ({ run = really }: RebootOptions): Effect.Effect<void, HostError> =>
  Effect.flatMap(
    Effect.tryPromise({
      try: async () => {
        const first = await ran(run, bySystemd);
        return first._tag === "Missing" ? await ran(run, byShutdown) : first;
      },
      catch: (cause) => new HostError({ message: `the reboot can't be ordered: ${cause}`, isRetryable: true, cause }),
    }),
    (answer) => (answer._tag === "Ended" && answer.exitCode === 0 ? Effect.void : Effect.fail(refused(answer))),
  );

const ran = (run: Run, [tool, ...args]: CommandLine): Promise<Ran> => run(tool, args);

const refused = (answer: Ran): HostError =>
  new HostError({
    message:
      answer._tag === "Missing"
        ? "there is neither systemctl nor shutdown to reboot with"
        : `the reboot was refused (${answer.exitCode ?? "a signal"}): ${answer.stderr.trim().slice(0, 500)}`,
    isRetryable: answer._tag === "Ended",
  });

const really: Run = (tool, args) =>
  new Promise((resolve) => {
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" };
    execFile(tool, [...args], { cwd: "/", env, timeout: ORDER_MS_MAX }, (error, _, stderr) => {
      if (error?.code === "ENOENT") return resolve({ _tag: "Missing" });
      resolve({
        _tag: "Ended",
        exitCode: error === null ? 0 : typeof error.code === "number" ? error.code : null,
        stderr,
      });
    });
  });
