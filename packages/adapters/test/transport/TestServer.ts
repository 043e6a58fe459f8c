/** Starts the real server on a free port, with a gateway that proves signatures by one known key. */
import { Crypto, Problem, SignedRequest } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";
import { HttpServer } from "../../src/transport/http-server/index.ts";

export interface User {
  readonly name: string;
}

export interface Started {
  readonly url: string;
  readonly port: number;
  readonly close: () => Promise<void>;
  readonly defects: unknown[];
}

/** The one token that stands for somebody. */
export const TOKEN = "correct-token";
export const authenticate = (token: string): Effect.Effect<User | null> =>
  Effect.succeed(token === TOKEN ? { name: "ann" } : null);

export const start = async (options: Partial<HttpServer.ServeOptions<User>> = {}): Promise<Started> => {
  const scope = Effect.runSync(Scope.make());
  const defects: unknown[] = [];
  const server = await Effect.runPromise(
    HttpServer.serve<User>({ gateway: echo, authenticate, onDefect: (d) => defects.push(d), ...options }).pipe(
      Effect.provideService(Scope.Scope, scope),
    ),
  );
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
    defects,
  };
};

/** Answers what it was given. */
export const echo = {
  handle: (request: SignedRequest.WireRequest): Effect.Effect<SignedRequest.WireReply> =>
    Effect.sync(() => {
      const { method, path, headers } = request;
      const body = Buffer.from(request.body).toString("hex");
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: Buffer.from(JSON.stringify({ method, path, headers, body })),
      };
    }),
};

export const agentKeys = Crypto.generateKeyPair();

/** Proves who is talking, as the control plane does. */
export const proving = {
  handle: (request: SignedRequest.WireRequest): Effect.Effect<SignedRequest.WireReply> =>
    Effect.sync(() => {
      const claimed = SignedRequest.claim(request);
      const proved = claimed.ok
        ? SignedRequest.verify(claimed.value, agentKeys.publicKey, { now: NOW, clockSkewSeconds: 300 })
        : claimed;
      return proved.ok
        ? { status: 200, headers: {}, body: request.body }
        : Problem.reply({ code: "unsigned", title: "Unsigned", detail: proved.error.message });
    }),
};

export const NOW = Date.UTC(2026, 0, 10);

export const signed = (
  method: "GET" | "POST",
  path: string,
  body: Uint8Array,
  keys: Crypto.KeyPair = agentKeys,
): SignedRequest.WireRequest =>
  SignedRequest.sign(
    {
      method,
      path,
      tenantId: "acme",
      agentId: "0197b1f0-0000-7000-8000-000000000001",
      epoch: 1,
      sequence: 1,
      created: NOW,
      nonce: "AAAAAAAAAAAAAAAAAAAAAA",
    },
    body,
    keys,
  );
