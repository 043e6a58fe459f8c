/** What the package weighs in a browser's bundle: minified and gzipped, as a page loads it. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));
const GZIP_LEVEL = 9;

interface Bundle {
  readonly what: string;
  readonly source: string;
  /** Bytes; a ceiling of issue 3, or ours for what it doesn't speak of. */
  readonly max: number;
}

/** From the modules themselves; the namespaces of the package's front add what else stands in theirs (a few hundred bytes). */
const BUNDLES: readonly Bundle[] = [
  { what: "Parser.parse", source: `export { parse } from "./Parser.ts";`, max: 6_144 },
  {
    what: "Parser.parse, Checker.check and Matcher.compile",
    source: `export { parse } from "./Parser.ts"; export { check } from "./Checker.ts"; export { compile } from "./Matcher.ts";`,
    max: 14_336,
  },
  {
    what: "those three through the package's front",
    source: `import { Checker, Matcher, Parser } from "./index.ts";
      export const parse = Parser.parse, check = Checker.check, compile = Matcher.compile;`,
    max: 15_360,
  },
  { what: "compile, with the words of its messages", source: `export { compile } from "./index.ts";`, max: 22_528 },
  { what: "everything", source: `export * from "./index.ts";`, max: 36_864 },
];

const sizes: string[] = [];

afterAll(() => console.log(sizes.join("\n")));

describe("a bundle, minified and gzipped,", () => {
  it.each(BUNDLES)("of $what is at most $max bytes", async ({ what, source, max }) => {
    const code = await bundled(source);
    const bytes = gzipSync(code, { level: GZIP_LEVEL }).length;
    sizes.push(`${what}: ${bytes} bytes of ${max} (${code.length} before gzip)`);
    expect(bytes).toBeLessThanOrEqual(max);
  });

  it("of a catalogue alone holds neither the parser nor the table of words", async () => {
    const code = (
      await bundled(`import { Catalog } from "./index.ts"; export const define = Catalog.define;`)
    ).toString();
    expect(code.length).toBeGreaterThan(1_000);
    expect(code).not.toContain("missing-and-or");
    expect(code.length).toBeLessThan(16_384);
  });
});

async function bundled(source: string): Promise<Buffer> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: SRC, loader: "ts" },
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
