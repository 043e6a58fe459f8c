#!/usr/bin/env node
/** The command `fettle-audit`: the audit trail in a shell. See Arguments for what it takes, Run for what it does. */
import * as ExitCode from "./ExitCode.ts";
import { run } from "./Run.ts";

try {
  process.exitCode = await run(process.argv.slice(2), { output: process.stdout, complaints: process.stderr });
} catch (bug) {
  process.stderr.write(`${bug instanceof Error ? bug.stack : String(bug)}\n`);
  process.exitCode = ExitCode.BUG;
}
