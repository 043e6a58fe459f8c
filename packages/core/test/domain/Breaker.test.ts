import { PatchOutcome } from "@fettle/agent-protocol/vocabulary";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Breaker from "../../src/domain/patch/Breaker.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";

const limits = (over: Partial<Limits.Limits> = {}) => Limits.withOverrides(over);
const nobody = (assetId: string): Breaker.Attempts => ({ assetId, latest: {} });

describe("the circuit breaker of a patch", () => {
  it("PLN-05: trips on more than 20 % failures of 20 attempts or more, as it comes", () => {
    const trips = (failed: number, attempted: number) => Breaker.isTripped({ failed, attempted }, Limits.defaults);
    expect([trips(5, 20), trips(4, 20), trips(19, 19), trips(21, 100), trips(20, 100)]).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it("PLN-05: never trips at 100 %, and at 0 % on the first failure of enough attempts", () => {
    const counts = { failed: 20, attempted: 20 };
    expect(Breaker.isTripped(counts, limits({ breakerFailedPercentMax: 100 }))).toBe(false);
    const strict = limits({ breakerFailedPercentMax: 0, breakerAttemptsMin: 1 });
    expect(Breaker.isTripped({ failed: 1, attempted: 1_000 }, strict)).toBe(true);
    expect(Breaker.isTripped({ failed: 0, attempted: 1_000 }, strict)).toBe(false);
  });

  it.each([
    [{ breakerAttemptsMin: 1, breakerFailedPercentMax: 0 }, []],
    [{ breakerAttemptsMin: Breaker.ATTEMPTS_MIN_MAX, breakerFailedPercentMax: 100 }, []],
    [{ breakerAttemptsMin: 0 }, ["limits.breakerAttemptsMin"]],
    [{ breakerAttemptsMin: Breaker.ATTEMPTS_MIN_MAX + 1 }, ["limits.breakerAttemptsMin"]],
    [
      { breakerAttemptsMin: 1.5, breakerFailedPercentMax: -1 },
      ["limits.breakerAttemptsMin", "limits.breakerFailedPercentMax"],
    ],
    [{ breakerFailedPercentMax: 101 }, ["limits.breakerFailedPercentMax"]],
  ])("PLN-05: with the limits %j has these problems: %j", (over, paths) => {
    expect(Breaker.limitProblems(limits(over)).map((p) => p.path)).toEqual(paths);
  });

  it("PLN-05: counts what was installed and what failed, and nothing else", () => {
    const counted = PatchOutcome.all.filter(Breaker.isAttempt);
    expect([...counted].sort()).toEqual(["Failed", "Installed", "InstalledPendingReboot"]);
  });

  it("PLN-05: keeps of an asset so many patches, the latest", () => {
    const max = Breaker.ATTEMPTS_PER_ASSET_MAX;
    const told = Array.from({ length: max + 1 }, (_, i) => ({
      patchId: `P-${i}`,
      epoch: 1,
      sequence: i + 1,
      outcome: "Failed" as const,
    }));
    const { attempts, added } = Breaker.take(nobody("a"), told, () => 0);
    expect(added.size).toBe(max + 1);
    expect(Object.keys(attempts.latest)).toHaveLength(max);
    expect(attempts.latest).not.toHaveProperty("P-0");
    expect(attempts.latest).toHaveProperty(`P-${max}`);
  });
});

const ASSETS = ["a", "b", "c"];
const PATCHES = ["P-1", "P-2"];
type Step =
  | { readonly _tag: "Release"; readonly patchId: string }
  | { readonly _tag: "Report"; readonly assetId: string; readonly told: readonly Breaker.Told[] };

const told: fc.Arbitrary<Breaker.Told> = fc.record({
  patchId: fc.constantFrom(...PATCHES),
  epoch: fc.integer({ min: 1, max: 2 }),
  sequence: fc.integer({ min: 1, max: 6 }),
  outcome: fc.constantFrom("Installed", "Failed", "Failed", "InstalledPendingReboot", "Skipped", "AlreadyInstalled"),
} as const);
const report = fc
  .record({ assetId: fc.constantFrom(...ASSETS), told: fc.array(told, { minLength: 1, maxLength: 3 }) })
  .map((r): Step => ({ _tag: "Report", ...r }));
const release = fc.constantFrom(...PATCHES).map((patchId): Step => ({ _tag: "Release", patchId }));
const steps = fc.array(fc.oneof({ weight: 5, arbitrary: report }, { weight: 1, arbitrary: release }), {
  maxLength: 15,
});

// Facts are told once under each number (the engine sees to that), so of one number the first stands.
const distinct = (all: readonly Step[]): readonly Step[] => {
  const seen = new Set<string>();
  return all.map((s) =>
    s._tag === "Release"
      ? s
      : {
          ...s,
          told: s.told.filter((t) => {
            const key = `${s.assetId}.${t.epoch}.${t.sequence}`;
            return !seen.has(key) && seen.add(key) !== undefined;
          }),
        },
  );
};

const tally = (all: readonly Step[]): ReadonlyMap<string, Breaker.Counts> => {
  const rounds = new Map<string, number>();
  const counts = new Map<string, Breaker.Counts>();
  const known = new Map<string, Breaker.Attempts>();
  for (const step of all) {
    if (step._tag === "Release") {
      rounds.set(step.patchId, (rounds.get(step.patchId) ?? 0) + 1);
      counts.delete(step.patchId);
      continue;
    }
    const taken = Breaker.take(
      known.get(step.assetId) ?? nobody(step.assetId),
      step.told,
      (patchId) => rounds.get(patchId) ?? 0,
    );
    known.set(step.assetId, taken.attempts);
    for (const [patchId, { attempted, failed }] of taken.added) {
      const sum = counts.get(patchId) ?? { attempted: 0, failed: 0 };
      counts.set(patchId, { attempted: sum.attempted + attempted, failed: sum.failed + failed });
    }
  }
  return counts;
};

// Of each asset the last of all its attempts by their numbers, if it was told since the last release.
const recount = (all: readonly Step[], patchId: string): Breaker.Counts => {
  const since = all.findLastIndex((s) => s._tag === "Release" && s.patchId === patchId);
  const last = ASSETS.flatMap((assetId) => {
    const own = all.flatMap((s, at) =>
      s._tag === "Report" && s.assetId === assetId ? s.told.map((t) => ({ ...t, at })) : [],
    );
    const attempts = own.filter(
      (t) => t.patchId === patchId && ["Installed", "Failed", "InstalledPendingReboot"].includes(t.outcome),
    );
    return attempts.sort((a, b) => b.epoch - a.epoch || b.sequence - a.sequence).slice(0, 1);
  }).filter((t) => t.at > since);
  return { attempted: last.length, failed: last.filter((t) => t.outcome === "Failed").length };
};

describe("the counts of attempts", () => {
  it("PLN-05: are what a recount of everything that was told comes to, in whatever order and batches it was", () => {
    const seen = { failed: 0, released: 0 };
    fc.assert(
      fc.property(steps.map(distinct), (all) => {
        const counts = tally(all);
        for (const patchId of PATCHES) {
          const expected = recount(all, patchId);
          expect([patchId, counts.get(patchId) ?? { attempted: 0, failed: 0 }]).toEqual([patchId, expected]);
          if (expected.failed > 0) seen.failed += 1;
          if (expected.attempted > 0 && all.some((s) => s._tag === "Release" && s.patchId === patchId))
            seen.released += 1;
        }
      }),
      Arbitraries.runs(2_000),
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(100);
  });
});
