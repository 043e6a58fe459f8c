import { describe, expect, it } from "vitest";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";

const { as, manager } = ControlPlane;
const advisory = { title: "Fix openssl", platform: "Linux", patches: ["P-1", "P-2"] } as const;
const security = as("sam");

const world = () => {
  const scene = Scene.make();
  const { plane } = scene;
  const job = plane.call(plane.fettle.jobs.createAdvisory(security, advisory));
  return { scene, plane, fettle: plane.fettle, call: plane.call, job };
};

describe("an advisory", () => {
  it("RBAC-08: is a partially configured job with a list of patches only, and nobody owns it", () => {
    const { job, plane } = world();
    expect(job).toMatchObject({
      title: "Fix openssl",
      patches: { _tag: "List", patches: ["P-1", "P-2"] },
      targets: null,
      schedule: null,
      ownerId: null,
      makerId: "sam",
      status: "Disabled",
    });
    expect(plane.events().at(-1)).toMatchObject({ type: "JobCreated", body: { by: "user:sam", isAdvisory: true } });
  });

  it("RBAC-08: takes no targets, schedule or owner by the back door", () => {
    const { fettle, call } = world();
    const more = { ...Values.draft(), ...advisory, ownerId: "sam" };
    expect(call(fettle.jobs.createAdvisory(security, more))).toMatchObject({
      targets: null,
      schedule: null,
      ownerId: null,
    });
  });

  it("JOB-04: holds 1–2000 patches, each once, and has a title (JOB-03)", () => {
    const { plane, fettle } = world();
    const rejected = (over: object) => plane.rejections(fettle.jobs.createAdvisory(security, { ...advisory, ...over }));
    expect(rejected({ patches: [] })).toMatchObject([{ rule: "JOB-04" }]);
    expect(rejected({ patches: ["P-1", "P-1"] })).toMatchObject([{ rule: "JOB-04" }]);
    expect(rejected({ patches: Array.from({ length: 2_001 }, (_, i) => `P-${i}`) })).toMatchObject([
      { rule: "JOB-04" },
    ]);
    expect(rejected({ title: "" })).toMatchObject([{ rule: "JOB-03" }]);
  });

  it("RBAC-08: Security looks at it, and can't enable, share or edit it, nor own it", () => {
    const { plane, fettle, call, job } = world();
    expect(call(fettle.jobs.get(security, job.id)).id).toBe(job.id);
    expect(call(fettle.jobs.search(security, {})).rows.map((r) => r.job.id)).toEqual([job.id]);
    for (const ask of [
      fettle.jobs.enable(security, job.id),
      fettle.jobs.share(security, job.id, { readers: ["rita"] }),
      fettle.jobs.changeOwner(security, job.id, "sam"),
      fettle.jobs.create(security, Values.draft()),
    ]) {
      expect(plane.rejections(ask)).toMatchObject([{ rule: "RBAC-10", code: "not-permitted" }]);
    }
    expect(plane.rejections(fettle.jobs.changeOwner(manager, job.id, "sam"))).toMatchObject([{ rule: "OWN-03" }]);
  });

  it("RBAC-08: Security doesn't see others' jobs, and is no co-author of any", () => {
    const { plane, fettle, call } = world();
    const other = call(fettle.jobs.create(manager, Values.draft()));
    expect(plane.rejections(fettle.jobs.get(security, other.id))).toMatchObject([{ rule: "RBAC-10" }]);
    expect(plane.rejections(fettle.jobs.share(manager, other.id, { coAuthors: ["sam"] }))).toMatchObject([
      { code: "not-permitted", path: "coAuthors" },
    ]);
  });

  it("OWN-04: has no owner until one is assigned, and no co-authors till then; then the owner has it", () => {
    const { plane, fettle, call, job } = world();
    expect(plane.rejections(fettle.jobs.share(manager, job.id, { coAuthors: ["uli"] }))).toMatchObject([
      { rule: "OWN-04" },
    ]);
    expect(plane.rejections(fettle.jobs.get(as("uli"), job.id))).toMatchObject([{ rule: "RBAC-10" }]);
    call(fettle.jobs.changeOwner(manager, job.id, "uli"));
    expect(call(fettle.jobs.get(as("uli"), job.id)).ownerId).toBe("uli");
    // Assigned to the maker only while nobody owned it (RBAC-04).
    expect(plane.rejections(fettle.jobs.get(security, job.id))).toMatchObject([{ rule: "RBAC-10" }]);
  });

  it("I43: is never enabled as it is, by anybody: not without an owner, and then not without its parts", () => {
    const { plane, fettle, call, job } = world();
    for (const who of ["mara", "sue"]) {
      expect(plane.rejections(fettle.jobs.enable(as(who), job.id))).toMatchObject([{ rule: "OWN-04" }]);
    }
    call(fettle.jobs.changeOwner(manager, job.id, "uli"));
    expect(plane.rejections(fettle.jobs.enable(as("uli"), job.id))).toMatchObject([{ rule: "JOB-02" }]);
    expect(call(fettle.tick())).toMatchObject({ materialised: 0 });
  });

  it("RBAC-04: of a user who may create both is theirs to edit while nobody owns it", () => {
    const { plane, fettle, call } = world();
    plane.users.set(Values.user("sue", "SuperUser"));
    const own = call(fettle.jobs.createAdvisory(as("sue"), advisory));
    expect(call(fettle.access.decide(as("sue"), { jobId: own.id, action: "edit" }))).toMatchObject({
      allowed: true,
      relation: "maker",
    });
  });

  it("can be sent twice under one key", () => {
    const { scene, fettle, call } = world();
    const make = () => call(fettle.jobs.createAdvisory(security, advisory, { idempotencyKey: "k" }));
    expect(make().id).toBe(make().id);
    expect(scene.stored("job").size).toBe(2);
  });
});
