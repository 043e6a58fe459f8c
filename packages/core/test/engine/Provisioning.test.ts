import { Crypto, Documents, Dsse, Messages, wireLimits } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import { noFacts } from "../../src/domain/asset/Asset.ts";
import type { IssuedActivationKey } from "../../src/engine/agents/ActivationKeys.ts";
import * as Random from "../../src/testing/simulation/Random.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const KEY_COUNTER = (issued: IssuedActivationKey) => `activationKey/${issued.key.id}/agents`;
const used = (plane: ControlPlane.ControlPlane, issued: IssuedActivationKey) =>
  Effect.runSync(plane.storage.counter("acme", KEY_COUNTER(issued)));

const withKey = (over: Parameters<ControlPlane.ControlPlane["fettle"]["keys"]["create"]>[1]) => {
  const scene = Scene.make({ agents: 0 });
  return { ...scene, key: scene.plane.call(scene.plane.fettle.keys.create(manager, over)) };
};

describe("an agent that is provisioned", () => {
  it("KEY-04, TAG-07: is an asset with the key's static tags, modules and Cloud Agent from the first moment on", () => {
    const { plane, key, stored } = withKey({ title: "web", tags: ["web", "lab"], modules: ["PM", "VM"] });
    const agent = WireAgent.make(plane, 1);
    expect(agent.provision(key).status).toBe(200);
    expect(stored("asset").get(agent.id)).toEqual({
      id: agent.id,
      name: "machine-001",
      platform: "Linux",
      osFamily: "Enterprise Linux",
      osName: "Enterprise Linux 9",
      arch: "x86_64",
      timeZone: "UTC",
      facts: noFacts,
      assignedTags: ["cloud-agent", "lab", "web"],
      tags: ["cloud-agent", "lab", "web"],
      activations: { PM: Values.START, VM: Values.START, CM: Values.START, TP: Values.START },
      provisionedAt: Values.START,
      activationKey: key.key.id,
    });
    expect(stored("tag").get("cloud-agent")?.name).toBe("Cloud Agent");
  });

  it("AST-01: is known by its host id: two hosts of one name are two assets (names; addresses aren't told yet)", () => {
    const { plane, issued, stored } = Scene.make({ agents: 0 });
    for (const n of [1, 2]) expect(WireAgent.make(plane, n).provision(issued, { name: "localhost" }).status).toBe(200);
    expect([...stored("asset").values()].map((a) => a.name)).toEqual(["localhost", "localhost"]);
  });

  it("AGT-01: validated, is told its membership (the platform's part), signed by the key whose fingerprint came with the activation", () => {
    const { plane, issued } = Scene.make({ agents: 0 });
    const agent = WireAgent.make(plane, 1);
    const reply = agent.provision(issued);
    const tenantKey = reply.headers[Messages.TENANT_KEY_HEADER] ?? "";
    expect(Crypto.fingerprint(tenantKey)).toBe(issued.tenantKeyFingerprint);
    const opened = Dsse.openAs(Messages.ProvisionReply, Dsse.payloadTypes.reply, reply.body, tenantKey, {
      bytes: wireLimits.replyBytes,
      depth: wireLimits.jsonDepth,
    });
    expect(opened).toMatchObject({
      ok: true,
      value: { _tag: "Provisioned", tenantId: "acme", assetId: agent.id, agentId: agent.id, newEpoch: 1, sequence: 1 },
    });
  });

  it("KEY-04: has the profile that its key's tags give it at its first check-in", () => {
    const { plane, key } = withKey({ title: "lab", tags: ["lab"] });
    const targets = Values.select({ include: Values.any("lab") });
    plane.call(
      plane.fettle.configurationProfiles.save(
        manager,
        Values.profile("lab", { targets, settings: { statusIntervalSeconds: 2_700 } }),
      ),
    );
    const agent = WireAgent.make(plane, 1);
    agent.provision(key);
    const answer = agent.checkIn();
    expect(answer.nextCheckInSeconds).toBe(2_700);
    const document = JSON.parse(Buffer.from(agent.fetch(answer.configuration ?? "sha256:").body).toString()) as {
      payload: string;
    };
    const configuration = Documents.Configuration.parse(JSON.parse(Buffer.from(document.payload, "base64").toString()));
    expect(configuration).toMatchObject({
      tenantId: "acme",
      profile: "profile lab",
      revision: 1,
      statusIntervalSeconds: 2_700,
      scanIntervalSeconds: 14_400,
      settings: { isPmEnabled: true, isCollectionSuspended: false, cacheMegabytes: 2_048 },
      modules: ["AI", "PM"],
    });
  });
});

describe("an activation key", () => {
  it("KEY-01: limited by count admits that many, the next is refused, and its refusal changes nothing", () => {
    const { plane, key, stored } = withKey({ title: "three", agentsMax: 3 });
    for (let n = 1; n <= 3; n += 1) expect(WireAgent.make(plane, n).provision(key).status).toBe(200);
    const before = plane.storage.dump();
    expect(WireAgent.problemOf(WireAgent.make(plane, 4).provision(key))).toMatchObject({
      status: 403,
      code: "key-refused",
      rule: "KEY-01",
    });
    expect(plane.storage.dump()).toEqual(before);
    expect(stored("asset").size).toBe(3);
  });

  it("KEY-01: 200 agents at once on a limit of 10: exactly 10 get in", async () => {
    const plane = ControlPlane.make({ interleave: Random.make("herd") });
    const { fettle } = plane;
    await Effect.runPromise(
      fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 5 } } }),
    );
    const key = await Effect.runPromise(fettle.keys.create(manager, { title: "ten", agentsMax: 10 }));
    const requests = Array.from({ length: 200 }, (_, i) => {
      const agent = WireAgent.make(plane, i + 1);
      return fettle.gateway.handle(agent.sign("provision", agent.provisionBody(key)));
    });
    const replies = await Effect.runPromise(Effect.all(requests, { concurrency: "unbounded" }));
    expect(replies.filter((r) => r.status === 200)).toHaveLength(10);
    const refused = replies.filter((r) => r.status !== 200).map(WireAgent.problemOf);
    expect(new Set(refused.map((p) => `${p.code} ${p.rule}`))).toEqual(new Set(["key-refused KEY-01"]));
    expect(used(plane, key)).toBe(10);
    expect(Effect.runSync(plane.storage.list("acme", "asset", { limit: 1_000 }))).toHaveLength(10);
    expect(Effect.runSync(plane.storage.list("acme", "agent", { limit: 1_000 }))).toHaveLength(10);
  });

  it("KEY-01: the same attempt again, at once or later, gets the same answer and takes one activation", async () => {
    const { plane, key } = withKey({ title: "one", agentsMax: 1 });
    const agent = WireAgent.make(plane, 1);
    const first = agent.sign("provision", agent.provisionBody(key));
    const again = agent.sign("provision", agent.provisionBody(key));
    const replies = await Effect.runPromise(
      Effect.all([first, first, again].map(plane.fettle.gateway.handle), { concurrency: "unbounded" }),
    );
    expect(replies.map((r) => r.status)).toEqual([200, 200, 200]);
    expect(used(plane, key)).toBe(1);
    const before = plane.storage.dump();
    expect(agent.provision(key).status).toBe(200);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("KEY-01: by date admits until its instant; whichever limit is reached first ends it", () => {
    const { plane, key } = withKey({ title: "both", agentsMax: 2, expiresAt: Values.START + 1_000 });
    plane.clock.pass(999);
    expect(WireAgent.make(plane, 1).provision(key).status).toBe(200);
    plane.clock.pass(1);
    const before = plane.storage.dump();
    expect(WireAgent.problemOf(WireAgent.make(plane, 2).provision(key))).toMatchObject({
      code: "key-refused",
      rule: "KEY-01",
    });
    expect(plane.storage.dump()).toEqual(before);
    expect(used(plane, key)).toBe(1);
  });

  it("KEY-01: past its date it still answers an attempt that it admitted, whose answer was lost", () => {
    const { plane, key } = withKey({ title: "dated", expiresAt: Values.START + 1_000 });
    const agent = WireAgent.make(plane, 1);
    agent.provision(key);
    plane.clock.pass(2_000);
    const before = plane.storage.dump();
    expect(agent.provision(key).status).toBe(200);
    expect(plane.storage.dump()).toEqual(before);
    expect(WireAgent.problemOf(agent.provision(key, { attemptId: Values.uuid(77) }))).toMatchObject({
      code: "key-refused",
    });
  });

  it("KEY-01: unknown, out of date, of another tenant and with a wrong secret are refused alike, so that a prober learns nothing", () => {
    const { plane, key } = withKey({ title: "dated", expiresAt: Values.START });
    const other = Scene.make({ plane, tenantId: "other", agents: 0 });
    const own = plane.call(plane.fettle.keys.create(manager, { title: "own" }));
    const before = plane.storage.dump();
    const unknown = { ...own, key: { ...own.key, id: Values.uuid(66) } };
    const tries = [
      key,
      unknown,
      { ...own, secret: `${own.secret}x` },
      { ...other.issued, key: { ...other.issued.key, id: Values.uuid(65) } },
    ];
    const problems = tries.map((t, i) => WireAgent.problemOf(WireAgent.make(plane, i + 1).provision(t)));
    expect(problems[0]).toMatchObject({ status: 403, code: "key-refused" });
    expect(new Set(problems.map((p) => JSON.stringify(p))).size).toBe(1);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("KEY-01: a proof is good for one attempt of one agent with one key of its own, and no other", () => {
    const { plane, issued } = Scene.make({ agents: 0 });
    const [agent, thief] = [1, 2].map((n) => WireAgent.make(plane, n));
    if (agent === undefined || thief === undefined) throw new Error("no agents");
    const body = agent.provisionBody(issued);
    const stolen = [
      thief.sign("provision", { ...body, publicKey: thief.keys.publicKey }),
      thief.sign("provision", { ...body, publicKey: thief.keys.publicKey }, { agentId: agent.id }),
      agent.sign("provision", { ...body, attemptId: Values.uuid(9) }),
    ];
    for (const request of stolen)
      expect(WireAgent.problemOf(thief.send(request))).toMatchObject({ code: "key-refused" });
    // Signed by a key that isn't the one brought along.
    expect(WireAgent.problemOf(thief.send(thief.sign("provision", body, { agentId: agent.id })))).toMatchObject({
      code: "unsigned",
    });
    expect(Effect.runSync(plane.storage.list("acme", "asset", { limit: 10 }))).toHaveLength(0);
  });
});

describe("a host id", () => {
  it("AGT-03: that is taken is refused to another host (refusing only; telling it to take a new id is to come)", () => {
    const { plane, issued, agents } = Scene.make();
    const [agent] = agents;
    if (agent === undefined) throw new Error("no agent");
    const before = plane.storage.dump();
    const clone = WireAgent.keysOf(99);
    const named = {
      attemptId: agent.provisionBody(issued).attemptId,
      activationKeyId: issued.key.id,
      publicKey: clone.publicKey,
    };
    const proof = Messages.provisionProof(named, { tenantId: "acme", agentId: agent.id }, Crypto.digest(issued.secret));
    const otherKey = agent.sign("provision", { ...agent.provisionBody(issued), ...named, proof }, { keys: clone });
    const otherAttempt = agent.sign("provision", agent.provisionBody(issued, { attemptId: Values.uuid(9) }));
    for (const request of [otherKey, otherAttempt]) {
      expect(WireAgent.problemOf(agent.send(request))).toMatchObject({
        status: 403,
        code: "key-refused",
        rule: "AGT-03",
      });
    }
    expect(plane.storage.dump()).toEqual(before);
  });

  it("AGT-03: asked for by two hosts at once goes to one of them, and its key takes one activation", async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const plane = ControlPlane.make({ interleave: Random.make(`clones ${seed}`) });
      const { fettle } = plane;
      await Effect.runPromise(
        fettle.subscriptions.save(manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 5 } } }),
      );
      const key = await Effect.runPromise(fettle.keys.create(manager, { title: "k" }));
      const requests = [1, 2].map((n) => {
        const named = {
          attemptId: Values.uuid(n),
          activationKeyId: key.key.id,
          publicKey: WireAgent.keysOf(n).publicKey,
        };
        const proof = Messages.provisionProof(
          named,
          { tenantId: "acme", agentId: Values.uuid(50) },
          Crypto.digest(key.secret),
        );
        const agent = WireAgent.make(plane, n);
        return fettle.gateway.handle(
          agent.sign("provision", { ...agent.provisionBody(key), ...named, proof }, { agentId: Values.uuid(50) }),
        );
      });
      const replies = await Effect.runPromise(Effect.all(requests, { concurrency: "unbounded" }));
      expect(replies.filter((r) => r.status === 200)).toHaveLength(1);
      expect([403, 503]).toContain(replies.find((r) => r.status !== 200)?.status);
      expect(used(plane, key)).toBe(1);
    }
  });
});

describe("a subscription's limit of assets", () => {
  it("refuses one more by its own name, not by the activation key's", () => {
    const { plane, issued } = Scene.make({ agents: 2, subscription: { limits: { assetsMax: 2 } } });
    const before = plane.storage.dump();
    const problem = WireAgent.problemOf(WireAgent.make(plane, 3).provision(issued));
    expect(problem).toMatchObject({ status: 403, code: "key-refused", detail: expect.stringContaining("2 assets") });
    expect(problem.rule).toBeUndefined();
    expect(plane.storage.dump()).toEqual(before);
  });
});
