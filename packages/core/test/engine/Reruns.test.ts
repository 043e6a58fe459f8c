import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { wholeRun, status } = WireAgent;

/** A run on so many assets, of which the first ones fail. */
const failed = (agents: number, failing: number, over: Parameters<Scene.Scene["enabled"]>[0] = {}) => {
  const scene = Scene.make({ agents });
  const jobId = scene.enabled(over);
  Timed.tick(scene);
  const { id: runId } = scene.run(jobId);
  for (const [i, agent] of scene.agents.entries()) {
    agent.report(1, ...wholeRun(runId, "P-1", i < failing ? "Failed" : "Installed"));
  }
  scene.plane.clock.pass(Values.MINUTE_MS);
  Timed.tick(scene);
  const { fettle, call } = scene.plane;
  return { scene, jobId, runId, again: (of = runId) => call(fettle.jobs.rerunFailed(manager, of)), ...scene.plane };
};
const planned = (scene: Scene.Scene, runId: string) =>
  [...scene.stored("assetRun").values()]
    .filter((a) => a.runId === runId)
    .map((a) => [a.assetId, a.patches.map((p) => p.patchId)]);
const next = (scene: Scene.Scene) => {
  scene.plane.clock.pass(Values.MINUTE_MS);
  Timed.tick(scene);
};

describe("running again what failed", () => {
  it("PLN-02, JOB-19: is refused where it reaches more than may be reached now without an approval, and than was enabled", () => {
    const scene = Scene.make({ agents: 1 });
    const { plane, issued, agents } = scene;
    const jobId = scene.enabled();
    const more = [2, 3].map((n) => {
      const agent = WireAgent.make(plane, n);
      agent.provision(issued);
      agent.snapshot(Scene.installed);
      return agent;
    });
    Timed.tick(scene);
    const { id: runId } = scene.run(jobId);
    for (const agent of [...agents, ...more]) agent.report(1, ...wholeRun(runId, "P-1", "Failed"));
    next(scene);
    const { fettle, call, rejections } = plane;
    const limited = (assetsWithoutApprovalMax: number) =>
      call(
        fettle.subscriptions.save(manager, {
          plan: "Full",
          expiresAt: null,
          licences: { PM: { seats: 100 } },
          limits: { assetsWithoutApprovalMax },
        }),
      );
    limited(2);
    expect(rejections(fettle.jobs.rerunFailed(manager, runId))).toMatchObject([
      { rule: "PLN-02", message: expect.stringContaining("grown from 1 to 3") },
    ]);
    limited(3);
    expect(call(fettle.jobs.rerunFailed(manager, runId)).run.rerun).toMatchObject({ tried: 3 });
  });

  it("JOB-19: makes a run of the same job over only the assets and patches that failed, and sends it, though the job is Completed", () => {
    const both = { patches: { _tag: "List", patches: ["P-1", "P-2"] } } as const;
    const scene = Scene.make({ agents: 3 });
    const jobId = scene.enabled(both);
    Timed.tick(scene);
    const { id: runId } = scene.run(jobId);
    const [one, two, three] = scene.agents;
    const whole = (first: "Installed" | "Failed", second: "Installed" | "Failed") => [
      ...wholeRun(runId, "P-1", first).slice(0, 4),
      ...wholeRun(runId, "P-2", second).slice(3, 4),
      status(runId, first === second && first === "Installed" ? "Completed" : "CompletedWithFailure"),
    ];
    one?.report(1, ...whole("Installed", "Failed"));
    two?.report(1, status(runId, "DownloadingFailed"));
    three?.report(1, ...whole("Installed", "Installed"));
    next(scene);
    const { fettle, call } = scene.plane;
    expect(scene.stored("job").get(jobId)?.status).toBe("Completed");
    const answer = call(fettle.jobs.rerunFailed(manager, runId));
    const { run } = answer;
    // A small one is whole.
    expect(answer.assets).toBe(2);
    expect(answer).not.toHaveProperty("making");
    expect(scene.stored("run").get(run.id)).toEqual(run);
    expect(run).toMatchObject({
      jobId,
      occurrenceKey: `rerun:${runId}:1`,
      rerun: { of: runId, number: 1, failedBefore: 3, tried: 3 },
    });
    expect(planned(scene, run.id)).toEqual([
      [one?.id, ["P-2"]],
      [two?.id, ["P-1", "P-2"]],
    ]);
    next(scene);
    expect(Timed.offered(one).map((m) => [m.runId, m.occurrenceKey])).toContainEqual([run.id, `rerun:${runId}:1`]);
  });

  it("JOB-19: applies holds, licences and scope anew, says what isn't brought any more, and refuses when nothing is", () => {
    const { scene, fettle, call, rejections, runId, again } = failed(2, 2);
    call(fettle.tags.assign(manager, { tag: "lab", assets: [scene.agents[1]?.id ?? ""] }));
    call(
      fettle.subscriptions.save(manager, {
        plan: "Full",
        expiresAt: null,
        licences: { PM: { seats: 9, exclude: Values.any("lab") } },
      }),
    );
    const { run, excluded } = again();
    expect(excluded).toMatchObject([{ assetId: scene.agents[1]?.id, rule: "LIC-06" }]);
    expect(run.rerun).toMatchObject({ failedBefore: 2, tried: 1 });
    scene.agents[0]?.report(6, ...wholeRun(run.id, "P-1", "Failed"));
    next(scene);
    call(fettle.catalogue.hold(manager, "P-1", "fails"));
    expect(rejections(fettle.jobs.rerunFailed(manager, runId))).toMatchObject([
      { rule: "JOB-19", code: "conflict", message: expect.stringContaining("PLN-05") },
    ]);
  });

  it("JOB-19: of two who ask at once one gets the run, and a second one after it finds nothing that isn't run again", () => {
    const { scene, fettle, call, rejections, hooks, runId } = failed(2, 1);
    hooks.before = () => {
      hooks.before = null;
      call(fettle.jobs.rerunFailed(ControlPlane.as("sue"), runId));
    };
    expect(rejections(fettle.jobs.rerunFailed(manager, runId))).toMatchObject([{ rule: "JOB-19", code: "conflict" }]);
    expect([...scene.stored("run").values()].filter((r) => r.rerun !== undefined)).toHaveLength(1);
    expect(rejections(fettle.jobs.rerunFailed(manager, runId))).toMatchObject([{ rule: "JOB-19", code: "conflict" }]);
  });

  it("JOB-19: counts the failures of each try, whichever run of the chain is named, and escalates when none is mended", () => {
    const { scene, fettle, call, runId, jobId, again } = failed(3, 2);
    const standing = () => call(fettle.runs.reruns(manager, runId));
    const first = again().run;
    scene.agents[0]?.report(6, ...wholeRun(first.id, "P-1", "Failed"));
    scene.agents[1]?.report(6, ...wholeRun(first.id, "P-1"));
    next(scene);
    expect(standing()).toMatchObject({ failed: 1, escalate: null });
    expect(call(fettle.jobs.get(manager, jobId)).escalate).toBeUndefined();
    const second = again(first.id).run;
    expect(second.rerun).toEqual({ of: runId, number: 2, failedBefore: 1, tried: 1 });
    scene.agents[0]?.report(11, ...wholeRun(second.id, "P-1", "Failed"));
    next(scene);
    expect(standing()).toMatchObject({ failed: 1, escalate: { runId: second.id, tried: 1, failed: 1 } });
    expect(standing().escalate?.gather[0]).toMatchObject({ codes: [{ code: 9, count: 1 }] });
    expect(call(fettle.jobs.get(manager, jobId)).escalate).toEqual({ runId: second.id, tried: 1, failed: 1 });
    expect(standing()).toEqual(call(fettle.runs.reruns(manager, second.id)));
  });

  it("TAG-05: tells of a chain what the viewer sees of it", () => {
    const { fettle, call, users, runId } = failed(2, 2);
    users.set({ id: "mara", roles: ["PatchManager"], scope: { _tag: "Tags", tags: ["lab"] } });
    expect(call(fettle.runs.reruns(manager, runId))).toMatchObject({ failed: 0, escalate: null });
  });

  it("JOB-19: is refused where nothing failed, of no run, and while nothing of the job is sent", () => {
    const { fettle, call, rejections, runId, jobId, scene } = failed(1, 0);
    expect(rejections(fettle.jobs.rerunFailed(manager, runId))).toMatchObject([{ rule: "JOB-19" }]);
    expect(rejections(fettle.jobs.rerunFailed(manager, "nothing"))).toMatchObject([{ code: "not-found" }]);
    const nightly = scene.enabled({ schedule: Timed.daily("2026-02-10T02:00") });
    Timed.tickAt(scene, "2026-02-10T00:00");
    const run = Timed.runsOf(scene, nightly)[0]?.id ?? "";
    scene.agents[0]?.report(6, status(run, "JobFailed"));
    call(fettle.jobs.disable(manager, nightly));
    expect(rejections(fettle.jobs.rerunFailed(manager, run))).toMatchObject([
      { rule: "JOB-19", message: expect.stringContaining("Disabled") },
    ]);
    expect(jobId).not.toBe(nightly);
  });

  it("WIN-06: the next time of a recurring job waits on an asset for the re-run that goes on there", () => {
    const scene = Scene.make();
    const { fettle, call } = scene.plane;
    const jobId = scene.enabled({ schedule: Timed.daily("2026-02-10T02:00") });
    Timed.tickAt(scene, "2026-02-10T02:00");
    const [first] = Timed.runsOf(scene, jobId);
    scene.agents[0]?.report(1, ...wholeRun(first?.id ?? "", "P-1", "Failed"));
    Timed.tickAt(scene, "2026-02-10T03:00");
    const { run } = call(fettle.jobs.rerunFailed(manager, first?.id ?? ""));
    Timed.tickAt(scene, "2026-02-11T00:30");
    const again = Timed.runsOf(scene, jobId).at(-1);
    expect(again?.rerun).toBeUndefined();
    expect(Timed.assetRunsOf(scene, again)[0]?.manifest).toBeNull();
    scene.agents[0]?.report(6, ...wholeRun(run.id, "P-1", "Failed"));
    Timed.tickAt(scene, "2026-02-11T01:00");
    expect(Timed.assetRunsOf(scene, again)[0]?.manifest).not.toBeNull();
  });

  it("I4: any number of re-runs, asked for in any way, have occurrence keys of their own, and each failure is in one at a time", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), (outcomes) => {
        const { scene, runId, again, jobId } = failed(2, 2);
        let sequence = 6;
        for (const isMended of outcomes) {
          const open = [...scene.stored("run").values()].filter((r) => r.rerun !== undefined).length;
          if (planned(scene, runId).length === 0) break;
          const { run } = again();
          expect(run.rerun?.number).toBe(open + 1);
          scene.agents[0]?.report(sequence, ...wholeRun(run.id, "P-1", "Failed"));
          if (planned(scene, run.id).length === 2) {
            scene.agents[1]?.report(sequence, ...wholeRun(run.id, "P-1", isMended ? "Installed" : "Failed"));
          }
          sequence += 5;
          next(scene);
        }
        const keys = Timed.runsOf(scene, jobId).map((r) => r.occurrenceKey);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      Arbitraries.runs(10),
    );
  });
});
