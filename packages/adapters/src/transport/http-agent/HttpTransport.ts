/**
 * The agent's Transport over HTTP(S): one kept-alive connection to one control plane.
 *
 * Invariants (T1, T16): plain HTTP goes to this machine's loopback only; no redirect is followed and no proxy asked; a
 * reply is cut off at its limit while it streams; nothing waits longer than its timeouts. Whether a reply can be
 * trusted is not decided here: the agent checks its signature.
 */
import * as http from "node:http";
import * as https from "node:https";
import type { SignedRequest } from "@fettle/agent-protocol";
import { Transport, TransportError } from "@fettle/agent-protocol/agent";
import * as Data from "effect/Data";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import type { Scope } from "effect/Scope";
import * as Reply from "./Reply.ts";

export interface HttpTransportOptions {
  /** `https://host[:port]`, or `http://` with a loopback address; no path, query or credentials. */
  readonly baseUrl: string;
  /** The longest silence in an exchange, in seconds, 1 to 3,600; the whole takes {@link WHOLE_TIMEOUT_FACTOR} times that at most. */
  readonly timeoutSeconds: number;
  /** Certificates (PEM) to trust instead of the system's own. */
  readonly certificateAuthorities?: readonly string[];
}

/** The options can't be used. */
export class HttpTransportError extends Data.TaggedError("HttpTransportError")<{
  readonly reason: "NotAUrl" | "NotAnOrigin" | "PlainHttp" | "BadTimeout";
  readonly message: string;
}> {}

/** A large snapshot over a slow line moves all the time, yet takes long: silence is what ends an exchange early. */
export const WHOLE_TIMEOUT_FACTOR = 10;
export const TIMEOUT_SECONDS_MAX = 3_600;
/** Connections at once; an agent has one exchange at a time. */
export const CONNECTIONS_MAX = 2;

/**
 * A transport for one control plane; its connections close with the scope.
 *
 * @example
 * const transport = yield* HttpTransport.make({ baseUrl: "https://patch.example.com", timeoutSeconds: 30 });
 * const reply = yield* transport.send(request, { replyBytes: wireLimits.replyBytes });
 */
export const make = (options: HttpTransportOptions): Effect.Effect<Transport["Service"], HttpTransportError, Scope> =>
  Effect.gen(function* () {
    const target = yield* targetOf(options);
    const agent = yield* Effect.acquireRelease(
      Effect.sync(() => agentOf(target)),
      (a) => Effect.sync(() => a.destroy()),
    );
    const timeouts = {
      silence: options.timeoutSeconds * 1_000,
      whole: options.timeoutSeconds * 1_000 * WHOLE_TIMEOUT_FACTOR,
    };
    return { send: (request, limits) => exchange({ target, agent, timeouts }, request, limits.replyBytes) };
  });

/** Provides {@link Transport}. */
export const layer = (options: HttpTransportOptions): Layer.Layer<Transport, HttpTransportError> =>
  Layer.effect(Transport, make(options));

interface Target {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  readonly ca: readonly string[] | null;
}

interface Line {
  readonly target: Target;
  readonly agent: http.Agent;
  /** Milliseconds. */
  readonly timeouts: { readonly silence: number; readonly whole: number };
}

const refuse = (reason: HttpTransportError["reason"], message: string): Effect.Effect<never, HttpTransportError> =>
  Effect.fail(new HttpTransportError({ reason, message }));

const targetOf = (options: HttpTransportOptions): Effect.Effect<Target, HttpTransportError> => {
  const { timeoutSeconds } = options;
  if (!(timeoutSeconds > 0 && timeoutSeconds <= TIMEOUT_SECONDS_MAX)) {
    return refuse("BadTimeout", `timeoutSeconds must be more than 0 and at most ${TIMEOUT_SECONDS_MAX}`);
  }
  if (!URL.canParse(options.baseUrl)) return refuse("NotAUrl", `${JSON.stringify(options.baseUrl)} is not a URL`);
  const url = new URL(options.baseUrl);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return refuse("NotAUrl", `use https:, not ${url.protocol}`);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "") {
    // The path is signed as the control plane sees it, and a password has no place in a setting.
    return refuse("NotAnOrigin", "baseUrl must be scheme, host and port alone");
  }
  const isSecure = url.protocol === "https:";
  if (!isSecure && !isLoopback(url.hostname)) {
    return refuse("PlainHttp", `http: is for loopback addresses only; use https://${url.host}`);
  }
  return Effect.succeed({
    isSecure,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    ca: options.certificateAuthorities ?? null,
  });
};

// A name, even `localhost`, is what a resolver makes of it; an address is what it says.
const isLoopback = (hostname: string): boolean => hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);

const agentOf = (target: Target): http.Agent => {
  const common = { keepAlive: true, maxSockets: CONNECTIONS_MAX, maxFreeSockets: 1 };
  if (!target.isSecure) return new http.Agent(common);
  return new https.Agent({ ...common, minVersion: "TLSv1.2", ...(target.ca === null ? {} : { ca: [...target.ca] }) });
};

const exchange = (
  line: Line,
  request: SignedRequest.WireRequest,
  replyBytes: number,
): Effect.Effect<SignedRequest.WireReply, TransportError> =>
  once(line, request, replyBytes).pipe(
    Effect.catch((error) =>
      // The server closed an idle connection just as it was taken up again: it never saw this request.
      error instanceof StaleConnection ? Effect.mapError(once(line, request, replyBytes), plain) : Effect.fail(error),
    ),
  );

/** A kept-alive connection turned out to be closed already. */
class StaleConnection extends Data.TaggedError("StaleConnection")<{ readonly error: TransportError }> {}

const plain = (error: TransportError | StaleConnection): TransportError =>
  error instanceof StaleConnection ? error.error : error;

const PATH = /^\/[A-Za-z0-9._~/-]{0,1023}$/;

const once = (
  line: Line,
  request: SignedRequest.WireRequest,
  replyBytes: number,
): Effect.Effect<SignedRequest.WireReply, TransportError | StaleConnection> =>
  Effect.callback((resume) => {
    let outgoing: http.ClientRequest | undefined;
    let isDone = false;
    const done = (result: Effect.Effect<SignedRequest.WireReply, TransportError | StaleConnection>): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      // Answered before it was sent, as a refused body is: the rest has no reader.
      if (outgoing?.writableFinished === false) outgoing.destroy();
      resume(result);
    };
    const failed = (error: TransportError): void => {
      done(Effect.fail(error));
      outgoing?.destroy();
    };
    const timer = setTimeout(() => failed(timedOut(line.timeouts.whole, "the exchange took")), line.timeouts.whole);
    try {
      outgoing = begin(line, request);
    } catch (cause) {
      // A header or path that HTTP can't carry: the same request fails the same way for ever.
      done(Effect.fail(new TransportError({ message: messageOf(cause), isRetryable: false, cause })));
      return;
    }
    const sent = outgoing;
    sent.on("timeout", () => failed(timedOut(line.timeouts.silence, "nothing moved for")));
    sent.on("error", (cause: NodeJS.ErrnoException) => done(Effect.fail(classify(sent, cause))));
    let isAnswered = false;
    // An answer that is no reply, such as a switch of protocols, closes the request without an error.
    sent.on("close", () => {
      if (!isAnswered) failed(new TransportError({ message: "closed without a reply", isRetryable: true }));
    });
    sent.on("response", (incoming) => {
      isAnswered = true;
      Reply.collect(incoming, replyBytes, (reply) =>
        reply.ok ? done(Effect.succeed(reply.value)) : failed(reply.error),
      );
    });
    sent.end(request.body);
    return Effect.sync(() => {
      isDone = true;
      clearTimeout(timer);
      sent.destroy();
    });
  });

const begin = (line: Line, request: SignedRequest.WireRequest): http.ClientRequest => {
  if (!PATH.test(request.path)) throw new TypeError(`not a path: ${JSON.stringify(request.path.slice(0, 80))}`);
  const { target } = line;
  const hasBody = request.body.length > 0 || request.method !== "GET";
  return (target.isSecure ? https : http).request({
    host: target.host,
    port: target.port,
    agent: line.agent,
    method: request.method,
    path: request.path,
    headers: hasBody ? { ...request.headers, "content-length": request.body.length } : { ...request.headers },
    timeout: line.timeouts.silence,
  });
};

const timedOut = (milliseconds: number, what: string): TransportError =>
  new TransportError({ message: `timed out: ${what} ${milliseconds / 1_000} s`, isRetryable: true });

const stale: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);

// Whatever is wrong with the network or the certificate may be mended while the agent waits: it stays alive (F8).
const classify = (outgoing: http.ClientRequest, cause: NodeJS.ErrnoException): TransportError | StaleConnection => {
  const error = new TransportError({ message: messageOf(cause), isRetryable: true, cause });
  return outgoing.reusedSocket && stale.has(cause.code ?? "") ? new StaleConnection({ error }) : error;
};

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
