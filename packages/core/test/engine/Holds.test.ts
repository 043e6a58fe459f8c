import { describe, expect, it } from "vitest";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const both = { patches: { _tag: "List", patches: ["P-1", "P-2"] } } as const;
const why = "fails on web servers";
const leftOut = [{ patchId: "P-1", rule: "PLN-05", reason: `held: ${why}` }];

describe("holding a patch", () => {
  it("PLN-05: keeps it out of the preview until it is released, and the explanation says why", () => {
    const { plane, manager, agents } = Scene.make();
    const { fettle, call } = plane;
    const job = call(fettle.jobs.create(manager, Values.draft(both)));
    const before = call(fettle.jobs.plan(manager, job.id));
    call(fettle.catalogue.hold(manager, "P-1", why));
    const held = call(fettle.jobs.plan(manager, job.id));
    expect(held.plan.leftOut).toEqual(leftOut);
    expect(held.plan.groups[0]?.patches.map((p) => p.patchId)).toEqual(["P-2"]);
    const about = { assetId: agents[0]?.id ?? "", patchId: "P-1" };
    expect(call(fettle.jobs.explain(manager, job.id, about))).toMatchObject({
      gets: [],
      blockers: [{ rule: "PLN-05", reason: `held: ${why}`, change: "release the patch" }],
    });
    call(fettle.catalogue.release(manager, "P-1"));
    expect(call(fettle.jobs.plan(manager, job.id))).toEqual(before);
  });

  it("PLN-05: after the enabling still keeps it from being sent, and the run says that its plan has drifted", () => {
    const scene = Scene.make();
    const { plane, manager, agents } = scene;
    const jobId = scene.enabled(both);
    plane.call(plane.fettle.catalogue.hold(manager, "P-1", why));
    plane.call(plane.fettle.tick());
    const { id, assetRuns } = scene.run(jobId);
    expect(assetRuns.get(agents[0]?.id ?? "")?.patches.map((p) => p.patchId)).toEqual(["P-2"]);
    const run = scene.stored("run").get(id);
    expect(run?.hasDrifted).toBe(true);
    expect(scene.stored("plan").get(run?.planHash ?? "")?.leftOut).toEqual(leftOut);
  });

  it("PLN-05: is refused to an enabling that approved the plan with it", () => {
    const { plane, manager } = Scene.make();
    const { fettle, call, rejections } = plane;
    const job = call(fettle.jobs.create(manager, Values.draft(both)));
    const { hash } = call(fettle.jobs.plan(manager, job.id));
    call(fettle.catalogue.hold(manager, "P-1", why));
    expect(rejections(fettle.jobs.enable(manager, job.id, { planHash: hash }))).toMatchObject([
      { rule: "PLN-02", code: "stale" },
    ]);
  });

  it("PLN-05: shows in the catalogue, in the events and in the audit trail", () => {
    const { plane, manager } = Scene.make();
    const { fettle, call } = plane;
    const hold = call(fettle.catalogue.hold(manager, "P-1", ` ${why} `));
    expect(hold).toMatchObject({ patchId: "P-1", reason: why, heldBy: "user:mara" });
    expect(call(fettle.catalogue.get(manager, "P-1")).hold).toEqual(hold);
    const { rows } = call(fettle.catalogue.search(manager, {}));
    expect(rows.map((r) => [r.patch.id, r.hold?.reason ?? null])).toEqual([
      ["P-2", null],
      ["P-1", why],
    ]);
    call(fettle.catalogue.release(manager, "P-1"));
    expect(call(fettle.catalogue.get(manager, "P-1")).hold).toBeNull();
    const told = plane.events().filter((e) => e.kind === "hold");
    expect(told.map((e) => [e.type, e.id])).toEqual([
      ["PatchHeld", "P-1"],
      ["PatchReleased", "P-1"],
    ]);
    const { records } = call(fettle.audit.search(manager, { entity: { kind: "hold", id: "P-1" } }));
    expect(records.map((r) => r.action)).toEqual(["catalogue.hold", "catalogue.release"]);
  });

  it("PLN-05: twice with one reason is one hold; another reason takes its place", () => {
    const { plane, manager } = Scene.make();
    const { fettle, call } = plane;
    const first = call(fettle.catalogue.hold(manager, "P-1", why));
    const events = plane.events().length;
    expect(call(fettle.catalogue.hold(manager, "P-1", why))).toEqual(first);
    expect(plane.events()).toHaveLength(events);
    expect(call(fettle.catalogue.hold(manager, "P-1", "worse")).reason).toBe("worse");
  });

  it("PLN-05: needs a patch and a reason; releasing needs a hold, but no patch any more", () => {
    const { plane, manager } = Scene.make();
    const { fettle, call, rejections } = plane;
    expect(rejections(fettle.catalogue.hold(manager, "P-9", why))).toMatchObject([
      { code: "not-found", path: "patchId" },
    ]);
    expect(rejections(fettle.catalogue.hold(manager, "P-1", " "))).toMatchObject([{ code: "invalid", path: "reason" }]);
    expect(rejections(fettle.catalogue.release(manager, "P-1"))).toMatchObject([{ rule: "PLN-05", code: "not-found" }]);
    call(fettle.catalogue.hold(manager, "P-1", why));
    call(fettle.catalogue.ingest(manager, [Values.patch("P-2")]));
    expect(call(fettle.catalogue.release(manager, "P-1")).reason).toBe(why);
  });
});
