/**
 * Zones against oracles that share no code with them: text formatted by `Intl`, searched minute by minute (`FormattedClock`), and
 * date-fns-tz for the wall times that it gets right, those that occur exactly once.
 */
import { fromZonedTime } from "date-fns-tz/fromZonedTime";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Instant from "../src/Instant.ts";
import * as TimeZone from "../src/TimeZone.ts";
import * as WallTime from "../src/WallTime.ts";
import { anyInstant, instant, nearInstant, nearWall, patience, runs, wall, ZONE_NAMES, zone } from "./Arbitraries.ts";
import { jumpOver, momentsShowing, offsetText, shown } from "./FormattedClock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Those that `Intl` itself can format on every supported runtime. */
const NAMES = ZONE_NAMES.filter((name) => !/^[+-]/.test(name));
const anyName = fc.constantFrom(...NAMES);
const RECENT = { from: instant("2024-01-01T00:00Z"), to: instant("2031-01-01T00:00Z") };

/** Walls around the fold or jump at a transition: both sides, the edges, the middle. */
const wallsAround = ({ at, before, after }: TimeZone.Transition): readonly string[] => {
  const [low, high] = [at + Math.min(before, after), at + Math.max(before, after)];
  const middle = (low + high) / 2 - (((low + high) / 2) % MINUTE);
  return [low - MINUTE, low, low + MINUTE, middle, high - MINUTE, high - 1000, high].map((local) =>
    new Date(local).toISOString().slice(0, 19),
  );
};

const resolveAll = (name: string, text: string): readonly (number | null)[] =>
  (
    [
      { gap: "shift", overlap: "earlier" },
      { gap: "next-valid", overlap: "earlier" },
      { gap: "skip", overlap: "earlier" },
      { gap: "shift", overlap: "later" },
    ] as const
  ).map((resolution) => TimeZone.resolve(zone(name), wall(text), resolution));

const searchAll = (name: string, text: string): readonly (number | null)[] => {
  const moments = momentsShowing(name, text);
  const [first, last] = [moments.at(0), moments.at(-1)];
  if (first !== undefined && last !== undefined) return [first, first, first, last];
  const { jump, unadjusted } = jumpOver(name, text);
  return [unadjusted, jump, null, unadjusted];
};

describe("zones against formatted clocks", patience, () => {
  it("shows what Intl formats, at any instant", () => {
    fc.assert(
      fc.property(anyName, fc.oneof(nearInstant, anyInstant), (name, at) => {
        expect(WallTime.print(TimeZone.wallAt(zone(name), at))).toBe(shown(name, at));
      }),
      runs(1500),
    );
  });

  it("SCH-05: agrees with a search minute by minute around the changes of many zones", () => {
    for (const name of NAMES) {
      const changes = TimeZone.transitions(zone(name), RECENT.from, RECENT.to).slice(0, 4);
      for (const text of changes.flatMap(wallsAround)) {
        expect([name, text, ...resolveAll(name, text)]).toEqual([name, text, ...searchAll(name, text)]);
      }
    }
  });

  it.each([
    ["Pacific/Apia", "2011-12-30T10:00Z"],
    ["America/Sao_Paulo", "2018-11-04T03:00Z"],
    ["Africa/Cairo", "2010-08-10T21:00Z"],
    ["Asia/Pyongyang", "2018-05-04T15:00Z"],
    ["America/Caracas", "2016-05-01T07:00Z"],
    ["Antarctica/Casey", "2010-03-04T15:00Z"],
    ["Asia/Kathmandu", "1985-12-31T18:30Z"],
  ])("SCH-05: agrees with the search around the change of %s at %s", (name, iso) => {
    const at = instant(iso);
    const changes = TimeZone.transitions(zone(name), Instant.at(at - DAY), Instant.at(at + DAY));
    expect(changes.map((change) => change.at)).toEqual([at]);
    for (const text of changes.flatMap(wallsAround)) {
      expect([text, ...resolveAll(name, text)]).toEqual([text, ...searchAll(name, text)]);
    }
  });

  it("SCH-05: agrees with the search at random times", () => {
    fc.assert(
      fc.property(anyName, nearWall, (name, time) => {
        const text = WallTime.print(time);
        expect(resolveAll(name, text)).toEqual(searchAll(name, text));
      }),
      runs(60),
    );
  });
});

describe("zones against date-fns-tz", patience, () => {
  it("agrees on the wall times that occur once", () => {
    let compared = 0;
    fc.assert(
      fc.property(anyName, nearWall, (name, time) => {
        const text = WallTime.print(time);
        const theirs = fromZonedTime(text, name).getTime();
        const others = [30, 60, 120, 180].flatMap((minutes) => [theirs - minutes * MINUTE, theirs + minutes * MINUTE]);
        // Left out: gaps, where it doesn't lead back, and overlaps, where its answer depends on the zone of the host.
        if (shown(name, theirs) !== text || others.some((other) => shown(name, other) === text)) return;
        compared++;
        expect(TimeZone.resolve(zone(name), time)).toBe(theirs);
        expect(TimeZone.occurrence(zone(name), time)).toBe("once");
      }),
      runs(2000),
    );
    expect(compared).toBeGreaterThan(0.95 * runs(2000).numRuns);
  });
});

describe("transitions against a daily look at every zone", patience, () => {
  const lookDaily = (name: string, from: number, to: number): readonly string[] => {
    const changes: string[] = [];
    let before = offsetText(name, from);
    for (let at = from + DAY; at <= to; at += DAY) {
      const after = offsetText(name, at);
      if (after !== before) changes.push(`${new Date(at - DAY).toISOString().slice(0, 10)} ${before} ${after}`);
      before = after;
    }
    return changes;
  };
  /** The same text from the transitions found, each of which must also be one in the eyes of `Intl`, to the second. */
  const listed = (name: string, from: number, to: number): readonly string[] =>
    TimeZone.transitions(zone(name), Instant.at(from + 1), Instant.at(to + 1)).map(({ at }) => {
      const [before, after] = [offsetText(name, at - 1000), offsetText(name, at)];
      expect(before).not.toBe(after);
      return `${new Date(at - 1).toISOString().slice(0, 10)} ${before} ${after}`;
    });

  it("finds the same changes of every zone from 2024 to 2030", () => {
    let found = 0;
    for (const name of Intl.supportedValuesOf("timeZone")) {
      const changes = listed(name, RECENT.from, RECENT.to);
      expect([name, ...changes]).toEqual([name, ...lookDaily(name, RECENT.from, RECENT.to)]);
      found += changes.length;
    }
    expect(found).toBeGreaterThan(1500);
  });

  it.each([
    "America/Recife",
    "Africa/El_Aaiun",
    "Africa/Monrovia",
    "Pacific/Kwajalein",
    "Antarctica/Casey",
    "America/Argentina/Tucuman",
    "Asia/Hebron",
  ])("finds the same changes of %s from 1970 to 2040, its shortest stays included", (name) => {
    const [from, to] = [0, Date.UTC(2040, 0, 1)];
    expect(listed(name, from, to)).toEqual(lookDaily(name, from, to));
  });
});
