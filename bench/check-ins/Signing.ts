/** Agents as the fleet plays them: their keys, their numbers, and their signed check-ins as bytes for a socket. */
import { randomBytes } from "node:crypto";
import { type Crypto, Json, type Messages, SignedRequest } from "@fettle/agent-protocol";

/** What one played agent is; plain data, so that it can be handed to the fleet's process. */
export interface PlayedAgent {
  readonly tenantId: string;
  readonly agentId: string;
  readonly epoch: number;
  readonly keys: Crypto.KeyPair;
  readonly checkIn: Messages.CheckInRequest;
}

/** The numbers that an agent used up while it was admitted: provisioning and a first check-in. */
export const ADMITTED_THROUGH = 2;

const CHECK_IN_PATH = "/v0/check-in";

/** A nonce of 128 bits. */
export const nonce = (): string => randomBytes(16).toString("base64url");

/** An idle check-in as an agent sends it, with that number. */
export const signedCheckIn = (agent: PlayedAgent, sequence: number): SignedRequest.WireRequest =>
  SignedRequest.sign(
    {
      method: "POST",
      path: CHECK_IN_PATH,
      tenantId: agent.tenantId,
      agentId: agent.agentId,
      epoch: agent.epoch,
      sequence,
      created: Date.now(),
      nonce: nonce(),
    },
    Json.canonicalBytes(agent.checkIn),
    agent.keys,
  );

/** A request as it goes over a kept connection. */
export const onTheWire = (request: SignedRequest.WireRequest): Buffer => {
  const headers = { host: "control-plane.test", ...request.headers, "content-length": String(request.body.length) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`${request.method} ${request.path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  return Buffer.concat([Buffer.from(head), request.body]);
};
