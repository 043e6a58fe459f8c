import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import type * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { daily, tickAt } = Timed;
const { status } = WireAgent;

/** Two agents hold the manifest of a run that begins in three hours, and what they still do of it. */
const held = () => {
  const scene = Timed.make(["UTC", "UTC"]);
  const id = scene.enabled({ schedule: daily("2026-02-02T02:00"), window: { minutes: 60 } });
  tickAt(scene, "2026-02-01T23:00");
  const [run] = Timed.runsOf(scene, id);
  const [one, two] = scene.agents;
  if (run === undefined || one === undefined || two === undefined) throw new Error("no run");
  for (const agent of [one, two]) expect(agent.checkIn().manifests).toHaveLength(1);
  const waiting = (agent: WireAgent.WireAgent, ...runs: string[]) =>
    agent.checkIn({ manifestVersion: 1, waiting: runs.length === 0 ? [run.id] : runs });
  return { scene, id, run, one, two, waiting };
};
const stop = {
  disabled: (scene: Scene.Scene, id: string) => scene.plane.call(scene.plane.fettle.jobs.disable(manager, id)),
  deleted: (scene: Scene.Scene, id: string) => scene.plane.call(scene.plane.fettle.jobs.delete(manager, id)),
};
const dropped = (runId: string): WireAgent.FactBody => ({ _tag: "Dropped", runId });
const failedDownload = (runId: string): WireAgent.FactBody => ({
  ...(WireAgent.patched(runId, "P-1", "Failed") as Extract<WireAgent.FactBody, { _tag: "Patch" }>),
  attempt: 0,
  reasonCode: 4,
});

describe("an agent that holds a manifest", () => {
  it.each(["disabled", "deleted"] as const)(
    "JOB-28: is told to drop it once its job is %s, at each check-in until it has, and not before",
    (how) => {
      const { scene, id, run, one, two, waiting } = held();
      expect(waiting(one)).not.toHaveProperty("revoked");
      stop[how](scene, id);
      expect(waiting(one).revoked).toEqual([run.id]);
      expect(waiting(one).revoked).toEqual([run.id]);
      one.report(1, dropped(run.id));
      // It holds it no more, and doesn't say so any more; the other was not heard.
      expect(one.checkIn({ manifestVersion: 1 })).not.toHaveProperty("revoked");
      expect(waiting(two).revoked).toEqual([run.id]);
      expect(Timed.assetRunsOf(scene, run)).toMatchObject([
        { manifest: null, state: { status: "JobFailed", by: "Revoked", violations: 0 } },
        { manifest: { version: 1 }, state: { status: "JobFailed", by: "Revoked" } },
      ]);
    },
  );

  it("JOB-28: finishes what it has begun, though it was not heard of before its job was stopped", () => {
    const { scene, id, run, one, waiting } = held();
    one.report(1, status(run.id, "Downloaded"));
    stop.disabled(scene, id);
    expect(waiting(one).revoked).toEqual([run.id]);
    one.report(2, status(run.id, "JobStarted"));
    expect(waiting(one)).not.toHaveProperty("revoked");
    expect(Timed.statuses(scene, run)).toEqual(["JobStarted", "JobFailed"]);
  });

  it("JOB-28: is told nothing of runs that others hold, that go on, or that nobody knows", () => {
    const { scene, id, run, one, two, waiting } = held();
    const other = scene.enabled({ schedule: daily("2026-02-02T02:30") });
    tickAt(scene, "2026-02-01T23:30");
    stop.disabled(scene, id);
    const [goesOn] = Timed.runsOf(scene, other);
    expect(waiting(one, goesOn?.id ?? "", run.id, run.id, Values.uuid(0x99)).revoked).toEqual([run.id]);
    expect(waiting(two, Values.uuid(0x99))).not.toHaveProperty("revoked");
    // What it doesn't say that it holds, it isn't told of.
    expect(two.checkIn({ manifestVersion: 1 })).not.toHaveProperty("revoked");
  });

  it("JOB-28, RUN-06: a file that it could not download, told before or after, is no beginning", () => {
    for (const first of ["the failure", "the stop"] as const) {
      const { scene, id, run, one, waiting } = held();
      if (first === "the failure") one.report(1, failedDownload(run.id));
      stop.disabled(scene, id);
      if (first === "the stop") one.report(1, failedDownload(run.id));
      one.report(2, status(run.id, "Downloaded"));
      expect(waiting(one).revoked).toEqual([run.id]);
      one.report(3, dropped(run.id));
      expect(Timed.assetRunsOf(scene, run)[0]).toMatchObject({ manifest: null, state: { status: "JobFailed" } });
    }
  });

  it("JOB-28: changes nothing of a run that goes on by saying that it dropped it", () => {
    const { scene, run, one } = held();
    one.report(1, dropped(run.id));
    expect(Timed.assetRunsOf(scene, run)[0]).toMatchObject({ manifest: { version: 1 }, state: { status: "Pending" } });
  });

  it("PRG-01 JOB-28: is in nobody's way once it has dropped what was revoked", () => {
    const { scene, id, run, one, two, waiting } = held();
    stop.deleted(scene, id);
    waiting(one);
    one.report(1, dropped(run.id));
    const { call, clock, fettle } = scene.plane;
    clock.pass(Values.MINUTE_MS);
    const preview = call(fettle.purges.preview(manager, "lastCheckedIn < now"));
    expect(preview.kept).toMatchObject([{ assetId: two.id, rule: "PRG-01" }]);
  });
});
