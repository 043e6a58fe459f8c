/** Keeps a table of links at what it is to hold: of the links of one row only those that differ are written. */

/** What there is to do about links of numbers. */
export interface Difference {
  readonly added: readonly number[];
  readonly gone: readonly number[];
}

/** Each number once, whatever stands twice. */
export const difference = (current: readonly number[], wanted: readonly number[]): Difference => {
  if (current.length === 0) return { added: [...new Set(wanted)], gone: current };
  const left = new Set(wanted);
  const gone = current.filter((n) => !left.delete(n));
  return { added: [...left], gone };
};
