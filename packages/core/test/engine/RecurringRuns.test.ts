import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Repository from "../../src/engine/Repository.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { as, manager } = ControlPlane;
const { agentZone, daily, once, tickAt, utc } = Timed;
const { status, wholeRun } = WireAgent;

const keys = (scene: Scene.Scene, jobId: string) => Timed.runsOf(scene, jobId).map((r) => r.occurrenceKey);
const at = (day: string, zone = "UTC") => `at:${day}T02:00:00@${zone}#0`;
const reason = (scene: Scene.Scene, jobId: string, n = 0) =>
  Timed.assetRunsOf(scene, Timed.runsOf(scene, jobId).at(-1))[n]?.state.reason;

describe("after an outage", () => {
  it("SCH-13: what was missed stays missed and is named once; the next one runs", () => {
    const scene = Timed.make();
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00"), window: { minutes: 600 } });
    expect(tickAt(scene, "2026-02-05T05:00")).toMatchObject({ materialised: 0 });
    expect(Timed.eventsOf(scene, "OccurrenceMissed")).toMatchObject([
      { id: jobId, body: { missed: ["02", "03", "04", "05"].map((d) => at(`2026-02-${d}`)), count: 4 } },
    ]);
    const before = scene.plane.storage.dump();
    expect(Timed.tick(scene)).toMatchObject({ materialised: 0 });
    expect(scene.plane.storage.dump()).toEqual(before);
    expect(tickAt(scene, "2026-02-05T23:00")).toMatchObject({ materialised: 1 });
    expect(keys(scene, jobId)).toEqual([at("2026-02-06")]);
    expect(Timed.eventsOf(scene, "OccurrenceMissed")).toHaveLength(1);
  });

  it("SCH-13: at most the latest runs after all, where the job says so and its window is open", () => {
    for (const [when, runs] of [
      ["2026-02-05T05:00", [at("2026-02-05")]],
      ["2026-02-05T12:00", []],
    ] as const) {
      const scene = Timed.make();
      const schedule = daily("2026-02-02T02:00");
      const jobId = scene.enabled({ schedule, window: { minutes: 600 }, catchUp: "run-once-now" });
      expect(tickAt(scene, when)).toMatchObject({ materialised: runs.length, issued: runs.length });
      expect(Timed.tick(scene)).toMatchObject({ materialised: 0, issued: 0 });
      expect(keys(scene, jobId)).toEqual(runs);
      const [told] = Timed.eventsOf(scene, "OccurrenceMissed");
      expect(told).toMatchObject({ body: { count: 4 - runs.length } });
      const [manifest] = Timed.offered(scene.agents[0]);
      if (runs.length > 0) {
        expect(manifest).toMatchObject({ notBefore: utc("2026-02-05T02:00"), notAfter: utc("2026-02-05T12:00") });
      }
    }
  });

  it("SCH-13, SCH-03: is missed where nobody looked after it in time, and runs in the zones that come yet", () => {
    const scene = Timed.make(["Asia/Tokyo", "America/New_York"]);
    const schedule = daily("2026-02-02T02:00", agentZone, 1);
    const jobId = scene.enabled({ schedule, window: { minutes: 600 } });
    // In Tokyo it was 17:00 UTC the day before, in New York it is 07:00 UTC.
    expect(tickAt(scene, "2026-02-01T20:00")).toMatchObject({ materialised: 1, issued: 1 });
    expect(Timed.statuses(scene, Timed.runsOf(scene, jobId)[0])).toEqual(["TimedOut", "Pending"]);
    expect(reason(scene, jobId)).toContain("SCH-13");
    expect(Timed.eventsOf(scene, "OccurrenceMissed")).toEqual([]);
  });

  it("SCH-13: ticks that come a little late do not miss it", () => {
    const scene = Timed.make();
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00") });
    expect(tickAt(scene, utc("2026-02-02T02:15") - 1)).toMatchObject({ materialised: 1, issued: 1 });
    expect(keys(scene, jobId)).toEqual([at("2026-02-02")]);
  });
});

describe("the end of a recurring job", () => {
  it("SCH-07, JOB-12: it is Ended once its last run has started, and that run goes on", () => {
    const scene = Timed.make();
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00", Timed.inUtc, 2) });
    tickAt(scene, "2026-02-01T23:00");
    tickAt(scene, "2026-02-02T23:00");
    tickAt(scene, utc("2026-02-03T02:00") - 1);
    expect(Timed.jobStatus(scene, jobId)).toBe("Enabled");
    tickAt(scene, "2026-02-03T02:00");
    expect(Timed.jobStatus(scene, jobId)).toBe("Ended");
    expect(Timed.eventsOf(scene, "JobEnded")).toMatchObject([{ id: jobId }]);
    const [run] = Timed.runsOf(scene, jobId);
    scene.agents[0]?.report(1, ...wholeRun(run?.id ?? ""));
    // What waited for the first (WIN-06) is sent, though its job is Ended.
    expect(Timed.tick(scene)).toMatchObject({ materialised: 0, issued: 1, stuck: [] });
  });

  it("SCH-07: one whose last times were missed is Ended, too", () => {
    const scene = Timed.make();
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00", Timed.inUtc, 2) });
    tickAt(scene, "2026-02-09T00:00");
    Timed.tick(scene);
    expect(Timed.jobStatus(scene, jobId)).toBe("Ended");
    expect(Timed.eventsOf(scene, "OccurrenceMissed")).toMatchObject([{ body: { count: 2 } }]);
  });

  it("SCH-07: one whose last time came too soon where its assets are, and would come later elsewhere, is Ended, too", () => {
    const scene = Timed.make(["Pacific/Honolulu", "Asia/Tokyo"]);
    const { fettle, call } = scene.plane;
    const [honolulu, tokyo] = scene.agents.map((a) => a.id);
    const targets = Values.select({ assets: [honolulu ?? "", tokyo ?? ""] });
    const jobId = scene.enabled({ schedule: daily("2026-02-01T08:00", agentZone, 1), targets });
    // In Tokyo it was nine when the job was enabled; then Honolulu's asset is taken out.
    call(fettle.jobs.update(scene.manager, jobId, { targets: Values.select({ assets: [tokyo ?? ""] }) }));
    for (let n = 0; n < 2; n += 1) Timed.tick(scene);
    expect(Timed.runsOf(scene, jobId)).toEqual([]);
    expect(Timed.jobStatus(scene, jobId)).toBe("Ended");
  });
});

describe("an edit of a job whose zones lie far apart", () => {
  it("SCH-08: two times that are due already happen as they were", () => {
    const scene = Timed.make(["Pacific/Kiritimati", "Pacific/Pago_Pago"]);
    const { fettle, call, clock } = scene.plane;
    const jobId = scene.enabled({ schedule: daily("2026-02-03T00:00", agentZone) });
    // The 3rd comes to Pago Pago at 11:00 UTC, the 4th to Kiritimati at 10:00 UTC, and is due at 07:00; no tick came in between.
    clock.pass(utc("2026-02-03T08:00") - clock.now());
    call(fettle.jobs.update(scene.manager, jobId, { title: "edited" }));
    expect(Timed.runsOf(scene, jobId).map((r) => [r.occurrenceKey.slice(0, 13), r.title])).toEqual([
      ["at:2026-02-03", "Security fixes"],
      ["at:2026-02-04", "Security fixes"],
    ]);
  });
});

describe("the first time after an enabling, where zones lie far apart", () => {
  // The 2nd came too soon to Kiritimati. It comes to Pago Pago on the 2nd at 11:00 UTC, an hour after the 3rd to Kiritimati.
  const enabled = () => {
    const scene = Timed.make(["Pacific/Kiritimati", "Pacific/Pago_Pago"]);
    const { clock } = scene.plane;
    clock.pass(utc("2026-02-01T08:00") - clock.now());
    return { scene, jobId: scene.enabled({ schedule: daily("2026-02-02T00:00", agentZone) }) };
  };

  it("SCH-08: it is made as soon as the next is due, which comes first elsewhere and so is made the lead before", () => {
    const { scene, jobId } = enabled();
    expect(tickAt(scene, utc("2026-02-02T07:00") - 1)).toMatchObject({ materialised: 0 });
    expect(tickAt(scene, "2026-02-02T07:00")).toMatchObject({ materialised: 1 });
    expect(Timed.tick(scene)).toMatchObject({ materialised: 1 });
    expect(Timed.tick(scene)).toMatchObject({ materialised: 0 });
    expect(Timed.runsOf(scene, jobId).map((r) => r.occurrenceKey.slice(0, 13))).toEqual([
      "at:2026-02-02",
      "at:2026-02-03",
    ]);
  });

  it("SCH-08: edited less than the lead before the next, both happen as they were (rough seed 20769)", () => {
    const { scene, jobId } = enabled();
    const { fettle, call, clock } = scene.plane;
    clock.pass(utc("2026-02-02T07:02") - clock.now());
    call(fettle.jobs.update(scene.manager, jobId, { title: "edited" }));
    expect(Timed.runsOf(scene, jobId).map((r) => r.title)).toEqual(["Security fixes", "Security fixes"]);
  });
});

describe("an earlier occurrence that goes on", () => {
  const second = (overlap: "wait" | "skip" | undefined, minutes?: number) => {
    const scene = Timed.make(["UTC", "UTC"]);
    const jobId = scene.enabled({
      schedule: daily("2026-02-02T02:00"),
      ...(overlap === undefined ? {} : { overlap }),
      ...(minutes === undefined ? {} : { window: { minutes, bound: "start" } }),
    });
    tickAt(scene, "2026-02-01T23:00");
    const [first] = Timed.runsOf(scene, jobId);
    const id = first?.id ?? "";
    scene.agents[0]?.report(1, ...wholeRun(id).slice(0, 3));
    scene.agents[1]?.report(1, ...wholeRun(id));
    scene.agents[1]?.snapshot(Scene.installed);
    return { scene, jobId, finish: () => scene.agents[0]?.report(4, ...wholeRun(id).slice(3)) };
  };

  it("WIN-06: a later one waits for it on that asset, by default, and is sent when it is over", () => {
    for (const overlap of [undefined, "wait"] as const) {
      const { scene, jobId, finish } = second(overlap);
      expect(tickAt(scene, "2026-02-02T23:00")).toMatchObject({ materialised: 1, issued: 1 });
      expect(tickAt(scene, "2026-02-03T02:00")).toMatchObject({ issued: 0 });
      expect(Timed.assetRunsOf(scene, Timed.runsOf(scene, jobId)[1]).map((a) => a?.manifest === null)).toEqual([
        true,
        false,
      ]);
      finish();
      expect(Timed.tick(scene)).toMatchObject({ issued: 1 });
    }
  });

  it("WIN-06: where its window is over before that, it is Timed Out and says for which it waited", () => {
    const { scene, jobId, finish } = second("wait", 60);
    tickAt(scene, "2026-02-02T23:00");
    expect(tickAt(scene, utc("2026-02-03T03:00") - 1)).toMatchObject({ issued: 0 });
    tickAt(scene, "2026-02-03T03:00");
    const run = Timed.runsOf(scene, jobId)[1];
    expect(Timed.statuses(scene, run)).toEqual(["TimedOut", "TimedOut"]);
    expect(reason(scene, jobId, 0)).toContain(`WIN-06: ${at("2026-02-02")}`);
    expect(reason(scene, jobId, 1)).not.toContain("WIN-06");
    finish();
  });

  it("WIN-06: or skips past it at its start, and says past which; what is over by then is no hindrance", () => {
    const { scene, jobId } = second("skip");
    expect(tickAt(scene, "2026-02-02T23:00")).toMatchObject({ issued: 1 });
    tickAt(scene, utc("2026-02-03T02:00") - 1);
    expect(Timed.statuses(scene, Timed.runsOf(scene, jobId)[1])).toEqual(["Pending", "Pending"]);
    tickAt(scene, "2026-02-03T02:00");
    expect(Timed.statuses(scene, Timed.runsOf(scene, jobId)[1])).toEqual(["JobFailed", "Pending"]);
    expect(reason(scene, jobId)).toBe(`WIN-06: skipped, as ${at("2026-02-02")} went on`);
    const free = second("skip");
    tickAt(free.scene, "2026-02-02T23:00");
    free.finish();
    expect(tickAt(free.scene, "2026-02-03T01:00")).toMatchObject({ issued: 1 });
  });
});

describe("a run, once made", () => {
  it("JOB-08, CMP-03: is as the job was then; an edit reaches the next", () => {
    const scene = Timed.make(["UTC"]);
    const { fettle, call } = scene.plane;
    const schedule = daily("2026-02-02T02:00");
    const jobId = scene.enabled({ schedule, window: { minutes: 60, bound: "start" } });
    // In a blackout-free world it is sent at once; the edit comes between making and sending.
    scene.plane.hooks.before = (batch) => {
      if (!batch.events.some((e) => e.type === "ManifestIssued")) return;
      scene.plane.hooks.before = null;
      const edit = { continueOnFailure: false, window: { minutes: 90, bound: "complete" } } as const;
      call(fettle.jobs.update(manager, jobId, edit));
    };
    tickAt(scene, "2026-02-01T23:00");
    const [manifest] = Timed.offered(scene.agents[0]);
    const frozen = { continueOnFailure: true, bound: "start", notAfter: utc("2026-02-02T03:00") };
    expect(manifest).toMatchObject(frozen);
    tickAt(scene, "2026-02-02T03:00");
    tickAt(scene, "2026-02-02T23:00");
    expect(Timed.offered(scene.agents[0])[0]).toMatchObject({
      continueOnFailure: false,
      bound: "complete",
      notAfter: utc("2026-02-03T03:30"),
    });
  });

  it("SCH-08, JOB-08: edited less than the lead before a run, it happens as it was; the new times count the lead after the edit", () => {
    const scene = Timed.make();
    const { fettle, call } = scene.plane;
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00"), overlap: "skip" });
    tickAt(scene, "2026-02-01T23:30");
    // 02:30 comes the lead after the edit exactly; the next edit's comes a moment less.
    call(fettle.jobs.update(manager, jobId, { schedule: daily("2026-02-02T02:30") }));
    expect(Timed.tick(scene)).toMatchObject({ materialised: 1 });
    scene.plane.clock.pass(1);
    call(fettle.jobs.update(manager, jobId, { schedule: daily("2026-02-02T02:30"), title: "again" }));
    expect(Timed.tick(scene)).toMatchObject({ materialised: 0 });
    call(fettle.jobs.update(manager, jobId, { schedule: daily("2026-02-02T02:15") }));
    expect(tickAt(scene, "2026-02-02T12:00")).toMatchObject({ materialised: 0 });
    expect(tickAt(scene, "2026-02-02T23:15")).toMatchObject({ materialised: 1 });
    expect(keys(scene, jobId)).toEqual(
      ["02T02:00", "02T02:30", "03T02:15"].map((time) => `at:2026-02-${time}:00@UTC#0`),
    );
    expect(Timed.eventsOf(scene, "OccurrenceMissed")).toEqual([]);
  });

  it("SCH-08: edited in the moment before the tick that would have made it, it happens as it was all the same", () => {
    const scene = Timed.make();
    const { fettle, call, clock } = scene.plane;
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00"), window: { minutes: 60 } });
    Timed.tick(scene);
    const edit = { schedule: daily("2026-02-02T07:00"), window: { minutes: 90 } };
    clock.pass(utc("2026-02-01T23:00") + 20_000 - clock.now());
    call(fettle.jobs.update(manager, jobId, edit));
    tickAt(scene, "2026-02-02T04:00");
    const made = Timed.runsOf(scene, jobId).map(({ occurrenceKey, windowEnd }) => [
      occurrenceKey.slice(0, 19),
      windowEnd,
    ]);
    expect(made).toEqual([
      ["at:2026-02-02T02:00", utc("2026-02-02T03:00")],
      ["at:2026-02-02T07:00", utc("2026-02-02T08:30")],
    ]);
  });

  it("SCH-08: edited exactly the lead before a run that no tick has made yet, it happens as edited", () => {
    const scene = Timed.make();
    const { fettle, call, clock } = scene.plane;
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00"), window: { minutes: 60 } });
    clock.pass(utc("2026-02-01T23:00") - clock.now());
    call(fettle.jobs.update(manager, jobId, { window: { minutes: 90 } }));
    expect(Timed.tick(scene)).toMatchObject({ materialised: 1 });
    expect(Timed.runsOf(scene, jobId).map((r) => r.windowEnd)).toEqual([utc("2026-02-02T03:30")]);
  });

  it("JOB-22: says that it drifted when it brings something else than was enabled, and not for its time alone", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const { fettle, call } = scene.plane;
    const patches = { _tag: "Query", query: "category: security" } as const;
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00", agentZone), patches, window: { minutes: 60 } });
    tickAt(scene, "2026-02-01T14:00");
    tickAt(scene, "2026-02-02T14:00");
    const newer = Values.patch("P-9", { packages: [Values.pkg("curl", "3-1")], publishedAt: 9 });
    call(fettle.catalogue.ingest(manager, [...Scene.catalogue, newer]));
    tickAt(scene, "2026-02-03T14:00");
    expect(Timed.runsOf(scene, jobId).map((r) => r.hasDrifted)).toEqual([false, false, true]);
  });

  it("JOB-22, PLN-02: is not made where drift holds it, until the job is enabled anew", () => {
    const scene = Timed.make();
    const { fettle, call } = scene.plane;
    const patches = { _tag: "Query", query: "category: security" } as const;
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00"), patches, onDrift: "hold" });
    expect(tickAt(scene, "2026-02-01T23:00")).toMatchObject({ materialised: 1 });
    const newer = Values.patch("P-9", { packages: [Values.pkg("curl", "3-1")], publishedAt: 9 });
    call(fettle.catalogue.ingest(manager, [...Scene.catalogue, newer]));
    const report = tickAt(scene, "2026-02-02T23:00");
    expect(report).toMatchObject({ materialised: 0, stuck: [{ jobId, message: expect.stringContaining("JOB-22") }] });
    tickAt(scene, "2026-02-03T05:00");
    expect(Timed.eventsOf(scene, "OccurrenceMissed")).toMatchObject([{ body: { missed: [at("2026-02-03")] } }]);
    call(fettle.jobs.disable(manager, jobId));
    call(fettle.jobs.enable(manager, jobId));
    expect(tickAt(scene, "2026-02-03T23:00")).toMatchObject({ materialised: 1, stuck: [] });
  });
});

describe("completion", () => {
  it("JOB-13: at the end of the window in the last zone, though a reboot is pending; what comes later still counts", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const schedule = once("2026-02-10T02:00", agentZone);
    const jobId = scene.enabled({ schedule, window: { minutes: 60 } });
    Timed.tick(scene);
    const [run] = Timed.runsOf(scene, jobId);
    const id = run?.id ?? "";
    scene.agents[1]?.report(1, ...wholeRun(id).slice(0, 4), status(id, "PendingReboot"));
    tickAt(scene, utc("2026-02-10T03:00") - 1);
    expect(Timed.jobStatus(scene, jobId)).toBe("Enabled");
    expect(tickAt(scene, "2026-02-10T03:00")).toMatchObject({ completed: 1 });
    expect(Timed.jobStatus(scene, jobId)).toBe("Completed");
    expect(Timed.runsOf(scene, jobId)[0]?.closedAt).toBeNull();
    scene.agents[1]?.report(6, status(id, "Rebooted"), status(id, "JobResumed"), status(id, "Completed"));
    expect(Timed.statuses(scene, run)).toEqual(["TimedOut", "Completed"]);
    Timed.tick(scene);
    expect(Timed.runsOf(scene, jobId)[0]?.closedAt).toBe(utc("2026-02-10T03:00"));
  });

  it("JOB-13: dispatch-closed, on demand when it is sent, and leases are renewed all the same", () => {
    const scene = Timed.make();
    const jobId = scene.enabled({ completion: "dispatch-closed" });
    expect(Timed.tick(scene)).toMatchObject({ materialised: 1, issued: 1, completed: 1 });
    expect(Timed.jobStatus(scene, jobId)).toBe("Completed");
    scene.plane.clock.pass(24 * Values.HOUR_MS);
    expect(Timed.tick(scene)).toMatchObject({ issued: 1, completed: 0 });
  });

  it("JOB-13: dispatch-closed, at a time when it has started in the last zone", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const jobId = scene.enabled({ schedule: once("2026-02-10T02:00", agentZone), completion: "dispatch-closed" });
    Timed.tick(scene);
    expect(tickAt(scene, utc("2026-02-10T02:00") - 1)).toMatchObject({ completed: 0 });
    expect(tickAt(scene, "2026-02-10T02:00")).toMatchObject({ completed: 1 });
    expect(Timed.jobStatus(scene, jobId)).toBe("Completed");
  });

  it("LIC-03: nothing of a job that is Completed is sent on Free", () => {
    const scene = Timed.make();
    scene.enabled({ completion: "dispatch-closed" });
    Timed.tick(scene);
    const free = { plan: "Free", expiresAt: null, licences: { PM: { seats: 100 } } } as const;
    scene.plane.call(scene.plane.fettle.subscriptions.save(manager, free));
    expect(Timed.offered(scene.agents[0])).toEqual([]);
    scene.plane.clock.pass(24 * Values.HOUR_MS);
    expect(Timed.tick(scene)).toMatchObject({ issued: 0 });
  });
});

describe("a job that nobody enabled in time", () => {
  it("SCH-06: is Expired when its window is over in the last zone on earth, without a look at any asset", () => {
    const scene = Timed.make();
    const { fettle, call } = scene.plane;
    const make = (over: Parameters<typeof Values.draft>[0]) => call(fettle.jobs.create(manager, Values.draft(over))).id;
    const zoned = make({ schedule: once("2026-02-10T02:00", agentZone), window: { minutes: 60 } });
    const fixed = make({ schedule: once("2026-02-10T02:00"), window: { minutes: 60 } });
    const open = make({ schedule: once("2026-02-10T02:00") });
    const statuses = () => [zoned, fixed, open].map((id) => Timed.jobStatus(scene, id));
    tickAt(scene, utc("2026-02-10T03:00") - 1);
    expect(statuses()).toEqual(["Disabled", "Disabled", "Disabled"]);
    tickAt(scene, "2026-02-10T03:00");
    expect(statuses()).toEqual(["Disabled", "Expired", "Disabled"]);
    expect(scene.plane.rejections(fettle.jobs.enable(manager, zoned))).toMatchObject([{ rule: "SCH-06" }]);
    tickAt(scene, utc("2026-02-10T15:00") - 1);
    expect(statuses()).toEqual(["Disabled", "Expired", "Disabled"]);
    tickAt(scene, "2026-02-10T15:00");
    expect(statuses()).toEqual(["Expired", "Expired", "Disabled"]);
    expect(Timed.eventsOf(scene, "JobExpired").map((e) => e.id)).toEqual([fixed, zoned]);
    expect(scene.plane.rejections(fettle.jobs.enable(manager, fixed))).toMatchObject([{ rule: "SCH-06" }]);
  });
});

describe("a job that can't be carried out any more", () => {
  it("JOB-12: is Failed, with the reason, when its assets have moved to zones in which its window was over", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const { fettle, call } = scene.plane;
    const draft = { schedule: once("2026-02-10T02:00", agentZone), window: { minutes: 120 } };
    const { id } = call(fettle.jobs.create(manager, Values.draft(draft)));
    scene.plane.clock.pass(utc("2026-02-10T02:30") - scene.plane.clock.now());
    call(fettle.jobs.enable(manager, id));
    scene.agents[0]?.checkIn({ timeZone: "Asia/Tokyo" });
    expect(Timed.tick(scene)).toMatchObject({ materialised: 0, stuck: [] });
    expect(Timed.jobStatus(scene, id)).toBe("Failed");
    expect(Timed.eventsOf(scene, "JobFailed")).toMatchObject([
      { id, body: { reason: expect.stringContaining("SCH-06") } },
    ]);
  });
});

describe("what a tick reads", () => {
  it("of a recurring job no asset, as long as its next time has come nowhere on earth", () => {
    const scene = Timed.make();
    const { storage } = scene.plane;
    const list = storage.list;
    let reads = 0;
    Object.assign(storage, {
      list: (...asked: Parameters<typeof list>) => {
        if (asked[1] === "asset") reads += 1;
        return list(...asked);
      },
    });
    const readsOf = (at: string): number => {
      reads = 0;
      tickAt(scene, at);
      return reads;
    };
    Timed.tick(scene);
    const without = readsOf("2026-02-01T00:10");
    scene.enabled({ schedule: daily("2026-02-10T02:00", agentZone) });
    expect(readsOf("2026-02-01T00:20")).toBe(without);
    // Three hours before 02:00 where clocks are ahead of all others, 14 hours before UTC.
    expect(readsOf("2026-02-09T08:59")).toBe(without);
    expect(readsOf("2026-02-09T09:00")).toBeGreaterThan(without);
  });

  it("of runs that are over nothing", () => {
    const scene = Timed.make();
    const { storage } = scene.plane;
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00"), window: { minutes: 60 } });
    tickAt(scene, "2026-02-01T23:00");
    tickAt(scene, "2026-02-02T03:00");
    const [run] = Timed.runsOf(scene, jobId);
    expect(run?.closedAt).toBe(utc("2026-02-02T03:00"));
    const find = storage.find;
    const found: unknown[] = [];
    Object.assign(storage, {
      find: (...asked: Parameters<typeof find>) => {
        if (asked[1] === "assetRun") found.push(asked[2]);
        return find(...asked);
      },
    });
    tickAt(scene, "2026-02-02T04:00");
    expect(found).toEqual([]);
  });
});

describe("when nothing is to start", () => {
  const freeze = (scene: Scene.Scene, from: string, to: string) => {
    const value = {
      id: "f",
      name: "year's end",
      from: Timed.wall(from),
      to: Timed.wall(to),
      zone: "UTC",
      targets: null,
    };
    const write = Repository.put("freeze", value.id, value);
    const empty = { expect: [], counters: [], uniques: [], events: [] };
    Effect.runSync(scene.plane.storage.commit({ tenantId: scene.tenantId, ...empty, writes: [write] }));
  };

  it("WIN-07: nothing that could start is sent while an asset is frozen, and it is sent when that is over", () => {
    const scene = Timed.make();
    const jobId = scene.enabled();
    expect(Timed.tick(scene)).toMatchObject({ materialised: 1, issued: 1 });
    freeze(scene, "2026-02-01T12:00", "2026-02-03T00:00");
    expect(tickAt(scene, "2026-02-02T00:00")).toMatchObject({ issued: 0 });
    expect(tickAt(scene, utc("2026-02-03T00:00") - 1)).toMatchObject({ issued: 0 });
    expect(Timed.offered(scene.agents[0])).toEqual([]);
    expect(tickAt(scene, "2026-02-03T00:00")).toMatchObject({ issued: 1 });
    expect(Timed.statuses(scene, Timed.runsOf(scene, jobId)[0])).toEqual(["Pending"]);
  });

  it("WIN-07: a job that is enabled in a freeze starts after it", () => {
    const scene = Timed.make();
    freeze(scene, "2026-02-01T00:00", "2026-02-02T00:00");
    scene.enabled();
    Timed.tick(scene);
    for (const { notBefore } of Timed.offered(scene.agents[0])) expect(notBefore).toBe(utc("2026-02-02T00:00"));
    tickAt(scene, "2026-02-02T00:00");
    expect(Timed.offered(scene.agents[0])).toHaveLength(1);
  });

  it("WIN-07: what is to start after the freeze is sent before, and so is what was planned around it", () => {
    const scene = Timed.make();
    freeze(scene, "2026-02-01T00:00", "2026-02-02T03:00");
    scene.enabled({ schedule: daily("2026-02-02T02:00"), window: { minutes: 120 } });
    expect(tickAt(scene, "2026-02-01T23:00")).toMatchObject({ materialised: 1, issued: 1 });
    expect(Timed.offered(scene.agents[0])[0]).toMatchObject({
      notBefore: utc("2026-02-02T03:00"),
      notAfter: utc("2026-02-02T04:00"),
    });
  });

  it("WIN-05: nothing that could start is sent to an asset in a blackout, on its own clock", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo"]);
    const { fettle, call } = scene.plane;
    // On Monday; the leases run out as it begins, in Tokyo at 9:00.
    const blackouts = [{ weekdays: [1] as const, fromMinute: 0, toMinute: 120 }];
    const targets = Values.select({ include: Values.any("fleet") });
    call(fettle.configurationProfiles.save(manager, { id: "p", name: "p", targets, settings: { blackouts } }));
    const jobId = scene.enabled();
    expect(Timed.tick(scene)).toMatchObject({ materialised: 1, issued: 2 });
    const sent = () => Timed.assetRunsOf(scene, Timed.runsOf(scene, jobId)[0]).map((a) => a?.manifest?.version);
    expect(tickAt(scene, "2026-02-02T00:00")).toMatchObject({ issued: 1 });
    expect(sent()).toEqual([1, 2]);
    expect(tickAt(scene, utc("2026-02-02T02:00") - 1)).toMatchObject({ issued: 0 });
    expect(tickAt(scene, "2026-02-02T02:00")).toMatchObject({ issued: 1 });
    expect(sent()).toEqual([2, 2]);
  });
});

describe("nobody's leave", () => {
  it("LIC-02: a suspended job makes no runs and sends none; enabled again it takes the next", () => {
    const scene = Timed.make();
    const { fettle, call } = scene.plane;
    const save = (plan: "Free" | "Full") =>
      call(fettle.subscriptions.save(manager, { plan, expiresAt: null, licences: { PM: { seats: 9 } } }));
    const jobId = scene.enabled({ schedule: daily("2026-02-02T02:00"), window: { minutes: 60 } });
    save("Free");
    expect(tickAt(scene, "2026-02-01T23:00")).toMatchObject({ materialised: 0, issued: 0 });
    save("Full");
    expect(tickAt(scene, "2026-02-01T23:30")).toMatchObject({ materialised: 0, issued: 0 });
    call(fettle.jobs.enable(manager, jobId));
    expect(tickAt(scene, "2026-02-02T23:00")).toMatchObject({ materialised: 1, issued: 1 });
    expect(keys(scene, jobId)).toEqual([at("2026-02-03")]);
    expect(Timed.eventsOf(scene, "OccurrenceMissed")).toEqual([]);
  });

  it("OWN-01: whose owner is gone makes no run, says so, and names what it missed for that", () => {
    const scene = Timed.make();
    const { fettle, call, users } = scene.plane;
    const made = call(fettle.jobs.create(as("uli"), Values.draft({ schedule: daily("2026-02-02T02:00") })));
    call(fettle.jobs.enable(as("uli"), made.id));
    users.remove("uli");
    const stuck = [{ jobId: made.id, message: expect.stringContaining("OWN-01") }];
    expect(tickAt(scene, "2026-02-01T23:00")).toMatchObject({ materialised: 0, stuck });
    expect(tickAt(scene, "2026-02-02T05:00")).toMatchObject({ materialised: 0, stuck: [] });
    expect(Timed.eventsOf(scene, "OccurrenceMissed")).toMatchObject([{ body: { missed: [at("2026-02-02")] } }]);
    users.set(Values.user("uli", "PatchUser"));
    expect(tickAt(scene, "2026-02-02T23:00")).toMatchObject({ materialised: 1, stuck: [] });
  });
});
