import { Json, Messages, type SignedRequest, wireLimits } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

type Deviation = WireAgent.Deviation;

interface Door {
  readonly scene: Scene.Scene;
  readonly agent: WireAgent.WireAgent;
  /** The agent of another tenant. */
  readonly stranger: WireAgent.WireAgent;
  readonly runId: string;
  readonly digest: `sha256:${string}`;
}

const open = (): Door => {
  const scene = Scene.make();
  const other = Scene.make({ plane: scene.plane, tenantId: "zeta", agents: 0 });
  const stranger = WireAgent.make(scene.plane, 2, "zeta");
  stranger.provision(other.issued);
  const jobId = scene.enabled();
  scene.plane.call(scene.plane.fettle.tick());
  const [agent] = scene.agents;
  if (agent === undefined) throw new Error("no agent");
  const digest = agent.checkIn().manifests[0]?.digest ?? "sha256:";
  return { scene, agent, stranger, runId: scene.run(jobId).id, digest };
};

interface Route {
  readonly name: WireAgent.RouteName;
  /** A body that is accepted. */
  readonly body: (door: Door) => unknown;
  readonly limit: number;
}
const newcomer = (door: Door) => WireAgent.make(door.scene.plane, 7);
const routes: readonly Route[] = [
  { name: "provision", body: (door) => newcomer(door).provisionBody(door.scene.issued), limit: 16 * 1024 },
  { name: "checkIn", body: ({ agent }) => agent.checkInBody({ timeZone: "Asia/Kolkata" }), limit: 64 * 1024 },
  {
    name: "facts",
    body: ({ agent, runId }) => agent.factsBody(1, WireAgent.status(runId, "Downloaded")),
    limit: 256 * 1024,
  },
  {
    name: "snapshot",
    body: () => ({
      takenAt: 1,
      bootId: Values.uuid(5),
      report: WireAgent.reported,
      packages: [Values.pkg("openssl", "9-1")],
    }),
    limit: 16 * 1024 * 1024,
  },
  {
    name: "leave",
    body: ({ scene, agent }) => {
      scene.plane.call(scene.plane.fettle.agents.uninstall(scene.manager, { assets: [agent.id] }));
      return {};
    },
    limit: 64 * 1024,
  },
  { name: "document", body: () => new Uint8Array(), limit: 0 },
];
const others = routes.filter((r) => r.name !== "provision");
const withBody = others.filter((r) => r.name !== "document");

/** Signs a route's body, as the agent that is wanted by the route unless the deviation says otherwise. */
const sign = (door: Door, route: Route, body: unknown, deviation: Deviation = {}): SignedRequest.WireRequest => {
  const path = route.name === "document" ? { path: Messages.documentPath(door.digest) } : {};
  const sender = route.name === "provision" ? newcomer(door) : door.agent;
  return sender.sign(route.name, body, { ...path, ...deviation });
};
const good = (door: Door, route: Route, deviation: Deviation = {}) => sign(door, route, route.body(door), deviation);

const expectRefused = (door: Door, request: SignedRequest.WireRequest, problem: Record<string, unknown>) => {
  const { plane } = door.scene;
  const before = plane.storage.dump();
  const reply = plane.call(plane.fettle.gateway.handle(request));
  expect(reply.headers["content-type"]).toBe("application/problem+json");
  expect(WireAgent.problemOf(reply)).toMatchObject({
    ...problem,
    status: reply.status,
    type: `urn:fettle:problem:${problem.code}`,
  });
  expect(plane.storage.dump()).toEqual(before);
  return reply;
};
const withHeaders = (request: SignedRequest.WireRequest, change: (headers: Record<string, string>) => void) => {
  const headers = { ...request.headers };
  change(headers);
  return { ...request, headers };
};

describe("the agents' door", () => {
  it("opens each route to a good request (so that what follows is refused for its own fault)", () => {
    expect(routes.map((r) => r.name).sort()).toEqual(Messages.routes.map((r) => r.name).sort());
    for (const route of routes) {
      const door = open();
      const before = door.scene.plane.storage.dump();
      expect([route.name, door.agent.send(good(door, route)).status]).toEqual([route.name, 200]);
      expect(door.scene.plane.storage.dump()).not.toEqual(before);
    }
  });

  it.each(routes)("refuses $name without headers, and with any one of them missing or malformed", (route) => {
    const door = open();
    const request = good(door, route);
    expectRefused(door, { ...request, headers: {} }, { code: "unsigned", status: 401 });
    const names = Object.keys(request.headers).filter((n) => n.startsWith("fettle-"));
    expect(names).toHaveLength(8);
    for (const name of names) {
      expectRefused(
        door,
        withHeaders(request, (h) => delete h[name]),
        { code: "unsigned" },
      );
      expectRefused(
        door,
        withHeaders(request, (h) => Object.assign(h, { [name]: "\u0000 ../" })),
        { code: "unsigned" },
      );
    }
  });

  it.each(routes)("refuses $name when anything under the signature was changed on the way", (route) => {
    const door = open();
    const request = good(door, route);
    const other = Values.uuid(0x1000 + 1) === request.headers["fettle-agent"] ? door.stranger.id : door.agent.id;
    const changes: Record<string, string> = {
      "fettle-epoch": "9",
      "fettle-sequence": "999",
      "fettle-created": String(Values.START + 1),
      "fettle-nonce": "A".repeat(22),
      "fettle-signature": "A".repeat(86),
      "fettle-agent": other,
    };
    for (const [name, value] of Object.entries(changes)) {
      const code = name === "fettle-agent" && route.name !== "provision" ? "unknown-agent" : "unsigned";
      expectRefused(
        door,
        withHeaders(request, (h) => Object.assign(h, { [name]: value })),
        { code },
      );
    }
    const body = Uint8Array.from([...request.body, 0x20]);
    expectRefused(door, { ...request, body }, { code: route.name === "document" ? "too-large" : "unsigned" });
  });

  it.each(routes)("refuses $name signed by another key", (route) => {
    const door = open();
    expectRefused(door, good(door, route, { keys: WireAgent.keysOf(66) }), { code: "unsigned", status: 401 });
  });

  it.each(others)("refuses $name from an agent that nobody provisioned", (route) => {
    const door = open();
    expectRefused(door, good(door, route, { agentId: Values.uuid(66), keys: WireAgent.keysOf(66) }), {
      code: "unknown-agent",
      status: 401,
    });
  });

  it.each(others)(
    "refuses $name from an agent of another tenant, under that tenant's name and under this one's",
    (route) => {
      const door = open();
      const { stranger, agent } = door;
      expectRefused(door, good(door, route, { agentId: stranger.id, keys: stranger.keys }), { code: "unknown-agent" });
      expectRefused(door, good(door, route, { tenantId: "zeta" }), { code: "unknown-agent" });
      expectRefused(door, good(door, route, { tenantId: "nobody" }), { code: "unknown-agent" });
      expectRefused(door, good(door, route, { keys: stranger.keys }), { code: "unsigned" });
      expect(agent.id).not.toBe(stranger.id);
    },
  );

  it("refuses provisioning under another tenant's activation key, and in a tenant that isn't there", () => {
    const door = open();
    const route = routes[0] as Route;
    expectRefused(door, good(door, route, { tenantId: "zeta" }), { code: "key-refused", status: 403, rule: "KEY-01" });
    expectRefused(door, good(door, route, { tenantId: "nobody" }), { code: "key-refused", rule: "KEY-01" });
  });

  it.each(others)("refuses $name under another epoch", (route) => {
    const door = open();
    for (const epoch of [0, 2])
      expectRefused(door, good(door, route, { epoch }), { code: "out-of-sequence", status: 409, title: "other-epoch" });
  });

  it.each(others)("refuses $name under a number that was used, or that lies below one", (route) => {
    const door = open();
    const { scene, agent } = door;
    const used = scene.stored("agent").get(agent.id)?.session.lastSequence ?? 0;
    expect(used).toBeGreaterThan(2);
    // The last one was a check-in with another body.
    for (const sequence of [used, used - 1, 1, 0]) {
      const request = good(door, route, { sequence });
      expectRefused(door, request, { code: "out-of-sequence", status: 409, title: "already-used" });
    }
  });

  it.each(routes)("refuses $name made more than 300 s from now in either direction, telling its own time", (route) => {
    const door = open();
    const { plane } = door.scene;
    const now = plane.clock.now();
    const skew = wireLimits.clockSkewSeconds * 1_000;
    expect(skew).toBe(300_000);
    for (const created of [now - skew - 1, now + skew + 1]) {
      expectRefused(door, good(door, route, { created }), { code: "clock-skew", status: 401, serverTime: now });
    }
    expect(door.agent.send(good(door, route, { created: now - skew })).status).toBe(200);
  });

  it.each(routes)("refuses $name with a body of one byte over its limit, before it looks at anything else", (route) => {
    const door = open();
    const over = new Uint8Array(route.limit + 1).fill(0x20);
    expectRefused(door, { ...good(door, route), headers: {}, body: over }, { code: "too-large", status: 413 });
    if (route.limit === 0) return;
    const full = new Uint8Array(route.limit).fill(0x20);
    full.set(Json.canonicalBytes(route.body(door)));
    const sender = route.name === "provision" ? newcomer(door) : door.agent;
    expect(door.agent.send(sender.sign(route.name, full)).status).toBe(200);
  });

  it.each([routes[0] as Route, ...withBody])(
    "refuses $name with a body that isn't JSON, or of another shape",
    (route) => {
      const door = open();
      const text = (body: string) => Buffer.from(body);
      const json = new TextDecoder().decode(Json.canonicalBytes(route.body(door)));
      const deep = `${"[".repeat(wireLimits.jsonDepth + 1)}${"]".repeat(wireLimits.jsonDepth + 1)}`;
      const wrong = [
        text(""),
        text("{"),
        text(`${json}x`),
        text("null"),
        text("[]"),
        // To leave, nothing need be said.
        ...(json === "{}" ? [] : [text("{}")]),
        text('"x"'),
        text(deep),
        Uint8Array.of(0xff, 0xfe),
      ];
      for (const body of wrong) expectRefused(door, sign(door, route, body), { code: "malformed", status: 400 });
    },
  );

  it.each([routes[0] as Route, ...withBody])("refuses $name with an unknown member, at the top or below", (route) => {
    const door = open();
    const body = route.body(door) as Record<string, unknown>;
    for (const name of ["extra", "constructor", "agentId"]) {
      expectRefused(door, sign(door, route, { ...body, [name]: "x" }), {
        code: "malformed",
        status: 400,
        title: "wrong shape",
      });
    }
    const proto = Buffer.from(
      new TextDecoder().decode(Json.canonicalBytes(body)).replace("{", '{"__proto__":{"admin":true},'),
    );
    expectRefused(door, sign(door, route, proto), { code: "malformed" });
    for (const [name, value] of Object.entries(body)) {
      const { [name]: _, ...rest } = body;
      expectRefused(door, sign(door, route, rest), { code: "malformed" });
      if (!Array.isArray(value)) continue;
      expectRefused(door, sign(door, route, { ...body, [name]: [{ ...value[0], extra: 1 }] }), { code: "malformed" });
    }
  });

  it("a refused request uses up no number: the same one in good shape is taken", () => {
    const door = open();
    const { agent, scene } = door;
    const sequence = (scene.stored("agent").get(agent.id)?.session.lastSequence ?? 0) + 1;
    expectRefused(door, agent.sign("checkIn", Buffer.from("{"), { sequence }), { code: "malformed" });
    expect(agent.send(agent.sign("checkIn", agent.checkInBody(), { sequence })).status).toBe(200);
  });

  it("knows no other route: another path, method, case, slash, query or encoding doesn't exist", () => {
    const door = open();
    const request = good(door, others[0] as Route);
    const paths = [
      "/",
      "",
      "/v0",
      "/v0/check-in/",
      "/v0//check-in",
      "/V0/check-in",
      "/v0/check-in?x=1",
      "/v0/check%2din",
      "/v0/./check-in",
    ];
    const documents = [
      "/v0/documents/",
      "/v0/documents/..",
      "/v0/documents/ABC",
      `/v0/documents/${"0".repeat(65)}`,
      "/v0/documents/0/1",
    ];
    for (const path of [...paths, ...documents, "/v0/jobs", "/v0/users"])
      expectRefused(door, { ...request, path }, { code: "not-found", status: 404 });
    for (const route of Messages.routes) {
      const method = route.method === "GET" ? "POST" : "GET";
      expectRefused(door, { ...request, method, path: route.path }, { code: "not-found" });
    }
  });

  it("says that it can't answer now when the storage can't, and gives no internals away", () => {
    const door = open();
    const { plane } = door.scene;
    const failing = ControlPlane.failing(plane, "disk /var/lib/secret is gone");
    for (const [isRetryable, code, status] of [
      [true, "unavailable", 503],
      [false, "defect", 500],
    ] as const) {
      failing.set(isRetryable);
      const reply = plane.call(plane.fettle.gateway.handle(good(door, others[0] as Route)));
      expect(WireAgent.problemOf(reply)).toMatchObject({ code, status });
      expect(Buffer.from(reply.body).toString()).not.toContain("secret");
    }
  });
});
