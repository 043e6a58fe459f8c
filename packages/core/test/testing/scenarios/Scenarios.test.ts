import { describe, expect, it } from "vitest";
// As whoever embeds the simulator gets it.
import { ScenarioGenerator, Simulator, Situations } from "../../../src/testing/index.ts";
import * as Playing from "./Playing.ts";

// How many of the situations so many scenarios may not come to, whatever the seed; 2,000 come to all (FETTLE_RUNS=500).
const unreachedMax = (seeds: number): number => {
  if (seeds >= 2_000) return 0;
  if (seeds >= 400) return 10;
  return seeds >= 100 ? 22 : 75;
};

describe("rare situations", () => {
  it("are at least 50, each with a name of its own", () => {
    const names = Situations.all.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(50);
  });

  it("are none where nothing happens", () => {
    const quiet = { ...ScenarioGenerator.generate("1", { agents: 2, days: 1 }), jobs: [], edits: [], outages: [] };
    const { network } = quiet.faults;
    const none = Object.fromEntries(Object.keys(network).map((kind) => [kind, 0])) as unknown as typeof network;
    const faults = { network: none, agentCrash: 0, journal: 0, serverCrash: 0, strike: 0, probe: 0 };
    const counts = Situations.count(Simulator.play({ ...quiet, tickers: 1, faults }));
    expect([...counts].filter(([, times]) => times > 0)).toEqual([]);
  });
});

describe("scenarios", () => {
  it("I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 I13 I14 I15 I16 I17 I18 I19 I20 I22 I23 I24 L1 L2 L5 L7: hold whatever goes wrong, seed by seed", () => {
    const { broken, played, begun, completed } = Playing.half(0);
    expect(broken).toEqual([]);
    // What never begins anything proves nothing.
    expect(begun).toBeGreaterThan(played);
    expect(completed).toBeGreaterThan(0);
  }, 7_200_000);

  it("hold as well where everything goes wrong at once, and come to rare situations", () => {
    const seeds = Math.ceil(4 * Playing.RUNS);
    const { broken, begun, reached } = Playing.playAll({ seeds, size: { agents: 6, days: 1, isRough: true } });
    expect(broken).toEqual([]);
    expect(begun).toBeGreaterThan(30);
    const missing = Situations.all.map(({ name }) => name).filter((name) => !reached.has(name));
    expect(missing.length, missing.join("\n")).toBeLessThanOrEqual(unreachedMax(seeds));
  }, 3_600_000);
});
