/** How many events of a scenario the simulator plays in a second: wakes, calls of ports, messages on the wire. */
import { ScenarioGenerator, Simulator } from "../../packages/core/src/testing/scenarios/index.ts";
import type { Contest } from "../Entry.ts";

const SEED = "5";
const SIZE = { agents: 20, days: 3 };

/** A second is one of this process on a core; the peer is the rate itself. */
export const contest = (signatures: "keyed" | "ed25519", eventsPerSecond: number): Contest => {
  const scenario = ScenarioGenerator.generate(SEED, SIZE);
  return {
    ours: () => {
      const begun = process.cpuUsage();
      const { events } = Simulator.play(scenario, { signatures });
      const { user, system } = process.cpuUsage(begun);
      return events / ((user + system) / 1_000_000);
    },
    peer: () => eventsPerSecond,
  };
};
