import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

describe("explaining a job", () => {
  it("PLN-03, RUN-07: answers for an asset what the plan says of it", () => {
    const { plane, manager, agents } = Scene.make({ agents: 2, subscription: { licences: { PM: { seats: 1 } } } });
    const { fettle, call } = plane;
    const job = call(fettle.jobs.create(manager, Values.draft()));
    const { plan } = call(fettle.jobs.plan(manager, job.id));
    const [seated, unseated] = agents.map((a) => a.id) as [string, string];
    const gets = call(fettle.jobs.explain(manager, job.id, { assetId: seated, patchId: "P-1" }));
    expect(gets).toMatchObject({ blockers: [], reads: "asset", patchId: "P-1" });
    expect(gets.gets).toEqual(plan.groups[0]?.patches);
    const blocked = call(fettle.jobs.explain(manager, job.id, { assetId: unseated }));
    expect(blocked.blockers[0]).toMatchObject({ rule: "LIC-06", reason: plan.excluded[0]?.reason });
  });

  it("PLN-03: looks at every asset for a query that counts them", () => {
    const { plane, manager, agents } = Scene.make({ agents: 2 });
    const { fettle, call } = plane;
    const assetId = agents[0]?.id ?? "";
    const explained = (query: string) => {
      const { id } = call(fettle.jobs.create(manager, Values.draft({ patches: { _tag: "Query", query } })));
      return call(fettle.jobs.explain(manager, id, { assetId, patchId: "P-1" }));
    };
    expect(explained("missingCount: 2")).toMatchObject({ reads: "fleet", blockers: [] });
    expect(explained("missingCount: 1")).toMatchObject({ reads: "fleet", blockers: [{ rule: "JOB-04" }] });
    expect(explained("category: security")).toMatchObject({ reads: "asset", blockers: [] });
  });

  it("PLN-03: of a rollback tells that nothing is known to go back to", () => {
    const { plane, manager, agents } = Scene.make();
    const { fettle, call } = plane;
    const { id } = call(fettle.jobs.create(manager, Values.draft({ kind: "rollback" })));
    const answer = call(fettle.jobs.explain(manager, id, { assetId: agents[0]?.id ?? "", patchId: "P-1" }));
    expect(answer.blockers).toMatchObject([{ rule: "PAT-12", reason: "no former version is known" }]);
  });

  it("TAG-05: is told of no asset outside the asker's scope, nor of one that isn't there", () => {
    const { plane, manager, agents } = Scene.make();
    const { fettle, call, rejections } = plane;
    const job = call(fettle.jobs.create(manager, Values.draft()));
    const narrow = ControlPlane.as("lena");
    plane.users.set(Values.user("lena", "PatchManager", { _tag: "Tags", tags: ["lab"] }));
    for (const [actor, assetId] of [
      [narrow, agents[0]?.id ?? ""],
      [manager, Values.uuid(404)],
    ] as const) {
      expect(rejections(fettle.jobs.explain(actor, job.id, { assetId }))).toMatchObject([
        { rule: "TAG-05", code: "not-found" },
      ]);
    }
  });
});
