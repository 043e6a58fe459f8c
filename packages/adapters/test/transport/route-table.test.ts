/** The closed table of routes: what may stand in it, and what fits. */
import { Messages, wireLimits } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UserRoute } from "../../src/transport/http-server/index.ts";
import * as RouteTable from "../../src/transport/http-server/RouteTable.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);

const route = (path: string, more: object = {}): UserRoute<null> => ({
  method: "GET",
  path,
  principal: "user",
  bodyLimit: 0,
  handle: () => Effect.succeed({ status: 200 }),
  ...more,
});

const problem = (...routes: readonly UserRoute<null>[]): string => {
  const made = RouteTable.make(routes, wireLimits);
  return made.ok ? "none" : made.error;
};

const tableOf = (...routes: readonly UserRoute<null>[]): RouteTable.RouteTable<null> => {
  const made = RouteTable.make(routes, wireLimits);
  if (!made.ok) throw new Error(made.error);
  return made.value;
};

describe("a user route", () => {
  it.each([undefined, null, "", "admin", "agent", "User"])("T10: with the principal %j can't stand", (principal) => {
    expect(problem(route("/v0/a", { principal }))).toContain('its principal must be "user" or "public"');
  });

  it.each([
    "",
    "v0/a",
    "/",
    "/v0/",
    "//v0",
    "/v0/../a",
    "/v0/./a",
    "/v0/a?b",
    "/v0/%61",
    "/v0/{}",
    "/v0/{Id}",
    "/v0/{a}b",
    "/v0/a b",
    "/v0/*",
  ])("of the path %j can't stand", (path) => {
    expect(problem(route(path))).toContain("its path must be");
  });

  it("of another method, a senseless limit, or a GET with a body can't stand", () => {
    expect(problem(route("/v0/a", { method: "HEAD" }))).toContain("its method is none of");
    expect(problem(route("/v0/a", { bodyLimit: 1 }))).toContain("a GET has no body");
    for (const bodyLimit of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(problem(route("/v0/a", { method: "POST", bodyLimit }))).toContain("its bodyLimit must be bytes");
    }
  });

  it("can't take an agents' path, whatever its method", () => {
    for (const each of Messages.routes) {
      const path = each.path.endsWith("/") ? `${each.path}abc` : each.path;
      expect(problem(route(path, { method: each.method }))).not.toBe("none");
    }
    expect(problem(route("/v0/documents/{id}"))).toContain("some paths are also of /v0/documents/");
    expect(problem(route("/v0/{any}"))).toContain("some paths are also of");
  });

  it("can't be declared twice, or fit a path that another fits", () => {
    expect(problem(route("/v0/a"), route("/v0/a"))).toBe("GET /v0/a: it is declared twice");
    expect(problem(route("/v0/runs/{id}"), route("/v0/runs/{run}"))).toContain("it is declared twice");
    expect(problem(route("/v0/runs/{id}"), route("/v0/runs/latest"))).toContain("some paths are also of /v0/runs/{id}");
    expect(problem(route("/v0/{a}/x"), route("/v0/y/{b}"))).toContain("some paths are also of");
    expect(problem(route("/v0/x/{a}/{a}"))).toContain("a parameter stands in it twice");
    expect(problem(route("/v1/{a}/x"), route("/v1/{a}/y"), route("/v1/{a}/x/z"))).toBe("none");
    // A parameter never begins with a tilde.
    expect(problem(route("/v0/runs/{id}"), route("/v0/runs/~all"))).toBe("none");
  });

  it("shares its path with other methods, each with its own parameter names", () => {
    const table = tableOf(route("/v0/runs/{id}"), route("/v0/runs/{run}", { method: "DELETE" }));
    expect(table.match("GET", "/v0/runs/1")).toMatchObject({ _tag: "User", params: { id: "1" } });
    expect(table.match("DELETE", "/v0/runs/1")).toMatchObject({ _tag: "User", params: { run: "1" } });
    expect(table.match("PUT", "/v0/runs/1")).toEqual({ _tag: "MethodNotAllowed", allow: "DELETE, GET" });
  });
});

describe("matching", () => {
  const pieces = [
    "v0",
    "check-in",
    "facts",
    "documents",
    "snapshots",
    "provision",
    "abc0",
    "runs",
    "..",
    "",
    "%2e",
    "A",
    "a?b",
    "jobs",
  ];
  const path = fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((p) => `/${p.join("/")}`);
  const method = fc.constantFrom("GET", "POST", "PUT");

  it("says of agents' routes just what the protocol says", () => {
    const table = tableOf(route("/v0/runs/{id}"));
    fc.assert(
      fc.property(method, path, (m, p) => {
        const expected = Messages.routeOf({ method: m, path: p });
        const match = table.match(m, p);
        expect(match._tag === "Agent").toBe(expected !== null);
        if (match._tag === "Agent" && expected !== null) {
          expect([match.method, match.bodyLimit]).toEqual([expected.method, expected.bodyLimit(wireLimits)]);
        }
        const isKnown = ["GET", "POST"].some((other) => Messages.routeOf({ method: other, path: p }) !== null);
        if (isKnown) expect(["Agent", "MethodNotAllowed"]).toContain(match._tag);
      }),
      {
        numRuns: 5_000 * RUNS,
        seed: 31,
        examples: Messages.routes.map((r) => [r.method, r.path.replace(/\/$/, "/ab01")]),
      },
    );
  });

  it("takes a parameter of one segment and of its grammar, by a regular expression as oracle", () => {
    const table = tableOf(route("/v0/jobs/{job}/runs/{run}"));
    const oracle = /^\/v0\/jobs\/([A-Za-z0-9][A-Za-z0-9:._-]{0,127})\/runs\/([A-Za-z0-9][A-Za-z0-9:._-]{0,127})$/;
    const part = fc.string({ unit: fc.constantFrom(..."aA0:._-/%~ "), maxLength: 4 });
    let taken = 0;
    fc.assert(
      fc.property(part, part, (job, run) => {
        const p = `/v0/jobs/${job}/runs/${run}`;
        const expected = oracle.exec(p);
        const match = table.match("GET", p);
        if (expected !== null) taken += 1;
        const params = match._tag === "User" ? [match.params.job, match.params.run] : null;
        expect(params).toEqual(expected === null ? null : [expected[1], expected[2]]);
      }),
      { numRuns: 5_000 * RUNS, seed: 32 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});
