// `npm test`: sets up what is missing, runs every suite with fixed seeds, says which rules are proven, and ends with a
// line of its own: "N passed, N failed". Exit code 0 only when something ran and nothing failed.

import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, runAsCommand } from "./setup/Failure.mjs";
import { setUp } from "./setup/Setup.mjs";
import { claimsIn, coverageOf, rulesIn } from "./test/RuleCoverage.mjs";
import { exitCodeOf, summaryOf } from "./test/Summary.mjs";

const HELP = `npm test [-- options] [-- part of a path …]

  --deep         random seeds and FETTLE_RUNS=50: long
  --no-install   install no Debian packages
  --help         this text

FETTLE_SEED and FETTLE_RUNS, when set, win. REQUIRE_REAL_INSTALLERS=1 makes suites that need a real package manager
fail where there is none, instead of being skipped.
`;

const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const REPORT = join(ROOT, ".setup", "test-report.json");
const OPTIONS = ["--deep", "--no-install", "--help"];
const SEED_FIXED = "20240229";
const RUNS_DEEP = "50";
const SEED_RANDOM_MAX = 2 ** 31 - 1;
const EXIT_USAGE = 2;

await runAsCommand(async () => {
  const args = process.argv.slice(2);
  const unknown = args.filter((arg) => arg.startsWith("-") && !OPTIONS.includes(arg));
  if (unknown.length > 0) {
    process.stderr.write(`error: unknown option ${unknown.join(" ")}; known are ${OPTIONS.join(" ")}\n`);
    return EXIT_USAGE;
  }
  if (args.includes("--help")) {
    process.stdout.write(HELP);
    return 0;
  }
  const filters = args.filter((arg) => !arg.startsWith("-"));
  const counts = await prepareAndRun(args, filters).catch((error) => {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return { passed: 0, failed: 1 };
  });
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  return exitCodeOf(counts);
});

/**
 * @param {readonly string[]} args
 * @param {readonly string[]} filters
 */
async function prepareAndRun(args, filters) {
  const say = (/** @type {string} */ line) => process.stderr.write(`setup: ${line}\n`);
  await setUp({ root: ROOT, install: !args.includes("--no-install"), realDnf: true, say });
  const env = environment(args.includes("--deep"));
  process.stderr.write(`seed ${env.FETTLE_SEED}, FETTLE_RUNS ${env.FETTLE_RUNS}\n`);
  const summary = await runVitest(filters, env);
  for (const file of summary.brokenFiles) process.stdout.write(`could not be run: ${relative(ROOT, file)}\n`);
  if (summary.skipped > 0) process.stdout.write(`${summary.skipped} skipped\n`);
  const broken = reportRules(summary.passedTitles, filters.length === 0);
  return { passed: summary.passed, failed: summary.failed + broken };
}

/**
 * @param {boolean} isDeep
 * @returns {NodeJS.ProcessEnv}
 */
function environment(isDeep) {
  return {
    FETTLE_SEED: isDeep ? String(randomInt(SEED_RANDOM_MAX)) : SEED_FIXED,
    FETTLE_RUNS: isDeep ? RUNS_DEEP : "1",
    ...process.env,
  };
}

/**
 * @param {readonly string[]} filters
 * @param {NodeJS.ProcessEnv} env
 */
async function runVitest(filters, env) {
  rmSync(REPORT, { force: true });
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
  const exitCode = await exitCodeOfChild([vitest, "run", ...reporters, ...filters], env);
  if (!existsSync(REPORT)) throw new Failure(`vitest ended (exit code ${exitCode}) without a report`);
  return summaryOf(JSON.parse(readFileSync(REPORT, "utf8")), exitCode);
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function exitCodeOfChild(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] });
    for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP", "SIGINT"]))
      process.on(signal, () => child.kill(signal));
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/**
 * Prints the coverage of the rules; the claims that no passed test proves count as failures when every suite ran.
 *
 * @param {readonly string[]} passedTitles
 * @param {boolean} isWholeRun
 */
function reportRules(passedTitles, isWholeRun) {
  const rules = rulesIn(readDoc("rules.md"));
  const { named, unproven, unknown } = coverageOf({
    rules,
    claims: claimsIn(readDoc("claimed-rules.txt")),
    passedTitles,
  });
  process.stdout.write(`rules named by a passed test: ${named.length} of ${rules.length}\n`);
  if (unknown.length > 0) process.stdout.write(`named or claimed, but not in rules.md: ${unknown.join(", ")}\n`);
  if (!isWholeRun) return 0;
  if (unproven.length > 0) process.stdout.write(`claimed, but no passed test names them: ${unproven.join(", ")}\n`);
  return unproven.length + unknown.length;
}

/** @param {string} name */
function readDoc(name) {
  const path = join(ROOT, "docs", "reference", name);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
