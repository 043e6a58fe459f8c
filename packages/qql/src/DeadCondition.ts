/**
 * Conditions that never hold, always hold, or hold for one millisecond: nothing is wrong with them but their author.
 *
 * What it says is certain, within what it looks at: the operands of one AND or OR, condition by condition.
 */
import * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";
import * as Diagnostic from "./Diagnostic.ts";
import * as Identity from "./Identity.ts";
import * as Possible from "./Possible.ts";
import type * as Value from "./Value.ts";

/** The warnings. */
export function find(checked: Checked.Checked): readonly Diagnostic.Diagnostic[] {
  switch (checked._tag) {
    case "And":
      return [...checked.operands.flatMap(find), ...opposites(checked), ...contradictions(checked.operands)];
    case "Or":
      return [...checked.operands.flatMap(find), ...opposites(checked)];
    case "Not":
    case "Nested":
      return find(checked.operand);
    default:
      return findInLeaf(checked);
  }
}

function findInLeaf(leaf: Checked.Leaf): readonly Diagnostic.Diagnostic[] {
  if (leaf._tag === "Range" && Possible.isEmpty(Possible.ofRange(leaf))) {
    return [Diagnostic.warning("empty-range", leaf, { isInclusive: leaf.isInclusive })];
  }
  if (leaf._tag === "AnyOf" && leaf.values.some(isInstant)) {
    return [Diagnostic.warning("exact-instant", leaf, { name: Catalog.nameWithin(leaf.token, leaf.within) })];
  }
  return [];
}

const isInstant = (value: Value.Value): boolean =>
  value._tag === "Relative" || (value._tag === "Interval" && value.until - value.from === 1);

/** `x AND NOT x`, `x OR NOT x`. */
function opposites({ _tag, operands }: Checked.And | Checked.Or): readonly Diagnostic.Diagnostic[] {
  const negatives = operands.filter(isNegative);
  if (negatives.length === 0) return [];
  // Only what is of the same token and begins with the same, or is of one kind, can say the same; hardly ever is it there.
  const kinds = new Set(negatives.map((operand) => kindOf(meantBy(operand))));
  const alike = operands.filter((operand) => !isNegative(operand) && kinds.has(kindOf(operand)));
  const positives = new Set(alike.map(positiveOf));
  const code = _tag === "And" ? "opposite-never" : "opposite-always";
  return negatives
    .filter((operand) => positives.size > 0 && positives.has(positiveOf(operand)))
    .map((operand) => Diagnostic.warning(code, operand, Diagnostic.none));
}

const isNegative = (operand: Checked.Checked): boolean =>
  operand._tag === "Not" || (operand._tag === "IsNull" && operand.isNegated);

/** What a condition and its negation have in common. */
const meantBy = (operand: Checked.Checked): Checked.Checked =>
  operand._tag === "Not" ? operand.operand : operand._tag === "IsNull" ? { ...operand, isNegated: false } : operand;

const kindOf = (operand: Checked.Checked): string => {
  const { _tag, token, values } = operand as Partial<Checked.AnyOf>;
  return token?.name + (values?.[0] as Value.Pattern)?.text + _tag;
};

const positiveOf = (operand: Checked.Checked): string => Identity.of(meantBy(operand));

/** Conditions of one AND that leave a single value nothing to be. */
function contradictions(operands: readonly Checked.Checked[]): readonly Diagnostic.Diagnostic[] {
  const possible = new Map<string, Possible.Possible>();
  const found: Diagnostic.Diagnostic[] = [];
  for (const operand of operands) {
    if (!("token" in operand) || !isSingle(operand)) continue;
    const { name } = operand.token;
    const left = Possible.both(possible.get(name) ?? null, Possible.of(operand));
    // One is enough for a token: whatever else is said of it, nothing is left.
    if (left?.length === 0 && possible.get(name)?.length !== 0) {
      found.push(
        Diagnostic.warning("contradiction", operand, { name: Catalog.nameWithin(operand.token, operand.within) }),
      );
    }
    possible.set(name, left);
  }
  return found;
}

/** True if there is one value at most: nothing is repeated on the way to it. */
const isSingle = ({ token, within }: Possible.OnToken): boolean =>
  token.path.slice(within?.path.length ?? 0).every(({ isRepeated }) => !isRepeated);
