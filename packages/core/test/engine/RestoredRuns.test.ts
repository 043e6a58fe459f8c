import { describe, expect, it } from "vitest";
import * as AssetRun from "../../src/domain/run/AssetRun.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import { assetRun } from "../scenario/Facts.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { patched, status, wholeRun } = WireAgent;

/** A job of two patches whose run was made, sent and not begun, and a backup of the moment before. */
const lost = (agents = 2) => {
  const scene = Scene.make({ agents });
  const jobId = scene.enabled({ patches: { _tag: "List", patches: ["P-1", "P-2"] } });
  const backup = scene.plane.storage.dump();
  Timed.tick(scene);
  const runId = scene.run(jobId).id;
  const restore = () => scene.plane.storage.restore(backup);
  const states = () => [...scene.run(jobId).assetRuns.values()].map((a) => a.state);
  return { scene, jobId, runId, restore, states, agents: scene.agents };
};
const whole = (runId: string) => [
  ...wholeRun(runId).slice(0, -1),
  patched(runId, "P-2", "Installed"),
  status(runId, "Completed"),
];

describe("a run that a restored platform makes once more", () => {
  it("RUN-11 I4: is the same run, of the same asset runs", () => {
    const { scene, jobId, runId, restore } = lost();
    const before = scene.run(jobId);
    restore();
    expect(scene.stored("run").size).toBe(0);
    Timed.tick(scene);
    const after = scene.run(jobId);
    expect(after.id).toBe(runId);
    expect([...after.assetRuns.keys()]).toEqual([...before.assetRuns.keys()]);
    // Nobody makes it a second time in one life of the storage.
    Timed.tick(scene);
    expect(scene.plane.events().filter((e) => e.type === "RunMaterialised")).toHaveLength(1);
  });

  it("RUN-11 RUN-06: stands as its agents told of it before it was made", () => {
    const { scene, runId, restore, states, agents } = lost();
    restore();
    expect(agents[0]?.report(1, ...whole(runId)).acknowledgedThrough).toBe(6);
    expect(agents[1]?.report(1, status(runId, "Downloaded"), status(runId, "JobStarted")).acknowledgedThrough).toBe(2);
    Timed.tick(scene);
    expect(states()).toMatchObject([
      { status: "Completed", by: "agent", facts: 6, results: { "P-1": { outcome: "Installed" } } },
      { status: "JobStarted", by: "agent", facts: 2 },
    ]);
    agents[1]?.report(3, ...whole(runId).slice(2));
    expect(states()).toMatchObject([{ status: "Completed" }, { status: "Completed", facts: 6 }]);
  });

  it("RUN-11 RUN-08: ends with failure where its agent's list lacked a patch of the plan, whether told before it was made or after", () => {
    for (const isEarly of [true, false]) {
      const { scene, jobId, runId, restore, states, agents } = lost(1);
      restore();
      const tell = () => agents[0]?.report(1, ...wholeRun(runId));
      if (isEarly) tell();
      Timed.tick(scene);
      if (!isEarly) tell();
      expect(states()).toMatchObject([
        { status: "CompletedWithFailure", by: "agent", reason: expect.stringContaining("RUN-11"), facts: 5 },
      ]);
      const { fettle, call } = scene.plane;
      const [assetRun] = call(fettle.runs.progress(manager, scene.run(jobId).id)).assetRuns;
      expect(assetRun?.marks.map((m) => m.body._tag)).toEqual(["AllTold"]);
      expect(call(fettle.runs.timeline(manager, runId, agents[0]?.id ?? "")).map((e) => e.rule)).toContain("RUN-11");
    }
  });

  it("RUN-11 CMP-02: is judged by the next scan where its agent told nothing of some of its patches", () => {
    for (const [curl, is] of [
      ["2-1", { status: "Completed", by: "scan" }],
      ["1-1", { status: "CompletedWithFailure", by: "scan" }],
    ] as const) {
      const { scene, runId, states, agents } = lost(1);
      agents[0]?.report(1, ...wholeRun(runId));
      expect(states()).toMatchObject([{ status: "CompletedWithFailure", by: "agent", scan: null }]);
      scene.plane.clock.pass(60_000);
      agents[0]?.snapshot([Values.pkg("openssl", "2-1"), Values.pkg("curl", curl)]);
      expect(states()).toMatchObject([is]);
    }
  });

  it("RUN-11: counts what came between the look for it and the commit that made the run", () => {
    const { scene, runId, restore, states, agents } = lost(1);
    restore();
    const { hooks } = scene.plane;
    hooks.before = ({ writes }) => {
      if (!writes.some((w) => w._tag === "Put" && w.kind === "run")) return;
      hooks.before = null;
      agents[0]?.report(1, ...whole(runId).slice(0, 4));
    };
    Timed.tick(scene);
    expect(states()).toMatchObject([{ status: "Pending", facts: 0 }]);
    agents[0]?.report(5, ...whole(runId).slice(4));
    expect(states()).toMatchObject([{ status: "Completed", facts: 6 }]);
  });

  it("RUN-11: counts what comes as the run is being made, also where nothing of it is sent", () => {
    const { scene, runId, restore, states, agents } = lost(1);
    restore();
    const { hooks, fettle, call } = scene.plane;
    // Who is to leave is sent nothing, so that its own record stays as it is.
    call(fettle.agents.uninstall(manager, { assets: [agents[0]?.id ?? ""] }));
    hooks.before = ({ writes }) => {
      if (!writes.some((w) => w._tag === "Put" && w.kind === "fact")) return;
      hooks.before = null;
      Timed.tick(scene);
    };
    agents[0]?.report(1, ...whole(runId));
    expect(hooks.before).toBeNull();
    expect(states()).toMatchObject([{ status: "Completed", facts: 6 }]);
  });

  it("RUN-06: waits where something before the end isn't here yet", () => {
    const { scene, runId, states, agents } = lost(1);
    const [downloaded, started, patching, one, two, end] = whole(runId);
    const tell = (from: number, ...bodies: (typeof downloaded)[]) =>
      agents[0]?.report(from, ...bodies.flatMap((b) => b ?? []));
    tell(1, downloaded, started, patching, one);
    tell(6, end);
    expect(states()).toMatchObject([{ status: "Patching", facts: 5 }]);
    tell(5, two);
    expect(states()).toMatchObject([{ status: "Completed", facts: 6 }]);
    expect([...scene.stored("assetRun").values()].flatMap((a) => a.marks)).toEqual([]);
  });
});

describe("AssetRun.heard", () => {
  it("RUN-11: takes all for told at an end, in its epoch, up to which nothing is missing", () => {
    const run = assetRun(["P-1", "P-2"]);
    const end = { epoch: 1, sequence: 4, at: 0, body: { _tag: "Status", status: "Completed", reason: null } } as const;
    const marksOf = (facts: readonly AssetRun.AgentFact[], epoch: number, through: number) =>
      AssetRun.heard(run, facts, { epoch, through, at: 7 }).marks;
    expect(marksOf([end], 1, 4)).toEqual([{ at: 7, body: { _tag: "AllTold" } }]);
    expect(marksOf([end], 1, 3)).toBe(run.marks);
    expect(marksOf([end], 2, 4)).toBe(run.marks);
    expect(marksOf([{ ...end, body: { ...end.body, status: "JobFailed" } }], 1, 4)).toBe(run.marks);
    const once = AssetRun.heard(run, [end], { epoch: 1, through: 4, at: 7 });
    expect(once.state.status).toBe("CompletedWithFailure");
    expect(AssetRun.heard(once, [end], { epoch: 1, through: 4, at: 8 }).marks).toEqual(once.marks);
  });
});
