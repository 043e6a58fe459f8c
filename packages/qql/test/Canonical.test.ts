import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ast, canonical, matches, Printer } from "../src/index.ts";
import { asts, documents, spell, whims } from "./Arbitraries.ts";
import { compiled, runs } from "./Fixtures.ts";

const of = (text: string): string => canonical(compiled(text));

describe("canonical text", () => {
  it.each([
    [
      "category: security and vendorSeverity: [Critical, Important]",
      "category: security and vendorSeverity: [Critical, Important]",
    ],
    [
      "CATEGORY:\n'Security' AND ((severity = [important,`CRITICAL`, critical]))",
      "category: security and vendorSeverity: [Critical, Important]",
    ],
    ["severity: [low]", "vendorSeverity: Low"],
    ["severity: `LOW`", "vendorSeverity: Low"],
    ["architecture: x*", "architecture: [X64, X86]"],
    ["architecture: a*", 'architecture: ["Arm 64", "and"]'],
    ["title: Remote-CODE exec*", "title: remote code exec"],
    ['title: "Remote-CODE exec"', 'title: "remote code exec"'],
    ["title: `Remote-CODE exec`", "title: `Remote-CODE exec`"],
    ["title: rock-and-roll", "title: rock-and-roll"],
    ['title: "AND"', 'title: "and"'],
    ["title: a b-is-null", "title: a-b-is-null"],
    ['title: ["10,125", x]', 'title: ["10,125", x]'],
    ["article: 'KB1'", "kb: KB1"],
    ["kb: `a b`", 'kb: "a b"'],
    ["kb: a   b*", "kb: a b*"],
    ['kb: [c, "a..b", a.b, `1:2`]', 'kb: ["1:2", "a..b", a.b, c]'],
    ["missingCount: '05.50'", "missingCount: 5.5"],
    ["missingCount > -0", "missingCount > 0"],
    ["publishedDate >= 2024-01-01T02:00+02:00", "publishedDate >= 2024-01-01T00:00:00.000Z"],
    ["publishedDate: '2024-01-01'", "publishedDate: 2024-01-01"],
    ["ISSECURITY: TRUE", "isSecurity: true"],
    ["kb IS NOT NULL", "kb is not null"],
  ])("of %j is %j", (text, expected) => {
    expect(of(text)).toBe(expected);
    expect(of(expected)).toBe(expected);
  });

  it("keeps apart what means something else", () => {
    const texts = [
      "title: a b",
      "title: b a",
      'title: "a b"',
      "title: `a b`",
      "kb: a",
      "kb: A",
      "kb: a*",
      'kb: "a*"',
      "publishedDate: 2024-01-01",
      "publishedDate: 2024-01-01T00:00",
      "publishedDate > 2024-01-01",
      "publishedDate >= 2024-01-01",
      "kb: a or kb: b and kb: c",
      "(kb: a or kb: b) and kb: c",
      "kb is null",
      "kb is not null",
    ];
    expect(new Set(texts.map(of)).size).toBe(texts.length);
  });

  it("is the same for every spelling, and is its own canonical text", () => {
    fc.assert(
      fc.property(asts, whims, (ast, whim) => {
        const text = of(spell(ast, whim));
        expect(text).toBe(of(Printer.print(ast)));
        expect(of(text)).toBe(text);
      }),
      runs(1000),
    );
  });

  it("selects the documents the query selects", () => {
    fc.assert(
      fc.property(asts, fc.array(documents, { minLength: 1, maxLength: 10 }), (ast, patches) => {
        const query = compiled(Printer.print(ast));
        const again = compiled(canonical(query));
        for (const patch of patches) expect(matches(again, patch)).toBe(matches(query, patch));
      }),
      runs(500),
    );
  });

  it("can be read again for words in any script", () => {
    const value = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => /\p{L}/u.test(text));
    const quoted = (text: string) => Ast.literal("Phrase", text, { start: 0, end: 0 });
    fc.assert(
      fc.property(value, (text) => {
        const canonicalText = of(`title: ${Printer.printLiteral(quoted(text.replaceAll(/\p{C}/gu, "")))}`);
        expect(of(canonicalText)).toBe(canonicalText);
      }),
      runs(500),
    );
  });
});
