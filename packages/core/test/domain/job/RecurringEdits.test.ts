/** Edits of recurring jobs, and clones of jobs with a time. */
import { describe, expect, it } from "vitest";
import * as CarriedOut from "../../../src/domain/job/CarriedOut.ts";
import * as Job from "../../../src/domain/job/Job.ts";
import * as JobClone from "../../../src/domain/job/JobClone.ts";
import * as JobEdit from "../../../src/domain/job/JobEdit.ts";
import { defaults } from "../../../src/domain/shared/Limits.ts";
import * as Times from "../../scenario/Times.ts";
import * as Values from "../../scenario/Values.ts";

const { HOUR_MS, MINUTE_MS, START, job, select } = Values;
const { once, wall, weekly } = Times;

const NOW = START + 30 * HOUR_MS;
const context: JobEdit.EditContext = { now: NOW, zones: [], strictReboots: false };
const was = { planHash: "sha256:00", at: START } as const;
const recurring = (over: Partial<Job.Job> = {}) => job({ schedule: weekly(), ...over });
const running = (over: Partial<Job.Job> = {}) => recurring({ status: "Enabled", enabled: was, ...over });

const edited = (of: Job.Job, change: JobEdit.JobEdit): Job.Job => {
  const made = JobEdit.edit(of, change, defaults, context);
  if (!made.ok) throw new Error(made.error.map((e) => e.message).join("; "));
  return made.value;
};
const refused = (of: Job.Job, change: JobEdit.JobEdit) => {
  const made = JobEdit.edit(of, change, defaults, context);
  return made.ok ? [] : made.error.map((e) => [e.rule, e.path]);
};

describe("an edit of a recurring job", () => {
  it("JOB-08: goes through while it is Disabled and while it is Enabled, and not once it is over", () => {
    expect(edited(recurring({ enabled: was }), { title: "x" })).toMatchObject({ title: "x", status: "Disabled" });
    expect(edited(running(), { title: "x" })).toEqual(running({ title: "x" }));
    for (const status of ["Ended", "Failed"] as const) {
      expect(refused(running({ status }), { title: "x" })).toEqual([["JOB-08", null]]);
      expect(JobEdit.addPatches(running({ status }), ["P-9"], defaults)).toMatchObject({ error: [{ rule: "JOB-08" }] });
    }
  });

  it("JOB-09: patches and assets are added to it in both states", () => {
    for (const of of [recurring(), running()]) {
      expect(JobEdit.addPatches(of, ["P-9"], defaults)).toMatchObject({ ok: true });
      expect(JobEdit.addAssets(of, ["a"], defaults)).toMatchObject({ ok: true });
    }
  });

  it("JOB-02: that would make it partial is refused while it is enabled, and goes through while it isn't", () => {
    for (const [change, path] of [
      [{ patches: null }, "patches"],
      [{ targets: null }, "targets"],
      [{ targets: select({}) }, "targets"],
      [{ schedule: null }, "schedule"],
    ] as const) {
      expect(refused(running(), change)).toEqual([["JOB-02", path]]);
      expect(Job.missingParts(edited(recurring(), change))).toEqual([path]);
    }
  });

  it("JOB-08: that would make it run once is refused while it is enabled; later it is one that was never enabled", () => {
    for (const schedule of [{ _tag: "OnDemand" } as const, once(NOW + HOUR_MS)]) {
      expect(refused(running(), { schedule })).toEqual([["JOB-08", "schedule"]]);
      const now = edited(recurring({ enabled: was }), { schedule });
      expect(now.enabled).toBeNull();
      expect(Job.editFault(now)).toBeNull();
    }
  });

  it("JOB-08: that asks for what nobody carries out yet is refused while it is enabled", () => {
    for (const change of [
      { reboot: { _tag: "Automatic", countdownMinutes: 15 } },
      { schedule: { _tag: "OnActivation" } },
      { rollout: { rings: [{ name: "all", members: { _tag: "Rest" }, soakDays: null, promotion: null }] } },
    ] as const) {
      const faults = CarriedOut.faults(running(change)).map((f) => [f.rule, f.path]);
      expect(refused(running(), change)).toEqual(faults);
      expect(refused(recurring(), change)).toEqual([]);
    }
  });

  it("SCH-07: that leaves it no run is refused while it is enabled", () => {
    const over = weekly({ start: wall("2026-01-01T02:00"), end: { _tag: "Until", at: wall("2026-02-01T12:00") } });
    expect(refused(running(), { schedule: over })).toEqual([["SCH-07", "schedule"]]);
    expect(refused(recurring(), { schedule: over })).toEqual([]);
    const last = weekly({ start: wall("2026-01-01T02:00"), end: { _tag: "Until", at: wall("2026-02-03T02:00") } });
    expect(refused(running(), { schedule: last })).toEqual([]);
  });

  it("SCH-08: counts a changed schedule from the edit on, and nothing else that is changed", () => {
    const since = (of: Job.Job) => Job.countsFrom(of);
    expect(since(running())).toBe(START);
    expect(since(edited(running(), { title: "x", window: { minutes: 60 } }))).toBe(START);
    const moved = edited(running(), { schedule: weekly({ start: wall("2026-03-01T03:00") }) });
    expect(since(moved)).toBe(NOW);
    expect(moved.enabled).toEqual(was);
    const { _tag, rule, zone } = weekly();
    expect(since(edited(running(), { schedule: { zone, rule, _tag } }))).toBe(START);
    expect(since({ ...moved, enabled: { ...was, at: NOW + 1 } })).toBe(NOW + 1);
  });

  it("takes away what it may go without by null, and keeps what must be there", () => {
    const full = recurring({ window: { minutes: 60 }, overlap: "skip", description: "long" });
    const bare = edited(full, { window: null, overlap: null, description: null });
    expect(bare).toEqual(recurring());
    expect("window" in bare).toBe(false);
    expect([...JobEdit.changed(full, bare)].sort()).toEqual(["description", "overlap", "window"]);
    expect(edited(full, {})).toEqual(full);
  });
});

describe("an edit of a run-once job", () => {
  it("SCH-06: is refused a past start where it brings one in; one that has passed since may stay", () => {
    const late = job({ schedule: once(START) });
    expect(edited(late, { title: "x" })).toMatchObject({ title: "x", schedule: once(START) });
    expect(edited(late, { title: "x", schedule: once(START) }).schedule).toEqual(once(START));
    expect(refused(late, { schedule: once(START + HOUR_MS) })).toEqual([["SCH-06", "schedule.at"]]);
    expect(edited(late, { schedule: once(NOW + MINUTE_MS) }).schedule).toEqual(once(NOW + MINUTE_MS));
  });

  it("JOB-13: becomes recurring only without what a recurring one can't have", () => {
    const of = job({ completion: "dispatch-closed" });
    expect(refused(of, { schedule: weekly() })).toEqual([["JOB-13", "completion"]]);
    expect(edited(of, { schedule: weekly(), completion: null }).schedule).toEqual(weekly());
  });
});

describe("a clone", () => {
  const clone = (of: Job.Job, zones: readonly string[] = []) =>
    JobClone.draft(of, { now: NOW, zones: zones.map(Times.zone), coAuthors: [], titleCharactersMax: 256 });
  const save = (draft: Job.NewJob) => Job.create(draft, { id: "x", ownerId: "mara", now: NOW, limits: defaults });

  it("CLN-03: of a run-once job whose time is past has no schedule, and isn't saved without a valid one", () => {
    const copy = clone(job({ schedule: once(NOW - MINUTE_MS), window: { minutes: 60 } }));
    expect(copy.schedule).toBeNull();
    expect(save(copy)).toMatchObject({ ok: false, error: [{ rule: "CLN-03", path: "schedule" }] });
    expect(save({ ...copy, schedule: once(NOW - MINUTE_MS) })).toMatchObject({
      ok: false,
      error: [{ rule: "SCH-06" }],
    });
    const saved = save({ ...copy, schedule: once(NOW + MINUTE_MS) });
    expect(saved).toMatchObject({ ok: true, value: { window: { minutes: 60 } } });
    expect(saved.ok && "needsSchedule" in saved.value).toBe(false);
  });

  it("CLN-03: on each asset's clock is past when it is in every zone", () => {
    const of = job({ schedule: once(NOW - HOUR_MS, { _tag: "Agent" }) });
    expect(clone(of, ["UTC"]).schedule).toBeNull();
    expect(clone(of, ["UTC", "America/New_York"]).schedule).toEqual(of.schedule);
  });

  it("CLN-03: of one whose time is to come, of one on demand, of a recurring one and of one without has its schedule", () => {
    for (const schedule of [once(NOW + MINUTE_MS), { _tag: "OnDemand" } as const, weekly(), null]) {
      const copy = clone(job({ schedule }));
      expect(copy.schedule).toEqual(schedule);
      expect(save(copy).ok).toBe(true);
    }
    const over = weekly({ start: wall("2020-01-01T02:00"), end: { _tag: "After", count: 2 } });
    expect(clone(job({ schedule: over, status: "Ended", enabled: was })).schedule).toEqual(over);
  });

  it("CLN-02: has everything that its job is defined by, and nothing that became of it", () => {
    const more = {
      platform: "Windows",
      window: { minutes: 60, bound: "complete" },
      reboot: { _tag: "Automatic", countdownMinutes: 15 },
      deferral: { count: 1, minutes: 5 },
      opportunisticDownload: true,
      overlap: "skip",
      catchUp: "run-once-now",
      patches: { _tag: "Query", query: "category: security", approvalAgeDays: 3 },
      onDrift: "hold",
    } as const;
    const { title, coAuthors, ...copy } = clone(running({ ...more, rescheduledAt: START }));
    const { title: was, ...plain } = Values.draft({ description: "", schedule: weekly() });
    expect([title, coAuthors]).toEqual([`Copy of ${was} ${NOW / 1_000}`, []]);
    expect(copy).toEqual({ ...plain, ...more });
    expect(Object.keys(copy)).not.toContain("rescheduledAt");
  });
});
