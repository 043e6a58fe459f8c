import { describe, expect, it } from "vitest";
import { LOOKED_UP_MAX } from "../../src/engine/runs/Blockings.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { HOUR_MS, MINUTE_MS, tick, tickAt } = Timed;
const { patched, status } = WireAgent;
const OTHER_BOOT = Values.uuid(6);
const curl = { title: "second", patches: { _tag: "List", patches: ["P-2"] } } as const;

/** Two agents, the first of which waits for a reboot after a job that suppresses it. */
const pending = (before: (scene: Scene.Scene) => void = () => undefined) => {
  const scene = Timed.make(["UTC", "UTC"]);
  const [one, two] = scene.agents;
  if (one === undefined || two === undefined) throw new Error("no agents");
  const first = scene.enabled();
  tick(scene);
  const runId = scene.run(first).id;
  before(scene);
  const began = (["Downloaded", "JobStarted", "Patching"] as const).map((to) => status(runId, to));
  one.report(1, ...began, patched(runId, "P-1", "InstalledPendingReboot"), status(runId, "PendingReboot"));
  const { call, fettle } = scene.plane;
  const second = (over: Parameters<Scene.Scene["enabled"]>[0] = {}) => {
    const jobId = scene.enabled({ ...curl, ...over });
    const report = tick(scene);
    const [run] = Timed.runsOf(scene, jobId);
    if (run === undefined) throw new Error("no run");
    return { jobId, run, issued: report.issued, progress: () => call(fettle.runs.progress(manager, run.id)) };
  };
  const done = ["Rebooted", "JobResumed"].map((to) => status(runId, to as "Rebooted"));
  return {
    scene,
    first,
    runId,
    one,
    two,
    second,
    done: [...done, patched(runId, "P-1", "Installed"), status(runId, "Completed")],
  };
};

describe("an asset that is Pending Reboot", () => {
  it("RBT-02: takes no other job, which says by which run it is blocked; other assets take it", () => {
    const { scene, runId, one, two, second, first } = pending();
    const { run, issued, progress } = second();
    expect(issued).toBe(1);
    expect(progress()).toMatchObject({
      isIssued: false,
      blocked: { [one.id]: { runId, jobId: first } },
      byStatus: { Pending: 2 },
    });
    expect(Object.keys(progress().blocked)).toEqual([one.id]);
    expect(Timed.assetRunsOf(scene, run).map((a) => a?.manifest === null)).toEqual([true, false]);
    expect(two.checkIn({ manifestVersion: 1 }).manifests).toHaveLength(1);
    expect(one.checkIn({ manifestVersion: 1 }).manifests).toEqual([]);
    for (let hours = 1; hours < 50; hours += 7)
      expect(tickAt(scene, scene.plane.clock.now() + hours * HOUR_MS).stuck).toEqual([]);
    expect(Timed.statuses(scene, run)).toEqual(["Pending", "Pending"]);
    expect(progress().silent).toMatchObject({ assets: 1 });
  });

  it("RBT-02: is free once its agent tells of the reboot", () => {
    const { scene, one, second, done } = pending();
    const { run, progress } = second();
    one.report(6, ...done);
    expect(progress().blocked).toEqual({});
    expect(tick(scene)).toMatchObject({ issued: 1 });
    expect(Timed.assetRunsOf(scene, run)[0]?.manifest).not.toBeNull();
    expect(progress().isIssued).toBe(true);
  });

  it.each(["check-in", "snapshot"] as const)(
    "RBT-02: is free once a %s comes from another boot, though nothing was told of it",
    (how) => {
      const { scene, first, one, second } = pending();
      const { run, progress } = second();
      if (how === "check-in") one.checkIn({ manifestVersion: 1, bootId: Values.uuid(5) });
      else one.snapshot(null);
      expect(tick(scene)).toMatchObject({ issued: 0 });
      if (how === "check-in") one.checkIn({ manifestVersion: 1, bootId: OTHER_BOOT });
      else one.send(one.sign("snapshot", { ...one.snapshotBody(null), bootId: OTHER_BOOT }));
      expect(progress().blocked).toEqual({});
      expect(tick(scene)).toMatchObject({ issued: 1 });
      expect(one.checkIn({ manifestVersion: 1, bootId: OTHER_BOOT }).manifests).toHaveLength(1);
      // What waits for it says so until its agent, or a scan, tells more.
      expect(scene.run(first).assetRuns.get(one.id)?.state.status).toBe("PendingReboot");
      expect(Timed.statuses(scene, run)).toEqual(["Pending", "Pending"]);
    },
  );

  it("RBT-02, WIN-03: what is blocked until its window is over is Timed Out, and names the run that blocked it", () => {
    const { scene, runId, second } = pending();
    const { run } = second({ window: { minutes: 60 } });
    tickAt(scene, scene.plane.clock.now() + HOUR_MS);
    const [blocked, other] = Timed.assetRunsOf(scene, run);
    expect(blocked?.state).toMatchObject({ status: "TimedOut", by: "Presumed" });
    expect(blocked?.state.reason).toMatch(new RegExp(`^RBT-02: .*${runId}.*WIN-02: `));
    expect(other?.state.reason).toMatch(/^WIN-02: /);
  });

  it("RBT-02: is not handed what was issued before it was pending, until it has rebooted", () => {
    const { one } = pending((scene) => {
      scene.enabled(curl);
      tick(scene);
    });
    expect(one.checkIn({ manifestVersion: 1 }).manifests).toEqual([]);
    expect(one.checkIn({ manifestVersion: 1, bootId: OTHER_BOOT }).manifests).toMatchObject([{ version: 2 }]);
  });

  it("RBT-02, CMP-02: is no silence; and after a reboot that nobody told of, an hour after the next scan it is what that shows", () => {
    const { scene, first, one } = pending();
    const state = () => scene.run(first).assetRuns.get(one.id)?.state;
    const packages = [Values.pkg("curl", "1-1"), Values.pkg("openssl", "2-1")];
    tickAt(scene, scene.plane.clock.now() + MINUTE_MS);
    one.snapshot(packages);
    tickAt(scene, scene.plane.clock.now() + 2 * HOUR_MS);
    expect(state()).toMatchObject({ status: "PendingReboot", scan: null });
    one.send(one.sign("snapshot", { ...one.snapshotBody(packages), bootId: OTHER_BOOT }));
    expect(state()).toMatchObject({ status: "PendingReboot", scan: { verdicts: { "P-1": "Satisfied" } } });
    tickAt(scene, scene.plane.clock.now() + HOUR_MS);
    expect(state()).toMatchObject({ status: "Completed", by: "scan" });
  });

  it("RUN-08, JOB-13: holds its run open, and its job no longer than its window", () => {
    const { scene, first, one, two, runId, done } = pending();
    two.report(1, ...WireAgent.wholeRun(runId));
    tickAt(scene, scene.plane.clock.now() + 24 * HOUR_MS);
    expect(Timed.jobStatus(scene, first)).toBe("Enabled");
    expect(Timed.runsOf(scene, first)[0]?.closedAt).toBeNull();
    one.report(6, ...done);
    expect(tick(scene)).toMatchObject({ completed: 1 });
    expect(Timed.runsOf(scene, first)[0]?.closedAt).not.toBeNull();
  });

  it("RBT-02: is found among many that are to be sent at once", () => {
    const scene = Scene.make({ agents: LOOKED_UP_MAX + 1 });
    const [one] = scene.agents;
    const only = scene.enabled({ targets: Values.select({ assets: [one?.id ?? ""] }) });
    tick(scene);
    const { id: runId } = scene.run(only);
    one?.report(1, status(runId, "Patching"), status(runId, "PendingReboot"));
    scene.enabled(curl);
    expect(tick(scene)).toMatchObject({ materialised: 1, issued: LOOKED_UP_MAX });
    one?.checkIn({ bootId: OTHER_BOOT });
    expect(tick(scene)).toMatchObject({ issued: 1 });
  });
});
