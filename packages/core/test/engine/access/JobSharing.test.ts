import { describe, expect, it } from "vitest";
import type { Job } from "../../../src/domain/job/Job.ts";
import * as TagScope from "../../../src/domain/tag/TagScope.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";

const { as, manager } = ControlPlane;
const { draft, user } = Values;
const fleet = TagScope.tags(["fleet"]);

/** uli, a user with the fleet in scope, owns a job; uma is another user, max another manager. */
const world = (options: Scene.SceneOptions = {}) => {
  const scene = Scene.make(options);
  const { plane } = scene;
  plane.users.set(user("uli", "PatchUser", fleet));
  plane.users.set(user("uma", "PatchUser", fleet));
  plane.users.set(user("max", "PatchManager"));
  const job = plane.call(plane.fettle.jobs.create(as("uli"), draft()));
  const share = (
    sharing: { readonly coAuthors?: readonly string[]; readonly readers?: readonly string[] },
    by = "uli",
  ) => plane.fettle.jobs.share(as(by), job.id, sharing);
  const kept = (): Job | undefined => scene.stored("job").get(job.id);
  return { scene, plane, fettle: plane.fettle, call: plane.call, job, share, kept };
};

describe("sharing a job", () => {
  it("RBAC-04: an owner names co-authors and readers; what is left out stays; the event tells who did it", () => {
    const { plane, call, share, job, kept } = world();
    expect(call(share({ coAuthors: ["uma"] }))).toMatchObject({ coAuthors: ["uma"], readers: [] });
    expect(call(share({ readers: ["rita", "sam"] }))).toMatchObject({ coAuthors: ["uma"], readers: ["rita", "sam"] });
    expect(kept()).toEqual({ ...job, coAuthors: ["uma"], readers: ["rita", "sam"] });
    expect(plane.events().at(-1)).toMatchObject({
      type: "JobShared",
      id: job.id,
      body: { by: "user:uli", coAuthors: ["uma"], readers: ["rita", "sam"] },
    });
  });

  it("RBAC-04, JOB-25: readers of any role see job, plan and runs, and may nothing else; others its row alone", () => {
    const { scene, plane, fettle, call, share, job } = world();
    call(share({ readers: ["rita", "sam", "ada", "uma"] }));
    call(fettle.jobs.enable(as("uli"), job.id));
    call(fettle.tick());
    const runId = scene.run(job.id).id;
    for (const reader of ["rita", "sam", "ada", "uma"]) {
      expect(call(fettle.jobs.get(as(reader), job.id)).id).toBe(job.id);
      expect(call(fettle.jobs.plan(as(reader), job.id)).hash).toMatch(/^sha256:/);
      expect(call(fettle.runs.results(as(reader), runId))).toHaveLength(1);
      expect(call(fettle.jobs.search(as(reader), {})).rows.map((r) => r.job.id)).toEqual([job.id]);
      for (const ask of [fettle.jobs.enable(as(reader), job.id), fettle.jobs.share(as(reader), job.id, {})]) {
        expect(plane.rejections(ask)).toMatchObject([{ rule: "RBAC-04", code: "not-permitted" }]);
      }
    }
    plane.users.set(user("rob", "PatchReader"));
    expect(plane.rejections(fettle.jobs.get(as("rob"), job.id))).toMatchObject([{ rule: "RBAC-10" }]);
    expect(call(fettle.jobs.search(as("rob"), {})).rows).toMatchObject([{ mayView: false, job: { id: job.id } }]);
  });

  it("RBAC-05: a co-author sees and enables the job, found in their list", () => {
    const { fettle, call, share, job } = world();
    call(share({ coAuthors: ["uma"] }));
    const found = call(fettle.jobs.search(as("uma"), { query: "coAuthorUserIds: uma and created.user.id: uli" }));
    expect(found.rows.map((r) => r.job.id)).toEqual([job.id]);
    expect(call(fettle.jobs.enable(as("uma"), job.id)).status).toBe("Enabled");
  });

  it.each([
    ["lost the role", user("uma", "PatchReader", fleet)],
    ["has a smaller scope", user("uma", "PatchUser", TagScope.tags(["web"]))],
    ["has no tags left", user("uma", "PatchUser", TagScope.tags([]))],
    ["became Security", user("uma", "PatchSecurity", fleet)],
  ])("RBAC-05: is checked again whenever they act: a co-author who %s by now may nothing", (_, now) => {
    const { plane, fettle, call, share, job } = world();
    call(share({ coAuthors: ["uma"] }));
    plane.users.set(now);
    for (const ask of [fettle.jobs.get(as("uma"), job.id), fettle.jobs.enable(as("uma"), job.id)]) {
      expect(plane.rejections(ask)).toMatchObject([{ code: "not-permitted" }]);
    }
    expect(call(fettle.jobs.search(as("uma"), {})).rows.map((r) => r.mayView)).toEqual([false]);
    expect(call(fettle.jobs.search(as("uma"), { mine: "co-authored" })).total).toBe(0);
  });

  it("RBAC-05: it is the owner of this moment who counts: raised to manager, or with more assets, co-authors below lapse", () => {
    const { plane, fettle, call, share, job } = world();
    call(share({ coAuthors: ["uma"] }));
    for (const owner of [
      user("uli", "PatchManager", fleet),
      user("uli", "PatchUser", TagScope.tags(["fleet", "lab"])),
    ]) {
      plane.users.set(owner);
      expect(plane.rejections(fettle.jobs.get(as("uma"), job.id))).toMatchObject([{ rule: "RBAC-05" }]);
    }
    plane.users.set(user("uli", "PatchUser", TagScope.tags(["web"])));
    expect(call(fettle.jobs.get(as("uma"), job.id)).id).toBe(job.id);
    plane.users.remove("uli");
    expect(plane.rejections(fettle.jobs.get(as("uma"), job.id))).toMatchObject([{ rule: "RBAC-05" }]);
  });

  it.each([
    ["a role lower than the owner's", user("cora", "PatchReader", fleet), "RBAC-10"],
    ["the role Security (RBAC-08)", user("cora", "PatchSecurity", fleet), "RBAC-10"],
    ["a scope smaller than the owner's", user("cora", "PatchUser", TagScope.tags(["web"])), "RBAC-05"],
    ["no scope at all", user("cora", "PatchManager", TagScope.tags([])), "RBAC-05"],
  ])("RBAC-05: is checked when added: %s is refused, and nothing is saved", (_, cora, rule) => {
    const { plane, call, share, kept } = world();
    plane.users.set(cora);
    const before = plane.storage.dump();
    const [rejection] = plane.rejections(share({ coAuthors: ["uma", "cora"], readers: ["rita"] }));
    expect(rejection).toMatchObject({ rule, code: "not-permitted", path: "coAuthors" });
    expect(rejection?.message).toContain("cora");
    expect(plane.storage.dump()).toEqual(before);
    plane.users.set(user("cora", "PatchManager", TagScope.tags(["fleet", "lab"])));
    call(share({ coAuthors: ["uma", "cora"] }));
    expect(kept()?.coAuthors).toEqual(["uma", "cora"]);
  });

  it("RBAC-05: who was a co-author before is not held up when somebody else is added", () => {
    const { plane, call, share, kept } = world();
    call(share({ coAuthors: ["uma"] }));
    plane.users.set(user("uma", "PatchReader"));
    call(share({ coAuthors: ["uma", "max"] }));
    expect(kept()?.coAuthors).toEqual(["uma", "max"]);
  });

  it("says all that is wrong at once, naming each user", () => {
    const { plane, share } = world();
    const wrong = plane.rejections(share({ coAuthors: ["ghost", "rita"], readers: ["nobody", "system"] }));
    expect(wrong.map((r) => [r.path, r.code])).toEqual([
      ["coAuthors", "not-found"],
      ["coAuthors", "not-permitted"],
      ["readers", "not-found"],
      ["readers", "not-found"],
    ]);
  });

  it("refuses a user twice in a list, and the owner in one", () => {
    const { plane, share } = world();
    for (const list of [["uma", "uma"], ["uli"], [""]]) {
      expect(plane.rejections(share({ coAuthors: list }))).toMatchObject([{ code: "invalid", path: "coAuthors" }]);
      expect(plane.rejections(share({ readers: list }))).toMatchObject([{ code: "invalid", path: "readers" }]);
    }
  });

  it("has limits: as many as they say are taken, one more is refused", () => {
    const { plane, call, share } = world({ subscription: { limits: { coAuthorsPerJobMax: 2, readersPerJobMax: 3 } } });
    for (let i = 0; i < 4; i += 1) plane.users.set(user(`u${i}`, "PatchManager"));
    call(share({ coAuthors: ["u0", "u1"], readers: ["u0", "u1", "u2"] }));
    expect(plane.rejections(share({ coAuthors: ["u0", "u1", "u2"] }))).toMatchObject([
      { code: "exhausted", path: "coAuthors" },
    ]);
    expect(plane.rejections(share({ readers: ["u0", "u1", "u2", "u3"] }))).toMatchObject([
      { code: "exhausted", path: "readers" },
    ]);
  });

  it("RBAC-04: a co-author doesn't pass the job on, neither to co-authors nor to readers", () => {
    const { plane, call, share } = world();
    call(share({ coAuthors: ["uma"] }));
    for (const sharing of [{ coAuthors: ["uma", "max"] }, { readers: ["rita"] }, {}]) {
      expect(plane.rejections(share(sharing, "uma"))).toMatchObject([{ code: "not-permitted" }]);
    }
    expect(call(share({ readers: ["rita"] }, "mara")).readers).toEqual(["rita"]);
  });

  it("JOB-07: an enabled run-once job takes no other co-authors, but may be shared to be looked at", () => {
    const { plane, fettle, call, share, job } = world();
    call(fettle.jobs.enable(as("uli"), job.id));
    expect(plane.rejections(share({ coAuthors: ["uma"] }))).toMatchObject([{ rule: "JOB-07", code: "conflict" }]);
    expect(call(share({ readers: ["rita"] })).readers).toEqual(["rita"]);
  });

  it("that changes nothing writes nothing", () => {
    const { plane, call, share } = world();
    call(share({ coAuthors: ["uma", "max"], readers: ["rita"] }));
    const before = plane.storage.dump();
    call(share({ coAuthors: ["max", "uma"] }));
    call(share({}));
    expect(plane.storage.dump()).toEqual(before);
  });

  it("JOB-18: done by two at once is done by one; the other hears that the job was changed", () => {
    const { plane, call, share, kept } = world();
    plane.hooks.before = () => {
      plane.hooks.before = null;
      call(share({ coAuthors: ["max"] }));
    };
    expect(plane.rejections(share({ coAuthors: ["uma"] }))).toMatchObject([{ rule: "JOB-18", code: "stale" }]);
    expect(kept()?.coAuthors).toEqual(["max"]);
  });

  it("can be sent twice under one key", () => {
    const { plane, call, fettle, job } = world();
    const once = () => call(fettle.jobs.share(as("uli"), job.id, { readers: ["rita"] }, { idempotencyKey: "k" }));
    const first = once();
    expect(once()).toEqual(first);
    expect(plane.events().filter((e) => e.type === "JobShared")).toHaveLength(1);
  });
});

describe("another owner", () => {
  it("OWN-01: is given by a manager; the job is then theirs, the former owner has no part in it", () => {
    const { plane, fettle, call, share, job, kept } = world();
    call(share({ coAuthors: ["uma"], readers: ["uma", "rita"] }));
    call(fettle.jobs.changeOwner(manager, job.id, "uma"));
    expect(kept()).toMatchObject({ ownerId: "uma", makerId: "uli", coAuthors: [], readers: ["rita"] });
    expect(plane.rejections(fettle.jobs.get(as("uli"), job.id))).toMatchObject([{ rule: "RBAC-10" }]);
    expect(call(fettle.jobs.enable(as("uma"), job.id)).status).toBe("Enabled");
    const changed = plane.events().find((e) => e.type === "JobOwnerChanged");
    expect(changed?.body).toEqual({
      by: "user:mara",
      from: "uli",
      to: "uma",
      formerScope: { _tag: "Tags", tags: ["fleet"] },
    });
  });

  it.each([
    ["a reader", "rita", "OWN-03", "not-permitted"],
    ["a dashboard author", "ada", "OWN-03", "not-permitted"],
    ["Security (RBAC-08)", "sam", "OWN-03", "not-permitted"],
    ["nobody's user", "ghost", "RBAC-04", "not-found"],
    ["the control plane", "system", "RBAC-04", "not-found"],
  ])("OWN-03: %s can't own a job", (_, to, rule, code) => {
    const { plane, fettle, job } = world();
    const before = plane.storage.dump();
    expect(plane.rejections(fettle.jobs.changeOwner(manager, job.id, to))).toMatchObject([
      { rule, code, path: "userId" },
    ]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("JOB-07: may be given an enabled job, too; it then runs in the new owner's scope (RBAC-07)", () => {
    const { scene, plane, fettle, call, job } = world();
    plane.users.set(user("uma", "PatchUser", TagScope.tags(["lab"])));
    call(fettle.jobs.enable(as("uli"), job.id));
    call(fettle.jobs.changeOwner(manager, job.id, "uma"));
    expect(call(fettle.tick())).toMatchObject({ materialised: 1, issued: 0 });
    expect(scene.run(job.id).assetRuns.size).toBe(0);
  });

  it("who owns it already changes nothing", () => {
    const { plane, fettle, call, job } = world();
    const before = plane.storage.dump();
    expect(call(fettle.jobs.changeOwner(manager, job.id, "uli"))).toEqual(job);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("RBAC-07: a job runs in its owner's scope, whoever edited or enabled it", () => {
    const { plane, fettle, call, share, job } = world();
    plane.users.set(user("uli", "PatchUser", TagScope.tags(["lab"])));
    call(share({ coAuthors: ["max"] }));
    for (const who of ["max", "uli", "mara", "sue"]) {
      const { groups, excluded } = call(fettle.jobs.plan(as(who), job.id)).plan;
      expect([groups.length, excluded[0]?.rule]).toEqual([0, "TAG-06"]);
    }
    call(fettle.jobs.enable(as("max"), job.id));
    expect(call(fettle.tick())).toMatchObject({ materialised: 1, issued: 0 });
  });

  it("RBAC-02: a super user's own job has no scope limit, whatever the directory says of their scope", () => {
    const { plane, fettle, call } = world();
    plane.users.set(user("sue", "SuperUser", TagScope.tags([])));
    const job = call(fettle.jobs.create(as("sue"), draft()));
    expect(call(fettle.jobs.plan(as("sue"), job.id)).plan.groups).toHaveLength(1);
    expect(call(fettle.assets.list(as("sue")))).toHaveLength(1);
    plane.users.set(user("mara", "PatchManager", TagScope.tags([])));
    expect(call(fettle.assets.list(manager))).toHaveLength(0);
  });
});
