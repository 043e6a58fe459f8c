/**
 * Which trigrams a text must have to fulfil a test: a search of them finds few rows, of which the text itself is then
 * asked. Every word of a text is a part of its folded form, so trigrams of that serve both keys.
 */
import type * as Qql from "@fettle/qql";

const LENGTH = 3;
/** More narrow down little, and cost a look-up each. */
const TRIGRAMS_MAX = 16;
const NUL = "\0";

/** What the full-text table is asked for; null where trigrams don't help. */
export function matchOf(test: Qql.Predicate.Test): string | null {
  const found = trigramsOf(test);
  if (found.length === 0) return null;
  const step = Math.max(1, found.length / TRIGRAMS_MAX);
  const chosen = Array.from({ length: Math.min(found.length, TRIGRAMS_MAX) }, (_, i) => found[Math.floor(i * step)]);
  return chosen.map((trigram) => `"${trigram?.replaceAll('"', '""')}"`).join(" AND ");
}

/** A text as its trigrams are kept: a full-text table reads it up to its first NUL. */
export const textOf = (folded: string): string => (folded.includes(NUL) ? folded.replaceAll(NUL, "\uffff") : folded);

function trigramsOf(test: Qql.Predicate.Test): readonly string[] {
  switch (test._tag) {
    case "All":
      return [...new Set(test.tests.flatMap(trigramsOf))];
    case "Contains":
      // Words stand behind spaces, which the text itself needn't have between them.
      return test.key === "tokens" ? [...new Set(test.text.split(" ").flatMap(trigrams))] : trigrams(test.text);
    case "EndsWith":
      return trigrams(test.text);
    default:
      return [];
  }
}

function trigrams(text: string): readonly string[] {
  if (text.includes(NUL)) return [];
  const points = [...text];
  const found = new Set<string>();
  for (let at = 0; at + LENGTH <= points.length; at++) found.add(points.slice(at, at + LENGTH).join(""));
  return [...found];
}
