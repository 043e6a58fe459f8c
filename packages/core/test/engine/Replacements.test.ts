import { describe, expect, it } from "vitest";
import * as Patch from "../../src/domain/patch/Patch.ts";
import * as Actor from "../../src/domain/shared/Actor.ts";
import * as Fettle from "../../src/Fettle.ts";
import * as Sandbox from "../../src/testing/Sandbox.ts";
import { any, draft, select } from "../scenario/Values.ts";

const mara = Actor.user("acme", "mara");
const retired = { name: "retired", arch: "noarch", evr: "1-1" };
const patch = Patch.make({
  id: "P-1",
  title: "retired is replaced",
  platform: "Linux",
  vendor: "Lab",
  category: "security",
  vendorSeverity: "Important",
  publishedAt: 1,
  packages: [{ name: "successor", arch: "noarch", evr: "2-1", obsoletes: [{ name: "retired", before: null }] }],
});

describe("a patch whose package takes the place of another", () => {
  it("CMP-02: is deployed where the other stands, and nowhere else; its evidence tells of both, and its rollback is refused", async () => {
    const sandbox = Sandbox.make({
      tenantId: "acme",
      users: [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } }],
    });
    const fettle = Fettle.promises(Fettle.make(sandbox.ports));
    await fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 5 } } });
    const activation = await fettle.keys.create(mara, { title: "Servers" });
    await fettle.catalogue.ingest(mara, [patch]);
    const other = { name: "other", arch: "noarch", evr: "1-1" };
    const old = sandbox.addMachine({ name: "old", packages: [retired, other], activation });
    const fresh = sandbox.addMachine({ name: "fresh", packages: [other], activation });
    sandbox.checkIn();
    const ofList = { targets: select({ include: any("cloud-agent") }) };
    const job = await fettle.jobs.create(mara, draft(ofList));
    const { hash, plan } = await fettle.jobs.plan(mara, job.id);
    expect(plan.groups.map((g) => g.assets.length)).toEqual([1]);
    await fettle.jobs.enable(mara, job.id, { planHash: hash });
    await fettle.tick();
    sandbox.checkIn();
    expect([...old()]).toEqual([
      ["other.noarch", ["1-1"]],
      ["successor.noarch", ["2-1"]],
    ]);
    expect([...fresh()]).toEqual([["other.noarch", ["1-1"]]]);
    const [run] = await fettle.runs.ofJob(mara, job.id);
    const [row] = await fettle.runs.results(mara, run?.id ?? "");
    expect(row).toMatchObject({ status: "Completed", isConfirmed: true, result: { outcome: "Installed" } });
    expect(row?.result?.packages).toEqual([
      { name: "successor", arch: "noarch", before: [], after: ["2-1"] },
      { name: "retired", arch: "noarch", before: ["1-1"], after: [] },
    ]);
    expect(await fettle.assets.missing(mara)).toEqual([]);
    const back = await fettle.jobs.create(mara, draft({ ...ofList, kind: "rollback" }));
    const undone = await fettle.jobs.plan(mara, back.id);
    expect([undone.plan.groups, undone.plan.leftOut.map((l) => l.rule)]).toEqual([[], ["PAT-12"]]);
  });
});
