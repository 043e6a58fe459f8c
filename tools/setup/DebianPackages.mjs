// The Debian packages that Fettle's own work needs, what of them is missing here, and how to install it.
//
// Two purposes: a compiler for better-sqlite3 (no prebuilt addon can be counted on), and a real dnf with what it takes
// to make signed repositories. Installing is for root on Debian only; everyone else is told, in one sentence.

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runStep } from "./Step.mjs";

export const BUILD_TOOLS = /** @type {const} */ (["python3", "make", "g++"]);
export const REAL_DNF = /** @type {const} */ ([
  "rpm",
  "dnf",
  "dnf-plugins-core",
  "createrepo-c",
  "busybox-static",
  "gnupg",
]);

/** apt waits this long for another apt or dpkg before it gives up. */
const APT_LOCK_WAIT_S = 300;
const APT_UPDATE_TRIES = 3;

/** Replacements that change nothing for their users: busybox-static provides busybox, and the two exclude each other. */
const HARMLESS_REMOVALS = new Set(["busybox"]);

/** The programs by which a package is recognised where there is no dpkg to ask. */
const PROGRAMS = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  python3: ["python3"],
  make: ["make"],
  "g++": ["g++", "c++", "clang++"],
  rpm: ["rpm"],
  dnf: ["dnf"],
  "createrepo-c": ["createrepo_c"],
  "busybox-static": ["busybox"],
  gnupg: ["gpg"],
});

/**
 * What the set-up asks the system; a value, so that a test can stand in for it.
 *
 * @typedef {object} System
 * @property {boolean} isDebian
 * @property {boolean} isRoot
 * @property {(packages: readonly string[]) => ReadonlySet<string>} installed
 */

/** @type {System} */
export const thisSystem = {
  isDebian: existsSync("/etc/debian_version") && findProgram("apt-get") !== undefined,
  isRoot: process.getuid?.() === 0,
  installed: (packages) =>
    findProgram("dpkg-query") === undefined ? installedByProgram(packages) : installedByDpkg(packages),
};

/**
 * @param {readonly string[]} packages
 * @param {System} system
 * @returns {string[]} in the order asked
 */
export function missingOf(packages, system = thisSystem) {
  const installed = system.installed(packages);
  return packages.filter((name) => !installed.has(name));
}

/**
 * Why these packages will not be installed by the set-up; undefined when it may go ahead.
 *
 * @param {readonly string[]} missing
 * @param {{ readonly install: boolean, readonly system?: System }} options
 */
export function whyNotInstall(missing, { install, system = thisSystem }) {
  const list = missing.join(" ");
  if (!install) return `--no-install: these Debian packages are missing and stay so: ${list}`;
  if (!system.isDebian) return `this is not Debian, so please install the equivalents of: ${list}`;
  if (!system.isRoot)
    return `only root can install what is missing; run: apt-get install --no-install-recommends ${list}`;
  return undefined;
}

/**
 * Installs packages with apt. Never throws: what could not be installed is still missing afterwards, and the answer says why.
 *
 * @param {readonly string[]} packages
 * @param {{ readonly root: string, readonly say: (line: string) => void }} context
 * @returns {Promise<string | undefined>} the reason of a failure, one sentence
 */
export async function install(packages, { root, say }) {
  say(`installing ${packages.length} Debian packages: ${packages.join(" ")}`);
  await updateLists(root, say);
  const unwelcome = removalsOf(simulate(packages)).filter((name) => !HARMLESS_REMOVALS.has(name));
  if (unwelcome.length > 0)
    return `apt would remove ${unwelcome.join(", ")} to install ${packages.join(" ")}; please do that by hand`;
  const done = await apt(
    "installing Debian packages",
    ["install", "-y", "--no-install-recommends", ...packages],
    root,
    say,
  );
  return done.ok ? undefined : `apt-get could not install ${packages.join(" ")} (${done.log}): ${lastError(done.tail)}`;
}

/**
 * The packages that a simulated run of apt-get says it would remove.
 *
 * @param {string} simulation
 */
export function removalsOf(simulation) {
  return [...simulation.matchAll(/^Remv (\S+)/gm)].map((match) => match[1] ?? "");
}

/**
 * What `dpkg-query -W -f '${Package} ${db:Status-Status}\n'` says is installed; a removed package whose settings are
 * still there is not.
 *
 * @param {string} answer
 */
export function installedIn(answer) {
  return new Set([...answer.matchAll(/^(\S+) installed$/gm)].map((match) => match[1] ?? ""));
}

/** @param {string} name */
export function findProgram(name) {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => isExecutable(path));
}

/**
 * The lists may be held by another apt, which the lock option does not cover; a stale list is still worth a try.
 *
 * @param {string} root
 * @param {(line: string) => void} say
 */
async function updateLists(root, say) {
  for (let attempt = 1; attempt <= APT_UPDATE_TRIES; attempt++) {
    const done = await apt("updating the Debian package lists", ["update"], root, say);
    if (done.ok) return;
    if (!done.tail.includes("Could not get lock")) break;
    await new Promise((resolve) => setTimeout(resolve, 10_000));
  }
  say("apt-get update failed; going on with the package lists that are there");
}

/**
 * @param {string} name
 * @param {readonly string[]} args
 * @param {string} root
 * @param {(line: string) => void} say
 */
function apt(name, args, root, say) {
  const options = ["-o", `DPkg::Lock::Timeout=${APT_LOCK_WAIT_S}`];
  return runStep({
    name,
    command: "apt-get",
    args: [...options, ...args],
    root,
    say,
    env: aptEnvironment(),
    mayBeKilled: false,
  });
}

/** @param {readonly string[]} packages */
function simulate(packages) {
  const args = ["-s", "install", "--no-install-recommends", ...packages];
  return spawnSync("apt-get", args, { encoding: "utf8", env: aptEnvironment() }).stdout ?? "";
}

function aptEnvironment() {
  return { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
}

/** @param {string} tail */
function lastError(tail) {
  const lines = tail.split("\n").filter((line) => line.trim() !== "");
  return lines.filter((line) => line.startsWith("E:")).at(-1) ?? lines.at(-1) ?? "no output";
}

/** @param {readonly string[]} packages */
function installedByDpkg(packages) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholders
  const format = "${Package} ${db:Status-Status}\\n";
  const answer = spawnSync("dpkg-query", ["-W", "-f", format, ...packages], { encoding: "utf8" });
  return installedIn(answer.stdout ?? "");
}

/** @param {readonly string[]} packages */
function installedByProgram(packages) {
  const isThere = (/** @type {string} */ name) =>
    (PROGRAMS[name] ?? [name]).some((program) => findProgram(program) !== undefined);
  return new Set(packages.filter(isThere));
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
