/**
 * Text as it is compared: folded, and split into words.
 *
 * Words are those of Unicode's UAX #29 without dictionaries: a run of letters and digits; inside one may stand `.` or
 * `,` between two digits (`10,125`), `.`, `:` or `'` between two letters (`qualys.corp.com`), and `_`; everything else
 * splits, a dot between a letter and a digit too (`102354.qualys` is two words). A letter of a script that writes no
 * spaces (Han, Hiragana, Thai, Lao, Khmer, Burmese …) is a word by itself. One rule is the vendor's instead: `;` always
 * splits (qql-reference 1.3).
 *
 * Invariants: characters that Unicode 17 has are split in the same way on every engine, whose own tables are not asked
 * what is a letter, and folded in the same way on every engine of Unicode 17 or later (one that is older leaves the cased
 * letters newer than itself as they are); every word of a text is a substring of its folded form and holds no space.
 */
import { RUNS } from "./WordBreakTable.ts";

/** Names these rules of folding and splitting. Stored keys and plans made under another version must be made anew. */
export const TOKENIZER_VERSION = 2;

/**
 * The text as it is compared: letter case is folded (`Straße`, `STRASSE` and `strasse` are one), and both spellings of
 * `é` are one (NFC). Characters that aren't letters, marks or digits of Unicode 17 stay as they are.
 */
export function fold(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ASCII || (code >= 0x41 && code <= 0x5a)) return foldAll(text);
  }
  return text;
}

/** The words of any text, folded, in order, repeats included: `words("Remote-Code 10.1")` is `["remote", "code", "10.1"]`. */
export const words = (text: string): readonly string[] => split(fold(text));

/**
 * The storage key that words are found by: each word behind a space, and a space at the end. A phrase whose last word may
 * be a beginning is then a substring: `tokens(text).includes(" remote cod")`.
 */
export const tokens = (text: string): string => tokensOf(fold(text));

/** {@link tokens} of a folded text. */
export function tokensOf(folded: string): string {
  const all = split(folded);
  return all.length === 0 ? " " : ` ${all.join(" ")} `;
}

/** The words of a folded text. */
export function split(folded: string): readonly string[] {
  const classes = table();
  const found: string[] = [];
  for (let at = 0; at < folded.length; ) {
    const point = folded.codePointAt(at) ?? 0;
    const kind = classes[point] ?? NONE;
    let end = at + widthOf(point);
    if ((kind >= LETTER && kind <= JOINER) || kind === ALONE) {
      end = endOfWord(folded, end, kind, classes);
      found.push(folded.slice(at, end));
    }
    at = end;
  }
  return found;
}

const ASCII = 0x80;
const NOT_ASCII = /[^\0-\x7f]/;

/** Classes of code points: the letters of the table, in its order. */
const NONE = 0;
const LETTER = 1;
const HEBREW = 2;
const DIGIT = 3;
const KATAKANA = 4;
const JOINER = 5;
/** Belongs to whatever it follows: combining marks, format characters. */
const MARK = 6;
const MIDDLE_OF_LETTERS = 7;
const MIDDLE_OF_DIGITS = 8;
const MIDDLE_OF_BOTH = 9;
const DOUBLE_QUOTE = 10;
/** A letter that is a word by itself. */
const ALONE = 11;

const CODE_POINTS = 0x110000;
const BASE = 36;
const CLASS_A = 0x41;

let decoded: Uint8Array | null = null;

/** The class of each code point. Made at the first use: an import costs nothing. */
function table(): Uint8Array {
  if (decoded !== null) return decoded;
  const classes = new Uint8Array(CODE_POINTS);
  let point = 0;
  for (const [run] of RUNS.matchAll(/[A-Z][^A-Z]*/g)) {
    const length = run.length === 1 ? 1 : Number.parseInt(run.slice(1), BASE);
    classes.fill(run.charCodeAt(0) - CLASS_A, point, point + length);
    point += length;
  }
  decoded = classes;
  return classes;
}

const widthOf = (point: number): number => (point > 0xffff ? 2 : 1);

/** Where the word ends whose first code point, of class `first`, ends at `from`. */
function endOfWord(text: string, from: number, first: number, classes: Uint8Array): number {
  let last = first;
  let end = from;
  while (end < text.length) {
    const point = text.codePointAt(end) ?? 0;
    const kind = classes[point] ?? NONE;
    const next = end + widthOf(point);
    if (kind === MARK) end = next;
    else if (isJoined(last, kind)) {
      end = next;
      last = kind;
    } else {
      const behind = afterMarks(text, next, classes);
      if (isMiddle(last, kind, classes[text.codePointAt(behind) ?? 0] ?? NONE)) end = behind;
      // Hebrew keeps its apostrophe at a word's end.
      else return last === HEBREW && point === 0x27 ? behind : end;
    }
  }
  return end;
}

/** UAX #29 rules WB5, WB8 to WB10, WB13 to WB13b. */
function isJoined(last: number, next: number): boolean {
  switch (last) {
    case LETTER:
    case HEBREW:
    case DIGIT:
      return next === LETTER || next === HEBREW || next === DIGIT || next === JOINER;
    case KATAKANA:
      return next === KATAKANA || next === JOINER;
    case JOINER:
      return next >= LETTER && next <= JOINER;
    default:
      return false;
  }
}

/** UAX #29 rules WB6, WB7, WB7b, WB7c, WB11, WB12: `kind` joins what stands on both of its sides. */
function isMiddle(last: number, kind: number, next: number): boolean {
  switch (kind) {
    case MIDDLE_OF_LETTERS:
      return isLetter(last) && isLetter(next);
    case MIDDLE_OF_DIGITS:
      return last === DIGIT && next === DIGIT;
    case MIDDLE_OF_BOTH:
      return (isLetter(last) && isLetter(next)) || (last === DIGIT && next === DIGIT);
    case DOUBLE_QUOTE:
      return last === HEBREW && next === HEBREW;
    default:
      return false;
  }
}

const isLetter = (kind: number): boolean => kind === LETTER || kind === HEBREW;

function afterMarks(text: string, from: number, classes: Uint8Array): number {
  for (let at = from; at < text.length; ) {
    const point = text.codePointAt(at) ?? 0;
    if (classes[point] !== MARK) return at;
    at += widthOf(point);
  }
  return text.length;
}

/** Folds the runs of characters that the table knows, and leaves the others. */
function foldAll(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase();
  const classes = table();
  let folded = "";
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const end = endOfKnown(text, at, classes);
    if (end > at) {
      folded += text.slice(copied, at) + foldRun(text.slice(at, end));
      copied = end;
      at = end;
    } else at += widthOf(text.codePointAt(at) ?? 0);
  }
  return folded + text.slice(copied);
}

function endOfKnown(text: string, from: number, classes: Uint8Array): number {
  let at = from;
  while (at < text.length) {
    const point = text.codePointAt(at) ?? 0;
    if ((classes[point] ?? NONE) === NONE) return at;
    at += widthOf(point);
  }
  return at;
}

/**
 * Full case folding by way of upper case, which spells `ß` as `SS` and a final `ς` as `Σ`; lower case first, as a capital
 * `ẞ` is its own upper case.
 */
const foldRun = (run: string): string =>
  run.normalize("NFC").toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ").normalize("NFC");
