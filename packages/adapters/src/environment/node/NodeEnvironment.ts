/** Time and chance of the real machine: live forms of core's Environment and of the agent's AgentEnvironment. */
import { randomBytes, randomUUID } from "node:crypto";
import { Crypto } from "@fettle/agent-protocol";
import { AgentEnvironment } from "@fettle/agent-protocol/agent";
import { Environment, SignatureWork, type SignatureWorker } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";

/** 128 bits: what a signed request's nonce holds. */
export const NONCE_BYTES = 16;
/** 256 bits: what a secret of the control plane holds. */
export const SECRET_BYTES = 32;

/** The version of the time zone data that this process decides by; `unknown` in a Node built without ICU. */
export const tzdata = (): string => process.versions.tz ?? "unknown";

/** The control plane's clock and chance. */
export const environment: Environment["Service"] = {
  now: Date.now,
  uuid: randomUUID,
  secret: () => randomBytes(SECRET_BYTES).toString("base64url"),
  tzdata,
};

/** The agent's clock and chance. `random` spreads retries and guards nothing, so it need not be unguessable. */
export const agentEnvironment: AgentEnvironment["Service"] = {
  now: Date.now,
  uuid: randomUUID,
  nonce: () => randomBytes(NONCE_BYTES).toString("base64url"),
  random: Math.random,
  tzdata,
};

/** Makes and checks signatures on node's own worker threads, so that the event loop goes on meanwhile. */
export const signatureWorker: SignatureWorker = {
  verify: (key, data, signature) => Effect.promise(() => Crypto.verifyAside(key, data, signature)),
  sign: (keys, data) => Effect.promise(() => Crypto.signAside(keys, data)),
};

/** Provides {@link Environment}, and signature work on other threads. */
export const layer: Layer.Layer<Environment> = Layer.merge(
  Layer.succeed(Environment, environment),
  Layer.succeed(SignatureWork, signatureWorker),
);

/** Provides {@link AgentEnvironment}. */
export const agentLayer: Layer.Layer<AgentEnvironment> = Layer.succeed(AgentEnvironment, agentEnvironment);
