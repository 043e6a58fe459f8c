import { describe, expect, it } from "vitest";
import * as Job from "../../../src/domain/job/Job.ts";
import * as JobLinks from "../../../src/domain/job/JobLinks.ts";
import * as Limits from "../../../src/domain/shared/Limits.ts";
import * as Values from "../../scenario/Values.ts";

const link = (over: Partial<Job.JobLink> = {}) =>
  ({ _tag: "Linked", jobId: "pilot", successPercentMin: 80, of: "patches", ...over }) as const;
const problems = (over: Partial<Job.JobLink>) =>
  Job.problems(Values.draft({ patches: link(over) }), Limits.defaults).map((p) => [p.rule, p.path]);

describe("a link to another job", () => {
  it("JOB-21: has a threshold of 0 to 100 percent", () => {
    for (const percent of [0, 0.5, 80, 100]) {
      expect([percent, problems({ successPercentMin: percent })]).toEqual([percent, []]);
    }
    for (const percent of [-1, 101, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect([percent, problems({ successPercentMin: percent })]).toEqual([
        percent,
        [["JOB-21", "patches.successPercentMin"]],
      ]);
    }
    expect(problems({ jobId: "" })).toEqual([["JOB-21", "patches.jobId"]]);
  });

  it("JOB-21: leads to a job of the same platform and kind that has patches and may be viewed", () => {
    const job = Values.job();
    const faults = (other: Job.Job | null) =>
      JobLinks.otherProblems(job, link(), other).map((p) => [p.rule, p.code, p.path]);
    const other = Values.job({ id: "pilot" });
    const refused = [["JOB-21", "invalid", "patches.jobId"]];
    expect(faults(other)).toEqual([]);
    expect(faults({ ...other, patches: link() })).toEqual([]);
    expect(faults({ ...other, patches: { _tag: "Query", query: "category: security" } })).toEqual([]);
    expect(faults(null)).toEqual([["JOB-21", "not-found", "patches.jobId"]]);
    expect(faults({ ...other, platform: "Windows" })).toEqual(refused);
    expect(faults({ ...other, kind: "rollback" })).toEqual(refused);
    expect(faults({ ...other, patches: null })).toEqual(refused);
  });

  it("JOB-21: closes no circle, and makes no chain of more than ten", () => {
    const jobs = (...ids: readonly string[]) => ids.map((id) => ({ id, title: id }));
    const codes = (chain: readonly { readonly id: string; readonly title: string }[], above = 0) =>
      JobLinks.chainProblems({ id: "a" }, chain, above).map((p) => [p.rule, p.message]);
    expect(codes(jobs("b"))).toEqual([]);
    expect(codes(jobs("a"))).toEqual([["JOB-21", "the job would take its patches from itself"]]);
    expect(codes(jobs("b", "c", "a"))).toEqual([["JOB-21", "the job would take its patches from itself by way of b"]]);
    const ten = jobs(...Array.from({ length: JobLinks.LINKS_DEPTH_MAX }, (_, i) => `j${i}`));
    expect(JobLinks.LINKS_DEPTH_MAX).toBe(10);
    expect(codes(ten)).toEqual([]);
    expect(codes(ten, 1)).toEqual([["JOB-21", "at most 10 links one after the other"]]);
    expect(codes([...ten, ...jobs("last")])).toEqual([["JOB-21", "at most 10 links one after the other"]]);
  });

  it("JOB-21: holds the job back until the threshold is reached, and says how far it is", () => {
    const wait = (percent: number | null, why = "") => JobLinks.waitFault(link(), "Pilot", { percent, why });
    expect(wait(80)).toBe(null);
    expect(wait(100)).toBe(null);
    expect(wait(79.99)).toMatchObject({
      rule: "JOB-21",
      message: "Pilot has reached 79.9 %; this job starts at 80 % of its patches",
    });
    expect(wait(null, "hasn't run yet")?.message).toBe("Pilot hasn't run yet; this job starts at 80 % of its patches");
  });

  it("JOB-21: no longer counts of a job that is over", () => {
    const isOpen = (over: Partial<Job.Job>) => JobLinks.isOpen(Values.job(over));
    expect(isOpen({ status: "Disabled" })).toBe(true);
    expect(isOpen({ status: "Enabled" })).toBe(true);
    expect(isOpen({ status: "Completed" })).toBe(false);
    expect(isOpen({ status: "Failed" })).toBe(false);
  });
});
