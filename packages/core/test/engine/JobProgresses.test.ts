import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as JobsProgress from "../../src/domain/run/JobsProgress.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { wholeRun } = WireAgent;

/** Two jobs: openssl on all, curl on all. */
const running = (agents: number, subscription: Scene.SceneOptions["subscription"] = {}) => {
  const scene = Scene.make({ agents, subscription });
  const jobs = ["P-1", "P-2"].map((id) => scene.enabled({ title: id, patches: { _tag: "List", patches: [id] } }));
  scene.plane.call(scene.plane.fettle.tick());
  const runs = jobs.map((id) => scene.run(id).id);
  return { scene, jobs, runs, ...scene.plane };
};

describe("progress over several jobs", () => {
  it("RUN-05: tells per asset which patches of which jobs installed, failed or wait, unlicensed ones shown", () => {
    const { scene, fettle, call, jobs, runs } = running(3, { licences: { PM: { seats: 2 } } });
    const [one, two] = scene.agents;
    one?.report(1, ...wholeRun(runs[0] ?? "", "P-1"), ...wholeRun(runs[1] ?? "", "P-2", "Failed"));
    two?.report(1, ...wholeRun(runs[1] ?? "", "P-2"));
    const page = call(fettle.runs.progressOf(manager, { jobIds: jobs }));
    const told = page.rows.map((r) => [r.name, r.patches.map((p) => [p.jobId, p.patchId, p.standing, p.reason])]);
    expect(told).toEqual([
      [
        "machine-001",
        [
          [jobs[0], "P-1", "installed", null],
          [jobs[1], "P-2", "failed", "9 InstallerFailed"],
        ],
      ],
      [
        "machine-002",
        [
          [jobs[0], "P-1", "pending", null],
          [jobs[1], "P-2", "installed", null],
        ],
      ],
      ["machine-003", []],
    ]);
    expect(page.rows[2]?.runs.map((r) => r.isLicensed)).toEqual([false, false]);
    expect(page.counts?.map((c) => [c.title, c.byStatus])).toEqual([
      ["P-1", { Completed: 1, Pending: 1, NotLicensed: 1 }],
      ["P-2", { CompletedWithFailure: 1, Completed: 1, NotLicensed: 1 }],
    ]);
    expect(page.next).toBeNull();
  });

  it("RUN-05: comes in pages that hold each asset once, whatever their size, and counts on the first only", () => {
    const { fettle, call, jobs, runs } = running(7);
    const all = call(fettle.runs.progressOf(manager, { jobIds: jobs }));
    expect(all.rows).toHaveLength(7);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.boolean(), (limit, byRun) => {
        const named = byRun ? { runIds: runs } : { jobIds: jobs };
        let page = call(fettle.runs.progressOf(manager, { ...named, limit }));
        expect(page.counts).not.toBeNull();
        const rows = [...page.rows];
        while (page.next !== null) {
          page = call(fettle.runs.progressOf(manager, { ...named, limit, cursor: page.next }));
          expect([page.counts, page.rows.length > 0, page.rows.length <= limit]).toEqual([null, true, true]);
          rows.push(...page.rows);
        }
        expect(rows).toEqual(all.rows);
      }),
      Arbitraries.runs(20),
    );
  });

  it("RUN-05: of a job means its latest run", () => {
    const scene = Scene.make();
    const { fettle, call } = scene.plane;
    const id = scene.enabled({ schedule: Timed.daily("2026-02-10T02:00") });
    for (const at of ["2026-02-10T00:00", "2026-02-11T00:00"]) Timed.tickAt(scene, Timed.utc(at));
    const runs = Timed.runsOf(scene, id);
    expect(runs).toHaveLength(2);
    const page = call(fettle.runs.progressOf(manager, { jobIds: [id] }));
    expect(page.rows.flatMap((r) => r.runs.map((s) => s.runId))).toEqual([runs[1]?.id]);
    const idle = call(fettle.jobs.create(manager, Values.draft()));
    expect(call(fettle.runs.progressOf(manager, { jobIds: [idle.id] }))).toEqual({
      rows: [],
      counts: [],
      refused: [],
      next: null,
    });
  });

  it("RUN-05: of runs that are named holds those alone, and never lists the fleet", () => {
    const { scene, fettle, call, runs } = running(3);
    const listed = vi.spyOn(scene.plane.storage, "list");
    const page = call(fettle.runs.progressOf(manager, { runIds: runs.slice(0, 1), limit: 1 }));
    expect(page.rows.map((r) => r.runs.length)).toEqual([1]);
    const kinds = new Set(listed.mock.calls.map(([, kind]) => kind));
    expect([kinds.has("asset"), kinds.has("assetRun")]).toEqual([false, false]);
  });

  it(`RUN-05: names at most ${JobsProgress.RUNS_MAX} jobs and runs together, and at least one`, () => {
    const { fettle, rejections, call } = running(1);
    const ids = Array.from({ length: JobsProgress.RUNS_MAX + 1 }, (_, i) => Values.uuid(0x9000 + i));
    const many = { jobIds: ids.slice(0, -1), runIds: ids.slice(-1) };
    expect(rejections(fettle.runs.progressOf(manager, many))).toMatchObject([{ rule: "RUN-05", code: "exhausted" }]);
    expect(call(fettle.runs.progressOf(manager, { jobIds: ids.slice(0, -1) })).refused).toHaveLength(
      JobsProgress.RUNS_MAX,
    );
    expect(rejections(fettle.runs.progressOf(manager, {}))).toMatchObject([{ rule: "RUN-05", code: "invalid" }]);
  });

  it("RBAC-10: answers item by item: what one may not view is named with why, and the rest is shown", () => {
    const { scene, fettle, call, jobs } = running(1);
    const own = call(fettle.jobs.create(ControlPlane.as("uli"), Values.draft()));
    call(fettle.jobs.enable(ControlPlane.as("uli"), own.id));
    call(fettle.tick());
    const page = call(fettle.runs.progressOf(ControlPlane.as("uli"), { jobIds: [...jobs, own.id] }));
    expect(page.refused.map((r) => [r.id, r.rejection.rule])).toEqual(jobs.map((id) => [id, "RBAC-10"]));
    expect(page.rows.map((r) => r.runs.map((s) => s.jobId))).toEqual([[own.id]]);
    expect(scene.agents).toHaveLength(1);
  });

  it("TAG-05: leaves out assets outside the viewer's scope, in rows and counts, and pages go on past them", () => {
    const { scene, fettle, call, users, jobs } = running(4);
    const last = scene.agents[3]?.id ?? "";
    call(fettle.tags.assign(manager, { tag: "lab", assets: [last] }));
    users.set({ id: "mara", roles: ["PatchManager"], scope: { _tag: "Tags", tags: ["lab"] } });
    const page = call(fettle.runs.progressOf(manager, { jobIds: jobs, limit: 1 }));
    expect(page.rows.map((r) => r.assetId)).toEqual([last]);
    expect(page.counts?.map((c) => c.byStatus)).toEqual([{ Pending: 1 }, { Pending: 1 }]);
  });
});
