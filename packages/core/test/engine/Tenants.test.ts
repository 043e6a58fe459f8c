import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Journey from "../scenario/Journey.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const keys = { acme: Crypto.generateKeyPair(), other: Crypto.generateKeyPair(), zeta: Crypto.generateKeyPair() };
const bytes = (told: readonly Journey.Told[]): string =>
  JSON.stringify(told, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  );

describe("two tenants", () => {
  it("EVT-03: that do the same with the same ids never see each other: what one is told is the same to the byte with and without the other", () => {
    const alone = Journey.go({ plane: ControlPlane.make({ keys }) });
    const plane = ControlPlane.make({ keys });
    // The other one goes its whole way before the first, with the same ids for everything but the tenant.
    const before = Journey.go({ plane, tenantId: "other" });
    plane.clock.pass(Values.START - plane.clock.now());
    const beside = Journey.go({ plane });
    expect(alone.told.length).toBeGreaterThan(60);
    expect(bytes(beside.told)).toBe(bytes(alone.told));
    const ids = (journey: Journey.Journey) => [...journey.scene.stored("job").keys()];
    expect(ids(before)).toEqual(ids(beside));
    expect(before.agents.map((a) => a.id)).toEqual(beside.agents.map((a) => a.id));
  });

  it("EVT-03: interleaved step by step don't see each other either", () => {
    const alone = Journey.go({ plane: ControlPlane.make({ keys }) });
    const plane = ControlPlane.make({ keys });
    const other = Scene.make({ plane, tenantId: "other", agents: 2 });
    let n = 0;
    const meanwhile = (): void => {
      n += 1;
      const { fettle, call } = plane;
      other.enabled({ title: `noise ${n}` });
      other.agents[n % 2]?.checkIn({ manifestVersion: n });
      call(fettle.tags.save(other.manager, { id: `tag-${n}`, name: `noise ${n}` }));
      call(fettle.catalogue.ingest(other.manager, [Values.patch(`P-${n}`)]));
    };
    const beside = Journey.go({ plane, meanwhile });
    expect(bytes(beside.told)).toBe(bytes(alone.told));
    expect(n).toBeGreaterThan(60);
  });

  it("EVT-03: have no way to each other's jobs and runs, though their ids are known", () => {
    const one = Scene.make();
    const { plane } = one;
    Scene.make({ plane, tenantId: "zeta", agents: 0 });
    const jobId = one.enabled();
    plane.call(plane.fettle.tick());
    const runId = one.run(jobId).id;
    const stranger = ControlPlane.as("mara", "zeta");
    const { fettle } = plane;
    for (const ask of [
      fettle.jobs.get(stranger, jobId),
      fettle.jobs.plan(stranger, jobId),
      fettle.jobs.enable(stranger, jobId),
      fettle.runs.progress(stranger, runId),
      fettle.runs.results(stranger, runId),
    ]) {
      expect(plane.rejections(ask)).toMatchObject([{ code: "not-found" }]);
    }
    expect(plane.call(fettle.runs.ofJob(stranger, jobId))).toEqual([]);
    expect(plane.call(fettle.assets.list(stranger))).toEqual([]);
    expect(plane.events("zeta").some((e) => e.id === jobId)).toBe(false);
  });

  it("EVT-03: have seats, keys and counters of their own", () => {
    const one = Scene.make({ agents: 2, subscription: { licences: { PM: { seats: 1 } } } });
    const two = Scene.make({
      plane: one.plane,
      tenantId: "zeta",
      agents: 2,
      subscription: { licences: { PM: { seats: 1 } } },
    });
    const licensed = (scene: Scene.Scene) =>
      scene.plane.call(scene.plane.fettle.assets.list(scene.manager)).map((a) => a.isLicensed);
    expect([licensed(one), licensed(two)]).toEqual([
      [true, false],
      [true, false],
    ]);
    const keyCounter = `activationKey/${one.issued.key.id}/agents`;
    expect(two.issued.key.id).toBe(one.issued.key.id);
    expect(Effect.runSync(one.plane.storage.counter("acme", keyCounter))).toBe(2);
    expect(Effect.runSync(one.plane.storage.counter("zeta", keyCounter))).toBe(2);
  });

  it("EVT-03: every entity, counter, owner and event that is stored is one tenant's, and each tick serves both", () => {
    const one = Scene.make();
    const two = Scene.make({ plane: one.plane, tenantId: "zeta" });
    const jobs = [one.enabled(), two.enabled()];
    expect(one.plane.call(one.plane.fettle.tick())).toMatchObject({ materialised: 2, issued: 2, stuck: [] });
    const { tenants } = one.plane.storage.dump();
    expect(tenants.map((t) => t.tenantId)).toEqual(["acme", "zeta"]);
    const text = tenants.map((t) => JSON.stringify(t));
    expect(text[0]).not.toContain("zeta");
    expect(text[1]).not.toContain("acme");
    expect(jobs[0]).toBe(jobs[1]);
    const agents = [one, two].map((s) => s.agents[0]?.checkIn().manifests ?? []);
    expect(agents.map((m) => m.length)).toEqual([1, 1]);
    expect(WireAgent.problemOf(two.agents[0]?.fetch(agents[0]?.[0]?.digest ?? "sha256:") ?? nothing)).toMatchObject({
      code: "not-found",
    });
  });
});

const nothing = { status: 0, headers: {}, body: new Uint8Array() };
