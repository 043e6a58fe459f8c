import { describe, expect, it } from "vitest";
import { MANIFESTS_PER_REPLY_MAX } from "../../src/engine/agents/CheckIns.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { any } = Values;
const tick = ({ plane }: Scene.Scene) => plane.call(plane.fettle.tick());

const issued = (options: Scene.SceneOptions = {}) => {
  const scene = Scene.make(options);
  const jobId = scene.enabled();
  tick(scene);
  const [agent] = scene.agents;
  if (agent === undefined) throw new Error("no agent");
  return { scene, plane: scene.plane, jobId, agent, runId: scene.run(jobId).id };
};
const statusOf = (scene: Scene.Scene, jobId: string, agent: WireAgent.WireAgent) =>
  scene.run(jobId).assetRuns.get(agent.id)?.state;

describe("a check-in", () => {
  it("AGT-04: is answered with what the agent lacks, of configuration, snapshot and manifests, and with nothing it holds", () => {
    const { agent } = issued();
    const lacking = agent.checkIn();
    expect(lacking).toMatchObject({
      agentId: agent.id,
      nextCheckInSeconds: 900,
      configuration: expect.stringMatching(/^sha256:/),
      wantSnapshot: true,
      manifests: [{ version: 1, digest: expect.stringMatching(/^sha256:/) }],
      acknowledgedThrough: 0,
      serverTime: Values.START,
    });
    const { snapshot } = agent.snapshot(Scene.installed);
    const held = agent.checkIn({ configuration: lacking.configuration, snapshot, manifestVersion: 1 });
    expect(held).toMatchObject({ configuration: null, wantSnapshot: false, manifests: [] });
  });

  it("AGT-04: idle, is under 1 KB in both directions (bodies)", () => {
    const { agent } = issued();
    const { configuration } = agent.checkIn();
    const { snapshot } = agent.snapshot(Scene.installed);
    const request = agent.sign("checkIn", agent.checkInBody({ configuration, snapshot, manifestVersion: 1 }));
    expect(request.body.length).toBeLessThan(1_000);
    expect(agent.send(request).body.length).toBeLessThan(1_000);
  });

  it("keeps what the agent tells of itself, and moves the asset to its time zone, with an event", () => {
    const { agent, scene, plane } = issued();
    plane.clock.pass(1_000);
    agent.checkIn({ agentVersion: "2.0.0", timeZone: "Europe/Berlin", tzdata: "2026b" });
    expect(scene.stored("agent").get(agent.id)).toMatchObject({
      agentVersion: "2.0.0",
      timeZone: "Europe/Berlin",
      tzdata: "2026b",
      lastCheckedInAt: Values.START + 1_000,
    });
    expect(scene.stored("asset").get(agent.id)?.timeZone).toBe("Europe/Berlin");
    expect(plane.events().at(-1)).toMatchObject({
      type: "AssetChanged",
      id: agent.id,
      body: { timeZone: "Europe/Berlin" },
    });
  });

  it("that the control plane didn't survive moves the asset at the next", () => {
    for (const moment of ["before", "after"] as const) {
      const { agent, scene, plane } = issued();
      plane.hooks[moment] = () => {
        plane.hooks[moment] = null;
        throw new ControlPlane.Death();
      };
      expect(
        plane.dies(plane.fettle.gateway.handle(agent.sign("checkIn", agent.checkInBody({ timeZone: "Asia/Kolkata" })))),
      ).toBe(true);
      agent.checkIn({ timeZone: "Asia/Kolkata" });
      expect([moment, scene.stored("asset").get(agent.id)?.timeZone]).toEqual([moment, "Asia/Kolkata"]);
    }
  });

  it("names at most 64 manifests, lowest first; the rest follow", () => {
    const scene = Scene.make();
    for (let n = 0; n <= MANIFESTS_PER_REPLY_MAX; n += 1) scene.enabled({ title: `job ${n}` });
    tick(scene);
    const [agent] = scene.agents;
    const versions = (manifestVersion: number) => agent?.checkIn({ manifestVersion }).manifests.map((m) => m.version);
    expect(versions(0)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
    expect(versions(64)).toEqual([65]);
    expect(versions(65)).toEqual([]);
  });
});

describe("a licence lost after its manifest was issued", () => {
  it.each([
    ["the seats went down", { licences: { PM: { seats: 0 } } }],
    ["a tag was excluded", { licences: { PM: { seats: 9, exclude: any("fleet") } } }],
  ])("LIC-06: as %s, nothing is sent, and the run says Not Licensed", (_, change) => {
    const { scene, plane, jobId, agent } = issued();
    plane.call(
      plane.fettle.subscriptions.save(manager, {
        plan: "Full",
        expiresAt: null,
        ...change,
      }),
    );
    plane.clock.pass(9_000);
    expect(agent.checkIn().manifests).toEqual([]);
    expect(statusOf(scene, jobId, agent)).toMatchObject({
      status: "NotLicensed",
      reason: expect.stringMatching(/LIC-0/),
      changedAt: Values.START + 9_000,
    });
    expect(plane.events().at(-1)).toMatchObject({ type: "ManifestWithheld" });
    expect(tick(scene)).toMatchObject({ issued: 0, completed: 1 });
  });

  it("LIC-02: as the plan ended, or ran out by itself, nothing is sent, and the run waits for the job to be enabled again", () => {
    const end = Values.START + Values.HOUR_MS;
    const endings = [
      (plane: ControlPlane.ControlPlane) =>
        plane.call(plane.fettle.subscriptions.save(manager, { plan: "Free", expiresAt: null, licences: {} })),
      (plane: ControlPlane.ControlPlane) => plane.clock.pass(Values.HOUR_MS),
    ];
    for (const ending of endings) {
      const { scene, plane, jobId, agent } = issued({ subscription: { expiresAt: end } });
      ending(plane);
      expect(agent.checkIn().manifests).toEqual([]);
      expect(statusOf(scene, jobId, agent)).toMatchObject({ status: "Pending" });
      expect(tick(scene)).toMatchObject({ issued: 0, completed: 0 });
    }
  });

  it("LIC-06: can't be outrun: a manifest named before is not handed out after", () => {
    const { scene, plane, jobId, agent } = issued();
    const digest = agent.checkIn().manifests[0]?.digest ?? "sha256:";
    plane.call(
      plane.fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 0 } } }),
    );
    const before = plane.storage.dump();
    expect(WireAgent.problemOf(agent.fetch(digest))).toMatchObject({
      status: 403,
      code: "not-entitled",
      rule: "LIC-06",
    });
    expect(plane.storage.dump()).toEqual(before);
    expect(agent.checkIn().manifests).toEqual([]);
    expect(statusOf(scene, jobId, agent)).toMatchObject({ status: "NotLicensed" });
  });

  it("LIC-06: is final: getting it back sends nothing more in that run, though another job is sent", () => {
    const { scene, plane, jobId, agent } = issued();
    plane.call(
      plane.fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 0 } } }),
    );
    agent.checkIn();
    plane.call(
      plane.fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 9 } } }),
    );
    tick(scene);
    expect(agent.checkIn().manifests).toEqual([]);
    const next = scene.enabled();
    tick(scene);
    const [offered] = agent.checkIn().manifests;
    expect(agent.manifest(offered?.digest ?? "sha256:").jobId).toBe(next);
    expect(statusOf(scene, jobId, agent)).toMatchObject({ status: "NotLicensed" });
  });

  it("LIC-06: leaves alone what the agent has taken already", () => {
    const { scene, plane, jobId, agent, runId } = issued();
    agent.report(1, WireAgent.status(runId, "Downloaded"), WireAgent.status(runId, "JobStarted"));
    plane.call(
      plane.fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 0 } } }),
    );
    // Even when it says that it holds nothing: a restored agent may not know.
    for (const manifestVersion of [0, 1]) expect(agent.checkIn({ manifestVersion }).manifests).toEqual([]);
    expect(statusOf(scene, jobId, agent)).toMatchObject({ status: "JobStarted" });
    agent.report(3, ...WireAgent.wholeRun(runId).slice(2));
    expect(statusOf(scene, jobId, agent)).toMatchObject({ status: "Completed" });
  });

  it("LIC-06: takes nothing from who is still licensed", () => {
    const { scene, plane, jobId } = issued({ agents: 2 });
    plane.call(
      plane.fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 1 } } }),
    );
    const offered = scene.agents.map((a) => a.checkIn().manifests.length);
    expect(offered).toEqual([1, 0]);
    expect(scene.agents.map((a) => statusOf(scene, jobId, a)?.status)).toEqual(["Pending", "NotLicensed"]);
  });
});
