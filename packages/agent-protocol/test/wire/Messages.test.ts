import { describe, expect, it } from "vitest";
import {
  Crypto,
  Dsse,
  Json,
  Messages,
  SignedRequest,
  type WireReply,
  type WireRequest,
  wireLimits,
} from "../../src/index.ts";
import * as Samples from "../Samples.ts";

const hex = "0123456789abcdef".repeat(4);

describe("Messages.routeOf", () => {
  it.each([
    ["POST", "/v0/provision", "provision", "activation", 16_384],
    ["POST", "/v0/check-in", "checkIn", "agent", 65_536],
    ["POST", "/v0/facts", "facts", "agent", 262_144],
    ["POST", "/v0/snapshots", "snapshot", "agent", 16_777_216],
    ["GET", `/v0/documents/${hex}`, "document", "agent", 0],
  ] as const)("T10: %s %s is %s, for an %s, with a body of at most %d bytes", (method, path, name, principal, most) => {
    const route = Messages.routeOf({ method, path });
    expect([route?.name, route?.principal, route?.bodyLimit(wireLimits)]).toEqual([name, principal, most]);
  });

  it("T10: there are six routes, each with a name, a place and a principal of its own", () => {
    expect(Messages.routes).toHaveLength(6);
    expect(new Set(Messages.routes.map((r) => r.name)).size).toBe(6);
    expect(new Set(Messages.routes.map((r) => `${r.method} ${r.path}`)).size).toBe(6);
    expect(Messages.routes.filter((r) => r.principal !== "agent").map((r) => r.name)).toEqual(["provision"]);
  });

  it.each([
    ["GET", "/v0/check-in"],
    ["POST", `/v0/documents/${hex}`],
    ["PUT", "/v0/facts"],
    ["DELETE", "/v0/facts"],
    ["HEAD", `/v0/documents/${hex}`],
    ["post", "/v0/facts"],
    ["POST ", "/v0/facts"],
    ["", "/v0/facts"],
  ])("T10: no route answers to %j %s", (method, path) => {
    expect(Messages.routeOf({ method, path })).toBeNull();
  });

  it.each([
    "",
    "/",
    "/v0",
    "/v0/",
    "v0/facts",
    "//v0/facts",
    "/v0//facts",
    "/v0/facts/",
    "/v0/facts?",
    "/v0/facts?admin=1",
    "/v0/facts#x",
    "/v0/facts;x",
    "/v0/facts/x",
    "/v0/facts%20",
    "/v0/facts\n",
    "/v0/facts\u0000",
    "/V0/facts",
    "/v0/Facts",
    "/v1/facts",
    "/v0/./facts",
    "/v0/x/../facts",
    "/v0/%66acts",
    "/v0\\facts",
    "http://host/v0/facts",
    "/v0/setup",
    "/v0/constructor",
    "/v0/documents",
    "/v0/documents/",
    `/v0/documents/${hex}/`,
    `/v0/documents/${hex}/x`,
    `/v0/documents/${hex}0`,
    `/v0/documents/${hex.toUpperCase()}`,
    `/v0/documents/${hex}?x`,
    `/v0/documents/${hex}\n`,
    `/v0/documents/../${hex}`,
    `/v0/documents/%2e%2e/facts`,
    "/v0/documents/..",
    "/v0/documents/sha256:0",
    "/v0/documents/../facts",
  ])("T10: no route answers to the path %j", (path) => {
    expect(Messages.routeOf({ method: "POST", path })).toBeNull();
    expect(Messages.routeOf({ method: "GET", path })).toBeNull();
  });
});

describe("Messages.documentPath", () => {
  it("names a digest that documentDigest reads", () => {
    const digest = Crypto.digest("a document");
    const path = Messages.documentPath(digest);
    expect(path).toBe(`/v0/documents/${digest.slice(7)}`);
    expect(Messages.documentDigest(path)).toBe(digest);
    expect(Messages.routeOf({ method: "GET", path })?.name).toBe("document");
  });

  it.each([
    "",
    "/v0/documents/",
    `/v0/documents/${hex.slice(1)}`,
    `/v0/documents/${hex}0`,
    `/v0/documents/${hex.toUpperCase()}`,
    `/v0/documents/${hex}\n`,
    `/v0/documentz/${hex}`,
    `/v0/snapshots/${hex}`,
    `${" ".repeat(14)}${hex}`,
    hex,
  ])("no digest is named by %j", (path) => {
    expect(Messages.documentDigest(path)).toBeNull();
  });
});

describe("Messages.provisionProof", () => {
  const who = { tenantId: Samples.TENANT, agentId: Samples.agentId };
  const secret = Crypto.digest("secret");
  const proof = (change: object = {}, by: object = {}, under = secret): string =>
    Messages.provisionProof({ ...Samples.provisionRequest, ...change }, { ...who, ...by }, under);

  it("T7: is an HMAC under the secret's digest over tenant, agent, key, attempt and public key", () => {
    const { activationKeyId, attemptId, publicKey } = Samples.provisionRequest;
    const lines = ["fettle-provision-v0", "acme", Samples.agentId, activationKeyId, attemptId, publicKey].join("\n");
    expect(proof()).toBe(Crypto.hmac(secret, lines));
    expect(proof()).toHaveLength(43);
    expect(Messages.ProvisionRequest.safeParse({ ...Samples.provisionRequest, proof: proof() }).success).toBe(true);
  });

  it("T7: proves nothing about any other attempt, key, agent, tenant or secret", () => {
    const others = [
      proof({ attemptId: Samples.uuid(1) }),
      proof({ activationKeyId: Samples.uuid(1) }),
      proof({ publicKey: Samples.strangerKeys.publicKey }),
      proof({}, { agentId: Samples.uuid(1) }),
      proof({}, { tenantId: "other" }),
      proof({}, {}, Crypto.digest("another secret")),
    ];
    expect(new Set([proof(), ...others]).size).toBe(7);
  });
});

// As HTTP/1.1 would send it: a line for the request or the status, a line a header, an empty line, the body.
const sent = (m: WireRequest | WireReply): number => {
  const first = "method" in m ? `${m.method} ${m.path} HTTP/1.1` : `HTTP/1.1 ${m.status} OK`;
  const lines = [first, "host: patch.example.org", `content-length: ${m.body.length}`];
  const headers = Object.entries(m.headers).map(([name, text]) => `${name}: ${text}`);
  return [...lines, ...headers, "", ""].join("\r\n").length + m.body.length;
};

describe("sizes", () => {
  it("AGT-04: an idle check-in is under 1 KB, headers and signature included", () => {
    const body = Json.canonicalBytes(Messages.CheckInRequest.parse(Samples.checkInRequest));
    expect(sent(SignedRequest.sign(Samples.about, body, Samples.agentKeys))).toBeLessThan(1_000);
  });

  it("AGT-04: the reply to it is under 1 KB, headers and signature included", () => {
    const idle = Messages.CheckInReply.parse({ ...Samples.checkInReply, configuration: null, manifests: [] });
    const body = Dsse.seal(Dsse.payloadTypes.reply, idle, Samples.tenantKeys);
    const headers = { "content-type": "application/json", "cache-control": "no-store" };
    expect(sent({ status: 200, headers, body })).toBeLessThan(1_000);
  });

  it("F4: a realistic manifest's payload is at most 1 KiB, even with the longest names a scheduler gives", () => {
    const long = {
      ...Samples.manifest,
      tenantId: "a".repeat(63),
      manifestVersion: 1_000_000,
      jobRevision: 10_000,
      occurrenceKey: "2026-11-01T01:30:00 America/Argentina/ComodRivadavia fold 1",
      critical: ["rebootPolicy"],
    };
    expect(Json.canonicalBytes(long).length).toBeLessThanOrEqual(wireLimits.manifestPayloadBytes);
    expect(wireLimits.manifestPayloadBytes).toBe(1_024);
  });

  it("binds an answer to its request: agent, epoch, sequence and digest", () => {
    const components = { ...Samples.about, bodyDigest: Samples.digest(7) };
    expect(Messages.answering(components, 5)).toEqual({
      agentId: Samples.agentId,
      epoch: 1,
      sequence: 12_345,
      request: Samples.digest(7),
      serverTime: 5,
    });
  });
});
