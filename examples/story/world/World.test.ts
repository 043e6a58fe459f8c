import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as http from "node:http";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as BuildCache from "./BuildCache.ts";
import * as Catalogue from "./Catalogue.ts";
import * as PackageServer from "./PackageServer.ts";
import * as UpdateInfo from "./UpdateInfo.ts";
import * as World from "./World.ts";

const hasTools = ["/usr/bin/rpmbuild", "/usr/bin/dnf", "/usr/bin/createrepo_c"].every((tool) => existsSync(tool));
const runsForReal = hasTools || process.env.REQUIRE_REAL_INSTALLERS === "1";

describe("the catalogue", () => {
  it("has each package once in a generation, and none twice in a version", () => {
    const places = Catalogue.packages.map((p) => `${p.name} ${p.generation}`);
    const versions = Catalogue.packages.map(Catalogue.nvr);
    expect([new Set(places).size, new Set(versions).size]).toEqual([places.length, versions.length]);
  });

  it("has advisories only about packages of their own repository", () => {
    for (const a of Catalogue.advisories) {
      const found = Catalogue.packages.filter((p) => a.packages.includes(Catalogue.nvr(p)));
      expect(found.map((p) => p.repository)).toEqual(a.packages.map(() => a.repository));
    }
  });

  it("refuses to publish an advisory about what was never built", () => {
    const [first] = Catalogue.advisories;
    expect(() => UpdateInfo.render(first === undefined ? [] : [{ ...first, packages: ["nosuch-1-1"] }], [])).toThrow(
      "nosuch-1-1",
    );
  });
});

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

describe("the build cache", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(tmpdir(), "fettle-cache-"));
  });
  afterAll(() => fs.rm(folder, { recursive: true }));

  it("builds once for the same sources, and anew for others", async () => {
    let builds = 0;
    const make = (sources: readonly unknown[]) =>
      BuildCache.ensure(sources, folder, async (place) => {
        builds += 1;
        await fs.writeFile(path.join(place, "file"), "text");
      });
    const first = await make([1]);
    expect([await make([1]), await fs.readFile(path.join(first, "file"), "utf8")]).toEqual([first, "text"]);
    expect(await make([2])).not.toBe(first);
    expect(builds).toBe(2);
  });

  it("lets two builders at once both end well, with one result", async () => {
    const make = () =>
      BuildCache.ensure(["race"], folder, async (place) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        await fs.writeFile(path.join(place, "file"), "text");
      });
    const places = await Promise.all([make(), make(), make()]);
    expect(new Set(places).size).toBe(1);
    const [place = ""] = places;
    expect((await fs.readdir(folder)).filter((n) => n.startsWith(`${path.basename(place)}.`))).toEqual([]);
  });

  it("keeps nothing of a build that failed", async () => {
    const before = await fs.readdir(folder);
    await expect(BuildCache.ensure(["bad"], folder, () => Promise.reject(new Error("broken")))).rejects.toThrow(
      "broken",
    );
    expect(await fs.readdir(folder)).toEqual(before);
  });

  it("uses no folder that others may write to", async () => {
    const place = await BuildCache.ensure(["mine"], folder, () => Promise.resolve());
    await fs.chmod(place, 0o777);
    await expect(BuildCache.ensure(["mine"], folder, () => Promise.resolve())).rejects.toThrow("in the way");
  });
});

describe.runIf(runsForReal)("the world", () => {
  let directory: string;
  let world: World.World;
  beforeAll(async () => {
    directory = await fs.mkdtemp(path.join(tmpdir(), "a world with spaces "));
    world = await World.make({ directory, slowPostSeconds: 2 });
  });
  afterAll(async () => {
    await world.close();
    await fs.rm(directory, { recursive: true });
  });
  const tool = async (name: string, ...args: readonly string[]) => {
    const env = { PATH: "/usr/bin:/bin", HOME: "/root", LC_ALL: "C.UTF-8" };
    return (await promisify(execFile)(name, args, { env })).stdout;
  };

  it("has the story's assets with the first versions of their packages", async () => {
    expect(world.assets.map((a) => a.name)).toEqual(["web-01", "db-01", "edge-01", "build-01", "lab-01", "kiosk-01"]);
    for (const plan of World.storyAssets) {
      const found = await world.installed(plan.name);
      const own = [...found.keys()].filter((n) => !["gpg-pubkey", "lab-sh", "lab-release"].includes(n));
      expect(own.sort()).toEqual([...plan.packages].sort());
      for (const name of plan.packages) {
        const first = Catalogue.packages.find((p) => p.name === name && p.generation === 1);
        expect(found.get(name)).toEqual([`${first?.version}-${first?.release}`]);
      }
    }
  });

  it("gives each asset its own root, boot id and zone", async () => {
    const ids = await Promise.all(world.assets.map((a) => fs.readFile(a.bootIdFile, "utf8")));
    expect(new Set(ids).size).toBe(world.assets.length);
    expect(new Set(world.assets.map((a) => a.timeZone)).size).toBe(world.assets.length);
    for (const a of world.assets) {
      expect(await fs.readlink(path.join(a.installRoot, "etc/localtime"))).toMatch(new RegExp(`/${a.timeZone}$`));
      expect(await fs.readFile(path.join(a.installRoot, "etc/slow-lab.seconds"), "utf8")).toBe("2\n");
      expect(path.relative(directory, a.installRoot).startsWith("..")).toBe(false);
    }
  });

  it("has signed every package that its roots were installed from", async () => {
    const folder = path.join(world.vendorDirectory, "stable/Packages");
    const files = (await fs.readdir(folder)).filter((f) => !f.startsWith("corrupt-lab-1.0-2"));
    const keys = await fs.mkdtemp(path.join(directory, "keys "));
    await tool("rpmkeys", "--dbpath", keys, "--import", world.gpgKeyPath);
    const answer = await tool("rpmkeys", "--dbpath", keys, "-K", ...files.map((f) => path.join(folder, f)));
    expect(answer.match(/digests signatures OK$/gm)?.length).toBe(files.length);
  });

  it("lets dnf see exactly the advisories that an asset needs", async () => {
    const [web] = world.assets;
    const args = ["-q", "-c", web?.dnfConfig ?? "", `--installroot=${web?.installRoot}`, "updateinfo", "list"];
    const lines = (await tool("dnf", ...args)).split("\n").filter((l) => l !== "");
    expect(lines.map((l) => l.split(/\s+/)).map(([id, kind]) => `${id} ${kind}`)).toEqual([
      "FTSA-2026:0002 Moderate/Sec.",
      "FTSA-2026:0003 Critical/Sec.",
      "FTBA-2026:0001 bugfix",
      "FTSA-2026:0001 Important/Sec.",
      "FTSA-2026:0004 Important/Sec.",
      "FTSA-2026:0004 Important/Sec.",
    ]);
  });

  it("takes on another asset while it runs, and knows no strangers", async () => {
    const late = await world.addAsset({ name: "late-01", timeZone: "Etc/UTC", packages: ["openssl-lab"] });
    expect((await world.installed("late-01")).get("openssl-lab")).toEqual(["3.0.7-1.el9"]);
    expect(world.assets).toContain(late);
    await expect(world.installed("nobody")).rejects.toThrow("nobody");
  });

  it("is soon there again", async () => {
    const began = performance.now();
    const again = await World.make({ directory: path.join(directory, "again") });
    await again.close();
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
