import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Repository from "../../../src/engine/Repository.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import type * as Scene from "../../scenario/Scene.ts";
import * as Timed from "../../scenario/Timed.ts";

const { manager } = ControlPlane;
const { agentZone, daily, tickAt, utc } = Timed;

const titles = ({ plane }: Scene.Scene, jobId: string) =>
  plane.call(plane.fettle.runs.ofJob(manager, jobId)).map((r) => r.title);
const inZone = (timeZone: string) => ({ subscription: { scheduling: { timeZone } } });

describe("the titles of runs", () => {
  it("JOB-15: tell each run's own time, the local one that the schedule names, and stay as the job is edited", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const jobId = scene.enabled({ title: "Night", schedule: daily("2026-02-10T21:00", agentZone), dynamicTitle: true });
    tickAt(scene, "2026-02-10T09:00");
    tickAt(scene, "2026-02-11T09:00");
    const dated = ["Night 2026-02-10 21:00", "Night 2026-02-11 21:00"];
    expect(titles(scene, jobId)).toEqual(dated);
    scene.plane.call(scene.plane.fettle.jobs.update(manager, jobId, { title: "Day" }));
    tickAt(scene, "2026-02-12T09:00");
    expect(titles(scene, jobId)).toEqual([...dated, "Day 2026-02-12 21:00"]);
    scene.plane.call(scene.plane.fettle.jobs.update(manager, jobId, { dynamicTitle: null }));
    tickAt(scene, "2026-02-13T09:00");
    expect(titles(scene, jobId)).toEqual([...dated, "Day 2026-02-12 21:00", "Day"]);
  });

  it("JOB-15: of a run once tell its time as well, however late it is made", () => {
    const scene = Timed.make(["UTC"], inZone("Asia/Tokyo"));
    const jobId = scene.enabled({ title: "June", schedule: Timed.once("2026-02-10T21:00"), dynamicTitle: true });
    tickAt(scene, "2026-02-10T22:30");
    expect(titles(scene, jobId)).toEqual(["June 2026-02-10 21:00"]);
  });

  it("JOB-15: of a run on demand tell when it is made, on the subscription's clock", () => {
    const scene = Timed.make(["UTC"], inZone("Asia/Tokyo"));
    scene.plane.clock.pass(utc("2026-02-10T21:05") - scene.plane.clock.now());
    const jobId = scene.enabled({ title: "Now", dynamicTitle: true });
    tickAt(scene, "2026-02-10T21:07");
    expect(titles(scene, jobId)).toEqual(["Now 2026-02-11 06:07"]);
  });

  it("JOB-15: are cut to what the subscription allows titles", () => {
    const scene = Timed.make(["UTC"], { subscription: { limits: { titleCharactersMax: 20 } } });
    const jobId = scene.enabled({
      title: "x".repeat(20),
      schedule: Timed.once("2026-02-10T21:00"),
      dynamicTitle: true,
    });
    tickAt(scene, "2026-02-10T09:00");
    expect(titles(scene, jobId)).toEqual(["xxx 2026-02-10 21:00"]);
  });

  it("JOB-15: are the job's as it was, without that option; of a run of before runs had titles, as it is now", () => {
    const scene = Timed.make();
    const jobId = scene.enabled({ title: "Night", schedule: daily("2026-02-10T21:00") });
    tickAt(scene, "2026-02-10T18:00");
    tickAt(scene, "2026-02-11T18:00");
    const [first] = Timed.runsOf(scene, jobId);
    if (first === undefined) throw new Error("no run");
    const { storage } = scene.plane;
    const write = Repository.put("run", first.id, { ...first, title: null });
    const batch = { tenantId: scene.tenantId, expect: [], counters: [], uniques: [], writes: [write], events: [] };
    expect(Effect.runSync(storage.commit(batch))).toMatchObject({ _tag: "Committed" });
    scene.plane.call(scene.plane.fettle.jobs.update(manager, jobId, { title: "Day" }));
    expect(titles(scene, jobId)).toEqual(["Day", "Night"]);
  });

  it("JOB-15, JOB-24: of a default job tell when each run is made", () => {
    const scene = Timed.make(["UTC"], inZone("America/New_York"));
    const jobId = scene.enabled({ title: "New", schedule: { _tag: "OnActivation" }, dynamicTitle: true });
    scene.plane.clock.pass(utc("2026-02-10T03:00") - scene.plane.clock.now());
    const assets = scene.agents.map((agent) => agent.id);
    scene.plane.call(scene.plane.fettle.agents.deactivate(manager, { assets }, ["PM"]));
    scene.plane.call(scene.plane.fettle.agents.activate(manager, { assets }, ["PM"]));
    Timed.tick(scene);
    expect(titles(scene, jobId)).toEqual(["New 2026-02-09 22:00"]);
  });
});
