/**
 * A query that says the same with less: negations at the conditions (negation normal form), no condition twice, none
 * that another one implies.
 *
 * Law: it matches the same documents at every instant. Conditions that never hold stay: they are the author's to mend
 * (see DeadCondition).
 */
import type * as Checked from "./Checked.ts";
import * as Identity from "./Identity.ts";
import * as Possible from "./Possible.ts";

/**
 * Simplifies a checked query; print the result with Canonical.
 *
 * @example
 * Simplify.simplify(checked); // NOT (a: 1 OR b > 3) AND b <= 5  →  NOT a: 1 AND NOT b > 3 AND b <= 5
 */
export const simplify = (checked: Checked.Checked): Checked.Checked => reduce(pushDown(checked, false));

/** Negations moved to the conditions; those of a Nested stay around it, as its opposite is about all elements. */
function pushDown(checked: Checked.Checked, isNegated: boolean): Checked.Checked {
  const { start, end } = checked;
  switch (checked._tag) {
    case "Not":
      return pushDown(checked.operand, !isNegated);
    case "And":
    case "Or": {
      const operands = checked.operands.map((operand) => pushDown(operand, isNegated));
      const isAnd = (checked._tag === "And") !== isNegated;
      return { _tag: isAnd ? "And" : "Or", start, end, operands };
    }
    case "IsNull":
      return { ...checked, isNegated: checked.isNegated !== isNegated };
    case "Nested": {
      const nested: Checked.Nested = { ...checked, operand: pushDown(checked.operand, false) };
      return isNegated ? { _tag: "Not", start, end, operand: nested } : nested;
    }
    default:
      return isNegated ? { _tag: "Not", start, end, operand: checked } : checked;
  }
}

function reduce(checked: Checked.Checked): Checked.Checked {
  switch (checked._tag) {
    case "And":
    case "Or":
      return join(checked._tag, checked);
    case "Nested":
    case "Not":
      return { ...checked, operand: reduce(checked.operand) };
    default:
      return checked;
  }
}

function join(_tag: "And" | "Or", { start, end, operands }: Checked.And | Checked.Or): Checked.Checked {
  const flat = operands.map(reduce).flatMap((operand) => (operand._tag === _tag ? operand.operands : [operand]));
  const kept = withoutImplied(_tag, withoutRepeats(flat));
  const [only] = kept;
  return kept.length === 1 && only !== undefined ? only : { _tag, start, end, operands: kept };
}

/** The first of each. */
function withoutRepeats(operands: readonly Checked.Checked[]): readonly Checked.Checked[] {
  const first = new Map<string, Checked.Checked>();
  for (const operand of operands) {
    const identity = Identity.of(operand);
    if (!first.has(identity)) first.set(identity, operand);
  }
  return [...first.values()];
}

/** Comparing all with all is worth it for what people write. */
const COMPARED_OPERANDS_MAX = 100;

/**
 * In AND, what another operand implies says nothing; in OR, what implies another one. From the last on, each looked at
 * beside those that are left, so that of several that imply each other the first stays.
 */
function withoutImplied(_tag: "And" | "Or", operands: readonly Checked.Checked[]): readonly Checked.Checked[] {
  if (operands.length > COMPARED_OPERANDS_MAX) return operands;
  let kept = operands;
  for (const operand of [...operands].reverse()) {
    const others = kept.filter((other) => other !== operand);
    const isImplied = others.some((other) => (_tag === "And" ? implies(other, operand) : implies(operand, other)));
    if (isImplied) kept = others;
  }
  return kept;
}

/** True if whatever fulfils `a` fulfils `b`, certainly. */
function implies(a: Checked.Checked, b: Checked.Checked): boolean {
  if (isSame(a, b)) return true;
  // x OR y follows from x; x follows from x AND y.
  if (a._tag === "And") return a.operands.some((operand) => implies(operand, b));
  if (b._tag === "Or") return b.operands.some((operand) => implies(a, operand));
  if (a._tag === "Not" && b._tag === "Not") return implies(b.operand, a.operand);
  if (a._tag === "Nested" && b._tag === "Nested" && a.group === b.group) return implies(a.operand, b.operand);
  return isOnToken(a) && isOnToken(b) && a.token === b.token && isLeafImplied(a, b);
}

/** Compares what is cheap to compare first. */
function isSame(a: Checked.Checked, b: Checked.Checked): boolean {
  if (a._tag !== b._tag || ("token" in a && "token" in b && a.token !== b.token)) return false;
  return Identity.of(a) === Identity.of(b);
}

/** True of conditions on one token, whose values are looked at one by one: what is within for one value is for some. */
function isLeafImplied(a: Possible.OnToken, b: Possible.OnToken): boolean {
  // Whatever a value fulfils, it is there.
  if (b._tag === "IsNull") return b.isNegated && a._tag !== "IsNull";
  return a._tag !== "IsNull" && Possible.isWithin(Possible.of(a), Possible.of(b));
}

const isOnToken = (operand: Checked.Checked): operand is Possible.OnToken =>
  operand._tag === "AnyOf" || operand._tag === "Order" || operand._tag === "Range" || operand._tag === "IsNull";
