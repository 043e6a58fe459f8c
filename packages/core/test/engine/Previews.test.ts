import { describe, expect, it } from "vitest";
import type { JobDraft } from "../../src/domain/job/Job.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as StoredBytes from "../scenario/StoredBytes.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
import * as Values from "../scenario/Values.ts";

/** Sunday, 2026-02-01, midnight UTC: where the clock of these tests starts. */
const weekly: Partial<JobDraft> = {
  schedule: TimedWorld.recurring({ _tag: "Weekly", every: 1, weekdays: [7] }, "2026-02-01T02:30"),
  window: { minutes: 180 },
};

describe("previewing a job", () => {
  it("SCH-12, PLN-01: shows first the run that is planned, at the plan's time, and changes nothing", () => {
    const scene = Scene.make({ agents: 2 });
    const { plane, manager } = scene;
    const { fettle, call } = plane;
    const job = call(fettle.jobs.create(manager, Values.draft(weekly)));
    const before = StoredBytes.of(scene);
    const { runs, places } = call(fettle.jobs.preview(manager, job.id, { runs: 3 }));
    const { plan } = call(fettle.jobs.plan(manager, job.id));
    expect(StoredBytes.of(scene)).toBe(before);
    expect(places).toMatchObject([{ zone: "UTC", assets: 2 }]);
    expect(runs).toHaveLength(3);
    // Half past two today comes sooner than the lead of three hours.
    expect(runs[0]?.rows).toMatchObject([{ start: null, outBy: "SCH-08" }]);
    expect(runs[1]?.nominalLocal).toBe(plan.occurrence.nominalLocal);
    expect(runs[1]?.rows.map((r) => ({ start: r.begins, windowEnd: r.windowEnd }))).toMatchObject(
      plan.groups.map(({ timing: { start, windowEnd } }) => ({ start, windowEnd })),
    );
    expect(runs[1]?.outline).toMatchObject({ assets: 2, patches: 1 });
  });

  it("SCH-12: of an enabled job shows the runs to come, with the lead counted from when it was enabled", () => {
    const { plane, manager, enabled } = Scene.make();
    const { fettle, call, clock } = plane;
    const jobId = enabled(weekly);
    clock.pass(7 * Values.DAY_MS + Values.HOUR_MS);
    const { runs } = call(fettle.jobs.preview(manager, jobId, { runs: 2 }));
    // It starts in an hour and a half: too late to enable for it, and it was enabled a week ago.
    expect(runs.map((r) => [r.nominalLocal, r.rows[0]?.outBy])).toEqual([
      ["2026-02-08T02:30:00", null],
      ["2026-02-15T02:30:00", null],
    ]);
  });

  it("SCH-12: of a draft shows what it would do, and saves none of it", () => {
    const scene = Scene.make();
    const { plane, manager } = scene;
    const { fettle, call, rejections } = plane;
    const before = StoredBytes.of(scene);
    const preview = call(fettle.jobs.previewDraft(manager, Values.draft(weekly)));
    expect(preview).toMatchObject({ jobId: "draft", title: "Security fixes", isProvisional: false });
    expect(preview.runs).toHaveLength(5);
    expect(preview.runs[1]?.outline).toMatchObject({ assets: 1, patches: 1 });
    const wrong = { ...Values.draft(weekly), title: "", window: { minutes: 1 } };
    expect(rejections(fettle.jobs.previewDraft(manager, wrong)).map((r) => r.rule)).toEqual(["JOB-03", "WIN-01"]);
    expect(StoredBytes.of(scene)).toBe(before);
  });

  it("SCH-12: has one run of a job on demand, and none of one that is over", () => {
    const { plane, manager, enabled } = Scene.make();
    const { fettle, call, rejections } = plane;
    const jobId = enabled();
    expect(call(fettle.jobs.preview(manager, jobId)).runs).toMatchObject([
      { slot: null, nominalLocal: null, outline: { assets: 1 } },
    ]);
    expect(rejections(fettle.jobs.preview(manager, jobId, { runs: 61 }))).toMatchObject([{ rule: "SCH-12" }]);
  });

  it("RBAC-04: is for whoever may view the job, and of a draft for whoever may create one", () => {
    const { plane, manager } = Scene.make();
    const { fettle, call, rejections } = plane;
    const { id } = call(fettle.jobs.create(manager, Values.draft(weekly)));
    const [author, reader] = [ControlPlane.as("ada"), ControlPlane.as("rita")];
    expect(rejections(fettle.jobs.preview(author, id))).toMatchObject([{ code: "not-permitted" }]);
    call(fettle.jobs.share(manager, id, { readers: ["rita"] }));
    expect(call(fettle.jobs.preview(reader, id)).runs).toHaveLength(5);
    expect(rejections(fettle.jobs.previewDraft(reader, Values.draft(weekly)))).toMatchObject([
      { code: "not-permitted" },
    ]);
  });
});
