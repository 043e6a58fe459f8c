import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import * as Licence from "../../src/domain/license/Licence.ts";
import * as Explanation from "../../src/domain/plan/Explanation.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as PlanFleet from "../scenario/PlanFleet.ts";
import * as PlanWorld from "../scenario/PlanWorld.ts";
import * as TimedFleet from "../scenario/TimedFleet.ts";
import * as Values from "../scenario/Values.ts";

const { any, asset, job, patch, pkg, select, uuid } = Values;
const { assessment, inputs, missing } = PlanWorld;

const one = asset(uuid(1), { tags: ["fleet"] });

/** As the engine asks: of the asset alone first, and of all when that doesn't tell. */
const explain = (from: Plan.PlanInputs, about: Asset, patchId: string | null): Explanation.Explanation => {
  const alone = Explanation.explain(narrowed(from, about), { asset: about, patchId, reads: "asset" });
  const answer =
    alone.ok && alone.value === null ? Explanation.explain(from, { asset: about, patchId, reads: "fleet" }) : alone;
  if (!answer.ok || answer.value === null) throw new Error("no explanation");
  return answer.value;
};

// Nothing of the other assets but what their seats leave.
const narrowed = (from: Plan.PlanInputs, about: Asset): Plan.PlanInputs => ({
  ...from,
  assets: [about],
  assessments: new Map([...from.assessments].filter(([id]) => id === about.id)),
});

const compile = (from: Plan.PlanInputs): Plan.Plan => {
  const plan = Plan.compile(from);
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
};

const rulesOf = ({ blockers }: Explanation.Explanation) => blockers.map((b) => b.rule);

describe("an explanation", () => {
  it("PLN-03: says what the asset would get when nothing is in the way", () => {
    const answer = explain(inputs(), one, "P-1");
    expect(answer).toMatchObject({
      blockers: [],
      reads: "asset",
      gets: [{ patchId: "P-1", packages: [pkg("openssl", "2-1")] }],
    });
    expect(explain(inputs(), one, null).gets).toEqual(answer.gets);
  });

  it("PLN-03: names every rule in the way, in the plan's order, and what would have to change for each", () => {
    const blocked = { ...one, platform: "Windows", activations: {}, tags: ["kiosk"] } as const;
    const from = inputs({
      assets: [blocked],
      job: job({
        targets: select({ assets: [one.id], exclude: any("kiosk") }),
        patches: { _tag: "List", patches: ["P-1"] },
      }),
      scope: TagScope.tags(["lab"]),
      seats: new Map(),
      turnedOff: new Map([[one.id, "Kiosks"]]),
      patches: [patch("P-1", { isDeprecated: true })],
      assessments: new Map(),
    });
    const answer = explain(from, blocked, "P-1");
    expect(rulesOf(answer)).toEqual(["TAG-06", "TAG-04", "JOB-01", "AST-11", "CFG-09", "LIC-06", "PAT-06", "SYN-03"]);
    for (const { change } of answer.blockers) expect(change).toMatch(/^[a-z].{8,}/);
    expect(compile(from).excluded).toMatchObject([{ rule: "TAG-06" }]);
    expect(answer.gets).toEqual([]);
  });

  it("PLN-03: tells one that the targets don't mean, and a patch that the list doesn't name", () => {
    expect(rulesOf(explain(inputs({ job: job({ targets: select({ assets: [uuid(9)] }) }) }), one, "P-1"))).toEqual([
      "TAG-03",
    ]);
    expect(rulesOf(explain(inputs({ patches: [patch("P-1"), patch("P-2")] }), one, "P-2"))).toEqual([
      "JOB-04",
      "JOB-22",
    ]);
    expect(rulesOf(explain(inputs(), one, "P-9"))).toEqual(["JOB-04", "PAT-03"]);
  });

  it("PLN-03: tells what is installed from what doesn't apply, and from what can't be judged", () => {
    const reasonWith = (over: Partial<Plan.PlanInputs>) =>
      explain(inputs(over), one, "P-1").blockers.map((b) => b.reason);
    const standing = (known: ReturnType<typeof assessment>) => reasonWith({ assessments: new Map([[one.id, known]]) });
    expect(standing(assessment([], ["P-1"]))).toEqual(["it is installed there already"]);
    expect(standing(assessment([]))).toEqual(["it isn't missing there: it doesn't apply to the asset"]);
    expect(reasonWith({ assessments: new Map() })).toEqual(["not assessed yet: no snapshot"]);
  });

  it("JOB-22: past what a query may hold, the newest come first, and all assets are looked at to say so", () => {
    const from = inputs({
      job: job({ patches: { _tag: "Query", query: "category: security" } }),
      patches: [patch("P-1", { publishedAt: 1 }), patch("P-2", { publishedAt: 2 })],
      assessments: new Map([[one.id, assessment(["P-1", "P-2"].map((id) => missing(id, pkg("openssl", "2-1"))))]]),
      limits: Limits.withOverrides({ patchesPerJobMax: 1 }),
    });
    expect(explain(from, one, "P-1")).toMatchObject({
      blockers: [{ rule: "JOB-22", reason: "past the newest 1" }],
      reads: "fleet",
    });
    expect(explain(from, one, "P-2").blockers).toEqual([]);
    expect(explain(from, one, null).withheld).toMatchObject([{ patchId: "P-1", rule: "JOB-22" }]);
    expect(explain({ ...from, limits: Limits.defaults }, one, "P-1").reads).toBe("asset");
  });

  it("LIC-06: a seat is given in the order of all assets", () => {
    const [first, second] = [1, 2].map((n) => asset(uuid(n), { tags: ["fleet"], activations: { PM: n } }));
    const assets = [first, second] as readonly Asset[];
    const seats = Licence.assignSeats(
      Values.subscription({ licences: Values.licences({ seats: 1 }) }),
      inputs().tree,
      assets,
      Values.START,
    );
    const from = inputs({ assets, seats });
    expect(rulesOf(explain(from, first as Asset, "P-1"))).toEqual([]);
    expect(rulesOf(explain(from, second as Asset, "P-1"))).toEqual(["LIC-06"]);
  });

  it("is refused to a job that could not be planned", () => {
    const lacking = Explanation.explain(inputs({ job: job({ patches: null }) }), {
      asset: one,
      patchId: "P-1",
      reads: "asset",
    });
    expect(lacking).toMatchObject({ ok: false, error: { rule: "JOB-02" } });
    const unread = inputs({ job: job({ patches: { _tag: "Query", query: "colour: red" } }) });
    for (const patchId of ["P-1", null]) {
      for (const reads of ["asset", "fleet"] as const) {
        expect(Explanation.explain(unread, { asset: one, patchId, reads })).toMatchObject({
          ok: false,
          error: { rule: "DSH-04" },
        });
      }
    }
  });

  it("PLN-03, RUN-07: agrees with the plan on every asset and patch", () => {
    const seen = { gets: 0, blocked: 0, alone: 0, fleet: 0, rules: new Set<string>() };
    fc.assert(
      fc.property(TimedFleet.someInputs, (from) => {
        const compiled = Plan.compile(from);
        if (!compiled.ok) return isRefused(from, compiled.error.rule);
        const plan = compiled.value;
        for (const about of from.assets) {
          agrees(from, plan, about);
          // A time costs: of a fleet that has one, some patches are asked about.
          for (const id of PlanFleet.patchIdsOf(from).slice(0, from.occasion === undefined ? undefined : 3)) {
            const answer = agreesOn(from, plan, about, id);
            seen[answer.reads === "asset" ? "alone" : "fleet"] += 1;
            seen[answer.gets.length > 0 ? "gets" : "blocked"] += 1;
            for (const { rule } of answer.blockers) seen.rules.add(rule);
          }
        }
      }),
      Arbitraries.runs(2_000),
    );
    for (const times of [seen.gets, seen.blocked, seen.alone, seen.fleet]) expect(times).toBeGreaterThan(300);
    const all = ["AST-07", "AST-11", "AST-13", "CFG-09", "JOB-01", "JOB-04", "JOB-22", "LIC-06", "PAT-03"];
    const more = ["PLN-05", "PLN-07", "PAT-06", "PAT-07", "PAT-12", "SYN-03", "TAG-03", "TAG-04", "TAG-06"];
    const ofTime = ["SCH-06", "SCH-08", "WIN-05", "WIN-07"];
    expect([...seen.rules]).toEqual(expect.arrayContaining([...all, ...more, ...ofTime]));
  });
});

// What has no plan isn't explained either.
const isRefused = (from: Plan.PlanInputs, rule: string | null): void => {
  for (const about of from.assets) {
    const answer = Explanation.explain(narrowed(from, about), { asset: about, patchId: null, reads: "asset" });
    expect(answer).toMatchObject({ ok: false, error: { rule } });
  }
};

// The job as a whole: the same list, or the same first rule, and the same time.
const agrees = (from: Plan.PlanInputs, plan: Plan.Plan, about: Asset): void => {
  const answer = explain(from, about, null);
  const group = plan.groups.find((g) => g.assets.includes(about.id));
  const planned = group?.patches ?? [];
  expect(answer.gets).toEqual(planned);
  if (group !== undefined) expect(answer.timing).toEqual(group.timing);
  const excluded = plan.excluded.find((e) => e.assetId === about.id);
  const [first] = answer.blockers;
  if (excluded !== undefined) expect(first).toMatchObject({ rule: excluded.rule, reason: excluded.reason });
  else expect(first?.rule).toBe(planned.length > 0 ? undefined : "TAG-03");
};

// One patch: got or not, and where the plan leaves it out for a target, by the rule that it names. What is superseded or cut
// is nothing to an asset that doesn't lack it.
const agreesOn = (from: Plan.PlanInputs, plan: Plan.Plan, about: Asset, id: string): Explanation.Explanation => {
  const answer = explain(from, about, id);
  const planned = plan.groups.find((g) => g.assets.includes(about.id))?.patches.filter((p) => p.patchId === id) ?? [];
  expect([id, answer.gets]).toEqual([id, planned]);
  expect(answer.blockers.length === 0).toBe(planned.length > 0);
  const isTarget = !answer.blockers.some((b) => ASSET_RULES.has(b.rule));
  const isLacked = from.assessments.get(about.id)?.missing.some((m) => m.patchId === id) === true;
  const concerns = (rule: string) => isLacked || rule !== "JOB-22";
  const leftOut = plan.leftOut.filter((l) => l.patchId === id && !l.reason.endsWith(")") && concerns(l.rule));
  if (isTarget) for (const l of leftOut) expect(answer.blockers[0]).toMatchObject({ rule: l.rule, reason: l.reason });
  return answer;
};

const ASSET_RULES = new Set([
  "TAG-03",
  "TAG-04",
  "TAG-06",
  "AST-07",
  "AST-11",
  "AST-13",
  "CFG-09",
  "JOB-01",
  "LIC-06",
  "SCH-05",
  "SCH-06",
  "SCH-08",
  "WIN-05",
  "WIN-07",
]);
