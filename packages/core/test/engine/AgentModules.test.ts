import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const activations = (scene: Scene.Scene) => [...scene.stored("asset").values()].map((a) => a.activations);

describe("modules of agents", () => {
  it("AGT-06: are activated agent by agent, each with its answer; VM brings CM and TP", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane, manager, agents } = scene;
    const [a, b] = agents.map((agent) => agent.id);
    plane.clock.pass(1_000);
    const ask = plane.fettle.agents.activate(manager, { assets: [b ?? "", a ?? "", "nobody"] }, ["VM"]);
    expect(plane.call(ask)).toMatchObject({
      changed: 2,
      items: [
        { assetId: a, outcome: "changed" },
        { assetId: b, outcome: "changed" },
        { assetId: "nobody", outcome: "refused", rejection: { rule: "TAG-05", code: "not-found" } },
      ],
    });
    const now = plane.clock.now();
    for (const each of activations(scene)) expect(each).toMatchObject({ VM: now, CM: now, TP: now, PM: Values.START });
    const again = plane.storage.dump();
    expect(plane.call(plane.fettle.agents.activate(manager, { assets: [a ?? ""] }, ["VM"]))).toMatchObject({
      changed: 0,
      items: [{ outcome: "unchanged" }],
    });
    expect(plane.storage.dump()).toEqual(again);
  });

  it("AGT-06: activating PM reaches the agent as another configuration at its next check-in", () => {
    const scene = Scene.make({ agents: 1 });
    const { plane, manager, agents } = scene;
    const [agent] = agents;
    const targets = { assets: [agent?.id ?? ""] };
    plane.call(plane.fettle.agents.deactivate(manager, targets, ["PM"]));
    const without = agent?.checkIn().configuration ?? null;
    expect(agent?.checkIn({ configuration: without }).configuration).toBeNull();
    plane.call(plane.fettle.agents.activate(manager, targets, ["PM"]));
    const withIt = agent?.checkIn({ configuration: without }).configuration;
    expect(withIt).toMatch(/^sha256:/);
    expect(withIt).not.toBe(without);
  });

  it("AGT-06: PC and SCA exclude each other on one agent, and go no further than it", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane, manager, agents } = scene;
    const [a, b] = agents.map((agent) => agent.id);
    plane.call(plane.fettle.agents.activate(manager, { assets: [a ?? ""] }, ["PC"]));
    const both = plane.fettle.agents.activate(manager, { assets: [a ?? "", b ?? ""] }, ["SCA"]);
    expect(plane.call(both).items.map((i) => [i.outcome, i.rejection?.rule ?? null])).toEqual([
      ["refused", "AGT-06"],
      ["changed", null],
    ]);
    expect(activations(scene).map((each) => Object.keys(each).sort().join(" "))).toEqual(["PC PM", "PM SCA"]);
  });

  it("AGT-06: are chosen by query too, in the caller's scope", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane, manager } = scene;
    const found = plane.call(plane.fettle.agents.activate(manager, { query: "name: machine-002" }, ["FIM"]));
    expect(found).toMatchObject({ changed: 1, items: [{ assetId: scene.agents[1]?.id }] });
    plane.users.set(Values.user("mia", "PatchManager", { _tag: "Tags", tags: ["lab"] }));
    const mia = ControlPlane.as("mia");
    expect(plane.call(plane.fettle.agents.activate(mia, { query: "name: machine*" }, ["FIM"]))).toEqual({
      changed: 0,
      items: [],
    });
    const named = plane.call(plane.fettle.agents.activate(mia, { assets: [scene.agents[0]?.id ?? ""] }, ["FIM"]));
    expect(named.items).toMatchObject([{ outcome: "refused", rejection: { rule: "TAG-05" } }]);
  });

  it("LIC-11: deactivated, a module frees its activation for another agent; activated again it stands last", () => {
    const scene = Scene.make({ agents: 2, subscription: { licences: { PM: { seats: 1 } } } });
    const { plane, manager, agents } = scene;
    const [a, b] = agents.map((agent) => agent.id);
    const licensed = () =>
      plane.call(plane.fettle.assets.search(manager, { assetQuery: "licensed: true" })).rows.map((r) => r.asset.id);
    expect(licensed()).toEqual([a]);
    plane.call(plane.fettle.agents.deactivate(manager, { assets: [a ?? ""] }, ["PM"]));
    expect(licensed()).toEqual([b]);
    plane.clock.pass(1_000);
    plane.call(plane.fettle.agents.activate(manager, { assets: [a ?? ""] }, ["PM"]));
    expect(licensed()).toEqual([b]);
  });

  it.each<[string, Parameters<ControlPlane.ControlPlane["fettle"]["agents"]["activate"]>[2], string]>([
    ["no module", [], "AGT-06"],
    ["what is none", ["XX" as never], "AGT-06"],
    ["one that comes with another only", ["CM"], "AGT-06"],
    ["two that exclude each other", ["PC", "SCA"], "AGT-06"],
  ])("AGT-06: refuses as a whole to activate %s, and changes nothing", (_, modules, rule) => {
    const { plane, manager, agents } = Scene.make();
    const before = plane.storage.dump();
    const ask = plane.fettle.agents.activate(manager, { assets: [agents[0]?.id ?? ""] }, modules);
    expect(plane.rejections(ask)).toMatchObject([{ rule, path: "modules" }]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("AGT-06: AI stays: to deactivate it is refused", () => {
    const { plane, manager, agents } = Scene.make();
    const ask = plane.fettle.agents.deactivate(manager, { assets: [agents[0]?.id ?? ""] }, ["AI"]);
    expect(plane.rejections(ask)).toMatchObject([{ rule: "AGT-06", code: "conflict" }]);
  });

  it("AGT-06: an asset whose agent is gone has no FIM, EDR or PM activated", () => {
    const { plane, manager, agents } = Scene.make();
    const id = agents[0]?.id ?? "";
    plane.call(plane.fettle.agents.deactivate(manager, { assets: [id] }, ["PM"]));
    plane.call(
      plane.storage.commit({
        tenantId: "acme",
        expect: [],
        counters: [],
        uniques: [],
        writes: [{ _tag: "Delete", kind: "agent", id }],
        events: [],
        audit: [],
      }),
    );
    const ask = plane.fettle.agents.activate(manager, { assets: [id] }, ["PM"]);
    expect(plane.call(ask).items).toMatchObject([{ outcome: "refused", rejection: { rule: "AGT-06" } }]);
  });
});
