import { wireLimits } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as AssetRun from "../../src/domain/run/AssetRun.ts";
import * as Restored from "../../src/engine/agents/Restored.ts";
import type { AgentRecord } from "../../src/schema/Stored.ts";
import type * as SimulationType from "../../src/testing/simulation/Simulation.ts";
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

  it("AGT-01: knows agents again that came after the backup, as who they are", () => {
    const sim = Simulation.make("calm", Simulation.noFaults);
    const backup = sim.storage.dump();
    sim.until("everyone is assessed", () => Simulation.everyoneAssessed(sim));
    Simulation.runJob(sim, Simulation.deployment);
    const ids = sim.agents.map((a) => a.agentId());
    sim.storage.restore(backup);
    expect(Simulation.everyoneAssessed(sim)).toBe(false);
    sim.until("everyone is assessed", () => Simulation.everyoneAssessed(sim));
    expect(sim.call(sim.fettle.assets.list(Simulation.manager)).every((a) => ids.includes(a.asset.id))).toBe(true);
    expect(Object.values(Simulation.runJob(sim, Simulation.rollback)).map((a) => a.state.status)).not.toContain(
      "Pending",
    );
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

const MINUTE_MS = 60_000;

interface Told {
  readonly [machine: string]: { readonly status: string; readonly outcomes: { readonly [patchId: string]: string } };
}

/** A job that is enabled, and what is known and true of it. */
const enabled = (furnish?: SimulationType.Furnishing) => {
  const sim = Simulation.make("calm", Simulation.noFaults, furnish);
  sim.until("everyone is assessed", () => Simulation.everyoneAssessed(sim));
  const job = sim.call(sim.fettle.jobs.create(Simulation.manager, Simulation.deployment));
  sim.call(Simulation.enableOnce(sim.fettle, job.id));
  const since = sim.now();
  const assetRuns = () => {
    const [run] = sim.call(sim.fettle.runs.ofJob(Simulation.manager, job.id));
    return run === undefined ? [] : sim.call(sim.fettle.runs.progress(Simulation.manager, run.id)).assetRuns;
  };
  const wait = (minutes: number) => sim.until("a time", () => sim.now() >= since + minutes * MINUTE_MS);
  const finish = () =>
    sim.until("all is over", () => assetRuns().length > 0 && assetRuns().every((a) => AssetRun.isFinal(a)));
  const told = (): Told => {
    const names = new Map(sim.call(sim.fettle.assets.list(Simulation.manager)).map((a) => [a.asset.id, a.asset.name]));
    return Object.fromEntries(
      assetRuns().map(({ assetId, state }) => [
        names.get(assetId) ?? assetId,
        {
          status: state.status,
          outcomes: Object.fromEntries(Object.values(state.results).map((r) => [r.patchId, r.outcome])),
        },
      ]),
    );
  };
  const begun = () =>
    sim.agents.map(({ name, os }) => [name, os.truth.filter((t) => t._tag === "Begin" || t._tag === "Reboot").length]);
  return { sim, wait, finish, told, begun, minutes: () => Math.ceil((sim.now() - since) / MINUTE_MS) };
};

describe("an occurrence that a restored platform makes once more", () => {
  it("RUN-11 I4: is carried out once on every asset, and told as it was, whenever the backup is of and whenever it is restored", () => {
    const whole = enabled();
    whole.finish();
    const [told, begun] = [whole.told(), whole.begun()];
    const last = whole.minutes() + 10;
    expect(last).toBeGreaterThan(15);
    for (let of = 0; of < last; of += 3) {
      for (let at = of; at < last; at += 4) {
        const scene = enabled();
        scene.wait(of);
        const backup = scene.sim.storage.dump();
        scene.wait(at);
        scene.sim.storage.restore(backup);
        scene.finish();
        expect([of, at, scene.begun()]).toEqual([of, at, begun]);
        expect([of, at, scene.told()]).toEqual([of, at, told]);
      }
    }
  });

  it("RUN-11 I4: isn't carried out again where what it did was undone by hand since", () => {
    const scene = enabled();
    const backup = scene.sim.storage.dump();
    scene.finish();
    const begun = scene.begun();
    for (const { os } of scene.sim.agents) os.installByHand("openssl-lab", "noarch", "3.0.7-1.el9");
    scene.sim.storage.restore(backup);
    scene.finish();
    expect(scene.begun()).toEqual(begun);
  });
});
