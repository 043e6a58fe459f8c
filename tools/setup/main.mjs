// `npm run setup`: see Setup.mjs. Says what it does on stderr; exit code 0 when the working copy is ready.

import { fileURLToPath } from "node:url";
import { Failure, runAsCommand } from "./Failure.mjs";
import { setUp } from "./Setup.mjs";

const HELP = `npm run setup [-- options]

  --no-install   install no Debian packages; say which are missing
  --no-build     install only
  --simulated    without the Debian packages that only a real dnf needs
  --help         this text
`;

const OPTIONS = new Set(["--no-install", "--no-build", "--simulated", "--help"]);

await runAsCommand(async () => {
  const given = new Set(process.argv.slice(2));
  const unknown = [...given].filter((option) => !OPTIONS.has(option));
  if (unknown.length > 0) throw new Failure(`unknown option ${unknown.join(" ")}; known are ${[...OPTIONS].join(" ")}`);
  if (given.has("--help")) {
    process.stdout.write(HELP);
    return 0;
  }
  const { missing, isChanged } = await setUp({
    root: fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, ""),
    install: !given.has("--no-install"),
    realDnf: !given.has("--simulated"),
    build: !given.has("--no-build"),
    say: (line) => process.stderr.write(`setup: ${line}\n`),
  });
  const still = missing.length > 0 ? `; still missing: ${missing.join(" ")}` : "";
  process.stderr.write(`setup: ${isChanged ? "done" : "nothing to do"}${still}\n`);
  return 0;
});
