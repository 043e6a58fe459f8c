/** Near spellings, with the plain definition of an edit as the oracle, for every pair of short words. */
import { describe, expect, it } from "vitest";
import { nearest } from "../src/Nearest.ts";

/** Fewest edits by definition: what the first letters cost, and the rest. */
function edits(from: string, to: string, known: Map<string, number> = new Map()): number {
  if (from === "" || to === "") return from.length + to.length;
  const key = `${from} ${to}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const [a, b] = [from.slice(1), to.slice(1)];
  const ways = [edits(a, b, known) + Number(from[0] !== to[0]), edits(a, to, known) + 1, edits(from, b, known) + 1];
  if (from.length > 1 && from[0] === to[1] && from[1] === to[0])
    ways.push(edits(from.slice(2), to.slice(2), known) + 1);
  const fewest = Math.min(...ways);
  known.set(key, fewest);
  return fewest;
}

/** All words of so many letters. */
const wordsOf = (letters: string, length: number): readonly string[] =>
  length === 0 ? [""] : wordsOf(letters, length - 1).flatMap((word) => [...letters].map((letter) => word + letter));

describe("the nearest spelling", () => {
  it.each([
    ["abc", 1, 1],
    ["abc", 2, 2],
    ["abc", 2, 3],
    ["abc", 3, 2],
    ["abc", 3, 3],
    ["abc", 3, 4],
    ["ab", 5, 6],
    ["ab", 6, 6],
    ["ab", 7, 6],
    ["ab", 8, 6],
    ["ab", 4, 6],
  ])(
    "among words of %j: of %i letters for one of %i, is one within a third of its letters",
    (letters, typed, known) => {
      const wrong: string[] = [];
      const memory = new Map<string, number>();
      for (const text of wordsOf(letters, typed)) {
        for (const word of wordsOf(letters, known)) {
          const isNear = edits(text, word, memory) <= Math.max(1, Math.floor(known / 3));
          if (nearest(text, [word]) !== (isNear ? word : null)) wrong.push(`${text} ${word}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it("is looked for up to 64 letters", () => {
    const long = "a".repeat(64);
    expect(nearest(`${long.slice(1)}b`, [long])).toBe(long);
    expect(nearest(`${long}b`, [long])).toBe(null);
  });
});
