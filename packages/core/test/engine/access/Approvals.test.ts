import { describe, expect, it } from "vitest";
import * as Actor from "../../../src/domain/shared/Actor.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";
import * as WireAgent from "../../scenario/WireAgent.ts";

const { as, manager } = ControlPlane;

/** Two assets, and one is all that may be enabled alone. uli made the job; mara, max and sue may approve. */
const world = (limits: object = { assetsWithoutApprovalMax: 1 }) => {
  const scene = Scene.make({ agents: 2, subscription: { limits } });
  const { plane } = scene;
  plane.users.set(Values.user("max", "PatchManager"));
  const job = plane.call(plane.fettle.jobs.create(as("uli"), Values.draft()));
  const { hash } = plane.call(plane.fettle.jobs.plan(manager, job.id));
  const approve = (by: Actor.Actor, planHash: string = hash) => plane.fettle.jobs.approve(by, job.id, { planHash });
  const enable = (by: string) => plane.fettle.jobs.enable(as(by), job.id);
  return { scene, plane, fettle: plane.fettle, call: plane.call, job, hash, approve, enable };
};

describe("a plan of many assets", () => {
  it("PLN-02: is enabled only after a second person approved it, neither maker nor enabler", () => {
    const { plane, call, approve, enable, hash } = world();
    expect(plane.rejections(enable("uli"))).toMatchObject([
      { rule: "PLN-02", code: "not-permitted", message: expect.stringContaining("second person") },
    ]);
    expect(call(approve(manager)).approved).toEqual({ planHash: hash, by: "mara", at: Values.START });
    expect(plane.events().at(-1)).toMatchObject({ type: "PlanApproved", body: { by: "user:mara", plan: hash } });
    expect(plane.rejections(enable("mara"))).toMatchObject([{ message: expect.stringContaining("who approved it") }]);
    expect(call(enable("uli")).status).toBe("Enabled");
  });

  it("PLN-02: isn't approved by its maker or owner, whatever their role, nor by the control plane", () => {
    const { plane, fettle, call, job, approve } = world();
    plane.users.set(Values.user("uli", "PatchManager"));
    expect(plane.rejections(approve(as("uli")))).toMatchObject([{ rule: "PLN-02", code: "not-permitted" }]);
    plane.users.set(Values.user("uli", "SuperUser"));
    expect(plane.rejections(approve(as("uli")))).toMatchObject([{ rule: "PLN-02" }]);
    expect(plane.rejections(approve(Actor.system("acme", "nightly")))).toMatchObject([{ rule: "PLN-02" }]);
    call(fettle.jobs.changeOwner(as("max"), job.id, "mara"));
    expect(plane.rejections(approve(manager))).toMatchObject([{ rule: "PLN-02" }]);
    expect(plane.rejections(approve(as("uli")))).toMatchObject([{ rule: "PLN-02" }]);
  });

  it("RBAC-10: is approved only with the permission for it", () => {
    const { plane, approve } = world();
    for (const who of ["rita", "ada", "sam"]) {
      expect(plane.rejections(approve(as(who)))).toMatchObject([
        { rule: "RBAC-10", denial: { permission: "approve-plan", whoCould: ["SuperUser", "PatchManager"] } },
      ]);
    }
  });

  it("PLN-02: an approval holds for that plan only: it lapses when the plan drifts, or the job goes to another owner", () => {
    const { scene, plane, fettle, call, job, approve, enable } = world();
    call(approve(manager));
    const third = WireAgent.make(plane, 3);
    third.provision(scene.issued);
    third.snapshot(Scene.installed);
    expect(plane.rejections(enable("uli"))).toMatchObject([
      { rule: "PLN-02", message: expect.stringContaining("now sha256:") },
    ]);
    expect(plane.rejections(approve(manager))).toMatchObject([{ rule: "PLN-02", code: "stale" }]);
    const { hash } = call(fettle.jobs.plan(manager, job.id));
    call(approve(manager, hash));
    call(fettle.jobs.changeOwner(manager, job.id, "max"));
    expect(call(fettle.jobs.get(manager, job.id)).approved).toBeNull();
    expect(plane.rejections(enable("max"))).toMatchObject([{ message: expect.stringContaining("nobody") }]);
  });

  it("is needed above the limit, not at it; by default never", () => {
    const at = world({ assetsWithoutApprovalMax: 2 });
    expect(at.call(at.enable("uli")).status).toBe("Enabled");
    const never = world({});
    expect(never.call(never.enable("uli")).status).toBe("Enabled");
    const none = world({ assetsWithoutApprovalMax: 0 });
    expect(none.plane.rejections(none.enable("uli"))).toMatchObject([{ rule: "PLN-02" }]);
  });

  it("JOB-07: isn't approved once the job was enabled", () => {
    const { plane, call, approve, enable } = world({});
    call(enable("uli"));
    expect(plane.rejections(approve(manager))).toMatchObject([{ rule: "JOB-07" }]);
  });

  it("PLN-02: that grew since it was enabled isn't carried out above the limit, and the tick says why; shrunk again, it is", () => {
    const { scene, plane, fettle, call, job, approve, enable } = world();
    call(approve(manager));
    call(enable("uli"));
    const third = WireAgent.make(plane, 3);
    third.provision(scene.issued);
    third.snapshot(Scene.installed);
    expect(call(fettle.tick())).toMatchObject({
      materialised: 0,
      stuck: [{ jobId: job.id, message: expect.stringContaining("grown from 2 to 3") }],
    });
    // Nothing is left to do on it: the plan reaches two again.
    third.snapshot([Values.pkg("curl", "2-1"), Values.pkg("openssl", "2-1")]);
    expect(call(fettle.tick())).toMatchObject({ materialised: 1, issued: 2, stuck: [] });
  });

  it("that grew up to the limit, or under the limit of everybody, is carried out", () => {
    const { scene, plane, fettle, call, enable } = world({ assetsWithoutApprovalMax: 3 });
    call(enable("uli"));
    const third = WireAgent.make(plane, 3);
    third.provision(scene.issued);
    third.snapshot(Scene.installed);
    expect(call(fettle.tick())).toMatchObject({ materialised: 1, issued: 3 });
  });

  it("can be approved twice under one key", () => {
    const { plane, fettle, call, job, hash } = world();
    const once = () => call(fettle.jobs.approve(manager, job.id, { planHash: hash, idempotencyKey: "k" }));
    expect(once()).toEqual(once());
    expect(plane.events().filter((e) => e.type === "PlanApproved")).toHaveLength(1);
  });
});
