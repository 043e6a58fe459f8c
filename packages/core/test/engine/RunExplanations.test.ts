import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { patched, status, wholeRun } = WireAgent;

const running = (options: Scene.SceneOptions = {}, over: Parameters<Scene.Scene["enabled"]>[0] = {}) => {
  const scene = Scene.make(options);
  const jobId = scene.enabled(over);
  Timed.tick(scene);
  const { id: runId } = scene.run(jobId);
  const explain = (n = 0, patchId?: string) =>
    scene.plane.call(scene.plane.fettle.runs.explain(manager, runId, scene.agents[n]?.id ?? "", patchId));
  const shape = (n = 0, patchId?: string) => {
    const { verdict, chain } = explain(n, patchId);
    return {
      verdict,
      chain: chain.map((l) => `${l.about} ${l.rule}${l.bearing === "leads-on" ? "" : ` ${l.bearing}`}`),
    };
  };
  return { scene, jobId, runId, explain, shape, ...scene.plane };
};

const upTo = ["target TAG-03", "licence LIC-06", "patch CMP-03", "time WIN-01", "sending PLN-04"];

describe("why an asset was or wasn't patched in a run", () => {
  it("RUN-07, RBT-02: a run that waits for a reboot says of which run, as long as it waits", () => {
    const { scene, runId, clock } = running();
    const [agent] = scene.agents;
    agent?.report(1, ...["JobStarted", "Patching", "PendingReboot"].map((s) => status(runId, s as "Patching")));
    const waiting = scene.enabled();
    Timed.tick(scene);
    const { id: waitingId } = scene.run(waiting);
    const last = () =>
      scene.plane.call(scene.plane.fettle.runs.explain(manager, waitingId, agent?.id ?? "")).chain.at(-1);
    expect(last()).toMatchObject({ about: "sending", bearing: "open", rule: "RBT-02" });
    expect(last()?.fact).toContain(runId);
    expect(last()?.change).toBe("reboot the asset, or let a job do so");
    agent?.report(4, ...["Rebooted", "JobResumed"].map((s) => status(runId, s as "Rebooted")));
    clock.pass(1);
    Timed.tick(scene);
    expect(last()).toMatchObject({ about: "work", rule: "RUN-01" });
  });

  it("RUN-07, WIN-06: a run that waits for an earlier one of its job says for which, and until when at the latest", () => {
    const scene = Timed.make();
    const window = { minutes: 26 * 60, bound: "complete" } as const;
    const jobId = scene.enabled({ schedule: Timed.daily("2026-02-02T02:00"), window });
    Timed.tickAt(scene, "2026-02-01T23:00");
    const [first] = Timed.runsOf(scene, jobId);
    scene.agents[0]?.report(1, ...wholeRun(first?.id ?? "").slice(0, 3));
    Timed.tickAt(scene, "2026-02-02T23:00");
    const [, later] = Timed.runsOf(scene, jobId);
    const last = () =>
      scene.plane
        .call(scene.plane.fettle.runs.explain(manager, later?.id ?? "", scene.agents[0]?.id ?? ""))
        .chain.at(-1);
    expect(last()).toMatchObject({ about: "sending", bearing: "open", rule: "WIN-06" });
    expect(last()?.fact).toContain(
      `WIN-06: the earlier run ${first?.id} goes on there, until 2026-02-03T04:00:00.000Z`,
    );
    scene.agents[0]?.report(4, ...wholeRun(first?.id ?? "").slice(3));
    expect(last()).toMatchObject({ rule: null, fact: expect.stringContaining("nothing keeps it") });
    Timed.tick(scene);
    expect(last()).toMatchObject({ about: "work" });
  });

  it("RUN-07, WIN-05, WIN-07: one that a freeze and a blackout keep from being sent again names both, each with its end", () => {
    const { scene, explain, fettle, call } = running();
    const days = { from: Timed.wall("2026-02-01T12:00"), to: Timed.wall("2026-02-03T00:00"), zone: "UTC" };
    call(fettle.freezes.save(manager, { id: "f", name: "year's end", ...days }));
    const blackouts = [{ weekdays: [1] as const, fromMinute: 0, toMinute: 120 }];
    const targets = Values.select({ include: Values.any("fleet") });
    call(fettle.configurationProfiles.save(manager, { id: "p", name: "Servers", targets, settings: { blackouts } }));
    expect(explain().chain.at(-1)).toMatchObject({ about: "work" });
    scene.agents[0]?.checkIn({ timeZone: "UTC" });
    Timed.tickAt(scene, "2026-02-02T00:00");
    const { verdict, chain } = explain();
    expect(verdict).toBe("open");
    expect(chain.at(-1)).toMatchObject({ about: "sending", bearing: "open", rule: "WIN-07" });
    expect(chain.at(-1)?.fact).toContain(
      'WIN-07: the change freeze "year\'s end" keeps it until 2026-02-03T00:00:00.000Z',
    );
    expect(chain.at(-1)?.fact).toContain(
      'WIN-05: a blackout of the profile "Servers" keeps it until 2026-02-02T02:00:00.000Z',
    );
    Timed.tickAt(scene, "2026-02-03T00:00");
    expect(explain().chain.at(-1)).toMatchObject({ about: "work" });
  });

  it("RUN-07: patched: the chain leads from the targets to the evidence of a later scan", () => {
    const { scene, runId, shape, explain, clock } = running();
    expect(shape(0, "P-1")).toEqual({ verdict: "open", chain: [...upTo, "work RUN-01 open"] });
    const [agent] = scene.agents;
    agent?.report(1, ...wholeRun(runId));
    const worked = [...upTo, "work RUN-01", "work null", "result RUN-03"];
    expect(shape(0, "P-1")).toEqual({ verdict: "patched", chain: worked });
    clock.pass(Values.HOUR_MS);
    agent?.snapshot([Values.pkg("openssl", "2-1")]);
    expect(shape(0, "P-1")).toEqual({ verdict: "patched", chain: [...worked, "evidence CMP-02"] });
    expect(explain(0).chain.every((l) => l.change === null)).toBe(true);
    agent?.snapshot([Values.pkg("openssl", "1-1")]);
    expect(shape(0, "P-1")).toEqual({ verdict: "failed", chain: [...worked, "evidence CMP-02 stops"] });
  });

  it("RUN-07: failed: by which reason, and what could be done", () => {
    const { scene, runId, explain } = running();
    scene.agents[0]?.report(1, ...wholeRun(runId, "P-1", "Failed"));
    const { verdict, chain } = explain(0, "P-1");
    expect(verdict).toBe("failed");
    expect(chain.at(-1)).toMatchObject({
      about: "result",
      rule: "RUN-04",
      fact: "P-1: Failed, 9 InstallerFailed",
      change: expect.stringContaining("re-run what failed"),
    });
  });

  it("RUN-07: not patched, for its licence, its exclusion, or because the job never meant it", () => {
    const unlicensed = running({ agents: 2, subscription: { licences: { PM: { seats: 1 } } } });
    expect(unlicensed.shape(1)).toEqual({ verdict: "not-patched", chain: ["licence LIC-06 stops"] });
    expect(unlicensed.explain(1).chain[0]?.change).toContain("seat");
    const excluding = running(
      {},
      { targets: Values.select({ include: Values.any("lab"), exclude: Values.any("web") }) },
    );
    expect(excluding.shape(0)).toEqual({ verdict: "not-patched", chain: ["target TAG-03 stops"] });
    const scene = Scene.make();
    const { fettle, call } = scene.plane;
    call(fettle.tags.assign(manager, { tag: "web", assets: [scene.agents[0]?.id ?? ""] }));
    const id = scene.enabled({ targets: Values.select({ include: Values.any("fleet"), exclude: Values.any("web") }) });
    Timed.tick(scene);
    const { chain } = call(fettle.runs.explain(manager, scene.run(id).id, scene.agents[0]?.id ?? ""));
    expect(chain.map((l) => [l.rule, l.bearing, l.change])).toEqual([
      ["TAG-04", "stops", expect.stringContaining("tag")],
    ]);
  });

  it("RUN-07: not patched: the patch was held, or wasn't missing there, as the plan was frozen", () => {
    const scene = Scene.make();
    const { fettle, call } = scene.plane;
    call(fettle.catalogue.hold(manager, "P-2", "fails elsewhere"));
    const id = scene.enabled({ patches: { _tag: "List", patches: ["P-1", "P-2"] } });
    Timed.tick(scene);
    const explain = (patchId: string) =>
      call(fettle.runs.explain(manager, scene.run(id).id, scene.agents[0]?.id ?? "", patchId));
    expect(explain("P-2").chain.at(-1)).toMatchObject({
      rule: "PLN-05",
      change: "release the patch",
      bearing: "stops",
    });
    expect(explain("P-404").chain.at(-1)).toMatchObject({ rule: "JOB-22", about: "patch", bearing: "stops" });
  });

  it("RUN-07: of the frozen plan and the facts, whatever tags, licences, holds and jobs have become since", () => {
    const { scene, runId, explain, fettle, call, jobId } = running({ agents: 2 });
    scene.agents[0]?.report(1, ...wholeRun(runId));
    const before = [explain(0, "P-1"), explain(1, "P-1")];
    call(fettle.catalogue.hold(manager, "P-1", "fails"));
    call(fettle.tags.unassign(manager, { tag: "fleet", assets: [scene.agents[0]?.id ?? ""] }));
    call(fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 0 } } }));
    expect([explain(0, "P-1"), explain(1, "P-1")]).toEqual(before);
    expect(scene.stored("job").has(jobId)).toBe(true);
  });

  it("RUN-07: not patched: its window was over before anything was heard", () => {
    const { scene, shape, clock } = running({}, { window: { minutes: 60 } });
    clock.pass(2 * Values.HOUR_MS);
    Timed.tick(scene);
    const { verdict, chain } = shape(0);
    expect(verdict).toBe("not-patched");
    expect(chain.at(-1)).toBe("sending WIN-02 stops");
  });

  it("RUN-07: not patched: revoked as its job was deleted, unless its agent had begun", () => {
    const { scene, runId, shape, fettle, call, jobId } = running({ agents: 2 });
    scene.agents[0]?.report(1, ...wholeRun(runId).slice(0, 3));
    call(fettle.jobs.delete(manager, jobId));
    expect(shape(1).chain.at(-1)).toBe("sending JOB-28 stops");
    scene.agents[0]?.report(4, ...wholeRun(runId).slice(3));
    expect(shape(0).verdict).toBe("patched");
  });

  it("RUN-07: not there yet: a patch that waits for its asset's reboot (RBT-12)", () => {
    const { scene, runId, explain } = running();
    const facts = [
      ...wholeRun(runId).slice(0, 3),
      patched(runId, "P-1", "InstalledPendingReboot"),
      status(runId, "PendingReboot"),
    ];
    scene.agents[0]?.report(1, ...facts);
    expect(explain(0, "P-1")).toMatchObject({ verdict: "open" });
    expect(explain(0, "P-1").chain.at(-1)).toMatchObject({ about: "reboot", rule: "RBT-12", bearing: "open" });
  });

  it("RUN-07: failed: the agent couldn't fetch the files, or refused the manifest", () => {
    const { scene, runId, explain } = running({ agents: 2 });
    scene.agents[0]?.report(1, status(runId, "DownloadingFailed", "no route to the mirror"));
    expect(explain(0).chain.at(-1)).toMatchObject({
      about: "work",
      bearing: "stops",
      fact: expect.stringContaining("mirror"),
    });
    const digest = scene.stored("assetRun").get(`${runId}.${scene.agents[1]?.id}`)?.manifest?.digest ?? "";
    const refusal = {
      _tag: "Refusal",
      document: digest,
      runId,
      reason: "older-than-seen",
      message: "9 was seen",
    } as const;
    scene.agents[1]?.report(1, refusal as WireAgent.FactBody);
    expect(explain(1).chain.at(-1)).toMatchObject({ rule: "MAN-02", bearing: "stops" });
  });
});
