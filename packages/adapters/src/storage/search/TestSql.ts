/** What is asked of one value, as a condition on the columns that hold its keys. */
import * as Qql from "@fettle/qql";
import * as Binding from "./Binding.ts";
import type * as Layout from "./Layout.ts";
import * as StoredText from "./StoredText.ts";
import * as Trigrams from "./Trigrams.ts";

/** A condition that can stand as an operand of AND, OR and IS. */
export interface Piece {
  readonly text: string;
  /** Never null. */
  readonly isTotal: boolean;
  /** A SELECT of the numbers of all rows that it holds for, each once, where other tables alone tell. */
  readonly numbers?: string | null;
  /** Whether they are all in the main table's scope. */
  readonly isInScope?: boolean;
  /** What stands behind the SELECT of the text, where that is all of it. */
  readonly selected?: string;
}

/** The rows that a full-text table of trigrams finds, where that was looked up before; null where it wasn't. */
export type KnownRows = (trigrams: string, match: string) => readonly number[] | null;

/** The numbers that a SELECT finds; null where they are too many to be named. */
export type Numbers = (select: Select) => readonly number[] | null;

export interface Select {
  readonly text: string;
  readonly parameters: readonly Binding.Argument[];
}

export interface Context {
  readonly binding: Binding.Binding;
  readonly now: number;
  readonly tenant: number;
  readonly withTrigrams: boolean;
  readonly known: KnownRows | null;
  readonly texts: Numbers | null;
  aliases: number;
}

export const NEVER: Piece = { text: "0", isTotal: true };
export const ALWAYS: Piece = { text: "1", isTotal: true };

/** Behind every number and text, and before no value. */
const BEHIND_ALL = "x''";

export const all = (pieces: readonly Piece[]): Piece => joined(pieces, " AND ", ALWAYS);

/** More alternatives than these are not planned for one by one, which takes a time that goes by their square. */
const PLANNED_MAX = 32;

export function any(pieces: readonly Piece[]): Piece {
  const { text, isTotal } = joined(pieces, " OR ", NEVER);
  return { text: pieces.length > PLANNED_MAX ? `+${text}` : text, isTotal };
}

export const not = ({ text, isTotal }: Piece): Piece => ({
  text: isTotal ? `NOT (${text})` : `(${text}) IS NOT TRUE`,
  isTotal: true,
});

/** Operands side by side; more are put into parentheses of so many, as an expression may not be deeper than 1,000. */
const SIDE_BY_SIDE_MAX = 32;

function joined(pieces: readonly Piece[], operator: string, empty: Piece): Piece {
  const [first = empty] = pieces;
  if (pieces.length < 2) return first;
  let texts: string[] = [];
  let isTotal = true;
  for (const piece of pieces) {
    texts.push(piece.text);
    isTotal &&= piece.isTotal;
  }
  while (texts.length > SIDE_BY_SIDE_MAX) texts = grouped(texts, operator);
  return { text: `(${texts.join(operator)})`, isTotal };
}

function grouped(texts: readonly string[], operator: string): string[] {
  const groups: string[] = [];
  for (let at = 0; at < texts.length; at += SIDE_BY_SIDE_MAX) {
    groups.push(`(${texts.slice(at, at + SIDE_BY_SIDE_MAX).join(operator)})`);
  }
  return groups;
}

/** That there is an object, or something in its place. */
export const presence = (alias: string, { presence: column }: Layout.Inner): Piece =>
  column === null ? ALWAYS : { text: `${alias}.${column} IS NOT NULL`, isTotal: true };

/** That it is an object, and not what should have been one. */
export const isObject = (alias: string, presence: string): Piece => nullable(`${alias}.${presence} = 1`);

/** A test of a value. */
export function of(context: Context, alias: string, stored: Layout.Stored, test: Qql.Predicate.Test): Piece {
  switch (stored._tag) {
    case "KeyColumn": {
      const key = (): string => `${alias}.${stored.column}`;
      return test._tag === "Exists" ? isThere(key()) : testOf(context, key, test);
    }
    case "Computed": {
      const { now, tenant, binding } = context;
      const key = (): string => `(${stored.sql({ alias, bind: binding.bind, now, tenant })})`;
      return testOf(context, key, test);
    }
    case "SharedText":
      return test._tag === "Exists" ? isThere(`${alias}.${stored.column}`) : sharedTest(context, alias, stored, test);
    case "InlineText": {
      const key: KeyOf = (of) => `${alias}.${of === "tokens" ? stored.tokens : stored.folded}`;
      if (test._tag === "Exists") return isThere(key("folded"));
      const match = stored.trigrams === null || !context.withTrigrams ? null : Trigrams.matchOf(test);
      if (match === null) return testOf(context, key, test);
      const prefilter = `${alias}.n IN (${candidates(context, stored.trigrams ?? "", match)})`;
      return all([{ text: prefilter, isTotal: true }, testOf(context, key, test)]);
    }
  }
}

/** More are given as one list. */
const NAMED_MAX = 4;

const candidates = ({ binding, known }: Context, trigrams: string, match: string): string => {
  const rows = known?.(trigrams, match) ?? null;
  if (rows !== null && rows.length <= NAMED_MAX) return rows.map(binding.bind).join(", ");
  if (rows !== null) return `SELECT value FROM json_each(${binding.bind(JSON.stringify(rows))})`;
  return `SELECT rowid FROM ${trigrams} WHERE ${trigrams} MATCH ${binding.bind(match)}`;
};

const isThere = (column: string): Piece => ({ text: `${column} IS NOT NULL`, isTotal: true });

/** Texts that many rows share are looked at once each, not once a row; one that is spelled out has one number, if any. */
function sharedTest(context: Context, alias: string, stored: Layout.SharedText, test: Qql.Predicate.Test): Piece {
  const column = `${alias}.${stored.column}`;
  const isOne = test._tag === "Is" && test.values.length === 1;
  if (!isOne || context.texts === null) {
    return { text: `${column} ${isOne ? "=" : "IN"} (${sharedTexts(context, stored, test)})`, isTotal: false };
  }
  const own: Context = { ...context, binding: Binding.inOrder() };
  const [number] = context.texts({ text: sharedTexts(own, stored, test), parameters: own.binding.values() }) ?? [];
  return number === undefined ? NEVER : nullable(`${column} = ${context.binding.bind(number)}`);
}

/** A SELECT of the numbers of the texts that a test holds for. */
function sharedTexts(context: Context, { dictionary, field }: Layout.SharedText, test: Qql.Predicate.Test): string {
  const { binding, tenant } = context;
  const text = `x${++context.aliases}`;
  const where = `${text}.t = ${binding.bind(tenant)} AND ${text}.field = ${field}`;
  const condition = testOf(context, (of) => `${text}.${of === "tokens" ? "tokens" : "folded"}`, test);
  return `SELECT ${text}.n FROM ${dictionary} AS ${text} WHERE ${where} AND ${condition.text}`;
}

/** The column of a key, or an expression for it. */
type KeyOf = (key: Qql.Predicate.ScalarKey | Qql.Predicate.TextKey) => string;

const nullable = (text: string): Piece => ({ text, isTotal: false });

function testOf(context: Context, key: KeyOf, test: Qql.Predicate.Test): Piece {
  switch (test._tag) {
    case "All":
      return all(test.tests.map((each) => testOf(context, key, each)));
    case "Any":
      return any(test.tests.map((each) => testOf(context, key, each)));
    case "Exists":
      return isThere(key("folded"));
    case "Is":
      return isOneOf(context, key(test.key), test.values);
    case "Between":
      return between(context, key, test);
    default:
      return StoredText.isStorable(test.text) ? substring(context, key, test) : NEVER;
  }
}

function isOneOf({ binding }: Context, key: string, values: readonly (string | number)[]): Piece {
  const storable = values.filter((value) => typeof value === "number" || StoredText.isStorable(value));
  if (storable.length === 0) return NEVER;
  const marks = storable.map(binding.bind);
  return nullable(storable.length === 1 ? `${key} = ${marks[0]}` : `${key} IN (${marks.join(", ")})`);
}

function between({ binding, now }: Context, key: KeyOf, { key: of, low, high }: Qql.Predicate.Between): Piece {
  const place = ({ at }: Qql.Cut.Cut): string =>
    binding.bind(typeof at === "object" ? Qql.Moment.instantOf(at, now) : at);
  const from = low === null ? "" : `${key(of)} ${low.isAfter ? ">" : ">="} ${place(low)}`;
  const to = high === null ? `${key(of)} < ${BEHIND_ALL}` : `${key(of)} ${high.isAfter ? "<=" : "<"} ${place(high)}`;
  return nullable(from === "" ? to : `(${from} AND ${to})`);
}

function substring({ binding }: Context, key: KeyOf, { _tag, key: of, text }: Qql.Predicate.Substring): Piece {
  if (text === "") return nullable(`${key(of)} < ${BEHIND_ALL}`);
  switch (_tag) {
    case "Contains":
      return nullable(`instr(${key(of)}, ${binding.bind(text)}) > 0`);
    case "StartsWith": {
      const next = StoredText.successor(text);
      const from = `${key(of)} >= ${binding.bind(text)}`;
      return nullable(`(${from} AND ${key(of)} < ${next === null ? BEHIND_ALL : binding.bind(next)})`);
    }
    case "EndsWith": {
      // By bytes: as characters, text would be read up to its first NUL only.
      const end = `substr(CAST(${key(of)} AS BLOB), ${binding.bind(-StoredText.bytesOf(text))})`;
      return nullable(`${end} = CAST(${binding.bind(text)} AS BLOB)`);
    }
  }
}
