/**
 * A fleet of agents as a process of its own, so that the server has a core to itself. Everything is signed before the
 * clock starts; then kept connections each send, wait for the answer, and send again.
 *
 * The same for every server: it is told a port and knows nothing else of who answers.
 */
import * as net from "node:net";
import { ADMITTED_THROUGH, onTheWire, type PlayedAgent, signedCheckIn } from "./Signing.ts";

/** What the fleet is told. */
export type FleetOrder =
  | { readonly _tag: "Agents"; readonly agents: readonly PlayedAgent[]; readonly connections: number }
  | { readonly _tag: "Load"; readonly checkInsPerAgent: number }
  | { readonly _tag: "Fire"; readonly port: number };

/** What it answers: ready for the next order, or how the volley went. */
export type FleetReport =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Done"; readonly answered: number; readonly seconds: number }
  | { readonly _tag: "Failed"; readonly message: string };

let agents: readonly PlayedAgent[] = [];
let connections = 0;
let sequence = ADMITTED_THROUGH;
/** What each connection will send, in order; an agent stays on one connection, so its numbers arrive in order. */
let loaded: Buffer[][] = [];

const load = (checkInsPerAgent: number): void => {
  loaded = Array.from({ length: connections }, () => []);
  for (let i = 0; i < checkInsPerAgent; i += 1) {
    sequence += 1;
    for (const [at, agent] of agents.entries()) {
      loaded[at % connections]?.push(onTheWire(signedCheckIn(agent, sequence)));
    }
  }
};

const fire = async (port: number): Promise<FleetReport> => {
  const lines = await Promise.all(loaded.map(() => connect(port)));
  const begun = process.hrtime.bigint();
  const answered = await Promise.all(lines.map((socket, at) => sendAll(socket, loaded[at] ?? [])));
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  for (const socket of lines) socket.destroy();
  return { _tag: "Done", answered: answered.reduce((sum, n) => sum + n, 0), seconds };
};

const connect = (port: number): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket));
  });

const sendAll = (socket: net.Socket, requests: readonly Buffer[]): Promise<number> =>
  new Promise((resolve, reject) => {
    let at = 0;
    let held: Buffer = Buffer.alloc(0);
    const next = (): void => {
      const request = requests[at];
      if (request === undefined) resolve(at);
      else socket.write(request);
    };
    socket.on("data", (chunk) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const end = endOfReply(held);
      if (end < 0) return;
      if (held.length > end || !held.subarray(0, OK.length).equals(OK)) {
        reject(new Error(`not a single reply of status 200: ${held.toString("latin1").slice(0, 400)}`));
        return;
      }
      held = held.subarray(end);
      at += 1;
      next();
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`the connection closed after ${at} of ${requests.length} replies`)));
    next();
  });

const OK = Buffer.from("HTTP/1.1 200 ");
const HEAD_END = Buffer.from("\r\n\r\n");

// Where the reply ends, or -1 when it isn't whole yet. Both servers declare their length.
const endOfReply = (bytes: Buffer): number => {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return -1;
  const head = bytes.toString("latin1", 0, headEnd);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`a reply of undeclared length: ${head}`);
  const end = headEnd + HEAD_END.length + Number(length);
  return bytes.length >= end ? end : -1;
};

const obey = async (order: FleetOrder): Promise<FleetReport> => {
  switch (order._tag) {
    case "Agents":
      agents = order.agents;
      connections = order.connections;
      return { _tag: "Ready" };
    case "Load":
      load(order.checkInsPerAgent);
      return { _tag: "Ready" };
    case "Fire":
      return await fire(order.port);
  }
};

const answer = (report: FleetReport): void => void process.send?.(report);

process.on("message", (order: FleetOrder) => {
  obey(order).then(answer, (error) => answer({ _tag: "Failed", message: String(error) }));
});
// Whoever ordered is gone.
process.on("disconnect", () => process.exit(0));
