import { describe, expect, it } from "vitest";
import { isCurrent, render } from "./qql-reference.ts";

describe("the reference of QQL", () => {
  it("is what its generator makes; mend it by npx tsx tools/generate/qql-reference.ts", () => {
    expect(isCurrent()).toBe(true);
  });

  it("has every part, and no cell that a | broke", () => {
    const page = render();
    for (const part of ["What can be said", "Types", "Limits", "Diagnostics", "Tokens", "Grammar"]) {
      expect(page).toContain(`\n## ${part}\n`);
    }
    const columnsOf = (row: string): number => row.replaceAll("\\|", "").split("|").length;
    for (const [table] of page.matchAll(/^\|.*(?:\n\|.*)+/gm)) {
      const [head = "", ...rows] = table.split("\n");
      expect(rows.filter((row) => columnsOf(row) !== columnsOf(head))).toEqual([]);
    }
  });
});
