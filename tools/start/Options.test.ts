import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { documentedOptions, helpText, unknownArguments } from "./Options.mjs";

const ROOT = mkdtempSync(join(tmpdir(), "fettle start "));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

describe("the options of npm start", () => {
  it("are those the story's own help text documents", () => {
    const help = helpText(fileURLToPath(new URL("../..", import.meta.url)));
    expect(documentedOptions(help)).toEqual(
      expect.arrayContaining(["--json", "--no-install", "--simulated", "--help"]),
    );
  });

  it("are read from the text's lines that begin with one", () => {
    mkdirSync(join(ROOT, "examples", "story", "src"), { recursive: true });
    const source = "const A = `a`;\nconst HELP = `npm start\n\n  -s, --seed=<n>  see --json\n  --help\n`;\nmain();\n";
    writeFileSync(join(ROOT, "examples", "story", "src", "main.ts"), source);
    expect(helpText(ROOT)).toBe("npm start\n\n  -s, --seed=<n>  see --json\n  --help\n");
    expect(documentedOptions(helpText(ROOT))).toEqual(["--seed", "--help"]);
  });

  it("must be there to read without running anything", () => {
    expect(() => helpText(join(ROOT, "nowhere"))).toThrow(/must define its help/);
  });

  it("are refused when no one documents them", () => {
    expect(unknownArguments(["--json", "--seed=3"], ["--json", "--seed"])).toEqual([]);
    expect(unknownArguments(["--jso", "x", "--json"], ["--json"])).toEqual(["--jso", "x"]);
  });
});
