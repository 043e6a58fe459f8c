import { describe, expect, it } from "vitest";
import * as Hold from "../../src/domain/patch/Hold.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as PlanWorld from "../scenario/PlanWorld.ts";
import * as Values from "../scenario/Values.ts";

const { job, patch, pkg, uuid } = Values;
const { assessment, inputs, missing } = PlanWorld;

const compile = (over: Partial<Plan.PlanInputs>): Plan.Plan => {
  const compiled = Plan.compile(inputs(over));
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.value;
};
const placed = (patchId: string, reason = "fails on web servers"): Hold.Hold => {
  const made = Hold.place(patchId, reason, { by: "user:mara", now: 1 });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
};
const held = (...ids: readonly string[]) => new Map(ids.map((id) => [id, placed(id)] as const));
const lacks = (...ids: readonly string[]) =>
  new Map([[uuid(1), assessment(ids.map((id) => missing(id, pkg("openssl", "2-1"))))]]);
const byQuery = job({ patches: { _tag: "Query", query: "category: security" } });

describe("a held patch", () => {
  it.each([
    ["a list", job()],
    ["a query", byQuery],
    ["a rollback", job({ kind: "rollback" })],
  ])("PLN-05: is left out of the plan of %s, with the reason", (_, of) => {
    const former = new Map([[uuid(1), new Map([["P-1", [pkg("openssl", "1-1")]]])]]);
    expect(compile({ job: of, former }).groups).toHaveLength(1);
    const plan = compile({ job: of, former, held: held("P-1") });
    expect(plan.groups).toEqual([]);
    expect(plan.leftOut).toEqual([{ patchId: "P-1", rule: "PLN-05", reason: "held: fails on web servers" }]);
  });

  it("PLN-05: takes no older fix's place while it is held, but does where it is installed", () => {
    const chain = [patch("P-1"), patch("P-9", { supersedes: [{ patchId: "P-1", product: null }] })];
    const got = (over: Partial<Plan.PlanInputs>) =>
      compile({ job: byQuery, patches: chain, assessments: lacks("P-1", "P-9"), ...over }).groups.flatMap((g) =>
        g.patches.map((p) => p.patchId),
      );
    expect(got({})).toEqual(["P-9"]);
    expect(got({ held: held("P-9") })).toEqual(["P-1"]);
    const there = new Map([[uuid(1), assessment([missing("P-1", pkg("openssl", "2-1"))], ["P-9"])]]);
    expect(got({ held: held("P-9"), assessments: there })).toEqual([]);
  });

  it("PLN-05: leaves the others of its job alone, and is no matter of who held it when", () => {
    const both = { patches: [patch("P-1"), patch("P-2")], assessments: lacks("P-1", "P-2"), job: byQuery };
    const plan = compile({ ...both, held: held("P-2") });
    expect(plan.groups[0]?.patches.map((p) => p.patchId)).toEqual(["P-1"]);
    const later = new Map([["P-2", { ...placed("P-2"), heldBy: "user:sue", heldAt: 99 }]]);
    expect(compile({ ...both, held: later })).toEqual(plan);
  });

  it("PLN-05: has a reason, of so many characters at most", () => {
    const longest = "x".repeat(Hold.REASON_CHARACTERS_MAX);
    expect(placed("P-1", ` ${longest} `).reason).toBe(longest);
    for (const reason of ["", "  ", `${longest}x`]) {
      expect(Hold.place("P-1", reason, { by: "user:mara", now: 1 })).toMatchObject({
        ok: false,
        error: { rule: "PLN-05", code: "invalid", path: "reason" },
      });
    }
  });
});
