import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { TimeZone } from "@fettle/scheduler";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as LocalTime from "../../../src/testing/scenarios/invariants/LocalTime.ts";
import * as Scenario from "../../../src/testing/scenarios/Scenario.ts";
import * as ScenarioGenerator from "../../../src/testing/scenarios/ScenarioGenerator.ts";
import * as Simulator from "../../../src/testing/scenarios/Simulator.ts";
import * as Wakes from "../../../src/testing/scenarios/Wakes.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);
const SEED = Number(process.env.FETTLE_SEED ?? 1);
const seeded = { seed: SEED, numRuns: Math.ceil(200 * RUNS) };

describe("a scenario", () => {
  it("is the same for the same seed, and the same after it was kept as JSON", () => {
    const [a, b] = [1, 2].map(() => ScenarioGenerator.generate("seven", { agents: 5, days: 2 }));
    expect(a).toEqual(b);
    expect(a === undefined ? null : Scenario.fromJson(Scenario.toJson(a))).toEqual(a);
    expect(ScenarioGenerator.generate("eight", { agents: 5, days: 2 })).not.toEqual(a);
  });

  it("is refused when it is none, or of another format", () => {
    expect(() => Scenario.fromJson("{}")).toThrow("format 1");
    expect(() => Scenario.fromJson('{"format":2,"assets":[],"jobs":[]}')).toThrow("format 1");
  });
});

describe("playing", () => {
  it("one scenario gives one history, twice here and once in another process", () => {
    const scenario = ScenarioGenerator.generate("17", { agents: 5, days: 1 });
    const [first, second] = [1, 2].map(() => Simulator.play(scenario).digest);
    expect(second).toBe(first);
    const tsx = createRequire(import.meta.url).resolve("tsx/cli");
    const program = fileURLToPath(new URL("SimulatorProcess.ts", import.meta.url));
    const other = execFileSync(process.execPath, [tsx, program, "17", "5", "1"], { encoding: "utf8" });
    expect(other).toBe(first);
  }, 300_000);
});

describe("wakes", () => {
  it("come by time, and of equal times in the order in which they were put in", () => {
    const property = fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (times) => {
      const wakes = Wakes.make<number>();
      for (const [i, at] of times.entries()) wakes.add(at, i);
      const taken = times.map(() => wakes.next()?.what ?? -1);
      const sorted = times.map((_, i) => i).toSorted((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
      expect(taken).toEqual(sorted);
      expect(wakes.next()).toBeNull();
    });
    fc.assert(property, seeded);
  });
});

describe("the oracle of local times", () => {
  const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "Africa/Casablanca"];

  it("SCH-05: says what the scheduler says, where clocks show a time once, twice or never", () => {
    const hours = fc.integer({ min: Date.UTC(2026, 0, 1) / 1_800_000, max: Date.UTC(2027, 0, 1) / 1_800_000 });
    const property = fc.property(hours, fc.constantFrom(...zones), (half, name) => {
      const wall = half * 1_800_000;
      const zone = TimeZone.of(name);
      if (!zone.ok) throw new Error(zone.error.message);
      expect(LocalTime.firstInstant(wall, name)).toBe(TimeZone.resolveLocal(zone.value, wall));
    });
    fc.assert(property, seeded);
  });

  it("shifts by the hour that Berlin skips, and takes the first of the two that it has twice", () => {
    expect(LocalTime.firstInstant(Date.UTC(2026, 2, 29, 2, 30), "Europe/Berlin")).toBe(Date.UTC(2026, 2, 29, 1, 30));
    expect(LocalTime.firstInstant(Date.UTC(2026, 9, 25, 2, 30), "Europe/Berlin")).toBe(Date.UTC(2026, 9, 25, 0, 30));
  });
});
