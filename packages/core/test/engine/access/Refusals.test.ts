/** What each method of access and of a job's people refuses, with which code and by which rule; nothing is half saved. */
import type * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Actor from "../../../src/domain/shared/Actor.ts";
import * as TagScope from "../../../src/domain/tag/TagScope.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";

const { as, manager } = ControlPlane;
const { user } = Values;
const fleet = TagScope.tags(["fleet"]);
const advisory = { title: "Holes", platform: "Linux", patches: ["P-1"] } as const;
const limits = { coAuthorsPerJobMax: 2, readersPerJobMax: 2, assetsWithoutApprovalMax: 0 };

/** uli owns an open job and one that runs; uma co-authors the open one, rita reads it; sam's advisory belongs to nobody. */
const world = () => {
  const scene = Scene.make({ subscription: { limits } });
  const { plane } = scene;
  const { fettle, call, users } = plane;
  users.set(user("uli", "PatchUser", fleet));
  users.set(user("uma", "PatchUser", fleet));
  users.set(user("max", "PatchManager"));
  users.set(user("ned", "PatchUser", TagScope.tags(["web"])));
  const [open, ran] = ["open", "ran"].map((title) => call(fettle.jobs.create(as("uli"), Values.draft({ title }))).id);
  call(fettle.jobs.share(as("uli"), open ?? "", { coAuthors: ["uma"], readers: ["rita"] }));
  const { hash } = call(fettle.jobs.plan(manager, ran ?? ""));
  call(fettle.jobs.approve(manager, ran ?? "", { planHash: hash }));
  call(fettle.jobs.enable(as("uli"), ran ?? ""));
  const partial = call(fettle.jobs.create(as("uli"), Values.draft({ targets: null }))).id;
  const own = call(fettle.jobs.createAdvisory(as("sam"), advisory)).id;
  return { plane, fettle, open: open ?? "", ran: ran ?? "", partial, own };
};
type World = ReturnType<typeof world>;
type Row = readonly [
  method: string,
  what: string,
  code: string,
  rule: string | null,
  ask: (w: World) => Effect.Effect<unknown, unknown>,
];

const nowhere = Values.uuid(404);
const agent: Actor.Actor = { _tag: "Agent", tenantId: ControlPlane.TENANT, agentId: "x" };
const uli = as("uli");

const rows: readonly Row[] = [
  [
    "access.decide",
    "nobody's user",
    "not-permitted",
    "RBAC-02",
    ({ fettle: f }) => f.access.decide(as("ghost"), "view-assets"),
  ],
  ["access.decide", "an agent", "not-permitted", "RBAC-02", ({ fettle: f }) => f.access.decide(agent, "view-assets")],
  [
    "access.decide",
    "no such permission",
    "invalid",
    "RBAC-10",
    ({ fettle: f }) => f.access.decide(uli, "fly" as never),
  ],
  [
    "access.decide",
    "no such action",
    "invalid",
    "RBAC-10",
    ({ fettle: f, open }) => f.access.decide(uli, { jobId: open, action: "fly" as never }),
  ],
  [
    "access.decide",
    "no such job",
    "not-found",
    null,
    ({ fettle: f }) => f.access.decide(uli, { jobId: nowhere, action: "view" }),
  ],
  [
    "access.migrate",
    "too many at once",
    "exhausted",
    "RBAC-09",
    ({ fettle: f }) => f.access.migrate(Array.from({ length: 10_001 }, (_, i) => ({ id: `${i}`, kind: "super-user" }))),
  ],
  [
    "jobs.createAdvisory",
    "who may not",
    "not-permitted",
    "RBAC-10",
    ({ fettle: f }) => f.jobs.createAdvisory(uli, advisory),
  ],
  [
    "jobs.createAdvisory",
    "no title",
    "invalid",
    "JOB-03",
    ({ fettle: f }) => f.jobs.createAdvisory(as("sam"), { ...advisory, title: " " }),
  ],
  [
    "jobs.createAdvisory",
    "no patches",
    "invalid",
    "JOB-04",
    ({ fettle: f }) => f.jobs.createAdvisory(as("sam"), { ...advisory, patches: [] }),
  ],
  ["jobs.share", "no such job", "not-found", null, ({ fettle: f }) => f.jobs.share(uli, nowhere, {})],
  [
    "jobs.share",
    "no part in it",
    "not-permitted",
    "RBAC-10",
    ({ fettle: f, open }) => f.jobs.share(as("ned"), open, {}),
  ],
  ["jobs.share", "a reader", "not-permitted", "RBAC-04", ({ fettle: f, open }) => f.jobs.share(as("rita"), open, {})],
  ["jobs.share", "a co-author", "not-permitted", "RBAC-10", ({ fettle: f, open }) => f.jobs.share(as("uma"), open, {})],
  [
    "jobs.share",
    "a smaller scope",
    "not-permitted",
    "RBAC-05",
    ({ fettle: f, open }) => f.jobs.share(uli, open, { coAuthors: ["ned"], readers: ["ada"] }),
  ],
  [
    "jobs.share",
    "a lower role",
    "not-permitted",
    "RBAC-10",
    ({ fettle: f, open }) => f.jobs.share(uli, open, { coAuthors: ["ada"] }),
  ],
  [
    "jobs.share",
    "nobody's user",
    "not-found",
    "RBAC-04",
    ({ fettle: f, open }) => f.jobs.share(uli, open, { readers: ["ghost"] }),
  ],
  [
    "jobs.share",
    "the owner themselves",
    "invalid",
    "RBAC-04",
    ({ fettle: f, open }) => f.jobs.share(uli, open, { readers: ["uli"] }),
  ],
  [
    "jobs.share",
    "one twice",
    "invalid",
    "RBAC-04",
    ({ fettle: f, open }) => f.jobs.share(uli, open, { readers: ["ada", "ada"] }),
  ],
  [
    "jobs.share",
    "too many readers",
    "exhausted",
    "RBAC-04",
    ({ fettle: f, open }) => f.jobs.share(uli, open, { readers: ["ada", "sam", "mara"] }),
  ],
  [
    "jobs.share",
    "too many co-authors",
    "exhausted",
    "RBAC-04",
    ({ fettle: f, open }) => f.jobs.share(uli, open, { coAuthors: ["uma", "max", "mara"] }),
  ],
  [
    "jobs.share",
    "co-authors of one that was enabled",
    "conflict",
    "JOB-07",
    ({ fettle: f, ran }) => f.jobs.share(uli, ran, { coAuthors: ["uma"] }),
  ],
  [
    "jobs.share",
    "co-authors of one without owner",
    "conflict",
    "OWN-04",
    ({ fettle: f, own }) => f.jobs.share(manager, own, { coAuthors: ["max"] }),
  ],
  [
    "jobs.changeOwner",
    "no such job",
    "not-found",
    null,
    ({ fettle: f }) => f.jobs.changeOwner(manager, nowhere, "uma"),
  ],
  [
    "jobs.changeOwner",
    "its owner",
    "not-permitted",
    "RBAC-10",
    ({ fettle: f, open }) => f.jobs.changeOwner(uli, open, "uma"),
  ],
  [
    "jobs.changeOwner",
    "to a reader",
    "not-permitted",
    "OWN-03",
    ({ fettle: f, open }) => f.jobs.changeOwner(manager, open, "rita"),
  ],
  [
    "jobs.changeOwner",
    "to nobody's user",
    "not-found",
    "RBAC-04",
    ({ fettle: f, open }) => f.jobs.changeOwner(manager, open, "ghost"),
  ],
  [
    "jobs.approve",
    "no such job",
    "not-found",
    null,
    ({ fettle: f }) => f.jobs.approve(manager, nowhere, { planHash: "sha256:0" }),
  ],
  [
    "jobs.approve",
    "who may not",
    "not-permitted",
    "RBAC-10",
    ({ fettle: f, open }) => f.jobs.approve(as("uma"), open, { planHash: "sha256:0" }),
  ],
  [
    "jobs.approve",
    "the control plane",
    "not-permitted",
    "PLN-02",
    ({ fettle: f, open }) => f.jobs.approve(Actor.system("acme", "x"), open, { planHash: "sha256:0" }),
  ],
  [
    "jobs.approve",
    "a plan that isn't it any more",
    "stale",
    "PLN-02",
    ({ fettle: f, open }) => f.jobs.approve(manager, open, { planHash: "sha256:0" }),
  ],
  [
    "jobs.approve",
    "one that was enabled",
    "conflict",
    "JOB-07",
    ({ fettle: f, ran }) => f.jobs.approve(manager, ran, { planHash: "sha256:0" }),
  ],
  [
    "jobs.approve",
    "one with a part missing",
    "conflict",
    "JOB-02",
    ({ fettle: f, partial }) => f.jobs.approve(manager, partial, { planHash: "sha256:0" }),
  ],
  ["jobs.enable", "a part missing", "conflict", "JOB-02", ({ fettle: f, partial }) => f.jobs.enable(uli, partial)],
  ["jobs.enable", "no owner", "conflict", "OWN-04", ({ fettle: f, own }) => f.jobs.enable(manager, own)],
  ["jobs.enable", "a reader", "not-permitted", "RBAC-04", ({ fettle: f, open }) => f.jobs.enable(as("rita"), open)],
  ["jobs.enable", "no part in it", "not-permitted", "RBAC-10", ({ fettle: f, open }) => f.jobs.enable(as("ned"), open)],
  ["jobs.enable", "nobody approved it", "not-permitted", "PLN-02", ({ fettle: f, open }) => f.jobs.enable(uli, open)],
];

describe("what is refused", () => {
  it.each(rows)("%s, %s: %s (%s)", (_method, _what, code, rule, ask) => {
    const made = world();
    const before = made.plane.storage.dump();
    const [rejection] = made.plane.rejections(ask(made));
    expect(rejection).toMatchObject({ code, rule });
    expect(rejection?.message).not.toBe("");
    if (rejection?.rule === "RBAC-10" && code === "not-permitted") {
      expect(rejection.denial?.permission).toMatch(/^[a-z-]+$/);
      expect(rejection.message).toContain(rejection.denial?.permission);
    }
    expect(made.plane.storage.dump()).toEqual(before);
  });
});
