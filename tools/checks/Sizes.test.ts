import { describe, expect, it } from "vitest";
import { checkSizes, FILE_LINES_MAX, FUNCTION_LINES_MAX } from "./Sizes.ts";
import { toText, workingCopy } from "./Source.ts";

const PATH = "packages/core/src/engine/A.ts";

function problemsOf(text: string, path: string = PATH): readonly string[] {
  return checkSizes([{ path, text }]).map((finding) => finding.problem);
}

/** That many lines of statements. */
function lines(count: number, line = "  work();"): string {
  return Array.from({ length: count }, () => line).join("\n");
}

describe("the sizes", () => {
  it("are kept in this repository", () => {
    expect(toText(checkSizes(workingCopy()))).toBe("");
  });

  it("of a file end at its limit", () => {
    expect(problemsOf(lines(FILE_LINES_MAX, "work();"))).toEqual([]);
    expect(problemsOf(lines(FILE_LINES_MAX + 1, "work();"))).toEqual([
      expect.stringContaining(`has ${FILE_LINES_MAX + 1} lines`),
    ]);
  });

  it.each([
    ["a declaration", "function f() {", "}"],
    ["an arrow function", "const f = () => {", "};"],
    ["a method", "class A { m() {", "} }"],
    ["a generator", "const f = Effect.gen(function* () {", "});"],
  ])("of %s end at the limit", (_, head, tail) => {
    const ofLength = (count: number): string => `${head}\n${lines(count - 2)}\n${tail}\n`;
    expect(problemsOf(ofLength(FUNCTION_LINES_MAX))).toEqual([]);
    expect(problemsOf(ofLength(FUNCTION_LINES_MAX + 1))).toHaveLength(1);
  });

  it("name the function and its line", () => {
    const [finding] = checkSizes([{ path: PATH, text: `\nexport const enable = () => {\n${lines(80)}\n};` }]);
    expect(finding).toMatchObject({ path: PATH, line: 2 });
    expect(finding?.problem).toContain("enable");
  });

  it("count braces in strings, templates, comments and patterns for nothing", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code under test
    const tricky = ['"}{"', "`}${`{`}`", "/[}{]/", "1 // }{"].map((text, at) =>
      `  const v${at} = ${text};`.replace(/;$/, "\n;"),
    );
    expect(problemsOf(`function f() {\n${tricky.join("\n")}\n${lines(FUNCTION_LINES_MAX)}\n}`)).toHaveLength(1);
  });

  it("let a function put named functions together, each with its own limit", () => {
    const service = (inner: string): string => `const make = () => {\n${inner}\n  return {};\n};`;
    const named = (count: number): string =>
      `  const a = () => {\n${lines(count)}\n  };\n  const b = Effect.fn("b")(function* () {\n${lines(count)}\n  });`;
    expect(problemsOf(service(named(60)))).toEqual([]);
    expect(problemsOf(service(named(80)))).toHaveLength(2);
    expect(problemsOf(service(`  run(() => {\n${lines(80)}\n  });`))).toHaveLength(2);
  });

  it("leave out tables of plain data, tests and migrations", () => {
    const table = `export const TABLE = [\n${lines(600, '  { id: "a", flags: [1, -2], name: NAME },')}\n] as const;`;
    expect(problemsOf(table)).toEqual([]);
    expect(problemsOf(table.replace("name: NAME", "run: () => 1"))).toHaveLength(1);
    expect(problemsOf(lines(600), "packages/core/test/A.test.ts")).toEqual([]);
    expect(problemsOf(lines(600), "packages/adapters/src/storage/sqlite/migrations/A.ts")).toEqual([]);
  });
});
