import type { Package } from "@fettle/agent-protocol/vocabulary";
import { describe, expect, it } from "vitest";
import type { MissingPatch } from "../../src/domain/assessment/Assessment.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as PlanWorld from "../scenario/PlanWorld.ts";
import * as Values from "../scenario/Values.ts";

const { asset, job, patch, pkg, uuid } = Values;
const { assessment, inputs, missing } = PlanWorld;

const compile = (over: Partial<Plan.PlanInputs>): Plan.Plan => {
  const compiled = Plan.compile(inputs(over));
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.value;
};
const replacing = (...replaces: readonly Package.Package[]): MissingPatch => ({
  patchId: "P-1",
  packages: [
    { name: "new", arch: "x86_64", installed: null, fixed: "2-1", ...(replaces.length > 0 ? { replaces } : {}) },
  ],
});
const machines = [1, 2, 3].map((n) => asset(uuid(n), { tags: ["fleet"] }));
const on = (...found: readonly MissingPatch[]) =>
  new Map(found.map((m, i) => [machines[i]?.id ?? "", assessment([m])] as const));
const listed = job({ patches: { _tag: "List", patches: ["P-1", "P-2"] } });
const rollback = job({ kind: "rollback", patches: { _tag: "List", patches: ["P-1", "P-2"] } });
const many = (n: number, name = "old"): readonly Package.Package[] =>
  Array.from({ length: n }, (_, i) => pkg(`${name}${String(i).padStart(4, "0")}`, "1-1"));

describe("a plan of packages that take the place of others", () => {
  it("PLN-01: names what each replaces, ordered, and keeps assets apart on which that differs", () => {
    const plan = compile({
      assets: machines,
      assessments: on(
        replacing(pkg("old-b", "1-1"), pkg("old-a", "1-1")),
        replacing(pkg("old-a", "1-1"), pkg("old-b", "1-1")),
        replacing(pkg("old-a", "1-1")),
      ),
    });
    expect(plan.groups.map((g) => [g.assets, g.patches[0]?.packages])).toEqual([
      [[uuid(1), uuid(2)], [{ ...pkg("new", "2-1"), replaces: [pkg("old-a", "1-1"), pkg("old-b", "1-1")] }]],
      [[uuid(3)], [{ ...pkg("new", "2-1"), replaces: [pkg("old-a", "1-1")] }]],
    ]);
  });

  it("PAT-14: a patch of more packages than an agent can be told, those replaced included, is left out and said", () => {
    const wide = (n: number): MissingPatch => missing("P-1", ...many(n, "own"));
    const plan = compile({
      job: listed,
      assets: machines,
      assessments: on(wide(512), wide(513), replacing(...many(65))),
    });
    expect(plan.groups.map((g) => g.assets)).toEqual([[uuid(1)]]);
    expect(plan.excluded.map((e) => [e.assetId, e.rule])).toEqual([
      [uuid(2), "PAT-14"],
      [uuid(3), "PAT-14"],
    ]);
    expect(plan.leftOut.filter((l) => l.patchId === "P-1").map((l) => l.reason)).toEqual([
      "513 packages of it, those that it replaces included; a job brings 512 at most (on 1 asset)",
      "new replaces more than 64 packages at once (on 1 asset)",
    ]);
  });

  it("PAT-12: a rollback leaves out what took the place of another package, and says on how many assets; the rest goes back", () => {
    const plan = compile({
      job: rollback,
      assets: machines,
      patches: [patch("P-1"), patch("P-2")],
      former: new Map(machines.map((m) => [m.id, new Map([["P-2", [pkg("openssl", "1-1")]]])])),
      replaced: new Map([
        [uuid(1), new Map([["P-1", ["old"]]])],
        [uuid(2), new Map([["P-1", ["old"]]])],
      ]),
    });
    expect(plan.groups.map((g) => [g.assets, g.patches.map((p) => p.patchId)])).toEqual([
      [[uuid(1), uuid(2), uuid(3)], ["P-2"]],
    ]);
    expect(plan.leftOut).toEqual([
      {
        patchId: "P-1",
        rule: "PAT-12",
        reason: "it took the place of old, which no rollback brings back (on 2 assets)",
      },
    ]);
  });
});
