import { Invariants, Simulator } from "@fettle/core/testing";
import { describe, expect, it } from "vitest";
import * as Months from "../src/Months.ts";
import * as Year from "../src/Year.ts";

const MONTHS = Math.min(12, Math.max(2, Math.ceil(2 * Number(process.env.FETTLE_RUNS ?? 1))));

describe("a year of Patch Tuesdays", () => {
  it("tells of each month what it came to, and why something was missed", () => {
    const played = Simulator.play(Year.scenario(MONTHS, 6));
    expect(Invariants.check(played)).toEqual([]);
    const months = Months.of(played);
    expect(months.map(({ name, published, runs }) => ({ name, published, runs })).slice(0, 2)).toEqual([
      { name: "2027-01-12", published: 3, runs: 1 },
      { name: "2027-02-09", published: 3, runs: 1 },
    ]);
    const [january, february] = months;
    expect(january?.patched).toBeGreaterThan(2);
    // The disk that is full is told of every month, and the Saturday without a control plane once.
    expect([...(january?.missed.keys() ?? [])]).toContain("Completed With Failure (curl)");
    expect([...(february?.missed.keys() ?? [])].join()).toContain("Timed Out (WIN-02: its window was over");
    expect(Months.table(months).split("\n")).toHaveLength(1 + MONTHS);
  }, 600_000);
});
