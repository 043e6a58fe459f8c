import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import type * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { HOUR_MS, MINUTE_MS, tick, tickAt } = Timed;
const { pkg } = Values;
const { patched, status, wholeRun } = WireAgent;
const PATCHED = [pkg("curl", "1-1"), pkg("openssl", "2-1")];

/** A run whose agent has begun, and was heard of no more. */
const begun = (over: Parameters<Scene.Scene["enabled"]>[0] = {}) => {
  const scene = Timed.make();
  const jobId = scene.enabled(over);
  tick(scene);
  const [agent] = scene.agents;
  if (agent === undefined) throw new Error("no agent");
  const runId = scene.run(jobId).id;
  agent.report(1, ...(["Downloaded", "JobStarted", "Patching"] as const).map((to) => status(runId, to)));
  const { call, fettle, clock } = scene.plane;
  const pass = (ms: number) => tickAt(scene, clock.now() + ms);
  const state = () => scene.run(jobId).assetRuns.get(agent.id)?.state;
  const results = () => call(fettle.runs.results(manager, runId));
  return { scene, jobId, runId, agent, pass, state, results };
};

describe("a last message that is lost", () => {
  it("CMP-02: is no failure: an hour after a scan that nothing follows, the run is what the scan shows, and so is its job", () => {
    const { scene, jobId, agent, pass, state, results } = begun();
    pass(10 * MINUTE_MS);
    agent.snapshot(PATCHED);
    const at = scene.plane.clock.now();
    pass(HOUR_MS - 1);
    expect(state()).toMatchObject({ status: "Patching", scan: { takenAt: at, verdicts: { "P-1": "Satisfied" } } });
    expect(Timed.jobStatus(scene, jobId)).toBe("Enabled");
    pass(1);
    expect(state()).toMatchObject({ status: "Completed", by: "scan", results: {} });
    expect(results()).toMatchObject([{ status: "Completed", patchId: "P-1", result: null, isConfirmed: true }]);
    expect(Timed.eventsOf(scene, "AssetRunChanged").at(-1)?.body).toMatchObject({ status: "Completed" });
    expect(Timed.jobStatus(scene, jobId)).toBe("Completed");
  });

  it("CMP-02: what its agent tells within the hour, or ever after, stands instead", () => {
    const { runId, agent, pass, state } = begun();
    pass(10 * MINUTE_MS);
    agent.snapshot(PATCHED);
    pass(HOUR_MS);
    expect(state()).toMatchObject({ status: "Completed", by: "scan" });
    agent.report(4, patched(runId, "P-1", "Failed"), status(runId, "CompletedWithFailure"));
    expect(state()).toMatchObject({ status: "CompletedWithFailure", by: "agent", violations: 0 });
  });

  it("CMP-02: a scan that shows nothing done makes no failure of it, nor does a snapshot of before it", () => {
    const { agent, pass, state } = begun();
    agent.snapshot(PATCHED);
    expect(state()?.scan).toBeNull();
    pass(MINUTE_MS);
    agent.snapshot([pkg("curl", "2-1"), pkg("openssl", "1-1")]);
    pass(5 * HOUR_MS);
    expect(state()).toMatchObject({ status: "Patching", scan: { verdicts: { "P-1": "Unsatisfied" } } });
  });

  it("CMP-02: an end that was told without its evidence needs no waiting: a scan tells the rest", () => {
    const { runId, agent, pass, state } = begun();
    agent.report(5, status(runId, "Completed"));
    expect(state()).toMatchObject({ status: "Patching" });
    pass(MINUTE_MS);
    agent.snapshot(PATCHED);
    expect(state()).toMatchObject({ status: "Completed", by: "scan" });
    // The evidence was only late.
    agent.report(4, patched(runId, "P-1", "Installed"));
    expect(state()).toMatchObject({ status: "Completed", by: "agent" });
  });

  it("CMP-02, WIN-04: what was only downloaded is not over by a scan as long as it may begin: its agent gets it anew, and tells its end itself", () => {
    const scene = Timed.make();
    const jobId = scene.enabled();
    tick(scene);
    const [agent] = scene.agents;
    if (agent === undefined) throw new Error("no agent");
    const runId = scene.run(jobId).id;
    agent.report(1, status(runId, "Downloaded"));
    const state = () => scene.run(jobId).assetRuns.get(agent.id)?.state;
    tickAt(scene, scene.plane.clock.now() + MINUTE_MS);
    // Somebody was quicker than the run; its actions and its reboot are to come all the same.
    agent.snapshot(PATCHED);
    for (let day = 1; day <= 3; day += 1) {
      tickAt(scene, scene.plane.clock.now() + Timed.DAY_MS);
      expect(state()).toMatchObject({ status: "Downloaded", by: "agent", scan: null });
      expect(Timed.jobStatus(scene, jobId)).toBe("Enabled");
      expect(agent.checkIn({ manifestVersion: day }).manifests).toMatchObject([{ version: day + 1 }]);
    }
    agent.report(2, ...wholeRun(runId, "P-1", "AlreadyInstalled").slice(1));
    expect(state()).toMatchObject({ status: "Completed", by: "agent", violations: 0 });
    tick(scene);
    expect(Timed.jobStatus(scene, jobId)).toBe("Completed");
  });

  it("costs the snapshot of an asset without such a run nothing of its runs", () => {
    const { scene, runId, agent, pass } = begun();
    agent.report(4, ...wholeRun(runId).slice(3));
    pass(MINUTE_MS);
    const before = [...scene.stored("assetRun").values()];
    agent.snapshot(PATCHED);
    expect([...scene.stored("assetRun").values()]).toEqual(before);
    expect(before[0]?.marks).toEqual([]);
  });
});

describe("what began and fell silent", () => {
  const complete = { window: { minutes: 60, bound: "complete" } } as const;

  it("WIN-03, RUN-06: is presumed Timed Out when its window is over for more than an hour, if it was to complete inside", () => {
    const { scene, jobId, runId, agent, pass, state } = begun(complete);
    pass(2 * HOUR_MS);
    expect(state()).toMatchObject({ status: "Patching" });
    pass(1);
    expect(state()).toMatchObject({ status: "TimedOut", by: "Presumed", reason: expect.stringContaining("WIN-02") });
    expect(Timed.runsOf(scene, jobId)[0]?.closedAt).toBe(scene.plane.clock.now());
    agent.report(4, patched(runId, "P-1", "Installed"));
    expect(state()).toMatchObject({ status: "Patching", by: "agent" });
    agent.report(5, status(runId, "Completed"));
    expect(state()).toMatchObject({ status: "Completed", by: "agent" });
    expect(scene.run(jobId).assetRuns.get(agent.id)?.marks).toMatchObject([{ body: { _tag: "Presumed", facts: 3 } }]);
  });

  it("CMP-02, RUN-06: and is Completed by the next scan that shows it done", () => {
    const { agent, pass, state } = begun(complete);
    pass(2 * HOUR_MS + 1);
    agent.snapshot([pkg("curl", "2-1"), pkg("openssl", "1-1")]);
    expect(state()).toMatchObject({ status: "TimedOut", by: "Presumed" });
    pass(MINUTE_MS);
    agent.snapshot(PATCHED);
    expect(state()).toMatchObject({ status: "Completed", by: "scan" });
  });

  it.each([{}, { window: { minutes: 60, bound: "start" } }] as const)(
    "WIN-04: is never presumed failed where nothing bounds its end (%j), but shown as silent with its age",
    (over) => {
      const { scene, runId, pass, state } = begun(over);
      const silent = () => scene.plane.call(scene.plane.fettle.runs.progress(manager, runId)).silent;
      pass(HOUR_MS - MINUTE_MS);
      expect(silent()).toBeNull();
      pass(99 * HOUR_MS + MINUTE_MS);
      expect(state()).toMatchObject({ status: "Patching", by: "agent" });
      // The last of its three facts was told two milliseconds after the first.
      expect(silent()).toEqual({ assets: 1, oldestMilliseconds: 100 * HOUR_MS - 2 });
    },
  );

  it("WIN-03, L7: a clock that runs ahead keeps nothing alive for ever", () => {
    const scene = Timed.make();
    const jobId = scene.enabled(complete);
    tick(scene);
    const [agent] = scene.agents;
    const { id: runId } = scene.run(jobId);
    const body = agent?.factsBody(1, status(runId, "Downloaded"), status(runId, "JobStarted"));
    const ahead = body?.facts.map((f) => ({ ...f, at: Timed.utc("2038-01-01T00:00") }));
    agent?.send(agent.sign("facts", { facts: ahead }));
    tickAt(scene, scene.plane.clock.now() + 2 * HOUR_MS);
    tickAt(scene, scene.plane.clock.now() + 1);
    expect(Timed.statuses(scene, Timed.runsOf(scene, jobId)[0])).toEqual(["TimedOut"]);
  });
});
