/**
 * Runs both sides of an entry in turns and answers the medians.
 *
 * Runs are interleaved, because a shared machine is faster at one moment than at the next: each round runs both sides,
 * the order alternates with each round, garbage is collected before each run where the collector is exposed. One run of
 * each comes before, unmeasured.
 */
import type { Better, Contest, Entry } from "./Entry.ts";

/** A figure as it is printed and read by programs. */
export interface Figure {
  readonly id: string;
  readonly what: string;
  /** Median of the runs, in {@link unit}. */
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  readonly unit: string;
  /** ours ÷ peer. */
  readonly ratio: number;
  readonly better: Better;
  readonly goal: number;
}

/** A figure, and how far the rounds lay apart. */
export interface Outcome {
  readonly figure: Figure;
  /** The lowest and highest ratio of a single round. */
  readonly ratios: { readonly lowest: number; readonly highest: number };
  readonly rounds: number;
}

export interface DuelOptions {
  readonly roundsMax: number;
  /** Milliseconds that the rounds may take; {@link ROUNDS_MIN} are run in any case. */
  readonly budgetMs: number;
  /** A clock in milliseconds. */
  readonly now: () => number;
  readonly collectGarbage: () => void;
}

/** Fewer would make the median a single run. */
export const ROUNDS_MIN = 3;

/** Measures a prepared entry. */
export const fight = async (entry: Entry, contest: Contest, options: DuelOptions): Promise<Outcome> => {
  const ours: number[] = [];
  const peer: number[] = [];
  const run = async (side: () => Promise<number> | number, into: number[] | null): Promise<void> => {
    options.collectGarbage();
    const figure = await side();
    if (!(figure > 0 && figure < Number.POSITIVE_INFINITY)) throw new Error(`${entry.id}: a run answered ${figure}`);
    into?.push(figure);
  };
  await run(contest.ours, null);
  await run(contest.peer, null);
  const begun = options.now();
  for (let round = 0; round < options.roundsMax; round += 1) {
    const spent = options.now() - begun;
    if (round >= ROUNDS_MIN && spent + spent / round > options.budgetMs) break;
    const isOursFirst = round % 2 === 0;
    if (isOursFirst) await run(contest.ours, ours);
    await run(contest.peer, peer);
    if (!isOursFirst) await run(contest.ours, ours);
  }
  return outcomeOf(entry, ours, peer);
};

/** The middle value; of an even number of values the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
};

/** Whether a ratio reaches the entry's goal. */
export const isReached = (figure: Pick<Figure, "ratio" | "goal" | "better">): boolean =>
  figure.better === "higher" ? figure.ratio >= figure.goal : figure.ratio <= figure.goal;

const outcomeOf = (entry: Entry, ours: readonly number[], peer: readonly number[]): Outcome => {
  const ratios = ours.map((figure, round) => figure / (peer[round] ?? Number.NaN));
  const { id, what, peerName, unit, better, goal } = entry;
  const [a, b] = [median(ours), median(peer)];
  return {
    figure: { id, what, ours: a, peer: b, peerName, unit, ratio: a / b, better, goal },
    ratios: { lowest: Math.min(...ratios), highest: Math.max(...ratios) },
    rounds: ours.length,
  };
};
