/** The server against clients that mean harm: slow, broken, smuggling, random. */
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { HttpServer } from "../../src/transport/http-server/index.ts";
import { ask, request, talk } from "./RawClient.ts";
import { type Started, start, type User } from "./TestServer.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);

const running: Started[] = [];
const serve = async (options: Partial<HttpServer.ServeOptions<User>> = {}): Promise<Started> => {
  const server = await start(options);
  running.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((s) => s.close()));
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const HEAD = "POST /v0/check-in HTTP/1.1\r\nhost: x\r\n";

describe("slow clients", () => {
  it("T27: headers that trickle are cut off in time", async () => {
    const { port } = await serve({ limits: { headersSeconds: 0.3, requestSeconds: 5 } });
    const trickle = [...HEAD, ...Array.from({ length: 400 }, () => "a")];
    const { isClosed, milliseconds, replies } = await talk(port, trickle, { pauseMs: 20 });
    expect(isClosed).toBe(true);
    expect(milliseconds).toBeGreaterThan(290);
    expect(milliseconds).toBeLessThan(1_500);
    expect(replies.map((r) => r.status)).toEqual([503]);
    expect(replies[0]?.body).toContain("took too long");
  });

  it("T27: a body that trickles is cut off in time, and its bytes are given back", async () => {
    const { port } = await serve({ limits: { headersSeconds: 0.2, requestSeconds: 0.4, bufferedBytes: 10_000 } });
    const trickle = [
      `${HEAD}content-length: 9000\r\n\r\n`,
      "x".repeat(8_000),
      ...Array.from({ length: 100 }, () => "a"),
    ];
    const { isClosed, milliseconds, replies } = await talk(port, trickle, { pauseMs: 20 });
    expect([isClosed, replies.map((r) => r.status)]).toEqual([true, [503]]);
    expect(milliseconds).toBeLessThan(1_800);
    expect((await ask(port, "POST /v0/check-in", [], "x".repeat(10_000))).status).toBe(200);
  });

  it("T27: chunks that trickle are cut off in time", async () => {
    const { port } = await serve({ limits: { headersSeconds: 0.2, requestSeconds: 0.4 } });
    const trickle = [`${HEAD}transfer-encoding: chunked\r\n\r\n`, ...Array.from({ length: 100 }, () => "1\r\na\r\n")];
    const { isClosed, milliseconds } = await talk(port, trickle, { pauseMs: 20 });
    expect([isClosed, milliseconds < 1_800]).toEqual([true, true]);
  });

  it("T27: a refused body that trickles is cut off too", async () => {
    const { port } = await serve({ limits: { headersSeconds: 0.2, requestSeconds: 0.4 } });
    const trickle = [
      "POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 999999\r\n\r\n",
      ...Array.from({ length: 150 }, () => "a"),
    ];
    const { isClosed, milliseconds, replies } = await talk(port, trickle, { pauseMs: 20 });
    expect([isClosed, milliseconds < 2_500, replies.map((r) => r.status)]).toEqual([true, true, [404]]);
  });

  it("keepAliveSeconds, silenceSeconds: an idle connection is let go, said something or not", async () => {
    const { port } = await serve({ limits: { keepAliveSeconds: 0.2, silenceSeconds: 0.3 } });
    const after = await talk(port, [request("GET /")], { quietMs: 3_000 });
    expect([after.isClosed, after.replies.map((r) => r.status)]).toEqual([true, [404]]);
    expect((await talk(port, [""], { quietMs: 3_000 })).isClosed).toBe(true);
  });

  it("slow ones don't hold up the others", async () => {
    const { port } = await serve({ limits: { headersSeconds: 1, requestSeconds: 1 } });
    const slow = Array.from({ length: 100 }, () =>
      talk(port, [HEAD, ...Array.from({ length: 20 }, () => "a")], { pauseMs: 25 }),
    );
    await pause(100);
    const began = performance.now();
    for (let i = 0; i < 20; i += 1) expect((await ask(port, "POST /v0/check-in", [], "x")).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(1_500);
    await Promise.all(slow);
  });

  it("one that leaves while it is being told apart leaves nothing behind", async () => {
    const authenticate = () => Effect.as(Effect.sleep(200), { name: "ann" });
    const handle = () => Effect.succeed({ status: 200 });
    const { port } = await serve({
      authenticate,
      userRoutes: [{ method: "POST", path: "/v0/a", principal: "user", bodyLimit: 10, handle }],
      limits: { requestsInFlight: 1 },
    });
    const headers = ["authorization: Bearer t", "content-type: application/json", "content-length: 2"];
    await talk(port, [request("POST /v0/a", headers)], { quietMs: 50 });
    await pause(300);
    expect((await ask(port, "POST /v0/a", headers, "{}")).status).toBe(200);
  });
});

describe("broken and smuggled requests", () => {
  const chunked = `${HEAD}transfer-encoding: chunked\r\n\r\n`;

  it.each([
    ["a chunk size that is none", `${chunked}zz\r\na\r\n0\r\n\r\n`],
    ["a negative chunk size", `${chunked}-1\r\na\r\n0\r\n\r\n`],
    ["a chunk size beyond any number", `${chunked}ffffffffffffffffff\r\na`],
    ["a chunk longer than its size", `${chunked}1\r\nabc\r\n0\r\n\r\n`],
    ["a chunk size with 0x", `${chunked}0x1\r\na\r\n0\r\n\r\n`],
    ["a space before a header's colon", `${HEAD}content-length : 1\r\n\r\na`],
    ["a folded header", `${HEAD}a: b\r\n c: d\r\n\r\n`],
    ["no version", "POST /v0/check-in\r\n\r\n"],
    ["another version", "POST /v0/check-in HTTP/9.9\r\nhost: x\r\n\r\n"],
    ["HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["no host", "POST /v0/check-in HTTP/1.1\r\ncontent-length: 0\r\n\r\n"],
    ["a NUL in a header", `${HEAD}a: b\u0000c\r\n\r\n`],
    ["TLS", Buffer.from("16030100c8010000c40303", "hex")],
    ["a line feed in the path", "POST /v0/che\nck-in HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["a method that there isn't", "STEAL /v0/check-in HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["a tunnel", "CONNECT x:1 HTTP/1.1\r\nhost: x:1\r\n\r\n"],
  ])("%s gets one refusal at most, and no request through", async (_, bytes) => {
    let handled = 0;
    const gateway = {
      handle: () =>
        Effect.sync(() => {
          handled += 1;
          return { status: 200, headers: {}, body: Buffer.alloc(0) };
        }),
    };
    const server = await serve({ gateway });
    const { replies } = await talk(server.port, [bytes]);
    expect(replies.length).toBeLessThanOrEqual(1);
    for (const r of replies) expect(r.status).toBe(400);
    expect([handled, server.defects]).toEqual([0, []]);
  });

  it("a request hidden in another's body is never its own", async () => {
    const paths: string[] = [];
    const gateway = {
      handle: (r: { path: string }) =>
        Effect.sync(() => {
          paths.push(r.path);
          return { status: 200, headers: {}, body: Buffer.alloc(0) };
        }),
    };
    const { port } = await serve({ gateway });
    const hidden = "POST /v0/facts HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
    await talk(port, [request("POST /v0/check-in", [], hidden)]);
    await talk(port, [request("POST /nothing", [], hidden)]);
    await talk(port, [`${HEAD}content-length: 0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`]);
    await talk(port, [`${HEAD}content-length: 5\r\ncontent-length: 0\r\n\r\n${hidden}`]);
    expect(paths).toEqual(["/v0/check-in"]);
  });

  it("HTTP/1.0 is spoken, without chunks", async () => {
    const { port } = await serve();
    const head = "POST /v0/check-in HTTP/1.0\r\n";
    expect((await talk(port, [`${head}content-length: 1\r\n\r\na`])).replies.map((r) => r.status)).toEqual([200]);
    const chunks = `${head}host: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`;
    expect((await talk(port, [chunks])).replies.map((r) => r.status)).toEqual([400]);
  });

  it("an expectation that nobody knows is refused", async () => {
    const { port } = await serve();
    const reply = await ask(port, "POST /v0/check-in", ["expect: a-pony"], "x");
    expect([reply.status, reply.headers["content-type"]]).toEqual([400, "application/problem+json"]);
  });

  it("an upgrade is answered as the request that it is", async () => {
    const { port } = await serve();
    const { replies } = await talk(port, [request("GET /v0/check-in", ["connection: upgrade", "upgrade: websocket"])], {
      replies: 1,
    });
    expect(replies.map((r) => r.status)).toEqual([405]);
  });

  it("many requests at once on one connection are answered in order", async () => {
    const gateway = {
      handle: (r: { body: Uint8Array }) =>
        Effect.as(Effect.sleep(r.body.length % 3), { status: 200, headers: {}, body: r.body }),
    };
    const { port } = await serve({ gateway });
    const bodies = Array.from({ length: 200 }, (_, i) => "x".repeat(i));
    const { replies } = await talk(port, [Buffer.concat(bodies.map((b) => request("POST /v0/check-in", [], b)))], {
      replies: 200,
      quietMs: 2_000,
    });
    expect(replies.map((r) => r.body)).toEqual(bodies);
  });
});

describe("random requests", () => {
  const word = fc.constantFrom(
    "POST",
    "POST",
    "POST",
    "GET",
    "GET",
    "POST",
    "PUT",
    "HEAD",
    "X",
    "",
    "get",
    "\u0000",
    "POST POST",
  );
  const path = fc.constantFrom(
    "/v0/check-in",
    "/v0/check-in",
    "/v0/check-in",
    "/v0/facts",
    "/v0/documents/ab",
    "/",
    "*",
    "//",
    "/v0/..",
    "http://x/",
    "/%",
    "/\u00ff",
    "?",
    "/v0/check-in?x",
  );
  const version = fc.constantFrom(
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/1.1 ",
    "http/1.1",
    "HTTP/2",
    "",
  );
  const end = fc.constantFrom("\r\n", "\r\n", "\r\n", "\n", "\r", "");
  const header = fc.oneof(
    fc.constantFrom(
      "host: x",
      "host: x",
      "host: y",
      "content-length: 0",
      "content-length: 3",
      "content-length: x",
      "transfer-encoding: chunked",
    ),
    fc.constantFrom(
      "connection: close",
      "connection: keep-alive",
      "expect: 100-continue",
      "expect: x",
      "content-encoding: gzip",
      "upgrade: h2c",
    ),
    fc.constantFrom(
      "fettle-agent: a",
      "fettle-agent: b",
      "FETTLE-agent: ",
      "authorization: Bearer x",
      "te: trailers",
      ":",
      "a",
      " b",
      "\u0000: c",
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  const body = fc.oneof(
    fc.constantFrom(
      "",
      "abc",
      "0\r\n\r\n",
      "3\r\nabc\r\n0\r\n\r\n",
      "3\r\nabc\r\n0\r\na: b\r\n\r\n",
      "fffff\r\n",
      "{}",
      "GET / HTTP/1.1\r\n\r\n",
    ),
    fc.string({ unit: "binary", maxLength: 60 }),
  );
  const built = fc
    .tuple(word, path, version, fc.array(fc.tuple(header, end), { maxLength: 6 }), end, body)
    .map(([w, p, v, headers, e, b]) =>
      Buffer.from(`${w} ${p} ${v}\r\n${headers.map(([h, x]) => h + x).join("")}${e}${b}`, "latin1"),
    );
  // Well-formed but for one odd header: these get past the parser.
  const nearlySound = fc
    .tuple(
      fc.constantFrom("POST", "POST", "POST", "GET", "PUT", "HEAD"),
      fc.oneof(fc.constantFrom("/v0/check-in", "/v0/facts"), path),
      header,
      fc.boolean(),
      fc.constantFrom("", "abc", "{}"),
    )
    .map(([w, p, odd, isOdd, b]) => request(`${w} ${p}`, isOdd ? [odd] : ["connection: keep-alive"], b));
  const sound = request("POST /v0/check-in", ["fettle-agent: a"], "abc");
  const mutated = fc
    .array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const bytes = Buffer.from(sound);
      for (const [at, to] of changes) bytes[at] = to;
      return bytes;
    });
  const noise = fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b));
  const anything = fc.oneof(
    { weight: 4, arbitrary: built },
    { weight: 3, arbitrary: nearlySound },
    { weight: 2, arbitrary: mutated },
    { weight: 1, arbitrary: noise },
  );

  it("T16: 2,000 of them crash nothing, meet no defect, and get known answers only", async () => {
    const server = await serve({ limits: { headersSeconds: 2, requestSeconds: 2 } });
    const known = new Set([100, 200, 400, 404, 405, 413, 503]);
    const seen = new Map<number, number>();
    const samples = fc.sample(anything, { numRuns: 2_000 * RUNS, seed: 41 });
    for (let at = 0; at < samples.length; at += 50) {
      const talks = samples.slice(at, at + 50).map((bytes) => talk(server.port, [bytes], { quietMs: 120 }));
      for (const { replies } of await Promise.all(talks)) {
        for (const { status } of replies) {
          expect(known).toContain(status);
          seen.set(status, (seen.get(status) ?? 0) + 1);
        }
      }
    }
    expect(server.defects).toEqual([]);
    expect((await ask(server.port, "POST /v0/check-in", [], "x")).status).toBe(200);
    // The samples get past the parser, not only to its door.
    for (const status of [200, 400, 404, 405]) expect([status, (seen.get(status) ?? 0) > 30]).toEqual([status, true]);
  });
});
