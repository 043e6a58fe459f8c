import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Explanation from "../../src/domain/plan/Explanation.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as PlanTiming from "../../src/domain/plan/PlanTiming.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as PlanReference from "../scenario/PlanReference.ts";
import * as PlanTimeReference from "../scenario/PlanTimeReference.ts";
import * as TimedFleet from "../scenario/TimedFleet.ts";

const byKey = <A>(map: ReadonlyMap<string, A>) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

// What becomes of an asset by time alone.
const plain = (timing: PlanTiming.AssetTiming): PlanTimeReference.Out | PlanTimeReference.Runs =>
  timing._tag === "Runs" ? timing.timing : { rule: timing.obstacle.rule, shownAs: timing.obstacle.shownAs ?? null };

const inPlan = (plan: Plan.Plan, id: string) => {
  const out = plan.excluded.find((e) => e.assetId === id);
  return out === undefined
    ? plan.groups.find((g) => g.assets.includes(id))?.timing
    : { rule: out.rule, shownAs: out.shownAs };
};

describe("the time in a plan of a generated fleet", () => {
  it("PLN-01, SCH-02, SCH-03: is what the clocks of each zone, walked minute by minute, come to", () => {
    const seen = {
      refused: new Set<string>(),
      rules: new Map<string, number>(),
      planned: 0,
      starts: 0,
      atOnce: 0,
      ends: 0,
      reboots: 0,
    };
    fc.assert(
      fc.property(TimedFleet.anyInputs, (from) => {
        const compiled = Plan.compile(from);
        const times = PlanTimeReference.of(from);
        if (typeof times === "string") {
          expect(compiled).toMatchObject({ ok: false, error: { rule: times } });
          seen.refused.add(times);
          return;
        }
        if (!compiled.ok) throw new Error(compiled.error.message);
        const plan = compiled.value;
        expect(plan.occurrence).toEqual({ key: times.key, nominalLocal: times.nominalLocal });
        expect(byKey(PlanReference.outcomesOf(plan))).toEqual(byKey(PlanReference.outcomes(from)));
        const timings = PlanTiming.compile(from.job, from.occasion ?? PlanTiming.noOccasion(0));
        if (!timings.ok) throw new Error(timings.error.message);
        for (const asset of from.assets) {
          const timing = plain(timings.value.of(asset));
          expect([asset.id, timing]).toEqual([asset.id, times.of(asset)]);
          const planned = inPlan(plan, asset.id);
          const isOfTime = planned !== undefined && (!("rule" in planned) || /^(SCH|WIN)/.test(planned.rule));
          if (isOfTime) expect(planned).toEqual(timing);
          if (isOfTime) seen.planned += 1;
          if ("rule" in timing) seen.rules.set(timing.rule, (seen.rules.get(timing.rule) ?? 0) + 1);
          else {
            seen[timing.start === null ? "atOnce" : "starts"] += 1;
            seen.ends += timing.windowEnd === null ? 0 : 1;
            seen.reboots += timing.latestReboot === null ? 0 : 1;
          }
        }
      }),
      Arbitraries.runs(2_000),
    );
    expect([...seen.refused]).toEqual(expect.arrayContaining(["SCH-06", "SCH-07"]));
    expect([...seen.rules.keys()].sort()).toEqual(["SCH-05", "SCH-06", "SCH-08", "WIN-05", "WIN-07"]);
    for (const times of [...seen.rules.values(), seen.planned, seen.ends, seen.reboots])
      expect(times).toBeGreaterThan(10);
    for (const times of [seen.starts, seen.atOnce]) expect(times).toBeGreaterThan(200);
  });

  it("PLN-03: every asset that time keeps out is told when it could start, and a plan of then has it", () => {
    const seen = { never: 0, once: 0, recurring: 0, rules: new Set<string>() };
    fc.assert(
      fc.property(TimedFleet.anyInputs, (from) => {
        const times = PlanTimeReference.of(from);
        const { occasion, job } = from;
        if (typeof times === "string" || occasion === undefined || job.schedule === null) return;
        for (const asset of from.assets) {
          const answer = Explanation.explain(from, { asset, patchId: null, reads: "fleet" });
          if (!answer.ok || answer.value === null) throw new Error("no explanation");
          const { timing, blockers } = answer.value;
          const expected = times.of(asset);
          expect(timing).toEqual("rule" in expected ? null : expected);
          if (!("rule" in expected)) continue;
          const blocker = blockers.find((b) => b.rule === expected.rule && /^(SCH|WIN)/.test(b.rule));
          const until = blocker?.until ?? null;
          const first = times.firstStart(asset, Math.max(occasion.enabledAt, occasion.notBefore ?? 0));
          if (first !== "later") expect([asset.id, blocker?.rule, until]).toEqual([asset.id, expected.rule, first]);
          seen.rules.add(`${expected.rule} ${until !== null}`);
          if (until === null) seen.never += 1;
          else if (job.schedule._tag === "Recurring") seen.recurring += runsIn(from, asset, until);
          else seen.once += runsAt(from, asset, until);
        }
      }),
      Arbitraries.runs(600),
    );
    for (const times of [seen.never, seen.once, seen.recurring]) expect(times).toBeGreaterThan(50);
    expect([...seen.rules]).toEqual(
      expect.arrayContaining(["SCH-08 true", "WIN-05 true", "WIN-07 true", "SCH-06 false"]),
    );
  });
});

type Asset = Plan.PlanInputs["assets"][number];

// Enabled at that instant, the job starts there at once.
const runsAt = (from: Plan.PlanInputs, asset: Asset, until: number): number => {
  expect(timingWith(from, asset, { enabledAt: until, zones: [asset.timeZone] })).toMatchObject({
    _tag: "Runs",
    timing: { start: null },
  });
  return 1;
};

// Some later run starts there at that instant.
const runsIn = (from: Plan.PlanInputs, asset: Asset, until: number): number => {
  const slots = PlanTimeReference.slotsFrom(from.job.schedule, from.occasion?.enabledAt ?? 0);
  for (const slot of slots) {
    const timing = timingWith(from, asset, { slot });
    if (timing._tag === "Runs" && timing.timing.start === until) return 1;
    if (slot > until + 3 * 86_400_000) break;
  }
  throw new Error(`no run starts at ${until}`);
};

const timingWith = (
  from: Plan.PlanInputs,
  asset: Asset,
  over: Partial<Plan.PlanInputs["occasion"]>,
): PlanTiming.AssetTiming => {
  if (from.occasion === undefined) throw new Error("no occasion");
  const timings = PlanTiming.compile(from.job, { ...from.occasion, ...over });
  if (!timings.ok) throw new Error(timings.error.message);
  return timings.value.of(asset);
};
