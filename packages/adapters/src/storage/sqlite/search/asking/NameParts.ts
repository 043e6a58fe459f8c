/**
 * Whether trigrams are worth asking for parts of names. They find candidates, each of which is then looked at in its row; where
 * an eighth of all names have what is looked for, as the end of a domain, reading all names in their index is cheaper.
 */
import type { AssetIndexQuestion } from "@fettle/core";
import type * as Qql from "@fettle/qql";
import * as Layout from "../../../search/Layout.ts";
import type * as TestSql from "../../../search/TestSql.ts";
import * as Trigrams from "../../../search/Trigrams.ts";
import * as SearchTables from "../SearchTables.ts";
import * as Asks from "./Asks.ts";
import * as Fragment from "./Fragment.ts";
import type * as Statements from "./Statements.ts";

const stored = Layout.storedOf(SearchTables.assets, "name");
const table = stored?._tag === "InlineText" ? stored.trigrams : null;
/** Fewer are counted by the page that they fill. */
const PAGEFUL = 100;
const FIRST = `SELECT rowid FROM ${table} WHERE ${table} MATCH ? LIMIT ${PAGEFUL}`;
// A sum, since SQLite plans a statement whose limit is bound by itself anew each time.
const CANDIDATES = `SELECT count(*) AS some FROM (SELECT rowid FROM ${table} WHERE ${table} MATCH ? LIMIT ? + 0)`;

/** Of at least so many names one must be a candidate. */
const SHARE = 8;
/** So many rows are looked at in any case. */
const FEW = 1_000;

export interface Candidates {
  /** Whether trigrams are worth asking. */
  readonly hasTrigrams: boolean;
  /** Whether that they are so few is known of all that is found. */
  readonly areFew: boolean;
  /** Whether that there are none is known of all that is found. */
  readonly areNone: boolean;
  /** The rows of those that are few: they needn't be looked for again. */
  readonly known: TestSql.KnownRows | undefined;
}

/** No part of a name is asked for. */
export const none: Candidates = { hasTrigrams: true, areFew: false, areNone: false, known: undefined };

/** `most` tells how many assets there are at most. */
export const candidates = (
  statements: Statements.Statements,
  { asset }: AssetIndexQuestion,
  most: () => number,
): Candidates => {
  const predicate = asset === null ? null : Asks.predicateOf(asset);
  const tests = predicate === null ? [] : testsOf(predicate);
  if (tests.length === 0) return none;
  const rows = new Map<string, readonly number[]>();
  const hasTrigrams = tests.every((match) => {
    const first = statements.raw<readonly [number]>(Fragment.of(FIRST, match)).map(([n]) => n);
    if (first.length < PAGEFUL) {
      rows.set(match, first);
      return true;
    }
    const limit = Math.max(FEW, Math.ceil(most() / SHARE));
    return (statements.get<{ readonly some: number }>(Fragment.of(CANDIDATES, match, limit))?.some ?? 0) < limit;
  });
  const isAll = predicate?._tag === "Leaf" && rows.size > 0;
  return {
    hasTrigrams,
    areFew: isAll,
    areNone: isAll && [...rows.values()].every((found) => found.length === 0),
    known: (trigrams, match) => (trigrams === table ? (rows.get(match) ?? null) : null),
  };
};

const testsOf = (predicate: Qql.Predicate.Predicate): readonly string[] => {
  switch (predicate._tag) {
    case "And":
    case "Or":
      return predicate.operands.flatMap(testsOf);
    case "Not":
    case "Nested":
      return testsOf(predicate.operand);
    case "Leaf":
      return predicate.token.name === "name" ? matches(predicate.test) : [];
  }
};

const matches = (test: Qql.Predicate.Test): readonly string[] => {
  const match = Trigrams.matchOf(test);
  return match === null ? [] : [match];
};
