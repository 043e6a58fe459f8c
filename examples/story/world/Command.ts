/**
 * Runs one tool to its end, without a shell, in a small fixed environment. A tool that fails rejects with its output.
 */
import { spawn } from "node:child_process";

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly environment?: { readonly [name: string]: string };
}

/** A tool ended with an exit code other than 0, by a signal, or could not be started. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

// Debian's rpm keeps its database under $HOME, so every rpm and dnf of the laboratory must see the same one.
const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LC_ALL: "C.UTF-8" };

/** The tool's output; rejects with {@link CommandError} unless it exits with 0. Its input is empty. */
export const run = (tool: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(tool, [...args], {
      env: { ...environment, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const chunks: { readonly stdout: Buffer[]; readonly stderr: Buffer[] } = { stdout: [], stderr: [] };
    child.stdout.on("data", (chunk: Buffer) => chunks.stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.stderr.push(chunk));
    child.once("error", (error) => reject(new CommandError(`${tool} could not be started: ${error.message}`)));
    child.once("close", (exitCode, signal) => {
      const [stdout, stderr] = [text(chunks.stdout), text(chunks.stderr)];
      if (exitCode === 0) return resolve({ stdout, stderr });
      const how = signal === null ? `exit code ${exitCode}` : signal;
      reject(new CommandError(`${tool} ${args.join(" ")} ended by ${how}\n${stdout}\n${stderr}`));
    });
  });

const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString("utf8");
