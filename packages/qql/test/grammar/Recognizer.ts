/**
 * Whether a grammar derives a text: by trying everything, over sets of places. Slow, and says no more than yes or no; it
 * knows of QQL what the head of grammar.ebnf says of how to read it, and nothing else.
 */
import { type Grammar, isSymbol, type Rule, ruleOf } from "./Ebnf.ts";
import type { Special } from "./Specials.ts";

export interface Recognizer {
  /** True if a rule of symbols derives the whole text, blanks around included. */
  readonly derives: (rule: Rule, text: string) => boolean;
  /** True if a rule of characters derives the whole text. */
  readonly derivesCharacters: (rule: Rule, text: string) => boolean;
  /** True if the text is one symbol, to its end. */
  readonly isSymbol: (name: string, text: string) => boolean;
}

/** Where something may end that begins at a place. */
type Ends = ReadonlySet<number>;
type Way<S> = (source: S, at: number, start: number) => Ends;
/** Of characters: `start` is where the symbol begins. */
type Characters = Way<string>;
/** Where a symbol ends; null if it isn't there. */
type Symbol = (text: string, at: number) => number | null;
/** Of symbols; blanks before the first are skipped. */
type Symbols = Way<Source>;

/** A text, and what is known of its places: production by production. */
interface Source {
  readonly text: string;
  readonly known: Map<string, Map<number, Ends>>;
}

const NOWHERE: Ends = new Set();

/** The names that the head of grammar.ebnf speaks of. */
const PART = "PART";
const BLANK = "BLANK";

export function recognizer(grammar: Grammar, specials: ReadonlyMap<string, Special>): Recognizer {
  const characters = charactersOf(grammar, specials);
  const blank = characters({ _tag: "Name", text: BLANK });
  const blanks: SkipBlanks = (text, from) => {
    let at = from;
    for (let [next] = blank(text, at, at); next !== undefined; [next] = blank(text, at, at)) at = next;
    return at;
  };
  const symbols = symbolsOf(grammar, characters, blanks);
  return {
    derives: (rule, text) => {
      const ends = symbols(rule)({ text, known: new Map() }, 0, 0);
      return [...ends].some((end) => blanks(text, end) === text.length);
    },
    derivesCharacters: (rule, text) => characters(rule)(text, 0, 0).has(text.length),
    isSymbol: (name, text) => longest(ruleOf(grammar, name), characters)(text, 0) === text.length,
  };
}

type SkipBlanks = (text: string, from: number) => number;

/** Rules of characters; productions are made once each. */
function charactersOf(grammar: Grammar, specials: ReadonlyMap<string, Special>): (rule: Rule) => Characters {
  const made = new Map<string, Characters>();
  const make = (rule: Rule): Characters => {
    switch (rule._tag) {
      case "Choice":
        return anyOf(rule.parts.map(make));
      case "Sequence":
        return inOrder(rule.parts.map(make));
      case "Option":
        return anyOf([(_, at) => new Set([at]), make(rule.part)]);
      case "Repetition":
        return repeated(make(rule.part));
      case "Exception":
        return without(make(rule.part), make(rule.without));
      case "Terminal":
        return (text, at) => (hasTerminal(text, at, rule.text) ? new Set([at + rule.text.length]) : NOWHERE);
      case "Special":
        return special(specials, rule.text);
      case "Name":
        return (text, at, start) => named(rule.text)(text, at, start);
    }
  };
  const named = (name: string): Characters => {
    const known = made.get(name) ?? make(ruleOf(grammar, name));
    made.set(name, known);
    return known;
  };
  return make;
}

function special(specials: ReadonlyMap<string, Special>, words: string): Characters {
  const found = specials.get(words);
  if (found === undefined) throw new Error(`no special sequence is supplied for ? ${words} ?`);
  return (text, at, start) => {
    const end = found.end(text, at, start);
    return end === null ? NOWHERE : new Set([end]);
  };
}

const hasTerminal = (text: string, at: number, terminal: string): boolean =>
  text.slice(at, at + terminal.length).toLowerCase() === terminal.toLowerCase();

/** A symbol is as long as it can be; an exception at the top of its production is taken away only then. */
function longest(rule: Rule, characters: (rule: Rule) => Characters): Symbol {
  const all = characters(rule._tag === "Exception" ? rule.part : rule);
  const exceptions = rule._tag === "Exception" ? characters(rule.without) : () => NOWHERE;
  return (text, at) => {
    const end = Math.max(-1, ...all(text, at, at));
    return end < 0 || exceptions(text, at, at).has(end) ? null : end;
  };
}

/** Rules of symbols; productions are made once each. */
function symbolsOf(
  grammar: Grammar,
  characters: (rule: Rule) => Characters,
  blanks: SkipBlanks,
): (rule: Rule) => Symbols {
  const made = new Map<string, Symbols>();
  const part = characters({ _tag: "Name", text: PART });
  const symbol =
    (is: Symbol): Symbols =>
    ({ text }, from) => {
      const end = is(text, blanks(text, from));
      return end === null ? NOWHERE : new Set([end]);
    };
  const terminal =
    (letters: string): Symbol =>
    (text, at) => {
      const end = at + letters.length;
      const isThere = hasTerminal(text, at, letters) && !(/^[a-z]/.test(letters) && part(text, end, at).size > 0);
      return isThere ? end : null;
    };
  const make = (rule: Rule): Symbols => {
    switch (rule._tag) {
      case "Choice":
        return anyOf(rule.parts.map(make));
      case "Sequence":
        return inOrder(rule.parts.map(make));
      case "Option":
        return anyOf([(_, at) => new Set([at]), make(rule.part)]);
      case "Repetition":
        return repeated(make(rule.part));
      case "Exception":
        return without(make(rule.part), make(rule.without));
      case "Terminal":
        return symbol(terminal(rule.text));
      case "Name":
        return (source, at) => named(rule.text)(source, at, at);
      case "Special":
        throw new Error(`? ${rule.text} ? stands among symbols`);
    }
  };
  const named = (name: string): Symbols => {
    const rule = ruleOf(grammar, name);
    const known = made.get(name) ?? remembered(name, isSymbol(name) ? symbol(longest(rule, characters)) : make(rule));
    made.set(name, known);
    return known;
  };
  return make;
}

/** Each production is tried once at each place: trying everything ends in polynomial time. */
const remembered =
  (name: string, symbols: Symbols): Symbols =>
  (source, at) => {
    const places = source.known.get(name) ?? new Map<number, Ends>();
    source.known.set(name, places);
    const known = places.get(at) ?? symbols(source, at, at);
    places.set(at, known);
    return known;
  };

const anyOf =
  <S>(ways: readonly Way<S>[]): Way<S> =>
  (text, at, start) =>
    new Set(ways.flatMap((way) => [...way(text, at, start)]));

const inOrder =
  <S>(ways: readonly Way<S>[]): Way<S> =>
  (text, at, start) => {
    let ends: Ends = new Set([at]);
    for (const way of ways) {
      const next = new Set<number>();
      for (const from of ends) for (const end of way(text, from, start)) next.add(end);
      ends = next;
      if (ends.size === 0) return NOWHERE;
    }
    return ends;
  };

const repeated =
  <S>(way: Way<S>): Way<S> =>
  (text, at, start) => {
    const ends = new Set([at]);
    // A set takes in what is added while it is walked.
    for (const from of ends) for (const end of way(text, from, start)) ends.add(end);
    return ends;
  };

const without =
  <S>(way: Way<S>, exception: Way<S>): Way<S> =>
  (text, at, start) => {
    const ends = way(text, at, start);
    if (ends.size === 0) return ends;
    const taken = exception(text, at, start);
    return new Set([...ends].filter((end) => !taken.has(end)));
  };
