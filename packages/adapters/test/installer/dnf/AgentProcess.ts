/** An agent that installs one patch, for tests that kill it: `AgentProcess.ts <options as JSON> <patch as JSON>`. */
import type { Package } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { DnfInstaller, type DnfOptions } from "../../../src/installer/dnf/index.ts";

const [options = "{}", patch = "{}"] = process.argv.slice(2);
const installer = DnfInstaller.make(JSON.parse(options) as DnfOptions);
const report = await Effect.runPromise(installer.install(JSON.parse(patch) as Package.PatchInstruction));
process.stdout.write(`${JSON.stringify(report)}\n`);
