/**
 * The control plane over HTTP: the agents' gateway and the host's own routes behind one `node:http` server.
 *
 * Invariants (T10, T16, T27): what no route declares doesn't exist; nothing is parsed before it was counted; slow,
 * oversized and malformed requests cost a bounded time and memory; it listens on the loopback unless told otherwise,
 * and speaks plain HTTP: TLS belongs to whatever stands in front of it.
 */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type SignedRequest, type WireLimits, wireLimits } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type { Scope } from "effect/Scope";
import * as Answer from "./Answer.ts";
import { classify, HttpServerError } from "./HttpServerError.ts";
import * as RequestHandler from "./RequestHandler.ts";
import * as RouteTable from "./RouteTable.ts";
import { type ServerLimits, serverLimits, TIMEOUT_CHECK_MILLISECONDS_MAX } from "./ServerLimits.ts";
import type { UserRoute } from "./UserRoute.ts";

export interface ServeOptions<Principal> {
  /** What answers the agents (`Messages.routes`). */
  readonly gateway: { readonly handle: (request: SignedRequest.WireRequest) => Effect.Effect<SignedRequest.WireReply> };
  /** The address to listen on: the loopback, `127.0.0.1`, unless said. */
  readonly host?: string;
  /** Any free port, 0, unless said. */
  readonly port?: number;
  /** What there is besides the agents' routes: nothing, unless said. */
  readonly userRoutes?: readonly UserRoute<Principal>[];
  /** Who a bearer token stands for, null for nobody. Needed as soon as a route's principal is "user". */
  readonly authenticate?: (bearerToken: string) => Effect.Effect<Principal | null>;
  /** Those that differ from {@link serverLimits}. */
  readonly limits?: Partial<ServerLimits>;
  /** Those that differ from the wire's own. */
  readonly wireLimits?: Partial<WireLimits>;
  /** Told of every bug that a request met; its client is told nothing of it. */
  readonly onDefect?: (defect: unknown) => void;
}

export interface RunningServer {
  /** `http://host:port`, with the port that it got. */
  readonly url: string;
  /** Takes no more, lets what runs end within the grace period, then cuts. Done once; the scope does it too. */
  readonly close: Effect.Effect<void>;
}

/**
 * Serves until the scope closes. Fails with {@link HttpServerError} when the routes contradict each other or the
 * address can't be had.
 *
 * @example
 * const server = yield* HttpServer.serve({ gateway, port: 8080, onDefect: (defect) => log.error(defect) });
 * yield* Effect.log(`agents check in at ${server.url}`);
 */
export const serve = <Principal = never>(
  options: ServeOptions<Principal>,
): Effect.Effect<RunningServer, HttpServerError, Scope> =>
  Effect.gen(function* () {
    const limits: ServerLimits = { ...serverLimits, ...options.limits };
    const handler = yield* handlerOf(options, limits);
    const address = { host: options.host ?? LOOPBACK, port: options.port ?? 0 };
    const onDefect = options.onDefect ?? ignore;
    return yield* Effect.acquireRelease(
      listen(serverOf(handler, limits, onDefect), handler, address, limits),
      (s) => s.close,
    );
  });

const LOOPBACK = "127.0.0.1";
const ignore = (): void => undefined;

const misconfigured = (message: string): HttpServerError =>
  new HttpServerError({ reason: "Misconfigured", message, isRetryable: false });

const handlerOf = <Principal>(
  options: ServeOptions<Principal>,
  limits: ServerLimits,
): Effect.Effect<RequestHandler.RequestHandler, HttpServerError> =>
  Effect.gen(function* () {
    const wire: WireLimits = { ...wireLimits, ...options.wireLimits };
    const userRoutes = options.userRoutes ?? [];
    const table = RouteTable.make(userRoutes, wire);
    if (!table.ok) return yield* Effect.fail(misconfigured(table.error));
    if (options.authenticate === undefined && userRoutes.some((r) => r.principal === "user")) {
      return yield* Effect.fail(misconfigured("routes for users need `authenticate`"));
    }
    // One runtime for all requests: the one that the server was started in.
    const context = yield* Effect.context<never>();
    return RequestHandler.make({
      table: table.value,
      gateway: options.gateway,
      authenticate: options.authenticate ?? (() => Effect.succeed(null)),
      limits,
      jsonDepth: wire.jsonDepth,
      fork: Effect.runForkWith(context),
      onDefect: options.onDefect ?? ignore,
    });
  });

const serverOf = (
  handler: RequestHandler.RequestHandler,
  limits: ServerLimits,
  onDefect: (defect: unknown) => void,
): Server => {
  const requestTimeout = limits.requestSeconds * 1_000;
  const headersTimeout = Math.min(limits.headersSeconds * 1_000, requestTimeout);
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout,
    requestTimeout,
    keepAliveTimeout: limits.keepAliveSeconds * 1_000,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MILLISECONDS_MAX, Math.ceil(headersTimeout / 2)),
    keepAlive: true,
    insecureHTTPParser: false,
    // RequestHead asks for it, so that the refusal is a problem document like any other.
    requireHostHeader: false,
  });
  // Unlimited here, since what passes this limit would be dropped in silence; RequestHead counts.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.connections;
  server.timeout = limits.silenceSeconds * 1_000;
  const last = new WeakMap<Duplex, ServerResponse>();
  server.on("request", (request, response) => {
    last.set(request.socket, response);
    handler.handle(request, response, false);
  });
  server.on("checkContinue", (request, response) => {
    last.set(request.socket, response);
    handler.handle(request, response, true);
  });
  server.on("checkExpectation", (_, response) => Answer.send(response, Answer.UNEXPECTED));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const response = last.get(socket);
    // A second reply to one request, or one inside another, would be taken for the answer to something else.
    const isAnswered = response?.headersSent === true && !(response.writableFinished && response.req.complete);
    if (error.code === "ECONNRESET" || !socket.writable || isAnswered) socket.destroy();
    else socket.end(lastWordsFor(error), () => socket.destroy());
  });
  server.on("error", onDefect);
  return server;
};

// What node:http says about a request that it could not read.
const lastWordsFor = (error: NodeJS.ErrnoException): Buffer => {
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") return TOO_SLOW;
  return error.code === "HPE_HEADER_OVERFLOW" ? HEADERS_TOO_LARGE : UNREADABLE;
};

const TOO_SLOW = Answer.lastWords({
  code: "unavailable",
  title: "Too slow",
  detail: "the request took too long to arrive",
});
const HEADERS_TOO_LARGE = Answer.lastWords({
  code: "too-large",
  title: "Headers too large",
  detail: "send smaller headers",
});
const UNREADABLE = Answer.lastWords({
  code: "malformed",
  title: "Not HTTP",
  detail: "the request is not well-formed HTTP/1.1",
});

const listen = (
  server: Server,
  handler: RequestHandler.RequestHandler,
  address: { readonly host: string; readonly port: number },
  limits: ServerLimits,
): Effect.Effect<RunningServer, HttpServerError> =>
  Effect.callback((resume) => {
    const shown = address.host.includes(":") ? `[${address.host}]` : address.host;
    const failed = (cause: NodeJS.ErrnoException): void =>
      resume(Effect.fail(classify(cause, `${shown}:${address.port}`)));
    server.once("error", failed);
    try {
      server.listen(address.port, address.host, () => {
        server.off("error", failed);
        const { port } = server.address() as AddressInfo;
        resume(Effect.succeed({ url: `http://${shown}:${port}`, close: closing(server, handler, limits) }));
      });
    } catch (cause) {
      // A port out of range is thrown, not emitted.
      failed(cause instanceof Error ? cause : new Error(String(cause)));
    }
  });

const CLOSING_CHECK_MILLISECONDS = 20;

const closing = (server: Server, handler: RequestHandler.RequestHandler, limits: ServerLimits): Effect.Effect<void> => {
  let closed: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    const isDown = new Promise<void>((resolve) => server.close(() => resolve()));
    const deadline = performance.now() + limits.closeGraceSeconds * 1_000;
    while (handler.inFlight() > 0 && performance.now() < deadline) {
      server.closeIdleConnections();
      await new Promise((resolve) => setTimeout(resolve, CLOSING_CHECK_MILLISECONDS));
    }
    handler.interrupt();
    // A reply that was just written still has to leave; whoever doesn't read it is not waited for.
    await new Promise((resolve) => setTimeout(resolve, CLOSING_CHECK_MILLISECONDS));
    server.closeAllConnections();
    await isDown;
  };
  return Effect.promise(() => {
    closed ??= close();
    return closed;
  });
};
