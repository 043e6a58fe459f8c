/**
 * The two guides' pages on patches, told as one story: reviewing missing and installed patches, patches that must be
 * acquired from their vendor, the patch selector, deprecated patches, and "patch now".
 */
import { Crypto } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import * as PatchBuilders from "../src/testing/builders/PatchBuilders.ts";
import * as Random from "../src/testing/simulation/Random.ts";
import * as ControlPlane from "./scenario/ControlPlane.ts";
import * as Scene from "./scenario/Scene.ts";
import * as Values from "./scenario/Values.ts";

const { advisory, bulletin, vendorOnly, vulnerability } = PatchBuilders;
const { manager } = ControlPlane;
const { pkg } = Values;
const sam = ControlPlane.as("sam");
const rita = ControlPlane.as("rita");
const fleet = Values.select({ include: Values.any("fleet") });

const world = () => {
  const scene = Scene.make({ agents: 2 });
  const { plane } = scene;
  const { fettle, call } = plane;
  const linux = [
    advisory("FTSA-1", { packages: [pkg("openssl", "2-1")], cves: ["CVE-2026-0001"], publishedAt: 1 }),
    advisory("FTSA-2", { packages: [pkg("openssl", "3-1")], publishedAt: 2 }),
    advisory("FTSA-3", { packages: [pkg("curl", "1-1")], publishedAt: 3 }),
  ];
  const windows = [
    bulletin("KB1", { publishedAt: 1, cves: ["CVE-2026-0002"] }),
    bulletin("KB2", { publishedAt: 2, supersedes: [{ patchId: "KB1", product: null }] }),
    bulletin("KB-23H2", { isFeatureUpdate: true }),
    vendorOnly("JRE-401", { cves: ["CVE-2026-0003"] }),
  ];
  call(fettle.catalogue.ingest(manager, { feed: "default", patches: [] }));
  call(fettle.catalogue.ingest(manager, { feed: "linux", patches: linux }));
  call(fettle.catalogue.ingest(manager, { feed: "windows", patches: windows }));
  const ids = (input: Parameters<typeof fettle.catalogue.search>[1]) =>
    call(fettle.catalogue.search(manager, { sort: { by: "id" }, ...input })).rows.map((r) => r.patch.id);
  return { scene, plane, fettle, call, linux, windows, ids };
};

describe("the guides' pages on patches", () => {
  it("AST-03, PAT-10: whoever reviews patches sees what is missing, what is installed, and only the latest missing", () => {
    const { ids } = world();
    expect(ids({ view: "missing" })).toEqual(["FTSA-1", "FTSA-2"]);
    expect(ids({ view: "installed" })).toEqual(["FTSA-3"]);
    expect(ids({ view: "latest-missing" })).toEqual(["FTSA-2"]);
    expect(ids({ query: "patchStatus: [Missing, Installed]", within: fleet, view: "all" })).toHaveLength(3);
  });

  it("PAT-02, PAT-03: a patch with a key beside it tells its url, and is left out of a job by name", () => {
    const { call, fettle } = world();
    const [row] = call(fettle.catalogue.search(rita, { query: "downloadMethod: AcquireFromVendor" })).rows;
    expect(row).toMatchObject({
      isPatchable: false,
      patch: { download: { url: "https://vendor.lab.example/JRE-401" } },
    });
    const patches = { _tag: "List" as const, patches: ["KB2", "JRE-401"] };
    const job = call(fettle.jobs.create(manager, Values.draft({ platform: "Windows", patches })));
    const { leftOut } = call(fettle.jobs.plan(manager, job.id)).plan;
    expect(leftOut).toMatchObject([{ patchId: "JRE-401", rule: "PAT-03" }]);
  });

  it("PAT-04: a security officer supplies the file, and from then on jobs take the patch", () => {
    const { call, fettle, plane } = world();
    const content = new TextEncoder().encode("jre");
    const file = { patchId: "JRE-401", digest: Crypto.digest(content), content };
    expect(plane.rejections(fettle.catalogue.supplyFile(rita, file))[0]?.code).toBe("not-permitted");
    call(fettle.catalogue.supplyFile(sam, file));
    const patches = { _tag: "List" as const, patches: ["JRE-401"] };
    const job = call(fettle.jobs.create(manager, Values.draft({ platform: "Windows", patches })));
    expect(call(fettle.jobs.plan(manager, job.id)).plan.leftOut).toEqual([]);
  });

  it("PAT-07, PAT-10, PAT-12: the patch selector offers what the job could take: no feature updates, and for a rollback what supports it", () => {
    const { ids } = world();
    expect(ids({ kind: "deployment" })).not.toContain("KB-23H2");
    expect(ids({ kind: "deployment", within: fleet })).toEqual(["FTSA-1", "FTSA-2"]);
    expect(ids({ kind: "rollback", within: fleet })).toEqual(["FTSA-3"]);
  });

  it("PAT-06: a patch that its vendor withdraws is never deployed, though it stands in a job", () => {
    const { call, fettle, linux } = world();
    const patches = { _tag: "List" as const, patches: ["FTSA-1", "FTSA-2"] };
    const job = call(fettle.jobs.create(manager, Values.draft({ patches })));
    call(fettle.catalogue.ingest(manager, { feed: "linux", patches: linux.filter((p) => p.id !== "FTSA-2") }));
    const { plan } = call(fettle.jobs.plan(manager, job.id));
    expect(plan.leftOut).toMatchObject([{ patchId: "FTSA-2", rule: "PAT-06" }]);
    expect(plan.groups[0]?.patches.map((p) => p.patchId)).toEqual(["FTSA-1"]);
  });

  it("VUL-01: from a report of vulnerabilities, patch now makes the job, and says what is left to do by hand", () => {
    const { call, fettle } = world();
    call(
      fettle.catalogue.saveVulnerabilities(manager, [
        vulnerability(1, { cves: ["CVE-2026-0001"] }),
        vulnerability(2, { cves: ["CVE-2026-0009"] }),
      ]),
    );
    const { drafts, unfixed } = call(fettle.catalogue.patchNow(manager, { qids: [1, 2], assets: fleet }));
    expect(drafts.map((d) => d.patches)).toEqual([{ _tag: "List", patches: ["FTSA-2"] }]);
    expect(unfixed).toMatchObject([{ qid: 2, cve: "CVE-2026-0009", reason: "no-patch" }]);
  });

  it("PAT-04, PAT-05: a scanner's number and a supplied file are asked for beside assets as well, in each of the lists", () => {
    const { call, fettle, scene } = world();
    const all = scene.agents.map((a) => a.id);
    const assets = (patchQuery: string) =>
      call(fettle.assets.search(manager, { patchQuery, view: "missing" })).rows.map((r) => r.asset.id);
    expect(assets("qid: 1")).toEqual([]);
    call(fettle.catalogue.saveVulnerabilities(manager, [vulnerability(1, { cves: ["CVE-2026-0001"] })]));
    expect(assets("qid: 1")).toEqual(all);
    expect(assets("qid: 2")).toEqual([]);
    const of = { state: "missing", patchQuery: "qid: 1" } as const;
    const listed = call(fettle.assets.patches(manager, all[0] ?? "", of)).rows.map((r) => r.patch.id);
    expect(listed).toEqual(["FTSA-1"]);
    const job = call(
      fettle.jobs.create(manager, Values.draft({ patches: { _tag: "Query", query: "qid: 1" }, targets: fleet })),
    );
    expect(call(fettle.jobs.plan(manager, job.id)).plan.groups[0]?.patches.map((p) => p.patchId)).toEqual(["FTSA-1"]);
  });

  it("URL-01: the administrator of the firewall reads the hosts off the catalogue", () => {
    const { call, fettle } = world();
    expect(call(fettle.catalogue.hosts(rita)).hosts).toMatchObject([{ host: "download.lab.example", ports: [443] }]);
  });
});

describe("builders of patches", () => {
  it("generate catalogues that a feed takes up, the same by the same seed", () => {
    const { call, fettle } = world();
    const of = (seed: string) => {
      const random = Random.make(seed);
      const ids = Array.from({ length: 60 }, (_, i) => `G-${i}`);
      return ids.map((id) => PatchBuilders.generate(id, random, ids));
    };
    expect(of("a")).toEqual(of("a"));
    expect(of("a")).not.toEqual(of("b"));
    expect(call(fettle.catalogue.ingest(manager, { feed: "generated", patches: of("a") })).patches).toBe(60);
    const { dropped, dangling } = call(fettle.catalogue.supersedence(manager));
    expect([dropped.length > 0, dangling.length > 0]).toEqual([true, true]);
  });
});
