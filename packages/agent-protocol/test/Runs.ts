/** The runs and the seed of every property test of this package, and how a test takes a result apart. */
import type { Result } from "../src/index.ts";

export const runs = (count: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: Math.ceil(count * Number(process.env.FETTLE_RUNS ?? 1)),
  seed: 20_260_602,
});

/** The value of a result that the test relies on. */
export const value = <A, E>(result: Result<A, E>): A => {
  if (!result.ok) throw new Error(`expected a value, got ${JSON.stringify(result.error)}`);
  return result.value;
};

/** The error of a result that the test relies on. */
export const error = <A, E>(result: Result<A, E>): E => {
  if (result.ok) throw new Error(`expected an error, got ${JSON.stringify(result.value)}`);
  return result.error;
};

/** `count` of something, numbered from 0. */
export const times = <A>(count: number, make: (n: number) => A): readonly A[] =>
  Array.from({ length: count }, (_, n) => make(n));
