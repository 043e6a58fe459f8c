/**
 * The order of Debian versions, `[epoch:]upstream[-revision]` (Debian Policy 5.6.12): epoch, then upstream version, then
 * revision, each by runs of non-digits and runs of digits in turn. Among non-digits `~` sorts before anything, even the
 * end, and letters before everything else; digits go by their value. Oracle in the tests: `dpkg --compare-versions`.
 */
import type { Ordering } from "./RpmVersion.ts";

/** The parts of a version. */
export interface DebVersion {
  readonly epoch: number;
  readonly upstream: string;
  /** Empty if there is none, which is the same as `0`. */
  readonly revision: string;
}

/** The longest version text that is read, in characters. */
export const VERSION_LENGTH_MAX = 256;

const VERSION = /^(?!.*-$)(?:(\d{1,9}):)?(\d[A-Za-z0-9.+:~-]*?)(?:-([A-Za-z0-9.+~]+))?$/;

/** Reads a version; null when it isn't one. A missing epoch is 0. */
export const parse = (text: string): DebVersion | null => {
  const match = text.length <= VERSION_LENGTH_MAX ? VERSION.exec(text) : null;
  if (match === null) return null;
  const [, epoch, upstream = "", revision = ""] = match;
  // A colon can only stand in an upstream version behind an epoch, or the first one would be taken for the epoch's.
  if (epoch === undefined && upstream.includes(":")) return null;
  return { epoch: Number(epoch ?? "0"), upstream, revision };
};

/**
 * Compares two version texts as dpkg does: a total preorder. Texts that are no version compare as a bare upstream version
 * of epoch 0.
 *
 * @example compare("1.0~rc1-1", "1.0-1") // -1
 */
export const compare = (a: string, b: string): Ordering => {
  const left = parse(a) ?? { epoch: 0, upstream: a, revision: "" };
  const right = parse(b) ?? { epoch: 0, upstream: b, revision: "" };
  return compareRead(left, right);
};

/** {@link compare} of versions that were read before: for whoever compares one of them many times. */
export const compareRead = (a: DebVersion, b: DebVersion): Ordering => {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  return compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision);
};

const compareParts = (a: string, b: string): Ordering => {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while (isOther(a, i) || isOther(b, j)) {
      const order = rank(a, i) - rank(b, j);
      if (order !== 0) return order < 0 ? -1 : 1;
      i += 1;
      j += 1;
    }
    const left = digits(a, i);
    const right = digits(b, j);
    const order = compareDigits(left, right);
    if (order !== 0) return order;
    i += left.length;
    j += right.length;
  }
  return 0;
};

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isLetter = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);

const isOther = (text: string, at: number): boolean => at < text.length && !isDigit(text.charCodeAt(at));

/** Puts whatever is no letter behind all letters. */
const BEHIND_LETTERS = 0x100;

// The end, and a digit, where non-digits are compared: behind a tilde, before all else.
const rank = (text: string, at: number): number => {
  if (!isOther(text, at)) return 0;
  const code = text.charCodeAt(at);
  if (code === 0x7e) return -1;
  return isLetter(code) ? code : code + BEHIND_LETTERS;
};

const digits = (text: string, from: number): string => {
  let at = from;
  while (at < text.length && isDigit(text.charCodeAt(at))) at += 1;
  return text.slice(from, at);
};

const compareDigits = (a: string, b: string): Ordering => {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
};
