/**
 * From one HTTP request to one reply.
 *
 * Order: headers counted → route found → size → (people: token) → body → (people: JSON) → handler. Invariants: each
 * request gets one reply, a defect one that says nothing of the inside; nothing thrown gets to the socket.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Json, type Problem, type SignedRequest } from "@fettle/agent-protocol";
import * as Cause from "effect/Cause";
import type * as Effect from "effect/Effect";
import type * as Exit from "effect/Exit";
import type * as Fiber from "effect/Fiber";
import * as Option from "effect/Option";
import * as Answer from "./Answer.ts";
import * as BodyReader from "./BodyReader.ts";
import * as RequestHead from "./RequestHead.ts";
import type { Match, RouteTable } from "./RouteTable.ts";
import type { ServerLimits } from "./ServerLimits.ts";
import type { UserRoute } from "./UserRoute.ts";

type WireReply = SignedRequest.WireReply;

/** What every request of a server is handled with. */
export interface Handling<Principal> {
  readonly table: RouteTable<Principal>;
  readonly gateway: { readonly handle: (request: SignedRequest.WireRequest) => Effect.Effect<WireReply> };
  /** Who a bearer token stands for; null for nobody. */
  readonly authenticate: (token: string) => Effect.Effect<Principal | null>;
  readonly limits: ServerLimits;
  readonly jsonDepth: number;
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>;
  readonly onDefect: (defect: unknown) => void;
}

export interface RequestHandler {
  readonly handle: (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void;
  /** Requests begun and not answered. */
  readonly inFlight: () => number;
  /** Stops what still runs. */
  readonly interrupt: () => void;
}

/** One request on its way; `finish` is called exactly once, with null when there is nobody left to answer. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead.RequestHead;
  readonly expectsContinue: boolean;
  readonly finish: (reply: WireReply | null) => void;
}

export const make = <Principal>(handling: Handling<Principal>): RequestHandler => {
  const { limits, table } = handling;
  const budget: BodyReader.Budget = { heldBytes: 0 };
  const running = new Set<Fiber.Fiber<unknown, unknown>>();
  let inFlight = 0;

  const defect = (cause: unknown): WireReply => {
    report(handling.onDefect, cause);
    return Answer.DEFECT;
  };
  const answer = (response: ServerResponse, reply: WireReply): void => {
    try {
      Answer.send(response, reply);
    } catch (cause) {
      Answer.send(response, defect(cause));
    }
  };
  /** Runs an effect; most end at once, and then no observer is needed. */
  const run = <A, E>(effect: Effect.Effect<A, E>, done: (exit: Exit.Exit<A, E>) => void): void => {
    const fiber = handling.fork(effect);
    const exit = fiber.pollUnsafe();
    if (exit !== undefined) return done(exit);
    running.add(fiber);
    fiber.addObserver((late) => {
      running.delete(fiber);
      done(late);
    });
  };
  /** Takes a body in, hands it to `then`, gives its bytes back to the budget once `then` has replied. */
  const withBody = (call: Call, limitBytes: number, then: (body: Buffer, reply: (r: WireReply) => void) => void): void => {
    const { contentLength } = call.head;
    if (call.expectsContinue && contentLength !== 0) call.response.writeContinue();
    BodyReader.collect(call.request, { limitBytes, contentLength, limits }, budget, (body) => {
      if (body === null) return call.finish(null);
      if (!body.ok) return refuse(call, Answer.problem(body.error));
      const reply = (r: WireReply): void => {
        BodyReader.release(budget, body.value.length);
        call.finish(r);
      };
      guarded(() => then(body.value, reply), (cause) => reply(defect(cause)));
    });
  };
  const refuse = (call: Pick<Call, "request" | "finish">, reply: WireReply): void => {
    BodyReader.discard(call.request, limits);
    call.finish(reply);
  };
  const agent = (call: Call, match: Match<Principal> & { _tag: "Agent" }): void =>
    withBody(call, match.bodyLimit, (body, reply) => {
      const wire = { method: match.method, path: call.request.url ?? "", headers: call.head.headers, body };
      run(handling.gateway.handle(wire), (exit) =>
        reply(exit._tag === "Success" ? exit.value : defect(Cause.squash(exit.cause))),
      );
    });
  const user = (call: Call, match: Match<Principal> & { _tag: "User" }): void => {
    const { route, params } = match;
    const proceed = (answered: (body: unknown) => ReturnType<typeof route.handle>): void =>
      withBody(call, match.bodyLimit, (bytes, reply) => {
        const body = decoded(bytes, match, call.head, handling.jsonDepth);
        if (!body.ok) return reply(Answer.problem(body.error));
        run(answered(body.value), (exit) => guarded(() => reply(repliedBy(exit, defect)), (cause) => reply(defect(cause))));
      });
    if (route.principal === "public") return proceed((body) => route.handle({ principal: null, params, body }));
    const token = tokenOf(call.head);
    if (token === null) return refuse(call, Answer.UNAUTHENTICATED);
    run(handling.authenticate(token), (exit) => {
      if (exit._tag === "Failure") return refuse(call, defect(Cause.squash(exit.cause)));
      const principal = exit.value;
      if (principal === null) return refuse(call, Answer.UNAUTHENTICATED);
      proceed((body) => route.handle({ principal, params, body }));
    });
  };
  const begin = (request: IncomingMessage, expectsContinue: boolean, response: ServerResponse, finish: Call["finish"]) => {
    const head = RequestHead.read(request.rawHeaders, limits.headers);
    if (!head.ok) return refuse({ request, finish }, Answer.problem(head.error));
    const call: Call = { request, response, head: head.value, expectsContinue, finish };
    const path = request.url ?? "";
    const match = path.length > limits.pathCharacters ? NOWHERE : table.match(request.method ?? "", path);
    if (match._tag === "NotFound") return refuse(call, Answer.NOT_FOUND);
    if (match._tag === "MethodNotAllowed") return refuse(call, Answer.methodNotAllowed(match.allow));
    const announced = head.value.contentLength ?? (match.bodyLimit === 0 ? Number.POSITIVE_INFINITY : 0);
    if (announced > match.bodyLimit) return refuse(call, Answer.problem(BodyReader.tooLarge(match.bodyLimit)));
    return match._tag === "Agent" ? agent(call, match) : user(call, match);
  };
  const handle = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    if (inFlight >= limits.requestsInFlight) {
      BodyReader.discard(request, limits);
      return answer(response, Answer.BUSY);
    }
    inFlight += 1;
    let isFinished = false;
    const finish = (reply: WireReply | null): void => {
      if (isFinished) return;
      isFinished = true;
      inFlight -= 1;
      if (reply !== null) answer(response, reply);
    };
    guarded(() => begin(request, expectsContinue, response, finish), (cause) => finish(defect(cause)));
  };
  const interrupt = (): void => {
    for (const fiber of running) fiber.interruptUnsafe();
  };
  return { handle, inFlight: () => inFlight, interrupt };
};

const NOWHERE = { _tag: "NotFound" } as const;
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]{1,1024}={0,2})$/i;
const JSON_TYPE = /^application\/json *(?:; *charset="?utf-8"?)?$/i;

const tokenOf = (head: RequestHead.RequestHead): string | null => BEARER.exec(head.headers.authorization ?? "")?.[1] ?? null;

const decoded = <Principal>(
  bytes: Buffer,
  match: { readonly route: UserRoute<Principal>; readonly bodyLimit: number },
  head: RequestHead.RequestHead,
  jsonDepth: number,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Problem.Problem } => {
  if (match.bodyLimit === 0) return { ok: true, value: null };
  if (!JSON_TYPE.test(head.headers["content-type"] ?? "")) {
    return { ok: false, error: { code: "malformed", title: "Not JSON", detail: "content-type must be application/json" } };
  }
  const json = Json.decode(bytes, { bytes: match.bodyLimit, depth: jsonDepth });
  return json.ok
    ? json
    : { ok: false, error: { code: "malformed", title: "Not JSON", detail: `the body is not JSON: ${json.error.reason}` } };
};

const repliedBy = (
  exit: Exit.Exit<{ readonly status: number; readonly body?: unknown }, Problem.Problem>,
  defect: (cause: unknown) => WireReply,
): WireReply => {
  if (exit._tag === "Success") return Answer.json(exit.value.status, exit.value.body);
  const failed = Cause.findErrorOption(exit.cause);
  return Option.isSome(failed) ? Answer.problem(failed.value) : defect(Cause.squash(exit.cause));
};

const guarded = (body: () => void, failed: (cause: unknown) => void): void => {
  try {
    body();
  } catch (cause) {
    failed(cause);
  }
};

// A hook that throws must not take the request down with it.
const report = (onDefect: (defect: unknown) => void, cause: unknown): void => guarded(() => onDefect(cause), () => undefined);
