/** Change of owner with its preview (OWN-02), and the same done to many jobs (JOB-16). */
import { describe, expect, it } from "vitest";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import { JOBS_PER_BULK_MAX } from "../../src/engine/jobs/JobBulk.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { any, draft, select, user } = Values;
const { as, manager } = ControlPlane;

/** Three machines: of the fleet, of the fleet's web, and of the lab. A job for the fleet and the lab. */
const world = () => {
  const scene = Scene.make();
  const { fettle, call, rejections, users } = scene.plane;
  const [fleet] = scene.agents.map((a) => a.id);
  const [web, lab] = ["web", "lab"].map((tag, i) => {
    const agent = WireAgent.make(scene.plane, i + 2);
    agent.provision(call(fettle.keys.create(manager, { title: tag, tags: [tag] })));
    agent.snapshot(Scene.installed);
    return agent.id;
  });
  for (const [id, ...tags] of [
    ["all", "fleet", "lab"],
    ["webber", "web"],
    ["labber", "lab"],
  ] as const) {
    users.set(user(id, "PatchUser", TagScope.tags(tags)));
  }
  const targets = select({ include: any("fleet", "lab") });
  const job = call(fettle.jobs.create(as("all"), draft({ targets })));
  const reached = () => call(fettle.jobs.plan(manager, job.id)).plan.groups.flatMap((g) => g.assets);
  return { scene, fettle, call, rejections, users, job, reached, fleet, web, lab };
};

describe("a change of owner", () => {
  it("OWN-02: previews the assets lost, changes nothing by it, and then loses just these", () => {
    const { fettle, call, scene, job, reached, fleet, web, lab } = world();
    const before = scene.plane.storage.dump();
    const preview = call(fettle.jobs.ownerPreview(manager, job.id, "webber"));
    expect(preview.lost.map((a) => a.id)).toEqual([fleet, lab]);
    expect(preview).toMatchObject({ lostUnseen: 0, kept: 1 });
    expect(scene.plane.storage.dump()).toEqual(before);
    expect(reached()).toEqual([fleet, web, lab]);
    call(fettle.jobs.changeOwner(manager, job.id, "webber"));
    expect(reached()).toEqual([web]);
  });

  it("OWN-02: keeps what the former owner's scope was at the transfer as a bound, until a manager lifts it", () => {
    const { fettle, call, rejections, users, job, reached, fleet, web, lab } = world();
    call(fettle.jobs.changeOwner(manager, job.id, "webber"));
    call(fettle.jobs.changeOwner(manager, job.id, "sue"));
    expect(call(fettle.jobs.get(manager, job.id)).formerScopes).toEqual([
      TagScope.tags(["fleet", "lab"]),
      TagScope.tags(["web"]),
    ]);
    // The scope of the transfer's moment, not of now.
    users.set(user("webber", "PatchUser", TagScope.tags(["fleet"])));
    expect(reached()).toEqual([web]);
    const { excluded } = call(fettle.jobs.plan(manager, job.id)).plan;
    expect(excluded.map((e) => [e.assetId, e.rule])).toEqual([
      [fleet, "OWN-02"],
      [lab, "OWN-02"],
    ]);
    expect(rejections(fettle.jobs.liftFormerScopes(as("webber"), job.id))).toMatchObject([{ code: "not-permitted" }]);
    expect(call(fettle.jobs.liftFormerScopes(manager, job.id)).formerScopes).toEqual([]);
    expect(reached()).toEqual([fleet, web, lab]);
    expect(call(fettle.jobs.liftFormerScopes(manager, job.id)).formerScopes).toEqual([]);
  });

  it("OWN-02: from an owner without limit, or from nobody, bounds nothing; the same scope bounds once", () => {
    const { fettle, call, job } = world();
    call(fettle.jobs.changeOwner(manager, job.id, "sue"));
    call(fettle.jobs.changeOwner(manager, job.id, "all"));
    call(fettle.jobs.changeOwner(manager, job.id, "sue"));
    expect(call(fettle.jobs.get(manager, job.id)).formerScopes).toEqual([TagScope.tags(["fleet", "lab"])]);
    const advisory = call(
      fettle.jobs.createAdvisory(as("sam"), { title: "Holes", platform: "Linux", patches: ["P-1"] }),
    );
    expect(call(fettle.jobs.changeOwner(manager, advisory.id, "labber")).formerScopes).toEqual([]);
    expect(call(fettle.jobs.ownerPreview(manager, advisory.id, "labber"))).toEqual({
      lost: [],
      lostUnseen: 0,
      kept: 0,
    });
  });

  it("OWN-02, TAG-05: a preview names the assets that its reader sees, and counts the others", () => {
    const { fettle, call, users, job, lab } = world();
    users.set(user("mara", "PatchManager", TagScope.tags(["lab"])));
    const preview = call(fettle.jobs.ownerPreview(manager, job.id, "webber"));
    expect(preview.lost.map((a) => a.id)).toEqual([lab]);
    expect(preview).toMatchObject({ lostUnseen: 1, kept: 1 });
  });

  it("OWN-03: to somebody who can't own jobs has no preview either", () => {
    const { fettle, rejections, job } = world();
    expect(rejections(fettle.jobs.ownerPreview(manager, job.id, "rita"))).toMatchObject([{ rule: "OWN-03" }]);
    expect(rejections(fettle.jobs.ownerPreview(manager, job.id, "nobody"))).toMatchObject([{ code: "not-found" }]);
  });
});

describe("the same done to many jobs", () => {
  it("JOB-16: enables each that can be, and says of each other why not", () => {
    const { fettle, call, scene, job } = world();
    const partial = call(fettle.jobs.create(manager, draft({ patches: null })));
    const enabled = scene.enabled();
    const ids = [partial.id, job.id, "nobody", enabled, job.id];
    const answer = call(fettle.jobs.enableMany(manager, ids));
    expect(answer.changed).toBe(1);
    expect(answer.items.map((i) => [i.jobId, i.outcome, i.rejections[0]?.rule ?? null])).toEqual([
      [partial.id, "refused", "JOB-02"],
      [job.id, "changed", null],
      ["nobody", "refused", null],
      [enabled, "refused", "JOB-07"],
    ]);
    expect(call(fettle.tick()).materialised).toBe(2);
  });

  it("JOB-16: deletes one's own and leaves others', each with its answer", () => {
    const { fettle, call, scene, job } = world();
    const other = call(fettle.jobs.create(as("labber"), draft()));
    const answer = call(fettle.jobs.deleteMany(as("all"), [other.id, job.id]));
    expect(answer.items.map((i) => [i.jobId, i.outcome, i.rejections[0]?.code ?? null])).toEqual([
      [other.id, "refused", "not-permitted"],
      [job.id, "changed", null],
    ]);
    expect([...scene.stored("job").keys()]).toEqual([other.id]);
  });

  it("JOB-16, OWN-01: gives each to another owner; what is theirs already stays unchanged", () => {
    const { fettle, call, job } = world();
    const theirs = call(fettle.jobs.create(as("labber"), draft()));
    const ids = [job.id, theirs.id, "nobody"];
    const answer = call(fettle.jobs.changeOwnerOfMany(manager, ids, "labber"));
    expect(answer.items.map((i) => i.outcome)).toEqual(["changed", "unchanged", "refused"]);
    expect(call(fettle.jobs.get(manager, job.id))).toMatchObject({
      ownerId: "labber",
      formerScopes: [TagScope.tags(["fleet", "lab"])],
    });
    const refused = call(fettle.jobs.changeOwnerOfMany(manager, ids, "rita"));
    expect(refused.items.map((i) => i.rejections[0]?.rule ?? null)).toEqual(["OWN-03", "OWN-03", null]);
  });

  it("JOB-16: takes 1 to 500 jobs", () => {
    const { fettle, call, rejections } = world();
    const ids = (n: number) => Array.from({ length: n }, (_, i) => `job-${i}`);
    for (const n of [0, JOBS_PER_BULK_MAX + 1]) {
      expect(rejections(fettle.jobs.deleteMany(manager, ids(n)))).toMatchObject([{ rule: "JOB-16", path: "jobIds" }]);
    }
    expect(call(fettle.jobs.deleteMany(manager, ids(JOBS_PER_BULK_MAX))).changed).toBe(0);
  });

  it("JOB-16: is decided anew when one of the jobs changes meanwhile", () => {
    const { fettle, call, scene, job } = world();
    const other = call(fettle.jobs.create(manager, draft()));
    scene.plane.hooks.before = () => {
      scene.plane.hooks.before = null;
      call(fettle.jobs.delete(manager, other.id));
    };
    expect(call(fettle.jobs.enableMany(manager, [job.id, other.id])).items.map((i) => i.outcome)).toEqual([
      "changed",
      "refused",
    ]);
  });
});
