/** Text to tree: what is read, that chevrotain's parser of the same grammar reads the same, and what the limits stop. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ast, Checker, Diagnostic, Limits, Matcher, Parser, Printer, Span } from "../src/index.ts";
import { expr, spell } from "./Arbitraries.ts";
import {
  assets,
  childrenOf,
  conformanceQueries,
  isShort,
  limitsWith,
  misplacedSpan,
  NOW,
  nodesOf,
  PATIENT,
  runs,
  SEED,
  withoutSpans,
} from "./Fixtures.ts";
import { sentence } from "./grammar/Qql.ts";
import { mutated } from "./Mutations.ts";
import * as ChevrotainQql from "./oracle/ChevrotainQql.ts";
import { bySeed, made, one, type Pick, rarely } from "./Picks.ts";

const parsed = (text: string): Ast.Expr => {
  const { ast, diagnostics } = Parser.parse(text, Limits.lifted);
  if (diagnostics.length > 0) throw new Error(`${JSON.stringify(text)}: ${JSON.stringify(diagnostics)}`);
  return ast;
};

const drawer = bySeed(SEED);
const queries = conformanceQueries().filter(isShort);

/** Sentences of the grammar, drawn once: they are dear. */
const drawn = Array.from({ length: 4_000 }, () => sentence(drawer));

/** A text like those that people write, sound or not. */
function someText(pick: Pick): string {
  const text = one(pick, [() => one(pick, queries), () => one(pick, drawn), () => spell(expr(pick), pick)])();
  return rarely(pick, 4) ? text : mutated(text, queries, pick);
}

describe("reading", PATIENT, () => {
  it.each([
    // Precedence and groups.
    ["a: 1 or b: 2 and c: 3", "a: 1 OR b: 2 AND c: 3"],
    ["(a: 1 or b: 2) and c: 3", "(a: 1 OR b: 2) AND c: 3"],
    ["a: 1 or (b: 2 and c: 3)", "a: 1 OR b: 2 AND c: 3"],
    ["not a: 1 and b: 2", "NOT a: 1 AND b: 2"],
    ["not (a: 1 and b: 2)", "NOT (a: 1 AND b: 2)"],
    ["NOT Not nOt a: 1", "NOT NOT NOT a: 1"],
    ["((a: 1 AND (b: 2 And c: 3)))", "a: 1 AND b: 2 AND c: 3"],
    // Operators and blanks.
    ["a=1", "a: 1"],
    ["a<1 and b <= 2 and c >3 and d>=4", "a < 1 AND b <= 2 AND c > 3 AND d >= 4"],
    ["a:[x,y ,  z]", "a: [x, y, z]"],
    ["a = [x]", "a: [x]"],
    ["a IS NULL or b is Not null", "a is null OR b is not null"],
    ["a:[1..2] and a: (1 ... 2)", "a: [1 .. 2] AND a: (1 .. 2)"],
    ["a: (10 MB .. 1 GB of it)", "a: (10 MB .. 1 GB of it)"],
    ["g:(a: 1 and h = (b: 2 or c is null))", "g: (a: 1 AND h: (b: 2 OR c is null))"],
    // Values.
    ["a: Internet   Explorer\nand b: x", "a: Internet Explorer AND b: x"],
    ["a: 10,125 and b: [10,125]", "a: 10,125 AND b: [10, 125]"],
    ["a: 2024-07-08T12:01:12.012+0000", "a: 2024-07-08T12:01:12.012+0000"],
    ["a: RHSA-2024:0001 and b: [FTSA-2026:0001:2, x]", "a: RHSA-2024:0001 AND b: [FTSA-2026:0001:2, x]"],
    ["a1:1 or b1:2", "a1: 1 OR b1: 2"],
    ["a: don't panic", "a: don't panic"],
    ["a: 'EOL/EOS'", 'a: "EOL/EOS"'],
    ["a: “x y”", 'a: "x y"'],
    ["a: “x \\” y“", 'a: "x ” y"'],
    ["a: ‘it's’", 'a: "it\'s"'],
    ["a:\u00a0x\u2003y", "a: x y"],
    [String.raw`a: "say \"hi\" C:\temp \\ it\'s"`, String.raw`a: "say \"hi\" C:\\temp \\ it's"`],
    ['a: `C:\\"x"`', 'a: `C:\\"x"`'],
    ['a: ""', 'a: ""'],
    ["a: is and b: null", "a: is AND b: null"],
    ["is: is and null is null", "is: is AND null is null"],
    ["a: this value is null pointer", "a: this value is null pointer"],
    ["a: andy and b: nothing or c: orb", "a: andy AND b: nothing OR c: orb"],
    ['a: ["and", `or`]', 'a: ["and", `or`]'],
    // Text without a name.
    ["remote   code and 'x' or `y`", 'remote code AND "x" OR `y`'],
    ["not win", "NOT win"],
  ])("reads %j as %j", (text, expected) => {
    expect(Printer.print(parsed(text))).toBe(expected);
  });

  it("reads every spelling of a tree as that tree", () => {
    fc.assert(
      fc.property(
        made((pick) => ({ ast: expr(pick), pick })),
        ({ ast, pick }) => {
          const text = spell(ast, pick);
          if (!isDeepStrictEqual(withoutSpans(parsed(text)), withoutSpans(ast))) {
            throw new Error(`${JSON.stringify(text)} is read as ${Printer.print(parsed(text))}`);
          }
        },
      ),
      runs(10_000),
    );
  });

  it("gives each node the span of a text that is read as that node", () => {
    const text = made((pick) => (rarely(pick, 2) ? one(pick, drawn) : spell(expr(pick), pick)));
    fc.assert(
      fc.property(text, (whole) => {
        for (const node of nodesOf(parsed(whole))) {
          const own = Span.slice(whole, node);
          if (!isDeepStrictEqual(withoutSpans(parsed(own)), withoutSpans(node))) {
            throw new Error(`${JSON.stringify(own)} of ${JSON.stringify(whole)}`);
          }
        }
      }),
      runs(5_000),
    );
  });

  it("gives names, values and groups the spans of their own text", () => {
    const text = "c: 1 and (a: Internet  Explorer or b: ['x', `y`] and (d: 1 and e: 2))";
    const texts = nodesOf(parsed(text)).flatMap((node) => childrenOf(node).map((child) => Span.slice(text, child)));
    expect(texts).toEqual([
      "c: 1",
      "(a: Internet  Explorer or b: ['x', `y`] and (d: 1 and e: 2))",
      "c",
      "1",
      "a: Internet  Explorer",
      "b: ['x', `y`] and (d: 1 and e: 2)",
      "a",
      "Internet  Explorer",
      "b: ['x', `y`]",
      "d: 1",
      "e: 2",
      "b",
      "'x'",
      "`y`",
      "d",
      "1",
      "e",
      "2",
    ]);
  });
});

describe("reading any text", PATIENT, () => {
  it("reads and refuses what chevrotain's parser of the same grammar does, with the same tree and the same spans", () => {
    const counts = { read: 0, refused: 0 };
    fc.assert(
      fc.property(made(someText), (text) => {
        const { ast, diagnostics } = Parser.parse(text, Limits.lifted);
        const other = ChevrotainQql.parse(text);
        const isSound = !Diagnostic.hasError(diagnostics);
        if (isSound !== (other !== null)) throw new Error(`${isSound ? "taken" : "refused"}: ${JSON.stringify(text)}`);
        if (isSound && !isDeepStrictEqual(ast, other)) throw new Error(`another tree: ${JSON.stringify(text)}`);
        counts[isSound ? "read" : "refused"]++;
      }),
      runs(20_000),
    );
    const all = counts.read + counts.refused;
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(all / 5);
  });

  it("reads the conformance queries as chevrotain's parser does", () => {
    expect(queries.length).toBeGreaterThan(300);
    for (const text of queries) {
      const { ast, diagnostics } = Parser.parse(text, Limits.lifted);
      expect([text, diagnostics.length === 0 ? ast : null]).toEqual([text, ChevrotainQql.parse(text)]);
    }
  });

  it("gives a tree whose spans lie in the text, in what they are part of and in order, and what is broken is reported", () => {
    fc.assert(
      fc.property(made(someText), (text) => {
        const { ast, diagnostics } = Parser.parse(text);
        const misplaced = misplacedSpan(text, ast);
        if (misplaced !== null) throw new Error(`${JSON.stringify(misplaced)} in ${JSON.stringify(text)}`);
        for (const { start, end } of diagnostics) {
          if (!(0 <= start && start <= end && end <= text.length)) throw new Error(`a diagnostic outside ${text}`);
        }
        const isBroken = nodesOf(ast).some((node) => node._tag === "Broken");
        if (isBroken && diagnostics.length === 0) throw new Error(`broken without a report: ${JSON.stringify(text)}`);
        if (diagnostics.length > Limits.defaults.diagnostics) throw new Error("too much is reported");
      }),
      runs(20_000),
    );
  });

  it("gives trees that keep the invariants of Ast", () => {
    fc.assert(
      fc.property(made(someText), (text) => {
        for (const node of nodesOf(Parser.parse(text).ast)) {
          if (node._tag !== "And" && node._tag !== "Or") continue;
          const isKept = node.operands.length >= 2 && node.operands.every((operand) => operand._tag !== node._tag);
          if (!isKept) throw new Error(`${node._tag} of ${JSON.stringify(text)}`);
        }
      }),
      runs(10_000),
    );
  });
});

describe("limits", PATIENT, () => {
  const codes = (text: string, limits: Partial<Limits.Limits>): readonly string[] =>
    Parser.parse(text, limitsWith(limits)).diagnostics.map(({ code }) => code);
  const conditions = (count: number): string => Array<string>(count).fill("a: 1").join(" or ");
  const list = (count: number): string => `a: [${Array<string>(count).fill("1").join(", ")}]`;
  const parentheses = (depth: number): string => `${"(".repeat(depth)}a: 1${")".repeat(depth)}`;
  const groups = (depth: number): string => `${"a: (".repeat(depth)}a: 1${")".repeat(depth)}`;
  const nots = (depth: number): string => `${"not ".repeat(depth)}a: 1`;

  it.each([
    ["length", "text-too-long", { length: 9 }, "a: 123456", "a: 1234567"],
    ["conditions", "too-many-conditions", { conditions: 3 }, conditions(3), conditions(4)],
    ["search texts", "too-many-conditions", { conditions: 2 }, "a or 'b'", "a or 'b' or c"],
    ["quoted search texts", "too-many-conditions", { conditions: 2 }, "a or 'b'", "a or 'b' or 'c'"],
    ["list members", "too-many-members", { listMembers: 3 }, list(3), list(4)],
    ["parentheses", "too-deep", { nesting: 3 }, parentheses(3), parentheses(4)],
    ["groups", "too-deep", { nesting: 3 }, groups(3), groups(4)],
    ["NOTs", "too-deep", { nesting: 3 }, nots(3), nots(4)],
    ["NOTs and parentheses", "too-deep", { nesting: 3 }, "not (not a: 1)", "not (not (not a: 1))"],
    ["nesting, however high it is set", "too-deep", { nesting: 1e9 }, parentheses(500), parentheses(501)],
    ["NOTs, however high it is set", "too-deep", { nesting: 1e9 }, nots(500), nots(501)],
  ] as const)("of %s lets the maximum pass and stops one more with %s", (_, code, limits, sound, excess) => {
    expect(codes(sound, limits)).toEqual([]);
    expect(codes(excess, limits)).toEqual([code]);
  });

  it("stand, when none are given, at what Limits says", () => {
    const { length, nesting, conditions: conditionsMax, listMembers } = Limits.defaults;
    const isSound = (text: string): boolean => Parser.parse(text).diagnostics.length === 0;
    const pairs = [
      [`a: ${"x".repeat(length - 3)}`, `a: ${"x".repeat(length - 2)}`],
      [parentheses(nesting), parentheses(nesting + 1)],
      [conditions(conditionsMax).replaceAll("a: 1", "a"), conditions(conditionsMax + 1).replaceAll("a: 1", "a")],
      [list(listMembers), list(listMembers + 1)],
    ];
    expect(pairs.map((pair) => pair.map(isSound))).toEqual(pairs.map(() => [true, false]));
  });

  it("of diagnostics drop what comes after, and the query stays refused", () => {
    const text = Array<string>(30).fill("a:").join(" and ");
    for (const diagnostics of [1, 2, 20]) expect(codes(text, { diagnostics })).toHaveLength(diagnostics);
  });

  it("are told where they are passed, and nothing behind is reported", () => {
    const text = `${conditions(3)} or b: 2 or c:`;
    expect(Parser.parse(text, limitsWith({ conditions: 3 })).diagnostics).toEqual([
      { code: "too-many-conditions", severity: "error", start: 24, end: 25, details: { max: 3 } },
    ]);
  });
});

describe("a text of a megabyte, its limits lifted,", PATIENT, () => {
  const MEGABYTE = 1_000_000;
  const filled = (piece: string): string => piece.repeat(Math.ceil(MEGABYTE / piece.length));

  it.each([
    ["an AND chain", `${filled("missingCount: 1 and ")}missingCount: 2`],
    ["an OR chain", `${filled("kb: x or ")}kb: y`],
    ["a chain of both", `${filled("kb: x and kb: y or ")}kb: z`],
    ["a chain of NOTs", `${filled("not kb: x and ")}kb: z`],
    ["a list", `kb: [${filled("KB2893294, ")}x]`],
    ["a list of numbers", `score: [${filled("17, ")}1]`],
    ["search text", filled("remote code ")],
    ["a phrase", `title: "${filled("remote code ")}"`],
    ["a whole value", `title: \`${filled("x")}\``],
    ["groups side by side", `${filled("(kb: x) and ")}interfaces: (name: x)`],
    [
      "a nest as deep as can be, and a long chain in it",
      `${"(".repeat(500)}${filled("kb: x or ")}kb: y${")".repeat(500)}`,
    ],
    ["groups of groups", `interfaces: (ports: (${filled("port: 1 or ")}port: 2))`],
  ])("such as %s, is read, printed, formatted, checked and matched", (_, text) => {
    const ast = parsed(text);
    const printed = Printer.print(ast);
    expect(Printer.print(parsed(printed)) === printed).toBe(true);
    expect(Printer.print(parsed(Printer.format(ast))) === printed).toBe(true);
    const { checked, diagnostics } = Checker.check(assets, ast, Limits.lifted);
    if (checked === null) throw new Error(JSON.stringify(diagnostics));
    expect(typeof Matcher.compile(checked)({ missingCount: 1 }, NOW)).toBe("boolean");
  });

  const FILLINGS = [
    ...`( ) [ ] " ' \` “ ‘ \\ : = < > , . ! * a \0 \u007f \ud83d \udc4d 👍 a: 1: :: ab: .. \\"`.split(" "),
    ...` |\n|a: [|a: (|a: [a |a: (a |. |not |and |is |a is |a is null |is null |"a" |(a |a) |a: b |a: , |a! = `.split(
      "|",
    ),
  ];

  it.each(FILLINGS)("of %j and nothing else, is read without a fault of its own", (piece) => {
    const text = filled(piece);
    const { ast, diagnostics } = Parser.parse(text, Limits.lifted);
    expect(misplacedSpan(text, ast)).toBe(null);
    expect(diagnostics.length).toBeLessThanOrEqual(Limits.lifted.diagnostics);
    expect(() => Checker.check(assets, ast, Limits.lifted)).not.toThrow();
    expect(typeof Printer.format(ast)).toBe("string");
  });
});
