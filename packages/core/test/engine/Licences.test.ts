import { describe, expect, it } from "vitest";
import type { SubscriptionInput } from "../../src/engine/subscription/Subscriptions.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { any } = Values;
const { manager } = ControlPlane;
const seats = (n: number, over: Partial<SubscriptionInput> = {}): SubscriptionInput => ({
  plan: "Full",
  expiresAt: null,
  licences: { PM: { seats: n } },
  ...over,
});
const END = Values.START + Values.DAY_MS;

describe("licences as users look at them", () => {
  const scene = () => Scene.make({ agents: 3, subscription: { licences: { PM: { seats: 2 } } } });

  it("LIC-05, LIC-07: every role may look at the consumption, which passes 100 %", () => {
    const { plane } = scene();
    for (const who of ["mara", "uli", "ada", "rita", "sam"]) {
      expect(plane.call(plane.fettle.licences.consumption(ControlPlane.as(who)))).toEqual({
        planInForce: "Full",
        modules: [{ module: "PM", seats: 2, candidates: 3, licensed: 2, percent: 150 }],
      });
      expect(plane.call(plane.fettle.subscriptions.get(ControlPlane.as(who)))).toMatchObject({
        planInForce: "Full",
        fellBackAt: null,
      });
    }
  });

  it("LIC-07: only managers of licences change them", () => {
    const { plane } = scene();
    const before = plane.storage.dump();
    for (const who of ["uli", "ada", "rita", "sam"]) {
      const asked = plane.fettle.subscriptions.save(ControlPlane.as(who), seats(9));
      expect(plane.rejections(asked)).toMatchObject([
        { code: "not-permitted", message: expect.stringContaining("manage-licence") },
      ]);
    }
    expect(plane.storage.dump()).toEqual(before);
  });

  it("LIC-05, LIC-09: an asset says of each module whether it is licensed, or why not", () => {
    const { plane, agents } = scene();
    const of = (i: number) => plane.call(plane.fettle.licences.of(manager, agents[i]?.id ?? "")).modules;
    expect(of(0).find((m) => m.module === "PM")).toEqual({
      module: "PM",
      activatedAt: Values.START,
      isLicensed: true,
      rule: null,
      reason: null,
    });
    expect(of(2).find((m) => m.module === "PM")).toMatchObject({
      isLicensed: false,
      rule: "LIC-05",
      reason: expect.stringContaining("all 2 seats"),
    });
    expect(of(0).find((m) => m.module === "EDR")).toMatchObject({
      activatedAt: null,
      isLicensed: false,
      rule: "LIC-05",
    });
  });

  it("LIC-11, LIC-08, LIC-04: a preview names who would gain or lose a seat and why, and changes nothing", () => {
    const { plane, agents } = scene();
    const ids = agents.map((a) => a.id);
    const before = plane.storage.dump();
    const told = (change: Parameters<typeof plane.fettle.licences.preview>[1]) =>
      plane
        .call(plane.fettle.licences.preview(manager, change))
        .rows.map((r) => [ids.indexOf(r.assetId), r.change, r.rule]);
    const first = { assets: [ids[0] ?? ""] };
    const changed = [
      [0, "loses", "LIC-05"],
      [2, "gains", "LIC-05"],
    ];
    expect(told({ _tag: "Deactivate", modules: ["PM"], ...first })).toEqual(changed);
    expect(told({ _tag: "Remove", ...first })).toEqual([
      [0, "loses", "LIC-08"],
      [2, "gains", "LIC-05"],
    ]);
    expect(told({ _tag: "Activate", modules: ["PM"], ...first })).toEqual([]);
    expect(told({ _tag: "Subscription", input: seats(1) })).toEqual([[1, "loses", "LIC-05"]]);
    expect(told({ _tag: "Subscription", input: seats(9) })).toEqual([[2, "gains", "LIC-05"]]);
    expect(told({ _tag: "Tag", tag: "lab", ...first })).toEqual([]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("LIC-04: a preview of a tag given counts the licence tags; TAG-05: rows out of the caller's scope are counted only", () => {
    const { plane, agents } = Scene.make({
      agents: 3,
      subscription: { licences: { PM: { seats: 2, exclude: any("lab") } } },
    });
    const change = { _tag: "Tag", tag: "lab", assets: [agents[0]?.id ?? ""] } as const;
    expect(plane.call(plane.fettle.licences.preview(manager, change)).rows).toMatchObject([
      { assetId: agents[0]?.id, change: "loses", rule: "LIC-04", module: "PM" },
      { assetId: agents[2]?.id, change: "gains", rule: "LIC-05" },
    ]);
    plane.users.set(Values.user("rita", "PatchReader", { _tag: "Tags", tags: ["web"] }));
    const rita = ControlPlane.as("rita");
    expect(plane.call(plane.fettle.licences.preview(rita, { _tag: "Subscription", input: seats(0) }))).toEqual({
      gaining: 0,
      losing: 2,
      rows: [],
    });
    expect(plane.rejections(plane.fettle.licences.preview(rita, change))).toMatchObject([
      { rule: "TAG-05", code: "not-found" },
    ]);
    expect(plane.rejections(plane.fettle.licences.of(rita, agents[0]?.id ?? ""))).toMatchObject([{ rule: "TAG-05" }]);
  });

  it("LIC-01: a preview of time passing names who loses a seat as the plan ends, at its instant", () => {
    const { plane } = Scene.make({ agents: 2, subscription: seats(9, { expiresAt: END }) });
    const losing = (at: number) => plane.call(plane.fettle.licences.preview(manager, { _tag: "Until", at })).losing;
    expect([END - 1, END].map(losing)).toEqual([0, 2]);
  });

  it("LIC-12: on Trial every activated asset is licensed, and there is no consumption to look at", () => {
    const { plane } = Scene.make({ agents: 2, subscription: { plan: "Trial", licences: {} } });
    expect(plane.call(plane.fettle.licences.consumption(manager))).toEqual({ planInForce: "Trial", modules: [] });
    expect(plane.call(plane.fettle.assets.list(manager)).every((a) => a.isLicensed)).toBe(true);
    const tagged = seats(1, { plan: "Trial", licences: { PM: { seats: 1, include: any("web") } } });
    expect(plane.rejections(plane.fettle.subscriptions.save(manager, tagged))).toMatchObject([{ rule: "LIC-12" }]);
  });

  it("LIC-10: an asset without a seat is scanned and shows what is missing on it", () => {
    const { plane, agents } = Scene.make({ agents: 2, subscription: { licences: { PM: { seats: 1 } } } });
    const rows = plane.call(plane.fettle.assets.list(manager));
    expect(rows.map((r) => r.isLicensed)).toEqual([true, false]);
    expect(plane.call(plane.fettle.assets.missing(manager)).map((m) => m.asset.id)).toContain(agents[1]?.id);
  });
});

describe("a subscription that falls back to Free", () => {
  const scene = () => {
    const made = Scene.make({ agents: 1, subscription: { expiresAt: END } });
    const { plane } = made;
    const renew = () => plane.call(plane.fettle.subscriptions.save(manager, seats(9)));
    const status = (jobId: string) => plane.call(plane.fettle.jobs.get(manager, jobId));
    const tick = () => plane.call(plane.fettle.tick());
    return { ...made, renew, status, tick, to: (at: number) => plane.clock.pass(at - plane.clock.now()) };
  };

  it("LIC-03: refuses to create and to enable deployments, rollbacks and advisories from the instant on", () => {
    const { plane, to } = scene();
    const { fettle } = plane;
    const job = plane.call(fettle.jobs.create(manager, Values.draft()));
    to(END - 1);
    plane.call(fettle.jobs.create(manager, Values.draft()));
    to(END);
    const before = plane.storage.dump();
    for (const refused of [
      fettle.jobs.create(manager, Values.draft()),
      fettle.jobs.create(manager, Values.draft({ kind: "rollback" })),
      fettle.jobs.createAdvisory(ControlPlane.as("sam"), { title: "t", platform: "Linux", patches: ["P-1"] }),
      fettle.jobs.enable(manager, job.id),
    ]) {
      expect(plane.rejections(refused)).toMatchObject([{ rule: "LIC-03", code: "conflict" }]);
    }
    expect(plane.storage.dump()).toEqual(before);
  });

  it("LIC-03, LIC-10: goes on showing what is missing", () => {
    const { plane, to } = scene();
    const before = plane.call(plane.fettle.assets.missing(manager));
    to(END + 1);
    expect(plane.call(plane.fettle.assets.missing(manager))).toEqual(before);
  });

  it("LIC-02: suspends enabled jobs at the instant: shown as Disabled with the reason, found so, and not begun; nothing is deleted", () => {
    const { plane, enabled, status, tick, to } = scene();
    const jobId = enabled();
    to(END - 1);
    expect(status(jobId)).toMatchObject({ status: "Enabled", suspended: null });
    to(END);
    const before = plane.storage.dump();
    expect(status(jobId)).toMatchObject({ status: "Disabled", suspended: { rule: "LIC-02", since: END } });
    const found = plane.call(plane.fettle.jobs.search(manager, { query: "status: Disabled" }));
    expect(found.rows.map((r) => [r.job.id, r.mayView && r.job.suspended?.rule])).toEqual([[jobId, "LIC-02"]]);
    expect(tick()).toMatchObject({ materialised: 0, issued: 0, stuck: [] });
    const jobs = (dump: typeof before) => JSON.stringify(dump.tenants).length;
    expect(jobs(plane.storage.dump())).toBeGreaterThanOrEqual(jobs(before));
  });

  it("LIC-02: lets a job go on after the renewal only when it is enabled again, and its run goes on where it stood", () => {
    const { plane, enabled, status, tick, to, renew, agents, run } = scene();
    const jobId = enabled();
    tick();
    const [agent] = agents;
    expect(agent?.checkIn().manifests).toHaveLength(1);
    to(END);
    expect(agent?.checkIn().manifests).toEqual([]);
    expect(run(jobId).assetRuns.get(agent?.id ?? "")?.state.status).toBe("Pending");
    renew();
    tick();
    expect(status(jobId)).toMatchObject({ status: "Disabled", suspended: { since: END } });
    expect(agent?.checkIn().manifests).toEqual([]);
    plane.call(plane.fettle.jobs.enable(manager, jobId));
    expect(status(jobId)).toMatchObject({ status: "Enabled", suspended: null });
    tick();
    const [offered] = agent?.checkIn().manifests ?? [];
    expect(agent?.manifest(offered?.digest ?? "sha256:").jobId).toBe(jobId);
    expect(plane.rejections(plane.fettle.jobs.enable(manager, jobId))).toMatchObject([{ rule: "JOB-07" }]);
  });

  it("LIC-02: withholds a manifest that was named before the instant, and a tick at the instant issues none", () => {
    const { plane, enabled, tick, to, agents } = scene();
    enabled();
    tick();
    const digest = agents[0]?.checkIn().manifests[0]?.digest ?? "sha256:";
    to(END);
    expect(agents[0]?.fetch(digest).status).toBe(403);
    plane.clock.pass(30 * Values.DAY_MS);
    expect(tick()).toMatchObject({ issued: 0 });
  });

  it("LIC-02: what an agent had begun comes to its end, and the job with it", () => {
    const { enabled, status, tick, to, agents, run } = scene();
    const jobId = enabled();
    tick();
    agents[0]?.checkIn();
    to(END);
    const report = run(jobId);
    agents[0]?.report(1, ...WireAgent.wholeRun(report.id));
    tick();
    expect(status(jobId)).toMatchObject({ status: "Completed", suspended: null });
  });

  it("LIC-02, JOB-07: a suspended job can't be edited, disabled or run, and says so", () => {
    const { plane, enabled, to } = scene();
    const jobId = enabled();
    to(END);
    const decide = (action: "enable" | "run" | "edit" | "disable") =>
      plane.call(plane.fettle.access.decide(manager, { jobId, action }));
    for (const action of ["run", "edit", "disable"] as const) expect(decide(action).allowed).toBe(false);
    expect(decide("enable").allowed).toBe(true);
  });
});
