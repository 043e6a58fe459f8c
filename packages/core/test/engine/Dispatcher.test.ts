import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Tenant from "../../src/domain/shared/Tenant.ts";
import * as Repository from "../../src/engine/Repository.ts";
import * as Indexing from "../../src/engine/runs/Indexing.ts";
import * as Fettle from "../../src/Fettle.ts";
import { Storage } from "../../src/ports/Storage.ts";
import * as Random from "../../src/testing/simulation/Random.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { draft, user } = Values;
const { as, manager } = ControlPlane;
const { status, wholeRun } = WireAgent;
const LEASE_MS = 24 * Values.HOUR_MS;
const tick = ({ plane }: Scene.Scene) => plane.call(plane.fettle.tick());

/** What must be so after any number of ticks, however they went: one run a job, and one manifest in force for each asset that waits. */
const expectOnce = (scene: Scene.Scene, jobId: string): void => {
  const { plane, stored } = scene;
  const runs = [...stored("run").values()].filter((r) => r.jobId === jobId);
  expect(runs).toHaveLength(1);
  const assetRuns = [...stored("assetRun").values()].filter((a) => a.jobId === jobId);
  expect(assetRuns).toHaveLength(scene.agents.length);
  for (const assetRun of assetRuns) {
    expect(assetRun.manifest?.notAfter).toBe(plane.clock.now() + LEASE_MS);
    const agent = stored("agent").get(assetRun.assetId);
    const { issuedAt, ...reference } = assetRun.manifest ?? {};
    expect(issuedAt).toBe(plane.clock.now());
    expect(agent?.manifests).toEqual([{ ...reference, assetRunId: assetRun.id }]);
    expect(agent?.manifestVersion).toBe(1);
  }
  expect(runs[0]?.isIssued).toBe(true);
  const events = plane.events();
  expect(events.map((e) => e.position)).toEqual(events.map((_, i) => i + 1));
  expect(events.filter((e) => e.type === "RunMaterialised")).toHaveLength(1);
  expect(events.filter((e) => e.type === "ManifestIssued")).toHaveLength(scene.agents.length);
};

describe("a tick", () => {
  it("SCH-01: makes one run of a job enabled on demand, with an asset run and a manifest for each asset of the plan", () => {
    const scene = Scene.make({ agents: 2 });
    const jobId = scene.enabled();
    scene.plane.clock.pass(5_000);
    expect(tick(scene)).toMatchObject({ materialised: 1, issued: 2, completed: 0 });
    const run = scene.stored("run").get(scene.run(jobId).id);
    const job = scene.stored("job").get(jobId);
    expect(run).toMatchObject({
      jobId,
      jobRevision: 2,
      kind: "deployment",
      occurrenceKey: "on-demand",
      planHash: job?.enabled?.planHash,
      hasDrifted: false,
      startedAt: Values.START + 5_000,
    });
    expect([...scene.run(jobId).assetRuns.keys()].sort()).toEqual(scene.agents.map((a) => a.id).sort());
    expectOnce(scene, jobId);
  });

  it("leaves alone what isn't enabled", () => {
    const scene = Scene.make();
    scene.plane.call(scene.plane.fettle.jobs.create(manager, draft()));
    const before = scene.plane.storage.dump();
    expect(tick(scene)).toMatchObject({ materialised: 0, issued: 0, completed: 0 });
    expect(scene.plane.storage.dump()).toEqual(before);
  });

  it("gives each asset a manifest of its own, signed, with the plan's list and the lease as its validity (PLN-04)", () => {
    const scene = Scene.make({ agents: 2, subscription: { limits: { leaseSeconds: 60 } } });
    const jobId = scene.enabled({ continueOnFailure: false });
    tick(scene);
    const { id: runId } = scene.run(jobId);
    for (const agent of scene.agents) {
      const [offered] = agent.checkIn().manifests;
      const manifest = agent.manifest(offered?.digest ?? "sha256:");
      expect(manifest).toMatchObject({
        tenantId: "acme",
        agentId: agent.id,
        epoch: 1,
        manifestVersion: 1,
        runId,
        jobId,
        jobRevision: 2,
        occurrenceKey: "on-demand",
        kind: "deployment",
        notBefore: Values.START,
        notAfter: Values.START + 60_000,
        local: null,
        continueOnFailure: false,
        reboot: { _tag: "Suppress" },
        critical: [],
      });
      expect(agent.list(manifest.list)).toEqual({
        tenantId: "acme",
        kind: "deployment",
        patches: [{ patchId: "P-1", advisory: "P-1", packages: [Values.pkg("openssl", "2-1")] }],
      });
    }
  });

  it("CMP-03: gives each asset the list of its own plan, whatever others of the run get", () => {
    const scene = Scene.make({ agents: 3 });
    const [, second, third] = scene.agents;
    second?.snapshot([Values.pkg("curl", "2-1"), Values.pkg("openssl", "1-1")]);
    third?.snapshot([Values.pkg("curl", "1-1"), Values.pkg("openssl", "2-1")]);
    const jobId = scene.enabled({ patches: { _tag: "List", patches: ["P-1", "P-2"] } });
    expect(tick(scene)).toMatchObject({ issued: 3 });
    const { assetRuns } = scene.run(jobId);
    const lists = scene.agents.map((agent) => {
      const [offered] = agent.checkIn().manifests;
      const ids = agent.list(agent.manifest(offered?.digest ?? "sha256:").list).patches.map((p) => p.patchId);
      expect(ids).toEqual(assetRuns.get(agent.id)?.patches.map((p) => p.patchId));
      return ids;
    });
    expect(lists).toEqual([["P-1", "P-2"], ["P-1"], ["P-2"]]);
  });

  it("ten times over does what one does", () => {
    const scene = Scene.make({ agents: 3 });
    const jobId = scene.enabled();
    tick(scene);
    const before = scene.plane.storage.dump();
    for (let i = 0; i < 10; i += 1) expect(tick(scene)).toMatchObject({ materialised: 0, issued: 0, completed: 0 });
    expect(scene.plane.storage.dump()).toEqual(before);
    expectOnce(scene, jobId);
  });

  it.each([
    ["from the start", 0],
    ["after one that died when it had made the run", 1],
  ])("five at once, interleaved anyhow, do what one does, %s", async (_, commitsBefore) => {
    let rivals = 0;
    for (let seed = 0; seed < 20; seed += 1) {
      const random = Random.make(`ticks ${seed}`);
      const gate = { open: false };
      const plane = ControlPlane.make({ interleave: { ...random, below: (n) => (gate.open ? random.below(n) : 0) } });
      const scene = Scene.make({ plane, agents: 3 });
      const jobId = scene.enabled();
      if (commitsBefore > 0) dieAfter(plane, commitsBefore);
      let commits = 0;
      plane.hooks.before = () => {
        commits += 1;
      };
      gate.open = true;
      const ticks = Array.from({ length: 5 }, () => plane.fettle.tick());
      await Effect.runPromise(Effect.all(ticks, { concurrency: "unbounded" }));
      gate.open = false;
      plane.hooks.before = null;
      tick(scene);
      expectOnce(scene, jobId);
      // One tick alone needs three: the run, the manifests, the mark that all were issued.
      rivals += commits - (3 - commitsBefore);
    }
    // They did get into each other's way.
    expect(rivals).toBeGreaterThan(40);
  });

  it("that dies before or after any of its commits is taken up by the next", () => {
    let commits = 0;
    for (const moment of ["before", "after"] as const) {
      for (let fatal = 1; ; fatal += 1) {
        const scene = Scene.make({ agents: 3 });
        const jobId = scene.enabled();
        const { plane } = scene;
        let n = 0;
        plane.hooks[moment] = () => {
          n += 1;
          if (n === fatal) throw new ControlPlane.Death();
        };
        const died = plane.dies(plane.fettle.tick());
        plane.hooks[moment] = null;
        tick(scene);
        tick(scene);
        expectOnce(scene, jobId);
        if (!died) break;
        commits = Math.max(commits, fatal);
      }
    }
    // The run, the manifests, the mark that all were issued.
    expect(commits).toBe(3);
  });

  it("PLN-04: renews a lease that ran out before the agent took the job, and not a moment earlier", () => {
    const scene = Scene.make();
    const [agent] = scene.agents;
    const jobId = scene.enabled();
    tick(scene);
    const first = agent?.checkIn().manifests ?? [];
    scene.plane.clock.pass(LEASE_MS - 1);
    expect(tick(scene)).toMatchObject({ issued: 0 });
    expect(agent?.checkIn().manifests).toEqual(first);
    scene.plane.clock.pass(1);
    expect(agent?.checkIn().manifests).toEqual([]);
    expect(tick(scene)).toMatchObject({ issued: 1 });
    const second = agent?.checkIn().manifests ?? [];
    expect([...first, ...second].map((m) => m.version)).toEqual([1, 2]);
    const [before, after] = [first, second].map((m) => agent?.manifest(m[0]?.digest ?? "sha256:"));
    expect(after).toEqual({ ...before, manifestVersion: 2, notAfter: scene.plane.clock.now() + LEASE_MS });
    expect(scene.run(jobId).assetRuns.get(agent?.id ?? "")?.manifest?.version).toBe(2);
  });

  it("PLN-04: renews the lease of who has downloaded and not started", () => {
    const scene = Scene.make();
    const [agent] = scene.agents;
    const jobId = scene.enabled();
    tick(scene);
    agent?.report(1, status(scene.run(jobId).id, "Downloaded"));
    scene.plane.clock.pass(LEASE_MS);
    expect(tick(scene)).toMatchObject({ issued: 1 });
    expect(agent?.checkIn({ manifestVersion: 1 }).manifests.map((m) => m.version)).toEqual([2]);
    expect(scene.run(jobId).assetRuns.get(agent?.id ?? "")?.state.status).toBe("Downloaded");
  });

  it("PLN-04, WIN-04: reads no asset run that there is nothing to do about, and those that there is together", () => {
    const scene = Scene.make({ agents: 3 });
    const { plane } = scene;
    const jobId = scene.enabled();
    tick(scene);
    const { find } = plane.storage;
    const read: string[] = [];
    const storage = {
      ...plane.storage,
      find: (...asked: Parameters<typeof find>) =>
        Effect.tap(find(...asked), (found) =>
          Effect.sync(() => void read.push(...found.filter((e) => e.kind === "assetRun").map((e) => e.id))),
        ),
    };
    const again = Fettle.make(Context.add(plane.ports, Storage, storage));
    plane.call(again.tick());
    plane.clock.pass(Values.HOUR_MS);
    plane.call(again.tick());
    // That there is one whose end isn't known is enough to know that the run isn't over.
    expect(read).toEqual(Array.from({ length: 2 }, () => expect.stringContaining(scene.run(jobId).id)));
    let commits = 0;
    plane.hooks.before = () => {
      commits += 1;
    };
    plane.clock.pass(LEASE_MS);
    expect(tick(scene)).toMatchObject({ issued: 3 });
    expect(commits).toBe(1);
  });

  it("PLN-04, WIN-04: looks no more often into a run without a window that is open for a year than a few times a month of it", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane } = scene;
    scene.enabled();
    tick(scene);
    const { find } = plane.storage;
    let looks = 0;
    const storage = {
      ...plane.storage,
      find: (...asked: Parameters<typeof find>) => {
        if (asked[2].name === "due") looks += 1;
        return find(...asked);
      },
    };
    const again = Fettle.make(Context.add(plane.ports, Storage, storage));
    plane.clock.pass(365 * 24 * Values.HOUR_MS);
    // The leases of long ago are found, however long nobody looked, and renewed once.
    expect(plane.call(again.tick())).toMatchObject({ issued: 2 });
    expect(looks).toBeLessThan(45);
    expect(plane.call(again.tick())).toMatchObject({ issued: 0 });
  });

  it("PLN-04: finds asset runs that were kept before there was an index of what is due", () => {
    const scene = Scene.make({ agents: 3 });
    const { plane } = scene;
    const jobId = scene.enabled();
    tick(scene);
    const indexes = ["run", "asset"];
    const before = [...scene.stored("assetRun").values()].map((a) => {
      const put = Repository.put("assetRun", a.id, a);
      return { ...put, indexes: put.indexes.filter(({ name }) => indexes.includes(name)) };
    });
    const old = { writes: before, counters: [{ ...Indexing.none, by: -1 }] };
    Effect.runSync(
      Effect.provideService(Repository.commit(Tenant.of(ControlPlane.TENANT), old), Storage, plane.storage),
    );
    plane.clock.pass(LEASE_MS);
    // Whoever writes one of them just then leaves the others to be written by themselves.
    plane.hooks.before = () => {
      plane.hooks.before = null;
      scene.agents[0]?.report(1, status(scene.run(jobId).id, "Downloaded"));
    };
    expect(tick(scene)).toMatchObject({ issued: 3, completed: 0 });
    expect(tick(scene)).toMatchObject({ issued: 0, completed: 0 });
  });

  it("calls a run issued once every asset has its manifest, and not before", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane } = scene;
    const jobId = scene.enabled();
    plane.hooks.before = (batch) => {
      if (!batch.events.some((e) => e.type === "ManifestIssued")) return;
      plane.hooks.before = null;
      // The first agent checks in just then, so that its record is another.
      scene.agents[0]?.checkIn();
    };
    const isIssued = () => plane.call(plane.fettle.runs.progress(manager, scene.run(jobId).id)).isIssued;
    expect(tick(scene)).toMatchObject({ issued: 1 });
    expect(isIssued()).toBe(false);
    expect(tick(scene)).toMatchObject({ issued: 1 });
    expect(isIssued()).toBe(true);
    expectOnce(scene, jobId);
  });

  it("PLN-04: gives no new lease to who has started", () => {
    const scene = Scene.make();
    const jobId = scene.enabled();
    tick(scene);
    const { id } = scene.run(jobId);
    scene.agents[0]?.report(1, status(id, "Downloaded"), status(id, "JobStarted"));
    scene.plane.clock.pass(2 * LEASE_MS);
    expect(tick(scene)).toMatchObject({ issued: 0 });
    expect(scene.agents[0]?.checkIn().manifests).toEqual([]);
  });

  it("numbers an agent's manifests upwards over its jobs", () => {
    const scene = Scene.make();
    const [agent] = scene.agents;
    const jobs = [scene.enabled(), scene.enabled({ title: "second" })];
    tick(scene);
    const offered = agent?.checkIn().manifests ?? [];
    expect(offered.map((m) => m.version)).toEqual([1, 2]);
    expect(offered.map((m) => agent?.manifest(m.digest).jobId).sort()).toEqual([...jobs].sort());
  });
});

describe("the plan at the tick", () => {
  it("TAG-06: is compiled in the scope that the owner has then, though it was wider at enabling, and says that it drifted", () => {
    const scene = Scene.make();
    const { plane } = scene;
    const { fettle, call } = plane;
    const job = call(fettle.jobs.create(as("uli"), draft()));
    call(fettle.jobs.enable(as("uli"), job.id));
    plane.users.set(user("uli", "PatchUser", { _tag: "Tags", tags: ["lab"] }));
    tick(scene);
    const { id, assetRuns } = scene.run(job.id);
    expect(assetRuns.size).toBe(0);
    expect(scene.agents[0]?.checkIn().manifests).toEqual([]);
    const run = scene.stored("run").get(id);
    expect(run?.hasDrifted).toBe(true);
    expect(scene.stored("plan").get(run?.planHash ?? "")?.excluded).toMatchObject([{ rule: "TAG-06" }]);
  });

  it("JOB-22, CMP-03: of a query is resolved at the tick, its patches frozen in the run, and its drift is reported", () => {
    const scene = Scene.make();
    const { plane, agents } = scene;
    const { fettle, call } = plane;
    const jobId = scene.enabled({ patches: { _tag: "Query", query: "category: security" } });
    const newer = Values.patch("P-9", { packages: [Values.pkg("curl", "3-1")], publishedAt: 9 });
    call(fettle.catalogue.ingest(manager, [...Scene.catalogue, newer]));
    tick(scene);
    const planned = () => [...scene.run(jobId).assetRuns.values()].map((a) => a.patches.map((p) => p.patchId));
    expect(planned()).toEqual([["P-1", "P-9"]]);
    expect(scene.stored("run").get(scene.run(jobId).id)?.hasDrifted).toBe(true);
    call(fettle.catalogue.ingest(manager, Scene.catalogue.slice(1)));
    agents[0]?.snapshot([]);
    tick(scene);
    expect(planned()).toEqual([["P-1", "P-9"]]);
  });

  it("OWN-01: a job whose owner is gone stays enabled, doesn't run, says why, and keeps nobody else's from running", () => {
    const scene = Scene.make();
    const { plane } = scene;
    const { fettle, call } = plane;
    const orphan = call(fettle.jobs.create(as("uli"), draft()));
    call(fettle.jobs.enable(as("uli"), orphan.id));
    const others = [scene.enabled(), scene.enabled(), scene.enabled()];
    const elsewhere = Scene.make({ plane, tenantId: "zeta" });
    const far = elsewhere.enabled();
    plane.users.remove("uli");
    const report = tick(scene);
    expect(report).toMatchObject({ materialised: 4, issued: 4 });
    expect(report.stuck).toEqual([{ tenantId: "acme", jobId: orphan.id, message: "OWN-01: the job's owner is gone" }]);
    expect(call(fettle.jobs.get(manager, orphan.id)).status).toBe("Enabled");
    expect(call(fettle.runs.ofJob(manager, orphan.id))).toEqual([]);
    for (const jobId of others) expect(scene.run(jobId).assetRuns.size).toBe(1);
    expect(elsewhere.run(far).assetRuns.size).toBe(1);
    plane.users.set(user("uli", "PatchUser"));
    expect(tick(scene)).toMatchObject({ materialised: 1, stuck: [] });
  });

  it("LIC-06: puts an unlicensed asset into the run as Not Licensed, without a manifest, and the job ends without it", () => {
    const scene = Scene.make({ agents: 2, subscription: { licences: { PM: { seats: 1 } } } });
    const [licensed, unlicensed] = scene.agents;
    const jobId = scene.enabled();
    expect(tick(scene)).toMatchObject({ issued: 1 });
    const { id, assetRuns } = scene.run(jobId);
    expect(assetRuns.get(unlicensed?.id ?? "")).toMatchObject({
      manifest: null,
      patches: [],
      state: { status: "NotLicensed", reason: expect.stringContaining("LIC-05") },
    });
    expect(unlicensed?.checkIn().manifests).toEqual([]);
    licensed?.report(1, ...wholeRun(id));
    expect(tick(scene)).toMatchObject({ completed: 1 });
    expect(scene.plane.call(scene.plane.fettle.jobs.get(manager, jobId)).status).toBe("Completed");
  });
});

describe("a run-once job", () => {
  it("JOB-13: is Completed once every asset has a final status; Pending Reboot is none", () => {
    const scene = Scene.make({ agents: 2 });
    const [first, second] = scene.agents;
    const jobId = scene.enabled();
    const jobStatus = () => scene.plane.call(scene.plane.fettle.jobs.get(manager, jobId)).status;
    tick(scene);
    const { id } = scene.run(jobId);
    first?.report(1, ...wholeRun(id));
    tick(scene);
    expect(jobStatus()).toBe("Enabled");
    second?.report(1, ...wholeRun(id).slice(0, 4), status(id, "PendingReboot"));
    tick(scene);
    expect(jobStatus()).toBe("Enabled");
    second?.report(6, status(id, "Rebooted"), status(id, "JobResumed"), status(id, "Completed"));
    expect(jobStatus()).toBe("Enabled");
    expect(tick(scene)).toMatchObject({ completed: 1 });
    expect(jobStatus()).toBe("Completed");
    expect(tick(scene)).toMatchObject({ completed: 0 });
    expect(scene.plane.events().filter((e) => e.type === "JobCompleted")).toHaveLength(1);
  });

  it("JOB-13: is Completed though an asset failed", () => {
    const scene = Scene.make();
    const jobId = scene.enabled();
    tick(scene);
    scene.agents[0]?.report(1, ...wholeRun(scene.run(jobId).id, "P-1", "Failed"));
    expect(tick(scene)).toMatchObject({ completed: 1 });
    expect([...scene.run(jobId).assetRuns.values()].map((a) => a.state.status)).toEqual(["CompletedWithFailure"]);
  });

  it("JOB-13: without a single asset is Completed at once", () => {
    const scene = Scene.make({ agents: 0 });
    const jobId = scene.enabled();
    expect(tick(scene)).toMatchObject({ materialised: 1, completed: 1 });
    expect(scene.stored("job").get(jobId)?.status).toBe("Completed");
  });
});

/** Lets a tick die after so many commits. */
const dieAfter = (plane: ControlPlane.ControlPlane, commits: number): void => {
  let n = 0;
  plane.hooks.after = () => {
    n += 1;
    if (n === commits) throw new ControlPlane.Death();
  };
  expect(plane.dies(plane.fettle.tick())).toBe(true);
  plane.hooks.after = null;
};
