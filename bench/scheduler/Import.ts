/** What importing a package costs a process: the built package against zod, each in a new process. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { median } from "../Duel.ts";
import type { Contest } from "../Entry.ts";

const PROCESSES = 5;

/** Milliseconds, the middle of a few processes. */
export const contest = (): Contest => {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve("@fettle/scheduler/package.json"));
  // What is published; in development the package's front is its source.
  const built = path.join(folder, "dist", "index.js");
  if (!existsSync(built)) throw new Error(`${built} is not built`);
  const zod = path.join(path.dirname(require.resolve("zod/package.json")), "index.js");
  return { ours: () => importing(built), peer: () => importing(zod) };
};

const importing = (file: string): number => {
  const url = JSON.stringify(pathToFileURL(file).href);
  const script = `const begun = performance.now(); await import(${url}); console.log(performance.now() - begun);`;
  return median(
    Array.from({ length: PROCESSES }, () =>
      Number(execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" })),
    ),
  );
};
