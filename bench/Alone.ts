/**
 * An entry measured in a process of its own. V8 keeps what it learns for as long as a process lives: the shapes that a
 * function has met, where objects of a kind are best allocated, how large the young generation has to be. What one entry
 * taught it would be a part of the figures of all that come after.
 */
import { type ChildProcess, fork } from "node:child_process";
import type { Measuring } from "./Bench.ts";
import type { Outcome } from "./Duel.ts";

/** What the process is told: the module of the entry, and how to measure it. */
export interface Order extends Measuring {
  /** Its URL. */
  readonly module: string;
}

/** What it answers. */
export type Report =
  | { readonly _tag: "Measured"; readonly outcome: Outcome }
  | { readonly _tag: "Broken"; readonly message: string };

/** Processes under way, so that none is left behind; see {@link stop}. */
const running = new Set<ChildProcess>();

/**
 * Measures an entry by the program AloneProcess.ts, which may need arguments of node's to be run; rejects when the entry
 * breaks or the process ends without an answer. What the entry prints goes to stderr.
 */
export const measure = (program: string, order: Order, execArgv: readonly string[]): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = fork(program, [], {
      execArgv: [...execArgv],
      stdio: ["ignore", 2, "inherit", "ipc"],
      // JSON has no infinite budget.
      serialization: "advanced",
    });
    running.add(child);
    child.once("message", (report: Report) => {
      if (report._tag === "Measured") resolve(report.outcome);
      else reject(new Error(report.message));
    });
    child.once("error", reject);
    // Not "exit", which may come before the answer does.
    child.once("close", (code, signal) => {
      running.delete(child);
      reject(new Error(`its process ended without a figure (${signal ?? `exit code ${code}`})`));
    });
    child.send(order);
  });

/** Ends what is under way. */
export const stop = (): void => {
  for (const child of running) child.kill();
};
