/** Runs a tool that only reads, without a shell, and returns what it printed. Output and time are capped. */
import { spawn } from "node:child_process";
import { environment } from "./DnfOptions.ts";

export interface ToolAnswer {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type ToolFailure =
  | { readonly _tag: "Missing"; readonly message: string; readonly cause: unknown }
  | { readonly _tag: "TooLong"; readonly message: string }
  | { readonly _tag: "TooMuch"; readonly message: string };

export type ToolResult =
  | { readonly ok: true; readonly value: ToolAnswer }
  | { readonly ok: false; readonly error: ToolFailure };

/** What a query may print: a package database of 50,000 packages stays far below. */
export const QUERY_BYTES_MAX = 32 * 1024 * 1024;

/** The tool's answer, whatever its exit code. */
export const ask = (
  tool: string,
  args: readonly string[],
  limits: { readonly milliseconds: number },
): Promise<ToolResult> =>
  new Promise((resolve) => {
    const child = spawn(tool, [...args], { cwd: "/", env: environment, stdio: ["ignore", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let bytes = 0;
    let failure: ToolFailure | null = null;
    const stop = (why: ToolFailure): void => {
      failure ??= why;
      child.kill("SIGKILL");
    };
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > QUERY_BYTES_MAX)
        stop({ _tag: "TooMuch", message: `${tool} printed more than ${QUERY_BYTES_MAX} bytes` });
      else into.push(chunk);
    };
    const timer = setTimeout(
      () => stop({ _tag: "TooLong", message: `${tool} did not answer within ${limits.milliseconds} ms` }),
      limits.milliseconds,
    );
    child.stdout.on("data", collect(stdout));
    child.stderr.on("data", collect(stderr));
    child.once("error", (cause) => {
      clearTimeout(timer);
      resolve({
        ok: false,
        error: { _tag: "Missing", message: `${tool} could not be started: ${cause.message}`, cause },
      });
    });
    child.once("close", (exitCode, signal) => {
      clearTimeout(timer);
      if (failure !== null) return resolve({ ok: false, error: failure });
      resolve({ ok: true, value: { exitCode, signal, stdout: text(stdout), stderr: text(stderr) } });
    });
  });

const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString("utf8");
