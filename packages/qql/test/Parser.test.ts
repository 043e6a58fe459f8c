import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ast, Parser, Printer, Span } from "../src/index.ts";
import { asts, spell, whims } from "./Arbitraries.ts";
import { runs, withoutSpans } from "./Fixtures.ts";

function parsed(text: string): Ast.Expr {
  const result = Parser.parse(text);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.error)}`);
  return result.value;
}

const printed = (text: string): string => Printer.print(parsed(text));

function nodes(expr: Ast.Expr): readonly Ast.Expr[] {
  if (expr._tag === "And" || expr._tag === "Or") return [expr, ...expr.operands.flatMap(nodes)];
  return expr._tag === "Not" ? [expr, ...nodes(expr.operand)] : [expr];
}

describe("reading", () => {
  it.each([
    // precedence and grouping
    ["a: 1 or b: 2 and c: 3", "a: 1 or b: 2 and c: 3"],
    ["(a: 1 or b: 2) and c: 3", "(a: 1 or b: 2) and c: 3"],
    ["a: 1 or (b: 2 and c: 3)", "a: 1 or b: 2 and c: 3"],
    ["not a: 1 and b: 2", "not a: 1 and b: 2"],
    ["not (a: 1 and b: 2)", "not (a: 1 and b: 2)"],
    ["NOT Not nOt a: 1", "not not not a: 1"],
    ["((a: 1 AND (b: 2 And c: 3)))", "a: 1 and b: 2 and c: 3"],
    // operators and spacing
    ["a=1", "a: 1"],
    ["a<1 and b <= 2 and c >3 and d>=4", "a < 1 and b <= 2 and c > 3 and d >= 4"],
    ["a:[x,y ,  z]", "a: [x, y, z]"],
    ["a = [x]", "a: [x]"],
    ["a IS NULL or b is Not null", "a is null or b is not null"],
    // values
    ["a: Internet   Explorer\nand b: x", "a: Internet Explorer and b: x"],
    ["a: 10,125 and b: [10,125]", "a: 10,125 and b: [10, 125]"],
    ["a: 2024-07-08T12:01:12.012+0000", "a: 2024-07-08T12:01:12.012+0000"],
    ["a: RHSA-2024:0001 and b: [FTSA-2026:0001:2, x]", "a: RHSA-2024:0001 and b: [FTSA-2026:0001:2, x]"],
    ["a1:1 or b1:2", "a1: 1 or b1: 2"],
    ["a: don't panic", "a: don't panic"],
    ["a: 'EOL/EOS'", 'a: "EOL/EOS"'],
    ["a: \u201cx y\u201d", 'a: "x y"'],
    ["a: \u201cx \\\u201d y\u201c", 'a: "x \u201d y"'],
    ["a:\u00a0x\u2003y", "a: x y"],
    [String.raw`a: "say \"hi\" C:\temp \\ it\'s"`, String.raw`a: "say \"hi\" C:\\temp \\ it's"`],
    ['a: `C:\\"x"`', 'a: `C:\\"x"`'],
    ['a: ""', 'a: ""'],
    ["a: is and b: null", "a: is and b: null"],
    ["is: is and null is null", "is: is and null is null"],
    ["a: this value is null pointer", "a: this value is null pointer"],
    ["a: andy and b: nothing or c: orb", "a: andy and b: nothing or c: orb"],
    ['a: ["and", `or`]', 'a: ["and", `or`]'],
  ])("reads %j as %j", (text, expected) => {
    expect(printed(text)).toBe(expected);
  });

  it("reads every spelling of a tree as that tree", () => {
    fc.assert(
      fc.property(asts, whims, (ast, whim) => {
        expect(withoutSpans(parsed(spell(ast, whim)))).toEqual(withoutSpans(ast));
      }),
      runs(1000),
    );
  });

  it("gives each node the span of a text that reads as that node", () => {
    fc.assert(
      fc.property(asts, whims, (ast, whim) => {
        const text = spell(ast, whim);
        for (const node of nodes(parsed(text))) {
          expect(withoutSpans(parsed(Span.slice(text, node.span)))).toEqual(withoutSpans(node));
        }
      }),
      runs(300),
    );
  });

  it("gives names and values the span of their own text", () => {
    const text = "(a: Internet  Explorer) or b: ['x', `y`]";
    const [first, second] = nodes(parsed(text)).slice(1) as [Ast.Match, Ast.AnyOf];
    const literals = [first.value, ...second.values];
    expect([first.name, second.name].map((name) => Span.slice(text, name.span))).toEqual(["a", "b"]);
    expect(literals.map((value) => Span.slice(text, value.span))).toEqual(["Internet  Explorer", "'x'", "`y`"]);
  });
});

describe("printing", () => {
  it("prints what reads as the same tree, and prints that the same again", () => {
    fc.assert(
      fc.property(asts, (ast) => {
        const text = Printer.print(ast);
        const again = parsed(text);
        expect(withoutSpans(again)).toEqual(withoutSpans(ast));
        expect(Printer.print(again)).toBe(text);
      }),
      runs(1000),
    );
  });

  it("prints no parenthesis that could be left out", () => {
    fc.assert(
      fc.property(asts, (ast) => {
        const text = Printer.print(ast);
        // Only values hold other parentheses, and none of the generated values does.
        for (let at = 0; at < text.length; at++) {
          if (text[at] !== "(") continue;
          const close = closing(text, at);
          const without = text.slice(0, at) + text.slice(at + 1, close) + text.slice(close + 1);
          expect(withoutSpans(parsed(without))).not.toEqual(withoutSpans(ast));
        }
      }),
      runs(200),
    );
  });
});

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return at;
  }
  throw new Error("unbalanced");
}
