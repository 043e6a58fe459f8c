import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Version } from "../../src/index.ts";
import { runs } from "./World.ts";

const { compareToKey, DIGITS_MAX, KEY_TOP, key, prefixKey, print } = Version;

// ---- The rule, said in the plainest way: lists of components, compared one by one.

type Component = { readonly kind: "tilde" | "end" | "word" | "number"; readonly value: string | bigint };

const KINDS = ["tilde", "end", "word", "number"];
const END: Component = { kind: "end", value: "" };

function componentsOf(text: string): readonly Component[] {
  const written = /^v[0-9]/i.test(text) ? text.slice(1) : text;
  return (written.match(/[0-9]+|[A-Za-z]+|~/g) ?? []).map((part) => {
    if (part === "~") return { kind: "tilde", value: "" };
    return /^[0-9]/.test(part) ? { kind: "number", value: BigInt(part) } : { kind: "word", value: part.toLowerCase() };
  });
}

function compareComponents(a: Component, b: Component): number {
  if (a.kind !== b.kind) return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind);
  if (a.value === b.value) return 0;
  return a.value < b.value ? -1 : 1;
}

function compare(a: string, b: string): number {
  const [left, right] = [componentsOf(a), componentsOf(b)];
  for (let i = 0; i <= Math.max(left.length, right.length); i++) {
    const order = compareComponents(left[i] ?? END, right[i] ?? END);
    if (order !== 0) return Math.sign(order);
  }
  return 0;
}

const compareTexts = (a: string, b: string): number => Number(a > b) - Number(a < b);

const LONGEST = ["9".repeat(DIGITS_MAX), `1${"0".repeat(DIGITS_MAX - 1)}`, `000${"8".repeat(DIGITS_MAX - 1)}`];
const COMPONENTS = [
  "0",
  "00",
  "1",
  "01",
  "2",
  "9",
  "10",
  "19",
  "100",
  "a",
  "ab",
  "b",
  "rc",
  "RC",
  "z",
  "v",
  "V",
  ...LONGEST,
];
const SEPARATORS = ["~", "^", ".", "-", "+", "_", " ", ":", "é", "\u212a", "\u0130", "１"];
const pieces = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...COMPONENTS) },
  { weight: 2, arbitrary: fc.constantFrom(...SEPARATORS) },
);
const texts = fc.array(pieces, { maxLength: 7 }).map((parts) => parts.join(""));
/** What digits side by side add up to may be longer than what is compared. */
const versions = texts.filter(
  (text) => !(text.match(/[0-9]+/g) ?? []).some((digits) => digits.replace(/^0+/, "").length > DIGITS_MAX),
);

describe("a version's key", () => {
  it("stands in the order of the components", () => {
    fc.assert(
      fc.property(versions, versions, (a, b) => {
        const [left, right] = [key(a), key(b)];
        expect(left === null).toBe(componentsOf(a).length === 0);
        if (left === null || right === null) return;
        if (compareTexts(left, right) !== compare(a, b)) throw new Error(`${a} and ${b}: ${left} and ${right}`);
      }),
      runs(100_000),
    );
  });

  it("is ASCII, below the top, so that bytes, code units and collations of bytes agree", () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ unit: "binary" })), (text) => {
        expect(key(text) ?? "").toMatch(/^[!-z]*$/);
      }),
      runs(2_000),
    );
  });

  it("is that of the version it prints as", () => {
    fc.assert(
      fc.property(versions, (text) => {
        const made = key(text);
        if (made === null) return;
        expect(key(print(made))).toBe(made);
        expect(prefixKey(print(prefixKey(text)))).toBe(prefixKey(text));
        expect(compare(print(made), text)).toBe(0);
      }),
      runs(10_000),
    );
  });

  it.each([
    ["v1.02-3", "1.2.3"],
    ["1.0rc1", "1.0.rc.1"],
    ["1.0~rc1", "1.0~rc.1"],
    ["~~1", "~~1"],
  ])("of %s is that of %s, one dot between two components, none beside a tilde", (text, printed) => {
    expect(print(key(text) ?? "")).toBe(printed);
  });

  it("takes all letters of a word, however long", () => {
    const word = "x".repeat(2 * DIGITS_MAX);
    for (const [a, b] of [
      [`${word}a`, `${word}b`],
      [word, `${word}a`],
    ] as const) {
      expect(Math.sign(compareToKey(a, key(b) ?? ""))).toBe(-1);
      expect(Math.sign(compareToKey(b, key(a) ?? ""))).toBe(1);
      expect(compareTexts(key(a) ?? "", key(b) ?? "")).toBe(-1);
    }
  });

  it("takes the first digits of a number that is longer than any vendor's", () => {
    const [most, more] = ["1".repeat(DIGITS_MAX), "1".repeat(DIGITS_MAX + 1)];
    expect(key(more)).toBe(key(most));
    expect(key(`${most}2`)).toBe(key(`${most}3`));
    expect(compareToKey(more, key(most) ?? "")).toBe(0);
    expect(compareTexts(key(`${"1".repeat(DIGITS_MAX - 1)}2`) ?? "", key(most) ?? "")).toBe(1);
    // Leading zeros are none of them.
    expect(key(`0${most}`)).toBe(key(most));
    expect(compareToKey(`1.${"0".repeat(100)}7`, key("1.7") ?? "")).toBe(0);
  });

  it.each(["", " ", "...", "é", "-+_", "^"])("doesn't exist for %j, which has no component", (text) => {
    expect(key(text)).toBeNull();
    expect(prefixKey(text)).toBe("");
    expect(compareToKey(text, key("1") ?? "")).toBeNaN();
  });
});

describe("comparing a version with a key", () => {
  it("is comparing the keys, be it a version's, a prefix's, or what lies behind all that begin so", () => {
    fc.assert(
      fc.property(texts, texts, (text, other) => {
        const own = key(text);
        if (own === null) return;
        for (const each of [
          key(other) ?? "",
          prefixKey(other),
          prefixKey(other) + KEY_TOP,
          prefixKey(text),
          prefixKey(text) + KEY_TOP,
        ]) {
          const order = Math.sign(compareToKey(text, each));
          if (order !== compareTexts(own, each)) throw new Error(`${text} and ${each}: ${order}`);
        }
      }),
      runs(30_000),
    );
  });
});

describe("a prefix", () => {
  it("holds the versions that begin with its components, all of them and no others", () => {
    const begins = (text: string, prefix: string): boolean =>
      componentsOf(prefix).every((component, i) => compareComponents(component, componentsOf(text)[i] ?? END) === 0);
    const continued = fc.tuple(versions, pieces).map(([prefix, piece]) => [prefix + piece, prefix] as const);
    fc.assert(
      fc.property(fc.oneof(fc.tuple(versions, versions), continued), ([text, prefix]) => {
        const [own, low] = [key(text), prefixKey(prefix)];
        if (own === null || low === "" || /[0-9]{32}/.test(text)) return;
        const isWithin = own >= low && own < low + KEY_TOP;
        if (isWithin !== begins(text, prefix)) throw new Error(`${text} within ${prefix}: ${isWithin}`);
      }),
      runs(50_000),
    );
  });

  it.each([
    ["2.1", "2.1", true],
    ["2.1", "2.1.0", true],
    ["2.1", "v2.1-rc1", true],
    ["2.1", "2.1~rc1", true],
    ["2.1", "2.10", false],
    ["2.1", "2", false],
    ["2.1-rc", "2.1-rc", true],
    ["2.1-rc", "2.1-rc9", true],
    ["2.1-rc", "2.1-rcx", false],
    ["2.1~", "2.1~beta", true],
    ["2.1~", "2.1", false],
  ])("%s* holds %s: %j", (prefix, text, expected) => {
    const own = key(text) ?? "";
    expect(own >= prefixKey(prefix) && own < prefixKey(prefix) + KEY_TOP).toBe(expected);
  });
});

describe("the order of versions", () => {
  /** Worked out by the rule that RPM documents for its own comparison. */
  const LIKE_RPM: readonly (readonly [string, "<" | "=", string])[] = [
    ["1.0", "=", "1.0"],
    ["1.0", "<", "2.0"],
    ["1.9", "<", "1.10"],
    ["2.0", "<", "2.0.1"],
    ["2.1", "<", "2.1.0"],
    ["1.05", "=", "1.5"],
    ["1_0", "=", "1.0"],
    ["1.0-4", "=", "1.0.4"],
    ["2.0.1", "<", "2.0.1a"],
    ["5.5p1", "<", "5.5p2"],
    ["5.5p2", "<", "5.5p10"],
    ["1.0.a", "<", "1.0.1"],
    ["xyz.4", "<", "8"],
    ["10xyz", "<", "10.1xyz"],
    ["1.0~rc1", "<", "1.0"],
    ["1.0~rc1", "<", "1.0~rc2"],
    ["1.0~rc1~git7", "<", "1.0~rc1"],
    ["1.0~~", "<", "1.0~"],
    ["0.9", "<", "1.0~"],
    ["4.18.0-477.10.1.el8_8", "<", "4.18.0-477.13.1.el8_8"],
    ["2.9.1-6.el8.5", "<", "2.9.1-6.el8.7"],
    ["20240131", "<", "20240229"],
  ];

  it.each(LIKE_RPM)("has %s %s %s, as RPM does", (a, relation, b) => {
    const order = compareTexts(key(a) ?? "", key(b) ?? "");
    expect(order).toBe(relation === "<" ? -1 : 0);
    expect(compareTexts(key(b) ?? "", key(a) ?? "")).toBe(-order + 0);
  });

  /** RPM has these the other way round, or apart. */
  it.each([
    ["a letter's case says nothing (RPM: capitals are older)", "1.0RC1", "=", "1.0rc1"],
    ["so that words are alphabetic (RPM: B is before a)", "1.0a", "<", "1.0B"],
    ["a v before the first digit is no word (RPM: a word is older than any number)", "0.9", "<", "v1.0"],
    ["a caret only separates (RPM: newer than nothing, older than anything more)", "1.0^", "=", "1.0"],
    [
      "a colon only separates, also behind an epoch (RPM: the epoch is compared apart from the version)",
      "1:2.0",
      "=",
      "1.2.0",
    ],
  ] as const)("differs from RPM's where %s", (_, a, relation, b) => {
    expect(compareTexts(key(a) ?? "", key(b) ?? "")).toBe(relation === "<" ? -1 : 0);
  });
});
