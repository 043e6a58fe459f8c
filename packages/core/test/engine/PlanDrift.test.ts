import { describe, expect, it } from "vitest";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

/** A job whose plan was looked at, and then an asset came. */
const drifted = () => {
  const scene = Scene.make();
  const { plane, manager } = scene;
  const job = plane.call(plane.fettle.jobs.create(manager, Values.draft()));
  const { hash: planHash, plan } = plane.call(plane.fettle.jobs.plan(manager, job.id));
  const late = WireAgent.make(plane, 9, scene.tenantId);
  late.provision(scene.issued);
  late.snapshot(Scene.installed);
  return { scene, job, planHash, plan, late };
};

describe("a plan that has drifted", () => {
  it("PLN-02: is refused with the difference, as data and in words", () => {
    const { scene, job, planHash, plan, late } = drifted();
    const { plane, manager } = scene;
    expect(plane.rejections(plane.fettle.jobs.enable(manager, job.id, { planHash, plan }))).toMatchObject([
      {
        rule: "PLN-02",
        code: "stale",
        message: expect.stringContaining(`1 asset (${late.id}) joined`),
        difference: { changes: [{ _tag: "AssetsJoined", assets: [late.id] }], words: [`1 asset (${late.id}) joined`] },
      },
    ]);
    const compared = plane.call(plane.fettle.jobs.compare(manager, job.id, { planHash, plan }));
    expect(compared.words).toEqual([`1 asset (${late.id}) joined`]);
    expect(compared.hash).toBe(plane.call(plane.fettle.jobs.plan(manager, job.id)).hash);
  });

  it("PLN-02: is enabled within the tolerance that is stated, by the plan of now", () => {
    const { scene, job, planHash, plan } = drifted();
    const { plane, manager } = scene;
    const { fettle, call, rejections } = plane;
    const enabling = (assetsMax: number) =>
      fettle.jobs.enable(manager, job.id, { planHash, plan, drift: { assetsMax } });
    expect(rejections(enabling(0))).toMatchObject([{ rule: "PLN-02", code: "stale" }]);
    const { hash } = call(fettle.jobs.plan(manager, job.id));
    expect(call(enabling(1)).enabled?.planHash).toBe(hash);
  });

  it("PLN-02, SCH-08: approved for one run and enabled when the lead has passed, is the next run's only if all assets may change", () => {
    const scene = Scene.make();
    const { plane, manager } = scene;
    const { fettle, call, rejections } = plane;
    const draft = Values.draft({ schedule: Timed.daily("2026-02-03T02:00"), window: { minutes: 60 } });
    const { id } = call(fettle.jobs.create(manager, draft));
    const { hash: planHash, plan } = call(fettle.jobs.plan(manager, id));
    plane.clock.pass(Timed.utc("2026-02-02T23:01") - plane.clock.now());
    const refused = rejections(fettle.jobs.enable(manager, id, { planHash, plan, drift: { assetsPercentMax: 99 } }));
    expect(refused).toMatchObject([
      { rule: "PLN-02", message: expect.stringContaining("another run: 2026-02-04T02:00:00 instead of 2026-02-03") },
    ]);
    expect(call(fettle.jobs.enable(manager, id, { planHash, plan, drift: { assetsPercentMax: 100 } })).status).toBe(
      "Enabled",
    );
  });

  it("PLN-02: is the one that was looked at, whenever it is enabled before its lead", () => {
    const scene = Scene.make();
    const { plane, manager } = scene;
    const { fettle, call } = plane;
    for (const schedule of [
      Timed.daily("2026-02-03T02:00"),
      Timed.once("2026-02-03T02:00"),
      { _tag: "OnDemand" } as const,
    ]) {
      const { id } = call(fettle.jobs.create(manager, Values.draft({ schedule })));
      const { hash: planHash } = call(fettle.jobs.plan(manager, id));
      plane.clock.pass(Timed.HOUR_MS);
      expect(call(fettle.jobs.enable(manager, id, { planHash })).enabled?.planHash).toBe(planHash);
    }
  });

  it("PLN-02: without the plan itself is refused as it was, for nothing is known to compare with", () => {
    const { scene, job, planHash } = drifted();
    const { plane, manager } = scene;
    const asked = plane.fettle.jobs.enable(manager, job.id, { planHash, drift: { assetsMax: 9 } });
    expect(plane.rejections(asked)).toMatchObject([{ rule: "PLN-02", code: "stale" }]);
    expect(plane.rejections(plane.fettle.jobs.compare(manager, job.id, { planHash }))).toMatchObject([
      { rule: "PLN-02", code: "not-found", path: "plan" },
    ]);
  });

  it("PLN-02: takes no plan that isn't the one of the hash, or of another job, or none at all", () => {
    const { scene, job, planHash, plan } = drifted();
    const { plane, manager } = scene;
    const { fettle, call, rejections } = plane;
    const other = call(fettle.jobs.create(manager, Values.draft()));
    const theirs = call(fettle.jobs.plan(manager, other.id));
    for (const lookedAt of [
      { planHash, plan: { ...plan, groups: [] } },
      { planHash: theirs.hash, plan: theirs.plan },
      { planHash, plan: { ...plan, groups: "all" as never } },
    ]) {
      expect(rejections(fettle.jobs.compare(manager, job.id, lookedAt))).toMatchObject([{ code: "invalid" }]);
    }
    const wrong = fettle.jobs.enable(manager, job.id, { planHash, plan, drift: { assetsMax: -1 } });
    expect(rejections(wrong)).toMatchObject([{ rule: "PLN-02", code: "invalid", path: "drift" }]);
  });

  it("PLN-02: that was enabled is kept under its hash, and compared with what the job would do now", () => {
    const scene = Scene.make();
    const { plane, manager } = scene;
    const { fettle, call } = plane;
    const jobId = scene.enabled();
    const planHash = scene.stored("job").get(jobId)?.enabled?.planHash ?? "";
    expect(call(fettle.jobs.compare(manager, jobId, { planHash })).changes).toEqual([]);
    call(fettle.catalogue.hold(manager, "P-1", "fails"));
    expect(call(fettle.jobs.compare(manager, jobId, { planHash })).words).toContain(
      "P-1 goes to nobody any more: PLN-05: held: fails",
    );
  });
});
