import { wireLimits } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Restored from "../../src/engine/agents/Restored.ts";
import type { AgentRecord } from "../../src/schema/Stored.ts";
import * as Bundled from "./Bundled.ts";

const { Simulation } = await Bundled.load();

const HOUR_MS = 3_600_000;

const scene = () => {
  const sim = Simulation.make("calm", Simulation.noFaults);
  sim.until("everyone is assessed", () => Simulation.everyoneAssessed(sim));
  const hoursOf = (draft: typeof Simulation.deployment): number => {
    const begun = sim.now();
    Simulation.runJob(sim, draft);
    return (sim.now() - begun) / HOUR_MS;
  };
  // Up to which of its facts the agent that told most was heard.
  const furthest = (): number => {
    const agents = Effect.runSync(sim.storage.list(Simulation.TENANT, "agent", { limit: 10 }));
    return Math.max(...agents.map(({ body }) => (body as unknown as AgentRecord).factsThrough));
  };
  return { sim, hoursOf, furthest };
};

describe("a platform that is restored from a backup under living agents", () => {
  it("MAN-02: gives manifests numbers that its agents take, though it knows nothing of those that they have seen", () => {
    const { sim, hoursOf } = scene();
    const usual = hoursOf(Simulation.deployment);
    const backup = sim.storage.dump();
    for (let i = 0; i < 3; i += 1) hoursOf(Simulation.deployment);
    sim.storage.restore(backup);
    // What is issued before an agent was heard again has a number that it has seen; that is found out when it checks in.
    expect(hoursOf(Simulation.deployment)).toBeLessThan(usual + 1);
    expect(hoursOf(Simulation.rollback)).toBeLessThan(usual + 1);
  });

  it("RUN-06: takes the facts that its agents still have, and acknowledges them, though those before are lost", () => {
    const { sim, hoursOf, furthest } = scene();
    const backup = sim.storage.dump();
    for (let i = 0; i < 3; i += 1) hoursOf(Simulation.deployment);
    const told = furthest();
    sim.storage.restore(backup);
    // More than a report holds, if those that are told were told again and again.
    for (let i = 0; i < 30; i += 1) expect(hoursOf(Simulation.deployment)).toBeLessThan(2);
    expect(furthest()).toBeGreaterThan(told + wireLimits.factsPerReport);
  });

  it("RUN-06: believes an agent no further than the first fact that it tells", () => {
    const told = [{ sequence: 5 }, { sequence: 6 }];
    expect(Restored.factsFrom({ factsThrough: 0 }, told, 1_000_000)).toBe(4);
    expect(Restored.factsFrom({ factsThrough: 0 }, told, 2)).toBe(2);
    expect(Restored.factsFrom({ factsThrough: 3 }, told, 0)).toBe(3);
    expect(Restored.factsFrom({ factsThrough: 6 }, told, 1_000_000)).toBe(6);
  });
});
