/** What the parser makes of texts at the edges of its rules: near words, near operators, broken parts and what stands behind. */
import { describe, expect, it } from "vitest";
import { type Ast, Diagnostic, Limits, Parser, Span } from "../src/index.ts";
import { limitsWith } from "./Fixtures.ts";

const read = (text: string): Ast.Expr => Parser.parse(text, Limits.lifted).ast;
const codesOf = (text: string, limits: Limits.Limits = Limits.lifted): readonly string[] =>
  Parser.parse(text, limits).diagnostics.map(({ code }) => code);
const shapeOf = (node: Ast.Expr): string =>
  node._tag === "And" || node._tag === "Or" ? `${node._tag}(${node.operands.map(shapeOf).join(" ")})` : node._tag;
const textOf = (text: string): string | null => {
  const node = read(text);
  return node._tag === "Match" ? node.value.text : null;
};

describe("words", () => {
  it("of two or three letters are all values, but for and, or, not", () => {
    const letters = [..."abcdefghijklmnopqrstuvwxyz"];
    const pairs = letters.flatMap((a) => letters.map((b) => a + b));
    const all = [...pairs, ...pairs.flatMap((pair) => letters.map((c) => pair + c))];
    expect(all.filter((word) => textOf(`k: ${word}`) !== word)).toEqual(["or", "and", "not"]);
  });

  it.each([
    ["k: a-b:c", ["unexpected-operator"]],
    ["k: a/b:c", ["unexpected-operator"]],
    ["k: r2:a", ["unexpected-operator"]],
    ["k: ra:2", ["unexpected-operator"]],
    ["k: r2:2", []],
    ["k: a:b", []],
    ["k: a::b", []],
    ["k: a:::b", ["unexpected-operator"]],
    ["-a:b", []],
  ])("%s: a colon stands in those alone where no name can be meant", (text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });

  it.each([
    ["-a:b", "-a"],
    [".a:b", ".a"],
    ["5: a", "5"],
    ["!: a", "!"],
    ["a!: b", "a!"],
  ])("%s: a name may look odd", (text, name) => {
    expect(read(text)).toMatchObject({ _tag: "Match", name: { text: name } });
    expect(codesOf(text)).toEqual([]);
  });
});

describe("characters", () => {
  it.each(["\ud800", "\udbff", "\udc00", "\udfff", "\u0000", "\u001f", "\u007f", "\u0080", "\u0085", "\u009f"])(
    "%j is none that a query may hold, in quotes or not",
    (character) => {
      for (const text of [`k: a${character}b`, `k: "a${character}b"`, `k: \`a${character}b\``, `${character} k: a`]) {
        expect([text, codesOf(text)]).toEqual([text, ["invalid-character"]]);
      }
      expect(codesOf(`k: a${character}${character}b`).length).toBeGreaterThan(1);
    },
  );

  it.each(["\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}", "\u{10000}\u{10000}"])(
    "%j is part of a word",
    (character) => {
      expect(textOf(`k: a${character}b`)).toBe(`a${character}b`);
      expect(textOf(`k: ${character}`)).toBe(character);
      expect(codesOf(`k: "${character}"`)).toEqual([]);
    },
  );
});

describe("quotes", () => {
  it.each([
    [`k: 'a\\"b'`, `a"b`],
    [`k: "a\\'b"`, "a'b"],
    ["k: \u2018a\u2018 b\u2019", "a\u2018 b"],
    ["k: \u201ea\u201c", "a"],
    ["k: \u201ca\u201d", "a"],
  ])("%s hold %s", (text, value) => {
    expect(textOf(text)).toBe(value);
    expect(codesOf(text)).toEqual([]);
  });

  it("that are open hold the rest of the text, escapes made out", () => {
    expect(textOf(`k: "a\\"b c`)).toBe(`a"b c`);
    expect(textOf("k: `a b")).toBe("a b");
    expect(codesOf(`k: "a\\"b c`)).toEqual(["unclosed-quote"]);
  });
});

describe("chains", () => {
  it.each([
    ["(a: 1 or b: 2) or c: 3", "Or(Match Match Match)"],
    ["a: 1 or (b: 2 or c: 3)", "Or(Match Match Match)"],
    ["(a: 1 and b: 2) and c: 3", "And(Match Match Match)"],
    ["a: 1 and (b: 2 and c: 3)", "And(Match Match Match)"],
    ["(a: 1 or b: 2) and c: 3", "And(Or(Match Match) Match)"],
    ["(a: 1 and b: 2) or c: 3", "Or(And(Match Match) Match)"],
  ])("%s is %s: parentheses that change nothing leave nothing", (text, shape) => {
    expect(shapeOf(read(text))).toBe(shape);
  });
});

describe("what is broken", () => {
  it.each([
    ["a: 1 and and b: 2", ["expected-condition"], "And(Match Broken Match)"],
    ["a: 1 or or b: 2", ["expected-condition"], "Or(Match Broken Match)"],
    ["(: b)", ["expected-condition"], "Broken"],
    ["(: b) or c: 1", ["expected-condition"], "Or(Broken Match)"],
    ["(a: 1))", ["unexpected-text"], "Match"],
    ["g: (a: 1))", ["unexpected-text"], "Nested"],
    ["(a: 1)) and b: 1", ["unexpected-text"], "And(Match Match)"],
    ["n: (.. 3) and b: 1", ["expected-value"], "And(Broken Match)"],
    ["n: [1 .. 2) and b: 1", ["unclosed-range"], "And(Broken Match)"],
    ["n: (1 .. 2] and b: 1", ["unclosed-range"], "And(Broken Match)"],
    ["n: [1 .. 2 and b: 1", ["unclosed-range"], "And(Broken Match)"],
    ["a is x (b and c) and d: 1", ["expected-null"], "And(Broken Match)"],
    ["a is x (b (e or f) and c) and d: 1", ["expected-null"], "And(Broken Match)"],
    ["a: b !> c", ["unexpected-operator"], "Match"],
    ["a: b !c: d", ["missing-and-or"], "And(Match Match)"],
    ["a: b c: d", ["missing-and-or"], "And(Match Match)"],
  ])("%s is told once, and the rest is read", (text, codes, shape) => {
    expect([codesOf(text), shapeOf(read(text))]).toEqual([codes, shape]);
  });
});

describe("the depth", () => {
  it("is that of groups in groups, not of groups side by side", () => {
    const two = limitsWith({ nesting: 2 });
    for (const group of ["(a: 1 or b: 1)", "g: (a: 1)", "not a: 1", "g: (not a: 1)"]) {
      expect(codesOf(Array(5).fill(group).join(" and "), two)).toEqual([]);
    }
    expect(codesOf("g: (h: (a: 1)) and g: (h: (not a: 1))", two)).toEqual(["too-deep"]);
  });
});

describe("spans", () => {
  it("cut what they cover out of the text", () => {
    const text = "title: web server and kb: 1";
    const ast = read(text);
    expect(Span.slice(text, ast)).toBe(text);
    expect(ast._tag === "And" && ast.operands.map((each) => Span.slice(text, each))).toEqual([
      "title: web server",
      "kb: 1",
    ]);
    expect(Span.slice(text, Span.make(7, 10))).toBe("web");
  });
});

describe("diagnostics", () => {
  it("have an error where one of them is, beside warnings too", () => {
    const at = Span.make(0, 1);
    const [error, warning] = [
      Diagnostic.error("empty-query", at, Diagnostic.none),
      Diagnostic.warning("opposite-never", at, Diagnostic.none),
    ];
    expect([[], [warning], [error], [warning, error]].map(Diagnostic.hasError)).toEqual([false, false, true, true]);
  });
});
