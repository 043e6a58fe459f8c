import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { Job } from "../../../src/domain/job/Job.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";

const { as } = ControlPlane;

/** Puts a job into the store as it can never come about, past every check. */
const smuggled = (over: Partial<Job>) => {
  const scene = Scene.make();
  const job: Job = { ...Values.job({ status: "Enabled", enabled: { planHash: "sha256:00", at: 1 }, ...over }) };
  const indexes = [{ name: "status", value: job.status }];
  const write = { _tag: "Put", kind: "job", id: job.id, body: job as never, indexes } as const;
  const batch = { tenantId: "acme", expect: [], counters: [], uniques: [], writes: [write], events: [] };
  Effect.runSync(scene.plane.storage.commit(batch as never));
  return { scene, job };
};

describe("a job that must not run", () => {
  it.each([
    ["without owner", { ownerId: null }, "owner"],
    ["without owner, made by a manager", { ownerId: null, makerId: "mara" }, "owner"],
    ["of an owner who is gone", { ownerId: "ghost" }, "gone"],
    ["of a reader", { ownerId: "rita" }, "no longer"],
    ["of Security", { ownerId: "sam" }, "no longer"],
    ["without patches", { patches: null }, "patches"],
    ["without targets", { targets: null }, "targets"],
    ["with targets that name nothing", { targets: Values.select({}) }, "targets"],
    ["without schedule", { schedule: null }, "schedule"],
  ] as const)("I43: %s doesn't, though the store says it is enabled; the tick says why", (_, over, word) => {
    const { scene, job } = smuggled(over);
    const { plane, stored } = scene;
    const before = plane.storage.dump();
    const report = plane.call(plane.fettle.tick());
    expect(report).toMatchObject({ materialised: 0, issued: 0, stuck: [{ jobId: job.id }] });
    expect(report.stuck[0]?.message).toContain(word);
    expect(stored("run").size).toBe(0);
    expect(plane.storage.dump()).toEqual(before);
    expect(scene.agents[0]?.checkIn().manifests).toEqual([]);
  });

  it("the same with everything there does run, so that nothing else keeps it from it", () => {
    const { scene } = smuggled({});
    expect(scene.plane.call(scene.plane.fettle.tick())).toMatchObject({ materialised: 1, issued: 1, stuck: [] });
  });

  it.each([
    ["is gone", (plane: ControlPlane.ControlPlane) => plane.users.remove("uli")],
    ["is a reader by now", (plane: ControlPlane.ControlPlane) => plane.users.set(Values.user("uli", "PatchReader"))],
  ])("OWN-01: an owner who %s lets no further asset begin, and says why; back again, it goes on", (_, change) => {
    const scene = Scene.make({ agents: 1 });
    const { plane } = scene;
    const { fettle, call } = plane;
    const job = call(fettle.jobs.create(as("uli"), Values.draft()));
    call(fettle.jobs.enable(as("uli"), job.id));
    expect(call(fettle.tick())).toMatchObject({ issued: 1 });
    // The asset didn't come for it, and its lease runs out.
    plane.clock.pass(25 * Values.HOUR_MS);
    change(plane);
    expect(call(fettle.tick())).toMatchObject({
      issued: 0,
      stuck: [{ jobId: job.id, message: expect.stringContaining("owner") }],
    });
    plane.users.set(Values.user("uli", "PatchUser"));
    expect(call(fettle.tick())).toMatchObject({ issued: 1, stuck: [] });
  });
});
