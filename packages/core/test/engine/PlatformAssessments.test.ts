import { describe, expect, it } from "vitest";
import * as PatchBuilders from "../../src/testing/builders/PatchBuilders.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const app = (evr: string) => ({ name: "Notepad++ (64-bit x64)", arch: "x86_64", evr });
const windows = { release: "windows:10.0.19045" };

const world = () => {
  const scene = Scene.make({ agents: 0 });
  const { plane, issued } = scene;
  const agent = WireAgent.make(plane, 1);
  agent.provision(issued, { platform: "Windows" });
  plane.call(
    plane.fettle.catalogue.ingest(manager, [
      PatchBuilders.bulletin("APP-1", { packages: [app("8.6.10")], publishedAt: 1 }),
      PatchBuilders.bulletin("KB-1", {
        releases: [windows.release],
        packages: [{ name: "KB5034441", arch: "any", evr: "1", isPresence: true }],
        publishedAt: 2,
      }),
    ]),
  );
  return { ...scene, agent };
};

describe("an asset that runs Windows", () => {
  it("SYN-03: is judged by dotted versions, whether or not its agent's installer tells how they compare", () => {
    const { agent, stored } = world();
    for (const packageFormat of [null, "windows", "rpm"] as const) {
      agent.snapshot([], { ...windows, packageFormat });
      expect(stored("asset").get(agent.id)?.facts.packageFormat).toBe("windows");
    }
    agent.snapshot([app("8.6.9")], windows);
    expect(
      stored("assessment")
        .get(agent.id)
        ?.missing.map((m) => m.patchId),
    ).toEqual(["APP-1", "KB-1"]);
  });

  it("PLN-01: gets in its plan the product at the version that fixes and the KB by its presence, in its own format", () => {
    const { agent, plane, stored } = world();
    agent.snapshot([app("8.6.9")], windows);
    const draft = Values.draft({ platform: "Windows", patches: { _tag: "List", patches: ["APP-1", "KB-1"] } });
    const job = plane.call(plane.fettle.jobs.create(manager, draft));
    const { plan } = plane.call(plane.fettle.jobs.plan(manager, job.id));
    expect(plan.groups[0]?.patches).toMatchObject([
      { patchId: "APP-1", format: "windows", packages: [app("8.6.10")] },
      {
        patchId: "KB-1",
        format: "windows",
        packages: [{ name: "KB5034441", arch: "x86_64", evr: "1", isPresence: true }],
      },
    ]);
    agent.snapshot([app("8.6.10"), { name: "KB5034441", arch: "noarch", evr: "1" }], windows);
    expect(stored("assessment").get(agent.id)).toMatchObject({ missing: [], installed: ["APP-1", "KB-1"] });
  });
});
