// A program of the simulator in one file: played from source file by file it takes twice as long.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Runs with what the program exports, and removes the file afterwards.
 *
 * @template A
 * @param {{ readonly root: string, readonly source: string }} program
 * @param {(program: any) => A | Promise<A>} use
 * @returns {Promise<A>}
 */
export async function withBundle({ root, source }, use) {
  const folder = join(root, ".setup", `sim-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    return await use(await bundled(join(root, source), join(folder, "simulator.mjs")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} entry @param {string} outfile */
async function bundled(entry, outfile) {
  const { build } = await import("esbuild");
  const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner,
    logLevel: "error",
  });
  return import(pathToFileURL(outfile).href);
}
