import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { pkg } = Values;
const { patched, status, wholeRun } = WireAgent;
const tick = ({ plane }: Scene.Scene) => plane.call(plane.fettle.tick());

const running = (agents = 1, over: Parameters<Scene.Scene["enabled"]>[0] = {}) => {
  const scene = Scene.make({ agents });
  const jobId = scene.enabled(over);
  tick(scene);
  return { scene, jobId, runId: scene.run(jobId).id, ...scene.plane };
};

describe("the progress of a run", () => {
  it("RUN-05: tells assets by status and how many answered, as the facts come in (of one job)", () => {
    const { scene, fettle, call, runId } = running(3);
    const progress = () => {
      const { assetRuns: _, ...rest } = call(fettle.runs.progress(manager, runId));
      return rest;
    };
    expect(progress()).toMatchObject({ assets: 3, final: 0, responded: 0, byStatus: { Pending: 3 }, isIssued: true });
    scene.agents[0]?.report(1, ...wholeRun(runId));
    scene.agents[1]?.report(1, status(runId, "Downloaded"));
    expect(progress()).toMatchObject({
      assets: 3,
      final: 1,
      responded: 2,
      byStatus: { Pending: 1, Downloaded: 1, Completed: 1 },
    });
  });

  it("of a run that isn't there is not found, and a job without runs has none", () => {
    const { fettle, rejections, call } = running();
    for (const ask of [
      fettle.runs.progress(manager, Values.uuid(404)),
      fettle.runs.results(manager, Values.uuid(404)),
    ]) {
      expect(rejections(ask)).toMatchObject([
        { code: "not-found", message: expect.stringContaining(Values.uuid(404)) },
      ]);
    }
    const idle = call(fettle.jobs.create(manager, Values.draft()));
    expect(call(fettle.runs.ofJob(manager, idle.id))).toEqual([]);
  });
});

describe("a viewer's scope", () => {
  it("TAG-05: hides what a run does on assets outside it, in progress and results", () => {
    const { fettle, call, users, runId } = running(2);
    const view = () => ({
      progress: call(fettle.runs.progress(manager, runId)).assets,
      results: call(fettle.runs.results(manager, runId)).length > 0,
    });
    expect(view()).toEqual({ progress: 2, results: true });
    users.set({ id: "mara", roles: ["PatchManager"], scope: { _tag: "Tags", tags: ["nowhere"] } });
    expect(view()).toEqual({ progress: 0, results: false });
  });
});

describe("the results of a run", () => {
  it("RUN-05: name before, after, outcome and reason of every asset and patch, unlicensed assets too (of one job)", () => {
    const scene = Scene.make({ agents: 3, subscription: { licences: { PM: { seats: 2 } } } });
    const { fettle, call } = scene.plane;
    const jobId = scene.enabled();
    tick(scene);
    const { id: runId } = scene.run(jobId);
    scene.agents[0]?.report(1, ...wholeRun(runId));
    scene.agents[1]?.report(1, ...wholeRun(runId, "P-1", "Failed"));
    const rows = call(fettle.runs.results(manager, runId));
    expect(
      rows.map((r) => [r.asset.name, r.status, r.patchId, r.result?.outcome ?? null, r.result?.reasonCode ?? null]),
    ).toEqual([
      ["machine-001", "Completed", "P-1", "Installed", null],
      ["machine-002", "CompletedWithFailure", "P-1", "Failed", 9],
      ["machine-003", "NotLicensed", null, null, null],
    ]);
    expect(rows[0]?.result?.packages).toEqual([{ name: "openssl", arch: "x86_64", before: ["1-1"], after: ["2-1"] }]);
    expect(rows[2]?.reason).toContain("LIC-05");
  });

  it("CMP-02: are confirmed by a later snapshot, or denied by it; a failure needs neither (shown beside the report)", () => {
    const { scene, fettle, call, runId } = running(3);
    const [good, liar, failed] = scene.agents;
    good?.report(1, ...wholeRun(runId));
    liar?.report(1, ...wholeRun(runId));
    failed?.report(1, ...wholeRun(runId, "P-1", "Failed"));
    good?.snapshot([pkg("openssl", "2-1")]);
    liar?.snapshot([pkg("openssl", "1-1")]);
    expect(call(fettle.runs.results(manager, runId)).map((r) => r.isConfirmed)).toEqual([true, false, null]);
  });
});

describe("a rollback after a deployment", () => {
  const rollback = { kind: "rollback", patches: { _tag: "List", patches: ["P-1"] } } as const;
  const listOf = (scene: Scene.Scene, agent: WireAgent.WireAgent | undefined, manifestVersion: number) => {
    const [offered] = agent?.checkIn({ manifestVersion }).manifests ?? [];
    const manifest = agent?.manifest(offered?.digest ?? "sha256:");
    return { manifest, list: manifest && agent?.list(manifest.list), runs: scene.stored("run").size };
  };

  it("takes back exactly the versions that each asset had, and only where Fettle installed them", () => {
    const { scene, runId } = running(3);
    const [one, two, untouched] = scene.agents;
    one?.report(1, ...wholeRun(runId, "P-1", "Installed", ["1-1", "2-1"]));
    two?.report(1, ...wholeRun(runId, "P-1", "Installed", ["1-7", "2-1"]));
    untouched?.report(1, ...wholeRun(runId, "P-1", "AlreadyInstalled", ["2-1", "2-1"]));
    const back = scene.enabled(rollback);
    tick(scene);
    expect([...scene.run(back).assetRuns.keys()].sort()).toEqual([one?.id, two?.id]);
    expect(listOf(scene, one, 1)).toMatchObject({
      manifest: { kind: "rollback" },
      list: { kind: "rollback", patches: [{ patchId: "P-1", packages: [pkg("openssl", "1-1")] }] },
    });
    expect(listOf(scene, two, 1).list?.patches[0]?.packages).toEqual([pkg("openssl", "1-7")]);
  });

  it("CMP-02: is confirmed where a later snapshot lacks the patch again, and denied where it has it (shown beside the report)", () => {
    const { scene, runId, fettle, call } = running(2);
    const [honest, liar] = scene.agents;
    for (const agent of scene.agents) agent.report(1, ...wholeRun(runId));
    const back = scene.enabled(rollback);
    tick(scene);
    const { id } = scene.run(back);
    for (const agent of scene.agents) agent.report(6, ...wholeRun(id, "P-1", "Removed", ["2-1", "1-1"]));
    honest?.snapshot([pkg("openssl", "1-1")]);
    liar?.snapshot([pkg("openssl", "2-1")]);
    expect(call(fettle.runs.results(manager, id)).map((r) => r.isConfirmed)).toEqual([true, false]);
  });

  it("takes back only what the installation changed", () => {
    const { scene, runId } = running();
    const [agent] = scene.agents;
    const change = patched(runId, "P-1", "Installed");
    if (change._tag !== "Patch") throw new Error("no evidence");
    const packages = [...change.packages, { name: "curl", arch: "x86_64", before: ["1-1"], after: ["1-1"] }];
    const grown = { name: "zlib", arch: "x86_64", before: [], after: ["1-1"] };
    const facts = wholeRun(runId).map((f) => (f._tag === "Patch" ? { ...f, packages: [...packages, grown] } : f));
    agent?.report(1, ...facts);
    scene.enabled(rollback);
    tick(scene);
    expect(listOf(scene, agent, 1).list?.patches[0]?.packages).toEqual([pkg("openssl", "1-1")]);
  });

  it("has nothing to take back a second time", () => {
    const { scene, runId } = running();
    const [agent] = scene.agents;
    agent?.report(1, ...wholeRun(runId));
    const back = scene.enabled(rollback);
    tick(scene);
    scene.plane.clock.pass(Values.HOUR_MS);
    agent?.report(6, ...wholeRun(scene.run(back).id, "P-1", "Removed", ["2-1", "1-1"]));
    const again = scene.enabled(rollback);
    tick(scene);
    expect(scene.run(again).assetRuns.size).toBe(0);
  });
});

describe("facts that agents report", () => {
  const stateOf = (scene: Scene.Scene, jobId: string) =>
    scene.run(jobId).assetRuns.get(scene.agents[0]?.id ?? "")?.state;

  it("RUN-06: give the asset run one state in whatever order, batches and repetitions they are reported", () => {
    const bodies = fc.array(
      fc.oneof(
        fc
          .constantFrom(
            "Downloaded",
            "JobStarted",
            "Patching",
            "PendingReboot",
            "Rebooted",
            "Completed",
            "TimedOut",
            "JobFailed",
          )
          .map((to) => (runId: string) => status(runId, to as "Downloaded")),
        fc.constantFrom("Installed", "Failed").map((o) => (runId: string) => patched(runId, "P-1", o as "Installed")),
      ),
      { minLength: 2, maxLength: 7 },
    );
    const inputs = bodies.chain((list) => {
      const numbers = list.map((_, i) => i);
      const again = fc.subarray(numbers).chain((some) => Arbitraries.shuffled([...numbers, ...some]));
      return fc.tuple(fc.constant(list), again, fc.integer({ min: 1, max: 4 }));
    });
    const fresh = running();
    const before = fresh.storage.dump();
    const seen = new Set<string>();
    fc.assert(
      fc.property(inputs, ([list, order, size]) => {
        const report = (numbers: readonly number[]) => {
          const body = {
            facts: numbers.map((i) => ({
              sequence: i + 1,
              at: Values.START + i,
              bootId: Values.uuid(5),
              body: list[i]?.(fresh.runId),
            })),
          };
          expect(agent.send(agent.sign("facts", body)).status).toBe(200);
        };
        const agent = fresh.scene.agents[0] ?? WireAgent.make(fresh.scene.plane, 1);
        fresh.storage.restore(before);
        report(list.map((_, i) => i));
        const expected = stateOf(fresh.scene, fresh.jobId);
        fresh.storage.restore(before);
        for (let i = 0; i < order.length; i += size) report([...new Set(order.slice(i, i + size))]);
        expect(stateOf(fresh.scene, fresh.jobId)).toEqual(expected);
        seen.add(expected?.status ?? "");
      }),
      Arbitraries.runs(150),
    );
    expect(seen.size).toBeGreaterThan(5);
  });

  it("EVT-01: move an asset run with an event when its status changes, and only then", () => {
    const { scene, jobId, events, runId } = running();
    const [agent] = scene.agents;
    agent?.report(1, status(runId, "Downloaded"));
    expect(events().at(-1)).toMatchObject({ type: "AssetRunChanged", body: { runId, status: "Downloaded" } });
    const before = events().length;
    agent?.report(2, status(runId, "Downloaded"));
    expect(stateOf(scene, jobId)).toMatchObject({ facts: 2, violations: 0 });
    expect(events()).toHaveLength(before);
  });

  it("RUN-08: that claim Completed without evidence leave the run where it was, until the evidence comes", () => {
    const { scene, jobId, runId } = running();
    const [agent] = scene.agents;
    const [downloaded, started, patching, evidence, completed] = wholeRun(runId);
    if (!downloaded || !started || !patching || !evidence || !completed) throw new Error("no facts");
    const facts = [downloaded, started, patching, evidence, completed];
    agent?.report(5, completed);
    agent?.report(1, ...facts.slice(0, 3));
    expect(stateOf(scene, jobId)).toMatchObject({ status: "Patching", violations: 0 });
    agent?.report(4, evidence);
    expect(stateOf(scene, jobId)).toMatchObject({ status: "Completed" });
  });

  it("are kept once for ever: of two that bear one number in one report the first stands, and the state is the kept one's", () => {
    const { scene, jobId, runId } = running();
    const [agent] = scene.agents;
    if (agent === undefined) throw new Error("no agent");
    const twice = {
      facts: [
        ...agent.factsBody(1, status(runId, "TimedOut")).facts,
        ...agent.factsBody(1, status(runId, "Downloaded")).facts,
      ],
    };
    expect(agent.send(agent.sign("facts", twice)).status).toBe(200);
    const kept = [...scene.stored("fact").values()].map((f) => f.fact.body);
    expect(kept).toMatchObject([{ status: "TimedOut" }]);
    expect(Effect.runSync(scene.plane.storage.list("acme", "fact", { limit: 10 }))[0]?.revision).toBe(1);
    expect(stateOf(scene, jobId)?.status).toBe("TimedOut");
  });

  it("of which a known one comes again with other words: the first stands", () => {
    const { scene, jobId, runId } = running();
    const [agent] = scene.agents;
    agent?.report(1, status(runId, "Downloaded"));
    expect(agent?.report(1, status(runId, "JobFailed"))).toMatchObject({ acknowledgedThrough: 1 });
    expect(stateOf(scene, jobId)?.status).toBe("Downloaded");
  });
});
