#!/usr/bin/env node
/** The command `fettle-db`: the storage's file in a shell. See Arguments for what it takes, Run for what it does. */
import * as ExitCode from "../ExitCode.ts";
import { run } from "./Run.ts";

// Told instead of killed, it takes what is half done away first.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

try {
  process.exitCode = await run(process.argv.slice(2), {
    output: process.stdout,
    complaints: process.stderr,
    isTerminal: process.stderr.isTTY === true,
    now: () => performance.now(),
    signal: stop.signal,
  });
} catch (bug) {
  process.stderr.write(`${bug instanceof Error ? bug.stack : String(bug)}\n`);
  process.exitCode = ExitCode.BUG;
}
