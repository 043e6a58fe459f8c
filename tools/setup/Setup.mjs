// From a fresh clone to something that runs: Debian packages, pnpm, the JavaScript dependencies, the build. Done once:
// a second call with nothing changed looks at a few stamps and is over in a fraction of a second.
//
// Invariants: two set-ups of one folder never work at the same moment; one that was killed is made good by the next;
// nothing is installed globally but Debian packages, and those only as root and never under --no-install.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildInputs, buildOutputs } from "../build/Inputs.mjs";
import { BUILD_TOOLS, install, missingOf, REAL_DNF, whyNotInstall } from "./DebianPackages.mjs";
import { Failure } from "./Failure.mjs";
import { withLock } from "./Lock.mjs";
import { ensurePnpm, installDependencies, pinnedVersion } from "./Pnpm.mjs";
import { dropStamp, foldersIn, readStamp, stampOf, writeStamp } from "./Stamp.mjs";
import { endLeftOver, runStep } from "./Step.mjs";

/** Effect and vitest run from here on; older ones lack `require` of ES modules. */
const NODE_VERSION_MIN = /** @type {const} */ ([20, 19]);

/**
 * @typedef {object} SetupOptions
 * @property {string} root the working copy
 * @property {boolean} install may Debian packages be installed?
 * @property {boolean} realDnf is a real dnf wanted?
 * @property {boolean} [build] false leaves the packages unbuilt
 * @property {(line: string) => void} say
 */

/**
 * @param {SetupOptions} options
 * @returns {Promise<{ readonly missing: readonly string[], readonly isChanged: boolean }>} the Debian packages still
 * missing, and whether there was anything to do
 */
export async function setUp(options) {
  checkNode();
  const { missing, isChanged } = await ensureDebianPackages(options);
  if (isReady(options)) return { missing, isChanged };
  await withLock({ path: join(options.root, ".setup", "lock"), say: options.say }, async () => {
    endLeftOver(options.root, options.say);
    await ensureInstalled(options);
    if (options.build !== false) await ensureBuilt(options);
  });
  return { missing, isChanged: true };
}

/**
 * Builds what changed since the last build. Call it with the lock held.
 *
 * @param {Pick<SetupOptions, "root" | "say">} context
 */
export async function ensureBuilt({ root, say }) {
  const stamp = buildStamp(root);
  if (isBuilt(root, stamp)) return;
  dropStamp(buildStampPath(root));
  const args = [join(root, "tools", "build.mjs"), "--locked"];
  const done = await runStep({ name: "building", command: process.execPath, args, root, say });
  if (!done.ok) throw new Failure(`the build failed (${done.log}): ${fromError(done.tail)}`);
  writeStamp(buildStampPath(root), stamp);
}

/**
 * Makes the next `ensureBuilt` build, whatever changed.
 *
 * @param {string} root
 */
export function forgetBuild(root) {
  dropStamp(buildStampPath(root));
}

/** @param {Pick<SetupOptions, "root" | "build">} options */
function isReady({ root, build }) {
  return isInstalled(root, installStamp(root)) && (build === false || isBuilt(root, buildStamp(root)));
}

/**
 * Under the lock, because two set-ups asking apt at the same moment would both find the packages missing.
 *
 * @param {SetupOptions} options
 * @returns {Promise<{ readonly missing: readonly string[], readonly isChanged: boolean }>}
 */
async function ensureDebianPackages(options) {
  const { root, say } = options;
  const wanted = [...(isInstalled(root, installStamp(root)) ? [] : BUILD_TOOLS), ...(options.realDnf ? REAL_DNF : [])];
  const missing = missingOf(wanted);
  if (missing.length === 0) return { missing, isChanged: false };
  const reason = whyNotInstall(missing, options);
  if (reason !== undefined) {
    say(reason);
    return { missing, isChanged: false };
  }
  await withLock({ path: join(root, ".setup", "lock"), say }, async () => {
    const stillMissing = missingOf(wanted);
    const failure = stillMissing.length === 0 ? undefined : await install(stillMissing, options);
    if (failure !== undefined) say(failure);
  });
  const still = missingOf(wanted);
  return { missing: still, isChanged: still.length < missing.length };
}

/** @param {SetupOptions} options */
async function ensureInstalled(options) {
  const { root } = options;
  const stamp = installStamp(root);
  if (isInstalled(root, stamp)) return;
  dropStamp(installStampPath(root));
  await ensurePnpm(options);
  await installDependencies(options);
  writeStamp(installStampPath(root), stamp);
}

/** @param {string} root */
function installStamp(root) {
  const manifests = [...foldersIn(root, "packages"), ...foldersIn(root, "examples")].map(
    (folder) => `${folder}/package.json`,
  );
  return stampOf({
    root,
    facts: [`node ${process.version} ${process.platform} ${process.arch}`, `pnpm ${pinnedVersion(root)}`],
    files: ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc", ...manifests],
  });
}

/**
 * @param {string} root
 * @param {string} stamp
 */
function isInstalled(root, stamp) {
  const proofs = ["node_modules/.modules.yaml", "node_modules/better-sqlite3/build/Release/better_sqlite3.node"];
  return readStamp(installStampPath(root)) === stamp && proofs.every((path) => existsSync(join(root, path)));
}

/** @param {string} root */
function buildStamp(root) {
  return stampOf({ root, facts: [`node ${process.version}`, installStamp(root)], files: buildInputs(root) });
}

/**
 * @param {string} root
 * @param {string} stamp
 */
function isBuilt(root, stamp) {
  return readStamp(buildStampPath(root)) === stamp && buildOutputs(root).every((path) => existsSync(join(root, path)));
}

/**
 * The build ends with its own one-sentence error; what it said before that is in the log.
 *
 * @param {string} tail
 */
function fromError(tail) {
  const at = tail.lastIndexOf("error: ");
  return at < 0 ? tail : tail.slice(at + "error: ".length);
}

/** @param {string} root */
function installStampPath(root) {
  return join(root, ".setup", "installed");
}

/** @param {string} root */
function buildStampPath(root) {
  return join(root, ".setup", "built");
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [majorMin, minorMin] = NODE_VERSION_MIN;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  throw new Failure(
    `Node ${majorMin}.${minorMin} or newer is needed; this is ${process.version} (${process.execPath}).`,
  );
}
