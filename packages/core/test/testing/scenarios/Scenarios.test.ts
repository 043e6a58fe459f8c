import { describe, expect, it } from "vitest";
// As whoever embeds the simulator gets it.
import { Invariants, ScenarioGenerator, Simulator } from "../../../src/testing/index.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);
const FIRST_SEED = Number(process.env.FETTLE_SEED ?? 1);

interface Sum {
  readonly broken: string[];
  begun: number;
  completed: number;
}

const playAll = (
  seeds: number,
  size: Parameters<typeof ScenarioGenerator.generate>[1],
  options: Simulator.PlayOptions = {},
): Sum => {
  const sum: Sum = { broken: [], begun: 0, completed: 0 };
  for (let i = 0; i < seeds; i += 1) {
    const seed = `${size.isRough === true ? "bug-" : ""}${FIRST_SEED + i}`;
    const played = Simulator.play(ScenarioGenerator.generate(seed, size), options);
    for (const v of Invariants.check(played)) sum.broken.push(`seed ${seed}: ${v.id} ${v.asset} ${v.seen}`);
    const { deeds } = played.history;
    sum.begun += deeds.filter((d) => d.value.truth._tag === "Begin").length;
    sum.completed += [...played.history.last("assetRun").values()].filter((a) => a.state.status === "Completed").length;
  }
  return sum;
};

describe("scenarios", () => {
  it("I1 I2 I3 I4 I5 I6 I7 I9 I10 I11 I12 I13 I14 I15 I16 I17 I18 I19 I20 L1 L2 L5 L7: hold whatever goes wrong, seed by seed", () => {
    const seeds = Math.ceil(6 * RUNS);
    const { broken, begun, completed } = playAll(seeds, { agents: 8, days: 2 });
    expect(broken).toEqual([]);
    // What never begins anything proves nothing.
    expect(begun).toBeGreaterThan(seeds);
    expect(completed).toBeGreaterThan(0);
  }, 1_800_000);

  it("hold as well where everything goes wrong at once", () => {
    const { broken, begun } = playAll(Math.ceil(4 * RUNS), { agents: 6, days: 1, isRough: true });
    expect(broken).toEqual([]);
    expect(begun).toBeGreaterThan(30);
  }, 1_800_000);

  it("hold with the signatures that are shipped", () => {
    const { broken, begun } = playAll(
      Math.ceil(2 * RUNS),
      { agents: 5, days: 1, isRough: true },
      { signatures: "ed25519" },
    );
    expect(broken).toEqual([]);
    expect(begun).toBeGreaterThan(5);
  }, 1_800_000);
});
