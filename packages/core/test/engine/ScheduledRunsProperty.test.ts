/**
 * Recurring jobs under any schedule, in any zones, with ticks whenever they come, one or several at once: each time becomes a run
 * once or is named as missed, and nothing starts before or after its time. Times are counted by hand, on the clocks of `Intl`.
 */
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Schedule } from "../../src/domain/job/Schedule.ts";
import type { Run } from "../../src/domain/run/Run.ts";
import * as Random from "../../src/testing/simulation/Random.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import type * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";

const { DAY_MS, HOUR_MS, MINUTE_MS } = Values;
const { manager } = ControlPlane;
const LEAD_MS = 3 * HOUR_MS;
const LATE_MS = 15 * MINUTE_MS;
/** Three days before clocks go forward in New York, four weeks before they do in London and back in Auckland. */
const FROM = Timed.utc("2026-03-05T00:00");

const formats = new Map<string, Intl.DateTimeFormat>();
const shownIn = (zone: string, instant: number): number => {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium", hourCycle: "h23" });
  formats.set(zone, format);
  return Date.parse(`${format.format(instant).replace(" ", "T")}Z`);
};

/** The first instant at which a zone's clocks show a local time; where they skip it, that much later. */
const startIn = (zone: string, local: number): number => {
  for (let offset = 14 * 60; offset >= -12 * 60; offset -= 15) {
    const instant = local - offset * MINUTE_MS;
    if (shownIn(zone, instant) === local) return instant;
  }
  const dayBefore = local - DAY_MS;
  return startIn(zone, dayBefore) + DAY_MS;
};

interface Case {
  readonly zones: readonly string[];
  /** null: each asset's own. */
  readonly named: string | null;
  readonly minuteOfDay: number;
  readonly everyDays: number;
  readonly count: number;
  readonly windowMinutes: number | null;
  readonly catchUp: "skip" | "run-once-now";
  readonly overlap: "wait" | "skip";
  /** Minutes from tick to tick. */
  readonly gaps: readonly number[];
}

const zones = ["UTC", "Asia/Tokyo", "America/New_York", "Europe/London", "Pacific/Auckland", "Pacific/Pago_Pago"];
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 14 }) },
  { weight: 3, arbitrary: fc.integer({ min: 15, max: 600 }) },
  { weight: 1, arbitrary: fc.integer({ min: 601, max: 6_000 }) },
);
const cases = (gaps: fc.Arbitrary<readonly number[]>): fc.Arbitrary<Case> =>
  fc.record({
    zones: fc.uniqueArray(fc.constantFrom(...zones), { minLength: 1, maxLength: 3 }),
    named: fc.option(fc.constantFrom("America/New_York", "Asia/Tokyo"), { freq: 3 }),
    minuteOfDay: fc.constantFrom(0, 90, 150, 179, 720, 1_425),
    everyDays: fc.constantFrom(1, 1, 2, 7),
    count: fc.integer({ min: 1, max: 9 }),
    windowMinutes: fc.option(fc.constantFrom(30, 240, 2_880), { freq: 3 }),
    catchUp: fc.constantFrom("skip", "run-once-now"),
    overlap: fc.constantFrom("wait", "skip"),
    gaps,
  });

interface Expected {
  readonly key: string;
  /** By the asset's zone. */
  readonly starts: ReadonlyMap<string, number>;
}

/** The times of a case that count when it is enabled at an instant, in order. */
const expectedOf = (c: Case, enabledAt: number): readonly Expected[] =>
  Array.from({ length: c.count }, (_, i) => FROM + DAY_MS + i * c.everyDays * DAY_MS + c.minuteOfDay * MINUTE_MS)
    .map((local) => ({
      key: `at:${new Date(local).toISOString().slice(0, 19)}@${c.named ?? "agent"}#0`,
      starts: new Map(
        c.zones
          .map((zone) => [zone, startIn(c.named ?? zone, local)] as const)
          .filter(([, start]) => start - enabledAt >= LEAD_MS),
      ),
    }))
    .filter(({ starts }) => starts.size > 0);

const scheduleOf = (c: Case): Schedule => ({
  _tag: "Recurring",
  zone: c.named === null ? { _tag: "Agent" } : { _tag: "Named", zone: c.named },
  rule: {
    pattern: { _tag: "Daily", every: c.everyDays },
    start: Timed.wall(new Date(FROM + DAY_MS + c.minuteOfDay * MINUTE_MS).toISOString()),
    end: { _tag: "After", count: c.count },
    except: [],
  },
});

const world = (c: Case, plane: ControlPlane.ControlPlane) => {
  const scene = Timed.make(c.zones, { plane });
  scene.plane.clock.pass(FROM - scene.plane.clock.now());
  const jobId = scene.enabled({
    schedule: scheduleOf(c),
    catchUp: c.catchUp,
    overlap: c.overlap,
    ...(c.windowMinutes === null ? {} : { window: { minutes: c.windowMinutes } }),
  });
  return { scene, jobId };
};

const missedOf = (scene: Scene.Scene): readonly string[] =>
  Timed.eventsOf(scene, "OccurrenceMissed").flatMap((e) => (e.body as { readonly missed: readonly string[] }).missed);

/** What holds of a run whatever happened. */
const expectInTime = (scene: Scene.Scene, c: Case, run: Run, all: readonly Expected[]): void => {
  const place = all.findIndex((e) => e.key === run.occurrenceKey);
  const [expected, following] = [all[place], all[place + 1]];
  // No later than the next, which comes sooner in some zone where this one came too soon.
  const starts = [...(expected?.starts.values() ?? []), ...((expected && following)?.starts.values() ?? [])];
  const first = Math.min(...starts);
  expect(run.startedAt).toBeGreaterThanOrEqual(first - LEAD_MS);
  for (const [i, assetRun] of Timed.assetRunsOf(scene, run).entries()) {
    const start = expected?.starts.get(c.zones[i] ?? "");
    // Whose time was too near as the job was enabled stands not in the run (SCH-08).
    if (start === undefined || assetRun === undefined) {
      expect(assetRun).toBeUndefined();
      continue;
    }
    const windowEnd = c.windowMinutes === null ? null : start + c.windowMinutes * MINUTE_MS;
    expect(assetRun.timing).toEqual({ start, windowEnd });
    const isMissed = start <= run.startedAt - LATE_MS;
    const isOver = windowEnd !== null && windowEnd <= run.startedAt;
    if (isOver || (isMissed && c.catchUp === "skip")) expect(assetRun.state.status).toBe("TimedOut");
    if (windowEnd !== null && assetRun.manifest !== null) expect(assetRun.manifest.notAfter).toBe(windowEnd);
    if (windowEnd !== null && windowEnd <= scene.plane.clock.now()) {
      expect(["TimedOut", "JobFailed"]).toContain(assetRun.state.status);
    }
    if (assetRun.manifest !== null) expect(assetRun.placed.reason ?? "").not.toContain("SCH-13");
  }
};

/** What every agent is sent, checked against the clock: nothing starts before its zone's time or lasts beyond its window. */
const expectSent = (scene: Scene.Scene, c: Case, expected: readonly Expected[]): void => {
  for (const [i, agent] of scene.agents.entries()) {
    const zone = c.zones[i] ?? "UTC";
    for (const manifest of Timed.offered(agent, zone)) {
      const start = expected.find(({ key }) => key === manifest.occurrenceKey)?.starts.get(zone) ?? Number.NaN;
      expect(manifest.notBefore).toBe(start);
      if (c.windowMinutes !== null) expect(manifest.notAfter).toBe(start + c.windowMinutes * MINUTE_MS);
      expect(manifest.validity).toBe(c.windowMinutes === null ? "lease" : "window");
    }
  }
};

const expectAll = (scene: Scene.Scene, jobId: string, c: Case): void => {
  const expected = expectedOf(c, FROM);
  const now = scene.plane.clock.now();
  const runs = Timed.runsOf(scene, jobId);
  const dealtWith = [...runs.map((r) => r.occurrenceKey), ...missedOf(scene)];
  // Each once, and none that isn't the job's.
  expect(new Set(dealtWith).size).toBe(dealtWith.length);
  expect(expected.map(({ key }) => key)).toEqual(expect.arrayContaining(dealtWith));
  // In order, with none left out in between.
  expect([...dealtWith].sort()).toEqual(expected.slice(0, dealtWith.length).map(({ key }) => key));
  for (const run of runs) {
    expectInTime(scene, c, run, expected);
  }
  // A tick deals with all that is over, but for one that it makes up for.
  const over = expected.filter(({ starts }) => Math.max(...starts.values()) <= now - LATE_MS);
  expect(dealtWith.length).toBeGreaterThanOrEqual(over.length);
};

describe("a recurring job, however its ticks come", () => {
  it("SCH-08, SCH-13: each of its times becomes a run once or is named as missed, and nothing is sent for another time", () => {
    const seen = { runs: 0, missed: 0, late: 0 };
    fc.assert(
      fc.property(cases(fc.array(gap, { minLength: 4, maxLength: 30 })), (c) => {
        const { scene, jobId } = world(c, ControlPlane.make());
        const expected = expectedOf(c, FROM);
        for (const minutes of c.gaps) {
          scene.plane.clock.pass(minutes * MINUTE_MS);
          const report = Timed.tick(scene);
          expect(report.stuck).toEqual([]);
          // Never a burst.
          expect(report.materialised).toBeLessThanOrEqual(1);
          expectSent(scene, c, expected);
        }
        // A second tick at once deals with what came after one that was made up for.
        Timed.tick(scene);
        expectAll(scene, jobId, c);
        const runs = Timed.runsOf(scene, jobId);
        seen.runs += runs.length;
        seen.missed += missedOf(scene).length;
        seen.late += runs.filter((r) => r.startedAt > r.lastStart).length;
      }),
      Arbitraries.runs(60),
    );
    // Each of them came up.
    expect(Math.min(seen.runs, seen.missed, seen.late)).toBeGreaterThan(0);
  }, 300_000);

  it("SCH-03, SCH-08: with ticks that come often enough nothing is missed, in any zone", () => {
    fc.assert(
      fc.property(cases(fc.constant([])), fc.integer({ min: 5, max: 14 }), (generated, minutes) => {
        const c = { ...generated, count: Math.min(generated.count, 2), everyDays: 1 };
        const { scene, jobId } = world(c, ControlPlane.make());
        const expected = expectedOf(c, FROM);
        const last = Math.max(...expected.flatMap(({ starts }) => [...starts.values()]), FROM);
        while (scene.plane.clock.now() < last) {
          scene.plane.clock.pass(minutes * MINUTE_MS);
          Timed.tick(scene);
        }
        expect(missedOf(scene)).toEqual([]);
        const runs = Timed.runsOf(scene, jobId);
        expect(runs.map((r) => r.occurrenceKey)).toEqual(expected.map(({ key }) => key));
        for (const [i, run] of runs.entries()) {
          const placed = Timed.assetRunsOf(scene, run).map((a) => a?.placed.reason ?? "");
          expect(placed.join()).not.toContain("SCH-13");
          const starts = expected[i]?.starts;
          expect(Timed.assetRunsOf(scene, run).map((a) => a !== undefined)).toEqual(c.zones.map((z) => starts?.has(z)));
        }
      }),
      Arbitraries.runs(8),
    );
  }, 300_000);

  it("SCH-08: several tickers at once make one run of each time, and enabling anew makes none twice", async () => {
    let rivals = 0;
    await fc.assert(
      fc.asyncProperty(
        cases(fc.array(gap, { minLength: 3, maxLength: 10 })),
        fc.string({ minLength: 1 }),
        fc.array(fc.boolean(), { maxLength: 10 }),
        async (c, seed, toggles) => {
          const gate = { open: false };
          const random = Random.make(seed);
          const plane = ControlPlane.make({
            interleave: { ...random, below: (n) => (gate.open ? random.below(n) : 0) },
          });
          const { scene, jobId } = world(c, plane);
          for (const [i, minutes] of c.gaps.entries()) {
            plane.clock.pass(minutes * MINUTE_MS);
            gate.open = true;
            const ticks = Array.from({ length: 3 }, () => plane.fettle.tick());
            const reports = await Effect.runPromise(Effect.all(ticks, { concurrency: "unbounded" }));
            gate.open = false;
            rivals += reports.filter((r) => r.materialised > 0).length;
            if (toggles[i] === true && Timed.jobStatus(scene, jobId) === "Enabled") {
              plane.call(plane.fettle.jobs.disable(manager, jobId));
              // One with no time left is not enabled any more (SCH-07).
              plane.call(Effect.ignore(plane.fettle.jobs.enable(manager, jobId)));
            }
          }
          const runs = Timed.runsOf(scene, jobId);
          const keys = runs.map((r) => r.occurrenceKey);
          expect(new Set(keys).size).toBe(keys.length);
          expect(Timed.eventsOf(scene, "RunMaterialised")).toHaveLength(runs.length);
          for (const agent of scene.stored("agent").values()) {
            const held = agent.manifests.map((m) => m.version);
            expect(new Set(held).size).toBe(held.length);
          }
          if (!toggles.includes(true)) for (const run of runs) expectInTime(scene, c, run, expectedOf(c, FROM));
        },
      ),
      Arbitraries.runs(30),
    );
    expect(rivals).toBeGreaterThan(0);
  }, 300_000);
});
