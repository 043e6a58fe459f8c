import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type CodeBlock, checkBlocks, codeBlocksIn, QUICK_EXAMPLE_LINES_MAX } from "./CodeBlocks.ts";
import { ROOT, toText, workingCopy } from "./Source.ts";

const RUN_TIMEOUT_MS = 60_000;

/** Inside the workspace, because a block's imports are resolved from where it lies; git ignores the name. */
const FOLDER = makeFolder();

const BLOCKS = codeBlocksIn(workingCopy());

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function readme(heading: string, info: string, lines: number): readonly { path: string; text: string }[] {
  return [{ path: "README.md", text: `# A\n\n## ${heading}\n\n\`\`\`${info}\n${"x;\n".repeat(lines)}\`\`\`\n` }];
}

describe("the code in the pages", () => {
  it("is marked with known words, and the README's quick example is short", () => {
    expect(toText(checkBlocks(workingCopy()))).toBe("");
  });

  it.skipIf(BLOCKS.length === 0)("type-checks", () => {
    expect(typeErrorsOf(BLOCKS)).toBe("");
  });

  it.for(BLOCKS.filter((block) => block.isRun))("runs: $place", { timeout: RUN_TIMEOUT_MS }, (block) => {
    const done = run(block);
    expect(done.status, done.output).toBe(0);
  });
});

describe("the check of the code in the pages", () => {
  it("reads the blocks to check and to run", () => {
    const text =
      "```ts\na;\n```\n\n```ts run\nb;\n\nc;\n```\n```ts fragment\nd\n```\n```sh\ne\n```\n~~~ts\n```\nf;\n~~~\n";
    expect(codeBlocksIn([{ path: "docs/start/first.md", text }])).toEqual([
      { place: "docs/start/first.md:1", name: "docs-start-first-1.ts", text: "a;\n", isRun: false },
      { place: "docs/start/first.md:5", name: "docs-start-first-5.ts", text: "b;\n\nc;\n", isRun: true },
      { place: "docs/start/first.md:16", name: "docs-start-first-16.ts", text: "```\nf;\n", isRun: false },
    ]);
  });

  it("refuses marks it does not know", () => {
    const text = "```typescript\na\n```\n```ts runs\nb\n```\n```ts run\nc\n```\n";
    expect(checkBlocks([{ path: "a.md", text }]).map((finding) => finding.line)).toEqual([1, 4]);
  });

  it("wants a quick example that runs, up to its limit", () => {
    expect(checkBlocks(readme("Fettle in 60 seconds", "ts run", QUICK_EXAMPLE_LINES_MAX))).toEqual([]);
    expect(checkBlocks(readme("Fettle in 60 seconds", "ts run", QUICK_EXAMPLE_LINES_MAX + 1))).toHaveLength(1);
    expect(checkBlocks(readme("Fettle in 60 seconds", "ts", 10))).toHaveLength(1);
    expect(checkBlocks(readme("Fettle", "ts run", 10))).toHaveLength(1);
  });

  it("sees a type error and a failing run", () => {
    const block = (text: string): CodeBlock => ({ place: "a.md:1", name: `a-${text.length}.ts`, text, isRun: true });
    const wrong = block(`export const a: number = "one";\n`);
    expect(typeErrorsOf([wrong])).toContain("TS2322");
    expect(run(block("const a: number = 1;\nif (a === 1) throw new Error('no');\nexport {};\n")).status).toBe(1);
    expect(run(block("const a: number = await Promise.resolve(0);\nprocess.exitCode = a;\nexport {};\n")).status).toBe(
      0,
    );
  });
});

/** tsc's messages, with the blocks in a folder of their own so that others' errors are not theirs. */
function typeErrorsOf(blocks: readonly CodeBlock[]): string {
  const folder = mkdtempSync(join(FOLDER, "types-"));
  for (const block of blocks) writeFileSync(join(folder, block.name), moduleOf(block));
  const config = { extends: "../../../tsconfig.test.json", include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const done = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], { encoding: "utf8", cwd: folder });
  return done.stdout
    .split("\n")
    .filter((line) => blocks.some((block) => line.startsWith(block.name)))
    .join("\n");
}

function run(block: CodeBlock): { readonly status: number | null; readonly output: string } {
  const path = join(FOLDER, block.name);
  writeFileSync(path, moduleOf(block));
  const tsx = join(ROOT, "node_modules", "tsx", "dist", "cli.mjs");
  const done = spawnSync(process.execPath, [tsx, path], { encoding: "utf8", cwd: FOLDER, timeout: RUN_TIMEOUT_MS });
  return { status: done.status, output: `${done.stdout}${done.stderr}` };
}

/** A block without an import would share its names with every other. */
function moduleOf(block: CodeBlock): string {
  return `${block.text}export {};\n`;
}

function makeFolder(): string {
  mkdirSync(join(ROOT, "examples"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, "examples", ".doctest-"));
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }\n`);
  return folder;
}
