/**
 * Whether trigrams are worth asking for parts of names. They find candidates, each of which is then looked at in its row; where
 * an eighth of all names have what is looked for, as the end of a domain, reading all names in their index is cheaper.
 */
import type { AssetIndexQuestion } from "@fettle/core";
import type * as Qql from "@fettle/qql";
import * as Layout from "../../../search/Layout.ts";
import * as Trigrams from "../../../search/Trigrams.ts";
import * as SearchTables from "../SearchTables.ts";
import * as Asks from "./Asks.ts";
import * as Fragment from "./Fragment.ts";
import type * as Statements from "./Statements.ts";

const stored = Layout.storedOf(SearchTables.assets, "name");
const table = stored?._tag === "InlineText" ? stored.trigrams : null;
// A sum, since SQLite plans a statement whose limit is bound by itself anew each time.
const CANDIDATES = `SELECT count(*) AS some FROM (SELECT rowid FROM ${table} WHERE ${table} MATCH ? LIMIT ? + 0)`;

/** Of at least so many names one must be a candidate. */
const SHARE = 8;
/** Fewer are counted by the page that they fill. */
const PAGEFUL = 100;
/** So many rows are looked at in any case. */
const FEW = 1_000;

export interface Candidates {
  readonly areRare: boolean;
  /** Whether that they are so few is known of all that is found. */
  readonly areFew: boolean;
}

/** `most`: how many assets there are at most. */
export const candidates = (
  statements: Statements.Statements,
  { asset }: AssetIndexQuestion,
  most: number,
): Candidates => {
  const predicate = asset === null ? null : Asks.predicateOf(asset);
  const tests = predicate === null ? [] : testsOf(predicate);
  const limit = Math.max(FEW, Math.ceil(most / SHARE));
  const counts = tests.map((match) => {
    const found = statements.get<{ readonly some: number }>(Fragment.of(CANDIDATES, match, limit));
    return found?.some ?? 0;
  });
  const [first = FEW] = counts;
  return { areRare: counts.every((some) => some < limit), areFew: predicate?._tag === "Leaf" && first < PAGEFUL };
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
