/**
 * A route for people and their programs, beside the agents' own. It exists only because it is declared, and can't be
 * declared without saying who may call it (T10).
 */
import type { Problem } from "@fettle/agent-protocol";
import type { Effect } from "effect/Effect";

export type UserMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a route's handler is given. */
export interface RouteInput<Principal> {
  /** Whom `authenticate` answered; null on a public route. */
  readonly principal: Principal;
  /** The path's parameters by name, each of {@link PARAMETER}. */
  readonly params: { readonly [name: string]: string };
  /** The body as JSON, within the route's bytes and the wire's depth, not otherwise checked; null without one. */
  readonly body: unknown;
}

/** What a handler answers. `body` is anything that JSON can say; undefined for an empty reply. */
export interface RouteReply {
  readonly status: number;
  readonly body?: unknown;
}

type Handler<Principal> = (input: RouteInput<Principal>) => Effect<RouteReply, Problem.Problem>;

interface Declared {
  readonly method: UserMethod;
  /** Segments of letters, digits, `.`, `_`, `~`, `-`, or one-segment parameters: `/v0/runs/{id}`. */
  readonly path: string;
  /** The largest body, in bytes; 0 for none, as a GET must have. */
  readonly bodyLimit: number;
}

export type UserRoute<Principal> = Declared &
  (
    | { readonly principal: "user"; readonly handle: Handler<Principal> }
    | { readonly principal: "public"; readonly handle: Handler<null> }
  );

/** What a path parameter may be: ids of every kind, but never a dot segment or an escape. */
export const PARAMETER = /^[A-Za-z0-9][A-Za-z0-9:._-]{0,127}$/;
