import { describe, expect, it } from "vitest";
import type { JobDraft } from "../../../src/domain/job/Job.ts";
import * as Job from "../../../src/domain/job/Job.ts";
import * as JobClone from "../../../src/domain/job/JobClone.ts";
import * as JobEdit from "../../../src/domain/job/JobEdit.ts";
import * as JobNotifications from "../../../src/domain/job/JobNotifications.ts";
import * as Plan from "../../../src/domain/plan/Plan.ts";
import { defaults } from "../../../src/domain/shared/Limits.ts";
import * as Plans from "../../../src/engine/plans/Plans.ts";
import * as JobForm from "../../../src/schema/JobForm.ts";
import * as PlanWorld from "../../scenario/PlanWorld.ts";
import * as Values from "../../scenario/Values.ts";

const wrong = (over: Partial<JobNotifications.Notifications>, platform: JobDraft["platform"] = "Linux") =>
  Job.problems(Values.draft({ platform, notifications: { on: ["run-made"], to: ["ops"], ...over } }), defaults).map(
    (p) => [p.rule, p.path],
  );
const many = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`);
const both = { dynamicTitle: true, notifications: { on: ["run-made", "job-ended"], to: ["ops"] } } as const;

describe("the notifications of a job", () => {
  it("JOB-15: are had on every platform, of any occasion", () => {
    for (const platform of ["Windows", "Linux", "Mac"] as const) {
      expect(wrong({ on: JobNotifications.occasions }, platform)).toEqual([]);
    }
  });

  it("JOB-15: are of one occasion or more, each once, and of none that there isn't", () => {
    expect(wrong({ on: [] })).toEqual([["JOB-15", "notifications.on"]]);
    expect(wrong({ on: ["run-made", "run-made"] })).toEqual([["JOB-15", "notifications.on"]]);
    const other = Values.draft({ notifications: { on: ["run-lost" as "run-made"], to: ["ops"] } });
    expect(JobForm.problems(other)).toMatchObject([{ path: "notifications.on.0" }]);
  });

  it("JOB-15: are for one to fifty subscribers, each once, by ids of 1 to 128 characters", () => {
    for (const to of [many(50), ["x".repeat(128)]]) expect(wrong({ to })).toEqual([]);
    for (const to of [[], many(51), ["x".repeat(129)], [""], [" "], ["ops", "ops"]]) {
      expect(wrong({ to })).toEqual([["JOB-15", "notifications.to"]]);
    }
  });
});

describe("a dynamic title and notifications", () => {
  it("JOB-15: are taken away by null, as each by itself, and left alone by any other edit", () => {
    const job = Values.job(both);
    const edited = (edit: JobEdit.JobEdit) => {
      const made = JobEdit.edit(job, edit, defaults);
      if (!made.ok) throw new Error("refused");
      const { dynamicTitle, notifications } = made.value;
      return { dynamicTitle, notifications };
    };
    expect(edited({ title: "Another" })).toEqual(both);
    expect(edited({ dynamicTitle: null })).toEqual({ ...both, dynamicTitle: undefined });
    expect(edited({ notifications: null })).toEqual({ ...both, notifications: undefined });
    const notifications = { on: ["run-failures"], to: ["night"] } as const;
    expect(edited({ notifications })).toEqual({ ...both, notifications });
    expect(JobEdit.edit(job, { notifications: { on: [], to: [] } }, defaults)).toMatchObject({ ok: false });
    expect(JobForm.editProblems({ dynamicTitle: null, notifications: null })).toEqual([]);
    expect(JobForm.editProblems({ dynamicTitle: false })).toMatchObject([{ path: "dynamicTitle" }]);
  });

  it("JOB-15, CLN-02: are a clone's, too", () => {
    const cloned = JobClone.draft(Values.job(both), { now: 0, coAuthors: [], titleCharactersMax: 256 });
    expect(cloned).toMatchObject(both);
  });

  it("JOB-15, PLN-02: are no part of what is approved: the plan is the same with them", () => {
    const hashOf = (over: Partial<Job.Job>) => {
      const plan = Plan.compile(PlanWorld.inputs({ job: Values.job(over) }));
      if (!plan.ok) throw new Error(plan.error.message);
      return Plans.hashOf(plan.value);
    };
    expect(hashOf(both)).toBe(hashOf({}));
    expect(hashOf({ continueOnFailure: false })).not.toBe(hashOf({}));
  });
});
