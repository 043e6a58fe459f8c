import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { JobDraft } from "../../../src/domain/job/Job.ts";
import * as Cause from "../../../src/domain/run/Cause.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";
import * as WireAgent from "../../scenario/WireAgent.ts";

const { any, select } = Values;
const { manager } = ControlPlane;
const activated = { _tag: "OnActivation" } as const;
const after = (days: number) => ({ _tag: "AfterInactivity", days }) as const;

const world = (options: Scene.SceneOptions = {}) => {
  const scene = Scene.make(options);
  const { plane, issued } = scene;
  const { fettle, call } = plane;
  const provision = (n: number): WireAgent.WireAgent => {
    const agent = WireAgent.make(plane, n);
    agent.provision(issued);
    return agent;
  };
  return {
    scene,
    plane,
    fettle,
    call,
    provision,
    enabled: (over: Partial<JobDraft>) => scene.enabled(over),
    tick: () => call(fettle.tick()),
    /** The runs of a job, each as its key and the assets that it is of. */
    runs: (jobId: string) => {
      const assetRuns = [...scene.stored("assetRun").values()];
      return [...scene.stored("run").values()]
        .filter((r) => r.jobId === jobId)
        .map((r) => [r.occurrenceKey, assetRuns.filter((a) => a.runId === r.id).map((a) => a.assetId)] as const);
    },
    causes: () => [...scene.stored("cause").keys()],
  };
};

describe("a default job for newly activated assets", () => {
  it("JOB-24: runs on the new asset alone, once it is assessed, and once only", () => {
    const { enabled, provision, tick, runs, causes, plane } = world({ agents: 2 });
    const jobId = enabled({ schedule: activated });
    expect(tick()).toMatchObject({ materialised: 0, stuck: [] });
    plane.clock.pass(1_000);
    const agent = provision(7);
    const key = `activated:${agent.id}:${plane.clock.now()}`;
    expect(tick()).toMatchObject({ materialised: 0 });
    expect(causes()).toEqual([key]);
    plane.clock.pass(60_000);
    agent.snapshot(Scene.installed);
    expect(tick()).toMatchObject({ materialised: 1, issued: 1, stuck: [] });
    expect(runs(jobId)).toEqual([[key, [agent.id]]]);
    expect(causes()).toEqual([]);
    for (let i = 0; i < 3; i += 1) expect(tick()).toMatchObject({ materialised: 0, issued: 0 });
    expect(agent.checkIn().manifests).toHaveLength(1);
  });

  it("JOB-24: goes on from asset to asset, and stays enabled", () => {
    const { enabled, provision, tick, runs, scene } = world({ agents: 0 });
    const jobId = enabled({ schedule: activated });
    for (const n of [1, 2, 3]) {
      const agent = provision(n);
      agent.snapshot(Scene.installed);
      tick();
      const runId = [...scene.stored("run").values()].at(-1)?.id ?? "";
      agent.report(1, ...WireAgent.wholeRun(runId));
      tick();
    }
    expect(runs(jobId)).toHaveLength(3);
    expect(scene.stored("job").get(jobId)?.status).toBe("Enabled");
  });

  it("JOB-24: runs as patch management is activated on an asset that was there before", () => {
    const { enabled, tick, runs, scene, fettle, call, plane } = world({ agents: 2 });
    const jobId = enabled({ schedule: activated });
    const [agent] = scene.agents;
    const assets = [agent?.id ?? ""];
    call(fettle.agents.deactivate(manager, { assets }, ["PM"]));
    tick();
    expect(runs(jobId)).toEqual([]);
    plane.clock.pass(5_000);
    call(fettle.agents.activate(manager, { assets }, ["PM"]));
    tick();
    expect(runs(jobId)).toEqual([[`activated:${agent?.id}:${plane.clock.now()}`, assets]]);
    call(fettle.agents.activate(manager, { assets }, ["VM"]));
    tick();
    expect(runs(jobId)).toHaveLength(1);
  });

  it("JOB-24: means assets by its tags, and none that it has nothing to do on", () => {
    const { enabled, provision, tick, runs, causes } = world({ agents: 0 });
    const other = enabled({ schedule: activated, targets: select({ include: any("lab") }) });
    const own = enabled({ schedule: activated });
    const [first, second] = [provision(1), provision(2)];
    first.snapshot(Scene.installed);
    second.snapshot([Values.pkg("openssl", "2-1")]);
    tick();
    expect(runs(other)).toEqual([]);
    expect(runs(own).map(([, assets]) => assets)).toEqual([[first.id]]);
    expect(causes()).toEqual([]);
  });

  it("JOB-24: lets be what was activated before it was enabled, and what it no longer is enabled for", () => {
    const { enabled, provision, tick, runs, plane, fettle, call } = world({ agents: 0 });
    const early = enabled({ schedule: activated });
    const agent = provision(1);
    plane.clock.pass(1_000);
    const late = enabled({ schedule: activated });
    call(fettle.jobs.disable(manager, early));
    agent.snapshot(Scene.installed);
    tick();
    expect([...runs(early), ...runs(late)]).toEqual([]);
  });

  it("JOB-24: waits for no asset longer than a week, nor for one that is gone", () => {
    const { enabled, provision, tick, causes, runs, plane, fettle, call } = world({ agents: 0 });
    const jobId = enabled({ schedule: activated });
    const [slow, gone] = [provision(1), provision(2)];
    call(fettle.agents.uninstall(manager, { assets: [gone.id] }));
    gone.leave();
    tick();
    expect(causes()).toEqual([`activated:${slow.id}:${Values.START}`]);
    plane.clock.pass(Cause.WAITS_DAYS_MAX * Values.DAY_MS);
    tick();
    expect(causes()).toHaveLength(1);
    plane.clock.pass(1);
    tick();
    expect(causes()).toEqual([]);
    slow.snapshot(Scene.installed);
    tick();
    expect(runs(jobId)).toEqual([]);
  });

  it("JOB-24: is kept nothing of where no such job is enabled", () => {
    const { scene, provision, plane, causes, fettle, call } = world();
    call(fettle.jobs.create(manager, Values.draft({ schedule: activated })));
    provision(9);
    plane.clock.pass(30 * Values.DAY_MS);
    scene.agents[0]?.checkIn();
    expect(causes()).toEqual([]);
  });

  it("JOB-24: five ticks at once, or one that died half way, make each run once", async () => {
    const { enabled, provision, runs, plane, fettle, tick } = world({ agents: 0 });
    const jobs = [enabled({ schedule: activated }), enabled({ schedule: activated })];
    for (const n of [1, 2]) provision(n).snapshot(Scene.installed);
    let commits = 0;
    plane.hooks.after = () => {
      commits += 1;
      if (commits === 2) throw new ControlPlane.Death();
    };
    expect(plane.dies(fettle.tick())).toBe(true);
    plane.hooks.after = null;
    await Effect.runPromise(
      Effect.all(
        Array.from({ length: 5 }, () => fettle.tick()),
        { concurrency: "unbounded" },
      ),
    );
    tick();
    for (const jobId of jobs) expect(runs(jobId)).toHaveLength(2);
  });

  it("RBAC-07, JOB-24: is stuck without an owner who may run it, keeps what started it, and runs when it has one again", () => {
    const { enabled, provision, tick, runs, causes, plane } = world({ agents: 0 });
    const jobId = enabled({ schedule: activated });
    provision(1).snapshot(Scene.installed);
    plane.users.remove("mara");
    expect(tick()).toMatchObject({ materialised: 0, stuck: [{ jobId }] });
    expect(causes()).toHaveLength(1);
    plane.users.set(Values.user("mara", "PatchManager"));
    expect(tick()).toMatchObject({ materialised: 1 });
    expect(runs(jobId)).toHaveLength(1);
  });
});

describe("a default job for assets that were silent", () => {
  it("JOB-24: runs when one is heard of again after so many days, not a moment less", () => {
    const { enabled, tick, runs, scene, plane } = world({ agents: 2 });
    const [ten, thirty] = [enabled({ schedule: after(10) }), enabled({ schedule: after(30) })];
    const [first, second] = scene.agents;
    for (const agent of scene.agents) agent.checkIn();
    plane.clock.pass(10 * Values.DAY_MS - 1);
    first?.checkIn();
    tick();
    expect(runs(ten)).toEqual([]);
    plane.clock.pass(1);
    second?.checkIn();
    tick();
    expect(runs(ten)).toEqual([[`returned:${second?.id}:${plane.clock.now()}`, [second?.id]]]);
    expect(runs(thirty)).toEqual([]);
    second?.checkIn();
    tick();
    expect(runs(ten)).toHaveLength(1);
  });

  it("JOB-24: doesn't run on what is newly activated, and the other sort not on what was silent", () => {
    const { enabled, tick, runs, scene, plane, provision } = world({ agents: 1 });
    const [silent, fresh] = [enabled({ schedule: after(3) }), enabled({ schedule: activated })];
    const agent = provision(5);
    agent.snapshot(Scene.installed);
    plane.clock.pass(3 * Values.DAY_MS);
    scene.agents[0]?.checkIn();
    tick();
    expect(runs(silent).map(([, assets]) => assets)).toEqual([[scene.agents[0]?.id]]);
    expect(runs(fresh).map(([, assets]) => assets)).toEqual([[agent.id]]);
  });

  it("JOB-24: has a plan that says beforehand whom it would mean, and that it may be otherwise", () => {
    const { fettle, call, scene } = world({ agents: 2 });
    const { id } = call(fettle.jobs.create(manager, Values.draft({ schedule: after(3) })));
    const { plan } = call(fettle.jobs.plan(manager, id));
    expect(plan.isProvisional).toBe(true);
    expect(plan.groups.flatMap((g) => g.assets)).toEqual(scene.agents.map((a) => a.id));
  });
});
