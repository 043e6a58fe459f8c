/** Time and chance of the real machine: live forms of core's Environment and of the agent's AgentEnvironment. */
import { randomBytes, randomUUID } from "node:crypto";
import { AgentEnvironment } from "@fettle/agent-protocol/agent";
import { Environment } from "@fettle/core";
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

/** Provides {@link Environment}. */
export const layer: Layer.Layer<Environment> = Layer.succeed(Environment, environment);

/** Provides {@link AgentEnvironment}. */
export const agentLayer: Layer.Layer<AgentEnvironment> = Layer.succeed(AgentEnvironment, agentEnvironment);
