import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as TextTable from "../src/TextTable.ts";
import { patience, runs } from "./Arbitraries.ts";

describe("TextTable.render", patience, () => {
  it("sets columns as wide as their widest cell, two spaces apart, under a line", () => {
    const rows = [
      ["1", "Europe/Paris", ""],
      ["12", "UTC", "frozen"],
    ];
    expect(TextTable.render(["n", "zone", "notes"], rows).split("\n")).toEqual([
      "n   zone          notes",
      "--  ------------  ------",
      "1   Europe/Paris",
      "12  UTC           frozen",
    ]);
  });

  it("without rows shows its heading, and fills up rows that are short", () => {
    expect(TextTable.render(["a", "bc"], [])).toBe("a  bc\n-  --");
    expect(TextTable.render(["a", "bc"], [[], ["x"]])).toBe("a  bc\n-  --\n\nx");
  });

  it("puts every cell where its column begins, and no space at the end of a line", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "b", "-", " "), maxLength: 8 }).map((text) => text.trim());
    const anyTable = fc
      .integer({ min: 1, max: 4 })
      .chain((columns) =>
        fc.tuple(
          fc.array(cell, { minLength: columns, maxLength: columns }),
          fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 5 }),
        ),
      );
    fc.assert(
      fc.property(anyTable, ([heading, rows]) => {
        const [head = "", rule = "", ...lines] = TextTable.render(heading, rows).split("\n");
        const all = [heading, ...rows];
        let column = 0;
        for (const [i] of heading.entries()) {
          const width = Math.max(...all.map((cells) => (cells[i] ?? "").length));
          const shown = [head, ...lines].map((line) => line.slice(column, column + width).trimEnd());
          expect(shown).toEqual(all.map((cells) => cells[i]));
          expect(rule.slice(column, column + width)).toBe("-".repeat(width));
          column += width + 2;
        }
        for (const line of [head, ...lines]) expect(line).toBe(line.trimEnd());
        expect(lines).toHaveLength(rows.length);
      }),
      runs(1000),
    );
  });
});
