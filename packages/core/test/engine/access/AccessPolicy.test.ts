import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Permission from "../../../src/domain/access/Permission.ts";
import * as Policy from "../../../src/domain/access/Policy.ts";
import type * as JobAccess from "../../../src/domain/job/JobAccess.ts";
import * as Actor from "../../../src/domain/shared/Actor.ts";
import * as TagScope from "../../../src/domain/tag/TagScope.ts";
import * as Fettle from "../../../src/Fettle.ts";
import { AccessPolicy } from "../../../src/ports/AccessPolicy.ts";
import { Directory, DirectoryError } from "../../../src/ports/Directory.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";

const { as, manager } = ControlPlane;

const duties: Policy.Policy = {
  roles: [
    {
      id: "operator",
      name: "Operator",
      permissions: ["view-assets", "view-any-job", "enable-any-job"],
      above: ["guest"],
      excludes: [],
    },
    {
      id: "planner",
      name: "Planner",
      permissions: ["view-assets", "view-assigned-job", "create-job", "own-job", "edit-assigned-job"],
      above: ["guest"],
      excludes: ["operator"],
    },
    { id: "guest", name: "Guest", permissions: ["view-assets"], above: [], excludes: [] },
  ],
  superUser: "root",
  defaultRole: "guest",
  reserved: [],
};

const withPolicy = (policy: Policy.Policy) => {
  const scene = Scene.make();
  const { plane } = scene;
  plane.users.set({ id: "pia", roles: ["planner"], scope: TagScope.all });
  plane.users.set({ id: "otto", roles: ["operator"], scope: TagScope.all });
  plane.users.set({ id: "new", roles: [], scope: TagScope.all });
  plane.users.set({ id: "both", roles: ["planner", "operator"], scope: TagScope.all });
  return { scene, plane, fettle: Fettle.make(Context.add(plane.ports, AccessPolicy, policy)), call: plane.call };
};

describe("a host's own policy", () => {
  it("RBAC-10: decides in place of the default, and is what access.policy shows", () => {
    const { plane, fettle, call } = withPolicy(duties);
    expect(call(fettle.access.policy())).toBe(duties);
    expect(call(plane.fettle.access.policy())).toBe(Policy.standard);
    // The default roles are no roles here.
    expect(plane.rejections(fettle.assets.list(manager))).toMatchObject([
      { rule: "RBAC-10", denial: { permission: "view-assets", whoCould: ["root", "operator", "planner", "guest"] } },
    ]);
    const job = call(fettle.jobs.create(as("pia"), Values.draft()));
    expect(plane.rejections(fettle.jobs.enable(as("pia"), job.id))).toMatchObject([
      { rule: "RBAC-10", denial: { permission: "enable-assigned-job", whoCould: ["root", "operator"] } },
    ]);
    expect(plane.rejections(fettle.jobs.share(as("otto"), job.id, { readers: ["new"] }))).toMatchObject([
      { rule: "RBAC-10" },
    ]);
    expect(call(fettle.jobs.enable(as("otto"), job.id)).status).toBe("Enabled");
    expect(call(fettle.tick())).toMatchObject({ materialised: 1, issued: 1 });
  });

  it("RBAC-12: gives its own default role to a user without roles", () => {
    const { plane, fettle, call } = withPolicy(duties);
    expect(call(fettle.assets.list(as("new")))).toHaveLength(1);
    expect(plane.rejections(fettle.jobs.search(as("new"), {}))).toMatchObject([
      { denial: { permission: "view-assigned-job" } },
    ]);
  });

  it("RBAC-12: a user to whom the directory gives no role is a Patch Reader under the default", () => {
    const { plane, call } = withPolicy(duties);
    expect(call(plane.fettle.jobs.search(as("new"), {})).total).toBe(0);
    expect(plane.rejections(plane.fettle.jobs.create(as("new"), Values.draft()))).toMatchObject([
      { denial: { permission: "create-job" } },
    ]);
  });

  it("RBAC-03: a user with roles that exclude one another may nothing until that is mended", () => {
    const { plane, fettle } = withPolicy(duties);
    expect(plane.rejections(fettle.assets.list(as("both")))).toMatchObject([
      { rule: "RBAC-03", code: "not-permitted" },
    ]);
  });

  it("RBAC-10: with errors is refused wherever it is used, with all that lint found, and nothing else is used instead", () => {
    const broken = { ...duties, superUser: "", defaultRole: "nobody" };
    const { plane, fettle, call } = withPolicy(broken);
    const job = call(plane.fettle.jobs.create(manager, Values.draft()));
    call(plane.fettle.jobs.enable(manager, job.id));
    const before = plane.storage.dump();
    const asks = [
      fettle.assets.list(as("pia")),
      fettle.jobs.create(as("pia"), Values.draft()),
      fettle.jobs.create(Actor.system("acme", "nightly"), Values.draft()),
      fettle.access.decide(as("pia"), "view-assets"),
      fettle.access.policy(),
    ];
    for (const ask of asks) {
      expect(plane.rejections(ask).map((r) => [r.rule, r.code])).toEqual([
        ["RBAC-10", "invalid"],
        ["RBAC-10", "invalid"],
      ]);
    }
    // Nothing runs on the word of nobody, either.
    expect(call(fettle.tick())).toMatchObject({ materialised: 0, stuck: [{ jobId: job.id }] });
    expect(plane.storage.dump()).toEqual(before);
    expect(call(fettle.access.lint(broken)).map((f) => f.code)).toEqual(["no-super-user", "no-default-role"]);
  });

  it("with warnings only is used", () => {
    const { fettle, call } = withPolicy(duties);
    expect(call(fettle.access.lint(duties)).every((f) => f.severity === "warning")).toBe(true);
    expect(call(fettle.assets.list(as("otto")))).toHaveLength(1);
  });
});

describe("a question about access", () => {
  it("RBAC-10: tells of each permission whether the actor has it, why, and who could, without changing anything", () => {
    const { plane } = Scene.make();
    const { fettle, call } = plane;
    const before = plane.storage.dump();
    for (const userId of ["sue", "mara", "uli", "ada", "rita", "sam"]) {
      for (const permission of Permission.all) {
        const { allowed, ...rest } = call(fettle.access.decide(as(userId), permission));
        const role = { sue: "SuperUser", mara: "PatchManager", uli: "PatchUser", ada: "PatchDashboardAuthor" };
        const own = { ...role, rita: "PatchReader", sam: "PatchSecurity" }[userId] ?? "";
        expect([userId, permission, allowed]).toEqual([userId, permission, rest.whoCould.includes(own)]);
        expect(rest).toMatchObject({
          permission,
          why: expect.stringMatching(/./),
          rule: expect.stringMatching(/^RBAC-/),
        });
      }
    }
    expect(plane.storage.dump()).toEqual(before);
  });

  it("RBAC-10: agrees with what the methods do", () => {
    const { plane } = Scene.make();
    const { fettle, call } = plane;
    const job = call(fettle.jobs.create(as("uli"), Values.draft()));
    for (const userId of ["sue", "mara", "uli", "ada", "rita", "sam"]) {
      const asks = {
        view: fettle.jobs.get(as(userId), job.id),
        "share-read-only": fettle.jobs.share(as(userId), job.id, {}),
        "change-owner": fettle.jobs.changeOwner(as(userId), job.id, "uli"),
      };
      for (const action of ["view", "share-read-only", "change-owner"] as const) {
        const decision = call(fettle.access.decide(as(userId), { jobId: job.id, action }));
        const did = call(Effect.result(asks[action]))._tag === "Success";
        expect([userId, action, decision.allowed]).toEqual([userId, action, did]);
      }
    }
  });

  it("RBAC-07: of a job tells of the owner, its state, and the relation that counts", () => {
    const { plane } = Scene.make();
    const { fettle, call } = plane;
    const job = call(fettle.jobs.create(as("uli"), Values.draft()));
    const decide = (action: JobAccess.JobAction, by = "uli") =>
      call(fettle.access.decide(as(by), { jobId: job.id, action }));
    expect(decide("enable")).toMatchObject({ allowed: true, permission: "enable-assigned-job", relation: "owner" });
    expect(decide("run")).toMatchObject({ allowed: false, rule: "JOB-12" });
    call(fettle.jobs.enable(as("uli"), job.id));
    expect(decide("run")).toMatchObject({ allowed: true });
    expect(decide("edit")).toMatchObject({ allowed: false, rule: "JOB-07" });
    plane.users.set(Values.user("uli", "PatchReader"));
    expect(decide("run", "mara")).toMatchObject({ allowed: false, rule: "OWN-01", relation: "none" });
    plane.users.remove("uli");
    expect(decide("run", "mara")).toMatchObject({
      allowed: false,
      rule: "OWN-01",
      why: expect.stringContaining("gone"),
    });
  });

  it("about what doesn't exist is refused", () => {
    const { plane } = Scene.make({ agents: 0 });
    const { fettle } = plane;
    expect(plane.rejections(fettle.access.decide(manager, "fly" as never))).toMatchObject([{ code: "invalid" }]);
    expect(plane.rejections(fettle.access.decide(manager, "toString" as never))).toMatchObject([{ code: "invalid" }]);
    const job = { jobId: Values.uuid(404), action: "view" } as const;
    expect(plane.rejections(fettle.access.decide(manager, job))).toMatchObject([{ code: "not-found" }]);
    const action = { ...job, action: "fly" as never };
    expect(plane.rejections(fettle.access.decide(manager, action))).toMatchObject([
      { code: "invalid", path: "action" },
    ]);
  });

  it("RBAC-09: users of the older model come out with roles, each by themselves", () => {
    const { plane } = Scene.make({ agents: 0 });
    const scope = TagScope.tags(["fleet"]);
    const answer = plane.call(
      plane.fettle.access.migrate([
        { id: "a", kind: "sub-user", scope },
        { id: "b", kind: "super-user" },
        { id: "c", kind: "admin" as never, scope },
      ]),
    );
    expect(answer).toMatchObject([
      { id: "a", user: { id: "a", roles: ["PatchUser"], scope } },
      { id: "b", user: { roles: ["SuperUser"], scope: TagScope.all } },
      { id: "c", refused: { rule: "RBAC-09" } },
    ]);
    const many = Array.from({ length: 10_001 }, (_, i) => ({ id: `u${i}`, kind: "super-user" }) as const);
    expect(plane.rejections(plane.fettle.access.migrate(many))).toMatchObject([{ code: "exhausted" }]);
  });
});

describe("a directory", () => {
  const answering = (answer: unknown) => {
    const { plane } = Scene.make();
    const user = () => Effect.succeed(answer as never);
    return { plane, fettle: Fettle.make(Context.add(plane.ports, Directory, { user })) };
  };

  it.each([
    ["no scope", { id: "mara", roles: ["PatchManager"] }],
    ["null for a scope", { id: "mara", roles: ["PatchManager"], scope: null }],
    ["an empty scope", { id: "mara", roles: ["PatchManager"], scope: {} }],
    ["tags alone", { id: "mara", roles: ["PatchManager"], scope: ["fleet"] }],
    ["no roles list", { id: "mara", roles: "SuperUser", scope: { _tag: "All" } }],
    ["somebody else", { id: "sue", roles: ["SuperUser"], scope: { _tag: "All" } }],
    ["65 roles", { id: "mara", roles: Array.from({ length: 65 }, () => "PatchUser"), scope: { _tag: "All" } }],
  ])("TAG-05: that answers %s is not believed: an error of the directory, never everything", (_, answer) => {
    const { plane, fettle } = answering(answer);
    const result = plane.call(Effect.result(fettle.assets.list(manager)));
    expect(result).toMatchObject({ _tag: "Failure", failure: { _tag: "DirectoryError", isRetryable: false } });
    if (result._tag === "Failure") expect(result.failure).toBeInstanceOf(DirectoryError);
  });

  it("TAG-05: that answers no tags is believed: nothing is seen", () => {
    const { plane, fettle } = answering({ id: "mara", roles: ["PatchManager"], scope: { _tag: "Tags", tags: [] } });
    expect(plane.call(fettle.assets.list(manager))).toEqual([]);
  });
});
