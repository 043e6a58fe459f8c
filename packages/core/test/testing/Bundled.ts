/**
 * The simulator as whoever embeds it gets it: in one file. Played module by module, each name of another module is asked of that
 * module every time, and a sweep takes a fifth longer.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

/** What `@fettle/core/testing` exports. */
export type Testing = typeof import("../../src/testing/index.ts");

const SOURCE = fileURLToPath(new URL("../../src/testing/index.ts", import.meta.url));

let bundle: Promise<Testing> | null = null;

/** Made of the sources as they are, once for all files that share a process. */
export const load = (): Promise<Testing> => {
  bundle ??= made();
  return bundle;
};

const made = async (): Promise<Testing> => {
  const folder = mkdtempSync(join(tmpdir(), "fettle-testing-"));
  const outfile = join(folder, "testing.mjs");
  const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
  try {
    await build({
      entryPoints: [SOURCE],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      banner,
      logLevel: "error",
    });
    return (await import(pathToFileURL(outfile).href)) as Testing;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
