/**
 * Which trigrams a text must have to fulfil a test: a search of them finds few rows, of which the text itself is then
 * asked. Every word of a text is a part of its folded form, so trigrams of that serve both keys.
 */
import type * as Qql from "@fettle/qql";

const LENGTH = 3;
/** More narrow down little, and cost a look-up each. */
const TRIGRAMS_MAX = 16;
/** Of a longer text those at its beginning are enough. */
const COLLECTED_MAX = 128;
const NUL = "\0";

/** What the full-text table is asked for; null where trigrams don't help. */
export function matchOf(test: Qql.Predicate.Test): string | null {
  const found: string[] = [];
  collect(test, found);
  if (found.length === 0) return null;
  const step = Math.max(1, found.length / TRIGRAMS_MAX);
  let match = "";
  for (let at = 0; at < found.length; at += step) {
    const trigram = found[Math.floor(at)] as string;
    match += `${match === "" ? "" : " AND "}"${trigram.includes('"') ? trigram.replaceAll('"', '""') : trigram}"`;
  }
  return match;
}

/** A text as its trigrams are kept: a full-text table reads it up to its first NUL. */
export const textOf = (folded: string): string => (folded.includes(NUL) ? folded.replaceAll(NUL, "\uffff") : folded);

function collect(test: Qql.Predicate.Test, found: string[]): void {
  switch (test._tag) {
    case "All":
      for (const each of test.tests) collect(each, found);
      break;
    case "Contains":
      // Words stand behind spaces, which the text itself needn't have between them.
      if (test.key !== "tokens") add(test.text, found);
      else for (const word of test.text.split(" ")) add(word, found);
      break;
    case "EndsWith":
      add(test.text, found);
      break;
    default:
      break;
  }
}

const SURROGATE = /[\ud800-\udfff]/;

function add(text: string, found: string[]): void {
  if (text.length < LENGTH || text.includes(NUL)) return;
  const points = SURROGATE.test(text) ? [...text] : null;
  const end = (points ?? text).length - LENGTH;
  // Side by side, the last up to the end: those between look up much and narrow down little.
  for (let from = 0; end >= 0 && from < end + LENGTH && found.length < COLLECTED_MAX; from += LENGTH) {
    const at = Math.min(from, end);
    const trigram = points === null ? text.slice(at, at + LENGTH) : points.slice(at, at + LENGTH).join("");
    if (!found.includes(trigram)) found.push(trigram);
  }
}
