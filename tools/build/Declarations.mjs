// Type declarations by `tsc -b`, which writes them to each package's `.types`, and their copy into the build.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../setup/Failure.mjs";
import { filesBelow } from "../setup/Stamp.mjs";

const ERRORS_SHOWN_MAX = 20;

/** @param {string} root */
export function emitDeclarations(root) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const done = spawnSync(process.execPath, [tsc, "-b", "--pretty", "false"], { cwd: root, encoding: "utf8" });
  if (done.status === 0) return;
  const lines = `${done.stdout}${done.stderr}`.trim().split("\n");
  const more = lines.length > ERRORS_SHOWN_MAX ? `\n… and ${lines.length - ERRORS_SHOWN_MAX} more lines` : "";
  throw new Failure(`the types do not check:\n${lines.slice(0, ERRORS_SHOWN_MAX).join("\n")}${more}`);
}

/**
 * Copies the declarations of the sources that exist now; `.types` may still hold those of removed ones.
 *
 * @param {string} root
 * @param {import("./Inputs.mjs").Target} target
 * @param {string} outDir absolute
 */
export function copyDeclarations(root, target, outDir) {
  for (const source of filesBelow(root, `${target.folder}/src`).filter((file) => file.endsWith(".ts"))) {
    const name = `${source.slice(`${target.folder}/src/`.length, -".ts".length)}.d.ts`;
    const from = join(root, target.folder, ".types", name);
    if (!existsSync(from))
      throw new Failure(`tsc wrote no ${target.folder}/.types/${name}; is the package in tsconfig.json?`);
    mkdirSync(dirname(join(outDir, name)), { recursive: true });
    cpSync(from, join(outDir, name));
  }
}
