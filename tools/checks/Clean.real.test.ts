/** The linters, the formatter and the type checker find nothing in this repository. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

const complaints = (tool: string, args: readonly string[]): string => {
  const ended = spawnSync(join(ROOT, "node_modules/.bin", tool), args, { cwd: ROOT, encoding: "utf8" });
  return ended.status === 0 ? "" : `${ended.stdout}${ended.stderr}`;
};

describe("this repository", () => {
  it.each([
    ["is formatted and linted (biome)", "biome", ["check", "--error-on-warnings", "."]],
    ["is linted with types (oxlint)", "oxlint", ["--type-aware"]],
    ["type-checks, packages first", "tsc", ["-b"]],
    ["type-checks with its tests, examples and tools", "tsc", ["-p", "tsconfig.test.json"]],
  ] as const)("%s", (_, tool, args) => {
    expect(complaints(tool, args)).toBe("");
  });
});
