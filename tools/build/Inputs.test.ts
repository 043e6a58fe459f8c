import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { buildInputs, buildOutputs, commandsOf, entriesOf, targetsOf } from "./Inputs.mjs";

const ROOT = mkdtempSync(join(tmpdir(), "fettle build "));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
}

write("packages/a/package.json", JSON.stringify({ exports: { ".": "./src/index.ts", "./x": "./src/x/index.ts" } }));
write("packages/a/src/index.ts", "");
write("examples/story/package.json", JSON.stringify({ fettle: { bundle: { main: "src/main.ts" } } }));
write("examples/story/src/main.ts", "");
write("examples/plain/package.json", "{}");

describe("what is built", () => {
  it("is one entry a subpath export of a package", () => {
    const exports = {
      ".": "./src/index.ts",
      "./x/y": "./src/x/y/index.ts",
      "./package.json": "./package.json",
      "./internal": null,
    };
    expect(entriesOf("packages/a", exports)).toEqual({ index: "src/index.ts", "x/y/index": "src/x/y/index.ts" });
    expect(() => entriesOf("packages/a", { ".": "./lib/index.ts" })).toThrow(/packages\/a.*below .\/src/);
  });

  it("is one entry a command of a package", () => {
    expect(commandsOf("packages/a", { "fettle-a": "./dist/cli/main.js" })).toEqual({ "cli/main": "src/cli/main.ts" });
    expect(() => commandsOf("packages/a", { a: "./src/cli/main.ts" })).toThrow(/packages\/a.*below .\/dist/);
  });

  it("is every package, and the examples that ask for it", () => {
    expect(targetsOf(ROOT).map((target) => [target.folder, target.kind])).toEqual([
      ["packages/a", "package"],
      ["examples/story", "example"],
    ]);
    expect(buildOutputs(ROOT)).toEqual([
      "packages/a/dist/index.js",
      "packages/a/dist/index.d.ts",
      "packages/a/dist/x/index.js",
      "packages/a/dist/x/index.d.ts",
      "examples/story/dist/main.js",
    ]);
    expect(buildInputs(ROOT)).toEqual(
      expect.arrayContaining([
        "pnpm-lock.yaml",
        "packages/a/package.json",
        "packages/a/src/index.ts",
        "examples/story/src/main.ts",
      ]),
    );
  });
});
