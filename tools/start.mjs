// `npm start`: sets up what is missing (saying so on stderr only), then becomes the story: its stdout, its exit code.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, runAsCommand } from "./setup/Failure.mjs";
import { setUp } from "./setup/Setup.mjs";
import { documentedOptions, helpText, unknownArguments } from "./start/Options.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const STORY = "examples/story/dist/main.js";
const EXIT_USAGE = 2;

await runAsCommand(async () => {
  const args = process.argv.slice(2);
  const help = helpText(ROOT);
  if (args.includes("--help")) {
    process.stdout.write(help);
    return 0;
  }
  const documented = documentedOptions(help);
  const unknown = unknownArguments(args, documented);
  if (unknown.length > 0) {
    process.stderr.write(`error: unknown option ${unknown.join(" ")}; known are ${documented.join(" ")}\n`);
    return EXIT_USAGE;
  }
  await setUp({
    root: ROOT,
    install: !args.includes("--no-install"),
    realDnf: !args.includes("--simulated"),
    say: (line) => process.stderr.write(`setup: ${line}\n`),
  });
  if (!existsSync(join(ROOT, STORY)))
    throw new Failure(`there is no ${STORY}; examples/story/package.json must name its bundle`);
  return run(join(ROOT, STORY), args);
});

/**
 * Runs a program in the caller's folder with our stdio and hands its end through.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: "inherit" });
    const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) process.on(signal, pass);
    // Ctrl-C reaches the whole group of a terminal: passed on as well, it would arrive twice.
    process.on("SIGINT", (signal) => process.stdin.isTTY || pass(signal));
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
