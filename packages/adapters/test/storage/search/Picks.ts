/** Things made by picking: a maker asks which of so many choices to take, and the same seed makes the same thing. */

/** Picks one of so many choices: from 0 up to, not including, `choices`. */
export type Pick = (choices: number) => number;

/** Scales what is drawn at random. */
export const RUNS = Number(process.env.FETTLE_RUNS ?? 1);

export const SEED = Number(process.env.FETTLE_SEED ?? 20_260_101);

/** Picks without end, the same on every machine (xorshift, 32 bits). */
export function bySeed(seed: number): Pick {
  let state = Math.imul(seed, 0x9e3779b1) | 0 || 1;
  return (choices) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % choices;
  };
}

export function one<A>(pick: Pick, all: readonly A[]): A {
  if (all.length === 0) throw new Error("there is nothing to pick from");
  return all[pick(all.length)] as A;
}

/** From `min` to `max` of something. */
export const some = <A>(pick: Pick, min: number, max: number, make: (at: number) => A): readonly A[] =>
  Array.from({ length: min + pick(max - min + 1) }, (_, at) => make(at));

/** True once in so many times. */
export const rarely = (pick: Pick, times: number): boolean => pick(times) === 1;
