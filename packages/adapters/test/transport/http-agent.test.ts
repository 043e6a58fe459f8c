/** The agent's transport, against the real server and against servers that mean harm. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SignedRequest, wireLimits } from "@fettle/agent-protocol";
import { Transport, type TransportError } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Fiber from "effect/Fiber";
import * as Scope from "effect/Scope";
import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { HttpTransport } from "../../src/transport/http-agent/index.ts";
import { proving, signed, start } from "./TestServer.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

type Sender = Transport["Service"];

const transportTo = async (
  baseUrl: string,
  options: Partial<HttpTransport.HttpTransportOptions> = {},
): Promise<Sender> => {
  const scope = Effect.runSync(Scope.make());
  cleanUps.push(() => Effect.runPromise(Scope.close(scope, Exit.void)));
  const made = HttpTransport.make({ baseUrl, timeoutSeconds: 5, ...options });
  return Effect.runPromise(Effect.provideService(made, Scope.Scope, scope));
};

const LIMITS = { replyBytes: wireLimits.replyBytes };
const send = (sender: Sender, request: SignedRequest.WireRequest, limits = LIMITS): Promise<SignedRequest.WireReply> =>
  Effect.runPromise(sender.send(request, limits));
const failure = (sender: Sender, request: SignedRequest.WireRequest, limits = LIMITS): Promise<TransportError> =>
  Effect.runPromise(Effect.flip(sender.send(request, limits)));

const plain = (body = "hello"): SignedRequest.WireRequest => signed("POST", "/v0/check-in", Buffer.from(body));

/** A server that does anything at all with a connection. */
const rawServer = async (
  onConnection: (socket: Socket, number: number) => void,
): Promise<{ url: string; connections: () => number }> => {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket, connections);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections };
};

/** Answers each request with the same bytes. */
const canned = (bytes: string): Promise<{ url: string; connections: () => number }> =>
  rawServer((socket) => socket.on("data", () => socket.write(bytes)));

describe("an exchange", () => {
  it("T1: carries a signed request whole, and its reply", async () => {
    const server = await start({ gateway: proving });
    cleanUps.push(server.close);
    const sender = await transportTo(server.url);
    const body = fc.uint8Array({ maxLength: 3_000 });
    await fc.assert(
      fc.asyncProperty(body, async (bytes) => {
        const reply = await send(sender, signed("POST", "/v0/check-in", bytes));
        expect([reply.status, Buffer.from(reply.body).equals(bytes)]).toEqual([200, true]);
      }),
      { numRuns: 100 * RUNS, seed: 51 },
    );
    const get = await send(sender, signed("GET", `/v0/documents/${"a".repeat(64)}`, new Uint8Array(0)));
    expect(get.status).toBe(200);
  });

  it("answers a refusal as a reply, with headers in lower case", async () => {
    const server = await start({ gateway: proving });
    cleanUps.push(server.close);
    const sender = await transportTo(server.url);
    const reply = await send(sender, { ...plain(), headers: {} });
    expect(reply.status).toBe(401);
    expect(reply.headers["content-type"]).toBe("application/problem+json");
    expect((await send(sender, { ...plain(), path: "/nothing" })).status).toBe(404);
  });

  it("T16: hears that a body is too large, though it didn't finish sending it", async () => {
    const server = await start();
    cleanUps.push(server.close);
    const sender = await transportTo(server.url);
    const huge = { ...plain(), body: Buffer.alloc(wireLimits.snapshotBytes + 1), path: "/v0/snapshots" };
    for (let i = 0; i < 5; i += 1) expect((await send(sender, huge)).status).toBe(413);
    expect((await send(sender, plain())).status).toBe(200);
  });

  it("keeps one connection for many", async () => {
    const reply = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    const server = await canned(reply);
    const sender = await transportTo(server.url);
    for (let i = 0; i < 10; i += 1) await send(sender, plain());
    expect(server.connections()).toBe(1);
  });

  it("takes up a new one where the server closed the old one just then", async () => {
    const server = await rawServer((socket, number) => {
      let requests = 0;
      socket.on("data", () => {
        requests += 1;
        // The first connection answers once, and is gone when it is used again.
        if (number === 1 && requests === 2) socket.resetAndDestroy();
        else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    });
    const sender = await transportTo(server.url);
    expect((await send(sender, plain())).status).toBe(200);
    expect((await send(sender, plain())).status).toBe(200);
    expect(server.connections()).toBe(2);
  });

  it("a server that hangs up at once is asked once", async () => {
    const server = await rawServer((socket) => socket.on("data", () => socket.resetAndDestroy()));
    expect(await failure(await transportTo(server.url), plain())).toMatchObject({ isRetryable: true });
    expect(server.connections()).toBe(1);
  });

  it("a server that always hangs up is asked twice at most", async () => {
    const server = await rawServer((socket) => {
      let requests = 0;
      socket.on("data", () => {
        requests += 1;
        if (requests === 1 && server.connections() === 1)
          socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        else socket.resetAndDestroy();
      });
    });
    const sender = await transportTo(server.url);
    await send(sender, plain());
    expect(await failure(sender, plain())).toMatchObject({ _tag: "TransportError", isRetryable: true });
    expect(server.connections()).toBe(2);
  });

  it("is provided as a layer", async () => {
    const server = await start();
    cleanUps.push(server.close);
    const program = Effect.gen(function* () {
      const transport = yield* Transport;
      return yield* transport.send(plain(), LIMITS);
    });
    const layer = HttpTransport.layer({ baseUrl: server.url, timeoutSeconds: 5 });
    expect((await Effect.runPromise(Effect.provide(program, layer))).status).toBe(200);
  });
});

describe("a reply", () => {
  it("T16: at the limit is read, one byte more is not", async () => {
    const max = 1_000;
    const announced = (n: number) => `HTTP/1.1 200 OK\r\ncontent-length: ${n}\r\n\r\n${"x".repeat(n)}`;
    const chunked = (n: number) =>
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${n.toString(16)}\r\n${"x".repeat(n)}\r\n0\r\n\r\n`;
    const untilClose = (n: number) => `HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${"x".repeat(n)}`;
    for (const make of [announced, chunked]) {
      const at = await transportTo((await canned(make(max))).url);
      expect((await send(at, plain(), { replyBytes: max })).body).toHaveLength(max);
      const over = await transportTo((await canned(make(max + 1))).url);
      const error = await failure(over, plain(), { replyBytes: max });
      expect(error).toMatchObject({ message: "the reply is longer than 1000 bytes", isRetryable: false });
    }
    const closing = await rawServer((socket) => socket.on("data", () => socket.end(untilClose(max + 1))));
    expect(await failure(await transportTo(closing.url), plain(), { replyBytes: max })).toMatchObject({
      isRetryable: false,
    });
  });

  it("T16: that never ends is cut off at the limit", async () => {
    let written = 0;
    const server = await rawServer((socket) => {
      socket.on("data", () => {
        socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        const more = (): void => {
          while (!socket.destroyed && socket.write(`10000\r\n${"x".repeat(65_536)}\r\n`)) written += 65_536;
        };
        socket.on("drain", more);
        more();
      });
    });
    const sender = await transportTo(server.url);
    expect(await failure(sender, plain())).toMatchObject({ isRetryable: false });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([301, 302, 303, 307, 308])("T1: with a redirect (%i) is not followed", async (status) => {
    let hits = 0;
    const other = await rawServer(() => {
      hits += 1;
    });
    const server = await canned(
      `HTTP/1.1 ${status} Moved\r\nlocation: ${other.url}/v0/check-in\r\ncontent-length: 0\r\n\r\n`,
    );
    const error = await failure(await transportTo(server.url), plain());
    expect([error.isRetryable, hits]).toEqual([true, 0]);
    expect(error.message).toContain("redirects are not followed");
  });

  it.each([
    ["that breaks off", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"],
    ["whose chunks break off", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc"],
    ["whose headers break off", "HTTP/1.1 200 OK\r\ncontent-le"],
    ["that is nothing", ""],
    ["that is no HTTP", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["of two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na"],
    ["that is encoded", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\na"],
    [
      "with a header of ours twice",
      "HTTP/1.1 200 OK\r\nfettle-tenant-key: a\r\nFettle-Tenant-Key: b\r\ncontent-length: 1\r\n\r\na",
    ],
    ["with headers without end", `HTTP/1.1 200 OK\r\na: ${"x".repeat(100_000)}\r\n\r\n`],
    ["that switches protocols", "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"],
  ])("%s is a failure that may be tried again", async (_, bytes) => {
    const server = await rawServer((socket) => socket.on("data", () => socket.end(bytes)));
    const error = await failure(await transportTo(server.url), plain());
    expect(error).toMatchObject({ _tag: "TransportError", isRetryable: true });
  });
});

describe("time", () => {
  it("a server that says nothing is given up", async () => {
    const server = await rawServer(() => undefined);
    const sender = await transportTo(server.url, { timeoutSeconds: 0.2 });
    const began = performance.now();
    expect(await failure(sender, plain())).toMatchObject({
      isRetryable: true,
      message: "timed out: nothing moved for 0.2 s",
    });
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  it("a server that trickles is given up once the whole took too long", async () => {
    const server = await rawServer((socket) => {
      socket.on("data", () => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
        const timer = setInterval(() => socket.write("x"), 20);
        socket.on("close", () => clearInterval(timer));
      });
    });
    const sender = await transportTo(server.url, { timeoutSeconds: 0.1 });
    const began = performance.now();
    expect(await failure(sender, plain())).toMatchObject({
      isRetryable: true,
      message: "timed out: the exchange took 1 s",
    });
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it("nobody there, or a name that nobody has, may be tried again", async () => {
    const gone = await rawServer(() => undefined);
    await cleanUps.pop()?.();
    expect(await failure(await transportTo(gone.url), plain())).toMatchObject({ isRetryable: true });
    const unknown = await transportTo("https://nowhere.invalid");
    expect(await failure(unknown, plain())).toMatchObject({ isRetryable: true });
  });

  it("an interrupted exchange drops its connection", async () => {
    let isGone = false;
    const server = await rawServer((socket) => {
      socket.resume();
      socket.on("close", () => {
        isGone = true;
      });
    });
    const sender = await transportTo(server.url);
    const fiber = Effect.runFork(sender.send(plain(), LIMITS));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Effect.runPromise(Fiber.interrupt(fiber));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([server.connections(), isGone]).toEqual([1, true]);
  });
});

describe("a request that can't be sent", () => {
  it.each([
    ["a path with a line break", { path: "/v0/a\r\nx: y" }],
    ["a path with a query", { path: "/v0/a?b" }],
    ["an absolute URL", { path: "http://other/" }],
    ["a header with a line break", { headers: { a: "b\r\nc: d" } }],
    ["a header's name that is none", { headers: { "a b": "c" } }],
  ])("for %s fails for good, before anything is sent", async (_, change) => {
    const server = await rawServer(() => undefined);
    const error = await failure(await transportTo(server.url), { ...plain(), ...change });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([error._tag, error.isRetryable, server.connections()]).toEqual(["TransportError", false, 0]);
  });
});

describe("options", () => {
  const refusal = (baseUrl: string, timeoutSeconds = 5): Promise<string> =>
    Effect.runPromise(
      Effect.scoped(HttpTransport.make({ baseUrl, timeoutSeconds })).pipe(
        Effect.match({ onFailure: (e) => e.reason, onSuccess: () => "taken" }),
      ),
    );

  it.each([
    "http://127.0.0.1:1",
    "http://127.255.0.3",
    "http://[::1]:8080",
    "https://patch.example.com",
    "https://10.0.0.1:8443/",
  ])("T1: %s is taken", async (url) => {
    expect(await refusal(url)).toBe("taken");
  });

  it.each([
    "http://patch.example.com",
    "http://10.0.0.1",
    "http://localhost",
    "http://127.0.0.1.example.com",
    "http://0.0.0.0",
    "http://128.0.0.1",
    "http://[::2]",
    "http://[::ffff:127.0.0.1]",
  ])("T1: plain HTTP to %s is refused", async (url) => {
    expect(await refusal(url)).toBe("PlainHttp");
  });

  it.each(["https://a/b", "https://a?b", "https://a#b", "https://u@a", "https://u:p@a", "http://127.0.0.1/v0"])(
    "%s says more than an origin",
    async (url) => {
      expect(await refusal(url)).toBe("NotAnOrigin");
    },
  );

  it.each(["", "patch.example.com", "ftp://a", "file:///a", "https://", "unix:/a"])("%j is no URL", async (url) => {
    expect(await refusal(url)).toBe("NotAUrl");
  });

  it("TIMEOUT_SECONDS_MAX: a longer timeout, or none, is refused", async () => {
    const url = "https://a";
    expect(await refusal(url, HttpTransport.TIMEOUT_SECONDS_MAX)).toBe("taken");
    for (const bad of [HttpTransport.TIMEOUT_SECONDS_MAX + 1, 0, -1, Number.NaN]) {
      expect(await refusal(url, bad)).toBe("BadTimeout");
    }
  });
});

const canMakeCertificates = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!canMakeCertificates)("TLS", () => {
  const certificate = (): { readonly key: string; readonly cert: string } => {
    const dir = mkdtempSync(join(tmpdir(), "fettle-tls-"));
    cleanUps.push(() => rmSync(dir, { recursive: true, force: true }));
    const args =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=fettle-test -addext subjectAltName=IP:127.0.0.1";
    execFileSync("openssl", [...args.split(" "), "-keyout", join(dir, "key"), "-out", join(dir, "cert")], {
      stdio: "ignore",
    });
    return { key: readFileSync(join(dir, "key"), "utf8"), cert: readFileSync(join(dir, "cert"), "utf8") };
  };

  const secureServer = async (options: https.ServerOptions): Promise<string> => {
    const server = https.createServer(options, (_, response) => response.end("ok"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanUps.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it("T1: a certificate that nobody vouches for is refused, one of the given authorities taken", async () => {
    const mine = certificate();
    const url = await secureServer(mine);
    expect(await failure(await transportTo(url), plain())).toMatchObject({ isRetryable: true });
    expect(
      await failure(await transportTo(url, { certificateAuthorities: [certificate().cert] }), plain()),
    ).toMatchObject({ isRetryable: true });
    const reply = await send(await transportTo(url, { certificateAuthorities: [mine.cert] }), plain());
    expect(Buffer.from(reply.body).toString()).toBe("ok");
  });

  it("T1: a server that can do no better than TLS 1.1 is refused", async () => {
    const mine = certificate();
    const url = await secureServer({
      ...mine,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT:@SECLEVEL=0",
    });
    expect(await failure(await transportTo(url, { certificateAuthorities: [mine.cert] }), plain())).toMatchObject({
      isRetryable: true,
    });
  });

  it("T1: a plain HTTP server behind an https address is refused", async () => {
    const server = http.createServer((_, response) => response.end("ok"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanUps.push(() => void server.close());
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await failure(await transportTo(url), plain())).toMatchObject({ isRetryable: true });
  });
});
