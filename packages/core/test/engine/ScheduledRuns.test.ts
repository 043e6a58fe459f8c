import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import type * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { agentZone, daily, once, tickAt, utc } = Timed;
const { status, wholeRun } = WireAgent;
const query = { _tag: "Query", query: "category: security" } as const;

const finish = (scene: Scene.Scene, n: number, runId: string, from: number): void => {
  scene.agents[n]?.report(from, ...wholeRun(runId));
};

describe("on demand with a window", () => {
  it("WIN-01, PLN-04: the manifest is valid for the window from the enabling on, with its bound, however late the tick", () => {
    const scene = Timed.make();
    const jobId = scene.enabled({ window: { minutes: 60 } });
    tickAt(scene, "2026-02-01T00:20");
    const [manifest] = Timed.offered(scene.agents[0]);
    expect(manifest).toMatchObject({
      validity: "window",
      notBefore: utc("2026-02-01T00:00"),
      notAfter: utc("2026-02-01T01:00"),
      bound: "complete",
      occurrenceKey: "on-demand",
    });
    expect(Timed.runsOf(scene, jobId)[0]).toMatchObject({ windowEnd: utc("2026-02-01T01:00"), closedAt: null });
  });

  it("WIN-02, WIN-03, RUN-06: who hasn't started by its end is presumed Timed Out, not sooner, and what it tells later stands", () => {
    const scene = Timed.make(["UTC", "UTC"]);
    const jobId = scene.enabled({ window: { minutes: 60, bound: "start" } });
    Timed.tick(scene);
    const [run] = Timed.runsOf(scene, jobId);
    scene.agents[1]?.report(1, status(run?.id ?? "", "Downloaded"));
    tickAt(scene, utc("2026-02-01T01:00") - 1);
    expect(Timed.statuses(scene, run)).toEqual(["Pending", "Downloaded"]);
    expect(tickAt(scene, "2026-02-01T01:00")).toMatchObject({ completed: 1, issued: 0 });
    expect(Timed.statuses(scene, run)).toEqual(["TimedOut", "TimedOut"]);
    expect(scene.agents[0]?.checkIn().manifests).toEqual([]);
    finish(scene, 0, run?.id ?? "", 1);
    expect(Timed.statuses(scene, run)).toEqual(["Completed", "TimedOut"]);
  });

  it("PLN-04: what was never sent by the end of its window is sent no more", () => {
    const scene = Timed.make();
    const jobId = scene.enabled({ window: { minutes: 30 } });
    expect(tickAt(scene, "2026-02-01T00:30")).toMatchObject({ materialised: 1, issued: 0, completed: 1 });
    expect(Timed.statuses(scene, Timed.runsOf(scene, jobId)[0])).toEqual(["TimedOut"]);
    expect(Timed.offered(scene.agents[0])).toEqual([]);
  });
});

describe("a job that runs once, at a time", () => {
  it("SCH-10: whose files are to be fetched before says from when, the lead before it starts; not when that is over", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const about = { window: { minutes: 120 }, opportunisticDownload: true } as const;
    scene.enabled({ ...about, schedule: once("2026-02-10T02:00", agentZone) });
    Timed.tick(scene);
    expect(scene.agents.map((agent) => Timed.offered(agent)[0]?.fetchFrom)).toEqual([
      utc("2026-02-09T23:00"),
      utc("2026-02-09T14:00"),
    ]);
    const plain = Timed.make();
    plain.enabled({ window: about.window, schedule: once("2026-02-10T02:00") });
    Timed.tick(plain);
    expect(Timed.offered(plain.agents[0])[0]).not.toHaveProperty("fetchFrom");
    const late = Timed.make();
    late.enabled({ ...about, schedule: once("2026-02-10T02:00") });
    tickAt(late, "2026-02-10T02:05");
    expect(Timed.offered(late.agents[0])[0]).not.toHaveProperty("fetchFrom");
  });

  it("SCH-09, SCH-03: reaches agents as soon as it is enabled, and starts in each zone at its own time", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const jobId = scene.enabled({ schedule: once("2026-02-10T02:00", agentZone), window: { minutes: 120 } });
    expect(Timed.tick(scene)).toMatchObject({ materialised: 1, issued: 2, completed: 0 });
    const [run] = Timed.runsOf(scene, jobId);
    expect(run?.occurrenceKey).toBe("once:2026-02-10T02:00:00@agent#0");
    const times = [Timed.offered(scene.agents[0]), Timed.offered(scene.agents[1], "Asia/Tokyo")].flat();
    expect(times.map((m) => [m.notBefore, m.notAfter])).toEqual([
      [utc("2026-02-10T02:00"), utc("2026-02-10T04:00")],
      [utc("2026-02-09T17:00"), utc("2026-02-09T19:00")],
    ]);
    expect(times.map((m) => m.occurrenceKey)).toEqual([run?.occurrenceKey, run?.occurrenceKey]);
  });

  it("PLN-04: without a window its manifest is a lease from its start on, and is renewed", () => {
    const scene = Timed.make();
    scene.enabled({ schedule: once("2026-02-10T02:00") });
    Timed.tick(scene);
    const [first] = Timed.offered(scene.agents[0]);
    const end = utc("2026-02-11T02:00");
    expect(first).toMatchObject({ validity: "lease", notBefore: utc("2026-02-10T02:00"), notAfter: end });
    expect(tickAt(scene, end - 1)).toMatchObject({ issued: 0 });
    expect(tickAt(scene, end)).toMatchObject({ issued: 1 });
    const [second] = Timed.offered(scene.agents[0]);
    expect(second).toMatchObject({ notBefore: utc("2026-02-10T02:00"), notAfter: end + 24 * Values.HOUR_MS });
  });

  it("JOB-22: a query is resolved the lead before the first start in any zone, and sent then", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const jobId = scene.enabled({ schedule: once("2026-02-10T02:00", agentZone), patches: query });
    expect(Timed.tick(scene)).toMatchObject({ materialised: 0, issued: 0 });
    // In Tokyo it starts at 17:00 UTC the day before.
    expect(tickAt(scene, utc("2026-02-09T14:00") - 1)).toMatchObject({ materialised: 0, issued: 0 });
    scene.plane.call(
      scene.plane.fettle.catalogue.ingest(manager, [
        ...scene.plane.call(scene.plane.fettle.catalogue.list(manager)),
        Values.patch("P-9", { packages: [Values.pkg("curl", "3-1")], publishedAt: 9 }),
      ]),
    );
    expect(tickAt(scene, "2026-02-09T14:00")).toMatchObject({ materialised: 1, issued: 2 });
    const [assetRun] = Timed.assetRunsOf(scene, Timed.runsOf(scene, jobId)[0]);
    expect(assetRun?.patches.map((p) => p.patchId)).toEqual(["P-1", "P-9"]);
  });

  it("SCH-06: enabled late it starts at once in what is left of its window; where that has elapsed, assets are Timed Out", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const { fettle, call, clock } = scene.plane;
    const draft = { schedule: once("2026-02-10T02:00", agentZone), window: { minutes: 120 } };
    const { id: jobId } = call(fettle.jobs.create(manager, Values.draft(draft)));
    clock.pass(utc("2026-02-10T02:30") - clock.now());
    call(fettle.jobs.enable(manager, jobId));
    expect(Timed.tick(scene)).toMatchObject({ materialised: 1, issued: 1 });
    expect(Timed.statuses(scene, Timed.runsOf(scene, jobId)[0])).toEqual(["Pending", "TimedOut"]);
    const [manifest] = Timed.offered(scene.agents[0]);
    expect(manifest).toMatchObject({ notBefore: utc("2026-02-10T02:30"), notAfter: utc("2026-02-10T04:00") });
  });
});

describe("a recurring job", () => {
  it("SCH-08: becomes a run the lead before its first start in any zone, not a moment earlier, and once", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const schedule = daily("2026-02-10T02:00", agentZone);
    const jobId = scene.enabled({ schedule, window: { minutes: 60 } });
    expect(Timed.tick(scene)).toMatchObject({ materialised: 0 });
    expect(tickAt(scene, utc("2026-02-09T14:00") - 1)).toMatchObject({ materialised: 0 });
    expect(tickAt(scene, "2026-02-09T14:00")).toMatchObject({ materialised: 1, issued: 2 });
    for (let i = 0; i < 3; i += 1) expect(Timed.tick(scene)).toMatchObject({ materialised: 0, issued: 0 });
    const [run] = Timed.runsOf(scene, jobId);
    expect(run).toMatchObject({
      occurrenceKey: "at:2026-02-10T02:00:00@agent#0",
      lastStart: utc("2026-02-10T02:00"),
      windowEnd: utc("2026-02-10T03:00"),
      hasDrifted: false,
    });
    const [manifest] = Timed.offered(scene.agents[1], "Asia/Tokyo");
    expect(manifest).toMatchObject({ notBefore: utc("2026-02-09T17:00"), notAfter: utc("2026-02-09T18:00") });
    expect(manifest?.notBefore).not.toBe(Timed.offered(scene.agents[0])[0]?.notBefore);
  });

  it("JOB-13: runs again and again, each time once, is never Completed, and what is over is looked after no more", () => {
    const scene = Timed.make();
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00"), window: { minutes: 60 } });
    const report = { from: 1 };
    for (let day = 2; day < 7; day += 1) {
      expect(tickAt(scene, `2026-02-0${day}T02:30`)).toMatchObject({ materialised: 0, completed: 0 });
      expect(tickAt(scene, `2026-02-0${day}T23:00`)).toMatchObject({ materialised: 1, issued: 1, completed: 0 });
      const run = Timed.runsOf(scene, jobId).at(-1);
      finish(scene, 0, run?.id ?? "", report.from);
      report.from += 5;
      scene.agents[0]?.snapshot([Values.pkg("curl", "1-1"), Values.pkg("openssl", "1-1")]);
      Timed.tick(scene);
      expect(Timed.runsOf(scene, jobId).at(-1)?.closedAt).toBe(scene.plane.clock.now());
    }
    const runs = Timed.runsOf(scene, jobId);
    expect(new Set(runs.map((r) => r.occurrenceKey)).size).toBe(runs.length);
    expect(Timed.jobStatus(scene, jobId)).toBe("Enabled");
  });
});
