import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import type { Job } from "../../src/domain/job/Job.ts";
import * as Explanation from "../../src/domain/plan/Explanation.ts";
import type { PlanInputs } from "../../src/domain/plan/Plan.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as PlanTimeReference from "../scenario/PlanTimeReference.ts";
import * as TimedFleet from "../scenario/TimedFleet.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";

const explain = (from: PlanInputs, asset: Asset, patchId: string | null): Explanation.Explanation => {
  const answer = Explanation.explain(from, { asset, patchId, reads: "fleet" });
  if (!answer.ok || answer.value === null) throw new Error("no explanation");
  return answer.value;
};
const at = (text: string): number => Date.parse(`${text}Z`);
const iso = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString().slice(0, 16));

// Enabled on Sunday, 2026-03-01 at noon; next on Sunday, 2026-03-08 at 1:30 UTC.
const paris = TimedWorld.asset(1, "Europe/Paris");
const weekly = (over: Partial<Job> = {}, kept: TimedWorld.Kept = {}, more: Partial<PlanInputs> = {}) =>
  TimedWorld.inputs([paris], over, kept, more);
const told = (from: PlanInputs, patchId: string | null = null) => {
  const { blockers, earliest } = explain(from, paris, patchId);
  return { blockers: blockers.map((b) => `${b.rule} ${iso(b.until)}`), earliest: iso(earliest) };
};

describe("when an asset gets it after all", () => {
  it("PLN-03: nothing stands in the way, nothing is to be waited for; the plan says when it starts", () => {
    expect(explain(weekly(), paris, null)).toMatchObject({
      blockers: [],
      earliest: null,
      timing: { start: at("2026-03-08T01:30") },
    });
  });

  it("PLN-03, SCH-08: what is enabled too late takes the next run", () => {
    const zones = ["Europe/Paris", "America/New_York"];
    const occasion = { ...weekly().occasion, zones, enabledAt: at("2026-03-07T22:31") } as PlanInputs["occasion"];
    const late = { ...weekly(), ...(occasion && { occasion }) };
    expect(told(late)).toEqual({ blockers: ["SCH-08 2026-03-15T01:30"], earliest: "2026-03-15T01:30" });
  });

  it("PLN-03, WIN-07: a frozen asset of a weekly job takes the first run after the freeze, or that outlasts it", () => {
    const frozen = (to: string) => weekly({}, { freezes: { 1: [TimedWorld.freeze("f", "2026-03-01T00:00", to)] } });
    expect(told(frozen("2026-03-20T00:00"))).toEqual({
      blockers: ["WIN-07 2026-03-22T01:30"],
      earliest: "2026-03-22T01:30",
    });
    // Its run of the 15th has a window till 5:30.
    expect(told(frozen("2026-03-15T05:00"))).toMatchObject({ earliest: "2026-03-15T04:00" });
    expect(told(frozen("2099-01-01T00:00")).earliest).toMatch(/^2099-01-0/);
  });

  it("PLN-03, WIN-05: a blackout that covers every run has no end; one of some runs leaves the next", () => {
    const all = { ...TimedWorld.sundays, toMinute: 400 };
    expect(told(weekly({}, { blackouts: { 1: [all] } }))).toEqual({ blockers: ["WIN-05 null"], earliest: null });
    const daily = TimedWorld.recurring({ _tag: "Daily", every: 1 }, "2026-03-08T02:30");
    expect(told(weekly({ schedule: daily }, { blackouts: { 1: [all] } }))).toMatchObject({
      earliest: "2026-03-09T01:30",
    });
  });

  it("PLN-03: on demand it is the blackout's end; of a run once that has it, only what can still be enabled in its window", () => {
    const now = at("2026-03-01T00:30");
    const occasion = { ...weekly().occasion, enabledAt: now, inBlackout: "cancel" } as NonNullable<
      PlanInputs["occasion"]
    >;
    const kept = { blackouts: { 1: [TimedWorld.sundays] } };
    const canceled = (over: Partial<Job>) =>
      told({
        ...weekly(over, kept),
        now,
        occasion: { ...occasion, blackouts: weekly({}, kept).occasion?.blackouts ?? new Map() },
      });
    expect(canceled({ schedule: { _tag: "OnDemand" } })).toEqual({
      blockers: ["WIN-05 2026-03-01T03:00"],
      earliest: "2026-03-01T03:00",
    });
    const once = { _tag: "Once", at: TimedWorld.wall("2026-03-01T01:00"), zone: { _tag: "Agent" } } as const;
    expect(canceled({ schedule: once, window: { minutes: 240 } }).earliest).toBe("2026-03-01T03:00");
    expect(canceled({ schedule: once, window: { minutes: 180 } }).earliest).toBe(null);
    // Enabled already, it has had its chance.
    expect(canceled({ schedule: once, window: { minutes: 240 }, status: "Enabled" }).earliest).toBe(null);
  });

  it("PLN-03, PLN-07: what is too young is in the first run whose plan is made when it is old enough", () => {
    const query = (approvalAgeDays: number) => ({
      patches: { _tag: "Query", query: "category: security", approvalAgeDays } as const,
    });
    // Out since the first of February: old enough on the 12th.
    const from = (over: Partial<Job>) => weekly({ ...query(39), ...over });
    expect(told(from({}), "P-1")).toEqual({ blockers: ["PLN-07 2026-03-12T00:00"], earliest: "2026-03-15T01:30" });
    // Of the job as a whole, too, though the plan says that nothing is missing.
    expect(told(from({}))).toEqual({ blockers: ["JOB-22 2026-03-12T00:00"], earliest: "2026-03-15T01:30" });
    expect(told(from({ schedule: { _tag: "OnDemand" } }), "P-1").earliest).toBe("2026-03-12T00:00");
    // Old enough at midnight of the 8th, but the plan of the run of 1:30 is made three hours before it.
    expect(told(weekly(query(35)), "P-1").earliest).toBe("2026-03-15T01:30");
    expect(told(weekly(query(34)), "P-1")).toEqual({
      blockers: ["PLN-07 2026-03-07T00:00"],
      earliest: "2026-03-08T01:30",
    });
  });

  it("PLN-03, PLN-07: the plan of a run is made for all zones before its first start in any", () => {
    const newYork = TimedWorld.asset(1, "America/New_York");
    const tokyo = TimedWorld.asset(2, "Asia/Tokyo");
    // Old enough at midnight of the 8th; Tokyo starts on the 7th at 17:30.
    const patches = { _tag: "Query", query: "category: security", approvalAgeDays: 35 } as const;
    const first = (assets: readonly Asset[]) =>
      iso(explain(TimedWorld.inputs(assets, { patches }), newYork, "P-1").earliest);
    expect(first([newYork])).toBe("2026-03-08T07:30");
    expect(first([newYork, tokyo])).toBe("2026-03-15T06:30");
  });

  it("PLN-03: where one of several rules has no end, neither has the whole", () => {
    const kept = { freezes: { 1: [TimedWorld.freeze("f", "2026-03-01T00:00", "2026-03-20T00:00")] } };
    const held = new Map([["P-1", { patchId: "P-1", reason: "fails", heldBy: "user:mara", heldAt: 1 }]]);
    expect(told(weekly({}, kept, { held }), "P-1")).toEqual({
      blockers: ["WIN-07 2026-03-22T01:30", "PLN-05 null"],
      earliest: null,
    });
    expect(told(weekly({}, kept, { assessments: new Map() })).earliest).toBe(null);
    expect(told(weekly({}, kept, { seats: new Map() })).earliest).toBe(null);
  });

  it("PLN-03: then it has it, whatever the fleet", () => {
    const seen = { never: 0, once: 0, recurring: 0, aged: 0 };
    fc.assert(
      fc.property(TimedFleet.anyInputs, (drawn) => {
        const from =
          drawn.occasion === undefined
            ? drawn
            : { ...drawn, occasion: { ...drawn.occasion, slot: null, notBefore: 0 } };
        if (typeof PlanTimeReference.of(from) === "string") return;
        for (const asset of from.assets) {
          for (const patchId of [null, ...from.patches.map((p) => p.id)]) {
            const { blockers, earliest } = explain(from, asset, patchId);
            if (blockers.length === 0) expect(earliest).toBe(null);
            if (blockers.some((b) => b.until === null)) expect(earliest).toBe(null);
            if (earliest === null) seen.never += 1;
            else {
              expect(blockersThen(from, asset, patchId, earliest)).toEqual([]);
              seen[from.job.schedule?._tag === "Recurring" ? "recurring" : "once"] += 1;
              if (blockers.some((b) => b.rule === "PLN-07" || b.rule === "JOB-22")) seen.aged += 1;
            }
          }
        }
      }),
      Arbitraries.runs(600),
    );
    for (const times of [seen.never, seen.once, seen.recurring]) expect(times).toBeGreaterThan(5);
    expect(seen.aged).toBeGreaterThan(0);
  });
});

// What stands in the way of a start at that instant: enabled then; or in the run that starts there then, as its plan is made.
const blockersThen = (from: PlanInputs, asset: Asset, patchId: string | null, start: number): readonly string[] => {
  const { occasion, job } = from;
  if (occasion === undefined || job.schedule === null) throw new Error("no occasion");
  if (job.schedule._tag !== "Recurring") {
    const zones = [...new Set([...occasion.zones, asset.timeZone])];
    return rulesIn({ ...from, now: start, occasion: { ...occasion, enabledAt: start, zones } }, asset, patchId);
  }
  for (const slot of PlanTimeReference.slotsFrom(job.schedule, occasion.enabledAt)) {
    const then = { ...from, occasion: { ...occasion, slot } };
    const starts = PlanTimeReference.startsOf(then).flatMap((s) => s ?? []);
    const own = explain(then, asset, patchId).timing;
    if (own?.start !== start) continue;
    return rulesIn(
      { ...then, now: Math.max(from.now, Math.min(start, ...starts) - occasion.leadMilliseconds) },
      asset,
      patchId,
    );
  }
  throw new Error("no run starts then");
};

// But for what others that have become old enough by then do to it: they take its place, or all the places there are (JOB-22), and
// of what is left the asset may lack nothing for certain (SYN-03).
const BY_OTHERS: ReadonlySet<string> = new Set(["JOB-22", "SYN-03"]);
const rulesIn = (from: PlanInputs, asset: Asset, patchId: string | null): readonly string[] =>
  explain(from, asset, patchId)
    .blockers.filter((b) => !BY_OTHERS.has(b.rule))
    .map((b) => `${b.rule} ${b.reason}`);
