import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as ScanInterval from "../src/ScanInterval.ts";
import { error, value } from "./Arbitraries.ts";

const HOUR = 60;
const DAY = 24 * HOUR;

describe("ScanInterval", () => {
  it("PRO-01: begins with 24 hours on Free, and with 4 on Trial and Full", () => {
    expect(ScanInterval.shortestMinutes("Free")).toBe(DAY);
    expect(ScanInterval.shortestMinutes("Trial")).toBe(4 * HOUR);
    expect(ScanInterval.shortestMinutes("Full")).toBe(4 * HOUR);
  });

  it.each([
    ["Free", DAY],
    ["Trial", 4 * HOUR],
    ["Full", 4 * HOUR],
  ] as const)("PRO-02: on %s is %i minutes to 30 days, whole", (plan, shortest) => {
    expect(value(ScanInterval.make(shortest, plan))).toBe(Duration.minutes(shortest));
    expect(value(ScanInterval.make(30 * DAY, plan))).toBe(Duration.days(30));
    for (const minutes of [shortest - 1, 30 * DAY + 1, 0, -DAY, shortest + 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const refused = error(ScanInterval.make(minutes, plan));
      expect(refused).toMatchObject({
        _tag: "InvalidInterval",
        rule: "PRO-02",
        minutes,
        minMinutes: shortest,
        maxMinutes: 30 * DAY,
      });
      expect(refused.message).toContain(`${minutes}`);
    }
  });

  it("LIC-02: falling back to Free makes intervals under 24 hours 24 hours, and leaves the others", () => {
    expect(ScanInterval.onPlan(Duration.hours(4), "Free")).toBe(Duration.hours(24));
    expect(ScanInterval.onPlan(Duration.minutes(DAY - 1), "Free")).toBe(Duration.hours(24));
    expect(ScanInterval.onPlan(Duration.hours(24), "Free")).toBe(Duration.hours(24));
    expect(ScanInterval.onPlan(Duration.days(30), "Free")).toBe(Duration.days(30));
  });

  it("LIC-02: renewal doesn't shorten what was lengthened", () => {
    const lengthened = ScanInterval.onPlan(Duration.hours(4), "Free");
    expect(ScanInterval.onPlan(lengthened, "Full")).toBe(Duration.hours(24));
    expect(ScanInterval.onPlan(Duration.hours(4), "Trial")).toBe(Duration.hours(4));
  });

  it("CFG-02: a scan's delay, and what it is spread over, are 0 to 720 whole minutes", () => {
    expect(value(ScanInterval.makeDelay(0))).toBe(Duration.zero);
    expect(value(ScanInterval.makeDelay(720))).toBe(Duration.hours(12));
    for (const minutes of [-1, 721, 1.5, Number.NaN]) {
      expect(error(ScanInterval.makeDelay(minutes))).toMatchObject({
        _tag: "InvalidInterval",
        rule: "CFG-02",
        minutes,
        minMinutes: 0,
        maxMinutes: 720,
      });
    }
  });
});
