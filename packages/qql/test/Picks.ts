/**
 * Things made by picking: a maker asks which of so many choices to take, and the same picks make the same thing. Picks
 * come from fast-check in properties, where they shrink towards first choices, and from a plain generator of numbers where
 * millions of things are made.
 */
import fc from "fast-check";

/** Picks one of so many choices: from 0 up to, not including, `choices`. */
export type Pick = (choices: number) => number;

const PICKS_MAX = 200;

/** Picks by numbers; when they are used up, the first choice of what is left. */
export const picks: fc.Arbitrary<readonly number[]> = fc
  .uint8Array({ minLength: 1, maxLength: PICKS_MAX, size: "max" })
  .map((bytes) => [...bytes]);

/** Something made by picking, as an arbitrary. */
export const made = <A>(make: (pick: Pick) => A): fc.Arbitrary<A> => picks.map((numbers) => make(byNumbers(numbers)));

export function byNumbers(numbers: readonly number[]): Pick {
  let at = 0;
  return (choices) => (numbers[at++] ?? 0) % choices;
}

/** Picks without end, by a seed: the same on every machine (xorshift, 32 bits). */
export function bySeed(seed: number): Pick {
  let state = seed | 0 || 1;
  return (choices) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % choices;
  };
}

/** One of several. */
export function one<A>(pick: Pick, all: readonly A[]): A {
  const picked = all[pick(all.length)];
  if (picked === undefined) throw new Error("there is nothing to pick from");
  return picked;
}

/** From `min` to `max` of something. */
export const some = <A>(pick: Pick, min: number, max: number, make: () => A): readonly A[] =>
  Array.from({ length: min + pick(max - min + 1) }, make);

/** True once in so many times. */
export const rarely = (pick: Pick, times: number): boolean => pick(times) === 1;
