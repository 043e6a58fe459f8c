/** Where a text stops being JSON, against the engine's parser. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { positionOf } from "../../src/feed/reading/JsonFault.ts";
import * as JsonText from "../../src/feed/reading/JsonText.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);
const SEED = Number(process.env.FETTLE_SEED ?? 51);

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

// A number, word or escape that is cut within is at fault where it begins.
const endsInNumber = (text: string): boolean => /(?:-|\d\.|[eE][+-]?|\\\\(?:u[0-9A-Fa-f]{0,3})?|[a-z]+)$/.test(text);

describe("the place where a text stops being JSON", () => {
  it.each([
    ["", 0],
    ["{", 1],
    ["{}x", 2],
    ['{"a":1,}', 7],
    ["[1,]", 3],
    ["[1 2]", 3],
    ['{"a" 1}', 5],
    ["{a:1}", 1],
    ['"a\nb"', 2],
    ['"\\x"', 1],
    ['"\\u00g0"', 1],
    ["[01]", 2],
    ["[1.]", 2],
    ["[tru]", 1],
    ["[1}", 2],
    ['{"a":[{"b":}]}', 11],
    [`"${"x".repeat(1_000_000)}`, 1_000_001],
    ["[".repeat(100_000), 100_000],
  ])("%j: at %i", (text, position) => {
    expect(positionOf(text)).toBe(position);
  });

  it("is told by line and column", () => {
    const bad = JsonText.parse('{\n  "id": ,\n}', 9);
    expect(bad).toEqual({
      ok: false,
      error: { isNoJson: true, reason: "is no JSON: , can't stand there", line: 2, column: 9 },
    });
    expect(JsonText.parse('{"é":\u00a0}', 9)).toMatchObject({
      error: { reason: "is no JSON: U+00A0 can't stand there", column: 6 },
    });
    expect(JsonText.parse('{"a":', 9)).toMatchObject({ error: { reason: "is no JSON: it ends too early", column: 6 } });
    expect(JsonText.parse("[[1]]", 1)).toMatchObject({
      error: { isNoJson: false, reason: "is nested deeper than 1", column: 2 },
    });
    expect(JsonText.parse('["[[[[", "\\"[["]', 1)).toMatchObject({ ok: true });
  });

  it("a text that was cut off is at fault at its end, and one with a foreign character at that", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.nat(200), (json, cut) => {
        const at = Math.min(cut, json.length);
        const head = json.slice(0, at);
        if (!isJson(head))
          expect([head.length, head.length - 1].some((end) => positionOf(head) === end || endsInNumber(head))).toBe(
            true,
          );
        const foreign = `${head}\u0001`;
        expect(positionOf(foreign)).toBeLessThanOrEqual(at);
        expect(isJson(foreign)).toBe(false);
      }),
      { numRuns: 1_000 * RUNS, seed: SEED },
    );
  });

  it("a text that is JSON has no fault before its end", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom("", " ", "\n"), (json, space) => {
        expect(positionOf(json + space)).toBe(json.length + space.length);
      }),
      { numRuns: 500 * RUNS, seed: SEED },
    );
  });
});
