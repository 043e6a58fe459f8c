import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PackageVersion } from "../../src/vocabulary/index.ts";
import { runs } from "../Runs.ts";

type Dotted = "windows" | "mac";

// As plainly as it can be: every version becomes one text of equal length, and texts are compared. Null for what is none.
const slow = (format: Dotted, text: string): string | null => {
  let at = 0;
  const take = (isOne: (c: string) => boolean): string => {
    const from = at;
    while (at < text.length && isOne(text.charAt(at))) at += 1;
    return text.slice(from, at);
  };
  const isDigit = (c: string): boolean => "0123456789".includes(c);
  const isLetter = (c: string): boolean => "abcdefghijklmnopqrstuvwxyz".includes(c.toLowerCase());
  const numbers: string[] = [];
  for (;;) {
    const number = take(isDigit);
    if (number === "" || number.length > 10) return null;
    numbers.push(number.padStart(10, "0"));
    if (text.charAt(at) !== ".") break;
    at += 1;
  }
  if (numbers.length > 8) return null;
  while (numbers.length < 8) numbers.push("0".repeat(10));
  const letter = at < text.length && isLetter(text.charAt(at)) ? text.charAt(at).toLowerCase() : " ";
  if (letter !== " ") at += 1;
  const number = letter === " " ? "" : take(isDigit);
  const last = letter !== " " && at < text.length && isLetter(text.charAt(at)) ? text.charAt(at).toLowerCase() : " ";
  if (last !== " ") at += 1;
  if (at < text.length || number.length > 10 || (letter !== " " && format === "windows")) return null;
  return numbers.join("") + letter + number.padStart(10, "0") + last;
};

const sign = (n: number): number => (n < 0 ? -1 : n > 0 ? 1 : 0);
const order = (format: Dotted, a: string, b: string): number | null => {
  const [left, right] = [PackageVersion.read(format, a), PackageVersion.read(format, b)];
  return left === null || right === null ? null : PackageVersion.compare(left, right);
};
const expected = (format: Dotted, a: string, b: string): number | null => {
  const [left, right] = [slow(format, a), slow(format, b)];
  return left === null || right === null ? null : left < right ? -1 : left > right ? 1 : 0;
};

// Few numbers, so that two versions often agree for a while; now and then something that is no version.
const number = fc.constantFrom("0", "00", "1", "01", "2", "10", "19045", "3803", "9999999999", "12345678901", "");
const tail = fc.constantFrom(
  "",
  "",
  "",
  "a",
  "A",
  "b",
  "A344",
  "a344",
  "A0344",
  "E5180j",
  "E5180k",
  "p1",
  "p",
  "ab",
  "-1",
  " ",
);
const version = fc
  .tuple(fc.array(number, { minLength: 1, maxLength: 9 }), tail)
  .map(([numbers, end]) => `${numbers.join(".")}${end}`);
const clean = fc
  .tuple(
    fc.array(fc.constantFrom("0", "1", "01", "2", "10"), { minLength: 1, maxLength: 5 }),
    fc.constantFrom("", "", "a", "A3", "a03", "b"),
  )
  .map(([numbers, end]) => `${numbers.join(".")}${end}`);
const numbers = fc.array(fc.constantFrom("0", "1", "2", "10"), { minLength: 1, maxLength: 5 }).map((n) => n.join("."));
const pair = fc.oneof(
  fc.tuple(version, version),
  fc.tuple(clean, clean),
  // One version in two spellings, or nearly.
  fc.tuple(numbers, fc.constantFrom("", ".0", ".00.0", ".1")).map(([n, more]) => [n, `0${n}${more}`] as const),
);

describe.each(["windows", "mac"] as const)("versions of %s", (format) => {
  it("are read and ordered as padded texts are", () => {
    const seen = { "-1": 0, "0": 0, "1": 0, null: 0 };
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const found = order(format, a, b);
        expect([a, b, found]).toEqual([a, b, expected(format, a, b)]);
        seen[String(found) as keyof typeof seen] += 1;
      }),
      runs(6_000),
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(runs(6_000).numRuns / 100);
  });

  it("have one order, of texts that are no version too: those come first", () => {
    fc.assert(
      fc.property(version, version, clean, (a, b, c) => {
        const compare = (x: string, y: string) => PackageVersion.compareTexts(format, x, y);
        expect(compare(a, a)).toBe(0);
        expect(compare(a, b) + compare(b, a)).toBe(0);
        const sorted = [a, b, c].sort(compare);
        expect(compare(sorted[0] ?? "", sorted[2] ?? "")).toBeLessThanOrEqual(0);
        if (slow(format, a) === null && slow(format, c) !== null) expect(compare(a, c)).toBe(-1);
      }),
      runs(2_000),
    );
  });
});

describe("dotted versions", () => {
  it.each([
    ["windows", "10.0.19045.3803", "10.0.19045.3930", -1],
    ["windows", "10.0.19045.3803", "10.0.19045", 1],
    ["windows", "10.0", "10.0.0.0", 0],
    ["windows", "1.02.3", "1.2.3", 0],
    ["windows", "2.10", "2.9", 1],
    ["windows", "124.0.6367.119", "99.0.0.0", 1],
    ["mac", "17.4.1", "17.4", 1],
    ["mac", "23A344", "23C64", -1],
    ["mac", "23E214", "23E224", -1],
    ["mac", "22G91", "23A344", -1],
    ["mac", "9.8p1", "9.8", 1],
    ["mac", "9.8P1", "9.8p1", 0],
    ["mac", "23E5180j", "23E5191a", -1],
    ["mac", "1.1.1w", "1.1.1za", -1],
  ] as const)("%s: %s and %s compare to %i", (format, a, b, wanted) => {
    expect(order(format, a, b)).toBe(wanted);
    expect(order(format, b, a)).toBe(sign(-wanted));
  });

  it.each([
    ["windows", ""],
    ["windows", "1."],
    ["windows", ".1"],
    ["windows", "1..2"],
    ["windows", "v1.2"],
    ["windows", "1.2-3"],
    ["windows", "1.2 (build 3)"],
    ["windows", "1.2a"],
    ["windows", "1.2.3.4.5.6.7.8.9"],
    ["windows", "12345678901"],
    ["windows", "１.２"],
    ["mac", "17.4.1 (21E236)"],
    ["mac", "1.2abc"],
    ["mac", "a1"],
    ["mac", "1.2a.3"],
  ] as const)("%s: %j is none", (format, text) => {
    expect(PackageVersion.read(format, text)).toBeNull();
  });
});
