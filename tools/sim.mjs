// `npm run sim`: sets up what is missing, bundles the simulator, plays scenarios and holds the invariants against them. What fails is
// made smaller and printed, so that it can be played again.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runAsCommand } from "./setup/Failure.mjs";
import { setUp } from "./setup/Setup.mjs";
import { withBundle } from "./sim/Bundle.mjs";
import { HELP, parse } from "./sim/Options.mjs";
import * as Report from "./sim/Report.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const SOURCE = "packages/core/src/testing/scenarios/index.ts";
const EXIT_BROKEN = 1;
const EXIT_USAGE = 2;

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

await runAsCommand(async () => {
  const options = parse(process.argv.slice(2));
  if (!options.ok) {
    process.stderr.write(`error: ${options.error}\n`);
    return EXIT_USAGE;
  }
  if (options.value.help) {
    process.stdout.write(HELP);
    return 0;
  }
  await setUp({ root: ROOT, install: options.value.install, realDnf: false, say: (line) => say(`setup: ${line}`) });
  return withBundle({ root: ROOT, source: SOURCE }, (simulator) => playAll(simulator, options.value));
});

/** @param {any} simulator @param {import("./sim/Options.mjs").Options} options */
function playAll(simulator, options) {
  /** @type {import("./sim/Report.mjs").Row[]} */
  const rows = [];
  for (const scenario of scenarios(simulator, options)) {
    const row = playOne(simulator, scenario, options);
    rows.push(row);
    say(
      `sim: ${rows.length}: seed ${row.seed}, ${row.events} events, ${row.broken.length === 0 ? "nothing broken" : "BROKEN"}`,
    );
  }
  print(rows, Report.situations(situationNames(simulator), rows), options);
  return rows.every((row) => row.broken.length === 0) ? 0 : EXIT_BROKEN;
}

/** @param {any} simulator @returns {readonly string[]} */
function situationNames({ Situations }) {
  return Situations.all.map((/** @type {{ name: string }} */ s) => s.name);
}

/**
 * @param {readonly import("./sim/Report.mjs").Row[]} rows
 * @param {ReturnType<typeof Report.situations>} situations
 * @param {import("./sim/Options.mjs").Options} options
 */
function print(rows, situations, options) {
  const summary = Report.summary(rows);
  const reached = situations.filter((s) => s.scenarios > 0).length;
  const failed = rows.filter((row) => row.broken.length > 0);
  if (options.json) process.stdout.write(`${JSON.stringify({ ...summary, situations, rows })}\n`);
  else {
    process.stdout.write(Report.table(rows));
    if (options.situations) process.stdout.write(Report.situationTable(situations));
    for (const row of failed) process.stdout.write(Report.failure(row));
    const { eventsPerSecond, scenarios, events, seconds } = summary;
    process.stdout.write(
      `${scenarios} scenarios, ${events} events in ${seconds.toFixed(1)} s, ${eventsPerSecond} a second; ` +
        `${reached} of ${situations.length} rare situations reached; ${failed.length} failed\n`,
    );
  }
}

/** @param {any} simulator @param {import("./sim/Options.mjs").Options} options */
function* scenarios({ Scenario, ScenarioGenerator }, { play, from, seeds, agents, days, rough, restored }) {
  const size = { agents, days, ...(rough ? { isRough: true } : {}), ...(restored ? { isRestored: true } : {}) };
  if (play !== null) yield Scenario.fromJson(readFileSync(play, "utf8"));
  else for (let i = 0; i < seeds; i += 1) yield ScenarioGenerator.generate(String(from + i), size);
}

/**
 * @param {any} simulator
 * @param {any} scenario
 * @param {import("./sim/Options.mjs").Options} options
 * @returns {import("./sim/Report.mjs").Row}
 */
function playOne({ Simulator, Invariants, Shrink, Situations }, scenario, { shrink, play }) {
  const since = performance.now();
  const played = Simulator.play(scenario);
  const milliseconds = performance.now() - since;
  const broken = Invariants.check(played);
  const { history, events, digest } = played;
  const begun = history.deeds.filter((/** @type {any} */ d) => d.value.truth._tag === "Begin").length;
  let smaller = broken.length === 0 ? null : scenario;
  if (broken.length > 0 && shrink && play === null) {
    const onSmaller = (/** @type {any} */ s) =>
      say(`sim: smaller: ${s.assets.length} machines, ${s.jobs.length} jobs, ${s.edits.length} edits`);
    smaller = Shrink.shrink(scenario, { id: broken[0].id, onSmaller }).scenario;
  }
  const [runs, assetRuns] = [history.of("run").size, history.of("assetRun").size];
  const counts = [...Situations.count(played)].filter(([, count]) => count > 0);
  const situations = Object.fromEntries(counts);
  return { seed: scenario.seed, events, runs, assetRuns, begun, milliseconds, broken, digest, smaller, situations };
}
