import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as StoredText from "../../../src/storage/search/StoredText.ts";
import * as Trigrams from "../../../src/storage/search/Trigrams.ts";
import { RUNS, SEED } from "./Picks.ts";

const LAST = "\u{10ffff}";

describe("the text behind all that begin with a text", () => {
  test.each([
    ["a", "b"],
    ["ab", "ac"],
    ["\0", "\u0001"],
    ["a\u007f", "a\u0080"],
    ["\ud7ff", "\ue000"],
    ["\uffff", "\u{10000}"],
    ["😀", "😁"],
    [`a${LAST}`, "b"],
    [`a${LAST}${LAST}`, "b"],
    [`\ud7ff${LAST}`, "\ue000"],
    [LAST, null],
    [LAST + LAST, null],
    ["", null],
  ])("of %j is %j", (text, behind) => {
    expect(StoredText.successor(text)).toBe(behind);
  });

  test("has, with the text itself, exactly those between that begin with it", () => {
    const points = fc.string({
      unit: fc.constantFrom("a", "b", "\0", "\ud7ff", "\ue000", "\uffff", "😀", LAST),
      maxLength: 3,
    });
    const before = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
    fc.assert(
      fc.property(points, points, fc.boolean(), (beginning, other, isLonger) => {
        const text = isLonger ? beginning + other : other;
        const behind = StoredText.successor(beginning);
        const isBetween = !before(text, beginning) && (behind === null || before(text, behind));
        expect(isBetween).toBe(text.startsWith(beginning));
      }),
      { numRuns: Math.ceil(2_000 * RUNS), seed: SEED },
    );
  });
});

test("half a character is kept as one that people never write, and looked for in vain", () => {
  expect(StoredText.stored("a\ud83d b😀")).toBe("a\uffff b😀");
  expect(StoredText.stored("a😀\0")).toBe("a😀\0");
  expect(["a", "😀", "\0", ""].map(StoredText.isStorable)).toEqual([true, true, true, true]);
  expect(["\ud83d", "a\ude00", "\ude00\ud83d"].map(StoredText.isStorable)).toEqual([false, false, false]);
});

describe("trigrams", () => {
  const contains = (text: string, key: "folded" | "tokens" = "folded") => ({ _tag: "Contains", key, text }) as const;

  test("are asked for all at once, each quoted", () => {
    expect(Trigrams.matchOf(contains("abcd"))).toBe('"abc" AND "bcd"');
    expect(Trigrams.matchOf(contains('a"b'))).toBe('"a""b"');
    expect(Trigrams.matchOf(contains("a😀bc"))).toBe('"a😀b" AND "😀bc"');
    expect(Trigrams.matchOf(contains("aaaaaa"))).toBe('"aaa"');
    // Side by side, but for the last.
    expect(Trigrams.matchOf(contains("abcdefgh"))).toBe('"abc" AND "def" AND "fgh"');
  });

  test("of words are those of each", () => {
    expect(Trigrams.matchOf(contains(" abc def ", "tokens"))).toBe('"abc" AND "def"');
    expect(Trigrams.matchOf(contains(" ab cd", "tokens"))).toBeNull();
    expect(Trigrams.matchOf({ _tag: "All", tests: [contains(" abc ", "tokens"), contains(" x", "tokens")] })).toBe(
      '"abc"',
    );
  });

  test("don't help with what is short, begins a text, or holds what a search can't be given", () => {
    expect(Trigrams.matchOf(contains("ab"))).toBeNull();
    expect(Trigrams.matchOf(contains("😀😀"))).toBeNull();
    expect(Trigrams.matchOf(contains("abc\0def"))).toBeNull();
    expect(Trigrams.matchOf({ _tag: "Any", tests: [contains("abc")] })).toBeNull();
    expect(Trigrams.matchOf({ _tag: "Is", key: "folded", values: ["abc"] })).toBeNull();
  });

  test("of a long text are a few", () => {
    const long = Array.from({ length: 8_000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join("");
    expect(Trigrams.matchOf(contains(long))?.split(" AND ").length).toBeLessThanOrEqual(17);
  });
});
