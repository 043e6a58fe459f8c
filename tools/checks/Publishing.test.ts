import { describe, expect, it } from "vitest";
import { checkManifests } from "./Publishing.ts";
import { type Source, toText, workingCopy } from "./Source.ts";

const GOOD = {
  name: "@fettle/a",
  version: "0.1.0",
  license: "Apache-2.0",
  type: "module",
  engines: { node: ">=20.19" },
  sideEffects: false,
  files: ["dist", "src"],
  exports: { ".": "./src/index.ts", "./x": "./src/x/index.ts", "./package.json": "./package.json" },
  publishConfig: {
    access: "public",
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./x": { types: "./dist/x/index.d.ts", default: "./dist/x/index.js" },
      "./package.json": "./package.json",
    },
  },
  dependencies: { zod: "4.0.0" },
};

function manifest(name: string, changes: object): Source {
  return { path: `packages/${name}/package.json`, text: JSON.stringify({ ...GOOD, ...changes }) };
}

function problemsOf(changes: object, ...others: readonly Source[]): readonly string[] {
  return checkManifests([manifest("a", changes), ...others]).map((finding) => finding.problem);
}

describe("the manifests", () => {
  it("are ready to be published in this repository", () => {
    expect(toText(checkManifests(workingCopy()))).toBe("");
  });

  it("are fine when both sides agree", () => {
    expect(problemsOf({})).toEqual([]);
  });

  it.each([
    [{ exports: { ...GOOD.exports, "./y": "./src/y.ts" } }, `exports["./y"] must be {"types":"./dist/y.d.ts"`],
    [{ exports: { ".": "./src/index.ts", "./package.json": "./package.json" } }, `exports["./x"] must be absent`],
    [
      { publishConfig: { ...GOOD.publishConfig, exports: { ...GOOD.publishConfig.exports, ".": "./dist/index.js" } } },
      `exports["."] must be`,
    ],
    [{ publishConfig: { exports: GOOD.publishConfig.exports } }, "access"],
    [{ private: true }, "private"],
    [{ type: "commonjs" }, "module"],
    [{ sideEffects: true }, "sideEffects"],
    [{ engines: { node: ">=18" } }, "engines"],
    [{ files: ["dist"] }, "must list src"],
    [{ dependencies: { "@fettle/a": "0.1.0" } }, "workspace:*"],
    [{ peerDependencies: { pg: "8.0.0" } }, "peer pg optional"],
  ])("are refused: %j", (changes, problem) => {
    expect(problemsOf(changes)).toEqual([expect.stringContaining(problem)]);
  });

  it("are refused when they disagree with one another", () => {
    const other = manifest("b", { name: "@fettle/b", version: "0.2.0", dependencies: { zod: "4.1.0" } });
    expect(problemsOf({}, other).join()).toMatch(/wants zod 4\.0\.0.*another version than @fettle\/b/);
  });
});
