// A stamp says "this was done for exactly these inputs". It is a hash over versions and the contents of files, kept in a
// small text file; a stamp that no longer matches, or is missing, means the work is done again.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const SKIPPED_FOLDERS = new Set(["node_modules", "dist", ".types", "test"]);

/**
 * The hash of the facts and of every file named; a missing file counts as such.
 *
 * @param {{ readonly root: string, readonly facts: readonly string[], readonly files: readonly string[] }} inputs
 */
export function stampOf({ root, facts, files }) {
  const hash = createHash("sha256");
  for (const fact of facts) hash.update(`fact ${fact}\n`);
  for (const file of files) {
    const content = contentOf(join(root, file));
    hash.update(content === undefined ? `absent ${file}\n` : `file ${file} ${content.length}\n`);
    if (content !== undefined) hash.update(content);
  }
  return hash.digest("hex");
}

/**
 * Every file below a folder, relative to the root, sorted; what is generated or only tested is left out.
 *
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
export function filesBelow(root, folder) {
  /** @type {string[]} */
  const found = [];
  for (const entry of entriesOf(join(root, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name) && !entry.name.startsWith(".")) {
      found.push(...filesBelow(root, path));
    }
    if (entry.isFile() && !entry.name.endsWith(".test.ts") && !entry.name.endsWith(".tsbuildinfo")) found.push(path);
  }
  return found.sort();
}

/**
 * The folders directly in a folder, sorted.
 *
 * @param {string} root
 * @param {string} folder
 */
export function foldersIn(root, folder) {
  return entriesOf(join(root, folder))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => `${folder}/${entry.name}`)
    .sort();
}

/** @param {string} path */
export function readStamp(path) {
  return contentOf(path)?.toString("utf8").trim();
}

/**
 * @param {string} path
 * @param {string} stamp
 */
export function writeStamp(path, stamp) {
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.next-${process.pid}`;
  writeFileSync(aside, `${stamp}\n`);
  renameSync(aside, path);
}

/** @param {string} path */
export function dropStamp(path) {
  rmSync(path, { force: true });
}

/** @param {string} path */
function contentOf(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** @param {string} path */
function entriesOf(path) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
