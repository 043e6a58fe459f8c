/** Plays scenarios by seed and sums up what they came to. */
import type * as Testing from "../../../src/testing/index.ts";
import * as Bundled from "../Bundled.ts";

const { Invariants, ScenarioGenerator, Simulator, Situations } = await Bundled.load();

export const RUNS = Number(process.env.FETTLE_RUNS ?? 1);
const FIRST_SEED = Number(process.env.FETTLE_SEED ?? 1);

export interface Sum {
  readonly broken: string[];
  played: number;
  begun: number;
  completed: number;
  /** Of how many scenarios each rare situation was one. */
  readonly reached: Map<string, number>;
}

type Size = Parameters<typeof ScenarioGenerator.generate>[1];

export interface Sweep {
  readonly seeds: number;
  readonly size: Size;
  readonly signatures?: Testing.Simulator.PlayOptions["signatures"];
  /** Which of the seeds: the first, and how far the next lies; each one unless told. */
  readonly from?: number;
  readonly step?: number;
  /** After so many seconds no other is begun. */
  readonly seconds?: number;
}

export const playAll = ({ seeds, size, signatures = "keyed", from = 0, step = 1, seconds }: Sweep): Sum => {
  const sum: Sum = { broken: [], played: 0, begun: 0, completed: 0, reached: new Map() };
  const until = performance.now() + 1_000 * (seconds ?? Number.POSITIVE_INFINITY);
  for (; sum.played < seeds && (sum.played === 0 || performance.now() < until); sum.played += 1) {
    const seed = `${size.isRough === true ? "bug-" : ""}${FIRST_SEED + from + step * sum.played}`;
    add(sum, seed, Simulator.play(ScenarioGenerator.generate(seed, size), { signatures }));
  }
  return sum;
};

const add = (sum: Sum, seed: string, played: Testing.Simulator.Played): void => {
  for (const v of Invariants.check(played)) sum.broken.push(`seed ${seed}: ${v.id} ${v.asset} ${v.seen}`);
  for (const [name, times] of Situations.count(played)) {
    if (times > 0) sum.reached.set(name, (sum.reached.get(name) ?? 0) + 1);
  }
  const { deeds } = played.history;
  sum.begun += deeds.filter((d) => d.value.truth._tag === "Begin").length;
  sum.completed += [...played.history.last("assetRun").values()].filter((a) => a.state.status === "Completed").length;
};

/**
 * The sweep of every change: 100 scenarios of 20 machines and three days, 10 more with Ed25519, in two files of halves that run at
 * once. Where cores are slow or busy, a half begins none after two minutes and a third, which is what the suite has room for; a deep
 * run, `FETTLE_RUNS=20`, plays 2,000 to the last, and no run plays more.
 */
export const SIZE: Size = { agents: 20, days: 3 };
const KEYED = 100;
const ED25519 = 10;
const SECONDS = 140;
const ED25519_SECONDS = 40;

const DEEPEST = 20;

const times = (scenarios: number): number => Math.ceil(scenarios * Math.min(RUNS, DEEPEST));
const bounded = (seconds: number): Pick<Sweep, "seconds"> => (RUNS > 1 ? {} : { seconds });

/** One half of the scenarios, by whether their place is even. */
export const half = (from: 0 | 1): Sum =>
  playAll({ seeds: times(KEYED / 2), size: SIZE, from, step: 2, ...bounded(SECONDS) });

export const signedInEarnest = (): Sum =>
  playAll({ seeds: times(ED25519), size: SIZE, signatures: "ed25519", ...bounded(ED25519_SECONDS) });

/** Names of the rare situations that only restores come to. */
export const ofRestores: readonly string[] = (Situations.families.restores ?? []).map(({ name }) => name);
