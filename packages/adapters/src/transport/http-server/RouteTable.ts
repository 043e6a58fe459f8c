/**
 * The closed table of what exists: the agents' routes of wire v0 and the declared user routes. Whatever isn't in it
 * doesn't exist (T10).
 *
 * Invariants: a path is compared as it was sent, never decoded or normalised; at most one route shape fits any path,
 * so there is no order of precedence to get wrong.
 */
import { Messages, type Result, type WireLimits } from "@fettle/agent-protocol";
import { PARAMETER, type UserRoute } from "./UserRoute.ts";

/** What a request's line names. */
export type Match<Principal> =
  | { readonly _tag: "Agent"; readonly method: "GET" | "POST"; readonly bodyLimit: number }
  | {
      readonly _tag: "User";
      readonly route: UserRoute<Principal>;
      readonly bodyLimit: number;
      readonly params: { readonly [name: string]: string };
    }
  | { readonly _tag: "MethodNotAllowed"; readonly allow: string }
  | { readonly _tag: "NotFound" };

export interface RouteTable<Principal> {
  readonly match: (method: string, path: string) => Match<Principal>;
}

/** Builds the table, or says which route can't stand in it. */
export const make = <Principal>(
  userRoutes: readonly UserRoute<Principal>[],
  limits: WireLimits,
): Result<RouteTable<Principal>, string> => {
  const shapes: Shape<Principal>[] = [];
  for (const route of Messages.routes) {
    const isPrefix = route.path.endsWith("/");
    const match = { _tag: "Agent", method: route.method, bodyLimit: route.bodyLimit(limits) } as const;
    const shape = shapeOf<Principal>(isPrefix ? `${route.path}{}` : route.path, isPrefix ? route : null);
    shape.methods.set(route.method, () => match);
    shapes.push(shape);
  }
  for (const route of userRoutes) {
    const problem = problemOf(route) ?? place(shapes, route);
    if (problem !== null) return { ok: false, error: `${route.method} ${route.path}: ${problem}` };
  }
  return { ok: true, value: tableOf(shapes) };
};

/** A form of path: a literal, or null where a parameter stands. */
interface Shape<Principal> {
  readonly path: string;
  readonly segments: readonly (string | null)[];
  /** The agents' route that decides by itself which last segments are its own. */
  readonly prefix: Messages.Route | null;
  readonly methods: Map<string, (segments: readonly string[]) => Match<Principal>>;
}

const NOT_FOUND = { _tag: "NotFound" } as const;
const NO_PARAMETERS: { readonly [name: string]: string } = Object.freeze({});

const tableOf = <Principal>(shapes: readonly Shape<Principal>[]): RouteTable<Principal> => {
  const exact = new Map(shapes.filter((s) => !s.segments.includes(null)).map((s) => [s.path, s]));
  const patterns = shapes.filter((s) => s.segments.includes(null));
  const answer = (shape: Shape<Principal>, method: string, segments: readonly string[]): Match<Principal> =>
    shape.methods.get(method)?.(segments) ?? {
      _tag: "MethodNotAllowed",
      allow: [...shape.methods.keys()].sort().join(", "),
    };
  const match = (method: string, path: string): Match<Principal> => {
    const shape = exact.get(path);
    if (shape !== undefined) return answer(shape, method, []);
    const segments = path.split("/");
    const pattern = patterns.find((p) => fits(p, path, segments));
    return pattern === undefined ? NOT_FOUND : answer(pattern, method, segments);
  };
  return { match };
};

const fits = <Principal>(shape: Shape<Principal>, path: string, segments: readonly string[]): boolean => {
  if (shape.prefix !== null) return Messages.routeOf({ method: shape.prefix.method, path }) === shape.prefix;
  return (
    shape.segments.length === segments.length &&
    shape.segments.every((s, i) => (s === null ? PARAMETER.test(segments[i] ?? "") : s === segments[i]))
  );
};

const SEGMENT = /^[A-Za-z0-9._~-]+$/;
const PARAMETER_SEGMENT = /^\{([a-z][A-Za-z0-9]*)\}$/;
const methods: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

// Also what a caller without types may get wrong: a route without a principal would be open to everyone.
const problemOf = <Principal>(route: UserRoute<Principal>): string | null => {
  if (route.principal !== "user" && route.principal !== "public") return 'its principal must be "user" or "public"';
  if (!methods.has(route.method)) return "its method is none of GET, POST, PUT, PATCH, DELETE";
  if (!Number.isSafeInteger(route.bodyLimit) || route.bodyLimit < 0) return "its bodyLimit must be bytes, 0 or more";
  if (route.method === "GET" && route.bodyLimit !== 0) return "a GET has no body: its bodyLimit must be 0";
  const segments = route.path.split("/").slice(1);
  const isWellFormed =
    route.path.startsWith("/") &&
    segments.every((s) => PARAMETER_SEGMENT.test(s) || (SEGMENT.test(s) && s !== "." && s !== ".."));
  if (!isWellFormed) return "its path must be segments of letters, digits, . _ ~ - or {parameters}";
  const names = namesOf(route.path);
  return new Set(names).size === names.length ? null : "a parameter stands in it twice";
};

const place = <Principal>(shapes: Shape<Principal>[], route: UserRoute<Principal>): string | null => {
  const shape = shapeOf<Principal>(route.path, null);
  const same = shapes.find((s) => s.segments.join("/") === shape.segments.join("/") && s.prefix === null);
  const overlapping = shapes.find((s) => s !== same && overlaps(s, shape));
  if (overlapping !== undefined) return `some paths are also of ${overlapping.path}`;
  const target = same ?? shape;
  if (target.methods.has(route.method)) return "it is declared twice";
  const names = route.path.split("/").map((s) => PARAMETER_SEGMENT.exec(s)?.[1] ?? null);
  target.methods.set(route.method, (segments) => ({
    _tag: "User",
    route,
    bodyLimit: route.bodyLimit,
    params: paramsOf(names, segments),
  }));
  if (same === undefined) shapes.push(shape);
  return null;
};

const paramsOf = (
  names: readonly (string | null)[],
  segments: readonly string[],
): { readonly [name: string]: string } => {
  if (segments.length === 0) return NO_PARAMETERS;
  return Object.fromEntries(names.flatMap((name, i) => (name === null ? [] : [[name, segments[i] ?? ""]])));
};

const shapeOf = <Principal>(path: string, prefix: Messages.Route | null): Shape<Principal> => ({
  path,
  segments: path.split("/").map((s) => (s.startsWith("{") ? null : s)),
  prefix,
  methods: new Map(),
});

const overlaps = <Principal>(a: Shape<Principal>, b: Shape<Principal>): boolean =>
  a.segments.length === b.segments.length &&
  a.segments.every((s, i) => {
    const other = b.segments[i] ?? null;
    if (s === null) return other === null || PARAMETER.test(other);
    return other === null ? PARAMETER.test(s) : s === other;
  });

const namesOf = (path: string): readonly string[] =>
  path.split("/").flatMap((s) => PARAMETER_SEGMENT.exec(s)?.[1] ?? []);
