// `npm run bench`: sets up what is missing, bundles the benchmarks as the packages are bundled, runs them in
// processes of their own and hands output and exit code through.

import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HELP, parse } from "../bench/Options.mjs";
import { runAsCommand } from "./setup/Failure.mjs";
import { setUp } from "./setup/Setup.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const EXIT_USAGE = 2;
const EXIT_KILLED = 1;

/**
 * Entry points besides the figures: the bench itself, the process of one figure, the one that plays the fleet of agents, and
 * the threads of the storage's searches, where they are looked for.
 */
const PROGRAMS = {
  main: "bench/main.ts",
  alone: "bench/AloneProcess.ts",
  fleet: "bench/check-ins/FleetProcess.ts",
  "storage/sqlite/search/threads/SearchWorker": "packages/adapters/src/storage/sqlite/search/threads/SearchWorker.ts",
};

await runAsCommand(async () => {
  const args = process.argv.slice(2);
  const options = parse(args);
  if (!options.ok) {
    process.stderr.write(`error: ${options.error}\n`);
    return EXIT_USAGE;
  }
  if (options.value.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const say = (/** @type {string} */ line) => process.stderr.write(`setup: ${line}\n`);
  await setUp({ root: ROOT, install: options.value.install, realDnf: false, say });
  // On the disk of the working copy, where a commit costs what it costs an embedder, and below its node_modules.
  const folder = join(ROOT, ".setup", `bench-${process.pid}`);
  try {
    await bundle(folder);
    return await run(join(folder, "main.js"), args);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** @param {string} outDir */
async function bundle(outDir) {
  const { build } = await import("tsup");
  const figures = readdirSync(join(ROOT, "bench", "entries")).filter((name) => name.endsWith(".ts"));
  process.chdir(ROOT);
  await build({
    config: false,
    entry: {
      ...Object.fromEntries(Object.entries(PROGRAMS).map(([name, source]) => [name, `./${source}`])),
      ...Object.fromEntries(figures.map((name) => [`entries/${name.slice(0, -3)}`, `./bench/entries/${name}`])),
    },
    outDir,
    format: ["esm"],
    target: "node20",
    platform: "node",
    splitting: true,
    sourcemap: true,
    dts: false,
    clean: false,
    silent: true,
    removeNodeProtocol: false,
    noExternal: [/^@fettle\//, /^drizzle-orm/],
    external: ["better-sqlite3", /^effect\//, "zod"],
  });
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: "inherit" });
    const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) process.on(signal, pass);
    process.on("SIGINT", (signal) => process.stdin.isTTY || pass(signal));
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? EXIT_KILLED));
  });
}
