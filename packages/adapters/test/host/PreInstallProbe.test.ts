import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PreInstallCheck } from "@fettle/core";
import * as Effect from "effect/Effect";
import { afterEach, describe, expect, it } from "vitest";
import { PreInstallProbe } from "../../src/host/linux/index.ts";
import * as TestServer from "../transport/TestServer.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "fettle-probe-"));
  cleanUps.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
};
/** A system's root with these files. */
const rootWith = (files: { readonly [file: string]: string }): string => {
  const root = folder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
};
const listening = async (server: Server, scheme = "http"): Promise<string> => {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const nowhere = "http://127.0.0.1:9";
const probe = (over: Partial<PreInstallProbe.ProbeOptions>) =>
  Effect.runPromise(
    PreInstallProbe.probe({ server: nowhere, artefacts: [], artefactFolder: "/", timeoutSeconds: 5, ...over }),
  );
const reached = async (server: string, over: Partial<PreInstallProbe.ProbeOptions> = {}) =>
  (await probe({ server, ...over })).controlPlane;

const roots = (n: number): string =>
  "# a label\n-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n".repeat(n);

describe("what a probe finds on a machine", () => {
  it("KEY-05: its system, root certificates and artefacts, wherever its distribution keeps them", async () => {
    const files = folder();
    writeFileSync(join(files, "agent.rpm"), "");
    mkdirSync(join(files, "dir.rpm"));
    const artefacts = ["agent.rpm", "other.rpm", "dir.rpm", "../agent.rpm"];
    for (const [release, bundle] of [
      ["etc/os-release", "etc/pki/tls/certs/ca-bundle.crt"],
      ["usr/lib/os-release", "etc/ssl/certs/ca-certificates.crt"],
    ] as const) {
      const installRoot = rootWith({ [release]: 'ID="rocky"\nVERSION_ID="9.4"\n', [bundle]: roots(37) });
      expect(await probe({ installRoot, artefacts, artefactFolder: files })).toMatchObject({
        operatingSystem: { id: "rocky", version: "9.4", architecture: expect.stringMatching(/./) },
        rootCertificates: 37,
        artefacts: ["agent.rpm"],
        unknown: {},
      });
    }
  });

  it("KEY-05: what can't be told is unknown, with its reason, and nothing fails", async () => {
    const installRoot = rootWith({ "etc/os-release": "NAME=Something\n" });
    const facts = await probe({ installRoot, server: "not a url" });
    expect(facts).toMatchObject({ operatingSystem: null, rootCertificates: null, controlPlane: null });
    expect(Object.keys(facts.unknown).sort()).toEqual(["controlPlane", "operatingSystem", "rootCertificates"]);
    expect((await probe({ installRoot: folder() })).unknown.operatingSystem).toContain("os-release");
    for (const timeoutSeconds of [0, 601, Number.NaN]) {
      expect((await probe({ timeoutSeconds })).unknown.controlPlane).toContain("1 to 600");
    }
  });

  it("KEY-05: the judgement of this very machine is one finding for each check", async () => {
    const facts = await probe({});
    const { findings } = PreInstallCheck.judge(facts, {
      systems: [],
      architectures: [],
      artefacts: [],
      server: nowhere,
      clockSkewSecondsMax: 300,
    });
    expect(findings.map((f) => f.check)).toEqual([...PreInstallCheck.checks]);
  });
});

describe("whether a control plane can be reached", () => {
  it("KEY-05: a real one is, over a real connection, and tells its clock", async () => {
    const server = await TestServer.start();
    cleanUps.push(server.close);
    expect(await reached(server.url)).toEqual({
      _tag: "Reached",
      milliseconds: expect.any(Number),
      clockSkewSeconds: expect.any(Number),
    });
    const { clockSkewSeconds = 99 } = (await reached(server.url)) as { readonly clockSkewSeconds?: number };
    expect(Math.abs(clockSkewSeconds)).toBeLessThanOrEqual(2);
  });

  it.each([
    [200, "<html>Sign in to the hotel's network</html>"],
    [302, ""],
    [404, JSON.stringify({ type: "about:blank" })],
    [200, "x".repeat(PreInstallProbe.REPLY_BYTES_MAX + 1)],
    [200, "null"],
  ])("KEY-05: what answers with %i and isn't one is a stranger", async (status, body) => {
    const url = await listening(http.createServer((_, response) => response.writeHead(status).end(body)));
    expect(await reached(url)).toEqual({ _tag: "Stranger", status });
  });

  it("KEY-05: none where nothing listens", async () => {
    const server = createServer();
    const url = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await reached(url)).toEqual({ _tag: "Refused" });
  });

  it("KEY-05: none where nothing is said in time, though the connection stands", async () => {
    const url = await listening(createServer((socket) => void socket.on("error", () => null)));
    const begun = performance.now();
    expect(await reached(url, { timeoutSeconds: 1 })).toEqual({ _tag: "TimedOut" });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(990);
  });

  it("KEY-05: none under a name that no server knows", async () => {
    expect(await reached("https://fettle-probe.invalid")).toEqual({ _tag: "NameNotFound" });
  });

  it("KEY-05: none where what answers speaks another protocol", async () => {
    const url = await listening(createServer((socket) => void socket.end("SSH-2.0-x\r\n")));
    expect(await reached(url)).toMatchObject({ _tag: "Failed" });
  });

  it.skipIf(spawnSync("openssl", ["version"]).status !== 0)(
    "KEY-05: one whose certificate nobody vouches for is not trusted, with the reason; vouched for, it is",
    async () => {
      const dir = folder();
      const args =
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=fettle-test -addext subjectAltName=IP:127.0.0.1";
      execFileSync("openssl", [...args.split(" "), "-keyout", join(dir, "key"), "-out", join(dir, "cert")], {
        stdio: "ignore",
      });
      const [key, cert] = ["key", "cert"].map((f) => readFileSync(join(dir, f), "utf8"));
      const problem = JSON.stringify({ type: "urn:fettle:problem:method-not-allowed" });
      const server = https.createServer({ key, cert }, (_, response) => response.writeHead(405).end(problem));
      const url = await listening(server, "https");
      expect(await reached(url)).toMatchObject({ _tag: "Untrusted", message: expect.stringMatching(/self.signed/) });
      expect(await reached(url, { certificateAuthorities: [cert ?? ""] })).toMatchObject({ _tag: "Reached" });
    },
  );
});
