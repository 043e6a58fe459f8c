/**
 * Places between the keys of an order, and the pieces of it that comparisons name. A number, a date, a version or an
 * address is never compared otherwise.
 */
import type * as Ast from "./Ast.ts";
import * as Moment from "./Moment.ts";

/** A place between keys: just before `at`, or just after it. A relative date's place moves with the clock. */
export interface Cut {
  readonly at: number | string | Moment.Relative;
  readonly isAfter: boolean;
}

/** What lies between two places; null for an open end. */
export interface Piece {
  readonly low: Cut | null;
  readonly high: Cut | null;
}

/** What a value covers of its order: a piece without open ends. */
export interface Extent extends Piece {
  readonly low: Cut;
  readonly high: Cut;
}

export const before = (at: Cut["at"]): Cut => ({ at, isAfter: false });

export const after = (at: Cut["at"]): Cut => ({ at, isAfter: true });

/** The extent of a single key. */
export const point = (at: Cut["at"]): Extent => ({ low: before(at), high: after(at) });

/** What `<`, `<=`, `>`, `>=` leave of the order. */
export function ofOrder(operator: Ast.Ordering, { low, high }: Extent): Piece {
  switch (operator) {
    case "<":
      return { low: null, high: low };
    case "<=":
      return { low: null, high };
    case ">":
      return { low: high, high: null };
    case ">=":
      return { low, high: null };
  }
}

/** What `[a .. b]` or `(a .. b)` leaves of the order. */
export const ofRange = (from: Extent, to: Extent, isInclusive: boolean): Piece =>
  isInclusive ? { low: from.low, high: to.high } : { low: from.high, high: to.low };

/** The key, if a piece is a single one. */
export const keyOf = ({ low, high }: Piece): number | string | null => {
  const isPoint = low !== null && high !== null && !low.isAfter && high.isAfter && low.at === high.at;
  return isPoint && typeof low.at !== "object" ? low.at : null;
};

/** Below, at or above 0 as `a` lies before, at or behind `b`; null where only the clock can tell. */
export function compare(a: Cut, b: Cut): number | null {
  const places = comparePlaces(a.at, b.at);
  return places === 0 ? Number(a.isAfter) - Number(b.isAfter) : places;
}

function comparePlaces(a: Cut["at"], b: Cut["at"]): number | null {
  if (typeof a === "object" || typeof b === "object") {
    return typeof a === "object" && typeof b === "object" ? Moment.compareRelative(a, b) : null;
  }
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The later of two low ends; null is open. Where only the clock can tell, the first. */
export function later(a: Cut | null, b: Cut | null): Cut | null {
  if (a === null || b === null) return a ?? b;
  return (compare(a, b) ?? 0) >= 0 ? a : b;
}

/** The earlier of two high ends; null is open. Where only the clock can tell, the first. */
export function earlier(a: Cut | null, b: Cut | null): Cut | null {
  if (a === null || b === null) return a ?? b;
  return (compare(a, b) ?? 0) <= 0 ? a : b;
}
