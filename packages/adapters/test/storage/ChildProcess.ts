/** Real processes for the tests of what processes do to each other: started early, let go together, killed with -9. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Child {
  /** The lines it has printed so far. */
  readonly lines: readonly string[];
  /** Lets it go past {@link waitForGo}. */
  readonly go: () => void;
  /** Waits until it has printed that many lines. */
  readonly printed: (count: number) => Promise<void>;
  /** Waits for its own end; the lines it printed. Rejects when it failed. */
  readonly end: () => Promise<readonly string[]>;
  /** Kills it with SIGKILL and waits until it is gone. */
  readonly kill: () => Promise<void>;
}

/** Starts a TypeScript file beside the test, or a bundle's path, as a process of its own. */
export const start = (script: URL | string, args: readonly string[]): Child => {
  const program = typeof script === "string" ? [script] : ["--import", "tsx", fileURLToPath(script)];
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const exit = once(child, "close");
  let rest = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  child.stdin.on("error", () => undefined);
  const printed = async (count: number): Promise<void> => {
    while (lines.length < count) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`ended after ${lines.length} of ${count} lines: ${errors}`);
      await Promise.race([once(child.stdout, "data"), exit]);
    }
  };
  const end = async (): Promise<readonly string[]> => {
    const [code] = (await exit) as [number | null];
    if (code !== 0) throw new Error(`ended with ${code}: ${errors}`);
    return lines;
  };
  return { lines, go: () => child.stdin.write("go\n"), printed, end, kill: () => killed(child, exit) };
};

const killed = async (child: ChildProcess, exit: Promise<unknown>): Promise<void> => {
  child.kill("SIGKILL");
  await exit;
};

/** In a child: waits until its parent lets it go. */
export const waitForGo = (): void => {
  readSync(0, Buffer.alloc(3));
};

/** In a child: prints a line, which has left the process when this returns. */
export const print = (line: string): void => {
  writeSync(1, `${line}\n`);
};

/** Delays in milliseconds that are the same in every run. */
export const delays = (seed: number, count: number, max: number): readonly number[] => {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % max;
  });
};
