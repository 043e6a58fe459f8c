/** What goes back over a socket: replies of the gateway, JSON of user routes, problem documents (RFC 9457). */
import type { ServerResponse } from "node:http";
import { Problem, type SignedRequest } from "@fettle/agent-protocol";

type WireReply = SignedRequest.WireReply;

/** Nothing here may be kept by a cache or taken for another type than it says. */
const security = ["cache-control", "no-store", "x-content-type-options", "nosniff"] as const;

/** Headers that are the transport's own to set. */
const own: ReadonlySet<string> = new Set([
  "cache-control",
  "connection",
  "content-length",
  "keep-alive",
  "transfer-encoding",
  "x-content-type-options",
]);

/** Sends a reply, unless the client went away or was answered. Throws where a header can't be sent. */
export const send = (response: ServerResponse, reply: WireReply): void => {
  if (response.headersSent || response.destroyed) return;
  const headers: string[] = [...security, "content-length", String(reply.body.length)];
  for (const [name, value] of Object.entries(reply.headers)) {
    if (!own.has(name.toLowerCase())) headers.push(name, value);
  }
  response.writeHead(reply.status, headers);
  response.end(reply.body);
};

/** A problem as a reply, with headers of its own besides. */
export const problem = (p: Problem.Problem, headers: { readonly [name: string]: string } = {}): WireReply => {
  const reply = Problem.reply(p);
  return { ...reply, headers: { ...reply.headers, ...headers } };
};

/** A value as a JSON reply; empty for undefined. Throws where JSON can't say it. */
export const json = (status: number, body: unknown): WireReply => ({
  status,
  headers: body === undefined ? {} : { "content-type": "application/json" },
  body: body === undefined ? NO_BYTES : Buffer.from(JSON.stringify(body)),
});

/** A problem as the bytes of a last reply on a connection whose request could not even be read. */
export const lastWords = (p: Problem.Problem): Buffer => {
  const reply = Problem.reply(p);
  const head = [
    `HTTP/1.1 ${reply.status} ${p.title}`,
    `content-type: ${reply.headers["content-type"]}`,
    `content-length: ${reply.body.length}`,
    "cache-control: no-store",
    "x-content-type-options: nosniff",
    "connection: close",
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), reply.body]);
};

const NO_BYTES = new Uint8Array(0);

export const NOT_FOUND = problem({ code: "not-found", title: "Not found", detail: "there is nothing at this path" });

/** Says nothing of what went wrong inside. */
export const DEFECT = problem({ code: "defect", title: "Internal error", detail: "the request could not be handled" });

export const UNAUTHENTICATED = problem(
  { code: "unsigned", title: "Not authenticated", detail: "send a valid bearer token in the authorization header" },
  { "www-authenticate": "Bearer" },
);

/** For an `expect` header that isn't `100-continue`. */
export const UNEXPECTED = problem({
  code: "malformed",
  title: "Unknown expectation",
  detail: "expect may be 100-continue alone",
});

export const BUSY = problem(
  { code: "unavailable", title: "Too many requests at once", detail: "try again later" },
  { "retry-after": "30" },
);

export const methodNotAllowed = (allow: string): WireReply =>
  problem({ code: "method-not-allowed", title: "Method not allowed", detail: `use ${allow}` }, { allow });
