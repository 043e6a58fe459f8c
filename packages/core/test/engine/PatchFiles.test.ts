import { Crypto } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as Fate from "../../src/domain/plan/Fate.ts";
import * as Actor from "../../src/domain/shared/Actor.ts";
import * as Fettle from "../../src/Fettle.ts";
import * as PatchBuilders from "../../src/testing/builders/PatchBuilders.ts";
import * as Sandbox from "../../src/testing/Sandbox.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const mara = Actor.user("acme", "mara");
const { any, draft, select } = Values;
const bytes = new TextEncoder().encode("an installer");
const digest = Crypto.digest(bytes);
const URL = "https://download.lab.example/app.msi";
const app = (evr: string) => ({ name: "App (64-bit)", arch: "x86_64", evr });
const file = { url: URL, digest, sizeBytes: bytes.length, signer: "CN=Lab" };
const automatic = PatchBuilders.bulletin("APP-1", {
  packages: [app("2.0")],
  download: { _tag: "Automatic", files: [file] },
});
const acquired = PatchBuilders.vendorOnly("APP-1", { packages: [app("2.0")] });

/** Deploys a patch to one simulated Windows machine; `served` is what stands at which url for it, null: it works from no files. */
const deploy = async (patch: Patch, served: ReadonlyMap<string, Uint8Array> | null, isSupplied = false) => {
  const sandbox = Sandbox.make({
    tenantId: "acme",
    users: [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } }],
  });
  const fettle = Fettle.promises(Fettle.make(sandbox.ports));
  await fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 5 } } });
  const activation = await fettle.keys.create(mara, { title: "Desktops" });
  await fettle.catalogue.ingest(mara, [patch]);
  if (isSupplied) await fettle.catalogue.supplyFile(mara, { patchId: patch.id, digest, content: bytes });
  const files = served === null ? {} : { files: served };
  const installed = sandbox.addMachine({
    name: "w-1",
    platform: "Windows",
    packages: [app("1.0")],
    activation,
    ...files,
  });
  sandbox.checkIn();
  const job = await fettle.jobs.create(
    mara,
    draft({
      platform: "Windows",
      patches: { _tag: "List", patches: [patch.id] },
      targets: select({ include: any("cloud-agent") }),
    }),
  );
  const { hash, plan } = await fettle.jobs.plan(mara, job.id);
  await fettle.jobs.enable(mara, job.id, { planHash: hash });
  await fettle.tick();
  sandbox.checkIn();
  const [run] = await fettle.runs.ofJob(mara, job.id);
  const [row] = await fettle.runs.results(mara, run?.id ?? "");
  return { row, plan, standing: installed().get("App (64-bit).x86_64") };
};

describe("a patch that is installed from files", () => {
  it("PAT-02: names them in its plan with digest, size and signer, and is deployed from its vendor's url", async () => {
    const { row, plan, standing } = await deploy(automatic, new Map([[URL, bytes]]));
    expect(plan.groups[0]?.patches[0]?.files).toEqual([file]);
    expect(row).toMatchObject({ status: "Completed", isConfirmed: true, result: { outcome: "Installed" } });
    expect(standing).toEqual(["2.0"]);
  });

  it("PAT-04: is deployed from the content that someone supplied, which the control plane hands out by its digest", async () => {
    const { row, plan, standing } = await deploy(acquired, new Map(), true);
    expect(plan.groups[0]?.patches[0]?.files).toEqual([{ url: null, digest, sizeBytes: bytes.length, signer: null }]);
    expect(row).toMatchObject({ status: "Completed", isConfirmed: true, result: { outcome: "Installed" } });
    expect(standing).toEqual(["2.0"]);
  });

  it.each([
    ["12: another content of the same size", new Map([[URL, new TextEncoder().encode("an INSTALLER")]]), 12, "digest"],
    ["7: a longer one", new Map([[URL, new TextEncoder().encode("an installer, and more")]]), 7, "22 bytes, not 12"],
    ["7: a shorter one", new Map([[URL, new TextEncoder().encode("an")]]), 7, "2 bytes, not 12"],
    ["4: nothing there", new Map(), 4, "nothing at"],
    ["5: an installer that works from no files", null, 5, "installs nothing from files"],
  ] as const)("RUN-04: fails for %s, before anything is installed", async (_, served, reasonCode, said) => {
    const { row, standing } = await deploy(automatic, served);
    expect(row).toMatchObject({ status: "DownloadingFailed", result: { outcome: "Failed", reasonCode } });
    expect(row?.result?.outputTail).toContain(said);
    expect(standing).toEqual(["1.0"]);
  });

  it("PAT-02: is left out where its vendor names no file, and where there are more than an agent is told", async () => {
    const many = (n: number) =>
      PatchBuilders.bulletin("APP-1", {
        packages: [app("2.0")],
        download: { _tag: "Automatic", files: Array.from({ length: n }, () => file) },
      });
    for (const n of [0, 17]) {
      const scene = Scene.make({ agents: 0 });
      expect(planOf(scene, many(n)).plan.leftOut).toMatchObject([{ patchId: "APP-1", rule: "PAT-02" }]);
    }
    expect(planOf(Scene.make({ agents: 0 }), many(16)).plan.leftOut).toEqual([]);
  });
});

/** A Windows agent that lacks the patch, and the plan that would bring it. */
const planOf = (scene: Scene.Scene, patch: Patch) => {
  const { plane, issued } = scene;
  const agent = WireAgent.make(plane, 1, scene.tenantId);
  agent.provision(issued, { platform: "Windows" });
  plane.call(plane.fettle.catalogue.ingest(scene.manager, [patch]));
  agent.snapshot([app("1.0")], { release: "windows:10" });
  const patches = { _tag: "List", patches: [patch.id] } as const;
  const job = plane.call(plane.fettle.jobs.create(scene.manager, draft({ platform: "Windows", patches })));
  return { agent, job, plan: plane.call(plane.fettle.jobs.plan(scene.manager, job.id)).plan };
};

describe("a vendor's file that no list may name", () => {
  const fate = (over: object) =>
    Fate.deployment([{ ...automatic, download: { _tag: "Automatic", files: [{ ...file, ...over }] } }], {
      format: "windows",
      missing: new Map([["APP-1", [{ ...app("2.0"), installed: "1.0", fixed: "2.0" }]]]),
      supplied: new Map(),
    });

  it.each([
    ["http", { url: "http://download.lab.example/app.msi" }],
    ["a password in the url", { url: "https://u:p@download.lab.example/app.msi" }],
    ["no digest that is one", { digest: "sha256:00" }],
    ["a digest of another kind", { digest: `sha512:${"0".repeat(64)}` }],
    ["no bytes", { sizeBytes: 0 }],
    ["half a byte", { sizeBytes: 1.5 }],
    ["an empty signer", { signer: "" }],
  ])(
    "PAT-02: keeps its patch out of the plan and says why, for the agent would refuse the whole list: %s",
    (_, over) => {
      expect(fate({}).withheld).toEqual([]);
      expect(fate(over)).toMatchObject({ patches: [], withheld: [{ patchId: "APP-1", rule: "PAT-02" }] });
    },
  );
});

describe("content that someone supplied", () => {
  it("PAT-04, T10: is handed out to an agent whose manifest names it, and is for all others as what doesn't exist", () => {
    const scene = Scene.make({ agents: 0 });
    const { plane, manager, issued } = scene;
    plane.call(plane.fettle.catalogue.ingest(manager, [acquired]));
    plane.call(plane.fettle.catalogue.supplyFile(manager, { patchId: "APP-1", digest, content: bytes }));
    const { agent, job } = planOf(scene, acquired);
    const other = WireAgent.make(plane, 2);
    other.provision(issued, { platform: "Windows" });
    const elsewhere = Scene.make({ plane, tenantId: "globex", agents: 1 }).agents[0];
    const said = (of: WireAgent.WireAgent | undefined, what: Crypto.Digest) => {
      const reply = of?.fetch(what);
      return [reply?.status, new TextDecoder().decode(reply?.body)];
    };
    const absent = said(other, Crypto.digest(new Uint8Array([1])));
    expect(absent[0]).toBe(404);
    // Nobody may have it before a manifest was issued.
    for (const one of [agent, other, elsewhere]) expect(said(one, digest)).toEqual(absent);
    plane.call(plane.fettle.jobs.enable(manager, job.id));
    plane.call(plane.fettle.tick());
    expect(said(agent, digest)).toEqual([200, "an installer"]);
    for (const one of [other, elsewhere]) expect(said(one, digest)).toEqual(absent);
    // Nor when the run is over.
    const { id } = scene.run(job.id);
    agent.report(1, ...WireAgent.wholeRun(id, "APP-1"));
    expect(scene.run(job.id).assetRuns.get(agent.id)?.state.status).toBe("Completed");
    expect(said(agent, digest)).toEqual(absent);
  });

  it("PAT-04: of more bytes than the control plane hands out is left out of the plan, which asks for a url", () => {
    const missing = [{ ...app("2.0"), installed: "1.0", fixed: "2.0" }];
    const fate = (url: string | null, sizeBytes: number) =>
      Fate.deployment([acquired], {
        format: "windows",
        missing: new Map([["APP-1", missing]]),
        supplied: new Map([["APP-1", PatchBuilders.vendorFile("APP-1", { url, sizeBytes })]]),
      });
    const most = 256 * 1_024 * 1_024;
    expect(fate(null, most).patches).toHaveLength(1);
    expect(fate(URL, most + 1).patches).toHaveLength(1);
    expect(fate(null, most + 1)).toMatchObject({
      patches: [],
      withheld: [{ rule: "PAT-04", reason: expect.stringContaining("needs a url") }],
    });
    expect(fate(URL, 16 * most + 1).withheld).toMatchObject([{ rule: "PAT-04" }]);
  });
});

it("PLN-01: a file is part of what a plan is approved for: another digest makes another plan", () => {
  const hashes = [digest, Crypto.digest(new Uint8Array([2]))].map((of) => {
    const scene = Scene.make({ agents: 0 });
    const { job } = planOf(scene, { ...automatic, download: { _tag: "Automatic", files: [{ ...file, digest: of }] } });
    return scene.plane.call(scene.plane.fettle.jobs.plan(ControlPlane.manager, job.id)).hash;
  });
  expect(hashes[0]).not.toBe(hashes[1]);
});
