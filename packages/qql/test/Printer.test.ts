/** Tree to text: what is printed is read as the same tree again, on one line or on several. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ast, Limits, Parser, Printer } from "../src/index.ts";
import { expr, spell } from "./Arbitraries.ts";
import { conformanceQueries, isShort, PATIENT, runs, SEED, withoutSpans } from "./Fixtures.ts";
import { sentence } from "./grammar/Qql.ts";
import { bySeed, made, one, type Pick } from "./Picks.ts";

const parsed = (text: string): Ast.Expr => {
  const { ast, diagnostics } = Parser.parse(text, Limits.lifted);
  if (diagnostics.length > 0) throw new Error(`${JSON.stringify(text)}: ${JSON.stringify(diagnostics)}`);
  return ast;
};

const drawer = bySeed(SEED + 1);
const drawn = Array.from({ length: 4_000 }, () => sentence(drawer));
const sound = conformanceQueries().filter((text) => isShort(text) && Parser.parse(text).diagnostics.length === 0);

/** A sound query. */
const soundText = (pick: Pick): string =>
  one(pick, [() => one(pick, sound), () => one(pick, drawn), () => one(pick, drawn), () => spell(expr(pick), pick)])();

const isSame = (a: Ast.Expr, b: Ast.Expr): boolean => isDeepStrictEqual(withoutSpans(a), withoutSpans(b));

describe("printing", PATIENT, () => {
  it("prints what is read as the same tree, and is printed the same again", () => {
    fc.assert(
      fc.property(made(soundText), (text) => {
        const ast = parsed(text);
        const printed = Printer.print(ast);
        const again = parsed(printed);
        if (!isSame(ast, again)) throw new Error(`${JSON.stringify(text)} is printed as ${printed}`);
        if (Printer.print(again) !== printed) throw new Error(`${printed} isn't printed as itself`);
      }),
      runs(15_000),
    );
  });

  it("prints trees that were never a text so that they are read as they are", () => {
    fc.assert(
      fc.property(made(expr), (ast) => {
        const printed = Printer.print(ast);
        if (!isSame(ast, parsed(printed))) throw new Error(`${JSON.stringify(ast)} is printed as ${printed}`);
      }),
      runs(10_000),
    );
  });

  it("prints no parenthesis that could be left out", () => {
    fc.assert(
      fc.property(made(expr), (ast) => {
        const printed = Printer.print(ast);
        for (const [open, close] of groupsOf(printed)) {
          const without = `${printed.slice(0, open)} ${printed.slice(open + 1, close)} ${printed.slice(close + 1)}`;
          const { ast: read, diagnostics } = Parser.parse(without);
          if (diagnostics.length === 0 && isSame(ast, read)) throw new Error(`${printed} needs no (${open})`);
        }
      }),
      runs(2_000),
    );
  });

  it.each([
    ["Phrase", 'a "b" \\c\\', '"a \\"b\\" \\\\c\\\\"'],
    ["Phrase", "it's “so”", '"it\'s “so”"'],
    ["Phrase", "", '""'],
    ["Exact", 'a "b" \\c\\', '`a "b" \\c\\`'],
    ["Bare", "fe80::1 x", "fe80::1 x"],
  ] as const)("prints a %s of %j as %s", (_tag, text, expected) => {
    expect(Printer.printLiteral({ _tag, text, start: 0, end: 0 })).toBe(expected);
  });

  it("prints nothing for what is broken, and the rest of a query around it", () => {
    expect(Printer.print(Parser.parse("a: 1 and b: and c: 3").ast)).toBe("a: 1 AND  AND c: 3");
  });
});

/** Parentheses of groups: behind AND, OR, NOT or a parenthesis, or at the beginning; quoted ones are left alone. */
function groupsOf(text: string): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  const open: number[] = [];
  for (const { 0: piece, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|[()]/gsu)) {
    if (piece === "(") open.push(index);
    if (piece !== ")") continue;
    const from = open.pop() ?? 0;
    if (/(?:^|\(|AND |OR |NOT )$/.test(text.slice(0, from))) found.push([from, index]);
  }
  return found;
}

describe("formatting", PATIENT, () => {
  const widths = fc.constantFrom(1, 10, 20, 40, 80, 120);

  it("writes what is read as the same tree, and is formatted the same again", () => {
    fc.assert(
      fc.property(made(soundText), widths, (text, width) => {
        const ast = parsed(text);
        const formatted = Printer.format(ast, width);
        const again = parsed(formatted);
        if (!isSame(ast, again)) throw new Error(`${JSON.stringify(text)} is formatted as ${formatted}`);
        if (Printer.format(again, width) !== formatted) throw new Error(`${formatted} isn't formatted as itself`);
      }),
      runs(15_000),
    );
  });

  it("keeps its lines to the width, but for a condition or a value that is longer by itself", () => {
    fc.assert(
      fc.property(made(expr), widths, (ast, width) => {
        const formatted = Printer.format(ast, width);
        for (const line of formatted.split("\n")) {
          if (line.length > width && !isWhole(line)) throw new Error(`${line} can be broken to ${width}`);
        }
      }),
      runs(10_000),
    );
  });

  /** True for a line that can't be broken: one condition, one value of a list, or a bracket. */
  function isWhole(line: string): boolean {
    const rest = line.trim().replace(/^(?:(?:AND|OR|NOT) )+/, "");
    if (/^[[(\])]$|^[^\s"`]+: [[(]$/.test(rest)) return true;
    const condition = Parser.parse(rest, Limits.lifted);
    if (condition.diagnostics.length === 0 && !["And", "Or", "Nested", "AnyOf"].includes(condition.ast._tag))
      return true;
    const member = Parser.parse(`x: [${rest.replace(/,$/, "")}]`, Limits.lifted).ast;
    return member._tag === "AnyOf" && member.values.length === 1;
  }

  it("leaves on one line what fits on one", () => {
    fc.assert(
      fc.property(made(expr), (ast) => {
        const printed = Printer.print(ast);
        expect(Printer.format(ast, printed.length)).toBe(printed);
        if (Printer.format(ast, printed.length - 1) !== printed) return;
        if (!isWhole(printed)) throw new Error(`${printed} isn't broken`);
      }),
      runs(2_000),
    );
  });

  it("puts an operand on each line, and groups and lists between lines of their own", () => {
    const text =
      "vendorSeverity: [Critical, Important, Moderate] and (category: security or publishedDate > now-30d) " +
      "and not interfaces: (address: 10.1.0.0/16 and name: eth0)";
    expect(Printer.format(parsed(text), 40)).toBe(
      [
        "vendorSeverity: [",
        "  Critical, Important, Moderate",
        "]",
        "AND (",
        "  category: security",
        "  OR publishedDate > now-30d",
        ")",
        "AND NOT interfaces: (",
        "  address: 10.1.0.0/16 AND name: eth0",
        ")",
      ].join("\n"),
    );
  });

  it("fills the lines of a list", () => {
    expect(Printer.format(parsed("a: [10, 20, 30, 40, 50]"), 10)).toBe("a: [\n  10, 20,\n  30, 40,\n  50\n]");
  });
});
