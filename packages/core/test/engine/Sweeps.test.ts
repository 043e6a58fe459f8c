import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Tenant from "../../src/domain/shared/Tenant.ts";
import type { TagRule } from "../../src/domain/tag/TagTree.ts";
import * as Sweeps from "../../src/engine/tags/Sweeps.ts";
import * as TagRules from "../../src/engine/tags/TagRules.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { any, select } = Values;
const { manager } = ControlPlane;
const rule = (query: string): TagRule => ({ _tag: "Dynamic", query });
const tags = (scene: Scene.Scene) => scene.agents.map((a) => scene.stored("asset").get(a.id)?.tags);
const own = ["cloud-agent", "fleet"];
const resume = (scene: Scene.Scene, assetsMax: number) =>
  scene.plane.call(Sweeps.resume(Tenant.of(scene.tenantId), assetsMax).pipe(Effect.provideContext(scene.plane.ports)));
const pending = (scene: Scene.Scene) => scene.plane.call(scene.plane.fettle.tags.get(manager, "fleet")).isSettling;

describe("a tag's rule", () => {
  it("TAG-08: saved, changed and given up, brings every asset in line, with an event for each that changed", () => {
    const scene = Scene.make({ agents: 3 });
    const { fettle, call } = scene.plane;
    const odd = call(
      fettle.tags.save(manager, { id: "odd", name: "odd", rule: rule("name: [`machine-001`, `machine-003`]") }),
    );
    expect(tags(scene)).toEqual([[...own, "odd"], own, [...own, "odd"]]);
    expect(call(fettle.tags.get(manager, "odd"))).toMatchObject({ assets: 2, isSettling: false, diagnostics: [] });
    const seen = scene.plane.events().length;
    call(fettle.tags.save(manager, { ...odd, rule: rule("name: [`machine-001`, `machine-002`]") }));
    expect(tags(scene)).toEqual([[...own, "odd"], [...own, "odd"], own]);
    expect(
      scene.plane
        .events()
        .slice(seen)
        .map((e) => [e.type, e.body]),
    ).toEqual([
      ["TagSaved", { by: "user:mara" }],
      ["AssetChanged", { entered: ["odd"], left: [] }],
      ["AssetChanged", { entered: [], left: ["odd"] }],
    ]);
    call(fettle.tags.save(manager, { ...odd, rule: { _tag: "Static" } }));
    expect(tags(scene)).toEqual([own, own, own]);
  });

  it("TAG-08: renamed, it stays as it is, and no asset is looked at", () => {
    const scene = Scene.make({ agents: 1 });
    const { fettle, call } = scene.plane;
    const made = call(fettle.tags.save(manager, { name: "lin", rule: rule("platform: Linux") }));
    const seen = scene.plane.events().length;
    expect(call(fettle.tags.save(manager, { id: made.id, name: "Linux" })).rule).toEqual(made.rule);
    expect(scene.plane.events()).toHaveLength(seen + 1);
  });

  it("TAG-08: is asked of an asset when it comes and whenever it changes", () => {
    const scene = Scene.make({ agents: 1 });
    const { fettle, call } = scene.plane;
    call(fettle.tags.save(manager, { id: "utc", name: "utc", rule: rule("timeZone: UTC") }));
    expect(tags(scene)).toEqual([[...own, "utc"]]);
    scene.agents[0]?.checkIn({ timeZone: "Europe/Berlin" });
    expect(tags(scene)).toEqual([own]);
    expect(scene.plane.events().at(-1)).toMatchObject({
      type: "AssetChanged",
      body: { timeZone: "Europe/Berlin", entered: [], left: ["utc"] },
    });
    const late = WireAgent.make(scene.plane, 2);
    late.provision(scene.issued);
    expect(scene.stored("asset").get(late.id)?.tags).toEqual([...own, "utc"]);
  });

  it("TAG-08, CFG-08: an asset that changes falls under the profile of its new tags at that very check-in", () => {
    const scene = Scene.make({ agents: 1 });
    const { fettle, call } = scene.plane;
    call(fettle.tags.save(manager, { id: "utc", name: "utc", rule: rule("timeZone: UTC") }));
    const targets = select({ include: any("utc") });
    call(
      fettle.configurationProfiles.save(
        manager,
        Values.profile("slow", { targets, settings: { statusIntervalSeconds: 2_700 } }),
      ),
    );
    const before = scene.agents[0]?.checkIn();
    expect(before?.nextCheckInSeconds).toBe(2_700);
    const moved = scene.agents[0]?.checkIn({ timeZone: "Europe/Berlin", configuration: before?.configuration ?? null });
    expect(moved).toMatchObject({ nextCheckInSeconds: 900, configuration: expect.stringMatching(/^sha256:/) });
  });

  it("TAG-08: with a relative date follows the clock at ticks", () => {
    const scene = Scene.make({ agents: 1 });
    const { fettle, call } = scene.plane;
    call(fettle.tags.save(manager, { id: "old", name: "old", rule: rule("activated < now-7d") }));
    expect(tags(scene)).toEqual([own]);
    scene.plane.clock.pass(7 * Values.DAY_MS + 1);
    call(fettle.tick());
    expect(tags(scene)).toEqual([[...own, "old"]]);
    const before = scene.plane.storage.dump();
    scene.plane.clock.pass((Sweeps.CLOCK_LAG_SECONDS - 1) * 1_000);
    call(fettle.tick());
    expect(scene.plane.storage.dump()).toEqual(before);
  });

  it("TAG-08: without a relative date costs a tick no walk, however much time passes", () => {
    const scene = Scene.make({ agents: 1 });
    const { fettle, call } = scene.plane;
    call(fettle.tags.save(manager, { id: "lin", name: "lin", rule: rule("platform: Linux") }));
    const before = scene.plane.storage.dump();
    scene.plane.clock.pass(30 * Values.DAY_MS);
    call(fettle.tick());
    expect(scene.plane.storage.dump()).toEqual(before);
  });

  it("DSH-04, TAG-08: that no longer reads is listed with what is wrong, and assets keep the tag they had", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane } = scene;
    const { fettle, call } = plane;
    const odd = call(fettle.tags.save(manager, { id: "odd", name: "odd", rule: rule("name: `machine-001`") }));
    // As a later release would find it that has no such token any more.
    Effect.runSync(
      plane.storage.commit({
        tenantId: scene.tenantId,
        expect: [],
        counters: [{ key: TagRules.TREE_COUNTER, by: 1 }],
        uniques: [],
        writes: [
          {
            _tag: "Put",
            kind: "tag",
            id: "odd",
            body: { ...odd, rule: { _tag: "Dynamic", query: "gone: 1" } },
            indexes: [],
          },
        ],
        events: [],
      }),
    );
    const row = call(fettle.tags.list(manager)).rows.find((r) => r.tag.id === "odd");
    expect(row?.diagnostics.join(" ")).toContain("gone");
    expect(call(fettle.tags.get(manager, "odd")).diagnostics).toEqual(row?.diagnostics);
    // Every asset is looked at again: by a change of another rule, and by one of its own.
    call(fettle.tags.save(manager, { id: "lin", name: "lin", rule: rule("platform: Linux") }));
    scene.agents[0]?.checkIn({ timeZone: "Europe/Berlin" });
    expect(tags(scene)).toEqual([
      [...own, "lin", "odd"],
      [...own, "lin"],
    ]);
    call(fettle.tags.save(manager, { id: "odd", name: "odd", rule: rule("name: `machine-002`") }));
    expect(tags(scene)).toEqual([
      [...own, "lin"],
      [...own, "lin", "odd"],
    ]);
  });
});

describe("a walk over all assets", () => {
  it("TAG-08: of more assets than one call looks at goes on where it stopped", () => {
    const scene = Scene.make({ agents: 5 });
    const { plane } = scene;
    plane.hooks.after = (batch) => {
      if (batch.writes.some((w) => w.kind === "tag")) throw new ControlPlane.Death();
    };
    expect(plane.dies(plane.fettle.tags.save(manager, { id: "lin", name: "lin", rule: rule("platform: Linux") }))).toBe(
      true,
    );
    plane.hooks.after = null;
    const borne = () => tags(scene).filter((t) => t?.includes("lin")).length;
    expect([resume(scene, 2), borne(), pending(scene)]).toEqual([false, 2, true]);
    expect([resume(scene, 2), borne(), pending(scene)]).toEqual([false, 4, true]);
    expect([resume(scene, 2), borne(), pending(scene)]).toEqual([true, 5, false]);
    expect(resume(scene, 2)).toBe(true);
  });

  it("TAG-08: that others' changes spoil again and again is left to the next tick, which completes it", () => {
    const scene = Scene.make({ agents: 3 });
    const { plane } = scene;
    let spoiled = 0;
    plane.hooks.before = (batch) => {
      if (!batch.writes.some((w) => w.kind === "asset")) return;
      spoiled += 1;
      const counters = [{ key: TagRules.TREE_COUNTER, by: 1 }];
      plane.hooks.before = null;
      const empty = { expect: [], uniques: [], writes: [], events: [] };
      Effect.runSync(plane.storage.commit({ ...empty, tenantId: scene.tenantId, counters }));
      plane.hooks.before = spoil;
    };
    const spoil = plane.hooks.before;
    plane.call(plane.fettle.tags.save(manager, { id: "lin", name: "lin", rule: rule("platform: Linux") }));
    expect([spoiled, pending(scene)]).toEqual([Sweeps.REFUSALS_MAX, true]);
    plane.hooks.before = null;
    plane.call(plane.fettle.tick());
    expect([tags(scene), pending(scene)]).toEqual([Array(3).fill([...own, "lin"]), false]);
  });

  it("TAG-08: cut off before or after any of its commits is completed by the next tick", () => {
    for (let at = 0; at < 12; at += 1) {
      const scene = Scene.make({ agents: 3 });
      const { plane } = scene;
      const { fettle, call } = plane;
      let commits = 0;
      const die = () => {
        commits += 1;
        if (commits === Math.floor(at / 2) + 1) throw new ControlPlane.Death();
      };
      if (at % 2 === 0) plane.hooks.before = die;
      else plane.hooks.after = die;
      plane.dies(
        Effect.gen(function* () {
          yield* fettle.tags.save(manager, { id: "lin", name: "lin", rule: rule("platform: Linux") });
          yield* fettle.tags.delete(manager, "web");
        }),
      );
      plane.hooks.before = null;
      plane.hooks.after = null;
      call(fettle.tick());
      const isSaved = scene.stored("tag").has("lin");
      expect([at, tags(scene)]).toEqual([at, scene.agents.map(() => (isSaved ? [...own, "lin"] : own))]);
      expect(pending(scene)).toBe(false);
    }
  });

  it("TAG-08: stands though rules, assets and profiles change all the while", () => {
    const scene = Scene.make({ agents: 4 });
    const { plane } = scene;
    const { fettle, call } = plane;
    let rivals = 0;
    plane.hooks.before = (batch) => {
      if (rivals >= 6 || !batch.writes.some((w) => w.kind === "sweep") || batch.writes.some((w) => w.kind === "tag"))
        return;
      rivals += 1;
      const { before } = plane.hooks;
      plane.hooks.before = null;
      scene.agents[rivals % 4]?.checkIn({ timeZone: `Etc/GMT+${rivals}` });
      if (rivals === 4)
        call(fettle.tags.save(manager, { id: "mac", name: "mac", rule: rule("timeZone: `Etc/GMT+1`") }));
      plane.hooks.before = before;
    };
    call(
      fettle.tags.save(manager, {
        id: "lin",
        name: "lin",
        rule: rule("platform: Linux and not timeZone: `Etc/GMT+2`"),
      }),
    );
    call(fettle.tick());
    for (const asset of scene.stored("asset").values()) {
      const expected = [
        ...own,
        ...(asset.timeZone === "Etc/GMT+2" ? [] : ["lin"]),
        ...(asset.timeZone === "Etc/GMT+1" ? ["mac"] : []),
      ];
      expect([asset.timeZone, asset.tags]).toEqual([asset.timeZone, expected]);
    }
    expect(rivals).toBe(4);
  });

  it("TAG-08: an asset that is provisioned while a rule is saved bears what the rule says", () => {
    const scene = Scene.make({ agents: 1 });
    const { plane } = scene;
    const { fettle, call } = plane;
    plane.hooks.before = (batch) => {
      if (!batch.events.some((e) => e.type === "AgentProvisioned")) return;
      plane.hooks.before = null;
      call(fettle.tags.save(manager, { id: "lin", name: "lin", rule: rule("platform: Linux") }));
    };
    const late = WireAgent.make(plane, 2);
    expect(WireAgent.problemOf(late.provision(scene.issued))).toMatchObject({ code: "unavailable" });
    expect(late.provision(scene.issued).status).toBe(200);
    expect(scene.stored("asset").get(late.id)?.tags).toEqual([...own, "lin"]);
  });

  it("a tag that is still being taken from assets can't be made again under its id", () => {
    const scene = Scene.make({ agents: 1 });
    const { plane } = scene;
    const { fettle, call } = plane;
    plane.hooks.after = (batch) => {
      if (batch.writes.some((w) => w.kind === "tag")) throw new ControlPlane.Death();
    };
    expect(plane.dies(fettle.tags.delete(manager, "web"))).toBe(true);
    plane.hooks.after = null;
    expect(plane.rejections(fettle.tags.save(manager, { id: "web", name: "web" }))).toMatchObject([
      { rule: "TAG-08", code: "conflict", path: "id" },
    ]);
    call(fettle.tick());
    expect(call(fettle.tags.save(manager, { id: "web", name: "web" })).id).toBe("web");
  });
});
