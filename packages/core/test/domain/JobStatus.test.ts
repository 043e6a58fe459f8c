import { describe, expect, it } from "vitest";
import * as JobStatus from "../../src/domain/job/JobStatus.ts";

const all = ["Disabled", "Enabled", "Completed", "Expired", "Ended", "Failed"] as const;
// The moves, written apart from the code.
const allowed = {
  "run-once": new Set(["Disabled→Enabled", "Disabled→Expired", "Enabled→Completed", "Enabled→Failed"]),
  recurring: new Set(["Disabled→Enabled", "Enabled→Disabled", "Enabled→Ended", "Enabled→Failed"]),
} as const;
const sorts = ["run-once", "recurring"] as const;
const moves = sorts.flatMap((sort) => all.flatMap((from) => all.map((to) => [sort, from, to] as const)));
const isAllowed = ([sort, from, to]: (typeof moves)[number]): boolean => allowed[sort].has(`${from}→${to}`);
// Of these JOB-07 speaks itself.
const isSaidByJob07 = ([sort, from, to]: (typeof moves)[number]): boolean =>
  sort === "run-once" && (to === "Enabled" || (to === "Disabled" && from !== "Disabled"));

describe("the status of a job", () => {
  it.each(moves.filter(isAllowed))("JOB-14: a %s job that is %s may become %s", (sort, from, to) => {
    expect(JobStatus.move(from, to, sort)).toEqual({ ok: true, value: to });
  });

  it.each(moves.filter((move) => !isAllowed(move) && !isSaidByJob07(move)))(
    "JOB-14: a %s job that is %s can't become %s, and the error names the rule and what it is",
    (sort, from, to) => {
      const moved = JobStatus.move(from, to, sort);
      expect(moved).toMatchObject({ ok: false, error: { rule: "JOB-14", code: "conflict" } });
      expect(moved.ok ? "" : moved.error.message).toMatch(new RegExp(`${from}${from === to ? "" : `.*${to}`}`));
    },
  );

  it.each(all.filter((from) => from !== "Disabled"))(
    "JOB-07: a run-once job that is %s can't be enabled again, nor disabled",
    (from) => {
      for (const to of ["Enabled", "Disabled"] as const) {
        expect(JobStatus.move(from, to, "run-once")).toMatchObject({ ok: false, error: { rule: "JOB-07" } });
      }
    },
  );

  it("JOB-08: a recurring job is enabled and disabled any number of times", () => {
    for (let times = 0; times < 5; times++) {
      expect(JobStatus.move("Disabled", "Enabled", "recurring").ok).toBe(true);
      expect(JobStatus.move("Enabled", "Disabled", "recurring").ok).toBe(true);
    }
  });

  it("JOB-13: a recurring job is never Completed", () => {
    for (const from of all) expect(JobStatus.move(from, "Completed", "recurring").ok).toBe(false);
  });

  it("JOB-12: has six values, and the table has a row for each", () => {
    for (const sort of sorts) expect(Object.keys(JobStatus.transitions(sort)).sort()).toEqual([...all].sort());
  });
});
