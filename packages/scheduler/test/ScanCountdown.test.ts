import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Duration from "../src/Duration.ts";
import * as Limits from "../src/Limits.ts";
import * as ScanCountdown from "../src/ScanCountdown.ts";
import { error, instant, nearInstant, patience, runs, value } from "./Arbitraries.ts";

const anyInterval = fc.integer({ min: Limits.MIN_SCAN_MINUTES, max: Limits.MAX_SCAN_MINUTES }).map(Duration.minutes);
const at = (time: string): ReturnType<typeof instant> => instant(`2026-03-08T${time}Z`);

describe("ScanCountdown.due", patience, () => {
  it("CFG-04: the next scan is counted from the end of the former one, however long that took", () => {
    fc.assert(
      fc.property(nearInstant, nearInstant, anyInterval, (former, end, interval) => {
        const begun = ScanCountdown.restarted(former, { at: end, isOnDemand: false, hasSucceeded: true });
        expect(ScanCountdown.due(begun, interval)).toBe(Math.max(former, end) + interval);
      }),
      runs(10_000),
    );
    // Begun at midnight and done at two: four hours from then, not from midnight.
    expect(ScanCountdown.due(at("02:00"), Duration.hours(4))).toBe(at("06:00"));
  });
});

describe("ScanCountdown.restarted", () => {
  const former = at("02:00");

  it.each([
    ["on demand, succeeded", true, true, at("05:00")],
    ["on demand, failed", true, false, former],
    ["of the countdown, succeeded", false, true, at("05:00")],
    ["of the countdown, failed", false, false, at("05:00")],
  ])("CFG-04: a scan %s starts the countdown anew, but for one that was asked for and failed", (_, ...rest) => {
    const [isOnDemand, hasSucceeded, begun] = rest;
    expect(ScanCountdown.restarted(former, { at: at("05:00"), isOnDemand, hasSucceeded })).toBe(begun);
  });

  it("CFG-04: an end that is heard of late doesn't turn the countdown back", () => {
    expect(ScanCountdown.restarted(former, { at: at("01:00"), isOnDemand: true, hasSucceeded: true })).toBe(former);
  });
});

describe("ScanCountdown.askFor", () => {
  const ready = { isActive: true, isManifestPresent: true, isScanRunning: false };

  it("CFG-04: a scan can be asked for of an active module with its manifest, while none runs", () => {
    expect(value(ScanCountdown.askFor(ready))).toBe(ready);
  });

  it.each([
    ["module-inactive", { ...ready, isActive: false, isManifestPresent: false, isScanRunning: true }],
    ["module-inactive", { ...ready, isActive: false }],
    ["manifest-missing", { ...ready, isManifestPresent: false, isScanRunning: true }],
    ["manifest-missing", { ...ready, isManifestPresent: false }],
    ["scan-running", { ...ready, isScanRunning: true }],
  ] as const)("CFG-04: is refused as %s, the first reason there is", (reason, module) => {
    const refused = error(ScanCountdown.askFor(module));
    expect(refused).toMatchObject({ _tag: "ScanRefused", rule: "CFG-04", reason });
    expect(refused.message).toMatch(/^[A-Z].{10,}\.$/);
  });
});
