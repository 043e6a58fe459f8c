/**
 * Makes a scenario that fails smaller, as long as it fails by the same invariant: fewer days, machines, jobs, edits, outages,
 * kinds of faults. Greedy, so that what is left is not the smallest there is, but nothing of it can be left out alone.
 */
import * as Invariants from "./Invariants.ts";
import type { Scenario } from "./Scenario.ts";
import * as Seams from "./Seams.ts";
import * as Simulator from "./Simulator.ts";

export interface ShrinkOptions {
  /** The invariant that it must break still. */
  readonly id: string;
  readonly seams?: Seams.Seams;
  /** Most scenarios that are played; 400 unless told. */
  readonly playsMax?: number;
  readonly onSmaller?: (scenario: Scenario) => void;
}

export interface Shrunk {
  readonly scenario: Scenario;
  readonly plays: number;
}

const PLAYS_MAX = 400;

/** A smaller scenario that breaks the same invariant. */
export const shrink = (scenario: Scenario, options: ShrinkOptions): Shrunk => {
  const { id, seams = Seams.none, playsMax = PLAYS_MAX, onSmaller } = options;
  let plays = 0;
  const fails = (candidate: Scenario): boolean => {
    plays += 1;
    try {
      return Invariants.check(Simulator.play(candidate, { seams })).some((v) => v.id === id);
    } catch {
      // One that can't be played tells nothing of the invariant.
      return false;
    }
  };
  let smallest = scenario;
  for (let found = true; found; ) {
    found = false;
    for (const candidate of candidates(smallest)) {
      if (plays >= playsMax) return { scenario: smallest, plays };
      if (!fails(candidate)) continue;
      smallest = candidate;
      onSmaller?.(candidate);
      found = true;
      break;
    }
  }
  return { scenario: smallest, plays };
};

// Halves first, so that much goes at once; then one by one.
function* candidates(scenario: Scenario): Generator<Scenario, void, undefined> {
  if (scenario.days > 1) yield { ...scenario, days: scenario.days - 1 };
  for (const assets of without(scenario.assets)) if (assets.length > 0) yield { ...scenario, assets };
  for (const jobs of without(scenario.jobs)) yield { ...scenario, jobs };
  for (const edits of without(scenario.edits)) yield { ...scenario, edits };
  for (const outages of without(scenario.outages)) yield { ...scenario, outages };
  for (const restores of without(scenario.restores ?? [])) yield { ...scenario, restores };
  yield* calmer(scenario);
  if (scenario.tickers > 1) yield { ...scenario, tickers: 1 };
  yield* plainer(scenario);
}

function* without<A>(all: readonly A[]): Generator<readonly A[], void, undefined> {
  for (let size = Math.ceil(all.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let i = 0; i < all.length; i += size) yield [...all.slice(0, i), ...all.slice(i + size)];
  }
}

function* calmer(scenario: Scenario): Generator<Scenario, void, undefined> {
  const { faults } = scenario;
  const { network } = faults;
  for (const kind of ["agentCrash", "journal", "serverCrash", "strike", "probe"] as const) {
    if (faults[kind] > 0) yield { ...scenario, faults: { ...faults, [kind]: 0 } };
  }
  for (const kind of Object.keys(network) as (keyof typeof network)[]) {
    if (network[kind] > 0) yield { ...scenario, faults: { ...faults, network: { ...network, [kind]: 0 } } };
  }
}

// Machines to which nothing odd happens.
function* plainer(scenario: Scenario): Generator<Scenario, void, undefined> {
  for (const [i, asset] of scenario.assets.entries()) {
    const put = (over: Partial<typeof asset>): Scenario => ({
      ...scenario,
      assets: scenario.assets.map((a, n) => (n === i ? { ...a, ...over } : a)),
    });
    if (asset.offline.length > 0) yield put({ offline: [] });
    if (asset.asleep.length > 0) yield put({ asleep: [] });
    if (asset.clock.some((step) => step.seconds !== 0)) yield put({ clock: [{ at: 0, seconds: 0 }] });
    if (Object.keys(asset.faults).length > 0) yield put({ faults: {} });
    if (asset.timeZone !== "Etc/UTC") yield put({ timeZone: "Etc/UTC" });
  }
}
