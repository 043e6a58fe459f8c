/**
 * Text as SQLite keeps it, in UTF-8, and what follows for comparing it. Bytes of UTF-8 are ordered as code points are.
 * A surrogate without its other half has no UTF-8: a query that looks for one finds nothing.
 */

const LONE_SURROGATE = /[\ud800-\udfff]/u;
const LONE_SURROGATES = /[\ud800-\udfff]/gu;

/** Never a character, so that no text that people write meets it. */
const STAND_IN = "\uffff";

/** A key as it is kept. */
export const stored = (key: string): string =>
  LONE_SURROGATE.test(key) ? key.replaceAll(LONE_SURROGATES, STAND_IN) : key;

/** False for a text that no stored one has. */
export const isStorable = (text: string): boolean => !LONE_SURROGATE.test(text);

const encoder = new TextEncoder();

/** How long it is as it is kept. */
export const bytesOf = (text: string): number => encoder.encode(text).length;

const LAST_BEFORE_SURROGATES = 0xd7ff;
const FIRST_AFTER_SURROGATES = 0xe000;
const LAST = 0x10ffff;

/** The first text, by code points, behind all that begin with this one; null if there is none. */
export function successor(text: string): string | null {
  let end = text.length;
  while (end > 0) {
    const isPair = end > 1 && (text.charCodeAt(end - 1) & 0xfc00) === 0xdc00;
    const start = isPair ? end - 2 : end - 1;
    const point = text.codePointAt(start) ?? 0;
    if (point < LAST) {
      const next = point === LAST_BEFORE_SURROGATES ? FIRST_AFTER_SURROGATES : point + 1;
      return text.slice(0, start) + String.fromCodePoint(next);
    }
    end = start;
  }
  return null;
}
