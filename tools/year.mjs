// `npm run year`: sets up what is missing and plays the example of a year of Patch Tuesdays; `-- 2` plays its first two months.

import { fileURLToPath } from "node:url";
import { runAsCommand } from "./setup/Failure.mjs";
import { setUp } from "./setup/Setup.mjs";
import { withBundle } from "./sim/Bundle.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const SOURCE = "examples/04-year-of-patch-tuesdays/src/main.ts";

await runAsCommand(async () => {
  const say = (/** @type {string} */ line) => void process.stderr.write(`setup: ${line}\n`);
  await setUp({ root: ROOT, install: false, realDnf: false, say });
  return withBundle({ root: ROOT, source: SOURCE }, () => Number(process.exitCode ?? 0));
});
