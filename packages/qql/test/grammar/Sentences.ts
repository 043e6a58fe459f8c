/**
 * Sentences of a grammar, made from it alone: choices are picked, characters and exceptions looked up, blanks put in. The
 * same picks make the same sentence; once a sentence has grown large its shortest endings are taken, so that it ends.
 */
import { one, type Pick, rarely } from "../Picks.ts";
import { type Grammar, isSymbol, type Rule, ruleOf } from "./Ebnf.ts";
import { type Recognizer, recognizer } from "./Recognizer.ts";
import type { Special } from "./Specials.ts";

/** Makes a sentence of a production. */
export type Generate = (name: string, pick: Pick) => string;

export interface Supplies {
  /** Special sequences by their words. */
  readonly specials: ReadonlyMap<string, Special>;
  /** Symbols that every second one of a name is taken from. */
  readonly symbols: ReadonlyMap<string, readonly string[]>;
  /** Told of every production, terminal and special sequence that a sentence is made of. */
  readonly onUse?: (rule: Rule) => void;
}

/** A symbol of a sentence. */
interface Piece {
  readonly text: string;
  readonly kind: "word" | "quote" | "sign";
}

interface Making {
  readonly grammar: Grammar;
  readonly supplies: Supplies;
  readonly recognizer: Recognizer;
  readonly heightOf: (rule: Rule) => number;
  readonly pick: Pick;
  /** Rules that may still be opened before the shortest are taken. */
  fuel: number;
}

/** Rules opened and characters repeated in one sentence before it is brought to its end. */
const FUEL = 150;
/** Tries before a text without exceptions is taken. */
const TRIES = 30;

export function sentences(grammar: Grammar, supplies: Supplies): Generate {
  const shared = { grammar, supplies, recognizer: recognizer(grammar, supplies.specials), heightOf: heights(grammar) };
  return (name, pick) =>
    join(symbols({ ...shared, pick, fuel: FUEL }, { _tag: "Name", text: name }), grammar, pick, supplies);
}

function symbols(m: Making, rule: Rule): readonly Piece[] {
  m.supplies.onUse?.(rule);
  m.fuel--;
  switch (rule._tag) {
    case "Choice":
      return symbols(m, choose(m, rule.parts));
    case "Sequence":
      return rule.parts.flatMap((part) => symbols(m, part));
    case "Option":
      return m.fuel > 0 && rarely(m.pick, 2) ? symbols(m, rule.part) : [];
    case "Repetition": {
      const pieces: Piece[] = [];
      while (m.fuel > 0 && rarely(m.pick, 3)) pieces.push(...symbols(m, rule.part));
      return pieces;
    }
    case "Exception":
      return attempt(
        m,
        (making) => symbols(making, rule.part),
        (pieces) => !m.recognizer.derives(rule.without, pieces.map(({ text }) => text).join(" ")),
      );
    case "Terminal":
      return [{ text: recased(m, rule.text), kind: /^[a-z]/.test(rule.text) ? "word" : "sign" }];
    case "Name":
      return isSymbol(rule.text) ? [symbol(m, rule.text)] : symbols(m, ruleOf(m.grammar, rule.text));
    case "Special":
      throw new Error(`? ${rule.text} ? stands among symbols`);
  }
}

function symbol(m: Making, name: string): Piece {
  const given = m.supplies.symbols.get(name) ?? [];
  const text =
    given.length > 0 && rarely(m.pick, 2)
      ? one(m.pick, given)
      : attempt(
          m,
          (making) => characters(making, ruleOf(m.grammar, name)),
          (made) => m.recognizer.isSymbol(name, made),
        );
  return { text, kind: /^["'`“”„‘]/.test(text) ? "quote" : text.startsWith("..") ? "sign" : "word" };
}

function characters(m: Making, rule: Rule): string {
  m.supplies.onUse?.(rule);
  switch (rule._tag) {
    case "Choice":
      // What stands first is what is usual; the others would outnumber it.
      return characters(m, m.pick(2) === 0 ? (rule.parts[0] ?? rule) : choose(m, rule.parts));
    case "Sequence":
      return rule.parts.map((part) => characters(m, part)).join("");
    case "Option":
      return m.fuel > 0 && rarely(m.pick, 2) ? characters(m, rule.part) : "";
    case "Repetition": {
      let text = "";
      for (; m.fuel > 0 && m.pick(3) > 0; m.fuel--) text += characters(m, rule.part);
      return text;
    }
    case "Exception":
      return attempt(
        m,
        (making) => characters(making, rule.part),
        (text) => !m.recognizer.derivesCharacters(rule.without, text),
      );
    case "Terminal":
      return recased(m, rule.text);
    case "Special":
      return one(m.pick, m.supplies.specials.get(rule.text)?.samples ?? []);
    case "Name":
      return characters(m, ruleOf(m.grammar, rule.text));
  }
}

/** The first of several makings that is sound; other picks each time, in the end the shortest. */
function attempt<A>(m: Making, make: (making: Making) => A, isSound: (made: A) => boolean): A {
  for (let tries = 0; tries < TRIES; tries++) {
    const making: Making = { ...m, pick: (choices) => (m.pick(choices) + tries) % choices };
    const made = make(making);
    m.fuel = making.fuel;
    if (isSound(made)) return made;
  }
  const shortest = make({ ...m, fuel: 0, pick: () => 0 });
  if (!isSound(shortest)) throw new Error(`what is shortest is an exception: ${JSON.stringify(shortest)}`);
  return shortest;
}

function choose(m: Making, parts: readonly Rule[]): Rule {
  const low = Math.min(...parts.map(m.heightOf));
  return one(m.pick, m.fuel > 0 ? parts : parts.filter((part) => m.heightOf(part) === low));
}

function recased(m: Making, text: string): string {
  if (!/^[a-z]/.test(text)) return text;
  const way = m.pick(3);
  return way === 0 ? text : way === 1 ? text.toUpperCase() : text.charAt(0).toUpperCase() + text.slice(1);
}

/** How many productions deep the shallowest derivation of a rule is. */
function heights(grammar: Grammar): (rule: Rule) => number {
  const known = new Map<string, number>([...grammar.keys()].map((name) => [name, Number.POSITIVE_INFINITY]));
  const heightOf = (rule: Rule): number => {
    switch (rule._tag) {
      case "Choice":
        return Math.min(...rule.parts.map(heightOf));
      case "Sequence":
        return Math.max(...rule.parts.map(heightOf));
      case "Exception":
        return heightOf(rule.part);
      case "Name":
        return 1 + (known.get(rule.text) ?? Number.POSITIVE_INFINITY);
      default:
        return 0;
    }
  };
  // Each round settles at least the names that are one deeper.
  for (const _ of grammar.keys()) for (const [name, rule] of grammar) known.set(name, heightOf(rule));
  return heightOf;
}

/** Symbols to text: with blanks where two would be read as one, and here and there where they wouldn't. */
function join(pieces: readonly Piece[], grammar: Grammar, pick: Pick, supplies: Supplies): string {
  let text = "";
  pieces.forEach((piece, i) => {
    const before = pieces[i - 1];
    const isBlank = before !== undefined && (!canTouch(before, piece) || pick(3) > 0);
    text += (isBlank ? blanks(grammar, pick, supplies) : "") + piece.text;
  });
  return rarely(pick, 16) ? blanks(grammar, pick, supplies) + text + blanks(grammar, pick, supplies) : text;
}

function blanks(grammar: Grammar, pick: Pick, { specials }: Supplies): string {
  const rule = ruleOf(grammar, "BLANK");
  const samples = rule._tag === "Special" ? (specials.get(rule.text)?.samples ?? []) : [];
  return rarely(pick, 4) ? one(pick, samples) + one(pick, samples) : " ";
}

/** True if two symbols are two without a blank between. */
function canTouch(left: Piece, right: Piece): boolean {
  if (left.text.endsWith(".") && right.text.startsWith(".")) return false;
  // A word that begins with a digit takes the colon.
  if (right.text === ":") return !/^[0-9]/.test(left.text);
  if (left.kind === "sign" || right.kind === "sign") return true;
  return !(left.kind === "word" && (right.kind === "word" || /^['‘]/.test(right.text)));
}
