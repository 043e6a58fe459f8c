/**
 * The bench as a process: loads every entry that was built beside it, has each measured in a process of its own, prints.
 * tools/bench.mjs starts it.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as Alone from "./Alone.ts";
import { runAll, selected } from "./Bench.ts";
import type { Entry } from "./Entry.ts";
import { parse } from "./Options.mjs";
import * as Report from "./Report.ts";

const EXIT_BROKEN = 1;
const EXIT_USAGE = 2;

const here = path.dirname(fileURLToPath(import.meta.url));
const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`);

/** The entries, and where the module of each is. */
const load = async (): Promise<ReadonlyMap<Entry, string>> => {
  const files = fs.readdirSync(path.join(here, "entries")).filter((name) => name.endsWith(".js"));
  const modules = files.map(async (name): Promise<[Entry, string]> => {
    const { href } = pathToFileURL(path.join(here, "entries", name));
    const { default: entry }: { readonly default: Entry } = await import(href);
    return [entry, href];
  });
  return new Map(await Promise.all(modules));
};

const main = async (): Promise<number> => {
  const options = parse(process.argv.slice(2));
  if (!options.ok) {
    process.stderr.write(`error: ${options.error}\n`);
    return EXIT_USAGE;
  }
  const { json, full, only } = options.value;
  const moduleOf = await load();
  const all = [...moduleOf.keys()];
  const entries = selected(all, only);
  if (entries.length === 0) {
    const ids = selected(all, "").map((entry) => entry.id);
    process.stderr.write(`error: no id begins with ${only}; there are ${ids.join(", ")}\n`);
    return EXIT_USAGE;
  }
  const { outcomes, broken } = await runAll(entries, {
    isFull: full,
    now: () => performance.now(),
    measure: (entry, budgetMs) => {
      const order = { module: moduleOf.get(entry) ?? "", isFull: full, scratch: path.join(here, "scratch"), budgetMs };
      return Alone.measure(path.join(here, "alone.js"), order, ["--expose-gc"]);
    },
    say,
  });
  await written(json ? Report.json(outcomes) : Report.table(outcomes));
  return broken.length === 0 ? 0 : EXIT_BROKEN;
};

const written = (text: string): Promise<void> => new Promise((done) => process.stdout.write(text, () => done()));

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  process.once(signal, () => {
    Alone.stop();
    process.exit(EXIT_BROKEN);
  });
}

// What an entry imports may keep a process going.
process.exit(await main());
