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
  /** The highest number of an asset, so that there aren't more of them. Read when it is asked for. */
  readonly most: () => number;
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
  readonly seating: number;
  readonly rule: string;
  readonly licensed: Fragment.Fragment;
}

export const make = (statements: Statements.Statements, numbersOf: NumbersOf): Seats => {
  const kept = new Map<number, Kept>();
  const make = (t: number, rule: Seating, areForAll: boolean): Fragment.Fragment => {
    const rows = (shape: "set" | "probe"): Fragment.Fragment =>
      SeatSql.candidates(rule, t, (tags) => numbersOf(t, tags), shape);
    const last = areForAll ? null : (statements.get<SeatSql.Last>(SeatSql.last(rows("set"), rule.seats)) ?? null);
    return SeatSql.licensed(rule, rows("probe"), last);
  };
  return {
    licensed: ({ t, seating, most }, rule) => {
      if (rule._tag === "Activated") return ACTIVATED;
      if (rule._tag !== "Seats" || rule.seats === 0) return NOBODY;
      const known = kept.get(t);
      const told = toldOf(rule);
      // As long as the order of seats is the same, so is who comes last in it, however many assets without one there are.
      if (seating !== null && known?.seating === seating && known.rule === told) return known.licensed;
      const licensed = make(t, rule, rule.seats >= most());
      if (kept.size >= KEPT_MAX) kept.clear();
      if (seating !== null) kept.set(t, { seating, rule: told, licensed });
      return licensed;
    },
  };
};

const NOBODY = SeatSql.licensed({ _tag: "Nobody" }, Fragment.always, null);
const ACTIVATED = SeatSql.licensed({ _tag: "Activated" }, Fragment.always, null);

const toldOf = (rule: Seating): string =>
  rule.include === null && rule.exclude === null ? `${rule.seats}` : JSON.stringify(rule);

type Seating = Extract<SeatRule, { readonly _tag: "Seats" }>;
