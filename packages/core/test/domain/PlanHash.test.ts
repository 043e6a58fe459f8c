import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/job/Job.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as Plans from "../../src/engine/plans/Plans.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as PlanTimeReference from "../scenario/PlanTimeReference.ts";
import * as PlanWorld from "../scenario/PlanWorld.ts";
import * as TimedFleet from "../scenario/TimedFleet.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
import * as Values from "../scenario/Values.ts";

const hashOf = (from: Plan.PlanInputs): string => {
  const plan = Plan.compile(from);
  return plan.ok ? Plans.hashOf(plan.value) : `${plan.error.rule}: ${plan.error.message}`;
};
const zones = ["America/New_York", "Europe/Paris", "Asia/Tokyo"];
const assets = zones.map((zone, i) => TimedWorld.asset(i + 1, zone));
const inputs = (over: Partial<Job> = {}, more: Partial<Plan.PlanInputs> = {}, kept: TimedWorld.Kept = {}) =>
  TimedWorld.inputs(assets, over, kept, more);

describe("the hash of a plan with a time", () => {
  it("PLN-01: is the same in whatever order assets, patches, zones, blackouts and freezes stand", () => {
    const pairs = TimedFleet.anyInputs.chain((from) => fc.tuple(fc.constant(from), PlanWorld.reordered(from)));
    const seen = new Set<string>();
    fc.assert(
      fc.property(pairs, ([from, again]) => {
        const hash = hashOf(from);
        expect(hashOf(again)).toBe(hash);
        seen.add(hash);
      }),
      Arbitraries.runs(500),
    );
    expect(seen.size).toBeGreaterThan(200);
  });

  it("PLN-01: is the same whenever one looks, as long as the lead hasn't passed in any zone, or the start of a run once hasn't", () => {
    const seen = { OnDemand: 0, Once: 0, Recurring: 0 };
    fc.assert(
      fc.property(TimedFleet.anyInputs, fc.integer({ min: 0, max: 20_000 }), (drawn, minutes) => {
        // Of a query the moment may be part of the question.
        const { schedule, patches } = drawn.job;
        if (drawn.occasion === undefined || patches?._tag !== "List" || schedule === null) return;
        const occasion = { ...drawn.occasion, slot: null, notBefore: 0 };
        const isOnDemand = schedule._tag === "OnDemand";
        const from = {
          ...drawn,
          occasion: isOnDemand ? { ...occasion, blackouts: new Map(), freezes: new Map() } : occasion,
        };
        const later = { ...occasion, enabledAt: occasion.enabledAt + minutes * Values.MINUTE_MS };
        if (!isOnDemand && !isBeforeAll(from, later.enabledAt)) return;
        expect(
          hashOf({ ...from, occasion: { ...from.occasion, enabledAt: later.enabledAt }, now: later.enabledAt }),
        ).toBe(hashOf(from));
        if (minutes > 0) seen[schedule._tag as keyof typeof seen] += 1;
      }),
      Arbitraries.runs(2_000),
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(20);
  });

  it("PLN-01: is another with other versions of tzdata or the tokenizer, another time, window, reboot or conduct", () => {
    const weekly = TimedWorld.weekly;
    const others: readonly Plan.PlanInputs[] = [
      inputs({}, { versions: { tzdata: "2026b", tokenizer: "1" } }),
      inputs({}, { versions: { tzdata: "2026a", tokenizer: "2" } }),
      inputs({ window: { minutes: 181, bound: "complete" } }),
      inputs({ window: { minutes: 180, bound: "start" } }),
      inputs({ schedule: TimedWorld.recurring({ _tag: "Weekly", every: 1, weekdays: [7] }, "2026-03-01T02:31") }),
      inputs({ schedule: { ...weekly, zone: { _tag: "Named", zone: "Europe/Paris" } } as Job["schedule"] }),
      inputs({ reboot: { _tag: "Automatic", countdownMinutes: 15 } }),
      inputs({ reboot: { _tag: "Automatic", countdownMinutes: 16 } }),
      inputs({ continueOnFailure: false }),
      inputs({ deferral: { count: 1, minutes: 15 } }),
      inputs({ opportunisticDownload: true }),
      inputs({}, {}, { blackouts: { 1: [TimedWorld.sundays] } }),
      inputs({}, {}, { freezes: { 2: [TimedWorld.freeze("f", "2026-03-08T02:00", "2026-03-08T03:00")] } }),
    ];
    const hashes = [inputs(), ...others].map(hashOf);
    expect(new Set(hashes).size).toBe(hashes.length);
    // What isn't part of what would happen isn't part of it.
    expect(hashOf(inputs({ title: "another", description: "another" }))).toBe(hashes[0]);
  });
});

// Whether nothing has begun by an instant, and all of the run's starts are in time for it.
const isBeforeAll = (from: Plan.PlanInputs, by: number): boolean => {
  const { schedule } = from.job;
  const { occasion } = from;
  const times = PlanTimeReference.of(from);
  if (schedule === null || occasion === undefined || typeof times === "string") return false;
  const lead = schedule._tag === "Recurring" ? occasion.leadMilliseconds : 0;
  const starts = PlanTimeReference.startsOf(from);
  return starts.every((start) => start === null || start - lead >= by) && starts.some((start) => start !== null);
};
