/**
 * Runs one tool to its end, without a shell, in a small fixed environment. A tool that fails rejects with its output.
 */
import { execFile } from "node:child_process";

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

const OUTPUT_MAX_BYTES = 8 * 1024 * 1024;

// Debian's rpm keeps its database under $HOME, so every rpm and dnf of the laboratory must see the same one.
const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LC_ALL: "C.UTF-8" };

/** The tool's output; rejects with {@link CommandError} unless it exits with 0. */
export const run = (tool: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const settings = {
      env: { ...environment, ...options.environment },
      maxBuffer: OUTPUT_MAX_BYTES,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    };
    const child = execFile(tool, [...args], settings, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(new CommandError(`${tool} ${args.join(" ")}\n${error.message}\n${stdout}\n${stderr}`));
    });
    child.stdin?.end();
  });
