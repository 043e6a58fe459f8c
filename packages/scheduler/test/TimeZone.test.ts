import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as Limits from "../src/Limits.ts";
import * as TimeZone from "../src/TimeZone.ts";
import * as WallTime from "../src/WallTime.ts";
import {
  anyInstant,
  anyWall,
  anyZone,
  error,
  instant,
  nearWall,
  runs,
  value,
  wall,
  ZONE_NAMES,
  zone,
} from "./Arbitraries.ts";
import { shown } from "./FormattedClock.ts";

const HOUR = 3_600_000;

/** Wall time in, UTC out, as text; null when there is none. */
const resolved = (name: string, text: string, resolution: Partial<TimeZone.Resolution> = {}): string | null => {
  const at = TimeZone.resolve(zone(name), wall(text), { ...TimeZone.compatible, ...resolution });
  return at === null ? null : Instant.toIso(at).replace(":00.000Z", "Z");
};
const clock = (name: string, iso: string): string => WallTime.print(TimeZone.wallAt(zone(name), instant(iso)));

describe("TimeZone.of", () => {
  it("SCH-02: knows IANA names and aliases in any letter case, fixed offsets and UTC", () => {
    for (const name of [
      "America/New_York",
      "US/Eastern",
      "america/new_york",
      "Asia/Calcutta",
      "Etc/GMT+5",
      "GMT",
      "EST5EDT",
    ]) {
      expect(zone(name)).toMatchObject({ _tag: "Named", name });
    }
    expect(zone("+05:30")).toEqual({ _tag: "Fixed", name: "+05:30", offset: 5.5 * HOUR });
    expect(zone("-03:30")).toEqual({ _tag: "Fixed", name: "-03:30", offset: -3.5 * HOUR });
    expect(zone("-00:00")).toEqual({ _tag: "Fixed", name: "+00:00", offset: 0 });
    expect(zone("UTC")).toBe(TimeZone.utc);
    expect(clock("US/Eastern", "2026-07-01T12:00Z")).toBe(clock("America/New_York", "2026-07-01T12:00Z"));
    expect(clock("Asia/Calcutta", "2026-07-01T12:00Z")).toBe("2026-07-01T17:30:00");
    expect(clock("Etc/GMT+5", "2026-07-01T12:00Z")).toBe("2026-07-01T07:00:00");
  });

  it.each([
    "",
    "Mars/Olympus",
    "local",
    "America",
    "+5",
    "+05",
    "+0530",
    "5:30",
    "+05:60",
    "+24:00",
    "UTC+5",
    "GMT+5",
    "America/New York",
    "../etc/passwd",
    "Europe/Paris\n",
    "Ünder/Land",
  ])("refuses the zone %j and says what to give", (name) => {
    expect(error(TimeZone.of(name))).toMatchObject({ _tag: "UnknownZone", rule: "SCH-02", zone: name });
    expect(error(TimeZone.of(name)).message).toMatch(/not a time zone known here: /);
  });

  it("refuses names over its limit without showing them whole", () => {
    const long = "A".repeat(Limits.MAX_ZONE_NAME_CHARACTERS + 1);
    expect(error(TimeZone.of(long)).zone).toBe(`${long.slice(1)}…`);
  });

  it("refuses offsets a minute beyond its limits", () => {
    const { MIN_FIXED_OFFSET_MINUTES: min, MAX_FIXED_OFFSET_MINUTES: max } = Limits;
    expect(value(TimeZone.fixed(min))).toEqual(TimeZone.westernmost);
    expect(value(TimeZone.fixed(max)).name).toBe("+14:00");
    for (const minutes of [min - 1, max + 1, 0.5, Number.NaN]) expect(TimeZone.fixed(minutes).ok).toBe(false);
    expect(TimeZone.of("+14:01").ok).toBe(false);
    expect(TimeZone.of("-12:01").ok).toBe(false);
  });

  it("still answers after more spellings than it remembers", () => {
    const letters = "america/new_york".split("");
    for (let n = 0; n <= Limits.MAX_CACHED_ZONE_NAMES; n++) {
      const spelling = letters.map((letter, index) => ((n >> index) & 1 ? letter.toUpperCase() : letter)).join("");
      expect(TimeZone.of(spelling).ok).toBe(true);
    }
    expect(zone("america/new_york")).toEqual({ ...zone("America/New_York"), name: "america/new_york" });
  });
});

describe("TimeZone.offsetAt and wallAt", () => {
  it.each([
    ["America/New_York", "2026-03-08T06:59:59.999Z", -5],
    ["America/New_York", "2026-03-08T07:00Z", -4],
    ["America/New_York", "2026-11-01T05:59:59.999Z", -4],
    ["America/New_York", "2026-11-01T06:00Z", -5],
    ["Australia/Lord_Howe", "2026-04-04T14:59:59Z", 11],
    ["Australia/Lord_Howe", "2026-04-04T15:00Z", 10.5],
    ["Pacific/Apia", "2011-12-30T09:59:59Z", -10],
    ["Pacific/Apia", "2011-12-30T10:00Z", 14],
    ["America/Recife", "2000-10-10T00:00Z", -2],
    ["Africa/Monrovia", "1971-06-01T00:00Z", -0.741_666_666_666_666_7],
    ["Asia/Kathmandu", "2026-01-01T00:00Z", 5.75],
    ["-03:30", "2026-01-01T00:00Z", -3.5],
  ])("in %s at %s the offset is %d hours", (name, iso, offset) => {
    expect(TimeZone.offsetAt(zone(name), instant(iso))).toBe(offset * HOUR);
  });

  it("shows what clocks show, and drops parts of a second", () => {
    expect(clock("America/New_York", "2026-03-08T06:59:59.999Z")).toBe("2026-03-08T01:59:59");
    expect(clock("America/New_York", "2026-03-08T07:00:00.000Z")).toBe("2026-03-08T03:00:00");
    expect(clock("Pacific/Apia", "2011-12-30T10:00:00.000Z")).toBe("2011-12-31T00:00:00");
  });

  it("leads back: what clocks show at an instant resolves to it, by the earlier or the later", () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (place, at) => {
        const second = at - (at % 1000);
        const shown = TimeZone.wallAt(place, at);
        const [earlier, later] = (["earlier", "later"] as const).map((overlap) =>
          TimeZone.resolve(place, shown, { gap: "skip", overlap }),
        );
        expect([earlier, later]).toContain(second);
      }),
      runs(2000),
    );
  });
});

describe("TimeZone.resolve", () => {
  it("SCH-05: a time in a gap is shifted by the gap", () => {
    expect(resolved("America/New_York", "2026-03-08T02:30")).toBe("2026-03-08T07:30Z");
    expect(clock("America/New_York", "2026-03-08T07:30Z")).toBe("2026-03-08T03:30:00");
    expect(resolved("Australia/Lord_Howe", "2026-10-04T02:15")).toBe("2026-10-03T15:45Z");
    expect(clock("Australia/Lord_Howe", "2026-10-03T15:45Z")).toBe("2026-10-04T02:45:00");
  });

  it("SCH-05: a time on a day that a zone left out is shifted by the whole day", () => {
    expect(resolved("Pacific/Apia", "2011-12-30T12:00")).toBe("2011-12-30T22:00Z");
    expect(clock("Pacific/Apia", "2011-12-30T22:00Z")).toBe("2011-12-31T12:00:00");
  });

  it("SCH-05: a gap begins with its first second and ends before the first time shown again", () => {
    expect(resolved("America/New_York", "2026-03-08T01:59")).toBe("2026-03-08T06:59Z");
    expect(resolved("America/New_York", "2026-03-08T02:00")).toBe("2026-03-08T07:00Z");
    expect(resolved("America/New_York", "2026-03-08T02:59")).toBe("2026-03-08T07:59Z");
    expect(resolved("America/New_York", "2026-03-08T03:00")).toBe("2026-03-08T07:00Z");
  });

  it("SCH-05: option next-valid takes the moment the clocks jump, option skip none", () => {
    expect(resolved("America/New_York", "2026-03-08T02:30", { gap: "next-valid" })).toBe("2026-03-08T07:00Z");
    expect(resolved("Africa/Cairo", "2026-04-24T00:30", { gap: "next-valid" })).toBe("2026-04-23T22:00Z");
    expect(resolved("America/New_York", "2026-03-08T02:30", { gap: "skip" })).toBe(null);
    expect(resolved("America/New_York", "2026-03-08T03:30", { gap: "skip" })).toBe("2026-03-08T07:30Z");
  });

  it("SCH-05: a time that occurs twice counts once, at the earlier, or with option later at the later", () => {
    expect(resolved("America/New_York", "2026-11-01T01:30")).toBe("2026-11-01T05:30Z");
    expect(resolved("America/New_York", "2026-11-01T01:30", { overlap: "later" })).toBe("2026-11-01T06:30Z");
    expect(resolved("Australia/Lord_Howe", "2026-04-05T01:45")).toBe("2026-04-04T14:45Z");
    expect(resolved("Australia/Lord_Howe", "2026-04-05T01:45", { overlap: "later" })).toBe("2026-04-04T15:15Z");
    expect(resolved("America/New_York", "2026-11-01T02:00", { overlap: "later" })).toBe("2026-11-01T07:00Z");
  });

  it("SCH-05: without options it shifts gaps and takes the earlier", () => {
    expect(TimeZone.resolve(zone("America/New_York"), wall("2026-03-08T02:30"))).toBe(instant("2026-03-08T07:30Z"));
    expect(TimeZone.resolve(zone("America/New_York"), wall("2026-11-01T01:30"))).toBe(instant("2026-11-01T05:30Z"));
  });

  it("SCH-05: none only under skip: every wall time has an instant in every zone, also at the limits", () => {
    const policies = fc.record({
      gap: fc.constantFrom("shift" as const, "next-valid" as const),
      overlap: fc.constantFrom("earlier" as const, "later" as const),
    });
    const edges = fc.constantFrom(wall(`${Limits.FIRST_WALL_DAY}T00:00`), wall(`${Limits.LAST_WALL_DAY}T23:59:59`));
    const places = fc.oneof(anyZone, fc.constantFrom(TimeZone.westernmost, zone("+14:00"), zone("Pacific/Kiritimati")));
    fc.assert(
      fc.property(places, fc.oneof(anyWall, nearWall, edges), policies, (place, time, resolution) => {
        expect(TimeZone.resolve(place, time, resolution)).not.toBe(null);
      }),
      runs(2000),
    );
  });

  it("SCH-02: a fixed offset has neither gaps nor overlaps", () => {
    fc.assert(
      fc.property(fc.integer({ min: -720, max: 840 }), nearWall, (minutes, time) => {
        const place = value(TimeZone.fixed(minutes));
        const at = TimeZone.resolve(place, time, { gap: "skip", overlap: "later" });
        expect(at).toBe(Date.parse(`${WallTime.print(time)}Z`) - minutes * 60_000);
        expect(TimeZone.occurrence(place, time)).toBe("once");
      }),
      runs(200),
    );
  });

  it("says how often a time occurs", () => {
    const newYork = zone("America/New_York");
    expect(TimeZone.occurrence(newYork, wall("2026-03-08T02:30"))).toBe("gap");
    expect(TimeZone.occurrence(newYork, wall("2026-11-01T01:30"))).toBe("overlap");
    expect(TimeZone.occurrence(newYork, wall("2026-07-01T01:30"))).toBe("once");
  });
});

describe("TimeZone.shownBetween", () => {
  const MINUTE = 60_000;

  it("gives exactly the minutes at which the clocks show the times asked for, round changes too", () => {
    const anyChange = fc.constantFrom(
      ...ZONE_NAMES.filter((name) => !/^[+-]/.test(name)).flatMap((name) =>
        TimeZone.transitions(zone(name), instant("2009-01-01T00:00Z"), instant("2031-01-01T00:00Z")).map((change) => ({
          name,
          change,
        })),
      ),
    );
    const minutes = fc.integer({ min: -180, max: 180 });
    fc.assert(
      fc.property(anyChange, minutes, fc.integer({ min: 0, max: 300 }), ({ name, change }, shift, length) => {
        const from = change.at + Math.max(change.before, change.after) + shift * MINUTE;
        const to = from + length * MINUTE;
        const intervals = TimeZone.shownBetween(zone(name), from, to);
        const [begin, end] = [from, to].map((local) => new Date(local).toISOString().slice(0, 19));
        // Six hours either way are more than any of these zones jumps, but for a day that was left out.
        for (let at = change.at - 6 * HOUR; at <= change.at + 6 * HOUR; at += MINUTE) {
          const text = shown(name, at);
          const isShown = text >= (begin ?? "") && text < (end ?? "");
          const isInside = intervals.some((interval) => Interval.contains(interval, Instant.at(at)));
          if (isShown !== isInside) expect([name, text, isInside]).toEqual([name, text, isShown]);
        }
        for (const [index, interval] of intervals.entries()) {
          expect(Interval.isEmpty(interval)).toBe(false);
          expect(intervals[index + 1]?.start ?? Instant.latest).toBeGreaterThanOrEqual(interval.end ?? Instant.latest);
        }
      }),
      runs(300),
    );
  });

  it("has nothing of a day that a zone left out, twice an hour that comes twice, and one stretch at a fixed offset", () => {
    const local = (text: string): number => Date.parse(`${text}Z`);
    const between = (name: string, from: string, to: string): readonly (readonly string[])[] =>
      TimeZone.shownBetween(zone(name), local(from), local(to)).map(({ start, end }) =>
        [start, end ?? Instant.latest].map((at) => Instant.toIso(at).slice(0, 16)),
      );
    expect(between("Pacific/Apia", "2011-12-30T00:00", "2011-12-31T00:00")).toEqual([]);
    expect(between("America/New_York", "2026-03-08T02:00", "2026-03-08T03:00")).toEqual([]);
    expect(between("America/New_York", "2026-11-01T01:00", "2026-11-01T01:30")).toEqual([
      ["2026-11-01T05:00", "2026-11-01T05:30"],
      ["2026-11-01T06:00", "2026-11-01T06:30"],
    ]);
    expect(between("+05:30", "2026-11-01T01:00", "2026-11-01T01:30")).toEqual([
      ["2026-10-31T19:30", "2026-10-31T20:00"],
    ]);
    expect(between("America/New_York", "2026-07-01T01:00", "2026-07-01T01:00")).toEqual([]);
  });
});

describe("TimeZone.transitions", () => {
  it("lists the changes in [from, to)", () => {
    const newYork = zone("America/New_York");
    const [spring, autumn] = [instant("2026-03-08T07:00Z"), instant("2026-11-01T06:00Z")];
    expect(TimeZone.transitions(newYork, instant("2026-01-01T00:00Z"), instant("2027-01-01T00:00Z"))).toEqual([
      { at: spring, before: -5 * HOUR, after: -4 * HOUR },
      { at: autumn, before: -4 * HOUR, after: -5 * HOUR },
    ]);
    expect(TimeZone.transitions(newYork, spring, autumn).map(({ at }) => at)).toEqual([spring]);
    expect(TimeZone.transitions(newYork, autumn, spring)).toEqual([]);
    expect(TimeZone.transitions(newYork, spring, spring)).toEqual([]);
  });

  it("lists none for zones that never change", () => {
    for (const name of ["UTC", "+05:30", "Asia/Kolkata", "Etc/GMT-14"]) {
      expect(TimeZone.transitions(zone(name), instant("1971-01-01T00:00Z"), instant("2038-01-01T00:00Z"))).toEqual([]);
    }
  });
});

describe("TimeZone.tzdataVersion", () => {
  it("is the runtime's, or unknown", () => {
    expect(TimeZone.tzdataVersion()).toBe(process.versions.tz);
    expect(TimeZone.tzdataVersion({ process: { versions: { tz: "2031a" } } })).toBe("2031a");
    for (const runtime of [
      {},
      { process: {} },
      { process: { versions: {} } },
      { process: { versions: { tz: 1 } } },
      null,
    ]) {
      expect(TimeZone.tzdataVersion(runtime)).toBe("unknown");
    }
  });
});
