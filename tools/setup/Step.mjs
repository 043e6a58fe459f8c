// One child process of the set-up: its output goes to a log file, a line a quarter-minute says that it still runs, and
// its last lines are shown only when it fails. It runs in a process group of its own, so that stopping the set-up stops
// all of it; a set-up killed outright leaves a note, and the next one ends what was left running.

import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fromText, identityOf, isAlive, toText } from "./Processes.mjs";

const HEARTBEAT_MS = 15_000;
const TAIL_LINES = 25;
const STOP_SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * @typedef {object} StepOptions
 * @property {string} name what is being done, for people: "installing things"; a remark in brackets is said only once
 * @property {string} command
 * @property {readonly string[]} args
 * @property {string} root the working copy; logs go to its `.setup/logs`
 * @property {(line: string) => void} say
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [mayBeKilled] false for what must not be cut short, such as the system's package manager
 */

/**
 * @param {StepOptions} options
 * @returns {Promise<{ readonly ok: boolean, readonly tail: string, readonly log: string, readonly seconds: number }>}
 */
export async function runStep(options) {
  const [short = options.name] = options.name.split(" (");
  const log = join(options.root, ".setup", "logs", `${short.replaceAll(/\W+/g, "-")}.log`);
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, "w");
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  options.say(options.name);
  const heartbeat = setInterval(() => options.say(`still ${short} (${seconds()} s)`), HEARTBEAT_MS);
  try {
    const ok = await childSucceeds(options, output);
    return { ok, tail: lastLines(log), log, seconds: seconds() };
  } finally {
    clearInterval(heartbeat);
    closeSync(output);
  }
}

/**
 * Ends the step that a killed set-up left running, if there is one. Call it with the lock held.
 *
 * @param {string} root
 * @param {(line: string) => void} say
 */
export function endLeftOver(root, say) {
  const note = notePath(root);
  const identity = fromText(readOrEmpty(note).trim());
  if (identity !== undefined && isAlive(identity)) {
    say(`ending what an interrupted set-up left running (process ${identity.pid})`);
    killGroup(identity.pid, "SIGKILL");
  }
  rmSync(note, { force: true });
}

/**
 * @param {StepOptions} options
 * @param {number} output
 * @returns {Promise<boolean>}
 */
function childSucceeds(options, output) {
  return new Promise((resolve) => {
    const child = spawn(options.command, options.args, {
      cwd: options.cwd ?? options.root,
      env: options.env ?? process.env,
      stdio: ["ignore", output, output],
      detached: true,
    });
    const note = options.mayBeKilled === false ? undefined : notePath(options.root);
    if (note !== undefined && child.pid !== undefined) writeFileSync(note, toText(identityOf(child.pid)));
    /** @param {NodeJS.Signals} signal */
    const stop = (signal) => {
      if (child.pid !== undefined) killGroup(child.pid, signal);
      if (note !== undefined) rmSync(note, { force: true });
      process.exit(128 + constants.signals[signal]);
    };
    for (const signal of STOP_SIGNALS) process.once(signal, stop);
    /** @param {boolean} ok */
    const finish = (ok) => {
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
      if (note !== undefined) rmSync(note, { force: true });
      resolve(ok);
    };
    child.once("error", (error) => {
      writeSync(output, `${options.command}: ${error.message}\n`);
      finish(false);
    });
    child.once("exit", (code) => finish(code === 0));
  });
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Already gone.
  }
}

/** @param {string} root */
function notePath(root) {
  return join(root, ".setup", "running");
}

/** @param {string} path */
function lastLines(path) {
  return readOrEmpty(path).trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
}

/** @param {string} path */
function readOrEmpty(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
