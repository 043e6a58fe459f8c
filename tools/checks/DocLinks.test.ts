import { describe, expect, it } from "vitest";
import { checkLinks } from "./DocLinks.ts";
import { toText, workingCopy } from "./Source.ts";

const PAGE = "docs/guides/a.md";

function problemsOf(text: string): readonly string[] {
  const other = {
    path: "docs/reference/b.md",
    text: "# The other page\n\n## What's `new` — and *why*\n\n## Twice\n\n## Twice\n",
  };
  return checkLinks([{ path: PAGE, text }, other, { path: "packages/core/src/Fettle.ts", text: "" }]).map(
    (one) => one.problem,
  );
}

describe("the links of the documentation", () => {
  it("lead somewhere in this repository", () => {
    expect(toText(checkLinks(workingCopy()))).toBe("");
  });

  it.each([
    "[b](../reference/b.md)",
    "[b](../reference/b.md#whats-new--and-why)",
    "[b](../reference/b.md#twice-1)",
    "[own](#here)\n\n# Here",
    "[code](../../packages/core/src/Fettle.ts), [folder](../../packages/core/src/)",
    "[web](https://example.org/x), [mail](mailto:a@example.org)",
    "[by name][b]\n\n[b]: ../reference/b.md",
    "```md\n[no](nowhere.md)\n```",
    "`[no](nowhere.md)`",
  ])("are fine in %j", (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each([
    ["[b](b.md)", "docs/guides/b.md, which does not exist"],
    ["[b](../reference/b.md#old)", "heading #old of docs/reference/b.md"],
    ["[b](../reference/b.md#twice-2)", "heading #twice-2"],
    ["[own](#there)\n\n# Here", "heading #there of docs/guides/a.md"],
    ["![image](a.png)", "docs/guides/a.png"],
    ["[by name][b]\n\n[b]: ../b.md", "docs/b.md"],
    ["[root](/docs/reference/b.md)", "relative to the page"],
    ["```md\nx\n```\n[b](b.md)", "docs/guides/b.md"],
  ])("are found broken in %j", (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });
});
