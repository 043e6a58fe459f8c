import { describe, expect, it } from "vitest";
import * as LintFinding from "../../src/domain/plan/LintFinding.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as StoredBytes from "../scenario/StoredBytes.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
import * as Values from "../scenario/Values.ts";

const sunday = (start: string) => ({
  schedule: TimedWorld.recurring({ _tag: "Weekly", every: 1, weekdays: [7] }, `2026-02-01T${start}`),
  window: { minutes: 120 },
});

const scene = (agents = 2, seats = 100) => {
  const made = Scene.make({ agents, subscription: { licences: { PM: { seats } } } });
  const { fettle, call } = made.plane;
  const lint = (jobId?: string, actor = made.manager) => call(fettle.jobs.lint(actor, jobId));
  const codes = (jobId?: string, actor = made.manager) => lint(jobId, actor).findings.map((f) => f.code);
  return { ...made, fettle, call, lint, codes, ids: made.agents.map((a) => a.id) as [string, string] };
};

describe("the lint of a job", () => {
  it("PLN-01: tells what is dead in it, with rules and remedies, as data and in words, and changes nothing", () => {
    const world = scene();
    const { call, fettle, manager, lint } = world;
    const targets = Values.select({ include: Values.any("fleet"), exclude: Values.any("lab") });
    const patches = { _tag: "List", patches: ["P-1", "P-9"] } as const;
    const { id } = call(fettle.jobs.create(manager, Values.draft({ ...sunday("20:30"), targets, patches })));
    const before = StoredBytes.of(world);
    const { findings, jobs } = lint(id);
    expect(jobs).toBe(1);
    expect(findings.map((f) => [f.severity, f.code, f.rule])).toEqual([
      ["warning", "patches-unknown", "PAT-03"],
      ["note", "exclude-idle", "TAG-04"],
    ]);
    expect(findings[0]).toMatchObject({ patches: { count: 1, first: ["P-9"] }, jobs: [{ id }] });
    expect(LintFinding.render(findings).split("\n").slice(0, 3)).toEqual([
      "warning: patches-unknown (PAT-03), Security fixes; 1 patch",
      "  It lists patches that the catalogue doesn't have.",
      "  Take them off the list, or feed the catalogue with them.",
    ]);
    expect(StoredBytes.of(world)).toBe(before);
  });

  it("OWN-01: says that an enabled job doesn't run as its owner may no longer", () => {
    const { plane, codes, enabled } = scene();
    const id = enabled(sunday("20:30"));
    expect(codes(id)).toEqual([]);
    plane.users.set(Values.user("mara", "PatchReader"));
    plane.users.set(Values.user("olga", "PatchManager"));
    expect(codes(id, ControlPlane.as("olga"))).toEqual(["owner-without-rights"]);
  });

  it("JOB-02: of an advisory says that it has no owner, no targets and no schedule", () => {
    const { call, fettle, lint } = scene();
    const security = ControlPlane.as("sam");
    const { id } = call(fettle.jobs.createAdvisory(security, { title: "Fix", platform: "Linux", patches: ["P-1"] }));
    expect(lint(id).findings).toMatchObject([
      { code: "owner-without-rights", rule: "OWN-04", severity: "warning" },
      { code: "partially-configured", rule: "JOB-02", message: "It lacks its targets and schedule." },
    ]);
  });
});

describe("the lint of all enabled jobs", () => {
  it("TAG-09, LIC-06: tells of assets in no job, and of those without a seat", () => {
    const { codes, enabled, lint, ids } = scene(2, 1);
    expect(lint().findings.map((f) => [f.code, f.assets.first])).toEqual([
      ["seats-exceeded", []],
      ["assets-uncovered", [ids[0]]],
      ["patches-starved", []],
    ]);
    enabled(sunday("20:30"));
    expect(codes()).toEqual(["seats-exceeded", "patches-starved", "targets-unlicensed"]);
  });

  it("PLN-07: counts as brought what any job brings, by list or by query", () => {
    const { enabled, lint } = scene();
    const starved = () => lint().findings.find((f) => f.code === "patches-starved")?.patches.first;
    expect(starved()).toEqual(["P-1", "P-2"]);
    enabled(sunday("20:30"));
    expect(starved()).toEqual(["P-2"]);
    enabled({ ...sunday("02:30"), patches: { _tag: "Query", query: "category: bugfix" } });
    expect(starved()).toBeUndefined();
  });

  it("PLN-01: tells of two jobs whose windows meet on the same assets", () => {
    const { enabled, lint, ids } = scene();
    enabled({ ...sunday("20:30"), title: "one" });
    expect(lint().findings.filter((f) => f.code === "assets-covered-twice")).toEqual([]);
    enabled({ ...sunday("21:30"), title: "two" });
    const [found] = lint().findings.filter((f) => f.code === "assets-covered-twice");
    expect(found).toMatchObject({ assets: { count: 2, first: [...ids].sort() } });
    expect(found?.jobs.map((j) => j.title).sort()).toEqual(["one", "two"]);
    expect(found?.message).toContain("2026-02-01T21:30:00.000Z");
  });

  it("PLN-06: tells of a group of which more may be down at once than may be, naming whom the caller sees", () => {
    const { plane, enabled, lint, fettle, call, manager, ids } = scene();
    call(
      fettle.quorums.save(manager, {
        name: "etcd",
        members: Values.select({ include: Values.any("fleet") }),
        atMost: 1,
      }),
    );
    const broken = (user = "mara") =>
      lint(undefined, ControlPlane.as(user)).findings.filter((f) => f.code === "quorum-broken");
    expect(broken()).toEqual([]);
    enabled(sunday("20:30"));
    expect(broken()).toMatchObject([
      { severity: "error", rule: "PLN-06", assets: { count: 2, first: [...ids].sort() } },
    ]);
    expect(broken()[0]?.message).toContain("etcd: 2 of 2 may be down at once, 1 allowed");
    plane.users.set(Values.user("lena", "PatchManager", { _tag: "Tags", tags: ["lab"] }));
    const [hidden] = broken("lena");
    expect(hidden?.assets).toEqual({ count: 0, first: [] });
    expect(hidden?.message).toContain("2 outside your scope");
    call(
      fettle.quorums.save(manager, {
        name: "pairs",
        members: Values.select({ include: Values.any("fleet") }),
        atMost: 2,
      }),
    );
    expect(broken()).toHaveLength(1);
  });

  it("LIC-02: counts no job that is suspended", () => {
    const { plane, enabled, codes, fettle, call, manager } = scene();
    enabled(sunday("20:30"));
    expect(codes()).not.toContain("assets-uncovered");
    const input = { plan: "Trial", expiresAt: plane.clock.now() + 1, licences: {} } as const;
    call(fettle.subscriptions.save(manager, input));
    plane.clock.pass(2);
    call(fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 9 } } }));
    expect(codes()).toContain("assets-uncovered");
  });

  it("TAG-05, RBAC-04: tells each caller of the assets in their scope and the jobs that they may view; all jobs count", () => {
    const { plane, enabled, lint, call, fettle, manager, ids, agents } = scene(3, 2);
    call(fettle.tags.assign(manager, { tag: "lab", assets: [ids[0]] }));
    plane.users.set(Values.user("lena", "PatchManager", { _tag: "Tags", tags: ["lab"] }));
    plane.users.set(Values.user("udo", "PatchUser", { _tag: "Tags", tags: ["lab"] }));
    const uncovered = (user: string) =>
      lint(undefined, ControlPlane.as(user)).findings.find((f) => f.code === "assets-uncovered")?.assets;
    expect(uncovered("mara")?.count).toBe(2);
    expect(uncovered("lena")).toEqual({ count: 1, first: [ids[0]] });
    enabled({
      ...sunday("20:30"),
      targets: Values.select({ assets: [ids[0]] }),
      patches: { _tag: "List", patches: ["P-9"] },
    });
    expect(uncovered("lena")).toBeUndefined();
    expect(uncovered("mara")).toEqual({ count: 1, first: [ids[1]] });
    // Who may view assigned jobs only is told of none of another's, nor of what only others have to know.
    const findings = lint(undefined, ControlPlane.as("udo")).findings;
    expect(findings.flatMap((f) => f.jobs)).toEqual([]);
    expect(findings.flatMap((f) => f.assets.first)).not.toContain(agents[2]?.id);
    expect(lint(undefined, ControlPlane.as("udo")).jobs).toBe(0);
    expect(lint().jobs).toBe(1);
  });

  it("RBAC-04: of one job is for who may view it, and nothing is for whom the tenant doesn't know", () => {
    const { plane, fettle, enabled } = scene();
    const id = enabled(sunday("20:30"));
    for (const asked of [fettle.jobs.lint(ControlPlane.as("uli"), id), fettle.jobs.lint(ControlPlane.as("nobody"))]) {
      expect(plane.rejections(asked)).toMatchObject([{ code: "not-permitted" }]);
    }
  });
});
