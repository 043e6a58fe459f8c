import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Plan from "../../src/domain/plan/Plan.ts";
import type { PlanInputs } from "../../src/domain/plan/PlanInputs.ts";
import * as RunPreview from "../../src/domain/plan/RunPreview.ts";
import * as RunPreviewTable from "../../src/domain/plan/RunPreviewTable.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
import * as Values from "../scenario/Values.ts";

const { NOW, asset } = TimedWorld;

const preview = (inputs: PlanInputs, runs = 2): RunPreview.RunPreview => {
  const frame = RunPreview.frame(inputs, { runs, after: NOW });
  if (!frame.ok) throw new Error(frame.error.message);
  return RunPreview.fill(frame.value, frame.value.plans.map(Plan.compile));
};
const iso = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString());
const shown = ({ rows }: RunPreview.PreviewRun) =>
  rows.map((r) => [r.zone, iso(r.start), r.startLocal, iso(r.begins), r.gets, r.assets, r.notes.map((n) => n._tag)]);

describe("the preview of the next runs", () => {
  it("SCH-12, SCH-03: tells each run zone by zone, in UTC and on the clock there, with window ends and what the clocks do", () => {
    const { runs } = preview(
      TimedWorld.inputs([asset(1, "America/New_York"), asset(2, "Asia/Tokyo"), asset(3, "Mars/Olympus")]),
    );
    expect(runs.map((r) => r.nominalLocal)).toEqual(["2026-03-08T02:30:00", "2026-03-15T02:30:00"]);
    expect(runs.map(shown)).toEqual([
      [
        // The clocks jump over half past two there.
        [
          "America/New_York",
          "2026-03-08T07:30:00.000Z",
          "2026-03-08T03:30:00",
          "2026-03-08T07:30:00.000Z",
          1,
          1,
          ["Gap"],
        ],
        ["Asia/Tokyo", "2026-03-07T17:30:00.000Z", "2026-03-08T02:30:00", "2026-03-07T17:30:00.000Z", 1, 1, []],
        ["UTC", "2026-03-08T02:30:00.000Z", "2026-03-08T02:30:00", "2026-03-08T02:30:00.000Z", 1, 1, ["DefaultZone"]],
      ],
      [
        ["America/New_York", "2026-03-15T06:30:00.000Z", "2026-03-15T02:30:00", "2026-03-15T06:30:00.000Z", 1, 1, []],
        ["Asia/Tokyo", "2026-03-14T17:30:00.000Z", "2026-03-15T02:30:00", "2026-03-14T17:30:00.000Z", 1, 1, []],
        ["UTC", "2026-03-15T02:30:00.000Z", "2026-03-15T02:30:00", "2026-03-15T02:30:00.000Z", 1, 1, ["DefaultZone"]],
      ],
    ]);
    expect(runs[0]?.rows.map((r) => r.windowEndLocal)).toEqual([
      "2026-03-08T06:30:00",
      "2026-03-08T05:30:00",
      "2026-03-08T05:30:00",
    ]);
    expect(runs[0]?.outline).toMatchObject({ assets: 3, patches: 1, excluded: [], leftOut: 0 });
  });

  it("SCH-12, WIN-05, WIN-07: keeps assets of one zone apart whose blackouts or freezes differ, and says how many there are", () => {
    const year = TimedWorld.freeze("quarter's end", "2026-03-14T00:00", "2026-04-02T00:00");
    const inputs = TimedWorld.inputs(
      [1, 2, 3, 4].map((n) => asset(n, "Europe/Berlin")),
      {},
      { blackouts: { 2: [TimedWorld.sundays], 3: [TimedWorld.sundays] }, freezes: { 4: [year] } },
    );
    const { places, runs } = preview(inputs);
    expect(places.map((p) => [p.place, p.assets, p.blackouts.length, p.freezes.length])).toEqual([
      [1, 1, 0, 0],
      [2, 1, 0, 1],
      [3, 2, 1, 0],
    ]);
    expect(runs[0]?.rows.map((r) => [r.place, iso(r.start), iso(r.begins), r.gets])).toEqual([
      [1, "2026-03-08T01:30:00.000Z", "2026-03-08T01:30:00.000Z", 1],
      [2, "2026-03-08T01:30:00.000Z", "2026-03-08T01:30:00.000Z", 1],
      [3, "2026-03-08T01:30:00.000Z", "2026-03-08T03:00:00.000Z", 2],
    ]);
    // The second Sunday is frozen for one of them, and nothing is left of the window.
    const frozen = runs[1]?.rows[1];
    expect(frozen).toMatchObject({ gets: 0, begins: null, outBy: "WIN-07" });
    expect(frozen?.notes).toMatchObject([{ _tag: "Freeze", name: "quarter's end", startsAt: null }]);
    expect(runs[1]?.outline?.excluded).toEqual([{ rule: "WIN-07", assets: 1 }]);
    expect(RunPreviewTable.render(preview(inputs))).toMatch(/^\(3\) Europe\/Berlin: blackout Sun 00:00 to 04:00$/m);
  });

  it("SCH-12: counts by rule who gets nothing, and tells that a query's runs are provisional", () => {
    const inputs = TimedWorld.inputs(
      [asset(1, "UTC"), asset(2, "UTC", { tags: ["fleet", "lab"] }), asset(3, "UTC", { activations: {} })],
      {
        patches: { _tag: "Query", query: "category: security" },
        targets: Values.select({ include: Values.any("fleet"), exclude: Values.any("lab") }),
      },
    );
    const { isProvisional, runs } = preview(inputs, 1);
    expect(isProvisional).toBe(true);
    expect(runs[0]?.outline).toMatchObject({
      assets: 1,
      excluded: [
        { rule: "AST-11", assets: 1 },
        { rule: "TAG-04", assets: 1 },
      ],
    });
  });

  it("SCH-12, RBT-08: names the latest reboot of each place and of the run", () => {
    const reboot = { _tag: "Automatic", countdownMinutes: 15 } as const;
    const { runs } = preview(TimedWorld.inputs([asset(1, "UTC"), asset(2, "Asia/Tokyo")], { reboot }), 1);
    const latest = runs[0]?.rows.map((r) => r.latestReboot) ?? [];
    expect(latest.every((at) => at !== null)).toBe(true);
    expect(runs[0]?.outline?.latestReboot).toBe(Math.max(...latest.map((at) => at ?? 0)));
  });

  it("SCH-08: shows a run that comes too soon after the enabling, and that nothing happens in it", () => {
    const inputs = TimedWorld.inputs([asset(1, "UTC")], {
      schedule: TimedWorld.recurring({ _tag: "Daily", every: 1 }, "2026-03-01T13:00"),
    });
    const { runs } = preview(inputs);
    expect(runs[0]?.rows[0]).toMatchObject({ start: null, outBy: "SCH-08", notes: [{ _tag: "TooSoon" }] });
    expect(runs[0]?.outline).toMatchObject({ assets: 0, excluded: [{ rule: "SCH-08", assets: 1 }] });
    expect(runs[1]?.outline).toMatchObject({ assets: 1 });
  });

  it("SCH-12: compiles one plan for all runs that leave out the same assets", () => {
    const frame = RunPreview.frame(TimedWorld.inputs([asset(1, "UTC")]), { runs: 60, after: NOW });
    expect(frame.ok && [frame.value.plans.length, frame.value.preview.runs.length]).toEqual([1, 60]);
  });

  it("SCH-12: takes 1 to 60 runs, and refuses a job without a schedule", () => {
    for (const runs of [0, 61, 1.5]) {
      expect(RunPreview.frame(TimedWorld.inputs([]), { runs, after: NOW })).toMatchObject({
        error: { rule: "SCH-12", path: "runs" },
      });
    }
    const inputs = TimedWorld.inputs([asset(1, "UTC")], { schedule: null });
    expect(RunPreview.frame(inputs, { runs: 1, after: NOW })).toMatchObject({ error: { rule: "JOB-02" } });
  });

  it("JOB-02: shows the times of a job that lacks its targets, and says why it knows no more", () => {
    const { runs, places } = preview(TimedWorld.inputs([asset(1, "Asia/Tokyo")], { targets: null }), 1);
    expect(places).toMatchObject([{ zone: "UTC", isDefault: true, assets: 0 }]);
    expect(runs[0]?.rows).toHaveLength(1);
    expect(runs[0]).toMatchObject({ outline: null, unknown: { rule: "JOB-02" } });
  });

  it("SCH-12: agrees with the plan of each run, whatever the zones, calendars and schedule", () => {
    const zones = ["UTC", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Nowhere/Such"];
    const schedules = [
      TimedWorld.weekly,
      TimedWorld.recurring({ _tag: "Daily", every: 1 }, "2026-03-01T13:00"),
      TimedWorld.recurring({ _tag: "MonthlyOnDay", every: 1, day: 31 }, "2026-03-01T22:00"),
    ];
    const world = fc.record({
      zones: fc.array(fc.constantFrom(...zones), { minLength: 1, maxLength: 6 }),
      schedule: fc.constantFrom(...schedules),
      minutes: fc.constantFrom(30, 180, 1_440),
      blackout: fc.constantFrom([], [TimedWorld.sundays]),
      freeze: fc.constantFrom([], [TimedWorld.freeze("f", "2026-03-14T00:00", "2026-03-16T03:00")]),
    });
    fc.assert(
      fc.property(world, (drawn) => {
        const inputs = TimedWorld.inputs(
          drawn.zones.map((zone, i) => asset(i + 1, zone)),
          { schedule: drawn.schedule, window: { minutes: drawn.minutes, bound: "start" } },
          { blackouts: { 1: drawn.blackout }, freezes: { 2: drawn.freeze } },
        );
        const { runs } = preview(inputs, 3);
        for (const run of runs) {
          const occasion = { ...inputs.occasion, slot: run.slot } as NonNullable<PlanInputs["occasion"]>;
          const plan = Plan.compile({ ...inputs, occasion });
          if (!plan.ok) throw new Error(plan.error.message);
          const timings = plan.value.groups.flatMap((g) =>
            g.assets.map(() => JSON.stringify([g.timing.start, g.timing.windowEnd])),
          );
          const rows = run.rows.flatMap((r) =>
            Array.from({ length: r.gets ?? 0 }, () => JSON.stringify([r.begins, r.windowEnd])),
          );
          expect(rows.sort()).toEqual(timings.sort());
          expect(run.outline?.assets).toBe(timings.length);
        }
        // The first that starts somewhere is the one that is planned unless another is named.
        const next = Plan.compile(inputs);
        const first = runs.find((r) => r.rows.some((row) => row.start !== null));
        if (next.ok && first !== undefined) expect(next.value.occurrence.nominalLocal).toBe(first.nominalLocal);
      }),
      Arbitraries.runs(200),
    );
  });
});

describe("the printed preview", () => {
  it("SCH-12: is readable", () => {
    const inputs = TimedWorld.inputs(
      [asset(1, "America/New_York"), asset(2, "Asia/Tokyo"), asset(3, "Asia/Tokyo", { activations: {} })],
      { title: "Sunday patches" },
      { blackouts: { 2: [TimedWorld.sundays], 3: [TimedWorld.sundays] } },
    );
    expect(RunPreviewTable.render(preview(inputs, 2))).toMatchInlineSnapshot(`
      "Sunday patches, zone rules 2026a

      run               zone              assets  starts (UTC)      on the clock      window ends       notes
      ----------------  ----------------  ------  ----------------  ----------------  ----------------  -------------------------------------
      2026-03-08 02:30  America/New_York  1 of 1  2026-03-08 07:30  2026-03-08 03:30  2026-03-08 06:30  clocks jump over it: 2026-03-08 03:30
                        Asia/Tokyo (2)    1 of 2  2026-03-07 17:30  2026-03-08 02:30  2026-03-08 05:30  blackout: from 2026-03-07 19:00 UTC
      2026-03-15 02:30  America/New_York  1 of 1  2026-03-15 06:30  2026-03-15 02:30  2026-03-15 05:30
                        Asia/Tokyo (2)    1 of 2  2026-03-14 17:30  2026-03-15 02:30  2026-03-15 05:30  blackout: from 2026-03-14 19:00 UTC

      run               assets  patches  get nothing  left out  known
      ----------------  ------  -------  -----------  --------  ---------
      2026-03-08 02:30  2       1        1 by AST-11  -         as of now
      2026-03-15 02:30  2       1        1 by AST-11  -         as of now

      (2) Asia/Tokyo: blackout Sun 00:00 to 04:00"
    `);
  });

  it("SCH-12: says that a job has no run left", () => {
    const end = { _tag: "Until", at: TimedWorld.wall("2026-02-01T00:00") } as const;
    const schedule = TimedWorld.recurring({ _tag: "Daily", every: 1 }, "2026-01-01T13:00", end);
    const done = preview(TimedWorld.inputs([asset(1, "UTC")], { schedule }));
    expect(RunPreviewTable.render(done)).toBe("Security fixes: no run left");
  });
});
