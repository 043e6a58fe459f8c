import { describe, expect, it } from "vitest";
import * as Scene from "../scenario/Scene.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const nic = (address: string) => ({ name: "eth0", mac: "00:50:56:00:00:01", addresses: [address], gateway: null });

const scene = () => {
  const made = Scene.make();
  const [agent] = made.agents;
  if (agent === undefined) throw new Error("no agent");
  const { plane, manager } = made;
  return {
    ...made,
    agent,
    assets: () => plane.call(plane.fettle.assets.search(manager, {})).rows,
    changes: () => plane.events().filter((e) => e.type === "AssetChanged"),
  };
};

describe("what a machine says of itself", () => {
  it("AST-01: under another name and address it is the same asset, for it is known by its host id", () => {
    const { agent, assets, changes, plane, manager } = scene();
    agent.snapshot(Scene.installed, { name: "web-01", interfaces: [nic("192.0.2.7")] });
    const before = assets();
    agent.snapshot(Scene.installed, { name: "web-02.example.org", interfaces: [nic("198.51.100.9")] });
    const after = assets();
    expect([before.length, after.length]).toEqual([1, 1]);
    expect(before[0]?.asset).toMatchObject({ id: agent.id, name: "web-01" });
    expect(after[0]?.asset).toMatchObject({
      id: agent.id,
      name: "web-02.example.org",
      facts: { interfaces: [nic("198.51.100.9")] },
    });
    expect(changes().at(-1)).toMatchObject({ id: agent.id, body: { changed: ["facts.interfaces", "name"] } });
    const find = (assetQuery: string) => plane.call(plane.fettle.assets.search(manager, { assetQuery })).total;
    expect([find("interfaces.address: 198.51.100.0/24"), find("interfaces.address: 192.0.2.7")]).toEqual([1, 0]);
  });

  it("AST-01: two hosts of one name and address are two assets", () => {
    const { agent, plane, issued, assets } = scene();
    const other = WireAgent.make(plane, 2);
    other.provision(issued);
    for (const one of [agent, other]) one.snapshot(Scene.installed, { name: "twin", interfaces: [nic("192.0.2.7")] });
    expect(assets().map((r) => [r.asset.id, r.asset.name])).toEqual([
      [agent.id, "twin"],
      [other.id, "twin"],
    ]);
  });

  it("AST-02, AST-10: facts that changed alone are taken without the packages, which stay assessed", () => {
    const { agent, assets, stored, changes } = scene();
    const held = stored("snapshot").get(agent.id)?.digest;
    const count = changes().length;
    const reply = agent.snapshot(null, { osName: "Rocky Linux 9.5", release: "rocky:9.5", loggedInUser: "alice" });
    expect(assets()[0]).toMatchObject({
      missing: 2,
      asset: { osName: "Rocky Linux 9.5", facts: { release: "rocky:9.5", loggedInUser: "alice" } },
    });
    expect(stored("snapshot").get(agent.id)?.digest).toBe(held);
    expect(changes()).toHaveLength(count + 1);
    expect(agent.checkIn({ snapshot: reply.snapshot }).wantSnapshot).toBe(false);
  });

  it("SYN-02: another report than the platform holds is asked for, though the packages are the same", () => {
    const { agent } = scene();
    const first = agent.snapshot(Scene.installed, { name: "web-01" });
    agent.snapshot(Scene.installed, { name: "web-02" });
    expect(agent.checkIn({ snapshot: first.snapshot }).wantSnapshot).toBe(true);
  });

  it("says nothing new when it says the same again", () => {
    const { agent, changes } = scene();
    agent.snapshot(Scene.installed, { name: "web-01" });
    const count = changes().length;
    agent.snapshot(Scene.installed, { name: "web-01" });
    expect(changes()).toHaveLength(count);
  });

  it("SYN-03: a report without packages is sent back when none are held, and nothing of it is kept", () => {
    const { plane, issued, manager } = scene();
    const late = WireAgent.make(plane, 2);
    late.provision(issued);
    const reply = late.send(late.sign("snapshot", late.snapshotBody(null, { name: "late" })));
    expect(WireAgent.problemOf(reply)).toMatchObject({ code: "unavailable", status: 503 });
    const rows = plane.call(plane.fettle.assets.search(manager, { assetQuery: `id: ${late.id}` })).rows;
    expect(rows).toMatchObject([{ asset: { name: "machine-002" }, missing: null }]);
    expect(late.checkIn().wantSnapshot).toBe(true);
  });

  it("TAG-08: brings and takes dynamic tags in the same commit", () => {
    const { plane, manager, agent, assets } = scene();
    const rule = { _tag: "Dynamic", query: "lastLoggedOnUser: alice" } as const;
    plane.call(plane.fettle.tags.save(manager, { id: "alices", name: "Alice's", rule }));
    agent.snapshot(null, { loggedInUser: "alice" });
    expect(assets()[0]?.asset.tags).toContain("alices");
    agent.snapshot(null, { loggedInUser: null });
    expect(assets()[0]?.asset.tags).not.toContain("alices");
  });

  it("JOB-18: a change of the asset meanwhile is not lost", () => {
    const { plane, manager, agent, assets } = scene();
    plane.hooks.before = (batch) => {
      if (!batch.writes.some((w) => w.kind === "snapshot")) return;
      plane.hooks.before = null;
      plane.call(plane.fettle.tags.assign(manager, { tag: "lab", assets: [agent.id] }));
    };
    agent.snapshot(Scene.installed, { name: "web-01" });
    expect(assets()[0]?.asset).toMatchObject({ name: "web-01", assignedTags: ["cloud-agent", "fleet", "lab"] });
  });
});
