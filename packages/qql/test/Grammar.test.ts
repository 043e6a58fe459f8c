import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lexer, Limits, Parser, type Token } from "../src/index.ts";
import { runs } from "./Fixtures.ts";

/** A production of `grammar.ebnf`. */
type Rule =
  | { readonly _tag: "Choice" | "Sequence"; readonly parts: readonly Rule[] }
  | { readonly _tag: "Optional" | "Repeated"; readonly part: Rule }
  | { readonly _tag: "Name" | "Terminal"; readonly text: string }
  | { readonly _tag: "Prose" };

const grammar = readGrammar(readFileSync(new URL("../grammar.ebnf", import.meta.url), "utf8"));

describe("grammar.ebnf", () => {
  it("generates nothing but what the parser takes, and each of its symbols is needed for some sentence", () => {
    const used = new Set<string>();
    const choices = fc.array(fc.nat(1000), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(choices, (numbers) => {
        const sentence = generate({ _tag: "Name", text: "query" }, source(numbers), used).join(" ");
        expect(Parser.parse(sentence), sentence).toMatchObject({ ok: true });
      }),
      runs(1000),
    );
    const terminals = "and or not is null ( ) [ ] , : = <= < >= >".split(" ").map((text) => `"${text}"`);
    expect([...used].sort()).toEqual([...grammar.keys(), ...terminals].sort());
  });

  it("takes whatever the parser takes, and refuses what it refuses but for a word that starts a condition", () => {
    const symbol = fc.constantFrom(
      ..."kb x y 'p' `e` : = < >= [ ] , ( ) and or not is null".split(" "),
      "kb: x",
      "[x",
      "and kb:",
    );
    fc.assert(
      fc.property(fc.array(symbol, { maxLength: 9 }), (symbols) => {
        const text = symbols.join(" ");
        const lexed = Lexer.lex(text, Limits.defaults);
        if (!lexed.ok) throw new Error("the symbols are sound");
        const isSentence = match({ _tag: "Name", text: "query" }, lexed.value, 0).has(lexed.value.length - 1);
        const parsed = Parser.parse(text);
        if (parsed.ok || !isSentence) {
          expect(parsed.ok, text).toBe(isSentence);
        } else {
          const isRefusal = parsed.error.every(({ code }) => REFUSALS.has(code));
          expect(isRefusal && / is (not )?null/.test(text), text).toBe(true);
        }
      }),
      runs(4000),
    );
  });
});

function source(numbers: readonly number[]): (choices: number) => number {
  let at = 0;
  // Once the numbers are used up, the last alternative is taken and nothing is repeated, so that sentences end.
  return (choices) => (at < numbers.length ? (numbers[at++] ?? 0) % choices : choices - 1);
}

function generate(rule: Rule, pick: (choices: number) => number, used: Set<string>): readonly string[] {
  switch (rule._tag) {
    case "Choice":
      return generate(rule.parts[pick(rule.parts.length)] ?? rule, pick, used);
    case "Sequence":
      return rule.parts.flatMap((part) => generate(part, pick, used));
    case "Optional":
      return pick(2) === 0 ? generate(rule.part, pick, used) : [];
    case "Repeated": {
      const all: string[] = [];
      while (pick(3) === 0) all.push(...generate(rule.part, pick, used));
      return all;
    }
    case "Terminal":
      used.add(`"${rule.text}"`);
      return [pick(2) === 0 ? rule.text.toUpperCase() : rule.text];
    case "Name": {
      used.add(rule.text);
      const samples = SAMPLES[rule.text];
      return samples === undefined ? generate(of(rule.text), pick, used) : [samples[pick(samples.length)] ?? ""];
    }
    case "Prose":
      throw new Error("a lexical rule has no samples");
  }
}

/** How a word before "is null" is refused behind a value, and behind a member of a list. */
const REFUSALS: ReadonlySet<string> = new Set(["missing-and-or", "unclosed-list"]);

const SAMPLES: Record<string, readonly string[]> = {
  word: ["security", "tags.name", "10.5", "2024-07-08T12:01:12.012+0000", "win*", "don't", "Andy", "x"],
  phrase: ['"a [b] (c): and"', "'it\\'s'", '""', '"\\\\"', "\u201cx\u201d"],
  exact: ["`a \" ' \\`", "``"],
};

/** Ends, as token indexes, of all the ways the rule can be read from `start`. */
function match(rule: Rule, tokens: readonly Token.Token[], start: number): Set<number> {
  const token = tokens[start];
  switch (rule._tag) {
    case "Choice":
      return union(rule.parts.map((part) => match(part, tokens, start)));
    case "Sequence":
      return rule.parts.reduce(
        (ends, part) => union(Array.from(ends, (end) => match(part, tokens, end))),
        new Set([start]),
      );
    case "Optional":
      return union([new Set([start]), match(rule.part, tokens, start)]);
    case "Repeated": {
      const ends = new Set([start]);
      // A set takes in what is added while it is walked.
      for (const end of ends) for (const next of match(rule.part, tokens, end)) ends.add(next);
      return ends;
    }
    case "Terminal": {
      const isQuoted = token?.kind === "Phrase" || token?.kind === "Exact";
      return new Set(token?.text.toLowerCase() === rule.text && !isQuoted ? [start + 1] : []);
    }
    case "Name": {
      const kind = KINDS[rule.text];
      if (kind === undefined) return match(of(rule.text), tokens, start);
      return new Set(token?.kind === kind ? [start + 1] : []);
    }
    case "Prose":
      throw new Error("a lexical rule has no kind");
  }
}

const KINDS: Record<string, Token.Kind> = { word: "Word", phrase: "Phrase", exact: "Exact" };

const union = (sets: readonly Set<number>[]): Set<number> => new Set(sets.flatMap((set) => [...set]));

function of(name: string): Rule {
  const rule = grammar.get(name);
  if (rule === undefined) throw new Error(`grammar.ebnf has no rule ${name}`);
  return rule;
}

/** Reads ISO 14977 EBNF, as far as the file uses it. */
function readGrammar(text: string): ReadonlyMap<string, Rule> {
  const symbols = text.replaceAll(/\(\*[\s\S]*?\*\)/g, "").match(/"[^"]*"|\?[\s\S]*?\?|\w+|[^\s\w]/g) ?? [];
  const rules = new Map<string, Rule>();
  let at = 0;
  const take = (expected: string): void => {
    if (symbols[at++] !== expected) throw new Error(`expected ${expected} before symbol ${at} of grammar.ebnf`);
  };
  const choice = (): Rule => {
    const parts = [sequence()];
    for (; symbols[at] === "|"; parts.push(sequence())) at++;
    return { _tag: "Choice", parts };
  };
  const sequence = (): Rule => {
    const parts = [factor()];
    for (; symbols[at] === ","; parts.push(factor())) at++;
    return { _tag: "Sequence", parts };
  };
  const bracketed = (close: string): Rule => {
    const inner = choice();
    take(close);
    return inner;
  };
  const factor = (): Rule => {
    const symbol = symbols[at++] ?? "";
    if (symbol === "(") return bracketed(")");
    if (symbol === "[") return { _tag: "Optional", part: bracketed("]") };
    if (symbol === "{") return { _tag: "Repeated", part: bracketed("}") };
    if (symbol.startsWith("?")) return { _tag: "Prose" };
    return symbol.startsWith('"') ? { _tag: "Terminal", text: symbol.slice(1, -1) } : { _tag: "Name", text: symbol };
  };
  while (at < symbols.length) {
    const name = symbols[at++] ?? "";
    take("=");
    rules.set(name, choice());
    take(";");
  }
  return rules;
}
