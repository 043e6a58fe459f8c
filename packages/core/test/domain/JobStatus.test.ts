import { describe, expect, it } from "vitest";
import * as JobStatus from "../../src/domain/job/JobStatus.ts";

const all = ["Disabled", "Enabled", "Completed", "Expired", "Ended", "Failed"] as const;
// The moves of a run-once job, written apart from the code.
const allowed = new Set(["Disabled→Enabled", "Disabled→Expired", "Enabled→Completed", "Enabled→Failed"]);
const pairs = all.flatMap((from) => all.map((to) => [from, to] as const));

describe("the status of a job", () => {
  it.each(pairs.filter(([from, to]) => allowed.has(`${from}→${to}`)))("JOB-14: %s may become %s", (from, to) => {
    expect(JobStatus.move(from, to)).toEqual({ ok: true, value: to });
  });

  it.each(pairs.filter(([from, to]) => !allowed.has(`${from}→${to}`) && to !== "Enabled"))(
    "JOB-14: %s can't become %s, and the error names the rule and both",
    (from, to) => {
      const moved = JobStatus.move(from, to);
      expect(moved).toMatchObject({ ok: false, error: { rule: "JOB-14", code: "conflict" } });
      expect(moved.ok ? "" : moved.error.message).toMatch(new RegExp(`${from}.*${to}`));
    },
  );

  it.each(all.filter((from) => from !== "Disabled"))(
    "JOB-07: a run-once job that is %s can't be enabled again",
    (from) => {
      expect(JobStatus.move(from, "Enabled")).toMatchObject({ ok: false, error: { rule: "JOB-07", code: "conflict" } });
    },
  );

  it("JOB-12: has six values, and the table has a row for each", () => {
    expect(Object.keys(JobStatus.transitions).sort()).toEqual([...all].sort());
  });
});
