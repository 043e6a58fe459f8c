/**
 * Where a text that is being typed ends: what has been said there, what is open, and so what may come next. Reads the
 * scanner's tokens as the parser does, but keeps the place only.
 *
 * Invariants: never throws; linear in the text; behind what is broken it finds its place again at the next AND, OR or `)`.
 */
import type * as Ast from "./Ast.ts";
import * as Catalog from "./Catalog.ts";
import * as Scanner from "./Scanner.ts";

export interface Place {
  readonly at: At;
  /** Where the word or the open quote begins that may still grow; the end of the text where there is none. */
  readonly typedFrom: number;
  /** The group whose tokens can be named here. */
  readonly within: Catalog.Group | null;
  /** Parentheses of groups that are open. */
  readonly groups: number;
}

export type At = Condition | Words | NullCheck | Value | Done | Broken;

/** A condition begins. */
export interface Condition {
  readonly _tag: "Condition";
}

/** Behind words without a token; a single one may be a name that waits for its operator. */
export interface Words {
  readonly _tag: "Words";
  readonly text: string;
}

/** Behind `name is`, or negated `name is not`. */
export interface NullCheck {
  readonly _tag: "NullCheck";
  readonly name: string;
  readonly isNegated: boolean;
}

/** A value of a token, or behind one. */
export interface Value {
  readonly _tag: "Value";
  readonly name: string;
  readonly form: Form;
  /** The bracket that ends the list or range; empty for none. */
  readonly closer: "" | "]" | ")";
  /** Where the value begins, or will begin. */
  readonly from: number;
  /** What of it is written for good; null for nothing. */
  readonly literal: Ast.Literal | null;
}

/** Behind `:` or `=`, behind another operator, in a list as its first or a later member, or an end of a range. */
export type Form = "Single" | "Compared" | "First" | "Further" | "Lower" | "Upper";

/** Behind a condition that can't go on. */
export interface Done {
  readonly _tag: "Done";
}

export interface Broken {
  readonly _tag: "Broken";
}

interface Walk {
  readonly catalog: Catalog.Catalog;
  at: At;
  /** The group around each open parenthesis, the whole catalogue first. */
  readonly scopes: (Catalog.Group | null)[];
}

/** The place at the end of a text. */
export function find(catalog: Catalog.Catalog, text: string): Place {
  const walk: Walk = { catalog, at: CONDITION, scopes: [null] };
  let isOpenQuote = false;
  const s = Scanner.open(text, 0, ({ code }) => {
    isOpenQuote ||= code === "unclosed-quote";
  });
  for (Scanner.advance(s, modeAt(walk.at)); s.kind !== Scanner.END; Scanner.advance(s, modeAt(walk.at))) {
    if (isOpenQuote || (s.end === text.length && canGrow(s.kind))) return placeOf(walk, s.start);
    walk.at = take(walk, s);
  }
  return placeOf(walk, text.length);
}

const placeOf = ({ at, scopes }: Walk, typedFrom: number): Place => ({
  at: at._tag === "Value" && at.literal === null ? { ...at, from: typedFrom } : at,
  typedFrom,
  within: scopes.at(-1) ?? null,
  groups: scopes.length - 1,
});

const canGrow = (kind: Scanner.Kind): boolean =>
  kind === Scanner.WORD || kind === Scanner.AND || kind === Scanner.OR || kind === Scanner.NOT;

function modeAt(at: At): Scanner.Mode {
  if (at._tag !== "Value") return Scanner.PLAIN;
  return (at.literal === null ? Scanner.VALUE : Scanner.PLAIN) | (at.closer === "]" ? Scanner.LISTED : Scanner.PLAIN);
}

const CONDITION: Condition = { _tag: "Condition" };
const DONE: Done = { _tag: "Done" };
const BROKEN: Broken = { _tag: "Broken" };

/** The place behind a token. */
function take(walk: Walk, s: Scanner.Scanner): At {
  const { at } = walk;
  switch (at._tag) {
    case "Condition":
      return takeFirst(walk, s);
    case "Words":
      return takeWord(walk, s, at);
    case "NullCheck":
      return takeNull(walk, s, at);
    case "Value":
      return at.literal === null ? takeValue(walk, s, at) : takeBehind(walk, s, at, at.literal);
    default:
      return takeJoin(walk, s);
  }
}

function takeFirst(walk: Walk, s: Scanner.Scanner): At {
  switch (s.kind) {
    case Scanner.WORD:
      return { _tag: "Words", text: Scanner.textOf(s) };
    case Scanner.PHRASE:
    case Scanner.EXACT:
      return DONE;
    case Scanner.NOT:
      return CONDITION;
    case Scanner.OPEN:
      walk.scopes.push(walk.scopes.at(-1) ?? null);
      return CONDITION;
    default:
      return takeJoin(walk, s);
  }
}

function takeWord(walk: Walk, s: Scanner.Scanner, { text }: Words): At {
  const name = text.slice(text.lastIndexOf(" ") + 1);
  if (s.kind === Scanner.WORD) {
    if (name === text && isWord(s, "is")) return { _tag: "NullCheck", name, isNegated: false };
    return { _tag: "Words", text: `${text} ${Scanner.textOf(s)}` };
  }
  if (!Scanner.isOperator(s.kind)) return takeJoin(walk, s);
  const form = s.kind === Scanner.COLON || s.kind === Scanner.EQUALS ? "Single" : "Compared";
  return { _tag: "Value", name, form, closer: "", from: s.end, literal: null };
}

function takeNull(walk: Walk, s: Scanner.Scanner, at: NullCheck): At {
  if (s.kind === Scanner.NOT && !at.isNegated) return { ...at, isNegated: true };
  return isWord(s, "null") ? DONE : takeJoin(walk, s);
}

function takeValue(walk: Walk, s: Scanner.Scanner, at: Value): At {
  const { kind, start, end } = s;
  if (kind === Scanner.WORD || kind === Scanner.PHRASE || kind === Scanner.EXACT) {
    const _tag = kind === Scanner.WORD ? "Bare" : kind === Scanner.PHRASE ? "Phrase" : "Exact";
    return { ...at, from: start, literal: { _tag, start, end, text: Scanner.textOf(s) } };
  }
  if (at.form === "Single" && kind === Scanner.LIST_OPEN) return { ...at, form: "First", closer: "]" };
  if (at.form === "Single" && kind === Scanner.OPEN) return takeParenthesis(walk, at);
  return takeJoin(walk, s);
}

/** Of a group's conditions, or of a range: the token tells. */
function takeParenthesis(walk: Walk, at: Value): At {
  const entry = Catalog.find(walk.catalog, at.name, walk.scopes.at(-1) ?? null);
  if (entry?.type !== "group") return { ...at, form: "Lower", closer: ")" };
  walk.scopes.push(entry);
  return CONDITION;
}

/** Behind what is written of a value. */
function takeBehind(walk: Walk, s: Scanner.Scanner, at: Value, literal: Ast.Literal): At {
  const { form, closer } = at;
  if (s.kind === Scanner.WORD && literal._tag === "Bare") {
    return { ...at, literal: { ...literal, end: s.end, text: `${literal.text} ${Scanner.textOf(s)}` } };
  }
  const isListed = form === "First" || form === "Further";
  if (s.kind === Scanner.COMMA && isListed) return { ...at, form: "Further", literal: null };
  if (s.kind === Scanner.DOTS && (form === "First" || form === "Lower")) return { ...at, form: "Upper", literal: null };
  return closer !== "" && Scanner.textOf(s) === closer ? DONE : takeJoin(walk, s);
}

/** What stands between conditions; anything else is broken. */
function takeJoin(walk: Walk, s: Scanner.Scanner): At {
  if (s.kind === Scanner.AND || s.kind === Scanner.OR) return CONDITION;
  if (s.kind !== Scanner.CLOSE || walk.scopes.length === 1) return BROKEN;
  walk.scopes.pop();
  return DONE;
}

const isWord = (s: Scanner.Scanner, word: string): boolean =>
  s.kind === Scanner.WORD && Scanner.textOf(s).toLowerCase() === word;
