import { describe, expect, it } from "vitest";
import * as Restored from "../../src/engine/agents/Restored.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";

const world = () => {
  const scene = Scene.make();
  const [agent] = scene.agents;
  if (agent === undefined) throw new Error("no agent");
  scene.plane.call(scene.plane.fettle.configurationProfiles.save(ControlPlane.manager, Values.profile("a")));
  return { scene, agent };
};

describe("the manifests of the patch module", () => {
  it("MAN-01: the configuration names what is collected and how often, a job's what is to be done, and a new one starts it", () => {
    const { scene, agent } = world();
    const { configuration } = agent.checkIn();
    const sealed = JSON.parse(Buffer.from(agent.fetch(configuration as `sha256:${string}`).body).toString("utf8"));
    const payload = JSON.parse(Buffer.from(sealed.payload, "base64").toString("utf8"));
    expect(payload).toMatchObject({ modules: expect.arrayContaining(["PM"]), scanIntervalSeconds: expect.any(Number) });
    expect(agent.checkIn({ configuration }).configuration).toBeNull();
    scene.enabled();
    Timed.tick(scene);
    const [manifest] = Timed.offered(agent);
    expect(manifest).toMatchObject({ kind: "deployment", reboot: { _tag: "Suppress" } });
    expect(agent.list((manifest?.list ?? "") as `sha256:${string}`).patches.map((p) => p.patchId)).toEqual(["P-1"]);
  });

  it("MAN-02: each manifest to an agent has a higher version than the one before, whatever job it is of, and is signed", () => {
    const { scene, agent } = world();
    const versions = ["one", "two", "three"].map((title) => {
      scene.enabled({ title });
      Timed.tick(scene);
      // Opened with the tenant's key: one that was not signed by it would throw.
      return Timed.offered(agent).map((m) => m.manifestVersion);
    });
    expect(versions).toEqual([[1], [1, 2], [1, 2, 3]]);
    expect(agent.checkIn({ manifestVersion: 2 }).manifests.map((m) => m.version)).toEqual([3]);
  });

  it("MAN-02: goes on from the number that an agent has seen, up to BEHIND_MAX beyond its own, and no claim ends the numbers", () => {
    const versionAfter = (claimed: number) => {
      const { scene, agent } = world();
      scene.enabled();
      Timed.tick(scene);
      agent.checkIn({ manifestVersion: claimed });
      scene.plane.clock.pass(60_000);
      Timed.tick(scene);
      return agent.checkIn().manifests.map((m) => m.version);
    };
    const furthest = 1 + Restored.BEHIND_MAX;
    expect(versionAfter(furthest)).toEqual([furthest + 1]);
    for (const claimed of [furthest + 1, Number.MAX_SAFE_INTEGER]) expect(versionAfter(claimed)).toEqual([]);
  });
});
