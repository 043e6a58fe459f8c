import { describe, expect, it } from "vitest";
import * as PatchProposals from "../../src/engine/catalogue/PatchProposals.ts";
import * as Builders from "../../src/testing/builders/AssetBuilders.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as FleetWorld from "../scenario/FleetWorld.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { patch, pkg } = Values;
const { manager } = ControlPlane;
const fleet = Values.select({ include: Values.any("fleet") });
const CVE = "CVE-2026-0001";

const world = (limits: NonNullable<Scene.SceneOptions["subscription"]>["limits"] = {}) => {
  const scene = Scene.make({ agents: 3, subscription: { limits } });
  const { plane } = scene;
  const { fettle, call } = plane;
  call(
    fettle.catalogue.ingest(manager, [
      patch("P-1", { packages: [pkg("openssl", "2-1")], cves: [CVE], publishedAt: 1 }),
      patch("P-2", { packages: [pkg("openssl", "3-1")], publishedAt: 2 }),
      patch("P-3", { packages: [pkg("curl", "2-1")], cves: [CVE], publishedAt: 3 }),
    ]),
  );
  call(fettle.catalogue.saveVulnerabilities(manager, [{ qid: 90_931, title: "t", severity: 5, cves: [CVE] }]));
  return { scene, plane, fettle, call };
};

describe("patch now", () => {
  it("VUL-01: makes drafts that become jobs, whose plans deploy what fixes the vulnerabilities", () => {
    const { call, fettle, scene } = world();
    const found = call(fettle.catalogue.patchNow(manager, { qids: [90_931, 5], assets: fleet, title: "Fix" }));
    expect(found.drafts).toHaveLength(1);
    expect(found.unfixed.map((u) => [u.qid, u.reason])).toEqual([[5, "unknown"]]);
    const [draft] = found.drafts;
    if (draft === undefined) throw new Error("no draft");
    const job = call(fettle.jobs.create(manager, draft));
    expect(job).toMatchObject({ title: "Fix", kind: "deployment", patches: { patches: ["P-2", "P-3"] } });
    const { plan } = call(fettle.jobs.plan(manager, job.id));
    expect(plan.groups).toMatchObject([
      {
        assets: scene.agents.map((a) => a.id),
        patches: [
          { patchId: "P-2", advisory: "P-2", packages: [pkg("openssl", "3-1")] },
          { patchId: "P-3", advisory: "P-3", packages: [pkg("curl", "2-1")] },
        ],
      },
    ]);
    expect(plan.leftOut).toEqual([]);
  });

  it("PLN-05, VUL-01: proposes no held patch, and says so", () => {
    const { call, fettle } = world();
    const ask = () => call(fettle.catalogue.patchNow(manager, { qids: [90_931], assets: fleet }));
    const patchesOf = (found: ReturnType<typeof ask>) => found.groups.map((g) => g.patches);
    expect([patchesOf(ask()), ask().held]).toEqual([[["P-2", "P-3"]], []]);
    call(fettle.catalogue.hold(manager, "P-2", "fails on web servers"));
    expect([patchesOf(ask()), ask().held]).toEqual([[["P-1", "P-3"]], ["P-2"]]);
    for (const id of ["P-1", "P-3"]) call(fettle.catalogue.hold(manager, id, "fails, too"));
    expect(ask()).toMatchObject({ drafts: [], held: ["P-2", "P-3"] });
    expect(ask().unfixed.map((u) => [u.reason, u.patches])).toEqual([["held", ["P-1", "P-3"]]]);
  });

  it("VUL-01: changes nothing", () => {
    const { plane, fettle } = world();
    const before = plane.storage.dump();
    plane.call(fettle.catalogue.patchNow(manager, { cves: [CVE], assets: fleet }));
    expect(plane.storage.dump()).toEqual(before);
  });

  it("TAG-05, VUL-01: proposes for the assets that the caller sees only", () => {
    const { plane, fettle, scene } = world();
    plane.users.set(Values.user("uli", "PatchUser", { _tag: "Tags", tags: ["lab"] }));
    const assets = Values.select({ assets: scene.agents.map((a) => a.id) });
    const found = plane.call(fettle.catalogue.patchNow(ControlPlane.as("uli"), { cves: [CVE], assets }));
    expect([found.groups, found.drafts, found.unassessed]).toEqual([[], [], []]);
    expect(found.unfixed.map((u) => u.reason)).toEqual(["not-missing"]);
  });

  it("VUL-01: names assets that were never assessed", () => {
    const { plane, fettle, scene } = world();
    const late = WireAgent.make(plane, 9);
    late.provision(scene.issued);
    const found = plane.call(fettle.catalogue.patchNow(manager, { cves: [CVE], assets: fleet }));
    expect(found.unassessed).toEqual([late.id]);
  });

  it("AST-07, VUL-01: proposes nothing for what isn't scanned, and names it among those of which nothing is known", () => {
    const [full, evaluation] = [1, 2].map(Values.uuid) as [string, string];
    const windows = { platform: "Windows", osName: "Windows Server 2022 Datacenter" } as const;
    const plane = FleetWorld.make({
      patches: Scene.windows.map((p) => ({ ...p, cves: [CVE] })),
      assets: [
        Builders.asset(full, windows),
        Builders.asset(evaluation, { ...windows, osName: `${windows.osName} Evaluation` }),
      ],
      assessments: new Map([full, evaluation].map((id) => [id, Builders.assessment(["W-1"], [])])),
    });
    plane.call(plane.fettle.catalogue.supplyFile(manager, Scene.vendorFile));
    const assets = Values.select({ assets: [full, evaluation] });
    const found = plane.call(plane.fettle.catalogue.patchNow(manager, { cves: [CVE], assets }));
    expect(found.groups.map((g) => g.assets)).toEqual([[full]]);
    expect(found.unassessed).toEqual([evaluation]);
  });

  it("JOB-04, VUL-01: makes as many drafts as a job's limits ask for", () => {
    const { call, fettle, scene } = world({ patchesPerJobMax: 1, assetsPerSelectionMax: 2 });
    const found = call(fettle.catalogue.patchNow(manager, { cves: [CVE], assets: fleet }));
    const ids = scene.agents.map((a) => a.id);
    const sizes = found.drafts.map((d) => [d.targets?.assets, d.patches?._tag === "List" ? d.patches.patches : null]);
    expect(sizes).toEqual([
      [ids.slice(0, 2), ["P-2"]],
      [ids.slice(0, 2), ["P-3"]],
      [ids.slice(2), ["P-2"]],
      [ids.slice(2), ["P-3"]],
    ]);
    for (const draft of found.drafts) call(fettle.jobs.create(manager, draft));
  });

  it("VUL-01: refuses a question about nothing, about too much, or for no assets", () => {
    const { plane, fettle } = world();
    const ask = (input: PatchProposals.PatchNowInput) => plane.rejections(fettle.catalogue.patchNow(manager, input));
    const many = Array.from({ length: PatchProposals.VULNERABILITIES_MAX + 1 }, (_, i) => i + 1);
    expect(ask({ assets: fleet })).toMatchObject([{ rule: "VUL-01", code: "invalid", path: "qids" }]);
    expect(ask({ qids: many, assets: fleet })).toMatchObject([{ rule: "VUL-01", code: "invalid", path: "qids" }]);
    expect(ask({ cves: [CVE], assets: Values.select({}) })).toMatchObject([{ rule: "VUL-01", path: "assets" }]);
    plane.call(fettle.catalogue.patchNow(manager, { qids: many.slice(1), assets: fleet }));
  });
});
