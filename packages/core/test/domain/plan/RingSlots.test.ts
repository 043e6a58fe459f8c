import type { JobSchedule } from "@fettle/scheduler";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Asset } from "../../../src/domain/asset/Asset.ts";
import type { Job } from "../../../src/domain/job/Job.ts";
import type { Schedule } from "../../../src/domain/job/Schedule.ts";
import * as Explanation from "../../../src/domain/plan/Explanation.ts";
import * as Plan from "../../../src/domain/plan/Plan.ts";
import * as PlanDifference from "../../../src/domain/plan/PlanDifference.ts";
import * as PlanRings from "../../../src/domain/plan/PlanRings.ts";
import * as RunPreview from "../../../src/domain/plan/RunPreview.ts";
import * as RunPreviewTable from "../../../src/domain/plan/RunPreviewTable.ts";
import type { Ring, Rollout } from "../../../src/domain/rollout/Rollout.ts";
import { hashOf } from "../../../src/engine/plans/Plans.ts";
import { codecs } from "../../../src/schema/Stored.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";
import * as TimedWorld from "../../scenario/TimedWorld.ts";
import * as Values from "../../scenario/Values.ts";

const { NOW, asset, freeze, recurring, wall } = TimedWorld;
const [NEW_YORK, BERLIN, TOKYO] = ["America/New_York", "Europe/Berlin", "Asia/Tokyo"] as const;
const agent: JobSchedule.ZoneMode = { _tag: "Agent" };
const once = (at: string, zone: JobSchedule.ZoneMode = agent): Schedule => ({ _tag: "Once", at: wall(at), zone });
const daily = (start: string) => recurring({ _tag: "Daily", every: 1 }, start);

const tagged = (tag: string, soakDays: number): Ring => ({
  name: tag,
  members: { _tag: "Tags", tags: Values.any(tag) },
  soakDays,
  promotion: { failedPercentMax: 0, silentPercentMax: 0, by: "automatic" },
});
/** The lab first, then the web servers, then the rest. */
const rollout = (lab: number, web: number): Rollout => ({
  rings: [
    tagged("lab", lab),
    tagged("web", web),
    { name: "rest", members: { _tag: "Rest" }, soakDays: null, promotion: null },
  ],
});

const automatic = { _tag: "Automatic", countdownMinutes: 15 } as const;

/** One asset of each ring in a zone, numbered from ten times that of the zone on. */
const inZone = (zone: string, n: number): readonly Asset[] =>
  [["lab"], ["web"], []].map((tags, i) => asset(10 * n + i, zone, { tags: ["fleet", ...tags] }));

const world = (
  over: Partial<Job>,
  zones: readonly string[] = [BERLIN],
  kept: TimedWorld.Kept = {},
  more: Partial<Plan.PlanInputs> = {},
) =>
  TimedWorld.inputs(
    zones.flatMap((zone, i) => inZone(zone, i + 1)),
    { rollout: rollout(3, 5), reboot: { _tag: "Suppress" }, ...over },
    kept,
    more,
  );

const planned = (inputs: Plan.PlanInputs): Plan.Plan => {
  const plan = Plan.compile(inputs);
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
};

const iso = (instant: number | null | undefined) =>
  typeof instant === "number" ? new Date(instant).toISOString().slice(0, 16) : instant;

/** The earliest slots by ring, in the order of the zones of the assets. */
const slots = (inputs: Plan.PlanInputs): readonly (readonly unknown[])[] => {
  const { groups } = planned(inputs);
  return [1, 2, 3].map((n) => {
    const own = groups.filter((group) => group.ring?.number === n);
    for (const { ring, timing } of own) expect(ring?.earliest).toBe(timing.start);
    return own.map(({ ring }) => iso(ring?.earliest) ?? ring?.why);
  });
};

describe("the earliest slot of a ring", () => {
  it("RNG-05, RNG-06: of a job that runs once is its local time on the first day after the soaks, in each zone", () => {
    // Tuesday is the first of three days, Friday the first of five, across the change of New York's clocks on the 8th.
    const schedule = once("2026-03-03T22:00");
    expect(slots(world({ schedule, window: { minutes: 60 } }, [NEW_YORK, BERLIN, TOKYO]))).toEqual([
      ["2026-03-04T03:00", "2026-03-03T21:00", "2026-03-03T13:00"],
      ["2026-03-07T03:00", "2026-03-06T21:00", "2026-03-06T13:00"],
      ["2026-03-12T02:00", "2026-03-11T21:00", "2026-03-11T13:00"],
    ]);
  });

  it("RNG-05, SCH-02: counts the days of the clock that names the slots", () => {
    const schedule = once("2026-03-03T22:00", { _tag: "Named", zone: NEW_YORK });
    expect(slots(world({ schedule }, [NEW_YORK, TOKYO]))).toEqual([
      ["2026-03-04T03:00"],
      ["2026-03-07T03:00"],
      ["2026-03-12T02:00"],
    ]);
  });

  it("RNG-05, SCH-05: falls on a local time that the clocks skip or have twice as every start does", () => {
    const inGap = once("2026-03-05T02:30");
    expect(slots(world({ schedule: inGap, rollout: rollout(3, 1) }, [NEW_YORK]))).toEqual([
      ["2026-03-05T07:30"],
      ["2026-03-08T07:30"],
      ["2026-03-09T06:30"],
    ]);
    const skips = { ...inGap, resolution: { gap: "skip", overlap: "earlier" } } as Schedule;
    expect(slots(world({ schedule: skips, rollout: rollout(3, 1) }, [NEW_YORK]))[1]).toEqual(["2026-03-09T06:30"]);
  });

  it("RNG-05: of a recurring job is its next time after the soaks, and a ring that waits for it puts off those after it", () => {
    // Sundays: the web servers a week after the lab, the rest another week later, though eight days end on a Monday.
    expect(slots(world({ schedule: TimedWorld.weekly }, [BERLIN, TOKYO]))).toEqual([
      ["2026-03-08T01:30", "2026-03-07T17:30"],
      ["2026-03-15T01:30", "2026-03-14T17:30"],
      ["2026-03-22T01:30", "2026-03-21T17:30"],
    ]);
    const monthly = recurring({ _tag: "MonthlyOnDay", every: 1, day: 10 }, "2026-03-01T02:30");
    expect(slots(world({ schedule: monthly }))).toEqual([
      ["2026-03-10T01:30"],
      ["2026-04-10T00:30"],
      ["2026-05-10T00:30"],
    ]);
  });

  it("RNG-05, WIN-07, WIN-05: is put off inside its window, and to the next slot where nothing of the window is left", () => {
    const schedule = once("2026-03-03T22:00");
    const window = { minutes: 120, bound: "complete" } as const;
    const under = (to: string) =>
      slots(world({ schedule, window }, [BERLIN], { freezes: { 11: [freeze("f", "2026-03-06T20:00", to)] } }))[1];
    expect(under("2026-03-06T23:00")).toEqual(["2026-03-06T22:00"]);
    expect(under("2026-03-06T23:59")).toEqual(["2026-03-06T22:59"]);
    expect(under("2026-03-07T00:00")).toEqual(["2026-03-07T21:00"]);
    expect(under("2026-03-09T23:30")).toEqual(["2026-03-09T22:30"]);
    const fridays = { weekdays: [5], fromMinute: 21 * 60, toMinute: 24 * 60 } as const;
    const kept = { blackouts: { 11: [fridays] } };
    expect(slots(world({ schedule, window }, [BERLIN], kept))[1]).toEqual(["2026-03-07T21:00"]);
    const longer = { minutes: 180, bound: "complete" } as const;
    expect(slots(world({ schedule, window: longer }, [BERLIN], kept))[1]).toEqual(["2026-03-06T23:00"]);
  });

  it("RNG-05: is put off where something keeps it off, and the rings after it aren't told too late a start for that", () => {
    const kept = { freezes: { 11: [freeze("f", "2026-03-06T20:00", "2026-03-20T20:00")] } };
    expect(slots(world({ schedule: daily("2026-03-03T22:00") }, [BERLIN], kept))).toEqual([
      ["2026-03-03T21:00"],
      ["2026-03-20T21:00"],
      ["2026-03-11T21:00"],
    ]);
  });

  it("RNG-05, SCH-06: of a job that is enabled late counts from the day of the enabling", () => {
    const schedule = once("2026-02-27T22:00");
    // Enabled on Sunday at noon, with a window of a week: the lab at once.
    const late = world({ schedule, window: { minutes: 10_080 } });
    expect(slots(late)).toEqual([["as soon as it is enabled"], ["2026-03-04T21:00"], ["2026-03-09T21:00"]]);
  });

  it("RNG-05: on demand counts from the enabling, whenever that is, unless something puts it off to an instant", () => {
    const schedule: Schedule = { _tag: "OnDemand" };
    expect(slots(world({ schedule }))).toEqual([
      ["as soon as it is enabled"],
      ["3 days after it is enabled"],
      ["8 days after it is enabled"],
    ]);
    const kept = { freezes: { 11: [freeze("f", "2026-03-02T00:00", "2026-03-06T06:00")] } };
    expect(slots(world({ schedule }, [BERLIN], kept))[1]).toEqual(["2026-03-06T05:00"]);
    const looked = [0, 3_600_000].map((later) => {
      const inputs = world({ schedule });
      const occasion = inputs.occasion && { ...inputs.occasion, enabledAt: NOW + later };
      return hashOf(planned({ ...inputs, ...(occasion === undefined ? {} : { occasion }), now: NOW + later }));
    });
    expect(new Set(looked).size).toBe(1);
  });

  it("RNG-05: where the schedule ends before, its assets get nothing, and plan and explanation say why", () => {
    const schedule = recurring({ _tag: "Daily", every: 1 }, "2026-03-03T22:00", { _tag: "After", count: 5 });
    const inputs = world({ schedule });
    expect(slots(inputs)).toEqual([["2026-03-03T21:00"], ["2026-03-06T21:00"], []]);
    const reason = "ring 3 has no slot: the schedule ends before the rings before it have soaked";
    expect(planned(inputs).excluded).toEqual([{ assetId: Values.uuid(12), rule: "RNG-05", reason, shownAs: null }]);
    const about = inputs.assets[2] as Asset;
    const answer = Explanation.explain(inputs, { asset: about, patchId: null, reads: "fleet" });
    expect(answer).toMatchObject({
      value: { gets: [], timing: null, earliest: null, blockers: [{ rule: "RNG-05", reason }] },
    });
    const row = preview(inputs).runs[0]?.rows[0];
    expect(row?.rings?.map(({ earliest, why }) => iso(earliest) ?? why)).toEqual(["2026-03-06T21:00", reason]);
    expect(row?.gets).toBe(2);
  });

  it("RNG-02, RNG-05: whom the first ring's run can't start on, a later ring takes", () => {
    const kept = { freezes: { 10: [freeze("f", "2026-03-03T00:00", "2026-03-08T00:00")] } };
    const inputs = world({ schedule: once("2026-03-03T22:00"), window: { minutes: 60 } }, [BERLIN], kept);
    const { groups, excluded } = planned(inputs);
    expect(excluded).toEqual([]);
    expect(groups.find((g) => g.assets.includes(Values.uuid(10)))?.ring).toMatchObject({ number: 3, name: "rest" });
    const without = planned({ ...inputs, job: { ...inputs.job, rollout: { rings: rollout(3, 5).rings.slice(2) } } });
    expect(without.excluded).toMatchObject([{ assetId: Values.uuid(10), rule: "WIN-07", shownAs: "TimedOut" }]);
  });

  it("RNG-05, RBT-08: bounds the window and the reboot of its assets", () => {
    const reboot = automatic;
    const window = { minutes: 60, bound: "complete" } as const;
    const { groups } = planned(world({ schedule: once("2026-03-03T22:00"), window, reboot }));
    expect(groups.map(({ timing }) => [iso(timing.windowEnd), iso(timing.latestReboot)])).toEqual([
      ["2026-03-03T22:00", "2026-03-03T22:15"],
      ["2026-03-06T22:00", "2026-03-06T22:15"],
      ["2026-03-11T22:00", "2026-03-11T22:15"],
    ]);
    const { outline } = preview(world({ schedule: once("2026-03-03T22:00"), window, reboot })).runs[0] ?? {};
    expect(iso(outline?.latestReboot)).toBe("2026-03-11T22:15");
  });
});

describe("what is told of a ring's slot", () => {
  const schedule = once("2026-03-03T22:00");
  const plan = planned(world({ schedule }));
  const longer = planned(world({ schedule, rollout: rollout(4, 5) }));

  it("RNG-05, PLN-01: is part of what is approved: another soak makes another hash, whatever else stands", () => {
    expect(hashOf({ ...longer, conduct: plan.conduct })).not.toBe(hashOf(plan));
    const monthly = recurring({ _tag: "MonthlyOnDay", every: 1, day: 10 }, "2026-03-01T02:30");
    const [a, b] = [3, 4].map((days) => planned(world({ schedule: monthly, rollout: rollout(days, 5) })));
    if (a === undefined || b === undefined) throw new Error("no plan");
    expect(a.groups.map((g) => g.timing)).toEqual(b.groups.map((g) => g.timing));
    expect(hashOf({ ...b, conduct: a.conduct })).not.toBe(hashOf(a));
  });

  it("RNG-05: is words with its clock", () => {
    const [, web] = plan.groups;
    if (web?.ring === undefined) throw new Error("no ring");
    expect(PlanRings.words(web.ring, web.timing.zone)).toBe("ring 2 (web) not before 2026-03-06 22:00 Europe/Berlin");
    expect(PlanRings.words(web.ring, null)).toBe("ring 2 (web) not before 2026-03-06 21:00 UTC");
    const [, onDemand] = planned(world({ schedule: { _tag: "OnDemand" } })).groups;
    expect(onDemand?.ring && PlanRings.words(onDemand.ring, null)).toBe("ring 2 (web) 3 days after it is enabled");
  });

  it("RNG-05, PLN-02: is compared: a ring that moves, and an asset that changes rings", () => {
    const { words, changes } = PlanDifference.compare(plan, longer);
    expect(changes.map((c) => c._tag)).toEqual([
      "ConductChanged",
      "TimesChanged",
      "TimesChanged",
      "RingsChanged",
      "RingsChanged",
    ]);
    expect(words[3]).toBe(
      `ring 2 (web) not before 2026-03-07 22:00 Europe/Berlin instead of 2026-03-06 22:00 Europe/Berlin; ` +
        `ring 2 (web) 4 days after the first instead of 3 days, for 1 asset (${Values.uuid(11)})`,
    );
    const inputs = world({ schedule });
    const retagged = inputs.assets.map((a) => (a.id === Values.uuid(12) ? { ...a, tags: ["fleet", "web"] } : a));
    const moved = PlanDifference.compare(plan, planned({ ...inputs, assets: retagged }));
    expect(moved.words[1]).toBe(
      `1 asset (${Values.uuid(12)}) would be in ring 2 (web) not before 2026-03-06 22:00 Europe/Berlin, instead of ring 3 (rest)`,
    );
    expect(PlanDifference.isTolerated(moved, { assetsMax: 0 }, 3)).toBe(false);
    expect(PlanDifference.isTolerated(moved, { assetsMax: 1 }, 3)).toBe(true);
    expect(PlanDifference.compare(plan, planned(inputs))).toEqual({ changes: [], words: [] });
  });

  it("RNG-05: is read of plans that were stored before they told it, and compared with them", () => {
    const stored = JSON.parse(JSON.stringify(plan), (key, value) =>
      key === "ring" ? { name: value.name, number: value.number, afterDays: value.afterDays } : value,
    );
    const read = codecs.plan.parse(stored);
    expect(read.groups.map((g) => g.ring)).toEqual(plan.groups.map((g) => ({ ...g.ring, earliest: null, why: null })));
    expect(PlanDifference.compare(read, plan).words[1]).toBe(
      `ring 2 (web) not before 2026-03-06 22:00 Europe/Berlin instead of no time that was told, for 1 asset (${Values.uuid(11)})`,
    );
    expect(codecs.plan.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  it("RNG-05, PLN-03: is explained of each asset", () => {
    const inputs = world({ schedule });
    for (const about of inputs.assets) {
      const group = plan.groups.find((g) => g.assets.includes(about.id));
      const question = { asset: about, patchId: "P-1" };
      expect(Explanation.explain(inputs, { ...question, reads: "asset" })).toEqual({ ok: true, value: null });
      const answer = Explanation.explain(inputs, { ...question, reads: "fleet" });
      expect(answer).toMatchObject({ value: { ring: group?.ring, timing: group?.timing } });
    }
  });

  it("RNG-05, SCH-12: is in a preview's runs what the plan of each run says, zone by zone", () => {
    const drawn = fc.record({
      zones: fc.subarray([NEW_YORK, BERLIN, TOKYO], { minLength: 1 }),
      schedule: fc.constantFrom<Schedule>(
        { _tag: "OnDemand" },
        once("2026-03-03T22:00"),
        once("2026-02-28T22:00"),
        daily("2026-03-01T02:30"),
        recurring({ _tag: "Daily", every: 1 }, "2026-03-03T22:00", { _tag: "After", count: 9 }),
        TimedWorld.weekly,
      ),
      soaks: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
      days: fc.integer({ min: 1, max: 12 }),
    });
    const seen = { later: 0, reboots: 0 };
    fc.assert(
      fc.property(drawn, ({ zones, schedule: when, soaks: [lab, web], days }) => {
        const frozen = freeze("f", "2026-03-02T00:00", `2026-03-${String(2 + days).padStart(2, "0")}T12:00`);
        const over = { schedule: when, rollout: rollout(lab, web), window: { minutes: 2_880 }, reboot: automatic };
        const inputs = world(over, zones, { freezes: { 10: [frozen], 11: [frozen], 22: [frozen] } });
        const { runs, places } = preview(inputs);
        for (const { slot, rows, outline } of runs) {
          const occasion = { ...inputs.occasion, slot } as NonNullable<Plan.PlanInputs["occasion"]>;
          const { groups } = planned({ ...inputs, occasion });
          const told = rows.flatMap((row) => [
            ...(row.outBy === null ? [[row.zone, 1, row.begins]] : []),
            ...(row.rings ?? []).map(({ number, earliest }) => [row.zone, number, earliest]),
          ]);
          for (const { ring, assets } of groups) {
            const own = inputs.assets.filter(({ id }) => assets.includes(id)).map(({ timeZone }) => timeZone);
            for (const zone of own) expect(told).toContainEqual([zone, ring?.number, ring?.earliest]);
            seen.later += ring?.number === 1 ? 0 : 1;
          }
          const reboots = groups.flatMap(({ timing }) => timing.latestReboot ?? []);
          expect(outline?.latestReboot).toBe(reboots.length === 0 ? null : Math.max(...reboots));
          seen.reboots += reboots.length;
          expect(rows.reduce((sum, { gets }) => sum + (gets ?? 0), 0)).toBe(groups.flatMap((g) => g.assets).length);
        }
        expect(places.length).toBeGreaterThanOrEqual(zones.length);
      }),
      Arbitraries.runs(200),
    );
    expect(seen.later).toBeGreaterThan(100);
    expect(seen.reboots).toBeGreaterThan(100);
  });

  it("RNG-05, SCH-12: is told in a preview for so many slots, and past that the latest reboot isn't either", () => {
    const zones = Array.from({ length: 51 }, (_, i) => `+${Math.floor(i / 4) + 1}:${(i % 4) * 15}`).map((text) =>
      text.replace(/\d+/g, (digits) => digits.padStart(2, "0")),
    );
    const inputs = world({ schedule: TimedWorld.weekly, reboot: automatic }, zones);
    const { runs } = preview(inputs, 10);
    const told = Math.floor(RunPreview.RING_SLOTS_MAX / (2 * zones.length));
    expect(runs.map(({ rows }) => rows[0]?.rings?.length)).toEqual(runs.map((_, i) => (i < told ? 2 : 0)));
    expect(runs.map(({ outline }) => outline?.latestReboot === null)).toEqual(runs.map((_, i) => i >= told));
    expect(told).toBe(9);
  });

  it("RNG-05, SCH-12: is printed with the preview, by each place's clock", () => {
    const inputs = world({ schedule: TimedWorld.weekly, title: "Sundays" }, [BERLIN, TOKYO]);
    expect(RunPreviewTable.render(preview(inputs)).split("\n\n")[2]).toMatchInlineSnapshot(`
      "run               zone           ring 2 (web) not before         ring 3 (rest) not before
      ----------------  -------------  ------------------------------  ------------------------------
      2026-03-08 02:30  Asia/Tokyo     2026-03-15 02:30 Asia/Tokyo     2026-03-22 02:30 Asia/Tokyo
                        Europe/Berlin  2026-03-15 02:30 Europe/Berlin  2026-03-22 02:30 Europe/Berlin
      2026-03-15 02:30  Asia/Tokyo     2026-03-22 02:30 Asia/Tokyo     2026-03-29 02:30 Asia/Tokyo
                        Europe/Berlin  2026-03-22 02:30 Europe/Berlin  2026-03-29 03:30 Europe/Berlin"
    `);
  });
});

function preview(inputs: Plan.PlanInputs, runs = 2): RunPreview.RunPreview {
  const frame = RunPreview.frame(inputs, { runs, after: NOW });
  if (!frame.ok) throw new Error(frame.error.message);
  return RunPreview.fill(frame.value, frame.value.plans.map(Plan.compile));
}
