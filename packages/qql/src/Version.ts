/**
 * Versions, compared component by component: numbers as numbers, words as words; what lacks a component is older
 * (`2.1` < `2.1.0`), a word is older than a number, and `~` makes older than nothing at all (`2.1~rc1` < `2.1`), as RPM
 * and Debian have it. Everything else between components (`.`, `-`, `+`, `_`, space …) only separates.
 *
 * A version's storage key is ASCII text whose order, character by character, is the versions' order; versions that begin
 * with the same components have keys that begin alike.
 */

/**
 * Above whatever a component of a key begins with, below the letters of a word: a prefix and this is behind every version
 * that begins with its components, and before those whose word goes on (`rc*` isn't `rcx`).
 */
export const KEY_TOP = "`";

/** Digits of one component that are compared; no vendor comes near it. */
export const DIGITS_MAX = 31;

/** The storage key; null for a text without any component. */
export function key(text: string): string | null {
  const components = prefixKey(text);
  return components === "" ? null : components + String.fromCharCode(KEY_END);
}

/** What the keys of all versions begin with that begin with these components; empty for a text without any. */
export function prefixKey(text: string): string {
  let made = "";
  for (const [component] of text.slice(skipV(text)).matchAll(/[0-9]+|[a-z]+|~/gi)) {
    const digits = component.replace(/^0+(?=.)/, "").slice(0, DIGITS_MAX);
    if (kindOf(component.charCodeAt(0)) === NUMBER) made += String.fromCharCode(NUMBER + digits.length) + digits;
    else made += component === "~" ? String.fromCharCode(TILDE) : String.fromCharCode(WORD) + component.toLowerCase();
  }
  return made;
}

/**
 * Below, at or above 0 as the text's key comes before, is or comes behind a key; NaN for a text without any component.
 * The same as making its key and comparing, without making it.
 */
export function compareToKey(text: string, key: string): number {
  let place = 0;
  let isEmpty = true;
  for (let at = skipV(text); at < text.length; ) {
    const kind = kindOf(text.charCodeAt(at));
    let end = at + 1;
    if (kind >= WORD) while (end < text.length && kindOf(text.charCodeAt(end)) === kind) end++;
    if (kind !== SEPARATOR) {
      isEmpty = false;
      let from = kind === TILDE ? end : at;
      while (kind === NUMBER && from < end - 1 && text.charCodeAt(from) === ZERO) from++;
      const to = kind === NUMBER ? Math.min(end, from + DIGITS_MAX) : end;
      let order = (kind === NUMBER ? NUMBER + to - from : kind) - codeAt(key, place++);
      for (; order === 0 && from < to; from++) order = (text.charCodeAt(from) | CASE_BIT) - codeAt(key, place++);
      if (order !== 0) return order;
    }
    at = end;
  }
  return isEmpty ? Number.NaN : KEY_END - codeAt(key, place);
}

/** A text that has this key, or of which it is the beginning: components with dots between. */
export function print(key: string): string {
  let text = "";
  for (const [component, word, digits] of key.matchAll(/!|#([a-z]+)|[A-_](\d+)/g)) {
    text += component === "!" ? "~" : (text === "" || text.endsWith("~") ? "" : ".") + (word ?? digits ?? "");
  }
  return text;
}

// A key's characters: each component begins with what it is, a number with how many digits it has.
const SEPARATOR = 0;
const TILDE = 0x21;
const KEY_END = 0x22;
const WORD = 0x23;
/** And its digits: below {@link KEY_TOP}. */
const NUMBER = 0x40;

const ZERO = 0x30;
const NINE = 0x39;
const CASE_BIT = 0x20;

function kindOf(code: number): number {
  if (code >= ZERO && code <= NINE) return NUMBER;
  const lower = code | CASE_BIT;
  if (lower >= 0x61 && lower <= 0x7a) return WORD;
  return code === 0x7e ? TILDE : SEPARATOR;
}

/** Below every character where the key has ended. */
const codeAt = (key: string, place: number): number => (place < key.length ? key.charCodeAt(place) : -1);

/** `v1.2` is `1.2`. */
const skipV = (text: string): number =>
  (text.charCodeAt(0) | CASE_BIT) === 0x76 && kindOf(text.charCodeAt(1)) === NUMBER ? 1 : 0;
