/**
 * A reader of EBNF as ISO/IEC 14977 has it, as far as grammar.ebnf uses it: productions, choice, sequence, option,
 * repetition, exception, terminals, special sequences and comments.
 */

/** The right side of a production. */
export type Rule =
  | { readonly _tag: "Choice" | "Sequence"; readonly parts: readonly Rule[] }
  | { readonly _tag: "Option" | "Repetition"; readonly part: Rule }
  | { readonly _tag: "Exception"; readonly part: Rule; readonly without: Rule }
  | { readonly _tag: "Name" | "Terminal" | "Special"; readonly text: string };

/** Productions by name, in the order of the text. */
export type Grammar = ReadonlyMap<string, Rule>;

/** True for a name in capitals: a symbol, or what symbols are made of. */
export const isSymbol = (name: string): boolean => name === name.toUpperCase();

/** The production of a name; a grammar that names what it doesn't have is no grammar. */
export function ruleOf(grammar: Grammar, name: string): Rule {
  const rule = grammar.get(name);
  if (rule === undefined) throw new Error(`the grammar has no production ${name}`);
  return rule;
}

/** A rule and all that it is made of, not following names. */
export function partsOf(rule: Rule): readonly Rule[] {
  switch (rule._tag) {
    case "Choice":
    case "Sequence":
      return [rule, ...rule.parts.flatMap(partsOf)];
    case "Option":
    case "Repetition":
      return [rule, ...partsOf(rule.part)];
    case "Exception":
      return [rule, ...partsOf(rule.part), ...partsOf(rule.without)];
    default:
      return [rule];
  }
}

/** Reads a grammar; throws where it is none. */
export function read(text: string): Grammar {
  const r: Reading = { lexemes: lexemesOf(text), at: 0 };
  const rules = new Map<string, Rule>();
  while (r.at < r.lexemes.length) {
    const name = take(r);
    if (!NAME.test(name) || rules.has(name)) throw new Error(`${name} can't be a production's name, or is one already`);
    expectNext(r, "=");
    rules.set(name, choice(r));
    expectNext(r, ";");
  }
  return rules;
}

/** A comment, a terminal, a special sequence, a name of words, or a sign. */
const LEXEMES = /\(\*[\s\S]*?\*\)|"[^"]+"|'[^']+'|\?[^?]+\?|[A-Za-z]+(?:[ \n]+[A-Za-z]+)*|\S/g;
const NAME = /^[A-Za-z]+(?: [A-Za-z]+)*$/;

const lexemesOf = (text: string): readonly string[] =>
  (text.match(LEXEMES) ?? []).filter((lexeme) => !lexeme.startsWith("(*")).map((lexeme) => lexeme.replace(/\s+/g, " "));

interface Reading {
  readonly lexemes: readonly string[];
  at: number;
}

function take(r: Reading): string {
  const lexeme = r.lexemes[r.at++];
  if (lexeme === undefined) throw new Error("the grammar ends within a production");
  return lexeme;
}

function expectNext(r: Reading, expected: string): void {
  const lexeme = take(r);
  if (lexeme !== expected) throw new Error(`${expected} is missing before ${lexeme} (lexeme ${r.at})`);
}

function choice(r: Reading): Rule {
  const parts = [sequence(r)];
  for (; r.lexemes[r.at] === "|"; parts.push(sequence(r))) r.at++;
  return joined("Choice", parts);
}

function sequence(r: Reading): Rule {
  const parts = [term(r)];
  for (; r.lexemes[r.at] === ","; parts.push(term(r))) r.at++;
  return joined("Sequence", parts);
}

const joined = (_tag: "Choice" | "Sequence", parts: readonly Rule[]): Rule =>
  parts.length === 1 && parts[0] !== undefined ? parts[0] : { _tag, parts };

function term(r: Reading): Rule {
  const part = factor(r);
  if (r.lexemes[r.at] !== "-") return part;
  r.at++;
  return { _tag: "Exception", part, without: factor(r) };
}

function factor(r: Reading): Rule {
  const lexeme = take(r);
  if (lexeme === "(") return within(r, ")");
  if (lexeme === "[") return { _tag: "Option", part: within(r, "]") };
  if (lexeme === "{") return { _tag: "Repetition", part: within(r, "}") };
  if (/^["']./.test(lexeme)) return { _tag: "Terminal", text: lexeme.slice(1, -1) };
  if (/^\?./.test(lexeme)) return { _tag: "Special", text: lexeme.slice(1, -1).trim() };
  if (NAME.test(lexeme)) return { _tag: "Name", text: lexeme };
  throw new Error(`${lexeme} can't stand here (lexeme ${r.at})`);
}

function within(r: Reading, close: string): Rule {
  const inner = choice(r);
  expectNext(r, close);
  return inner;
}
