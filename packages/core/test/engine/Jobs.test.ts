import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Actor from "../../src/domain/shared/Actor.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { any, draft, patch, pkg, select, user } = Values;
const { as, manager } = ControlPlane;

const provisioned = (scene: Scene.Scene, n: number, ...tags: readonly string[]): WireAgent.WireAgent => {
  const { fettle, call } = scene.plane;
  const key = call(fettle.keys.create(manager, { title: tags.join(), tags }));
  const agent = WireAgent.make(scene.plane, n);
  agent.provision(key);
  agent.snapshot(Scene.installed);
  return agent;
};

describe("a job", () => {
  it("JOB-06, JOB-26: is saved Disabled and belongs to who made it", () => {
    const { plane } = Scene.make();
    const job = plane.call(plane.fettle.jobs.create(as("uli"), draft({ description: "monthly" })));
    expect(job).toMatchObject({
      ...draft(),
      description: "monthly",
      status: "Disabled",
      ownerId: "uli",
      makerId: "uli",
      coAuthors: [],
      readers: [],
      formerScopes: [],
      createdAt: Values.START,
      approved: null,
      enabled: null,
    });
    expect(plane.call(plane.fettle.jobs.get(as("uli"), job.id))).toEqual({
      ...job,
      suspended: null,
      isPartiallyConfigured: false,
      missing: [],
      warnings: [],
      revision: 1,
    });
  });

  it("hears everything that is wrong with its draft at once, and is not saved", () => {
    const { plane } = Scene.make({ subscription: { limits: { assetsPerSelectionMax: 1 } } });
    const before = plane.storage.dump();
    const wrong = draft({
      title: " ",
      patches: { _tag: "Query", query: "colour: red" },
      targets: select({ assets: ["a", "b"] }),
    });
    expect(plane.rejections(plane.fettle.jobs.create(manager, wrong)).map((r) => r.rule)).toEqual([
      "JOB-03",
      "JOB-04",
      "TAG-03",
    ]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("that isn't there is not found, by any method that names one", () => {
    const { plane } = Scene.make();
    const { fettle, rejections } = plane;
    const id = Values.uuid(404);
    for (const ask of [fettle.jobs.get(manager, id), fettle.jobs.plan(manager, id), fettle.jobs.enable(manager, id)]) {
      expect(rejections(ask)).toMatchObject([{ code: "not-found", message: expect.stringContaining(id) }]);
    }
  });
});

describe("the plan of a job", () => {
  it("PLN-01: changes nothing, and has the same hash each time it is asked for and whoever asks", () => {
    const scene = Scene.make({ agents: 2 });
    const { fettle, call, storage } = scene.plane;
    const job = call(fettle.jobs.create(as("uli"), draft()));
    const before = storage.dump();
    const plans = [as("uli"), manager, as("sue")].map((actor) => call(fettle.jobs.plan(actor, job.id)));
    expect(new Set(plans.map((p) => p.hash)).size).toBe(1);
    expect(plans[0]?.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(plans[0]?.plan.groups).toMatchObject([
      {
        assets: scene.agents.map((a) => a.id),
        patches: [{ patchId: "P-1", advisory: "P-1", packages: [pkg("openssl", "2-1")] }],
      },
    ]);
    expect(storage.dump()).toEqual(before);
  });

  it("PLN-01: the same inputs that came in another order give the same hash in another world", () => {
    const hashes = [
      [1, 2, 3],
      [3, 1, 2],
    ].map((order) => {
      const { plane, issued } = Scene.make({ agents: 0 });
      const { fettle, call } = plane;
      const job = call(fettle.jobs.create(manager, draft()));
      for (const n of order) {
        const agent = WireAgent.make(plane, n);
        agent.provision(issued);
        agent.snapshot(n === 3 ? Scene.installed : [...Scene.installed].reverse());
      }
      return call(fettle.jobs.plan(manager, job.id)).hash;
    });
    expect(hashes[0]).toBe(hashes[1]);
  });

  it("PLN-01: any input that changes what would run changes the hash", () => {
    const scene = Scene.make();
    const { fettle, call } = scene.plane;
    const job = call(fettle.jobs.create(manager, draft()));
    const hash = () => call(fettle.jobs.plan(manager, job.id)).hash;
    const seen = [hash()];
    provisioned(scene, 2, "fleet");
    seen.push(hash());
    scene.agents[0]?.snapshot([pkg("openssl", "2-1")]);
    seen.push(hash());
    call(fettle.catalogue.ingest(manager, [patch("P-1", { packages: [pkg("openssl", "3-1")] })]));
    seen.push(hash());
    call(fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 1 } } }));
    seen.push(hash());
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("gives each asset that the job means one place, and each that gets nothing its rule", () => {
    const scene = Scene.make({ subscription: { licences: { PM: { seats: 1 } } } });
    const { fettle, call, plane } = { ...scene.plane, plane: scene.plane };
    const lab = provisioned(scene, 2, "fleet", "lab");
    const late = provisioned(scene, 3, "fleet");
    const job = call(
      fettle.jobs.create(manager, draft({ targets: select({ include: any("fleet"), exclude: any("lab") }) })),
    );
    plane.clock.pass(1);
    const { groups, excluded } = call(fettle.jobs.plan(manager, job.id)).plan;
    expect(groups.map((g) => g.assets)).toEqual([[scene.agents[0]?.id]]);
    expect(excluded.map((e) => [e.assetId, e.rule])).toEqual([
      [lab.id, "TAG-04"],
      [late.id, "LIC-06"],
    ]);
  });

  it("JOB-02: is refused to a partially configured job, which may be saved all the same", () => {
    const { plane } = Scene.make();
    const { fettle, call, rejections } = plane;
    const partial = call(fettle.jobs.create(manager, draft({ targets: null })));
    expect(rejections(fettle.jobs.plan(manager, partial.id))).toMatchObject([{ rule: "JOB-02", code: "conflict" }]);
  });

  it("TAG-06: sees through the eyes of the owner, not of who asks", () => {
    const scene = Scene.make();
    const { fettle, call, users } = scene.plane;
    users.set(user("uli", "PatchUser", { _tag: "Tags", tags: ["lab"] }));
    const job = call(fettle.jobs.create(as("uli"), draft()));
    const { groups, excluded } = call(fettle.jobs.plan(manager, job.id)).plan;
    expect(groups).toEqual([]);
    expect(excluded).toMatchObject([{ assetId: scene.agents[0]?.id, rule: "TAG-06" }]);
  });

  it("OWN-04: of a job without an owner there is no plan (as stored; advisories are to come)", () => {
    const { plane } = Scene.make();
    const body = { ...Values.job({ ownerId: null }), id: "advisory" };
    const write = { _tag: "Put", kind: "job", id: "advisory", body: body as never, indexes: [] } as const;
    const batch = { tenantId: "acme", expect: [], counters: [], uniques: [], writes: [write], events: [] };
    Effect.runSync(plane.storage.commit(batch));
    expect(plane.rejections(plane.fettle.jobs.plan(manager, "advisory"))).toMatchObject([{ rule: "OWN-04" }]);
  });

  it.each([
    ["is gone", (plane: ControlPlane.ControlPlane) => plane.users.remove("uli")],
    ["is a reader by now", (plane: ControlPlane.ControlPlane) => plane.users.set(user("uli", "PatchReader"))],
    [
      "is a security officer by now",
      (plane: ControlPlane.ControlPlane) => plane.users.set(user("uli", "PatchSecurity")),
    ],
  ])("OWN-01: of an owner who %s there is no plan and no enabling, and both say why", (_, change) => {
    const { plane } = Scene.make();
    const { fettle, call, rejections } = plane;
    const job = call(fettle.jobs.create(as("uli"), draft()));
    change(plane);
    for (const ask of [fettle.jobs.plan(manager, job.id), fettle.jobs.enable(manager, job.id)]) {
      expect(rejections(ask)).toMatchObject([
        { rule: "OWN-01", code: "conflict", message: expect.stringContaining("owner") },
      ]);
    }
    expect(call(fettle.jobs.get(manager, job.id)).status).toBe("Disabled");
  });
});

describe("enabling", () => {
  it("keeps the plan under its hash, with the job's event", () => {
    const { plane, stored } = Scene.make();
    const { fettle, call } = plane;
    const job = call(fettle.jobs.create(manager, draft()));
    const { hash, plan } = call(fettle.jobs.plan(manager, job.id));
    plane.clock.pass(7);
    const enabled = call(fettle.jobs.enable(manager, job.id, { planHash: hash }));
    expect(enabled).toEqual({ ...job, status: "Enabled", enabled: { planHash: hash, at: Values.START + 7 } });
    expect(stored("plan").get(hash)).toEqual(plan);
    expect(plane.events().at(-1)).toMatchObject({
      type: "JobEnabled",
      id: job.id,
      at: Values.START + 7,
      body: { by: "user:mara", plan: hash },
    });
  });

  it("PLN-02: with another hash is refused, naming both, and changes nothing (any drift; no tolerance yet)", () => {
    const scene = Scene.make();
    const { plane } = scene;
    const { fettle, call, rejections } = plane;
    const job = call(fettle.jobs.create(manager, draft()));
    const { hash: approved } = call(fettle.jobs.plan(manager, job.id));
    provisioned(scene, 2, "fleet");
    const before = plane.storage.dump();
    const { hash: now } = call(fettle.jobs.plan(manager, job.id));
    const [rejection] = rejections(fettle.jobs.enable(manager, job.id, { planHash: approved }));
    expect(rejection).toMatchObject({ rule: "PLN-02", code: "stale" });
    expect(rejection?.message).toContain(approved);
    expect(rejection?.message).toContain(now);
    expect(plane.storage.dump()).toEqual(before);
    expect(call(fettle.jobs.enable(manager, job.id, { planHash: now })).status).toBe("Enabled");
  });

  it("JOB-07: a second time is refused, and the first stands", () => {
    const scene = Scene.make();
    const { plane } = scene;
    const { fettle, call, rejections } = plane;
    const id = scene.enabled();
    const enabled = call(fettle.jobs.get(manager, id));
    expect(rejections(fettle.jobs.enable(manager, id))).toMatchObject([{ rule: "JOB-07", code: "conflict" }]);
    call(fettle.tick());
    expect(rejections(fettle.jobs.enable(manager, id))).toMatchObject([{ rule: "JOB-07" }]);
    expect(call(fettle.jobs.get(manager, id))).toEqual(enabled);
  });

  it("JOB-07, JOB-18: by two at once is done once; the other hears that the job was changed", () => {
    const { plane } = Scene.make();
    const { fettle, call, rejections, hooks } = plane;
    const job = call(fettle.jobs.create(manager, draft()));
    hooks.before = () => {
      hooks.before = null;
      call(fettle.jobs.enable(as("sue"), job.id));
    };
    expect(rejections(fettle.jobs.enable(manager, job.id))).toMatchObject([{ rule: "JOB-18", code: "stale" }]);
    expect(plane.events().filter((e) => e.type === "JobEnabled")).toHaveLength(1);
  });

  it.each([["patches"], ["targets"], ["schedule"]] as const)("JOB-02: is refused without %s", (part) => {
    const { plane } = Scene.make();
    const { fettle, call, rejections } = plane;
    const job = call(fettle.jobs.create(manager, draft({ [part]: null })));
    expect(rejections(fettle.jobs.enable(manager, job.id))).toMatchObject([{ rule: "JOB-02", code: "conflict" }]);
    expect(call(fettle.jobs.get(manager, job.id)).status).toBe("Disabled");
  });

  it("says who did it, in the outbox", () => {
    const { plane } = Scene.make();
    const { fettle, call } = plane;
    const job = call(fettle.jobs.create(Actor.system("acme", "nightly"), draft()));
    expect(plane.events().at(-1)).toMatchObject({
      type: "JobCreated",
      body: { by: "system:nightly", title: job.title },
    });
  });
});

describe("the storage under a job", () => {
  it("that fails is passed on as it is, and nothing is half done", () => {
    const { plane } = Scene.make();
    const { fettle, call, dies, hooks, storage } = plane;
    const job = call(fettle.jobs.create(manager, draft()));
    const before = storage.dump();
    hooks.before = () => {
      throw new ControlPlane.Death();
    };
    expect(dies(fettle.jobs.enable(manager, job.id))).toBe(true);
    expect(storage.dump()).toEqual(before);
  });

  it("that holds what no codec reads says so, naming the entity", () => {
    const { plane } = Scene.make();
    const write = { _tag: "Put", kind: "job", id: "broken", body: { id: "broken" }, indexes: [] } as const;
    Effect.runSync(
      plane.storage.commit({ tenantId: "acme", expect: [], counters: [], uniques: [], writes: [write], events: [] }),
    );
    const failure = Effect.runSync(Effect.flip(plane.fettle.jobs.get(manager, "broken")));
    expect(failure).toMatchObject({
      _tag: "StorageError",
      reason: "Corrupt",
      isRetryable: false,
      message: expect.stringContaining("job broken"),
    });
  });
});
