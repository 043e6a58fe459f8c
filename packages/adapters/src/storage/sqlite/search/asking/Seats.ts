/**
 * Who holds a seat (LIC-05) as a condition on rows of `search_asset`, called `a`. The last asset with a seat is far down in the
 * order of seats, so it is looked up once and remembered until that order may have changed.
 */
import type { SeatRule } from "@fettle/core";
import * as Fragment from "./Fragment.ts";
import * as SeatSql from "./SeatSql.ts";
import type * as Statements from "./Statements.ts";

/** What stands in a file at a moment, as searches need it. */
export interface Standing {
  /** The tenant's number. */
  readonly t: number;
  /** Changes whenever the order of seats may have; null before its first change. */
  readonly seating: number | null;
  /** The highest number of an asset, so that there aren't more of them. */
  readonly most: number;
  /** Whether patches were written since their places were worked out. */
  readonly arePlacesDue: 0 | 1;
}

export interface Seats {
  /** 1 for a row that holds a seat, 0 for one that doesn't. To be asked in the transaction of the standing. */
  readonly licensed: (standing: Standing, rule: SeatRule) => Fragment.Fragment;
}

export type NumbersOf = (tenant: number, tags: readonly string[]) => readonly number[];

/** Tenants of whom it is remembered. */
const KEPT_MAX = 1_000;

interface Kept {
  readonly seating: number | null;
  readonly rule: string;
  readonly last: SeatSql.Last | null;
}

export const make = (statements: Statements.Statements, numbersOf: NumbersOf): Seats => {
  const kept = new Map<number, Kept>();
  const lastOf = ({ t, seating, most }: Standing, rule: Seating): SeatSql.Last | null => {
    if (rule.seats >= most) return null;
    const known = kept.get(t);
    const told = JSON.stringify(rule);
    if (seating !== null && known?.seating === seating && known.rule === told) return known.last;
    const rows = SeatSql.candidates(rule, t, (tags) => numbersOf(t, tags), "set");
    const last = statements.get<SeatSql.Last>(SeatSql.last(rows, rule.seats)) ?? null;
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(t, { seating, rule: told, last });
    return last;
  };
  return {
    licensed: (standing, rule) => {
      if (rule._tag !== "Seats" || rule.seats === 0) return SeatSql.licensed(rule, Fragment.always, null);
      const rows = SeatSql.candidates(rule, standing.t, (tags) => numbersOf(standing.t, tags), "probe");
      return SeatSql.licensed(rule, rows, lastOf(standing, rule));
    },
  };
};

type Seating = Extract<SeatRule, { readonly _tag: "Seats" }>;
