import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { JobDraft } from "../../../src/domain/job/Job.ts";
import * as JobNotifications from "../../../src/domain/job/JobNotifications.ts";
import type { NotificationDue } from "../../../src/domain/run/NotificationDue.ts";
import * as Repository from "../../../src/engine/Repository.ts";
import type { Batch } from "../../../src/ports/Storage.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import type * as Scene from "../../scenario/Scene.ts";
import * as Timed from "../../scenario/Timed.ts";
import * as Values from "../../scenario/Values.ts";
import * as WireAgent from "../../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { daily, once, tickAt } = Timed;
const { wholeRun } = WireAgent;

const to = ["ops@acme.example", "#night"];
const ofAll = { notifications: { on: JobNotifications.occasions, to } };
const of = (...on: JobNotifications.Occasion[]) => ({ notifications: { on, to } });

/** What is due by now, in order. */
const due = (scene: Scene.Scene): readonly NotificationDue[] =>
  Timed.eventsOf(scene, "NotificationDue").map((e) => e.body as unknown as NotificationDue);
const occasions = (scene: Scene.Scene) => due(scene).map((d) => d.on);
const idleTicks = (scene: Scene.Scene): void => {
  for (let i = 0; i < 3; i += 1) Timed.tick(scene);
};
const lastRun = (scene: Scene.Scene, jobId: string): string => Timed.runsOf(scene, jobId).at(-1)?.id ?? "";

describe("what a host's subscribers are told", () => {
  it("JOB-15: is that a run was made, that it is over, and that its job is: each once, with the counts of then", () => {
    const scene = Timed.make(["UTC", "UTC"]);
    const jobId = scene.enabled({ title: "Now", ...ofAll });
    expect(due(scene)).toEqual([]);
    Timed.tick(scene);
    const run = lastRun(scene, jobId);
    const told = { jobId, runId: run, title: "Now", to, jobStatus: null };
    const made = { ...told, on: "run-made", byStatus: { Pending: 2 } };
    expect(due(scene)).toEqual([made]);
    scene.agents[0]?.report(1, ...wholeRun(run));
    idleTicks(scene);
    expect(due(scene)).toEqual([made]);
    scene.agents[1]?.report(1, ...wholeRun(run));
    idleTicks(scene);
    const byStatus = { Completed: 2 };
    expect(due(scene)).toEqual([
      made,
      { ...told, on: "run-closed", byStatus },
      { ...told, on: "job-ended", byStatus, jobStatus: "Completed" },
    ]);
    const events = Timed.eventsOf(scene, "NotificationDue");
    expect(events.map((e) => [e.kind, e.id])).toEqual([
      ["run", run],
      ["run", run],
      ["job", jobId],
    ]);
  });

  it("JOB-15: is nothing of a job that tells nobody, and of another only what it says", () => {
    for (const on of [null, ...JobNotifications.occasions]) {
      const scene = Timed.make();
      const jobId = scene.enabled(on === null ? {} : of(on));
      Timed.tick(scene);
      scene.agents[0]?.report(1, ...wholeRun(lastRun(scene, jobId), "P-1", "Failed", ["1-1", "1-1"]));
      idleTicks(scene);
      expect(occasions(scene)).toEqual(on === null ? [] : [on]);
    }
  });

  it("JOB-15: is a failure where one asset at least failed, finished with failures or was Timed Out, and no other end", () => {
    const failures = (end: (scene: Scene.Scene, run: string) => void) => {
      const scene = Timed.make(["UTC", "UTC"]);
      const jobId = scene.enabled({
        ...of("run-failures"),
        schedule: once("2026-02-10T02:00"),
        window: { minutes: 60 },
      });
      tickAt(scene, "2026-02-10T02:00");
      const run = lastRun(scene, jobId);
      scene.agents[0]?.report(1, ...wholeRun(run));
      end(scene, run);
      idleTicks(scene);
      return due(scene).map((d) => d.byStatus);
    };
    const second =
      (...facts: WireAgent.FactBody[]) =>
      ({ agents }: Scene.Scene) =>
        agents[1]?.report(1, ...facts);
    expect(failures((scene, run) => second(...wholeRun(run))(scene))).toEqual([]);
    expect(failures((scene, run) => second(...wholeRun(run, "P-1", "Failed", ["1-1", "1-1"]))(scene))).toEqual([
      { Completed: 1, CompletedWithFailure: 1 },
    ]);
    expect(
      failures((scene, run) =>
        second(...wholeRun(run).slice(0, 2), WireAgent.status(run, "JobFailed", "no disk"))(scene),
      ),
    ).toEqual([{ Completed: 1, JobFailed: 1 }]);
    expect(failures((scene) => tickAt(scene, "2026-02-10T03:00"))).toEqual([{ Completed: 1, TimedOut: 1 }]);
    expect(failures((scene, run) => second(...wholeRun(run).slice(0, 3))(scene))).toEqual([]);
  });

  it("JOB-15, JOB-08: is what the job said as the run was made, though it is changed, or deleted before the run is over", () => {
    const scene = Timed.make();
    const { fettle, call } = scene.plane;
    const jobId = scene.enabled({ title: "Night", schedule: daily("2026-02-02T02:00"), dynamicTitle: true, ...ofAll });
    tickAt(scene, "2026-02-01T23:00");
    const run = lastRun(scene, jobId);
    call(fettle.jobs.update(manager, jobId, { notifications: null }));
    call(fettle.jobs.delete(manager, jobId));
    idleTicks(scene);
    expect(due(scene)).toMatchObject(
      ["run-made", "run-closed", "run-failures"].map((on) => ({ on, runId: run, title: "Night 2026-02-02 02:00", to })),
    );
  });
});

describe("that a job is over", () => {
  const ended = (scene: Scene.Scene) =>
    due(scene).map(({ runId, byStatus, jobStatus }) => [jobStatus, runId, byStatus]);

  it("JOB-15, SCH-07: is told when a recurring job has no time left, and not when it is disabled", () => {
    const scene = Timed.make();
    const { fettle, call } = scene.plane;
    const jobId = scene.enabled({
      title: "Night",
      schedule: daily("2026-02-02T02:00", Timed.inUtc, 1),
      ...of("job-ended"),
    });
    call(fettle.jobs.disable(manager, jobId));
    Timed.tick(scene);
    expect(ended(scene)).toEqual([]);
    call(fettle.jobs.enable(manager, jobId));
    tickAt(scene, "2026-02-01T23:00");
    expect(ended(scene)).toEqual([]);
    tickAt(scene, "2026-02-02T02:00");
    idleTicks(scene);
    expect(ended(scene)).toEqual([["Ended", null, null]]);
    expect(due(scene)[0]?.title).toBe("Night");
  });

  it("JOB-15, SCH-06: is told of one that nobody enabled in time", () => {
    const scene = Timed.make();
    const draft = { schedule: once("2026-02-10T02:00"), window: { minutes: 60 }, ...of("job-ended") };
    scene.plane.call(scene.plane.fettle.jobs.create(manager, Values.draft(draft)));
    tickAt(scene, "2026-02-10T03:00");
    idleTicks(scene);
    expect(ended(scene)).toEqual([["Expired", null, null]]);
  });

  it("JOB-15, JOB-13: is told with its sending where that completes it, before its run is over", () => {
    const scene = Timed.make();
    const jobId = scene.enabled({ completion: "dispatch-closed", ...of("run-closed", "job-ended") });
    idleTicks(scene);
    const run = lastRun(scene, jobId);
    expect(ended(scene)).toEqual([["Completed", run, { Pending: 1 }]]);
    scene.agents[0]?.report(1, ...wholeRun(run));
    idleTicks(scene);
    expect(occasions(scene)).toEqual(["job-ended", "run-closed"]);
  });
});

describe("the commit that tells of it", () => {
  const life = (scene: Scene.Scene, over: Partial<JobDraft>) => {
    const jobId = scene.enabled(over);
    const tick = () => Timed.tick(scene);
    return { jobId, tick, finish: () => scene.agents[0]?.report(1, ...wholeRun(lastRun(scene, jobId))) };
  };

  it("JOB-15, EVT-01: is the one that makes the change, with the change's own event before", () => {
    const scene = Timed.make();
    const seen: string[] = [];
    const writesIn = (batch: Batch) =>
      batch.writes.flatMap(({ kind }) => (kind === "run" || kind === "job" ? [kind] : []));
    scene.plane.hooks.before = (batch) => {
      for (const [i, event] of batch.events.entries()) {
        if (event.type !== "NotificationDue") continue;
        const { on } = event.body as unknown as NotificationDue;
        const before = batch.events
          .slice(0, i)
          .map((e) => e.type)
          .filter((t) => t !== "NotificationDue");
        seen.push(`${on}: ${writesIn(batch).join("+")} after ${before.join("+") || "nothing"}`);
      }
    };
    const { tick, finish } = life(scene, ofAll);
    tick();
    finish();
    tick();
    expect(seen).toEqual([
      "run-made: run after RunMaterialised",
      "run-closed: run+job after nothing",
      "job-ended: run+job after JobCompleted",
    ]);
  });

  it("JOB-15: that brings a job to its end whose run was over before tells of that run no more", () => {
    const scene = Timed.make();
    const { jobId, tick, finish } = life(scene, ofAll);
    tick();
    finish();
    tick();
    const told = due(scene).length;
    const job = scene.stored("job").get(jobId);
    if (job === undefined) throw new Error("no job");
    const write = Repository.put("job", jobId, { ...job, status: "Enabled" });
    const batch = { tenantId: scene.tenantId, expect: [], counters: [], uniques: [], writes: [write], events: [] };
    Effect.runSync(scene.plane.storage.commit(batch));
    idleTicks(scene);
    expect(Timed.jobStatus(scene, jobId)).toBe("Completed");
    expect(occasions(scene).slice(told)).toEqual(["job-ended"]);
  });

  it("JOB-15, EVT-01: tells once, though the control plane dies before or after it, and though two ticks are at it", () => {
    const isTold = (batch: Batch) => batch.events.some((e) => e.type === "NotificationDue");
    const troubles = ["before", "after", "twice"] as const;
    for (const trouble of troubles) {
      const scene = Timed.make();
      const { fettle, hooks, dies } = scene.plane;
      const { tick, finish } = life(scene, ofAll);
      const troubled = () => {
        const at = trouble === "after" ? "after" : "before";
        hooks[at] = (batch) => {
          if (!isTold(batch)) return;
          hooks[at] = null;
          if (trouble !== "twice") throw new ControlPlane.Death();
          tick();
        };
        expect(dies(fettle.tick())).toBe(trouble !== "twice");
        idleTicks(scene);
      };
      troubled();
      finish();
      troubled();
      expect(occasions(scene)).toEqual(["run-made", "run-closed", "job-ended"]);
    }
  });
});
