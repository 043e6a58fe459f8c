import { describe, expect, it } from "vitest";
import type { TagRule } from "../../src/domain/tag/TagTree.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const { any, select } = Values;
const { manager } = ControlPlane;
const dynamic = (query: string): TagRule => ({ _tag: "Dynamic", query });

describe("giving tags to assets", () => {
  it("AST-09: answers for each asset, in the order in which they were named, each once", () => {
    const scene = Scene.make({ agents: 2 });
    const { fettle, call } = scene.plane;
    const [a = "", b = ""] = scene.agents.map((agent) => agent.id);
    call(fettle.tags.assign(manager, { tag: "web", assets: [a] }));
    const answer = call(fettle.tags.assign(manager, { tag: "web", assets: [b, "nobody", a, b] }));
    expect(answer).toMatchObject({
      changed: 1,
      items: [
        { assetId: b, outcome: "changed", rejection: null },
        { assetId: "nobody", outcome: "refused", rejection: { rule: "TAG-05", code: "not-found" } },
        { assetId: a, outcome: "unchanged", rejection: null },
      ],
    });
    expect(scene.stored("asset").get(b)).toMatchObject({
      assignedTags: ["cloud-agent", "fleet", "web"],
      tags: ["cloud-agent", "fleet", "web"],
    });
    const events = scene.plane.events().filter((e) => e.type === "AssetChanged");
    expect(events.map((e) => [e.id, e.body])).toEqual([
      [a, { by: "user:mara", entered: ["web"], left: [] }],
      [b, { by: "user:mara", entered: ["web"], left: [] }],
    ]);
  });

  it("AST-09: takes them back the same way", () => {
    const scene = Scene.make({ agents: 1 });
    const { fettle, call } = scene.plane;
    const [a = ""] = scene.agents.map((agent) => agent.id);
    expect(call(fettle.tags.unassign(manager, { tag: "fleet", assets: [a] })).changed).toBe(1);
    expect(call(fettle.tags.unassign(manager, { tag: "fleet", assets: [a] })).items[0]?.outcome).toBe("unchanged");
    expect(scene.stored("asset").get(a)?.tags).toEqual(["cloud-agent"]);
    expect(scene.plane.events().at(-1)).toMatchObject({ body: { entered: [], left: ["fleet"] } });
  });

  it("TAG-07: an asset with an agent carries Cloud Agent from the first, whatever its activation key says", () => {
    const scene = Scene.make({ agents: 1 });
    expect(scene.stored("asset").get(scene.agents[0]?.id ?? "")?.tags).toContain("cloud-agent");
    expect(scene.issued.key.tags).not.toContain("cloud-agent");
  });

  it("TAG-02, CFG-08: brings the assets' agents, in the same commit, the configuration that they now fall under", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane } = scene;
    const { fettle, call } = plane;
    const [first, second] = scene.agents;
    const targets = select({ include: any("fleet"), exclude: any("web") });
    call(
      fettle.configurationProfiles.save(
        manager,
        Values.profile("slow", { targets, settings: { statusIntervalSeconds: 2_700 } }),
      ),
    );
    expect(first?.checkIn().nextCheckInSeconds).toBe(2_700);
    plane.hooks.after = (batch) => {
      if (batch.events.some((e) => e.type === "AssetChanged")) throw new ControlPlane.Death();
    };
    expect(plane.dies(fettle.tags.assign(manager, { tag: "web", assets: [first?.id ?? ""] }))).toBe(true);
    plane.hooks.after = null;
    expect(first?.checkIn().nextCheckInSeconds).toBe(900);
    expect(second?.checkIn().nextCheckInSeconds).toBe(2_700);
  });

  it("stands though agents check in just then, and nothing of what they bring is lost", () => {
    const scene = Scene.make({ agents: 1 });
    const { plane } = scene;
    const [agent] = scene.agents;
    let rivals = 2;
    plane.hooks.before = (batch) => {
      if (rivals === 0 || !batch.events.some((e) => e.type === "AssetChanged")) return;
      rivals -= 1;
      const { before } = plane.hooks;
      plane.hooks.before = null;
      agent?.checkIn({ timeZone: `Etc/GMT+${rivals + 1}` });
      plane.hooks.before = before;
    };
    plane.call(plane.fettle.tags.assign(manager, { tag: "web", assets: [agent?.id ?? ""] }));
    expect(rivals).toBe(0);
    expect(scene.stored("asset").get(agent?.id ?? "")).toMatchObject({
      timeZone: "Etc/GMT+1",
      tags: ["cloud-agent", "fleet", "web"],
    });
  });

  it("AST-09: as many at once as the subscription allows, and one more is refused", () => {
    const scene = Scene.make({ agents: 3, subscription: { limits: { assetsPerBulkMax: 2 } } });
    const { fettle, call, rejections } = scene.plane;
    const assets = scene.agents.map((a) => a.id);
    expect(rejections(fettle.tags.assign(manager, { tag: "web", assets }))).toMatchObject([
      { rule: "AST-09", path: "assets" },
    ]);
    expect(call(fettle.tags.assign(manager, { tag: "web", assets: assets.slice(0, 2) })).changed).toBe(2);
  });

  it("under an idempotency key is done once, and answers the same again", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane } = scene;
    const { fettle, call, rejections } = plane;
    const [a = "", b = ""] = scene.agents.map((agent) => agent.id);
    const input = { tag: "web", assets: [a, "nobody"] };
    const once = { idempotencyKey: "import-17" };
    const first = call(fettle.tags.assign(manager, input, once));
    call(fettle.tags.unassign(manager, { tag: "web", assets: [a] }));
    const before = plane.storage.dump();
    expect(call(fettle.tags.assign(manager, input, once))).toEqual(first);
    expect(rejections(fettle.tags.assign(manager, { ...input, assets: [b] }, once))).toMatchObject([
      { code: "conflict", path: "idempotencyKey" },
    ]);
    expect(rejections(fettle.tags.unassign(manager, input, once))).toMatchObject([{ code: "conflict" }]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("TAG-08: what is assigned changes no tag that has a rule", () => {
    const scene = Scene.make({ agents: 1 });
    const { fettle, call } = scene.plane;
    const [a = ""] = scene.agents.map((agent) => agent.id);
    call(fettle.tags.save(manager, { id: "win", name: "win", rule: dynamic("platform: Windows") }));
    call(fettle.tags.save(manager, { id: "lin", name: "lin", rule: dynamic("platform: Linux") }));
    call(fettle.tags.assign(manager, { tag: "web", assets: [a] }));
    expect(scene.stored("asset").get(a)).toMatchObject({
      tags: ["cloud-agent", "fleet", "lin", "web"],
      assignedTags: ["cloud-agent", "fleet", "web"],
    });
  });
});
