import { describe, expect, it } from "vitest";
import { checkGlobals } from "./BannedGlobals.ts";
import { toText, workingCopy } from "./Source.ts";

function problemsOf(text: string, path = "packages/core/src/domain/job/A.ts"): readonly string[] {
  return checkGlobals([{ path, text }]).map((finding) => finding.problem);
}

describe("the banned globals", () => {
  it("are used nowhere in the pure parts of this repository", () => {
    expect(toText(checkGlobals(workingCopy()))).toBe("");
  });

  it.each([
    ["Date.now()", "Date.now"],
    ["globalThis.Date.now()", "Date.now"],
    [`Date["now"]()`, "Date.now"],
    ["new Date()", "new Date()"],
    ["new Date", "new Date()"],
    ["Date()", "Date()"],
    ["[1].map(Math.random)", "Math.random"],
    ["setTimeout(f, 1)", "setTimeout"],
    ["setInterval(f, 1)", "setInterval"],
    [`console.log("x")`, "console"],
    ["const f = console", "console"],
    ["process.env", "process"],
    ["globalThis.process", "process"],
    ["({ process })", "process"],
    ["crypto.randomUUID()", "crypto.randomUUID"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code under test
    ["`${Date.now()}`", "Date.now"],
  ])("are found in %s", (text, name) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(`uses ${name};`)]);
  });

  it("are more where a browser must do", () => {
    const text = "Buffer.from(bytes)";
    expect(problemsOf(text, "packages/qql/src/A.ts")).toEqual([expect.stringContaining("uses Buffer;")]);
    expect(problemsOf(text, "packages/agent-protocol/src/wire/A.ts")).toEqual([]);
  });

  it.each([
    "new Date(instant)",
    "Date.UTC(2024, 1)",
    "Date.parse(text)",
    "const row = { process: 1 }; row.process",
    "function f(process: string) { return process; }",
    "const f = ({ console }: Ports) => console.write()",
    "import * as Date from './Date.ts'; Date.now(clock)",
    "interface A { readonly process: string }",
    "// Date.now()\nconst a = 'Date.now()'",
  ])("are not seen in %s", (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each([
    "packages/adapters/src/environment/node/A.ts",
    "packages/qql/src/cli/A.ts",
    "packages/scheduler/src/cli/A.ts",
    "packages/core/test/a.test.ts",
    "examples/story/A.ts",
    "tools/a.mjs",
  ])("are free in %s", (path) => {
    expect(problemsOf("Date.now(); console.log(process.env)", path)).toEqual([]);
  });
});
