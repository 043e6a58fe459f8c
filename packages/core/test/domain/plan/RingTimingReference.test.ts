import { Recurrence } from "@fettle/scheduler";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Asset } from "../../../src/domain/asset/Asset.ts";
import type { TimedAction } from "../../../src/domain/job/JobActions.ts";
import * as Explanation from "../../../src/domain/plan/Explanation.ts";
import * as Plan from "../../../src/domain/plan/Plan.ts";
import * as PlanDifference from "../../../src/domain/plan/PlanDifference.ts";
import * as PlanTiming from "../../../src/domain/plan/PlanTiming.ts";
import type { Ring, Rollout } from "../../../src/domain/rollout/Rollout.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";
import * as PlanTimeReference from "../../scenario/PlanTimeReference.ts";
import * as RingTimeReference from "../../scenario/RingTimeReference.ts";
import * as TimedFleet from "../../scenario/TimedFleet.ts";
import * as Values from "../../scenario/Values.ts";

const ring = (soakDays: number, i: number): Ring => ({
  name: `ring of ${soakDays}, ${i}`,
  members: { _tag: "Count", assets: 1 },
  soakDays,
  promotion: { failedPercentMax: 0, silentPercentMax: 0, by: "automatic" },
});
const rest: Ring = { name: "rest", members: { _tag: "Rest" }, soakDays: null, promotion: null };
const rollout: fc.Arbitrary<Rollout> = fc
  .array(fc.constantFrom(1, 1, 2, 3, 8), { maxLength: 3 })
  .map((soaks) => ({ rings: [...soaks.map(ring), rest] }));

const inRings: fc.Arbitrary<Plan.PlanInputs> = fc
  .tuple(TimedFleet.anyInputs, rollout)
  .map(([from, rings]) => ({ ...from, job: { ...from.job, rollout: rings } }));

// A job of actions alone, to which every asset comes that time lets: of the others few get anything at all.
const script: TimedAction = {
  _tag: "RunScript",
  language: "shell",
  script: { digest: `sha256:${"0".repeat(64)}`, sizeBytes: 1, author: { keyId: "k", signature: "s" } },
  timeLimitSeconds: 60,
};
const forAll = (from: Plan.PlanInputs): Plan.PlanInputs => ({
  ...from,
  scope: { _tag: "All" },
  turnedOff: new Map(),
  seats: new Map(from.assets.map(({ id }) => [id, { _tag: "Licensed" }])),
  job: { ...from.job, kind: "deployment", patches: null, actions: { before: [], after: [script] } },
});
// Recurring schedules that end before many rings have had their turn.
const ending = (from: Plan.PlanInputs): Plan.PlanInputs => {
  const { schedule } = from.job;
  if (schedule?._tag !== "Recurring") return from;
  const at = Recurrence.wallOf(from.now + 5 * Values.DAY_MS);
  const rule = { ...schedule.rule, end: { _tag: "Until", at } } as const;
  return { ...from, job: { ...from.job, schedule: { ...schedule, rule } } };
};
const same = (from: Plan.PlanInputs): Plan.PlanInputs => from;
const inRingsForAll = fc
  .tuple(inRings, fc.constantFrom(true, true, false), fc.boolean())
  .map(([from, isForAll, isEnding]) => [from, isForAll ? forAll : same, isEnding ? ending : same] as const)
  .map(([from, widened, shortened]) => shortened(widened(from)));

// What becomes of an asset by time alone.
const plain = (timing: PlanTiming.AssetTiming) =>
  timing._tag === "Runs" ? timing.timing : { rule: timing.obstacle.rule, shownAs: timing.obstacle.shownAs ?? null };

const timingsOf = (from: Plan.PlanInputs): PlanTiming.Timings => {
  const timings = PlanTiming.compile(from.job, from.occasion ?? PlanTiming.noOccasion(from.now));
  if (!timings.ok) throw new Error(timings.error.message);
  return timings.value;
};

const explained = (from: Plan.PlanInputs, asset: Asset): Explanation.Explanation => {
  const [alone, all] = (["asset", "fleet"] as const).map((reads) =>
    Explanation.explain(from, { asset, patchId: null, reads }),
  );
  const answer = alone?.ok === true && alone.value === null ? all : alone;
  if (answer?.ok !== true || answer.value === null) throw new Error("no explanation");
  return answer.value;
};

describe("the times of rings in a plan of a generated fleet", () => {
  it("RNG-05, RNG-06: of each ring and asset are what days and slots, counted one by one and walked minute by minute, come to", () => {
    const seen = { runs: 0, none: 0, later: 0, putOff: 0, bounded: 0, atOnce: 0, Once: 0, Recurring: 0, OnDemand: 0 };
    fc.assert(
      fc.property(inRings, (from) => {
        const { schedule, rollout: rings } = from.job;
        if (typeof PlanTimeReference.of(from) === "string") return;
        const timings = timingsOf(from);
        for (const asset of from.assets) {
          for (let number = 2; number <= (rings?.rings.length ?? 0); number += 1) {
            const expected = RingTimeReference.inRing(from, asset, number);
            if (expected === "later") seen.later += 1;
            if (expected === "later") continue;
            const timing = timings.inRing(asset, number);
            expect([asset.id, number, plain(timing)]).toEqual([asset.id, number, expected]);
            if ("rule" in expected) seen.none += expected.rule === "RNG-05" ? 1 : 0;
            else {
              seen.runs += 1;
              seen[schedule?._tag as "Once"] += 1;
              seen.putOff += timing._tag === "Runs" && timing.waits.length > 0 ? 1 : 0;
              seen.bounded += expected.latestReboot === null ? 0 : 1;
              seen.atOnce += expected.start === null ? 1 : 0;
            }
          }
        }
      }),
      Arbitraries.runs(600),
    );
    for (const times of Object.values({ ...seen, later: 11 })) expect(times).toBeGreaterThan(10);
  });

  it("RNG-05, PLN-03: are the starts of the plan's groups and what each asset's explanation says", () => {
    const seen = { first: 0, later: 0, none: 0, passedOn: 0 };
    fc.assert(
      fc.property(inRingsForAll, (from) => {
        const compiled = Plan.compile(from);
        if (!compiled.ok) return;
        const plan = compiled.value;
        expect(Plan.compile({ ...from, assets: [...from.assets].reverse() })).toEqual(compiled);
        for (const asset of from.assets) {
          const answer = explained(from, asset);
          const group = plan.groups.find((g) => g.assets.includes(asset.id));
          expect(answer.ring).toEqual(group?.ring);
          const out = plan.excluded.find((e) => e.assetId === asset.id);
          if (out !== undefined) expect(answer.blockers[0]).toMatchObject({ rule: out.rule, reason: out.reason });
          if (out?.rule === "RNG-05") seen.none += 1;
          if (group?.ring === undefined) continue;
          expect(answer.timing).toEqual(group.timing);
          expect(answer.blockers).toEqual([]);
          expect(group.ring.earliest).toBe(group.timing.start);
          expect(group.ring.why === null).toBe(group.timing.start !== null);
          const expected = RingTimeReference.inRing(from, asset, group.ring.number);
          if (expected !== "later") expect([asset.id, group.timing]).toEqual([asset.id, expected]);
          seen[group.ring.number === 1 ? "first" : "later"] += 1;
          if (PlanTimeReference.ruleAgainst(from, asset) !== null) seen.passedOn += 1;
        }
      }),
      Arbitraries.runs(400),
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(0);
  });

  it("RNG-05, PLN-02: differ in words exactly where the plans of two rollouts differ beside their conduct", () => {
    const seen = { same: 0, other: 0 };
    const pairs = fc.tuple(inRingsForAll, fc.oneof(fc.constant(null), rollout));
    fc.assert(
      fc.property(pairs, ([from, other]) => {
        const job = other === null ? from.job : { ...from.job, rollout: other };
        const [before, after] = [Plan.compile(from), Plan.compile({ ...from, job })];
        if (!before.ok || !after.ok) return;
        const alike = { ...after.value, conduct: before.value.conduct };
        const { changes, words } = PlanDifference.compare(before.value, alike);
        const isSame = JSON.stringify(before.value) === JSON.stringify(alike);
        expect([isSame, words]).toEqual([changes.length === 0, expect.any(Array)]);
        seen[isSame ? "same" : "other"] += 1;
      }),
      Arbitraries.runs(300),
    );
    expect(seen.same).toBeGreaterThan(50);
    expect(seen.other).toBeGreaterThan(10);
  });
});
