import { describe, expect, it } from "vitest";
import type { WhatIfChange } from "../../src/engine/plans/WhatIfs.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as StoredBytes from "../scenario/StoredBytes.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
import * as Values from "../scenario/Values.ts";

const weekly = {
  schedule: TimedWorld.recurring({ _tag: "Weekly", every: 1, weekdays: [7] }, "2026-02-01T02:30"),
  window: { minutes: 180 },
};

const planned = (over = {}) => {
  const scene = Scene.make({ agents: 2 });
  const { plane, manager, agents } = scene;
  const job = plane.call(plane.fettle.jobs.create(manager, Values.draft(over)));
  const ask = (change: WhatIfChange, actor = manager) => plane.fettle.jobs.whatIf(actor, job.id, change);
  const ids = agents.map((a) => a.id) as [string, string];
  return { ...scene, job, ask, ids, whatIf: (change: WhatIfChange) => plane.call(ask(change)) };
};

describe("asking what a change would do", () => {
  it("PLN-01: answers the plan as it is, as it would be after an edit, and what would be otherwise; and saves nothing", () => {
    const scene = planned();
    const { plane, manager, job, whatIf, ids } = scene;
    const before = StoredBytes.of(scene);
    const edit = {
      patches: { _tag: "List", patches: ["P-1", "P-2"] },
      targets: Values.select({ assets: [ids[0]] }),
    } as const;
    const answer = whatIf({ _tag: "Job", edit });
    expect(answer.words).toContain("P-2 joined, for 1 asset");
    expect(answer.words).toContain(`1 asset (${ids[1]}) left: no longer meant`);
    const { hash } = plane.call(plane.fettle.jobs.plan(manager, job.id));
    expect(answer.before).toMatchObject({ _tag: "Planned", hash });
    expect(StoredBytes.of(scene)).toBe(before);
    // It is what the edit truly comes to.
    plane.call(plane.fettle.jobs.update(manager, job.id, edit));
    expect(answer.after).toMatchObject({ hash: plane.call(plane.fettle.jobs.plan(manager, job.id)).hash });
  });

  it("PLN-01: an edit of nothing makes no difference", () => {
    const { whatIf } = planned(weekly);
    const answer = whatIf({ _tag: "Job", edit: {} });
    expect(answer).toMatchObject({ words: [], difference: { changes: [] } });
    expect(answer.after).toEqual(answer.before);
  });

  it("PLN-01: a query that asks for more than the list did is told of it", () => {
    const { whatIf, plane, manager } = planned();
    plane.call(
      plane.fettle.catalogue.ingest(manager, [
        Values.patch("P-3", { cves: ["CVE-2026-0001"], packages: [Values.pkg("curl", "3-1")] }),
      ]),
    );
    plane.call(
      plane.fettle.catalogue.saveVulnerabilities(manager, [
        { qid: 7, title: "q", severity: 5, cves: ["CVE-2026-0001"] },
      ]),
    );
    const { words, after } = whatIf({ _tag: "Job", edit: { patches: { _tag: "Query", query: "qid: 7" } } });
    expect(words).toContain("P-3 joined, for 2 assets");
    expect(after).toMatchObject({ plan: { isProvisional: true } });
  });

  it("PLN-01, TAG-08: tags that are given and taken move assets; those with a rule are nobody's to give", () => {
    const { plane, manager, whatIf, ask, ids } = planned({
      targets: Values.select({ include: Values.any("fleet"), exclude: Values.any("lab") }),
    });
    const { call, fettle, rejections } = plane;
    expect(whatIf({ _tag: "Tags", assign: [{ tag: "lab", assets: [ids[0]] }] }).words).toEqual([
      `1 asset (${ids[0]}) left: TAG-04, bears an excluded tag`,
    ]);
    const taken = whatIf({ _tag: "Tags", unassign: [{ tag: "fleet", assets: [ids[1]] }] });
    expect(taken.words).toEqual([`1 asset (${ids[1]}) left: no longer meant`]);
    call(fettle.tags.save(manager, { id: "el", name: "el", rule: { _tag: "Dynamic", query: "platform: Linux" } }));
    const byRule = ask({ _tag: "Tags", assign: [{ tag: "el", assets: [ids[0]] }] });
    expect(rejections(byRule)).toMatchObject([{ rule: "TAG-08" }]);
    call(fettle.tags.assign(manager, { tag: "lab", assets: [ids[0]] }));
    expect(whatIf({ _tag: "Tags" }).words).toEqual([]);
    expect(whatIf({ _tag: "Tags", unassign: [{ tag: "lab", assets: [ids[0]] }] }).words).toContain(
      `1 asset (${ids[0]}) joined`,
    );
  });

  it("PLN-01, LIC-05: a change of the licence says who of the job would lose the patches", () => {
    const { whatIf, ids } = planned();
    const input = { plan: "Full", expiresAt: null, licences: { PM: { seats: 1 } } } as const;
    const answer = whatIf({ _tag: "Licence", change: { _tag: "Subscription", input } });
    expect(answer.words).toEqual([expect.stringContaining(`(${ids[1]}) left: LIC-06`)]);
    const removed = whatIf({ _tag: "Licence", change: { _tag: "Remove", assets: [ids[0]] } });
    expect(removed.words).toEqual([`1 asset (${ids[0]}) left: no longer meant`]);
  });

  it("PLN-01, WIN-05, WIN-07: a freeze and a profile's blackouts move starts", () => {
    const { whatIf, ask, plane, manager } = planned(weekly);
    const freeze = { id: "f", targets: null, ...TimedWorld.freeze("audit", "2026-02-07T00:00", "2026-02-08T03:00") };
    expect(whatIf({ _tag: "Freeze", freeze }).words).toEqual([
      expect.stringContaining("would start 2026-02-08T03:00:00.000Z instead of 2026-02-08T02:30:00.000Z"),
    ]);
    const [profile] = plane.call(plane.fettle.configurationProfiles.list(manager));
    const blackouts = [TimedWorld.sundays];
    expect(whatIf({ _tag: "Blackouts", profileId: profile?.id ?? "", blackouts }).words).toEqual([
      expect.stringContaining("would start 2026-02-08T04:00:00.000Z"),
    ]);
    expect(plane.rejections(ask({ _tag: "Blackouts", profileId: "none", blackouts }))).toMatchObject([
      { rule: "CFG-01" },
    ]);
    const never = { ...freeze, to: freeze.from };
    expect(plane.rejections(ask({ _tag: "Freeze", freeze: never }))).toMatchObject([{ rule: "WIN-07" }]);
  });

  it("JOB-07: refuses what couldn't be done either", () => {
    const { plane, manager, ask, job } = planned();
    const { fettle, call, rejections } = plane;
    expect(rejections(ask({ _tag: "Job", edit: { title: "" } }))).toMatchObject([{ rule: "JOB-03" }]);
    const tagged = (tag: string) => rejections(ask({ _tag: "Tags", unassign: [{ tag, assets: [] }] }));
    expect(tagged("nope")).toMatchObject([{ code: "not-found" }]);
    expect(tagged("cloud-agent")).toMatchObject([{ rule: "TAG-07" }]);
    call(fettle.jobs.enable(manager, job.id));
    expect(rejections(ask({ _tag: "Job", edit: { title: "Other" } }))).toMatchObject([{ rule: "JOB-07" }]);
  });

  it("RBAC-04, TAG-05: is for who may make the change, about assets that they see", () => {
    const { plane, manager, ask, job, ids } = planned();
    const { fettle, call, rejections } = plane;
    call(fettle.jobs.share(manager, job.id, { readers: ["rita", "uli"] }));
    const [reader, narrow] = [ControlPlane.as("rita"), ControlPlane.as("lena")];
    plane.users.set(Values.user("lena", "PatchManager", { _tag: "Tags", tags: ["lab"] }));
    const assign = [{ tag: "lab", assets: [ids[0]] }];
    const licence = { _tag: "Licence", change: { _tag: "Remove", assets: [ids[0]] } } as const;
    const blackouts = { _tag: "Blackouts", profileId: "default", blackouts: [] } as const;
    for (const change of [{ _tag: "Job", edit: { title: "x" } }, { _tag: "Tags", assign }, blackouts] as const) {
      expect(rejections(ask(change, reader))).toMatchObject([{ code: "not-permitted" }]);
    }
    for (const change of [{ _tag: "Tags", assign }, licence] as const) {
      expect(rejections(ask(change, narrow))).toMatchObject([{ rule: "TAG-05", code: "not-found" }]);
    }
  });
});
