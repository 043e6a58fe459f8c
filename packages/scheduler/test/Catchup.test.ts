import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Catchup from "../src/Catchup.ts";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as JobSchedule from "../src/JobSchedule.ts";
import * as Limits from "../src/Limits.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import { dailyAt, scheduleInZone } from "./AnyStart.ts";
import { instant, patience, runs, value, zone } from "./Arbitraries.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const tokyo = zone("Asia/Tokyo");

const window = (minutes: number): PatchWindow.PatchWindow => value(PatchWindow.make({ minutes, bound: "start" }));
const anyWindow: fc.Arbitrary<PatchWindow.PatchWindow> = fc.oneof(
  fc.constant(PatchWindow.none),
  fc.integer({ min: Limits.MIN_WINDOW_MINUTES, max: Limits.MAX_WINDOW_MINUTES }).map(window),
);
const anyPolicy = fc.constantFrom<Catchup.Policy[]>("skip", "run-once-now");
const anyDowntime = fc.oneof(fc.nat({ max: 3 * DAY }), fc.nat({ max: 40 * DAY }));

describe("Catchup.after", patience, () => {
  it("SCH-13: names every missed start, and runs the latest at most, inside its window", () => {
    let runsNow = 0;
    fc.assert(
      fc.property(scheduleInZone, anyDowntime, anyWindow, anyPolicy, (each, downtime, open, policy) => {
        const { schedule, zone: place, at: since } = each;
        const now = Instant.at(since + downtime);
        const { missed, missedCount, runNow } = Catchup.after(schedule, place, { since, now, window: open, policy });
        const all = [
          ...JobSchedule.startsBetween(
            schedule.recurrence,
            place,
            { from: Instant.at(since + 1), to: Instant.at(now + 1) },
            schedule.resolution,
          ),
        ];
        expect([...missed, ...(runNow === null ? [] : [runNow.start])]).toEqual(all);
        expect(missedCount).toBe(missed.length);
        const latest = all.at(-1);
        const isOpen = latest !== undefined && (open._tag === "None" || now < latest.instant + open.minutes * MINUTE);
        expect(runNow !== null).toBe(policy === "run-once-now" && isOpen);
        if (runNow === null || latest === undefined) return;
        runsNow += 1;
        expect(runNow.start).toEqual(latest);
        expect(runNow.validity).toEqual(JobSchedule.validityFor(latest.instant, open));
        expect(Interval.contains(runNow.validity, now)).toBe(true);
      }),
      runs(5000),
    );
    expect(runsNow).toBeGreaterThan(500);
  });

  it("SCH-13: looked at again, nothing is missed or run twice", () => {
    fc.assert(
      fc.property(scheduleInZone, anyDowntime, anyDowntime, anyWindow, anyPolicy, (each, one, other, open, policy) => {
        const { schedule, zone: place, at } = each;
        const look = (since: number, now: number): Catchup.Catchup =>
          Catchup.after(schedule, place, { since: Instant.at(since), now: Instant.at(now), window: open, policy });
        const total = ({ missedCount, runNow }: Catchup.Catchup): number => missedCount + (runNow === null ? 0 : 1);
        const [middle, end] = [at + one, at + one + other];
        expect(total(look(at, middle)) + total(look(middle, end))).toBe(total(look(at, end)));
        expect(look(end, end)).toEqual({ missed: [], missedCount: 0, runNow: null });
      }),
      runs(3000),
    );
  });

  it("SCH-13: a start at the last look was seen, and one at this very moment runs", () => {
    const schedule = dailyAt("2026-07-01T22:00");
    const look = (since: string, now: string): Catchup.Catchup =>
      Catchup.after(schedule, tokyo, {
        since: instant(since),
        now: instant(now),
        window: window(60),
        policy: "run-once-now",
      });
    expect(look("2026-07-10T13:00Z", "2026-07-10T13:30Z").runNow).toBe(null);
    expect(look("2026-07-10T12:59Z", "2026-07-10T13:00Z").runNow?.start.instant).toBe(instant("2026-07-10T13:00Z"));
    expect(look("2026-07-10T12:59Z", "2026-07-10T13:59:59.999Z").runNow?.start.instant).toBe(
      instant("2026-07-10T13:00Z"),
    );
    expect(look("2026-07-10T12:59Z", "2026-07-10T14:00Z")).toMatchObject({ missedCount: 1, runNow: null });
  });

  it("SCH-13: of a long downtime names the latest, its limit at most, and counts them all", () => {
    const schedule = dailyAt("2026-01-01T22:00");
    const since = instant("2026-01-01T00:00Z");
    const look = (days: number, policy: Catchup.Policy): Catchup.Catchup =>
      Catchup.after(schedule, tokyo, { since, now: Instant.at(since + days * DAY), window: window(60), policy });
    const max = Limits.MAX_MISSED_NAMED;
    expect(look(max, "skip").missed).toHaveLength(max);
    const more = look(max + 1, "skip");
    expect(more.missed).toHaveLength(max);
    expect(more.missedCount).toBe(max + 1);
    expect(more.missed.at(0)?.instant).toBe(instant("2026-01-02T13:00Z"));
    expect(more.missed.at(-1)?.instant).toBe(since + (max + 1) * DAY - 11 * 60 * MINUTE);
  });

  it("SCH-13: the one that runs takes no place among the named ones", () => {
    const schedule = dailyAt("2026-01-01T22:00");
    const since = instant("2026-01-01T00:00Z");
    const max = Limits.MAX_MISSED_NAMED;
    const now = Instant.at(since + (max + 20) * DAY + 13 * 60 * MINUTE);
    const { missed, missedCount, runNow } = Catchup.after(schedule, tokyo, {
      since,
      now,
      window: window(60),
      policy: "run-once-now",
    });
    expect(runNow?.start.instant).toBe(now);
    expect(missedCount).toBe(max + 20);
    expect(missed).toHaveLength(max);
    expect(missed.at(-1)?.instant).toBe(now - DAY);
  });
});
