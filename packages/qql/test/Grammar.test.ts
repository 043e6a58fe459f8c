/** grammar.ebnf is the language: the file is whole, and the parser takes what it derives and nothing else. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Limits, Parser } from "../src/index.ts";
import { conformanceQueries, isShort, PATIENT, runs, SEED, withoutSpans } from "./Fixtures.ts";
import { partsOf, type Rule, read, ruleOf } from "./grammar/Ebnf.ts";
import { grammar, isQuery, QUERY, sentence } from "./grammar/Qql.ts";
import { sentences } from "./grammar/Sentences.ts";
import { specials } from "./grammar/Specials.ts";
import { bySeed, made, one, type Pick, some } from "./Picks.ts";

const isTaken = (text: string): boolean => Parser.parse(text, Limits.lifted).diagnostics.length === 0;

describe("grammar.ebnf", PATIENT, () => {
  const rules = [...grammar.values()].flatMap(partsOf);
  const textsOf = (tag: Rule["_tag"]): readonly string[] => [
    ...new Set(rules.flatMap((rule) => (rule._tag === tag && "text" in rule ? [rule.text] : []))),
  ];

  it("names nothing that it doesn't have, and has nothing that no query is made of", () => {
    const reached = new Set([QUERY]);
    // A set takes in what is added while it is walked.
    for (const name of reached) {
      for (const part of partsOf(ruleOf(grammar, name))) if (part._tag === "Name") reached.add(part.text);
    }
    expect([...reached].sort()).toEqual([...grammar.keys()].sort());
  });

  it("has each special sequence once, and the tests supply these and no others", () => {
    const found = rules.flatMap((rule) => (rule._tag === "Special" ? [rule.text] : []));
    expect(found).toEqual([...new Set(found)]);
    expect([...specials.keys()].sort()).toEqual([...found].sort());
    for (const [words, special] of specials) {
      for (const sample of special.samples) expect([words, special.end(sample, 0, 0)]).toEqual([words, sample.length]);
    }
  });

  it("makes sentences of all its names, terminals, special sequences and their samples", () => {
    const used = new Set<string>();
    const onUse = (rule: Rule): void => {
      if ("text" in rule) used.add(`${rule._tag} ${rule.text}`);
    };
    const generate = sentences(grammar, { specials, symbols: new Map(), onUse });
    const pick = bySeed(SEED);
    let text = "";
    for (let i = 0; i < 3_000; i++) text += generate(QUERY, pick);
    // What stands behind a "-" is taken away, so that no sentence is made of it.
    const taken = [...partsTaken()];
    const made = (["Name", "Terminal", "Special"] as const).flatMap((tag) =>
      textsOf(tag).map((each) => `${tag} ${each}`),
    );
    expect(made.filter((each) => !used.has(each)).sort()).toEqual(taken.sort());
    for (const { samples } of specials.values()) for (const sample of samples) expect(text).toContain(sample);
  });

  /** Names and terminals that stand in exceptions only. */
  function partsTaken(): ReadonlySet<string> {
    const taken = new Set<string>();
    const kept = new Set<string>();
    const walk = (rule: Rule, isTakenAway: boolean): void => {
      if (rule._tag === "Exception") {
        walk(rule.part, isTakenAway);
        walk(rule.without, true);
      } else if ("parts" in rule) for (const part of rule.parts) walk(part, isTakenAway);
      else if ("part" in rule) walk(rule.part, isTakenAway);
      else {
        const seen = isTakenAway ? taken : kept;
        if (seen.has(`${rule._tag} ${rule.text}`)) return;
        seen.add(`${rule._tag} ${rule.text}`);
        if (rule._tag === "Name") walk(ruleOf(grammar, rule.text), isTakenAway);
      }
    };
    walk({ _tag: "Name", text: QUERY }, false);
    for (const each of kept) taken.delete(each);
    return taken;
  }
});

describe("a reader of EBNF", PATIENT, () => {
  it.each([
    ['a = "x"', "ends within a production"],
    ['a = "x" "y" ;', "; is missing"],
    ["a = ( b ;", ") is missing"],
    ["a = ] ;", "] can't stand here"],
    ['a = "x" ; a = "y" ;', "is one already"],
  ])("refuses %j", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("reads choices within sequences within exceptions, and names of several words", () => {
    expect(read(`(* of no use *) big rule = A, ( "b" | 'c' ) - ? some\n  thing ? ;`).get("big rule")).toEqual({
      _tag: "Sequence",
      parts: [
        { _tag: "Name", text: "A" },
        {
          _tag: "Exception",
          part: {
            _tag: "Choice",
            parts: [
              { _tag: "Terminal", text: "b" },
              { _tag: "Terminal", text: "c" },
            ],
          },
          without: { _tag: "Special", text: "some thing" },
        },
      ],
    });
  });
});

describe("the parser", PATIENT, () => {
  it("takes whatever the grammar derives", () => {
    fc.assert(
      fc.property(made(sentence), (text) => {
        if (!isTaken(text)) throw new Error(`refused: ${JSON.stringify(text)}`);
      }),
      runs(10_000),
    );
  });

  it("takes sentences that the grammar is asked about again", () => {
    fc.assert(
      fc.property(made(sentence), (text) => {
        if (!isQuery(text)) throw new Error(`no sentence: ${JSON.stringify(text)}`);
      }),
      runs(1_000),
    );
  });

  const SYMBOLS = [
    ..."kb x y is null not and or not [ ] , ( ) : = < <= > >= .. ...".split(" "),
    ..."'p' “q” `e` 1 1:2 :: fe80:: C:\\ a:/b 1x::2 ! a! :x .5 x, ' ‘ \\ \" `".split(" "),
    "kb: x",
    "[x",
    "(a ..",
    "is null",
    "a: x b is null",
    "a is",
    "\u00a0",
    "\n",
    "\u0007",
    "\ud800",
    "👍",
  ];
  const soup = (pick: Pick): string =>
    some(pick, 1, 9, () => one(pick, SYMBOLS) + one(pick, [" ", " ", " ", ""])).join("");

  it("takes and refuses symbols in any order as the grammar does", () => {
    let taken = 0;
    fc.assert(
      fc.property(made(soup), (text) => {
        const isSound = isTaken(text);
        if (isSound !== isQuery(text)) throw new Error(`${isSound ? "taken" : "refused"}: ${JSON.stringify(text)}`);
        taken += Number(isSound);
      }),
      runs(15_000),
    );
    // Comparing refusals alone would prove little.
    expect(taken).toBeGreaterThan(runs(15_000).numRuns / 50);
  });

  it("takes and refuses the conformance queries, and all of their beginnings, as the grammar does", () => {
    const queries = conformanceQueries().filter((query) => query.length < 80);
    expect(queries.length).toBeGreaterThan(300);
    const pick = bySeed(SEED);
    for (const query of queries) {
      for (const text of [query, query.slice(0, pick(query.length + 1)), query.slice(pick(query.length + 1))]) {
        expect([text, isTaken(text)]).toEqual([text, isQuery(text)]);
      }
    }
  });

  it.each([
    ["a colon behind 40 hexadecimal digits", `a: ${"f".repeat(40)}:x`, true],
    ["a colon behind 41 hexadecimal digits", `a: ${"f".repeat(41)}:x`, false],
    ["two colons behind 40 hexadecimal digits", `a: ${"f".repeat(40)}::`, true],
    ["two colons behind 40 hexadecimal digits, before a slash", `a: ${"f".repeat(40)}::/`, true],
    ["two colons behind 41 hexadecimal digits", `a: ${"f".repeat(41)}::`, false],
    ["a colon behind many hexadecimal digits and a slash", `a: ${"f".repeat(41)}:/x`, true],
    ["two colons behind many digits", `a: ${"1".repeat(41)}::x`, true],
    ["a colon between two digits behind a long address", `a: ${"ab:".repeat(13)}1:2`, true],
  ])("takes or refuses %s as the grammar does", (_, text, expected) => {
    expect([isTaken(text), isQuery(text)]).toEqual([expected, expected]);
  });
});

describe("words", PATIENT, () => {
  const wordsOf = (text: string): unknown => withoutSpans(Parser.parse(text).ast);

  it.each([
    // A colon is part of a word where it can't stand behind a name.
    ["12:30", { _tag: "Search", value: { _tag: "Bare", text: "12:30" } }],
    ["a: RHSA-2024:0001", { _tag: "Match", name: { text: "a" }, value: { _tag: "Bare", text: "RHSA-2024:0001" } }],
    ["a:::1", { _tag: "Match", name: { text: "a" }, value: { _tag: "Bare", text: "::1" } }],
    ["a: https://b/80", { _tag: "Match", name: { text: "a" }, value: { _tag: "Bare", text: "https://b/80" } }],
    [
      "a: [C:\\b, ::]",
      {
        _tag: "AnyOf",
        name: { text: "a" },
        values: [
          { _tag: "Bare", text: "C:\\b" },
          { _tag: "Bare", text: "::" },
        ],
      },
    ],
    // A comma ends a word in brackets only, an apostrophe none that it doesn't begin, two dots every one.
    ["a: 10,125", { _tag: "Match", name: { text: "a" }, value: { _tag: "Bare", text: "10,125" } }],
    [
      "a: [10,125]",
      {
        _tag: "AnyOf",
        name: { text: "a" },
        values: [
          { _tag: "Bare", text: "10" },
          { _tag: "Bare", text: "125" },
        ],
      },
    ],
    ["don't", { _tag: "Search", value: { _tag: "Bare", text: "don't" } }],
    [
      "a: [1..2]",
      {
        _tag: "Range",
        name: { text: "a" },
        from: { _tag: "Bare", text: "1" },
        to: { _tag: "Bare", text: "2" },
        isInclusive: true,
      },
    ],
    // "is null" ends a value of four words or more as the condition that it would be by itself.
    ["a: b is null", { _tag: "Match", name: { text: "a" }, value: { _tag: "Bare", text: "b is null" } }],
    [
      "a: c b is null pointer",
      { _tag: "Match", name: { text: "a" }, value: { _tag: "Bare", text: "c b is null pointer" } },
    ],
    ["a: [c b is null]", { _tag: "AnyOf", name: { text: "a" }, values: [{ _tag: "Bare", text: "c b is null" }] }],
    ["is is null", { _tag: "IsNull", name: { text: "is" }, isNegated: false }],
  ])("of %j are what stands there", (text, expected) => {
    expect(Parser.parse(text).diagnostics).toEqual([]);
    expect(wordsOf(text)).toEqual(expected);
  });

  it.each([
    ["a: c b is null", "missing-and-or"],
    ["a: [x::y]", "unexpected-operator"],
    ["a: x::y", "unexpected-operator"],
    ["a: [12:..13]", "unexpected-operator"],
    ["a: (.. 5)", "expected-value"],
    ["a: (5 ..)", "expected-value"],
    ["a!=5", "unsupported-operator"],
    ["a..b", "unexpected-text"],
    ["b is", "expected-null"],
  ])("of %j are refused, with one diagnostic", (text, code) => {
    expect(Parser.parse(text).diagnostics.map((each) => each.code)).toEqual([code]);
    expect(isQuery(text)).toBe(false);
  });

  it("of the longest conformance queries are taken within seconds", () => {
    for (const text of conformanceQueries().filter((query) => !isShort(query))) {
      expect(() => Parser.parse(text, Limits.lifted)).not.toThrow();
    }
  });
});
