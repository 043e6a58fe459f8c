// JavaScript by tsup: ES modules for Node 20, written to a folder beside `dist`.

import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "tsup";
import { Failure } from "../setup/Failure.mjs";
import { withPureNamespaces } from "./Namespaces.mjs";

/** Bundled CommonJS code may call `require` for what Node brings; an ES module has none of its own. */
const REQUIRE_BANNER = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

/**
 * Packages keep every dependency external. Examples run as they are: the workspace's packages are bundled in and what
 * the example's own package.json depends on stays external, because native addons cannot be bundled.
 *
 * @param {string} root
 * @param {import("./Inputs.mjs").Target} target
 * @param {string} outDir absolute
 */
export async function bundle(root, target, outDir) {
  const folder = join(root, target.folder);
  for (const source of Object.values(target.entries)) {
    if (!existsSync(join(folder, source)))
      throw new Failure(`${target.folder}/package.json names ${source}, which does not exist`);
  }
  // tsup reads the manifest (what is external) and the tsconfig from the current folder.
  process.chdir(folder);
  try {
    await build({
      config: false,
      // With "./", so that no entry looks like the name of a package.
      entry: Object.fromEntries(Object.entries(target.entries).map(([name, source]) => [name, `./${source}`])),
      outDir,
      format: ["esm"],
      target: "node20",
      platform: "node",
      splitting: true,
      sourcemap: true,
      dts: false,
      clean: false,
      silent: true,
      removeNodeProtocol: false,
      // esbuild itself keeps the folder it was loaded in.
      esbuildOptions: (options) => {
        options.absWorkingDir = folder;
      },
      ...(target.kind === "package"
        ? { external: [/^[^./]/] }
        : { noExternal: [/^@fettle\//], banner: { js: REQUIRE_BANNER } }),
    });
  } catch (error) {
    throw new Failure(`${target.folder} could not be bundled: ${reasonOf(error)}`);
  } finally {
    process.chdir(root);
  }
  if (target.kind === "package") finish(outDir);
}

const EXECUTABLE = 0o755;

/**
 * Makes what was bundled fit to be shaken, and commands fit to be called.
 *
 * @param {string} outDir
 */
function finish(outDir) {
  const names = readdirSync(outDir, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  for (const name of names) {
    const file = join(outDir, name);
    const code = readFileSync(file, "utf8");
    writeFileSync(file, withPureNamespaces(code));
    if (code.startsWith("#!")) chmodSync(file, EXECUTABLE);
  }
}

/**
 * What esbuild says, with the place; other errors in full.
 *
 * @param {unknown} error
 */
function reasonOf(error) {
  const { errors } = /** @type {{ errors?: { text: string, location?: { file: string, line: number } | null }[] }} */ (
    error
  );
  if (errors === undefined) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return errors
    .map(({ text, location }) => (location ? `${location.file}:${location.line}: ${text}` : text))
    .join("; ");
}
