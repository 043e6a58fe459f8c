/** The package as it was built: where it is, and how long a process that has imported nothing yet takes to import it. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { median } from "../Duel.ts";

const PROCESSES = 5;

/** Milliseconds, the median of some processes. */
export const importMilliseconds = (file: string): number => {
  const program = `const begun = performance.now();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    process.stdout.write(String(performance.now() - begun));`;
  const args = ["--input-type=module", "--eval", program];
  return median(
    Array.from({ length: PROCESSES }, () => Number(execFileSync(process.execPath, args, { encoding: "utf8" }))),
  );
};

/** A file of the working copy, wherever in it this code was bundled to. */
export const inWorkspace = (relative: string): string => {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!fs.existsSync(path.join(folder, "pnpm-workspace.yaml"))) {
    if (path.dirname(folder) === folder) throw new Error("this is not below the workspace");
    folder = path.dirname(folder);
  }
  return path.join(folder, relative);
};
