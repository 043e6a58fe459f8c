/** The live environment: its words have the forms that the wire takes, and it doesn't repeat itself. */
import { SignedRequest } from "@fettle/agent-protocol";
import { AgentEnvironment } from "@fettle/agent-protocol/agent";
import { Environment } from "@fettle/core";
import * as Effect from "effect/Effect";
import { expect, it } from "vitest";
import { NodeEnvironment } from "../../src/environment/node/index.ts";

const control = Effect.runSync(Effect.provide(Environment, NodeEnvironment.layer));
const agent = Effect.runSync(Effect.provide(AgentEnvironment, NodeEnvironment.agentLayer));
const many = <A>(make: () => A): readonly A[] => Array.from({ length: 2_000 }, make);

it("tells the time of the machine, in milliseconds", () => {
  for (const now of [control.now, agent.now]) {
    const told = now();
    expect(Number.isInteger(told)).toBe(true);
    expect(Math.abs(told - (performance.timeOrigin + performance.now()))).toBeLessThan(2_000);
  }
});

it("tells the version of the time zone data", () => {
  expect(control.tzdata()).toBe(process.versions.tz);
  expect(agent.tzdata()).toMatch(/^20\d\d[a-z]$/);
});

it("makes UUIDs, each once", () => {
  const uuids = [...many(control.uuid), ...many(agent.uuid)];
  expect(new Set(uuids).size).toBe(uuids.length);
  for (const uuid of uuids)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[4][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it("makes secrets of 256 bits and nonces of 128, each once", () => {
  const secrets = many(control.secret);
  const nonces = many(agent.nonce);
  for (const secret of secrets) expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  for (const nonce of nonces) expect(Buffer.from(nonce, "base64url")).toHaveLength(16);
  expect(new Set([...secrets, ...nonces]).size).toBe(secrets.length + nonces.length);
});

it("makes nonces and UUIDs that a signed request takes", () => {
  const headers = {
    "fettle-tenant": "acme",
    "fettle-agent": agent.uuid(),
    "fettle-epoch": "1",
    "fettle-sequence": "1",
    "fettle-created": String(agent.now()),
    "fettle-nonce": agent.nonce(),
    "fettle-content-digest": `sha256:${"0".repeat(64)}`,
    "fettle-signature": "A".repeat(86),
  };
  const claimed = SignedRequest.claim({ method: "GET", path: "/", headers, body: new Uint8Array(0) });
  expect(claimed).toMatchObject({ ok: false, error: { reason: "wrong-digest" } });
});

it("draws numbers from 0 to below 1, spread over it", () => {
  const drawn = many(agent.random);
  for (const n of drawn) expect(n >= 0 && n < 1).toBe(true);
  const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
});
