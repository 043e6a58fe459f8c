/** PLN-05 across jobs, agents and tenants: what agents report holds a patch, and only people release it. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobDraft } from "../../src/domain/job/Job.ts";
import type { Batch } from "../../src/ports/Storage.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

type Outcome = Parameters<typeof WireAgent.patched>[2];
const BY = "system:circuit breaker";

/** Agents, of which no more than half may fail once four have tried. */
const world = (
  over: {
    readonly agents?: number;
    readonly tenantId?: string;
    readonly plane?: ControlPlane.ControlPlane;
    readonly limits?: object;
  } = {},
) => {
  const { agents = 5, limits = {}, ...rest } = over;
  const scene = Scene.make({
    agents,
    subscription: { limits: { breakerAttemptsMin: 4, breakerFailedPercentMax: 50, ...limits } },
    ...rest,
  });
  const { plane, manager } = scene;
  const { fettle, call } = plane;
  const next = new Map<string, number>();
  const numberOf = (agent: WireAgent.WireAgent): number => {
    const n = (next.get(agent.id) ?? 0) + 1;
    next.set(agent.id, n);
    return n;
  };
  const started = (draft: Partial<JobDraft> = {}): string => {
    const jobId = scene.enabled(draft);
    call(fettle.tick());
    return scene.run(jobId).id;
  };
  const tell = (runId: string, i: number, outcome: Outcome, patchId = "P-1") => {
    const agent = scene.agents[i];
    if (agent === undefined) throw new Error(`no agent ${i}`);
    return agent.report(numberOf(agent), WireAgent.patched(runId, patchId, outcome));
  };
  const hold = (patchId = "P-1") => call(fettle.catalogue.get(manager, patchId)).hold;
  const release = () => call(fettle.catalogue.release(manager, "P-1"));
  const placed = () => plane.events(scene.tenantId).filter((e) => e.type === "PatchHeld").length;
  return { scene, plane, fettle, call, manager, started, tell, hold, release, placed, numberOf };
};

const isFacts = (batch: Batch): boolean => batch.writes.some((w) => w.kind === "fact");
const isHold = (batch: Batch): boolean => batch.writes.some((w) => w.kind === "hold");

describe("a patch that fails on too many assets", () => {
  it("PLN-05: is held at the first attempt past the threshold, and not at the one before", () => {
    const { started, tell, hold } = world();
    const runId = started();
    for (const [i, outcome] of (["Failed", "Installed", "Failed", "Installed"] as const).entries())
      tell(runId, i, outcome);
    expect(hold()).toBeNull();
    tell(runId, 4, "Failed");
    expect(hold()).toMatchObject({ heldBy: BY, reason: expect.stringContaining("failed on 3 of 5 assets") });
  });

  it("PLN-05: isn't held before enough have attempted it, and then though the last of them went well", () => {
    const { started, tell, hold } = world();
    const runId = started();
    for (const i of [0, 1, 2]) tell(runId, i, "Failed");
    expect(hold()).toBeNull();
    tell(runId, 3, "InstalledPendingReboot");
    expect(hold()?.reason).toContain("failed on 3 of 4 assets");
  });

  it("PLN-05: is counted across all jobs, each asset once, by the latest that it told", () => {
    const { started, tell, hold, scene } = world();
    const only = (...at: readonly number[]): Partial<JobDraft> => ({
      targets: Values.select({ assets: at.map((i) => scene.agents[i]?.id ?? "") }),
    });
    const [one, two, again] = [started(only(0, 1)), started(only(2, 3, 4)), started(only(0, 1))] as const;
    for (const runId of [one, again]) for (const i of [0, 1]) tell(runId, i, "Failed");
    tell(two, 2, "Failed");
    expect(hold()).toBeNull();
    // The second attempt goes well: two of four have failed, not three.
    tell(again, 1, "Installed");
    tell(two, 3, "Installed");
    expect(hold()).toBeNull();
    tell(two, 4, "Failed");
    expect(hold()?.reason).toContain("failed on 3 of 5 assets");
  });

  it("PLN-05: isn't by what was no attempt, by a rollback, or by a patch that nobody sent", () => {
    const { started, tell, hold } = world();
    const runId = started();
    for (const i of [0, 1, 2, 3]) {
      for (const outcome of ["Skipped", "NotApplicable", "AlreadyInstalled"] as const) tell(runId, i, outcome);
      tell(runId, i, "Failed", "P-2");
      tell(runId, i, "Installed");
    }
    const back = started({ kind: "rollback" });
    for (const i of [0, 1, 2, 3]) tell(back, i, "Failed");
    expect([hold(), hold("P-2")]).toEqual([null, null]);
  });

  it("PLN-05: is left out of every plan, which says so; event and audit trail tell who held it", () => {
    const { started, tell, fettle, call, manager, plane, scene } = world();
    const runId = started();
    for (const i of [0, 1, 2, 3]) tell(runId, i, "Failed");
    const job = call(fettle.jobs.create(manager, Values.draft()));
    const { leftOut } = call(fettle.jobs.plan(manager, job.id)).plan;
    expect(leftOut).toMatchObject([{ patchId: "P-1", rule: "PLN-05" }]);
    const about = { assetId: scene.agents[4]?.id ?? "", patchId: "P-1" };
    expect(call(fettle.jobs.explain(manager, job.id, about)).blockers).toMatchObject([
      { rule: "PLN-05", reason: leftOut[0]?.reason },
    ]);
    expect(plane.events().filter((e) => e.type === "PatchHeld")).toMatchObject([{ id: "P-1", body: { by: BY } }]);
    const { records } = call(fettle.audit.search(manager, { entity: { kind: "hold", id: "P-1" } }));
    expect(records).toMatchObject([{ by: BY, action: "catalogue.hold" }]);
  });

  it("PLN-05: is never held at 100 %, and the limits have bounds", () => {
    const { started, tell, hold, fettle, manager, plane } = world({ limits: { breakerFailedPercentMax: 100 } });
    const runId = started();
    for (const i of [0, 1, 2, 3, 4]) tell(runId, i, "Failed");
    expect(hold()).toBeNull();
    const save = (limits: object) =>
      fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 9 } }, limits });
    expect(plane.rejections(save({ breakerFailedPercentMax: 101 }))).toMatchObject([
      { rule: "PLN-05", code: "invalid", path: "limits.breakerFailedPercentMax" },
    ]);
  });
});

describe("the release of a patch that the breaker holds", () => {
  it("PLN-05: is a person's: the breaker releases nothing, however well it goes then", () => {
    const { started, tell, hold, placed } = world();
    const runId = started();
    for (const i of [0, 1, 2, 3]) tell(runId, i, "Failed");
    for (const i of [0, 1, 2, 3, 4]) tell(runId, i, "Installed");
    expect(hold()).not.toBeNull();
    expect(placed()).toBe(1);
  });

  it("PLN-05: begins the counting anew: what failed before doesn't hold it again, what fails then does", () => {
    const { started, tell, hold, release, placed } = world();
    const runId = started();
    for (const i of [0, 1, 2, 3]) tell(runId, i, "Failed");
    release();
    for (const i of [0, 1, 2]) tell(runId, i, "Failed");
    expect(hold()).toBeNull();
    tell(runId, 3, "Failed");
    expect(hold()?.reason).toContain("failed on 4 of 4 assets");
    expect(placed()).toBe(2);
  });

  it("PLN-05: in the moment in which it would be placed again leaves it released", () => {
    const { started, tell, hold, release, plane } = world();
    const runId = started();
    plane.call(plane.fettle.catalogue.hold(ControlPlane.manager, "P-1", "wait"));
    for (const i of [0, 1, 2]) tell(runId, i, "Failed");
    // Counted, and about to be judged; the release comes in between.
    plane.hooks.after = (batch) => {
      if (!isFacts(batch)) return;
      plane.hooks.after = null;
      release();
    };
    tell(runId, 3, "Failed");
    expect(hold()).toBeNull();
  });

  it("PLN-05: between the judgement and the hold that came of it voids it", () => {
    const { started, tell, hold, release, plane } = world();
    const runId = started();
    for (const i of [0, 1, 2]) tell(runId, i, "Failed");
    plane.hooks.before = (batch) => {
      if (!isHold(batch)) return;
      plane.hooks.before = null;
      plane.call(plane.fettle.catalogue.hold(ControlPlane.manager, "P-1", "let me see"));
      release();
    };
    tell(runId, 3, "Failed");
    expect(hold()).toBeNull();
  });
});

describe("reports at once", () => {
  it("PLN-05: place one hold, whoever is first", () => {
    for (const moment of ["before", "after"] as const) {
      for (const isWhere of [isFacts, isHold]) {
        const { started, tell, hold, placed, plane } = world();
        const runId = started();
        for (const i of [0, 1, 2]) tell(runId, i, "Failed");
        plane.hooks[moment] = (batch) => {
          if (!isWhere(batch)) return;
          plane.hooks[moment] = null;
          tell(runId, 4, "Failed");
        };
        tell(runId, 3, "Failed");
        expect([moment, placed(), hold()?.heldBy]).toEqual([moment, 1, BY]);
      }
    }
  });

  it("PLN-05: that each alone are one too few hold it together", () => {
    const { started, tell, hold, plane } = world();
    const runId = started();
    for (const i of [0, 1]) tell(runId, i, "Failed");
    plane.hooks.before = (batch) => {
      if (!isFacts(batch)) return;
      plane.hooks.before = null;
      tell(runId, 3, "Failed");
    };
    tell(runId, 2, "Failed");
    expect(hold()?.reason).toContain("failed on 4 of 4 assets");
  });

  it("PLN-05: that are cut off after they were stored are judged when they are sent again", () => {
    const { started, tell, hold, plane, scene, numberOf } = world();
    const runId = started();
    for (const i of [0, 1, 2]) tell(runId, i, "Failed");
    const agent = scene.agents[3];
    if (agent === undefined) throw new Error("no agent");
    const body = agent.factsBody(numberOf(agent), WireAgent.patched(runId, "P-1", "Failed"));
    const request = agent.sign("facts", body);
    plane.hooks.after = (batch) => {
      if (isFacts(batch)) throw new ControlPlane.Death();
    };
    expect(() => agent.send(request)).toThrow();
    plane.hooks.after = null;
    expect(hold()).toBeNull();
    expect(agent.send(request).status).toBe(200);
    expect(hold()?.reason).toContain("failed on 4 of 4 assets");
  });
});

describe("tenants", () => {
  it("PLN-05, EVT-03: hold their own patches, though they have the same ones", () => {
    const plane = ControlPlane.make();
    const [acme, other] = [world({ plane }), world({ plane, tenantId: "other" })] as const;
    const runs = [acme, other].map((w) => w.started()) as [string, string];
    for (const i of [0, 1]) for (const [n, w] of [acme, other].entries()) w.tell(runs[n] ?? "", i, "Failed");
    expect([acme.hold(), other.hold()]).toEqual([null, null]);
    for (const i of [2, 3]) acme.tell(runs[0], i, "Failed");
    expect([acme.hold()?.heldBy, other.hold()]).toEqual([BY, null]);
  });
});

describe("any reports and releases", () => {
  it("PLN-05: hold a patch exactly when a recount of each asset's latest attempt since the release says so", () => {
    const { scene, plane, started, tell, hold, release } = world({ agents: 4, limits: { breakerAttemptsMin: 3 } });
    const runs = [started(), started()];
    const before = plane.storage.dump();
    const seen = { held: 0, released: 0 };
    const step = fc.record({
      agent: fc.nat({ max: 3 }),
      run: fc.nat({ max: 1 }),
      outcome: fc.constantFrom<Outcome>("Failed", "Failed", "Installed", "Skipped"),
      isReleased: fc.constantFrom(false, false, true),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 14 }), (steps) => {
        plane.storage.restore(before);
        const latest = new Map<number, Outcome>();
        let isHeld = false;
        for (const { agent, run, outcome, isReleased } of steps) {
          if (isHeld && isReleased) {
            release();
            latest.clear();
            isHeld = false;
            seen.released += 1;
          }
          tell(runs[run] ?? "", agent, outcome);
          if (outcome !== "Skipped") latest.set(agent, outcome);
          const failed = [...latest.values()].filter((o) => o === "Failed").length;
          isHeld ||= latest.size >= 3 && failed / latest.size > 0.5;
          expect(hold() !== null).toBe(isHeld);
          seen.held += isHeld ? 1 : 0;
        }
      }),
      Arbitraries.runs(60),
    );
    expect(scene.stored("attempts").size).toBeGreaterThan(0);
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(10);
  });
});
