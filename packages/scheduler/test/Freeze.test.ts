import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Freeze from "../src/Freeze.ts";
import * as Instant from "../src/Instant.ts";
import * as IntervalSet from "../src/IntervalSet.ts";
import * as TimeZone from "../src/TimeZone.ts";
import { error, patience, runs, value, wall, zone } from "./Arbitraries.ts";
import { anyChange, freezeNear } from "./walker/AnyCalendar.ts";
import { DAY, stretches, walk } from "./walker/MinuteWalker.ts";
import { localOf } from "./walker/WalkedCalendar.ts";

const yearEnd: Freeze.Freeze = {
  name: "year end",
  from: wall("2026-12-18T18:00"),
  to: wall("2027-01-04T06:00"),
  zone: null,
};

const shownIn = (freeze: Freeze.Freeze, place: TimeZone.TimeZone): readonly string[] =>
  Freeze.shown(freeze, place).map(
    ({ start, end }) => `${Instant.toIso(start).slice(0, 16)} - ${end === null ? "" : Instant.toIso(end).slice(0, 16)}`,
  );

describe("Freeze.make", () => {
  it("WIN-07: takes a stretch of local time, by each asset's own clock or by one for all", () => {
    expect(value(Freeze.make(yearEnd))).toEqual(yearEnd);
    const inParis = { ...yearEnd, zone: "Europe/Paris" };
    expect(value(Freeze.make(inParis))).toEqual(inParis);
  });

  it.each([
    ["to", { to: yearEnd.from }],
    ["to", { to: wall("2026-12-18T17:59:59") }],
    ["from", { from: { ...yearEnd.from, month: 13 } }],
    ["to", { to: { ...yearEnd.to, day: 32 } }],
    ["zone", { zone: "Europe/Nowhere" }],
  ])("WIN-07: refuses a %s that names none, or none after the beginning", (path, change) => {
    const refused = error(Freeze.make({ ...yearEnd, ...change }));
    expect(refused).toMatchObject({ _tag: "InvalidFreeze", rule: "WIN-07", path });
    expect(refused.message.length).toBeGreaterThan(10);
  });

  it("WIN-07: a second is long enough", () => {
    expect(Freeze.make({ ...yearEnd, to: wall("2026-12-18T18:00:01") }).ok).toBe(true);
  });
});

describe("Freeze", patience, () => {
  it("WIN-07: begins and ends by the asset's own clock, or everywhere at once", () => {
    expect(shownIn(yearEnd, zone("America/New_York"))).toEqual(["2026-12-18T23:00 - 2027-01-04T11:00"]);
    expect(shownIn(yearEnd, zone("Asia/Kolkata"))).toEqual(["2026-12-18T12:30 - 2027-01-04T00:30"]);
    const inParis = { ...yearEnd, zone: "Europe/Paris" };
    for (const place of ["America/New_York", "Asia/Kolkata"]) {
      expect(shownIn(inParis, zone(place))).toEqual(["2026-12-18T17:00 - 2027-01-04T05:00"]);
    }
  });

  it("WIN-07: one whose zone this runtime doesn't know holds by the asset's own clock, rather than not at all", () => {
    const elsewhere = { ...yearEnd, zone: "Europe/Nowhere" };
    expect(shownIn(elsewhere, zone("Asia/Kolkata"))).toEqual(shownIn(yearEnd, zone("Asia/Kolkata")));
  });

  it("WIN-07: freezes as long as the clock shows a time in it, over every kind of change", () => {
    const anyPlace = anyChange.chain((change) =>
      fc.record({ change: fc.constant(change), freeze: freezeNear(Date.parse(change.at), { days: 3 }) }),
    );
    fc.assert(
      fc.property(anyPlace, ({ change, freeze }) => {
        const middle = Date.parse(change.at);
        const clock = walk(freeze.zone ?? change.zone, middle - 8 * DAY, middle + 8 * DAY);
        const [from, to] = [localOf(freeze.from), localOf(freeze.to)];
        expect(Freeze.shown(freeze, zone(change.zone))).toEqual(
          stretches(clock, (local) => local >= from && local < to),
        );
      }),
      runs(200),
    );
  });

  it("WIN-07: several are frozen where one is", () => {
    const anySeveral = anyChange.chain((change) =>
      fc.record({
        place: fc.constant(zone(change.zone)),
        freezes: fc.array(freezeNear(Date.parse(change.at), { days: 3 }), { maxLength: 4 }),
        at: fc.integer({ min: -6 * DAY, max: 6 * DAY }).map((by) => Instant.at(Date.parse(change.at) + by)),
      }),
    );
    fc.assert(
      fc.property(anySeveral, ({ place, freezes, at }) => {
        const isInOne = freezes.some((freeze) =>
          Freeze.shown(freeze, place).some(({ start, end }) => at >= start && end !== null && at < end),
        );
        expect(IntervalSet.contains(Freeze.instants(freezes, place), at)).toBe(isInOne);
      }),
      runs(1000),
    );
    expect(Freeze.instants([], TimeZone.utc)).toEqual([]);
  });
});
