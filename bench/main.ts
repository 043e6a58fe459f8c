/** The bench as a process: loads every entry that was built beside it, measures, prints. tools/bench.mjs starts it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runAll, selected } from "./Bench.ts";
import type { Entry } from "./Entry.ts";
import { parse } from "./Options.mjs";
import * as Report from "./Report.ts";

const EXIT_BROKEN = 1;
const EXIT_USAGE = 2;

const here = path.dirname(fileURLToPath(import.meta.url));
const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`);

const load = async (): Promise<readonly Entry[]> => {
  const files = fs.readdirSync(path.join(here, "entries")).filter((name) => name.endsWith(".js"));
  const modules = files.map((name) => import(pathToFileURL(path.join(here, "entries", name)).href));
  return (await Promise.all(modules)).map((module: { readonly default: Entry }) => module.default);
};

const main = async (): Promise<number> => {
  const options = parse(process.argv.slice(2));
  if (!options.ok) {
    process.stderr.write(`error: ${options.error}\n`);
    return EXIT_USAGE;
  }
  const { json, full, only } = options.value;
  const all = await load();
  const entries = selected(all, only);
  if (entries.length === 0) {
    const ids = selected(all, "").map((entry) => entry.id);
    process.stderr.write(`error: no id begins with ${only}; there are ${ids.join(", ")}\n`);
    return EXIT_USAGE;
  }
  const { outcomes, broken } = await runAll(entries, {
    isFull: full,
    scratch: path.join(here, "scratch"),
    now: () => performance.now(),
    collectGarbage: () => {
      globalThis.gc?.();
    },
    say,
  });
  await written(json ? Report.json(outcomes) : Report.table(outcomes));
  return broken.length === 0 ? 0 : EXIT_BROKEN;
};

const written = (text: string): Promise<void> => new Promise((done) => process.stdout.write(text, () => done()));

// An entry that broke may have left a server open.
process.exit(await main());
