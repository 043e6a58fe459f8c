/** `quorums.check`: what the proof is given of a tenant as it stands (PLN-06), and what of it each caller is shown. */
import { describe, expect, it } from "vitest";
import type { JobDraft } from "../../../src/domain/job/Job.ts";
import * as TagScope from "../../../src/domain/tag/TagScope.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";

const { manager } = ControlPlane;
const { any, select, START, HOUR_MS, DAY_MS } = Values;

const at = (day: number, hour = 0) => ({ year: 2026, month: 2, day, hour, minute: 0, second: 0 });

/** Weekly from a day of February on, which is a Sunday on the 1st. */
const weekly = (day: number, hour = 10) =>
  ({
    _tag: "Recurring",
    rule: {
      pattern: { _tag: "Weekly", every: 1, weekdays: [(((day + 5) % 7) + 1) as 1] },
      start: at(day, hour),
      end: { _tag: "Never" },
      except: [],
    },
    zone: { _tag: "Agent" },
  }) as const;

/** Three members, of whom one may be down; a draft for the one of a number. */
const world = (options: Scene.SceneOptions = {}) => {
  const scene = Scene.make({ agents: 3, ...options });
  const { fettle, call } = scene.plane;
  const ids = scene.agents.map((a) => a.id);
  const members = select({ include: any("fleet") });
  call(fettle.quorums.save(manager, { id: "g", name: "etcd", members, atMost: 1 }));
  const draft = (n: number, over: Partial<JobDraft> = {}) =>
    Values.draft({ title: `patch ${n}`, targets: select({ assets: [ids[n] ?? ""] }), ...over });
  const check = (input: Parameters<typeof fettle.quorums.check>[1] = {}, by = manager) =>
    call(fettle.quorums.check(by, input));
  return { ...scene, ids, draft, check, create: (of: JobDraft) => call(fettle.jobs.create(manager, of)).id };
};

const held = {
  window: { minutes: 60, bound: "complete" },
  reboot: { _tag: "Automatic", countdownMinutes: 15 },
} as const;

describe("quorums.check", () => {
  it("PLN-06: tells of every group, over the 35 days to come, what may be down at once", () => {
    const { plane, check, enabled, draft } = world();
    plane.call(
      plane.fettle.quorums.save(manager, { name: "all", members: select({ include: any("lab") }), atMost: 0 }),
    );
    expect(check()).toMatchObject({
      period: { from: START, to: START + 35 * DAY_MS },
      cutBy: [],
      groups: [
        { name: "all", members: 0, verdict: { _tag: "Kept", most: 0 } },
        { groupId: "g", members: 3, inWords: "etcd: at most 0 of 3 at once, 1 allowed" },
      ],
    });
    enabled(draft(0, { schedule: weekly(2) }));
    expect(check().groups[1]?.inWords).toBe("etcd: at most 1 of 3 at once, 1 allowed");
  });

  it("PLN-06: shows before a job is enabled what it would break, and leaves it as it is", () => {
    const { plane, check, enabled, draft, create, ids, stored } = world();
    const first = enabled(draft(0, { schedule: weekly(2) }));
    const second = create(draft(1, { schedule: weekly(7), ...held }));
    const before = plane.storage.dump();
    expect(check().groups[0]?.verdict).toEqual({ _tag: "Kept", most: 1 });
    const [verdict] = check({ withJob: second }).groups;
    // Who suppressed its reboot on Monday may be rebooted by hand at any time after.
    expect(verdict?.verdict).toMatchObject({
      _tag: "Broken",
      from: Date.UTC(2026, 1, 7, 10),
      until: Date.UTC(2026, 1, 7, 11, 45),
      down: [
        { assetId: ids[0], causes: [{ jobId: first, title: "patch 0", what: "coming" }] },
        { assetId: ids[1], causes: [{ jobId: second, occurrenceKey: "at:2026-02-07T10:00:00@agent#0" }] },
      ],
    });
    expect(verdict?.inWords).toContain(
      "etcd: 2 of 3 may be down at once, 1 allowed, from 2026-02-07T10:00:00.000Z until",
    );
    expect(check({ withJob: second, to: Date.UTC(2026, 1, 7, 10) }).groups[0]?.verdict).toEqual({
      _tag: "Kept",
      most: 1,
    });
    expect(plane.storage.dump()).toEqual(before);
    expect(stored("job").get(second)?.status).toBe("Disabled");
  });

  it("PLN-06: a freeze that keeps a member from starting keeps the group", () => {
    const { plane, check, enabled, draft, create } = world();
    enabled(draft(0, { schedule: weekly(2) }));
    const second = create(draft(1, { schedule: { _tag: "Once", at: at(7, 10), zone: { _tag: "Agent" } }, ...held }));
    const verdict = () => check({ withJob: second }).groups[0]?.verdict._tag;
    expect(verdict()).toBe("Broken");
    plane.call(plane.fettle.freezes.save(manager, { name: "f", from: at(7), to: at(8) }));
    expect(verdict()).toBe("Kept");
  });

  it("PLN-06: counts whom the job means: its selection, its platform, its owner's scope, everybody where the owner is gone", () => {
    const { plane, check, create, ids: all } = world();
    const { fettle, call, users } = plane;
    const fleet = { targets: select({ include: any("fleet") }), schedule: weekly(2) };
    const broken = (withJob: string) => {
      const verdict = check({ withJob }).groups[0]?.verdict;
      return verdict?._tag === "Broken" ? verdict.down.map((d) => d.assetId) : verdict;
    };
    expect(broken(create(Values.draft(fleet)))).toEqual(all);
    expect(broken(create(Values.draft({ ...fleet, platform: "Windows" })))).toEqual({ _tag: "Kept", most: 0 });
    const excluded = { ...fleet.targets, exclude: any("lab") };
    call(fettle.tags.assign(manager, { tag: "lab", assets: all.slice(0, 2) }));
    expect(broken(create(Values.draft({ ...fleet, targets: excluded })))).toEqual({ _tag: "Kept", most: 1 });
    users.set(Values.user("uli", "PatchUser", TagScope.tags(["lab"])));
    const narrow = call(fettle.jobs.create(ControlPlane.as("uli"), Values.draft(fleet))).id;
    expect(broken(narrow)).toEqual(all.slice(0, 2));
    users.remove("uli");
    expect(broken(narrow)).toEqual(all);
  });

  it("PLN-06: counts a run that goes on until it is over, whatever became of its job", () => {
    const { plane, check, enabled, draft, create } = world();
    const { fettle, call } = plane;
    const jobId = enabled(draft(0));
    call(fettle.tick());
    const waiting = create(draft(1, { schedule: weekly(7), ...held }));
    const verdict = () => check({ withJob: waiting }).groups[0]?.verdict;
    expect(verdict()).toMatchObject({ _tag: "Broken", down: [{ causes: [{ jobId, what: "under-way" }] }, {}] });
    call(fettle.jobs.delete(manager, jobId));
    // It was sent, and its agent may not have heard of the deletion, until its lease is over and what it may have begun.
    expect(verdict()).toMatchObject({ _tag: "Broken", down: [{ causes: [{ jobId, what: "under-way" }] }, {}] });
    plane.clock.pass(30 * HOUR_MS);
    call(fettle.tick());
    expect(verdict()).toEqual({ _tag: "Kept", most: 1 });
  });

  it("PLN-06: a job that is suspended begins nothing", () => {
    const { plane, check, enabled } = world();
    const { fettle, call, clock } = plane;
    enabled({ schedule: weekly(2) });
    expect(check().groups[0]?.verdict._tag).toBe("Broken");
    const licences = { PM: { seats: 100 } };
    call(fettle.subscriptions.save(manager, { plan: "Full", expiresAt: START + HOUR_MS, licences }));
    clock.pass(HOUR_MS);
    expect(check().groups[0]?.verdict).toEqual({ _tag: "Kept", most: 0 });
  });

  it("TAG-05: members outside the caller's scope are counted and not named", () => {
    const { plane, check, create, ids } = world();
    const { fettle, call, users } = plane;
    const [first = "", second = "", third = ""] = ids;
    call(fettle.tags.assign(manager, { tag: "lab", assets: [first] }));
    users.set(Values.user("rita", "PatchManager", TagScope.tags(["lab"])));
    const withJob = create(Values.draft({ schedule: weekly(2) }));
    const told = check({ withJob }, ControlPlane.as("rita"));
    expect(told.groups[0]).toMatchObject({ members: 3, verdict: { down: [{ assetId: first }], hidden: 2 } });
    expect(told.groups[0]?.inWords).toContain("3 of 3 may be down");
    expect(told.groups[0]?.inWords).toContain("2 outside your scope");
    for (const hidden of [second, third]) expect(JSON.stringify(told)).not.toContain(hidden);
  });

  it("RBAC-02: is answered to whoever may look at profiles, and of a job to whoever may look at it", () => {
    const { plane, check, create, draft } = world();
    const { fettle, rejections, users } = plane;
    const rita = ControlPlane.as("rita");
    expect(check({}, rita).groups).toHaveLength(1);
    const withJob = create(draft(0));
    expect(rejections(fettle.quorums.check(rita, { withJob }))).toMatchObject([{ code: "not-permitted" }]);
    users.remove("rita");
    expect(rejections(fettle.quorums.check(rita))).toMatchObject([{ code: "not-permitted" }]);
  });

  it("PLN-06: refuses a period without time in it, a job that isn't there or lacks a part", () => {
    const { plane, create } = world();
    const refused = (input: object) =>
      plane.rejections(plane.fettle.quorums.check(manager, input)).map((r) => [r.rule, r.code]);
    expect(refused({ to: START })).toEqual([["PLN-06", "invalid"]]);
    expect(refused({ from: START + 2, to: START + 1 })).toEqual([["PLN-06", "invalid"]]);
    expect(refused({ to: Number.NaN })).toEqual([["PLN-06", "invalid"]]);
    expect(refused({ withJob: "nobody" })).toEqual([[null, "not-found"]]);
    expect(refused({ withJob: create(Values.draft({ targets: null })) })).toEqual([["JOB-02", "conflict"]]);
  });
});
