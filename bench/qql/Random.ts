/** Chance that is the same in every run. */

/** Whole numbers from 0 up to, not including, `below`. */
export type Random = (below: number) => number;

/** xorshift32: enough for rows that look different. */
export const make = (seed: number): Random => {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};
