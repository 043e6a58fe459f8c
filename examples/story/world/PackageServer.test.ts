import * as fs from "node:fs/promises";
import * as http from "node:http";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as PackageServer from "./PackageServer.ts";

describe("the package server", () => {
  let folder: string;
  let server: PackageServer.PackageServer;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(tmpdir(), "served "));
    await fs.mkdir(path.join(folder, "open"));
    await fs.writeFile(path.join(folder, "open/a b.rpm"), "x".repeat(3_000));
    await fs.writeFile(path.join(folder, "secret"), "no");
    await fs.symlink("/etc/passwd", path.join(folder, "open/link"));
    server = await PackageServer.start(path.join(folder, "open"));
  });
  afterEach(() => server.treat(null));
  afterAll(async () => {
    await server.close();
    await fs.rm(folder, { recursive: true });
  });

  /** A request whose path no client has tidied up. */
  const get = (raw: string, method = "GET"): Promise<{ readonly status: number; readonly bytes: number }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(server.url);
      const request = http.request({ host: "127.0.0.1", port, path: raw, method }, (response) => {
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, bytes }));
      });
      request.once("error", reject).end();
    });

  it("serves files and counts requests", async () => {
    expect(await get("/a%20b.rpm?x=1")).toEqual({ status: 200, bytes: 3_000 });
    expect(await get("/nosuch")).toMatchObject({ status: 404 });
    expect(await get("/a%20b.rpm", "POST")).toMatchObject({ status: 405 });
    expect(server.requests().get("/a b.rpm")).toBe(2);
  });

  it.each([
    "/../secret",
    "/%2e%2e/secret",
    "/..%2fsecret",
    "/x/../../secret",
    "//../secret",
    "/link",
    "/",
    "/%00",
    "/%zz",
    "/..\\secret",
  ])("lets nobody out of its folder by %s", async (raw) => {
    const { status, bytes } = await get(raw);
    expect([400, 404]).toContain(status);
    expect(bytes).toBe(0);
  });

  it("delays, throttles and breaks as it is told, and then no more", async () => {
    const took = async () => {
      const began = performance.now();
      return { ...(await get("/a%20b.rpm")), milliseconds: performance.now() - began };
    };
    server.treat(() => ({ delayMilliseconds: 300 }));
    expect((await took()).milliseconds).toBeGreaterThan(280);
    server.treat(() => ({ bytesPerSecond: 10_000 }));
    expect(await took()).toMatchObject({
      status: 200,
      bytes: 3_000,
      milliseconds: expect.toSatisfy((ms: number) => ms > 150),
    });
    server.treat((asked) => (asked.endsWith(".rpm") ? { status: 503 } : {}));
    expect(await took()).toMatchObject({ status: 503, bytes: 0 });
    server.treat(null);
    expect(await took()).toMatchObject({ status: 200, milliseconds: expect.toSatisfy((ms: number) => ms < 250) });
  });
});
