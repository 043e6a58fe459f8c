import { ModuleConduct } from "@fettle/agent-protocol/vocabulary";
import { Blackout, Calendar } from "@fettle/scheduler";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as BlackoutWeek from "../../src/domain/profile/BlackoutWeek.ts";
import * as Effective from "../../src/domain/profile/Effective.ts";
import * as Presets from "../../src/domain/profile/Presets.ts";
import * as Settings from "../../src/domain/profile/Settings.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";

const wrongWith = (given: unknown, limits = Limits.defaults) => Settings.check(given as Settings.Given, limits);
const office = { weekdays: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1_080 } as const;

// The rule's own numbers, not the code's.
const numbers: readonly (readonly [rule: string, name: keyof Settings.Settings, min: number, max: number])[] = [
  ["AGT-04", "statusIntervalSeconds", 900, 2_700],
  ["CFG-02", "deltaIntervalSeconds", 1, 1_800],
  ["CFG-02", "chunkKilobytes", 64, 10_240],
  ["CFG-02", "cpuLimitPercent", 2, 100],
  ["CFG-02", "cpuThrottleMilliseconds", 0, 1_000],
  ["CFG-02", "scanIntervalSeconds", 240 * 60, 43_200 * 60],
  ["CFG-02", "scanDelayMinutes", 0, 720],
  ["CFG-02", "scanRandomizeMinutes", 0, 720],
  ["CFG-02", "eventPayloadSeconds", 30, 1_800],
  ["CFG-06", "cacheMegabytes", 2_048, 1_048_576],
];

describe("what a profile may say", () => {
  it.each(numbers)("%s: %s is %i to %i, and nothing else", (rule, name, min, max) => {
    for (const value of [min, min + 1, max]) expect(wrongWith({ [name]: value })).toEqual([]);
    for (const value of [min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY, "900", null]) {
      expect([value, wrongWith({ [name]: value })]).toMatchObject([
        value,
        [{ rule, code: "invalid", path: `settings.${name}`, message: expect.stringContaining(`${min}–${max}`) }],
      ]);
    }
  });

  it("CFG-02: every setting that is a number stands in the table above", () => {
    expect(Object.keys(Settings.ranges).sort()).toEqual(numbers.map(([, name]) => name).sort());
  });

  it.each(numbers)("%s: the subscription's own limits count for %s, not the defaults", (_, name, min, max) => {
    const widened = Object.fromEntries(
      Object.entries(Limits.defaults).map(([limit, n]) => [limit, n === max && limit.endsWith("Max") ? max + 1 : n]),
    );
    const isFree = min === 0 || name === "cpuLimitPercent";
    expect(wrongWith({ [name]: max + 1 }, { ...Limits.defaults, ...widened })).toEqual([]);
    expect(wrongWith({ [name]: max + 2 }, { ...Limits.defaults, ...widened })).toHaveLength(1);
    expect(wrongWith({ [name]: isFree ? -1 : min - 1 }, { ...Limits.defaults, ...widened })).toHaveLength(1);
  });

  it("CFG-06: the cache is 2048 MB unless said, more, or unlimited; nothing else is", () => {
    expect(Settings.defaults.cacheMegabytes).toBe(2_048);
    expect(wrongWith({ cacheMegabytes: "unlimited" })).toEqual([]);
    expect(wrongWith({ chunkKilobytes: "unlimited" })).toMatchObject([{ path: "settings.chunkKilobytes" }]);
    expect(wrongWith({ cacheMegabytes: "large" })).toMatchObject([{ rule: "CFG-06" }]);
  });

  it("CFG-02: agent scan merge listens on different ports of 10001–10005", () => {
    for (const scanMergePorts of [[10_001], [10_005, 10_001], [10_001, 10_002, 10_003, 10_004, 10_005]]) {
      expect(wrongWith({ scanMergePorts })).toEqual([]);
    }
    for (const scanMergePorts of [[], [10_000], [10_006], [10_001, 10_001], [10_001.5], "10001", null]) {
      expect(wrongWith({ scanMergePorts })).toMatchObject([{ rule: "CFG-02", path: "settings.scanMergePorts" }]);
    }
  });

  it("CFG-02: what is no setting, and what is of another kind, is told at once with the rest", () => {
    const given = {
      colour: "red",
      isPmEnabled: "yes",
      isCollectionSuspended: 1,
      preset: "SLOW",
      loggingLevel: "loud",
      scanDelayMinutes: 721,
    };
    expect(wrongWith(given).map((r) => `${r.rule} ${r.path}`)).toEqual([
      "CFG-02 settings.colour",
      "CFG-02 settings.scanDelayMinutes",
      "CFG-02 settings.isCollectionSuspended",
      "CFG-02 settings.isPmEnabled",
      "CFG-10 settings.preset",
      "CFG-02 settings.loggingLevel",
    ]);
    for (const none of [null, [], "all", 1]) expect(wrongWith(none)).toMatchObject([{ path: "settings" }]);
  });
});

describe("a profile's blackouts", () => {
  it("WIN-05: are hours of weekdays, several a day; each wrong one is told by its place", () => {
    const noon = { weekdays: [1], fromMinute: 720, toMinute: 780 };
    expect(wrongWith({ blackouts: [office, noon, { ...noon, weekdays: [6, 7] }] })).toEqual([]);
    const bad = [{ ...noon, weekdays: [] }, noon, { ...noon, toMinute: 1_441 }, { ...noon, fromMinute: -1 }, null, {}];
    expect(wrongWith({ blackouts: bad }).map((r) => `${r.rule} ${r.path}`)).toEqual([
      "WIN-05 settings.blackouts.0.weekdays",
      "WIN-05 settings.blackouts.2.toMinute",
      "WIN-05 settings.blackouts.3.fromMinute",
      "WIN-05 settings.blackouts.4",
      "WIN-05 settings.blackouts.5",
    ]);
    expect(wrongWith({ blackouts: "always" })).toMatchObject([{ path: "settings.blackouts" }]);
  });

  it("CFG-02: are at most 100 in one profile", () => {
    const one = { weekdays: [1], fromMinute: 0, toMinute: 1 };
    expect(wrongWith({ blackouts: Array.from({ length: 100 }, () => one) })).toEqual([]);
    expect(wrongWith({ blackouts: Array.from({ length: 101 }, () => one) })).toMatchObject([
      { path: "settings.blackouts", message: expect.stringContaining("100") },
    ]);
  });

  it("WIN-05: leave an agent an hour of the week in one stretch, or it would never hear of their end", () => {
    const all = [1, 2, 3, 4, 5, 6, 7];
    const leaving = (minutes: number) => [
      { weekdays: all.slice(1), fromMinute: 0, toMinute: 1_440 },
      { weekdays: [1], fromMinute: minutes, toMinute: 1_440 },
    ];
    expect(wrongWith({ blackouts: leaving(60) })).toEqual([]);
    expect(wrongWith({ blackouts: leaving(59) })).toMatchObject([
      { rule: "WIN-05", path: "settings.blackouts", message: expect.stringContaining("59 minutes") },
    ]);
    expect(wrongWith({ blackouts: [{ weekdays: all, fromMinute: 0, toMinute: 1_440 }] })).toHaveLength(1);
    // In two halves of 40 minutes each it doesn't do.
    const halves = [
      { weekdays: all.slice(1), fromMinute: 0, toMinute: 1_440 },
      { weekdays: [1], fromMinute: 40, toMinute: 1_400 },
    ];
    expect(BlackoutWeek.longestFreeMinutes(halves as never)).toBe(40);
  });

  it("WIN-05: the longest free stretch is the one that looking at each minute of the week finds", () => {
    const blackout = fc.record({
      weekdays: fc.uniqueArray(fc.constantFrom(1, 2, 3, 4, 5, 6, 7), { minLength: 1 }),
      fromMinute: fc.oneof(fc.constantFrom(0, 1_439), fc.integer({ min: 0, max: 1_439 })),
      toMinute: fc.oneof(fc.constantFrom(1, 1_440), fc.integer({ min: 1, max: 1_440 })),
    });
    const week = 7 * 1_440;
    // A Monday: the week as the clock on the wall shows it, minute by minute.
    const monday = (4 + 7) * Calendar.DAY_MILLISECONDS;
    fc.assert(
      fc.property(fc.array(blackout, { maxLength: 8 }), (list) => {
        const blackouts = list as readonly Blackout.Blackout[];
        const isFree = (minute: number) =>
          !Blackout.isLocalIn(blackouts, monday + (minute % week) * Calendar.MINUTE_MILLISECONDS);
        let [longest, run] = [0, 0];
        for (let minute = 0; minute < 2 * week; minute += 1) {
          run = isFree(minute) ? run + 1 : 0;
          longest = Math.max(longest, Math.min(run, week));
        }
        expect(BlackoutWeek.longestFreeMinutes(blackouts)).toBe(longest);
      }),
      Arbitraries.runs(40),
    );
  });
});

describe("presets", () => {
  it("CFG-10: LOW, NORMAL and HIGH have declared values that a profile may have itself, each more than the one below", () => {
    for (const preset of Presets.presets) expect(wrongWith({ ...Presets.values[preset], preset })).toEqual([]);
    const { LOW, NORMAL, HIGH } = Presets.values;
    for (const [less, more] of [
      [LOW, NORMAL],
      [NORMAL, HIGH],
    ] as const) {
      expect(more.statusIntervalSeconds).toBeLessThan(less.statusIntervalSeconds);
      expect(more.deltaIntervalSeconds).toBeLessThan(less.deltaIntervalSeconds);
      expect(more.chunkKilobytes).toBeGreaterThan(less.chunkKilobytes);
      expect(more.cpuLimitPercent).toBeGreaterThan(less.cpuLimitPercent);
      expect(more.cpuThrottleMilliseconds).toBeLessThan(less.cpuThrottleMilliseconds);
    }
  });

  it.each([
    [0, 100],
    [1, 20],
    [10, 20],
    [11, 10],
    [20, 10],
    [21, 5],
    [1_000, 5],
  ])("CFG-10: a throttle of %i ms pairs with a limit of %i %% of one core", (throttle, limit) => {
    expect(Presets.limitOf(throttle)).toBe(limit);
    expect(Presets.isPaired({ cpuLimitPercent: limit, cpuThrottleMilliseconds: throttle })).toBe(true);
    expect(Presets.isPaired({ cpuLimitPercent: limit + 1, cpuThrottleMilliseconds: throttle })).toBe(false);
  });

  it("CFG-10: every preset's own limit and throttle pair", () => {
    for (const preset of Presets.presets)
      expect([preset, Presets.isPaired(Presets.values[preset])]).toEqual([preset, true]);
  });

  it("CFG-10: a profile that says one of the values otherwise is custom", () => {
    expect(Presets.nameOf({})).toBe("NORMAL");
    expect(Presets.nameOf({ preset: "LOW" })).toBe("LOW");
    expect(Presets.nameOf({ preset: "LOW", chunkKilobytes: Presets.values.LOW.chunkKilobytes })).toBe("LOW");
    expect(Presets.nameOf({ preset: "LOW", chunkKilobytes: 64 })).toBe("CUSTOM");
  });
});

describe("what a profile comes to", () => {
  const reasons = (given: Settings.Given, limits = Limits.defaults) => {
    const effective = Effective.of(given, limits);
    return (name: keyof Settings.Settings) => effective[name];
  };

  it("CFG-02: each value holds because the profile says so, its preset does, or it is the default", () => {
    const of = reasons({ preset: "LOW", chunkKilobytes: 64, isPmEnabled: false });
    expect(of("chunkKilobytes")).toEqual({ value: 64, reason: { _tag: "Profile" } });
    expect(of("isPmEnabled")).toEqual({ value: false, reason: { _tag: "Profile" } });
    expect(of("statusIntervalSeconds")).toEqual({ value: 2_700, reason: { _tag: "Preset", preset: "LOW" } });
    expect(of("scanIntervalSeconds")).toEqual({ value: 14_400, reason: { _tag: "Default" } });
    expect(reasons({})("statusIntervalSeconds")).toEqual({ value: 1_800, reason: { _tag: "Default" } });
  });

  it("AGT-04: a limit that was narrowed since holds, and tells what would hold without it", () => {
    const limits = Limits.withOverrides({ statusIntervalSecondsMax: 1_000, chunkKilobytesMin: 2_000 });
    const of = reasons({ preset: "LOW", statusIntervalSeconds: 1_200 }, limits);
    expect(of("statusIntervalSeconds")).toEqual({
      value: 1_000,
      reason: { _tag: "Limit", rule: "AGT-04", instead: 1_200 },
    });
    expect(of("chunkKilobytes")).toEqual({ value: 2_000, reason: { _tag: "Limit", rule: "CFG-02", instead: 512 } });
    expect(Effective.tell(of("chunkKilobytes").reason, "Kiosks")).toContain("512");
  });

  it("CFG-02: whatever a profile says, every setting has one value, inside the limits, and says it again", () => {
    const given = fc.record(
      {
        preset: fc.constantFrom(...Presets.presets),
        statusIntervalSeconds: fc.integer({ min: 0, max: 5_000 }),
        scanDelayMinutes: fc.integer({ min: -5, max: 900 }),
        cacheMegabytes: fc.oneof(fc.constant("unlimited" as const), fc.integer({ min: 0, max: 10_000 })),
        isFimEnabled: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(given, (said) => {
        const values = Effective.values(Effective.of(said, Limits.defaults));
        expect(Object.keys(values).sort()).toEqual([...Settings.names].sort());
        expect(wrongWith(values)).toEqual([]);
        if (wrongWith(said).length === 0) expect(values).toMatchObject(said);
        expect(Effective.values(Effective.of(values, Limits.defaults))).toEqual(values);
      }),
      Arbitraries.runs(300),
    );
  });

  it("CFG-09: PM is on unless a profile turns it off; FIM, EDR and agent scan merge are off unless it turns them on", () => {
    const { isPmEnabled, isFimEnabled, isEdrEnabled, isScanMergeEnabled } = Settings.defaults;
    expect({ isPmEnabled, isFimEnabled, isEdrEnabled, isScanMergeEnabled }).toEqual({
      isPmEnabled: true,
      isFimEnabled: false,
      isEdrEnabled: false,
      isScanMergeEnabled: false,
    });
  });
});

describe("what modules do under a configuration", () => {
  const settings = Effective.values(Effective.of({}, Limits.defaults));

  it("CFG-09: a module acts only if it is active on the agent and enabled in its profile", () => {
    for (const [module, name] of [
      ["PM", "isPmEnabled"],
      ["FIM", "isFimEnabled"],
      ["EDR", "isEdrEnabled"],
    ] as const) {
      for (const isActive of [true, false]) {
        for (const isEnabled of [true, false]) {
          const conduct = { active: isActive ? [module] : [], settings: { ...settings, [name]: isEnabled } };
          expect([module, ModuleConduct.acts(module, conduct)]).toEqual([module, isActive && isEnabled]);
        }
      }
    }
    expect(ModuleConduct.acts("VM", { active: ["VM"], settings })).toBe(true);
    expect(ModuleConduct.acts("VM", { active: [], settings })).toBe(false);
    expect(ModuleConduct.acts("AI", { active: [], settings })).toBe(true);
  });

  it("CFG-03: suspending the collection stops VM, PC, SCA and inventory; everything else goes on", () => {
    const active = ModuleConduct.modules;
    const enabled = { ...settings, isFimEnabled: true, isEdrEnabled: true };
    const going = (isCollectionSuspended: boolean) =>
      ModuleConduct.allWorks.filter((w) =>
        ModuleConduct.goesOn(w, { active, settings: { ...enabled, isCollectionSuspended } }),
      );
    expect(going(false)).toEqual(ModuleConduct.allWorks);
    const stopped = ModuleConduct.allWorks.filter((w) => !going(true).includes(w));
    expect(stopped).toEqual(["inventory", "vulnerabilities", "policyCompliance", "securityConfiguration"]);
  });

  it("CFG-03: what belongs to a module that doesn't act doesn't go on by suspending nothing", () => {
    expect(ModuleConduct.goesOn("patchJobs", { active: [], settings })).toBe(false);
    expect(ModuleConduct.goesOn("manifests", { active: [], settings })).toBe(true);
  });
});
