import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import type * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;

const world = () => {
  const scene = Scene.make();
  const [agent] = scene.agents;
  if (agent === undefined) throw new Error("no agent");
  const { fettle, call } = scene.plane;
  call(fettle.configurationProfiles.save(manager, Values.profile("a")));
  return {
    scene,
    agent,
    ...scene.plane,
    configuration: () => scene.stored("agent").get(agent.id)?.configuration ?? null,
    log: () => call(fettle.agents.activity(manager, agent.id)).map((e) => e.words),
    status: () => call(fettle.assets.operations(manager, agent.id)).words,
  };
};

describe("what an agent did, and how far its patch module came", () => {
  it("AGT-05: is noted as it is seen: provisioned, scanned, configuration, manifest and agent taken, the latest first", () => {
    const { scene, agent, configuration, log, call, fettle } = world();
    agent.fetch((configuration() ?? "") as `sha256:${string}`);
    const jobId = scene.enabled();
    Timed.tick(scene);
    for (const offered of agent.checkIn().manifests) agent.manifest(offered.digest as `sha256:${string}`);
    agent.checkIn({ agentVersion: "1.1.0" });
    agent.checkIn({ agentVersion: "1.1.0" });
    expect(log()).toEqual([
      "Agent Downloaded",
      "Manifest Downloaded",
      "Configuration Downloaded",
      "Scan Complete",
      "Inventory Scan Complete",
      "Provisioned",
    ]);
    const entries = call(fettle.agents.activity(manager, agent.id));
    expect(entries.slice(0, 2).map((e) => e.about)).toEqual(["1.1.0", scene.run(jobId).id]);
    const timeline = call(fettle.runs.timeline(manager, scene.run(jobId).id, agent.id));
    expect(timeline.map((e) => e.what._tag)).toEqual(["Planned", "Issued", "Fetched"]);
  });

  it("RUN-09: follows what the agent takes, holds and refuses", () => {
    const { scene, agent, configuration, status } = world();
    expect(status()).toBe("Enabled");
    agent.fetch((configuration() ?? "") as `sha256:${string}`);
    expect(status()).toBe("Configuring");
    const refused = { _tag: "Refusal", document: configuration(), runId: null, reason: "malformed", message: "?" };
    agent.report(1, refused as WireAgent.FactBody);
    expect(status()).toBe("Configuring - Failed");
    agent.checkIn({ configuration: configuration() });
    expect(status()).toBe("Scanned");
    scene.enabled();
    Timed.tick(scene);
    const [offered] = agent.checkIn({ configuration: configuration() }).manifests;
    agent.manifest((offered?.digest ?? "") as `sha256:${string}`);
    expect(status()).toBe("Assigning");
    agent.checkIn({ configuration: configuration(), manifestVersion: 1 });
    expect(status()).toBe("Assigned");
  });

  it("RUN-09: a manifest that the agent refused is Assigning - Failed", () => {
    const { scene, agent, configuration, status } = world();
    agent.checkIn({ configuration: configuration() });
    scene.enabled();
    Timed.tick(scene);
    const [offered] = agent.checkIn({ configuration: configuration() }).manifests;
    const refused = { _tag: "Refusal", document: offered?.digest, runId: null, reason: "foreign", message: "not mine" };
    agent.report(1, refused as WireAgent.FactBody);
    expect(status()).toBe("Assigning - Failed");
  });

  it("RUN-02: is Disabled where its profile turns the module off, and Deactivated where it isn't active", () => {
    const { agent, status, fettle, call } = world();
    const targets = Values.select({ include: Values.any("fleet") });
    call(fettle.configurationProfiles.save(manager, { name: "off", targets, settings: { isPmEnabled: false } }));
    const order = call(fettle.configurationProfiles.list(manager)).map((p) => [p.name, p.id] as const);
    const off = order.find(([name]) => name === "off")?.[1] ?? "";
    const others = order.map(([, id]) => id).filter((id) => id !== off && id !== "default");
    call(fettle.configurationProfiles.reorder(manager, [off, ...others, "default"]));
    expect(status()).toBe("Disabled");
    call(fettle.agents.deactivate(manager, { assets: [agent.id] }, ["PM"]));
    expect(status()).toBe("Deactivated");
  });

  it("TAG-05: neither is there for who doesn't see the asset, and both go with it", () => {
    const { scene, agent, fettle, rejections, users } = world();
    scene.plane.call(fettle.agents.uninstall(manager, { assets: [agent.id] }));
    const asks = [fettle.agents.activity(manager, agent.id), fettle.assets.operations(manager, agent.id)];
    users.set({ id: "mara", roles: ["PatchManager"], scope: { _tag: "Tags", tags: ["lab"] } });
    for (const ask of asks) expect(rejections(ask)).toMatchObject([{ rule: "TAG-05", code: "not-found" }]);
    agent.leave();
    expect(scene.stored("activity").size).toBe(0);
  });

  it("CFG-07: what an agent did goes by age with events, and a legal hold keeps it", () => {
    const { scene, agent, fettle, call, clock, log } = world();
    const kept = () => scene.stored("activity").get(agent.id)?.entries.length;
    const before = kept();
    call(fettle.retention.save(manager, { runsDays: null, eventsDays: 30, auditDays: null }));
    call(fettle.retention.hold(manager, { reason: "case 1" }));
    clock.pass(31 * 24 * Values.HOUR_MS);
    Timed.tick(scene);
    expect(kept()).toBe(before);
    call(fettle.retention.release(manager));
    expect(log()).toEqual([]);
    agent.snapshot(Scene.installed);
    Timed.tick(scene);
    expect(kept()).toBe(2);
    expect(log()).toEqual(["Scan Complete", "Inventory Scan Complete"]);
  });
});
