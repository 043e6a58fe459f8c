/** The server as honest clients meet it, and what it refuses of the others. */
import { Crypto, Json, Messages, wireLimits } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { afterEach, describe, expect, it } from "vitest";
import {
  type HttpServer,
  type HttpServerError,
  serverLimits,
  type UserRoute,
} from "../../src/transport/http-server/index.ts";
import { ask, type RawReply, request, talk } from "./RawClient.ts";
import { proving, type Started, signed, start, TOKEN, type User } from "./TestServer.ts";

const running: Started[] = [];
const serve = async (options: Partial<HttpServer.ServeOptions<User>> = {}): Promise<Started> => {
  const server = await start(options);
  running.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((s) => s.close()));
});

const problemOf = (reply: RawReply): { code?: unknown; status?: unknown; detail?: unknown } => {
  expect(reply.headers["content-type"]).toBe("application/problem+json");
  return JSON.parse(reply.body);
};

const wireHeaders = (r: { readonly headers: { readonly [name: string]: string } }): string[] =>
  Object.entries(r.headers).map(([name, value]) => `${name}: ${value}`);

const pathOf = (route: Messages.Route): string =>
  route.path.endsWith("/") ? `${route.path}${"a".repeat(64)}` : route.path;

const bearer = (token: string): string => `authorization: Bearer ${token}`;
const JSON_TYPE = "content-type: application/json";

const userRoutes: readonly UserRoute<User>[] = [
  {
    method: "GET",
    path: "/v0/runs/{id}",
    principal: "user",
    bodyLimit: 0,
    handle: ({ principal, params }) => Effect.succeed({ status: 200, body: { by: principal.name, ...params } }),
  },
  {
    method: "POST",
    path: "/v0/jobs/{id}/patches/{patch}",
    principal: "user",
    bodyLimit: 100,
    handle: ({ params, body }) => Effect.succeed({ status: 201, body: { params, body } }),
  },
  {
    method: "DELETE",
    path: "/v0/jobs/{id}",
    principal: "user",
    bodyLimit: 0,
    handle: () => Effect.succeed({ status: 204 }),
  },
  {
    method: "GET",
    path: "/v0/health",
    principal: "public",
    bodyLimit: 0,
    handle: ({ principal }) => Effect.succeed({ status: 200, body: { principal } }),
  },
];

const userCalls = [
  ["GET", "/v0/runs/7", 200, 0],
  ["POST", "/v0/jobs/1/patches/RHSA-2026:1001", 201, 2],
  ["DELETE", "/v0/jobs/1", 204, 0],
] as const;

describe("an agent's request", () => {
  it("T10: of every route is refused without and with wrong credentials, and taken with right ones", async () => {
    const { port } = await serve({ gateway: proving, userRoutes });
    const thief = Crypto.generateKeyPair();
    for (const route of Messages.routes) {
      const body = Buffer.from(route.method === "GET" ? "" : '{"a":1}');
      const line = `${route.method} ${pathOf(route)}`;
      const good = wireHeaders(signed(route.method, pathOf(route), body));
      expect((await ask(port, line, good, body)).status).toBe(200);
      const wrong = [
        [],
        [bearer(TOKEN)],
        good.filter((h) => !h.startsWith("fettle-signature")),
        wireHeaders(signed(route.method, pathOf(route), body, thief)),
        wireHeaders(signed(route.method === "GET" ? "POST" : "GET", pathOf(route), body)),
        wireHeaders(signed(route.method, "/v0/other", body)),
        wireHeaders(signed(route.method, pathOf(route), Buffer.from("{}"))),
      ];
      for (const headers of wrong) {
        const reply = await ask(port, line, headers, body);
        expect([line, reply.status, problemOf(reply).code]).toEqual([line, 401, "unsigned"]);
      }
    }
  });

  it("reaches the gateway with its bytes, its path as sent, its headers in lower case", async () => {
    const { port } = await serve();
    const reply = await ask(
      port,
      "POST /v0/check-in",
      ["Fettle-Agent:  A b ", "X-Y: 1", "X-Y: 2"],
      Buffer.from([0, 255, 10]),
    );
    expect(JSON.parse(reply.body)).toEqual({
      method: "POST",
      path: "/v0/check-in",
      headers: { host: "x", "fettle-agent": "A b", "x-y": "1", "content-length": "3" },
      body: "00ff0a",
    });
  });

  it("gets the gateway's status, headers and bytes, and may not be cached or sniffed", async () => {
    const gateway = {
      handle: () =>
        Effect.succeed({
          status: 409,
          headers: { "Content-Length": "9", "fettle-tenant-key": "k", "cache-control": "public" },
          body: Buffer.from("xyz"),
        }),
    };
    const { port } = await serve({ gateway });
    const reply = await ask(port, "POST /v0/facts", [], "x");
    expect(reply).toMatchObject({ status: 409, body: "xyz" });
    expect(reply.headers).toMatchObject({
      "fettle-tenant-key": "k",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-length": "3",
    });
  });

  it("keeps its connection, also after a refusal", async () => {
    const { port } = await serve();
    const { replies, isClosed } = await talk(port, [
      request("POST /v0/check-in", [], "a"),
      request("POST /nothing", [], "b".repeat(100_000)),
      request("GET /v0/check-in"),
      request("POST /v0/check-in", [], "c"),
    ]);
    expect(replies.map((r) => r.status)).toEqual([200, 404, 405, 200]);
    expect(isClosed).toBe(false);
  });
});

describe("paths", () => {
  it.each([
    "/",
    "",
    "*",
    "/v0",
    "/v0/",
    "/v0/check-in/",
    "/v0/check-in/../provision",
    "/v0/./check-in",
    "//v0/check-in",
    "/v0//check-in",
    "/v0/%63heck-in",
    "/v0/check%2din",
    "/v0/check-in%00",
    "/v0/check-in%2f",
    "/v0/%2e%2e/v0/check-in",
    "/V0/CHECK-IN",
    "/v0/check-in?",
    "/v0/check-in?a=1",
    "/v0/check-in#a",
    "/v0/check-in;a",
    "/v0\\check-in",
    "/v0/documents/",
    "/v0/documents/..",
    `/v0/documents/${"A".repeat(64)}`,
    `/v0/documents/${"a".repeat(65)}`,
    `/v0/documents/${"a".repeat(64)}/`,
    "/v0/documents/a?b",
    "http://x/v0/check-in",
    "http://127.0.0.1/v0/check-in",
    "https://x/v0/check-in",
    "/constructor",
    "/__proto__",
    "/v0/runs/..",
    "/v0/runs/%2e%2e",
    "/v0/runs/a%20b",
    "/v0/runs/a?b=c",
    "/v0/runs/",
    "/v0/runs/-",
    `/v0/runs/${"a".repeat(129)}`,
    "/v0/runs/a/b",
    "/v0/setup",
    "/SetupWizard.aspx/anything",
  ])("T10: %s is nothing", async (path) => {
    const { port } = await serve({ userRoutes });
    for (const method of ["GET", "POST"]) {
      const { replies } = await talk(port, [request(`${method} ${path}`, [bearer(TOKEN)])], {
        replies: 1,
        quietMs: 2_000,
      });
      expect([404, 400]).toContain(replies[0]?.status);
      problemOf(replies[0] as RawReply);
    }
  });

  it("pathCharacters: a longer path is nothing, whatever it says", async () => {
    const long = `/v0/${"a".repeat(60)}`;
    const route: UserRoute<User> = {
      method: "GET",
      path: long,
      principal: "public",
      bodyLimit: 0,
      handle: () => Effect.succeed({ status: 200 }),
    };
    const at = await serve({ userRoutes: [route], limits: { pathCharacters: long.length } });
    expect((await ask(at.port, `GET ${long}`)).status).toBe(200);
    const over = await serve({ userRoutes: [route], limits: { pathCharacters: long.length - 1 } });
    expect((await ask(over.port, `GET ${long}`)).status).toBe(404);
  });

  it("a known path with another method is told the right one", async () => {
    const { port } = await serve({ userRoutes });
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "PURGE"]) {
      const reply = await ask(port, `${method} /v0/check-in`);
      expect([method, reply.status, reply.headers.allow]).toEqual([method, 405, "POST"]);
      if (method !== "HEAD") expect(problemOf(reply).code).toBe("method-not-allowed");
    }
    expect((await ask(port, `POST /v0/documents/${"a".repeat(64)}`, [], "x")).headers.allow).toBe("GET");
    expect((await ask(port, "POST /v0/runs/1", [], "x")).headers.allow).toBe("GET");
  });
});

describe("bodies", () => {
  const chunked = (...chunks: readonly string[]): string =>
    [...chunks.map((c) => `${c.length.toString(16)}\r\n${c}\r\n`), "0\r\n\r\n"].join("");
  const CHUNKED = "transfer-encoding: chunked";

  it("T16: at each route's limit are read, one byte more is refused", async () => {
    const { port } = await serve({
      gateway: {
        handle: (r) => Effect.succeed({ status: 200, headers: {}, body: Buffer.from(String(r.body.length)) }),
      },
    });
    for (const route of Messages.routes.filter((r) => r.method === "POST")) {
      const max = route.bodyLimit(wireLimits);
      const line = `POST ${route.path}`;
      expect((await ask(port, line, [], Buffer.alloc(max))).body).toBe(String(max));
      expect(problemOf(await ask(port, line, [], Buffer.alloc(max + 1))).code).toBe("too-large");
    }
  });

  it("T16: that announce too much are refused before a byte of them comes", async () => {
    const { port } = await serve();
    for (const length of [wireLimits.checkInBytes + 1, 10 ** 14]) {
      const head = request("POST /v0/check-in", [`content-length: ${length}`]);
      const { replies, milliseconds } = await talk(port, [head], { replies: 1 });
      expect([replies[0]?.status, milliseconds < 1_000]).toEqual([413, true]);
    }
  });

  it("T16: in chunks are cut off as they pass the limit", async () => {
    const { port } = await serve({ wireLimits: { checkInBytes: 1_000 }, limits: { discardedBytes: 200_000 } });
    const at = chunked("a".repeat(999), "b");
    expect((await ask(port, "POST /v0/check-in", [CHUNKED], at)).status).toBe(200);
    expect((await ask(port, "POST /v0/check-in", [CHUNKED], chunked("a".repeat(1_001)))).status).toBe(413);
    const endless = Array.from({ length: 100 }, () => `2710\r\n${"x".repeat(10_000)}\r\n`);
    const { replies, isClosed } = await talk(port, [request("POST /v0/check-in", [CHUNKED]), ...endless]);
    expect(replies.map((r) => r.status)).toEqual([413]);
    expect(isClosed).toBe(true);
  });

  it("of a GET are refused", async () => {
    const { port } = await serve();
    const line = `GET /v0/documents/${"a".repeat(64)}`;
    expect((await ask(port, line, [], "x")).status).toBe(413);
    expect((await ask(port, line, [CHUNKED], chunked("x"))).status).toBe(413);
    expect((await ask(port, line, ["content-length: 0"])).status).toBe(200);
  });

  it("that are encoded are refused", async () => {
    const { port } = await serve();
    for (const encoding of ["gzip", "br", "deflate", "identity, gzip", ""]) {
      const reply = await ask(port, "POST /v0/check-in", [`content-encoding: ${encoding}`], "x");
      expect(problemOf(reply)).toMatchObject({ code: "malformed", status: 400 });
    }
    expect((await ask(port, "POST /v0/check-in", ["content-encoding: Identity"], "x")).status).toBe(200);
  });

  it("of unclear length are refused", async () => {
    const { port } = await serve();
    const unclear = [
      [CHUNKED, "content-length: 3"],
      ["content-length: 3", CHUNKED],
      ["content-length: 3", "content-length: 3"],
      ["content-length: 3, 3"],
      ["content-length: +3"],
      ["content-length: 0x3"],
      ["content-length: -1"],
      ["content-length: 99999999999999999999999"],
      ["transfer-encoding: gzip, chunked"],
      ["transfer-encoding: identity"],
      ["transfer-encoding: xchunked"],
      [CHUNKED, CHUNKED],
    ];
    for (const headers of unclear) {
      const { replies } = await talk(port, [request("POST /v0/check-in", headers, "abc")]);
      expect([headers, replies.map((r) => r.status)]).toEqual([headers, [400]]);
    }
  });

  it("are awaited with 100 Continue where that is asked and the request is sound", async () => {
    const { port } = await serve();
    const expecting = (length: number) =>
      request("POST /v0/check-in", ["expect: 100-continue", `content-length: ${length}`]);
    const good = await talk(port, [expecting(3), "abc"], { pauseMs: 60 });
    expect(good.replies.map((r) => r.status)).toEqual([100, 200]);
    const bad = await talk(port, [expecting(wireLimits.checkInBytes + 1)], { replies: 1 });
    expect(bad.replies.map((r) => r.status)).toEqual([413]);
  });

  it("bufferedBytes: all together are held within one budget, and given back", async () => {
    const { port } = await serve({ limits: { bufferedBytes: 50_000 } });
    const held = talk(port, [request("POST /v0/check-in", ["content-length: 50000"]), Buffer.alloc(49_000)], {
      quietMs: 600,
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(problemOf(await ask(port, "POST /v0/check-in", [], "x".repeat(1_001))).code).toBe("unavailable");
    expect((await ask(port, "POST /v0/check-in", [], "x".repeat(1_000))).status).toBe(200);
    await held;
    for (let i = 0; i < 5; i += 1) {
      expect((await ask(port, "POST /v0/check-in", [], "x".repeat(50_000))).status).toBe(200);
      expect((await ask(port, "POST /v0/check-in", [], "x".repeat(50_001))).status).toBe(503);
    }
  });
});

describe("headers", () => {
  it("headers: at the limit are read, one more is refused", async () => {
    const { port } = await serve();
    const many = (n: number) => Array.from({ length: n - 2 }, (_, i) => `x-${i}: 1`);
    expect((await ask(port, "POST /v0/check-in", many(serverLimits.headers), "x")).status).toBe(200);
    expect(problemOf(await ask(port, "POST /v0/check-in", many(serverLimits.headers + 1), "x")).code).toBe("too-large");
  });

  it("headerBytes: too large ones are refused", async () => {
    const { port } = await serve();
    const padded = (n: number) => [`x: ${"a".repeat(n)}`];
    expect((await ask(port, "POST /v0/check-in", padded(serverLimits.headerBytes - 200), "x")).status).toBe(200);
    const reply = await ask(port, "POST /v0/check-in", padded(serverLimits.headerBytes + 1), "x");
    expect([reply.status, problemOf(reply).code]).toEqual([413, "too-large"]);
  });

  it.each(["fettle-agent", "fettle-anything", "Authorization", "content-type", "content-encoding", "host"])(
    "T9: %s given twice is refused",
    async (name) => {
      const { port } = await serve();
      const reply = await ask(port, "POST /v0/check-in", [`${name}: a`, `${name.toUpperCase()}: a`], "x");
      expect([reply.status]).toEqual([400]);
    },
  );

  it("with names that objects are born with are plain headers", async () => {
    const { port } = await serve();
    const names = ["__proto__", "constructor", "hasownproperty"];
    const reply = await ask(
      port,
      "POST /v0/check-in",
      names.map((n) => `${n}: v`),
      "x",
    );
    expect(Object.entries(JSON.parse(reply.body).headers)).toEqual(
      expect.arrayContaining([
        ["constructor", "v"],
        ["hasownproperty", "v"],
      ]),
    );
    expect(reply.body).toContain('"__proto__":"v"');
  });
});

describe("user routes", () => {
  it("T10: every one is refused without and with wrong credentials, before its body is read", async () => {
    const { port } = await serve({ userRoutes });
    const wrong = [
      [],
      [bearer("wrong")],
      [`authorization: Basic ${TOKEN}`],
      ["authorization: Bearer"],
      [`authorization: Bearer ${TOKEN} x`],
      [bearer("a".repeat(1_025))],
      [`cookie: token=${TOKEN}`],
    ];
    for (const [method, path, , length] of userCalls) {
      for (const headers of wrong) {
        const reply = await ask(port, `${method} ${path}`, [...headers, ...(length > 0 ? ["content-length: 2"] : [])]);
        expect([path, headers, reply.status, reply.headers["www-authenticate"]]).toEqual([
          path,
          headers,
          401,
          "Bearer",
        ]);
        problemOf(reply);
      }
    }
    const all = userRoutes.filter((r) => r.principal === "user");
    expect(userCalls).toHaveLength(all.length);
  });

  it("answer whom the token stands for", async () => {
    const { port } = await serve({ userRoutes });
    for (const [method, path, status, length] of userCalls) {
      const reply = await ask(port, `${method} ${path}`, [bearer(TOKEN), JSON_TYPE], "{}".slice(0, length));
      expect([path, reply.status]).toEqual([path, status]);
    }
    expect(JSON.parse((await ask(port, "GET /v0/runs/7", [bearer(TOKEN)])).body)).toEqual({ by: "ann", id: "7" });
  });

  it("a public one answers anyone", async () => {
    const { port } = await serve({ userRoutes });
    for (const headers of [[], [bearer("wrong")]]) {
      expect(JSON.parse((await ask(port, "GET /v0/health", headers)).body)).toEqual({ principal: null });
    }
  });

  it("T16: read JSON within bytes and depth, and nothing else", async () => {
    const { port } = await serve({ userRoutes });
    const post = (body: string, type = JSON_TYPE) =>
      ask(port, "POST /v0/jobs/1/patches/RHSA-2026:1001", [bearer(TOKEN), type], body);
    const good = await post('{"a":[1,null]}', 'content-type: application/json; charset="UTF-8"');
    expect(JSON.parse(good.body)).toEqual({ params: { id: "1", patch: "RHSA-2026:1001" }, body: { a: [1, null] } });
    const deep = (n: number) => "[".repeat(n) + "]".repeat(n);
    expect((await post(deep(wireLimits.jsonDepth))).status).toBe(201);
    for (const bad of [deep(wireLimits.jsonDepth + 1), "", "{", "nul", '"\u00ff', "{}{}"]) {
      expect(problemOf(await post(bad))).toMatchObject({ code: "malformed" });
    }
    expect((await post(`"${"a".repeat(98)}"`)).status).toBe(201);
    expect((await post(`"${"a".repeat(99)}"`)).status).toBe(413);
    expect((await post("{}", "content-type: text/plain")).status).toBe(400);
    expect((await post("{}", "x: y")).status).toBe(400);
  });

  it("T26: a body's __proto__ changes nothing but itself", async () => {
    const { port } = await serve({ userRoutes });
    await ask(port, "POST /v0/jobs/1/patches/a", [bearer(TOKEN), JSON_TYPE], '{"__proto__":{"polluted":1}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("answer a handler's problem as such", async () => {
    const handle = () =>
      Effect.fail({ code: "not-entitled", title: "No", detail: "not yours", rule: "RBAC-01" } as const);
    const { port } = await serve({
      userRoutes: [{ method: "GET", path: "/v0/x", principal: "public", bodyLimit: 0, handle }],
    });
    const reply = await ask(port, "GET /v0/x");
    expect([reply.status, problemOf(reply)]).toMatchObject([
      403,
      { code: "not-entitled", rule: "RBAC-01", detail: "not yours" },
    ]);
  });
});

describe("defects", () => {
  const boom = new Error("secret: hunter2");
  const ways: readonly (readonly [string, Partial<HttpServer.ServeOptions<User>>])[] = [
    ["a gateway that dies", { gateway: { handle: () => Effect.die(boom) } }],
    ["a gateway that dies later", { gateway: { handle: () => Effect.andThen(Effect.sleep(5), Effect.die(boom)) } }],
    [
      "a gateway that throws",
      {
        gateway: {
          handle: () => {
            throw boom;
          },
        },
      },
    ],
    [
      "a reply that HTTP can't carry",
      {
        gateway: { handle: () => Effect.succeed({ status: 200, headers: { a: "b\r\nc: d" }, body: Buffer.alloc(0) }) },
      },
    ],
    [
      "a status that there isn't",
      { gateway: { handle: () => Effect.succeed({ status: 7, headers: {}, body: Buffer.alloc(0) }) } },
    ],
    ["no reply at all", { gateway: { handle: () => Effect.succeed(undefined as never) } }],
  ];

  it.each(ways)("%s is a 500 that says nothing of the inside", async (_, options) => {
    const server = await serve(options);
    const reply = await ask(server.port, "POST /v0/check-in", [], "x");
    expect([reply.status, problemOf(reply).code]).toEqual([500, "defect"]);
    expect(JSON.stringify(reply)).not.toMatch(/hunter2|stack|\.ts|Error/);
    expect(server.defects).toHaveLength(1);
    expect((await ask(server.port, "GET /nothing")).status).toBe(404);
  });

  const handlers: readonly (readonly [string, UserRoute<User>["handle"]])[] = [
    [
      "that throws",
      () => {
        throw boom;
      },
    ],
    ["that dies", () => Effect.die(boom)],
    ["whose answer JSON can't say", () => Effect.succeed({ status: 200, body: { a: 1n } })],
    [
      "whose problem has no spelling",
      () => Effect.fail({ code: "malformed", title: "x", detail: "x", rule: "\ud800" } as const),
    ],
  ];

  it.each(handlers)("a handler %s is a 500", async (_, handle) => {
    const server = await serve({
      userRoutes: [
        {
          method: "GET",
          path: "/v0/x",
          principal: "public",
          bodyLimit: 0,
          handle: handle as () => Effect.Effect<never>,
        },
      ],
    });
    expect((await ask(server.port, "GET /v0/x")).status).toBe(500);
    expect(server.defects).toHaveLength(1);
  });

  it("an authenticate that dies lets nobody in", async () => {
    const server = await serve({ userRoutes, authenticate: () => Effect.die(boom) });
    expect((await ask(server.port, "GET /v0/runs/7", [bearer(TOKEN)])).status).toBe(500);
    const thrown = await serve({
      userRoutes,
      authenticate: () => {
        throw boom;
      },
    });
    expect((await ask(thrown.port, "GET /v0/runs/7", [bearer(TOKEN)])).status).toBe(500);
  });

  it("a hook that throws changes nothing", async () => {
    const { port } = await serve({
      gateway: { handle: () => Effect.die(boom) },
      onDefect: () => {
        throw boom;
      },
    });
    expect((await ask(port, "POST /v0/check-in", [], "x")).status).toBe(500);
    expect((await ask(port, "POST /v0/check-in", [], "x")).status).toBe(500);
  });
});

describe("starting and stopping", () => {
  const failure = (options: Partial<HttpServer.ServeOptions<User>>): Promise<HttpServerError> =>
    serve(options).then(
      () => Promise.reject(new Error("it started")),
      (error: HttpServerError) => error,
    );

  it("listens on the loopback unless told otherwise", async () => {
    expect((await serve()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await serve({ host: "::1" })).url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await serve({ host: "0.0.0.0" })).url).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/);
  });

  it("says that a port is taken, or none", async () => {
    const { port } = await serve();
    expect(await failure({ port })).toMatchObject({
      _tag: "HttpServerError",
      reason: "AddressInUse",
      isRetryable: true,
    });
    expect(await failure({ port: 65_536 })).toMatchObject({ reason: "CannotListen", isRetryable: false });
    expect(await failure({ host: "192.0.2.1" })).toMatchObject({ reason: "CannotListen" });
  });

  it("T10: doesn't start with routes for users and nobody to tell them apart", async () => {
    const scope = serve({ userRoutes, authenticate: undefined as never });
    await expect(scope).rejects.toMatchObject({ reason: "Misconfigured" });
    await expect(
      serve({ userRoutes: userRoutes.filter((r) => r.principal === "public"), authenticate: undefined as never }),
    ).resolves.toBeDefined();
  });

  it("lets what runs end, then is gone", async () => {
    const gateway = {
      handle: () =>
        Effect.andThen(Effect.sleep(150), Effect.succeed({ status: 200, headers: {}, body: Buffer.from("late") })),
    };
    const server = await serve({ gateway });
    const reply = ask(server.port, "POST /v0/check-in", [], "x");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = server.close();
    expect((await reply).body).toBe("late");
    await closed;
    await expect(ask(server.port, "GET /")).rejects.toThrow();
  });

  it("closeGraceSeconds: cuts and interrupts what runs longer", async () => {
    let isInterrupted = false;
    const gateway = {
      handle: () =>
        Effect.onInterrupt(Effect.never, () =>
          Effect.sync(() => {
            isInterrupted = true;
          }),
        ),
    };
    const server = await serve({ gateway, limits: { closeGraceSeconds: 0.1 } });
    const cut = talk(server.port, [request("POST /v0/check-in", [], "x")], { quietMs: 5_000 });
    const idle = talk(server.port, [""], { quietMs: 5_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(1_000);
    expect([(await cut).isClosed, (await idle).isClosed, isInterrupted]).toEqual([true, true, true]);
  });

  it("requestsInFlight: answers further ones at once that it is busy", async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const gateway = {
      handle: () =>
        Effect.map(
          Effect.promise(() => gate),
          () => ({ status: 200, headers: {}, body: Buffer.alloc(0) }),
        ),
    };
    const { port } = await serve({ gateway, limits: { requestsInFlight: 3 } });
    const waiting = [1, 2, 3].map(() => ask(port, "POST /v0/check-in", [], "x"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const busy = await ask(port, "POST /v0/check-in", [], "x");
    expect([busy.status, problemOf(busy).code, busy.headers["retry-after"]]).toEqual([503, "unavailable", "30"]);
    go();
    expect((await Promise.all(waiting)).map((r) => r.status)).toEqual([200, 200, 200]);
    expect((await ask(port, "POST /v0/check-in", [], "x")).status).toBe(200);
  });

  it("connections: takes no more at once", async () => {
    const { port } = await serve({ limits: { connections: 2 } });
    const held = [1, 2].map(() => talk(port, [""], { quietMs: 400 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await talk(port, [request("GET /")])).toMatchObject({ replies: [], isClosed: true });
    await Promise.all(held);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await ask(port, "GET /")).status).toBe(404);
  });

  it("every problem is a canonical document", async () => {
    const { port } = await serve({ userRoutes });
    for (const line of ["GET /", "GET /v0/check-in", "GET /v0/runs/7"]) {
      const reply = await ask(port, line);
      expect(Json.decodeCanonical(Buffer.from(reply.body), { bytes: 10_000, depth: 4 }).ok).toBe(true);
    }
  });
});
