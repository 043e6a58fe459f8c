import { describe, expect, it } from "vitest";
import * as PatchCycle from "../src/PatchCycle.ts";
import * as Recurrence from "../src/Recurrence.ts";
import { error, value, wall } from "./Arbitraries.ts";

const DAY = 86_400_000;

/** The second Tuesday of each month. */
const patchTuesdays = (end: Recurrence.End = { _tag: "Never" }): Recurrence.Recurrence =>
  value(
    Recurrence.make({
      pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 0 },
      start: wall("2018-01-01T18:00"),
      end,
      except: [],
    }),
  );
const cycle = value(PatchCycle.make({ anchor: patchTuesdays(), tracks: PatchCycle.pilotTracks }));

const dayOf = (date: string): number => Date.parse(`${date}T00:00Z`) / DAY;
const dateOf = (day: number): string => new Date(day * DAY).toISOString().slice(0, "2020-07-14".length);

/** The second Tuesdays of a year, found by counting its days. */
const secondTuesdays = (year: number): readonly number[] => {
  const found: number[] = [];
  let [month, tuesdays] = [-1, 0];
  for (let day = dayOf(`${year}-01-01`); day <= dayOf(`${year}-12-31`); day++) {
    const date = new Date(day * DAY);
    if (date.getUTCMonth() !== month) [month, tuesdays] = [date.getUTCMonth(), 0];
    if (date.getUTCDay() === 2) tuesdays += 1;
    if (date.getUTCDay() === 2 && tuesdays === 2) found.push(day);
  }
  return found;
};

/** One letter a day: none, 1st pilot, 2nd pilot, production; from a date on. */
const drawn = (track: string, from: string, days: number): string =>
  Array.from({ length: days }, (_, i) => {
    const stage = PatchCycle.stagesOn(cycle, dayOf(from) + i).find((each) => each.track === track);
    return stage === undefined ? "." : "12P"[stage.number - 1];
  }).join("");

describe("PatchCycle", () => {
  it("RNG-04: reproduces the calendar of July and August 2020, day by day", () => {
    // As the organisation drew it: its "Phase 1, 2, 3" of Windows are the stages of one phase.
    const july14 = [
      ...Array(3).fill(["OS 1"]),
      ...Array(5).fill(["OS 2"]),
      ...Array(6).fill(["OS 3"]),
      ...Array(3).fill(["OS 3", "3rd-party apps 1"]),
      ["OS 3", "3rd-party apps 2"],
    ];
    const august1 = [...Array(4).fill(["OS 3", "3rd-party apps 2"]), ...Array(6).fill(["OS 3", "3rd-party apps 3"])];
    const first = dayOf("2020-07-14");
    const shown = Array.from({ length: 28 }, (_, i) =>
      PatchCycle.stagesOn(cycle, first + i).map(({ track, number }) => `${track} ${number}`),
    );
    expect(shown).toEqual([...july14, ...august1]);
    expect(shown).toHaveLength(28);
  });

  it("RNG-04: leaves the other days of July and August 2020 blank, where the cycle before it and the next aren't drawn", () => {
    // One cycle was drawn: it ends where the second Tuesday of August begins the next.
    const july = Recurrence.make({ ...patchTuesdays({ _tag: "After", count: 2 }), start: wall("2020-07-01T18:00") });
    const one = value(PatchCycle.make({ anchor: value(july), tracks: PatchCycle.pilotTracks }));
    const days = Array.from({ length: 31 + 31 }, (_, i) => dayOf("2020-07-01") + i);
    const blank = days.filter((day) => PatchCycle.stagesOn(one, day).length === 0).map(dateOf);
    expect(blank).toEqual([
      ...Array.from({ length: 13 }, (_, i) => dateOf(dayOf("2020-07-01") + i)),
      ...Array.from({ length: 21 }, (_, i) => dateOf(dayOf("2020-08-11") + i)),
    ]);
    for (const day of days.slice(13, 41))
      expect(PatchCycle.stagesOn(one, day)).toEqual(PatchCycle.stagesOn(cycle, day));
  });

  it("RNG-04: its stages begin and end on the days of that calendar", () => {
    const { firstDay, lastDay, stages } = PatchCycle.cycleOn(cycle, dayOf("2020-07-27")) ?? { stages: [] };
    expect([firstDay ?? 0, lastDay ?? 0].map(dateOf)).toEqual(["2020-07-14", "2020-08-10"]);
    expect(stages.map((stage) => [stage.track, stage.ring, dateOf(stage.firstDay), dateOf(stage.lastDay)])).toEqual([
      ["OS", "Pilot 1: 10 assets", "2020-07-14", "2020-07-16"],
      ["OS", "Pilot 2: 100 assets", "2020-07-17", "2020-07-21"],
      ["OS", "Production", "2020-07-22", "2020-08-10"],
      ["3rd-party apps", "Pilot 1: 10 assets", "2020-07-28", "2020-07-30"],
      ["3rd-party apps", "Pilot 2: 100 assets", "2020-07-31", "2020-08-04"],
      ["3rd-party apps", "Production", "2020-08-05", "2020-08-10"],
    ]);
  });

  it("RNG-01: a cycle is 28 or 35 days, from one Patch Tuesday up to the next, for twenty years", () => {
    const tuesdays = Array.from({ length: 21 }, (_, i) => secondTuesdays(2020 + i)).flat();
    const lengths = new Set<number>();
    for (const [i, first] of tuesdays.slice(0, 240).entries()) {
      const following = tuesdays[i + 1] ?? Number.NaN;
      lengths.add(following - first);
      for (let day = first; day < following; day++) {
        const found = PatchCycle.cycleOn(cycle, day);
        expect([found?.firstDay, found?.lastDay]).toEqual([first, following - 1]);
      }
    }
    expect([...lengths].sort((a, b) => a - b)).toEqual([28, 35]);
  });

  it("RNG-01, RNG-06: in short and long cycles soak days count the day of deployment, and production ends with the cycle", () => {
    const short = { os: `11122222${"P".repeat(20)}`, apps: `${".".repeat(14)}11122222${"P".repeat(6)}` };
    expect(drawn("OS", "2020-07-14", 28)).toBe(short.os);
    expect(drawn("3rd-party apps", "2020-07-14", 28)).toBe(short.apps);
    // 2020-08-11 to 2020-09-07 is short as well; the one from 2020-09-08 on has five weeks.
    expect(drawn("OS", "2020-09-08", 35)).toBe(`11122222${"P".repeat(27)}`);
    expect(drawn("3rd-party apps", "2020-09-08", 35)).toBe(`${".".repeat(14)}11122222${"P".repeat(13)}`);
    expect(drawn("OS", "2020-10-12", 2)).toBe("P1");
  });

  it("RNG-01: each day of a track has one stage, without a gap, from the track's start to the cycle's end", () => {
    for (let day = dayOf("2020-01-14"); day < dayOf("2040-01-10"); day++) {
      const stages = PatchCycle.stagesOn(cycle, day);
      const { firstDay = 0 } = PatchCycle.cycleOn(cycle, day) ?? {};
      const expected = day - firstDay < 14 ? ["OS"] : ["OS", "3rd-party apps"];
      expect(stages.map(({ track }) => track)).toEqual(expected);
    }
  });

  it("RNG-01: before the first cycle there is none, nor after the last", () => {
    const ending = { ...cycle, anchor: patchTuesdays({ _tag: "After", count: 2 }) };
    // Second Tuesdays: 2018-01-09 and 2018-02-13; with no third, no one knows when the second cycle ends.
    expect(PatchCycle.cycleOn(ending, dayOf("2018-01-08"))).toBe(null);
    expect(PatchCycle.cycleOn(ending, dayOf("2018-01-09"))?.firstDay).toBe(dayOf("2018-01-09"));
    expect(PatchCycle.cycleOn(ending, dayOf("2018-02-12"))?.lastDay).toBe(dayOf("2018-02-12"));
    expect(PatchCycle.cycleOn(ending, dayOf("2018-02-13"))).toBe(null);
    expect(PatchCycle.stagesOn(ending, dayOf("2018-02-13"))).toEqual([]);
  });

  it("RNG-02: any rings and tracks do", () => {
    const anchor = patchTuesdays();
    const tracks = [{ name: "all", startsAfterDays: 2, rings: [{ name: "everything", days: null }] }];
    const one = value(PatchCycle.make({ anchor, tracks }));
    expect(PatchCycle.stagesOn(one, dayOf("2020-07-15"))).toEqual([]);
    expect(PatchCycle.stagesOn(one, dayOf("2020-07-16"))).toEqual([
      { track: "all", ring: "everything", number: 1, firstDay: dayOf("2020-07-16"), lastDay: dayOf("2020-08-10") },
    ]);
    expect(PatchCycle.stagesOn(value(PatchCycle.make({ anchor, tracks: [] })), dayOf("2020-07-16"))).toEqual([]);
  });
});

describe("PatchCycle.make", () => {
  const ring = (days: number | null): PatchCycle.Ring => ({ name: "ring", days });
  const make = (startsAfterDays: number, ...days: readonly (number | null)[]): ReturnType<typeof PatchCycle.make> =>
    PatchCycle.make({
      anchor: patchTuesdays(),
      tracks: [
        { name: "fine", startsAfterDays: 0, rings: [ring(null)] },
        { name: "tried", startsAfterDays, rings: days.map(ring) },
      ],
    });

  it("RNG-01: the last ring has a day at least in the shortest cycle, 28 days", () => {
    expect(make(0, 27, null).ok).toBe(true);
    expect(make(27, null).ok).toBe(true);
    expect(make(14, 3, 5, null).ok).toBe(true);
    for (const refused of [make(0, 28, null), make(28, null), make(14, 7, 7, null)]) {
      expect(error(refused)).toMatchObject({ _tag: "InvalidCycle", rule: "RNG-01", path: "tracks.1" });
      expect(error(refused).message).toContain("28 days in");
    }
  });

  it.each([
    ["tracks.1.rings", 0, []],
    ["tracks.1.rings.0.days", 0, [0, null]],
    ["tracks.1.rings.0.days", 0, [1.5, null]],
    ["tracks.1.rings.1.days", 0, [3, null, null]],
    ["tracks.1.rings.1.days", 0, [3, 5]],
    ["tracks.1.rings.0.days", 0, [Number.NaN, null]],
    ["tracks.1", -1, [null]],
    ["tracks.1", 0.5, [null]],
  ])("RNG-01: refuses rings that are none, at %s", (path, startsAfterDays, days) => {
    const made = make(startsAfterDays, ...days);
    expect(error(made)).toMatchObject({ _tag: "InvalidCycle", rule: "RNG-01", path });
    expect(error(made).message).toMatch(/\.$/);
  });
});
