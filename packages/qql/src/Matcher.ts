/**
 * The reference meaning of a query: a predicate over documents in memory. Closures, no code generation, so that a strict
 * content security policy doesn't break it; nothing is allocated for a document but where text or addresses have to be
 * read (see Key.document for documents that are matched often).
 */
import type * as Catalog from "./Catalog.ts";
import type * as Checked from "./Checked.ts";
import type * as Cut from "./Cut.ts";
import * as FullText from "./FullText.ts";
import * as Key from "./Key.ts";
import * as Moment from "./Moment.ts";
import * as Predicate from "./Predicate.ts";
import * as Version from "./Version.ts";

/** True for the documents a query selects. `now` is what relative dates count from, in milliseconds since 1970. */
export type Matcher<Document> = (document: Document, now: number) => boolean;

/** Of an object of the document, or of a value. */
type Test = (value: unknown, now: number) => boolean;

/** How a leaf's test is made: for values as documents have them, or for their keys. */
type MakeTest = (token: Catalog.Entry, test: Predicate.Test) => Test;

/**
 * The matcher of a checked query over documents of its catalogue. Reusable; compile once, match often.
 *
 * @example
 * const isUrgent = Matcher.compile(checked);
 * patches.filter((patch) => isUrgent(patch, Date.now()));
 */
export const compile = (checked: Checked.Checked): Matcher<Catalog.AnyDocument> =>
  compileWith(Predicate.of(checked), rawTest);

/** {@link compile} over documents with keys in place of values. */
export const compileKeyed = (checked: Checked.Checked): Matcher<Key.KeyedDocument> =>
  compileWith(Predicate.of(checked), (_, test) => keyTest(test));

/** The matcher of a predicate, over documents as they are. */
export const compilePredicate = (predicate: Predicate.Predicate): Matcher<Catalog.AnyDocument> =>
  compileWith(predicate, rawTest);

function compileWith(predicate: Predicate.Predicate, makeTest: MakeTest): Test {
  switch (predicate._tag) {
    case "And":
      return all(predicate.operands.map((operand) => compileWith(operand, makeTest)));
    case "Or":
      return any(predicate.operands.map((operand) => compileWith(operand, makeTest)));
    case "Not": {
      const operand = compileWith(predicate.operand, makeTest);
      return (value, now) => !operand(value, now);
    }
    case "Nested": {
      return along(predicate.path, entered(compileWith(predicate.operand, makeTest)));
    }
    case "Leaf":
      return along(predicate.path, makeTest(predicate.token, predicate.test));
  }
}

const never: Test = () => false;

/** Two are a closure of their own: most are. */
function all(tests: readonly Test[]): Test {
  const [first = never, second = never] = tests;
  if (tests.length === 1) return first;
  if (tests.length === 2) return (value, now) => first(value, now) && second(value, now);
  return (value, now) => {
    for (let i = 0; i < tests.length; i++) if (!(tests[i] as Test)(value, now)) return false;
    return true;
  };
}

function any(tests: readonly Test[]): Test {
  const [first = never, second = never] = tests;
  if (tests.length < 2) return first;
  if (tests.length === 2) return (value, now) => first(value, now) || second(value, now);
  return (value, now) => {
    for (let i = 0; i < tests.length; i++) if ((tests[i] as Test)(value, now)) return true;
    return false;
  };
}

/** Follows a path to every value it reaches. Tests fail null and undefined by themselves. */
function along([step, ...rest]: readonly Catalog.Step[], test: Test): Test {
  if (step === undefined) return test;
  const { key, isRepeated } = step;
  const onward = along(rest, test);
  // A text has a `length`, which is no token's.
  const each = rest.length === 0 ? onward : entered(onward);
  return isRepeated ? repeated(key, each) : held(key, each);
}

/**
 * Copies of one function. V8 keeps what it learns of a property access for each place in the source, so that a single one,
 * which all tokens share, would be slow for all of them: with copies to share between them, evaluation takes two thirds.
 */
const HELD: readonly ((key: string, test: Test) => Test)[] = [
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
  (key, test) => (object, now) => test((object as Catalog.AnyDocument)[key], now),
];

function held(key: string, test: Test): Test {
  let copy = key.length;
  for (let i = 0; i < key.length; i++) copy += key.charCodeAt(i);
  return (HELD[copy % HELD.length] as (typeof HELD)[number])(key, test);
}

/** Of an object only. */
const entered =
  (test: Test): Test =>
  (value, now) =>
    isObject(value) && test(value, now);

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

function repeated(key: string, test: Test): Test {
  return (object, now) => {
    const values = (object as Catalog.AnyDocument)[key];
    if (!Array.isArray(values)) return false;
    for (let i = 0; i < values.length; i++) {
      const value: unknown = values[i];
      if (value !== null && value !== undefined && test(value, now)) return true;
    }
    return false;
  };
}

const exists: Test = (value) => value !== null && value !== undefined;

/** A test of a value as the document has it. */
function rawTest(token: Catalog.Entry, test: Predicate.Test): Test {
  if (token.type === "text" && test._tag !== "Exists") return textTest(test);
  return compileTest(test, (each) => {
    if (each._tag === "Exists" || token.type === "group") return exists;
    switch (token.type) {
      case "keyword":
      case "uuid":
        return each._tag === "Is" ? isFolded(each.values as readonly string[]) : byKey(token, each);
      case "enum":
        return each._tag === "Is" ? isOneOf(each.values.map((rank) => token.values[Number(rank)])) : never;
      case "boolean":
        return each._tag === "Is" ? isOneOf(each.values.map((value) => value === 1)) : never;
      case "version":
        return versionTest(each);
      case "ip":
        return byKey(token, each);
      default:
        // A number is its own key.
        return primitiveTest(each);
    }
  });
}

/** The general way: make the key, then test it. */
function byKey(token: Catalog.Token, test: Primitive): Test {
  const onKey = primitiveTest(test);
  return (value, now) => onKey(Key.of(token, value), now);
}

/** More values than this are looked up in a set. */
const COMPARED_VALUES_MAX = 4;

/** Equality of text whose letter case doesn't matter, without folding what is ASCII. */
function isFolded(values: readonly string[]): Test {
  // Most values differ at their end, and an ASCII character stands in the folded text where it stood.
  const ends = new Uint8Array(ASCII);
  for (const folded of values) {
    const end = folded.charCodeAt(folded.length - 1);
    ends[end] = 1;
    if (isCapital(end - CASE_BIT)) ends[end - CASE_BIT] = 1;
  }
  const set = values.length > COMPARED_VALUES_MAX ? new Set(values) : null;
  return (value) => {
    if (typeof value !== "string" || ends[value.charCodeAt(value.length - 1)] === 0) return false;
    if (set !== null) return set.has(FullText.fold(value));
    for (const folded of values) if (value === folded || isEqualFolded(value, folded)) return true;
    return false;
  };
}

const ASCII = 0x80;
const CASE_BIT = 0x20;

const isCapital = (code: number): boolean => code >= 0x41 && code <= 0x5a;

function isEqualFolded(value: string, folded: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    // A character that isn't ASCII may be one with the letter before it.
    if ((isCapital(code) ? code | CASE_BIT : code) !== folded.charCodeAt(i)) {
      return (code >= ASCII || value.charCodeAt(i + 1) >= ASCII) && FullText.fold(value) === folded;
    }
  }
  return value.length === folded.length;
}

function versionTest(test: Primitive): Test {
  if (test._tag === "Is") {
    const keys = test.values as readonly string[];
    return (value) => typeof value === "string" && keys.some((key) => Version.compareToKey(value, key) === 0);
  }
  if (test._tag !== "Between") return never;
  const { low, high } = test;
  return (value) =>
    typeof value === "string" &&
    (low === null || isBehind(Version.compareToKey(value, low.at as string), low)) &&
    (high === null || isBefore(Version.compareToKey(value, high.at as string), high));
}

/** `order`: below, at or above 0 as a key lies before, at or behind the cut's; NaN for none. */
const isBehind = (order: number, cut: Cut.Cut): boolean => order > 0 || (order === 0 && !cut.isAfter);
const isBefore = (order: number, cut: Cut.Cut): boolean => order < 0 || (order === 0 && cut.isAfter);

/** Text is folded once for all tests, and split only when it holds the longest word of what is looked for. */
function textTest(test: Predicate.Test): Test {
  const text = lazyText();
  const onText = compileTest(test, (each) => {
    const onKey = primitiveTest(each);
    if (each._tag !== "Contains" || each.key !== "tokens") return onKey;
    const needle = longestWord(each.text);
    return (value, now) => text.folded.includes(needle) && onKey(value, now);
  });
  return (value, now) => {
    if (typeof value !== "string") return false;
    text.read(value);
    return onText(text, now);
  };
}

const longestWord = (text: string): string =>
  text.split(" ").reduce((longest, word) => (word.length > longest.length ? word : longest), "");

/** One text at a time, its keys made when they are asked for. */
interface LazyText extends Key.TextKeys {
  readonly read: (value: string) => void;
}

function lazyText(): LazyText {
  let folded = "";
  let tokens: string | null = null;
  return {
    read: (value) => {
      folded = FullText.fold(value);
      tokens = null;
    },
    get folded() {
      return folded;
    },
    get tokens() {
      tokens ??= FullText.tokensOf(folded);
      return tokens;
    },
  };
}

/** A test of a key. */
const keyTest = (test: Predicate.Test): Test => compileTest(test, primitiveTest);

type Primitive = Exclude<Predicate.Test, Predicate.All | Predicate.Any>;

function compileTest(test: Predicate.Test, primitive: (test: Primitive) => Test): Test {
  if (test._tag === "All") return all(test.tests.map((each) => compileTest(each, primitive)));
  if (test._tag === "Any") return any(test.tests.map((each) => compileTest(each, primitive)));
  return primitive(test);
}

function primitiveTest(test: Primitive): Test {
  switch (test._tag) {
    case "Exists":
      return exists;
    case "Is": {
      const isValue = isOneOf(test.values);
      return test.key === "folded" ? (value, now) => isValue(textOf(value, "folded"), now) : isValue;
    }
    case "Between":
      return typeof (test.low ?? test.high)?.at === "string" ? betweenTexts(test) : betweenNumbers(test);
    case "StartsWith":
      return (value) => textOf(value, test.key)?.startsWith(test.text) ?? false;
    case "EndsWith":
      return (value) => textOf(value, test.key)?.endsWith(test.text) ?? false;
    case "Contains": {
      const { key, text } = test;
      return (value) => textOf(value, key)?.includes(text) ?? false;
    }
  }
}

/** A keyword's only key is its folded text. */
function textOf(value: unknown, key: Predicate.TextKey): string | null {
  if (typeof value === "string") return value;
  return isObject(value) ? (value as Key.TextKeys)[key] : null;
}

function isOneOf(values: readonly unknown[]): Test {
  const [first, second = first] = values;
  if (values.length <= 2) return (value) => value === first || value === second;
  const set = new Set(values);
  return (value) => set.has(value);
}

function betweenTexts({ low, high }: Predicate.Between): Test {
  const from = low?.at as string | undefined;
  const to = high?.at as string | undefined;
  return (value) =>
    typeof value === "string" &&
    (from === undefined || value > from || (value === from && low?.isAfter === false)) &&
    (to === undefined || value < to || (value === to && high?.isAfter === true));
}

function betweenNumbers({ low, high }: Predicate.Between): Test {
  const isFromIn = low?.isAfter !== true;
  const isToIn = high?.isAfter !== false;
  const isMovingAny = isMoving(low) || isMoving(high);
  let lastNow = 0;
  let from = placeOf(low, Number.NEGATIVE_INFINITY, lastNow);
  let to = placeOf(high, Number.POSITIVE_INFINITY, lastNow);
  return (value, now) => {
    // Worked out once for each now.
    if (isMovingAny && now !== lastNow) {
      lastNow = now;
      from = placeOf(low, from, now);
      to = placeOf(high, to, now);
    }
    return (
      typeof value === "number" &&
      (value > from || (value === from && isFromIn)) &&
      (value < to || (value === to && isToIn))
    );
  };
}

const isMoving = (cut: Cut.Cut | null): boolean => typeof cut?.at === "object";

function placeOf(cut: Cut.Cut | null, open: number, now: number): number {
  if (cut === null) return open;
  return typeof cut.at === "object" ? Moment.instantOf(cut.at, now) : Number(cut.at);
}
