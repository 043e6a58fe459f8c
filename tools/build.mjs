// `npm run build`: JavaScript and declarations of every package into its `dist`, and the bundles of the examples.
// Needs the dependencies installed; `npm run setup` installs and builds.
//
//   --if-needed   only when something changed since the last build
//   --locked      the caller holds the set-up's lock and keeps the stamp

import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { targetsOf } from "./build/Inputs.mjs";
import { asideOf, removeLeftOvers, swapIn } from "./build/Swap.mjs";
import { Failure, runAsCommand } from "./setup/Failure.mjs";
import { withLock } from "./setup/Lock.mjs";
import { ensureBuilt, forgetBuild } from "./setup/Setup.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const OPTIONS = ["--if-needed", "--locked"];

/** @param {string} line */
const say = (line) => process.stderr.write(`build: ${line}\n`);

await runAsCommand(async () => {
  const given = process.argv.slice(2);
  const unknown = given.filter((option) => !OPTIONS.includes(option));
  if (unknown.length > 0) throw new Failure(`unknown option ${unknown.join(" ")}; known are ${OPTIONS.join(" ")}`);
  if (given.includes("--locked")) {
    await buildAll();
    return 0;
  }
  await withLock({ path: join(ROOT, ".setup", "lock"), say }, async () => {
    if (!given.includes("--if-needed")) forgetBuild(ROOT);
    await ensureBuilt({ root: ROOT, say });
  });
  return 0;
});

async function buildAll() {
  const [{ bundle }, { emitDeclarations, copyDeclarations }] = await Promise.all([
    import("./build/Bundle.mjs"),
    import("./build/Declarations.mjs"),
  ]).catch(() => {
    throw new Failure("the dependencies are not installed; run npm run setup");
  });
  const targets = targetsOf(ROOT);
  for (const target of targets) removeLeftOvers(join(ROOT, target.folder));
  say("type declarations");
  emitDeclarations(ROOT);
  try {
    for (const target of targets) {
      say(`${target.folder} (${Object.keys(target.entries).length} entries)`);
      const aside = asideOf(join(ROOT, target.folder));
      await bundle(ROOT, target, aside);
      if (target.kind === "package") copyDeclarations(ROOT, target, aside);
    }
    for (const target of targets) swapIn(join(ROOT, target.folder));
  } finally {
    for (const target of targets) rmSync(asideOf(join(ROOT, target.folder)), { recursive: true, force: true });
  }
}
