import { Calendar, PatchCycle, Recurrence } from "@fettle/scheduler";
import { describe, expect, it } from "vitest";
import * as Rollout from "../../../src/domain/rollout/Rollout.ts";
import * as RolloutPresets from "../../../src/domain/rollout/RolloutPresets.ts";
import * as Limits from "../../../src/domain/shared/Limits.ts";
import * as Values from "../../scenario/Values.ts";

describe("S2's cycle as rollouts", () => {
  it("RNG-01: is ten assets for 3 days, a hundred for 5, then production; third-party the same 14 days in", () => {
    for (const { rollout } of RolloutPresets.cycle) {
      expect(Rollout.problems(rollout, Limits.defaults)).toEqual([]);
      const targets = Array.from({ length: 500 }, (_, i) => ({ id: Values.uuid(i), tags: [] }));
      const ringOf = [...Rollout.assign(rollout, targets, { jobId: "os", tree: new Map() }).values()];
      expect([0, 1, 2].map((ring) => ringOf.filter((at) => at === ring).length)).toEqual([10, 100, 390]);
    }
    const starts = RolloutPresets.cycle.map((c) => [c.name, c.startsAfterDays, Rollout.daysAfterFirst(c.rollout)]);
    expect(starts).toEqual([
      ["OS", 0, [0, 3, 8]],
      ["3rd-party apps", 14, [0, 3, 8]],
    ]);
  });

  it("RNG-06: goes on from the first ring on zero errors, from the second on somebody's word only", () => {
    expect(RolloutPresets.pilots.rings.map((ring) => ring.promotion)).toEqual([
      { failedPercentMax: 0, silentPercentMax: 0, by: "automatic" },
      { failedPercentMax: 100, silentPercentMax: 100, by: "manual" },
      null,
    ]);
  });

  it("RNG-01, RNG-06: its rings start on the days that the cycle's calendar has for them", () => {
    const anchor = Recurrence.make({
      pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 0 },
      start: { year: 2020, month: 1, day: 1, hour: 0, minute: 0, second: 0 },
      end: { _tag: "Never" },
      except: [],
    });
    if (!anchor.ok) throw new Error("Patch Tuesday");
    const july14 = Calendar.dayOf(2020, 7, 14);
    const calendar = PatchCycle.cycleOn({ anchor: anchor.value, tracks: PatchCycle.pilotTracks }, july14);
    const expected = RolloutPresets.cycle.flatMap(({ name, startsAfterDays, rollout }) =>
      Rollout.earliestDays(rollout, july14 + startsAfterDays).map((day, i) => [name, rollout.rings[i]?.name, day]),
    );
    expect(calendar?.stages.map((s) => [s.track, s.ring, s.firstDay])).toEqual(expected);
  });
});
