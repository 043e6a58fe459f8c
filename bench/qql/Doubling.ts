/**
 * What twice the text costs. Times of less than a millisecond on a machine that others use: each length is parsed many
 * times, the two in turns, and of each the fastest time counts, which nothing but the work itself makes longer.
 */
import type { Parse } from "./Parsing.ts";

/** The fastest time for the text of twice the length ÷ the fastest for the other. */
export const costOfDoubling = (text: string, doubled: string, parse: Parse, repetitions: number): number => {
  let [once, twice] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < repetitions; i += 1) {
    once = Math.min(once, timeOf(text, parse));
    twice = Math.min(twice, timeOf(doubled, parse));
  }
  return twice / once;
};

const timeOf = (text: string, parse: Parse): number => {
  const begun = performance.now();
  parse(text);
  return performance.now() - begun;
};
