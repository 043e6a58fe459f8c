/**
 * Words of a text, and what a words or phrase query says about them: the search of `text` tokens.
 *
 * A word is a run of letters and digits of the lower-cased text. Inside a word may stand `.` or `,` between two digits
 * (`10,125`) and `.` between two letters (`qualys.corp.com`); everything else splits, a dot between a letter and a
 * digit too (`102354.qualys` is two words). Combining marks count as letters; digits are decimal digits.
 *
 * Invariant: every word of a text is a substring of its folded form, so a folded text without the needle of a query
 * cannot match it.
 */
import type * as Value from "./Value.ts";

/** Names these word rules. A stored index or plan made under another version must be made anew. */
export const TOKENIZER_VERSION = 1;

const WORDS = /(?:[\p{L}\p{M}\p{Nd}]|(?<=\p{Nd})[.,](?=\p{Nd})|(?<=[\p{L}\p{M}])\.(?=[\p{L}\p{M}]))+/gu;

const NOT_ASCII = /[^\0-\x7f]/;

/** The text as words are compared: lower case, and composed (NFC), so that both spellings of `é` are one. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return NOT_ASCII.test(lower) ? lower.normalize("NFC") : lower;
}

/** The words of a folded text, in order, repeats included. */
export const split = (folded: string): readonly string[] => folded.match(WORDS) ?? [];

/** The words of any text: `words("Remote-Code 10.1")` is `["remote", "code", "10.1"]`. */
export const words = (text: string): readonly string[] => split(fold(text));

/** What a folded text must contain to match at all: the longest word asked for. */
export const needle = (query: Value.Words | Value.Phrase): string =>
  query.words.reduce((longest, word) => (word.length > longest.length ? word : longest), "");

/** True when the words of a text answer the query. */
export const isMatch = (query: Value.Words | Value.Phrase, words: readonly string[]): boolean =>
  query._tag === "Words" ? hasAll(query.words, words) : hasPhrase(query.words, words);

/** Every asked word is there in any order; the last one may be the beginning of a word. */
function hasAll(asked: readonly string[], words: readonly string[]): boolean {
  const last = asked.length - 1;
  return asked.every((word, i) => (i < last ? words.includes(word) : words.some((each) => each.startsWith(word))));
}

/** The asked words stand side by side in their order; the last one may be the beginning of a word. */
function hasPhrase(asked: readonly string[], words: readonly string[]): boolean {
  const last = asked.length - 1;
  for (let at = 0; at + last < words.length; at++) {
    if (asked.every((word, i) => (i < last ? words[at + i] === word : words[at + i]?.startsWith(word)))) return true;
  }
  return false;
}
