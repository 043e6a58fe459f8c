import { RebootTimeline } from "@fettle/scheduler";
import { describe, expect, it } from "vitest";
import * as RebootPresets from "../../../src/domain/job/RebootPresets.ts";

const inside = (name: RebootPresets.PresetName, count: number, minutes: number) =>
  RebootPresets.settings(name, { count, minutes }).ok;

describe("presets of reboots", () => {
  it("RBT-15: urgent is 1–15 minutes × 1–5", () => {
    for (const [count, minutes] of [
      [1, 1],
      [5, 15],
      [3, 7],
    ] as const)
      expect(inside("urgent", count, minutes)).toBe(true);
    for (const [count, minutes] of [
      [0, 1],
      [6, 15],
      [5, 16],
      [1, 0],
      [1.5, 2],
    ] as const) {
      expect(inside("urgent", count, minutes)).toBe(false);
    }
  });

  it("RBT-15: a working day is 2–4 h × 3–6, or 8 h × 3", () => {
    for (const [count, hours] of [
      [3, 2],
      [6, 4],
      [3, 8],
    ] as const) {
      expect(inside("working-day", count, hours * 60)).toBe(true);
    }
    for (const [count, hours] of [
      [2, 2],
      [7, 4],
      [4, 8],
      [3, 5],
      [3, 1],
    ] as const) {
      expect(inside("working-day", count, hours * 60)).toBe(false);
    }
  });

  it("RBT-15: a week is 24 h × 2–7", () => {
    for (const count of [2, 7]) expect(inside("week", count, 1_440)).toBe(true);
    for (const count of [1, 8]) expect(inside("week", count, 1_440)).toBe(false);
    expect(inside("week", 2, 1_439)).toBe(false);
  });

  it("RBT-15: comes to settings that draw no warning, and are known by the preset's name", () => {
    for (const name of RebootPresets.names) {
      const made = RebootPresets.settings(name);
      if (!made.ok) throw new Error(made.error.message);
      expect(RebootTimeline.check(made.value, { strictLimits: true })).toEqual([]);
      expect(RebootPresets.of(made.value)).toBe(name);
    }
    expect(RebootPresets.of({ _tag: "Suppress" })).toBeNull();
    expect(RebootPresets.settings("urgent", { count: 9, minutes: 1 })).toMatchObject({
      ok: false,
      error: { rule: "RBT-15", message: expect.stringContaining("1–15 minutes × 1–5") },
    });
  });
});
