// One set-up at a time in a working copy.
//
// The lock is a directory holding one empty file named after its owner. Invariants:
// - It appears with its owner inside: a prepared directory is renamed into place, which fails on a non-empty one.
// - Only one waiter can evict a dead owner, and never a live one: evicting is unlinking *that* owner's file, after
//   which the directory is empty and the next rename wins it.

import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./Failure.mjs";
import { fromText, identityOf, isAlive, toText } from "./Processes.mjs";

const POLL_MS = 200;
const REMIND_EVERY_MS = 30_000;
/** Longer than the slowest set-up seen (a cold one that compiles SQLite takes two minutes), short enough to be noticed. */
export const WAIT_MAX_MS = 30 * 60_000;

/**
 * Waits for the lock, runs `body`, gives the lock back.
 *
 * @template A
 * @param {{ readonly path: string, readonly say: (line: string) => void, readonly waitMaxMs?: number }} options
 * @param {() => Promise<A>} body
 * @returns {Promise<A>}
 */
export async function withLock(options, body) {
  const release = await acquire(options);
  // A signal ends the process from inside a step, past any `finally`.
  process.once("exit", release);
  try {
    return await body();
  } finally {
    process.off("exit", release);
    release();
  }
}

/**
 * @param {{ readonly path: string, readonly say: (line: string) => void, readonly waitMaxMs?: number }} options
 * @returns {Promise<() => void>} the release
 */
export async function acquire({ path, say, waitMaxMs = WAIT_MAX_MS }) {
  const waitingSince = Date.now();
  let remindAt = waitingSince;
  for (;;) {
    const release = tryAcquire(path);
    if (release !== undefined) return release;
    const owner = evictIfDead(path, say);
    if (owner === undefined) continue;
    const waited = Date.now() - waitingSince;
    if (waited > waitMaxMs)
      throw new Failure(`Another set-up (process ${owner}) still holds ${path}; stop it and try again.`);
    if (Date.now() >= remindAt) {
      say(`waiting for another set-up of this folder (process ${owner}), ${Math.round(waited / 1000)} s so far`);
      remindAt = Date.now() + REMIND_EVERY_MS;
    }
    await sleep(POLL_MS);
  }
}

/**
 * @param {string} path
 * @returns {(() => void) | undefined}
 */
function tryAcquire(path) {
  const owner = toText(identityOf());
  const prepared = `${path}.${owner}`;
  rmSync(prepared, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  mkdirSync(prepared);
  writeFileSync(join(prepared, owner), "");
  try {
    renameSync(prepared, path);
  } catch {
    rmSync(prepared, { recursive: true, force: true });
    return undefined;
  }
  return () => release(path, owner);
}

/**
 * @param {string} path
 * @param {string} owner
 */
function release(path, owner) {
  try {
    unlinkSync(join(path, owner));
    rmdirSync(path);
  } catch {
    // Somebody else won the emptied directory in between: it is theirs now.
  }
}

/**
 * @param {string} path
 * @param {(line: string) => void} say
 * @returns {number | undefined} the pid of a live owner
 */
function evictIfDead(path, say) {
  for (const name of namesIn(path)) {
    const owner = fromText(name);
    if (owner !== undefined && isAlive(owner)) return owner.pid;
    try {
      unlinkSync(join(path, name));
      say(`took over the lock of a set-up that ended without giving it back (${owner?.pid ?? name})`);
    } catch {
      // Another waiter evicted it first.
    }
  }
  return undefined;
}

/** @param {string} path */
function namesIn(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
