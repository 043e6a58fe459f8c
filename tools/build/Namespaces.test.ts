import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, transform } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { withPureNamespaces } from "./Namespaces.mjs";

const FOLDER = mkdtempSync(join(tmpdir(), "fettle namespaces "));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** A package of two namespaces, bundled into one file as packages are. */
async function bundledPackage(): Promise<string> {
  writeFileSync(
    join(FOLDER, "large.js"),
    `export const text = "${"large".repeat(100)}"; export const size = () => text.length;`,
  );
  writeFileSync(join(FOLDER, "small.js"), `export const one = () => 1; export const two = () => one() + 1;`);
  writeFileSync(join(FOLDER, "index.js"), `export * as Large from "./large.js"; export * as Small from "./small.js";`);
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, "index.js")],
    bundle: true,
    format: "esm",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

async function consumerOf(code: string): Promise<string> {
  writeFileSync(join(FOLDER, "package.js"), code);
  const source = `import { Small } from "./package.js"; console.log(Small.two());`;
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: FOLDER },
    bundle: true,
    format: "esm",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

describe("the namespaces of a built package", () => {
  it("are left out of a bundle that doesn't ask for them, and only once they are marked", async () => {
    const code = await bundledPackage();
    expect(await consumerOf(code)).toContain("largelarge");
    const marked = await consumerOf(withPureNamespaces(code));
    expect(marked).not.toContain("largelarge");
    expect(marked).toContain("one() + 1");
  });

  it("are what they were, on the lines where they were", async () => {
    const code = await bundledPackage();
    const marked = withPureNamespaces(code);
    expect(marked.split("\n")).toHaveLength(code.split("\n").length);
    const { Small, Large } = await import(`data:text/javascript,${encodeURIComponent(marked)}`);
    expect([Small.two(), Object.keys(Small).sort(), Large.size()]).toEqual([2, ["one", "two"], 500]);
  });

  it("are found nowhere in other code", async () => {
    const { code } = await transform(`var a = {}; __export(b, { c: () => c });\nfunction __export() {}`);
    expect(withPureNamespaces(code)).toBe(code);
  });
});
