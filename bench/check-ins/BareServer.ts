/**
 * The peer: what a bare `node:http` server needs at the very least to answer a signed check-in. It collects the body,
 * parses it, verifies the agent's Ed25519 signature over what it binds (the same bytes as ours) under a KeyObject that
 * it keeps, and answers a fixed small JSON. No caps, no schema, no sequence, no storage, no signature of its own.
 */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PlayedAgent } from "./Signing.ts";

export interface BareServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Listens on the loopback. */
export const open = async (agents: readonly PlayedAgent[]): Promise<BareServer> => {
  const keys = new Map(agents.map((agent) => [agent.agentId, keyOf(agent)]));
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(keys, request, Buffer.concat(chunks), response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
};

const keyOf = (agent: PlayedAgent): KeyObject =>
  createPublicKey({ key: Buffer.from(agent.keys.publicKey, "base64url"), format: "der", type: "spki" });

const ANSWER = Buffer.from('{"nextCheckInSeconds":900,"manifests":[]}');
const REPLY_HEADERS = { "content-type": "application/json", "content-length": ANSWER.length };

const answer = (
  keys: ReadonlyMap<string, KeyObject>,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void => {
  const parsed: unknown = JSON.parse(body.toString());
  const headers = request.headers;
  const key = keys.get(String(headers["fettle-agent"]));
  const signed = [
    "fettle-request-v0",
    request.method,
    request.url,
    `sha256:${createHash("sha256").update(body).digest("hex")}`,
    headers["fettle-tenant"],
    headers["fettle-agent"],
    headers["fettle-epoch"],
    headers["fettle-sequence"],
    headers["fettle-created"],
    headers["fettle-nonce"],
  ].join("\n");
  const signature = Buffer.from(String(headers["fettle-signature"]), "base64url");
  const isGood = typeof parsed === "object" && key !== undefined && verify(null, Buffer.from(signed), key, signature);
  response.writeHead(isGood ? 200 : 401, REPLY_HEADERS);
  response.end(ANSWER);
};

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
