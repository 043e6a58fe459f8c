import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Instant from "../src/Instant.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import * as Preview from "../src/Preview.ts";
import * as Recurrence from "../src/Recurrence.ts";
import type * as TimeZone from "../src/TimeZone.ts";
import * as WallTime from "../src/WallTime.ts";
import { error, instant, value, wall, zone } from "./Arbitraries.ts";
import { shown } from "./FormattedClock.ts";

const free: Preview.Place["calendar"] = { blackouts: [], freezes: [], inBlackout: "wait" };
const place = (name: string, what: Partial<Preview.Place> = {}): Preview.Place => ({
  zone: zone(name),
  isDefault: false,
  calendar: free,
  ...what,
});

const AGENT: JobSchedule.ZoneMode = { _tag: "Agent" };
const daily = (
  start: string,
  zoneMode: JobSchedule.ZoneMode = AGENT,
  resolution?: TimeZone.Resolution,
): JobSchedule.JobSchedule => {
  const recurrence = value(
    Recurrence.make({
      pattern: { _tag: "Daily", every: 1 },
      start: wall(start),
      end: { _tag: "Never" },
      except: [],
    }),
  );
  return value(
    JobSchedule.recurring({ recurrence, zone: zoneMode, ...(resolution === undefined ? {} : { resolution }) }),
  );
};
const once = (
  at: string,
  zoneMode: JobSchedule.ZoneMode = AGENT,
  resolution?: TimeZone.Resolution,
): JobSchedule.JobSchedule =>
  value(JobSchedule.once({ at: wall(at), zone: zoneMode, ...(resolution === undefined ? {} : { resolution }) }));

const bounded = (minutes: number): PatchWindow.PatchWindow => value(PatchWindow.make({ minutes, bound: "start" }));

type Asked = Partial<Preview.Context> & {
  readonly enabledAt: Instant.Instant;
  readonly places: readonly Preview.Place[];
};
const rows = (schedule: JobSchedule.JobSchedule, asked: Asked, runs = 3): readonly Preview.Row[] =>
  value(Preview.of(schedule, { window: PatchWindow.none, ...asked }, runs));

/** A row in short: what it says of the local time, and of the instant. */
const short = ({ zone: name, nominalLocal, start, startLocal, notes }: Preview.Row): readonly unknown[] => [
  name,
  nominalLocal === null ? null : WallTime.print(nominalLocal).slice(0, 16),
  start === null ? null : Instant.toIso(start).slice(0, 16),
  startLocal === null ? null : WallTime.print(startLocal).slice(0, 16),
  notes.map(({ _tag }) => _tag),
];

describe("Preview.of", () => {
  it("SCH-12: shows each run in each zone, with UTC and local times, over a change of clocks", () => {
    const places = ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"].map((name) => place(name));
    const asked = { places, enabledAt: instant("2026-03-06T00:00Z") };
    // New York is 5 hours behind, from the 8th on 4; Kolkata 5:30 ahead; Lord Howe 11.
    expect(rows(daily("2026-03-07T22:00"), asked, 2).map(short)).toEqual([
      ["America/New_York", "2026-03-07T22:00", "2026-03-08T03:00", "2026-03-07T22:00", []],
      ["Asia/Kolkata", "2026-03-07T22:00", "2026-03-07T16:30", "2026-03-07T22:00", []],
      ["Australia/Lord_Howe", "2026-03-07T22:00", "2026-03-07T11:00", "2026-03-07T22:00", []],
      ["America/New_York", "2026-03-08T22:00", "2026-03-09T02:00", "2026-03-08T22:00", []],
      ["Asia/Kolkata", "2026-03-08T22:00", "2026-03-08T16:30", "2026-03-08T22:00", []],
      ["Australia/Lord_Howe", "2026-03-08T22:00", "2026-03-08T11:00", "2026-03-08T22:00", []],
    ]);
  });

  it("SCH-03, SCH-12: what it says clocks show is what they show, round changes in a handful of zones", () => {
    const names = ["America/New_York", "Europe/Paris", "Australia/Lord_Howe", "Africa/Cairo", "Antarctica/Troll"];
    for (const from of ["2026-03-05T00:00Z", "2026-03-27T00:00Z", "2026-04-03T00:00Z", "2026-10-22T00:00Z"]) {
      for (const time of ["00:00", "00:30", "01:30", "02:15", "02:30", "03:00"]) {
        const asked = { places: names.map((name) => place(name)), enabledAt: instant(from), window: bounded(300) };
        for (const row of rows(daily(`2026-01-01T${time}`), asked, 12)) {
          if (row.start === null || row.startLocal === null || row.windowEndLocal === null) continue;
          expect(row.windowEnd).toBe(row.start + 300 * 60_000);
          expect(WallTime.print(row.startLocal)).toBe(shown(row.zone ?? "", row.start));
          expect(WallTime.print(row.windowEndLocal)).toBe(shown(row.zone ?? "", row.windowEnd ?? 0));
          const isMoved = row.nominalLocal === null || WallTime.compare(row.startLocal, row.nominalLocal) !== 0;
          expect(row.notes.some(({ _tag }) => _tag === "Gap")).toBe(isMoved);
        }
      }
    }
  });

  it("SCH-05, SCH-12: notes a time that clocks jump over, and where it goes", () => {
    const asked = { places: [place("America/New_York")], enabledAt: instant("2026-03-07T00:00Z") };
    const at = "2026-03-07T02:30";
    const [, shifted] = rows(daily(at), asked, 2);
    expect(shifted?.notes).toEqual([{ _tag: "Gap", movedTo: wall("2026-03-08T03:30") }]);
    const [, next] = rows(daily(at, AGENT, { gap: "next-valid", overlap: "earlier" }), asked, 2);
    expect(next?.notes).toEqual([{ _tag: "Gap", movedTo: wall("2026-03-08T03:00") }]);
    expect(next?.start).toBe(instant("2026-03-08T07:00Z"));
    const [, skipped] = rows(daily(at, AGENT, { gap: "skip", overlap: "earlier" }), asked, 2);
    expect(skipped).toMatchObject({ start: null, startLocal: null, windowEnd: null, windowEndLocal: null });
    expect(skipped?.notes).toEqual([{ _tag: "Gap", movedTo: null }]);
  });

  it("SCH-05, SCH-12: notes a time that comes twice, and which one is meant", () => {
    const asked = { places: [place("America/New_York")], enabledAt: instant("2026-10-31T22:00Z") };
    const at = "2026-11-01T01:30";
    const [earlier] = rows(daily(at), asked, 1);
    expect([earlier?.start, earlier?.notes]).toEqual([
      instant("2026-11-01T05:30Z"),
      [{ _tag: "Overlap", meant: "earlier" }],
    ]);
    const [later] = rows(daily(at, AGENT, { gap: "shift", overlap: "later" }), asked, 1);
    expect([later?.start, later?.notes]).toEqual([instant("2026-11-01T06:30Z"), [{ _tag: "Overlap", meant: "later" }]]);
  });

  it("SCH-12: notes clocks that change inside the window, and by how much", () => {
    const asked = {
      places: [place("America/New_York")],
      enabledAt: instant("2026-03-07T00:00Z"),
      window: bounded(180),
    };
    const [before, over] = rows(daily("2026-03-07T01:00"), asked, 2);
    expect(before?.notes).toEqual([]);
    expect(over?.notes).toEqual([{ _tag: "ClocksChange", at: instant("2026-03-08T07:00Z"), by: Duration.minutes(60) }]);
    // Three hours, and the clock shows four.
    expect([over?.startLocal, over?.windowEndLocal]).toEqual([wall("2026-03-08T01:00"), wall("2026-03-08T05:00")]);
    // From 23:00 three hours reach the change that brings the hour again: at the window's end it isn't inside.
    const autumn = { ...asked, enabledAt: instant("2026-10-31T12:00Z") };
    expect(rows(daily("2026-10-31T23:00"), autumn, 1)[0]?.notes).toEqual([]);
    expect(rows(daily("2026-10-31T23:00"), { ...autumn, window: bounded(181) }, 1)[0]?.notes).toEqual([
      { _tag: "ClocksChange", at: instant("2026-11-01T06:00Z"), by: Duration.minutes(-60) },
    ]);
    // Nor is one at the start itself.
    expect(rows(daily("2026-03-08T03:00"), asked, 1)[0]?.notes).toEqual([]);
  });

  it("WIN-05, WIN-07, SCH-12: notes the blackouts and freezes that are hit, and when it starts then", () => {
    const night = { weekdays: [7], fromMinute: 60, toMinute: 300 } as const;
    const audit = { name: "audit", from: wall("2026-03-10T00:00"), to: wall("2026-03-10T02:00"), zone: null };
    const kept = place("Asia/Kolkata", { calendar: { blackouts: [night], freezes: [audit], inBlackout: "wait" } });
    const asked = { places: [kept], enabledAt: instant("2026-03-06T00:00Z"), window: bounded(120) };
    // 2026-03-08 is a Sunday: dark until 05:00, and the window is over at 03:30. On Tuesday the audit ends at 02:00.
    expect(rows(daily("2026-03-07T01:30"), asked, 4).map(({ notes }) => notes)).toEqual([
      [],
      [{ _tag: "Blackout", startsAt: null }],
      [],
      [{ _tag: "Freeze", name: "audit", startsAt: instant("2026-03-09T20:30Z") }],
    ]);
    const perpetual = rows(daily("2026-03-08T01:30"), { ...asked, window: PatchWindow.none }, 1);
    expect(perpetual[0]?.notes).toEqual([{ _tag: "Blackout", startsAt: instant("2026-03-07T23:30Z") }]);
    expect(perpetual[0]).toMatchObject({ windowEnd: null, windowEndLocal: null });
  });

  it("WIN-05: where blackouts cancel at once, it says that the run can't start", () => {
    const night = { weekdays: [7], fromMinute: 60, toMinute: 300 } as const;
    const calendar = { blackouts: [night], freezes: [], inBlackout: "cancel" } as const;
    const asked = { places: [place("Asia/Kolkata", { calendar })], enabledAt: instant("2026-03-06T00:00Z") };
    const [run] = rows(daily("2026-03-08T01:30"), asked, 1);
    expect(run?.notes).toEqual([{ _tag: "Blackout", startsAt: null }]);
  });

  it("SCH-03: says where the zone is the subscription's default, whatever comes of the run", () => {
    const unknown = place("Asia/Kolkata", { isDefault: true });
    const asked = { places: [unknown, place("UTC")], enabledAt: instant("2026-03-06T16:00Z") };
    expect(rows(daily("2026-03-06T22:30"), asked, 1).map(short)).toEqual([
      // 17:00 UTC, an hour after enabling.
      ["Asia/Kolkata", "2026-03-06T22:30", null, null, ["DefaultZone", "TooSoon"]],
      ["UTC", "2026-03-06T22:30", "2026-03-06T22:30", "2026-03-06T22:30", []],
    ]);
    expect(rows(daily("2026-03-08T22:30"), asked, 1)[0]?.notes).toEqual([{ _tag: "DefaultZone" }]);
    // In a named zone all start at once, and what clocks show then is said by the default for them.
    const named = rows(daily("2026-03-08T22:30", { _tag: "Named", zone: "Europe/Paris" }), asked, 1);
    expect(named.map(short)).toEqual([
      ["Asia/Kolkata", "2026-03-08T22:30", "2026-03-08T21:30", "2026-03-09T03:00", ["DefaultZone"]],
      ["UTC", "2026-03-08T22:30", "2026-03-08T21:30", "2026-03-08T21:30", []],
    ]);
  });

  it("SCH-08: marks rows that are enabled less than the lead before, zone by zone; exactly the lead is in time", () => {
    const places = [place("Asia/Kolkata"), place("UTC"), place("America/New_York")];
    const schedule = daily("2026-02-10T12:00");
    // In Kolkata it is 06:30 UTC, in New York 17:00.
    const marks = (enabledAt: string, lead?: Duration.Duration): readonly unknown[] =>
      rows(schedule, { places, enabledAt: instant(enabledAt), ...(lead === undefined ? {} : { lead }) }, 2).map(
        ({ zone: name, nominalLocal, notes }) => [name, nominalLocal?.day, notes.map(({ _tag }) => _tag)],
      );
    expect(marks("2026-02-10T09:00:00.001Z")).toEqual([
      ["Asia/Kolkata", 10, ["TooSoon"]],
      ["UTC", 10, ["TooSoon"]],
      ["America/New_York", 10, []],
      ["Asia/Kolkata", 11, []],
      ["UTC", 11, []],
      ["America/New_York", 11, []],
    ]);
    expect(marks("2026-02-10T09:00Z")[1]).toEqual(["UTC", 10, []]);
    expect(marks("2026-02-10T09:00Z", Duration.hours(4))[1]).toEqual(["UTC", 10, ["TooSoon"]]);
    expect(marks("2026-02-10T11:59Z", Duration.zero)[1]).toEqual(["UTC", 10, []]);
  });

  it("SCH-06: a run-once job enabled late starts at once where its window is open, and not where it is over", () => {
    const places = [place("Asia/Kolkata"), place("UTC"), place("America/New_York")];
    const asked = { places, enabledAt: instant("2026-02-10T13:00Z"), window: bounded(180) };
    // Nominal starts 06:30, 12:00 and 17:00 UTC.
    const shownRows = rows(once("2026-02-10T12:00"), asked);
    expect(shownRows.map(short)).toEqual([
      ["Asia/Kolkata", "2026-02-10T12:00", null, null, ["Elapsed"]],
      ["UTC", "2026-02-10T12:00", "2026-02-10T13:00", "2026-02-10T13:00", []],
      ["America/New_York", "2026-02-10T12:00", "2026-02-10T17:00", "2026-02-10T12:00", []],
    ]);
    expect(shownRows[0]?.notes).toEqual([{ _tag: "Elapsed", endedAt: instant("2026-02-10T09:30Z") }]);
    expect(shownRows[1]?.windowEnd).toBe(instant("2026-02-10T15:00Z"));
    const expired = Preview.of(once("2026-02-10T12:00"), { ...asked, enabledAt: instant("2026-02-11T00:00Z") }, 1);
    expect(error(expired)).toMatchObject({ _tag: "Expired", rule: "SCH-06" });
  });

  it("SCH-01: on demand it starts at the moment of enabling, without a local time of its own", () => {
    const enabledAt = instant("2026-03-08T07:12Z");
    const asked = { places: [place("Asia/Kolkata"), place("UTC")], enabledAt, window: bounded(60) };
    expect(rows(JobSchedule.onDemand, asked, 5)).toEqual(
      [
        { zone: "Asia/Kolkata", startLocal: wall("2026-03-08T12:42"), windowEndLocal: wall("2026-03-08T13:42") },
        { zone: "UTC", startLocal: wall("2026-03-08T07:12"), windowEndLocal: wall("2026-03-08T08:12") },
      ].map((row) => ({
        ...row,
        nominalLocal: null,
        start: enabledAt,
        windowEnd: instant("2026-03-08T08:12Z"),
        notes: [],
      })),
    );
  });

  it("SCH-02, SCH-12: at a fixed offset or in a named zone all start at once, each zone on its own clock", () => {
    const asked = { places: [place("Asia/Kolkata"), place("UTC")], enabledAt: instant("2026-03-07T00:00Z") };
    const fixed: JobSchedule.ZoneMode = { _tag: "Fixed", offsetMinutes: -300 };
    expect(rows(daily("2026-03-08T02:30", fixed), asked, 1).map(short)).toEqual([
      ["Asia/Kolkata", "2026-03-08T02:30", "2026-03-08T07:30", "2026-03-08T13:00", []],
      ["UTC", "2026-03-08T02:30", "2026-03-08T07:30", "2026-03-08T07:30", []],
    ]);
    const named: JobSchedule.ZoneMode = { _tag: "Named", zone: "America/New_York" };
    const shownRows = rows(daily("2026-03-08T02:30", named), asked, 1);
    expect(shownRows.map(short)).toEqual([
      ["Asia/Kolkata", "2026-03-08T02:30", "2026-03-08T07:30", "2026-03-08T13:00", ["Gap"]],
      ["UTC", "2026-03-08T02:30", "2026-03-08T07:30", "2026-03-08T07:30", ["Gap"]],
    ]);
    // Where it goes is said on the schedule's clock, as the local time is.
    expect(shownRows[0]?.notes).toEqual([{ _tag: "Gap", movedTo: wall("2026-03-08T03:30") }]);
  });

  it("SCH-02, WIN-05, SCH-12: whosever clock starts it, each zone's own blackouts and clocks are noted", () => {
    const office = { weekdays: [1, 2, 3, 4, 5], fromMinute: 8 * 60, toMinute: 18 * 60 } as const;
    const places = ["Asia/Tokyo", "Europe/Paris", "America/New_York"].map((name) =>
      place(name, { calendar: { ...free, blackouts: [office] } }),
    );
    // Thursday, 22:00 in Tokyo, 14:00 in Paris, 08:00 in New York.
    const paris: JobSchedule.ZoneMode = { _tag: "Named", zone: "Europe/Paris" };
    const asked = { places, enabledAt: instant("2026-02-01T00:00Z"), window: bounded(600) };
    expect(rows(once("2026-02-05T14:00", paris), asked).map(({ zone: name, notes }) => [name, notes])).toEqual([
      ["Asia/Tokyo", []],
      ["Europe/Paris", [{ _tag: "Blackout", startsAt: instant("2026-02-05T17:00Z") }]],
      ["America/New_York", [{ _tag: "Blackout", startsAt: null }]],
    ]);
    // In the night that New York's clocks go forward, and nobody else's.
    const night = { places, enabledAt: instant("2026-03-08T06:00Z"), window: bounded(60) };
    expect(rows(daily("2026-03-08T07:30", paris), { ...night, lead: Duration.zero }, 1).map(short)).toEqual([
      ["Asia/Tokyo", "2026-03-08T07:30", "2026-03-08T06:30", "2026-03-08T15:30", []],
      ["Europe/Paris", "2026-03-08T07:30", "2026-03-08T06:30", "2026-03-08T07:30", []],
      ["America/New_York", "2026-03-08T07:30", "2026-03-08T06:30", "2026-03-08T01:30", ["ClocksChange"]],
    ]);
  });

  it("SCH-02, SCH-03: where no agent has reported a zone there is one row a run, on the schedule's clock", () => {
    const unknown = place("UTC", { isDefault: true });
    const asked = { places: [unknown], enabledAt: instant("2026-03-07T00:00Z") };
    const named: JobSchedule.ZoneMode = { _tag: "Named", zone: "America/New_York" };
    const alone = [[null, "2026-03-08T02:30", "2026-03-08T07:30", "2026-03-08T03:30", ["Gap"]]];
    expect(rows(daily("2026-03-08T02:30", named), asked, 1).map(short)).toEqual(alone);
    expect(rows(daily("2026-03-08T02:30", named), { ...asked, places: [] }, 1).map(short)).toEqual(alone);
    const both = { ...asked, places: [unknown, place("Asia/Tokyo")] };
    expect(rows(daily("2026-03-08T02:30", named), both, 1).map(short)).toEqual([
      ["UTC", "2026-03-08T02:30", "2026-03-08T07:30", "2026-03-08T07:30", ["DefaultZone", "Gap"]],
      ["Asia/Tokyo", "2026-03-08T02:30", "2026-03-08T07:30", "2026-03-08T16:30", ["Gap"]],
    ]);
  });

  it("SCH-05: refuses a run-once job whose time is skipped everywhere, and a recurring one shows no run past its end", () => {
    const skip: TimeZone.Resolution = { gap: "skip", overlap: "earlier" };
    const asked = { places: [place("America/New_York")], enabledAt: instant("2026-03-07T00:00Z") };
    const refused = Preview.of(once("2026-03-08T02:30", AGENT, skip), { window: PatchWindow.none, ...asked }, 1);
    expect(error(refused)).toMatchObject({ _tag: "NoSuchTime" });
    const ending = value(
      Recurrence.make({
        pattern: { _tag: "Daily", every: 1 },
        start: wall("2026-03-07T12:00"),
        end: { _tag: "After", count: 2 },
        except: [],
      }),
    );
    const schedule = value(JobSchedule.recurring({ recurrence: ending, zone: AGENT }));
    expect(rows(schedule, asked, 9).map(({ nominalLocal }) => nominalLocal?.day)).toEqual([7, 8]);
    expect(rows(schedule, asked, 0)).toEqual([]);
    expect(rows(schedule, { ...asked, places: [] }, 5)).toEqual([]);
  });

  it("SCH-12: on a day that a zone left out, two local times that mean one instant are one run there", () => {
    const asked = { places: [place("Pacific/Apia")], enabledAt: instant("2011-12-28T00:00Z") };
    const starts = rows(daily("2011-12-29T10:00"), asked, 3).map(({ start }) => start);
    const real = starts.filter((start) => start !== null);
    expect(new Set(real).size).toBe(real.length);
  });
});

describe("Preview.render", () => {
  it("SCH-12: is a table that reads by itself", () => {
    const night = { weekdays: [7], fromMinute: 60, toMinute: 240 } as const;
    const audit = { name: "audit", from: wall("2026-03-08T00:00"), to: wall("2026-03-20T00:00"), zone: null };
    const places = [
      place("America/New_York", { calendar: { ...free, blackouts: [night] } }),
      place("Asia/Kolkata", { isDefault: true, calendar: { ...free, freezes: [audit] } }),
    ];
    const enabledAt = instant("2026-03-06T20:00Z");
    const shownRows = rows(daily("2026-03-07T02:30"), { places, enabledAt, window: bounded(240) }, 2);
    expect(Preview.render(shownRows).split("\n")).toEqual([
      "run               zone              starts (UTC)      on the clock      window ends       notes",
      `----------------  ----------------  ----------------  ----------------  ----------------  ${"-".repeat(74)}`,
      "2026-03-07 02:30  America/New_York  2026-03-07 07:30  2026-03-07 02:30  2026-03-07 06:30",
      "2026-03-07 02:30  Asia/Kolkata      -                 -                 -                 zone unknown: default; enabled too late for it",
      "2026-03-08 02:30  America/New_York  2026-03-08 07:30  2026-03-08 03:30  2026-03-08 07:30  clocks jump over it: 2026-03-08 03:30; blackout: from 2026-03-08 08:00 UTC",
      "2026-03-08 02:30  Asia/Kolkata      2026-03-07 21:00  2026-03-08 02:30  2026-03-08 06:30  zone unknown: default; frozen (audit): can't start",
    ]);
  });

  it("SCH-12: says `on demand` and `all` where there is no local time and no zone of its own", () => {
    const asked = { places: [place("UTC", { isDefault: true })], enabledAt: instant("2026-03-08T07:12Z") };
    expect(Preview.render(rows(JobSchedule.onDemand, asked)).split("\n")[2]).toMatch(
      /^on demand +all +2026-03-08 07:12 +2026-03-08 07:12 +-$/,
    );
  });

  it("SCH-12: keeps places of one zone apart that have a label, and gives each its rows", () => {
    const kept: Preview.Place["calendar"] = { ...free, blackouts: [{ weekdays: [7], fromMinute: 0, toMinute: 240 }] };
    const places = [place("Asia/Tokyo", { label: "1" }), place("Asia/Tokyo", { label: "2", calendar: kept })];
    const found = rows(daily("2026-03-08T02:30"), { places, enabledAt: instant("2026-03-01T00:00Z") }, 1);
    expect(found.map(({ label, notes }) => [label, notes.length])).toEqual([
      ["1", 0],
      ["2", 1],
    ]);
    expect(Preview.render(found)).toContain("Asia/Tokyo (2)");
  });

  it("SCH-12: shows the runs after an instant, as enabled before it", () => {
    const asked = {
      places: [place("UTC")],
      enabledAt: instant("2026-03-01T00:00Z"),
      after: instant("2026-03-09T03:00Z"),
    };
    const found = rows(daily("2026-03-01T02:30"), asked, 1);
    expect(found.map((row) => row.start)).toEqual([instant("2026-03-10T02:30Z")]);
  });

  it("SCH-12: has words for every note", () => {
    const at = instant("2026-03-08T07:00Z");
    const words: readonly (readonly [Preview.Note, string])[] = [
      [{ _tag: "Gap", movedTo: wall("2026-03-08T03:30") }, "clocks jump over it: 2026-03-08 03:30"],
      [{ _tag: "Gap", movedTo: null }, "skipped: clocks jump over it"],
      [{ _tag: "Overlap", meant: "later" }, "comes twice: the later one"],
      [{ _tag: "ClocksChange", at, by: Duration.minutes(60) }, "clocks change by +60 min inside"],
      [{ _tag: "ClocksChange", at, by: Duration.minutes(-30) }, "clocks change by -30 min inside"],
      [{ _tag: "Blackout", startsAt: at }, "blackout: from 2026-03-08 07:00 UTC"],
      [{ _tag: "Blackout", startsAt: null }, "in a blackout: can't start"],
      [{ _tag: "Freeze", name: "audit", startsAt: at }, "frozen (audit): from 2026-03-08 07:00 UTC"],
      [{ _tag: "Freeze", name: "audit", startsAt: null }, "frozen (audit): can't start"],
      [{ _tag: "DefaultZone" }, "zone unknown: default"],
      [{ _tag: "TooSoon" }, "enabled too late for it"],
      [{ _tag: "Elapsed", endedAt: at }, "window over since 2026-03-08 07:00 UTC"],
    ];
    for (const [note, text] of words) expect(Preview.noteText(note)).toBe(text);
  });
});
