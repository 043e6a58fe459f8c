/** Child processes of the story: started in a process group of their own, watched, ended with the story. */
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as readline from "node:readline";

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Ends it in good order (SIGTERM), by force after a while. */
  readonly stop: () => Promise<void>;
  /** Kills it alone, at once. */
  readonly kill: () => Promise<void>;
  /** Kills it with everything that it started in its group, at once. */
  readonly killGroup: () => Promise<void>;
}

const GRACE_MS = 30_000;

/** Starts this node on a script. What it writes to stderr goes to a log file. */
export const start = (script: string, args: readonly string[], log: string): Running => {
  const output = fs.openSync(log, "a", 0o600);
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ["ignore", "pipe", output],
    detached: true,
  });
  fs.closeSync(output);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const signal = (send: () => void) => {
    try {
      send();
    } catch {
      // Already gone.
    }
  };
  const pid = child.pid ?? 0;
  return {
    pid,
    child,
    stop: async () => {
      signal(() => child.kill("SIGTERM"));
      const timer = setTimeout(() => signal(() => child.kill("SIGKILL")), GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
    kill: async () => {
      signal(() => child.kill("SIGKILL"));
      await ended;
    },
    killGroup: async () => {
      signal(() => process.kill(-pid, "SIGKILL"));
      await ended;
    },
  };
};

/** The first line that a process prints, as JSON; rejects when it ends before. */
export const firstLine = (running: Running): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const { stdout } = running.child;
    if (stdout === null) return reject(new Error("no output to read"));
    readline.createInterface({ input: stdout }).once("line", (line) => resolve(JSON.parse(line) as unknown));
    running.child.once("exit", (code) => reject(new Error(`it ended with exit code ${code} before it was ready`)));
  });
