/**
 * Why a document matches a query or doesn't: each part of the query with its answer and the values it was asked of.
 *
 * Law: the explanation's answer is the matcher's.
 */
import type * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";
import * as Matcher from "./Matcher.ts";
import type * as Span from "./Span.ts";

/** A part of the query and its answer. */
export type Explanation = Joined | Negated | OfElements | OfValues;

interface Part extends Span.Span {
  /** Whether the document fulfils this part. */
  readonly holds: boolean;
}

export interface Joined extends Part {
  readonly _tag: "And" | "Or";
  readonly operands: readonly Explanation[];
}

export interface Negated extends Part {
  readonly _tag: "Not";
  readonly operand: Explanation;
}

/** Of a nested condition. */
export interface OfElements extends Part {
  readonly _tag: "Nested";
  readonly group: string;
  /** One for each element, in the document's order; none where there is no element. */
  readonly elements: readonly Explanation[];
}

/** Of one condition. */
export interface OfValues extends Part {
  readonly _tag: "Condition";
  /** By token (its path): the values that the document has; none where there is none. Search text asks several tokens. */
  readonly values: ReadonlyMap<string, readonly unknown[]>;
}

/**
 * Explains a checked query's answer for a document of its catalogue.
 *
 * @example
 * const explanation = Explain.explain(query.checked, patch, now);
 * Explain.decisive(explanation).map((part) => text.slice(part.start, part.end)); // what it fails for, or holds by
 */
export const explain = (checked: Checked.Checked, document: Catalog.AnyDocument, now: number): Explanation =>
  ofNode(checked, document, now);

/** The conditions by which the answer is what it is: were they otherwise, it might be. */
export function decisive(explanation: Explanation): readonly OfValues[] {
  switch (explanation._tag) {
    case "And":
    case "Or": {
      const { holds, operands } = explanation;
      return operands.filter((operand) => operand.holds === holds).flatMap(decisive);
    }
    case "Not":
      return decisive(explanation.operand);
    case "Nested": {
      const { holds, elements } = explanation;
      return elements.filter((element) => element.holds === holds).flatMap(decisive);
    }
    case "Condition":
      return [explanation];
  }
}

function ofNode(checked: Checked.Checked, object: Catalog.AnyDocument, now: number): Explanation {
  const { start, end } = checked;
  switch (checked._tag) {
    case "And":
    case "Or": {
      const operands = checked.operands.map((operand) => ofNode(operand, object, now));
      const holds = checked._tag === "And" ? operands.every(isHolding) : operands.some(isHolding);
      return { _tag: checked._tag, start, end, holds, operands };
    }
    case "Not": {
      const operand = ofNode(checked.operand, object, now);
      return { _tag: "Not", start, end, holds: !operand.holds, operand };
    }
    case "Nested": {
      const path = checked.group.path.slice(checked.within?.path.length ?? 0);
      const objects = reached(path, object).filter((value) => typeof value === "object");
      const elements = objects.map((element) => ofNode(checked.operand, element as Catalog.AnyDocument, now));
      return { _tag: "Nested", start, end, holds: elements.some(isHolding), group: checked.group.name, elements };
    }
    default:
      return ofLeaf(checked, object, now);
  }
}

const isHolding = ({ holds }: Explanation): boolean => holds;

function ofLeaf(leaf: Checked.Leaf, object: Catalog.AnyDocument, now: number): OfValues {
  const { start, end, within } = leaf;
  const tokens = leaf._tag === "Search" ? leaf.tokens : [leaf.token];
  const values = new Map(
    tokens.map(({ name, path }) => [name, reached(path.slice(within?.path.length ?? 0), object)] as const),
  );
  return { _tag: "Condition", start, end, holds: Matcher.compile(leaf)(object, now), values };
}

/** What a path reaches from an object, without what isn't there. */
function reached(path: readonly Catalog.Step[], object: unknown): readonly unknown[] {
  const [step, ...rest] = path;
  if (object === null || object === undefined) return [];
  if (step === undefined) return [object];
  if (typeof object !== "object") return [];
  const held = (object as Catalog.AnyDocument)[step.key];
  if (!step.isRepeated) return reached(rest, held);
  return Array.isArray(held) ? held.flatMap((value: unknown) => reached(rest, value)) : [];
}
