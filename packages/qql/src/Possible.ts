/**
 * What a condition leaves a value to be: the reasoning behind contradictions and subsumed conditions. What can't be
 * compared without a clock (a relative date with a written one), or isn't looked at (words), is possible.
 */

import type * as Checked from "./Checked.ts";
import * as Cut from "./Cut.ts";
import * as Value from "./Value.ts";

/** A condition on a token: all leaves but search text. */
export type OnToken = Exclude<Checked.Leaf, Checked.Search>;

/** A piece of what a value may be: of an order, or one value of a type that has none. */
export type Piece = Cut.Piece | { readonly only: string };

/** What a value may be: one of the pieces; null for anything. */
export type Possible = readonly Piece[] | null;

/** What a condition leaves a single value to be. */
export function of(leaf: OnToken): Possible {
  switch (leaf._tag) {
    case "IsNull":
      return leaf.isNegated ? null : [{ only: "null" }];
    case "Range":
      return [ofRange(leaf)];
    case "Order":
      return [Cut.ofOrder(leaf.operator, Value.extentOf(leaf.value))];
    case "AnyOf": {
      const pieces = leaf.values.map(ofValue);
      return pieces.every((piece) => piece !== null) ? pieces : null;
    }
  }
}

/** What lies in a range. */
export const ofRange = ({ from, to, isInclusive }: Checked.Range): Cut.Piece =>
  Cut.ofRange(Value.extentOf(from), Value.extentOf(to), isInclusive);

/** True if nothing lies in the piece. */
export const isEmpty = (piece: Piece): boolean =>
  !("only" in piece) && piece.low !== null && piece.high !== null && (Cut.compare(piece.low, piece.high) ?? -1) >= 0;

/** More comparisons than this are not worth the warning. */
const COMPARISONS_MAX = 10_000;

/** What both leave. */
export function both(a: Possible, b: Possible): Possible {
  if (a === null || b === null) return a ?? b;
  if (a.length * b.length > COMPARISONS_MAX) return null;
  return a.flatMap((left) =>
    b.flatMap((right) => {
      const common = commonOf(left, right);
      return common === null || isEmpty(common) ? [] : [common];
    }),
  );
}

/** True if whatever `a` leaves, `b` leaves too, certainly. */
export const isWithin = (a: Possible, b: Possible): boolean =>
  a !== null &&
  b !== null &&
  a.length * b.length <= COMPARISONS_MAX &&
  a.every((left) => b.some((right) => isPart(left, right)));

function commonOf(a: Piece, b: Piece): Piece | null {
  if ("only" in a || "only" in b) return "only" in a && "only" in b && a.only === b.only ? a : null;
  return { low: Cut.later(a.low, b.low), high: Cut.earlier(a.high, b.high) };
}

function isPart(a: Piece, b: Piece): boolean {
  if ("only" in a || "only" in b) return "only" in a && "only" in b && a.only === b.only;
  return isNotBefore(a.low, b.low) && isNotBefore(b.high, a.high, true);
}

/** True if `a` certainly doesn't lie before `b`; an open end is the lowest place, or the highest. */
function isNotBefore(a: Cut.Cut | null, b: Cut.Cut | null, isOpenHighest = false): boolean {
  if (isOpenHighest ? a === null : b === null) return true;
  if (a === null || b === null) return false;
  return (Cut.compare(a, b) ?? -1) >= 0;
}

function ofValue(value: Value.Value): Piece | null {
  switch (value._tag) {
    case "Member":
      return { only: value.value };
    case "Flag":
      return { only: String(value.value) };
    case "Whole":
      return { only: `"${value.text}"` };
    default:
      return Value.isOrdered(value) ? Value.extentOf(value) : null;
  }
}
