/** How many questions are answered a second: by passes over a few of them at a time, each time the next few. */
import type { Contest } from "../Entry.ts";
import { perSecond } from "../Rate.ts";

/** Answers each question and sums what it found up, so that no work can be left out. */
export type Pass<Q> = (questions: readonly Q[]) => number;

/** Questions between two looks at the clock. */
const PASS_LENGTH = 64;
const MILLISECONDS = 150;

export const answersPerSecond = <Q>(questions: readonly Q[], pass: Pass<Q>): number => {
  const passes = Array.from({ length: Math.ceil(questions.length / PASS_LENGTH) }, (_, i) =>
    questions.slice(i * PASS_LENGTH, (i + 1) * PASS_LENGTH),
  );
  let turn = 0;
  return perSecond(
    () => {
      kept.sum += pass(passes[turn % passes.length] ?? []);
      turn += 1;
    },
    MILLISECONDS,
    PASS_LENGTH,
  );
};

/** Runs of each side before the first that counts: on a busy machine the compiler comes late, and later to the faster side. */
const WARM_UP_RUNS = 5;

/** The contest, once both sides have been compiled. */
export const warm = async (contest: Contest): Promise<Contest> => {
  for (let run = 0; run < WARM_UP_RUNS; run += 1) {
    await contest.ours();
    await contest.peer();
  }
  return contest;
};

/** Where the sums go. */
const kept = { sum: 0 };
