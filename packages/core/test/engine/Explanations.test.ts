import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as PlanRings from "../../src/domain/plan/PlanRings.ts";
import * as RolloutPresets from "../../src/domain/rollout/RolloutPresets.ts";
import * as Explanations from "../../src/engine/plans/Explanations.ts";
import { Storage } from "../../src/ports/Storage.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Timed from "../scenario/Timed.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
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

  it("RNG-05, PLN-03: of a job in rings tells the asset's ring and its slot as the plan does", () => {
    const { plane, manager, agents } = Scene.make({ agents: 12 });
    const { fettle, call } = plane;
    const schedule = { _tag: "Once", at: TimedWorld.wall("2026-02-10T22:00"), zone: { _tag: "Agent" } } as const;
    const job = call(fettle.jobs.create(manager, Values.draft({ schedule, rollout: RolloutPresets.pilots })));
    const { groups } = call(fettle.jobs.plan(manager, job.id)).plan;
    const rings = groups.map(({ ring, assets }) => [ring?.number ?? 0, assets.length] as const);
    expect([...rings].sort(([a], [b]) => a - b)).toEqual([
      [1, 10],
      [2, 2],
    ]);
    for (const { id } of agents) {
      const { ring, timing, reads } = call(fettle.jobs.explain(manager, job.id, { assetId: id }));
      const group = groups.find(({ assets }) => assets.includes(id));
      expect({ ring, timing, reads }).toEqual({ ring: group?.ring, timing: group?.timing, reads: "fleet" });
      const words = ring && PlanRings.words(ring, timing?.zone ?? null);
      expect(words).toMatch(/^ring (1 .* not before 2026-02-10|2 .* not before 2026-02-13) 22:00 UTC$/);
    }
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

  it("PLN-03, SCH-08: of an enabled job is about its next run, however near that is, and so is its plan", () => {
    const scene = Timed.make();
    const { fettle, call } = scene.plane;
    const assetId = scene.agents[0]?.id ?? "";
    const draft = Values.draft({ schedule: Timed.daily("2026-02-03T02:00"), window: { minutes: 600 } });
    const { id } = call(fettle.jobs.create(scene.manager, draft));
    const start = () => call(fettle.jobs.explain(scene.manager, id, { assetId })).timing?.start;
    const planned = () => call(fettle.jobs.plan(scene.manager, id));
    scene.plane.clock.pass(Timed.utc("2026-02-03T01:00") - scene.plane.clock.now());
    // Enabled now it would be too late for the run in an hour.
    expect([start(), planned().plan.groups[0]?.timing.start]).toEqual([
      Timed.utc("2026-02-04T02:00"),
      Timed.utc("2026-02-04T02:00"),
    ]);
    call(fettle.jobs.enable(scene.manager, id));
    scene.plane.clock.pass(Timed.DAY_MS);
    const seen = planned();
    expect([start(), seen.plan.groups[0]?.timing.start]).toEqual([
      Timed.utc("2026-02-04T02:00"),
      Timed.utc("2026-02-04T02:00"),
    ]);
    scene.plane.clock.pass(Timed.HOUR_MS);
    expect(call(fettle.jobs.compare(scene.manager, id, { planHash: seen.hash })).changes).toEqual([]);
    scene.plane.clock.pass(1);
    expect(start()).toBe(Timed.utc("2026-02-05T02:00"));
    const { words } = call(fettle.jobs.compare(scene.manager, id, { planHash: seen.hash, plan: seen.plan }));
    expect(words).toEqual(["the plan is for another run: 2026-02-05T02:00:00 instead of 2026-02-04T02:00:00"]);
  });

  it("PLN-03: of one that ran once tells how it stood when it was enabled, and promises nothing more", () => {
    const scene = Timed.make();
    const { fettle, call } = scene.plane;
    const assetId = scene.agents[0]?.id ?? "";
    const id = scene.enabled({ schedule: Timed.once("2026-02-03T02:00"), window: { minutes: 60 } });
    scene.plane.clock.pass(30 * Timed.DAY_MS);
    const answer = call(fettle.jobs.explain(scene.manager, id, { assetId, patchId: "P-9" }));
    expect(answer).toMatchObject({ timing: { start: Timed.utc("2026-02-03T02:00") }, earliest: null });
  });

  it("PLN-03: reads one assessment where the asset alone decides, whatever the time", () => {
    const scene = Timed.make(["UTC", "Asia/Tokyo", "America/New_York"]);
    const { call, ports, storage } = scene.plane;
    const id = scene.enabled({ schedule: Timed.daily("2026-02-03T02:00", Timed.agentZone), window: { minutes: 600 } });
    const assetId = scene.agents[1]?.id ?? "";
    const asked: string[] = [];
    const watched = new Proxy(storage, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...args: readonly unknown[]) => {
          asked.push(JSON.stringify(args));
          return member.apply(target, args);
        };
      },
    });
    const explained = (patchId: string) =>
      call(
        Effect.provideContext(
          Explanations.explain(scene.manager, id, { assetId, patchId }),
          Context.add(ports, Storage, watched),
        ),
      );
    expect(explained("P-1")).toMatchObject({ reads: "asset", timing: { zone: "Asia/Tokyo" } });
    const assessments = asked.filter((args) => args.includes('"assessment"'));
    expect(assessments).toEqual([expect.stringContaining(assetId)]);
  });
});
