import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { VendorFileInput } from "../../src/engine/catalogue/VendorFiles.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const { manager } = ControlPlane;
const content = new TextEncoder().encode("the installer");
const digest = Crypto.digest(content);

const world = () => {
  const scene = Scene.make({
    agents: 0,
    subscription: { limits: { vendorFileBytesMax: 20, vulnerabilitiesMax: 3, vulnerabilitiesPerCallMax: 2 } },
  });
  const { plane } = scene;
  const { catalogue } = plane.fettle;
  plane.call(catalogue.ingest(manager, { feed: "windows", patches: Scene.windows }));
  const view = (id = "W-1") => plane.call(catalogue.get(manager, id));
  return { scene, plane, catalogue, view };
};

describe("a file from a vendor", () => {
  it("PAT-02, PAT-04: makes its patch patchable until it is withdrawn", () => {
    const { plane, catalogue, view, scene } = world();
    expect(view()).toMatchObject({ isPatchable: false, refusal: { rule: "PAT-03" }, file: null });
    const file = plane.call(catalogue.supplyFile(manager, { patchId: "W-1", digest, content }));
    expect(view()).toMatchObject({ isPatchable: true, refusal: null, file });
    expect(view("W-2").isPatchable).toBe(false);
    expect(Effect.runSync(plane.blobs.get("acme", digest))).toEqual(content);
    expect(scene.stored("vendorFile").get("W-1")).toEqual(file);
    expect(plane.call(catalogue.withdrawFile(manager, "W-1"))).toEqual(file);
    expect(view()).toMatchObject({ isPatchable: false, file: null });
    expect(
      plane
        .events()
        .slice(-2)
        .map((e) => [e.type, e.id]),
    ).toEqual([
      ["VendorFileSupplied", "W-1"],
      ["VendorFileWithdrawn", "W-1"],
    ]);
  });

  it("PAT-04: is taken up by plans of jobs from then on", () => {
    const { plane, catalogue } = world();
    const targets = Values.select({ include: Values.any("fleet") });
    const patches = { _tag: "List" as const, patches: ["W-1"] };
    const job = plane.call(plane.fettle.jobs.create(manager, Values.draft({ platform: "Windows", patches, targets })));
    const leftOut = () => plane.call(plane.fettle.jobs.plan(manager, job.id)).plan.leftOut.map((l) => l.rule);
    expect(leftOut()).toEqual(["PAT-03"]);
    plane.call(catalogue.supplyFile(manager, Scene.vendorFile));
    expect(leftOut()).toEqual([]);
  });

  it("PAT-04: supplied again as it is changes nothing; another takes its place", () => {
    const { plane, catalogue, view } = world();
    plane.call(catalogue.supplyFile(manager, Scene.vendorFile));
    const before = plane.storage.dump();
    plane.clock.pass(5);
    plane.call(catalogue.supplyFile(manager, Scene.vendorFile));
    expect(plane.storage.dump()).toEqual(before);
    plane.call(catalogue.supplyFile(manager, { patchId: "W-1", digest, content }));
    expect(view().file).toMatchObject({ url: null, digest, sizeBytes: content.byteLength });
  });

  it.each<readonly [string, VendorFileInput, string, string]>([
    ["of no known patch", { ...Scene.vendorFile, patchId: "gone" }, "not-found", "patchId"],
    ["of a patch that needs none", { ...Scene.vendorFile, patchId: "P-1" }, "conflict", "patchId"],
    [
      "with another digest than it says",
      { patchId: "W-1", digest: Scene.vendorFile.digest, content },
      "invalid",
      "digest",
    ],
    ["of more bytes than the limit", { patchId: "W-1", digest, content: new Uint8Array(21) }, "invalid", "sizeBytes"],
    ["at no address and without content", { patchId: "W-1", digest, sizeBytes: 1 }, "invalid", "url"],
    ["at an address that anybody can change", { ...Scene.vendorFile, url: "http://a.example/x" }, "invalid", "url"],
  ])("PAT-04: %s is refused, and nothing is kept", (_, input, code, path) => {
    const { plane, catalogue } = world();
    const before = plane.storage.dump();
    expect(plane.rejections(catalogue.supplyFile(manager, input))[0]).toMatchObject({ rule: "PAT-04", code, path });
    expect(plane.storage.dump()).toEqual(before);
  });

  it("PAT-04: that nobody supplied can't be withdrawn", () => {
    const { plane, catalogue } = world();
    expect(plane.rejections(catalogue.withdrawFile(manager, "W-1"))).toMatchObject([
      { rule: "PAT-04", code: "not-found" },
    ]);
  });

  it("URL-01: is on the list of hosts when it is at an address", () => {
    const { plane, catalogue } = world();
    expect(plane.call(catalogue.hosts(manager)).hosts).toEqual([]);
    plane.call(catalogue.supplyFile(manager, Scene.vendorFile));
    expect(plane.call(catalogue.hosts(manager)).hosts.map((h) => h.host)).toEqual(["files.acme.example"]);
  });
});

describe("vulnerabilities by a scanner's number", () => {
  const one = { qid: 1, title: "one", severity: 5, cves: ["CVE-2026-0001"] };

  it("PAT-05: are shown with a patch that shares a CVE with them, and with no other", () => {
    const { plane, catalogue, view } = world();
    const cves = ["CVE-2026-0001"];
    plane.call(catalogue.ingest(manager, [Values.patch("P-1", { cves }), Values.patch("P-2")]));
    expect(plane.call(catalogue.saveVulnerabilities(manager, [one, { ...one, qid: 2, cves: [] }]))).toEqual({
      saved: 2,
      changed: 2,
    });
    expect([view("P-1").qids, view("P-2").qids]).toEqual([[1], []]);
    plane.call(catalogue.saveVulnerabilities(manager, [{ ...one, cves: [] }]));
    expect(view("P-1").qids).toEqual([]);
  });

  it("PAT-05: saved again as they are write nothing", () => {
    const { plane, catalogue } = world();
    plane.call(catalogue.saveVulnerabilities(manager, [one]));
    const before = plane.storage.dump();
    expect(plane.call(catalogue.saveVulnerabilities(manager, [one]))).toEqual({ saved: 1, changed: 0 });
    expect(plane.storage.dump()).toEqual(before);
  });

  it("PAT-05: are refused as one when one of them is wrong or they are too many, and none is kept", () => {
    const { plane, catalogue } = world();
    const save = (...list: readonly (typeof one)[]) => catalogue.saveVulnerabilities(manager, list);
    const at = (...qids: readonly number[]) => qids.map((qid) => ({ ...one, qid }));
    plane.call(save(...at(1, 2)));
    const before = plane.storage.dump();
    expect(plane.rejections(save(...at(3, 0)))).toMatchObject([{ code: "invalid", path: "vulnerabilities.1.qid" }]);
    expect(plane.rejections(save(...at(3, 4, 5)))).toMatchObject([{ code: "invalid", path: "vulnerabilities" }]);
    expect(plane.rejections(save({ ...one, severity: 1.5 }))).toMatchObject([{ code: "invalid" }]);
    expect(plane.rejections(save(...at(3, 4)))).toMatchObject([{ rule: "PAT-05", code: "exhausted" }]);
    expect(plane.storage.dump()).toEqual(before);
    plane.call(save(...at(3)));
  });

  it("PAT-05: changed by another at the same moment are not overwritten unseen", () => {
    const { plane, catalogue } = world();
    plane.hooks.before = () => {
      plane.hooks.before = null;
      plane.call(catalogue.saveVulnerabilities(manager, [{ ...one, title: "first" }]));
    };
    expect(plane.rejections(catalogue.saveVulnerabilities(manager, [one]))).toMatchObject([{ code: "conflict" }]);
  });
});
