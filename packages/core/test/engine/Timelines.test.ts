import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;

const running = (agents = 1) => {
  const scene = Scene.make({ agents });
  const jobId = scene.enabled();
  scene.plane.call(scene.plane.fettle.tick());
  return { scene, jobId, runId: scene.run(jobId).id, ...scene.plane };
};

describe("the timeline of an asset in a run", () => {
  it("RUN-06: tells what was planned, issued, told and found by the next scan, from what is stored", () => {
    const { scene, fettle, call, runId, clock } = running();
    const [agent] = scene.agents;
    agent?.report(1, ...WireAgent.wholeRun(runId));
    clock.pass(Values.HOUR_MS);
    agent?.snapshot([Values.pkg("openssl", "2-1")]);
    const entries = call(fettle.runs.timeline(manager, runId, agent?.id ?? ""));
    expect(entries.map((e) => [e.what._tag, e.source])).toEqual([
      ["Planned", "platform"],
      ["Issued", "platform"],
      ["Status", "agent"],
      ["Status", "agent"],
      ["Status", "agent"],
      ["Attempt", "agent"],
      ["Status", "agent"],
      ["Scanned", "evidence"],
    ]);
    expect(entries.at(-1)?.what).toMatchObject({ confirms: ["P-1"], denies: [] });
  });

  it("TAG-05: is not there of an asset outside the viewer's scope, of one that the run left out, and of no run", () => {
    const { scene, fettle, rejections, users, runId, call } = running(2);
    const [one] = scene.agents;
    const ask = (run: string, asset: string) => fettle.runs.timeline(manager, run, asset);
    expect(rejections(ask(Values.uuid(404), one?.id ?? ""))).toMatchObject([{ code: "not-found", path: "runId" }]);
    expect(rejections(ask(runId, "nobody"))).toMatchObject([{ rule: "TAG-05", code: "not-found" }]);
    expect(call(ask(runId, one?.id ?? "")).length).toBeGreaterThan(0);
    users.set({ id: "mara", roles: ["PatchManager"], scope: { _tag: "Tags", tags: ["nowhere"] } });
    expect(rejections(ask(runId, one?.id ?? ""))).toMatchObject([{ rule: "TAG-05", code: "not-found" }]);
  });
});
