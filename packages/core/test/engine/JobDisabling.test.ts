import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import { status } from "../scenario/WireAgent.ts";

const { as, manager } = ControlPlane;
const { daily, tickAt } = Timed;

describe("disabling", () => {
  it("JOB-28: revokes what has not started, offers its manifest no more, lets what has started finish, and makes no more runs", () => {
    const scene = Timed.make(["UTC", "UTC"]);
    const { fettle, call } = scene.plane;
    const id = scene.enabled({ schedule: daily("2026-02-02T02:00") });
    expect(tickAt(scene, "2026-02-01T23:00")).toMatchObject({ materialised: 1, issued: 2 });
    const [run] = Timed.runsOf(scene, id);
    const [one, two] = scene.agents;
    one?.report(1, status(run?.id ?? "", "Downloaded"), status(run?.id ?? "", "JobStarted"));
    expect(call(fettle.jobs.disable(manager, id))).toMatchObject({ revoked: 1, job: { status: "Disabled" } });
    expect(Timed.statuses(scene, run)).toEqual(["JobStarted", "JobFailed"]);
    expect(two?.checkIn().manifests).toEqual([]);
    expect(tickAt(scene, "2026-02-05T00:00")).toMatchObject({ materialised: 0, issued: 0, stuck: [] });
    one?.report(3, status(run?.id ?? "", "JobFailed", "no disk"));
    Timed.tick(scene);
    expect(Timed.runsOf(scene, id).map((r) => r.closedAt)).toEqual([scene.plane.clock.now()]);
    expect(Timed.eventsOf(scene, "JobDisabled")).toMatchObject([{ id, body: { by: "user:mara", revoked: 1 } }]);
    expect(Timed.eventsOf(scene, "OccurrenceMissed")).toEqual([]);
  });

  it("JOB-07, JOB-08: a recurring one that has run may become run-once, and then runs once, for itself", () => {
    const scene = Timed.make(["UTC", "UTC"]);
    const { fettle, call } = scene.plane;
    for (const schedule of [{ _tag: "OnDemand" } as const, Timed.once("2026-02-09T02:00")]) {
      const id = scene.enabled({ schedule: daily("2026-02-02T02:00"), window: { minutes: 60 } });
      tickAt(scene, scene.plane.clock.now() + Values.DAY_MS);
      const [before] = Timed.runsOf(scene, id);
      // One agent goes on with the former run, beyond its window.
      scene.agents[0]?.report(schedule._tag === "OnDemand" ? 1 : 2, status(before?.id ?? "", "JobStarted"));
      call(fettle.jobs.disable(manager, id));
      call(fettle.jobs.update(manager, id, { schedule }));
      tickAt(scene, scene.plane.clock.now() + Values.DAY_MS);
      call(fettle.jobs.enable(manager, id));
      expect(Timed.tick(scene)).toMatchObject({ materialised: 1, stuck: [] });
      expect(Timed.runsOf(scene, id)).toHaveLength(2);
      expect(Timed.jobStatus(scene, id)).toBe("Enabled");
      call(fettle.jobs.delete(manager, id));
    }
  });

  it("JOB-07: a run-once job is not disabled, and one that is Disabled already says so", () => {
    const scene = Timed.make();
    const { fettle, call, rejections } = scene.plane;
    const once = scene.enabled();
    expect(rejections(fettle.jobs.disable(manager, once))).toMatchObject([{ rule: "JOB-07", code: "conflict" }]);
    const { id } = call(fettle.jobs.create(manager, Values.draft({ schedule: daily("2026-02-02T02:00") })));
    expect(rejections(fettle.jobs.disable(manager, id))).toMatchObject([{ rule: "JOB-14", code: "conflict" }]);
    expect(rejections(fettle.jobs.disable(manager, "nothing"))).toMatchObject([{ code: "not-found" }]);
    expect(rejections(fettle.jobs.disable(as("rita"), id))).toMatchObject([{ code: "not-permitted" }]);
  });

  it("JOB-18: is refused to who has read something else than what stands", () => {
    const scene = Timed.make();
    const { fettle, call, rejections } = scene.plane;
    const id = scene.enabled({ schedule: daily("2026-02-02T02:00") });
    const { revision } = call(fettle.jobs.get(manager, id));
    expect(rejections(fettle.jobs.disable(manager, id, { revision: revision - 1 }))).toMatchObject([
      { rule: "JOB-18" },
    ]);
    expect(call(fettle.jobs.disable(manager, id, { revision })).job.status).toBe("Disabled");
  });

  it("JOB-16: of many answers for each, and disables those that can be", () => {
    const scene = Timed.make();
    const { fettle, call, rejections } = scene.plane;
    const nightly = scene.enabled({ schedule: daily("2026-02-02T02:00") });
    const once = scene.enabled();
    expect(call(fettle.jobs.disableMany(manager, [nightly, once, "nobody", nightly]))).toMatchObject({
      changed: 1,
      items: [
        { jobId: nightly, outcome: "changed", rejections: [] },
        { jobId: once, outcome: "refused", rejections: [{ rule: "JOB-07" }] },
        { jobId: "nobody", outcome: "refused", rejections: [{ code: "not-found" }] },
      ],
    });
    expect([nightly, once].map((id) => Timed.jobStatus(scene, id))).toEqual(["Disabled", "Enabled"]);
    expect(rejections(fettle.jobs.disableMany(as("rita"), [nightly]))).toMatchObject([{ code: "not-permitted" }]);
  });

  it("JOB-08, SCH-08: enabled again, it takes the next time that is the lead away, and a time that it ran not a second time", () => {
    const scene = Timed.make();
    const { fettle, call } = scene.plane;
    const id = scene.enabled({ schedule: daily("2026-02-02T02:00"), window: { minutes: 60 } });
    tickAt(scene, "2026-02-01T23:00");
    // The lead exactly: in time for the run that was made and revoked.
    call(fettle.jobs.disable(manager, id));
    call(fettle.jobs.enable(manager, id));
    expect(Timed.tick(scene)).toMatchObject({ materialised: 0 });
    expect(Timed.statuses(scene, Timed.runsOf(scene, id)[0])).toEqual(["JobFailed"]);
    expect(tickAt(scene, "2026-02-02T23:00")).toMatchObject({ materialised: 1 });
    expect(Timed.runsOf(scene, id).map((r) => r.occurrenceKey)).toEqual([
      "at:2026-02-02T02:00:00@UTC#0",
      "at:2026-02-03T02:00:00@UTC#0",
    ]);
    // A moment less than the lead before the next: the one after it.
    tickAt(scene, "2026-02-03T22:00");
    call(fettle.jobs.disable(manager, id));
    scene.plane.clock.pass(Timed.HOUR_MS + 1);
    call(fettle.jobs.enable(manager, id));
    expect(tickAt(scene, "2026-02-04T02:00")).toMatchObject({ materialised: 0 });
    expect(tickAt(scene, "2026-02-04T23:00")).toMatchObject({ materialised: 1 });
    expect(Timed.runsOf(scene, id).at(-1)?.occurrenceKey).toBe("at:2026-02-05T02:00:00@UTC#0");
    expect(Timed.eventsOf(scene, "OccurrenceMissed")).toEqual([]);
  });

  it("JOB-28: while a tick is about to make a run, leaves none that isn't revoked, whoever is first", () => {
    for (const first of ["tick", "disable"] as const) {
      for (const day of [1, 2]) {
        const scene = Timed.make();
        const { fettle, call, hooks } = scene.plane;
        const id = scene.enabled({ schedule: daily("2026-02-02T02:00") });
        for (let i = 1; i < day; i += 1) tickAt(scene, `2026-02-0${i}T23:00`);
        const [outer, inner] =
          first === "disable"
            ? [() => tickAt(scene, `2026-02-0${day}T23:00`), () => call(fettle.jobs.disable(manager, id))]
            : [() => call(fettle.jobs.disable(manager, id)), () => tickAt(scene, `2026-02-0${day}T23:00`)];
        hooks.before = (batch) => {
          if (!batch.writes.some((w) => w.kind === "run" || w.kind === "job")) return;
          hooks.before = null;
          inner();
        };
        outer();
        const made = [...scene.stored("assetRun").values()];
        expect(made.map((a) => a.state.by)).toEqual(made.map(() => "Revoked"));
        expect(made).toHaveLength(first === "tick" ? day : day - 1);
        expect(Timed.jobStatus(scene, id)).toBe("Disabled");
      }
    }
  });

  it("deleting a recurring job forgets how far it had come", () => {
    const scene = Timed.make();
    const { fettle, call } = scene.plane;
    const id = scene.enabled({ schedule: daily("2026-02-02T02:00") });
    tickAt(scene, "2026-02-01T23:00");
    expect([...scene.stored("recurred").keys()]).toEqual([id]);
    expect(call(fettle.jobs.delete(manager, id))).toMatchObject({ revoked: 1 });
    expect(scene.stored("recurred").size).toBe(0);
    expect(tickAt(scene, "2026-02-05T00:00")).toMatchObject({ materialised: 0, issued: 0, stuck: [] });
  });
});
