import { parse as parseLiqe } from "liqe";
import lucene from "lucene";
import { describe, expect, it } from "vitest";
import { Parser } from "../../packages/qql/src/index.ts";
import { QUERIES } from "./Queries.ts";

/** Conditions in any of the three trees: what has a field or a value, and no operands. */
const conditionsIn = (tree: unknown): number => {
  if (typeof tree !== "object" || tree === null) return 0;
  const node = tree as Readonly<Record<string, unknown>>;
  const below = ["operand", "operands", "left", "right", "expression"].flatMap((name) => node[name] ?? []);
  return below.length === 0 ? 1 : below.reduce((sum: number, child) => sum + conditionsIn(child), 0);
};

describe("the queries of the benchmarks", () => {
  it("are thirty, of about 70 bytes", () => {
    const bytes = QUERIES.reduce((sum, { text }) => sum + text.length, 0) / QUERIES.length;
    expect(QUERIES).toHaveLength(30);
    expect(bytes).toBeGreaterThan(60);
    expect(bytes).toBeLessThan(80);
  });

  it.each(QUERIES)("are QQL, and say the same to all parsers: $text", ({ text, common, lucene: translated }) => {
    for (const query of [text, common]) expect(Parser.parse(query).diagnostics).toEqual([]);
    const count = conditionsIn(Parser.parse(common).ast);
    expect(conditionsIn(parseLiqe(translated))).toBe(count);
    expect(conditionsIn(lucene.parse(translated))).toBe(count);
  });
});
