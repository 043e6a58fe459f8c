/** How many events of a scenario the simulator plays in a second: wakes, calls of ports, messages on the wire. */
import { ScenarioGenerator, Simulator } from "../../packages/core/src/testing/scenarios/index.ts";
import type { Contest } from "../Entry.ts";

// Some of the sweep's, one after the other: one alone is over before its code is compiled.
const SEEDS = ["1", "2", "3", "4", "5"];
const SIZE = { agents: 20, days: 3 };

/** A second is one of this process on a core; the peer is the rate itself. */
export const contest = (signatures: "keyed" | "ed25519", eventsPerSecond: number): Contest => {
  const scenarios = SEEDS.map((seed) => ScenarioGenerator.generate(seed, SIZE));
  return {
    ours: () => {
      const begun = process.cpuUsage();
      let events = 0;
      for (const scenario of scenarios) events += Simulator.play(scenario, { signatures }).events;
      const { user, system } = process.cpuUsage(begun);
      return events / ((user + system) / 1_000_000);
    },
    peer: () => eventsPerSecond,
  };
};
