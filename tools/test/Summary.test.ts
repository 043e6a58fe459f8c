import { describe, expect, it } from "vitest";
import { exitCodeOf, type Report, summaryOf } from "./Summary.mjs";

const test = (status: string, title = "a"): Report["testResults"][number]["assertionResults"][number] => ({
  status,
  title,
  fullName: title,
});

function report(...files: readonly Partial<Report["testResults"][number]>[]): Report {
  return {
    success: true,
    testResults: files.map((file) => ({
      name: "a.test.ts",
      status: "passed",
      message: "",
      assertionResults: [],
      ...file,
    })),
  };
}

describe("the summary of a test run", () => {
  it("counts what passed, failed and was skipped", () => {
    const tests = [
      test("passed", "x"),
      test("passed", "y"),
      test("failed"),
      test("skipped"),
      test("pending"),
      test("todo"),
    ];
    expect(summaryOf(report({ status: "failed", assertionResults: tests }), 1)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 3,
      passedTitles: ["x", "y"],
      brokenFiles: [],
    });
  });

  it("counts a file that could not be loaded as a failure", () => {
    const summary = summaryOf(
      report({ assertionResults: [test("passed")] }, { name: "b.test.ts", status: "failed" }),
      1,
    );
    expect(summary).toMatchObject({ passed: 1, failed: 1, brokenFiles: ["b.test.ts"] });
  });

  it("counts a run that ended badly with all tests passed as a failure", () => {
    expect(summaryOf(report({ assertionResults: [test("passed")] }), 1)).toMatchObject({ passed: 1, failed: 1 });
    expect(summaryOf(report({ assertionResults: [test("passed")] }), 0)).toMatchObject({ passed: 1, failed: 0 });
  });

  it("is a success only when something ran and nothing failed", () => {
    expect(exitCodeOf({ passed: 1, failed: 0 })).toBe(0);
    expect(exitCodeOf({ passed: 1, failed: 1 })).toBe(1);
    expect(exitCodeOf({ passed: 0, failed: 0 })).toBe(1);
  });
});
