// Who is a process? A pid alone is reused, so an identity is pid + start time + the boot it started in (Linux).
// Elsewhere the two extra parts are "unknown" and only the pid counts.

import { readFileSync } from "node:fs";

const UNKNOWN = "unknown";

/** @typedef {{ readonly pid: number, readonly start: string, readonly boot: string }} ProcessIdentity */

/** @returns {ProcessIdentity} */
export function identityOf(pid = process.pid) {
  return { pid, start: statOf(pid)?.start ?? UNKNOWN, boot: bootId() };
}

/**
 * True while that very process runs; a zombie (killed, not yet reaped by its parent) counts as gone.
 *
 * @param {ProcessIdentity} identity
 */
export function isAlive(identity) {
  if (identity.boot !== bootId()) return false;
  if (!existsPid(identity.pid)) return false;
  const stat = statOf(identity.pid);
  if (stat === undefined) return identity.start === UNKNOWN;
  return stat.start === identity.start && stat.state !== "Z" && stat.state !== "X";
}

/** @param {ProcessIdentity} identity */
export function toText(identity) {
  return `${identity.pid}-${identity.start}-${identity.boot}`;
}

/**
 * The inverse of `toText`; undefined when the text is not one.
 *
 * @param {string} text
 * @returns {ProcessIdentity | undefined}
 */
export function fromText(text) {
  const [, pid, start, boot] = /^(\d+)-(\w+)-(.+)$/.exec(text) ?? [];
  return pid === undefined || start === undefined || boot === undefined ? undefined : { pid: Number(pid), start, boot };
}

/**
 * State letter and start time (clock ticks since boot). The command name stands in parentheses and may itself hold
 * spaces and parentheses, so the fields are counted from the last one.
 *
 * @param {number} pid
 */
function statOf(pid) {
  const text = readOrUndefined(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields?.[0], fields?.[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
}

function bootId() {
  return readOrUndefined("/proc/sys/kernel/random/boot_id")?.trim() ?? UNKNOWN;
}

/** @param {number} pid */
function existsPid(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, but as another user.
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/** @param {string} path */
function readOrUndefined(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
