import { describe, expect, it } from "vitest";
import { Canonical, Catalog, compile, inspect, Limits, Parser, Simplify } from "../../packages/qql/src/index.ts";
import { SHAPES, textOf } from "./Hostile.ts";

const catalog = Catalog.define({
  a: { type: "text", description: "Any text", example: "x" },
  b: { type: "number", description: "Any number", example: "1" },
  c: { type: "keyword", description: "Any word", example: "x" },
});

/** What takes milliseconds where it is linear takes minutes where it isn't: no clock is so wrong. */
const MILLISECONDS_MAX = 10_000;
const CHARACTERS = 400_000;
const CONDITIONS = 40_000;

const timed = (work: () => unknown): number => {
  const begun = performance.now();
  work();
  return performance.now() - begun;
};

const joined = (word: string, condition: (i: number) => string): string =>
  Array.from({ length: CONDITIONS }, (_, i) => condition(i)).join(` ${word} `);

describe("hostile texts", () => {
  it("are ten, each about as long as was asked for", () => {
    expect(SHAPES).toHaveLength(10);
    for (const shape of SHAPES) expect(Math.abs(textOf(shape, 32_000).length / 32_000 - 1)).toBeLessThan(0.05);
  });

  it("are read to their end, not given up at a limit", () => {
    const codes = SHAPES.flatMap((shape) => Parser.parse(textOf(shape, 32_000), Limits.lifted).diagnostics);
    expect(codes.filter(({ code }) => code.startsWith("too-"))).toEqual([]);
  });

  it.each(SHAPES)("are read and checked in linear time: $name", (shape) => {
    const text = textOf(shape, CHARACTERS);
    expect(timed(() => inspect(catalog, text, Limits.lifted))).toBeLessThan(MILLISECONDS_MAX);
  });

  it.each([
    ["alternatives of one token", joined("or", (i) => `b: ${i}`)],
    ["one token asked for everything at once", joined("and", (i) => `b: ${i}`)],
    ["ranges within ranges", joined("and", (i) => `b: [${i} .. ${2 * CONDITIONS - i}]`)],
    ["opposites", joined("or", (i) => `${i % 2 === 0 ? "" : "not "}c: k${i >> 1}`)],
    ["wildcards", joined("or", (i) => `c: *k${i}*`)],
    ["words without a token", joined("or", (i) => `word${i}`)],
    ["one list", `c: [${joined(",", (i) => `k${i}`)}]`],
    ["one value of many words", `a: ${joined("", (i) => `k${i}`)}`],
    ["unknown tokens", joined("and", (i) => `unknown${i}: x`)],
    ["one name without end", `${"z".repeat(CHARACTERS)}: 1`],
  ])("are given their meaning in linear time: %s", (_, text) => {
    const spent = timed(() => {
      const query = compile(catalog, text, Limits.lifted);
      if (query.ok) Canonical.print(Simplify.simplify(query.value.checked));
    });
    expect(spent).toBeLessThan(MILLISECONDS_MAX);
  });
});
