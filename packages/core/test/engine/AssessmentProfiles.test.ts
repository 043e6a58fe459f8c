import { Documents } from "@fettle/agent-protocol";
import type * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { SubscriptionInput } from "../../src/engine/subscription/Subscriptions.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import type * as WireAgent from "../scenario/WireAgent.ts";

const HOUR = 3_600;
const END = Values.START + Values.DAY_MS;
const { manager } = ControlPlane;
const web = { id: "web", name: "Web", tags: ["web"], intervalSeconds: 6 * HOUR };
const fleet = { id: "fleet", name: "Fleet", tags: ["fleet"], intervalSeconds: 12 * HOUR };
const lab = { id: "lab", name: "Lab", tags: ["lab"], intervalSeconds: 8 * HOUR };
const full: SubscriptionInput = { plan: "Full", expiresAt: null, licences: { PM: { seats: 9 } } };

const world = (options: Scene.SceneOptions = {}) => {
  const scene = Scene.make(options);
  const { plane } = scene;
  const { assessmentProfiles: profiles } = plane.fettle;
  const { call } = plane;
  return {
    ...scene,
    profiles,
    call,
    ids: () => call(profiles.list(manager)).profiles.map((p) => p.id),
    of: (assetId: string) => call(profiles.effective(manager, assetId)),
    to: (at: number) => plane.clock.pass(at - plane.clock.now()),
  };
};

/** What an agent is told to scan by, as it is signed. */
const told = (agent: WireAgent.WireAgent | undefined): number | undefined => {
  const digest = agent?.checkIn({ configuration: null }).configuration ?? "sha256:";
  const sealed = JSON.parse(Buffer.from(agent?.fetch(digest).body ?? "").toString()) as { readonly payload: string };
  const payload: unknown = JSON.parse(Buffer.from(sealed.payload, "base64").toString());
  return Documents.Configuration.parse(payload).assessmentIntervalSeconds;
};

describe("assessment profiles as users keep them", () => {
  it.each([
    ["Free", 24],
    ["Trial", 4],
    ["Full", 4],
  ] as const)("PRO-01: a subscription opened on %s starts with a default of %d h", (plan, hours) => {
    const { call, profiles } = world({ agents: 0, subscription: { plan, licences: {} } });
    const listed = call(profiles.list(manager));
    expect(listed.profiles).toMatchObject([
      { id: "default", isDefault: true, isEnabled: true, tags: [], intervalSeconds: hours * HOUR },
    ]);
    expect(listed.intervalSeconds).toEqual({ min: hours * HOUR, max: 720 * HOUR });
  });

  it("PRO-01: a tenant of before there were profiles has the default all the same", () => {
    const { plane, call, profiles, ids } = world({ agents: 0 });
    call(
      plane.storage.commit({
        tenantId: "acme",
        expect: [],
        counters: [],
        uniques: [],
        events: [],
        audit: [],
        writes: [{ _tag: "Delete", kind: "assessmentProfile", id: "default" }],
      }),
    );
    expect(ids()).toEqual(["default"]);
    call(profiles.save(manager, lab));
    expect(ids()).toEqual(["lab", "default"]);
  });

  it("PRO-01, PRO-07: the default takes another interval, and is never deleted, disabled or bound to tags", () => {
    const { plane, call, profiles } = world({ agents: 0 });
    call(profiles.save(manager, { id: "default", name: "Default", tags: [], intervalSeconds: 30 * HOUR }));
    expect(call(profiles.get(manager, "default"))).toMatchObject({ isDefault: true, intervalSeconds: 30 * HOUR });
    const before = plane.storage.dump();
    for (const [ask, rule] of [
      [profiles.delete(manager, "default"), "PRO-01"],
      [profiles.disable(manager, "default"), "PRO-01"],
      [profiles.save(manager, { id: "default", name: "Default", tags: ["web"], intervalSeconds: 30 * HOUR }), "PRO-01"],
      [profiles.save(manager, { id: "default", name: "Default", tags: [], intervalSeconds: 3 * HOUR }), "PRO-07"],
    ] as const) {
      expect(plane.rejections(ask)).toMatchObject([{ rule }]);
    }
    expect(plane.storage.dump()).toEqual(before);
  });

  it("PRO-02: custom ones come below each other, at least 24 h on Free, and as many as the limit says", () => {
    const { plane, call, profiles, ids } = world({ agents: 0, subscription: { limits: { assessmentProfilesMax: 2 } } });
    for (const each of [web, lab]) call(profiles.save(manager, each));
    expect(ids()).toEqual(["web", "lab", "default"]);
    call(plane.fettle.tags.save(manager, { id: "one-more", name: "one more" }));
    expect(plane.rejections(profiles.save(manager, { ...fleet, tags: ["one-more"] }))).toMatchObject([
      { rule: "PRO-02", code: "exhausted" },
    ]);
    call(profiles.save(manager, { ...lab, name: "Laboratory" }));
    expect(ids()).toEqual(["web", "lab", "default"]);
    const free = world({ agents: 0, subscription: { plan: "Free", licences: {} } });
    expect(free.plane.rejections(free.profiles.save(manager, lab))).toMatchObject([
      { rule: "PRO-02", path: "intervalSeconds" },
    ]);
    free.call(free.profiles.save(manager, { ...lab, intervalSeconds: 24 * HOUR }));
  });

  it("PRO-03: a tag that another holds, or one below it, is refused and the holder named; taken out, or deleted with it, it is free", () => {
    const { plane, call, profiles } = world({ agents: 0 });
    call(profiles.save(manager, fleet));
    const refused = (ask: Effect.Effect<unknown, unknown>) => plane.rejections(ask);
    expect(refused(profiles.save(manager, web))).toMatchObject([
      { rule: "PRO-03", code: "conflict", message: expect.stringContaining("Fleet") },
    ]);
    call(profiles.disable(manager, "fleet"));
    expect(refused(profiles.save(manager, web))).toMatchObject([
      { rule: "PRO-03", message: expect.stringContaining("disabled") },
    ]);
    call(profiles.save(manager, { ...fleet, tags: ["lab"] }));
    call(profiles.save(manager, web));
    call(profiles.delete(manager, "fleet"));
    call(profiles.save(manager, lab));
  });

  it("PRO-03: of two that take one tag at once the later is decided anew, and refused with the earlier's name", () => {
    const { plane, call, profiles, ids } = world({ agents: 0 });
    plane.hooks.before = () => {
      plane.hooks.before = null;
      call(profiles.save(manager, fleet));
    };
    expect(plane.rejections(profiles.save(manager, web))).toMatchObject([
      { rule: "PRO-03", message: expect.stringContaining("Fleet") },
    ]);
    expect(ids()).toEqual(["fleet", "default"]);
  });

  it("PRO-03: a tag that moves while it is taken is looked at where it has come to stand", () => {
    const { plane, call, profiles } = world({ agents: 0 });
    call(profiles.save(manager, fleet));
    plane.hooks.before = () => {
      plane.hooks.before = null;
      call(plane.fettle.tags.save(manager, { id: "lab", name: "lab", parent: "fleet" }));
    };
    expect(plane.rejections(profiles.save(manager, lab))).toMatchObject([{ rule: "PRO-03" }]);
  });

  it("PRO-03, PRO-05: an overlap that a moved tag makes is reported; the order decides, and can be changed", () => {
    const { plane, call, profiles, of, agents } = world();
    const asset = agents[0]?.id ?? "";
    for (const each of [fleet, lab]) call(profiles.save(manager, each));
    expect(call(profiles.overlaps(manager))).toEqual([]);
    call(plane.fettle.tags.save(manager, { id: "fleet", name: "fleet", parent: "lab" }));
    expect(call(profiles.overlaps(manager)).map((o) => o.tag)).toEqual(["fleet", "web"]);
    expect(of(asset)).toMatchObject({
      profileId: "fleet",
      intervalSeconds: 12 * HOUR,
      why: expect.stringContaining("fleet"),
    });
    call(profiles.reorder(manager, ["lab", "fleet"]));
    expect(of(asset)).toMatchObject({ profileId: "lab", intervalSeconds: 8 * HOUR });
    for (const ids of [["lab"], ["lab", "fleet", "default"], ["lab", "lab"], ["lab", "other"]]) {
      expect(plane.rejections(profiles.reorder(manager, ids))).toMatchObject([{ rule: "PRO-05" }]);
    }
  });

  it("PRO-04: administrators and Patch Managers change them, all roles look", () => {
    const { plane, call, profiles, agents } = world();
    call(profiles.save(manager, lab));
    const before = plane.storage.dump();
    for (const who of ["uli", "ada", "rita", "sam"].map((id) => ControlPlane.as(id))) {
      for (const ask of [
        profiles.save(who, web),
        profiles.delete(who, "lab"),
        profiles.enable(who, "lab"),
        profiles.disable(who, "lab"),
        profiles.bulk(who, { action: "delete", profiles: ["lab"] }),
        profiles.reorder(who, ["lab"]),
      ]) {
        expect(plane.rejections(ask)).toMatchObject([
          { code: "not-permitted", message: expect.stringContaining("edit-assessment-profile") },
        ]);
      }
      expect(call(profiles.list(who)).profiles).toHaveLength(2);
      expect(call(profiles.get(who, "lab")).name).toBe("Lab");
      expect(call(profiles.effective(who, agents[0]?.id ?? "")).profileId).toBe("default");
      expect(call(profiles.overlaps(who))).toEqual([]);
    }
    expect(plane.storage.dump()).toEqual(before);
    for (const who of ["sue", "mara"]) call(profiles.enable(ControlPlane.as(who), "lab"));
  });

  it("PRO-08: several are disabled or deleted item by item, and their assets fall back", () => {
    const { call, profiles, of, ids, agents } = world();
    const asset = agents[0]?.id ?? "";
    for (const each of [fleet, lab]) call(profiles.save(manager, each));
    expect(of(asset).profileId).toBe("fleet");
    const bulk = (action: "enable" | "disable" | "delete", named: readonly string[]) =>
      call(profiles.bulk(manager, { action, profiles: named })).map((i) => (i.done ? "done" : i.rejections[0]?.rule));
    expect(bulk("disable", ["fleet", "default", "nobody"])).toEqual(["done", "PRO-01", null]);
    expect(of(asset).profileId).toBe("default");
    expect(bulk("enable", ["fleet", "default"])).toEqual(["done", "done"]);
    expect(of(asset).profileId).toBe("fleet");
    expect(bulk("delete", ["default", "fleet", "lab"])).toEqual(["PRO-01", "done", "done"]);
    expect([of(asset).profileId, ids()]).toEqual(["default", ["default"]]);
  });

  it("names what isn't there, and a tag that it uses can't be deleted", () => {
    const { plane, call, profiles } = world({ agents: 0 });
    for (const ask of [
      profiles.get(manager, "x"),
      profiles.delete(manager, "x"),
      profiles.effective(manager, Values.uuid(9)),
    ]) {
      expect(plane.rejections(ask)).toMatchObject([{ code: "not-found" }]);
    }
    expect(plane.rejections(profiles.save(manager, { ...lab, tags: ["unknown"] }))).toMatchObject([
      { code: "not-found", path: "tags" },
    ]);
    call(profiles.save(manager, lab));
    expect(plane.rejections(plane.fettle.tags.delete(manager, "lab"))).toMatchObject([
      { rule: "TAG-01", message: expect.stringContaining("Lab") },
    ]);
  });
});

describe("what agents scan by", () => {
  it("PRO-05: stands in the configuration that they hold, signed, and follows profiles, order and tags", () => {
    const { plane, call, profiles, agents } = world();
    const [agent] = agents;
    expect(told(agent)).toBe(4 * HOUR);
    call(profiles.save(manager, fleet));
    expect(told(agent)).toBe(12 * HOUR);
    call(profiles.disable(manager, "fleet"));
    expect(told(agent)).toBe(4 * HOUR);
    call(profiles.save(manager, lab));
    call(plane.fettle.tags.assign(manager, { tag: "lab", assets: [agent?.id ?? ""] }));
    expect(told(agent)).toBe(8 * HOUR);
  });

  it("LIC-02: is 24 h at least once the tick after the fall has reached them, and stays so after the renewal", () => {
    const { plane, call, profiles, agents, of, to } = world({ subscription: { expiresAt: END } });
    const [agent] = agents;
    call(profiles.save(manager, fleet));
    to(END - 1);
    call(plane.fettle.tick());
    expect([told(agent), of(agent?.id ?? "").intervalSeconds]).toEqual([12 * HOUR, 12 * HOUR]);
    to(END);
    expect(of(agent?.id ?? "")).toMatchObject({ intervalSeconds: 24 * HOUR, why: expect.stringContaining("LIC-02") });
    call(plane.fettle.tick());
    expect(told(agent)).toBe(24 * HOUR);
    expect(call(profiles.get(manager, "fleet"))).toMatchObject({
      intervalSeconds: 24 * HOUR,
      convertedFromSeconds: 12 * HOUR,
    });
    call(plane.fettle.subscriptions.save(manager, full));
    call(plane.fettle.tick());
    expect(told(agent)).toBe(24 * HOUR);
    call(profiles.save(manager, fleet));
    expect(told(agent)).toBe(12 * HOUR);
  });

  it("LIC-02: a downgrade reaches them too, though the clock stands still", () => {
    const { plane, call, profiles, agents } = world();
    call(profiles.save(manager, fleet));
    call(plane.fettle.subscriptions.save(manager, { plan: "Free", expiresAt: null, licences: {} }));
    call(plane.fettle.tick());
    expect(told(agents[0])).toBe(24 * HOUR);
  });
});
