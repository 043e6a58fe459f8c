// A new `dist` is made aside and renamed into place, so that a failed or interrupted build leaves the old one usable.

import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** @param {string} folder */
export function asideOf(folder) {
  return join(folder, `dist.next-${process.pid}`);
}

/** @param {string} folder */
export function swapIn(folder) {
  const dist = join(folder, "dist");
  const old = join(folder, `dist.old-${process.pid}`);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(asideOf(folder), dist);
  rmSync(old, { recursive: true, force: true });
}

/**
 * Removes what builds that ended early have left.
 *
 * @param {string} folder
 */
export function removeLeftOvers(folder) {
  for (const name of readdirSync(folder).filter((entry) => /^dist\.(next|old)-\d+$/.test(entry))) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}
