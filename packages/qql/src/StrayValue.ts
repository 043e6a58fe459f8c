/**
 * Search text that was meant as one more value of the condition before it: `vendorSeverity: Critical or Important`. It is
 * sound, and searches all text for the word.
 */
import * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";
import * as Diagnostic from "./Diagnostic.ts";
import * as FullText from "./FullText.ts";

/** A warning for each word without quotes that is a member of the enum of the condition before it in the same AND or OR. */
export function find(text: string, checked: Checked.Checked): readonly Diagnostic.Diagnostic[] {
  switch (checked._tag) {
    case "And":
    case "Or":
      return [...checked.operands.flatMap((operand) => find(text, operand)), ...findAmong(text, checked.operands)];
    case "Not":
    case "Nested":
      return find(text, checked.operand);
    default:
      return [];
  }
}

function findAmong(text: string, operands: readonly Checked.Checked[]): readonly Diagnostic.Diagnostic[] {
  const found: Diagnostic.Diagnostic[] = [];
  let before: Checked.AnyOf | null = null;
  for (const operand of operands) {
    // `a: x or y or z`: what stands before z is still a.
    if (operand._tag !== "Search") before = operand._tag === "AnyOf" ? operand : null;
    else if (before !== null && !isQuoted(text, operand) && isMember(before.token, operand.text)) {
      const name = Catalog.nameWithin(before.token, before.within);
      found.push(Diagnostic.warning("looks-like-value", operand, { name }));
    }
  }
  return found;
}

/** Search text in quotes is meant as such. */
const isQuoted = (text: string, { start }: Checked.Search): boolean => QUOTES.includes(text.charAt(start));
const QUOTES = "\"'`\u2018\u201c\u201d\u201e";

const isMember = (token: Catalog.Token, folded: string): boolean =>
  token.type === "enum" && token.values.some((value) => FullText.fold(value) === folded);
