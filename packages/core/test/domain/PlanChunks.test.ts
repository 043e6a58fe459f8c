import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Distinct from "../../src/domain/plan/Distinct.ts";
import * as Explanation from "../../src/domain/plan/Explanation.ts";
import * as Lacks from "../../src/domain/plan/Lacks.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import type { MissingHere } from "../../src/domain/plan/PlanInputs.ts";
import * as Chunks from "../../src/domain/shared/Chunks.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as PlanFleet from "../scenario/PlanFleet.ts";
import * as PlanWorld from "../scenario/PlanWorld.ts";
import * as Values from "../scenario/Values.ts";

const { asset, job, patch, pkg, uuid } = Values;
const { assessment, inputs, missing } = PlanWorld;

/** A fleet in a few states, each asset with arrays of its own. */
const fleet = (count: number, lacked: number): Plan.PlanInputs => {
  const patches = Array.from({ length: lacked }, (_, i) => patch(`P-${i}`));
  const assets = Array.from({ length: count }, (_, i) => asset(uuid(i), { tags: ["fleet"] }));
  const lacks = (i: number) => patches.slice(i % 3).map((p) => missing(p.id, ...p.packages));
  return inputs({
    assets: [...assets].reverse(),
    patches,
    seats: new Map(assets.map((a) => [a.id, { _tag: "Licensed" } as const])),
    job: job({ patches: { _tag: "Query", query: "category: security" } }),
    assessments: new Map(assets.map((a, i) => [a.id, assessment(lacks(i))])),
  });
};

const stepsOf = <A>(steps: Generator<void, A>): { readonly value: A; readonly chunks: number } => {
  for (let chunks = 1; ; chunks += 1) {
    const step = steps.next();
    if (step.done === true) return { value: step.value, chunks };
  }
};

describe("a plan in chunks", () => {
  it("PLN-01: is the plan, and is put down in time, the more often the more there is to do", () => {
    const from = fleet(6_000, 20);
    const { value, chunks } = stepsOf(Plan.steps(from));
    expect(value).toEqual(Plan.compile(from));
    expect(value.ok && value.value.groups.map((g) => g.assets.length)).toEqual([2_000, 2_000, 2_000]);
    // What every asset lacks is looked at twice.
    expect(chunks).toBeGreaterThan((2 * 6_000 * 19) / Chunks.WORK_PER_CHUNK);
    expect(stepsOf(Plan.steps(fleet(10, 20))).chunks).toBe(1);
  });

  it("PLN-01: puts no more assets into one chunk than its work allows", () => {
    const from = fleet(6_000, 20);
    let [asked, most] = [0, 0];
    const assessments = new Map(from.assessments);
    const counting = {
      get: (id: string) => {
        asked += 1;
        return assessments.get(id);
      },
    } as typeof from.assessments;
    const steps = Plan.steps({ ...from, assessments: counting });
    while (steps.next().done !== true) [most, asked] = [Math.max(most, asked), 0];
    expect(most).toBeGreaterThan(100);
    expect(most).toBeLessThanOrEqual(Chunks.WORK_PER_CHUNK / 18);
  });

  it("PLN-01: gives an asset among many the list that it gets alone, whoever else shares its state", () => {
    fc.assert(
      fc.property(PlanFleet.anyInputs, fc.nat({ max: 40 }), (drawn, copies) => {
        const from = multiplied(drawn, copies + 1);
        const plan = listsOf(from);
        const share = Lacks.sharing();
        const shared = new Map([...from.assessments].map(([id, own]) => [id, share(own)] as const));
        expect(Plan.compile({ ...from, assessments: shared })).toEqual(Plan.compile(from));
        for (const each of from.assets) {
          if (from.job.patches?._tag === "Query") continue;
          expect(plan.get(each.id)).toEqual(listsOf({ ...from, assets: [each] }).get(each.id));
        }
      }),
      Arbitraries.runs(60),
    );
  });
});

// Every asset so many times, each with texts and arrays of its own.
const multiplied = (from: Plan.PlanInputs, times: number): Plan.PlanInputs => {
  const ids = (id: string) => Array.from({ length: times }, (_, i) => `${id}/${i}`);
  const each = <A>(map: ReadonlyMap<string, A>): ReadonlyMap<string, A> =>
    new Map([...map].flatMap(([id, value]) => ids(id).map((copy) => [copy, structuredClone(value)] as const)));
  return {
    ...from,
    assets: from.assets.flatMap((a) => ids(a.id).map((id) => ({ ...a, id }))),
    job: { ...from.job, targets: { ...Values.select({ assets: from.assets.flatMap((a) => ids(a.id)) }) } },
    seats: each(from.seats),
    turnedOff: each(from.turnedOff),
    assessments: each(from.assessments),
    former: each(from.former),
    replaced: each(from.replaced),
  };
};

const listsOf = (from: Plan.PlanInputs): ReadonlyMap<string, unknown> => {
  const plan = Plan.compile(from);
  if (!plan.ok) throw new Error(plan.error.message);
  return new Map<string, unknown>([
    ...plan.value.groups.flatMap((g) => g.assets.map((id) => [id, g.patches] as const)),
    ...plan.value.excluded.map((e) => [e.assetId, e.rule] as const),
  ]);
};

describe("a job of actions alone", () => {
  const script = {
    _tag: "RunScript",
    language: "shell",
    script: { digest: `sha256:${"0".repeat(64)}`, sizeBytes: 1, author: { keyId: "k", signature: "s" } },
    timeLimitSeconds: 60,
  } as const;
  const alone = job({ patches: null, actions: { before: [], after: [script] } });

  it("JOB-20: plans each target with an empty list, whatever is missing there, and leaves out who is no target", () => {
    const assets = [1, 2, 3].map((i) => asset(uuid(i), { tags: i < 3 ? ["fleet"] : ["lab"] }));
    const assessments = new Map([[uuid(1), assessment([missing("P-1", pkg("openssl", "2-1"))])]]);
    const plan = Plan.compile(inputs({ job: alone, assets, assessments }));
    expect(plan).toMatchObject({
      ok: true,
      value: { groups: [{ patches: [], assets: [uuid(1), uuid(2)] }], excluded: [], leftOut: [] },
    });
    const [first] = assets;
    if (first === undefined) throw new Error("no asset");
    const question = { asset: first, patchId: null, reads: "asset" } as const;
    expect(Explanation.explain(inputs({ job: alone, assets, assessments }), question)).toMatchObject({
      ok: true,
      value: { gets: [], blockers: [] },
    });
  });

  it("JOB-02: isn't planned where there are no actions either", () => {
    for (const actions of [undefined, { before: [], after: [] }]) {
      const nothing = job({ patches: null, ...(actions === undefined ? {} : { actions }) });
      expect(Plan.compile(inputs({ job: nothing }))).toMatchObject({ ok: false, error: { rule: "JOB-02" } });
    }
  });
});

describe("what many assets have in common", () => {
  const isBefore = (a: { readonly id: string }, b: { readonly id: string }) => a.id < b.id;

  it("is put in order like any sort does, in chunks", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 60 }),
        fc.nat({ max: 80 }),
        (keys, times) => {
          const items = keys.flatMap((key) => Array.from({ length: times }, (_, i) => ({ id: `${key}/${i}` })));
          const sorted = Chunks.finish(Chunks.sorted(items, isBefore));
          expect(sorted).toEqual([...items].sort((a, b) => (a.id < b.id ? -1 : 1)));
          expect(Chunks.finish(Chunks.sorted(sorted, isBefore))).toBe(sorted);
        },
      ),
      Arbitraries.runs(300),
    );
    const many = Array.from({ length: 50_000 }, (_, i) => ({ id: String((i * 7_919) % 50_000) }));
    let [compared, most] = [0, 0];
    const steps = Chunks.sorted(many, (a, b) => {
      compared += 1;
      return isBefore(a, b);
    });
    while (steps.next().done !== true) [most, compared] = [Math.max(most, compared), 0];
    // Within a chunk, each item at most once with each halving of a run.
    expect(most).toBeLessThan(Chunks.WORK_PER_CHUNK * 30);
  });

  it("is one where lists are equal, and never where they aren't", () => {
    const items = Array.from({ length: 3 }, (_, number) => ({ number }));
    const list = fc.array(fc.constantFrom(...items), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(list, { minLength: 2, maxLength: 200, size: "max" }), (all) => {
        const distinct = Distinct.lists<Distinct.Numbered>();
        const numbers = all.map((each) => distinct(each).number);
        const texts = all.map((each) => JSON.stringify(each));
        expect(numbers.map((n) => numbers.indexOf(n))).toEqual(texts.map((t) => texts.indexOf(t)));
        expect(Math.max(...numbers)).toBe(new Set(texts).size - 1);
      }),
      Arbitraries.runs(200),
    );
  });

  it("is never one for lists whose hashes are equal, as of hundreds of thousands some are", () => {
    const distinct = Distinct.lists<Distinct.Numbered>();
    const items = Array.from({ length: 700 }, (_, number) => ({ number }));
    const numbers = new Set(items.flatMap((a) => items.map((b) => distinct([a, b]).number)));
    expect(numbers.size).toBe(items.length ** 2);
  });

  it("is one lack where the same packages would be brought, however many ways there are of lacking one patch", () => {
    const version = fc.constantFrom("1-1", "2-1", "3-1");
    const part = fc.record(
      {
        name: fc.constantFrom("a", "b"),
        arch: fc.constantFrom("x86_64", "noarch"),
        installed: fc.option(version),
        fixed: version,
        isPresence: fc.constant(true as const),
        replaces: fc.array(
          version.map((evr) => pkg("old", evr)),
          { minLength: 1, maxLength: 2 },
        ),
      },
      { requiredKeys: ["name", "arch", "installed", "fixed"] },
    );
    const lack: fc.Arbitrary<MissingHere> = fc.record({
      patchId: fc.constantFrom("P-1", "P-2"),
      packages: fc.array(part, { minLength: 1, maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(lack, { minLength: 2, maxLength: 150, size: "max" }), (all) => {
        const lackOf = Lacks.make();
        const brought = ({ patchId, packages }: MissingHere) =>
          JSON.stringify([patchId, packages.map((p) => [p.name, p.arch, p.fixed, p.isPresence, p.replaces])]);
        const found = all.map(lackOf);
        const texts = all.map(brought);
        expect(found.map((f) => found.indexOf(f))).toEqual(texts.map((t) => texts.indexOf(t)));
        expect(found.map(brought)).toEqual(texts);
        expect(new Set(found.map((f) => f.number)).size).toBe(new Set(texts).size);
      }),
      Arbitraries.runs(200),
    );
  });
});
