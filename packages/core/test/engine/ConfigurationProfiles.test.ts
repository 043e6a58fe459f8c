import { Documents, ModuleConduct } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import { modules } from "../../src/domain/shared/Module.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import { codecs } from "../../src/schema/Stored.ts";
import * as Random from "../../src/testing/simulation/Random.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import type * as WireAgent from "../scenario/WireAgent.ts";

const { any, select } = Values;
const web = select({ include: any("web") });
const fleet = select({ include: any("fleet") });

const ids = (list: readonly { readonly id: string }[]) => list.map((p) => p.id);

/** What an agent is told to hold now. */
const held = (agent: WireAgent.WireAgent | undefined): Documents.Configuration => {
  if (agent === undefined) throw new Error("no agent");
  const { configuration } = agent.checkIn();
  const { payload } = JSON.parse(Buffer.from(agent.fetch(configuration ?? "sha256:").body).toString()) as {
    payload: string;
  };
  return Documents.Configuration.parse(JSON.parse(Buffer.from(payload, "base64").toString()));
};

describe("a configuration profile", () => {
  it("CFG-01: is added at the list's end, changed by its id, and what is left out of a known one stays", () => {
    const { plane, manager } = Scene.make({ agents: 0 });
    const { configurationProfiles: profiles } = plane.fettle;
    const a = plane.call(profiles.save(manager, { name: "A", targets: web, settings: { preset: "LOW" } }));
    const b = plane.call(profiles.save(manager, { name: "B" }));
    expect([a.position, b.position, a.isDefault]).toEqual([0, 1, false]);
    const renamed = plane.call(profiles.save(manager, { id: a.id, name: "A2" }));
    expect(renamed).toEqual({ ...a, name: "A2" });
    expect(ids(plane.call(profiles.list(manager)))).toEqual([a.id, b.id, "default"]);
    expect(plane.call(profiles.get(manager, a.id))).toMatchObject({ profile: renamed, performance: "LOW" });
  });

  it("CFG-02: everything that is wrong with it is said at once, and nothing is saved", () => {
    const { plane, manager } = Scene.make({ agents: 0 });
    const before = plane.storage.dump();
    const settings = { statusIntervalSeconds: 899, scanDelayMinutes: 721, scanMergePorts: [1] };
    const rejections = plane.rejections(plane.fettle.configurationProfiles.save(manager, { name: " ", settings }));
    expect(rejections.map((r) => [r.rule, r.path])).toEqual([
      ["CFG-01", "name"],
      ["AGT-04", "settings.statusIntervalSeconds"],
      ["CFG-02", "settings.scanDelayMinutes"],
      ["CFG-02", "settings.scanMergePorts"],
    ]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("CFG-08: names only tags that are there", () => {
    const { plane, manager } = Scene.make({ agents: 0 });
    const ask = plane.fettle.configurationProfiles.save(manager, {
      name: "p",
      targets: select({ exclude: any("nowhere") }),
    });
    expect(plane.rejections(ask)).toMatchObject([{ rule: "CFG-08", code: "not-found", path: "targets" }]);
  });

  it("CFG-01: there are at most as many as the limit says, the first included; a deletion makes room", () => {
    const { plane, manager } = Scene.make({ agents: 0, subscription: { limits: { configurationProfilesMax: 3 } } });
    const { configurationProfiles: profiles } = plane.fettle;
    const [a] = ["a", "b"].map((id) => plane.call(profiles.save(manager, { id, name: id })));
    const before = plane.storage.dump();
    expect(plane.rejections(profiles.save(manager, { name: "c" }))).toMatchObject([
      { rule: "CFG-01", code: "exhausted" },
    ]);
    expect(plane.storage.dump()).toEqual(before);
    // One that is there can be changed all the same.
    plane.call(profiles.save(manager, { id: "a", name: "changed" }));
    plane.call(profiles.delete(manager, a?.id ?? ""));
    plane.call(profiles.save(manager, { name: "c" }));
  });

  it("CFG-01: of two who change the same at once the later hears of it", () => {
    const { plane, manager } = Scene.make({ agents: 0 });
    const { configurationProfiles: profiles } = plane.fettle;
    plane.call(profiles.save(manager, { id: "a", name: "a" }));
    plane.hooks.before = () => {
      plane.hooks.before = null;
      plane.call(profiles.save(manager, { id: "a", name: "theirs" }));
    };
    expect(plane.rejections(profiles.save(manager, { id: "a", name: "mine" }))).toMatchObject([
      { rule: "JOB-18", code: "stale" },
    ]);
    expect(plane.call(profiles.get(manager, "a")).profile.name).toBe("theirs");
  });

  it("reads as it was stored before it had all settings", () => {
    const old = {
      id: "default",
      name: "Default",
      position: 7,
      isDefault: true,
      targets: select({}),
      statusIntervalSeconds: 1_000,
      scanIntervalSeconds: 20_000,
    };
    const { statusIntervalSeconds, scanIntervalSeconds, ...rest } = old;
    expect(codecs.profile.parse(old)).toEqual({ ...rest, settings: { statusIntervalSeconds, scanIntervalSeconds } });
    const now = Values.profile("p", { settings: { blackouts: [{ weekdays: [7], fromMinute: 0, toMinute: 60 }] } });
    expect(codecs.profile.parse(now)).toEqual(now);
  });
});

describe("the default profile", () => {
  it("CFG-01: is a designation that any profile may hold; moving it is one commit, and agents follow", () => {
    const { plane, manager, agents, stored } = Scene.make();
    const { configurationProfiles: profiles } = plane.fettle;
    plane.call(profiles.save(manager, { id: "slow", name: "slow", settings: { statusIntervalSeconds: 2_000 } }));
    expect(agents[0]?.checkIn().nextCheckInSeconds).toBe(900);
    let commits = 0;
    plane.hooks.before = (batch) => {
      if (batch.writes.some((w) => w.kind === "profile")) commits += 1;
    };
    const list = plane.call(profiles.makeDefault(manager, "slow"));
    expect(commits).toBe(1);
    expect(list.filter((p) => p.isDefault).map((p) => p.id)).toEqual(["slow"]);
    expect([...stored("profile").values()].filter((p) => p.isDefault)).toHaveLength(1);
    expect(agents[0]?.checkIn().nextCheckInSeconds).toBe(2_000);
    // Again: nothing to do.
    plane.hooks.before = null;
    const before = plane.storage.dump();
    plane.call(profiles.makeDefault(manager, "slow"));
    expect(plane.storage.dump()).toEqual(before);
  });

  it("CFG-01: can't be deleted; the one that it was can", () => {
    const { plane, manager } = Scene.make({ agents: 0 });
    const { configurationProfiles: profiles } = plane.fettle;
    expect(plane.rejections(profiles.delete(manager, "default"))).toMatchObject([{ rule: "CFG-01", code: "conflict" }]);
    plane.call(profiles.save(manager, { id: "a", name: "a" }));
    plane.call(profiles.makeDefault(manager, "a"));
    plane.call(profiles.delete(manager, "default"));
    expect(plane.rejections(profiles.delete(manager, "a"))).toMatchObject([{ code: "conflict" }]);
    expect(ids(plane.call(profiles.list(manager)))).toEqual(["a"]);
  });

  it("CFG-01: isn't made by saving", () => {
    const { plane, manager } = Scene.make({ agents: 0 });
    const ask = plane.fettle.configurationProfiles.save(manager, { name: "p", isDefault: true });
    expect(plane.rejections(ask)).toMatchObject([{ rule: "CFG-01", code: "conflict", path: "isDefault" }]);
  });

  it("CFG-01: there is just one, whatever many do at once", async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const plane = ControlPlane.make({ interleave: Random.make(`defaults ${seed}`) });
      const { configurationProfiles: profiles } = plane.fettle;
      const run = <A, E>(effect: Effect.Effect<A, E>) => Effect.runPromise(Effect.result(effect));
      const { manager } = ControlPlane;
      await run(
        plane.fettle.subscriptions.save(manager, {
          plan: "Full",
          expiresAt: null,
          licences: { PM: { seats: 3 } },
        }),
      );
      for (const id of ["a", "b", "c"]) await run(profiles.save(manager, { id, name: id }));
      await Effect.runPromise(
        Effect.all(
          (
            [
              profiles.makeDefault(manager, "a"),
              profiles.makeDefault(manager, "b"),
              profiles.delete(manager, "a"),
              profiles.delete(manager, "default"),
              profiles.reorder(manager, ["c", "b", "a", "default"]),
              profiles.save(manager, { id: "c", name: "c2" }),
            ] as readonly Effect.Effect<unknown, unknown>[]
          ).map((e) => Effect.result(e)),
          { concurrency: "unbounded" },
        ),
      );
      const list = plane.call(profiles.list(manager));
      expect(list.filter((p) => p.isDefault)).toHaveLength(1);
      expect(new Set(ids(list)).size).toBe(list.length);
    }
  });
});

describe("the order of profiles", () => {
  it("CFG-01: decides among those that match by tags, and agents follow it", () => {
    const { plane, manager, agents } = Scene.make();
    const { configurationProfiles: profiles } = plane.fettle;
    for (const [id, statusIntervalSeconds] of [
      ["a", 1_000],
      ["b", 2_000],
    ] as const) {
      plane.call(profiles.save(manager, { id, name: id, targets: fleet, settings: { statusIntervalSeconds } }));
    }
    expect(agents[0]?.checkIn().nextCheckInSeconds).toBe(1_000);
    const list = plane.call(profiles.reorder(manager, ["b", "a", "default"]));
    expect(list.map((p) => [p.id, p.position])).toEqual([
      ["b", 0],
      ["a", 1],
      ["default", 2],
    ]);
    expect(agents[0]?.checkIn().nextCheckInSeconds).toBe(2_000);
    plane.call(profiles.delete(manager, "b"));
    expect(agents[0]?.checkIn().nextCheckInSeconds).toBe(1_000);
    const before = plane.storage.dump();
    expect(plane.rejections(profiles.reorder(manager, ["a"]))).toMatchObject([{ rule: "CFG-01", path: "ids" }]);
    expect(plane.storage.dump()).toEqual(before);
  });
});

describe("an order that was thought out before somebody added a profile", () => {
  it("CFG-01: is not taken: it doesn't name every profile any more", () => {
    const { plane, manager } = Scene.make({ agents: 0 });
    const { configurationProfiles: profiles } = plane.fettle;
    plane.call(profiles.save(manager, { id: "a", name: "a" }));
    plane.hooks.before = () => {
      plane.hooks.before = null;
      plane.call(profiles.save(manager, { id: "b", name: "b" }));
    };
    expect(plane.rejections(profiles.reorder(manager, ["default", "a"]))).toMatchObject([
      { rule: "CFG-01", path: "ids", message: expect.stringContaining("b") },
    ]);
    expect(ids(plane.call(profiles.list(manager)))).toEqual(["a", "b", "default"]);
  });
});

describe("what an asset's agent is set to", () => {
  it("CFG-01: says which profile and why, and which others match and stand lower", () => {
    const { plane, manager, agents } = Scene.make();
    const { configurationProfiles: profiles } = plane.fettle;
    const asset = agents[0]?.id ?? "";
    const effective = () => plane.call(profiles.effective(manager, asset));
    expect(effective()).toMatchObject({ profile: { id: "default" }, ground: "default", passedOver: [] });
    plane.call(profiles.save(manager, { id: "tags", name: "By tags", targets: fleet, settings: { preset: "LOW" } }));
    expect(effective()).toMatchObject({
      profile: { id: "tags", name: "By tags" },
      ground: "tagged",
      settings: {
        statusIntervalSeconds: { value: 2_700, message: "the preset LOW of By tags" },
        scanDelayMinutes: { value: 0, message: "the default" },
      },
    });
    plane.call(profiles.save(manager, { id: "named", name: "By name", targets: select({ assets: [asset] }) }));
    expect(effective()).toMatchObject({
      profile: { id: "named" },
      ground: "named",
      passedOver: [{ id: "tags", name: "By tags" }],
    });
  });

  it("PRO-05: says how often it is scanned for patches, by the assessment profile and the plan of the moment", () => {
    const { plane, agents } = Scene.make();
    const reader = ControlPlane.as("rita");
    const ask = () => plane.call(plane.fettle.configurationProfiles.effective(reader, agents[0]?.id ?? "")).assessment;
    expect(ask()).toMatchObject({ profileId: "default", intervalSeconds: 4 * 3_600, why: expect.stringMatching(/./) });
    expect(held(agents[0])).toMatchObject({ assessmentIntervalSeconds: 4 * 3_600 });
  });

  it("CFG-09: says which modules act; CFG-03: and which work has stopped", () => {
    const { plane, manager, agents } = Scene.make();
    const { configurationProfiles: profiles } = plane.fettle;
    const settings = { isPmEnabled: false, isCollectionSuspended: true };
    plane.call(profiles.save(manager, { name: "off", targets: fleet, settings }));
    const { modules: states, stopped } = plane.call(profiles.effective(manager, agents[0]?.id ?? ""));
    expect(states.find((m) => m.module === "PM")).toEqual({
      module: "PM",
      isActive: true,
      isEnabled: false,
      acts: false,
    });
    expect(stopped).toContain("patchJobs");
    expect(stopped).toContain("inventory");
    expect(stopped).not.toContain("manifests");
  });

  it("AGT-04: narrowed limits reach every agent, whatever its profile says", () => {
    const { plane, manager, agents } = Scene.make({ agents: 2 });
    const full = { plan: "Full", expiresAt: null, licences: { PM: { seats: 100 } } } as const;
    const [agent] = agents;
    expect(agent?.checkIn().nextCheckInSeconds).toBe(900);
    const limits = { statusIntervalSecondsMin: 1_200 };
    plane.call(plane.fettle.subscriptions.save(manager, { ...full, limits }));
    for (const each of agents) expect(each.checkIn().nextCheckInSeconds).toBe(1_200);
    expect(plane.call(plane.fettle.configurationProfiles.effective(manager, agent?.id ?? ""))).toMatchObject({
      settings: { statusIntervalSeconds: { value: 1_200, reason: { _tag: "Limit", rule: "AGT-04", instead: 900 } } },
    });
    const before = plane.storage.dump();
    const sweeps = () => JSON.stringify(plane.storage.dump()).match(/"startedAt":\d+/g);
    const walked = sweeps();
    plane.clock.pass(1_000);
    plane.call(plane.fettle.subscriptions.save(manager, { ...full, limits, licences: { PM: { seats: 7 } } }));
    expect(sweeps()).toEqual(walked);
    expect(plane.storage.dump()).not.toEqual(before);
  });

  it("CFG-09: keeps an asset out of plans where its profile turns the patch module off", () => {
    const { plane, manager, agents } = Scene.make();
    const job = plane.call(plane.fettle.jobs.create(manager, Values.draft()));
    const planned = () => plane.call(plane.fettle.jobs.plan(manager, job.id)).plan;
    expect(planned().groups).toHaveLength(1);
    const off = { name: "off", targets: fleet, settings: { isPmEnabled: false } };
    plane.call(plane.fettle.configurationProfiles.save(manager, off));
    expect(planned()).toMatchObject({ groups: [], excluded: [{ assetId: agents[0]?.id, rule: "CFG-09" }] });
  });

  it("CFG-02: is what the agent is given, signed, with the modules that are active on it", () => {
    const { plane, manager, agents } = Scene.make();
    const { configurationProfiles: profiles } = plane.fettle;
    const blackouts = [{ weekdays: [1, 2] as const, fromMinute: 0, toMinute: 60 }];
    const settings = { preset: "HIGH", blackouts, isCollectionSuspended: true, cacheMegabytes: "unlimited" } as const;
    plane.call(profiles.save(manager, { name: "p", targets: fleet, settings }));
    expect(held(agents[0])).toMatchObject({
      profile: "p",
      revision: 1,
      statusIntervalSeconds: 900,
      settings: { blackouts, isCollectionSuspended: true, cacheMegabytes: "unlimited", cpuLimitPercent: 100 },
      modules: ["AI", "PM"],
    });
  });

  it("CFG-09: agents of one profile with different modules are each told their own", () => {
    const { plane, manager, agents } = Scene.make({ agents: 2 });
    plane.call(plane.fettle.agents.activate(manager, { assets: [agents[1]?.id ?? ""] }, ["FIM"]));
    plane.call(plane.fettle.configurationProfiles.save(manager, { name: "p", targets: fleet }));
    expect(agents.map((agent) => held(agent).modules)).toEqual([
      ["AI", "PM"],
      ["AI", "FIM", "PM"],
    ]);
  });

  it("TAG-05: is told of assets in the caller's scope only", () => {
    const { plane, agents } = Scene.make();
    const uli = Values.user("uli", "PatchUser", { _tag: "Tags", tags: ["lab"] });
    plane.users.set(uli);
    const ask = plane.fettle.configurationProfiles.effective(ControlPlane.as("uli"), agents[0]?.id ?? "");
    expect(plane.rejections(ask)).toMatchObject([{ rule: "TAG-05", code: "not-found" }]);
    plane.users.set({ ...uli, scope: TagScope.all });
    expect(plane.call(ask).profile.id).toBe("default");
  });

  it("AGT-06: agent and platform have the same words for modules", () => {
    expect(ModuleConduct.modules).toEqual(modules);
  });
});
