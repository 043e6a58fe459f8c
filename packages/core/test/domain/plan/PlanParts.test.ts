import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan, PlanGroup } from "../../../src/domain/plan/Plan.ts";
import * as PlanParts from "../../../src/domain/plan/PlanParts.ts";

const RUNS = 60 * Number(process.env.FETTLE_RUNS ?? 1);
const timing = { zone: null, start: null, windowEnd: null, latestReboot: null };
const patches = (packages: number): PlanGroup["patches"] => [
  {
    patchId: `P-${packages}`,
    advisory: null,
    packages: Array.from({ length: packages }, (_, i) => ({ name: `n-${i}`, arch: "x86_64", evr: "1-1" })),
  },
];
const plan = (groups: readonly (readonly [assets: number, packages: number])[], excluded: number): Plan => ({
  jobId: "job",
  kind: "deployment",
  occurrence: { key: "on-demand", nominalLocal: null },
  isProvisional: false,
  conduct: { reboot: { _tag: "Suppress" }, continueOnFailure: true },
  groups: groups.map(([assets, packages], g) => ({
    patches: patches(packages),
    timing,
    assets: Array.from({ length: assets }, (_, i) => `${g}-${i}`),
  })),
  excluded: Array.from({ length: excluded }, (_, i) => ({ assetId: `x-${i}`, rule: "R", reason: "r", shownAs: null })),
  leftOut: [],
  versions: { tzdata: "2026a", tokenizer: "1" },
});
const joined = (whole: Plan, parts: readonly PlanParts.PlanPart[]): Plan => {
  const joining = PlanParts.joining(PlanParts.headOf(whole, parts.length));
  for (const part of parts) joining.add(part);
  return joining.plan();
};
const assetsOf = ({ groups, excluded }: PlanParts.PlanPart): number =>
  groups.reduce((sum, { assets }) => sum + assets.length, excluded.length);

describe("a plan in parts", () => {
  it("PLN-01: is the same plan put together again, whatever its groups, and no part is larger than it may be", () => {
    const groups = fc.array(fc.tuple(fc.integer({ min: 1, max: 1_300 }), fc.integer({ min: 0, max: 60 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(groups, fc.integer({ min: 0, max: 1_300 }), (some, excluded) => {
        const whole = plan(some, excluded);
        const parts = [...PlanParts.cut(whole)];
        expect(joined(whole, parts)).toEqual(whole);
        expect(PlanParts.isSmall(whole)).toBe(parts.length === 1);
        for (const part of parts) {
          expect(assetsOf(part)).toBeLessThanOrEqual(PlanParts.PART_ASSETS_MAX);
          const pieces = part.groups.reduce(
            (sum, g) => sum + g.assets.length * (2 + (g.patches[0]?.packages.length ?? 0)),
            0,
          );
          expect(pieces).toBeLessThanOrEqual(PlanParts.PART_PIECES_MAX);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("is whole up to PART_ASSETS_MAX assets, and in two parts with one more", () => {
    const { PART_ASSETS_MAX: most } = PlanParts;
    expect([...PlanParts.cut(plan([[most - 1, 1]], 1))]).toHaveLength(1);
    expect([...PlanParts.cut(plan([[most, 1]], 1))].map(assetsOf)).toEqual([most, 1]);
    expect([...PlanParts.cut(plan([], 0))]).toHaveLength(1);
  });

  it("goes by what its assets get, too: one that gets more than PART_PIECES_MAX is a part by itself", () => {
    const { PART_PIECES_MAX: most } = PlanParts;
    expect([...PlanParts.cut(plan([[3, most - 2]], 0))].map(assetsOf)).toEqual([1, 1, 1]);
    expect([...PlanParts.cut(plan([[2, most + 1]], 0))].map(assetsOf)).toEqual([1, 1]);
  });
});
