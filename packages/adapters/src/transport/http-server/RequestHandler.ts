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
import type { RouteReply, UserRoute } from "./UserRoute.ts";

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

export const make = <Principal>(handling: Handling<Principal>): RequestHandler => {
  const desk: Desk<Principal> = { ...handling, budget: { heldBytes: 0 }, running: new Set(), inFlight: 0 };
  return {
    handle: (request, response, expectsContinue) => handle(desk, request, response, expectsContinue),
    inFlight: () => desk.inFlight,
    interrupt: () => {
      for (const fiber of desk.running) fiber.interruptUnsafe();
    },
  };
};

/** What all requests of a server share. */
interface Desk<Principal> extends Handling<Principal> {
  readonly budget: BodyReader.Budget;
  readonly running: Set<Fiber.Fiber<unknown, unknown>>;
  inFlight: number;
}

/** One request on its way. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly expectsContinue: boolean;
  /** Answers; null when there is nobody left to answer. Only the first time counts. */
  readonly finish: (reply: WireReply | null) => void;
}

const handle = <Principal>(
  desk: Desk<Principal>,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): void => {
  if (desk.inFlight >= desk.limits.requestsInFlight) {
    BodyReader.discard(request, desk.limits);
    answer(desk, response, Answer.BUSY);
    return;
  }
  desk.inFlight += 1;
  let isFinished = false;
  const finish = (reply: WireReply | null): void => {
    if (isFinished) return;
    isFinished = true;
    desk.inFlight -= 1;
    if (reply !== null) answer(desk, response, reply);
  };
  try {
    begin(desk, { request, response, expectsContinue, finish });
  } catch (cause) {
    finish(defect(desk, cause));
  }
};

const begin = <Principal>(desk: Desk<Principal>, call: Call): void => {
  const head = RequestHead.read(call.request.rawHeaders, call.request.httpVersion, desk.limits.headers);
  if (!head.ok) {
    refuse(desk, call, Answer.problem(head.error));
    return;
  }
  const path = call.request.url ?? "";
  const isShort = path.length <= desk.limits.pathCharacters;
  const match = isShort ? desk.table.match(call.request.method ?? "", path) : NOWHERE;
  if (match._tag === "NotFound") refuse(desk, call, Answer.NOT_FOUND);
  else if (match._tag === "MethodNotAllowed") refuse(desk, call, Answer.methodNotAllowed(match.allow));
  else if (announcedBytes(head.value, match.bodyLimit) > match.bodyLimit) {
    refuse(desk, call, Answer.problem(BodyReader.tooLarge(match.bodyLimit)));
  } else if (match._tag === "Agent") serveAgent(desk, call, head.value, match);
  else serveUser(desk, call, head.value, match);
};

// A body in chunks may turn out empty, but where none is allowed none is waited for.
const announcedBytes = (head: RequestHead.RequestHead, limitBytes: number): number =>
  head.contentLength ?? (limitBytes === 0 ? Number.POSITIVE_INFINITY : 0);

const serveAgent = <Principal>(
  desk: Desk<Principal>,
  call: Call,
  head: RequestHead.RequestHead,
  match: Match<Principal> & { _tag: "Agent" },
): void =>
  withBody(desk, call, { head, limitBytes: match.bodyLimit }, (body, reply) => {
    const wire = { method: match.method, path: call.request.url ?? "", headers: head.headers, body };
    run(desk, desk.gateway.handle(wire), (exit) =>
      reply(exit._tag === "Success" ? exit.value : defect(desk, Cause.squash(exit.cause))),
    );
  });

const serveUser = <Principal>(
  desk: Desk<Principal>,
  call: Call,
  head: RequestHead.RequestHead,
  match: Match<Principal> & { _tag: "User" },
): void => {
  const { route, params } = match;
  if (route.principal === "public") {
    handleUser(desk, call, head, match, (body) => route.handle({ principal: null, params, body }));
    return;
  }
  const token = tokenOf(head);
  if (token === null) {
    refuse(desk, call, Answer.UNAUTHENTICATED);
    return;
  }
  run(desk, desk.authenticate(token), (exit) => {
    if (exit._tag === "Failure") refuse(desk, call, defect(desk, Cause.squash(exit.cause)));
    else if (exit.value === null) refuse(desk, call, Answer.UNAUTHENTICATED);
    else {
      const principal = exit.value;
      handleUser(desk, call, head, match, (body) => route.handle({ principal, params, body }));
    }
  });
};

const handleUser = <Principal>(
  desk: Desk<Principal>,
  call: Call,
  head: RequestHead.RequestHead,
  match: Match<Principal> & { _tag: "User" },
  handler: (body: unknown) => ReturnType<UserRoute<Principal>["handle"]>,
): void =>
  withBody(desk, call, { head, limitBytes: match.bodyLimit }, (bytes, reply) => {
    const body = decoded(bytes, match, head, desk.jsonDepth);
    if (!body.ok) {
      reply(Answer.problem(body.error));
      return;
    }
    run(desk, handler(body.value), (exit) => reply(repliedBy(desk, exit)));
  });

/** Takes a body in, hands it to `then`, gives its bytes back to the budget once `then` has replied. */
const withBody = <Principal>(
  desk: Desk<Principal>,
  call: Call,
  about: { readonly head: RequestHead.RequestHead; readonly limitBytes: number },
  then: (body: Buffer, reply: (r: WireReply) => void) => void,
): void => {
  const { contentLength } = about.head;
  if (call.expectsContinue && contentLength !== 0) call.response.writeContinue();
  const limits = { limitBytes: about.limitBytes, contentLength, limits: desk.limits };
  BodyReader.collect(call.request, limits, desk.budget, (body) => {
    if (body === null) call.finish(null);
    else if (!body.ok) refuse(desk, call, Answer.problem(body.error));
    else {
      let isReplied = false;
      const reply = (r: WireReply): void => {
        if (!isReplied) BodyReader.release(desk.budget, body.value.length);
        isReplied = true;
        call.finish(r);
      };
      try {
        then(body.value, reply);
      } catch (cause) {
        reply(defect(desk, cause));
      }
    }
  });
};

/** Runs an effect; most end at once, and then no observer is needed. */
const run = <Principal, A, E>(
  desk: Desk<Principal>,
  effect: Effect.Effect<A, E>,
  done: (exit: Exit.Exit<A, E>) => void,
): void => {
  const fiber = desk.fork(effect);
  const exit = fiber.pollUnsafe();
  if (exit !== undefined) {
    done(exit);
    return;
  }
  desk.running.add(fiber);
  fiber.addObserver((late) => {
    desk.running.delete(fiber);
    done(late);
  });
};

const refuse = <Principal>(desk: Desk<Principal>, call: Call, reply: WireReply): void => {
  BodyReader.discard(call.request, desk.limits);
  call.finish(reply);
};

const answer = <Principal>(desk: Desk<Principal>, response: ServerResponse, reply: WireReply): void => {
  try {
    Answer.send(response, reply);
  } catch (cause) {
    Answer.send(response, defect(desk, cause));
  }
};

/** Tells the hook of a bug and gives what its client is told. A hook that throws doesn't take the request down. */
const defect = <Principal>(desk: Desk<Principal>, cause: unknown): WireReply => {
  try {
    desk.onDefect(cause);
  } catch {
    // There is nobody else to tell.
  }
  return Answer.DEFECT;
};

const NOWHERE = { _tag: "NotFound" } as const;
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]{1,1024}={0,2})$/i;
const JSON_TYPE = /^application\/json *(?:; *charset="?utf-8"?)?$/i;

const tokenOf = (head: RequestHead.RequestHead): string | null =>
  BEARER.exec(head.headers.authorization ?? "")?.[1] ?? null;

const decoded = <Principal>(
  bytes: Buffer,
  match: { readonly route: UserRoute<Principal>; readonly bodyLimit: number },
  head: RequestHead.RequestHead,
  jsonDepth: number,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Problem.Problem } => {
  if (match.bodyLimit === 0) return { ok: true, value: null };
  if (!JSON_TYPE.test(head.headers["content-type"] ?? "")) {
    return {
      ok: false,
      error: { code: "malformed", title: "Not JSON", detail: "content-type must be application/json" },
    };
  }
  const json = Json.decode(bytes, { bytes: match.bodyLimit, depth: jsonDepth });
  return json.ok
    ? json
    : {
        ok: false,
        error: { code: "malformed", title: "Not JSON", detail: `the body is not JSON: ${json.error.reason}` },
      };
};

const repliedBy = <Principal>(desk: Desk<Principal>, exit: Exit.Exit<RouteReply, Problem.Problem>): WireReply => {
  try {
    if (exit._tag === "Success") return Answer.json(exit.value.status, exit.value.body);
    const failed = Cause.findErrorOption(exit.cause);
    return Option.isSome(failed) ? Answer.problem(failed.value) : defect(desk, Cause.squash(exit.cause));
  } catch (cause) {
    // What a handler answers may be nothing that JSON can say.
    return defect(desk, cause);
  }
};
