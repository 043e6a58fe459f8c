/** What the package weighs in a browser's bundle: minified and gzipped, as a page loads it; and that it waits until it is asked. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), "fettle-scheduler "));
const GZIP_LEVEL = 9;

interface Bundle {
  readonly what: string;
  readonly source: string;
  /** Bytes; the whole front's is issue 4's, the others are ours. */
  readonly max: number;
}

/** Everything that an entry point exports, kept. */
const allOf = (entry: string): string => `export * from "${entry}";`;

const BUNDLES: readonly Bundle[] = [
  { what: "the whole of @fettle/scheduler", source: allOf("./src/index.ts"), max: 16_384 },
  { what: "the whole of @fettle/scheduler/preview, by itself", source: allOf("./src/preview/index.ts"), max: 10_752 },
  { what: "the whole of @fettle/scheduler/json, by itself", source: allOf("./src/ScheduleJson.ts"), max: 9_216 },
  { what: "the whole of @fettle/scheduler/rrule, by itself", source: allOf("./src/RRule.ts"), max: 3_584 },
  {
    what: "the next start of a recurrence in a zone",
    source: `import { JobSchedule, Recurrence, TimeZone } from "./src/index.ts";
      export const of = TimeZone.of, make = Recurrence.make, nextStart = JobSchedule.nextStart;`,
    max: 7_680,
  },
  {
    what: "instants to wall times and back",
    source: `import { TimeZone } from "./src/index.ts";
      export const of = TimeZone.of, wallAt = TimeZone.wallAt, resolve = TimeZone.resolve;`,
    max: 4_096,
  },
  {
    what: "the timeline of a reboot",
    source: `import { RebootTimeline } from "./src/index.ts"; export const play = RebootTimeline.play;`,
    max: 2_304,
  },
];

const sizes: string[] = [];

afterAll(() => {
  rmSync(FOLDER, { recursive: true, force: true });
  console.log(sizes.join("\n"));
});

describe("a bundle, minified and gzipped,", () => {
  it.each(BUNDLES)("of $what is at most $max bytes", async ({ what, source, max }) => {
    const code = await bundled(source);
    const bytes = gzipSync(code, { level: GZIP_LEVEL }).length;
    sizes.push(`${what}: ${bytes} bytes of ${max} (${code.length} before gzip)`);
    expect(bytes).toBeLessThanOrEqual(max);
    expect(code.length, "something is in it").toBeGreaterThan(1_000);
  });
});

describe("importing the package", () => {
  it.each(entryPoints())("asks Intl for nothing and looks at no clock: %s", async (entry) => {
    const file = join(FOLDER, `${entry.replaceAll(/\W/g, "-")}.mjs`);
    writeFileSync(file, await bundled(allOf(entry)));
    const watched = `
      const touched = [];
      for (const name of ["Intl", "Date", "performance"]) {
        const real = globalThis[name];
        Object.defineProperty(globalThis, name, { configurable: true, get: () => (touched.push(name), real) });
      }
      const own = touched.length;
      const all = await import(${JSON.stringify(pathToFileURL(file).href)});
      const idle = touched.length - own;
      if (Object.keys(all).length === 0) throw new Error("nothing is exported");
      all.TimeZone?.offsetAt(all.TimeZone.of("Europe/Paris").value, 0);
      process.stdout.write(JSON.stringify({ idle, isWatched: touched.includes("Intl") }));`;
    const done = spawnSync(process.execPath, ["--input-type=module", "--eval", watched], { encoding: "utf8" });
    expect(done.stderr).toBe("");
    const { idle, isWatched } = JSON.parse(done.stdout) as { readonly idle: number; readonly isWatched: boolean };
    expect(idle).toBe(0);
    // The watch sees it where something is asked for.
    if (entry === "./src/index.ts") expect(isWatched).toBe(true);
  });
});

/** The sources of the entry points that the manifest names. */
function entryPoints(): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  return Object.values(manifest.exports).filter((target) => target.endsWith(".ts"));
}

async function bundled(source: string): Promise<Buffer> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: PACKAGE, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing");
  return Buffer.from(file.contents);
}
