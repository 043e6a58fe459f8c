// The pinned pnpm, fetched by npm into `.setup/pnpm` (nothing global is touched), and the install it does.

import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { BUILD_TOOLS, findProgram, missingOf } from "./DebianPackages.mjs";
import { Failure } from "./Failure.mjs";
import { runStep } from "./Step.mjs";

/** What npm tells its own scripts, and would mislead an npm or pnpm started by them for another folder. */
const NPM_SCRIPT_VARIABLES =
  /^(npm_(lifecycle_.*|package_.*|command|execpath|node_execpath|config_(prefix|local_prefix|global_prefix|global|dry_run|json|loglevel))|INIT_CWD)$/;

/** @typedef {{ readonly root: string, readonly say: (line: string) => void }} Context */

/**
 * The version pinned by the `packageManager` field.
 *
 * @param {string} root
 */
export function pinnedVersion(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const [, version] = /^pnpm@(\d+\.\d+\.\d+)/.exec(packageManager ?? "") ?? [];
  if (version === undefined) throw new Failure(`package.json must pin pnpm, as "packageManager": "pnpm@<version>".`);
  return version;
}

/** @param {string} root */
export function pnpmPath(root) {
  return join(root, ".setup", "pnpm", "node_modules", "pnpm", "bin", "pnpm.cjs");
}

/**
 * Makes sure the pinned pnpm is there.
 *
 * @param {Context} context
 */
export async function ensurePnpm({ root, say }) {
  const version = pinnedVersion(root);
  if (installedVersion(root) === version) return;
  const home = join(root, ".setup", "pnpm");
  const aside = `${home}.next-${process.pid}`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  // A manifest of its own keeps npm from looking for one in the folders above.
  writeFileSync(join(aside, "package.json"), `{ "private": true }\n`);
  const npm = npmCommand();
  const args = ["install", "--prefix", aside, "--no-save", "--no-audit", "--no-fund", `pnpm@${version}`];
  const name = `fetching pnpm ${version}`;
  const done = await runStep({
    name,
    command: npm.command,
    args: [...npm.args, ...args],
    root,
    say,
    env: environment(),
    cwd: aside,
  });
  if (!done.ok) throw new Failure(`npm could not fetch pnpm ${version}; its last words:\n${done.tail}`);
  rmSync(home, { recursive: true, force: true });
  renameSync(aside, home);
}

/**
 * `pnpm install` from the lockfile, and a proof that the native addon loads.
 *
 * @param {Context} context
 */
export async function installDependencies({ root, say }) {
  // This folder's .npmrc makes npm silent, which pnpm would read as well.
  const install = ["install", "--loglevel=info", "--frozen-lockfile", "--config.confirmModulesPurge=false"];
  const done = await pnpm(
    "installing the JavaScript dependencies (a minute or two when SQLite has to be compiled)",
    install,
    root,
    say,
  );
  if (!done.ok)
    throw new Failure(`pnpm install failed (${done.log})${hintAt(done.tail)}; its last words:\n${done.tail}`);
  if (await addonLoads(root, say)) return;
  const rebuilt = await pnpm("building better-sqlite3 again", ["rebuild", "better-sqlite3"], root, say);
  if (await addonLoads(root, say)) return;
  throw new Failure(
    `better-sqlite3 could not be built (${rebuilt.log})${hintAt(rebuilt.tail)}; the last words:\n${rebuilt.tail}`,
  );
}

/**
 * The include folder's prefix for node-gyp, when the headers of this very Node are beside it; they need not be
 * downloaded then.
 *
 * @param {string} execPath
 * @param {string} version as in `process.version`
 */
export function headersOf(execPath = process.execPath, version = process.version) {
  const prefix = dirname(dirname(realpathSync(execPath)));
  const header = join(prefix, "include", "node", "node_version.h");
  if (!existsSync(header)) return undefined;
  const text = readFileSync(header, "utf8");
  const part = (/** @type {string} */ name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
  return version === `v${part("MAJOR")}.${part("MINOR")}.${part("PATCH")}` ? prefix : undefined;
}

/**
 * The environment of npm and pnpm: this Node first on the path, and its headers for what has to be compiled.
 *
 * @param {NodeJS.ProcessEnv} inherited
 */
export function environment(inherited = process.env) {
  const kept = Object.entries(inherited).filter(([name]) => !NPM_SCRIPT_VARIABLES.test(name));
  /** @type {NodeJS.ProcessEnv} */
  const env = {
    ...Object.fromEntries(kept),
    PATH: `${dirname(process.execPath)}${delimiter}${inherited.PATH ?? ""}`,
  };
  const headers = headersOf();
  if (headers !== undefined && env.npm_config_nodedir === undefined) env.npm_config_nodedir = headers;
  return env;
}

/** @param {string} root */
function installedVersion(root) {
  try {
    const manifest = join(root, ".setup", "pnpm", "node_modules", "pnpm", "package.json");
    return existsSync(pnpmPath(root)) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} name
 * @param {readonly string[]} args
 * @param {string} root
 * @param {(line: string) => void} say
 */
function pnpm(name, args, root, say) {
  return runStep({ name, command: process.execPath, args: [pnpmPath(root), ...args], root, say, env: environment() });
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
async function addonLoads(root, say) {
  const program = `const Database = require("better-sqlite3"); new Database(":memory:").close();`;
  const done = await runStep({ name: "trying SQLite", command: process.execPath, args: ["-e", program], root, say });
  return done.ok;
}

/** The npm that belongs to this Node, run by this Node; else whatever `npm` is on the path. */
function npmCommand() {
  const running = process.env.npm_execpath;
  const own = join(dirname(dirname(realpathSync(process.execPath))), "lib", "node_modules", "npm", "bin", "npm-cli.js");
  const script = [running, own].find(
    (path) => path !== undefined && basename(path) === "npm-cli.js" && existsSync(path),
  );
  if (script !== undefined) return { command: process.execPath, args: [script] };
  const program = findProgram("npm");
  if (program === undefined)
    throw new Failure("npm is not on the path; install it with Node (Debian: apt-get install npm).");
  return { command: program, args: [] };
}

/**
 * The likely reason, when it is one the reader can mend.
 *
 * @param {string} tail
 */
function hintAt(tail) {
  const missing = missingOf(BUILD_TOOLS);
  if (missing.length > 0) return ` and the build tools it may need are missing: ${missing.join(" ")}`;
  if (/ERR_PNPM_OUTDATED_LOCKFILE/.test(tail)) return " because pnpm-lock.yaml does not match the package.json files";
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED/.test(tail))
    return " because the package registry could not be reached";
  return "";
}
