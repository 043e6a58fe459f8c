import { describe, expect, it } from "vitest";
import type { Faults } from "../src/testing/simulation/Simulation.ts";
import * as Bundled from "./testing/Bundled.ts";

const { Random, SimulatedNetwork, Simulation, Story, StoryInvariants } = await Bundled.load();

const SEEDS = 200 * Number(process.env.FETTLE_RUNS ?? 1);
const FIRST_SEED = Number(process.env.FETTLE_SEED ?? 1);

const outcomes = (ended: ReturnType<typeof Simulation.runJob>) =>
  Object.fromEntries(
    Object.entries(ended).map(([machine, run]) => [
      machine,
      Object.fromEntries(
        Object.values(run.state.results).map((r) => [
          r.patchId,
          r.reasonCode === null ? r.outcome : `${r.outcome} ${r.reasonCode}`,
        ]),
      ),
    ]),
  );
const statuses = (ended: ReturnType<typeof Simulation.runJob>) =>
  Object.fromEntries(Object.entries(ended).map(([machine, run]) => [machine, run.state.status]));

const play = (seed: string, faults: Faults) => {
  const sim = Simulation.make(seed, faults);
  sim.until("everyone is assessed", () => Simulation.everyoneAssessed(sim));
  const deployed = Simulation.runJob(sim, Simulation.deployment);
  const back = Simulation.runJob(sim, Simulation.rollback);
  sim.calmDown();
  const quiet = sim.now() + 2 * 3_600_000;
  sim.until("the dust has settled", () => sim.now() > quiet);
  return { sim, deployed, back };
};

describe("the story on a simulated OS", () => {
  it("ends as told when nothing goes wrong, and a rollback brings back exactly what stood there", () => {
    const { sim, deployed, back } = play("calm", Simulation.noFaults);
    expect(statuses(deployed)).toEqual(Story.expectedStatus);
    expect(outcomes(deployed)).toEqual({ ...Story.expected, "lab-01": {} });
    expect(outcomes(back)).toEqual({
      "web-01": { [Story.rolledBack]: "Removed" },
      "db-01": { [Story.rolledBack]: "Removed" },
      "build-01": { [Story.rolledBack]: "Removed" },
      "lab-01": {},
    });
    const standing = (machine: string) =>
      sim.agents
        .find((a) => a.name === machine)
        ?.os.installed()
        .get("openssl-lab.noarch");
    expect(standing("web-01")).toEqual(["3.0.7-1.el9"]);
    expect(standing("lab-01")).toEqual(["3.0.7-1.el9"]);
    expect(StoryInvariants.check(sim)).toEqual([]);
  });

  it("RUN-06 PLN-04 LIC-06 TAG-04 TAG-06: keeps every invariant under loss, repetition, reordering, forgery and crashes, seed by seed", () => {
    const found: string[] = [];
    const rare = { crashed: 0, forged: 0, repaired: 0, retried: 0 };
    for (let i = 0; i < SEEDS; i += 1) {
      const seed = String(FIRST_SEED + i);
      const faults = Simulation.drawFaults(Random.make(`${seed}/faults`));
      const { sim, deployed } = play(seed, faults);
      for (const v of StoryInvariants.check(sim)) found.push(`seed ${seed}: ${v.invariant} (${v.machine}: ${v.seen})`);
      for (const [machine, results] of Object.entries(outcomes(deployed))) {
        for (const [patchId, outcome] of Object.entries(results)) {
          // A crash may use up the attempts of a patch, an installer may claim what it didn't do; nothing else may differ.
          const told = [Story.expected[machine]?.[patchId], "Failed 10", "Failed 9"];
          if (!told.includes(outcome)) found.push(`seed ${seed}: ${machine} ${patchId} ended ${outcome}`);
        }
      }
      rare.crashed += sim.trace.filter((t) => typeof t[2] === "string").length;
      rare.forged += faults.network.forge > 0 ? 1 : 0;
      rare.repaired += sim.agents.flatMap((a) => a.os.truth).filter((t) => t._tag === "Repair").length;
      rare.retried += sim.agents.filter((a) => a.os.truth.filter((t) => t._tag === "Begin").length > 6).length;
    }
    expect(found).toEqual([]);
    // A simulation that never gets into trouble proves nothing.
    expect(rare.crashed).toBeGreaterThan(SEEDS / 10);
    expect(rare.forged).toBeGreaterThan(SEEDS / 10);
    expect(rare.repaired).toBeGreaterThan(SEEDS / 20);
  }, 600_000);

  it("replays: one seed gives one history", () => {
    const faults = Simulation.drawFaults(Random.make("17/faults"));
    const digests = [1, 2].map(() => SimulatedNetwork.traceDigest(play("17", faults).sim.trace));
    expect(digests[0]).toBe(digests[1]);
  });
});
