/**
 * The order of RPM versions: epoch, then version, then release, each by rpm's segment rules.
 *
 * Segments are runs of digits or of letters; digits beat letters; `~` sorts before anything, even the end, and `^`
 * after the end but before any further segment. Oracle in the tests: rpm's own vercmp.
 */

/** -1 when `a` is older, 1 when newer, 0 when the same. */
export type Ordering = -1 | 0 | 1;

/** The parts of `[epoch:]version[-release]`. */
export interface Evr {
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
}

/** The longest EVR text that is read, in characters. */
export const EVR_LENGTH_MAX = 256;

const EVR = /^(?:(\d{1,9}):)?([A-Za-z0-9._+~^]+)(?:-([A-Za-z0-9._+~^]+))?$/;

/** Reads an EVR; null when it isn't one. A missing epoch is 0, a missing release is empty. */
export const parse = (text: string): Evr | null => {
  const match = text.length <= EVR_LENGTH_MAX ? EVR.exec(text) : null;
  if (match === null) return null;
  return { epoch: Number(match[1] ?? "0"), version: match[2] ?? "", release: match[3] ?? "" };
};

/** Prints an EVR the one way: the epoch only when it isn't 0. */
export const print = (evr: Evr): string =>
  `${evr.epoch === 0 ? "" : `${evr.epoch}:`}${evr.version}${evr.release === "" ? "" : `-${evr.release}`}`;

/**
 * Compares two EVR texts as rpm does: a total order. Texts that are no EVR compare as a bare version of epoch 0.
 *
 * @example compare("1.0~rc1-1", "1.0-1") // -1
 */
export const compare = (a: string, b: string): Ordering => {
  const left = parse(a) ?? { epoch: 0, version: a, release: "" };
  const right = parse(b) ?? { epoch: 0, version: b, release: "" };
  return compareRead(left, right);
};

/** {@link compare} of EVRs that were read before: for whoever compares one of them many times. */
export const compareRead = (a: Evr, b: Evr): Ordering => {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  return compareParts(a.version, b.version) || compareReleases(a.release, b.release);
};

// A missing release comes before any, even one that starts with a tilde.
const compareReleases = (a: string, b: string): Ordering =>
  a === "" || b === "" ? compareText(a, b) : compareParts(a, b);

/** Compares two versions, or two releases, segment by segment. */
export const compareParts = (a: string, b: string): Ordering => {
  let i = 0;
  let j = 0;
  for (;;) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const special = compareSpecial(a[i], b[j]);
    if (special === "both") {
      i += 1;
      j += 1;
      continue;
    }
    if (special !== "neither") return special;
    if (i >= a.length || j >= b.length) return i < a.length ? 1 : j < b.length ? -1 : 0;
    const digits = isDigit(a[i]);
    const left = segment(a, i, digits);
    const right = segment(b, j, digits);
    if (right === "") return digits ? 1 : -1;
    const order = digits ? compareDigits(left, right) : compareText(left, right);
    if (order !== 0) return order;
    i += left.length;
    j += right.length;
  }
};

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= "0" && c <= "9";
const isLetter = (c: string | undefined): boolean =>
  c !== undefined && ((c >= "a" && c <= "z") || (c >= "A" && c <= "Z"));
const isSpecial = (c: string | undefined): boolean => c === "~" || c === "^";

const skipSeparators = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && !isDigit(text[at]) && !isLetter(text[at]) && !isSpecial(text[at])) at += 1;
  return at;
};

// What a tilde or a caret at the front of either side decides.
const compareSpecial = (a: string | undefined, b: string | undefined): Ordering | "both" | "neither" => {
  if (a === "~" || b === "~") return a === b ? "both" : a === "~" ? -1 : 1;
  if (a === "^" || b === "^") {
    if (a === b) return "both";
    if (a === undefined) return -1;
    if (b === undefined) return 1;
    return a === "^" ? -1 : 1;
  }
  return "neither";
};

const segment = (text: string, from: number, digits: boolean): string => {
  let at = from;
  while (at < text.length && (digits ? isDigit(text[at]) : isLetter(text[at]))) at += 1;
  return text.slice(from, at);
};

const compareDigits = (a: string, b: string): Ordering => {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return compareText(left, right);
};

const compareText = (a: string, b: string): Ordering => (a < b ? -1 : a > b ? 1 : 0);
