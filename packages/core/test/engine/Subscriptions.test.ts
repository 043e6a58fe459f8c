import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type * as Subscription from "../../src/domain/license/Subscription.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const { any, select } = Values;
const { manager } = ControlPlane;
const full = { plan: "Full", expiresAt: null, licences: { PM: { seats: 3 } } } as const;
const pm = (over: Partial<Subscription.ModuleLicence>) => ({ licences: Values.licences(over) });

describe("a subscription", () => {
  it("stands from the day it is opened, with the tag of every agent and a default profile", () => {
    const { fettle, call, storage } = ControlPlane.make();
    const opened = call(fettle.subscriptions.save(manager, { ...full, limits: { leaseSeconds: 60 } }));
    expect(opened).toEqual(
      Values.subscription({ ...pm({ seats: 3 }), limits: Limits.withOverrides({ leaseSeconds: 60 }) }),
    );
    expect(Effect.runSync(storage.get("acme", "tag", "cloud-agent"))?.body).toEqual({
      id: "cloud-agent",
      name: "Cloud Agent",
      parent: null,
      rule: { _tag: "Static" },
    });
    expect(Effect.runSync(storage.get("acme", "profile", "default"))?.body).toMatchObject({
      isDefault: true,
      settings: { statusIntervalSeconds: 900 },
    });
  });

  it("is changed by saving it again; its tags and profile stay as they were made since", () => {
    const { fettle, call, storage } = ControlPlane.make();
    call(fettle.subscriptions.save(manager, full));
    call(fettle.tags.save(manager, { id: "lab", name: "lab" }));
    call(
      fettle.configurationProfiles.save(
        manager,
        Values.profile("default", { isDefault: true, settings: { statusIntervalSeconds: 1_000 } }),
      ),
    );
    call(fettle.subscriptions.save(manager, { ...full, licences: { PM: { seats: 7, exclude: any("lab") } } }));
    expect(Effect.runSync(storage.get("acme", "subscription", "acme"))).toMatchObject({
      revision: 2,
      body: pm({ seats: 7, exclude: any("lab") }),
    });
    expect(Effect.runSync(storage.get("acme", "profile", "default"))?.body).toMatchObject({
      settings: { statusIntervalSeconds: 1_000 },
    });
  });

  it("EVT-03: has an id that can stand in every key", () => {
    const { fettle, rejections } = ControlPlane.make();
    for (const tenantId of ["", "Acme", "a/b", "-a", "a".repeat(64), "ä"]) {
      expect([tenantId, rejections(fettle.subscriptions.save(ControlPlane.as("mara", tenantId), full))]).toMatchObject([
        tenantId,
        [{ rule: "EVT-03", code: "invalid", path: "tenantId" }],
      ]);
    }
    const longest = ControlPlane.as("mara", "a".repeat(63));
    expect(Effect.runSync(fettle.subscriptions.save(longest, full)).id).toBe("a".repeat(63));
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("LIC-05: can't have %d seats", (seats) => {
    const { fettle, rejections } = ControlPlane.make();
    expect(rejections(fettle.subscriptions.save(manager, { ...full, licences: { PM: { seats } } }))).toMatchObject([
      { rule: "LIC-05", path: "licences.PM.seats" },
    ]);
  });

  it("is opened once by two who open it at once: the later hears that it was changed", () => {
    const plane = ControlPlane.make();
    const { fettle, call, rejections, hooks } = plane;
    hooks.before = () => {
      hooks.before = null;
      call(fettle.subscriptions.save(manager, { ...full, licences: { PM: { seats: 9 } } }));
    };
    expect(rejections(fettle.subscriptions.save(manager, full))).toMatchObject([{ rule: "JOB-18", code: "stale" }]);
    expect(Effect.runSync(plane.storage.get("acme", "subscription", "acme"))?.body).toMatchObject(pm({ seats: 9 }));
  });

  it("has to be there before anything else is set up", () => {
    const { fettle, rejections } = ControlPlane.make();
    for (const ask of [
      fettle.tags.save(manager, { name: "a" }),
      fettle.keys.create(manager, { title: "k" }),
      fettle.configurationProfiles.save(manager, Values.profile("p")),
      fettle.catalogue.ingest(manager, []),
      fettle.assets.list(manager),
      fettle.jobs.create(manager, Values.draft()),
    ]) {
      expect(rejections(ask)).toMatchObject([{ code: "not-found" }]);
    }
  });
});

describe("what would not be read back", () => {
  // Each of these is taken by TypeScript, and once stored would make its whole tenant unreadable.
  const extra = { remark: "from a wider type" };
  it.each([
    [
      "an instant that is no whole number",
      (f: ControlPlane.ControlPlane["fettle"]) => f.subscriptions.save(manager, { ...full, expiresAt: 1.5 }),
      "expiresAt",
    ],
    [
      "a limit that is no whole number",
      (f: ControlPlane.ControlPlane["fettle"]) =>
        f.subscriptions.save(manager, { ...full, limits: { leaseSeconds: 0.5 } }),
      "limits.leaseSeconds",
    ],
    [
      "a position that is no whole number",
      (f: ControlPlane.ControlPlane["fettle"]) =>
        f.configurationProfiles.save(manager, Values.profile("p", { position: 1.5 })),
      "position",
    ],
    [
      "a profile with a member of its own",
      (f: ControlPlane.ControlPlane["fettle"]) =>
        f.configurationProfiles.save(manager, { ...Values.profile("p"), ...extra }),
      null,
    ],
    [
      "a key for half an agent",
      (f: ControlPlane.ControlPlane["fettle"]) => f.keys.create(manager, { title: "k", agentsMax: 0.5 }),
      "agentsMax",
    ],
    [
      "a patch with a member of its own",
      (f: ControlPlane.ControlPlane["fettle"]) =>
        f.catalogue.ingest(manager, [Values.patch("P-1"), { ...Values.patch("P-2"), ...extra }]),
      "patches.1",
    ],
    [
      "a patch published at no instant",
      (f: ControlPlane.ControlPlane["fettle"]) =>
        f.catalogue.ingest(manager, [Values.patch("P-1", { publishedAt: Number.NaN, modifiedAt: Values.START })]),
      "patches.0.publishedAt",
    ],
    [
      "a job with a member of its own",
      (f: ControlPlane.ControlPlane["fettle"]) => f.jobs.create(manager, { ...Values.draft(), ...extra }),
      null,
    ],
  ])("is refused: %s", (_, ask, path) => {
    const { plane } = Scene.make();
    const before = plane.storage.dump();
    expect(plane.rejections(ask(plane.fettle))).toMatchObject([{ code: "invalid", path }]);
    expect(plane.storage.dump()).toEqual(before);
  });
});

describe("an activation key", () => {
  it("KEY-01: has title, static tags and modules, is unlimited by default, and its secret is stored nowhere", () => {
    const { plane, stored } = Scene.make({ agents: 0 });
    const { fettle, call } = plane;
    const issued = call(fettle.keys.create(manager, { title: "servers", tags: ["web"], modules: ["PM", "VM"] }));
    expect(issued.key).toMatchObject({
      title: "servers",
      tags: ["web"],
      modules: ["VM", "PM"],
      agentsMax: null,
      expiresAt: null,
    });
    expect(issued.secret.length).toBeGreaterThanOrEqual(43);
    expect(issued.key.secretDigest).toBe(Crypto.digest(issued.secret));
    expect(JSON.stringify(plane.storage.dump())).not.toContain(issued.secret);
    expect(stored("activationKey").get(issued.key.id)).toEqual(issued.key);
  });

  it("KEY-04: names only tags that are there, so that no asset comes to bear one that isn't", () => {
    const { plane } = Scene.make({ agents: 0 });
    const before = plane.storage.dump();
    const ask = plane.fettle.keys.create(manager, { title: "k", tags: ["web", "nowhere"] });
    expect(plane.rejections(ask)).toMatchObject([{ rule: "KEY-04", code: "not-found", path: "tags" }]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("is another one each time, under one tenant's key", () => {
    const { plane } = Scene.make({ agents: 0 });
    const [a, b] = [1, 2].map(() => plane.call(plane.fettle.keys.create(manager, { title: "same" })));
    expect(a?.key.id).not.toBe(b?.key.id);
    expect(a?.secret).not.toBe(b?.secret);
    expect(a?.tenantKeyFingerprint).toBe(b?.tenantKeyFingerprint);
  });
});

describe("configuration profiles", () => {
  it("AGT-04: outside the limits are refused and change nothing", () => {
    const { plane } = Scene.make();
    const before = plane.storage.dump();
    for (const statusIntervalSeconds of [899, 2_701]) {
      expect(
        plane.rejections(
          plane.fettle.configurationProfiles.save(
            manager,
            Values.profile("p", { settings: { statusIntervalSeconds } }),
          ),
        ),
      ).toMatchObject([{ rule: "AGT-04" }]);
    }
    expect(plane.storage.dump()).toEqual(before);
  });

  it("CFG-01: a profile that now matches an agent reaches it at its next check-in, and only the agents it matches", () => {
    const { plane, agents, manager: mara, issued } = Scene.make({ agents: 2 });
    const { fettle, call } = plane;
    const [web, other] = agents;
    const standard = web?.checkIn().configuration;
    expect(standard).not.toBeNull();
    expect(web?.checkIn({ configuration: standard ?? null })).toMatchObject({
      configuration: null,
      nextCheckInSeconds: 900,
    });
    const targets = select({ assets: [web?.id ?? ""] });
    call(
      fettle.configurationProfiles.save(
        mara,
        Values.profile("fast", { targets, settings: { statusIntervalSeconds: 1_800 } }),
      ),
    );
    const changed = web?.checkIn({ configuration: standard ?? null });
    expect(changed).toMatchObject({ nextCheckInSeconds: 1_800, configuration: expect.stringMatching(/^sha256:/) });
    expect(changed?.configuration).not.toBe(standard);
    expect(other?.checkIn({ configuration: standard ?? null })).toMatchObject({
      configuration: null,
      nextCheckInSeconds: 900,
    });
    expect(issued.key.tags).toEqual(["fleet"]);
  });

  it("TAG-02: a tag moved brings the assets that bear it the profile that they now fall under", () => {
    const { plane, agents, manager: mara } = Scene.make();
    const { fettle, call } = plane;
    const [agent] = agents;
    const slow = Values.profile("slow", {
      targets: select({ include: any("lab") }),
      settings: { statusIntervalSeconds: 2_700 },
    });
    call(fettle.configurationProfiles.save(mara, slow));
    expect(agent?.checkIn().nextCheckInSeconds).toBe(900);
    call(fettle.tags.save(mara, { id: "fleet", name: "fleet", parent: "lab" }));
    expect(agent?.checkIn().nextCheckInSeconds).toBe(2_700);
    call(fettle.tags.save(mara, { id: "fleet", name: "fleet", parent: null }));
    expect(agent?.checkIn().nextCheckInSeconds).toBe(900);
  });

  it("CFG-01: an agent that checks in while profiles change is given the new one all the same", () => {
    const { plane, agents, manager: mara, stored } = Scene.make();
    const [agent] = agents;
    let rivals = 3;
    plane.hooks.before = (batch) => {
      if (rivals === 0 || !batch.writes.some((w) => w.kind === "document")) return;
      rivals -= 1;
      agent?.checkIn();
    };
    const slow = Values.profile("slow", {
      targets: select({ include: any("fleet") }),
      settings: { statusIntervalSeconds: 2_000 },
    });
    plane.call(plane.fettle.configurationProfiles.save(mara, slow));
    expect(rivals).toBe(0);
    expect(stored("agent").get(agent?.id ?? "")?.statusIntervalSeconds).toBe(2_000);
    expect(agent?.checkIn().nextCheckInSeconds).toBe(2_000);
  });
});
