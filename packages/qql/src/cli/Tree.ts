/** An explanation as a tree of ✓ and ✗ for a terminal. */
import * as Catalog from "../Catalog.ts";
import type * as Explain from "../Explain.ts";
import * as Table from "./Table.ts";

const CONDITION_COLUMNS_MAX = 60;
const VALUES_SHOWN_MAX = 5;

/** The lines of an explanation of a query's text, each below what it is part of. */
export const render = (catalog: Catalog.Catalog, text: string, explanation: Explain.Explanation): string =>
  linesOf(catalog, text, explanation, "")
    .map((line) => `${line}\n`)
    .join("");

/** ✓ or ✗. */
export const mark = (holds: boolean): string => (holds ? "✓" : "✗");

function linesOf(
  catalog: Catalog.Catalog,
  text: string,
  explanation: Explain.Explanation,
  indent: string,
): readonly string[] {
  const below = (parts: readonly Explain.Explanation[]): readonly string[] =>
    parts.flatMap((part) => linesOf(catalog, text, part, `${indent}  `));
  const head = `${indent}${mark(explanation.holds)} `;
  switch (explanation._tag) {
    case "And":
      return [`${head}all of`, ...below(explanation.operands)];
    case "Or":
      return [`${head}one or more of`, ...below(explanation.operands)];
    case "Not":
      return [`${head}not`, ...below([explanation.operand])];
    case "Nested":
      return [`${head}${explanation.group}: ${countOf(explanation.elements.length)}`, ...below(explanation.elements)];
    case "Condition": {
      const condition = Table.cut(Table.plain(text.slice(explanation.start, explanation.end)), CONDITION_COLUMNS_MAX);
      return [`${head}${condition}  (${heldBy(catalog, explanation)})`];
    }
  }
}

const countOf = (elements: number): string => {
  if (elements === 0) return "there is none";
  return elements === 1 ? "of the only one" : `one of ${elements}`;
};

/** The values that were asked; of search text, of the tokens that have any. */
function heldBy(catalog: Catalog.Catalog, { values }: Explain.OfValues): string {
  const held = [...values].filter(([, all]) => all.length > 0);
  if (held.length === 0) return values.size === 1 ? "no value" : "no values";
  const shown = held.map(([name, all]) => `${name} is ${several(catalog, name, all)}`).join("; ");
  return Table.cut(shown, 2 * CONDITION_COLUMNS_MAX);
}

function several(catalog: Catalog.Catalog, name: string, values: readonly unknown[]): string {
  const shown = values.slice(0, VALUES_SHOWN_MAX).map((value) => show(catalog, name, value));
  return [...shown, ...(values.length > VALUES_SHOWN_MAX ? ["…"] : [])].join(", ");
}

/** A value of a token as people read it. */
export function show(catalog: Catalog.Catalog, name: string, value: unknown): string {
  const isDate = Catalog.find(catalog, name)?.type === "date" && typeof value === "number";
  if (isDate && Math.abs(value) <= MILLISECONDS_MAX) return new Date(value).toISOString();
  return Table.plain(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}

/** What a `Date` can hold. */
const MILLISECONDS_MAX = 8.64e15;
