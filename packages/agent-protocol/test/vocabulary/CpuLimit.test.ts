import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CpuLimit } from "../../src/vocabulary/index.ts";
import { runs } from "../Runs.ts";

const END = 1_000;
const instant = fc.oneof(fc.constantFrom(END - 1, END, END + 1), fc.integer({ min: 0, max: 2 * END }));
const platform = fc.constantFrom<CpuLimit.Platform>("Windows", "Linux", "Mac", "Other");
const settings: fc.Arbitrary<CpuLimit.CpuSettings> = fc.record(
  {
    cpuLimitPercent: fc.integer({ min: 1, max: 100 }),
    cpuThrottleMilliseconds: fc.oneof(
      fc.constantFrom(0, 1, 10, 11, 20, 21),
      fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    ),
    mayExceedCpuLimitInWindow: fc.boolean(),
  },
  { requiredKeys: ["cpuLimitPercent", "cpuThrottleMilliseconds"] },
);
const window: fc.Arbitrary<CpuLimit.RunWindow> = fc.record({
  validity: fc.constantFrom("window", "lease"),
  bound: fc.constantFrom("start", "complete"),
  notAfter: fc.constant(END),
});
const low: CpuLimit.CpuSettings = {
  cpuLimitPercent: 10,
  cpuThrottleMilliseconds: 20,
  mayExceedCpuLimitInWindow: true,
};
const completeBound: CpuLimit.RunWindow = { validity: "window", bound: "complete", notAfter: END };

describe("the CPU limit that holds for a run", () => {
  it("WIN-08: is lifted exactly where the profile allows it, the run must be complete in a window, and the window isn't over", () => {
    fc.assert(
      fc.property(settings, platform, window, instant, (said, on, of, now) => {
        const isLifted =
          said.mayExceedCpuLimitInWindow === true &&
          of.bound === "complete" &&
          of.validity === "window" &&
          now < of.notAfter;
        const limit = CpuLimit.holding(said, on, of, now);
        expect(limit).toBe(isLifted ? CpuLimit.UNLIMITED_PERCENT : CpuLimit.configured(said, on));
        expect(limit).toBeGreaterThanOrEqual(1);
        expect(limit).toBeLessThanOrEqual(CpuLimit.UNLIMITED_PERCENT);
      }),
      runs(500),
    );
  });

  it.each([
    ["a complete-bound window", completeBound, END - 1, 100],
    ["that window's end", completeBound, END, 10],
    ["a start-bound window", { ...completeBound, bound: "start" }, 0, 10],
    ["no window", { ...completeBound, validity: "lease", bound: "start" }, 0, 10],
    ["a lease, whatever its bound", { ...completeBound, validity: "lease" }, 0, 10],
  ] as const)("WIN-08: in %s, where the profile allows it, it is what is told", (_, of, now, limit) => {
    expect(CpuLimit.holding(low, "Linux", of, now)).toBe(limit);
  });

  it("WIN-08: is never exceeded under a profile that doesn't allow it, or doesn't say", () => {
    const { mayExceedCpuLimitInWindow: _, ...silent } = low;
    for (const said of [silent, { ...low, mayExceedCpuLimitInWindow: false }]) {
      expect(CpuLimit.holding(said, "Linux", completeBound, 0)).toBe(10);
    }
  });

  it("CFG-02 CFG-10: is the limit on Windows, and on every other platform what the throttle pairs with", () => {
    const unpaired = { cpuLimitPercent: 33, cpuThrottleMilliseconds: 11 };
    const on = (where: CpuLimit.Platform) => CpuLimit.configured(unpaired, where);
    expect([on("Windows"), on("Linux"), on("Mac"), on("Other")]).toEqual([33, 10, 10, 10]);
  });
});
