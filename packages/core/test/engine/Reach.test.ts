import { describe, expect, it } from "vitest";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import type * as WireAgent from "../scenario/WireAgent.ts";

const { DAY_MS, tick, tickAt } = Timed;

const sent = () => {
  const scene = Scene.make({ agents: 2 });
  const jobId = scene.enabled();
  tick(scene);
  const narrow = (...tags: readonly string[]) =>
    scene.plane.users.set({ id: "mara", roles: ["PatchManager"], scope: { _tag: "Tags", tags } });
  const offered = (agent: WireAgent.WireAgent | undefined) => agent?.checkIn().manifests.length;
  return { scene, jobId, narrow, offered, states: () => [...scene.stored("assetRun").values()].map((a) => a.state) };
};

describe("the scope of a job's owner, at the moment of sending", () => {
  it("TAG-05, OWN-01: keeps what was planned in a wider one from an agent that has not taken its manifest yet", () => {
    const { scene, narrow, offered, states } = sent();
    expect(offered(scene.agents[0])).toBe(1);
    narrow("lab");
    expect(offered(scene.agents[1])).toBe(0);
    const [out] = states().filter((s) => s.status === "JobFailed");
    expect(out).toMatchObject({ by: "OutOfScope", reason: expect.stringMatching(/^TAG-05: .*mara/) });
    expect(Timed.eventsOf(scene, "ManifestWithheld")).toHaveLength(1);
    // It is not offered again when the scope is what it was: the run says that it came to nothing there.
    narrow("fleet");
    expect(offered(scene.agents[1])).toBe(0);
  });

  it("TAG-05, PLN-04: keeps a lease from being renewed, and hinders nothing within it", () => {
    const { scene, narrow, states } = sent();
    narrow("fleet");
    expect(tickAt(scene, scene.plane.clock.now() + DAY_MS)).toMatchObject({ issued: 2 });
    narrow("lab");
    expect(tickAt(scene, scene.plane.clock.now() + DAY_MS)).toMatchObject({ issued: 0 });
    expect(states()).toMatchObject([
      { status: "JobFailed", by: "OutOfScope" },
      { status: "JobFailed", by: "OutOfScope" },
    ]);
  });

  it("TAG-05: leaves alone what has started", () => {
    const { scene, jobId, narrow, states } = sent();
    const { id: runId } = scene.run(jobId);
    scene.agents[0]?.report(1, { _tag: "Status", runId, status: "JobStarted", reason: null });
    narrow("lab");
    tickAt(scene, scene.plane.clock.now() + DAY_MS);
    expect(
      states()
        .map((s) => s.status)
        .sort(),
    ).toEqual(["JobFailed", "JobStarted"]);
  });
});
