import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Combine, Limits, Matcher, Parser } from "../../src/index.ts";
import { type Asset, checkedOf, documents, instants, queries, runs } from "./World.ts";

const read = (text: string): Parser.Parsed["ast"] => {
  const { ast, diagnostics } = Parser.parse(text, Limits.lifted);
  expect([text, ...diagnostics.map(({ code }) => code)]).toEqual([text]);
  return ast;
};
const textOf = (join: typeof Combine.and, ...texts: readonly [string, ...string[]]): string => {
  const [first, ...others] = texts.map(read);
  if (first === undefined) throw new Error("no query");
  return join([first, ...others], Limits.lifted).text;
};

/** What people type who would like to see more than they may, each of it sound by itself. */
const HOSTILE = [
  'name: ") or (name: *"',
  "name: ') or (name: *'",
  "name: `) or (name: *`",
  'name: "\\") or name is not null or (name: \\""',
  "name: '\\') or name is not null or (name: \\''",
  "name: “x” or name: ”or name: *“",
  'name: "x\\\\" or name is not null',
  "`x) or (name: *`",
  '") or (name is not null"',
  "name: x or name: y",
  "not name: x or name is not null",
  "name: x\nor\rname is not null",
  "(name: x) or (name is not null)",
  "((((name: x))))",
  "host: (model: x or model is not null) or name: y",
  'labels: ["])", ") or name: [x"]',
  "cpuCount: (0 .. 5) or name is not null",
  "name: it's or name: 'it\\'s) or (y'",
  "name: a-b.c/d or serial: \\",
  "lastSeen: [now-7d ... now] or serial: *",
];

describe("queries joined", () => {
  const some = fc.sample(fc.tuple(documents, instants), { numRuns: 100, seed: runs(1).seed });
  const pairs = HOSTILE.map((text, i) => [text, HOSTILE[(i + 7) % HOSTILE.length] ?? ""] as const);

  it.each(pairs)("can't get out of their place: %j beside %j", (a, b) => {
    const scope = "licensed: true";
    const all = [scope, a, b].map((text) => Matcher.compile(checkedOf(text)));
    for (const text of [textOf(Combine.and, scope, a, b), textOf(Combine.and, b, a, scope)]) {
      expect(Parser.parse(text, Limits.lifted).diagnostics).toEqual([]);
      const joined = Matcher.compile(checkedOf(text));
      const wrong = some.find(
        ([document, now]) => joined(document, now) !== all.every((matches) => matches(document, now)),
      );
      expect(wrong).toBeUndefined();
    }
  });

  it("mean both, or either, of what they mean by themselves", () => {
    const several = fc.array(queries, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(several, documents, instants, (texts, document, now) => {
        const answers = texts.map((text) => Matcher.compile(checkedOf(text))(document, now));
        const [first = Parser.parse("").ast, ...others] = texts.map((text) => Parser.parse(text, Limits.lifted).ast);
        const answer = (join: typeof Combine.and): boolean => {
          const { text, diagnostics } = join([first, ...others], Limits.lifted);
          expect(diagnostics).toEqual([]);
          return Matcher.compile(checkedOf(text))(document, now);
        };
        expect(answer(Combine.and)).toBe(answers.every((each) => each));
        expect(answer(Combine.or)).toBe(answers.some((each) => each));
      }),
      runs(800),
    );
  });

  it.each([
    [["a: 1 or b: 2", "c: 3"], "(a: 1 OR b: 2) AND c: 3", "a: 1 OR b: 2 OR c: 3"],
    [["a: 1 and b: 2", "c: 3"], "a: 1 AND b: 2 AND c: 3", "a: 1 AND b: 2 OR c: 3"],
    [["not a: 1", "b c"], "NOT a: 1 AND b c", "NOT a: 1 OR b c"],
    [["a: 1"], "a: 1", "a: 1"],
    [["a: 1 or b: 2"], "a: 1 OR b: 2", "a: 1 OR b: 2"],
    [["a: 1 and b: 2"], "a: 1 AND b: 2", "a: 1 AND b: 2"],
    [["a: x y", "b: z"], "a: x y AND b: z", "a: x y OR b: z"],
    [['a: "x"', "b"], 'a: "x" AND b', 'a: "x" OR b'],
  ])("%j are written %s, and %s", (texts, and, or) => {
    const [first = "", ...others] = texts;
    expect(textOf(Combine.and, first, ...others)).toBe(and);
    expect(textOf(Combine.or, first, ...others)).toBe(or);
  });

  it("are held to the limits of one query", () => {
    const [a, b] = [read("a: 1"), read("b: 2")];
    const { diagnostics } = Combine.and([a, b], { ...Limits.defaults, conditions: 1 });
    expect(diagnostics.map(({ code }) => code)).toEqual(["too-many-conditions"]);
    expect(Combine.or([a, b], { ...Limits.defaults, length: 5 }).diagnostics.map(({ code }) => code)).toEqual([
      "text-too-long",
    ]);
  });

  it("are sound by default wherever both together keep the limits, and are told of otherwise", () => {
    const { conditions, length, nesting } = Limits.defaults;
    const some = (count: number): Parser.Parsed["ast"] => read(Array(count).fill("a: 1").join(" or "));
    const deep = (levels: number): Parser.Parsed["ast"] => read(`${"not ".repeat(levels)}(a: 1 or b: 2)`);
    const codes = (first: Parser.Parsed["ast"], second: Parser.Parsed["ast"]): readonly string[] => {
      const { text, diagnostics } = Combine.and([first, second]);
      expect(Parser.parse(text).diagnostics).toEqual(diagnostics);
      return diagnostics.map(({ code }) => code);
    };
    expect(codes(some(conditions - 1), some(1))).toEqual([]);
    expect(codes(some(conditions), some(1))).toEqual(["too-many-conditions"]);
    const around = "a:  AND b: c".length;
    expect(codes(read(`a: ${"x".repeat(length - around)}`), read("b: c"))).toEqual([]);
    expect(codes(read(`a: ${"x".repeat(length - around + 1)}`), read("b: c"))).toEqual(["text-too-long"]);
    expect(codes(deep(nesting - 1), some(1))).toEqual([]);
    expect(codes(read("a: 1"), deep(nesting))).toEqual(["too-deep"]);
  });

  it("keep a scope around a search that says everything", () => {
    const matches = Matcher.compile(
      checkedOf(textOf(Combine.and, "licensed: true", "name is null or name is not null")),
    );
    const [inside, outside]: Asset[] = [
      { name: "a", licensed: true },
      { name: "a", licensed: false },
    ];
    expect([inside, outside].map((asset) => matches(asset as Asset, 0))).toEqual([true, false]);
  });
});
