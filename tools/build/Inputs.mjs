// What is built from what. A package has one entry per subpath export and one per command (`bin`); an example is bundled
// when its package.json says so: "fettle": { "bundle": { "main": "src/main.ts" } }.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../setup/Failure.mjs";
import { filesBelow, foldersIn } from "../setup/Stamp.mjs";

/**
 * Something to build: a folder, and the name below `dist` of each entry with its source file.
 *
 * @typedef {{ readonly folder: string, readonly kind: "package" | "example", readonly entries: Readonly<Record<string, string>> }} Target
 */

/** Files outside the targets that decide what comes out. */
const SHARED_INPUTS = ["package.json", "pnpm-lock.yaml", "tsconfig.base.json", "tsconfig.json", "tools/build.mjs"];

/**
 * @param {string} root
 * @returns {Target[]} packages first
 */
export function targetsOf(root) {
  return [...packagesOf(root), ...examplesOf(root)];
}

/** @param {string} root */
export function buildInputs(root) {
  const folders = ["tools/build", ...targetsOf(root).map((target) => target.folder)];
  return [...SHARED_INPUTS, ...folders.flatMap((folder) => filesBelow(root, folder))];
}

/**
 * The files that must be there after a build.
 *
 * @param {string} root
 */
export function buildOutputs(root) {
  return targetsOf(root).flatMap(({ folder, kind, entries }) =>
    Object.keys(entries).flatMap((name) =>
      kind === "package" ? [`${folder}/dist/${name}.js`, `${folder}/dist/${name}.d.ts`] : [`${folder}/dist/${name}.js`],
    ),
  );
}

/**
 * The entries behind a package's `exports`: `./src/storage/sqlite/index.ts` is built as `storage/sqlite/index`.
 *
 * @param {string} folder
 * @param {Readonly<Record<string, unknown>>} exports
 * @returns {Record<string, string>}
 */
export function entriesOf(folder, exports) {
  const sources = Object.values(exports).filter((target) => typeof target === "string" && target.endsWith(".ts"));
  return Object.fromEntries(
    sources.map((source) => {
      const [, name] = /^\.\/src\/(.+)\.ts$/.exec(String(source)) ?? [];
      if (name === undefined)
        throw new Failure(`${folder}/package.json: the export ${source} must be a file below ./src`);
      return [name, String(source).slice(2)];
    }),
  );
}

/**
 * The entries behind a package's commands, which are named as they are built: `./dist/cli/main.js` is `cli/main`.
 *
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} bin
 * @returns {Record<string, string>}
 */
export function commandsOf(folder, bin) {
  return Object.fromEntries(
    Object.values(bin).map((program) => {
      const [, name] = /^\.\/dist\/(.+)\.js$/.exec(program) ?? [];
      if (name === undefined)
        throw new Failure(`${folder}/package.json: the command ${program} must be a file below ./dist`);
      return [name, `src/${name}.ts`];
    }),
  );
}

/**
 * @param {string} root
 * @returns {Target[]}
 */
function packagesOf(root) {
  return foldersWithManifest(root, "packages").map(({ folder, manifest }) => ({
    folder,
    kind: "package",
    entries: { ...entriesOf(folder, manifest.exports ?? {}), ...commandsOf(folder, manifest.bin ?? {}) },
  }));
}

/**
 * @param {string} root
 * @returns {Target[]}
 */
function examplesOf(root) {
  return foldersWithManifest(root, "examples")
    .filter(({ manifest }) => manifest.fettle?.bundle !== undefined)
    .map(({ folder, manifest }) => ({ folder, kind: "example", entries: manifest.fettle.bundle }));
}

/**
 * @param {string} root
 * @param {string} parent
 */
function foldersWithManifest(root, parent) {
  return foldersIn(root, parent)
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) }));
}
