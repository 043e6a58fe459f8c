/**
 * Versions of what stands on Windows and on a Mac: numbers between dots, as file and product versions are.
 *
 * `windows`: one to eight numbers (`10.0.19045.3803`), compared one by one by value, so leading zeros are nothing; a number
 * that isn't there is 0. `mac`: the same, and behind the last number there may be one tail: a letter, then perhaps a number, then
 * perhaps a letter, as Apple numbers builds (`23A344`, `23E5180j`) and others their releases (`9.8p1`). Without a tail comes
 * before any; letters go by the alphabet in either case, then the number by value, then the last letter. The numbers of
 * Apple's test builds run ahead of those of the release that they lead to: they are ordered as they are numbered.
 */
import type { Ordering } from "./RpmVersion.ts";

/** A version as it is compared. */
export interface DottedVersion {
  /** Without zeros at the end, which say nothing. */
  readonly numbers: readonly number[];
  readonly tail: Tail | null;
}

export interface Tail {
  /** Small. */
  readonly letter: string;
  readonly number: number;
  /** Small; empty if there is none. */
  readonly last: string;
}

/** How many numbers a version has at most, and digits a number. */
export const NUMBERS_MAX = 8;
export const DIGITS_MAX = 10;

const VERSION = /^(\d{1,10}(?:\.\d{1,10}){0,7})(?:([A-Za-z])(\d{0,10})([A-Za-z]?))?$/;

/** Reads a version; null when it isn't one. */
export const parse = (text: string, options: { readonly hasTail: boolean }): DottedVersion | null => {
  const match = VERSION.exec(text);
  if (match === null) return null;
  const [, dotted = "", letter, number = "", last = ""] = match;
  if (letter !== undefined && !options.hasTail) return null;
  const numbers = dotted.split(".").map(Number);
  while (numbers.at(-1) === 0) numbers.pop();
  const tail =
    letter === undefined ? null : { letter: letter.toLowerCase(), number: Number(number), last: last.toLowerCase() };
  return { numbers, tail };
};

/** Compares two versions that were read: a total preorder. */
export const compareRead = (a: DottedVersion, b: DottedVersion): Ordering => {
  const length = Math.max(a.numbers.length, b.numbers.length);
  for (let i = 0; i < length; i += 1) {
    const order = compare(a.numbers[i] ?? 0, b.numbers[i] ?? 0);
    if (order !== 0) return order;
  }
  return compareTails(a.tail, b.tail);
};

const compareTails = (a: Tail | null, b: Tail | null): Ordering => {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return compare(a.letter, b.letter) || compare(a.number, b.number) || compare(a.last, b.last);
};

const compare = <A extends number | string>(a: A, b: A): Ordering => (a < b ? -1 : a > b ? 1 : 0);
