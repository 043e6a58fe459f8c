import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { status, wholeRun } = WireAgent;

const running = (agents = 1) => {
  const scene = Scene.make({ agents });
  const jobId = scene.enabled();
  scene.plane.call(scene.plane.fettle.tick());
  const [agent, other] = scene.agents;
  if (agent === undefined) throw new Error("no agent");
  const { id: runId } = scene.run(jobId);
  const state = (of = agent) => scene.run(jobId).assetRuns.get(of.id)?.state;
  return { scene, plane: scene.plane, jobId, runId, agent, other, state };
};

describe("the acknowledgement of facts", () => {
  it("goes through the last fact before the first gap, and past the gap once it is filled", () => {
    const { agent, runId } = running();
    const [a, b, c] = wholeRun(runId);
    if (!a || !b || !c) throw new Error("no facts");
    expect(agent.report(2, b, c).acknowledgedThrough).toBe(0);
    expect(agent.report(1, a).acknowledgedThrough).toBe(1);
    expect(agent.report(2, b, c).acknowledgedThrough).toBe(3);
    expect(agent.report(2, b).acknowledgedThrough).toBe(3);
    expect(agent.checkIn().acknowledgedThrough).toBe(3);
  });

  it("never goes past a fact that isn't stored, and reaches the end once an agent resends from where it stands", () => {
    const { agent, runId, plane, scene } = running();
    const before = plane.storage.dump();
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 });
    const reports = fc.array(numbers, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(reports, (lists) => {
        plane.storage.restore(before);
        const send = (list: readonly number[]): number => {
          const facts = list.map((n) => ({
            sequence: n,
            at: Values.START + n,
            bootId: Values.uuid(5),
            body: status(runId, "Downloaded"),
          }));
          agent.send(agent.sign("facts", { facts }));
          return scene.stored("agent").get(agent.id)?.factsThrough ?? -1;
        };
        const stored = () => new Set([...scene.stored("fact").values()].map((f) => f.fact.sequence));
        let through = 0;
        for (const list of lists) {
          const next = send(list);
          expect(next).toBeGreaterThanOrEqual(through);
          for (let n = 1; n <= next; n += 1) expect(stored().has(n)).toBe(true);
          expect(stored()).toEqual(new Set([...stored(), ...list]));
          through = next;
        }
        expect(
          send(Array.from({ length: 9 - through }, (_, i) => through + 1 + i).concat(through === 9 ? [9] : [])),
        ).toBe(9);
      }),
      Arbitraries.runs(60),
    );
  });

  it("isn't given when the facts could not be stored", () => {
    const { agent, runId, plane, state } = running();
    plane.hooks.before = (batch) => {
      plane.hooks.before = null;
      // Somebody else changes the agent's record at the same moment.
      expect(batch.writes.some((w) => w.kind === "fact")).toBe(true);
      agent.checkIn({ timeZone: "Asia/Kolkata" });
    };
    const request = agent.sign("facts", agent.factsBody(1, ...wholeRun(runId)), { sequence: 999 });
    expect(WireAgent.problemOf(agent.send(request))).toMatchObject({ status: 503, code: "unavailable" });
    expect(state()).toMatchObject({ status: "Pending" });
    expect(agent.send(request).status).toBe(200);
    expect(state()).toMatchObject({ status: "Completed" });
  });
});

describe("facts about a run", () => {
  it("of another agent are kept and acknowledged, and move nothing", () => {
    const { scene, agent, other, runId, state } = running(2);
    const only = scene.enabled({ targets: Values.select({ assets: [other?.id ?? ""] }) });
    scene.plane.call(scene.plane.fettle.tick());
    const foreign = scene.run(only);
    const before = [...scene.stored("assetRun").entries()];
    expect(agent.report(1, ...wholeRun(foreign.id), ...wholeRun(Values.uuid(404))).acknowledgedThrough).toBe(10);
    expect([...scene.stored("assetRun").entries()]).toEqual(before);
    expect(scene.stored("fact").size).toBe(10);
    expect(state()?.status).toBe("Pending");
    expect(scene.plane.events().some((e) => e.type === "AssetRunChanged")).toBe(false);
    expect(runId).not.toBe(foreign.id);
  });

  it("move only the reporting agent's part of it", () => {
    const { agent, other, runId, state } = running(2);
    agent.report(1, ...wholeRun(runId));
    expect(state(agent)?.status).toBe("Completed");
    expect(state(other)?.status).toBe("Pending");
  });

  it("may tell of several runs in one report, of one that isn't there among them", () => {
    const { scene, agent, runId, state } = running();
    const second = scene.enabled({ title: "second" });
    scene.plane.call(scene.plane.fettle.tick());
    const [first, last] = [404, 405].map((n) => status(Values.uuid(n), "Downloaded"));
    if (first === undefined || last === undefined) throw new Error("no facts");
    agent.report(1, first, ...wholeRun(runId), ...wholeRun(scene.run(second).id, "P-1", "Failed"), last);
    expect(state()?.status).toBe("Completed");
    expect(scene.run(second).assetRuns.get(agent.id)?.state.status).toBe("CompletedWithFailure");
  });

  it("about a manifest that could not be read end the run that the manifest was offered for", () => {
    const { agent, state } = running();
    const document = agent.checkIn().manifests[0]?.digest ?? "sha256:";
    agent.report(1, { _tag: "Refusal", document, runId: null, reason: "malformed", message: "not canonical" });
    expect(state()).toMatchObject({ status: "JobFailed", reason: "malformed: not canonical" });
  });

  it("about a document that nobody offered are kept and move nothing", () => {
    const { agent, state, scene } = running();
    agent.report(1, {
      _tag: "Refusal",
      document: `sha256:${"0".repeat(64)}`,
      runId: null,
      reason: "malformed",
      message: "?",
    });
    expect(state()).toMatchObject({ status: "Pending" });
    expect(scene.stored("fact").size).toBe(1);
  });

  it("are at most 100 in a report", () => {
    const { agent, runId } = running();
    const many = (n: number) =>
      agent.send(
        agent.sign("facts", agent.factsBody(1, ...Array.from({ length: n }, () => status(runId, "Downloaded")))),
      );
    expect(WireAgent.problemOf(many(101))).toMatchObject({ code: "malformed" });
    expect(WireAgent.problemOf(agent.send(agent.sign("facts", { facts: [] })))).toMatchObject({ code: "malformed" });
    expect(many(100).status).toBe(200);
  });
});
