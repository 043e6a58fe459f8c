import { describe, expect, it } from "vitest";
import * as DefaultJobs from "../../../src/domain/job/DefaultJobs.ts";
import * as Job from "../../../src/domain/job/Job.ts";
import * as RolloutPresets from "../../../src/domain/rollout/RolloutPresets.ts";
import * as Limits from "../../../src/domain/shared/Limits.ts";
import * as Values from "../../scenario/Values.ts";

const problems = (over: Partial<Job.JobDraft>) =>
  Job.problems(Values.draft({ schedule: { _tag: "OnActivation" }, ...over }), Limits.defaults).map((p) => [
    p.rule,
    p.path,
  ]);

describe("a default job", () => {
  it("JOB-24: runs on assets that are newly activated, or inactive for 3 to 180 days", () => {
    const after = (days: number) => problems({ schedule: { _tag: "AfterInactivity", days } });
    expect(problems({})).toEqual([]);
    for (const days of [3, 180]) expect([days, after(days)]).toEqual([days, []]);
    for (const days of [2, 181, 0, 3.5, Number.NaN]) {
      expect([days, after(days)]).toEqual([days, [["JOB-24", "schedule.days"]]]);
    }
  });

  it("JOB-24: means assets by tags only", () => {
    const named = Values.select({ assets: [Values.uuid(1)], include: Values.any("fleet") });
    expect(problems({ targets: named })).toEqual([["JOB-24", "targets.assets"]]);
    expect(problems({ targets: named, schedule: { _tag: "OnDemand" } })).toEqual([]);
    const tagged = Values.select({ include: Values.any("fleet"), exclude: Values.any("lab") });
    expect(problems({ targets: tagged })).toEqual([]);
  });

  it("JOB-24: may have a window or none, and no rings", () => {
    expect(problems({ window: { minutes: 60 } })).toEqual([]);
    expect(problems({ rollout: RolloutPresets.pilots })).toEqual([["JOB-24", "rollout"]]);
  });

  it("JOB-02, JOB-24: lacks no schedule: what starts it is one", () => {
    expect(Job.missingParts(Values.draft({ schedule: { _tag: "OnActivation" } }))).toEqual([]);
  });

  it("JOB-24: counts for its owner and platform", () => {
    const job = Values.job({ schedule: { _tag: "AfterInactivity", days: 30 } });
    expect(DefaultJobs.holderOf(job)).toEqual({ ownerId: "mara", platform: "Linux" });
    expect(DefaultJobs.holderOf({ ...job, ownerId: null })).toBe(null);
    expect(DefaultJobs.holderOf({ ...job, schedule: { _tag: "OnDemand" } })).toBe(null);
    const keys = (["Linux", "Windows"] as const).flatMap((platform) =>
      ["mara", "noor"].map((ownerId) => DefaultJobs.counterOf({ ownerId, platform })),
    );
    expect(new Set(keys).size).toBe(4);
  });
});
