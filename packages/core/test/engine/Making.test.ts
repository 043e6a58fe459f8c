import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as PlanParts from "../../src/domain/plan/PlanParts.ts";
import * as Random from "../../src/testing/simulation/Random.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as LargeFleet from "../scenario/LargeFleet.ts";
import type * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";

const { manager } = ControlPlane;
const { tick } = Timed;
const ASSETS = 2 * PlanParts.PART_ASSETS_MAX + 1;
/** The plan's three parts with the job that is enabled; the claim, three parts of asset runs. */
const COMMITS = 4;

/** Lets the control plane die before its next commit but so many. */
const dieAfter = ({ hooks }: ControlPlane.ControlPlane, commits: number): void => {
  let left = commits;
  hooks.before = () => {
    if (left === 0) throw new ControlPlane.Death();
    left -= 1;
  };
};
const halfMade = (scene: Scene.Scene, commits = 2) => {
  const { plane } = scene;
  dieAfter(plane, commits);
  expect(plane.dies(plane.fettle.tick())).toBe(true);
  plane.hooks.before = null;
  const [run] = LargeFleet.all(scene, "run");
  if (run?.making === undefined) throw new Error("not half made");
  return { ...run, making: run.making };
};
const eventsOf = (scene: Scene.Scene, type: string) => {
  const all = Effect.runSync(scene.plane.storage.events(scene.tenantId, 0, 1_000));
  return all.filter((e) => e.type === type);
};
const expectWhole = (scene: Scene.Scene, assets = ASSETS): void => {
  const [run, ...others] = LargeFleet.all(scene, "run");
  expect(others).toEqual([]);
  expect(run).not.toHaveProperty("making");
  const assetRuns = LargeFleet.all(scene, "assetRun");
  expect(new Set(assetRuns.map((a) => a.assetId)).size).toBe(assets);
  expect(assetRuns).toHaveLength(assets);
  expect(eventsOf(scene, "RunMaterialised")).toMatchObject([{ id: run?.id, body: { assets } }]);
};

describe("a run of more assets than one part holds", () => {
  it("CMP-03: is made part by part, each a commit, and told once, when it is whole", () => {
    const scene = LargeFleet.make(ASSETS);
    const jobId = scene.enabled();
    const sizes: number[] = [];
    scene.plane.hooks.before = ({ writes }) => {
      const made = writes.filter((w) => w.kind === "assetRun").length;
      if (writes.some((w) => w.kind === "run")) sizes.push(made);
    };
    expect(tick(scene)).toMatchObject({ materialised: 1, stuck: [] });
    expect(sizes.slice(0, COMMITS)).toEqual([0, PlanParts.PART_ASSETS_MAX, PlanParts.PART_ASSETS_MAX, 1]);
    expectWhole(scene);
    expect(scene.plane.call(scene.plane.fettle.runs.ofJob(manager, jobId))).toMatchObject([{ closedAt: null }]);
  });

  it("PLN-04, RUN-05: half made, it tells how far it is, sends nothing, and neither closes nor completes its job", () => {
    const scene = LargeFleet.make(ASSETS);
    const jobId = scene.enabled();
    const run = halfMade(scene, 1);
    const { fettle, call } = scene.plane;
    expect(run.making).toMatchObject({ part: 0, parts: 3, of: ASSETS });
    // No asset run is there yet, and all of none are final: that must not be taken for the end.
    dieAfter(scene.plane, 0);
    scene.plane.dies(fettle.tick());
    scene.plane.hooks.before = null;
    expect(call(fettle.runs.progress(manager, run.id))).toMatchObject({
      making: { made: 0, of: ASSETS },
      isIssued: false,
    });
    expect(call(fettle.jobs.get(manager, jobId))).toMatchObject({ status: "Enabled" });
    dieAfter(scene.plane, 1);
    scene.plane.dies(fettle.tick());
    scene.plane.hooks.before = null;
    const made = PlanParts.PART_ASSETS_MAX;
    expect(call(fettle.runs.progress(manager, run.id))).toMatchObject({ making: { made, of: ASSETS }, assets: made });
    expect(eventsOf(scene, "ManifestIssued")).toEqual([]);
    expect(eventsOf(scene, "RunMaterialised")).toEqual([]);
    expect(LargeFleet.all(scene, "run")).toMatchObject([{ closedAt: null }]);
    expect(tick(scene)).toMatchObject({ materialised: 1, issued: 1 });
    expectWhole(scene);
    expect(call(fettle.runs.progress(manager, run.id))).not.toHaveProperty("making");
  });

  it("CMP-03: that died before or after any of its commits is gone on with by the next tick, each asset run once", () => {
    for (const moment of ["before", "after"] as const) {
      for (let fatal = 1; fatal <= COMMITS + 1; fatal += 1) {
        const scene = LargeFleet.make(ASSETS);
        scene.enabled();
        const { plane } = scene;
        let n = 0;
        plane.hooks[moment] = () => {
          n += 1;
          if (n === fatal) throw new ControlPlane.Death();
        };
        expect(plane.dies(plane.fettle.tick())).toBe(true);
        plane.hooks[moment] = null;
        tick(scene);
        expectWhole(scene);
      }
    }
  });

  it("CMP-03, SCH-08: three tickers at once, interleaved anyhow, make it once", async () => {
    let refusals = 0;
    for (let seed = 0; seed < 4; seed += 1) {
      const random = Random.make(`making ${seed}`);
      const gate = { open: false };
      const plane = ControlPlane.make({ interleave: { ...random, below: (n) => (gate.open ? random.below(n) : 0) } });
      const scene = LargeFleet.make(ASSETS, plane);
      scene.enabled();
      let tried = 0;
      plane.hooks.before = ({ writes }) => {
        if (writes.some((w) => w.kind === "run")) tried += 1;
      };
      gate.open = true;
      await Effect.runPromise(
        Effect.all(
          [1, 2, 3].map(() => plane.fettle.tick()),
          { concurrency: "unbounded" },
        ),
      );
      gate.open = false;
      plane.hooks.before = null;
      tick(scene);
      expectWhole(scene);
      expect(eventsOf(scene, "ManifestIssued")).toHaveLength(1);
      refusals += tried - COMMITS;
    }
    expect(refusals).toBeGreaterThan(0);
  });

  it("JOB-19: a re-run larger than one part, killed between its parts, is made to its end by two tickers at once, each asset run once", async () => {
    const random = Random.make("re-run");
    const gate = { open: false };
    const plane = ControlPlane.make({ interleave: { ...random, below: (n) => (gate.open ? random.below(n) : 0) } });
    const scene = LargeFleet.make(ASSETS, plane);
    const { fettle, call } = plane;
    const jobId = scene.enabled();
    tick(scene);
    const { id: runId } = scene.run(jobId);
    LargeFleet.fail(scene);
    const answer = call(fettle.jobs.rerunFailed(manager, runId, { idempotencyKey: "again" }));
    // It takes all of them, and says that none is made yet.
    expect(answer).toMatchObject({ assets: ASSETS, making: { made: 0, of: ASSETS } });
    expect(call(fettle.jobs.rerunFailed(manager, runId, { idempotencyKey: "again" }))).toEqual(answer);
    const { run } = answer;
    const kept = () => LargeFleet.all(scene, "run").find((r) => r.id === run.id);
    expect(kept()).toMatchObject({ rerun: { of: runId, number: 1, tried: ASSETS }, making: { part: 0, parts: 3 } });
    expect(kept()).toEqual(run);
    let parts = 0;
    plane.hooks.before = ({ writes }) => {
      if (writes.some((w) => w.kind === "assetRun" && w.id.startsWith(run.id))) parts += 1;
      if (parts === 2) throw new ControlPlane.Death();
    };
    expect(plane.dies(fettle.tick())).toBe(true);
    plane.hooks.before = null;
    const ofRerun = () => LargeFleet.all(scene, "assetRun").filter((a) => a.runId === run.id);
    expect(ofRerun()).toHaveLength(PlanParts.PART_ASSETS_MAX);
    expect(plane.rejections(fettle.jobs.rerunFailed(manager, runId))).toMatchObject([
      { rule: "JOB-19", message: expect.stringContaining("being made yet") },
    ]);
    gate.open = true;
    await Effect.runPromise(Effect.all([fettle.tick(), fettle.tick()], { concurrency: "unbounded" }));
    gate.open = false;
    tick(scene);
    expect(kept()).not.toHaveProperty("making");
    const made = ofRerun();
    expect(made).toHaveLength(ASSETS);
    expect(new Set(made.map((a) => a.assetId)).size).toBe(ASSETS);
    expect(new Set(made.flatMap((a) => a.patches.map((p) => p.patchId)))).toEqual(new Set(["P-1"]));
    const told = eventsOf(scene, "RunMaterialised").filter((e) => e.id === run.id);
    expect(told).toMatchObject([{ body: { assets: ASSETS } }]);
  });

  it.each(["disable", "delete"] as const)(
    "JOB-28: whose job somebody %ss half way is not made to its end, and nothing of it starts",
    (how) => {
      const scene = LargeFleet.make(ASSETS);
      const schedule = Timed.daily("2026-02-02T02:00");
      const id = scene.enabled(how === "disable" ? { schedule } : {});
      if (how === "disable") scene.plane.clock.pass(Timed.utc("2026-02-01T23:00") - scene.plane.clock.now());
      const run = halfMade(scene);
      const { fettle, call } = scene.plane;
      const stopped =
        how === "disable" ? call(fettle.jobs.disable(manager, id)) : call(fettle.jobs.delete(manager, id));
      expect(stopped).toMatchObject({ revoked: ASSETS });
      expect(tick(scene)).toMatchObject({ materialised: 1, issued: 0 });
      const assetRuns = LargeFleet.all(scene, "assetRun");
      expect(assetRuns).toHaveLength(PlanParts.PART_ASSETS_MAX);
      expect(new Set(assetRuns.map((a) => a.state.status))).toEqual(new Set(["JobFailed"]));
      expect(LargeFleet.all(scene, "run")).toMatchObject([{ id: run.id, closedAt: scene.plane.clock.now() }]);
    },
  );

  it("JOB-28: of more assets than one commit revokes is revoked by the next tick", () => {
    const assets = 5_001;
    const scene = LargeFleet.make(assets);
    const id = scene.enabled();
    tick(scene);
    const { fettle, call } = scene.plane;
    expect(call(fettle.jobs.delete(manager, id))).toMatchObject({ revoked: assets });
    tick(scene);
    const assetRuns = LargeFleet.all(scene, "assetRun");
    expect(assetRuns.filter((a) => a.state.status === "JobFailed")).toHaveLength(assets);
  });

  it("leaves out an asset that was removed before its turn came", () => {
    const scene = LargeFleet.make(ASSETS);
    scene.enabled();
    halfMade(scene);
    const last = LargeFleet.all(scene, "asset").at(-1)?.id ?? "";
    expect(LargeFleet.all(scene, "assetRun").some((a) => a.assetId === last)).toBe(false);
    LargeFleet.remove(scene, last);
    tick(scene);
    expectWhole(scene, ASSETS - 1);
  });
});
