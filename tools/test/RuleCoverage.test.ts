import { describe, expect, it } from "vitest";
import { claimsIn, coverageOf, rulesIn, rulesNamedBy } from "./RuleCoverage.mjs";

describe("the coverage of the rules", () => {
  it("reads the rules of a page, not what a rule mentions", () => {
    expect(rulesIn("## TAG — tags\n- TAG-01 See TAG-09. [S0]\n  - RBAC-12 Nested. [F]\n- no rule\n")).toEqual([
      "TAG-01",
      "RBAC-12",
    ]);
  });

  it.each([
    ["TAG-01: a cycle is refused", ["TAG-01"]],
    ["RUN-06 PLN-04 LIC-06: keeps every invariant", ["RUN-06", "PLN-04", "LIC-06"]],
    ["SCH-05, SCH-06: a gap", ["SCH-05", "SCH-06"]],
    ["SCH-05 and SCH-06: a gap", ["SCH-05", "SCH-06"]],
    ["a cycle is refused (TAG-01)", []],
    ["CVE-2024-1234 is found", []],
  ])("reads the rules at the start of %j", (title, rules) => {
    expect(rulesNamedBy(title)).toEqual(rules);
  });

  it("reads claims without remarks", () => {
    expect(claimsIn("# the first\nTAG-01\n\n  JOB-07 # the story\n")).toEqual(["TAG-01", "JOB-07"]);
  });

  it("says which are named, which claims are unproven, and what is no rule", () => {
    const passedTitles = ["TAG-01: x", "TAG-03: y", "SHA-256 of a file"];
    expect(coverageOf({ rules: ["TAG-01", "TAG-02"], claims: ["TAG-01", "TAG-02", "JOB-09"], passedTitles })).toEqual({
      named: ["TAG-01"],
      unproven: ["TAG-02"],
      unknown: ["JOB-09", "TAG-03"],
    });
  });
});
