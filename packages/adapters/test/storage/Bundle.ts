/** Scripts as one JavaScript file, for tests that start many processes: those of a whole source tree start slowly. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type PluginBuild } from "esbuild";
import { afterAll } from "vitest";

/** Bundles a TypeScript file; what comes of it is gone after all tests of the file. */
export const bundle = async (script: URL): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), "fettle-bundle-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const outfile = join(directory, "script.mjs");
  await build({ ...options, entryPoints: [fileURLToPath(script)], outfile });
  return outfile;
};

/** Several files as modules that share what they share, as the package's own build makes them. */
export const built = async (entryPoints: Readonly<Record<string, string>>, outdir: string): Promise<void> => {
  await build({ ...options, entryPoints: { ...entryPoints }, outdir, splitting: true });
  writeFileSync(join(outdir, "package.json"), JSON.stringify({ type: "module" }));
};

// Native: it stays where it is installed, and is found there from anywhere.
const DRIVER = { path: fileURLToPath(import.meta.resolve("better-sqlite3")), external: true };

const REQUIRE = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

const options = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "error",
  banner: { js: REQUIRE },
  plugins: [
    { name: "driver", setup: (hooks: PluginBuild) => hooks.onResolve({ filter: /^better-sqlite3$/ }, () => DRIVER) },
  ],
} satisfies BuildOptions;
