import type { SignedRequest } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Journey from "../scenario/Journey.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

/** Puts a listener into the way to the control plane; answers what it heard, and the way past it. */
const overhear = (plane: ControlPlane.ControlPlane) => {
  const { handle } = plane.fettle.gateway;
  const heard: SignedRequest.WireRequest[] = [];
  const listening = (request: SignedRequest.WireRequest) => {
    heard.push(request);
    return handle(request);
  };
  Object.assign(plane.fettle.gateway, { handle: listening });
  return { heard, handle };
};

describe("a request that is sent again", () => {
  it("changes nothing, right after it was accepted and at any later point of a tenant's life", () => {
    const plane = ControlPlane.make();
    const past: SignedRequest.WireRequest[] = [];
    const answers = { again: 0, refused: 0 };
    const { heard, handle } = overhear(plane);
    const send = (request: SignedRequest.WireRequest) => {
      const before = plane.storage.dump();
      const reply = plane.call(handle(request));
      expect([request.path, plane.storage.dump()]).toEqual([request.path, before]);
      if (reply.status === 200) answers.again += 1;
      else answers.refused += 1;
      return reply;
    };
    Journey.go({
      plane,
      meanwhile: () => {
        for (const request of heard.splice(0)) {
          send(request);
          past.push(request);
        }
        // Some of what was overheard earlier, too.
        for (let i = past.length - 1; i >= 0; i -= 5) send(past[i] as SignedRequest.WireRequest);
      },
    });
    expect(answers.again).toBeGreaterThan(20);
    expect(answers.refused).toBeGreaterThan(100);
  });

  it("is answered as the first time while it is the agent's latest, and refused once another came after it", () => {
    const scene = Scene.make();
    const { plane } = scene;
    const [agent] = scene.agents;
    if (agent === undefined) throw new Error("no agent");
    const body = { ...agent.snapshotBody(Scene.installed), takenAt: 1 };
    const requests = [
      agent.sign("checkIn", agent.checkInBody()),
      agent.sign("snapshot", body),
      agent.sign("facts", agent.factsBody(1, WireAgent.status(Values.uuid(1), "Downloaded"))),
    ];
    for (const request of requests) {
      const first = agent.send(request);
      const before = plane.storage.dump();
      for (let i = 0; i < 3; i += 1) expect(agent.send(request)).toEqual(first);
      expect(plane.storage.dump()).toEqual(before);
    }
    expect(WireAgent.problemOf(agent.send(requests[0] as SignedRequest.WireRequest))).toMatchObject({
      code: "out-of-sequence",
    });
  });

  it("LIC-06: changes nothing even where the licence was lost in between, and is offered nothing any more", () => {
    const scene = Scene.make();
    const { plane, manager } = scene;
    const jobId = scene.enabled();
    plane.call(plane.fettle.tick());
    const [agent] = scene.agents;
    if (agent === undefined) throw new Error("no agent");
    const request = agent.sign("checkIn", agent.checkInBody());
    const offered = agent.send(request);
    plane.call(
      plane.fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 0 } } }),
    );
    const before = plane.storage.dump();
    const again = agent.send(request);
    expect(plane.storage.dump()).toEqual(before);
    expect(again.status).toBe(200);
    expect(again.body.length).toBeLessThan(offered.body.length);
    agent.checkIn();
    expect(scene.run(jobId).assetRuns.get(agent.id)?.state.status).toBe("NotLicensed");
  });

  it("is refused once it is older than the clocks may differ", () => {
    const scene = Scene.make();
    const { plane } = scene;
    const [agent] = scene.agents;
    if (agent === undefined) throw new Error("no agent");
    const request = agent.sign("checkIn", agent.checkInBody());
    agent.send(request);
    plane.clock.pass(300_001);
    expect(WireAgent.problemOf(agent.send(request))).toMatchObject({ code: "clock-skew" });
  });

  it("under the same number with another body or for another route is refused", () => {
    const scene = Scene.make();
    const [agent] = scene.agents;
    if (agent === undefined) throw new Error("no agent");
    const body = agent.checkInBody();
    const sequence = 500;
    agent.send(agent.sign("checkIn", body, { sequence }));
    const before = scene.plane.storage.dump();
    expect(
      WireAgent.problemOf(agent.send(agent.sign("checkIn", { ...body, timeZone: "Asia/Kolkata" }, { sequence }))),
    ).toMatchObject({ code: "out-of-sequence" });
    expect(WireAgent.problemOf(agent.send(agent.sign("facts", body, { sequence })))).toMatchObject({ status: 400 });
    expect(scene.plane.storage.dump()).toEqual(before);
  });
});
