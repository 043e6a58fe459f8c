import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Job from "../../src/domain/job/Job.ts";
import * as ApprovalAge from "../../src/domain/patch/ApprovalAge.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as Patches from "../../src/domain/patch/Patch.ts";
import * as Supersedence from "../../src/domain/patch/Supersedence.ts";
import * as Explanation from "../../src/domain/plan/Explanation.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as PlanWorld from "../scenario/PlanWorld.ts";
import * as Values from "../scenario/Values.ts";

const { job, patch, pkg, uuid, DAY_MS } = Values;
const { assessment, inputs, missing } = PlanWorld;

const NOW = Date.UTC(2026, 0, 31);
const day = (n: number) => Date.UTC(2026, 0, 1) + n * DAY_MS;
const aged = (approvalAgeDays: number) =>
  job({ patches: { _tag: "Query", query: "category: security", approvalAgeDays } });
const lacks = (...ids: readonly string[]) =>
  new Map([[uuid(1), assessment(ids.map((id) => missing(id, pkg("openssl", "2-1"))))]]);
const over = (...ids: readonly string[]) => ({ supersedes: ids.map((patchId) => ({ patchId, product: null })) });

const plan = (given: Partial<Plan.PlanInputs>) => {
  const compiled = Plan.compile(inputs({ job: aged(30), now: NOW, ...given }));
  if (!compiled.ok) throw new Error(compiled.error.message);
  const got = compiled.value.groups.flatMap((g) => g.patches.map((p) => p.patchId));
  return { got, leftOut: compiled.value.leftOut };
};

describe("the approval age of a query", () => {
  it("PLN-07: takes a fix that has been out so many days to the millisecond, and none that hasn't", () => {
    const at = (publishedAt: number) => plan({ patches: [patch("P-1", { publishedAt })] });
    expect(at(day(0)).got).toEqual(["P-1"]);
    expect(at(day(0) + 1)).toEqual({
      got: [],
      leftOut: [
        { patchId: "P-1", rule: "PLN-07", reason: "not out for 30 days yet: out since 2026-01-01T00:00:00.001Z" },
      ],
    });
    expect(plan({ job: aged(0), patches: [patch("P-1", { publishedAt: NOW })] }).got).toEqual(["P-1"]);
  });

  it("PLN-07: says the same until the day comes, so that a plan that was approved stays the same", () => {
    const patches = [patch("P-1", { publishedAt: day(10) })];
    expect(plan({ patches, now: day(39) })).toEqual(plan({ patches, now: day(12) }));
    expect(plan({ patches, now: day(40) }).got).toEqual(["P-1"]);
  });

  it("PLN-07: an older fix is taken until what takes its place is old enough, and its age doesn't begin anew", () => {
    const chain = [
      patch("P-1", { publishedAt: day(0) }),
      patch("P-2", { publishedAt: day(20), ...over("P-1") }),
      patch("P-3", { publishedAt: day(40), ...over("P-2") }),
    ];
    const on = (n: number) => plan({ patches: chain, assessments: lacks("P-1", "P-2", "P-3"), now: day(n) }).got;
    expect([29, 30, 49, 50, 69, 70].map(on)).toEqual([[], ["P-1"], ["P-1"], ["P-2"], ["P-2"], ["P-3"]]);
  });

  it("PLN-07: what is installed takes an older fix's place however young it is", () => {
    const patches = [patch("P-1", { publishedAt: day(0) }), patch("P-2", { publishedAt: day(20), ...over("P-1") })];
    const assessments = new Map([[uuid(1), assessment([missing("P-1", pkg("openssl", "2-1"))], ["P-2"])]]);
    expect(plan({ patches, assessments })).toMatchObject({ got: [], leftOut: [{ patchId: "P-1", rule: "JOB-22" }] });
  });

  it("PLN-07: an unknown date counts from first seen; where that wasn't kept, from the date that is there", () => {
    const undated = Patches.make({ ...patch("P-1"), publishedAt: null });
    expect(undated).toMatchObject({ isUndated: true });
    const kept = (firstSeenAt: number) => ({ ...undated, firstSeenAt, publishedAt: firstSeenAt });
    expect(plan({ patches: [kept(day(0))] }).got).toEqual(["P-1"]);
    expect(plan({ patches: [kept(day(1))] }).leftOut).toEqual([
      { patchId: "P-1", rule: "PLN-07", reason: "not out for 30 days yet: first seen 2026-01-02T00:00:00.000Z" },
    ]);
    expect(ApprovalAge.outSince({ ...undated, publishedAt: 5 })).toBe(5);
    expect(ApprovalAge.outSince({ ...patch("P-1", { publishedAt: 7 }), firstSeenAt: 9 })).toBe(7);
  });

  it("PLN-07: explains itself, with the first instant at which it doesn't stand in the way any more", () => {
    const from = inputs({ job: aged(30), now: NOW, patches: [patch("P-1", { publishedAt: day(5) })] });
    const [asset] = from.assets;
    if (asset === undefined) throw new Error("no asset");
    const answer = Explanation.explain(from, { asset, patchId: "P-1", reads: "asset" });
    expect(answer).toMatchObject({ ok: true, value: { gets: [], blockers: [{ rule: "PLN-07", until: day(35) }] } });
  });

  it.each([
    [0, 0],
    [365, 0],
    [366, 1],
    [-1, 1],
    [1.5, 1],
    [Number.NaN, 1],
  ])("PLN-07: of %d days has %d problems", (approvalAgeDays, count) => {
    const found = Job.problems(
      Values.draft({ patches: { _tag: "Query", query: "category: security", approvalAgeDays } }),
      Limits.defaults,
    );
    expect(found).toHaveLength(count);
    for (const p of found)
      expect(p).toMatchObject({ rule: "PLN-07", code: "invalid", path: "patches.approvalAgeDays" });
  });
});

/** A chain whose members came out at these days, each over the one before; all but the newest withdrawn, or none. */
const chainOf = (days: readonly number[], { isKept }: { readonly isKept: boolean }): readonly Patch[] =>
  days.map((n, i) =>
    patch(`C-${i}`, {
      publishedAt: day(n),
      isDeprecated: !isKept && i < days.length - 1,
      ...(i === 0 ? {} : over(`C-${i - 1}`)),
    }),
  );
const found = (patches: readonly Patch[], policy: ApprovalAge.Policy) =>
  ApprovalAge.neverInstalls(Supersedence.make(patches), policy);

describe("policies that can never install", () => {
  const monthly = [0, 28, 56, 84];

  it("PLN-07: are found on the first day, with the chain, its cadence and what comes of it", () => {
    const at = { ageDays: 30, now: day(85) };
    const starved = { chain: ["C-0", "C-1", "C-2", "C-3"], cadenceDays: 28, ageDays: 30 };
    expect(found(chainOf(monthly, { isKept: false }), at)).toEqual([{ ...starved, outcome: "never" }]);
    expect(found(chainOf(monthly, { isKept: true }), at)).toEqual([{ ...starved, outcome: "behind" }]);
  });

  it("PLN-07: are none where the age is no longer than the cadence, the chain rests, or it has no cadence yet", () => {
    const patches = chainOf(monthly, { isKept: false });
    expect(found(patches, { ageDays: 28, now: day(85) })).toEqual([]);
    expect(found(patches, { ageDays: 29, now: day(85) })).toHaveLength(1);
    expect(found(patches, { ageDays: 30, now: day(114) })).toEqual([]);
    expect(found(chainOf([0, 28], { isKept: false }), { ageDays: 30, now: day(29) })).toEqual([]);
  });

  it("PLN-07: are told of what the query is about, by the last patches of a chain", () => {
    const patches = chainOf([-200, 0, 10, 20, 30, 40, 50, 60, 70], { isKept: true });
    const at = { ageDays: 11, now: day(71) };
    const [starved] = found(patches, at);
    expect(starved?.chain).toEqual(["C-2", "C-3", "C-4", "C-5", "C-6", "C-7", "C-8"]);
    expect(found(patches, { ...at, finds: (p) => p.id !== "C-8" })).toEqual([]);
    expect(found(patches, { ...at, finds: () => false })).toEqual([]);
  });

  it("PLN-07: install nothing of the chain on any day, where the vendor withdraws what is superseded", () => {
    const seen = { never: 0, fed: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 3, maxLength: 6 }),
        fc.integer({ min: 1, max: 14 }),
        (gaps, ageDays) => {
          const sum = (list: readonly number[]) => list.reduce((all, gap) => all + gap, 0);
          const days = [0, ...gaps.map((_, i) => sum(gaps.slice(0, i + 1)))];
          const last = days.at(-1) ?? 0;
          // The catalogue as it stands on each day, planned with the same age.
          const installs = (n: number) => {
            const out = days.filter((d) => d <= n);
            const patches = chainOf(out, { isKept: false });
            return plan({ job: aged(ageDays), patches, assessments: lacks(...patches.map((p) => p.id)), now: day(n) })
              .got;
          };
          const starved = found(chainOf(days, { isKept: false }), { ageDays, now: day(last) }).length > 0;
          const isFed = Array.from({ length: last }, (_, n) => installs(n)).some((got) => got.length > 0);
          expect([gaps, ageDays, starved]).toEqual([gaps, ageDays, !isFed && Math.max(...gaps) < ageDays]);
          seen[starved ? "never" : "fed"] += 1;
        },
      ),
      Arbitraries.runs(300),
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(20);
  });
});
