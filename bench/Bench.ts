/** All entries one after the other, within the time that the whole may take. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as Duel from "./Duel.ts";
import type { Entry } from "./Entry.ts";
import * as Report from "./Report.ts";

/** The measuring of all entries together, in seconds; set-up and building come on top. */
export const WHOLE_SECONDS_MAX = 480;

/** An entry's share is what is left, by the entries left; more rounds than this make no better median. */
export const ROUNDS_MAX = 9;
const ROUNDS_MAX_FULL = 21;
/** More of this wouldn't make a figure better, and nobody waits gladly. */
export const ENTRY_SECONDS_MAX = 30;

/** How an entry is to be measured. */
export interface Measuring {
  readonly isFull: boolean;
  /** A folder for the entries' own. */
  readonly scratch: string;
  /** Milliseconds that all of it may take; infinite when it takes as long as it takes. */
  readonly budgetMs: number;
}

/** What a process measures by. */
export type Clock = Pick<Duel.DuelOptions, "now" | "collectGarbage">;

export interface BenchOptions {
  readonly isFull: boolean;
  readonly now: () => number;
  /** Measures an entry within so many milliseconds; rejects when it breaks. */
  readonly measure: (entry: Entry, budgetMs: number) => Promise<Duel.Outcome>;
  /** Told of each entry as it begins, and of one that broke. */
  readonly say: (line: string) => void;
}

export interface BenchResult {
  readonly outcomes: readonly Duel.Outcome[];
  /** Ids of entries that broke. */
  readonly broken: readonly string[];
}

/** Those whose id begins with the prefix, in the order of their ids. */
export const selected = (entries: readonly Entry[], prefix: string): readonly Entry[] =>
  entries.filter((entry) => entry.id.startsWith(prefix)).sort((a, b) => (a.id < b.id ? -1 : 1));

/** Measures the entries; one that breaks doesn't keep the others from being measured. */
export const runAll = async (entries: readonly Entry[], options: BenchOptions): Promise<BenchResult> => {
  const outcomes: Duel.Outcome[] = [];
  const broken: string[] = [];
  const begun = options.now();
  for (const [i, entry] of entries.entries()) {
    options.say(`${entry.id} (${i + 1} of ${entries.length})`);
    const leftMs = WHOLE_SECONDS_MAX * 1_000 - (options.now() - begun);
    const share = Math.min(leftMs / (entries.length - i), ENTRY_SECONDS_MAX * 1_000);
    try {
      const outcome = await options.measure(entry, options.isFull ? Number.POSITIVE_INFINITY : share);
      outcomes.push(outcome);
      options.say(told(outcome.figure));
    } catch (error) {
      broken.push(entry.id);
      options.say(`${entry.id} broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return { outcomes, broken };
};

// At once, for a run of hours that is cut off has said what it found until then.
const told = ({ id, ours, peer, unit, ratio }: Duel.Figure): string =>
  `${id}: ${Report.short(ours)} ${unit} against ${Report.short(peer)}, ${Report.short(ratio)}`;

/** Measures one entry in this process; rejects when it breaks. */
export const runOne = async (
  entry: Entry,
  { isFull, scratch, budgetMs }: Measuring,
  clock: Clock,
): Promise<Duel.Outcome> => {
  const folder = path.join(scratch, entry.id);
  fs.mkdirSync(folder, { recursive: true });
  const begun = clock.now();
  try {
    const contest = await entry.prepare({ isFull, folder });
    try {
      return await Duel.fight(entry, contest, {
        ...clock,
        roundsMax: isFull ? ROUNDS_MAX_FULL : ROUNDS_MAX,
        budgetMs: budgetMs - (clock.now() - begun),
      });
    } finally {
      await contest.close?.();
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
};
