import { describe, expect, it } from "vitest";
import { CLAIMS, checkRules, PAGE } from "./RulesPage.ts";
import { toText, workingCopy } from "./Source.ts";

function problemsOf(page: string, claims?: string): readonly string[] {
  const sources = [{ path: PAGE, text: page }, ...(claims === undefined ? [] : [{ path: CLAIMS, text: claims }])];
  return checkRules(sources).map((finding) => finding.problem);
}

const GOOD =
  "## TAG — tags\n- TAG-01 A tree. [S0]\n- TAG-02 Two lines,\n  the second with [F].\n\n## KEY / AGT — keys\n- AGT-01 x [S3, F]\n";

describe("the page of rules", () => {
  it("is well formed in this repository", () => {
    expect(toText(checkRules(workingCopy()))).toBe("");
  });

  it("is fine with ids, families, sources and true claims", () => {
    expect(problemsOf(GOOD, "# shown by the story\nTAG-01\nAGT-01 # a remark\n\n")).toEqual([]);
  });

  it.each([
    [`${GOOD}- AGT-01 y [F]`, "stands already in line 7"],
    [`${GOOD}- TAG-03 y [F]`, "not stand under the heading of TAG"],
    [`${GOOD}- AGT-2 y [F]`, "two digits"],
    [`${GOOD}- AGT-02 y`, "does not say its source"],
    ["# Rules\n", "has no rule"],
  ])("is refused: %j", (page, problem) => {
    expect(problemsOf(page)).toEqual([expect.stringContaining(problem)]);
  });

  it("is refused when a claim is no rule, or made twice", () => {
    expect(problemsOf(GOOD, "TAG-09\nTAG-01\nTAG-01\n")).toEqual([
      "claims TAG-09, which is no rule",
      "claims TAG-01 twice",
    ]);
  });

  it("must exist", () => {
    expect(checkRules([])).toHaveLength(1);
  });
});
