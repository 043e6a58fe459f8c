import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Highlight, Limits, Parser } from "../../src/index.ts";
import { narrowQueries, queries, runs } from "./World.ts";

const piecesOf = (text: string): readonly Highlight.Piece[] => Highlight.highlight(Parser.parse(text, Limits.lifted));

/** The pieces with a letter for their kind: `n:name`. */
const shown = (text: string): string =>
  piecesOf(text)
    .map(({ kind, start, end }) => `${LETTERS[kind]}⟨${text.slice(start, end)}⟩`)
    .join("");

const LETTERS: { readonly [K in Highlight.Kind]: string } = {
  name: "n",
  operator: "o",
  value: "v",
  quoted: "q",
  wildcard: "w",
  keyword: "k",
  punctuation: "p",
  error: "e",
};

/** What is wrong with the pieces of a text; empty if nothing is. */
function faultOf(text: string): string {
  let at = 0;
  for (const { start, end } of piecesOf(text)) {
    if (start < at || end <= start || end > text.length) return `${start}-${end} behind ${at}`;
    if (/\S/.test(text.slice(at, start))) return `nothing for ${JSON.stringify(text.slice(at, start))}`;
    at = end;
  }
  return /\S/.test(text.slice(at)) ? `nothing for ${JSON.stringify(text.slice(at))}` : "";
}

describe("the pieces of a text", () => {
  it("are in its order, don't overlap and leave out nothing but space, whatever the text", () => {
    const pieces = fc.constantFrom(
      "name",
      "cpuCount",
      "and",
      "or",
      "not",
      "is",
      "null",
      ":",
      "=",
      "<=",
      "(",
      ")",
      "[",
      "]",
      "..",
      "...",
      ",",
      '"',
      "'",
      "`",
      "“",
      "”",
      "\\",
      "*",
      "x*",
      "5",
      "\u0000",
      "\ud800",
      "\ufeff",
      "\n",
      "é",
      "💻",
      " ",
      " ",
      "a.b",
      "!",
      "&&",
    );
    const texts = fc.oneof(
      { weight: 3, arbitrary: fc.array(pieces, { maxLength: 14 }).map((all) => all.join("")) },
      { weight: 2, arbitrary: fc.array(pieces, { maxLength: 14 }).map((all) => all.join(" ")) },
      fc.string({ unit: "binary" }),
      queries.chain((text) => fc.nat(text.length).map((at) => text.slice(0, at))),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const fault = faultOf(text);
        if (fault !== "") throw new Error(`${JSON.stringify(text)}: ${fault}`);
      }),
      runs(8_000),
    );
  });

  it("hold no error where the text has none", () => {
    fc.assert(
      fc.property(fc.oneof(queries, narrowQueries), (text) => {
        expect(piecesOf(text).filter(({ kind }) => kind === "error")).toEqual([]);
      }),
      runs(1_000),
    );
  });

  it("are cut short by no limit of a query", () => {
    const text = "(a: 1 and b: 2)";
    for (const limits of [
      { ...Limits.defaults, length: 3 },
      { ...Limits.defaults, conditions: 1 },
      { ...Limits.defaults, nesting: 0 },
    ]) {
      const pieces = Highlight.highlight(Parser.parse(text, limits));
      expect(pieces.at(-1)?.end).toBe(text.length);
    }
  });
});

describe("a piece's kind", () => {
  it.each([
    ["name: web", "n⟨name⟩o⟨:⟩v⟨web⟩"],
    ["name = web server", "n⟨name⟩o⟨=⟩v⟨web server⟩"],
    ["cpuCount >= 3", "n⟨cpuCount⟩o⟨>=⟩v⟨3⟩"],
    ['a: "b c"', 'n⟨a⟩o⟨:⟩q⟨"b c"⟩'],
    ["a: 'it\\'s'", "n⟨a⟩o⟨:⟩q⟨'it\\'s'⟩"],
    ["a: `b)`", "n⟨a⟩o⟨:⟩q⟨`b)`⟩"],
    ["a: “b”", "n⟨a⟩o⟨:⟩q⟨“b”⟩"],
    ["a: win*", "n⟨a⟩o⟨:⟩v⟨win⟩w⟨*⟩"],
    ["a: *win", "n⟨a⟩o⟨:⟩w⟨*⟩v⟨win⟩"],
    ["a: *win*", "n⟨a⟩o⟨:⟩w⟨*⟩v⟨win⟩w⟨*⟩"],
    ["a: *", "n⟨a⟩o⟨:⟩w⟨*⟩"],
    ["a: [b, c*]", "n⟨a⟩o⟨:⟩p⟨[⟩v⟨b⟩p⟨,⟩v⟨c⟩w⟨*⟩p⟨]⟩"],
    ["a: [1 .. 2]", "n⟨a⟩o⟨:⟩p⟨[⟩v⟨1⟩p⟨..⟩v⟨2⟩p⟨]⟩"],
    ["a: (now-1d ... now)", "n⟨a⟩o⟨:⟩p⟨(⟩v⟨now-1d⟩p⟨...⟩v⟨now⟩p⟨)⟩"],
    ["a is null", "n⟨a⟩k⟨is⟩k⟨null⟩"],
    ["a IS not NULL", "n⟨a⟩k⟨IS⟩k⟨not⟩k⟨NULL⟩"],
    ["a: 1 and not b: 2 OR c: 3", "n⟨a⟩o⟨:⟩v⟨1⟩k⟨and⟩k⟨not⟩n⟨b⟩o⟨:⟩v⟨2⟩k⟨OR⟩n⟨c⟩o⟨:⟩v⟨3⟩"],
    ["(a: 1)", "p⟨(⟩n⟨a⟩o⟨:⟩v⟨1⟩p⟨)⟩"],
    ["g: (a: 1 and b: 2)", "n⟨g⟩o⟨:⟩p⟨(⟩n⟨a⟩o⟨:⟩v⟨1⟩k⟨and⟩n⟨b⟩o⟨:⟩v⟨2⟩p⟨)⟩"],
    ["remote code", "v⟨remote code⟩"],
    ['"remote code"', 'q⟨"remote code"⟩'],
    ["a: fe80::1", "n⟨a⟩o⟨:⟩v⟨fe80::1⟩"],
    ["a: [::1, 10,2]", "n⟨a⟩o⟨:⟩p⟨[⟩v⟨::1⟩p⟨,⟩v⟨10⟩p⟨,⟩v⟨2⟩p⟨]⟩"],
    ["is: null", "n⟨is⟩o⟨:⟩v⟨null⟩"],
    ["null is null", "n⟨null⟩k⟨is⟩k⟨null⟩"],
    ["  \n", ""],
    ["", ""],
  ])("%j: %s", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  /** While one types, most texts are broken: what can be told is told, and only what is wrong is an error. */
  it.each([
    ["a:", "n⟨a⟩o⟨:⟩"],
    ["a: and b: 1", "n⟨a⟩o⟨:⟩k⟨and⟩n⟨b⟩o⟨:⟩v⟨1⟩"],
    ["a is", "n⟨a⟩k⟨is⟩"],
    ["a is not", "n⟨a⟩k⟨is⟩k⟨not⟩"],
    ["a: [b, ", "n⟨a⟩o⟨:⟩p⟨[⟩v⟨b⟩p⟨,⟩"],
    ["a: [b", "n⟨a⟩o⟨:⟩p⟨[⟩v⟨b⟩"],
    ["a: [1 ..", "n⟨a⟩o⟨:⟩p⟨[⟩v⟨1⟩p⟨..⟩"],
    ["(a: 1", "p⟨(⟩n⟨a⟩o⟨:⟩v⟨1⟩"],
    ["a: 1 and", "n⟨a⟩o⟨:⟩v⟨1⟩k⟨and⟩"],
    ['a: "b', 'n⟨a⟩o⟨:⟩q⟨"b⟩'],
    ["a: 1)", "n⟨a⟩o⟨:⟩v⟨1⟩e⟨)⟩"],
    ["a: 1 b: 2", "n⟨a⟩o⟨:⟩v⟨1⟩n⟨b⟩o⟨:⟩v⟨2⟩"],
    ["a: b\u0000c", "n⟨a⟩o⟨:⟩v⟨b⟩e⟨\u0000⟩v⟨c⟩"],
    ["a := 1", "n⟨a⟩e⟨:⟩e⟨=⟩v⟨1⟩"],
    ['"a": b', 'q⟨"a"⟩o⟨:⟩v⟨b⟩'],
    ["a: b) c", "n⟨a⟩o⟨:⟩v⟨b⟩e⟨)⟩e⟨c⟩"],
    ["a: b) c and d: 1", "n⟨a⟩o⟨:⟩v⟨b⟩e⟨)⟩e⟨c⟩k⟨and⟩n⟨d⟩o⟨:⟩v⟨1⟩"],
    ["a: b != c", "n⟨a⟩o⟨:⟩v⟨b !⟩e⟨=⟩e⟨c⟩"],
    ['a: "b\u0000c"', 'n⟨a⟩o⟨:⟩q⟨"b⟩e⟨\u0000⟩q⟨c"⟩'],
  ])("%j, which is broken: %s", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });
});
