import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as PlanFleet from "../scenario/PlanFleet.ts";
import * as PlanHashes from "../scenario/PlanHashes.ts";
import * as PlanReference from "../scenario/PlanReference.ts";

const byKey = <A>(map: ReadonlyMap<string, A>) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

describe("the plan of a generated fleet", () => {
  it("PLN-01: is what every rule, read literally of every asset and patch, comes to", () => {
    const seen = { gets: 0, rules: new Set<string>(), leftOut: new Set<string>() };
    fc.assert(
      fc.property(PlanFleet.anyInputs, (from) => {
        const compiled = Plan.compile(from);
        if (!compiled.ok) throw new Error(compiled.error.message);
        const outcomes = PlanReference.outcomes(from);
        expect(byKey(PlanReference.outcomesOf(compiled.value))).toEqual(byKey(outcomes));
        for (const outcome of outcomes.values()) {
          if (typeof outcome === "string") seen.rules.add(outcome);
          else seen.gets += 1;
        }
        for (const [id, rule] of PlanReference.leftOut(from)) {
          const said = compiled.value.leftOut.find((l) => l.patchId === id)?.rule;
          expect([id, said]).toEqual([id, rule === "" ? "JOB-22" : rule]);
          seen.leftOut.add(rule);
        }
      }),
      Arbitraries.runs(2_500),
    );
    expect(seen.gets).toBeGreaterThan(500);
    const rules = ["AST-07", "AST-11", "AST-13", "CFG-09", "JOB-01", "JOB-22", "LIC-06", "PAT-12", "SYN-03"];
    expect([...seen.rules]).toEqual(expect.arrayContaining([...rules, "TAG-04", "TAG-06"]));
    expect([...seen.leftOut].sort()).toEqual([
      "",
      "JOB-22",
      "PAT-03",
      "PAT-06",
      "PAT-07",
      "PAT-12",
      "PLN-05",
      "PLN-07",
    ]);
  });

  it("PLN-01: has the same hash in a second process, elsewhere in the world, from inputs in another order", () => {
    const { seed } = Arbitraries.runs(1);
    const here = PlanHashes.of(seed, 200, "drawn");
    const script = fileURLToPath(new URL("../scenario/PlanProcess.ts", import.meta.url));
    const printed = execFileSync(process.execPath, ["--import", "tsx", script, String(seed), "200"], {
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      env: { ...process.env, TZ: "Pacific/Auckland", LC_ALL: "tr_TR.UTF-8" },
      encoding: "utf8",
    });
    expect(JSON.parse(printed)).toEqual(here);
    expect(new Set(here).size).toBeGreaterThan(100);
  });
});
