import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as KeySpreads from "../../src/engine/agents/KeySpreads.ts";
import * as Random from "../../src/testing/simulation/Random.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const full = (seats: number) => ({ plan: "Full", expiresAt: null, licences: { PM: { seats } } }) as const;

describe("an activation key's terms", () => {
  it("KEY-01: are changed one by one; what is left out stays, and limits hold from then on", () => {
    const { plane, manager, issued } = Scene.make({ agents: 0 });
    const { keys } = plane.fettle;
    const { key } = plane.call(keys.update(manager, issued.key.id, { title: "renamed", agentsMax: 1 }));
    expect(key).toEqual({ ...issued.key, title: "renamed", agentsMax: 1 });
    expect(WireAgent.make(plane, 1).provision(issued).status).toBe(200);
    expect(WireAgent.problemOf(WireAgent.make(plane, 2).provision(issued))).toMatchObject({ rule: "KEY-01" });
    plane.call(keys.update(manager, key.id, { agentsMax: null }));
    expect(WireAgent.make(plane, 2).provision(issued).status).toBe(200);
    // Below what it has admitted already: it admits none, and takes nothing back.
    plane.call(keys.update(manager, key.id, { agentsMax: 1 }));
    expect(WireAgent.make(plane, 3).provision(issued).status).toBe(403);
    expect(plane.call(keys.get(manager, key.id))).toMatchObject({
      admitted: 2,
      status: { _tag: "UsedUp", agentsMax: 1 },
    });
  });

  it("KEY-01: are said to be wrong all at once, and nothing is saved", () => {
    const { plane, manager, issued } = Scene.make({ agents: 0 });
    const before = plane.storage.dump();
    const wrong = { title: "", tags: ["nowhere"], modules: ["PC", "SCA"], agentsMax: 0, expiresAt: -1 } as const;
    const paths = ["title", "tags", "modules", "agentsMax", "expiresAt"];
    expect(plane.rejections(plane.fettle.keys.create(manager, wrong)).map((r) => r.path)).toEqual(paths);
    expect(plane.rejections(plane.fettle.keys.update(manager, issued.key.id, wrong)).map((r) => r.path)).toEqual(paths);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("KEY-01: there are at most as many keys as the limit says; a deletion makes room", () => {
    const { plane, manager, issued } = Scene.make({ agents: 0, subscription: { limits: { activationKeysMax: 2 } } });
    const { keys } = plane.fettle;
    plane.call(keys.create(manager, { title: "b" }));
    const before = plane.storage.dump();
    expect(plane.rejections(keys.create(manager, { title: "c" }))).toMatchObject([
      { rule: "KEY-01", code: "exhausted" },
    ]);
    expect(plane.storage.dump()).toEqual(before);
    plane.call(keys.delete(manager, issued.key.id));
    plane.call(keys.create(manager, { title: "c" }));
  });

  it("KEY-01: disabled it admits none, enabled again it does; its agents stay", () => {
    const { plane, manager, issued, agents } = Scene.make();
    const { keys } = plane.fettle;
    plane.call(keys.disable(manager, issued.key.id));
    expect(plane.call(keys.get(manager, issued.key.id)).status).toEqual({ _tag: "Disabled" });
    const before = plane.storage.dump();
    expect(WireAgent.problemOf(WireAgent.make(plane, 2).provision(issued))).toMatchObject({ rule: "KEY-01" });
    plane.call(keys.disable(manager, issued.key.id));
    expect(plane.storage.dump()).toEqual(before);
    expect(agents[0]?.checkIn().nextCheckInSeconds).toBe(900);
    plane.call(keys.enable(manager, issued.key.id));
    expect(WireAgent.make(plane, 2).provision(issued).status).toBe(200);
  });

  it("KEY-01: deleted it admits none and is gone; its agents stay", () => {
    const { plane, manager, issued, agents, stored } = Scene.make();
    const { keys } = plane.fettle;
    expect(plane.call(keys.delete(manager, issued.key.id))).toEqual({ deleted: issued.key.id });
    expect(WireAgent.problemOf(WireAgent.make(plane, 2).provision(issued))).toMatchObject({ code: "key-refused" });
    expect(plane.call(keys.list(manager))).toEqual([]);
    expect(agents[0]?.checkIn().nextCheckInSeconds).toBe(900);
    expect(stored("asset").get(agents[0]?.id ?? "")?.activationKey).toBe(issued.key.id);
    for (const ask of [
      keys.get(manager, issued.key.id),
      keys.update(manager, issued.key.id, {}),
      keys.enable(manager, issued.key.id),
      keys.delete(manager, issued.key.id),
    ]) {
      expect(plane.rejections(ask)).toMatchObject([{ rule: "KEY-01", code: "not-found", path: "keyId" }]);
    }
  });

  it.each(["disable", "delete"] as const)(
    "KEY-01: whoever is being admitted while somebody asks to %s the key is admitted by what stands, or not at all",
    (method) => {
      const { plane, manager, issued, stored } = Scene.make({ agents: 0 });
      plane.hooks.before = (batch) => {
        if (!batch.writes.some((w) => w.kind === "agent")) return;
        plane.hooks.before = null;
        plane.call<unknown, unknown>(plane.fettle.keys[method](manager, issued.key.id));
      };
      expect(WireAgent.make(plane, 1).provision(issued).status).toBe(503);
      expect(stored("agent").size).toBe(0);
    },
  );

  it("KEY-01: lowered while agents are being admitted, its count is exact all the same", async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const plane = ControlPlane.make({ interleave: Random.make(`lowered ${seed}`) });
      const { fettle } = plane;
      const { manager } = ControlPlane;
      await Effect.runPromise(fettle.subscriptions.save(manager, full(100)));
      const issued = await Effect.runPromise(fettle.keys.create(manager, { title: "k", agentsMax: 8 }));
      const asks = Array.from({ length: 8 }, (_, i) => {
        const agent = WireAgent.make(plane, i + 1);
        return fettle.gateway.handle(agent.sign("provision", agent.provisionBody(issued)));
      });
      const lower = Effect.result(fettle.keys.update(manager, issued.key.id, { agentsMax: 3 }));
      await Effect.runPromise(
        Effect.all([...asks, lower] as readonly Effect.Effect<unknown>[], { concurrency: "unbounded" }),
      );
      const view = plane.call(fettle.keys.get(manager, issued.key.id));
      expect(view.key.agentsMax).toBe(3);
      const assets = plane.call(plane.storage.list("acme", "asset", { limit: 100 }));
      expect(assets).toHaveLength(view.admitted);
      // From the change on none is admitted beyond it.
      for (let n = 20; n < 24; n += 1) WireAgent.make(plane, n).provision(issued);
      const admitted = plane.call(fettle.keys.get(manager, issued.key.id)).admitted;
      expect(admitted).toBe(Math.max(3, view.admitted));
    }
  });
});

describe("what a key still admits", () => {
  it("KEY-01: is told per module, by its count and by the licence's seats", () => {
    const { plane, manager } = Scene.make({
      agents: 1,
      subscription: { licences: { PM: { seats: 3 }, VM: { seats: 9 } } },
    });
    const { keys } = plane.fettle;
    const made = plane.call(keys.create(manager, { title: "k", modules: ["VM", "PM"], agentsMax: 5 }));
    const { modules, status } = plane.call(keys.get(manager, made.key.id));
    expect(status).toEqual({ _tag: "Active", remaining: 5, until: null });
    expect(modules).toEqual([
      { module: "VM", remaining: 5 },
      { module: "PM", remaining: 2 },
      { module: "CM", remaining: 5 },
      { module: "TP", remaining: 5 },
    ]);
  });

  it("LIC-12: on Trial the licence sets no end", () => {
    const { plane, manager, issued } = Scene.make({ agents: 1, subscription: { plan: "Trial" } });
    expect(plane.call(plane.fettle.keys.get(manager, issued.key.id)).modules).toEqual([
      { module: "PM", remaining: null },
    ]);
  });

  it("KEY-03: no list and no key that is told has the secret or its digest", () => {
    const { plane, manager, issued } = Scene.make({ agents: 0 });
    const { keys } = plane.fettle;
    const told = JSON.stringify([plane.call(keys.list(manager)), plane.call(keys.get(manager, issued.key.id))]);
    expect(told).toContain(issued.key.id);
    expect(told).not.toContain(issued.secret);
    expect(told).not.toContain(issued.key.secretDigest);
  });
});

describe("other modules of a key", () => {
  const modulesOf = (scene: Scene.Scene) =>
    [...scene.stored("asset").values()].map((a) => Object.keys(a.activations).sort().join(" "));

  it("KEY-02: for future agents only, leave those that are there as they are", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane, manager, issued } = scene;
    const { spread } = plane.call(plane.fettle.keys.update(manager, issued.key.id, { modules: ["PM", "VM"] }));
    expect(spread).toBeNull();
    expect(modulesOf(scene)).toEqual(["PM", "PM"]);
    WireAgent.make(plane, 3).provision(issued);
    expect(modulesOf(scene)).toEqual(["PM", "PM", "CM PM TP VM"]);
  });

  it("KEY-02: for all its agents, are brought to each of them and to no others, and each is told at its next check-in", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane, manager, issued, agents } = scene;
    const other = plane.call(plane.fettle.keys.create(manager, { title: "other", modules: ["VM"] }));
    WireAgent.make(plane, 3).provision(other);
    const held = agents[0]?.checkIn().configuration ?? null;
    const update = { modules: ["FIM"], modulesFor: "all" } as const;
    const { key, spread } = plane.call(plane.fettle.keys.update(manager, issued.key.id, update));
    expect(spread).toEqual({ changed: 2, refused: [], isComplete: true });
    expect(key.spreading).toBeNull();
    expect(modulesOf(scene)).toEqual(["FIM", "FIM", "CM TP VM"]);
    const next = agents[0]?.checkIn({ configuration: held }).configuration;
    expect(next).toMatch(/^sha256:/);
    expect(next).not.toBe(held);
  });

  it("KEY-02: agent by agent: one that can't have it is told with its reason, the others have it", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane, manager, issued, agents } = scene;
    plane.call(plane.fettle.agents.activate(manager, { assets: [agents[0]?.id ?? ""] }, ["PC"]));
    const update = { modules: ["PM", "SCA"], modulesFor: "all" } as const;
    const { spread } = plane.call(plane.fettle.keys.update(manager, issued.key.id, update));
    expect(spread).toMatchObject({
      changed: 1,
      refused: [{ assetId: agents[0]?.id, outcome: "refused", rejection: { rule: "AGT-06" } }],
    });
    expect(modulesOf(scene)).toEqual(["PC PM", "PM SCA"]);
    expect(plane.events().some((e) => e.type === "ModulesRefused" && e.id === agents[0]?.id)).toBe(true);
  });

  it("KEY-02: cut off half way, are brought to the rest by the ticks; a second change waits for the first", () => {
    const scene = Scene.make({ agents: 5 });
    const { plane, manager, issued } = scene;
    const { keys } = plane.fettle;
    plane.hooks.after = (batch) => {
      if (!batch.writes.some((w) => w.kind === "activationKey")) return;
      plane.hooks.after = null;
      throw new ControlPlane.Death();
    };
    const update = { modules: ["PM", "VM"], modulesFor: "all" } as const;
    expect(plane.dies(keys.update(manager, issued.key.id, update))).toBe(true);
    expect(modulesOf(scene)).toEqual(Array.from({ length: 5 }, () => "PM"));
    expect(
      plane.rejections(keys.update(manager, issued.key.id, { modules: ["FIM"], modulesFor: "all" })),
    ).toMatchObject([{ rule: "KEY-02", code: "conflict" }]);
    const some = KeySpreads.resume(ControlPlane.TENANT, issued.key.id, 2);
    expect(plane.call(Effect.provideContext(some, plane.ports))).toMatchObject({ changed: 2, isComplete: false });
    expect(modulesOf(scene).filter((m) => m === "CM PM TP VM")).toHaveLength(2);
    plane.call(plane.fettle.tick());
    expect(modulesOf(scene)).toEqual(Array.from({ length: 5 }, () => "CM PM TP VM"));
    expect(scene.stored("activationKey").get(issued.key.id)?.spreading).toBeNull();
  });

  it("KEY-02: of a key that is deleted meanwhile, go no further, and don't bring it back", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane, manager, issued } = scene;
    plane.hooks.before = (batch) => {
      if (!batch.writes.some((w) => w.kind === "asset")) return;
      plane.hooks.before = null;
      plane.call(plane.fettle.keys.delete(manager, issued.key.id));
    };
    const update = { modules: ["PM", "FIM"], modulesFor: "all" } as const;
    expect(plane.call(plane.fettle.keys.update(manager, issued.key.id, update)).spread?.changed).toBe(0);
    expect(scene.stored("activationKey").size).toBe(0);
    expect(modulesOf(scene)).toEqual(["PM", "PM"]);
  });

  it("KEY-02: whose agents check in all the while come through", () => {
    const scene = Scene.make({ agents: 4 });
    const { plane, manager, issued, agents } = scene;
    let rivals = 3;
    plane.hooks.before = (batch) => {
      if (rivals === 0 || !batch.writes.some((w) => w.kind === "asset")) return;
      rivals -= 1;
      agents[rivals]?.checkIn();
    };
    const update = { modules: ["PM", "FIM"], modulesFor: "all" } as const;
    expect(plane.call(plane.fettle.keys.update(manager, issued.key.id, update)).spread?.isComplete).toBe(true);
    expect(rivals).toBe(0);
    expect(modulesOf(scene)).toEqual(Array.from({ length: 4 }, () => "FIM PM"));
  });
});

describe("an installation", () => {
  const build = { product: "fettle-agent", version: "1.0-1", architecture: "x86_64" } as const;
  const input = (secret: string) =>
    ({ operatingSystem: "linux-rpm", secret, server: "https://patch.example.com", build }) as const;

  it("KEY-03: its commands have the key's secret as the caller gives it, and the tenant's fingerprint; nothing is kept", () => {
    const { plane, manager, issued } = Scene.make({ agents: 0 });
    const before = plane.storage.dump();
    const ask = plane.fettle.keys.installCommands(manager, issued.key.id, input(issued.secret));
    const text = plane
      .call(ask)
      .install.map((c) => c.text)
      .join("\n");
    expect(text).toContain(`${issued.key.id}.${issued.secret}`);
    expect(text).toContain(issued.tenantKeyFingerprint);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("KEY-03: isn't told to who hasn't the secret", () => {
    const { plane, manager, issued } = Scene.make({ agents: 0 });
    const ask = plane.fettle.keys.installCommands(manager, issued.key.id, input(`${issued.secret}x`));
    expect(plane.rejections(ask)).toMatchObject([{ rule: "KEY-03", code: "invalid", path: "secret" }]);
  });

  it("KEY-05: is checked before: the machine, and whether the key admits it", () => {
    const { plane, manager, issued } = Scene.make({ agents: 0 });
    const { keys } = plane.fettle;
    const facts = {
      operatingSystem: { id: "rocky", version: "9.4", architecture: "x86_64" },
      rootCertificates: 140,
      artefacts: ["a.rpm"],
      controlPlane: { _tag: "Reached", milliseconds: 5, clockSkewSeconds: 0 },
      unknown: {},
    } as const;
    const systems = [{ id: "rocky", from: "8" }];
    const requirements = {
      systems,
      architectures: ["x86_64"],
      artefacts: ["a.rpm"],
      server: "https://patch.example.com",
    };
    const check = () => plane.call(keys.preInstallCheck(manager, issued.key.id, { facts, requirements }));
    expect(check()).toMatchObject({ isReady: true, key: { _tag: "Active" } });
    plane.call(keys.disable(manager, issued.key.id));
    expect(check()).toMatchObject({ isReady: false, key: { _tag: "Disabled" } });
  });

  it("KEY-04: the key's tags bring profile, licence and job to the agent at its first check-in", () => {
    const { plane, manager } = Scene.make({
      agents: 0,
      subscription: { licences: { PM: { seats: 5, include: Values.any("lab") } } },
    });
    const { configurationProfiles, keys, jobs } = plane.fettle;
    const targets = Values.select({ include: Values.any("lab") });
    plane.call(
      configurationProfiles.save(manager, { name: "lab", targets, settings: { statusIntervalSeconds: 1_234 } }),
    );
    const issued = plane.call(keys.create(manager, { title: "lab", tags: ["lab"] }));
    const agent = WireAgent.make(plane, 1);
    agent.provision(issued);
    agent.snapshot(Scene.installed);
    const job = plane.call(jobs.create(manager, Values.draft({ targets })));
    plane.call(jobs.enable(manager, job.id));
    plane.call(plane.fettle.tick());
    const first = agent.checkIn();
    expect(first).toMatchObject({ nextCheckInSeconds: 1_234, manifests: [{ version: 1 }] });
  });

  it("AGT-16: takes a seat when it is provisioned, not before: an image with an agent that isn't holds none", () => {
    const { plane, manager, issued } = Scene.make({ agents: 0, subscription: { licences: { PM: { seats: 1 } } } });
    const { keys } = plane.fettle;
    const left = () => plane.call(keys.get(manager, issued.key.id)).modules;
    const [image, twin] = [1, 2].map((n) => WireAgent.make(plane, n));
    const request = image?.sign("provision", image.provisionBody(issued));
    expect(left()).toEqual([{ module: "PM", remaining: 1 }]);
    twin?.provision(issued);
    expect(left()).toEqual([{ module: "PM", remaining: 0 }]);
    if (request !== undefined) image?.send(request);
    expect(plane.call(keys.get(manager, issued.key.id)).admitted).toBe(2);
  });
});
