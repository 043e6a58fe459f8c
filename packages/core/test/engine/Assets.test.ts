import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { patch, pkg } = Values;
const { manager } = ControlPlane;

const missingOf = (scene: Scene.Scene) =>
  scene.plane
    .call(scene.plane.fettle.assets.missing(scene.manager))
    .map((m) => [m.asset.id, m.patch.id, ...m.packages.map((p) => p.fixed)]);

describe("the asset list", () => {
  it("SYN-03: shows what is missing and installed as worked out here from the snapshot; unknown before the first", () => {
    const { plane, agents, issued } = Scene.make();
    const late = WireAgent.make(plane, 2);
    late.provision(issued);
    const [assessed, unknown] = plane.call(plane.fettle.assets.list(manager));
    expect(assessed).toMatchObject({
      asset: { id: agents[0]?.id, name: "machine-001" },
      missing: 2,
      installed: 0,
      isLicensed: true,
    });
    expect(unknown).toMatchObject({ asset: { id: late.id }, missing: null, installed: null });
    late.snapshot([pkg("openssl", "2-1"), pkg("curl", "1-1")]);
    expect(plane.call(plane.fettle.assets.list(manager))[1]).toMatchObject({ missing: 1, installed: 1 });
  });

  it("AST-11: holds only assets with PM activated, and so does what is missing", () => {
    const { plane } = Scene.make();
    const { fettle, call } = plane;
    const scanned = call(fettle.keys.create(manager, { title: "vm", tags: ["fleet"], modules: ["VM"] }));
    const other = WireAgent.make(plane, 2);
    other.provision(scanned);
    other.snapshot(Scene.installed);
    expect(call(fettle.assets.list(manager)).map((a) => a.asset.name)).toEqual(["machine-001"]);
    expect(call(fettle.assets.missing(manager)).map((m) => m.asset.name)).toEqual(["machine-001", "machine-001"]);
  });

  it("is ordered by name and tells the last check-in", () => {
    const { plane, agents } = Scene.make({ agents: 3 });
    plane.clock.pass(5_000);
    agents[1]?.checkIn();
    const list = plane.call(plane.fettle.assets.list(manager));
    expect(list.map((a) => [a.asset.name, a.lastCheckedInAt - Values.START])).toEqual([
      ["machine-001", 0],
      ["machine-002", 5_000],
      ["machine-003", 0],
    ]);
  });

  it("TAG-05: holds only the assets in the caller's scope, and so does what is missing", () => {
    const { plane, issued } = Scene.make({ agents: 1 });
    const { fettle, call } = plane;
    const lab = call(fettle.keys.create(manager, { title: "lab", tags: ["lab"] }));
    const other = WireAgent.make(plane, 2);
    other.provision(lab);
    other.snapshot(Scene.installed);
    const seenBy = (tags: readonly string[]) => {
      plane.users.set(Values.user("rita", "PatchReader", { _tag: "Tags", tags }));
      const rita = ControlPlane.as("rita");
      const listed = call(fettle.assets.list(rita)).map((a) => a.asset.name);
      expect([...new Set(call(fettle.assets.missing(rita)).map((m) => m.asset.name))]).toEqual(listed);
      return listed;
    };
    expect(seenBy([])).toEqual([]);
    expect(seenBy(["lab"])).toEqual(["machine-002"]);
    expect(seenBy(["fleet"])).toEqual(["machine-001"]);
    expect(seenBy(["cloud-agent"])).toEqual(["machine-001", "machine-002"]);
    expect(seenBy(["web"])).toEqual([]);
    expect(issued.key.tags).toEqual(["fleet"]);
  });

  it("LIC-05, LIC-10: seats go to the oldest activations of the whole tenant, and who has none is assessed all the same", () => {
    const { plane } = Scene.make({ agents: 0, subscription: { licences: { PM: { seats: 1 } } } });
    const { fettle, call } = plane;
    const key = call(fettle.keys.create(manager, { title: "k", tags: ["fleet"] }));
    for (const n of [3, 1, 2]) {
      const agent = WireAgent.make(plane, n);
      agent.provision(key);
      agent.snapshot(Scene.installed);
      plane.clock.pass(1);
    }
    expect(call(fettle.assets.list(manager)).map((a) => [a.asset.name, a.isLicensed, a.missing])).toEqual([
      ["machine-001", false, 2],
      ["machine-002", false, 2],
      ["machine-003", true, 2],
    ]);
  });

  it("LIC-01: shows nobody as licensed from the instant at which the plan ends", () => {
    const { plane } = Scene.make({ subscription: { expiresAt: Values.START + 10 } });
    const licensed = () => plane.call(plane.fettle.assets.list(manager)).map((a) => a.isLicensed);
    plane.clock.pass(9);
    expect(licensed()).toEqual([true]);
    plane.clock.pass(1);
    expect(licensed()).toEqual([false]);
  });
});

describe("the catalogue", () => {
  it("is what the feed brought, with a count", () => {
    const { plane } = Scene.make({ agents: 0 });
    const seen = { firstSeenAt: Values.START };
    expect(plane.call(plane.fettle.catalogue.list(manager))).toEqual(Scene.catalogue.map((p) => ({ ...p, ...seen })));
    const answer = plane.call(plane.fettle.catalogue.ingest(manager, [...Scene.catalogue, patch("P-3")]));
    expect(answer).toEqual({ patches: 3, changed: 1, deprecated: 0 });
    expect(plane.call(plane.fettle.catalogue.list(manager)).map((p) => p.id)).toEqual(["P-1", "P-2", "P-3"]);
  });

  it("PAT-06: keeps as deprecated what a feed no longer has, no longer calls it missing, and takes it up again when it comes back", () => {
    const scene = Scene.make();
    const { fettle, call } = scene.plane;
    const fewer = Scene.catalogue.slice(0, 1);
    expect(call(fettle.catalogue.ingest(manager, fewer))).toEqual({ patches: 1, changed: 1, deprecated: 1 });
    expect(call(fettle.catalogue.list(manager)).map((p) => [p.id, p.isDeprecated])).toEqual([
      ["P-1", false],
      ["P-2", true],
    ]);
    expect(missingOf(scene).map(([, id]) => id)).toEqual(["P-1"]);
    expect(call(fettle.catalogue.ingest(manager, fewer))).toEqual({ patches: 1, changed: 0, deprecated: 0 });
    call(fettle.catalogue.ingest(manager, Scene.catalogue));
    expect(missingOf(scene).map(([, id]) => id)).toEqual(["P-1", "P-2"]);
  });

  it("SYN-03: changed, is held against every snapshot anew, without asking an agent", () => {
    const scene = Scene.make({ agents: 2 });
    const { fettle, call } = scene.plane;
    const asked = scene.agents.map((a) => a.sent.length);
    call(fettle.catalogue.ingest(manager, [patch("N-1", { packages: [pkg("openssl", "9-1")] })]));
    expect(missingOf(scene)).toEqual(scene.agents.map((a) => [a.id, "N-1", "9-1"]));
    expect(scene.agents.map((a) => a.sent.length)).toEqual(asked);
  });

  it("SYN-03: changed while a snapshot comes in, is what that snapshot is held against in the end", () => {
    const scene = Scene.make();
    const { plane, agents } = scene;
    const newer = [patch("N-1", { packages: [pkg("openssl", "9-1")] })];
    for (const moment of ["before", "after"] as const) {
      plane.hooks[moment] = (batch) => {
        if (!batch.writes.some((w) => w.kind === "snapshot")) return;
        plane.hooks[moment] = null;
        plane.call(plane.fettle.catalogue.ingest(manager, newer));
      };
      // Whoever comes too late is sent back once, and comes again.
      const send = () => agents[0]?.send(agents[0].sign("snapshot", agents[0].snapshotBody([pkg("openssl", "3-1")])));
      if (send()?.status !== 200) expect(send()?.status).toBe(200);
      expect([moment, missingOf(scene)]).toEqual([moment, [[agents[0]?.id, "N-1", "9-1"]]]);
      plane.call(plane.fettle.catalogue.ingest(manager, Scene.catalogue));
    }
  });

  it("SYN-03: changed, gives way to a snapshot that comes in while it is held against the former one", () => {
    const scene = Scene.make();
    const { plane, agents } = scene;
    plane.hooks.before = (batch) => {
      if (!batch.writes.some((w) => w.kind === "assessment")) return;
      plane.hooks.before = null;
      agents[0]?.snapshot([pkg("openssl", "9-1")]);
    };
    plane.call(plane.fettle.catalogue.ingest(manager, [patch("N-1", { packages: [pkg("openssl", "9-1")] })]));
    expect(plane.hooks.before).toBeNull();
    expect(missingOf(scene)).toEqual([]);
    expect(plane.call(plane.fettle.assets.list(manager))[0]).toMatchObject({ missing: 0, installed: 1 });
  });

  it("SYN-03: changed twice at once, is the later one that assessments are held against", () => {
    const scene = Scene.make();
    const { plane } = scene;
    plane.hooks.before = (batch) => {
      if (!batch.writes.some((w) => w.kind === "assessment")) return;
      plane.hooks.before = null;
      plane.call(plane.fettle.catalogue.ingest(manager, [patch("N-2", { packages: [pkg("openssl", "8-1")] })]));
    };
    plane.call(plane.fettle.catalogue.ingest(manager, [patch("N-1", { packages: [pkg("openssl", "9-1")] })]));
    const standing = plane
      .call(plane.fettle.catalogue.list(manager))
      .filter((p) => !p.isDeprecated)
      .map((p) => p.id);
    expect(standing).toEqual(["N-2"]);
    expect(missingOf(scene).map(([, id]) => id)).toEqual(["N-2"]);
  });

  it("says when a blob that it needs is damaged, instead of assessing less", () => {
    const scene = Scene.make();
    const { plane, stored, agents } = scene;
    const digest = stored("snapshot").get(agents[0]?.id ?? "")?.digest ?? "sha256:";
    plane.blobs.damage("acme", digest);
    const failure = Effect.runSync(Effect.flip(plane.fettle.catalogue.ingest(manager, [patch("P-3")])));
    expect(failure).toMatchObject({ _tag: "BlobError", reason: "Corrupt", isRetryable: false });
  });
});
