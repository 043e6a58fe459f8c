/**
 * Where the program of a search's thread stands, and how it is started: the package has it built, and as TypeScript where it is
 * developed, which a thread doesn't load by itself.
 */
import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Start } from "./SearchWorker.ts";

/** Below the folder that holds what is built, wherever in it this module came to stand. */
const BUILT = "storage/sqlite/search/threads/SearchWorker.js";

/** Folders that are looked into, from this module's own upwards. */
const FOLDERS_MAX = 5;

/** Null where the package was bundled into something else without it. */
export const find = (from = import.meta.url): URL | null => {
  const own = new URL(from);
  // A query or a fragment is some loader's.
  if (own.pathname.endsWith(".ts")) return new URL("./SearchWorker.ts", from);
  for (let folder = new URL(".", from), i = 0; i < FOLDERS_MAX; folder = new URL("..", folder), i += 1) {
    const program = new URL(BUILT, folder);
    if (program.protocol === "file:" && existsSync(program)) return program;
  }
  return null;
};

/** Options of the host's own process are none of this thread's. */
export const start = (program: URL, workerData: Start): Worker =>
  new Worker(program.pathname.endsWith(".ts") ? compiling(program) : program, { workerData, execArgv: [] });

const compiling = (program: URL): URL => {
  const compiler = import.meta.resolve("tsx/esm/api");
  const code = `import { register } from ${JSON.stringify(compiler)}; register(); await import(${JSON.stringify(program.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
};
