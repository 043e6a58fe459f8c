import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as FitToWindow from "../src/FitToWindow.ts";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as PatchWindow from "../src/PatchWindow.ts";
import { error, instant, patience, runs, value } from "./Arbitraries.ts";

const phase = (name: string, ...quantiles: readonly (readonly [number, number])[]): FitToWindow.Phase => ({
  name,
  quantiles: quantiles.map(([share, minutes]) => ({ share, duration: Duration.minutes(minutes) })),
});
const download = phase("download", [0.5, 4], [0.95, 10], [0.99, 30]);
const install = phase("install", [0.5, 10], [0.95, 20], [0.99, 25]);
const reboot = phase("reboot", [0.9, 3], [0.99, 6]);

describe("FitToWindow.durationFor", patience, () => {
  it("WIN-02: gives each phase an equal part of the risk, and adds up what each takes with it", () => {
    expect(value(FitToWindow.durationFor([download], 0.95))).toBe(Duration.minutes(10));
    expect(value(FitToWindow.durationFor([download, install], 0.9))).toBe(Duration.minutes(30));
    // A third of 5 % each: past the quantile for 0.95, so the next one counts.
    expect(value(FitToWindow.durationFor([download, install, reboot], 0.95))).toBe(Duration.minutes(30 + 25 + 6));
    expect(value(FitToWindow.durationFor([], 0.95))).toBe(0);
  });

  it("WIN-02: between two known shares it takes the longer", () => {
    expect(value(FitToWindow.durationFor([download], 0.5))).toBe(Duration.minutes(4));
    expect(value(FitToWindow.durationFor([download], 0.51))).toBe(Duration.minutes(10));
  });

  it("WIN-02: holds however the phases depend on each other: of any joint cases, at most the risk take longer", () => {
    /** As many cases, each equally likely, as durations of each phase: any dependence there can be. */
    const anyCases = fc.integer({ min: 1, max: 4 }).chain((phases) =>
      fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: phases, maxLength: phases }), {
        minLength: 1,
        maxLength: 40,
      }),
    );
    fc.assert(
      fc.property(anyCases, fc.integer({ min: 1, max: 99 }), fc.boolean(), (cases, percent, areTailsApart) => {
        // The worst there is: the long cases of one phase are not those of another.
        const joint = areTailsApart
          ? cases.map((_, i) => (cases[0] ?? []).map((_, p) => (i % (cases[0] ?? []).length === p ? 100 : 1)))
          : cases;
        const phases = (joint[0] ?? []).map((_, p) => {
          const sorted = joint.map((each) => each[p] ?? 0).sort((a, b) => a - b);
          return { name: `${p}`, quantiles: quantilesOf(sorted) };
        });
        const confidence = percent / 100;
        const needed = value(FitToWindow.durationFor(phases, confidence));
        const longer = joint.filter((each) => each.reduce((sum, took) => sum + took, 0) > needed).length;
        expect(longer / joint.length).toBeLessThanOrEqual(1 - confidence + 1e-9);
      }),
      runs(3000),
    );
  });

  it("WIN-02: gives away nothing: there are cases that use up all of the risk", () => {
    // Of twenty cases one has a long download, and another one a long installation.
    const cases = Array.from({ length: 20 }, (_, i) => [i === 0 ? 60 : 1, i === 1 ? 60 : 1]);
    const either = [0, 1].map((p) => phase(`${p}`, [0.95, 1], [1, 60]));
    const needed = value(FitToWindow.durationFor(either, 0.9));
    expect(needed).toBe(Duration.minutes(2));
    const longer = cases.filter(([first = 0, second = 0]) => Duration.minutes(first + second) > needed);
    expect(longer.length / cases.length).toBe(0.1);
  });

  it("takes a quantile that is exactly enough, whatever the parts of the risk are rounded to", () => {
    for (let phases = 1; phases <= 10; phases++) {
      for (let percent = 1; percent <= 99; percent++) {
        const share = (100 * phases - (100 - percent)) / (100 * phases);
        const exact = { name: "work", quantiles: [{ share, duration: Duration.minutes(1) }] };
        const all = Array.from({ length: phases }, () => exact);
        expect(FitToWindow.durationFor(all, percent / 100)).toEqual({ ok: true, value: Duration.minutes(phases) });
      }
    }
  });

  it.each([
    ["confidence", [download], 0],
    ["confidence", [download], 1],
    ["confidence", [download], Number.NaN],
    ["phases.0.quantiles", [phase("none")], 0.5],
    ["phases.1.quantiles", [download, phase("short", [0.9, 1])], 0.9],
    ["phases.0.quantiles", [phase("falling share", [0.9, 1], [0.5, 2])], 0.4],
    ["phases.0.quantiles", [phase("same share", [0.9, 1], [0.9, 2])], 0.4],
    ["phases.0.quantiles", [phase("falling duration", [0.5, 2], [0.9, 1])], 0.4],
    ["phases.0.quantiles", [phase("no share", [0, 1], [0.9, 2])], 0.4],
    ["phases.0.quantiles", [phase("too much", [1.01, 1])], 0.4],
    ["phases.0.quantiles", [phase("negative", [0.9, -1])], 0.4],
    ["phases.0.quantiles", [phase("no number", [Number.NaN, 1])], 0.4],
  ])("refuses what is no estimate, at %s", (path, phases, confidence) => {
    const refused = error(FitToWindow.durationFor(phases, confidence));
    expect(refused).toMatchObject({ _tag: "InvalidEstimate", path });
    expect(refused.message).toMatch(/\.$/);
    const asked = { start: instant("2026-03-08T07:00Z"), stop: null, confidence };
    expect(error(FitToWindow.judge(phases, asked))).toEqual(refused);
  });

  it("names the phase and the share that are missing", () => {
    const refused = error(FitToWindow.durationFor([download, reboot], 0.99));
    expect(refused.path).toBe("phases.0.quantiles");
    expect(refused.message).toContain("download");
    expect(refused.message).toContain("0.9950");
  });

  it("refuses durations that come to more than all of time", () => {
    const age = { name: "age", quantiles: [{ share: 1, duration: Duration.milliseconds(Duration.MAX_MILLISECONDS) }] };
    expect(value(FitToWindow.durationFor([age], 0.5))).toBe(Duration.MAX_MILLISECONDS);
    expect(error(FitToWindow.durationFor([age, age], 0.5))).toMatchObject({ _tag: "InvalidEstimate", path: "phases" });
  });

  it("takes shares of 1, and durations that stay the same", () => {
    expect(value(FitToWindow.durationFor([phase("steady", [0.1, 5], [1, 5])], 0.999))).toBe(Duration.minutes(5));
  });
});

describe("FitToWindow.judge", patience, () => {
  const start = instant("2026-03-08T07:00Z");
  const after = (minutes: number): Instant.Instant => Instant.add(start, Duration.minutes(minutes));

  it("WIN-02: fits if it is done before the end, and not at it", () => {
    const judge = (stop: Instant.Instant | null): FitToWindow.Fit =>
      value(FitToWindow.judge([download, install], { start, stop, confidence: 0.9 }));
    expect(judge(after(31))).toEqual({ needed: Duration.minutes(30), left: Duration.minutes(31), fits: true });
    expect(judge(after(30))).toEqual({ needed: Duration.minutes(30), left: Duration.minutes(30), fits: false });
    expect(judge(after(-5))).toEqual({ needed: Duration.minutes(30), left: Duration.zero, fits: false });
    expect(judge(null)).toEqual({ needed: Duration.minutes(30), left: null, fits: true });
  });

  it("WIN-02: says of every window what the window itself says of a start with that reserve", () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 120 }), fc.integer({ min: 0, max: 120 }), (minutes, into) => {
        const window = value(PatchWindow.make({ minutes, bound: "complete" }));
        const validity = Interval.lasting(start, Duration.minutes(minutes));
        const now = after(into);
        const stop = PatchWindow.mustStopBy(window, validity);
        const { fits, needed } = value(FitToWindow.judge([download, install], { start: now, stop, confidence: 0.9 }));
        expect(fits).toBe(PatchWindow.mayStart(window, validity, now, needed));
      }),
      runs(10_000),
    );
  });
});

/** The shares that so many equally likely durations reach; of equal ones, the last. */
const quantilesOf = (sorted: readonly number[]): readonly FitToWindow.Quantile[] =>
  sorted.map((duration, i) => ({
    share: (i + 1) / sorted.length,
    duration: Duration.milliseconds(duration),
  }));
